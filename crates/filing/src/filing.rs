//! The filing 办件 and its states. What parties did are facts held by the parties; the
//! state follows from them, so the order in which parties act makes no difference.

mod correction;
mod erasure;
mod parts;
mod refusal;
mod removal;
mod standing;
mod submission;
#[cfg(test)]
mod tests;
mod transitions;
mod wording;

use std::sync::Arc;

use heqi_vocabulary::{
    ChainId, Digest, DocumentId, FilingId, FilingNo, PartyId, SigningId, UtcMillis,
};
use serde::{Deserialize, Serialize};

use crate::document::{Document, DocumentRef};
use crate::matter::Matter;
use crate::party::{Capacity, Party};
use crate::timer::{self, Due};
use crate::words::CompanyTitle;

pub use correction::CorrectNameError;
pub use parts::{Contradiction, FilingHead};
pub use refusal::{
    AddPartyError, AskAgainError, AttachDocumentError, ConfirmError, EndError, NotOpen,
    ObjectError, OpenSigningError, ReplaceDocumentError, ReturnToDraftingError,
};
pub use removal::RemovePartyError;
pub use submission::{CUSTODIANS, Custody, NotHeld, SubmitError};

/// Most shareholders of a limited liability company (公司法 art. 42).
pub const MAX_SHAREHOLDERS: usize = 50;
/// Most parties of one filing, shareholders and those that were taken out included: a bound of ours.
pub const MAX_PARTIES: usize = 100;
/// Most documents of one filing, every version counted: a bound of ours.
pub const MAX_DOCUMENT_VERSIONS: usize = 200;

/// Where a filing stands. Barriers passed are facts of the parties, not extra states.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "every caller must decide anew when a state is added")]
pub enum FilingState {
    /// The handler puts parties and documents together.
    Drafting {
        /// When it was opened or came back here.
        since: UtcMillis,
    },
    /// Parties sign; at least one required signature is missing.
    Signing {
        /// When signing opened, or when a new document version voided signatures.
        since: UtcMillis,
    },
    /// Every required signature is there; at least one party has not confirmed.
    Signed {
        /// When the last signature came.
        since: UtcMillis,
        /// When parties were last asked to confirm.
        asked_at: UtcMillis,
    },
    /// Every party confirmed every current signature; a person has yet to decide, or has
    /// refused, whether somebody who signed is the person named.
    Reviewing {
        /// When the last confirmation came.
        since: UtcMillis,
    },
    /// Every party confirmed every current signature, and whoever had to look found that it
    /// was they.
    Confirmed {
        /// When the last confirmation or decision came.
        since: UtcMillis,
    },
    /// The handler has submitted it to the registry 已提交登记机关, by the own word. Nothing of it changes any more but by
    /// an objection, and what the registry decides.
    Submitted {
        /// When the handler said so.
        since: UtcMillis,
    },
    /// A party objected. Only the registry's officer decides what follows; of the outcomes
    /// of 11.4 ending the filing exists so far, so nothing leads back from here.
    Frozen {
        /// When the first objection came.
        since: UtcMillis,
        /// Whose it was.
        by: PartyId,
        /// Digest of the reason given, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_digest: Option<Digest>,
    },
    /// Over: nothing is submitted any more, and what was submitted before is the registry's. Everything stays as evidence.
    Ended {
        /// When it ended.
        since: UtcMillis,
        /// Why.
        reason: EndReason,
    },
}

/// Why a filing ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum EndReason {
    /// The handler withdrew it; impossible while it is frozen, and once it was submitted.
    Withdrawn {},
    /// The registry's officer ended it, with a written decision.
    DecidedByRegistry {
        /// Digest of that decision.
        decision: Digest,
    },
}

/// What opens a filing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct NewFiling {
    /// A fresh identifier.
    pub id: FilingId,
    /// A fresh number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: CompanyTitle,
    /// The chain that will hold its evidence records.
    pub chain: ChainId,
}

/// One filing with its documents and parties. Reading a row checks that its state follows
/// from its facts, so a damaged row cannot pass for a confirmed filing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Filing {
    id: FilingId,
    number: FilingNo,
    matter: Matter,
    company_name: CompanyTitle,
    chain: ChainId,
    documents: Vec<Document>,
    /// Shared between copies: an act changes one party and copies no other.
    #[serde(with = "parts::shared")]
    parties: Vec<Arc<Party>>,
    opened_at: UtcMillis,
    state: FilingState,
}

/// What a filing is and holds.
impl Filing {
    /// Its identifier.
    pub const fn id(&self) -> FilingId {
        self.id
    }

    /// Its number for people.
    pub const fn number(&self) -> FilingNo {
        self.number
    }

    /// What is filed.
    pub const fn matter(&self) -> Matter {
        self.matter
    }

    /// The company it is about, as declared.
    pub const fn company_name(&self) -> &CompanyTitle {
        &self.company_name
    }

    /// The chain that holds its evidence records.
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// When it was opened.
    pub const fn opened_at(&self) -> UtcMillis {
        self.opened_at
    }

    /// Where it stands.
    pub const fn state(&self) -> &FilingState {
        &self.state
    }

    /// Every document in every version, in the order attached.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The newest version of every document.
    pub fn current_documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(|document| document.is_current())
    }

    /// This document version.
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// Every party that takes part, in the order added. Who was taken out is no party of it any more.
    pub fn parties(&self) -> impl Iterator<Item = &Party> + Clone {
        self.everybody().filter(|party| party.takes_part())
    }

    /// This party, if it takes part.
    pub fn party(&self, id: PartyId) -> Option<&Party> {
        self.parties().find(|party| party.id() == id)
    }

    /// Everybody who takes part or did, in the order added: for what is about the past, as records,
    /// erasures and names in them are.
    pub fn everybody(&self) -> impl Iterator<Item = &Party> + Clone {
        self.parties.iter().map(AsRef::as_ref)
    }

    /// This one of [`Filing::everybody`].
    pub fn anyone(&self, id: PartyId) -> Option<&Party> {
        self.everybody().find(|party| party.id() == id)
    }

    /// Who handles the filing, once that party was added.
    pub fn handler(&self) -> Option<&Party> {
        self.parties().find(|party| party.capacities().contains(&Capacity::Handler))
    }

    /// What this party still has to sign, in the order attached. Empty when it has signed
    /// everything, never signs, or is not of this filing.
    pub fn documents_to_sign(&self, party: PartyId) -> Vec<DocumentRef> {
        let signer = self.party(party).filter(|party| party.is_signer());
        signer.map_or_else(Vec::new, |party| self.unsigned_by(party).collect())
    }

    /// The documents that a party signed in one signing, voided signatures included.
    pub fn documents_signed_in(
        &self,
        party: PartyId,
        signing: SigningId,
    ) -> impl Iterator<Item = &Document> {
        let signatures = self.party(party).map_or(&[][..], Party::signatures);
        let of_it = signatures.iter().filter(move |signature| signature.signing == signing);
        of_it.filter_map(|signature| self.document(signature.document))
    }

    /// How many required signatures are missing: pairs of signing party and document.
    pub fn missing_signatures(&self) -> usize {
        self.signers().map(|party| self.unsigned_by(party).count()).sum()
    }

    /// Who has not confirmed. Silence is never a yes.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &Party> {
        self.parties().filter(|party| party.confirmation.confirmed_at().is_none())
    }

    /// What falls due while it stands as it does, earliest first.
    pub fn due(&self) -> Vec<Due> {
        match self.state {
            FilingState::Signed { since, asked_at } => timer::while_confirming(since, asked_at),
            _ => Vec::new(),
        }
    }
}
