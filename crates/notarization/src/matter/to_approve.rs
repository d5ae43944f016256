//! What waits for the approval of one person: drafts that were handed in, and what notaries put forward about applications
//! and certificates. What this person drafted, answers for, put forward or has an interest in waits for somebody else.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use heqi_identity::Calendar;

use super::approve::is_own;
use super::due::{Awaited, awaited};
use super::error::MatterError;
use super::number::ApplicationNo;
use super::queue::{COUNTED, Group, PAGE, page_of, with_proposals};
use super::state::{Matter, ProposedChange, Rule, Stage};
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer};

/// What is to be approved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum Asked {
    /// The draft of a certificate.
    Draft,
    /// What was put forward. A draft beside it waits until this is decided.
    Change(ProposedChange),
}

/// A matter that waits for somebody's approval.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an answer, read whole")]
pub struct ToApprove {
    /// The matter.
    pub matter: Matter,
    /// What of it.
    pub asked: Asked,
    /// The last day of the statutory period, or of the re-examination; none where no period runs.
    pub due_on: Option<NaiveDate>,
    /// Whether this person has declared no conflict of interest yet, which comes first.
    pub is_undeclared: bool,
}

/// What waits for the approval of `by`: what is due soonest first, then by its number. At most [`COUNTED`] drafts and
/// [`COUNTED`] proposals are looked at.
///
/// # Errors
/// [`Rule::Role`] for who approves nothing; the store could not be read.
pub async fn to_approve(
    office: &NotaryOffice,
    calendar: &Calendar,
    by: &Officer,
) -> Result<Vec<ToApprove>, MatterError> {
    if by.role != OfficeRole::Approver {
        return Err(Rule::Role.into());
    }
    let today = office.clock().now().shanghai_date();
    let mut matters = with_proposals(office).await?;
    // A draft about whose matter something was put forward is there already, also where that was decided meanwhile.
    let listed: BTreeSet<ApplicationNo> = matters.iter().map(Matter::no).collect();
    let drafts = handed_in(office).await?;
    matters.extend(drafts.into_iter().filter(|matter| !listed.contains(&matter.no())));
    let waiting = matters.into_iter().filter_map(|matter| {
        let (asked, is_undeclared) = asked_of(&matter, by)?;
        let due_on = due_on(&matter, calendar, today);
        Some(ToApprove { matter, asked, due_on, is_undeclared })
    });
    let mut waiting: Vec<ToApprove> = waiting.collect();
    waiting.sort_by_key(|one| (one.due_on.unwrap_or(NaiveDate::MAX), one.matter.no()));
    Ok(waiting)
}

async fn handed_in(office: &NotaryOffice) -> Result<Vec<Matter>, MatterError> {
    let (mut matters, mut after) = (Vec::new(), None);
    loop {
        let page = page_of(office, Group::At(Stage::InApproval), (after, PAGE)).await?;
        matters.extend(page.matters);
        after = page.next;
        if after.is_none() || matters.len() >= COUNTED {
            return Ok(matters);
        }
    }
}

/// What `by` may approve or turn down once their interest is declared, and whether that is still to be done.
fn asked_of(matter: &Matter, by: &Officer) -> Option<(Asked, bool)> {
    let (asked, may) = match (matter.proposed(), matter.stage()) {
        (Some(one), _) => (Asked::Change(one.what), matter.may_decide(by).map(|_| ())),
        (None, Stage::InApproval) => {
            let may = is_own(matter, by)
                .map_or_else(|| matter.may_work(by, &[OfficeRole::Approver]), Err);
            (Asked::Draft, may)
        }
        (None, _) => return None,
    };
    match may {
        Ok(()) => Some((asked, false)),
        Err(Rule::Undeclared) => Some((asked, true)),
        Err(_) => None,
    }
}

/// Until when it has to be approved.
fn due_on(matter: &Matter, calendar: &Calendar, today: NaiveDate) -> Option<NaiveDate> {
    let decision = awaited(matter, calendar, today);
    if let Some(one) = decision.filter(|one| one.what == Awaited::Reexamination) {
        return Some(one.last_day);
    }
    // What was issued has no period any more.
    let clock = matter.clock().filter(|_| matter.issue().is_none())?;
    Some(clock.standing(calendar, today).last_day)
}
