//! Rows of accounts. Names and secrets are sealed.

use std::collections::BTreeSet;
use std::fmt;

use heqi_credentials::EventBy;
use heqi_evidence_store::sealed::Sealed;
use heqi_filing::Office;
use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::LoginName;
use super::password::HashedPassword;
use crate::request::StaffRole;
use crate::search_index::PersonDigest;

/// An account as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffRow {
    pub(crate) login: LoginName,
    pub(crate) office: Office,
    pub(crate) role: StaffRole,
    pub(crate) created_at: UtcMillis,
    pub(crate) disabled_at: Option<UtcMillis>,
    /// Whether security has not let it in yet. Accounts of before there was security do not wait.
    #[serde(default)]
    pub(crate) waits: bool,
    pub(crate) is_enrolled: bool,
    /// The last step of the authenticator that was used: no code counts twice.
    pub(crate) last_step: u64,
    /// How much has happened to it.
    pub(crate) events: u64,
    /// What a security officer who lets it in must have seen. Accounts of before it was kept are at
    /// the beginning.
    #[serde(default)]
    pub(crate) standing: AccountStanding,
    /// Sessions from before this instant are over.
    pub(crate) sessions_from: UtcMillis,
    pub(crate) content: Sealed<StaffContent>,
}

/// How an account stood when a security officer saw it: moves with whatever makes it another one to
/// let in, and not with each try to come in, by which anybody could keep it out.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AccountStanding(u64);

impl AccountStanding {
    /// As the event of this number made it.
    pub(super) const fn since(event: u64) -> Self {
        Self(event)
    }
}

impl fmt::Display for AccountStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What only the sealed part holds.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffContent {
    pub(crate) name: String,
    pub(crate) password: HashedPassword,
    /// The secret of the authenticator, in hexadecimal.
    pub(crate) totp: Option<String>,
    /// Hashes of recovery codes that were not used.
    pub(crate) recovery: BTreeSet<Digest>,
    /// The person whose number a handler's account was bound to; accounts of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<PersonDigest>,
}

impl Zeroize for StaffContent {
    fn zeroize(&mut self) {
        self.name.zeroize();
        self.totp.zeroize();
    }
}

/// Without anything.
impl fmt::Debug for StaffContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaffContent(…)")
    }
}

/// How far somebody has come in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// The password was right.
    Password,
    /// The second factor too.
    In,
}

/// A session as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffSessionRow {
    pub(crate) account: StaffId,
    pub(crate) stage: Stage,
    pub(crate) opened_at: UtcMillis,
    pub(crate) seen_at: UtcMillis,
    /// Wrong codes in this session.
    pub(crate) wrong: u32,
    /// The secret of an authenticator that is being enrolled, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enrolling: Option<Sealed<String>>,
}

/// How often somebody tried.
pub(crate) type TriesRow = heqi_credentials::pauses::Tries;

/// What happened to an account.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "whoever audits accounts decides about each")]
pub enum StaffEvent {
    /// It was made.
    Created,
    /// A password was wrong.
    WrongPassword,
    /// A one-time code was wrong, or used before.
    WrongCode,
    /// An authenticator was enrolled.
    Enrolled,
    /// Somebody came in.
    LoggedIn,
    /// Somebody came in with a recovery code.
    Recovered,
    /// Whoever has it gave it another password.
    PasswordChanged,
    /// Somebody left.
    LoggedOut,
    /// It was disabled.
    Disabled,
    /// It was reset.
    Reset,
    /// Security let it in.
    Released,
    /// It was given another role.
    RoleChanged,
    /// It was bound to the number of its person's identity document.
    Bound,
    /// A day of the journal was taken as a file.
    JournalTaken,
}

impl StaffEvent {
    /// Whether whoever lets the account in must have seen it.
    pub(super) const fn is_to_be_seen(self) -> bool {
        match self {
            Self::Created | Self::Disabled | Self::Reset | Self::RoleChanged | Self::Bound => true,
            Self::WrongPassword
            | Self::WrongCode
            | Self::Enrolled
            | Self::LoggedIn
            | Self::Recovered
            | Self::PasswordChanged
            | Self::LoggedOut
            | Self::Released
            | Self::JournalTaken => false,
        }
    }
}

impl fmt::Display for StaffEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
            Self::Enrolled => "enrolled",
            Self::LoggedIn => "logged_in",
            Self::Recovered => "recovered",
            Self::PasswordChanged => "password_changed",
            Self::LoggedOut => "logged_out",
            Self::Disabled => "disabled",
            Self::Reset => "reset",
            Self::Released => "released",
            Self::RoleChanged => "role_changed",
            Self::Bound => "bound",
            Self::JournalTaken => "journal_taken",
        })
    }
}

/// One event.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffEventRow {
    pub(crate) at: UtcMillis,
    #[serde(default)]
    pub(crate) by: EventBy,
    pub(crate) event: StaffEvent,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the program wrote it before there was security, before it kept who may let the account in,
    /// and before handlers were bound to a number.
    #[test]
    fn an_account_of_an_older_program_is_read_waits_for_nobody_and_is_bound_to_no_number() {
        let old = r#"{
            "login": "li.na",
            "office": {"kind": "registry", "name": "杭州市临安区市场监督管理局"},
            "role": "reviewer",
            "created_at": "2026-11-23T01:00:00.000Z",
            "disabled_at": null,
            "is_enrolled": true,
            "last_step": 58,
            "events": 3,
            "sessions_from": "2026-11-23T01:00:00.000Z",
            "content": "AAAA"
        }"#;
        let row: StaffRow = serde_json::from_str(old).unwrap();
        assert!(!row.waits);
        assert_eq!(row.standing, AccountStanding::default());
        assert_eq!((row.role, row.events, row.last_step), (StaffRole::Reviewer, 3, 58));
        let old = r#"{
            "name": "李娜",
            "password": {"memory_kib": 19456, "passes": 2, "lanes": 1, "salt": "00", "hash": "11"},
            "totp": null,
            "recovery": []
        }"#;
        let content: StaffContent = serde_json::from_str(old).unwrap();
        assert_eq!((content.name.as_str(), content.person), ("李娜", None));
        // A member that this program does not know was written by a newer one: that is not guessed at.
        let newer = old.replacen("\"totp\"", "\"unknown\": 1, \"totp\"", 1);
        assert!(serde_json::from_str::<StaffContent>(&newer).is_err());
    }

    #[test]
    fn an_event_of_before_who_did_it_was_kept_is_read_and_says_so() {
        let old = r#"{"at":"2026-11-23T01:00:00.000Z","event":"reset"}"#;
        let row: StaffEventRow = serde_json::from_str(old).unwrap();
        assert_eq!((row.event, row.by), (StaffEvent::Reset, EventBy::Unrecorded));
    }
}
