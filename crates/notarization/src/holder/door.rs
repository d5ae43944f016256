//! How a person comes in to see what is held: a one-time code to a contact that was used while
//! signing, then the name. Whoever asks with a contact that is unknown here is answered as
//! everybody else and is sent nothing, so that nobody learns who has signed something.
//!
//! Rows: `holder-code` (digest of a contact) and `holder-session` (SHA-256 of the cookie's secret).
//! Neither holds a number, a name or a code.

use std::fmt;

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::index::{CONTACTS, NAMES};
use super::{Finder, HolderContact, HolderFault, Person};
use crate::office::NotaryOffice;

/// How long a code can be entered, in milliseconds: 5 minutes.
pub const CODE_LIFETIME_MS: i64 = 5 * 60_000;
/// How soon another one is sent, in milliseconds.
pub const CODE_PAUSE_MS: i64 = 60_000;
/// How many wrong entries, of code or name, end a code.
pub const CODE_TRIES: u8 = 5;
/// How many codes go to one contact in a day.
pub const CODES_A_DAY: u32 = 10;
/// A session in which nothing happens ends after this time, in milliseconds.
pub const IDLE_MS: i64 = 30 * 60_000;
/// A session ends after this time whatever happens in it, in milliseconds.
pub const LIFETIME_MS: i64 = 12 * 3_600_000;
/// How exactly it is kept when a session was last used, in milliseconds.
const SEEN_MS: i64 = 60_000;
/// People of one contact that are looked at; more share no telephone.
const PERSONS: usize = 1_000;
/// Rows read at once while sweeping.
const SWEPT: usize = 256;
const ATTEMPTS: usize = 8;
const CODE_LABEL: &[u8] = b"heqi.holder-code/v1\n";
/// Digests of contacts are made under a key, so this one is nobody's.
const CODE_LABEL_OF_NOBODY: &str = "heqi.holder-code-of-nobody/v1\n";

const CODES: Table<Digest, CodeRow> = Table::new("holder-code");
const SESSIONS: Table<Digest, SessionRow> = Table::new("holder-session");

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CodeRow {
    /// What the code is made from, with the office's key; empty once it has passed.
    nonce: Digest,
    sent_at: UtcMillis,
    wrong: u8,
    is_used: bool,
    day: String,
    sent_on_day: u32,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SessionRow {
    contact: Digest,
    name: Digest,
    opened_at: UtcMillis,
    seen_at: UtcMillis,
}

impl SessionRow {
    fn ends_at(&self) -> UtcMillis {
        self.seen_at.plus_millis(IDLE_MS).min(self.opened_at.plus_millis(LIFETIME_MS))
    }
}

/// A code to be sent to a contact. Never printed.
pub struct CodeToSend {
    /// Where to.
    pub contact: HolderContact,
    /// The six digits.
    pub code: Zeroizing<String>,
}

impl fmt::Debug for CodeToSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeToSend")
    }
}

/// A person who has come in. Never printed.
#[derive(Clone)]
pub struct Holder {
    pub(super) persons: Vec<Person>,
    /// The contact it came in by, and its name: digests under the office's key.
    pub(super) contact: Digest,
    pub(super) name: Digest,
    /// When the session ends if nothing happens any more.
    pub ends_at: UtcMillis,
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holder({} filings)", self.persons.len())
    }
}

/// Why somebody did not come in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnterError {
    /// Code or name is another, no code was sent there, or it has had its tries or its time, or has
    /// passed. Which of them is not told: only of a contact that is known here can a code have ended.
    #[error("code or name is not right, or the code does not pass any more")]
    NotRight,
    /// The office could not do its part.
    #[error(transparent)]
    Fault(HolderFault),
}

