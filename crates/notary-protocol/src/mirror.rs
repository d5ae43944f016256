//! Bringing a mirror up to date (c2sp.org/tlog-mirror): a pending checkpoint, then entries,
//! then the cosignature that states that all of them are held and served.

use bytes::Bytes;
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::mirror::{AddEntries, INFO_CONTENT_TYPE, MirrorInfo};
use heqi_tlog::note::VerifierKey;
use heqi_tlog::witness::{AddCheckpoint, add_cosignatures};

use crate::http::{CallError, HttpPool};
use crate::log::LogClient;
use crate::witness::{AddCheckpointError, WitnessClient};

const OCTET_STREAM: &str = "application/octet-stream";
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// Talks to one mirror.
#[derive(Clone, Debug)]
pub struct MirrorClient {
    pool: HttpPool,
    prefix: String,
}

/// What a mirror answers to entries it could use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AddEntriesAnswer {
    /// Everything up to the checkpoint is held and served: here it is, cosigned.
    Cosigned(SignedCheckpoint),
    /// Something was stored; send the rest.
    Progress(MirrorInfo),
    /// The bounds do not fit where the mirror stands; start again from there.
    Conflict(MirrorInfo),
}

impl MirrorClient {
    /// A client of the mirror below `prefix` (`http://host:port/mirror`).
    pub fn new(pool: HttpPool, prefix: &str) -> Self {
        Self { pool, prefix: prefix.trim_end_matches('/').to_owned() }
    }

    /// Announces the checkpoint that entries will be uploaded towards.
    ///
    /// # Errors
    /// As a witness would answer; see [`AddCheckpointError`].
    pub async fn add_checkpoint(&self, request: &AddCheckpoint) -> Result<(), AddCheckpointError> {
        WitnessClient::new(self.pool.clone(), &self.prefix).submit(request).await.map(|_| ())
    }

    /// Uploads entries. `pending` is the checkpoint whose size the upload ends at; `trusted`
    /// are the mirror's keys.
    ///
    /// # Errors
    /// See [`CallError`]; a status of 422 means that the entries are not what the log has
    /// there, or that nothing is pending.
    pub async fn add_entries(
        &self,
        upload: &AddEntries,
        pending: &SignedCheckpoint,
        trusted: &[VerifierKey],
    ) -> Result<AddEntriesAnswer, CallError> {
        let url = format!("{}/add-entries", self.prefix);
        let body = Bytes::from(upload.to_bytes());
        let answer = self.pool.upload(&url, OCTET_STREAM, body).send(MAX_ANSWER_BYTES).await?;
        let info = |body: &[u8]| {
            MirrorInfo::parse(body)
                .map_err(|_| CallError::Unintelligible { what: "no mirror info in the answer" })
        };
        match answer.status {
            202 => info(&answer.body).map(AddEntriesAnswer::Progress),
            409 if answer.is(INFO_CONTENT_TYPE) => {
                info(&answer.body).map(AddEntriesAnswer::Conflict)
            }
            _ => {
                let answer = answer.success()?;
                add_cosignatures(pending, &answer.body, trusted)
                    .map(AddEntriesAnswer::Cosigned)
                    .map_err(|_| CallError::Unintelligible {
                        what: "no cosignature of a known mirror",
                    })
            }
        }
    }

    /// The mirror's copy of the log with this origin.
    pub fn copy_of(&self, origin: &Origin) -> LogClient {
        let prefix = format!("{}/{}", self.prefix, origin.monitoring_path());
        LogClient::new(self.pool.clone(), &prefix)
    }
}
