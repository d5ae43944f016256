mod altered;
mod form;
mod inside;
mod objects;
mod sealing;
mod update;
mod written;

use std::sync::atomic::{AtomicUsize, Ordering};

use heqi_paper::write::{Attachment, Fonts, Look, Profile, Relationship, Settings, Sheet};
use heqi_pki::authority::{TestSealAuthority, TestTimeAuthority};
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::seal::{MAX_SEAL_BYTES, SealFault};
use heqi_pki::timestamp::{
    Accuracy, CertificateFault, Nonce, TimeRoot, TimeStampRequest, TimestampFault, TimestampToken,
    TokenIssuer,
};
use heqi_testkit::SeededEntropy;
use heqi_testkit::altered_pdf::range;
use heqi_vocabulary::UtcMillis;

use super::*;

const NOW: &str = "2026-11-28T08:00:00.000Z";

static FONTS: Fonts = Fonts::new();

/// A seal with its root, and a time authority with its own.
struct Office {
    seal: TestSealAuthority,
    roots: Vec<TrustedRoot>,
    clock: Clock,
    time_roots: Vec<TimeRoot>,
}

struct Clock {
    issuer: TokenIssuer,
    at: UtcMillis,
}

impl Stamper for Clock {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        let nonce = Nonce::random(&SeededEntropy::new(5));
        let request = TimeStampRequest::over(bytes, None, nonce);
        let der = self.issuer.token(&request, 1, self.at).map_err(Unstamped::new)?;
        TimestampToken::from_der(&der).map_err(Unstamped::new)
    }
}

impl Office {
    fn new(seed: u64) -> Self {
        let (entropy, now) = (SeededEntropy::new(seed), NOW.parse().unwrap());
        let seal = TestSealAuthority::generate("示例公证处", now, &entropy).unwrap();
        let time = TestTimeAuthority::generate("T", now, &entropy).unwrap();
        Self {
            roots: vec![TrustedRoot::new(seal.root().clone(), true).unwrap()],
            time_roots: vec![TimeRoot::from_der(time.root().der(), true).unwrap()],
            clock: Clock {
                issuer: time
                    .into_issuer(
                        "1.3.6.1.4.1.32473.1.1".parse().unwrap(),
                        Accuracy::from_millis(1000),
                    )
                    .unwrap(),
                at: now,
            },
            seal,
        }
    }

    fn seal(&self, pdf: &UnsignedPdf) -> Result<VerifiedPdf, SealingError> {
        let sealer = Sealer {
            key: &self.seal,
            stamper: &self.clock,
            roots: &self.roots,
            time_roots: &self.time_roots,
        };
        let note = SealNote {
            office: "示例公证处".to_owned(),
            reason: "出具公证书".to_owned(),
            at: NOW.parse().unwrap(),
        };
        sealer.seal(pdf, &note)
    }

    fn verify(&self, bytes: Vec<u8>) -> Result<VerifiedPdf, VerifyFault> {
        SignedPdf::parse(bytes).unwrap().verify(&self.roots, &self.time_roots)
    }
}

fn document(profile: Profile) -> UnsignedPdf {
    let settings = Settings {
        title: "试写".to_owned(),
        author: "示例公证处".to_owned(),
        identifier: "sealed-test-1".to_owned(),
        created_at: NOW.parse().unwrap(),
        language: "zh-CN",
        foot: "试写".to_owned(),
        page_words: "第 {page} 页,共 {pages} 页",
        watermark: Some("演示样章·无法律效力".to_owned()),
        profile,
    };
    let mut sheet = Sheet::new(settings, &FONTS);
    sheet.text("兹证明本文件为测试文件。", &Look::BODY).unwrap();
    sheet.new_page();
    sheet.text("第二页。", &Look::BODY).unwrap();
    for (name, bytes) in
        [("evidence.zip", b"PK not really".to_vec()), ("notes.txt", vec![b'a'; 999])]
    {
        let attachment = Attachment {
            name: name.to_owned(),
            media_type: if name == "notes.txt" { "text/plain" } else { "application/zip" },
            description: format!("附件:{name}"),
            bytes,
            relationship: Relationship::Supplement,
            modified_at: NOW.parse().unwrap(),
        };
        sheet.attach(attachment).unwrap();
    }
    UnsignedPdf::new(sheet.finish().unwrap(), true)
}

#[test]
fn a_sealed_document_is_believed_and_gives_its_files() {
    let office = Office::new(1);
    let sealed = office.seal(&document(Profile::A3b)).unwrap();
    assert_eq!(sealed.seal().time().at(), NOW.parse().unwrap());
    assert!(sealed.seal().is_test_only());
    let names: Vec<&str> = sealed.embedded().iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["evidence.zip", "notes.txt"]);
    assert_eq!(sealed.embedded()[0].bytes, b"PK not really");
    assert_eq!(sealed.embedded()[1].bytes, vec![b'a'; 999]);
    assert_eq!(sealed.embedded()[1].description, "附件:notes.txt");
    assert_eq!(sealed.embedded()[0].media_type, "application/zip");
    assert_eq!(office.verify(sealed.bytes().to_vec()).unwrap().digest(), sealed.digest());
}

