//! Erasure orders: lease what is due, send it, note the signed answer. An answer that is not
//! the custodian's, or not to this order, changes nothing and raises the alarm.

use bytes::Bytes;
use heqi_notary_protocol::Backoff;
use heqi_registration::Platform;
use heqi_registration::erasure::{self, LeasedOrder, NoteAnswerError};
use heqi_registration::fault::{ActError, Fault};
use tracing::{error, info};

use crate::deposits::CustodianLink;

/// How long a leased order belongs to this worker, in milliseconds.
const LEASE_MS: i64 = 70_000;
/// What needs a person is tried again after this long.
const ALARM_RETRY_MS: i64 = 60_000;
/// Orders under way at the same time.
const AT_ONCE: usize = 4;

/// Leases due orders and carries each out. Gives how many there were.
///
/// # Errors
/// The platform's own store could not do its part.
pub(crate) async fn round(
    platform: &Platform,
    link: &CustodianLink,
    backoff: &Backoff,
) -> Result<usize, Fault> {
    let leased = erasure::lease_orders(platform, link.custodian, LEASE_MS, AT_ONCE).await?;
    for item in &leased {
        one(platform, link, backoff, item).await?;
    }
    Ok(leased.len())
}

async fn one(
    platform: &Platform,
    link: &CustodianLink,
    backoff: &Backoff,
    item: &LeasedOrder,
) -> Result<(), Fault> {
    let (erasure_id, custodian) = (item.payload.erasure, link.custodian);
    let order = match erasure::order_envelope(platform, erasure_id).await {
        Ok(order) => order,
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(reason) => {
            error!(erasure.id = %erasure_id, %custodian, %reason, "an erasure order is not kept");
            return later(platform, item, ALARM_RETRY_MS).await;
        }
    };
    match link.client.erase(Bytes::from(order)).await {
        Ok(receipt) => match erasure::note_answer(platform, item, receipt.as_bytes()).await {
            Ok(answer) => {
                info!(erasure.id = %erasure_id, %custodian, ?answer, "an erasure order is answered");
                Ok(())
            }
            Err(NoteAnswerError::Act(ActError::Fault(fault))) => Err(fault),
            Err(reason) => {
                error!(erasure.id = %erasure_id, %custodian, %reason, "an answer is not believed");
                later(platform, item, ALARM_RETRY_MS).await
            }
        },
        Err(failure) if failure.is_transient() => {
            let wait = backoff.wait_ms(item.attempts, platform.entropy());
            later(platform, item, i64::try_from(wait).unwrap_or(ALARM_RETRY_MS)).await
        }
        Err(failure) => {
            error!(erasure.id = %erasure_id, %custodian, %failure, "an erasure order was turned away");
            later(platform, item, ALARM_RETRY_MS).await
        }
    }
}

async fn later(platform: &Platform, item: &LeasedOrder, wait_ms: i64) -> Result<(), Fault> {
    erasure::give_back_order(platform, item, platform.now().plus_millis(wait_ms)).await
}
