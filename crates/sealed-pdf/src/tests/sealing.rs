//! Sealing: what is asked before anything is signed, and how often a seal is made.

use heqi_testkit::altered_pdf::replaced;

use super::written::{note, page, plain};
use super::*;

#[test]
fn a_document_says_whether_it_is_a_sample() {
    for is_sample in [true, false] {
        assert_eq!(UnsignedPdf::new(plain(), is_sample).is_sample(), is_sample);
    }
}

#[test]
fn a_key_is_at_hand_and_a_token_has_two_kilobytes_unless_they_say_otherwise() {
    let office = Office::new(1);
    assert!(!office.seal.is_remote());
    assert_eq!(office.clock.token_bytes(), 2_048);
}

#[test]
fn a_test_only_certificate_seals_nothing_unmarked_whatever_roots_are_given() {
    let office = Office { roots: Vec::new(), ..Office::new(1) };
    let error = office.seal(&UnsignedPdf::new(plain(), false)).unwrap_err();
    assert!(matches!(error, SealingError::NotMarked), "{error}");
    // On a sample it is only not believed.
    let error = office.seal(&UnsignedPdf::new(plain(), true)).unwrap_err();
    assert!(matches!(error, SealingError::NotBelieved(_)), "{error}");
}

#[test]
fn a_document_of_two_revisions_is_not_sealed() {
    let written = page("", "").end("/Root 1 0 R").end("/Root 1 0 R");
    let error = Office::new(1).seal(&UnsignedPdf::new(written.bytes, true)).unwrap_err();
    assert!(matches!(error, SealingError::Form(FormFault::Revisions)), "{error}");
}

/// An authority whose tokens carry 25,000 bytes of revocations, which nobody reads.
struct Talkative {
    clock: Clock,
    certificate: Vec<u8>,
    given: AtomicUsize,
}

impl Stamper for Talkative {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        self.given.fetch_add(1, Ordering::SeqCst);
        let token = self.clock.stamp(bytes)?;
        let (der, length) = (token.der(), self.certificate.len());
        let at = der.windows(length).position(|window| window == self.certificate).unwrap();
        // The set of certificates, `[0]`, and behind it that of revocations, `[1]`.
        let certificates = &der[at - 4..at + length];
        assert_eq!(certificates[..2], [0xa0, 0x82]);
        let mut revocations = vec![0xa1_u8, 0x82, 0x61, 0xa8];
        revocations.resize(4 + 25_000, 0);
        let both = [certificates, &revocations].concat();
        TimestampToken::from_der(&replaced(der, certificates, &both)).map_err(Unstamped::new)
    }
}

#[test]
fn a_seal_that_is_longer_than_any_may_be_is_not_made_again() {
    let (office, now) = (Office::new(1), NOW.parse().unwrap());
    let time = TestTimeAuthority::generate("T", now, &SeededEntropy::new(7)).unwrap();
    let certificate = time.certificate().der().to_vec();
    let policy = "1.3.6.1.4.1.32473.1.1".parse().unwrap();
    let issuer = time.into_issuer(policy, Accuracy::from_millis(1000)).unwrap();
    let clock = Clock { issuer, at: now };
    let stamper = Talkative { clock, certificate, given: AtomicUsize::new(0) };
    let sealer = Sealer {
        key: &office.seal,
        stamper: &stamper,
        roots: &office.roots,
        time_roots: &office.time_roots,
    };
    let error = sealer.seal(&UnsignedPdf::new(plain(), true), &note()).unwrap_err();
    let SealingError::Document(UpdateFault::TooLong { seal_bytes }) = error else {
        panic!("{error}")
    };
    assert!(seal_bytes > MAX_SEAL_BYTES);
    assert_eq!(stamper.given.load(Ordering::SeqCst), 1);
}