#[test]
fn sealing_the_same_document_again_gives_the_same_bytes() {
    let office = Office::new(1);
    let once = office.seal(&document(Profile::A3b)).unwrap();
    let again = office.seal(&document(Profile::A3b)).unwrap();
    assert_eq!(once.bytes(), again.bytes());
}

/// An authority that says how long its tokens are, and counts those it gave; the last of its clocks
/// gives all that come later.
struct Saying {
    token_bytes: usize,
    clocks: Vec<Clock>,
    given: AtomicUsize,
}

impl Stamper for Saying {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        let place = self.given.fetch_add(1, Ordering::SeqCst).min(self.clocks.len() - 1);
        self.clocks[place].stamp(bytes)
    }

    fn token_bytes(&self) -> usize {
        self.token_bytes
    }
}

impl Saying {
    fn new(token_bytes: usize, clocks: Vec<Clock>) -> Self {
        Self { token_bytes, clocks, given: AtomicUsize::new(0) }
    }

    fn seal(&self, office: &Office) -> Result<VerifiedPdf, SealingError> {
        let (roots, time_roots) = (&office.roots, &office.time_roots);
        let sealer = Sealer { key: &office.seal, stamper: self, roots, time_roots };
        let note =
            SealNote { office: String::new(), reason: String::new(), at: NOW.parse().unwrap() };
        sealer.seal(&document(Profile::A3b), &note)
    }

    fn given(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }
}

/// Bytes of room for the seal that it does not need.
fn spare(sealed: &VerifiedPdf) -> usize {
    let (from, to) = range(sealed.bytes());
    let digits = std::str::from_utf8(&sealed.bytes()[from + 1..to - 1]).unwrap();
    let length = 4 + usize::from_str_radix(&digits[4..8], 16).unwrap();
    digits.len() / 2 - length
}

#[test]
fn a_file_keeps_hardly_more_room_than_its_seal_needs() {
    let office = Office::new(1);
    assert!(spare(&office.seal(&document(Profile::A3b)).unwrap()) < 1200);
    // An authority that knows its tokens saves the rest.
    let knowing = Saying::new(1400, vec![Office::new(1).clock]);
    assert!(spare(&knowing.seal(&office).unwrap()) < 512);
    assert_eq!(knowing.given(), 1);
    // One that asks for more than a seal may ever have gets that.
    let vast = Saying::new(usize::MAX, vec![Office::new(1).clock]);
    assert!(spare(&vast.seal(&office).unwrap()) < MAX_SEAL_BYTES);
}

#[test]
fn a_seal_that_does_not_fit_is_made_once_more_in_the_room_it_needs() {
    let office = Office::new(1);
    let short = Saying::new(16, vec![Office::new(1).clock]);
    assert!(spare(&short.seal(&office).unwrap()) < 256);
    assert_eq!(short.given(), 2);
}

#[test]
fn a_seal_that_does_not_fit_twice_is_none() {
    let now = NOW.parse().unwrap();
    let name = "时".repeat(40);
    let long = TestTimeAuthority::generate(&name, now, &SeededEntropy::new(7)).unwrap();
    let policy = "1.3.6.1.4.1.32473.1.1".parse().unwrap();
    let issuer = long.into_issuer(policy, Accuracy::from_millis(1000)).unwrap();
    let growing = Saying::new(16, vec![Office::new(1).clock, Clock { issuer, at: now }]);
    let error = growing.seal(&Office::new(1)).unwrap_err();
    let SealingError::Document(UpdateFault::TooLong { seal_bytes }) = error else {
        panic!("{error}")
    };
    assert!(seal_bytes > 1024);
    assert_eq!(growing.given(), 2);
}

#[test]
fn a_document_without_files_inside_is_sealed_as_well() {
    let office = Office::new(1);
    assert!(office.seal(&document(Profile::A1b)).unwrap().embedded().is_empty());
}

#[test]
fn a_test_only_seal_goes_on_no_document_that_is_not_marked_as_a_sample() {
    let unmarked = UnsignedPdf::new(document(Profile::A3b).bytes().to_vec(), false);
    let error = Office::new(1).seal(&unmarked).unwrap_err();
    assert!(matches!(error, SealingError::NotMarked), "{error}");
}

