//! Time stamps of the platform's own log are renewed before the certificates behind them end (domain.md
//! 11.12, `docs/spec/renewal.md`): [`heqi_evidence_store::renewing`] with the key of erasure orders.

use std::sync::atomic::{AtomicU64, Ordering};

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::renewing::{self, Holder};
use heqi_evidence_store::table::TableError;
use heqi_renewal::RenewalFile;
use heqi_vocabulary::{Digest, RecordId};

pub use heqi_evidence_store::renewing::{RenewalError, RenewalRound};

use crate::ceremonies::require_inside;
use crate::disclose::may_open;
use crate::export_bundle;
use crate::fault::{ActError, Class, Fault};
use crate::platform::Platform;
use crate::request::Actor;
use crate::wording::{Told, refusals, say};
use crate::{key_change, ledger};

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
    let Some(looking) = holder(platform, platform.backend(), &|_, _| Ok(())) else {
        return Ok(RenewalRound::default());
    };
    let looked = renewing::look(&looking, margin_ms).await?;
    // Every other leaf of this log is a record, so statements are counted. That reads all of them, and
    // hardly a round makes one.
    let before = if looked.is_due() { key_change::counted(platform.backend()).await? } else { 0 };
    let next = AtomicU64::new(before);
    let statement = |changes: &mut Changeset, digest: Digest| {
        key_change::note(changes, digest, next.fetch_add(1, Ordering::Relaxed))
    };
    let noting = Holder { statement: &statement, ..looking };
    let round = renewing::finish(&noting, looked).await?;
    platform.newest_stamps().note(round.counts_until, margin_ms);
    Ok(round)
}

/// The way of the leaf at `index` of the platform's own log, which is a record or a statement: its first
/// stamped head, and every renewal since.
///
/// # Errors
/// [`RenewalError::NotStamped`], [`RenewalError::NoLeaf`], and what the store says.
pub async fn renewal_file(platform: &Platform, index: u64) -> Result<RenewalFile, RenewalError> {
    way(platform, platform.backend(), index).await
}

/// The way of a leaf of the log in `store`.
async fn way(
    platform: &Platform,
    store: &dyn Backend,
    index: u64,
) -> Result<RenewalFile, RenewalError> {
    let holder = holder(platform, store, &|_, _| Ok(())).ok_or(RenewalError::NotStamped)?;
    renewing::renewal_file(&holder, index, None).await
}

/// A record's way, to be kept beside its bundle.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExportedRenewals {
    /// A file name that says nothing personal.
    pub file_name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Why no way of a record was handed out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportRenewalsError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// No head over the record was stamped yet.
    #[error("no head over the record was stamped yet")]
    NotStamped,
}

impl From<RenewalError> for ExportRenewalsError {
    fn from(error: RenewalError) -> Self {
        let fault = match error {
            RenewalError::NotStamped => return Self::NotStamped,
            RenewalError::Read(error) => Fault::from(error),
            RenewalError::Table(error) => Fault::from(error),
            RenewalError::Stamping(error) => Fault::from(error),
            other => Fault::broken(other),
        };
        Self::Act(fault.into())
    }
}

impl ExportRenewalsError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::NotStamped => say(
                "renewals_not_there",
                [
                    "该记录所在的日志树头尚未加盖时间戳，还没有续期文件。",
                    "请在取得时间戳后再试；证据包已可单独验证。",
                ],
                [
                    "No head of the log over this record was stamped yet, so there is no file of renewals.",
                    "Try again once it was stamped; the bundle can be verified without it.",
                ],
            )
            .is(Class::NotFound),
        }
    }
}

refusals!(ExportRenewalsError);

/// The way of a record, for whoever may take its bundle. Nothing of the record is opened by it: its root
/// stands in the log for everybody. So this is no look, and is not recorded.
///
/// # Errors
/// See [`ExportRenewalsError`].
pub async fn export_renewals(
    platform: &Platform,
    actor: &Actor,
    record: RecordId,
) -> Result<ExportedRenewals, ExportRenewalsError> {
    let kept = ledger::find(platform, record).await?;
    may_open(actor, &kept)?;
    require_inside(platform, actor).await?;
    let store = kept.logged_in(platform).ok_or(ExportRenewalsError::NotStamped)?;
    let file = way(platform, store, kept.index).await?;
    let bytes = file.write().map_err(|error| ActError::from(Fault::broken(error)))?;
    let file_name = format!("{}.renewals.zip", export_bundle::base_name(&kept));
    Ok(ExportedRenewals { file_name, bytes })
}

fn holder<'a>(
    platform: &'a Platform,
    backend: &'a dyn Backend,
    statement: &'a (dyn Fn(&mut Changeset, Digest) -> Result<(), TableError> + Send + Sync),
) -> Option<Holder<'a>> {
    Some(Holder {
        backend,
        clock: platform.clock(),
        custodian: HOLDER,
        key: platform.settings.order_key.as_ref()?.signer(),
        anchors: platform.settings.anchors.as_deref()?,
        statement,
    })
}
