//! What the platform gives back to a custodian that was set back: the receipts it holds of it, and each record again.

use std::time::Duration;

use heqi_vocabulary::RecordId;
use serde::{Deserialize, Serialize};

use crate::http::{Bearer, CallError, HttpPool};

/// Receipts in one list, at most.
pub const PAGE: usize = 256;
const MAX_LIST_BYTES: usize = 8 << 20;
const MAX_BUNDLE_BYTES: usize = 64 << 20;
/// How often the same is asked for again, and the pauses where the platform names none.
const ATTEMPTS: u64 = 8;
const PAUSE_MS: u64 = 250;
const LONGEST_PAUSE_MS: u64 = 60_000;

/// A page of receipts, in the order of their records. The last page is not full.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an answer, version 1")]
pub struct ReceiptList {
    /// The receipts.
    pub receipts: Vec<ListedReceipt>,
}

/// One receipt.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an answer, version 1")]
pub struct ListedReceipt {
    /// Of which record.
    pub record_id: RecordId,
    /// The exact envelope that the custodian signed.
    pub receipt: String,
}

/// Takes back from the platform, in the name of one custodian.
#[derive(Clone, Debug)]
pub struct ReturnsClient {
    pool: HttpPool,
    base: String,
    bearer: Bearer,
}

impl ReturnsClient {
    /// A client of the platform at `base_url` for `custodian`, with a key of scope `custody_return`.
    pub fn new(pool: HttpPool, base_url: &str, custodian: &str, bearer: Bearer) -> Self {
        let base = format!("{}/api/v1/custody/{custodian}", base_url.trim_end_matches('/'));
        Self { pool, base, bearer }
    }

    /// Every receipt that the platform holds of this custodian.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn receipts(&self) -> Result<Vec<ListedReceipt>, CallError> {
        let mut all: Vec<ListedReceipt> = Vec::new();
        loop {
            let url = match all.last() {
                Some(last) => format!("{}/receipts?after={}", self.base, last.record_id),
                None => format!("{}/receipts", self.base),
            };
            let list: ReceiptList = serde_json::from_slice(&self.ask(&url, MAX_LIST_BYTES).await?)
                .map_err(|_| CallError::Unintelligible { what: "no list of receipts" })?;
            let is_last = list.receipts.len() < PAGE;
            all.extend(list.receipts);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// One record, as a bundle.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn bundle(&self, record: RecordId) -> Result<Vec<u8>, CallError> {
        self.ask(&format!("{}/records/{record}", self.base), MAX_BUNDLE_BYTES).await
    }

    /// Whoever takes back thousands of records is asked to wait now and then, and waits as long as it is told.
    async fn ask(&self, url: &str, most: usize) -> Result<Vec<u8>, CallError> {
        let mut attempts = 0;
        loop {
            let call = self.pool.get(url).with_bearer(Some(&self.bearer));
            let answered = match call.send(most).await {
                Ok(answer) => answer.success(),
                Err(error) => Err(error),
            };
            match answered {
                Ok(answer) => return Ok(answer.body),
                Err(CallError::Unavailable { retry_after_ms, .. }) if attempts < ATTEMPTS => {
                    attempts += 1;
                    let wait = retry_after_ms.unwrap_or(PAUSE_MS * attempts).min(LONGEST_PAUSE_MS);
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
