//! What a person said to a custodian about a signing in its name arrives here: the custodian's own
//! signed statement (`docs/spec/holder-notice.md` 5) becomes a leaf of the platform's log, so that
//! the platform cannot deny it has it, and the registry sees it on the filing.
//!
//! It pauses nothing by itself: a custodian knows a contact and a name, not a session of the
//! platform. Whoever objects on the platform pauses the filing ([`crate::object`]).

use heqi_evidence::canonical;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::holder_notice::{HolderNotice, NoticeKind};
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{Digest, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Class, Fault};
use crate::platform::{Custodian, Platform};
use crate::wording::{Told, refusals, say};
use crate::{key_change, ledger};

/// By record, custodian and kind.
const NOTICES: Table<String, NoticeRow> = Table::new("holder-notice");
const ATTEMPTS: usize = 8;
const MANY: usize = 64;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NoticeRow {
    custodian: Custodian,
    kind: NoticeKind,
    said_at: UtcMillis,
    taken_at: UtcMillis,
    /// The exact statement.
    statement: String,
}

/// What a person said about a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SaidToCustodian {
    /// To whom.
    pub custodian: Custodian,
    /// What.
    pub kind: NoticeKind,
    /// When, by that custodian's clock.
    pub said_at: UtcMillis,
    /// When it arrived here.
    pub taken_at: UtcMillis,
}

/// Why a notice was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeNoticeError {
    /// The record, or the store.
    #[error(transparent)]
    Act(#[from] ActError),
    /// It is no such statement.
    #[error("the notice is no statement about what a person said")]
    Malformed,
    /// No custodian of ours has signed it.
    #[error("the notice is not signed by a custodian of this platform")]
    NotSigned,
    /// It is about another record than it is said to be.
    #[error("the notice is about another record")]
    OfAnother,
}

impl From<Fault> for TakeNoticeError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl TakeNoticeError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Malformed => say(
                "notice_malformed",
                ["提交的内容不是公证机构转达的声明，未作任何更改。", "请按接口文档重新生成请求。"],
                [
                    "This is no statement of a custodian; nothing was changed.",
                    "Make the request again as the interface says.",
                ],
            )
            .is(Class::BadInput),
            Self::NotSigned => say(
                "notice_not_signed",
                ["声明没有已登记公证机构的有效签名，未作任何更改。", "请核对登记的回执公钥后重试。"],
                [
                    "The statement is not signed by a custodian of this platform; nothing was changed.",
                    "Check the receipt key that is registered here and send it again.",
                ],
            )
            .is(Class::Forbidden),
            Self::OfAnother => say(
                "notice_of_another_record",
                ["声明所指的记录与请求中的记录不一致，未作任何更改。", "请核对记录编号。"],
                [
                    "The statement is about another record than the request names; nothing was changed.",
                    "Check the record's identifier.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(TakeNoticeError);

/// Takes a custodian's notice about a record. The same again changes nothing. Gives when it was
/// taken first.
///
/// # Errors
/// See [`TakeNoticeError`].
pub async fn take_notice(
    platform: &Platform,
    record: RecordId,
    statement: &[u8],
) -> Result<UtcMillis, TakeNoticeError> {
    let envelope = Envelope::from_json(statement).map_err(|_| TakeNoticeError::Malformed)?;
    let claimed: HolderNotice =
        canonical::parse(envelope.unverified_payload()).map_err(|_| TakeNoticeError::Malformed)?;
    let custodian = claimed.custodian.parse::<Custodian>();
    let custodian = custodian.map_err(|_| TakeNoticeError::NotSigned)?;
    let keys = platform.settings().receipt_keys(custodian);
    let said = HolderNotice::open(&envelope, &keys).map_err(|_| TakeNoticeError::NotSigned)?;
    let said = said.into_statement();
    let kept = ledger::find(platform, record).await?;
    if kept.root != said.record_root || chain_commitment(kept.chain) != said.chain {
        return Err(TakeNoticeError::OfAnother);
    }
    let place = format!("{record}-{}-{}", custodian.as_str(), said.kind.as_str());
    for _ in 0..ATTEMPTS {
        let before = NOTICES.durable_row(platform.backend(), &place).await.map_err(Fault::from)?;
        if let Some(row) = before {
            return Ok(row.value.taken_at);
        }
        let taken_at = platform.now();
        let row = NoticeRow {
            custodian,
            kind: said.kind,
            said_at: said.said_at,
            taken_at,
            statement: String::from_utf8_lossy(envelope.as_bytes()).into_owned(),
        };
        let mut changes = Changeset::new();
        NOTICES.insert(&mut changes, &place, &row).map_err(Fault::from)?;
        let digest = Digest::of(envelope.as_bytes());
        key_change::append(platform.backend(), &mut changes, digest, envelope.as_bytes()).await?;
        let committed = match platform.backend().commit(changes) {
            Ok(pending) => pending.await.map(|_| ()),
            Err(error) => Err(error),
        };
        match committed {
            Ok(()) => {
                tracing::warn!(
                    record.id = %record,
                    custodian = custodian.as_str(),
                    kind = said.kind.as_str(),
                    "a person said something to a custodian about a signing in its name"
                );
                return Ok(taken_at);
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(Fault::from(error).into()),
        }
    }
    Err(Fault::Busy.into())
}

/// What was said to custodians about a record, oldest first.
///
/// # Errors
/// The store could not be read.
pub async fn said_to_custodians(
    platform: &Platform,
    record: RecordId,
) -> Result<Vec<SaidToCustodian>, Fault> {
    let rows = NOTICES.scan(platform.backend(), &format!("{record}-"), None, MANY).await?;
    let said = |row: NoticeRow| SaidToCustodian {
        custodian: row.custodian,
        kind: row.kind,
        said_at: row.said_at,
        taken_at: row.taken_at,
    };
    let mut all: Vec<_> = rows.into_iter().map(|(_, row)| said(row.value)).collect();
    all.sort_by_key(|one| one.said_at);
    Ok(all)
}