#[test]
fn without_a_good_time_stamp_there_is_no_sealed_document() {
    struct Silent;
    impl Stamper for Silent {
        fn stamp(&self, _: &[u8]) -> Result<TimestampToken, Unstamped> {
            Err(Unstamped::new("nobody answers"))
        }
    }
    let (office, stranger) = (Office::new(1), Office::new(2));
    let note = SealNote { office: String::new(), reason: String::new(), at: NOW.parse().unwrap() };
    let seal = |stamper: &dyn Stamper| {
        let (roots, time_roots) = (&office.roots, &office.time_roots);
        let sealer = Sealer { key: &office.seal, stamper, roots, time_roots };
        sealer.seal(&document(Profile::A3b), &note).unwrap_err()
    };
    assert!(matches!(seal(&Silent), SealingError::Unstamped(_)));
    // A token that is sound, by an authority that nobody here trusts.
    assert!(matches!(seal(&stranger.clock), SealingError::NotBelieved(_)));
    // One given after the seal's certificate ended.
    let late = Clock { at: "2033-01-01T00:00:00.000Z".parse().unwrap(), ..Office::new(1).clock };
    assert!(matches!(seal(&late), SealingError::NotBelieved(_)));
}

#[test]
fn a_token_of_an_authority_whose_certificate_had_expired_is_refused_at_sealing() {
    // Ten years from 2015 on; the seal is of today, and the authority's root is the one that is trusted.
    let office = Office::new(1);
    let made_at = "2015-01-01T00:00:00.000Z".parse().unwrap();
    let old = TestTimeAuthority::generate("T", made_at, &SeededEntropy::new(1)).unwrap();
    let time_roots = vec![TimeRoot::from_der(old.root().der(), true).unwrap()];
    let policy = "1.3.6.1.4.1.32473.1.1".parse().unwrap();
    let issuer = old.into_issuer(policy, Accuracy::from_millis(1000)).unwrap();
    let stamper = Clock { issuer, at: NOW.parse().unwrap() };
    let sealer = Sealer {
        key: &office.seal,
        stamper: &stamper,
        roots: &office.roots,
        time_roots: &time_roots,
    };
    let note = SealNote { office: String::new(), reason: String::new(), at: NOW.parse().unwrap() };
    let error = sealer.seal(&document(Profile::A3b), &note).unwrap_err();
    let SealingError::NotBelieved(VerifyFault::Seal(SealFault::Token(fault))) = error else {
        panic!("{error}")
    };
    assert_eq!(fault, TimestampFault::Certificate(CertificateFault::NotValidThen));
}

#[test]
fn a_document_is_sealed_once() {
    let office = Office::new(1);
    let sealed = office.seal(&document(Profile::A3b)).unwrap();
    let again = office.seal(&UnsignedPdf::new(sealed.into_bytes(), true)).unwrap_err();
    assert!(matches!(again, SealingError::Document(UpdateFault::NotFresh)), "{again}");
}

#[test]
fn edge_case_33_a_seal_whose_certificate_has_ended_since_is_believed_at_its_time() {
    // Nothing in the reader asks for today: the certificate ends 2031, the time stamp's 2036,
    // and the file says the same in every later year.
    let office = Office::new(1);
    let sealed = office.seal(&document(Profile::A3b)).unwrap();
    let chain = sealed.seal().chain();
    assert!(chain.anchored().leaf().not_after() < "2032-01-01T00:00:00.000Z".parse().unwrap());
    assert_eq!(chain.at(), sealed.seal().time().at());
}

#[test]
fn no_bytes_of_a_sealed_file_are_left_uncovered() {
    let office = Office::new(1);
    let sealed = office.seal(&document(Profile::A3b)).unwrap().into_bytes();
    // Every byte of the first and last kilobyte, and one in every 97 between, in three ways.
    let places = (0..sealed.len())
        .filter(|place| *place < 1024 || place + 1024 > sealed.len() || place % 97 == 0);
    for place in places {
        let mut changed = sealed.clone();
        changed[place] ^= 0x20;
        let believed = SignedPdf::parse(changed)
            .ok()
            .and_then(|pdf| pdf.verify(&office.roots, &office.time_roots).ok());
        // In the hole, a letter of a hexadecimal digit is written small or large: the seal
        // inside is the same.
        assert!(believed.is_none() || sealed[place].is_ascii_hexdigit(), "byte {place}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_panic_and_none_are_believed(
        at in 0_usize..10_000, length in 0_usize..64, noise in proptest::collection::vec(0_u8..=255, 0..64),
    ) {
        use std::sync::OnceLock;
        static SEALED: OnceLock<Vec<u8>> = OnceLock::new();
        let sealed =
            SEALED.get_or_init(|| Office::new(1).seal(&document(Profile::A3b)).unwrap().into_bytes());
        let from = sealed.len() * at / 10_000;
        let to = (from + length).min(sealed.len());
        let mut changed = sealed.clone();
        changed.splice(from..to, noise.iter().copied());
        if changed != *sealed && let Ok(pdf) = SignedPdf::parse(changed) {
            let _ = pdf.unverified_files();
            let office = Office::new(1);
            let verified = pdf.verify(&office.roots, &office.time_roots);
            proptest::prop_assert!(verified.is_err());
        }
    }
}
