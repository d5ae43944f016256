//! The places of a chain, read as far as they are needed: its own rows and no others, however long the log is.

use heqi_vocabulary::{ChainId, RecordId};

use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{self, Pair, Place};

/// How many records a chain has by now: its tip says so, and nothing else of it is read.
pub(crate) async fn length(platform: &Platform, chain: ChainId) -> Result<usize, Fault> {
    let tip = rows::CHAINS.row(platform.backend(), &chain).await?;
    let last = tip.map_or(0, |row| row.value.seq);
    Ok(usize::try_from(last).unwrap_or(usize::MAX))
}

/// The records of a chain behind the first `from`, oldest first, at most `limit`.
pub(crate) async fn behind(
    platform: &Platform,
    chain: ChainId,
    (from, limit): (usize, usize),
) -> Result<Vec<RecordId>, Fault> {
    let after = Pair(chain, Place(u64::try_from(from).unwrap_or(u64::MAX)));
    let within = format!("{chain}/");
    let links = rows::LINKS.scan(platform.backend(), &within, Some(&after), limit).await?;
    Ok(links.into_iter().map(|(_, link)| link.value).collect())
}
