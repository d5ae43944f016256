//! What is just short enough, and what is read beside a token's usual parts.

use heqi_vocabulary::Digest;

use super::*;
use crate::testing::certificates::{carrying, time_authority, with_signer};

const MADE: &str = "2026-11-23T12:00:00.000Z";

fn token() -> Vec<u8> {
    authority(MADE).0.token(&request(b"note"), 7, instant(NOW)).unwrap()
}

/// What `filled` makes with a filling that brings it to exactly so many bytes.
fn exactly(size_bytes: usize, filled: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let around = filled(&[0; 1000]).len() - 1000;
    let bytes = filled(&vec![0; size_bytes - around]);
    assert_eq!(bytes.len(), size_bytes);
    bytes
}

#[test]
fn a_token_of_32_kib_is_read_and_one_byte_more_is_not() {
    let token = token();
    let read = |size_bytes: usize| {
        let filled = |fill: &[u8]| carrying(&token, &[&tlv(der::SEQUENCE, &[fill])]);
        TimestampToken::from_der(&exactly(size_bytes, filled)).map(|read| read.der().len())
    };
    assert_eq!(read(32 * 1024), Ok(32 * 1024));
    assert_eq!(read(32 * 1024 + 1), Err(TokenError::TooLarge));
}

#[test]
fn a_token_carries_eight_certificates_and_no_ninth() {
    let (token, certificate) = (token(), tlv(der::SEQUENCE, &[]));
    let read = |count: usize| {
        let carried = vec![certificate.as_slice(); count];
        TimestampToken::from_der(&carrying(&token, &carried)).map(|_| ())
    };
    assert_eq!(read(8), Ok(()));
    assert_eq!(read(9), Err(TokenError::TooManyCertificates));
}

#[test]
fn a_token_of_version_3_names_its_certificate_by_the_identifier_of_the_key() {
    let made = TestTimeAuthority::generate("Test", instant(MADE), &Seeded::new(1)).unwrap();
    let root = TimeRoot::from_der(made.root().der(), false).unwrap();
    let key = Digest::of(&made.certificate().public_key().to_raw_bytes());
    let identifier = &key.as_bytes()[..20];
    let named = |version: u8, identifier: &[u8]| {
        TimestampToken::from_der(&with_signer(&token(), |signer| {
            signer[0] = der::integer(&[version]);
            signer[1] = tlv(der::context_primitive(0), &[identifier]);
        }))
    };
    let verify = |token: TimestampToken| token.verify(b"note", std::slice::from_ref(&root));
    assert_eq!(verify(named(3, identifier).unwrap()).unwrap().at(), instant(NOW));
    let other = named(3, &key.as_bytes()[..19]).unwrap();
    assert_eq!(verify(other).unwrap_err(), TimestampFault::NoCertificate);
    // Each version has its own way of naming.
    assert_eq!(named(1, identifier).unwrap_err(), TokenError::Signers);
    let third = with_signer(&token(), |signer| signer[0] = der::integer(&[3]));
    assert_eq!(TimestampToken::from_der(&third).unwrap_err(), TokenError::Signers);
}

#[test]
fn a_time_stamp_is_for_tests_where_its_root_or_its_own_certificate_says_so() {
    for (root_is_marked, own_is_marked) in [(false, false), (false, true), (true, false)] {
        let (root, issuer) = time_authority(root_is_marked, own_is_marked);
        let root = TimeRoot::from_der(&root, false).unwrap();
        let token = issuer.token(&request(b"note"), 7, instant(NOW)).unwrap();
        let verified = TimestampToken::from_der(&token).unwrap().verify(b"note", &[root]).unwrap();
        assert_eq!(verified.is_test_only(), root_is_marked || own_is_marked);
    }
}

#[test]
fn signed_attributes_stand_in_order_and_each_once() {
    let attribute = |oid: &str| attribute(ObjectIdentifier::new_unwrap(oid), &der::integer(&[1]));
    let (one, two) = (attribute("1.2.3"), attribute("1.2.4"));
    let read = |attributes: [&[u8]; 2]| {
        let set = tlv(der::context(0), &attributes);
        Attributes::read(whole(&set).unwrap()).map(|read| read.list.len())
    };
    assert_eq!(read([&one, &two]), Ok(2));
    assert_eq!(read([&two, &one]), Err(TokenError::Attributes));
    assert_eq!(read([&one, &one]), Err(TokenError::Attributes));
}

#[test]
fn an_issuer_covers_the_validity_of_its_certificate() {
    let (issuer, _) = authority(MADE);
    let (first, last) = (instant("2026-11-23T11:59:00.000Z"), instant("2036-11-20T12:00:00.000Z"));
    let covers =
        [first.plus_millis(-1), first, last, last.plus_millis(1)].map(|at| issuer.covers(at));
    assert_eq!(covers, [false, true, true, false]);
}

#[test]
fn a_request_of_4_kib_is_read_and_one_byte_more_is_not() {
    let asked = request(b"note");
    assert_eq!(asked.policy(), Some(policy()));
    let imprint = asked.imprint().write();
    let read = |size_bytes: usize| {
        let filled = |fill: &[u8]| {
            let extensions = tlv(der::context(0), &[fill]);
            tlv(der::SEQUENCE, &[&der::integer(&[1]), &imprint, &extensions])
        };
        TimeStampRequest::from_der(&exactly(size_bytes, filled))
    };
    // It is read to its end, where the extensions stand that fill it.
    assert_eq!(read(4096), Err(RequestFault::Extension));
    assert_eq!(read(4097), Err(RequestFault::TooLarge));
}

#[test]
fn a_nonce_has_at_most_32_bytes() {
    let imprint = request(b"note").imprint().write();
    let read = |nonce: &[u8]| {
        let asked = tlv(der::SEQUENCE, &[&der::integer(&[1]), &imprint, &der::integer(nonce)]);
        TimeStampRequest::from_der(&asked).map(|read| read.to_der() == asked)
    };
    assert_eq!(read(&[1; 32]), Ok(true));
    assert_eq!(read(&[1; 33]), Err(RequestFault::Der(Malformed)));
}

#[test]
fn an_answer_is_a_kib_longer_than_a_token_at_most() {
    let read = |size_bytes: usize| {
        let filled = |fill: &[u8]| TimeStampResponse::granted(&tlv(der::SEQUENCE, &[fill]));
        TimeStampResponse::from_der(&exactly(size_bytes, filled)).map(|_| ())
    };
    assert_eq!(read(33 * 1024), Ok(()));
    assert_eq!(read(33 * 1024 + 1), Err(Malformed));
}

#[test]
fn a_refusal_is_told_by_its_name_in_the_specification() {
    assert_eq!(
        FailInfo::ALL.map(FailInfo::as_str),
        [
            "badAlg",
            "badRequest",
            "badDataFormat",
            "timeNotAvailable",
            "unacceptedPolicy",
            "unacceptedExtension",
            "addInfoNotAvailable",
            "systemFailure",
        ]
    );
    for (failure, told) in [
        (Some(FailInfo::BadAlg), "the authority refused: status 2, badAlg"),
        (None, "the authority refused: status 2, no failInfo"),
    ] {
        let refusal = Refusal { status: 2, failure, text: String::new() };
        assert_eq!(ExchangeError::Refused(refusal).to_string(), told);
    }
}
