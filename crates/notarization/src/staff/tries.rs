//! How often somebody may try to come in (`heqi_credentials::pauses`), kept as rows under keyed digests.

use std::net::IpAddr;

use heqi_credentials::pauses::{Tries, pause_ms, rows_of};
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, UtcMillis};
use zeroize::Zeroizing;

use super::rows::{TRIES, TRIES_KEY};
use super::{OfficeStaffError, key};
use crate::matter::act::{Attempts, hex};
use crate::office::NotaryOffice;

/// Who tries, and whence.
pub(super) struct Trier {
    here: Digest,
    anywhere: Digest,
}

impl Trier {
    pub(super) async fn of(
        office: &NotaryOffice,
        login: &str,
        address: IpAddr,
    ) -> Result<Self, OfficeStaffError> {
        let secret = tries_key(office).await?;
        let (here, anywhere) = rows_of(secret.as_bytes(), login, address);
        Ok(Self { here, anywhere })
    }

    pub(super) async fn wait(&self, office: &NotaryOffice) -> Result<(), OfficeStaffError> {
        let now = office.clock().now();
        let here = read(office, self.here, now).await?.0;
        let anywhere = read(office, self.anywhere, now).await?.0;
        later(pause_ms(&here, &anywhere, now))
    }

    /// Counts a wrong try, in the commit that says so. Where others have used up what there was since
    /// this one began, nothing is counted and nobody is told whether it was wrong.
    pub(super) async fn failed(
        &self,
        office: &NotaryOffice,
        changes: &mut Changeset,
    ) -> Result<(), OfficeStaffError> {
        let now = office.clock().now();
        let (mut here, version_here) = read(office, self.here, now).await?;
        let (mut anywhere, version_anywhere) = read(office, self.anywhere, now).await?;
        later(pause_ms(&here, &anywhere, now))?;
        here.failed(now);
        anywhere.failed(now);
        write(changes, self.here, version_here, &here)?;
        write(changes, self.anywhere, version_anywhere, &anywhere)
    }

    /// Forgets wrong tries from here, in the commit that lets somebody in.
    pub(super) async fn came_in(
        &self,
        office: &NotaryOffice,
        changes: &mut Changeset,
    ) -> Result<(), OfficeStaffError> {
        let now = office.clock().now();
        let (mut here, version) = read(office, self.here, now).await?;
        here.came_in(now);
        write(changes, self.here, version, &here)
    }
}

async fn read(
    office: &NotaryOffice,
    digest: Digest,
    now: UtcMillis,
) -> Result<(Tries, Option<u64>), OfficeStaffError> {
    Ok(match TRIES.row(office.store(), &digest).await? {
        None => (Tries::default(), None),
        Some(stored) => (stored.value.at(now), Some(stored.version)),
    })
}

fn write(
    changes: &mut Changeset,
    digest: Digest,
    version: Option<u64>,
    tries: &Tries,
) -> Result<(), OfficeStaffError> {
    match version {
        None => TRIES.insert(changes, &digest, tries)?,
        Some(version) => TRIES.replace(changes, &digest, version, tries)?,
    }
    Ok(())
}

const fn later(pause_ms: i64) -> Result<(), OfficeStaffError> {
    match pause_ms {
        0 => Ok(()),
        ms => Err(OfficeStaffError::Later { seconds: (ms + 999) / 1000 }),
    }
}

/// The key of the digests tries are kept under: made once, sealed.
async fn tries_key(office: &NotaryOffice) -> Result<Zeroizing<String>, OfficeStaffError> {
    let name = "key".to_owned();
    let mut attempts = Attempts::default();
    loop {
        if let Some(stored) = TRIES_KEY.row(office.store(), &name).await? {
            return Ok(Zeroizing::new(TRIES_KEY.open(
                &name,
                &stored.value,
                office.store().vault(),
            )?));
        }
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(office.entropy().bytes());
        let fresh = hex(&*bytes);
        let sealed = TRIES_KEY.seal(&name, &key(office)?, &fresh, office.entropy())?;
        let mut changes = Changeset::new();
        TRIES_KEY.insert(&mut changes, &name, &sealed)?;
        if attempts.commit(office, changes).await? {
            return Ok(Zeroizing::new(fresh));
        }
    }
}
