//! What may follow what. Every transition checks first and changes after: what is refused has
//! changed nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use heqi_vocabulary::{Digest, UtcMillis};

use super::{Acceptance, Declaration, Fee, Ground, Matter, Paper, Rule, Stage};
use crate::matter::checklist::{Checklist, Complex, Item, MachineCheck, Outcome, Tick};
use crate::matter::clock::{PauseReason, StatutoryClock};
use crate::matter::form::ApplicantKind;
use crate::matter::number::{AcceptanceNo, ApplicationNo};
use crate::staff::{OfficeRole, Officer};

mod drafting;
mod issued;
mod proposed;

impl Matter {
    pub(crate) fn submit(
        no: ApplicationNo,
        ground: Ground,
        applicant: ApplicantKind,
        submitted_at: UtcMillis,
    ) -> Self {
        let Ground { deposit, deposit_no, record_id, voucher, deposited_at } = ground;
        Self {
            no,
            deposit,
            deposit_no,
            record_id,
            voucher,
            deposited_at,
            applicant,
            submitted_at,
            stage: Stage::Submitted,
            acceptance: None,
            clock: None,
            declarations: BTreeMap::new(),
            supplement_asked: false,
            checklist: Checklist::default(),
            objections: 0,
            quarantined_at: None,
            extraction: None,
            package: None,
            draft: None,
            approval: None,
            certificate: None,
            issue: None,
            fee: Fee::Unset,
            paper: Paper::None,
            scan: None,
            deliveries: Vec::new(),
            corrections: 0,
            voided_at: None,
            reexamination: None,
            proposed: None,
            archived_at: None,
            notices: Vec::new(),
            screens: Vec::new(),
            steps: 0,
            last_step: Digest::of(b""),
        }
    }

    fn at(&self, stages: &[Stage]) -> Result<(), Rule> {
        if stages.contains(&self.stage) { Ok(()) } else { Err(Rule::Stage(self.stage)) }
    }

    fn not_quarantined(&self) -> Result<(), Rule> {
        if self.quarantined_at.is_some() { Err(Rule::Quarantined) } else { Ok(()) }
    }

    /// Somebody may work on the matter: of one of these roles, declared, without conflict.
    pub(crate) fn may_work(&self, by: &Officer, roles: &[OfficeRole]) -> Result<(), Rule> {
        if !roles.contains(&by.role) {
            return Err(Rule::Role);
        }
        match self.declarations.get(&by.account) {
            None => Err(Rule::Undeclared),
            Some(said) if said.conflict => Err(Rule::Conflict),
            Some(_) => Ok(()),
        }
    }

    fn is_responsible(&self, by: &Officer) -> Result<(), Rule> {
        match self.acceptance {
            Some(acceptance) if acceptance.notary == by.account => Ok(()),
            _ => Err(Rule::NotResponsible),
        }
    }

    /// A member of staff says whether there is a conflict of interest. Who has one and was
    /// responsible is so no longer once the matter is given to another; what they put forward falls.
    pub(crate) fn declare(
        &mut self,
        by: &Officer,
        at: UtcMillis,
        conflict: bool,
    ) -> Result<(), Rule> {
        if self.stage.is_closed() {
            return Err(Rule::Stage(self.stage));
        }
        if !by.role.works_on_matters() {
            return Err(Rule::Role);
        }
        // A conflict once declared is not taken back by whoever has it.
        if self.declarations.get(&by.account).is_some_and(|said| said.conflict) {
            return Err(Rule::Conflict);
        }
        self.declarations.insert(by.account, Declaration { at, conflict });
        if conflict {
            self.falls_of(by.account);
        }
        Ok(())
    }

    pub(crate) fn accept(
        &mut self,
        by: &Officer,
        no: AcceptanceNo,
        at: UtcMillis,
        today: NaiveDate,
    ) -> Result<(), Rule> {
        self.at(&[Stage::Submitted])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.acceptance = Some(Acceptance { no, at, notary: by.account });
        self.clock = Some(StatutoryClock::start(today));
        self.stage = Stage::Accepted;
        Ok(())
    }

    /// Another notary takes the matter over (公证法 art. 23: conflict), as long as nothing is issued. What was approved is
    /// drafted and approved anew, by whoever is another person than the new notary; a number that was given stays with
    /// the matter. What was put forward about it falls.
    pub(crate) fn take_over(&mut self, by: &Officer) -> Result<(), Rule> {
        self.at(&[Stage::Accepted, Stage::Supplementing, Stage::Drafted, Stage::Numbered])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        let acceptance = self.acceptance.as_mut().ok_or(Rule::NotResponsible)?;
        if acceptance.notary == by.account {
            return Err(Rule::Done);
        }
        acceptance.notary = by.account;
        // Whoever is responsible now says what becomes of the application.
        self.proposed = None;
        // Whoever drafts and certifies was at the extraction: it is done again.
        self.extraction = None;
        self.package = None;
        self.draft = None;
        self.approval = None;
        if matches!(self.stage, Stage::Drafted | Stage::Numbered) {
            self.stage = Stage::Accepted;
        }
        Ok(())
    }

