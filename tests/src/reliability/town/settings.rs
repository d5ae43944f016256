//! Keys, settings files and the integrator's key, made as docs/OPERATING.md tells.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence_store::durable_file::Disk;
use heqi_pki::authority::TestAuthority;
use heqi_pki::keys::SigningKey;
use heqi_service_kit::{ApiKey, Listener, SystemEntropy};
use tempfile::TempDir;

use super::{LogKeys, PATIENCE, Town, Who, heqi, run};
use crate::reliability::Tried;
use crate::reliability::process::Program;

/// Files of the API keys the platform deposits with.
const API_KEYS: [&str; 2] = ["data-centre.key", "preservation.key"];
const VALID: &str = "{ valid_from = \"1970-01-01T00:00:00.000Z\" }";

/// The public halves of an organisation's keys, by file.
struct Keys(Vec<(String, String)>);

impl Keys {
    fn generate(program: &Program, who: Who, dir: &Path) -> Tried<Self> {
        let organisation = match who {
            Who::DataCentre => "notary",
            other => other.name(),
        };
        let (keys, name) = (dir.join("keys").display().to_string(), origin(who));
        let words = ["keys", "generate", "--organisation", organisation, "--name", &name, &keys];
        let said = run(&mut heqi(program, &words))?;
        let pairs = said.lines().filter_map(|line| line.split_once(' '));
        Ok(Self(pairs.map(|(file, key)| (file.to_owned(), key.trim().to_owned())).collect()))
    }

    fn of(&self, file: &str) -> Tried<&str> {
        let found = self.0.iter().find(|(name, _)| name == file);
        found.map(|(_, key)| key.as_str()).ok_or_else(|| format!("no {file} was shown").into())
    }
}

fn origin(who: Who) -> String {
    format!("{}.example/town", who.name())
}

pub(super) fn make(program: &Program, folder: TempDir, dirs: [PathBuf; 3]) -> Tried<Town> {
    let base = folder.path().to_owned();
    let keys = |who: Who| Keys::generate(program, who, who.of::<PathBuf>(&dirs));
    let keys = [keys(Who::Platform)?, keys(Who::DataCentre)?, keys(Who::Preservation)?];
    for name in API_KEYS {
        let key = ApiKey::generate("deposits".parse()?, &SystemEntropy);
        // The platform has one, the custodian another copy of it.
        for copy in [name.to_owned(), format!("custodian-{name}")] {
            Disk::default().write_secret(&base.join(copy), &[key.expose().as_bytes(), b"\n"])?;
        }
    }
    // Free ports, given back at once: the processes must find each other's in their settings.
    let listeners = [(); 3].map(|()| Listener::bind("127.0.0.1:0"));
    let mut urls = Vec::new();
    for listener in listeners {
        urls.push(listener?.url());
    }
    let urls: [String; 3] = urls.try_into().map_err(|_| "three addresses")?;

    let texts = Texts { base: &base, dirs: &dirs, keys: &keys, urls: &urls };
    for (who, text) in [
        (Who::Platform, texts.platform()?),
        (Who::DataCentre, texts.custodian(Who::DataCentre, "data_centre", API_KEYS[0])?),
        (Who::Preservation, texts.custodian(Who::Preservation, "preservation", API_KEYS[1])?),
    ] {
        let file = base.join(format!("{}.toml", who.name()));
        Disk::default().write_atomic(&file, &[text.as_bytes()])?;
    }
    let config = base.join("platform.toml").display().to_string();
    let scopes = "filings,evidence,coverage,witness";
    let words =
        ["admin", "create-key", "--config", &config, "--label", "clerk", "--scopes", scopes];
    let made = run(&mut heqi(program, &words))?;
    let staff = made.lines().nth(1).ok_or("the API key was not shown")?.to_owned();
    let [platform, notary, _] = &keys;
    Ok(Town {
        running: [None, None, None],
        keys: LogKeys {
            log: platform.of("log.key")?.parse()?,
            witness: notary.of("witness.key")?.parse()?,
            mirror: notary.of("mirror.key")?.parse()?,
        },
        folder,
        program: program.clone(),
        patience: PATIENCE,
        dirs,
        urls,
        staff,
    })
}

/// What settings files are made of.
struct Texts<'a> {
    base: &'a Path,
    dirs: &'a [PathBuf; 3],
    keys: &'a [Keys; 3],
    urls: &'a [String; 3],
}

impl Texts<'_> {
    fn head(&self, who: Who) -> String {
        format!(
            "data_dir = \"{}\"\nlisten = \"{}\"\nlog_origin = \"{}\"\n",
            who.of::<PathBuf>(self.dirs).display(),
            self.url(who).trim_start_matches("http://"),
            origin(who),
        )
    }

    fn platform(&self) -> Tried<String> {
        let [_, notary, preservation] = self.keys;
        Ok(format!(
            r#"{}
witnessed_logs = ["{}", "{}"]
[data_centre]
url = "{}"
api_key_file = "{}"
receipt_key = "{}"
witness_vkey = "{}"
mirror_vkey = "{}"
[preservation]
url = "{}"
api_key_file = "{}"
receipt_key = "{}"
[api.rates]
enabled = false
"#,
            self.head(Who::Platform),
            notary.of("log.key")?,
            preservation.of("log.key")?,
            self.url(Who::DataCentre),
            self.base.join(API_KEYS[0]).display(),
            self.public_key(Who::DataCentre, "receipt.pem")?,
            notary.of("witness.key")?,
            notary.of("mirror.key")?,
            self.url(Who::Preservation),
            self.base.join(API_KEYS[1]).display(),
            self.public_key(Who::Preservation, "receipt.pem")?,
        ))
    }

    fn custodian(&self, who: Who, role: &str, api_key: &str) -> Tried<String> {
        let [platform, _, _] = self.keys;
        let authority = Who::Platform.of::<PathBuf>(self.dirs).join("keys/test-authority.pem");
        let authority = TestAuthority::from_pem(&std::fs::read_to_string(authority)?)?;
        let certificate = STANDARD.encode(authority.root().certificate().der());
        Ok(format!(
            r#"{}
role = "{role}"
organisation = "Example Notary"
[platform]
url = "{}"
api_key_file = "{}"
witness_vkey = "{}"
order_key = "{}"
[platform.log]
organisation = "Example Platform"
vkey = "{}"
validity = {VALID}
[[platform.certificate_roots]]
certificate = "{certificate}"
organisation = "Example Authority (TEST ONLY)"
test_only = true
validity = {VALID}
"#,
            self.head(who),
            self.url(Who::Platform),
            self.base.join(format!("custodian-{api_key}")).display(),
            platform.of("witness.key")?,
            self.public_key(Who::Platform, "order.pem")?,
            platform.of("log.key")?,
        ))
    }

    fn url(&self, who: Who) -> &str {
        who.of::<String>(self.urls)
    }

    fn public_key(&self, who: Who, file: &str) -> Tried<String> {
        public_key(&who.of::<PathBuf>(self.dirs).join("keys").join(file))
    }
}

/// The public half, DER in base64.
fn public_key(file: &Path) -> Tried<String> {
    let key = SigningKey::from_pkcs8_pem(&std::fs::read_to_string(file)?)?;
    Ok(STANDARD.encode(key.public_key().to_spki_der()))
}
