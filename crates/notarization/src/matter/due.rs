//! Whose statutory period is nearly over, or over (公证法 art. 30), and what else is waited for until a day: a
//! supplement, and the decision of a re-examination. How many, for whoever is told of alarms. Numbers only; which
//! applications they are, the queue shows to staff.

use chrono::{Days, NaiveDate};
use heqi_identity::Calendar;

use super::clock::{PauseReason, WARN_FROM, Warning};
use super::error::MatterError;
use super::notice::SUPPLEMENT_DAYS;
use super::queue::{COUNTED, Group, PAGE, page_of, to_decide_again};
use super::state::{Matter, Stage};
use crate::office::NotaryOffice;

/// Stages at which the clock can run: from acceptance until the certificate is issued.
const RUNNING: [Group; 6] = [
    Group::At(Stage::Accepted),
    Group::At(Stage::Supplementing),
    Group::At(Stage::Drafted),
    Group::At(Stage::InApproval),
    Group::At(Stage::NumberRequested),
    Group::At(Stage::Numbered),
];

/// How many days a re-examination may take (公证程序规则 arts. 61 to 64).
pub const REEXAMINATION_DAYS: u32 = 30;

/// Applications that somebody has to look at for their period.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an answer, read whole")]
pub struct MattersDue {
    /// Between acceptance and the certificate.
    pub running: u64,
    /// Three working days or fewer are left, and the clock runs.
    pub urgent: u64,
    /// The last day is over, whether the clock runs or stands still since.
    pub overdue: u64,
    /// The day until which a supplement was to be handed in is over.
    pub supplements_overdue: u64,
    /// A re-examination is to be decided within three days.
    pub reexaminations_urgent: u64,
    /// A re-examination should have been decided.
    pub reexaminations_overdue: u64,
}

/// What is waited for beside the statutory clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum Awaited {
    /// The applicant's supplement, for which the clock stands still.
    Supplement,
    /// The decision of another notary about a certificate that was issued.
    Reexamination,
}

/// Until when it is waited for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an answer, read whole")]
pub struct AwaitedUntil {
    /// What.
    pub what: Awaited,
    /// The last day.
    pub last_day: NaiveDate,
    /// What is to be said about it.
    pub warning: Warning,
}

/// What a matter waits for beside its clock, on a day.
pub fn awaited(matter: &Matter, calendar: &Calendar, today: NaiveDate) -> Option<AwaitedUntil> {
    let (what, asked_on, days) = if matter.is_looked_at_again() {
        let asked_on = matter.reexamination()?.asked_at.shanghai_date();
        (Awaited::Reexamination, asked_on, REEXAMINATION_DAYS)
    } else {
        let pause = matter.clock()?.pauses().last()?;
        let waits = pause.to.is_none() && pause.reason == PauseReason::Supplement;
        (Awaited::Supplement, waits.then_some(pause.from)?, SUPPLEMENT_DAYS)
    };
    let last_day = calendar.after_days(asked_on, days).last_day;
    let soon = today.checked_add_days(Days::new(WARN_FROM.into())).unwrap_or(NaiveDate::MAX);
    let warning = match what {
        _ if today > last_day => Warning::Over,
        Awaited::Reexamination if soon >= last_day => Warning::Soon,
        // Nobody can hurry what waits for the applicant.
        Awaited::Reexamination | Awaited::Supplement => Warning::None,
    };
    Some(AwaitedUntil { what, last_day, warning })
}

/// Counts them, at most [`COUNTED`] of each stage.
///
/// # Errors
/// The store could not be read.
pub async fn matters_due(
    office: &NotaryOffice,
    calendar: &Calendar,
) -> Result<MattersDue, MatterError> {
    let today = office.clock().now().shanghai_date();
    let mut due = MattersDue::default();
    for group in RUNNING {
        let (mut after, mut looked_at) = (None, 0);
        loop {
            let page = page_of(office, group, (after, PAGE)).await?;
            looked_at += page.matters.len();
            due.running += u64::try_from(page.matters.len()).unwrap_or(u64::MAX);
            for matter in &page.matters {
                due.takes(matter, calendar, today);
            }
            after = page.next;
            if after.is_none() || looked_at >= COUNTED {
                break;
            }
        }
    }
    for matter in to_decide_again(office).await? {
        due.takes_awaited(awaited(&matter, calendar, today));
    }
    Ok(due)
}

impl MattersDue {
    fn takes(&mut self, matter: &Matter, calendar: &Calendar, today: NaiveDate) {
        let Some(standing) = matter.clock().map(|clock| clock.standing(calendar, today)) else {
            return;
        };
        match standing.warning {
            Warning::Over => self.overdue += 1,
            // Nobody can hurry what waits for the applicant.
            Warning::Soon if !standing.is_paused => self.urgent += 1,
            Warning::Soon | Warning::None => {}
        }
        self.takes_awaited(awaited(matter, calendar, today));
    }

    fn takes_awaited(&mut self, awaited: Option<AwaitedUntil>) {
        match awaited.map(|one| (one.what, one.warning)) {
            Some((Awaited::Supplement, Warning::Over)) => self.supplements_overdue += 1,
            Some((Awaited::Reexamination, Warning::Over)) => self.reexaminations_overdue += 1,
            Some((Awaited::Reexamination, Warning::Soon)) => self.reexaminations_urgent += 1,
            Some((_, Warning::None | Warning::Soon)) | None => {}
        }
    }
}
