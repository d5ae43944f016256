//! Rows of the office's accounts. Names and secrets are sealed.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use heqi_credentials::pauses::Tries;
use heqi_credentials::{EventBy, HashedPassword, LoginName};
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Table;
use heqi_evidence_store::turn::Turns;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::OfficeRole;

pub(super) const ACCOUNTS: Table<StaffId, AccountRow> = Table::new("officer");
pub(super) const LOGINS: Table<Digest, StaffId> = Table::new("officer-login");
/// Acts by which somebody may have one account more take turns, as at the platform: the other accounts are looked at
/// before the act is committed, so that of two at one instant neither would find the other (ADR 0091).
pub(super) const TURNS: Turns = Turns::new("officer-turn", "accounts");
pub(super) const EVENTS: Table<EventKey, EventRow> = Table::new("officer-event");
pub(super) const SESSIONS: Table<Digest, SessionRow> = Table::new("officer-session");
pub(super) const TRIES: Table<Digest, Tries> = Table::new("officer-tries");
/// The key of the digests that tries are kept under.
pub(super) const TRIES_KEY: Table<String, Sealed<String>> = Table::new("officer-tries-key");

/// An account as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountRow {
    pub(super) login: LoginName,
    pub(super) role: OfficeRole,
    pub(super) created_at: UtcMillis,
    pub(super) released_at: Option<UtcMillis>,
    pub(super) disabled_at: Option<UtcMillis>,
    pub(super) is_enrolled: bool,
    /// The last step of the authenticator that was used: no code counts twice.
    pub(super) last_step: u64,
    pub(super) events: u64,
    /// Sessions from before this instant are over.
    pub(super) sessions_from: UtcMillis,
    pub(super) secrets: Sealed<Secrets>,
}

impl AccountRow {
    /// How it stands.
    pub(super) fn standing(&self) -> AccountStanding {
        let disabled_at = self.disabled_at.map_or_else(String::new, |at| at.to_string());
        let stands = format!("{}\n{}\n{disabled_at}\n", self.role.as_str(), self.sessions_from);
        AccountStanding(Digest::labelled("heqi.officer-standing/v1\n", stands.as_bytes()))
    }
}

/// How an account stood when a security officer saw it: moves when it is reset or shut out, and not
/// with each try to come in, by which anybody could keep it out. Made from what the row has anyway,
/// so rows of before have it too.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AccountStanding(Digest);

impl fmt::Display for AccountStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What only the sealed part holds.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secrets {
    pub(super) name: String,
    pub(super) password: HashedPassword,
    /// The secret of the authenticator, in hexadecimal.
    pub(super) totp: Option<String>,
    /// Hashes of recovery codes that were not used.
    pub(super) recovery: BTreeSet<Digest>,
}

impl Zeroize for Secrets {
    fn zeroize(&mut self) {
        self.name.zeroize();
        self.totp.zeroize();
    }
}

/// Without anything.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// A session as it is kept, by the hash of its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionRow {
    pub(super) account: StaffId,
    /// Whether the second factor was right too.
    pub(super) is_in: bool,
    pub(super) opened_at: UtcMillis,
    pub(super) seen_at: UtcMillis,
    pub(super) wrong: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) enrolling: Option<Sealed<String>>,
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "whoever audits accounts decides about each")]
pub enum StaffEvent {
    /// It was made, on the machine.
    Created,
    /// Security let it in.
    Released,
    /// Security shut it out.
    Disabled,
    /// It was reset, on the machine.
    Reset,
    /// An authenticator was enrolled.
    Enrolled,
    /// A password was wrong.
    WrongPassword,
    /// A one-time code was wrong, or used before.
    WrongCode,
    /// Somebody came in.
    LoggedIn,
    /// Somebody came in with a recovery code.
    Recovered,
    /// The second factor was shown again, for an extraction.
    ShownAgain,
    /// Whoever has it gave it another password.
    PasswordChanged,
    /// Somebody left.
    LoggedOut,
}

impl fmt::Display for StaffEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Released => "released",
            Self::Disabled => "disabled",
            Self::Reset => "reset",
            Self::Enrolled => "enrolled",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
            Self::LoggedIn => "logged_in",
            Self::Recovered => "recovered",
            Self::ShownAgain => "shown_again",
            Self::PasswordChanged => "password_changed",
            Self::LoggedOut => "logged_out",
        })
    }
}

/// One event.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventRow {
    pub(super) at: UtcMillis,
    #[serde(default)]
    pub(super) by: EventBy,
    pub(super) event: StaffEvent,
}

/// The place of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct EventKey {
    pub(super) account: StaffId,
    pub(super) seq: u64,
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:08}", self.account, self.seq)
    }
}

impl FromStr for EventKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (account, seq) = text.split_once('/').ok_or(())?;
        Ok(Self { account: account.parse().map_err(|_| ())?, seq: seq.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_before_who_did_it_was_kept_is_read_and_says_so() {
        let old = r#"{"at":"2026-11-23T01:00:00.000Z","event":"released"}"#;
        let row: EventRow = serde_json::from_str(old).unwrap();
        assert_eq!((row.event, row.by), (StaffEvent::Released, EventBy::Unrecorded));
        let account = StaffId::from_bytes([7; 16]);
        let row = EventRow { by: EventBy::Officer { account }, ..row };
        let again: EventRow = serde_json::from_slice(&serde_json::to_vec(&row).unwrap()).unwrap();
        assert_eq!(again.by, row.by);
    }
}
