//! Cases that a person decides (domain study 11.2, 11.13): whether who signed is the person
//! named, where no authority said so or no machine may decide.
//!
//! A case is opened by the signing that needs it, and the filing is not confirmed before every
//! case of it is accepted. One reviewer accepts; a refusal takes two. A [`Reviewer`] is of the
//! registry or of the notary: there is no other way to make one.

mod reason;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use heqi_vocabulary::{CaseId, FilingId, PartyId, SigningId, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::office::Office;

pub use reason::ReviewReason;
pub use refusal::{DecideError, NotAReviewer};

/// Within what time somebody is to look: one day, in milliseconds.
pub const REVIEW_WITHIN_MS: i64 = 24 * 3_600_000;

/// Somebody who may decide: of the registry or of the notary.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Unchecked")]
pub struct Reviewer {
    account: StaffId,
    office: Office,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    account: StaffId,
    office: Office,
}

impl TryFrom<Unchecked> for Reviewer {
    type Error = NotAReviewer;

    fn try_from(unchecked: Unchecked) -> Result<Self, NotAReviewer> {
        Self::new(unchecked.account, unchecked.office)
    }
}

impl Reviewer {
    /// The account as a reviewer.
    ///
    /// # Errors
    /// It is of the operator or of a handler's firm.
    pub fn new(account: StaffId, office: Office) -> Result<Self, NotAReviewer> {
        if office.kind.reviews() { Ok(Self { account, office }) } else { Err(NotAReviewer) }
    }

    /// Which account.
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// Of which organisation.
    pub const fn office(&self) -> &Office {
        &self.office
    }
}

/// How a case stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "every reader must decide anew about a new state")]
pub enum CaseState {
    /// Nobody has decided.
    Open {},
    /// One reviewer wants to refuse; another one must agree.
    RefusalProposed {
        /// Who.
        by: Reviewer,
        /// When.
        at: UtcMillis,
    },
    /// It is this person.
    Accepted {
        /// Who decided.
        by: Reviewer,
        /// When.
        at: UtcMillis,
    },
    /// Two reviewers found that it is not, or cannot be told.
    Refused {
        /// Who proposed it.
        proposed_by: Reviewer,
        /// Who agreed.
        confirmed_by: Reviewer,
        /// When.
        at: UtcMillis,
    },
}

impl CaseState {
    /// The word used in records and rows.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open {} => "open",
            Self::RefusalProposed { .. } => "refusal_proposed",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
        }
    }
}

/// What opens a case.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct NewCase {
    /// A fresh identifier.
    pub id: CaseId,
    /// The filing.
    pub filing: FilingId,
    /// Whose identity it is about.
    pub party: PartyId,
    /// The signing that needs it.
    pub signing: SigningId,
    /// Whose reviewers decide.
    pub office: Office,
    /// Why; never empty.
    pub reasons: BTreeSet<ReviewReason>,
}

/// One case.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewCase {
    id: CaseId,
    filing: FilingId,
    party: PartyId,
    signing: SigningId,
    office: Office,
    reasons: BTreeSet<ReviewReason>,
    opened_at: UtcMillis,
    state: CaseState,
}

/// Proof that a case was decided. Only a case gives one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decided {
    pub(crate) case: CaseId,
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
    pub(crate) accepted: bool,
    pub(crate) at: UtcMillis,
}

impl ReviewCase {
    /// Opens a case.
    pub fn open(new: NewCase, now: UtcMillis) -> Self {
        let NewCase { id, filing, party, signing, office, reasons } = new;
        let state = CaseState::Open {};
        Self { id, filing, party, signing, office, reasons, opened_at: now, state }
    }

    /// Its identifier.
    pub const fn id(&self) -> CaseId {
        self.id
    }

    /// The filing.
    pub const fn filing(&self) -> FilingId {
        self.filing
    }

    /// Whose identity it is about.
    pub const fn party(&self) -> PartyId {
        self.party
    }