impl<E: Into<HolderFault>> From<E> for EnterError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Makes a code for a contact that is known here and may be sent one now; `None` otherwise.
/// Whoever asked is told the same in both cases.
///
/// # Errors
/// See [`HolderFault`].
pub async fn ask_code(
    office: &NotaryOffice,
    contact: &HolderContact,
) -> Result<Option<CodeToSend>, HolderFault> {
    let finder = Finder::of(office).await?;
    let whose = finder.contact(contact);
    if CONTACTS.scan(office.store(), &format!("{whose}-"), None, 1).await?.is_empty() {
        write_of_nobody(office).await?;
        return Ok(None);
    }
    let now = office.clock().now();
    let day = now.shanghai_day();
    for _ in 0..ATTEMPTS {
        let before = CODES.row(office.store(), &whose).await?;
        let last = before.as_ref().map(|row| &row.value);
        let sent_on_day = last.filter(|row| row.day == day).map_or(0, |row| row.sent_on_day);
        let is_too_soon = last.is_some_and(|row| now.millis_since(row.sent_at) < CODE_PAUSE_MS);
        if is_too_soon || sent_on_day >= CODES_A_DAY {
            write_of_nobody(office).await?;
            return Ok(None);
        }
        let row = CodeRow {
            nonce: Digest::from_bytes(office.entropy().bytes()),
            sent_at: now,
            wrong: 0,
            is_used: false,
            day: day.clone(),
            sent_on_day: sent_on_day + 1,
        };
        let mut changes = Changeset::new();
        match &before {
            None => CODES.insert(&mut changes, &whose, &row)?,
            Some(before) => CODES.replace(&mut changes, &whose, before.version, &row)?,
        }
        if commit(office, changes).await? {
            let code = code_of(&finder, &row.nonce);
            return Ok(Some(CodeToSend { contact: contact.clone(), code }));
        }
    }
    Err(CommitError::Busy.into())
}

/// Writes what is written where somebody is known, about nobody: an answer takes as long as the disk
/// does, so that whoever stops the time learns no more than whoever reads. It is one row, whoever asks.
async fn write_of_nobody(office: &NotaryOffice) -> Result<(), HolderFault> {
    let now = office.clock().now();
    let row = CodeRow {
        nonce: Digest::from_bytes(office.entropy().bytes()),
        sent_at: now,
        wrong: 0,
        is_used: true,
        day: now.shanghai_day(),
        sent_on_day: 0,
    };
    let mut changes = Changeset::new();
    CODES.put(&mut changes, &Digest::labelled(CODE_LABEL_OF_NOBODY, &[]), &row)?;
    commit(office, changes).await?;
    Ok(())
}

/// Lets in whoever entered the code that was sent to the contact, and the name of somebody who
/// used it. Gives the secret of the session, which is shown once.
///
/// # Errors
/// See [`EnterError`]; a wrong entry is counted.
pub async fn enter(
    office: &NotaryOffice,
    contact: &HolderContact,
    code: &str,
    name: &str,
) -> Result<Zeroizing<String>, EnterError> {
    let finder = Finder::of(office).await?;
    let (whose, named) = (finder.contact(contact), finder.name(name));
    for _ in 0..ATTEMPTS {
        let Some(row) = CODES.row(office.store(), &whose).await? else {
            write_of_nobody(office).await?;
            return Err(EnterError::NotRight);
        };
        let now = office.clock().now();
        let mut code_row = row.value;
        let is_over = code_row.is_used
            || code_row.wrong >= CODE_TRIES
            || now.millis_since(code_row.sent_at) >= CODE_LIFETIME_MS;
        if is_over {
            write_of_nobody(office).await?;
            return Err(EnterError::NotRight);
        }
        // Compared as digests, so that the time it takes says nothing.
        let sent = code_of(&finder, &code_row.nonce);
        let fits = Digest::of(sent.as_bytes()) == Digest::of(code.trim().as_bytes());
        let persons = persons(office, whose, named).await?;
        let mut changes = Changeset::new();
        if !fits || persons.is_empty() {
            code_row.wrong += 1;
            CODES.replace(&mut changes, &whose, row.version, &code_row)?;
            if commit(office, changes).await? {
                return Err(EnterError::NotRight);
            }
            continue;
        }
        code_row.is_used = true;
        CODES.replace(&mut changes, &whose, row.version, &code_row)?;
        let secret = format!("heqi_holder_{}", Digest::from_bytes(office.entropy().bytes()));
        let session = SessionRow { contact: whose, name: named, opened_at: now, seen_at: now };
        SESSIONS.insert(&mut changes, &Digest::of(secret.as_bytes()), &session)?;
        if commit(office, changes).await? {
            return Ok(Zeroizing::new(secret));
        }
    }
    Err(EnterError::Fault(CommitError::Busy.into()))
}

