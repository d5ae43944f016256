//! Time stamps of the platform's own log are renewed before the certificates behind them end (domain.md
//! 11.12, `docs/spec/renewal.md`): [`heqi_evidence_store::renewing`] with the key of erasure orders.

use std::sync::atomic::{AtomicU64, Ordering};

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::renewing::{self, Holder};
use heqi_evidence_store::table::TableError;
use heqi_renewal::RenewalFile;
use heqi_vocabulary::Digest;

pub use heqi_evidence_store::renewing::{RenewalError, RenewalRound};

use crate::key_change;
use crate::platform::Platform;

/// What the platform is called in its renewals.
const HOLDER: &str = "platform";

/// Looks at what was stamped since the last round, and renews it when the first of its certificates ends
/// within `margin_ms`. A platform without the key of orders, or without a list of trusted keys, renews
/// nothing.
///
/// # Errors
/// See [`RenewalError`].
pub async fn renew_if_due(
    platform: &Platform,
    margin_ms: i64,
) -> Result<RenewalRound, RenewalError> {
    // Every other leaf of this log is a record, so statements are counted.
    let next = AtomicU64::new(key_change::counted(platform.backend()).await?);
    let statement = |changes: &mut Changeset, digest: Digest| {
        key_change::note(changes, digest, next.fetch_add(1, Ordering::Relaxed))
    };
    match holder(platform, &statement) {
        Some(holder) => renewing::renew_if_due(&holder, margin_ms).await,
        None => Ok(RenewalRound::default()),
    }
}

/// The way of the leaf at `index` of the platform's own log, which is a record or a statement: its first
/// stamped head, and every renewal since.
///
/// # Errors
/// [`RenewalError::NotStamped`], [`RenewalError::NoLeaf`], and what the store says.
pub async fn renewal_file(platform: &Platform, index: u64) -> Result<RenewalFile, RenewalError> {
    let holder = holder(platform, &|_, _| Ok(())).ok_or(RenewalError::NotStamped)?;
    renewing::renewal_file(&holder, index, None).await
}

fn holder<'a>(
    platform: &'a Platform,
    statement: &'a (dyn Fn(&mut Changeset, Digest) -> Result<(), TableError> + Send + Sync),
) -> Option<Holder<'a>> {
    Some(Holder {
        backend: platform.backend(),
        clock: platform.clock(),
        custodian: HOLDER,
        key: platform.settings.order_key.as_ref()?.signer(),
        anchors: platform.settings.anchors.as_deref()?,
        statement,
    })
}
