use proptest::prelude::*;

use super::*;
use crate::certificate::{
    ChainError, SigningCertificate, TEST_ONLY_NOTICE, TrustedRoot, ValidityError, VerifiedChain,
};
use crate::keys::{Algorithm, SigningKey};
use crate::testing::{Constant, Seeded, instant, openssl, temporary_file};

const HOUR_MS: i64 = 3600 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn now() -> UtcMillis {
    instant("2026-11-23T12:05:00.123Z")
}

fn authority(seed: u64) -> TestAuthority {
    TestAuthority::generate(now(), &Seeded::new(seed)).unwrap()
}

fn key(algorithm: Algorithm, seed: u64) -> PublicKey {
    SigningKey::generate(algorithm, &Seeded::new(seed)).public_key()
}

fn issue(
    authority: &TestAuthority,
    party: &str,
    at: UtcMillis,
) -> Result<CertificateChain, IssueError> {
    let request = CertificateRequest::new(key(Algorithm::Ed25519, 9), party).unwrap();
    authority.issue(request, at, &Seeded::new(10))
}

fn verify(
    authority: &TestAuthority,
    chain: &CertificateChain,
    at: UtcMillis,
) -> Result<VerifiedChain, ChainError> {
    chain.verify(std::slice::from_ref(authority.root()), at)
}

#[test]
fn an_issued_certificate_is_for_the_key_and_pseudonym_asked_for_and_for_24_hours() {
    let authority = authority(1);
    for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
        let request = CertificateRequest::new(key(algorithm, 2), "P-7Q4M").unwrap();
        let chain = authority.issue(request, now(), &Seeded::new(3)).unwrap();
        let verified = verify(&authority, &chain, now()).unwrap();
        assert_eq!(*verified.public_key(), key(algorithm, 2));
        assert_eq!(chain.leaf().subject_common_name(), Some("P-7Q4M"));
        assert_eq!(chain.leaf().not_before(), instant("2026-11-23T12:04:00.000Z"));
        assert_eq!(chain.leaf().not_after(), instant("2026-11-24T12:05:00.000Z"));
        assert_eq!(chain.leaf().serial_hex().len(), 32);
    }
}

#[test]
fn everything_it_makes_says_test_only() {
    let authority = authority(1);
    let chain = issue(&authority, "party-1", now()).unwrap();
    assert!(authority.is_test_only() && authority.root().is_test_only() && chain.is_test_only());
    assert!(verify(&authority, &chain, now()).unwrap().is_test_only());
    let root = authority.root().certificate();
    for certificate in chain.certificates().chain([root]) {
        assert!(certificate.is_test_only());
        let shown = certificate.der().windows(TEST_ONLY_NOTICE.len());
        assert!(shown.filter(|bytes| *bytes == TEST_ONLY_NOTICE.as_bytes()).count() >= 2);
    }
    // A reader who trusts the root without knowing what it is sees the mark all the same.
    let unaware = TrustedRoot::from_der(root.der(), false).unwrap();
    assert!(chain.verify(&[unaware], now()).unwrap().is_test_only());
}

#[test]
fn a_certificate_outlives_neither_its_day_nor_its_authority() {
    let authority = authority(1);
    let chain = issue(&authority, "party-1", now()).unwrap();
    let (first, last) = (chain.leaf().not_before(), chain.leaf().not_after());
    assert!(verify(&authority, &chain, first).is_ok() && verify(&authority, &chain, last).is_ok());
    assert_eq!(
        verify(&authority, &chain, last.plus_millis(1)),
        Err(ChainError::Validity(ValidityError::Expired { position: 0, not_after: last }))
    );

    let end = chain.certificates().nth(1).unwrap().not_after();
    let late = issue(&authority, "party-1", end.plus_millis(-HOUR_MS)).unwrap();
    assert_eq!(late.leaf().not_after(), end);
    for outside in [end.plus_millis(1), now().plus_millis(-DAY_MS)] {
        let refused = issue(&authority, "party-1", outside);
        assert!(matches!(refused, Err(IssueError::AuthorityNotValid { .. })), "{refused:?}");
    }
}

