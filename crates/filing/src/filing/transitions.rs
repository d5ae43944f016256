//! What can happen to a filing. Each either happens whole or changes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_vocabulary::{Digest, DocumentId, PartyId, SigningId, UtcMillis};

use super::standing::check_capacities;
use super::{
    AddPartyError, AskAgainError, AttachDocumentError, ConfirmError, EndError, EndReason, Filing,
    FilingState, MAX_DOCUMENT_VERSIONS, MAX_PARTIES, MAX_SHAREHOLDERS, NewFiling, ObjectError,
    OpenSigningError, ReplaceDocumentError, ReturnToDraftingError,
};
use crate::ceremony::{CompleteError, Finished};
use crate::confirmation::Confirmation;
use crate::document::{Document, DocumentRef, NewDocument};
use crate::party::{Capacity, Party, PartyKind, Signature};
use crate::review::{Decided, Review, ReviewNeed, ReviewOutcome};
use crate::timer;

impl Filing {
    /// Opens a filing, empty and in drafting.
    pub fn open(new: NewFiling, now: UtcMillis) -> Self {
        Self {
            id: new.id,
            number: new.number,
            matter: new.matter,
            company_name: new.company_name,
            chain: new.chain,
            documents: Vec::new(),
            parties: Vec::new(),
            opened_at: now,
            state: FilingState::Drafting { since: now },
        }
    }

    /// Adds a party with all its capacities.
    pub fn add_party(
        &mut self,
        id: PartyId,
        who: PartyKind,
        capacities: BTreeSet<Capacity>,
    ) -> Result<(), AddPartyError> {
        if !self.is_drafting() {
            return Err(AddPartyError::NotDrafting);
        }
        if self.anyone(id).is_some() {
            return Err(AddPartyError::AlreadyPresent);
        }
        check_capacities(&who, &capacities)?;
        let taken = capacities.iter().copied().find(|c| c.is_single() && self.holder_of(*c));
        if let Some(capacity) = taken {
            return Err(AddPartyError::CapacityTaken { capacity });
        }
        let party = Party::new(id, who, capacities);
        let shareholders = self.parties().filter(|party| party.is_shareholder()).count();
        if party.is_shareholder() && shareholders >= MAX_SHAREHOLDERS {
            return Err(AddPartyError::TooManyShareholders);
        }
        if self.parties.len() >= MAX_PARTIES {
            return Err(AddPartyError::TooManyParties);
        }
        self.parties.push(Arc::new(party));
        Ok(())
    }

    /// Gives a party more capacities: one person is one party, signs once and in each of them.
    /// Whoever has signed stays as it is ([`AddPartyError::AlreadyPresent`]): what it signed, it
    /// signed in fewer.
    pub fn add_capacities(
        &mut self,
        id: PartyId,
        more: &BTreeSet<Capacity>,
    ) -> Result<(), AddPartyError> {
        if !self.is_drafting() {
            return Err(AddPartyError::NotDrafting);
        }
        if more.is_empty() {
            return Err(AddPartyError::NoCapacity);
        }
        let party = self.party(id).filter(|party| party.signatures().is_empty());
        let party = party.ok_or(AddPartyError::AlreadyPresent)?;
        let all: BTreeSet<Capacity> = party.capacities().union(more).copied().collect();
        check_capacities(party.who(), &all)?;
        let new: BTreeSet<Capacity> = more.difference(party.capacities()).copied().collect();
        let taken = new.iter().copied().find(|c| c.is_single() && self.holder_of(*c));
        if let Some(capacity) = taken {
            return Err(AddPartyError::CapacityTaken { capacity });
        }
        let becomes_one = !party.is_shareholder() && new.iter().any(|c| c.holds_shares());
        let shareholders = self.parties().filter(|party| party.is_shareholder()).count();
        if becomes_one && shareholders >= MAX_SHAREHOLDERS {
            return Err(AddPartyError::TooManyShareholders);
        }
        for party in self.parties.iter_mut().filter(|party| party.id() == id) {
            Arc::make_mut(party).extend_capacities(&new);
        }
        Ok(())
    }

