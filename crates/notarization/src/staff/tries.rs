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
        match pause_ms(&here, &anywhere, now) {
            0 => Ok(()),
            ms => Err(OfficeStaffError::Later { seconds: (ms + 999) / 1000 }),
        }
    }

    /// Counts a wrong try, in the commit that says so.
    pub(super) async fn failed(
        &self,
        office: &NotaryOffice,
        changes: &mut Changeset,
    ) -> Result<(), OfficeStaffError> {
        for digest in [self.here, self.anywhere] {
            add(office, changes, digest, Tries::failed).await?;
        }
        Ok(())
    }

    /// Forgets wrong tries from here, in the commit that lets somebody in.
    pub(super) async fn came_in(
        &self,
        office: &NotaryOffice,
        changes: &mut Changeset,
    ) -> Result<(), OfficeStaffError> {
        add(office, changes, self.here, Tries::came_in).await
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

async fn add(
    office: &NotaryOffice,
    changes: &mut Changeset,
    digest: Digest,
    change: fn(&mut Tries, UtcMillis),
) -> Result<(), OfficeStaffError> {
    let now = office.clock().now();
    let (mut tries, version) = read(office, digest, now).await?;
    change(&mut tries, now);
    match version {
        None => TRIES.insert(changes, &digest, &tries)?,
        Some(version) => TRIES.replace(changes, &digest, version, &tries)?,
    }
    Ok(())
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