#[test]
fn authorities_last_as_long_as_is_said_of_them() {
    let authority = authority(1);
    assert!(!authority.is_remote());
    let chain = issue(&authority, "party-1", now()).unwrap();
    let issuing = chain.certificates().nth(1).unwrap();
    let seal = TestSealAuthority::generate("Office", now(), &Seeded::new(1)).unwrap();
    let time = TestTimeAuthority::generate("Time", now(), &Seeded::new(1)).unwrap();
    for (certificate, until) in [
        (authority.root().certificate(), "2046-11-18T12:05:00.000Z"),
        (issuing, "2031-11-22T12:05:00.000Z"),
        (seal.root(), "2046-11-18T12:05:00.000Z"),
        (seal.certificate(), "2031-11-22T12:05:00.000Z"),
        (time.root(), "2046-11-18T12:05:00.000Z"),
        (time.certificate(), "2036-11-20T12:05:00.000Z"),
    ] {
        assert_eq!(certificate.not_before(), instant("2026-11-23T12:04:00.000Z"));
        assert_eq!(certificate.not_after(), instant(until));
    }
}

#[test]
fn a_serial_number_is_positive_and_of_one_length_whatever_is_drawn() {
    let authority = authority(1);
    for (byte, first) in [(0x00, "40"), (0x3f, "7f"), (0x80, "40"), (0xff, "7f")] {
        let request = CertificateRequest::new(key(Algorithm::Ed25519, 9), "party-1").unwrap();
        let chain = authority.issue(request, now(), &Constant(byte)).unwrap();
        let rest = hex::encode([byte; 15]);
        assert_eq!(chain.leaf().serial_hex(), format!("{first}{rest}"));
    }
}

#[test]
fn years_from_2050_on_are_written_and_read() {
    let now = instant("2049-06-01T00:00:00.000Z");
    let authority = TestAuthority::generate(now, &Seeded::new(4)).unwrap();
    assert_eq!(authority.root().certificate().not_after(), instant("2069-05-27T00:00:00.000Z"));
    let later = instant("2050-01-02T03:04:05.000Z");
    let chain = issue(&authority, "party-1", later).unwrap();
    assert_eq!(chain.leaf().not_before(), instant("2050-01-02T03:03:05.000Z"));
    assert!(verify(&authority, &chain, later).is_ok());
}

#[test]
fn another_authority_of_the_same_name_is_not_trusted() {
    let chain = issue(&authority(1), "party-1", now()).unwrap();
    assert_eq!(verify(&authority(2), &chain, now()), Err(ChainError::Untrusted));
}

#[test]
fn an_authority_survives_its_file() {
    let authority = authority(1);
    let pem = authority.to_pem().unwrap();
    let read = TestAuthority::from_pem(&pem).unwrap();
    assert_eq!(read.root(), authority.root());
    let chain = issue(&read, "party-1", now()).unwrap();
    assert!(verify(&authority, &chain, now()).is_ok());
    assert_eq!(*read.to_pem().unwrap(), *pem);
}

#[test]
fn an_authority_file_of_other_parts_is_refused() {
    let (one, two) = (authority(1).to_pem().unwrap(), authority(2).to_pem().unwrap());
    let parts = |pem: &str| -> Vec<String> {
        pem.split_inclusive("-----\n").collect::<Vec<_>>().chunks(2).map(<[&str]>::concat).collect()
    };
    let (one, two) = (parts(&one), parts(&two));
    assert_eq!(one.len(), 3);
    let read = |blocks: &[&String]| {
        let text: String = blocks.iter().map(|block| block.as_str()).collect();
        TestAuthority::from_pem(&text).map(|_| ())
    };
    assert_eq!(read(&[&one[0], &one[1], &one[2]]), Ok(()));
    assert_eq!(read(&[&one[0], &one[1], &two[2]]), Err(AuthorityFileError::Mismatch));
    assert_eq!(read(&[&two[0], &one[1], &one[2]]), Err(AuthorityFileError::Mismatch));
    assert_eq!(read(&[&one[1], &one[1], &one[2]]), Err(AuthorityFileError::Mismatch));
    assert_eq!(read(&[&one[0], &one[1]]), Err(AuthorityFileError::Blocks));
    assert_eq!(read(&[&one[0], &one[2], &one[1]]), Err(AuthorityFileError::Blocks));
    assert_eq!(read(&[&one[0], &one[1], &one[2], &one[2]]), Err(AuthorityFileError::Blocks));
    assert_eq!(read(&[]), Err(AuthorityFileError::Blocks));
}

#[test]
fn an_authority_without_the_mark_is_refused() {
    // A sound pair of certificates by others, from the vectors, without the mark.
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/pki/chains.json")).unwrap();
    let block = |name: &str| {
        let base64 = vectors["certificates"][name].as_str().unwrap();
        let lines: Vec<&str> =
            base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    };
    let key = SigningKey::generate(Algorithm::P256, &Seeded::new(1)).to_pkcs8_pem().unwrap();
    let text = format!("{}{}{}", block("root"), block("issuing"), *key);
    refused_by_each_for_want_of_the_mark(&text);
    // The mark on one of the two is not enough.
    let text = format!("{}{}{}", block("root-marked"), block("issuing-under-marked"), *key);
    refused_by_each_for_want_of_the_mark(&text);
}

