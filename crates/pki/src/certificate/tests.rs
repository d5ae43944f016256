mod written;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::authority::{CertificateAuthority as _, CertificateRequest, TestAuthority};
use crate::keys::SigningKey;
use crate::testing::{Seeded, instant};

#[derive(Deserialize)]
struct Vectors {
    trusted: Vec<String>,
    certificates: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    chain: Vec<String>,
    at: UtcMillis,
    expect: Expectation,
    test_only: bool,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
#[serde(tag = "result", rename_all = "snake_case")]
enum Expectation {
    Verified,
    Untrusted,
    Broken { position: usize, fault: String },
    NotYetValid { position: usize, bound: UtcMillis },
    Expired { position: usize, bound: UtcMillis },
}

impl Vectors {
    fn read() -> Self {
        serde_json::from_str(include_str!("../../../../tests/vectors/pki/chains.json")).unwrap()
    }

    fn der(&self, name: &str) -> Vec<u8> {
        STANDARD.decode(&self.certificates[name]).unwrap()
    }

    fn roots(&self) -> Vec<TrustedRoot> {
        self.trusted
            .iter()
            .map(|name| TrustedRoot::from_der(&self.der(name), false).unwrap())
            .collect()
    }

    fn chain(&self, names: &[String]) -> CertificateChain {
        CertificateChain::from_ders(names.iter().map(|name| self.der(name))).unwrap()
    }
}

fn fault_name(fault: ChainFault) -> &'static str {
    match fault {
        ChainFault::IssuerName => "issuer_name",
        ChainFault::Signature => "signature",
        ChainFault::NotAuthority => "not_authority",
        ChainFault::IsAuthority => "is_authority",
        ChainFault::PathLength => "path_length",
        ChainFault::KeyUsage => "key_usage",
        ChainFault::ExtendedKeyUsage => "extended_key_usage",
        ChainFault::UnknownCriticalExtension => "unknown_critical_extension",
        ChainFault::NameConstraints => "name_constraints",
    }
}

fn found(result: &Result<VerifiedChain, ChainError>) -> Expectation {
    match *result {
        Ok(_) => Expectation::Verified,
        Err(ChainError::Untrusted) => Expectation::Untrusted,
        Err(ChainError::Broken { position, fault }) => {
            Expectation::Broken { position, fault: fault_name(fault).to_owned() }
        }
        Err(ChainError::Validity(ValidityError::NotYetValid { position, not_before })) => {
            Expectation::NotYetValid { position, bound: not_before }
        }
        Err(ChainError::Validity(ValidityError::Expired { position, not_after })) => {
            Expectation::Expired { position, bound: not_after }
        }
    }
}

#[test]
fn every_chain_vector_has_its_verdict() {
    let vectors = Vectors::read();
    let roots = vectors.roots();
    let mut faults = BTreeSet::new();
    for case in &vectors.cases {
        let chain = vectors.chain(&case.chain);
        let result = chain.verify(&roots, case.at);
        let found = found(&result);
        assert_eq!(found, case.expect, "{}", case.name);
        if let Ok(verified) = &result {
            assert_eq!(verified.is_test_only(), case.test_only, "{}", case.name);
            assert_eq!(verified.public_key(), chain.leaf().public_key(), "{}", case.name);
            assert_eq!(verified.at(), case.at, "{}", case.name);
        }
        if let Expectation::Broken { fault, .. } = found {
            faults.insert(fault);
        }
    }
    assert_eq!(faults.len(), 9, "every fault has a vector");
}

#[test]
fn a_certificate_says_what_its_issuer_wrote() {
    let vectors = Vectors::read();
    let der = vectors.der("signer-p256");
    let certificate = SigningCertificate::from_der(&der).unwrap();
    assert_eq!(certificate.der(), der);
    assert_eq!(certificate.digest(), Digest::of(&der));
    assert_eq!(certificate.subject_common_name(), Some("当事人-1"));
    assert_eq!(certificate.not_before(), instant("2026-11-23T11:59:00.000Z"));
    assert_eq!(certificate.not_after(), instant("2026-11-24T12:00:00.000Z"));
    assert_eq!(certificate.public_key().algorithm(), Algorithm::P256);
    assert!(certificate.serial_hex().starts_with("10"), "{}", certificate.serial_hex());
    assert!(!certificate.is_test_only());
}

