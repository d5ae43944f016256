//! Whose statutory period is nearly over, or over (公证法 art. 30): how many, for whoever is told of
//! alarms. Numbers only; which applications they are, the queue shows to staff.

use heqi_identity::Calendar;

use super::clock::Warning;
use super::error::MatterError;
use super::queue::{COUNTED, Group, PAGE, page_of};
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
            for standing in page.matters.iter().filter_map(Matter::clock) {
                let standing = standing.standing(calendar, today);
                match standing.warning {
                    Warning::Over => due.overdue += 1,
                    // Nobody can hurry what waits for the applicant.
                    Warning::Soon if !standing.is_paused => due.urgent += 1,
                    Warning::Soon | Warning::None => {}
                }
            }
            after = page.next;
            if after.is_none() || looked_at >= COUNTED {
                break;
            }
        }
    }
    Ok(due)
}
