//! Where a log is: behind an address, or in a folder somebody copied.

use std::io;
use std::path::PathBuf;

use heqi_notary_protocol::{CallError, LogClient};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::{HashTile, TileKind, TilePath, decode_entries};
use heqi_tlog::tree::{Hash, leaf_hash};

use crate::Patience;

/// A log to read. Nothing it says is believed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a log is served or copied")]
pub enum Source {
    /// Served over HTTP.
    Http(Site),
    /// `checkpoint` and `tile/` in a folder.
    Folder(PathBuf),
}

/// A log behind an address.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Site {
    /// Reads it.
    pub client: LogClient,
    /// How long it is waited for.
    pub patience: Patience,
}

/// Why a log could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// It does not answer, or refuses.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The folder cannot be read.
    #[error("the log's folder cannot be read")]
    Io(#[from] io::Error),
    /// Something is not there.
    #[error("the log has no {0}")]
    Missing(String),
    /// Something is not what its name says.
    #[error("the log's {0} is malformed")]
    Malformed(String),
}

impl Source {
    /// The head it shows now.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub async fn checkpoint(&self) -> Result<SignedCheckpoint, SourceError> {
        let missing = || SourceError::Missing("checkpoint".into());
        match self {
            Self::Http(Site { client, patience }) => {
                patience.ask(async || client.checkpoint().await).await?.ok_or_else(missing)
            }
            Self::Folder(folder) => {
                let bytes = read(folder.join("checkpoint"))?.ok_or_else(missing)?;
                SignedCheckpoint::parse(&bytes)
                    .map_err(|_| SourceError::Malformed("checkpoint".into()))
            }
        }
    }

    /// The hashes of the entries of one bundle, computed from the entries.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub async fn entry_hashes(&self, path: TilePath) -> Result<Vec<Hash>, SourceError> {
        let malformed = || SourceError::Malformed(path.to_string());
        let (bytes, width) = self.tile(path).await?;
        let entries = decode_entries(&bytes, width).map_err(|_| malformed())?;
        Ok(entries.iter().take(path.width().into()).map(|entry| leaf_hash(entry)).collect())
    }

    /// One hash tile.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub async fn hash_tile(&self, path: TilePath) -> Result<HashTile, SourceError> {
        let malformed = || SourceError::Malformed(path.to_string());
        let (bytes, width) = self.tile(path).await?;
        let tile = HashTile::decode(&bytes, width).map_err(|_| malformed())?;
        let hashes = tile.hashes().iter().take(path.width().into()).copied().collect();
        HashTile::new(hashes).map_err(|_| malformed())
    }

    /// A tile and its width: a partial one that is gone is answered by the full one.
    async fn tile(&self, path: TilePath) -> Result<(Vec<u8>, u16), SourceError> {
        if let Some(bytes) = self.bytes(path).await? {
            return Ok((bytes, path.width()));
        }
        let full = path.full();
        let missing = || SourceError::Missing(path.to_string());
        Ok((self.bytes(full).await?.ok_or_else(missing)?, full.width()))
    }

    async fn bytes(&self, path: TilePath) -> Result<Option<Vec<u8>>, SourceError> {
        match self {
            Self::Http(Site { client, patience }) => {
                Ok(patience.ask(async || client.tile(path).await).await?)
            }
            Self::Folder(folder) => Ok(read(folder.join(path.to_string()))?),
        }
    }
}

fn read(path: PathBuf) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// Bundles with the entries from `old_size` to `new_size`.
pub(crate) fn bundles(old_size: u64, new_size: u64) -> impl Iterator<Item = TilePath> {
    heqi_tlog::tile::tiles_added(old_size, new_size)
        .take_while(|path| path.kind() == TileKind::Entries)
}
