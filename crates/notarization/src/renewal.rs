//! Time stamps of the office's own log are renewed before the certificates behind them end (domain.md
//! 11.12, `docs/spec/renewal.md`): [`heqi_evidence_store::renewing`] with the office's keys.

use heqi_evidence_store::changeset::RowKey;
use heqi_evidence_store::renewing::{self, Holder};
use heqi_renewal::RenewalFile;

pub use heqi_evidence_store::renewing::{RenewalError, RenewalRound};

use crate::office::NotaryOffice;

/// See [`renewing::renew_if_due`].
///
/// # Errors
/// See [`RenewalError`].
pub async fn renew_if_due(
    office: &NotaryOffice,
    margin_ms: i64,
) -> Result<RenewalRound, RenewalError> {
    renewing::renew_if_due(&holder(office), margin_ms).await
}

/// See [`renewing::renewal_file`].
///
/// # Errors
/// [`RenewalError::NotStamped`], [`RenewalError::NoLeaf`], and what the store says.
pub async fn renewal_file(
    office: &NotaryOffice,
    index: u64,
    detail: Option<(String, String)>,
) -> Result<RenewalFile, RenewalError> {
    renewing::renewal_file(&holder(office), index, detail).await
}

/// Where the leaf stands that a row knows the place of.
pub(crate) async fn leaf_at(office: &NotaryOffice, row: &RowKey) -> Result<u64, RenewalError> {
    renewing::leaf_at(&holder(office), row).await
}

fn holder(office: &NotaryOffice) -> Holder<'_> {
    Holder {
        backend: office.store(),
        clock: &**office.clock(),
        custodian: office.custodian(),
        key: office.receipt_key(),
        anchors: office.anchors(),
        // Nobody counts the leaves of the office: all of them are statements.
        statement: &|_, _| Ok(()),
    }
}
