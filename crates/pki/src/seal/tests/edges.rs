//! Seals with other parts than ours have: more certificates, another name, another algorithm.

use super::*;
use crate::SigningKey;
use crate::certificate::{CertificateChain, SigningCertificate};
use crate::testing::certificates::{Parts, carrying, key, name, time_authority, with_signer};
use crate::timestamp::der::{self as raw, integer, tlv};
use crate::timestamp::{SignerName, write_algorithm};

#[test]
fn a_seal_of_24_kib_is_read_and_one_byte_more_is_not() {
    let office = Office::new(1);
    let der = office.sealed(b"file", NOW);
    let filling = Parts::new("nobody", "filling", &key(1).public_key());
    let full = filling.filled(8_000);
    let with = |last_bytes: usize| {
        let last = filling.filled(last_bytes);
        carrying(&der, &[office.seal.certificate().der(), &full, &full, &last])
    };
    let around = with(2_000).len() - 2_000;
    let largest = with(24 * 1024 - around);
    assert_eq!(largest.len(), 24 * 1024);
    assert!(office.verify(&largest, b"file").is_ok());
    let longer = SealSignature::from_der(&with(24 * 1024 + 1 - around));
    assert_eq!(longer.unwrap_err(), SealFormError::TooLarge);
}

#[test]
fn a_seal_gives_its_time_stamp_before_it_is_believed() {
    let der = Office::new(1).sealed(b"file", NOW);
    let seal = SealSignature::from_der(&der).unwrap();
    assert_eq!(seal.token().map(|token| token.info().at()), Some(instant(NOW)));
}

#[test]
fn a_signer_with_another_digest_or_another_algorithm_is_refused() {
    let der = Office::new(1).sealed(b"file", NOW);
    let digest = with_signer(&der, |signer| signer[2] = HashAlgorithm::Sha384.write());
    let ecdsa_with_sha384 = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
    let algorithm = with_signer(&der, |signer| signer[4] = write_algorithm(ecdsa_with_sha384));
    let ecdsa_with_sha256 = raw::oid(crate::certificate::ECDSA_WITH_SHA256);
    let null = tlv(raw::SEQUENCE, &[&ecdsa_with_sha256, &tlv(raw::NULL, &[])]);
    let parameters = with_signer(&der, |signer| signer[4] = null);
    for other in [digest, algorithm, parameters] {
        assert_eq!(SealSignature::from_der(&other).unwrap_err(), SealFormError::Algorithm);
    }
}

#[test]
fn a_certificate_is_named_by_issuer_and_serial_number_and_by_its_digest() {
    let office = Office::new(1);
    let der = office.sealed(b"file", NOW);
    let (issuer, serial) = SignerName::from(office.seal.certificate()).parts().unwrap();
    let named = |issuer: &[u8], serial: &[u8]| {
        with_signer(&der, |signer| signer[1] = tlv(raw::SEQUENCE, &[issuer, serial]))
    };
    assert_eq!(named(&issuer, &serial), der);
    let nobody = name(&[(crate::certificate::COMMON_NAME, "nobody")]);
    for (what, other) in [
        ("another issuer", named(&nobody, &serial)),
        ("another serial number", named(&issuer, &integer(&[9]))),
        ("another certificate", with_signer(&der, |signer| signer[3] = other_digest(&signer[3]))),
    ] {
        let fault = office.verify(&other, b"file").unwrap_err();
        assert_eq!(fault, SealFault::NoCertificate, "{what}");
    }
}

/// The signed attributes with another digest of the certificate.
fn other_digest(attributes: &[u8]) -> Vec<u8> {
    let digest = Digest::of(Office::new(1).seal.certificate().der());
    let mut changed = attributes.to_vec();
    let place = changed.windows(32).position(|window| window == digest.as_bytes()).unwrap();
    changed[place] ^= 1;
    changed
}

/// A seal over "file" by the key of the chain's first certificate, stamped by `issuer`.
fn sealed_by(key: &SigningKey, chain: CertificateChain, issuer: &TokenIssuer) -> Vec<u8> {
    let draft = SealDraft::over(&Digest::of(b"file"), chain).unwrap();
    let signature = key.sign(draft.to_sign());
    let signed = draft.signed(&signature).unwrap();
    let asked = TimeStampRequest::over(signed.to_stamp(), None, Nonce::random(&Seeded::new(3)));
    let token = issuer.token(&asked, 1, instant(NOW)).unwrap();
    signed.stamped(&TimestampToken::from_der(&token).unwrap()).unwrap()
}

#[test]
fn the_issuers_that_a_seal_carries_are_climbed_as_far_as_a_chain_goes() {
    let keys: Vec<SigningKey> = (10..=14).map(key).collect();
    let authority = |above: usize, own: usize| {
        let key = keys[own].public_key();
        Parts::authority(&above.to_string(), &own.to_string(), &key, None).signed(&keys[above])
    };
    let (root, first, second, third) =
        (authority(0, 0), authority(0, 1), authority(1, 2), authority(2, 3));
    let leaf = Parts::signer("3", "seal", &keys[4].public_key()).signed(&keys[3]);
    let chain = CertificateChain::from_ders([&leaf]).unwrap();
    let (time_root, issuer) = time_authority(false, false);
    let alone = sealed_by(&keys[4], chain, &issuer);
    let roots = [TrustedRoot::from_der(&root, false).unwrap()];
    let time_roots = [TimeRoot::from_der(&time_root, false).unwrap()];
    let verify = |certificates: &[&[u8]]| {
        SealSignature::from_der(&carrying(&alone, certificates))
            .unwrap()
            .verify(&Digest::of(b"file"), &roots, &time_roots)
            .map(|verified| verified.chain().anchored().chain().certificates().count())
    };
    // In any order; the root itself would be a fifth.
    assert_eq!(verify(&[&root, &second, &leaf, &third, &first]), Ok(4));
    assert_eq!(verify(&[&first, &leaf, &second, &third]), Ok(4));
    let untrusted = Err(SealFault::Chain(ChainError::Untrusted));
    assert_eq!(verify(&[&root, &leaf, &second, &third]), untrusted);
    assert_eq!(verify(&[&root, &first, &second, &third]), Err(SealFault::NoCertificate));
}

#[test]
fn a_seal_is_for_tests_where_its_certificates_or_its_time_stamp_say_so() {
    let (root_key, own_key) = (key(21), key(22));
    for (seal_is_marked, time_is_marked) in [(false, false), (false, true), (true, false)] {
        let root = Parts::authority("root", "root", &root_key.public_key(), None);
        let root = TrustedRoot::from_der(&root.signed(&root_key), false).unwrap();
        let own = Parts::signer("root", "seal", &own_key.public_key()).marked(seal_is_marked);
        let own = SigningCertificate::from_der(&own.signed(&root_key)).unwrap();
        let (time_root, issuer) = time_authority(time_is_marked, time_is_marked);
        let time_root = TimeRoot::from_der(&time_root, false).unwrap();
        let der = sealed_by(&own_key, CertificateChain::new(vec![own]).unwrap(), &issuer);
        let seal = SealSignature::from_der(&der).unwrap();
        let verified = seal.verify(&Digest::of(b"file"), &[root], &[time_root]).unwrap();
        assert_eq!(verified.is_test_only(), seal_is_marked || time_is_marked);
    }
}