#[test]
fn a_chain_out_of_validity_is_still_anchored_with_its_period() {
    let vectors = Vectors::read();
    let chain = vectors.chain(&["signer".to_owned(), "issuing".to_owned()]);
    let anchored = chain.anchor(&vectors.roots()).unwrap();
    assert_eq!(anchored.not_before(), chain.leaf().not_before());
    assert_eq!(anchored.not_after(), chain.leaf().not_after());
    assert_eq!(anchored.root_digest(), Digest::of(&vectors.der("root")));
    assert!(anchored.at(anchored.not_after()).is_ok());
    assert!(anchored.at(anchored.not_after().plus_millis(1)).is_err());
    assert!(anchored.at(anchored.not_before().plus_millis(-1)).is_err());

    // The common period is the narrowest.
    let over = vectors.chain(&["signer".to_owned(), "issuing-over".to_owned()]);
    let anchored = over.anchor(&vectors.roots()).unwrap();
    assert_eq!(anchored.not_before(), over.leaf().not_before());
    assert_eq!(anchored.not_after(), instant("2026-11-23T11:59:59.000Z"));
}

#[test]
fn a_root_declared_test_only_marks_everything_under_it() {
    let vectors = Vectors::read();
    let chain = vectors.chain(&["signer".to_owned(), "issuing".to_owned()]);
    let declared = TrustedRoot::from_der(&vectors.der("root"), true).unwrap();
    assert!(!chain.is_test_only());
    assert!(chain.anchor(&[declared]).unwrap().is_test_only());
    assert!(!chain.anchor(&vectors.roots()).unwrap().is_test_only());
}

#[test]
fn only_a_self_signed_authority_can_be_a_root() {
    let vectors = Vectors::read();
    let refused = |name: &str| TrustedRoot::from_der(&vectors.der(name), false).unwrap_err();
    assert_eq!(refused("signer"), TrustedRootError::Fault(ChainFault::NotAuthority));
    assert_eq!(refused("issuing"), TrustedRootError::Fault(ChainFault::IssuerName));
    // A root with its last byte changed is signed by nobody.
    let mut der = vectors.der("root-ed25519");
    *der.last_mut().unwrap() ^= 1;
    assert_eq!(
        TrustedRoot::from_der(&der, false),
        Err(TrustedRootError::Fault(ChainFault::Signature))
    );
}

#[test]
fn nothing_is_trusted_without_roots() {
    let vectors = Vectors::read();
    let chain = vectors.chain(&["signer".to_owned(), "issuing".to_owned(), "root".to_owned()]);
    assert_eq!(chain.anchor(&[]), Err(ChainError::Untrusted));
}

