//! `heqi keys tls`: the certificate of a service, under a private root that the other
//! organisations pin. Made once, renewed by the same command; the running service uses the
//! new one within half a minute and writes the change into its log by itself
//! (`service/certificate_log.rs`).

use std::io::Write;
use std::path::{Path, PathBuf};

use heqi_service_kit::tls::fingerprint::grouped;
use heqi_service_kit::tls::issue::{self, RootPem};
use heqi_service_kit::tls::{Identity, TlsSettings, certificate_digest};
use heqi_vocabulary::Clock;

use super::KeysError;
use crate::keys;

/// The certificate and key of the service, in one file.
pub(crate) const TLS_FILE: &str = "tls.pem";
/// The root that peers pin.
pub(crate) const ROOT_FILE: &str = "tls-root.pem";
/// Its key.
const ROOT_KEY_FILE: &str = "tls-root.key";
/// What browsers take at most; peers of ours have no such limit.
const MOST_DAYS: u32 = 397;

/// What is asked for.
pub(crate) struct Issuing<'a> {
    /// The organisation's data folder.
    pub(crate) data_dir: &'a Path,
    /// DNS names and addresses, the one that peers know us by first.
    pub(crate) names: &'a [String],
    /// Where the root is kept; the `keys` folder if nothing is said.
    pub(crate) root: Option<&'a Path>,
    pub(crate) days: u32,
    /// Without it the plan is printed and nothing is done.
    pub(crate) yes: bool,
}

impl Issuing<'_> {
    pub(crate) fn run(&self, clock: &dyn Clock, out: &mut dyn Write) -> Result<(), KeysError> {
        if self.days == 0 || self.days > MOST_DAYS {
            return Err(KeysError::Days(MOST_DAYS));
        }
        let name = self.names.first().ok_or_else(|| KeysError::TlsName(String::new()))?;
        let keys_dir = self.data_dir.join("keys");
        let root_dir = self.root.map_or_else(|| keys_dir.clone(), Path::to_owned);
        let (root_file, root_key_file) = (root_dir.join(ROOT_FILE), root_dir.join(ROOT_KEY_FILE));
        let tls_file = keys_dir.join(TLS_FILE);
        let (has_root, renews) = (root_file.exists(), tls_file.exists());

        writeln!(
            out,
            "TLS certificate of {} for {}",
            self.data_dir.display(),
            self.names.join(", ")
        )?;
        if has_root {
            writeln!(out, "  1. take the root {}", root_file.display())?;
        } else {
            writeln!(
                out,
                "  1. make a private root: {} and its key beside it",
                root_file.display()
            )?;
        }
        writeln!(out, "  2. sign a certificate for {} days with a new key", self.days)?;
        let verb = if renews { "put it in the place of the one in" } else { "write it to" };
        writeln!(out, "  3. {verb} {}", tls_file.display())?;
        if !self.yes {
            writeln!(out, "Nothing was changed; add --yes to do it.")?;
            return Ok(());
        }
        let root = if has_root {
            let certificate = keys::read_secret(&root_file)?.to_string();
            RootPem { certificate, key: keys::read_secret(&root_key_file)? }
        } else {
            let root = issue::root(name, clock.now()).map_err(issuing)?;
            keys::write_secret(&root_key_file, &root.key)?;
            keys::write_secret(&root_file, &root.certificate)?;
            root
        };
        let leaf = issue::leaf(&root, self.names, self.days, clock.now()).map_err(issuing)?;
        let before = renews.then(|| identity(&tls_file)).and_then(Result::ok);
        keys::write_secret(&tls_file, &leaf)?;
        let made = identity(&tls_file)?;
        let root_print = certificate_digest(root.certificate.as_bytes())
            .ok_or_else(|| KeysError::Form(root_file.clone()))?;
        if let Some(before) = before {
            writeln!(out, "before       {}", grouped(&before.fingerprint()))?;
        }
        writeln!(out, "certificate  {}", grouped(&made.fingerprint()))?;
        writeln!(out, "root         {}", grouped(&root_print))?;
        if renews {
            writeln!(
                out,
                "A running service uses it within 30 seconds, or at once on SIGHUP, and"
            )?;
            writeln!(
                out,
                "writes the change into its log. Peers that pinned the root need nothing."
            )?;
            return Ok(());
        }
        writeln!(out, "\nIn this service's settings:\n")?;
        writeln!(out, "[tls]\ncertificate_file = \"{}\"", tls_file.display())?;
        writeln!(out, "\nEach peer gets a copy of {} (never its key),", root_file.display())?;
        writeln!(
            out,
            "compares its fingerprint with you by another way, and adds to its table for us:\n"
        )?;
        writeln!(out, "tls = {{ roots_file = \"{name}-root.pem\", name = \"{name}\" }}")?;
        writeln!(out, "\nMove {} off this machine; renewing needs it.", root_key_file.display())?;
        Ok(())
    }
}

fn identity(file: &Path) -> Result<Identity, KeysError> {
    let settings = TlsSettings { certificate_file: PathBuf::from(file), key_file: None };
    Identity::load(&settings).map_err(|_| KeysError::Form(file.to_owned()))
}

#[expect(clippy::needless_pass_by_value, reason = "this is how `map_err` hands an error over")]
fn issuing(error: issue::IssueError) -> KeysError {
    KeysError::TlsName(error.to_string())
}
