//! Bringing what a person said to one custodian to the other one and to the platform
//! (`docs/spec/holder-notice.md` 5). The statement's own signature speaks for it; no key is needed.

use heqi_vocabulary::{RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::http::{CallError, HttpPool};
use crate::problem::ProblemNote;

/// Where a notice is posted, below the service's address.
pub const PATH: &str = "/holder-notices";
/// The longest delivery, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// A notice on its way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the wire: both sides build it")]
pub struct NoticeDelivery {
    /// The record it is about; the statement names it by its root.
    pub record_id: RecordId,
    /// The statement: the exact bytes of the envelope.
    pub statement: String,
}

/// It was taken.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "the wire: both sides build it")]
pub struct NoticeTaken {
    /// When, by the clock of whoever took it; of the first delivery.
    pub taken_at: UtcMillis,
}

/// What is answered to a notice.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the caller does something else about each")]
pub enum NoticeReply {
    /// It stands in the other log.
    Taken(NoticeTaken),
    /// It would be refused again tomorrow.
    Refused {
        /// The code of the refusal.
        code: String,
    },
}

/// Brings notices to one service.
#[derive(Clone, Debug)]
pub struct NoticeClient {
    pool: HttpPool,
    url: String,
}

impl NoticeClient {
    /// To the service at `base_url` (`http://host:port`, without a path).
    pub fn new(pool: HttpPool, base_url: &str) -> Self {
        Self { pool, url: format!("{}{PATH}", base_url.trim_end_matches('/')) }
    }

    /// Brings one. Sending the same again is harmless and gives the same answer.
    ///
    /// # Errors
    /// See [`CallError`]: nothing was decided, it is to be sent again. That holds for refusals but
    /// the final ones, too: a record may arrive there later, a key may be made known.
    pub async fn deliver(&self, notice: &NoticeDelivery) -> Result<NoticeReply, CallError> {
        let body = serde_json::to_vec(notice)
            .map_err(|_| CallError::Unintelligible { what: "a notice that is no JSON" })?;
        let call = self.pool.upload(&self.url, "application/json", body.into());
        let answer = call.send(MAX_ANSWER_BYTES).await?;
        if answer.status == 422 {
            let code = ProblemNote::code_of(answer.status, &answer.body);
            return Ok(NoticeReply::Refused { code });
        }
        let taken = serde_json::from_slice(&answer.success()?.body);
        taken
            .map(NoticeReply::Taken)
            .map_err(|_| CallError::Unintelligible { what: "no time in the answer" })
    }
}
