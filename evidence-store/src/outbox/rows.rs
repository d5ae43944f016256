//! The rows of a queue (`docs/spec/store.md` section 8): their keys, and what stands in them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{After, Outbox, OutboxError};
use crate::changeset::{Changeset, InvalidChangeset, Row, RowKey};

#[derive(Deserialize, Serialize)]
pub(super) struct Item<T> {
    /// When it may be leased: its time, the end of a lease, or the end of a pause after a failure.
    pub(super) due_ms: i64,
    pub(super) attempts: u32,
    #[serde(default)]
    pub(super) after: After,
    pub(super) payload: T,
}

impl<T> Outbox<T> {
    pub(super) fn item_key(&self, lane: &str, order: u64) -> Result<RowKey, InvalidChangeset> {
        RowKey::new(format!("outbox/{}/item/{lane}/{order:020}", self.queue))
    }

    pub(super) fn lane_of<'k>(&self, key: &'k RowKey) -> Option<&'k str> {
        let prefix = format!("outbox/{}/item/", self.queue);
        let rest = key.as_bytes().strip_prefix(prefix.as_bytes())?;
        str::from_utf8(rest).ok()?.rsplit_once('/').map(|(lane, _)| lane)
    }

    pub(super) fn lane_prefix(&self, lane: &str) -> Vec<u8> {
        format!("outbox/{}/item/{lane}/", self.queue).into_bytes()
    }

    pub(super) fn due_key(&self, due_ms: i64, lane: &str) -> Result<RowKey, InvalidChangeset> {
        // Nothing is due before 1970, and 15 digits outlast the year 9999: text order is time order.
        RowKey::new(format!("outbox/{}/due/{:015}/{lane}", self.queue, due_ms.max(0)))
    }

    pub(super) fn due_prefix(&self) -> Vec<u8> {
        format!("outbox/{}/due/", self.queue).into_bytes()
    }

    pub(super) fn parse_due<'k>(&self, key: &'k RowKey) -> Option<(i64, &'k str)> {
        let rest = key.as_bytes().strip_prefix(self.due_prefix().as_slice())?;
        let (due_ms, lane) = str::from_utf8(rest).ok()?.split_once('/')?;
        Some((due_ms.parse().ok()?, lane))
    }
}

pub(super) fn is_lane(lane: &str) -> bool {
    (1..=128).contains(&lane.len())
        && lane.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

pub(super) fn order_of(key: &RowKey) -> Option<u64> {
    str::from_utf8(key.as_bytes().last_chunk::<20>()?).ok()?.parse().ok()
}

#[derive(Serialize)]
struct ItemRef<'a, T> {
    due_ms: i64,
    attempts: u32,
    after: &'a After,
    payload: &'a T,
}

pub(super) fn put_item<T: Serialize>(
    changes: &mut Changeset,
    key: RowKey,
    due_ms: i64,
    attempts: u32,
    after: &After,
    payload: &T,
) -> Result<(), OutboxError> {
    let value = serde_json::to_vec(&ItemRef { due_ms, attempts, after, payload })
        .map_err(|_| OutboxError::Malformed { key: key.clone() })?;
    changes.put(key, value);
    Ok(())
}

pub(super) fn decode<T: DeserializeOwned>(key: &RowKey, row: &Row) -> Result<Item<T>, OutboxError> {
    serde_json::from_slice(&row.value).map_err(|_| OutboxError::Malformed { key: key.clone() })
}
