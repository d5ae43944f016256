//! From the extraction to the number: the session, the draft, the approval of a second person.

use heqi_vocabulary::{Digest, UtcMillis};

use crate::matter::checklist::Item;
use crate::matter::clock::StatutoryClock;
use crate::matter::examine::{Contested, OBJECTED, SIGNATURE_VOID};
use crate::matter::extraction::{Act, Extraction, Line};
use crate::matter::number::CertificateNo;
use crate::matter::state::{Approval, Draft, Matter, Rule, Stage};
use crate::staff::{OfficeRole, Officer};

impl Matter {
    /// Whether a session may be opened now.
    pub(crate) fn may_extract(&self, by: &Officer, second: &Officer) -> Result<(), Rule> {
        self.at(&[Stage::Accepted])?;
        self.not_quarantined()?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.is_responsible(by)?;
        if by.account == second.account {
            return Err(Rule::SamePerson);
        }
        self.may_work(second, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        match &self.extraction {
            // One that ended badly may be done again; its lines stay in the working record.
            Some(session) if session.is_sealed() || session.next().is_some() => {
                Err(Rule::ExtractionThere)
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn open_extraction(&mut self, session: Extraction) {
        self.extraction = Some(session);
        self.package = None;
    }

    /// Whether this act is the next of the open session.
    pub(crate) fn may_act(&self, by: &Officer, act: Act) -> Result<(), Rule> {
        self.at(&[Stage::Accepted])?;
        self.not_quarantined()?;
        self.may_work(by, &[OfficeRole::Notary])?;
        let session = self.extraction.as_ref().ok_or(Rule::NoExtraction)?;
        if session.notary != by.account {
            return Err(Rule::NotResponsible);
        }
        match session.next() {
            Some(next) if next == act => Ok(()),
            next => Err(Rule::NotNext(next)),
        }
    }

    /// Adds a line to the open session. What is held and is not what was deposited quarantines the matter, at
    /// whichever act it shows: nothing else fails the three that read it.
    pub(crate) fn acted(&mut self, line: Line) {
        let reads_held = matches!(line.act, Act::Extract | Act::Recompute | Act::Seal);
        if reads_held && !line.passed {
            self.quarantined_at.get_or_insert(line.at);
        }
        if let Some(session) = &mut self.extraction {
            session.lines.push(line);
        }
    }

    /// The first thing that keeps a draft from being written: stays disabled without a sealed
    /// extraction (domain.md 11.8).
    pub fn draft_blocked(&self) -> Option<Rule> {
        if let Err(rule) = self.at(&[Stage::Accepted, Stage::Drafted]) {
            return Some(rule);
        }
        if self.quarantined_at.is_some() {
            return Some(Rule::Quarantined);
        }
        if let Some(item) = self.checklist.first_failed() {
            return Some(Rule::Failed(item));
        }
        if let Some(item) = self.checklist.first_open() {
            return Some(Rule::Open(item));
        }
        match &self.extraction {
            Some(session) if session.is_sealed() => None,
            _ => Some(Rule::NoExtraction),
        }
    }

    /// Whether what is recorded against the signing stood before whoever drafts: in the machine's point about answers, which
    /// is open until a person has ticked it. What was recorded since is seen when that is recomputed.
    pub(crate) fn has_seen(&self, contested: Contested) -> Result<(), Rule> {
        let code = self.checklist.machine(Item::Confirmations).map(|check| check.code.as_str());
        let is_seen = match (contested.is_void, contested.objections) {
            (true, _) => code == Some(SIGNATURE_VOID),
            (false, 0) => true,
            (false, _) => matches!(code, Some(OBJECTED | SIGNATURE_VOID)),
        };
        if is_seen { Ok(()) } else { Err(Rule::AnswersUnseen) }
    }

    pub(crate) fn drafted(&mut self, by: &Officer, draft: Draft) -> Result<(), Rule> {
        if let Some(rule) = self.draft_blocked() {
            return Err(rule);
        }
        self.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary])?;
        self.draft = Some(draft);
        self.stage = Stage::Drafted;
        Ok(())
    }

    pub(crate) fn hand_in(&mut self, by: &Officer) -> Result<(), Rule> {
        self.at(&[Stage::Drafted])?;
        self.may_work(by, &[OfficeRole::Notary])?;
        self.is_responsible(by)?;
        if let Some(rule) = self.draft_blocked() {
            return Err(rule);
        }
        if self.clock.as_ref().is_some_and(StatutoryClock::is_paused) {
            return Err(Rule::Clock);
        }
        if !self.checklist.is_discussed() {
            return Err(Rule::NotDiscussed);
        }
        self.nothing_waits()?;
        self.stage = Stage::InApproval;
        Ok(())
    }

    pub(crate) fn send_back(&mut self, by: &Officer) -> Result<(), Rule> {
        self.at(&[Stage::InApproval])?;
        self.may_work(by, &[OfficeRole::Approver])?;
        self.stage = Stage::Drafted;
        Ok(())
    }

    /// A second person approves the very draft that was shown.
    pub(crate) fn approve(
        &mut self,
        by: &Officer,
        at: UtcMillis,
        shown: Digest,
        objection_ticked: bool,
    ) -> Result<(), Rule> {
        self.at(&[Stage::InApproval])?;
        self.not_quarantined()?;
        let draft = self.draft.ok_or(Rule::Stage(self.stage))?;
        // Said first, whatever the role: the one rule everybody should meet in its own words.
        let was_at_it = self.acceptance.is_some_and(|a| a.notary == by.account);
        if draft.by == by.account || was_at_it {
            return Err(Rule::OwnDraft);
        }
        self.may_work(by, &[OfficeRole::Approver])?;
        if draft.sha256 != shown {
            return Err(Rule::OtherDraft);
        }
        if !self.checklist.is_discussed() {
            return Err(Rule::NotDiscussed);
        }
        // Nothing is certified that somebody would have refused.
        self.nothing_waits()?;
        let despite_objection = self.objections > 0 && draft.tells_signing;
        if despite_objection && !objection_ticked {
            return Err(Rule::ObjectionTick);
        }
        self.approval = Some(Approval { by: by.account, at, despite_objection });
        self.stage = Stage::NumberRequested;
        Ok(())
    }

    /// The register gave a number.
    pub(crate) fn numbered(&mut self, number: CertificateNo) -> Result<(), Rule> {
        self.at(&[Stage::NumberRequested])?;
        self.certificate = Some(number);
        self.stage = Stage::Numbered;
        Ok(())
    }
}