#[test]
fn a_value_in_a_name_has_a_tag_of_one_byte() {
    // A name with one attribute of any type: SEQUENCE { SET { SEQUENCE { OID 2.5.4.11, value } } }.
    let with = |value: &[u8]| {
        let oid = [0x06, 0x03, 0x55, 0x04, 0x0b];
        let wrap = |tag: u8, content: &[u8]| {
            [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
        };
        let attribute = wrap(0x30, &[&oid[..], value].concat());
        Name::from_der(&wrap(0x30, &wrap(0x31, &attribute))).unwrap()
    };
    assert!(name(&with(&[0x9e, 0x01, b'x'])).is_ok(), "thirty is the last that fits one byte");
    assert_eq!(name(&with(&[0x9f, 0x1f, 0x01, b'x'])), Err(CertificateError::Der));
    assert_eq!(name(&with(&[0x9f, 0x81, 0x00, 0x01, b'x'])), Err(CertificateError::Der));
}

#[test]
fn a_chain_has_one_to_four_certificates() {
    let vectors = Vectors::read();
    let der = vectors.der("issuing");
    assert_eq!(CertificateChain::from_ders(Vec::<Vec<u8>>::new()), Err(ChainFormError::Length));
    assert!(CertificateChain::from_ders(vec![&der; 4]).is_ok());
    assert_eq!(CertificateChain::from_ders(vec![&der; 5]), Err(ChainFormError::Length));
    assert_eq!(
        CertificateChain::from_ders([&der[..], &[]]),
        Err(ChainFormError::Certificate { position: 1, source: CertificateError::Der })
    );
}

#[test]
fn a_chain_survives_its_pem() {
    let vectors = Vectors::read();
    let chain = vectors.chain(&["signer".to_owned(), "issuing".to_owned(), "root".to_owned()]);
    let pem = chain.to_pem();
    assert_eq!(pem.matches("-----BEGIN CERTIFICATE-----").count(), 3);
    assert_eq!(CertificateChain::from_pem(&pem), Ok(chain));
    for bad in [
        String::new(),
        format!("{pem}\nrest"),
        pem.replace("CERTIFICATE", "PKCS7"),
        pem[..pem.len() - 10].to_owned(),
        format!("{pem}{pem}"),
    ] {
        assert!(CertificateChain::from_pem(&bad).is_err(), "{bad}");
    }
}

#[test]
fn every_byte_of_a_certificate_counts() {
    let vectors = Vectors::read();
    let (roots, at) = (vectors.roots(), instant("2026-11-23T12:00:00.000Z"));
    let (leaf, issuing) = (vectors.der("signer"), vectors.der("issuing"));
    let is_believed = |leaf: &[u8]| {
        CertificateChain::from_ders([leaf, &issuing])
            .is_ok_and(|chain| chain.verify(&roots, at).is_ok())
    };
    assert!(is_believed(&leaf));
    for at in 0..leaf.len() {
        let mut changed = leaf.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(!is_believed(&changed), "byte {at}");
        assert!(!is_believed(&leaf[..at]), "cut at {at}");
    }
    assert_eq!(
        SigningCertificate::from_der(&[&leaf[..], &[0]].concat()),
        Err(CertificateError::Der)
    );
}

#[test]
fn other_spellings_and_forbidden_fields_are_refused() {
    let leaf = Vectors::read().der("signer");
    let with = |from: &str, to: &str| {
        let text = hex::encode(&leaf);
        assert_eq!(text.matches(from).count(), 1, "{from}");
        SigningCertificate::from_der(&hex::decode(text.replace(from, to)).unwrap()).unwrap_err()
    };
    // [0] version 3, then the serial number: version 2, and a zero and a negative serial.
    let serial = hex::encode(&leaf).split_once("a0030201020202").unwrap().1[..4].to_owned();
    assert_eq!(with("a003020102", "a003020101"), CertificateError::Version);
    assert_eq!(with(&format!("0202{serial}"), "02028001"), CertificateError::Serial);
    // Not minimal: 0x0001 in two bytes.
    assert_eq!(with(&format!("0202{serial}"), "02020001"), CertificateError::Der);
    // A subject of exactly as many bytes with another attribute has no common name.
    let renamed = hex::decode(
        hex::encode(&leaf).replace("06035504030c0770617274792d31", "060355040b0c0770617274792d31"),
    );
    assert_eq!(
        SigningCertificate::from_der(&renamed.unwrap()).unwrap().subject_common_name(),
        None
    );
    // Ending before it begins: notBefore 2026-11-23 moved to 2027.
    assert_eq!(with("170d323631313233", "170d323731313233"), CertificateError::Validity);
    // The inner algorithm says P-384's hash, the outer one SHA-256.
    let text = hex::encode(&leaf);
    let inner = text.replacen("06082a8648ce3d040302", "06082a8648ce3d040303", 1);
    let both = text.replace("06082a8648ce3d040302", "06082a8648ce3d040303");
    for algorithm in [inner, both] {
        let der = hex::decode(algorithm).unwrap();
        assert_eq!(SigningCertificate::from_der(&der), Err(CertificateError::SignatureAlgorithm));
    }
    // keyUsage digitalSignature+nonRepudiation with a byte too many zeros (030206c0) stays
    // in its length, so it must be the unused-bit count that is wrong.
    assert_eq!(with("030206c0", "030205c0"), CertificateError::Extension(ExtensionError::Value));
    // keyUsage written under the number of extKeyUsage: the same extension twice.
    assert_eq!(
        with("0603551d0f", "0603551d25"),
        CertificateError::Extension(ExtensionError::Duplicate)
    );
    assert_eq!(
        SigningCertificate::from_der(&vec![0x30; MAX_CERTIFICATE_BYTES + 1]),
        Err(CertificateError::TooLarge)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_never_panics_and_never_forgets_a_byte(
        at in any::<prop::sample::Index>(),
        byte: u8,
        noise in prop::collection::vec(any::<u8>(), 0..600),
        text in "\\PC{0,80}",
    ) {
        prop_assert!(SigningCertificate::from_der(&noise).is_err());
        prop_assert!(CertificateChain::from_pem(&text).is_err());
        let framed = format!("{text}\n-----END {text}");
        prop_assert!(CertificateChain::from_pem(&framed).is_err());
        let entropy = Seeded::new(1);
        let now = instant("2026-11-23T12:00:00.000Z");
        let authority = TestAuthority::generate(now, &entropy).unwrap();
        let key = SigningKey::generate(Algorithm::Ed25519, &entropy).public_key();
        let request = CertificateRequest::new(key, "party-1").unwrap();
        let chain = authority.issue(request, now, &entropy).unwrap();
        let mut der = chain.leaf().der().to_vec();
        let at = at.index(der.len());
        der[at] = byte;
        if let Ok(read) = SigningCertificate::from_der(&der) {
            prop_assert_eq!(read.der(), &der[..]);
        }
    }
}
