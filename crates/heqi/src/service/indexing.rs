//! Fills the index in which filings are found, behind the requests. What it cannot do now it does
//! later: nobody waits for it but whoever searches.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heqi_registration::Platform;
use heqi_registration::index_filings::index_filings;
use heqi_registration::search_index::{MemoryIndex, SearchIndex};
use heqi_search::FilingIndex;
use heqi_service_kit::Shutdown;

/// The folder of the index beside the store. It may be deleted at any time.
pub(crate) const FOLDER: &str = "search";
/// Changes are gathered for so long: each commit of the index writes files.
const GATHERED: Duration = Duration::from_millis(500);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(5);

/// The index of a platform, by its name. One that cannot be kept on disk is kept in memory: no signing waits
/// for a search.
pub(super) fn open(data_dir: &Path, name: &str) -> Arc<dyn SearchIndex> {
    match FilingIndex::open(&data_dir.join(FOLDER), name) {
        Ok(index) => Arc::new(index),
        Err(error) => {
            tracing::error!(%error, "the index of filings cannot be kept on disk and is kept in memory");
            Arc::new(MemoryIndex::default())
        }
    }
}

/// Follows the store until the stop.
pub(super) async fn run_indexing(
    platform: Arc<Platform>,
    mut stop: Shutdown,
) -> Result<(), Infallible> {
    while !stop.is_requested() {
        // What comes while a step is made is followed by the next one: also what no leaf says, which the sweep notes.
        let mut progress = platform.backend().progress();
        let pause = match index_filings(&platform).await {
            Ok(indexed) if !indexed.has_caught_up => continue,
            Ok(_) => {
                tokio::select! {
                    () = stop.requested() => break,
                    _ = progress.changed() => {}
                }
                GATHERED
            }
            Err(error) => {
                tracing::warn!(%error, "the index of filings waits");
                PAUSE
            }
        };
        tokio::select! {
            () = stop.requested() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    Ok(())
}
