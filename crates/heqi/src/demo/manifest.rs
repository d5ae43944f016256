//! `demo.json`: every address, role, credential, key and file of a running demo, for
//! scripts. Written last and by rename, so whoever sees it sees a demo that is ready.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use heqi_evidence_store::durable_file::Disk;
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};

use super::DemoError;
use super::officers::Officer;
use crate::world::lan::Lan;

/// The file's name in the data folder.
pub(crate) const FILE: &str = "demo.json";

/// What a script needs to know.
#[derive(Deserialize, Serialize)]
pub(crate) struct Manifest {
    /// Always `ready`: the file does not exist before.
    pub(crate) state: String,
    pub(crate) guide_url: String,
    pub(crate) platform_url: String,
    pub(crate) notary_url: String,
    pub(crate) preservation_url: String,
    pub(crate) time_authority_url: String,
    pub(crate) inbox_url: String,
    /// The regulator's console; `officers` says who may enter.
    #[serde(default)]
    pub(crate) regulator_url: String,
    /// Where e-mail of the platform is taken.
    #[serde(default)]
    pub(crate) smtp: String,
    pub(crate) log_url: String,
    pub(crate) log_vkey: String,
    pub(crate) witness_vkey: String,
    pub(crate) mirror_vkey: String,
    pub(crate) notary_log_url: String,
    pub(crate) notary_log_vkey: String,
    pub(crate) platform_witness_vkey: String,
    pub(crate) anchors_path: PathBuf,
    pub(crate) bundle_path: PathBuf,
    pub(crate) filing_id: String,
    /// The filing that was acted out; absent only when it could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) older_filing: Option<OlderFiling>,
    pub(crate) credentials: Vec<Credential>,
    /// Accounts of reviewers.
    #[serde(default)]
    pub(crate) officers: Vec<Officer>,
    /// The certificate about the older filing's first signing; absent where that filing was never acted out, or a
    /// start was interrupted in the middle of the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_path: Option<PathBuf>,
    /// Where anybody checks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_check_url: Option<String>,
    /// The root of the office's seal, PEM: TEST ONLY.
    #[serde(default)]
    pub(crate) seal_root_path: PathBuf,
    /// The time authority, RFC 3161 over HTTP.
    #[serde(default)]
    pub(crate) tsa_url: String,
    /// Its root, PEM: TEST ONLY.
    #[serde(default)]
    pub(crate) tsa_root_path: PathBuf,
    /// Only with `--lan`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lan: Option<OnTheNetwork>,
}

/// What another machine needs to believe this demo.
#[derive(Deserialize, Serialize)]
pub(crate) struct OnTheNetwork {
    /// The addresses that the certificate names.
    pub(crate) addresses: Vec<IpAddr>,
    /// The file with the certificate (and its key).
    pub(crate) certificate_path: PathBuf,
    /// SHA-256 of the certificate, DER.
    pub(crate) certificate_sha256: Digest,
}

impl OnTheNetwork {
    pub(crate) fn of(lan: &Lan) -> Self {
        Self {
            addresses: lan.addresses().to_vec(),
            certificate_path: lan.file().to_owned(),
            certificate_sha256: lan.fingerprint(),
        }
    }
}

/// The older filing: found by its company in the regulator's console.
#[derive(Deserialize, Serialize)]
pub(crate) struct OlderFiling {
    pub(crate) company_name: String,
    pub(crate) filing_id: String,
    pub(crate) number: String,
    /// Always: its story is made up. Its times are those at which the demo made it.
    pub(crate) simulated: bool,
}

/// One way in.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Credential {
    /// Who, such as `integrator` or `chen_suying`.
    pub(crate) role: String,
    /// At which service.
    pub(crate) url: String,
    /// `api_key` or `signer_token`.
    pub(crate) kind: String,
    /// The secret itself: this is a demo.
    pub(crate) value: String,
}

impl Manifest {
    pub(crate) fn write(&self, data_dir: &Path) -> Result<(), DemoError> {
        let path = data_dir.join(FILE);
        let json = serde_json::to_vec_pretty(self).map_err(DemoError::Json)?;
        Disk::default().write_atomic(&path, &[&json, b"\n"]).map_err(|e| DemoError::file(&path, e))
    }

    pub(crate) fn read(data_dir: &Path) -> Result<Self, DemoError> {
        let path = data_dir.join(FILE);
        let bytes = std::fs::read(&path).map_err(|e| DemoError::file(&path, e))?;
        serde_json::from_slice(&bytes).map_err(DemoError::Json)
    }

    /// Takes away what an earlier start left, so that nobody takes it for this one.
    pub(crate) fn remove(data_dir: &Path) -> Result<(), DemoError> {
        let path = data_dir.join(FILE);
        match Disk::default().remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(DemoError::file(&path, e)),
            _ => Ok(()),
        }
    }
}
