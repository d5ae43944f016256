//! Subtree proofs of our own log for the mirror, made from tiles.
//!
//! The proof code reads nodes synchronously and the log is read asynchronously, so a
//! proof is tried with the tiles at hand, and each missing tile is fetched and tried
//! again. A proof touches one tile per eight levels, so this ends after a few rounds.

use std::collections::BTreeMap;

use heqi_evidence_store::backend::ReadError;
use heqi_evidence_store::log::LogReader;
use heqi_tlog::mirror::{EntryPackage, PackageRange};
use heqi_tlog::proof::ProveError;
use heqi_tlog::tile::{HashTile, TilePath, TileReader, TiledTree, TiledTreeError};
use heqi_tlog::tree::Hash;

/// The tiles fetched so far for one upload.
#[derive(Default)]
pub(crate) struct Tiles(BTreeMap<String, HashTile>);

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubtreeProofError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The tiles of the log do not make the tree of that size.
    #[error("the tiles of the log do not fit its size")]
    Tiles,
}

pub(crate) struct Missing(TilePath);

impl TileReader for &Tiles {
    type Error = Missing;

    fn tile(&self, path: TilePath) -> Result<HashTile, Missing> {
        self.0.get(&path.to_string()).cloned().ok_or(Missing(path))
    }
}

impl Tiles {
    /// The proof of one package against the tree of `size` leaves.
    pub(crate) async fn prove(
        &mut self,
        log: &dyn LogReader,
        range: PackageRange,
        size: u64,
    ) -> Result<Vec<Hash>, SubtreeProofError> {
        loop {
            let missing = match EntryPackage::prove(&TiledTree::new(&*self, size), range, size) {
                Ok(proof) => return Ok(proof),
                Err(ProveError::Read(TiledTreeError::Read(Missing(path)))) => path,
                Err(_) => return Err(SubtreeProofError::Tiles),
            };
            let bytes = log.tile(missing).await?.ok_or(SubtreeProofError::Tiles)?;
            let tile =
                HashTile::decode(&bytes, missing.width()).map_err(|_| SubtreeProofError::Tiles)?;
            self.0.insert(missing.to_string(), tile);
        }
    }
}
