//! The file `store.json`: which store a directory holds, and in which format.

use std::path::Path;

use heqi_tlog::checkpoint::Origin;
use heqi_vocabulary::Entropy;
use serde::{Deserialize, Serialize};

use crate::durable_file::{Disk, read_if_there};
use crate::journal::segment::StoreId;
use crate::journal::{Damage, JournalError};

/// The on-disk format this crate reads and writes (`docs/spec/store.md`).
pub(crate) const FORMAT: u32 = 1;

/// What a store says about itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Identity {
    format: u32,
    #[serde(with = "hex::serde")]
    pub(crate) store: StoreId,
    pub(crate) origin: String,
    /// CRC32C over the fields before, in hexadecimal: the file has no frame that would notice a wrong byte.
    checksum: String,
}

impl Identity {
    /// Reads the identity of the store in `directory`; `None` if there is none.
    pub(crate) fn read(directory: &Path) -> Result<Option<Self>, JournalError> {
        let path = directory.join("store.json");
        let Some(bytes) = read_if_there(&path)? else { return Ok(None) };
        let damaged =
            |what: String| Damage::new(&path, 0, bytes.len().try_into().unwrap_or(u64::MAX), what);
        let identity: Self =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if identity.checksum != identity.checksum() || identity.encode() != bytes {
            return Err(damaged("it is not what was written".to_owned()).into());
        }
        if identity.format != FORMAT {
            let what = format!("format {}, this program reads {FORMAT}", identity.format);
            return Err(damaged(what).into());
        }
        Ok(Some(identity))
    }

    /// Makes a new identity, durable.
    pub(crate) fn create(
        directory: &Path,
        disk: &Disk,
        origin: &Origin,
        entropy: &dyn Entropy,
    ) -> Result<Self, JournalError> {
        let mut identity = Self {
            format: FORMAT,
            store: entropy.bytes(),
            origin: origin.as_str().to_owned(),
            checksum: String::new(),
        };
        identity.checksum = identity.checksum();
        disk.write_atomic(&directory.join("store.json"), &[&identity.encode()])?;
        Ok(identity)
    }

    /// What these bytes would be with a right checksum and the format this program reads, for a fuzzer.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn mended(bytes: &[u8]) -> Option<Self> {
        let mut identity: Self = serde_json::from_slice(bytes).ok()?;
        identity.format = FORMAT;
        identity.checksum = identity.checksum();
        Some(identity)
    }

    fn checksum(&self) -> String {
        let fields = format!("{}\n{}\n{}\n", self.format, hex::encode(self.store), self.origin);
        format!("{:08x}", crc32c::crc32c(fields.as_bytes()))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}
