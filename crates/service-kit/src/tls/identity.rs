//! Our certificate chain and key. The files may be replaced while we run: new handshakes
//! use what was read last, and a broken replacement changes nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heqi_vocabulary::{Digest, UtcMillis};
use parking_lot::RwLock;
use rustls::SignatureScheme;
use rustls::client::{ResolvesClientCert, verify_server_name};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::watch;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use zeroize::Zeroizing;

use super::{TlsFileError, TlsSettings, certificates, provider, read};

/// Who we are in a handshake, as server and as client.
pub struct Identity {
    certificate_file: PathBuf,
    key_file: PathBuf,
    current: RwLock<Current>,
    /// The fingerprint in use, for whoever waits for another.
    announced: watch::Sender<Digest>,
}

#[derive(Clone)]
struct Current {
    key: Arc<CertifiedKey>,
    /// Of both files.
    read: Digest,
    not_after: Option<UtcMillis>,
}

impl Identity {
    /// Reads the files.
    ///
    /// # Errors
    /// See [`TlsFileError`].
    pub fn load(settings: &TlsSettings) -> Result<Self, TlsFileError> {
        let certificate_file = settings.certificate_file.clone();
        let key_file = settings.key_file.clone().unwrap_or_else(|| certificate_file.clone());
        let current = load(&certificate_file, &key_file)?;
        let announced = watch::Sender::new(fingerprint_of(&current));
        Ok(Self { certificate_file, key_file, current: RwLock::new(current), announced })
    }

    /// Reads the files again. Gives whether they hold something new; what cannot be used
    /// leaves everything as it was.
    ///
    /// # Errors
    /// See [`TlsFileError`].
    pub fn reload(&self) -> Result<bool, TlsFileError> {
        let fresh = load(&self.certificate_file, &self.key_file)?;
        let fingerprint = fingerprint_of(&fresh);
        let is_new = {
            let mut current = self.current.write();
            let is_new = current.read != fresh.read;
            *current = fresh;
            is_new
        };
        self.announced.send_if_modified(|known| {
            let changes = *known != fingerprint;
            *known = fingerprint;
            changes
        });
        Ok(is_new)
    }

    /// The fingerprint in use, and every later one.
    pub fn changes(&self) -> watch::Receiver<Digest> {
        self.announced.subscribe()
    }

    /// SHA-256 of the certificate, DER.
    pub fn fingerprint(&self) -> Digest {
        fingerprint_of(&self.current.read())
    }

    /// Whether the certificate carries this DNS name or address.
    pub fn is_for(&self, name: &str) -> bool {
        let key = self.key();
        let (Some(leaf), Ok(name)) = (key.cert.first(), ServerName::try_from(name)) else {
            return false;
        };
        ParsedCertificate::try_from(leaf)
            .is_ok_and(|parsed| verify_server_name(&parsed, &name).is_ok())
    }

    /// When the certificate ends; `None` if it does not say in a form we read.
    pub fn not_after(&self) -> Option<UtcMillis> {
        self.current.read().not_after
    }

    fn key(&self) -> Arc<CertifiedKey> {
        self.current.read().key.clone()
    }
}

fn fingerprint_of(current: &Current) -> Digest {
    current.key.cert.first().map_or(Digest::of(b""), |leaf| Digest::of(leaf))
}

fn load(certificate_file: &Path, key_file: &Path) -> Result<Current, TlsFileError> {
    let chain_pem = Zeroizing::new(read(certificate_file)?);
    let key_pem = Zeroizing::new(read(key_file)?);
    let chain = certificates(certificate_file, &chain_pem)?;
    let not_after = chain.first().and_then(|leaf| not_after(leaf));
    let key = PrivateKeyDer::from_pem_slice(&key_pem)
        .map_err(|_| TlsFileError::NoKey(key_file.to_owned()))?;
    let key = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsFileError::Mismatch(certificate_file.to_owned()),
        rustls::Error::InvalidCertificate(_) => {
            TlsFileError::NoCertificate(certificate_file.to_owned())
        }
        _ => TlsFileError::NoKey(key_file.to_owned()),
    })?;
    let mut both = Digest::of(&chain_pem).as_bytes().to_vec();
    both.extend_from_slice(Digest::of(&key_pem).as_bytes());
    Ok(Current { key: Arc::new(key), read: Digest::of(&both), not_after })
}

fn not_after(der: &[u8]) -> Option<UtcMillis> {
    let certificate = Certificate::from_der(der).ok()?;
    let end = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    UtcMillis::from_unix_seconds(end.as_secs()).ok()
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(
        &self,
        _root_hints: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let key = self.key();
        key.key.choose_scheme(schemes).is_some().then_some(key)
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("certificate_file", &self.certificate_file)
            .finish_non_exhaustive()
    }
}