/// Whoever has the session whose secret has this SHA-256, and notes that it was used. `None`: there
/// is no such session any more.
///
/// # Errors
/// See [`HolderFault`].
pub async fn holder(
    office: &NotaryOffice,
    secret_sha256: Digest,
) -> Result<Option<Holder>, HolderFault> {
    let Some(row) = SESSIONS.row(office.store(), &secret_sha256).await? else { return Ok(None) };
    let now = office.clock().now();
    let mut session = row.value;
    if now >= session.ends_at() {
        return Ok(None);
    }
    if now.millis_since(session.seen_at) >= SEEN_MS {
        session.seen_at = now;
        let mut changes = Changeset::new();
        SESSIONS.replace(&mut changes, &secret_sha256, row.version, &session)?;
        match commit(office, changes).await {
            // Two requests of one session note their use at the same time, and one is enough. Where
            // nothing is written now, whoever has come in reads on: the session ends the sooner.
            Ok(_)
            | Err(HolderFault::Store(
                CommitError::Busy | CommitError::DiskFull | CommitError::ReadOnly(_),
            )) => {}
            Err(fault) => return Err(fault),
        }
    }
    let persons = persons(office, session.contact, session.name).await?;
    let SessionRow { contact, name, .. } = session;
    Ok(Some(Holder { persons, contact, name, ends_at: session.ends_at() }))
}

/// Ends a session. Ending twice changes nothing.
///
/// # Errors
/// See [`HolderFault`].
pub async fn leave(office: &NotaryOffice, secret_sha256: Digest) -> Result<(), HolderFault> {
    let mut changes = Changeset::new();
    changes.delete(SESSIONS.key(&secret_sha256)?);
    commit(office, changes).await?;
    Ok(())
}

/// Removes sessions that have ended and codes of days that are over, at most `limit` of each; gives
/// how many.
///
/// # Errors
/// See [`HolderFault`].
pub async fn sweep(office: &NotaryOffice, limit: usize) -> Result<usize, HolderFault> {
    let now = office.clock().now();
    let (mut removed, mut changes) = (0, Changeset::new());
    let mut after: Option<Digest> = None;
    loop {
        let rows = SESSIONS.scan(office.store(), "", after.as_ref(), SWEPT).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        for (key, row) in rows.iter().filter(|(_, row)| now >= row.value.ends_at()) {
            if removed < limit {
                SESSIONS.remove(&mut changes, key, row.version)?;
                removed += 1;
            }
        }
    }
    let (day, mut codes, mut after) = (now.shanghai_day(), 0, None::<Digest>);
    loop {
        let rows = CODES.scan(office.store(), "", after.as_ref(), SWEPT).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        // How many were sent today is still to be known.
        let is_over =
            |row: &CodeRow| row.day != day && now.millis_since(row.sent_at) >= CODE_LIFETIME_MS;
        for (key, row) in rows.iter().filter(|(_, row)| is_over(&row.value)) {
            if codes < limit {
                CODES.remove(&mut changes, key, row.version)?;
                codes += 1;
            }
        }
    }
    if changes.is_empty() || !commit(office, changes).await? {
        return Ok(0);
    }
    Ok(removed + codes)
}

/// Everybody of this contact who has this name, one for each filing.
async fn persons(
    office: &NotaryOffice,
    contact: Digest,
    name: Digest,
) -> Result<Vec<Person>, HolderFault> {
    let within = format!("{contact}-");
    let mut found = Vec::new();
    for (key, _) in CONTACTS.scan(office.store(), &within, None, PERSONS).await? {
        let person = key.strip_prefix(&within).and_then(|rest| {
            let (filing, party) = rest.split_once('-')?;
            Some(Person { filing: filing.parse().ok()?, party: party.parse().ok()? })
        });
        let person = person.ok_or(HolderFault::Damaged("a row of a contact names nobody"))?;
        let named = NAMES.row(office.store(), &person.to_string()).await?;
        if named.is_some_and(|row| row.value == name) {
            found.push(person);
        }
    }
    Ok(found)
}

fn code_of(finder: &Finder, nonce: &Digest) -> Zeroizing<String> {
    let mac = finder.digest(CODE_LABEL, nonce.as_bytes());
    let head =
        mac.as_bytes().iter().take(8).fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
    // 2^64 is no multiple of a million: the bias is 1 in 10^13.
    Zeroizing::new(format!("{:06}", head % 1_000_000))
}

/// Whether it was committed; not when another was faster.
async fn commit(office: &NotaryOffice, changes: Changeset) -> Result<bool, HolderFault> {
    match async { office.store().commit(changes)?.await }.await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
