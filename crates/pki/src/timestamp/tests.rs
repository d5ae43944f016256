mod edges;
mod openssl_opinion;

use proptest::prelude::*;

use super::*;
use crate::authority::TestTimeAuthority;
use crate::keys::{Algorithm, SigningKey};
use crate::testing::{Seeded, instant};
use crate::{CertificateAuthority as _, CertificateRequest, TestAuthority};

const POLICY: &str = "1.3.6.1.4.1.32473.1.3161";
const NOW: &str = "2026-11-24T08:00:00.120Z";

fn policy() -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(POLICY)
}

fn authority(made_at: &str) -> (TokenIssuer, TimeRoot) {
    let made = TestTimeAuthority::generate("Test", instant(made_at), &Seeded::new(1)).unwrap();
    let root = TimeRoot::from_der(made.root().der(), false).unwrap();
    (made.into_issuer(policy(), Accuracy::from_millis(1500)).unwrap(), root)
}

fn request(stamped: &[u8]) -> TimeStampRequest {
    TimeStampRequest::over(stamped, Some(policy()), Nonce::random(&Seeded::new(2)))
}

fn token_at(issuer: &TokenIssuer, stamped: &[u8], at: &str) -> TimestampToken {
    let der = issuer.token(&request(stamped), 7, instant(at)).unwrap();
    request(stamped).accept(&TimeStampResponse::granted(&der)).unwrap()
}

#[test]
fn a_token_says_when_its_bytes_existed_at_the_latest() {
    let (issuer, root) = authority("2026-11-23T12:00:00.000Z");
    let token = token_at(&issuer, b"note", NOW);
    let verified = token.verify(b"note", std::slice::from_ref(&root)).unwrap();
    assert_eq!(verified.at(), instant(NOW));
    assert_eq!(verified.not_after(), instant("2026-11-24T08:00:01.620Z"));
    assert_eq!(verified.info().policy(), policy());
    assert_eq!(verified.info().serial_hex(), "07");
    assert!(!verified.info().is_ordering());
    assert_eq!(verified.root_digest(), root.digest());
    assert!(verified.is_test_only());
}

#[test]
fn other_bytes_another_root_and_no_root_are_not_believed() {
    let (issuer, root) = authority("2026-11-23T12:00:00.000Z");
    let token = token_at(&issuer, b"note", NOW);
    assert_eq!(
        token.verify(b"nota", std::slice::from_ref(&root)).unwrap_err(),
        TimestampFault::Imprint
    );
    let other = TestTimeAuthority::generate("Test", instant(NOW), &Seeded::new(9)).unwrap();
    let other = TimeRoot::from_der(other.root().der(), false).unwrap();
    // The same name with another key is another root.
    assert_eq!(token.verify(b"note", &[other]).unwrap_err(), TimestampFault::Untrusted);
    assert_eq!(token.verify(b"note", &[]).unwrap_err(), TimestampFault::Untrusted);
}

#[test]
fn a_certificate_that_had_expired_speaks_against_the_token() {
    let (issuer, root) = authority("2015-01-01T00:00:00.000Z");
    let token = token_at(&issuer, b"note", NOW);
    let fault = token.verify(b"note", &[root]).unwrap_err();
    assert_eq!(fault, TimestampFault::Certificate(CertificateFault::NotValidThen));
}

#[test]
fn a_key_certified_for_documents_cannot_stamp() {
    let entropy = Seeded::new(3);
    let signers = TestAuthority::generate(instant(NOW), &entropy).unwrap();
    let key = SigningKey::generate(Algorithm::P256, &entropy);
    let asked = CertificateRequest::new(key.public_key(), "somebody").unwrap();
    let chain = signers.issue(asked, instant(NOW), &entropy).unwrap();
    let certificates: Vec<_> = chain.certificates().cloned().collect();
    let issuer =
        TokenIssuer::new(Box::new(key), &certificates, policy(), Accuracy::default()).unwrap();
    let root = TimeRoot::from_der(signers.root().certificate().der(), true).unwrap();
    let fault = token_at(&issuer, b"note", NOW).verify(b"note", &[root]).unwrap_err();
    assert_eq!(fault, TimestampFault::Certificate(CertificateFault::ExtendedKeyUsage));
}

