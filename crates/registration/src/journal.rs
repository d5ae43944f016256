//! What staff did, as an auditor reads it: who came in, which account was let in or shut out, who
//! looked at what, searched, decided, corrected, held, erased and took away. Identifiers and words
//! of ours only: no name, no contact, no content of a filing.
//!
//! A line is written in the same commit as what it tells of. It is a list and no evidence: the
//! records that it names are.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use heqi_credentials::EventBy;
use heqi_evidence::schema::RecordKind;
use heqi_filing::{Office, OfficeKind};
use heqi_vocabulary::{FilingId, Language, RecordId, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::access::ApiKeyId;
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::{Actor, StaffMember, StaffRole};
use crate::rows::{JOURNAL, Newest, Pair, STAFF};
use crate::staff::{StaffError, StaffEvent, note_taken};

/// Lines read at once.
const PAGE: usize = 256;

/// Who did it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "who", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "whoever audits decides about each")]
pub enum JournalBy {
    /// Whoever has the machine.
    Machine,
    /// Somebody who was not let in.
    Nobody,
    /// A program, or member of staff, with an API key.
    ApiKey {
        /// Which key.
        key: ApiKeyId,
    },
    /// A member of staff.
    Staff {
        /// The account.
        account: StaffId,
        /// In which role at that time.
        role: StaffRole,
    },
}

impl JournalBy {
    /// Who acts; signers are no staff, and what they do is not in the journal.
    pub(crate) fn of(actor: &Actor) -> Option<Self> {
        match actor {
            Actor::ApiKey { id, .. } => Some(Self::ApiKey { key: id.clone() }),
            Actor::Signer { .. } => None,
            Actor::Staff(member) => Some(Self::of_member(member)),
        }
    }

    /// A member of staff.
    pub(crate) const fn of_member(member: &StaffMember) -> Self {
        Self::Staff { account: member.account, role: member.role }
    }

    /// In words; what an account is called is said by whoever asks.
    pub fn in_words(&self, language: Language, called: impl FnOnce(StaffId) -> String) -> String {
        match self {
            Self::Machine => EventBy::Machine.in_words(language, called),
            Self::Nobody => EventBy::Nobody.in_words(language, called),
            Self::ApiKey { key } => key.to_string(),
            Self::Staff { account, role } => {
                let [open, close] = match language {
                    Language::Zh => ["（", "）"],
                    Language::En => [" (", ")"],
                };
                format!("{}{open}{}{close}", called(*account), role.title(language))
            }
        }
    }

    /// Who did something to an account of this role: only security does it to others.
    pub(crate) fn of_event(by: EventBy, account: StaffId, role: StaffRole) -> Self {
        match by {
            EventBy::Machine => Self::Machine,
            EventBy::Nobody | EventBy::Unrecorded => Self::Nobody,
            EventBy::Officer { account: own } if own == account => Self::Staff { account, role },
            EventBy::Officer { account: other } => {
                Self::Staff { account: other, role: StaffRole::Security }
            }
        }
    }
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "whoever audits decides about each")]
pub enum JournalAct {
    /// Something happened to an account.
    Account {
        /// Which.
        account: StaffId,
        /// What.
        event: StaffEvent,
    },
    /// A record was made of it.
    Record {
        /// Of which kind.
        kind: RecordKind,
        /// What exactly, as a word of ours: the purpose of a look, the outcome of a decision.
        word: String,
        /// The record.
        record: RecordId,
        /// About which filing; none where it is about several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filing: Option<FilingId>,
    },
}

/// A line as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalRow {
    pub(crate) by: JournalBy,
    pub(crate) did: JournalAct,
}

/// A line as an auditor reads it, and as it stands in the file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JournalLine {
    /// When.
    pub at: UtcMillis,
    /// Who.
    pub by: JournalBy,
    /// What.
    pub did: JournalAct,
}

/// A day in Asia/Shanghai, written like `2026-11-23`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct JournalDay(NaiveDate);

impl JournalDay {
    /// The day of this instant.
    pub fn of(at: UtcMillis) -> Self {
        Self(at.shanghai_date())
    }

    /// The day before.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.pred_opt().unwrap_or(self.0))
    }

    /// The day after.
    #[must_use]
    pub fn after(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }

    /// The day before, where it can be asked for.
    pub fn earlier(self) -> Option<Self> {
        let before = self.before();
        can_be_asked(&before.to_string()).then_some(before)
    }

    /// The day after, unless that is to come.
    pub fn later(self, today: Self) -> Option<Self> {
        (self < today).then(|| self.after())
    }

    fn begins(self) -> Result<UtcMillis, Fault> {
        UtcMillis::shanghai_midnight(self.0).map_err(Fault::broken)
    }
}

