use super::raw::{integer, tlv};
use super::*;
use crate::certificate::KEY_PURPOSE_DOCUMENT_SIGNING;
use crate::keys::SigningKey;
use crate::testing::certificates::{
    ISSUES, Parts, SIGNS, UNKNOWN, authority, extension, key, key_usage, purposes,
};
use crate::testing::instant;

const AT: &str = "2026-11-24T08:00:00.000Z";

fn with(extensions: &[Vec<u8>]) -> Certificate {
    let parts = Parts::new("issuer", "subject", &key(1).public_key());
    read(&Parts { extensions: extensions.to_vec(), ..parts }.signed(&key(2)))
}

fn read(der: &[u8]) -> Certificate {
    Certificate::from_der(der).unwrap()
}

#[test]
fn a_scheme_is_what_the_algorithm_says_and_the_digest_beside_it_does_not_deny() {
    use HashAlgorithm::{Sha256, Sha384};
    let (none, null, number) = (Vec::new(), tlv(raw::NULL, &[]), integer(&[1]));
    let ecdsa = oid("1.2.840.10045.4.3.2");
    let rsa_with_sha256 = oid("1.2.840.113549.1.1.11");
    let sha1_with_rsa = oid("1.2.840.113549.1.1.5");
    for (what, algorithm, parameters, digest, expected) in [
        ("ECDSA", ecdsa, &none, None, Some(Scheme::Ecdsa(Sha256))),
        ("ECDSA, its digest", ecdsa, &none, Some(Sha256), Some(Scheme::Ecdsa(Sha256))),
        ("ECDSA, another digest", ecdsa, &none, Some(Sha384), None),
        ("ECDSA with NULL", ecdsa, &null, None, None),
        ("RSA", rsa_with_sha256, &none, None, Some(Scheme::RsaPkcs1(Sha256))),
        ("RSA with NULL", rsa_with_sha256, &null, Some(Sha256), Some(Scheme::RsaPkcs1(Sha256))),
        ("RSA, another digest", rsa_with_sha256, &null, Some(Sha384), None),
        ("RSA with a number", rsa_with_sha256, &number, None, None),
        ("RSA, its digest", RSA_ENCRYPTION, &null, Some(Sha384), Some(Scheme::RsaPkcs1(Sha384))),
        ("RSA without a digest", RSA_ENCRYPTION, &null, None, None),
        ("an unknown one", sha1_with_rsa, &null, Some(Sha256), None),
    ] {
        let identifier = tlv(raw::SEQUENCE, &[&raw::oid(algorithm), parameters]);
        let found = Scheme::read(whole(&identifier).unwrap(), digest);
        assert_eq!(found, Ok(expected), "{what}");
    }
}

#[test]
fn an_rsa_key_is_named_with_null_and_has_2048_to_4096_bits() {
    let null = tlv(raw::NULL, &[]);
    let rsa = |algorithm: ObjectIdentifier, parameters: &[u8], modulus: &[u8]| {
        let numbers = tlv(raw::SEQUENCE, &[&integer(modulus), &integer(&[1, 0, 1])]);
        let algorithm = tlv(raw::SEQUENCE, &[&raw::oid(algorithm), parameters]);
        let bits = tlv(raw::BIT_STRING, &[&[0], &numbers]);
        let spki = tlv(raw::SEQUENCE, &[&algorithm, &bits]);
        Key::from_spki(whole(&spki).unwrap()).map(|_| ())
    };
    let modulus = |first: u8, size_bytes: usize| [vec![first], vec![0xff; size_bytes - 1]].concat();
    assert_eq!(rsa(RSA_ENCRYPTION, &null, &modulus(0x80, 256)), Ok(()));
    assert_eq!(rsa(RSA_ENCRYPTION, &null, &modulus(0xff, 512)), Ok(()));
    let refused = Err(CertificateFault::Key);
    assert_eq!(rsa(RSA_ENCRYPTION, &null, &modulus(0x7f, 256)), refused);
    assert_eq!(rsa(RSA_ENCRYPTION, &null, &modulus(0x01, 513)), refused);
    assert_eq!(rsa(RSA_ENCRYPTION, &[], &modulus(0x80, 256)), refused);
    assert_eq!(rsa(RSA_ENCRYPTION, &integer(&[0]), &modulus(0x80, 256)), refused);
    // id-RSASSA-PSS: the same numbers for another use.
    assert_eq!(rsa(oid("1.2.840.113549.1.1.10"), &null, &modulus(0x80, 256)), refused);
}

#[test]
fn a_certificate_of_8_kib_is_read_and_one_byte_more_is_not() {
    let parts = Parts::stamping("issuer", "subject", &key(1).public_key());
    assert_eq!(read(&parts.filled(8 * 1024)).der.len(), 8 * 1024);
    let longer = Certificate::from_der(&parts.filled(8 * 1024 + 1));
    assert_eq!(longer.unwrap_err(), CertificateFault::Der);
}

#[test]
fn the_identifier_of_a_key_is_what_that_extension_says() {
    let identifier = tlv(raw::OCTET_STRING, &[b"key"]);
    let identifier = extension(SUBJECT_KEY_IDENTIFIER, false, &identifier);
    let certificate = with(&[key_usage(SIGNS), identifier]);
    assert_eq!(certificate.key_identifier.as_deref(), Some(&b"key"[..]));
    assert_eq!(with(&[key_usage(SIGNS)]).key_identifier, None);
}

