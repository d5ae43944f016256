//! Carrying applications to the notary and writing down what it answers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::outbox::Timers;
use heqi_vocabulary::{DepositNo, FilingId, RecordId, UtcMillis};

use super::super::rows::{self as kept, QueryContent};
use super::{
    Applicant, ApplicationItem, ApplicationRow, ApplicationState, LeasedApplication, QUEUE,
    deposit_of,
};
use crate::fault::{ActError, Fault};
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::rows::{self, Pair};

/// What is carried to the notary.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct ApplicationLetter {
    /// The record of the application, which names it: the same whenever it is sent.
    pub application: RecordId,
    /// About which deposit.
    pub deposit: DepositNo,
    /// Who applies.
    pub applicant: Applicant,
    /// Law and article.
    pub legal_basis: String,
    /// The case.
    pub case_number: String,
}

/// Without what it says.
impl fmt::Debug for ApplicationLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApplicationLetter({})", self.application)
    }
}

/// What the notary answers, finally.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever carries letters must say which")]
pub enum ApplicationAnswer {
    /// It has the application, under this number of its own.
    Received {
        /// What it is called there: letters, digits and hyphens.
        reference: String,
        /// The code with which it is looked up there, where the notary gives one.
        code: Option<String>,
    },
    /// It does not take it.
    Refused {
        /// A stable word.
        reason: String,
    },
}

/// There is no answer yet; the same letter is sent again.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the notary did not answer the application: {0}")]
pub struct NotaryNotReached(pub String);

/// What carrying a letter gives, some time.
pub type Carrying<'a> =
    Pin<Box<dyn Future<Output = Result<ApplicationAnswer, NotaryNotReached>> + Send + 'a>>;

/// The notary's desk for applications.
pub trait NotaryDesk: Send + Sync {
    /// Hands a letter in. The same letter again must give the same answer.
    fn apply<'a>(&'a self, letter: &'a ApplicationLetter) -> Carrying<'a>;
}

/// Brings back applications whose pause was given by a clock that ran ahead.
///
/// # Errors
/// The store could not do its part.
pub async fn recall(platform: &Platform, longest_ms: i64) -> Result<usize, Fault> {
    Ok(QUEUE.recall(platform.backend(), platform.now(), longest_ms, Timers::None).await?)
}

/// Leases up to `limit` applications that are to be carried, for `lease_ms` milliseconds.
///
/// # Errors
/// The store could not do its part.
pub async fn lease(
    platform: &Platform,
    lease_ms: i64,
    limit: usize,
) -> Result<Vec<LeasedApplication>, Fault> {
    Ok(QUEUE.lease(platform.backend(), platform.now(), lease_ms, limit).await?)
}

/// When the next application is worth looking at.
///
/// # Errors
/// The store could not be read.
pub async fn next_due(platform: &Platform) -> Result<Option<UtcMillis>, Fault> {
    Ok(QUEUE.next_due(platform.backend()).await?)
}

/// The letter of an item. `None`: it has been answered, and the item is to be ended.
///
/// # Errors
/// The store could not be read.
pub async fn letter(
    platform: &Platform,
    item: &LeasedApplication,
) -> Result<Option<ApplicationLetter>, Fault> {
    let ApplicationItem { filing, record } = item.payload;
    let row = rows::APPLICATIONS.durable_row(platform.backend(), &Pair(filing, record)).await?;
    let Some(row) = row.map(|row| row.value) else { return Ok(None) };
    let is_this = row.application.to_string() == item.lane;
    if !is_this || row.state != (ApplicationState::Sent {}) {
        return Ok(None);
    }
    let content = content_of(platform, row.query).await?;
    let kept = match ledger::find(platform, record).await {
        Ok(kept) => kept,
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(other) => return Err(Fault::broken(other)),
    };
    let deposit = deposit_of(platform, &kept).await?;
    let deposit = deposit.ok_or_else(|| Fault::broken("an application names no deposit"))?;
    let applicant = platform.settings().applicant.clone();
    let applicant = applicant.ok_or_else(|| Fault::broken("nobody is set up to apply"))?;
    Ok(Some(ApplicationLetter {
        application: row.application,
        deposit,
        applicant,
        legal_basis: content.basis.to_string(),
        case_number: content.case_number.to_string(),
    }))
}

