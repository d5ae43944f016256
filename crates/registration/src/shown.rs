//! The list of signatures a party is shown before it confirms or objects, and its digest.

use heqi_evidence::canonical;
use heqi_filing::{ConfirmationText, Filing, Party};
use heqi_vocabulary::{Digest, DocumentId, Language, PartyId, SigningId, UtcMillis};
use serde::Serialize;

use crate::fault::Fault;

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

/// Digest of the statement a party makes by confirming: of the Chinese text, which prevails.
pub(crate) fn statement_sha256(party: &Party) -> Digest {
    ConfirmationText::of(party).digest()
}

/// The statement a party makes by confirming.
pub(crate) fn confirmation_text(party: &Party, language: Language) -> &'static str {
    ConfirmationText::of(party).text(language)
}
