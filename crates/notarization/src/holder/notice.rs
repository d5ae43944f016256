//! What a person says to this office about a signing in its name: an objection, or that a consent
//! is withdrawn. Signed by the office, a leaf of its own log; the words stay sealed.
//!
//! It does not pass the platform: whoever runs that cannot keep an objection from the notary. The
//! platform and the other custodian are brought it afterwards ([`super::deliver`]).

use std::collections::BTreeSet;

use heqi_evidence::holder_notice::{HolderNotice, NoticeKind};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::statement::{Statement, StatementError};
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::{Changeset, Expected, InvalidChangeset, LedgerEntry};
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Table;
use heqi_evidence_store::vault::DataKeyId;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::HolderFault;
use super::deliver;
use super::held::OpenedRecord;
use super::receive::RECEIVED;
use crate::office::NotaryOffice;

/// Notices by chain, record and kind.
pub(super) const NOTICES: Table<String, NoticeRow> = Table::new("holder-notice");
/// The longest reason, in characters.
pub const MAX_REASON_CHARACTERS: usize = 500;
const ATTEMPTS: usize = 8;
const MANY: usize = 1_000;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeRow {
    said_at: UtcMillis,
    kind: NoticeKind,
    reason: Sealed<String>,
    /// The exact statement.
    pub(super) statement: String,
}

/// Where a notice is kept.
pub(super) fn place_of(chain: Digest, root: RecordRoot, kind: NoticeKind) -> String {
    format!("{chain}-{root}-{}", kind.as_str())
}

/// What was said about a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// When.
    pub said_at: UtcMillis,
}

/// Why nothing was said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SayError {
    /// An essay.
    #[error("a reason has at most {MAX_REASON_CHARACTERS} characters")]
    Reason,
    /// The statement could not be signed.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A bound of the store.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// The office could not do its part.
    #[error(transparent)]
    Fault(#[from] HolderFault),
}

/// Says something about a signing. Said again it is what was said before.
///
/// # Errors
/// See [`SayError`].
pub async fn say(
    office: &NotaryOffice,
    about: &OpenedRecord,
    kind: NoticeKind,
    reason: &str,
) -> Result<Notice, SayError> {
    let reason = reason.trim();
    if reason.chars().count() > MAX_REASON_CHARACTERS {
        return Err(SayError::Reason);
    }
    let (chain, root) = (about.row.chain, about.key.root);
    let place = place_of(chain, root, kind);
    for _ in 0..ATTEMPTS {
        let before = NOTICES.durable_row(office.store(), &place).await;
        if let Some(row) = before.map_err(HolderFault::from)? {
            return Ok(Notice { kind, said_at: row.value.said_at });
        }
        let said_at = office.clock().now();
        let salt: [u8; 16] = office.entropy().bytes();
        let said = HolderNotice {
            chain,
            custodian: office.custodian().to_owned(),
            kind,
            reason_sha256: Digest::of(&[&salt, reason.as_bytes()].concat()),
            record_root: root,
            said_at,
        };
        let envelope = said.sign(office.receipt_key())?;
        let key = DataKeyId::of(&[b"holder-notice", chain.as_bytes(), root.digest().as_bytes()]);
        let key = office.store().vault().create(key).map_err(HolderFault::from)?;
        let sealed = Sealed::seal(&key, place.as_bytes(), &reason.to_owned(), office.entropy());
        let row = NoticeRow {
            said_at,
            kind,
            reason: sealed.map_err(HolderFault::from)?,
            statement: String::from_utf8_lossy(envelope.as_bytes()).into_owned(),
        };
        let mut changes = Changeset::new();
        NOTICES.insert(&mut changes, &place, &row).map_err(HolderFault::from)?;
        deliver::enqueue(office, &mut changes, (&place, about.row.record_id), said_at)?;
        let leaf = LogLeaf::Statement(Digest::of(envelope.as_bytes())).to_bytes();
        changes.append(LedgerEntry::new(leaf, envelope.as_bytes().to_vec()));
        match async { office.store().commit(changes)?.await }.await {
            Ok(_) => {
                tracing::warn!(
                    kind = kind.as_str(),
                    "a person said something about a signing in its name"
                );
                return Ok(Notice { kind, said_at });
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(HolderFault::from(error).into()),
        }
    }
    Err(HolderFault::from(CommitError::Busy).into())
}

/// What was said about the records of a chain, here and to other custodians, each once: for the
/// notary who certifies one of them.
///
/// # Errors
/// The store could not be read.
pub async fn notices(
    office: &NotaryOffice,
    chain: Digest,
) -> Result<Vec<(RecordRoot, Notice)>, HolderFault> {
    let within = format!("{chain}-");
    let here = NOTICES.scan(office.store(), &within, None, MANY).await?;
    let here = here.into_iter().map(|(key, row)| (key, row.value.kind, row.value.said_at));
    let elsewhere = RECEIVED.scan(office.store(), &within, None, MANY).await?;
    let elsewhere =
        elsewhere.into_iter().map(|(key, row)| (key, row.value.kind, row.value.said_at));
    let mut all: Vec<(RecordRoot, Notice)> = Vec::new();
    for (key, kind, said_at) in here.chain(elsewhere) {
        let Some(root) = key.split('-').nth(1).and_then(|root| root.parse().ok()) else { continue };
        let root = RecordRoot::new(root);
        match all.iter_mut().find(|(other, said)| *other == root && said.kind == kind) {
            Some((_, said)) => said.said_at = said.said_at.min(said_at),
            None => all.push((root, Notice { kind, said_at })),
        }
    }
    Ok(all)
}

/// Has a commit refused where something of this kind was said about a record, here or to another custodian, that could
/// not be read yet when this was called.
pub(crate) async fn unless_said_since(
    office: &NotaryOffice,
    (chain, root): (Digest, RecordRoot),
    kind: NoticeKind,
    changes: &mut Changeset,
) -> Result<(), HolderFault> {
    let place = place_of(chain, root, kind);
    let said = NOTICES.durable_row(office.store(), &place).await?;
    changes.expect(NOTICES.key(&place)?, as_read(said.map(|row| row.version)));
    let custodians = office.anchors().custodians.iter().map(|one| one.custodian.as_str());
    for custodian in custodians.collect::<BTreeSet<&str>>() {
        let place = format!("{place}-{custodian}");
        let received = RECEIVED.durable_row(office.store(), &place).await?;
        changes.expect(RECEIVED.key(&place)?, as_read(received.map(|row| row.version)));
    }
    Ok(())
}

fn as_read(version: Option<u64>) -> Expected {
    version.map_or(Expected::Absent, Expected::Version)
}

/// What was said about one record.
///
/// # Errors
/// The store could not be read.
pub async fn said_about(
    office: &NotaryOffice,
    about: &OpenedRecord,
) -> Result<Vec<Notice>, HolderFault> {
    let all = notices(office, about.row.chain).await?;
    Ok(all.into_iter().filter(|(root, _)| *root == about.key.root).map(|(_, said)| said).collect())
}
