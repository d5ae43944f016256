//! Giving back to a custodian what it receipted and lost (`docs/adr/0048-successor-of-the-offices-log.md`).
//!
//! A custodian whose store was set back gets the receipts it gave, to the byte, and each record as it was deposited; of
//! what was erased since, what is left. It is told nothing that it was not told before, so a look here is no look at
//! evidence; only a key of the scope `custody_return` for this custodian opens it, which people make for this once and revoke.

use heqi_vocabulary::RecordId;

use crate::deposit_queue::deposit_bundle;
use crate::fault::{ActError, Fault, Thing};
use crate::platform::{Custodian, Platform};
use crate::request::Actor;
use crate::rows::{self, Pair};

/// Rows read at once.
const PAGE: usize = 256;

/// A receipt that a custodian gave.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct GivenReceipt {
    /// Of which record.
    pub record_id: RecordId,
    /// The exact envelope.
    pub envelope: String,
}

/// The receipts of a custodian, in the order of their records, those after `after`, at most `limit`.
///
/// # Errors
/// Not for this key, or the store could not be read.
pub async fn receipts(
    platform: &Platform,
    actor: &Actor,
    custodian: Custodian,
    after: Option<RecordId>,
    limit: usize,
) -> Result<Vec<GivenReceipt>, ActError> {
    actor.require_return_to(custodian)?;
    let mut cursor = after.map(|record| Pair(record, custodian));
    let mut found = Vec::new();
    loop {
        let rows = rows::RECEIPTS.scan(platform.backend(), "", cursor.as_ref(), PAGE).await;
        let rows = rows.map_err(Fault::from)?;
        let Some((last, _)) = rows.last() else { return Ok(found) };
        cursor = Some(*last);
        for (Pair(record_id, by), row) in rows {
            if by == custodian {
                found.push(GivenReceipt { record_id, envelope: row.value.envelope });
            }
            if found.len() == limit {
                return Ok(found);
            }
        }
    }
}

/// A record that this custodian receipted, as a bundle: as it was deposited, but for what was erased since.
///
/// # Errors
/// Not for this key, not receipted by this custodian, or the store could not be read.
pub async fn deposited(
    platform: &Platform,
    actor: &Actor,
    custodian: Custodian,
    record: RecordId,
) -> Result<Vec<u8>, ActError> {
    actor.require_return_to(custodian)?;
    let receipted = rows::RECEIPTS.durable_row(platform.backend(), &Pair(record, custodian)).await;
    if receipted.map_err(Fault::from)?.is_none() {
        return Err(ActError::NotFound(Thing::Record));
    }
    let deposit = deposit_bundle(platform, record).await?;
    Ok(deposit.parts.write().map_err(Fault::broken)?)
}
