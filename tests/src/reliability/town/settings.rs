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

pub(super) fn make(program: &Program, folder: TempDir, platform_dir: PathBuf) -> Tried<Town> {
    let base = folder.path().to_owned();
    let dirs = [platform_dir.clone(), base.join("notary"), base.join("preservation")];
    let mut keys = Vec::new();
    for (who, dir) in Who::ALL.into_iter().zip(&dirs) {
        keys.push(Keys::generate(program, who, dir)?);
    }
    let [platform, notary, preservation] = &*keys else { return Err("three sets of keys".into()) };
    for name in ["data-centre.key", "preservation.key"] {
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
    let address = |who: Who| who.of(&urls).trim_start_matches("http://");
    let dir = |who: Who| who.of(&dirs).display();
    let receipt = |who: Who| public_key(&who.of(&dirs).join("keys/receipt.pem"));

    let text = format!(
        r#"
data_dir = "{}"
listen = "{}"
log_origin = "{}"
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
        dir(Who::Platform),
        address(Who::Platform),
        origin(Who::Platform),
        notary.of("log.key")?,
        preservation.of("log.key")?,
        Who::DataCentre.of(&urls),
        base.join("data-centre.key").display(),
        receipt(Who::DataCentre)?,
        notary.of("witness.key")?,
        notary.of("mirror.key")?,
        Who::Preservation.of(&urls),
        base.join("preservation.key").display(),
        receipt(Who::Preservation)?,
    );
    Disk::default().write_atomic(&base.join("platform.toml"), &[text.as_bytes()])?;

    let authority = std::fs::read_to_string(platform_dir.join("keys/test-authority.pem"))?;
    let authority = TestAuthority::from_pem(&authority)?;
    let certificate = STANDARD.encode(authority.root().certificate().der());
    for (who, role, key) in [
        (Who::DataCentre, "data_centre", "custodian-data-centre.key"),
        (Who::Preservation, "preservation", "custodian-preservation.key"),
    ] {
        let text = format!(
            r#"
data_dir = "{}"
listen = "{}"
log_origin = "{}"
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
            dir(who),
            address(who),
            origin(who),
            Who::Platform.of(&urls),
            base.join(key).display(),
            platform.of("witness.key")?,
            public_key(&platform_dir.join("keys/order.pem"))?,
            platform.of("log.key")?,
        );
        let file = base.join(format!("{}.toml", who.name()));
        Disk::default().write_atomic(&file, &[text.as_bytes()])?;
    }

    let config = base.join("platform.toml").display().to_string();
    let scopes = "filings,evidence,coverage,witness";
    let words =
        ["admin", "create-key", "--config", &config, "--label", "clerk", "--scopes", scopes];
    let made = run(&mut heqi(program, &words))?;
    let staff = made.lines().nth(1).ok_or("the API key was not shown")?.to_owned();
    Ok(Town {
        keys: LogKeys {
            log: platform.of("log.key")?.parse()?,
            witness: notary.of("witness.key")?.parse()?,
            mirror: notary.of("mirror.key")?.parse()?,
        },
        folder,
        program: program.clone(),
        patience: PATIENCE,
        platform_dir,
        urls,
        running: [None, None, None],
        staff,
    })
}

/// The public half, DER in base64.
fn public_key(file: &Path) -> Tried<String> {
    let key = SigningKey::from_pkcs8_pem(&std::fs::read_to_string(file)?)?;
    Ok(STANDARD.encode(key.public_key().to_spki_der()))
}
