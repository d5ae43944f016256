#![expect(clippy::disallowed_methods, reason = "the files of a test are not evidence")]

use std::fs;
use std::sync::Arc;

use heqi_vocabulary::{Clock as _, UtcMillis};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConnection, ServerConnection};
use tempfile::TempDir;

use super::config::{ServerTls, client_config};
use super::issue::{self, RootPem};
use super::*;
use crate::metrics::Metrics;
use crate::system::SystemClock;

/// An organisation's files.
struct Organisation {
    folder: TempDir,
    root: RootPem,
    name: String,
}

impl Organisation {
    fn new(name: &str) -> Self {
        let root = issue::root(name, SystemClock.now()).unwrap();
        let made = Self { folder: tempfile::tempdir().unwrap(), root, name: name.to_owned() };
        fs::write(made.folder.path().join("root.pem"), &made.root.certificate).unwrap();
        made.issue(name, SystemClock.now());
        made
    }

    fn issue(&self, name: &str, now: UtcMillis) {
        let leaf = issue::leaf(&self.root, &[name.to_owned()], issue::LEAF_DAYS, now).unwrap();
        fs::write(self.folder.path().join("tls.pem"), leaf.as_str()).unwrap();
    }

    fn identity(&self) -> Arc<Identity> {
        self.load().unwrap()
    }

    fn load(&self) -> Result<Arc<Identity>, TlsFileError> {
        let certificate_file = self.folder.path().join("tls.pem");
        Identity::load(&TlsSettings { certificate_file, key_file: None }).map(Arc::new)
    }

    fn peer(&self) -> Arc<Peer> {
        self.pin().unwrap()
    }

    fn pin(&self) -> Result<Arc<Peer>, TlsFileError> {
        let roots_file = self.folder.path().join("root.pem");
        Peer::load(&PeerTlsSettings { roots_file, name: self.name.clone() }).map(Arc::new)
    }
}

/// Shakes hands in memory; gives whom the server saw.
fn shake(
    server: &ServerTls,
    identity: Option<Arc<Identity>>,
    peer: Arc<Peer>,
) -> Result<Option<PeerIdentity>, rustls::Error> {
    let host = ServerName::try_from("127.0.0.1").unwrap();
    let client = client_config(identity, peer).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), host).unwrap();
    let mut accepted = ServerConnection::new(Arc::new(server.config().unwrap())).unwrap();
    for _ in 0..10 {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            accepted.read_tls(&mut rest).unwrap();
            accepted.process_new_packets()?;
        }
        bytes.clear();
        while accepted.wants_write() {
            accepted.write_tls(&mut bytes).unwrap();
        }
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).unwrap();
            client.process_new_packets()?;
        }
    }
    assert!(!accepted.is_handshaking() && !client.is_handshaking());
    Ok(accepted.peer_certificates().and_then(|chain| server.peers.identify(chain)))
}

fn serves(own: &Organisation, known: &[&Organisation]) -> ServerTls {
    let known = known.iter().map(|known| known.peer()).collect();
    ServerTls { identity: own.identity(), peers: Arc::new(Peers::new(known)) }
}

#[test]
fn organisations_that_pinned_each_other_know_each_other_by_name() {
    let (platform, notary) = (Organisation::new("platform.test"), Organisation::new("notary.test"));
    let server = serves(&notary, &[&platform]);
    let seen = shake(&server, Some(platform.identity()), notary.peer()).unwrap();
    assert_eq!(seen.unwrap().name(), "platform.test");
}

#[test]
fn whoever_shows_no_certificate_is_nobody_and_is_served_as_such() {
    let (platform, notary) = (Organisation::new("platform.test"), Organisation::new("notary.test"));
    let server = serves(&notary, &[&platform]);
    assert_eq!(shake(&server, None, notary.peer()).unwrap(), None);
}

#[test]
fn a_certificate_of_another_root_is_refused_on_both_sides() {
    let (platform, notary) = (Organisation::new("platform.test"), Organisation::new("notary.test"));
    let impostor = Organisation::new("platform.test");
    let server = serves(&notary, &[&platform]);
    shake(&server, Some(impostor.identity()), notary.peer()).unwrap_err();
    let false_notary = serves(&Organisation::new("notary.test"), &[&platform]);
    shake(&false_notary, Some(platform.identity()), notary.peer()).unwrap_err();
}

#[test]
fn a_peer_cannot_speak_for_another_under_its_own_root() {
    let (platform, notary) = (Organisation::new("platform.test"), Organisation::new("notary.test"));
    let preservation = Organisation::new("preservation.test");
    preservation.issue("notary.test", SystemClock.now());
    let server = serves(&platform, &[&notary, &preservation]);
    shake(&server, Some(preservation.identity()), platform.peer()).unwrap_err();
    // Nor does a notary answer for a host that the platform configured under another name.
    let server = serves(&preservation, &[&platform]);
    shake(&server, Some(platform.identity()), preservation.peer()).unwrap_err();
}

