//! Corrections, revocations and outcomes of re-examinations: a notary proposes, another person approves.

use heqi_vocabulary::UtcMillis;

use crate::matter::state::{Matter, Proposed, ReexaminationOutcome, Rule, Stage, StandingChange};
use crate::staff::{OfficeRole, Officer};

impl Matter {
    /// A notary proposes; the outcome of a re-examination whoever looked again.
    pub(crate) fn propose(
        &mut self,
        by: &Officer,
        at: UtcMillis,
        what: StandingChange,
    ) -> Result<(), Rule> {
        self.at(&[Stage::Issued])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        if let StandingChange::Reexamination(_) = what {
            let open = self.reexamination.filter(|one| one.outcome.is_none());
            let one = open.ok_or(Rule::Stage(self.stage))?;
            if one.notary != by.account {
                return Err(Rule::OtherNotary);
            }
        }
        if self.proposed.is_some() {
            return Err(Rule::Done);
        }
        self.proposed = Some(Proposed { what, by: by.account, at });
        Ok(())
    }

    /// What this person may approve or turn down.
    pub(crate) fn may_decide(&self, by: &Officer) -> Result<Proposed, Rule> {
        self.at(&[Stage::Issued])?;
        let proposed = self.proposed.ok_or(Rule::Stage(self.stage))?;
        // Said first, as of a draft.
        if proposed.by == by.account {
            return Err(Rule::OwnDraft);
        }
        self.may_work(by, &[OfficeRole::Approver])?;
        Ok(proposed)
    }

    /// It is approved, and so done.
    pub(crate) fn carry_out(&mut self, by: &Officer, at: UtcMillis) -> Result<(), Rule> {
        match self.may_decide(by)?.what {
            StandingChange::Correction => self.correct(),
            StandingChange::Revocation => self.revoke(at),
            StandingChange::Reexamination(outcome) => {
                if let Some(one) = &mut self.reexamination {
                    one.outcome = Some((at, outcome));
                }
                match outcome {
                    ReexaminationOutcome::Upheld => {}
                    ReexaminationOutcome::Corrected => self.correct(),
                    ReexaminationOutcome::Voided => self.revoke(at),
                }
            }
        }
        self.proposed = None;
        Ok(())
    }

    /// It is turned down: the certificate stands as it did.
    pub(crate) fn turn_down(&mut self, by: &Officer) -> Result<(), Rule> {
        self.may_decide(by)?;
        self.proposed = None;
        Ok(())
    }

    fn correct(&mut self) {
        self.corrections = self.corrections.saturating_add(1);
    }

    fn revoke(&mut self, at: UtcMillis) {
        self.voided_at = Some(at);
        self.stage = Stage::Voided;
    }
}
