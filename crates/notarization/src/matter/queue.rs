//! The index of matters by how far they have come: what the queue reads, so that it never reads every
//! matter there ever was.
//!
//! One row per matter, moved in the commit that moves the matter. Open ones stand oldest first, because
//! they are worked off; what is over stands newest first, because that is what is looked for.

use std::fmt;
use std::str::FromStr;

use heqi_evidence_store::changeset::Changeset;

use super::error::MatterError;
use super::number::ApplicationNo;
use super::rows::{AT, MATTERS};
use super::state::{Matter, Rule, Stage};
use crate::office::NotaryOffice;
use crate::staff::Officer;

mod index;
mod own_rows;

pub use index::index_matters;
pub(crate) use own_rows::{OwnRows, keep_own_rows, revoked_last, to_decide_again, with_proposals};

/// The most matters on one page.
pub const PAGE: usize = 50;
/// The most that are counted: beyond it there are "more".
pub const COUNTED: usize = 1_000;

/// How far matters have come, as the queue shows them together.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each stage, and the archive")]
pub enum Group {
    /// At this stage, not archived.
    At(Stage),
    /// In the archive.
    Archived,
}

impl Group {
    /// Those that somebody has to do something with, in the order of the work.
    pub const OPEN: [Self; 8] = [
        Self::At(Stage::Submitted),
        Self::At(Stage::Accepted),
        Self::At(Stage::Supplementing),
        Self::At(Stage::Drafted),
        Self::At(Stage::InApproval),
        Self::At(Stage::NumberRequested),
        Self::At(Stage::Numbered),
        Self::At(Stage::Issued),
    ];

    /// Those that are over.
    pub const OVER: [Self; 5] = [
        Self::At(Stage::Refused),
        Self::At(Stage::Terminated),
        Self::At(Stage::Withdrawn),
        Self::At(Stage::Voided),
        Self::Archived,
    ];

    /// The group a matter stands in. What has changed since it was archived stands among the work until it is archived
    /// anew.
    pub fn of(matter: &Matter) -> Self {
        let is_over = matter.archived_at().is_some() && !matter.is_open_again();
        if is_over { Self::Archived } else { Self::At(matter.stage()) }
    }

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::At(stage) => stage.as_str(),
            Self::Archived => "archived",
        }
    }

    /// The group of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::OPEN.into_iter().chain(Self::OVER).find(|group| group.as_str() == word)
    }

    /// Whether nothing is to be done any more.
    pub fn is_over(self) -> bool {
        Self::OVER.contains(&self)
    }
}

/// Where a matter stands: the key of its row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct QueuePlace {
    pub(crate) group: Group,
    pub(crate) no: ApplicationNo,
}

impl QueuePlace {
    pub(crate) fn of(matter: &Matter) -> Self {
        Self { group: Group::of(matter), no: matter.no() }
    }
}

const DAYS: u32 = 99_999_999;
const SERIALS: u32 = 999_999;

/// Days and serials of what is over are counted backwards, so that the newest stands first.
fn turned(group: Group, (day, serial): (u32, u32)) -> (u32, u32) {
    if group.is_over() {
        (DAYS.saturating_sub(day), SERIALS.saturating_sub(serial))
    } else {
        (day, serial)
    }
}

impl fmt::Display for QueuePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, serial) = turned(self.group, self.no.parts());
        write!(f, "{}/{day:08}{serial:06}", self.group.as_str())
    }
}

impl FromStr for QueuePlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (word, digits) = text.split_once('/').ok_or(())?;
        let group = Group::of_word(word).ok_or(())?;
        let number = |range| digits.get(range).and_then(|part: &str| part.parse().ok()).ok_or(());
        let (day, serial) = turned(group, (number(0..8)?, number(8..14)?));
        Ok(Self { group, no: ApplicationNo::of_parts(day, serial) })
    }
}

/// One page of a group.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QueuePage {
    /// The matters, in the order of the group.
    pub matters: Vec<Matter>,
    /// After which one the next page begins, where there is one.
    pub next: Option<ApplicationNo>,
}

/// Matters of a group that come after `after`, at most `limit` and at most [`PAGE`].
///
/// # Errors
/// [`Rule::Role`] for who does not see matters; the store could not be read.
pub async fn queue(
    office: &NotaryOffice,
    by: &Officer,
    group: Group,
    (after, limit): (Option<ApplicationNo>, usize),
) -> Result<QueuePage, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    page_of(office, group, (after, limit)).await
}

/// The same for the office itself, which shows nobody what it reads.
pub(crate) async fn page_of(
    office: &NotaryOffice,
    group: Group,
    (after, limit): (Option<ApplicationNo>, usize),
) -> Result<QueuePage, MatterError> {
    let limit = limit.clamp(1, PAGE);
    let within = format!("{}/", group.as_str());
    let after = after.map(|no| QueuePlace { group, no });
    let mut places = AT.scan(office.store(), &within, after.as_ref(), limit + 1).await?;
    let has_more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| has_more).map(|(place, _)| place.no);
    let mut matters = Vec::with_capacity(places.len());
    for (place, _) in places {
        if let Some(row) = MATTERS.row(office.store(), &place.no).await? {
            matters.push(row.value.matter);
        }
    }
    Ok(QueuePage { matters, next })
}

/// How many matters a group has, counted to [`COUNTED`] and no further.
///
/// # Errors
/// [`Rule::Role`] for who does not see matters; the store could not be read.
pub async fn count(
    office: &NotaryOffice,
    by: &Officer,
    group: Group,
) -> Result<usize, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let within = format!("{}/", group.as_str());
    Ok(AT.scan(office.store(), &within, None, COUNTED).await?.len())
}

/// Moves the row of a matter in the commit that moves the matter.
pub(crate) fn moved(
    changes: &mut Changeset,
    before: Option<QueuePlace>,
    now: QueuePlace,
) -> Result<(), MatterError> {
    if let Some(before) = before.filter(|before| *before != now) {
        // The matter's own row is the precondition of this commit.
        changes.delete(AT.key(&before)?);
    }
    AT.put(changes, &now, &())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_matters_stand_oldest_first_and_those_that_are_over_newest_first() {
        let place =
            |group, day, serial| QueuePlace { group, no: ApplicationNo::of_parts(day, serial) };
        for group in Group::OPEN.into_iter().chain(Group::OVER) {
            let older = place(group, 20_261_124, 7).to_string();
            let same_day = place(group, 20_261_124, 8).to_string();
            let newer = place(group, 20_261_125, 1).to_string();
            let in_order = older < same_day && same_day < newer;
            let turned = older > same_day && same_day > newer;
            assert_eq!((in_order, turned), (!group.is_over(), group.is_over()), "{group:?}");
            let read: QueuePlace = same_day.parse().unwrap();
            assert_eq!(read, place(group, 20_261_124, 8));
            assert_eq!(Group::of_word(group.as_str()), Some(group));
        }
        assert!("nowhere/20261124000007".parse::<QueuePlace>().is_err());
        assert!("accepted/2026".parse::<QueuePlace>().is_err());
    }
}
