//! The older filing of the demo: two shareholders have signed a commitment, one says that it was
//! not her, the filing stands still, and her application has come to a certificate. It is acted
//! out at the first start, with the times at which that happens, and marked wherever it is shown
//! ([ADR 0052]).
//!
//! Whatever interrupts it, the next start goes on: requests that open something bear the same
//! names at every start, and everything else begins with asking the platform what is done.
//!
//! [ADR 0052]: ../../../../docs/adr/0052-the-older-filing-bears-true-times.md

use std::path::{Path, PathBuf};

use heqi_evidence_store::durable_file::Disk;
use heqi_vocabulary::{FilingId, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::DemoError;
use super::cast::older::{COMPANY, DOCUMENT, MATTER, NUMBER, OBJECTION, SIGNERS};
use super::cast::{HANDLER, Member};
use super::catcher::Catcher;
use super::certificate::Applicant;
use super::manifest::OlderFiling;
use super::opening::Opening;
use super::seed::{SeededSigner, until_checked};
use super::stage::{enter, until_whole};
use crate::client::Caller;
use crate::client::device::Device;
use crate::client::messages::{CeremonyView, FilingOpened, PartyAdded, Receipt, Recorded};
use crate::photo;
use crate::world::World;

/// How long custodians may take over the objection.
const HELD_WITHIN_MS: u32 = 20_000;

/// What is remembered of it.
#[derive(Deserialize, Serialize)]
pub(crate) struct Older {
    filing_id: FilingId,
    signers: Vec<SeededSigner>,
    /// The objection, once everybody who can vouch for it does: nothing is left to be done then.
    objection: Option<RecordId>,
}

/// Opens it, or takes up what an earlier start opened. Everything else of the demo stands without.
pub(crate) async fn open(data_dir: &Path, integrator: &Caller) -> Option<Older> {
    let opened = Older::take_up(data_dir, integrator).await;
    opened.inspect_err(|error| tracing::error!(%error, "the older filing was not opened")).ok()
}

/// Acts out what is still to be acted out.
pub(crate) async fn act_out(
    older: Option<Older>,
    world: &World,
    data_dir: &Path,
    catcher: &Catcher,
) -> Option<Older> {
    let acted = older?.act_out(world, data_dir, catcher).await;
    acted.inspect_err(|error| tracing::error!(%error, "the older filing is not complete")).ok()
}

impl Older {
    async fn take_up(data_dir: &Path, integrator: &Caller) -> Result<Self, DemoError> {
        let path = file(data_dir);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(DemoError::Json),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let older = open_filing(integrator).await?;
                older.remember(data_dir)?;
                Ok(older)
            }
            Err(error) => Err(DemoError::file(&path, error)),
        }
    }

    fn remember(&self, data_dir: &Path) -> Result<(), DemoError> {
        let path = file(data_dir);
        let bytes = serde_json::to_vec_pretty(self).map_err(DemoError::Json)?;
        Disk::default().write_secret(&path, &[&bytes]).map_err(|e| DemoError::file(&path, e))
    }

    async fn act_out(
        mut self,
        world: &World,
        data_dir: &Path,
        catcher: &Catcher,
    ) -> Result<Self, DemoError> {
        if self.objection.is_some() {
            return Ok(self);
        }
        let signing = SIGNERS.iter().zip(&self.signers);
        let signing = signing.map(|(member, signer)| signed(world, member, signer, catcher));
        let records = futures_util::future::try_join_all(signing).await?;
        for (signer, record) in self.signers.iter_mut().zip(records) {
            signer.record_id = Some(record);
        }
        self.remember(data_dir)?;
        self.objection = Some(self.object(world, catcher).await?);
        self.remember(data_dir)?;
        Ok(self)
    }

    /// The first signer says that it was not she.
    async fn object(&self, world: &World, catcher: &Catcher) -> Result<RecordId, DemoError> {
        let first = SIGNERS.iter().zip(&self.signers).next();
        let (member, signer) = first.ok_or_else(|| missing("a signer"))?;
        let device = device(world, signer);
        enter(&device, member, catcher).await?;
        let path =
            format!("/api/v1/filings/{}/parties/{}/objection", self.filing_id, signer.party_id);
        let (ground, reason) = OBJECTION;
        let body = json!({ "against": signer.record_id, "ground": ground, "reason": reason });
        let objected: Recorded =
            device.caller.post_as("demo-older-objection", &path, &body).await?;
        // The certificate is to tell of it: both custodians must hold it. A stamp can come later.
        let path = format!(
            "/api/v1/receipts/{}?wait=witnessed,mirrored,deposited&timeout_ms={HELD_WITHIN_MS}",
            objected.record_id
        );
        held(&device.caller.get(&path).await?)
    }

    /// Who applies for a certificate, and about which signing.
    pub(crate) fn applicant(&self) -> Option<Applicant> {
        let (member, signer) = SIGNERS.iter().zip(&self.signers).next()?;
        self.objection?;
        Some(Applicant { member, record: signer.record_id? })
    }

    /// As `demo.json` lists it.
    pub(crate) fn listed(&self) -> OlderFiling {
        OlderFiling {
            company_name: COMPANY.to_owned(),
            filing_id: self.filing_id.to_string(),
            number: NUMBER.to_owned(),
            simulated: true,
        }
    }
}

