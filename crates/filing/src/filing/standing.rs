//! How the state of a filing follows from its facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_vocabulary::{PartyId, UtcMillis};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AddPartyError, Filing, FilingState, NotOpen};
use crate::confirmation::Confirmation;
use crate::document::{Document, DocumentRef, NewDocument, RequiredSigners};
use crate::party::{Capacity, Party, PartyKind, Signature};
use crate::review::ReviewOutcome;

impl Filing {
    /// Refuses unless parties may sign and confirm.
    pub(crate) fn open_for_signing(&self) -> Result<(), NotOpen> {
        if self.is_drafting() { Err(NotOpen::Drafting) } else { self.open_for_changes() }
    }

    pub(super) fn open_for_changes(&self) -> Result<(), NotOpen> {
        match self.state {
            FilingState::Submitted { .. } => Err(NotOpen::Submitted),
            FilingState::Frozen { .. } => Err(NotOpen::Frozen),
            FilingState::Ended { .. } => Err(NotOpen::Ended),
            _ => Ok(()),
        }
    }

    pub(super) fn is_drafting(&self) -> bool {
        matches!(self.state, FilingState::Drafting { .. })
    }

    /// Moves between signing, signed and confirmed as the facts say. Instants are the
    /// latest among the facts, not the moment of this call: any order gives the same.
    pub(super) fn settle(&mut self, now: UtcMillis) {
        let opened = match self.state {
            FilingState::Signing { since } => since,
            FilingState::Signed { .. }
            | FilingState::Reviewing { .. }
            | FilingState::Confirmed { .. } => self.opened_at,
            _ => return,
        };
        let next = match (self.signed_since(), self.confirmed_since()) {
            (None, _) if matches!(self.state, FilingState::Signing { .. }) => return,
            (None, _) => FilingState::Signing { since: now },
            (Some(_), Some(confirmed)) => match self.reviewed_since() {
                Some(reviewed) => FilingState::Confirmed { since: confirmed.max(reviewed) },
                None => FilingState::Reviewing { since: confirmed },
            },
            (Some(_), None) if matches!(self.state, FilingState::Signed { .. }) => return,
            (Some(signed), None) => {
                let since = signed.max(opened);
                FilingState::Signed { since, asked_at: since }
            }
        };
        self.state = next;
    }

    /// When the last required signature came, if none is missing. Who was taken out was missing until then.
    pub(super) fn signed_since(&self) -> Option<UtcMillis> {
        if self.missing_signatures() > 0 {
            return None;
        }
        let counting = |s: &&Signature| {
            s.voided_at.is_none() && self.document(s.document).is_some_and(Document::is_current)
        };
        let last =
            self.signers().flat_map(Party::signatures).filter(counting).map(|s| s.at).max()?;
        let removed = self.everybody().filter_map(Party::removal).map(|removal| removal.at).max();
        Some(removed.map_or(last, |removed| removed.max(last)))
    }