    /// Attaches the first version of a document.
    pub fn attach_document(
        &mut self,
        new: NewDocument,
        now: UtcMillis,
    ) -> Result<(), AttachDocumentError> {
        if !self.is_drafting() {
            return Err(AttachDocumentError::NotDrafting);
        }
        if self.knows(&new) {
            return Err(AttachDocumentError::AlreadyAttached);
        }
        if self.documents.len() >= MAX_DOCUMENT_VERSIONS {
            return Err(AttachDocumentError::TooManyDocuments);
        }
        self.documents.push(Document::first_version(new, now));
        Ok(())
    }

    /// Replaces a document by a new version. Signatures of the old version are void from
    /// now on, and so is every confirmation, which was about them; both versions and all
    /// signatures stay (edge case 22).
    pub fn replace_document(
        &mut self,
        old: DocumentId,
        new: NewDocument,
        now: UtcMillis,
    ) -> Result<(), ReplaceDocumentError> {
        self.open_for_changes()?;
        if self.knows(&new) {
            return Err(ReplaceDocumentError::AlreadyAttached);
        }
        if self.documents.len() >= MAX_DOCUMENT_VERSIONS {
            return Err(ReplaceDocumentError::TooManyDocuments);
        }
        let replaced = self.documents.iter_mut().find(|document| document.id == old);
        let replaced = replaced.ok_or(ReplaceDocumentError::UnknownDocument)?;
        if !replaced.is_current() {
            return Err(ReplaceDocumentError::AlreadyReplaced);
        }
        replaced.superseded_by = Some(new.id);
        let version = replaced.version.saturating_add(1);
        self.documents.push(Document { version, ..Document::first_version(new, now) });
        self.forget_confirmations();
        self.settle(now);
        Ok(())
    }

    /// Opens signing. Where every signature already stands, the parties are asked to
    /// confirm at once.
    pub fn open_signing(&mut self, now: UtcMillis) -> Result<(), OpenSigningError> {
        if !self.is_drafting() {
            return Err(OpenSigningError::NotDrafting);
        }
        if self.documents.is_empty() {
            return Err(OpenSigningError::NoDocument);
        }
        if self.signers().next().is_none() {
            return Err(OpenSigningError::NoSigner);
        }
        self.state = FilingState::Signing { since: now };
        self.settle(now);
        Ok(())
    }

    /// Takes the filing back to drafting, by the handler or when nobody confirmed in time
    /// (11.4). Signatures stand; confirmations must be given anew.
    pub fn return_to_drafting(&mut self, now: UtcMillis) -> Result<(), ReturnToDraftingError> {
        self.open_for_signing()?;
        self.forget_confirmations();
        self.state = FilingState::Drafting { since: now };
        Ok(())
    }

    /// A completed signing. Only a ceremony calls this, so a signature cannot appear
    /// without one.
    pub(crate) fn record_signing(
        &mut self,
        party: PartyId,
        documents: &[DocumentRef],
        (signing, review): (SigningId, ReviewNeed),
        now: UtcMillis,
    ) -> Result<(), CompleteError> {
        self.open_for_signing()?;
        let current =
            |wanted: &DocumentRef| self.current_documents().any(|d| d.reference() == *wanted);
        if !documents.iter().all(current) {
            return Err(CompleteError::DocumentChanged);
        }
        let signer = self.parties.iter_mut().find(|signer| signer.id() == party);
        let signer = signer.ok_or(CompleteError::AnotherFiling)?;
        if !signer.takes_part() {
            return Err(Finished::Withdrawn.into());
        }
        if documents.iter().any(|d| signer.signature_of(d.document).is_some()) {
            return Err(CompleteError::AlreadySigned);
        }
        let signatures = documents.iter().map(|d| Signature {
            document: d.document,
            signing,
            at: now,
            voided_at: None,
        });
        let signer = Arc::make_mut(signer);
        signer.signatures.extend(signatures);
        if let ReviewNeed::Case(case) = review {
            signer.reviews.push(Review { case, signing, outcome: ReviewOutcome::Waiting {} });
        }
        self.settle(now);
        Ok(())
    }