impl fmt::Display for JournalDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for JournalDay {
    type Err = JournalDayError;

    fn from_str(text: &str) -> Result<Self, JournalDayError> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| JournalDayError)?;
        // One way to write it.
        let fits = day.to_string() == text && can_be_asked(text);
        if fits { Ok(Self(day)) } else { Err(JournalDayError) }
    }
}

/// Whether a day of this name is one to ask for: with room for the days beside it.
fn can_be_asked(day: &str) -> bool {
    ("2000-01-01".."9999-01-01").contains(&day)
}

/// The text names no day.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a day is written like 2026-11-23")]
pub struct JournalDayError;

/// What was done on a day, the newest first, at most `limit` lines. An auditor of the operator
/// reads all of it; one of another organisation, what its own staff did and what was done to its
/// accounts.
///
/// # Errors
/// Whoever asks is no auditor, or the store could not be read.
pub async fn journal(
    platform: &Platform,
    actor: &Actor,
    day: JournalDay,
    limit: usize,
) -> Result<Vec<JournalLine>, ActError> {
    let auditor = actor.on_duty(StaffRole::Auditor)?;
    let read = Read::by(platform, &auditor.office).await?;
    let begins = day.begins()?;
    // After every line of the first instant that is not this day's any more.
    let mut after = Some(Pair(Newest(day.after().begins()?), "~".to_owned()));
    let mut lines = Vec::new();
    loop {
        let rows = JOURNAL.scan(platform.backend(), "", after.as_ref(), PAGE).await;
        let rows = rows.map_err(Fault::from)?;
        let Some((last, _)) = rows.last() else { return Ok(lines) };
        after = Some(last.clone());
        for (Pair(Newest(at), _), row) in rows {
            if at < begins || lines.len() >= limit {
                return Ok(lines);
            }
            let JournalRow { by, did } = row.value;
            if read.holds(&by, &did) {
                lines.push(JournalLine { at, by, did });
            }
        }
    }
}

/// The same as a file of one JSON object a line. That it was taken is an event of the auditor's
/// account, and durable before there is a file.
///
/// # Errors
/// Whoever asks is no auditor, or the store could not do its part.
pub async fn take_journal(
    platform: &Platform,
    actor: &Actor,
    day: JournalDay,
) -> Result<Vec<u8>, StaffError> {
    let auditor = actor.on_duty(StaffRole::Auditor)?;
    note_taken(platform, auditor.account).await?;
    let mut file = Vec::new();
    for line in journal(platform, actor, day, usize::MAX).await? {
        serde_json::to_writer(&mut file, &line).map_err(Fault::broken)?;
        file.push(b'\n');
    }
    Ok(file)
}

/// Whose lines an auditor reads.
enum Read {
    /// Everybody's.
    Everything,
    /// Those of these accounts.
    Of(BTreeSet<StaffId>),
}

impl Read {
    async fn by(platform: &Platform, office: &Office) -> Result<Self, Fault> {
        if office.kind == OfficeKind::Operator {
            return Ok(Self::Everything);
        }
        let all = STAFF.scan(platform.backend(), "", None, usize::MAX).await?;
        let own = all.into_iter().filter(|(_, row)| row.value.office == *office);
        Ok(Self::Of(own.map(|(account, _)| account).collect()))
    }

    fn holds(&self, by: &JournalBy, did: &JournalAct) -> bool {
        let Self::Of(accounts) = self else { return true };
        let is_by = matches!(by, JournalBy::Staff { account, .. } if accounts.contains(account));
        let is_on =
            matches!(did, JournalAct::Account { account, .. } if accounts.contains(account));
        is_by || is_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way_and_begins_at_midnight_in_shanghai() {
        let day: JournalDay = "2026-11-23".parse().unwrap();
        assert_eq!(day.to_string(), "2026-11-23");
        assert_eq!(day.begins().unwrap().to_string(), "2026-11-22T16:00:00.000Z");
        let last = day.after().begins().unwrap().plus_millis(-1);
        assert_eq!((JournalDay::of(last), day.after().before()), (day, day));
        let next = day.after();
        assert_eq!(
            (next.earlier(), day.later(next), day.later(day)),
            (Some(day), Some(next), None)
        );
        assert_eq!(next.later(day), None, "a day to come");
        let first: JournalDay = "2000-01-01".parse().unwrap();
        assert_eq!((first.earlier(), first.later(day)), (None, Some(first.after())));
        for bad in ["", "2026-11-31", "2026-1-01", "26-11-23", "+2026-11-23", "9999-12-31", "x"] {
            assert_eq!(bad.parse::<JournalDay>(), Err(JournalDayError), "{bad}");
        }
    }
}
