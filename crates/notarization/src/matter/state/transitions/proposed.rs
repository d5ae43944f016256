//! Refusals and terminations of applications, corrections, revocations and outcomes of re-examinations of certificates:
//! a notary proposes, another person approves.

use heqi_vocabulary::{StaffId, UtcMillis};

use crate::matter::state::{Matter, Proposed, ProposedChange, ReexaminationOutcome, Rule, Stage};
use crate::staff::{OfficeRole, Officer};

impl Matter {
    /// A notary proposes; the outcome of a re-examination whoever looked again. The clock runs on.
    pub(crate) fn propose(
        &mut self,
        by: &Officer,
        at: UtcMillis,
        what: ProposedChange,
    ) -> Result<(), Rule> {
        self.takes(what)?;
        self.may_work(by, &[OfficeRole::Notary])?;
        if let ProposedChange::Reexamination(_) = what {
            let open = self.reexamination.filter(|one| one.outcome.is_none());
            let one = open.ok_or(Rule::Stage(self.stage))?;
            if one.notary != by.account {
                return Err(Rule::OtherNotary);
            }
        }
        self.nothing_waits()?;
        self.proposed = Some(Proposed { what, by: by.account, at });
        Ok(())
    }

    /// Whether the matter has come as far as this is about, and no further.
    fn takes(&self, what: ProposedChange) -> Result<(), Rule> {
        let takes = match what {
            ProposedChange::Refusal(_) => self.takes_ending(),
            ProposedChange::Termination => self.takes_ending() && self.stage != Stage::Submitted,
            ProposedChange::Correction
            | ProposedChange::Revocation
            | ProposedChange::Reexamination(_) => self.stage == Stage::Issued,
        };
        if takes { Ok(()) } else { Err(Rule::Stage(self.stage)) }
    }

    /// Nothing else that was put forward waits for a second person.
    pub(crate) const fn nothing_waits(&self) -> Result<(), Rule> {
        if self.proposed.is_some() { Err(Rule::Waits) } else { Ok(()) }
    }

    /// What this person may approve or turn down.
    pub(crate) fn may_decide(&self, by: &Officer) -> Result<Proposed, Rule> {
        let proposed = self.proposed.ok_or(Rule::Stage(self.stage))?;
        self.takes(proposed.what)?;
        // Said first, as of a draft.
        let is_responsible = self.acceptance.is_some_and(|one| one.notary == by.account);
        if proposed.by == by.account || (proposed.what.is_ending() && is_responsible) {
            return Err(Rule::OwnDraft);
        }
        self.may_work(by, &[OfficeRole::Approver])?;
        Ok(proposed)
    }

    /// It is approved, and so done.
    pub(crate) fn carry_out(&mut self, by: &Officer, at: UtcMillis) -> Result<(), Rule> {
        match self.may_decide(by)?.what {
            ProposedChange::Correction => self.correct(),
            ProposedChange::Revocation => self.revoke(at),
            ProposedChange::Reexamination(outcome) => {
                if let Some(one) = &mut self.reexamination {
                    one.outcome = Some((at, outcome));
                }
                match outcome {
                    ReexaminationOutcome::Upheld => {}
                    ReexaminationOutcome::Corrected => self.correct(),
                    ReexaminationOutcome::Voided => self.revoke(at),
                }
            }
            ProposedChange::Refusal(_) => self.close(Stage::Refused, at.shanghai_date())?,
            ProposedChange::Termination => self.close(Stage::Terminated, at.shanghai_date())?,
        }
        self.proposed = None;
        Ok(())
    }

    /// It is turned down: everything stands as it did.
    pub(crate) fn turn_down(&mut self, by: &Officer) -> Result<(), Rule> {
        self.may_decide(by)?;
        self.proposed = None;
        Ok(())
    }

    /// Who put it forward takes it back.
    pub(crate) fn take_back(&mut self, by: &Officer) -> Result<(), Rule> {
        let proposed = self.proposed.ok_or(Rule::Stage(self.stage))?;
        if proposed.by != by.account {
            return Err(Rule::OthersProposal);
        }
        self.may_work(by, &[OfficeRole::Notary])?;
        self.proposed = None;
        Ok(())
    }

    /// What somebody put forward falls with their part in the matter.
    pub(super) fn falls_of(&mut self, account: StaffId) {
        self.proposed = self.proposed.filter(|one| one.by != account);
    }

    fn correct(&mut self) {
        self.corrections = self.corrections.saturating_add(1);
    }

    fn revoke(&mut self, at: UtcMillis) {
        self.voided_at = Some(at);
        self.stage = Stage::Voided;
    }
}