/// Beside the keys, because tokens are in it.
fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("platform").join("keys").join("demo-older-filing.json")
}

fn device<'a>(world: &'a World, signer: &SeededSigner) -> Device<'a> {
    Device {
        caller: world.anonymous.with_token(&signer.token),
        clock: world.clock(),
        entropy: world.entropy(),
    }
}

/// Lets somebody sign who has not; gives the record once everybody vouches for it.
async fn signed(
    world: &World,
    member: &Member,
    signer: &SeededSigner,
    catcher: &Catcher,
) -> Result<RecordId, DemoError> {
    let device = device(world, signer);
    enter(&device, member, catcher).await?;
    let view: CeremonyView = device.caller.get("/api/v1/ceremony").await?;
    let record = if let Some(done) = view.signed {
        done.record_id
    } else {
        let face = photo::with_comment(photo::SIMULATED_FACE, world.entropy());
        device.sign(&member.position(), face).await?.record_id
    };
    held(&until_whole(&device.caller, record).await?)
}

fn held(receipt: &Receipt) -> Result<RecordId, DemoError> {
    if receipt.is_whole() { Ok(receipt.record_id) } else { Err(missing("a receipt")) }
}

fn missing(what: &str) -> DemoError {
    DemoError::Bundle(format!("the older filing has not got {what}"))
}

async fn open_filing(integrator: &Caller) -> Result<Older, DemoError> {
    let mut opening = Opening::new(integrator, "demo-older");
    let filing = json!({
        "matter": MATTER, "company_name": COMPANY, "handler_name": HANDLER, "number": NUMBER,
    });
    let filing: FilingOpened = opening.post("/api/v1/filings", &filing).await?;
    let base = format!("/api/v1/filings/{}", filing.filing_id);
    opening.attach(&base, DOCUMENT).await?;
    let mut parties = Vec::with_capacity(SIGNERS.len());
    for member in &SIGNERS {
        let added: PartyAdded =
            opening.post(&format!("{base}/parties"), &member.as_party()).await?;
        parties.push((member, added.party_id));
    }
    let mut signers = Vec::with_capacity(parties.len());
    for (member, party_id) in parties {
        signers.push(opening.invite(&base, member, party_id).await?);
    }
    until_checked(integrator, &base).await?;
    Ok(Older { filing_id: filing.filing_id, signers, objection: None })
}

#[cfg(test)]
mod tests {
    use heqi_filing::Matter;
    use heqi_registration::object::Ground;
    use heqi_vocabulary::FilingNo;

    use super::*;

    #[test]
    fn what_it_says_is_what_the_platform_reads() {
        assert!(NUMBER.parse::<FilingNo>().is_ok(), "its check digit fits");
        assert_eq!(serde_json::from_value::<Matter>(MATTER.into()).unwrap().code(), MATTER);
        assert_eq!(OBJECTION.0.parse::<Ground>().unwrap(), Ground::NotSignedByMe);
        assert!(DOCUMENT.1.starts_with(b"%PDF"));
    }
}
