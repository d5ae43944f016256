//! The demo for phones of the same network (`heqi demo --lan`): everything that people open
//! listens on all interfaces, with TLS and a certificate of its own that names the
//! machine's addresses. Camera, place and WebCrypto want a page from a secure context.
//!
//! No authority vouches for the certificate: people compare its fingerprint with the one in
//! the terminal. It stays the same from start to start while addresses and time allow.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_service_kit::Trust;
use heqi_service_kit::listener::{ListenError, Listener};
use heqi_service_kit::tls::config::ServerTls;
use heqi_service_kit::tls::fingerprint::grouped;
use heqi_service_kit::tls::{Identity, PeerTlsSettings, TlsSettings, issue};
use heqi_vocabulary::{Clock, Digest};

use super::WorldError;
use crate::keys;

const FILE: &str = "lan-tls.pem";
/// A certificate that ends sooner is made again.
const LEAST_LEFT_MS: i64 = 7 * 24 * 3600 * 1000;
const ALWAYS_NAMED: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The certificate and the addresses it names.
#[derive(Clone)]
pub(crate) struct Lan {
    file: PathBuf,
    identity: Arc<Identity>,
    /// How other machines reach this one, the likeliest first.
    addresses: Vec<IpAddr>,
}

impl Lan {
    /// Takes the certificate in `data_dir`, or makes one for the addresses there are now.
    pub(crate) fn take_up(data_dir: &Path, clock: &dyn Clock) -> Result<Self, WorldError> {
        let addresses = addresses()?;
        let file = data_dir.join(FILE);
        let mut names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        names.extend(ALWAYS_NAMED.map(str::to_owned));
        let kept = load(&file).ok().filter(|kept| {
            let ends = kept.not_after();
            let lasts = ends.is_some_and(|end| end > clock.now().plus_millis(LEAST_LEFT_MS));
            lasts && names.iter().all(|name| kept.is_for(name))
        });
        let identity = if let Some(kept) = kept {
            kept
        } else {
            let made = issue::self_signed(&names, issue::LEAF_DAYS, clock.now());
            let pem = made.map_err(|error| WorldError::Lan(error.to_string()))?;
            keys::write_secret(&file, &pem)?;
            load(&file)?
        };
        Ok(Self { file, identity: Arc::new(identity), addresses })
    }

    /// Listens on all interfaces; nobody is asked for a certificate.
    pub(crate) fn listen(&self, address: &str) -> Result<Listener, ListenError> {
        let port = address.rsplit_once(':').map_or("0", |(_, port)| port);
        let tls = ServerTls::for_people(self.identity.clone());
        Listener::bind_with(&format!("0.0.0.0:{port}"), Some(tls))
    }

    /// How other machines reach a listener.
    pub(crate) fn url(&self, listener: &Listener) -> String {
        let address = self.addresses.first().copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
        format!("https://{}", std::net::SocketAddr::new(address, listener.address().port()))
    }

    /// How services believe each other here.
    pub(crate) fn peer(&self) -> PeerTlsSettings {
        PeerTlsSettings { roots_file: self.file.clone(), name: "127.0.0.1".to_owned() }
    }

    /// How our own client believes them.
    pub(crate) fn trust(&self) -> Result<Trust, WorldError> {
        Trust::roots(&self.file).map_err(|error| WorldError::Lan(error.to_string()))
    }

    /// Where the certificate is, for whoever wants to believe it.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What people compare.
    pub(crate) fn fingerprint(&self) -> Digest {
        self.identity.fingerprint()
    }

    /// The same for the terminal.
    pub(crate) fn grouped_fingerprint(&self) -> String {
        grouped(&self.fingerprint())
    }

    /// The addresses that the certificate names and other machines may reach.
    pub(crate) fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }
}

fn load(file: &Path) -> Result<Identity, WorldError> {
    let settings = TlsSettings { certificate_file: file.to_owned(), key_file: None };
    Identity::load(&settings).map_err(|error| WorldError::Lan(error.to_string()))
}

/// IPv4 addresses of this machine that others may reach, private networks first: that is
/// where a phone is.
fn addresses() -> Result<Vec<IpAddr>, WorldError> {
    let all = if_addrs::get_if_addrs().map_err(|error| WorldError::Lan(error.to_string()))?;
    let mut found: Vec<std::net::Ipv4Addr> = all
        .into_iter()
        .filter_map(|interface| match interface.ip() {
            IpAddr::V4(ip) => Some(ip),
            IpAddr::V6(_) => None,
        })
        .filter(|ip| !ip.is_loopback() && !ip.is_link_local() && !ip.is_unspecified())
        .collect();
    found.sort_by_key(|ip| (!ip.is_private(), ip.octets()));
    found.dedup();
    if found.is_empty() {
        Err(WorldError::NoAddress)
    } else {
        Ok(found.into_iter().map(Into::into).collect())
    }
}