    /// The signing that needs it.
    pub const fn signing(&self) -> SigningId {
        self.signing
    }

    /// Whose reviewers decide.
    pub const fn office(&self) -> &Office {
        &self.office
    }

    /// Why a person must look.
    pub const fn reasons(&self) -> &BTreeSet<ReviewReason> {
        &self.reasons
    }

    /// Since when it waits.
    pub const fn opened_at(&self) -> UtcMillis {
        self.opened_at
    }

    /// Until when somebody is to look.
    pub fn due_at(&self) -> UtcMillis {
        self.opened_at.plus_millis(REVIEW_WITHIN_MS)
    }

    /// How it stands.
    pub const fn state(&self) -> &CaseState {
        &self.state
    }

    /// Whether it is decided for good.
    pub const fn is_decided(&self) -> bool {
        matches!(self.state, CaseState::Accepted { .. } | CaseState::Refused { .. })
    }

    /// A reviewer finds that it is this person; a refusal that was proposed falls with it.
    ///
    /// # Errors
    /// See [`DecideError`].
    pub fn accept(&mut self, by: &Reviewer, now: UtcMillis) -> Result<Decided, DecideError> {
        self.undecided_for(by)?;
        self.state = CaseState::Accepted { by: by.clone(), at: now };
        Ok(self.decided(true, now))
    }

    /// A reviewer wants to refuse.
    ///
    /// # Errors
    /// See [`DecideError`].
    pub fn propose_refusal(&mut self, by: &Reviewer, now: UtcMillis) -> Result<(), DecideError> {
        self.undecided_for(by)?;
        if matches!(self.state, CaseState::RefusalProposed { .. }) {
            return Err(DecideError::AlreadyProposed);
        }
        self.state = CaseState::RefusalProposed { by: by.clone(), at: now };
        Ok(())
    }

    /// A second reviewer agrees to refuse. Nobody agrees with oneself.
    ///
    /// # Errors
    /// See [`DecideError`].
    pub fn confirm_refusal(
        &mut self,
        by: &Reviewer,
        now: UtcMillis,
    ) -> Result<Decided, DecideError> {
        self.undecided_for(by)?;
        let CaseState::RefusalProposed { by: proposed_by, .. } = &self.state else {
            return Err(DecideError::NothingProposed);
        };
        if proposed_by.account == by.account {
            return Err(DecideError::OwnProposal);
        }
        let (proposed_by, confirmed_by) = (proposed_by.clone(), by.clone());
        self.state = CaseState::Refused { proposed_by, confirmed_by, at: now };
        Ok(self.decided(false, now))
    }

    fn undecided_for(&self, by: &Reviewer) -> Result<(), DecideError> {
        if by.office != self.office {
            return Err(DecideError::OtherOffice);
        }
        if self.is_decided() { Err(DecideError::Decided) } else { Ok(()) }
    }

    const fn decided(&self, accepted: bool, at: UtcMillis) -> Decided {
        Decided { case: self.id, filing: self.filing, party: self.party, accepted, at }
    }
}

/// Whether a signing needs a person who looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "somebody must look or need not")]
pub enum ReviewNeed {
    /// Authorities have said who it is, or nobody reviews on this platform.
    Settled,
    /// This case is opened together with it.
    Case(CaseId),
}

/// A case as its party holds it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one case")]
pub struct Review {
    /// The case.
    pub case: CaseId,
    /// The signing that needs it.
    pub signing: SigningId,
    /// What was decided.
    pub outcome: ReviewOutcome,
}

/// What was decided about a case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "every caller must decide anew about a new outcome")]
pub enum ReviewOutcome {
    /// Nothing yet.
    Waiting {},
    /// It is this person.
    Accepted {
        /// When.
        at: UtcMillis,
    },
    /// It is not, or cannot be told: this filing cannot be confirmed any more.
    Refused {
        /// When.
        at: UtcMillis,
    },
}