#[test]
fn an_issuer_has_the_p256_key_of_its_certificate() {
    let made = TestTimeAuthority::generate("Test", instant(NOW), &Seeded::new(1)).unwrap();
    let chain = [made.certificate().clone()];
    let key = |algorithm| Box::new(SigningKey::generate(algorithm, &Seeded::new(5)));
    for algorithm in [Algorithm::P256, Algorithm::Ed25519] {
        let refused = TokenIssuer::new(key(algorithm), &chain, policy(), Accuracy::default());
        assert!(matches!(refused, Err(TokenIssuerError::Key)));
    }
    let nobody = TokenIssuer::new(key(Algorithm::P256), &[], policy(), Accuracy::default());
    assert!(matches!(nobody, Err(TokenIssuerError::Key)));
}

#[test]
fn a_time_authoritys_file_is_read_back_and_must_be_marked() {
    let made = TestTimeAuthority::generate("Test", instant(NOW), &Seeded::new(1)).unwrap();
    let text = made.to_pem().unwrap();
    let read = TestTimeAuthority::from_pem(&text).unwrap();
    assert_eq!(read.certificate(), made.certificate());
    assert_eq!(*read.to_pem().unwrap(), *text);
    let other = TestTimeAuthority::generate("Test", instant(NOW), &Seeded::new(8)).unwrap();
    let mixed = [
        crate::certificate::write_certificate(other.root().der()).unwrap(),
        crate::certificate::write_certificate(made.certificate().der()).unwrap(),
        made.key_pem_for_tests(),
    ]
    .concat();
    assert_eq!(
        TestTimeAuthority::from_pem(&mixed).unwrap_err(),
        crate::authority::AuthorityFileError::Mismatch
    );
}

#[test]
fn a_request_is_one_spelling() {
    let asked = request(b"note");
    assert_eq!(TimeStampRequest::from_der(&asked.to_der()).unwrap(), asked);
    // RFC 3161 appendix: without policy, nonce and certificates.
    let bare = TimeStampRequest { policy: None, nonce: None, wants_certificates: false, ..asked };
    assert_eq!(TimeStampRequest::from_der(&bare.to_der()).unwrap(), bare);
    let mut trailing = bare.to_der();
    trailing.push(0);
    assert_eq!(TimeStampRequest::from_der(&trailing).unwrap_err(), RequestFault::Der(Malformed));
}

#[test]
fn each_fault_of_a_request_has_its_fail_info() {
    let imprint = MessageImprint::of(b"x", HashAlgorithm::Sha256).write();
    let with = |parts: &[&[u8]]| TimeStampRequest::from_der(&tlv(der::SEQUENCE, parts));
    let one = der::integer(&[1]);
    let sha1 = tlv(
        der::SEQUENCE,
        &[
            &tlv(der::SEQUENCE, &[&der::oid(ObjectIdentifier::new_unwrap("1.3.14.3.2.26"))]),
            &tlv(der::OCTET_STRING, &[&[0; 20]]),
        ],
    );
    let short =
        tlv(der::SEQUENCE, &[&HashAlgorithm::Sha256.write(), &tlv(der::OCTET_STRING, &[&[0; 31]])]);
    let extensions = tlv(der::context(0), &[&tlv(der::SEQUENCE, &[&der::oid(policy())])]);
    let info = |found: Result<TimeStampRequest, RequestFault>| found.unwrap_err().fail_info();
    assert_eq!(info(with(&[&one, &sha1])), FailInfo::BadAlg);
    assert_eq!(info(with(&[&one, &short])), FailInfo::BadDataFormat);
    assert_eq!(info(with(&[&der::integer(&[2]), &imprint])), FailInfo::BadRequest);
    assert_eq!(info(with(&[&one, &imprint, &extensions])), FailInfo::UnacceptedExtension);
    assert_eq!(info(with(&[&imprint])), FailInfo::BadDataFormat);
    assert_eq!(info(TimeStampRequest::from_der(&[0; 5000])), FailInfo::BadRequest);
}

