//! Certificates that are unusual, or wrong, in one part.

use super::*;
use crate::testing::certificates::{Parts, key, name, validity};
use crate::timestamp::der::{self as raw, context_primitive, integer, tlv};

fn parts() -> Parts {
    Parts::signer("issuer", "signer", &key(1).public_key())
}

fn read(parts: &Parts) -> Result<SigningCertificate, CertificateError> {
    SigningCertificate::from_der(&parts.signed(&key(2)))
}

#[test]
fn a_certificate_of_8_kib_is_read_and_one_byte_more_is_not() {
    let read = |size_bytes: usize| {
        SigningCertificate::from_der(&parts().filled(size_bytes)).map(|read| read.der().len())
    };
    assert_eq!(read(8 * 1024), Ok(8 * 1024));
    assert_eq!(read(8 * 1024 + 1), Err(CertificateError::TooLarge));
}

#[test]
fn either_unique_identifier_is_refused() {
    assert!(read(&parts()).is_ok());
    for number in [1, 2] {
        let unique_ids = tlv(context_primitive(number), &[&[0, 1]]);
        assert_eq!(read(&Parts { unique_ids, ..parts() }), Err(CertificateError::Version));
    }
}

#[test]
fn a_signature_algorithm_has_no_parameters_not_even_null() {
    let null = tlv(raw::NULL, &[]);
    for oid in [ID_ED25519, ECDSA_WITH_SHA256] {
        let algorithm = tlv(raw::SEQUENCE, &[&raw::oid(oid)]);
        assert!(read(&Parts { algorithm, ..parts() }).is_ok());
        let algorithm = tlv(raw::SEQUENCE, &[&raw::oid(oid), &null]);
        let refused = read(&Parts { algorithm, ..parts() });
        assert_eq!(refused, Err(CertificateError::SignatureAlgorithm));
    }
}

#[test]
fn a_serial_number_has_at_most_20_bytes_and_is_not_zero() {
    let serial = |bytes: &[u8]| {
        read(&Parts { serial: integer(bytes), ..parts() }).map(|read| read.serial_hex())
    };
    assert_eq!(serial(&[1]), Ok("01".to_owned()));
    assert_eq!(serial(&[0x80]), Ok("80".to_owned()));
    assert_eq!(serial(&[0x7f; 20]), Ok("7f".repeat(20)));
    assert_eq!(serial(&[0x7f; 21]), Err(CertificateError::Serial));
    assert_eq!(serial(&[0]), Err(CertificateError::Serial));
}

#[test]
fn a_subject_has_one_common_name_beside_any_number_of_others() {
    let unit = ObjectIdentifier::new_unwrap("2.5.4.11");
    let common_name = |attributes: &[(ObjectIdentifier, &str)]| {
        read(&Parts { subject: name(attributes), ..parts() })
            .map(|read| read.subject_common_name().map(str::to_owned))
    };
    assert_eq!(
        common_name(&[(unit, "a"), (COMMON_NAME, "signer"), (unit, "b")]),
        Ok(Some("signer".to_owned()))
    );
    assert_eq!(common_name(&[(unit, "a"), (unit, "b")]), Ok(None));
    assert_eq!(
        common_name(&[(COMMON_NAME, "signer"), (unit, "a"), (COMMON_NAME, "another")]),
        Err(CertificateError::Name)
    );
}

#[test]
fn a_certificate_may_be_valid_for_one_instant() {
    let period = |from: &str, to: &str| {
        read(&Parts { validity: validity(from, to), ..parts() })
            .map(|read| (read.not_before(), read.not_after()))
    };
    let instant = instant("2026-11-23T12:00:00.000Z");
    assert_eq!(period("261123120000Z", "261123120000Z"), Ok((instant, instant)));
    assert_eq!(period("261123120000Z", "261123115959Z"), Err(CertificateError::Validity));
}

#[test]
fn debug_output_names_a_certificate_by_serial_number_and_digest() {
    let certificate = read(&Parts { serial: integer(&[0x0a, 0xbc]), ..parts() }).unwrap();
    let digest = certificate.digest();
    assert_eq!(
        format!("{certificate:?}"),
        format!("SigningCertificate(serial 0abc, sha256 {digest})")
    );
}

#[test]
fn a_root_that_a_chain_carries_is_not_below_itself() {
    let (root_key, issuing_key) = (key(3), key(4));
    let at = instant("2026-11-23T12:00:00.000Z");
    for (path_length, is_enough) in [(1, true), (0, false)] {
        let root = Parts::authority("root", "root", &root_key.public_key(), Some(path_length));
        let root = root.signed(&root_key);
        let issuing = Parts::authority("root", "issuer", &issuing_key.public_key(), Some(0));
        let (issuing, leaf) = (issuing.signed(&root_key), parts().signed(&issuing_key));
        let trusted = [TrustedRoot::from_der(&root, false).unwrap()];
        let with_root = CertificateChain::from_ders([&leaf, &issuing, &root]).unwrap();
        let without = CertificateChain::from_ders([&leaf, &issuing]).unwrap();
        assert_eq!(with_root.verify(&trusted, at).is_ok(), is_enough);
        assert_eq!(without.verify(&trusted, at).is_ok(), is_enough);
    }
}
