//! The examination of a bundle: the one code path that `verify`, the notary's admission
//! and the tests all use.
//!
//! Each claim is examined by its own file and looks only at bytes, at the anchors it was
//! given and, when asked, at the instant the question is put. It has no clock and no
//! network.

use heqi_pki::certificate::CertificateChain;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{Digest, UtcMillis};

use crate::anchors::{Anchors, Validity};
use crate::bundle::{BundleParts, EvidenceBundle};
use crate::challenge::ChallengePreimage;
use crate::disclosure::Disclosure;
use crate::record::Frame;
use crate::schema::RecordKind;
use crate::statement::SigningStatement;
use crate::verdict::{Claim, ClaimName, Conclusion, Reason, Verdict};

mod completeness;
mod custody;
mod identity;
mod integrity;
mod interval;
mod log;
mod signature;
mod stamps;

/// What the examiner is told beside the file.
#[derive(Clone, Debug, Default)]
pub struct Question<'a> {
    /// The anchors; without them nothing but self-consistency can be proved.
    pub anchors: Option<&'a Anchors>,
    /// The instant the question is put: anchors not valid then are not relied on.
    pub at: Option<UtcMillis>,
    /// What the examiner itself saw: it received the file at this instant. The notary's
    /// admission says so; a reader of an old file cannot.
    pub received: Option<Received>,
}

/// When the examiner itself received the file.
#[derive(Clone, Debug)]
pub struct Received {
    /// When, by the examiner's own clock.
    pub at: UtcMillis,
    /// Who the examiner is.
    pub by: String,
}

/// A bundle whose required claims all were proved: cannot be made any other way.
#[derive(Clone, Debug)]
pub struct VerifiedBundle {
    parts: BundleParts,
    frame: Frame,
    root: Digest,
}

impl VerifiedBundle {
    /// The parts.
    pub fn parts(&self) -> &BundleParts {
        &self.parts
    }

    /// The frame of its record.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The root of its record.
    pub fn root(&self) -> Digest {
        self.root
    }
}

/// The decoded parts of a bundle whose formats all hold.
pub(crate) struct Decoded<'a> {
    parts: &'a BundleParts,
    record: Disclosure,
    frame: Frame,
    signing: Option<Signing>,
}

/// The parts that only a signing has.
pub(crate) struct Signing {
    envelope: Envelope,
    statement: SigningStatement,
    preimage: ChallengePreimage,
    challenge: Digest,
    certificates: CertificateChain,
    client: Disclosure,
}

/// The two ends between which something happened, and who vouches for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interval {
    not_before: Option<(UtcMillis, String)>,
    not_after: Option<(UtcMillis, String)>,
}

/// Examines every claim of a bundle.
pub fn examine(bundle: &EvidenceBundle, question: &Question<'_>) -> Verdict {
    let has_anchors = question.anchors.is_some();
    match integrity::decode(bundle) {
        Err(reason) => Verdict::new(undecodable(&reason), has_anchors),
        Ok(decoded) => {
            let integrity = match integrity::cross_check(&decoded) {
                Ok(reason) => Claim::proved(ClaimName::Integrity, Vec::new(), reason),
                Err(reason) => Claim::contradicted(ClaimName::Integrity, reason),
            };
            let mut claims = examine_decoded(&decoded, question);
            claims.push(integrity);
            Verdict::new(claims, has_anchors)
        }
    }
}

/// Examines a bundle and gives it back as proof when `required` are all proved.
///
/// # Errors
/// The verdict, when they are not.
pub fn require(
    bundle: EvidenceBundle,
    question: &Question<'_>,
    required: &std::collections::BTreeSet<ClaimName>,
) -> Result<(VerifiedBundle, Verdict), Verdict> {
    let verdict = examine(&bundle, question);
    if verdict.conclude(required) != Conclusion::Proved {
        return Err(verdict);
    }
    match integrity::decode(&bundle).map(|d| (d.frame, d.record.root())) {
        Ok((frame, root)) => Ok((VerifiedBundle { parts: bundle.parts, frame, root }, verdict)),
        Err(_) => Err(verdict),
    }
}

fn examine_decoded(decoded: &Decoded<'_>, question: &Question<'_>) -> Vec<Claim> {
    let certificate = Claim::not_proved(ClaimName::Certificate, Reason::NoCertificate);
    let Some(anchors) = question.anchors else {
        let identity = identity::examine(decoded, None);
        let mut claims = vec![identity, certificate, signature::without_anchors(decoded)];
        claims.extend(
            [
                ClaimName::Logged,
                ClaimName::Complete,
                ClaimName::Witnessed,
                ClaimName::Mirrored,
                ClaimName::Deposited,
                ClaimName::Time,
            ]
            .map(|name| Claim::not_proved(name, Reason::NoAnchors)),
        );
        return claims;
    };
    let received = question.received.as_ref().map(|received| received.at);
    let context = Context { anchors, at: question.at, received };
    let identity = identity::examine(decoded, Some(&context));
    let log = log::examine(decoded, &context);
    let custody = custody::examine(decoded, &context, &log);
    let completeness = completeness::examine(decoded, &context, &log);
    let stamps = stamps::examine(decoded, &context, &log);
    let seen = interval::Seen {
        log: &log,
        custody: &custody,
        stamps: stamps.as_deref().unwrap_or_default(),
    };
    let interval = interval::of(decoded, &context, &seen, question.received.as_ref());
    let signature = signature::examine(decoded, &context, &interval);
    let time = match &stamps {
        Err(reason) => Claim::contradicted(ClaimName::Time, reason.clone()),
        Ok(stamps) => interval::examine(decoded, &interval, stamps),
    };
    vec![
        identity,
        certificate,
        log.logged,
        log.witnessed,
        log.mirrored,
        custody.claim,
        completeness,
        signature,
        time,
    ]
}

/// The anchors as they count for this question.
pub(crate) struct Context<'a> {
    anchors: &'a Anchors,
    at: Option<UtcMillis>,
    /// When the examiner itself received the file.
    received: Option<UtcMillis>,
}

impl Context<'_> {
    /// Whether a key of this validity counts for something that happened at `then`.
    fn counts(&self, validity: &Validity, then: UtcMillis) -> bool {
        validity.covers(then)
            && self.at.is_none_or(|at| {
                then <= at
                    && at >= validity.valid_from
                    && validity.valid_until.is_none_or(|until| at <= until)
            })
    }
}

/// When the parts cannot be read, integrity is contradicted and nothing else is proved.
/// What merely is not tied together is neither.
fn undecodable(reason: &Reason) -> Vec<Claim> {
    ClaimName::ALL
        .into_iter()
        .map(|name| {
            let speaks_against = !matches!(reason, Reason::NotBound { .. });
            if name == ClaimName::Integrity && speaks_against {
                Claim::contradicted(name, reason.clone())
            } else {
                Claim::not_proved(name, reason.clone())
            }
        })
        .collect()
}

impl Decoded<'_> {
    fn is_signing(&self) -> bool {
        self.frame.kind == RecordKind::Signing
    }
}