#[test]
fn a_stamping_key_is_for_that_alone_and_says_so_critically() {
    use CertificateFault as Fault;
    let stamps = purposes(true, &[KEY_PURPOSE_TIME_STAMPING]);
    let and_more = [KEY_PURPOSE_TIME_STAMPING, KEY_PURPOSE_DOCUMENT_SIGNING];
    for (what, extensions, expected) in [
        ("one that may", vec![stamps.clone(), key_usage(SIGNS)], Ok(())),
        ("one without key usage", vec![stamps.clone()], Ok(())),
        ("without a purpose", vec![key_usage(SIGNS)], Err(Fault::ExtendedKeyUsage)),
        (
            "not critical",
            vec![purposes(false, &[KEY_PURPOSE_TIME_STAMPING]), key_usage(SIGNS)],
            Err(Fault::ExtendedKeyUsage),
        ),
        (
            "for documents too",
            vec![purposes(true, &and_more), key_usage(SIGNS)],
            Err(Fault::ExtendedKeyUsage),
        ),
        // digitalSignature and keyEncipherment.
        ("for keys too", vec![stamps.clone(), key_usage([5, 0xa0])], Err(Fault::KeyUsage)),
        ("an authority", vec![stamps.clone(), authority(None)], Err(Fault::IsAuthority)),
        (
            "something unknown",
            vec![stamps.clone(), extension(UNKNOWN, true, &[])],
            Err(Fault::UnknownCriticalExtension),
        ),
    ] {
        assert_eq!(with(&extensions).check_stamps(instant(AT)), expected, "{what}");
    }
    let certificate = with(&[stamps]);
    for (at, expected) in [
        ("2019-12-31T23:59:59.999Z", Err(Fault::NotValidThen)),
        ("2020-01-01T00:00:00.000Z", Ok(())),
        ("2039-12-31T23:59:59.000Z", Ok(())),
        ("2039-12-31T23:59:59.001Z", Err(Fault::NotValidThen)),
    ] {
        assert_eq!(certificate.check_stamps(instant(at)), expected, "{at}");
    }
}

#[test]
fn an_authority_may_issue_when_everything_in_its_certificate_allows_it() {
    let name_constraints = oid("2.5.29.30");
    let (yes, issues) = (authority(None), key_usage(ISSUES));
    let also = |extension: Vec<u8>| vec![yes.clone(), issues.clone(), extension];
    for (what, extensions, expected) in [
        ("an authority", vec![yes.clone(), issues.clone()], true),
        ("for stamping", also(purposes(false, &[KEY_PURPOSE_TIME_STAMPING])), true),
        ("for anything", also(purposes(false, &[ANY_KEY_PURPOSE])), true),
        ("for documents", also(purposes(false, &[KEY_PURPOSE_DOCUMENT_SIGNING])), false),
        ("not an authority", vec![issues.clone()], false),
        ("without key usage", vec![yes.clone()], false),
        ("for signing only", vec![yes.clone(), key_usage(SIGNS)], false),
        ("something unknown", also(extension(UNKNOWN, false, &[])), true),
        ("something unknown and critical", also(extension(UNKNOWN, true, &[])), false),
        ("name constraints", also(extension(name_constraints, false, &[])), false),
    ] {
        assert_eq!(with(&extensions).may_issue(0), expected, "{what}");
    }
    let one_below = with(&[authority(Some(1)), issues]);
    assert_eq!([0, 1, 2].map(|below| one_below.may_issue(below)), [true, true, false]);
}

#[test]
fn a_certificate_was_issued_by_whoever_it_names_and_whose_key_signed_it() {
    let (own, other) = (key(1), key(2));
    let issuer = read(&Parts::authority("a", "a", &own.public_key(), None).signed(&own));
    let stamping = |names: &str, by: &SigningKey| {
        read(&Parts::stamping(names, "b", &key(3).public_key()).signed(by))
    };
    assert!(issuer.issued(&stamping("a", &own), 0));
    assert!(!issuer.issued(&stamping("c", &own), 0));
    assert!(!issuer.issued(&stamping("a", &other), 0));
    let signer = read(&Parts::signer("a", "a", &own.public_key()).signed(&own));
    assert!(!signer.issued(&stamping("a", &own), 0));
}

#[test]
fn three_authorities_may_stand_below_the_root_and_no_fourth() {
    for between in 0..=4 {
        let (root, others, own) = under_a_root(between);
        let found = find_root(&own, &others, std::slice::from_ref(&root), instant(AT)).unwrap();
        let expected = (between <= 3).then(|| root.digest());
        assert_eq!(found.map(TimeRoot::digest), expected, "{between} between");
    }
}

/// A root, so many authorities each below the one before, and a stamping certificate of the last.
fn under_a_root(between: usize) -> (TimeRoot, Vec<Certificate>, Certificate) {
    let keys: Vec<SigningKey> = (10..=15).map(key).collect();
    let issuing = |above: usize, own: usize| {
        let key = keys[own].public_key();
        Parts::authority(&above.to_string(), &own.to_string(), &key, None).signed(&keys[above])
    };
    let root = TimeRoot::from_der(&issuing(0, 0), false).unwrap();
    let others = (1..=between).map(|place| read(&issuing(place - 1, place))).collect();
    let key = keys[between + 1].public_key();
    let own = Parts::stamping(&between.to_string(), "own", &key).signed(&keys[between]);
    (root, others, read(&own))
}

#[test]
fn a_root_is_for_tests_where_its_source_or_its_certificate_says_so() {
    let key = key(1);
    for (is_marked, is_declared) in [(false, false), (false, true), (true, false), (true, true)] {
        let root = Parts::authority("root", "root", &key.public_key(), None);
        let der = root.marked(is_marked).signed(&key);
        let root = TimeRoot::from_der(&der, is_declared).unwrap();
        assert_eq!(root.is_test_only(), is_marked || is_declared);
        assert_eq!(root.der(), der);
        assert_eq!(root.digest(), Digest::of(&der));
    }
}