    pub(crate) fn ask_supplement(&mut self, by: &Officer, today: NaiveDate) -> Result<(), Rule> {
        self.at(&[Stage::Accepted])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.is_responsible(by)?;
        if self.supplement_asked {
            return Err(Rule::AskedBefore);
        }
        let clock = self.clock.as_mut().ok_or(Rule::Clock)?;
        if !clock.pause(today, PauseReason::Supplement) {
            return Err(Rule::Clock);
        }
        self.supplement_asked = true;
        self.stage = Stage::Supplementing;
        Ok(())
    }

    pub(crate) fn supplement_arrived(
        &mut self,
        by: &Officer,
        today: NaiveDate,
    ) -> Result<(), Rule> {
        self.at(&[Stage::Supplementing])?;
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        let clock = self.clock.as_mut().ok_or(Rule::Clock)?;
        if !clock.resume(today) {
            return Err(Rule::Clock);
        }
        self.stage = Stage::Accepted;
        Ok(())
    }

    pub(crate) fn pause(
        &mut self,
        by: &Officer,
        today: NaiveDate,
        reason: PauseReason,
    ) -> Result<(), Rule> {
        self.at(&[Stage::Accepted, Stage::Drafted])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.is_responsible(by)?;
        // A supplement has its own list and its own notice.
        let may = reason != PauseReason::Supplement
            && self.clock.as_mut().is_some_and(|clock| clock.pause(today, reason));
        if may { Ok(()) } else { Err(Rule::Clock) }
    }

    pub(crate) fn resume(&mut self, by: &Officer, today: NaiveDate) -> Result<(), Rule> {
        self.at(&[Stage::Accepted, Stage::Drafted])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.is_responsible(by)?;
        let may = self.clock.as_mut().is_some_and(|clock| clock.resume(today));
        if may { Ok(()) } else { Err(Rule::Clock) }
    }

    /// Whether the matter may still end without a certificate: there is no number yet.
    pub fn takes_ending(&self) -> bool {
        self.certificate.is_none() && self.stage.is_before_number()
    }

    /// Ends the matter before there is a number. What was put forward about it falls.
    fn close(&mut self, end: Stage, today: NaiveDate) -> Result<(), Rule> {
        if !self.takes_ending() {
            return Err(Rule::Stage(self.stage));
        }
        if let Some(clock) = &mut self.clock {
            clock.stop(today);
        }
        self.proposed = None;
        self.stage = end;
        Ok(())
    }

    /// The applicant withdraws; whoever has the desk writes it down.
    pub(crate) fn withdraw(&mut self, by: &Officer, today: NaiveDate) -> Result<(), Rule> {
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        self.close(Stage::Withdrawn, today)
    }

    /// Takes what the machine found. A digest that differs quarantines the matter: nothing is
    /// drafted any more, and nothing is overwritten (edge case 36).
    pub(crate) fn recomputed(
        &mut self,
        by: &Officer,
        at: UtcMillis,
        found: BTreeMap<Item, MachineCheck>,
        objections: u32,
    ) -> Result<(), Rule> {
        self.at(&[Stage::Accepted, Stage::Supplementing, Stage::Drafted])?;
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        if found.get(&Item::Digests).is_some_and(|check| check.outcome == Outcome::Failed) {
            self.quarantined_at.get_or_insert(at);
        }
        self.objections = objections;
        self.checklist.recomputed(found);
        Ok(())
    }

    pub(crate) fn tick(
        &mut self,
        by: &Officer,
        item: Item,
        at: UtcMillis,
        passed: bool,
    ) -> Result<(), Rule> {
        self.at(&[Stage::Accepted, Stage::Supplementing, Stage::Drafted])?;
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        if !self.checklist.takes_tick(item) {
            return Err(Rule::NoTick(item));
        }
        self.checklist.ticked(item, Tick { at, by: by.account, passed });
        Ok(())
    }

    /// The responsible notary says that the matter is major or complex, or that it is not.
    pub(crate) fn mark_complex(
        &mut self,
        by: &Officer,
        at: UtcMillis,
        is_complex: bool,
    ) -> Result<(), Rule> {
        self.at(&[Stage::Accepted, Stage::Supplementing, Stage::Drafted])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.is_responsible(by)?;
        self.checklist.mark(is_complex.then_some(Complex { at, by: by.account }));
        Ok(())
    }
}
