//! The demo's filing: opened once over HTTP, remembered in the data folder, and taken up
//! again at the next start.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heqi_evidence_store::durable_file::Disk;
use heqi_service_kit::system::SystemClock;
use heqi_vocabulary::{Clock as _, FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::DemoError;
use super::cast::{COMPANY, DOCUMENTS, HANDLER, HANDLING, Member, NUMBER, SIGNERS};
use super::opening::Opening;
use crate::client::Caller;
use crate::client::messages::{CeremonyView, EntryView, FilingOpened, PartyAdded};

/// What the articles say of capital, and of the contributions in the order of the signers, in yuan.
const CAPITAL: &str = "1000000";
const CONTRIBUTIONS: [&str; SIGNERS.len()] = ["250000", "200000", "100000", "150000", "300000"];
/// How long the provider of identity may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the demo remembers of its filing.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Seed {
    pub(crate) filing_id: FilingId,
    pub(crate) number: String,
    pub(crate) signers: Vec<SeededSigner>,
}

/// What the demo remembers of one signer.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct SeededSigner {
    pub(crate) role: String,
    pub(crate) party_id: PartyId,
    pub(crate) token: String,
    /// The path of the link to the signer's pages.
    #[serde(default)]
    pub(crate) link: Option<String>,
    /// The signing, once it is done.
    pub(crate) record_id: Option<RecordId>,
}

impl Seed {
    /// Reads what an earlier start remembered, or opens the filing.
    pub(crate) async fn take_up(data_dir: &Path, integrator: &Caller) -> Result<Self, DemoError> {
        let path = file(data_dir);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(DemoError::Json),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let seed = open(integrator).await?;
                seed.remember(data_dir)?;
                Ok(seed)
            }
            Err(error) => Err(DemoError::file(&path, error)),
        }
    }

    /// Asks the platform who has signed since this was remembered: the visitor over HTTP, or
    /// anybody before a power cut.
    pub(crate) async fn caught_up(
        mut self,
        data_dir: &Path,
        anonymous: &Caller,
    ) -> Result<Self, DemoError> {
        for signer in self.signers.iter_mut().filter(|signer| signer.record_id.is_none()) {
            let caller = anonymous.with_token(&signer.token);
            let door: EntryView = caller.get("/api/v1/ceremony/entry").await?;
            if door.step != "inside" {
                continue;
            }
            let view: CeremonyView = caller.get("/api/v1/ceremony").await?;
            signer.record_id = view.signed.map(|signed| signed.record_id);
        }
        self.remember(data_dir)?;
        Ok(self)
    }

    /// Writes the present state to the data folder.
    pub(crate) fn remember(&self, data_dir: &Path) -> Result<(), DemoError> {
        let path = file(data_dir);
        let bytes = serde_json::to_vec_pretty(self).map_err(DemoError::Json)?;
        Disk::default().write_secret(&path, &[&bytes]).map_err(|e| DemoError::file(&path, e))
    }
}

/// Beside the keys, because tokens are in it.
fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("platform").join("keys").join("demo-seed.json")
}

async fn open(integrator: &Caller) -> Result<Seed, DemoError> {
    let mut opening = Opening::new(integrator, "demo-seed");
    let filing = json!({
        "matter": "establishment", "company_name": COMPANY, "handler_name": HANDLER, "number": NUMBER,
    });
    let filing: FilingOpened = opening.post("/api/v1/filings", &filing).await?;
    let base = format!("/api/v1/filings/{}", filing.filing_id);
    for document in DOCUMENTS {
        opening.attach(&base, document).await?;
    }
    let mut parties = Vec::with_capacity(SIGNERS.len());
    for member in &SIGNERS {
        let added: PartyAdded =
            opening.post(&format!("{base}/parties"), &member.as_party()).await?;
        parties.push((member, added.party_id));
    }
    // Signs nothing and is not invited: the handler's account finds the filing by this.
    let added: PartyAdded = opening.post(&format!("{base}/parties"), &HANDLING.as_party()).await?;
    opening.declare(&base, &HANDLING, added.party_id).await?;
    let due = last_day(&SystemClock.now().shanghai_day());
    let promise = |((_, party), yuan): (&(&Member, PartyId), &str)| json!({ "party_id": party, "amount": yuan, "due": due });
    let contributions: Vec<_> = parties.iter().zip(CONTRIBUTIONS).map(promise).collect();
    let capital = json!({ "capital": CAPITAL, "contributions": contributions });
    let _: serde_json::Value = opening.post(&format!("{base}/capital"), &capital).await?;
    let mut signers = Vec::with_capacity(parties.len());
    for (member, party_id) in parties {
        signers.push(opening.invite(&base, member, party_id).await?);
    }
    until_checked(integrator, &base).await?;
    Ok(Seed { filing_id: filing.filing_id, number: filing.number, signers })
}

/// The end of the fourth year after this day (`yyyyMMdd`): within the five that the articles name.
fn last_day(today: &str) -> String {
    let year: u32 = today.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
    format!("{}-12-31", year + 4)
}

/// Waits until the provider has answered about everybody: who signs before is left to a person.
pub(super) async fn until_checked(integrator: &Caller, base: &str) -> Result<(), DemoError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let view: serde_json::Value = integrator.get(base).await?;
        let waits = |party: &serde_json::Value| {
            party.get("identity").is_some_and(|identity| identity == "waiting")
        };
        let parties = view.get("parties").and_then(serde_json::Value::as_array);
        let waiting = parties.is_some_and(|parties| parties.iter().any(waits));
        if !waiting || Instant::now() > deadline {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
        encoded
    })
}