#[test]
fn an_expired_certificate_is_refused() {
    let (platform, notary) = (Organisation::new("platform.test"), Organisation::new("notary.test"));
    platform.issue("platform.test", SystemClock.now().plus_millis(-100 * 86_400_000));
    let server = serves(&notary, &[&platform]);
    shake(&server, Some(platform.identity()), notary.peer()).unwrap_err();
}

#[test]
fn a_new_certificate_is_used_at_once_and_a_broken_one_changes_nothing() {
    let organisation = Organisation::new("platform.test");
    let (identity, metrics) = (organisation.identity(), Metrics::default());
    let mut watched = Watched::new(Some(identity.clone()), vec![organisation.peer()], &metrics);
    let before = identity.fingerprint();
    assert_eq!(watched.look(), 0);
    assert_eq!(identity.fingerprint(), before);

    organisation.issue("platform.test", SystemClock.now());
    assert_eq!(watched.look(), 0);
    let after = identity.fingerprint();
    assert_ne!(after, before);

    for broken in ["", "no certificate", &organisation.root.certificate] {
        fs::write(organisation.folder.path().join("tls.pem"), broken).unwrap();
        assert_eq!(watched.look(), 1, "{broken}");
        assert_eq!(identity.fingerprint(), after);
    }
    assert!(metrics.to_text().unwrap().contains("heqi_tls_broken_files 1\n"));
    organisation.issue("platform.test", SystemClock.now());
    assert_eq!(watched.look(), 0);
    assert!(metrics.to_text().unwrap().contains("heqi_tls_broken_files 0\n"));
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let (one, two) = (Organisation::new("one.test"), Organisation::new("two.test"));
    let settings = TlsSettings {
        certificate_file: one.folder.path().join("tls.pem"),
        key_file: Some(two.folder.path().join("tls.pem")),
    };
    let refusal = Identity::load(&settings).unwrap_err();
    assert!(matches!(refusal, TlsFileError::Mismatch(_)), "{refusal}");
}

/// Every seventh bit, so that each place of a byte has its turn. What is signed cannot be told from
/// what was meant by its holder alone: whoever is shown it looks.
#[test]
fn a_flipped_bit_of_a_certificate_key_or_root_is_named_turned_away_or_changes_nothing() {
    let (platform, notary) = (Organisation::new("platform.test"), Organisation::new("notary.test"));
    let (caller, peers) = (platform.identity(), Arc::new(Peers::new(vec![platform.peer()])));
    for file in ["tls.pem", "root.pem"] {
        let path = notary.folder.path().join(file);
        let sound = fs::read(&path).unwrap();
        let (mut named, mut turned_away) = (0, 0);
        for bit in (0..sound.len() * 8).step_by(7) {
            let mut flipped = sound.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, flipped).unwrap();
            let (identity, pinned) = match (notary.load(), notary.pin()) {
                (Ok(identity), Ok(pinned)) => (identity, pinned),
                (Err(error), _) | (_, Err(error)) => {
                    let said = error.to_string();
                    assert!(said.contains(path.to_str().unwrap()), "bit {bit}: {said}");
                    named += 1;
                    continue;
                }
            };
            let server = ServerTls { identity, peers: peers.clone() };
            match shake(&server, Some(caller.clone()), pinned) {
                Ok(seen) => assert_eq!(seen.unwrap().name(), "platform.test", "bit {bit}"),
                Err(rustls::Error::InvalidCertificate(_)) => turned_away += 1,
                Err(error) => panic!("bit {bit} of {file}: {error}"),
            }
        }
        assert!(named > 50 && turned_away > 20, "{file}: {named}, {turned_away}");
        fs::write(&path, sound).unwrap();
    }
}

#[test]
fn roots_that_were_taken_away_end_the_belief_in_who_they_vouched_for() {
    let (platform, notary) = (Organisation::new("platform.test"), Organisation::new("notary.test"));
    let server = serves(&notary, &[&platform]);
    let pem = fs::read(platform.folder.path().join("tls.pem")).unwrap();
    let chain = [CertificateDer::from_pem_slice(&pem).unwrap()];
    assert!(server.peers.identify(&chain).is_some());
    let other = Organisation::new("platform.test");
    fs::write(platform.folder.path().join("root.pem"), &other.root.certificate).unwrap();
    assert!(server.peers.iter().next().unwrap().reload().unwrap());
    assert!(server.peers.identify(&chain).is_none());
}

#[test]
fn the_end_of_a_certificate_is_told() {
    let now = SystemClock.now();
    let organisation = Organisation::new("platform.test");
    organisation.issue("platform.test", now);
    let end = organisation.identity().not_after().unwrap();
    let days = end.unix_seconds().abs_diff(now.unix_seconds()) / 86_400;
    assert!((89..=90).contains(&days), "{days}");
}
