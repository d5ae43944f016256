//! Filings as rows. A filing holds names and grows with every signature, so it is sealed
//! whole and cut into pieces that fit rows: `filing/{id}/{piece}`. All pieces are written
//! by one commit and therefore carry one version, by which a torn read is noticed.

use heqi_evidence_store::changeset::{Changeset, Expected, RowKey};
use heqi_evidence_store::vault::OpenError;
use heqi_filing::Filing;
use heqi_vocabulary::FilingId;

use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault, Thing};
use crate::platform::Platform;

/// Bytes of one piece.
const PIECE_BYTES: usize = 48_000;
/// 100 parties with 200 document versions each stay below half of this.
const MAX_PIECES: usize = 64;
/// How often a read torn by commits is tried again.
const READS: usize = 64;

/// A filing with what is needed to replace it.
#[derive(Clone, Debug)]
pub(crate) struct StoredFiling {
    pub(crate) filing: Filing,
    pub(crate) version: u64,
    pieces: usize,
}

/// Reads a filing as accepted.
pub(crate) async fn load(platform: &Platform, id: FilingId) -> Result<StoredFiling, ActError> {
    find(platform, id).await?.ok_or(ActError::NotFound(Thing::Filing))
}

/// Reads a filing as accepted; `None` when there is none.
pub(crate) async fn find(platform: &Platform, id: FilingId) -> Result<Option<StoredFiling>, Fault> {
    for _ in 0..READS {
        let Some(first) = platform.backend().row(&piece_key(id, 0)?).await? else {
            return Ok(None);
        };
        let (count, head) = first.value.split_first().ok_or_else(|| broken(id))?;
        let pieces = usize::from(*count);
        if pieces == 1 {
            let filing = open(platform, id, head)?;
            return Ok(Some(StoredFiling { filing, version: first.version, pieces }));
        }
        let mut sealed = head.to_vec();
        let mut whole = true;
        for piece in 1..pieces {
            match platform.backend().row(&piece_key(id, piece)?).await? {
                Some(row) if row.version == first.version => sealed.extend_from_slice(&row.value),
                _ => whole = false,
            }
        }
        if whole {
            let filing = open(platform, id, &sealed)?;
            return Ok(Some(StoredFiling { filing, version: first.version, pieces }));
        }
    }
    Err(Fault::Busy)
}

/// Writes a filing that must not exist yet.
pub(crate) fn insert(
    platform: &Platform,
    changes: &mut Changeset,
    filing: &Filing,
) -> Result<(), Fault> {
    changes.expect(piece_key(filing.id(), 0)?, Expected::Absent);
    write(platform, changes, filing).map(|_| ())
}

impl StoredFiling {
    /// Writes `filing` in the place of the one that was read.
    pub(crate) fn replace(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        filing: &Filing,
    ) -> Result<(), Fault> {
        self.expect_unchanged(changes)?;
        let pieces = write(platform, changes, filing)?;
        for piece in pieces..self.pieces {
            changes.delete(piece_key(filing.id(), piece)?);
        }
        Ok(())
    }

    /// Demands that the filing still be as it was read.
    pub(crate) fn expect_unchanged(&self, changes: &mut Changeset) -> Result<(), Fault> {
        changes.expect(piece_key(self.filing.id(), 0)?, Expected::Version(self.version));
        Ok(())
    }
}

fn write(platform: &Platform, changes: &mut Changeset, filing: &Filing) -> Result<usize, Fault> {
    let id = filing.id();
    let key = data_key(platform, id, None, Sealing::Filing)?;
    let json = zeroize::Zeroizing::new(serde_json::to_vec(filing).map_err(Fault::broken)?);
    let sealed = key.seal(&context(id), &json, platform.entropy());
    let pieces = sealed.len().div_ceil(PIECE_BYTES);
    let count = u8::try_from(pieces).ok().filter(|n| (1..=MAX_PIECES).contains(&usize::from(*n)));
    let count = count.ok_or_else(|| broken(id))?;
    for (piece, bytes) in sealed.chunks(PIECE_BYTES).enumerate() {
        let value = if piece == 0 { [&[count], bytes].concat() } else { bytes.to_vec() };
        changes.put(piece_key(id, piece)?, value);
    }
    Ok(pieces)
}

fn open(platform: &Platform, id: FilingId, sealed: &[u8]) -> Result<Filing, Fault> {
    let key = data_key(platform, id, None, Sealing::Filing)?;
    let json = key.open(&context(id), sealed).map_err(|OpenError| broken(id))?;
    serde_json::from_slice(&json).map_err(|_| broken(id))
}

fn piece_key(id: FilingId, piece: usize) -> Result<RowKey, Fault> {
    Ok(RowKey::new(format!("filing/{id}/{piece:02}"))?)
}

fn context(id: FilingId) -> Vec<u8> {
    format!("row\nfiling/{id}").into_bytes()
}

fn broken(id: FilingId) -> Fault {
    Fault::broken(format_args!("the rows of filing {id} do not hold a filing"))
}
