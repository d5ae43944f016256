//! Asking a witness for a cosignature (c2sp.org/tlog-witness), in either direction: the
//! platform asks the notary's witness, the notary asks the platform's.

use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::note::{MAX_NOTE_BYTES, VerifierKey};
use heqi_tlog::witness::{AddCheckpoint, SIZE_CONTENT_TYPE, add_cosignatures, parse_size_body};

use crate::http::{Answer, CallError, HttpPool};

/// A witness answers a few signature lines.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Talks to one witness.
#[derive(Clone, Debug)]
pub struct WitnessClient {
    pool: HttpPool,
    prefix: String,
}

/// Why there is no cosignature.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddCheckpointError {
    /// The witness cosigned another size last: prove the growth from there.
    #[error("the witness cosigned size {cosigned_size} last")]
    Conflict {
        /// The size to send as `old`.
        cosigned_size: u64,
    },
    /// Anything else; see [`CallError`] for what to do. A status of 422 means that the witness
    /// takes this log for inconsistent.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl WitnessClient {
    /// A client of the witness below `prefix` (`http://host:port/witness`).
    pub fn new(pool: HttpPool, prefix: &str) -> Self {
        Self { pool, prefix: prefix.trim_end_matches('/').to_owned() }
    }

    /// Asks for a cosignature and gives the checkpoint back with it. `trusted` are the
    /// witness's keys; its answer must hold under one of them.
    ///
    /// # Errors
    /// See [`AddCheckpointError`].
    pub async fn add_checkpoint(
        &self,
        request: &AddCheckpoint,
        trusted: &[VerifierKey],
    ) -> Result<SignedCheckpoint, AddCheckpointError> {
        let answer = self.submit(request).await?;
        add_cosignatures(request.checkpoint(), &answer.body, trusted).map_err(|_| {
            CallError::Unintelligible { what: "no cosignature of a known witness" }.into()
        })
    }

    /// The checkpoint the witness cosigned last, not verified; `None` if it never did.
    pub async fn latest(&self, origin: &Origin) -> Result<Option<SignedCheckpoint>, CallError> {
        let url = format!("{}/{}/checkpoint", self.prefix, origin.monitoring_path());
        let answer = self.pool.get(&url).send(MAX_NOTE_BYTES).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        SignedCheckpoint::parse(&answer.success()?.body)
            .map(Some)
            .map_err(|_| CallError::Unintelligible { what: "the checkpoint is malformed" })
    }

    pub(crate) async fn submit(
        &self,
        request: &AddCheckpoint,
    ) -> Result<Answer, AddCheckpointError> {
        let url = format!("{}/add-checkpoint", self.prefix);
        let answer = self.pool.exchange(&url, request.to_string()).send(MAX_ANSWER_BYTES).await?;
        if answer.status == 409 && answer.is(SIZE_CONTENT_TYPE) {
            return Err(match parse_size_body(&answer.body) {
                Some(cosigned_size) => AddCheckpointError::Conflict { cosigned_size },
                None => CallError::Unintelligible { what: "no size in the conflict" }.into(),
            });
        }
        Ok(answer.success()?)
    }
}