    /// What a reviewer decided. Nothing changes when the case is not one of this filing, or was
    /// decided before. It counts in whatever state the filing is.
    pub fn settle_review(&mut self, decided: Decided, now: UtcMillis) {
        let Decided { case, filing, party, accepted, at } = decided;
        if filing != self.id {
            return;
        }
        for party in self.parties.iter_mut().filter(|known| known.id() == party) {
            let waits = |review: &&mut Review| {
                review.case == case && review.outcome == ReviewOutcome::Waiting {}
            };
            for review in Arc::make_mut(party).reviews.iter_mut().filter(waits) {
                review.outcome = if accepted {
                    ReviewOutcome::Accepted { at }
                } else {
                    ReviewOutcome::Refused { at }
                };
            }
        }
        self.settle(now);
    }

    /// A party confirms what was shown to it; `shown` is the digest of that list.
    pub fn confirm(
        &mut self,
        party: PartyId,
        shown: Digest,
        now: UtcMillis,
    ) -> Result<(), ConfirmError> {
        let (_, asked_at) = self.awaits(party)?;
        if now >= timer::confirmation_closes_at(asked_at) {
            return Err(ConfirmError::WindowClosed);
        }
        self.answer(party, Confirmation::Confirmed { at: now, shown });
        self.settle(now);
        Ok(())
    }

    /// The same, declared to an officer who has the person there: also once the window has closed, until the filing goes
    /// back to drafting (domain study 11.4).
    pub fn confirm_in_person(
        &mut self,
        party: PartyId,
        shown: Digest,
        now: UtcMillis,
    ) -> Result<(), ConfirmError> {
        let (signed_at, _) = self.awaits(party)?;
        if now >= timer::unconfirmed_lapses_at(signed_at) {
            return Err(ConfirmError::WindowClosed);
        }
        self.answer(party, Confirmation::Confirmed { at: now, shown });
        self.settle(now);
        Ok(())
    }

    /// Since when everything is signed, and when parties were last asked, where this one has yet to confirm.
    fn awaits(&self, party: PartyId) -> Result<(UtcMillis, UtcMillis), ConfirmError> {
        let answer = &self.party(party).ok_or(ConfirmError::UnknownParty)?.confirmation;
        self.open_for_signing()?;
        if answer.confirmed_at().is_some() {
            return Err(ConfirmError::AlreadyConfirmed);
        }
        let FilingState::Signed { since, asked_at } = self.state else {
            return Err(ConfirmError::NotAllSigned { missing: self.missing_signatures() });
        };
        Ok((since, asked_at))
    }

    /// A party objects: at any time before the end, also before everyone has signed and
    /// after having confirmed. The first objection freezes the filing.
    pub fn object(
        &mut self,
        party: PartyId,
        reason_digest: Option<Digest>,
        now: UtcMillis,
    ) -> Result<(), ObjectError> {
        let answer = &self.party(party).ok_or(ObjectError::UnknownParty)?.confirmation;
        if answer.is_objection() {
            return Err(ObjectError::AlreadyObjected);
        }
        match self.state {
            FilingState::Ended { .. } => return Err(ObjectError::Ended),
            FilingState::Frozen { .. } => {}
            _ => self.state = FilingState::Frozen { since: now, by: party, reason_digest },
        }
        let taken_back_at = None;
        self.answer(party, Confirmation::Objected { at: now, reason_digest, taken_back_at });
        Ok(())
    }

    /// Asks again those who have not confirmed, which opens a new window.
    pub fn ask_again(&mut self, now: UtcMillis) -> Result<(), AskAgainError> {
        self.open_for_signing()?;
        let FilingState::Signed { asked_at, .. } = &mut self.state else {
            return Err(AskAgainError::NothingToAsk);
        };
        *asked_at = now;
        Ok(())
    }

    /// Ends the filing. One that is frozen or was submitted only by decision of the registry's officer.
    pub fn end(&mut self, reason: EndReason, now: UtcMillis) -> Result<(), EndError> {
        match (&self.state, &reason) {
            (FilingState::Ended { .. }, _) => return Err(EndError::AlreadyEnded),
            (FilingState::Submitted { .. }, EndReason::Withdrawn {}) => {
                return Err(EndError::Submitted);
            }
            (FilingState::Frozen { .. }, EndReason::Withdrawn {}) => return Err(EndError::Frozen),
            _ => self.state = FilingState::Ended { since: now, reason },
        }
        Ok(())
    }
}
