//! What a challenge binds, and what many challenges share.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::challenge::{ChallengePreimage, Nonce, PriorRecord, WitnessedHead};
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::timer::challenge_expires_at;
use heqi_filing::{Ceremony, ConsentKind, ConsentText, Decision, DocumentRef, MAX_ACTIONS};
use heqi_pki::authority::CertificateRequest;
use heqi_pki::certificate::CertificateChain;
use heqi_pki::keys::PublicKey;
use heqi_vocabulary::{Digest, PartyId, UtcMillis};

use super::{BeginSigningError, capacity_words};
use crate::deposit_queue::CosignedHead;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{self, CeremonyContent, CeremonyRecord};
use crate::verify_identity::Checked;

/// The certificate for the device's key.
pub(super) async fn certificate(
    platform: &Platform,
    key: &PublicKey,
    party: PartyId,
    now: UtcMillis,
) -> Result<CertificateChain, BeginSigningError> {
    let request = CertificateRequest::new(key.clone(), &party.to_string());
    let request = request.map_err(Fault::broken)?;
    let (authority, entropy) = (platform.authority(), platform.shared_entropy());
    let issued = if authority.is_remote() {
        // It waits for another machine: not on a thread that answers requests.
        tokio::task::spawn_blocking(move || authority.issue(request, now, &*entropy))
            .await
            .map_err(Fault::broken)?
    } else {
        authority.issue(request, now, &*entropy)
    };
    issued.map_err(BeginSigningError::Authority)
}

/// What the challenge is made of.
pub(super) fn preimage(
    platform: &Platform,
    content: &CeremonyContent,
    documents: &[DocumentRef],
    key: &PublicKey,
    (head, checked): (Option<&CosignedHead>, Option<&Checked>),
    now: UtcMillis,
) -> ChallengePreimage {
    let ceremony = &content.ceremony;
    let prior = |made: &CeremonyRecord| PriorRecord {
        kind: made.kind.as_str().to_owned(),
        root: made.root,
    };
    ChallengePreimage {
        capacities: capacity_words(ceremony.capacities()),
        ceremony: ceremony.id(),
        checkpoint: head.map(|head| WitnessedHead {
            note_sha256: head.note_sha256,
            origin: platform.origin().to_string(),
            root: head.root,
            size: head.size,
        }),
        device_key_sha256: key.spki_digest(),
        documents: documents.iter().map(|document| document.sha256).collect(),
        expires_at: challenge_expires_at(now),
        filing: ceremony.filing(),
        issued_at: now,
        nonce: Nonce::random(platform.entropy()),
        party: ceremony.party(),
        prior_records: content.records.iter().map(prior).chain(checked.map(identity)).collect(),
    }
}

/// What authorities said before the signer signs is bound into what is signed.
fn identity(checked: &Checked) -> PriorRecord {
    PriorRecord { kind: RecordKind::IdentityVerified.as_str().to_owned(), root: checked.root }
}

/// The version of the consent to face information from which on it tells of actions.
const ACTIONS_SINCE: u32 = 2;

/// How many actions are asked for: none of whom was shown a text that tells of none.
pub(super) fn actions_asked(platform: &Platform, ceremony: &Ceremony) -> u8 {
    let answer = ceremony.consents().get(&ConsentKind::Face);
    let granted = answer.filter(|answer| answer.decision == Decision::Granted);
    let shown = granted.and_then(|answer| ConsentText::by_digest(ConsentKind::Face, &answer.text));
    let is_told = shown.is_some_and(|(text, _)| text.version >= ACTIONS_SINCE);
    if is_told { platform.settings().face_actions.min(MAX_ACTIONS) } else { 0 }
}

/// Digests of the consent texts that were granted, sorted.
pub(super) fn granted(ceremony: &Ceremony) -> Vec<Digest> {
    let answers = ceremony.consents().values();
    let granted = answers.filter(|answer| answer.decision == Decision::Granted);
    let mut texts: Vec<Digest> = granted.map(|answer| answer.text).collect();
    texts.sort_unstable();
    texts
}

/// Keeps what many signings share under its digest: authority certificates, and the
/// cosigned note that challenges name.
pub(super) async fn keep_once(
    platform: &Platform,
    changes: &mut Changeset,
    chain: &CertificateChain,
    head: Option<&CosignedHead>,
) -> Result<(), Fault> {
    let backend = platform.backend();
    for certificate in chain.certificates().skip(1) {
        let digest = certificate.digest();
        if rows::CERTIFICATES.row(backend, &digest).await?.is_none() {
            let der = STANDARD.encode(certificate.der());
            rows::CERTIFICATES.put(changes, &digest, &der)?;
        }
    }
    if let Some(head) = head
        && rows::COSIGNED_NOTES.row(backend, &head.note_sha256).await?.is_none()
    {
        rows::COSIGNED_NOTES.put(changes, &head.note_sha256, &head.note)?;
    }
    Ok(())
}

/// The authority certificates of these digests, DER in base64.
pub(crate) async fn issuers(platform: &Platform, digests: &[Digest]) -> Result<Vec<String>, Fault> {
    let mut found = Vec::with_capacity(digests.len());
    for digest in digests {
        let row = rows::CERTIFICATES.row(platform.backend(), digest).await?;
        let row = row.ok_or_else(|| Fault::broken("an authority certificate is not kept"))?;
        found.push(row.value);
    }
    Ok(found)
}