    /// When the last party confirmed, if all did.
    pub(super) fn confirmed_since(&self) -> Option<UtcMillis> {
        let answers = self.parties().map(|party| party.confirmation.confirmed_at());
        answers.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// When the last case was accepted, if all were; the opening when there was none.
    pub(super) fn reviewed_since(&self) -> Option<UtcMillis> {
        let reviews = self.parties().flat_map(Party::reviews);
        let accepted = reviews.map(|review| match review.outcome {
            ReviewOutcome::Accepted { at } => Some(at),
            ReviewOutcome::Waiting {} | ReviewOutcome::Refused { .. } => None,
        });
        let accepted = accepted.collect::<Option<Vec<_>>>()?;
        Some(accepted.into_iter().max().unwrap_or(self.opened_at))
    }

    pub(super) fn signers(&self) -> impl Iterator<Item = &Party> {
        self.parties().filter(|party| party.is_signer())
    }

    pub(super) fn unsigned_by<'a>(
        &'a self,
        party: &'a Party,
    ) -> impl Iterator<Item = DocumentRef> + 'a {
        self.current_documents()
            .filter(|document| match document.required_signers {
                RequiredSigners::AllParties => party.signature_of(document.id).is_none(),
            })
            .map(Document::reference)
    }

    pub(super) fn holder_of(&self, capacity: Capacity) -> bool {
        self.parties().any(|party| party.capacities().contains(&capacity))
    }

    /// Whether the identifier is taken, or the same bytes are a current document.
    pub(super) fn knows(&self, new: &NewDocument) -> bool {
        self.documents.iter().any(|d| d.id == new.id || d.is_current() && d.sha256 == new.sha256)
    }

    /// After an objection was decided: nobody objects or has confirmed, and the facts say the rest.
    pub(crate) fn go_on(&mut self, now: UtcMillis) {
        self.forget_confirmations();
        self.state = FilingState::Signing { since: now };
        self.settle(now);
    }

    pub(crate) fn parties_mut(&mut self) -> impl Iterator<Item = &mut Arc<Party>> {
        self.parties.iter_mut()
    }

    pub(crate) fn answer(&mut self, id: PartyId, answer: Confirmation) {
        for party in self.parties.iter_mut().filter(|party| party.id() == id) {
            Arc::make_mut(party).confirmation = answer;
        }
    }

    pub(super) fn forget_confirmations(&mut self) {
        let answered =
            |party: &&mut Arc<Party>| !matches!(party.confirmation, Confirmation::Pending {});
        for party in self.parties.iter_mut().filter(answered) {
            Arc::make_mut(party).confirmation = Confirmation::Pending {};
        }
    }

    /// Why the state of a row cannot have come from its facts.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        let unfit = |p: &Party| check_capacities(p.who(), p.capacities()).is_err();
        let objected = |p: &Party| p.confirmation.is_objection();
        let signed = self.signed_since().is_some();
        let confirmed = signed && self.confirmed_since().is_some();
        let reviewed = self.reviewed_since().is_some();
        if self.parties().any(unfit) {
            return Some("a party acts in a capacity it cannot have");
        }
        if self.everybody().map(Party::id).collect::<BTreeSet<_>>().len() != self.parties.len() {
            return Some("a party stands twice");
        }
        let has_acted = |p: &Party| {
            !p.signatures().is_empty() || !matches!(p.confirmation, Confirmation::Pending {})
        };
        if self.everybody().any(|party| !party.takes_part() && has_acted(party)) {
            return Some("a party was taken out that signed or answered");
        }
        let (fits, objection_fits) = match &self.state {
            FilingState::Drafting { .. } => (true, false),
            FilingState::Signing { .. } => (!signed, false),
            FilingState::Signed { .. } => (signed && !confirmed, false),
            FilingState::Reviewing { .. } => (confirmed && !reviewed, false),
            FilingState::Confirmed { .. } | FilingState::Submitted { .. } => {
                (confirmed && reviewed, false)
            }
            FilingState::Frozen { by, .. } => (self.party(*by).is_some_and(objected), true),
            FilingState::Ended { .. } => (true, true),
        };
        let silent_objection = !objection_fits && self.parties().any(objected);
        (!fits || silent_objection)
            .then_some("the state does not follow from the signatures and answers")
    }
}

impl Serialize for Filing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Filing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let filing = Self::deserialize(deserializer)?;
        match filing.contradiction() {
            Some(contradiction) => Err(serde::de::Error::custom(contradiction)),
            None => Ok(filing),
        }
    }
}

pub(super) fn check_capacities(
    who: &PartyKind,
    capacities: &BTreeSet<Capacity>,
) -> Result<(), AddPartyError> {
    if capacities.is_empty() {
        return Err(AddPartyError::NoCapacity);
    }
    let represents = matches!(who, PartyKind::Company { .. })
        || capacities.contains(&Capacity::CorporateShareholderRepresentative);
    if represents && capacities.contains(&Capacity::Handler) {
        return Err(AddPartyError::HandlerSignsForOthers);
    }
    match who.unfit(capacities) {
        Some(capacity) => Err(AddPartyError::UnfitCapacity { capacity }),
        None => Ok(()),
    }
}
