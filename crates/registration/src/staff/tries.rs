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

    /// Counts a wrong try, in the commit that says so.
    pub(super) async fn failed(
        self,
        platform: &Platform,
        changes: &mut Changeset,
    ) -> Result<(), Fault> {
        for digest in [self.from_here, self.from_anywhere] {
            add(platform, changes, digest, TriesRow::failed).await?;
        }
        Ok(())
    }

    /// Forgets wrong tries from here, in the commit that lets somebody in.
    pub(super) async fn came_in(
        self,
        platform: &Platform,
        changes: &mut Changeset,
    ) -> Result<(), Fault> {
        add(platform, changes, self.from_here, TriesRow::came_in).await
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

async fn add(
    platform: &Platform,
    changes: &mut Changeset,
    digest: Digest,
    change: fn(&mut TriesRow, UtcMillis),
) -> Result<(), Fault> {
    let now = platform.now();
    let (mut row, version) = read(platform, digest, now).await?;
    change(&mut row, now);
    match version {
        None => STAFF_TRIES.insert(changes, &digest, &row)?,
        Some(version) => STAFF_TRIES.replace(changes, &digest, version, &row)?,
    }
    Ok(())
}
