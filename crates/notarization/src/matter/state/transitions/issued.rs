//! What may follow once there is a number: the issue or its end, paper and delivery, another look, the archive.

use chrono::NaiveDate;
use heqi_evidence_store::object::ObjectRef;
use heqi_vocabulary::{Digest, UtcMillis};

use crate::matter::form::DeliveryWay;
use crate::matter::state::{Delivery, Fee, Issue, Matter, Paper, Reexamination, Rule, Stage};
use crate::staff::{OfficeRole, Officer};

/// One year: 公证程序规则 art. 61, counted from the issue for want of the day of receipt.
const REEXAMINATION_MS: i64 = 365 * 24 * 3_600_000;

impl Matter {
    /// Whether the certificate may be made and issued now.
    pub(crate) fn may_issue(&self, by: &Officer) -> Result<(), Rule> {
        self.at(&[Stage::Numbered])?;
        self.not_quarantined()?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.is_responsible(by)?;
        match self.fee {
            Fee::Paid { .. } | Fee::Waived => Ok(()),
            Fee::Unset | Fee::Due { .. } => Err(Rule::FeeOpen),
        }
    }

    pub(crate) fn issued(&mut self, issue: Issue, with_paper: bool, today: NaiveDate) {
        self.issue = Some(issue);
        self.paper = if with_paper { Paper::ToSeal } else { Paper::None };
        if let Some(clock) = &mut self.clock {
            clock.stop(today);
        }
        self.stage = Stage::Issued;
    }

    pub(crate) fn set_fee(&mut self, by: &Officer, fee: Fee) -> Result<(), Rule> {
        if self.stage.is_closed() || self.stage == Stage::Submitted {
            return Err(Rule::Stage(self.stage));
        }
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        if matches!(self.fee, Fee::Paid { .. }) {
            return Err(Rule::Done);
        }
        self.fee = fee;
        Ok(())
    }

    pub(crate) fn may_seal_paper(&self, by: &Officer) -> Result<(), Rule> {
        self.at(&[Stage::Issued])?;
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        if self.paper != Paper::ToSeal {
            return Err(Rule::Paper);
        }
        Ok(())
    }

    pub(crate) fn paper_sealed(&mut self, scan_sha256: Digest, scan: ObjectRef) {
        self.paper = Paper::Sealed { scan_sha256, scan };
    }

    pub(crate) fn delivered(&mut self, by: &Officer, delivery: Delivery) -> Result<(), Rule> {
        self.at(&[Stage::Issued])?;
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        if delivery.way != DeliveryWay::Download {
            if !matches!(self.paper, Paper::Sealed { .. }) {
                return Err(Rule::Paper);
            }
            self.scan = self.scan();
            self.paper = Paper::Delivered;
        }
        self.deliveries.push(delivery);
        Ok(())
    }

    /// A number that was not issued is void; it stays in the book.
    pub(crate) fn void(&mut self, by: &Officer, at: UtcMillis) -> Result<(), Rule> {
        if !self.takes_void() {
            return Err(Rule::Stage(self.stage));
        }
        self.may_work(by, &[OfficeRole::Approver])?;
        if let Some(clock) = &mut self.clock {
            clock.stop(at.shanghai_date());
        }
        self.voided_at = Some(at);
        self.stage = Stage::Voided;
        Ok(())
    }

    /// Another notary looks again, within a year of the issue (公证程序规则 arts. 61, 62); or takes over what was asked for
    /// from one who cannot conclude it any more, and its days run on.
    pub(crate) fn ask_again(&mut self, by: &Officer, at: UtcMillis) -> Result<(), Rule> {
        self.at(&[Stage::Issued])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        let issue = self.issue.ok_or(Rule::Stage(self.stage))?;
        if issue.by == by.account || self.approval.is_some_and(|a| a.by == by.account) {
            return Err(Rule::OtherNotary);
        }
        let asked_at = match self.reexamination.filter(|one| one.outcome.is_none()) {
            // What was concluded waits for the approver, who may turn it down.
            Some(one) if one.notary == by.account || self.proposed.is_some() => {
                return Err(Rule::Done);
            }
            Some(one) => one.asked_at,
            None if at.millis_since(issue.at) > REEXAMINATION_MS => return Err(Rule::TooLate),
            None => at,
        };
        self.reexamination = Some(Reexamination { asked_at, notary: by.account, outcome: None });
        Ok(())
    }

    /// Whether the dossier may go to the archive now: nothing is open any more (公证档案管理办法: 办结后归档).
    pub(crate) fn may_archive(&self, by: &Officer) -> Result<(), Rule> {
        if by.role != OfficeRole::Archivist {
            return Err(Rule::Role);
        }
        if !self.stage.is_closed() && self.stage != Stage::Issued {
            return Err(Rule::Stage(self.stage));
        }
        if self.archived_at.is_some() {
            return Err(Rule::Done);
        }
        self.nothing_waits()?;
        if self.is_looked_at_again() {
            return Err(Rule::LookedAtAgain);
        }
        Ok(())
    }

    /// The dossier goes to the archive.
    pub(crate) fn archived(&mut self, by: &Officer, at: UtcMillis) -> Result<(), Rule> {
        self.may_archive(by)?;
        self.archived_at = Some(at);
        Ok(())
    }
}
