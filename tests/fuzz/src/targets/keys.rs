//! Keys, certificates and envelopes.

use heqi_pki::certificate::{CertificateChain, SigningCertificate};
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;

use crate::corpus::{entries, texts};

pub(super) fn dsse(input: &[u8]) {
    let Ok(envelope) = Envelope::from_json(input) else { return };
    assert_eq!(envelope.as_bytes(), input);
    let kind = envelope.payload_type().clone();
    assert!(envelope.verify(&kind, &[]).is_err(), "no key, no signer");
}

pub(super) fn certificate(input: &[u8]) {
    let Ok(certificate) = SigningCertificate::from_der(input) else { return };
    assert_eq!(certificate.der(), input, "every byte belongs to the certificate");
    assert!(certificate.not_before() <= certificate.not_after());
    let Ok(chain) = CertificateChain::new(vec![certificate]) else { return };
    assert_eq!(CertificateChain::from_pem(&chain.to_pem()).unwrap(), chain);
}

pub(super) fn pem(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Ok(chain) = CertificateChain::from_pem(text) else { return };
    assert_eq!(CertificateChain::from_pem(&chain.to_pem()).unwrap(), chain);
    assert!(chain.anchor(&[]).is_err(), "no root, no trust");
}

pub(super) fn public_key(input: &[u8]) {
    let Ok(key) = PublicKey::from_spki_der(input) else { return };
    assert_eq!(key.to_spki_der(), input, "a key has one spelling");
    assert!(key.verify(b"heqi", input).is_err());
}

pub(super) fn dsse_seeds() -> Vec<Vec<u8>> {
    [
        texts("pki/dsse.json"),
        entries(|name| name == "envelope.json" || name.starts_with("deposits/")),
    ]
    .concat()
}

pub(super) fn certificate_seeds() -> Vec<Vec<u8>> {
    [entries(|name| name.starts_with("certificates/")), texts("pki/chains.json")].concat()
}

pub(super) fn pem_seeds() -> Vec<Vec<u8>> {
    let ders = entries(|name| name.starts_with("certificates/"));
    CertificateChain::from_ders(ders.iter().take(2).map(Vec::as_slice))
        .map(|chain| chain.to_pem().into_bytes())
        .into_iter()
        .collect()
}

pub(super) fn public_key_seeds() -> Vec<Vec<u8>> {
    texts("pki/public-keys.json")
}
