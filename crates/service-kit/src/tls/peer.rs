//! An organisation we know: its pinned roots and the name its certificates carry. The same
//! pair decides in both directions, as server when we call it and as client when it calls.

use std::fmt;
use std::future::{Ready, ready};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use heqi_vocabulary::Digest;
use parking_lot::RwLock;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};
use serde::Deserialize;

use super::{TlsFileError, certificates, provider, read};
use crate::problem::{Problem, RequestProblem};

/// The `tls` table of a peer: who it is.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "programs build it")]
pub struct PeerTlsSettings {
    /// PEM: its root certificates; two while it changes from one to the other.
    pub roots_file: PathBuf,
    /// The DNS name or address that its certificates must carry.
    pub name: String,
}

/// An organisation whose certificates we believe.
pub struct Peer {
    name: String,
    server_name: ServerName<'static>,
    roots_file: PathBuf,
    current: RwLock<Arc<Pinned>>,
}

struct Pinned {
    read: Digest,
    hints: Vec<DistinguishedName>,
    as_server: Arc<WebPkiServerVerifier>,
    as_client: Arc<dyn ClientCertVerifier>,
}

impl Peer {
    /// Reads the roots.
    ///
    /// # Errors
    /// See [`TlsFileError`].
    pub fn load(settings: &PeerTlsSettings) -> Result<Self, TlsFileError> {
        let server_name = ServerName::try_from(settings.name.clone())
            .map_err(|_| TlsFileError::Name(settings.name.clone()))?;
        Ok(Self {
            name: settings.name.clone(),
            server_name,
            roots_file: settings.roots_file.clone(),
            current: RwLock::new(Arc::new(pin(&settings.roots_file)?)),
        })
    }

    /// Reads the roots again. Gives whether they are others; what cannot be used leaves
    /// everything as it was.
    ///
    /// # Errors
    /// See [`TlsFileError`].
    pub fn reload(&self) -> Result<bool, TlsFileError> {
        let fresh = pin(&self.roots_file)?;
        let mut current = self.current.write();
        let is_new = current.read != fresh.read;
        *current = Arc::new(fresh);
        Ok(is_new)
    }

    /// The name that its certificates carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn pinned(&self) -> Arc<Pinned> {
        self.current.read().clone()
    }

    fn admits_client(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.pinned().as_client.verify_client_cert(leaf, between, now)?;
        // A chain to the right root under another name is another party's.
        verify_server_name(&ParsedCertificate::try_from(leaf)?, &self.server_name)?;
        Ok(verified)
    }
}

fn pin(roots_file: &Path) -> Result<Pinned, TlsFileError> {
    let no_root = || TlsFileError::NoRoot(roots_file.to_owned());
    let pem = read(roots_file)?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(roots_file, &pem)? {
        roots.add(certificate).map_err(|_| no_root())?;
    }
    let hints = roots.subjects();
    let roots = Arc::new(roots);
    let as_server = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider())
        .build()
        .map_err(|_| no_root())?;
    let as_client = WebPkiClientVerifier::builder_with_provider(roots, provider())
        .build()
        .map_err(|_| no_root())?;
    Ok(Pinned { read: Digest::of(&pem), hints, as_server, as_client })
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("name", &self.name).finish_non_exhaustive()
    }
}

/// As server: a chain to the pinned roots, under the configured name, whatever host the
/// address names.
impl ServerCertVerifier for Peer {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.pinned().as_server.verify_server_cert(leaf, between, &self.server_name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.pinned().as_server.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.pinned().as_server.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.pinned().as_server.supported_verify_schemes()
    }
}

/// The organisations that may show a certificate when they call. Whoever shows none is
/// nobody, and routes between organisations refuse nobody's requests.
#[derive(Debug, Default)]
pub struct Peers {
    known: Vec<Arc<Peer>>,
    /// What clients are told we believe, as it was at the start.
    hints: Vec<DistinguishedName>,
}

impl Peers {
    /// These and nobody else.
    pub fn new(known: Vec<Arc<Peer>>) -> Self {
        let hints = known.iter().flat_map(|peer| peer.pinned().hints.clone()).collect();
        Self { known, hints }
    }

    /// Whether nobody is known.
    pub const fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Peer>> {
        self.known.iter()
    }

    /// Whose chain this is, by the roots as they are now: a resumed session is not believed
    /// longer than its roots.
    pub fn identify(&self, chain: &[CertificateDer<'_>]) -> Option<PeerIdentity> {
        let (leaf, between) = chain.split_first()?;
        let now = UnixTime::now();
        let peer = self.known.iter().find(|peer| peer.admits_client(leaf, between, now).is_ok())?;
        Some(PeerIdentity(peer.name.clone().into()))
    }
}

impl ClientCertVerifier for Peers {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let mut refusal = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        for peer in &self.known {
            match peer.admits_client(leaf, between, now) {
                Ok(verified) => return Ok(verified),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

/// The organisation at the other end of the connection, by its certificate. As an extractor
/// it refuses everybody else with 403 `peer_certificate_required`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PeerIdentity(pub(crate) Arc<str>);

impl PeerIdentity {
    /// The name under which the peer is configured.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Of a request, if it came over a connection with a certificate that we believe.
    pub fn of(request: &HttpRequest) -> Option<&Self> {
        request.conn_data::<Self>()
    }
}

impl FromRequest for PeerIdentity {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let found = Self::of(request).cloned();
        ready(found.ok_or_else(|| RequestProblem::PeerCertificateRequired.into()))
    }
}
