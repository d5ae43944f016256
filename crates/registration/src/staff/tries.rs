//! How often somebody may try to come in (`heqi_credentials::pauses`), kept as rows.

use std::net::IpAddr;

pub(super) use heqi_credentials::pauses::FORGOTTEN_MS;
use heqi_credentials::pauses::{pause_ms, rows_of};
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, UtcMillis};

use super::rows::TriesRow;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::STAFF_TRIES;

/// Who tries, and whence: two keyed digests, so that neither name nor address is in a row.
#[derive(Clone, Copy)]
pub(super) struct Trier {
    from_here: Digest,
    from_anywhere: Digest,
}

impl Trier {
    pub(super) fn new(platform: &Platform, login: &str, address: IpAddr) -> Self {
        let (from_here, from_anywhere) = rows_of(platform.token_secret(), login, address);
        Self { from_here, from_anywhere }
    }

    /// For how long this one has to wait, in milliseconds; zero: not at all.
    pub(super) async fn pause_ms(self, platform: &Platform) -> Result<i64, Fault> {
        let now = platform.now();
        let here = read(platform, self.from_here, now).await?.0;
        let anywhere = read(platform, self.from_anywhere, now).await?.0;
        Ok(pause_ms(&here, &anywhere, now))
    }

    /// Counts a wrong try, in the commit that says so. Where others have used up what there was since
    /// this one began, nothing is counted: it is told for how long it has to wait, in milliseconds, and not
    /// whether it was wrong. Zero: it is counted.
    pub(super) async fn failed(
        self,
        platform: &Platform,
        changes: &mut Changeset,
    ) -> Result<i64, Fault> {
        let now = platform.now();
        let (mut here, version_here) = read(platform, self.from_here, now).await?;
        let (mut anywhere, version_anywhere) = read(platform, self.from_anywhere, now).await?;
        let left = pause_ms(&here, &anywhere, now);
        if left == 0 {
            here.failed(now);
            anywhere.failed(now);
            write(changes, self.from_here, version_here, &here)?;
            write(changes, self.from_anywhere, version_anywhere, &anywhere)?;
        }
        Ok(left)
    }

    /// Forgets wrong tries from here, in the commit that lets somebody in.
    pub(super) async fn came_in(
        self,
        platform: &Platform,
        changes: &mut Changeset,
    ) -> Result<(), Fault> {
        let now = platform.now();
        let (mut here, version) = read(platform, self.from_here, now).await?;
        here.came_in(now);
        write(changes, self.from_here, version, &here)
    }
}

async fn read(
    platform: &Platform,
    digest: Digest,
    now: UtcMillis,
) -> Result<(TriesRow, Option<u64>), Fault> {
    let stored = STAFF_TRIES.row(platform.backend(), &digest).await?;
    Ok(match stored {
        None => (TriesRow::default(), None),
        Some(stored) => (stored.value.at(now), Some(stored.version)),
    })
}

fn write(
    changes: &mut Changeset,
    digest: Digest,
    version: Option<u64>,
    row: &TriesRow,
) -> Result<(), Fault> {
    match version {
        None => STAFF_TRIES.insert(changes, &digest, row)?,
        Some(version) => STAFF_TRIES.replace(changes, &digest, version, row)?,
    }
    Ok(())
}
