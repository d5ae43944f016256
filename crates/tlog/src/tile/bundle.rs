use crate::encoding::{put_u16_prefixed, take_u16_prefixed};

/// The longest log entry: its length has to fit 16 bits.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// Writes an entry bundle: each entry with its big-endian 16-bit length.
pub fn encode_entries<E: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = E>,
) -> Result<Vec<u8>, BundleError> {
    let mut bundle = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        put_u16_prefixed(&mut bundle, entry)
            .ok_or(BundleError::EntryTooLong { size_bytes: entry.len() })?;
    }
    Ok(bundle)
}

/// Reads an entry bundle of exactly `width` entries and not one byte more.
pub fn decode_entries(mut bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let entries = (0..width)
        .map(|_| take_u16_prefixed(&mut bundle))
        .collect::<Option<_>>()
        .ok_or(BundleError::Truncated)?;
    if bundle.is_empty() {
        Ok(entries)
    } else {
        Err(BundleError::TrailingBytes { size_bytes: bundle.len() })
    }
}

/// Why an entry bundle could not be written or read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BundleError {
    /// The entry does not fit a 16-bit length.
    #[error("an entry of {size_bytes} bytes is longer than 65535")]
    EntryTooLong {
        /// Length of the entry.
        size_bytes: usize,
    },
    /// Fewer entries than the width says.
    #[error("the entry bundle ends before its last entry")]
    Truncated,
    /// More bytes than the entries need.
    #[error("the entry bundle has {size_bytes} bytes too many")]
    TrailingBytes {
        /// Bytes left over.
        size_bytes: usize,
    },
}
