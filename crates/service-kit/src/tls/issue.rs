//! Certificates between organisations: a private root (ECDSA P-256, ten years) that the
//! other side pins, and leaves under it (90 days) that are replaced often. No public
//! authority has a part in it.

use std::time::Duration;

use heqi_vocabulary::UtcMillis;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use zeroize::Zeroizing;

/// How long a leaf lasts, in days.
pub const LEAF_DAYS: u32 = 90;
const ROOT_DAYS: u32 = 3650;
/// A leaf begins this much before it was made: the other side's clock may be behind.
const SKEW_MS: i64 = 5 * 60 * 1000;

/// Nothing was issued.
#[derive(Debug, thiserror::Error)]
#[error("the certificate cannot be made: {0}")]
pub struct IssueError(#[from] rcgen::Error);

/// A root and its key, as PEM.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "two files")]
pub struct RootPem {
    /// The certificate, which the other side pins.
    pub certificate: String,
    /// The private key. Needed only to make leaves: keep it apart.
    pub key: Zeroizing<String>,
}

/// Makes a root for an organisation.
///
/// # Errors
/// See [`IssueError`].
pub fn root(organisation: &str, now: UtcMillis) -> Result<RootPem, IssueError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = root_params(format!("{organisation} TLS root"))?;
    last(&mut params, now, ROOT_DAYS);
    let certificate = params.self_signed(&key)?.pem();
    Ok(RootPem { certificate, key: Zeroizing::new(key.serialize_pem()) })
}

/// What a root says of itself; made again from its name when it issues.
fn root_params(common_name: String) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// The common name of the first certificate of a PEM text.
fn common_name(pem: &str) -> Option<String> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    let certificate = Certificate::from_der(&der).ok()?;
    let name = certificate.tbs_certificate().subject().common_name().ok()??;
    Some(name.value().to_string())
}

/// Makes a leaf under `root` for these DNS names and addresses: key and certificate in one
/// PEM, so that one rename replaces both.
///
/// # Errors
/// A key or certificate that cannot be read, a name that no certificate can carry.
pub fn leaf(
    root: &RootPem,
    names: &[String],
    days: u32,
    now: UtcMillis,
) -> Result<Zeroizing<String>, IssueError> {
    let name = common_name(&root.certificate).ok_or(rcgen::Error::CouldNotParseCertificate)?;
    let issuer = Issuer::new(root_params(name)?, KeyPair::from_pem(&root.key)?);
    let (params, key) = leaf_params(names, days, now)?;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok(together(&key, &certificate.pem()))
}

/// Makes a certificate that signs itself, for people who compare its fingerprint.
///
/// # Errors
/// A name that no certificate can carry.
pub fn self_signed(
    names: &[String],
    days: u32,
    now: UtcMillis,
) -> Result<Zeroizing<String>, IssueError> {
    let (params, key) = leaf_params(names, days, now)?;
    let certificate = params.self_signed(&key)?;
    Ok(together(&key, &certificate.pem()))
}

fn leaf_params(
    names: &[String],
    days: u32,
    now: UtcMillis,
) -> Result<(CertificateParams, KeyPair), IssueError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(names.to_vec())?;
    let name = names.first().map_or("heqi", String::as_str);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    last(&mut params, now, days);
    Ok((params, key))
}

fn last(params: &mut CertificateParams, now: UtcMillis, days: u32) {
    let since = |instant: UtcMillis| {
        date_time_ymd(1970, 1, 1) + Duration::from_secs(instant.unix_seconds())
    };
    params.not_before = since(now.plus_millis(-SKEW_MS));
    params.not_after = since(now) + Duration::from_secs(u64::from(days) * 86_400);
}

fn together(key: &KeyPair, certificate: &str) -> Zeroizing<String> {
    let key = Zeroizing::new(key.serialize_pem());
    Zeroizing::new(format!("{}{certificate}", key.as_str()))
}
