//! What a person said to another custodian of the same records arrives here: a row, and a leaf of
//! this office's own log. Whoever certifies counts it like what was said here.
//!
//! Rows: `holder-notice-received` (chain, record, kind, custodian).

use heqi_evidence::canonical;
use heqi_evidence::holder_notice::{HolderNotice, NoticeKind};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::{Changeset, LedgerEntry};
use heqi_evidence_store::table::Table;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_vocabulary::{Digest, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::HolderFault;
use crate::deposited::DEPOSITS;
use crate::office::NotaryOffice;

pub(super) const RECEIVED: Table<String, ReceivedRow> = Table::new("holder-notice-received");
const ATTEMPTS: usize = 8;
const MANY: usize = 256;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceivedRow {
    pub(super) said_at: UtcMillis,
    pub(super) kind: NoticeKind,
    custodian: String,
    received_at: UtcMillis,
    /// The exact statement.
    statement: String,
}

/// Why a notice was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It is no such statement.
    #[error("the notice is no statement about what a person said")]
    Malformed,
    /// No custodian that is known here has signed it.
    #[error("the notice is not signed by a custodian that is known here")]
    NotSigned,
    /// The record is not held here, or not yet.
    #[error("the record of the notice is not held here")]
    NotHeld,
    /// It is about another record than it is said to be.
    #[error("the notice is about another record")]
    OfAnother,
    /// The office could not do its part.
    #[error(transparent)]
    Fault(HolderFault),
}

impl<E: Into<HolderFault>> From<E> for ReceiveError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Takes a notice that another custodian signed. Gives when it was taken first.
///
/// # Errors
/// See [`ReceiveError`].
pub async fn receive(
    office: &NotaryOffice,
    record: RecordId,
    statement: &[u8],
) -> Result<UtcMillis, ReceiveError> {
    let envelope = Envelope::from_json(statement).map_err(|_| ReceiveError::Malformed)?;
    let claimed: HolderNotice =
        canonical::parse(envelope.unverified_payload()).map_err(|_| ReceiveError::Malformed)?;
    let keys = keys_of(office, &claimed);
    let said = HolderNotice::open(&envelope, &keys).map_err(|_| ReceiveError::NotSigned)?;
    let said = said.into_statement();
    let within = format!("{}-", said.record_root);
    let held = DEPOSITS.scan(office.store(), &within, None, MANY).await?;
    let mut held = held.iter().map(|(_, row)| &row.value).peekable();
    if held.peek().is_none() {
        return Err(ReceiveError::NotHeld);
    }
    if !held.any(|row| row.record_id == record && row.chain == said.chain) {
        return Err(ReceiveError::OfAnother);
    }
    let kind = said.kind.as_str();
    let place = format!("{}-{}-{kind}-{}", said.chain, said.record_root, said.custodian);
    for _ in 0..ATTEMPTS {
        if let Some(row) = RECEIVED.durable_row(office.store(), &place).await? {
            return Ok(row.value.received_at);
        }
        let received_at = office.clock().now();
        let row = ReceivedRow {
            said_at: said.said_at,
            kind: said.kind,
            custodian: said.custodian.clone(),
            received_at,
            statement: String::from_utf8_lossy(envelope.as_bytes()).into_owned(),
        };
        let mut changes = Changeset::new();
        RECEIVED.insert(&mut changes, &place, &row)?;
        let leaf = LogLeaf::Statement(Digest::of(envelope.as_bytes())).to_bytes();
        changes.append(LedgerEntry::new(leaf, envelope.as_bytes().to_vec()));
        match async { office.store().commit(changes)?.await }.await {
            Ok(_) => {
                tracing::warn!(
                    kind,
                    record.id = %record,
                    custodian = %row.custodian,
                    "a person said something to another custodian about a signing in its name"
                );
                return Ok(received_at);
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CommitError::Busy.into())
}

/// The keys of the custodian that the notice names, as far as they count for its time. What this
/// office said itself does not come from outside.
fn keys_of(office: &NotaryOffice, said: &HolderNotice) -> Vec<PublicKey> {
    let others = office.anchors().custodians.iter().filter(|one| {
        one.custodian == said.custodian
            && one.custodian != office.custodian()
            && one.validity.covers(said.said_at)
    });
    others.map(|one| one.key.0.clone()).collect()
}