#[test]
fn an_answer_must_answer_the_question() {
    let (issuer, _) = authority("2026-11-23T12:00:00.000Z");
    let asked = request(b"note");
    let answer = |to: &TimeStampRequest| {
        TimeStampResponse::granted(&issuer.token(to, 1, instant(NOW)).unwrap())
    };
    assert_eq!(asked.accept(&answer(&request(b"nota"))).unwrap_err(), ExchangeError::Imprint);
    let replayed =
        TimeStampRequest { nonce: Some(Nonce::random(&Seeded::new(77))), ..asked.clone() };
    assert_eq!(asked.accept(&answer(&replayed)).unwrap_err(), ExchangeError::Nonce);
    let elsewhere = ObjectIdentifier::new_unwrap("1.2.3");
    let other = TimeStampRequest { policy: Some(elsewhere), ..asked.clone() };
    assert_eq!(other.accept(&answer(&asked)).unwrap_err(), ExchangeError::Policy);
    let refused = asked.accept(&TimeStampResponse::refused(FailInfo::TimeNotAvailable, "no\u{7}"));
    let Err(ExchangeError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!((refusal.status, refusal.failure), (2, Some(FailInfo::TimeNotAvailable)));
    assert_eq!(refusal.text, "no");
}

#[test]
fn every_fail_info_is_read_back() {
    for failure in FailInfo::ALL {
        let answer = TimeStampResponse::refused(failure, "");
        let Ok(TimeStampResponse::Refused(refusal)) = TimeStampResponse::from_der(&answer) else {
            panic!("{failure:?}")
        };
        assert_eq!(refusal.failure, Some(failure));
    }
}

#[test]
fn a_token_without_its_certificate_is_not_believed() {
    let (issuer, root) = authority("2026-11-23T12:00:00.000Z");
    let asked = TimeStampRequest { wants_certificates: false, ..request(b"note") };
    let token = issuer.token(&asked, 1, instant(NOW)).unwrap();
    let token = TimestampToken::from_der(&token).unwrap();
    assert_eq!(token.verify(b"note", &[root]).unwrap_err(), TimestampFault::NoCertificate);
}

#[test]
fn times_are_read_in_one_spelling_and_rounded_up() {
    let with = |time: &str| {
        let (issuer, _) = authority("2026-11-23T12:00:00.000Z");
        let info = token_at(&issuer, b"note", "2026-11-24T08:00:00.125Z").info().clone();
        let written = info.to_der();
        let from = written.windows(19).position(|w| w == b"20261124080000.125Z").unwrap();
        let mut edited = written[..from - 2].to_vec();
        edited.extend(tlv(der::GENERALIZED_TIME, &[time.as_bytes()]));
        edited.extend(&written[from + 19..]);
        let inside = written.len() - written[2..].len();
        TstInfo::from_der(&tlv(der::SEQUENCE, &[&edited[inside..]]))
    };
    let at = |time: &str| with(time).unwrap().at().to_string();
    assert_eq!(at("20261124080000Z"), "2026-11-24T08:00:00.000Z");
    assert_eq!(at("20261124080000.5Z"), "2026-11-24T08:00:00.500Z");
    assert_eq!(at("20261124080000.1230001Z"), "2026-11-24T08:00:00.124Z");
    for wrong in [
        "20261124080000.50Z",
        "20261124080000.Z",
        "20261124080000",
        "202611240800Z",
        "20261124080000+0800",
        "20261324080000Z",
        "20261124080060Z",
        "20261124080000,5Z",
    ] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_altered_byte_of_a_token_is_believed(place in 0usize..10_000, flip in 1u8..=255) {
        let (issuer, root) = authority("2026-11-23T12:00:00.000Z");
        let mut der = issuer.token(&request(b"note"), 300, instant(NOW)).unwrap();
        let place = place % der.len();
        der[place] ^= flip;
        let believed = TimestampToken::from_der(&der)
            .is_ok_and(|token| token.verify(b"note", &[root]).is_ok());
        // The list of digest algorithms outside the signature says nothing that is used.
        let unused = der.windows(11).position(|w| w == [0x30, 0x0b, 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4]);
        prop_assert!(!believed || unused.is_none_or(|_| place < 45), "byte {place}");
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = TimestampToken::from_der(&bytes);
        let _ = TimeStampResponse::from_der(&bytes);
        let _ = TimeStampRequest::from_der(&bytes);
        let _ = TimeRoot::from_der(&bytes, false);
    }

    #[test]
    fn cut_and_stretched_tokens_are_refused(cut in 1usize..400) {
        let (issuer, _) = authority("2026-11-23T12:00:00.000Z");
        let der = issuer.token(&request(b"note"), 1, instant(NOW)).unwrap();
        prop_assert!(TimestampToken::from_der(&der[..der.len() - cut]).is_err());
        let longer = [der.as_slice(), &vec![0; cut]].concat();
        prop_assert!(TimestampToken::from_der(&longer).is_err());
    }
}