fn refused_by_each_for_want_of_the_mark(text: &str) {
    let unmarked = AuthorityFileError::NotTestOnly;
    assert_eq!(TestAuthority::from_pem(text).unwrap_err(), unmarked);
    assert_eq!(TestSealAuthority::from_pem(text).unwrap_err(), unmarked);
    assert_eq!(TestTimeAuthority::from_pem(text).unwrap_err(), unmarked);
}

#[test]
fn debug_output_holds_no_private_key() {
    let authority = authority(1);
    let pem = authority.to_pem().unwrap();
    let key = pem.rsplit("-----BEGIN PRIVATE KEY-----\n").next().unwrap();
    let shown = format!("{authority:?}");
    assert!(
        shown.contains("SigningKey(PublicKey(") && !shown.contains(key.lines().next().unwrap())
    );
    assert!(shown.len() < 600, "{shown}");
}

#[test]
fn debug_output_of_a_pair_names_its_certificates_and_the_public_key() {
    let time = TestTimeAuthority::generate("Time", now(), &Seeded::new(1)).unwrap();
    let (root, own) = (time.root(), time.certificate());
    let key = own.public_key();
    let pair = format!("root: {root:?}, certificate: {own:?}, key: SigningKey({key:?})");
    assert_eq!(format!("{time:?}"), format!("TestTimeAuthority(TestPair {{ {pair} }})"));
}

#[test]
fn a_pseudonym_has_one_to_64_printable_characters() {
    let request =
        |party: &str| CertificateRequest::new(key(Algorithm::Ed25519, 1), party).map(|_| ());
    assert_eq!(request(&"当".repeat(64)), Ok(()));
    for party in ["", &"当".repeat(65), "a\0b", "a\nb", "\u{7f}"] {
        assert_eq!(request(party), Err(RequestError), "{party:?}");
    }
}

#[test]
fn openssl_believes_the_chain_strictly() {
    if !openssl::is_installed() {
        eprintln!("SKIPPED: no `openssl` program; the issued chain was not checked against it");
        return;
    }
    let authority = authority(1);
    let request =
        CertificateRequest::new(key(Algorithm::Ed25519, 9), "甲, CN=乙/O=\"丙\"").unwrap();
    let chain = authority.issue(request, now(), &Seeded::new(5)).unwrap();
    let pem = |certificate: &SigningCertificate| {
        let chain = CertificateChain::new(vec![certificate.clone()]).unwrap();
        temporary_file(chain.to_pem().as_bytes())
    };
    let (leaf, root) = (pem(chain.leaf()), pem(authority.root().certificate()));
    let issuing = pem(chain.certificates().nth(1).unwrap());
    let verify = |at: UtcMillis| {
        let (root, issuing) = (root.path().to_str().unwrap(), issuing.path().to_str().unwrap());
        let at = at.unix_seconds().to_string();
        let arguments = [
            "verify",
            "-x509_strict",
            "-check_ss_sig",
            "-attime",
            &at,
            "-CAfile",
            root,
            "-untrusted",
            issuing,
        ];
        let output = openssl::output(&arguments, &[&leaf]);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (is_believed, said) = verify(now());
    assert!(is_believed, "{said}");
    let (is_believed, said) = verify(now().plus_millis(2 * DAY_MS));
    assert!(!is_believed && said.contains("expired"), "{said}");

    let text = openssl::run(
        &["x509", "-noout", "-text", "-nameopt", "utf8,sep_multiline,lname", "-in"],
        &[&leaf],
    );
    let text = String::from_utf8(text).unwrap();
    for expected in [
        "ED25519",
        "X509v3 Key Usage: critical",
        "Digital Signature, Non Repudiation",
        "1.3.6.1.5.5.7.3.36",
        "甲, CN=乙/O=\"丙\"",
        TEST_ONLY_NOTICE,
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_pseudonym_changes_more_than_the_common_name(party in "\\PC{1,64}") {
        let authority = authority(1);
        let Ok(request) = CertificateRequest::new(key(Algorithm::Ed25519, 1), &party) else {
            return Err(TestCaseError::reject("not a pseudonym"));
        };
        let chain = authority.issue(request, now(), &Seeded::new(6)).unwrap();
        prop_assert_eq!(chain.leaf().subject_common_name(), Some(party.as_str()));
        prop_assert_eq!(chain.leaf().subject().len(), 2);
        prop_assert!(verify(&authority, &chain, now()).is_ok());
    }
}
