//! Signed by: the key that the challenge binds and the certificate names made this
//! signature, while the certificate was valid.

use heqi_pki::certificate::{AnchoredChain, ChainError, TrustedRoot};

use super::{Context, Decoded, Interval, Signing};
use crate::statement::{SigningStatement, Statement};
use crate::verdict::{Claim, ClaimName, Reason};

const NAME: ClaimName = ClaimName::SignedBy;

/// Without anchors the signature is still checked against the certificate beside it: a
/// contradiction needs no anchor.
pub(super) fn without_anchors(decoded: &Decoded<'_>) -> Claim {
    match &decoded.signing {
        None => Claim::not_proved(NAME, Reason::NoSignature),
        Some(signing) => match check_key(signing) {
            Err(reason) => Claim::contradicted(NAME, reason),
            Ok(()) => Claim::not_proved(NAME, Reason::NoAnchors),
        },
    }
}

pub(super) fn examine(decoded: &Decoded<'_>, context: &Context<'_>, interval: &Interval) -> Claim {
    let Some(signing) = &decoded.signing else {
        return Claim::not_proved(NAME, Reason::NoSignature);
    };
    if let Err(reason) = check_key(signing) {
        return Claim::contradicted(NAME, reason);
    }
    let chain = match anchor(signing, decoded, context) {
        Ok(chain) => chain,
        Err(ChainError::Broken { .. }) => {
            return Claim::contradicted(NAME, Reason::CertificateBroken);
        }
        Err(_) => return Claim::not_proved(NAME, Reason::CertificateUntrusted),
    };
    let Some(organisation) = issuer(&chain, context) else {
        return Claim::not_proved(NAME, Reason::CertificateUntrusted);
    };
    if !made_while_valid(&chain, interval) {
        return Claim::not_proved(NAME, Reason::ValidityNotProved);
    }
    let leaf = signing.certificates.leaf();
    let reason = Reason::SignatureValid {
        algorithm: leaf.public_key().algorithm().to_string(),
        serial: leaf.serial_hex(),
        test_only: chain.is_test_only(),
    };
    Claim::proved(NAME, vec![organisation], reason)
}

/// The envelope holds under the certified key, and that is the key of the challenge.
fn check_key(signing: &Signing) -> Result<(), Reason> {
    let key = signing.certificates.leaf().public_key();
    if key.spki_digest() != signing.preimage.device_key_sha256 {
        return Err(Reason::OtherDeviceKey);
    }
    SigningStatement::open(&signing.envelope, std::slice::from_ref(key))
        .map(|_| ())
        .map_err(|_| Reason::SignatureInvalid)
}

fn anchor(
    signing: &Signing,
    decoded: &Decoded<'_>,
    context: &Context<'_>,
) -> Result<AnchoredChain, ChainError> {
    let roots: Vec<TrustedRoot> = context
        .anchors
        .certificate_roots
        .iter()
        .filter(|root| context.counts(&root.validity, decoded.frame.place.recorded_at))
        .filter_map(|root| TrustedRoot::from_der(&root.certificate.0, root.test_only).ok())
        .collect();
    signing.certificates.anchor(&roots)
}

fn issuer(chain: &AnchoredChain, context: &Context<'_>) -> Option<String> {
    let digest = chain.root_digest();
    context
        .anchors
        .certificate_roots
        .iter()
        .find(|root| heqi_vocabulary::Digest::of(&root.certificate.0) == digest)
        .map(|root| root.organisation.clone())
}

/// The latest instant at which the signature can have been made lies within validity. The
/// earliest needs no proof from others: a certificate cannot be used before it is issued,
/// and the statement names it.
fn made_while_valid(chain: &AnchoredChain, interval: &Interval) -> bool {
    interval
        .not_after
        .as_ref()
        .is_some_and(|(at, _)| *at >= chain.not_before() && *at <= chain.not_after())
}
