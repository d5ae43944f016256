//! The list of signatures a party is shown before it confirms or objects, and its digest.

use heqi_evidence::canonical;
use heqi_filing::Filing;
use heqi_vocabulary::{Digest, DocumentId, Language, PartyId, SigningId, UtcMillis};
use serde::Serialize;

use crate::fault::Fault;

const CONFIRMATION: (&str, &str) = (
    "我已查看本办件各方签署情况，确认以本人名义作出的签署均由本人（或本单位代表、监护人）自愿完成。",
    "I have looked at the signatures of this filing and confirm that those in my name were made by me, or by the representative of my company or the guardian, of free will.",
);

/// Domain study 11.4.
const HANDLER: (&str, &str) = (
    "材料和签署情况属实，我没有代他人签署。",
    "The materials and the signatures are as shown, and I have signed for nobody else.",
);

#[derive(Serialize)]
struct ShownSignature {
    party: PartyId,
    document: DocumentId,
    sha256: Digest,
    signing: SigningId,
    at: UtcMillis,
}

/// SHA-256 of the list of signatures of current documents that count, as canonical JSON in the order
/// of parties and of their signing.
pub(crate) fn shown_sha256(filing: &Filing) -> Result<Digest, Fault> {
    let shown: Vec<ShownSignature> = filing
        .parties()
        .flat_map(|party| party.signatures().iter().map(move |signature| (party.id(), signature)))
        .filter_map(|(party, signature)| {
            // What the registry found void is not what is confirmed.
            let counts = signature.voided_at.is_none();
            let document =
                filing.document(signature.document).filter(|d| counts && d.is_current())?;
            Some(ShownSignature {
                party,
                document: document.id,
                sha256: document.sha256,
                signing: signature.signing,
                at: signature.at,
            })
        })
        .collect();
    Ok(Digest::of(&canonical::to_bytes(&shown).map_err(Fault::broken)?))
}

/// The statement a party makes by confirming.
pub(crate) const fn confirmation_text(language: Language) -> &'static str {
    language.pick(CONFIRMATION.0, CONFIRMATION.1)
}

/// The statement a handler makes by confirming at the own desk.
pub(crate) const fn handler_text(language: Language) -> &'static str {
    language.pick(HANDLER.0, HANDLER.1)
}
