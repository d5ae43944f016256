//! Reading a log: checkpoints, tiles and entry bundles (c2sp.org/tlog-tiles).

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::MAX_NOTE_BYTES;
use heqi_tlog::tile::{TileKind, TilePath};

use crate::http::{CallError, HttpPool};

/// An entry bundle has at most 256 entries of 65,535 bytes with their lengths.
const MAX_ENTRIES_BYTES: usize = 256 * (2 + 65_535);
const MAX_HASHES_BYTES: usize = 256 * 32;

/// Reads one log, or one mirror of a log.
#[derive(Clone, Debug)]
pub struct LogClient {
    pool: HttpPool,
    prefix: String,
}

impl LogClient {
    /// A reader of the log below `prefix` (`http://host:port/log/<name>`).
    pub fn new(pool: HttpPool, prefix: &str) -> Self {
        Self { pool, prefix: prefix.trim_end_matches('/').to_owned() }
    }

    /// The published checkpoint with its cosignatures, not verified; `None` when nothing was
    /// published yet.
    pub async fn checkpoint(&self) -> Result<Option<SignedCheckpoint>, CallError> {
        self.note("checkpoint").await
    }

    /// The newest head as the log itself signed it, not verified.
    pub async fn head(&self) -> Result<Option<SignedCheckpoint>, CallError> {
        self.note("head").await
    }

    /// A tile or entry bundle, not verified; `None` when it is not there.
    pub async fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, CallError> {
        let limit_bytes = match path.kind() {
            TileKind::Entries => MAX_ENTRIES_BYTES,
            TileKind::Hashes(_) => MAX_HASHES_BYTES,
        };
        let url = format!("{}/{path}", self.prefix);
        let answer = self.pool.get(&url).send(limit_bytes).await?;
        if answer.status == 404 { Ok(None) } else { Ok(Some(answer.success()?.body)) }
    }

    async fn note(&self, name: &str) -> Result<Option<SignedCheckpoint>, CallError> {
        let url = format!("{}/{name}", self.prefix);
        let answer = self.pool.get(&url).send(MAX_NOTE_BYTES).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        SignedCheckpoint::parse(&answer.success()?.body)
            .map(Some)
            .map_err(|_| CallError::Unintelligible { what: "the checkpoint is malformed" })
    }
}

/// Reads a file of anybody's, not verified; `None` when it is not there.
///
/// # Errors
/// It does not answer, refuses, or is longer than `limit_bytes`.
pub async fn document(
    pool: &HttpPool,
    url: &str,
    limit_bytes: usize,
) -> Result<Option<Vec<u8>>, CallError> {
    let answer = pool.get(url).send(limit_bytes).await?;
    if answer.status == 404 { Ok(None) } else { Ok(Some(answer.success()?.body)) }
}
