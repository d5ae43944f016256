//! Time stamps (RFC 3161): what an authority is asked, what it answers, what is kept.

use std::sync::LazyLock;

use heqi_pki::timestamp::{
    FailInfo, Nonce, TimeRoot, TimeStampRequest, TimeStampResponse, TimestampFault, TimestampToken,
};

use super::Sevens;
use crate::corpus::{anchored, entries_of};

/// An authority reads any request; what it reads it can say again, and means the same.
pub(super) fn request(input: &[u8]) {
    let Ok(request) = TimeStampRequest::from_der(input) else { return };
    let written = request.to_der();
    assert_eq!(TimeStampRequest::from_der(&written).unwrap(), request);
    assert!(written.len() <= input.len(), "DER is the shortest form");
}

/// A client reads any answer. It never takes a token for another question's.
pub(super) fn response(input: &[u8]) {
    if let Ok(TimeStampResponse::Granted(token)) = TimeStampResponse::from_der(input) {
        let again = TimeStampResponse::granted(&token);
        assert_eq!(TimeStampResponse::from_der(&again).unwrap(), TimeStampResponse::Granted(token));
    }
    let asked = TimeStampRequest::over(b"nobody stamped this", None, Nonce::random(&Sevens));
    assert!(asked.accept(input).is_err(), "an answer to another question");
}

/// A token as it is kept. Whatever it says: without a root nobody believes it, and it stamps one text only.
pub(super) fn token(input: &[u8]) {
    let Ok(token) = TimestampToken::from_der(input) else { return };
    assert_eq!(token.der(), input, "a token is kept as it came");
    for stamped in [b"".as_slice(), b"nobody stamped this", input] {
        assert!(token.verify(stamped, &ROOTS).is_err(), "no such text was stamped");
    }
    for note in NOTES.iter() {
        match token.verify(note, &ROOTS) {
            Ok(verified) => {
                assert_eq!(verified.info(), token.info());
                assert!(verified.not_after() >= verified.at());
                assert_eq!(
                    token.verify(note, &[]),
                    Err(TimestampFault::Untrusted),
                    "no root, no trust"
                );
            }
            Err(fault) => assert!(!fault.to_string().is_empty()),
        }
    }
}

/// A root of a time authority, as DER.
pub(super) fn root(input: &[u8]) {
    let Ok(root) = TimeRoot::from_der(input, true) else { return };
    assert_eq!(root.der(), input, "every byte belongs to the certificate");
}

static ROOTS: LazyLock<Vec<TimeRoot>> = LazyLock::new(|| {
    root_seeds().iter().filter_map(|der| TimeRoot::from_der(der, true).ok()).collect()
});

/// What the tokens of the seeds stamp, and what they do not.
static NOTES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| stamped(|name| name.starts_with("time/") && !is_token(name)));

fn stamped(wanted: fn(&str) -> bool) -> Vec<Vec<u8>> {
    entries_of("time-stamped-twice.heqi.zip", wanted)
}

pub(super) fn request_seeds() -> Vec<Vec<u8>> {
    let policy = "1.3.6.1.4.1.32473.1.2".parse().ok();
    [None, policy]
        .map(|policy| TimeStampRequest::over(b"heqi", policy, Nonce::random(&Sevens)).to_der())
        .to_vec()
}

pub(super) fn response_seeds() -> Vec<Vec<u8>> {
    let refused = TimeStampResponse::refused(FailInfo::TimeNotAvailable, "no clock");
    let granted = token_seeds();
    granted.iter().map(|token| TimeStampResponse::granted(token)).chain([refused]).collect()
}

pub(super) fn token_seeds() -> Vec<Vec<u8>> {
    stamped(is_token)
}

/// Names in a bundle are compared as they stand.
fn is_token(name: &str) -> bool {
    name.strip_suffix("tst").is_some_and(|rest| rest.ends_with('.'))
}

pub(super) fn root_seeds() -> Vec<Vec<u8>> {
    anchored("time_roots", "certificate")
}