async fn content_of(platform: &Platform, query: RecordId) -> Result<QueryContent, Fault> {
    let row = rows::REGULATOR_QUERIES.row(platform.backend(), &query).await?;
    let row = row.ok_or_else(|| Fault::broken("an application names no search"))?;
    kept::open(platform, query, &row.value)
}

/// Writes down what the notary answered, with its record, and ends the item.
///
/// # Errors
/// The store could not do its part.
pub async fn note_answer(
    platform: &Platform,
    item: &LeasedApplication,
    answer: &ApplicationAnswer,
) -> Result<(), Fault> {
    let ApplicationItem { filing, record } = item.payload;
    let key = Pair(filing, record);
    loop {
        let mut changes = Changeset::new();
        let stored = rows::APPLICATIONS.row(platform.backend(), &key).await?;
        if let Some(stored) =
            stored.filter(|stored| stored.value.state == (ApplicationState::Sent {}))
        {
            let chain = match crate::filings::load(platform, filing).await {
                Ok(stored) => stored.filing.chain(),
                Err(ActError::Fault(fault)) => return Err(fault),
                Err(other) => return Err(Fault::broken(other)),
            };
            let next = ledger::next_place(platform, chain).await?;
            let at = next.place.recorded_at;
            let mut row = stored.value;
            row.state = state_of(answer, at);
            let record = answered(platform, &row, (filing, record))?;
            record.write(platform, &mut changes, &next)?;
            rows::APPLICATIONS.replace(&mut changes, &key, stored.version, &row)?;
        }
        QUEUE.complete(platform.backend(), &mut changes, item, platform.now()).await?;
        match settle(platform, changes).await? {
            Settled::Conflict if still_ours(platform, item).await? => {}
            Settled::Done | Settled::Conflict => return Ok(()),
        }
    }
}

fn state_of(answer: &ApplicationAnswer, at: UtcMillis) -> ApplicationState {
    match answer {
        ApplicationAnswer::Received { reference, code } => ApplicationState::Received {
            reference: plain(reference),
            code: code.as_deref().map(plain),
            at,
        },
        ApplicationAnswer::Refused { reason } => {
            ApplicationState::Refused { reason: plain(reason), at }
        }
    }
}

/// What another organisation calls something: letters, digits, hyphens and underscores, 64 at most.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(64).collect()
}

fn answered(
    platform: &Platform,
    row: &ApplicationRow,
    (filing, signing): (FilingId, RecordId),
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::CertificateApplication);
    draft
        .observed("filing", filing.to_string())?
        .observed("change", "answered")?
        .observed("application", row.application.to_string())?
        .observed("query", row.query.to_string())?
        .observed("actor", row.member.account.to_string())?
        .observed("actor_role", "regulator")?
        .observed("office", row.member.office.name.as_str())?
        .observed("records", vec![signing.to_string()])?;
    match &row.state {
        ApplicationState::Sent {} => draft.observed("state", "sent")?,
        ApplicationState::Received { reference, .. } => {
            draft.observed("state", "received")?.observed("reference", reference.as_str())?
        }
        ApplicationState::Refused { reason, .. } => {
            draft.observed("state", "refused")?.observed("reason", reason.as_str())?
        }
    };
    draft.seal(platform, About::filing(filing), None)
}

/// Gives an item back: the notary was not reached.
///
/// # Errors
/// The store could not do its part.
pub async fn try_again(
    platform: &Platform,
    item: &LeasedApplication,
    retry_at: UtcMillis,
) -> Result<(), Fault> {
    loop {
        let mut changes = Changeset::new();
        QUEUE.fail(platform.backend(), &mut changes, item, retry_at).await?;
        match settle(platform, changes).await? {
            Settled::Conflict if still_ours(platform, item).await? => {}
            Settled::Done | Settled::Conflict => return Ok(()),
        }
    }
}

enum Settled {
    Done,
    Conflict,
}

async fn settle(platform: &Platform, changes: Changeset) -> Result<Settled, Fault> {
    match platform.backend().commit(changes) {
        Ok(pending) => pending.await.map(|_| Settled::Done).map_err(Fault::from),
        Err(CommitError::Conflict { .. }) => Ok(Settled::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// Whether the item is there and nobody else has leased it: a lease that ran out is somebody else's.
async fn still_ours(platform: &Platform, item: &LeasedApplication) -> Result<bool, Fault> {
    Ok(platform.now() < item.leased_until && QUEUE.outstanding(platform.backend(), 1).await? > 0)
}
