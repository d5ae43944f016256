//! The figures of an office's matters: what waits and for how long it may, who has what, and numbers by
//! month. Read from the index of the queue and from the register book; at most [`COUNTED`] matters of
//! each stage are looked at.

use std::collections::BTreeMap;

use heqi_vocabulary::StaffId;

use super::act::Desk;
use super::clock::Warning;
use super::error::MatterError;
use super::queue::{COUNTED, Group, PAGE, queue};
use super::rows::BOOK;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// The most numbers of a year that are read for the figures.
const NUMBERS: usize = 200_000;

/// What one notary has in hand.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct InHand {
    /// Open matters.
    pub open: usize,
    /// Those whose period is nearly over, or over.
    pub urgent: usize,
    /// Those that stand still.
    pub paused: usize,
}

/// Open matters by the working days that are left.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct DaysLeft {
    /// The period is over.
    pub over: usize,
    /// Three or fewer.
    pub to_three: usize,
    /// Four to seven.
    pub to_seven: usize,
    /// Eight and more.
    pub more: usize,
}

/// The figures.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Overview {
    /// Open matters by how far they have come, in the order of the work.
    pub stages: Vec<(Group, usize)>,
    /// Matters whose clock runs, by the working days left.
    pub days_left: DaysLeft,
    /// Who has what.
    pub in_hand: BTreeMap<StaffId, InHand>,
    /// Numbers given in each month of the year, January first.
    pub months: [usize; 12],
    /// Whether a stage has more matters than were looked at.
    pub is_partial: bool,
}

/// Takes the figures.
///
/// # Errors
/// [`super::state::Rule::Role`] for who does not see matters; the store could not be read.
pub async fn overview(
    office: &NotaryOffice,
    desk: &Desk,
    by: &Officer,
    year: u16,
) -> Result<Overview, MatterError> {
    let today = office.clock().now().shanghai_date();
    let mut overview = Overview {
        stages: Vec::new(),
        days_left: DaysLeft::default(),
        in_hand: BTreeMap::new(),
        months: [0; 12],
        is_partial: false,
    };
    for group in Group::OPEN {
        let (mut after, mut count) = (None, 0);
        loop {
            let page = queue(office, by, group, (after, PAGE)).await?;
            count += page.matters.len();
            for matter in &page.matters {
                let standing = matter.clock().map(|clock| clock.standing(&desk.calendar, today));
                let Some((standing, acceptance)) = standing.zip(matter.acceptance()) else {
                    continue;
                };
                // What was issued has no clock any more; it is in hand until it is archived.
                let runs = matter.issue().is_none();
                if runs {
                    overview.days_left.add(standing.left);
                }
                let hand = overview.in_hand.entry(acceptance.notary).or_default();
                hand.open += 1;
                hand.urgent += usize::from(runs && standing.warning != Warning::None);
                hand.paused += usize::from(standing.is_paused);
            }
            after = page.next;
            if after.is_none() || count >= COUNTED {
                break;
            }
        }
        overview.is_partial |= after.is_some();
        overview.stages.push((group, count));
    }
    for (_, row) in BOOK.scan(office.store(), &format!("{year}/"), None, NUMBERS).await? {
        let day = row.value.given_at.shanghai_day();
        let month = day.get(4..6).and_then(|month| month.parse::<usize>().ok());
        let month = month.and_then(|month| overview.months.get_mut(month.wrapping_sub(1)));
        if let Some(count) = month {
            *count += 1;
        }
    }
    Ok(overview)
}

impl DaysLeft {
    const fn add(&mut self, left: i64) {
        let count = match left {
            ..0 => &mut self.over,
            0..=3 => &mut self.to_three,
            4..=7 => &mut self.to_seven,
            8.. => &mut self.more,
        };
        *count += 1;
    }
}
