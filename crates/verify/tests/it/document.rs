//! A sealed certificate with a bundle inside.

use std::path::PathBuf;
use std::sync::LazyLock;

use heqi_documents::{Fonts, certificate, report, samples};
use heqi_evidence::anchors::{Base64, CertificateRoot, TimeRootAnchor};
use heqi_evidence::verdict::ClaimName;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::certificate::{CertificateChain, SigningCertificate};
use heqi_testkit::{NOTARY, PLATFORM, SealingOffice, SeededEntropy};
use heqi_verify::VerifyArgs;
use heqi_vocabulary::Language;
use serde_json::Value;
use tempfile::TempDir;

use crate::{BUNDLE, STORY};

static FONTS: Fonts = Fonts::new();
static SEALED: LazyLock<Vec<u8>> = LazyLock::new(|| sealed(&office(1), BUNDLE.clone()));

fn office(seed: u64) -> SealingOffice {
    SealingOffice::new(seed, STORY.cast.since, STORY.seen_at())
}

fn sealed(office: &SealingOffice, bundle: Vec<u8>) -> Vec<u8> {
    let pdf = certificate::render(&samples::certificate(bundle), &FONTS).unwrap();
    office.seal(&pdf).unwrap().into_bytes()
}

/// A folder with a document, and anchors that name the office's roots.
struct Desk(TempDir);

impl Desk {
    fn with(document: &[u8]) -> Self {
        Self::of("杭州市示例公证处", document)
    }

    /// The same, where the anchors say whose the seal's root is.
    fn of(organisation: &str, document: &[u8]) -> Self {
        let desk = Self(TempDir::new().unwrap());
        let (office, validity) = (office(1), STORY.cast.validity());
        let mut anchors = STORY.anchors();
        anchors.seal_roots.push(CertificateRoot {
            certificate: Base64(office.roots[0].certificate().der().to_vec()),
            organisation: organisation.to_owned(),
            test_only: true,
            validity,
        });
        anchors.time_roots.push(TimeRootAnchor {
            certificate: Base64(office.time_roots[0].der().to_vec()),
            organisation: "示例时间戳".to_owned(),
            policy: None,
            test_only: true,
            validity,
        });
        desk.put("anchors.json", &STORY.cast.publish(&anchors));
        desk.put("a.pdf", document);
        for (name, der) in [
            ("seal.pem", office.roots[0].certificate().der()),
            ("time.pem", office.time_roots[0].der()),
        ] {
            desk.put(name, CertificateChain::from_ders([der]).unwrap().to_pem().as_bytes());
        }
        desk
    }

    #[expect(clippy::disallowed_methods, reason = "a temporary file of a test needs no durability")]
    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn args(&self) -> VerifyArgs {
        VerifyArgs {
            file: self.path("a.pdf"),
            anchors: Some(self.path("anchors.json")),
            seal_roots: Vec::new(),
            time_roots: Vec::new(),
            renewals: None,
            renewal_keys: Vec::new(),
            require: None,
            at: None,
            lang: Language::Zh,
            json: false,
        }
    }
}

fn run(args: &VerifyArgs) -> (u8, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = heqi_verify::run(args, &mut stdout, &mut stderr);
    (code, String::from_utf8([stdout, stderr].concat()).unwrap())
}

/// Status and code of each point, and the verdict.
fn points(args: &VerifyArgs) -> (u8, String, Vec<(String, String)>) {
    let (code, said) = run(&VerifyArgs { json: true, ..args.clone() });
    let report: Value = serde_json::from_str(&said).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let points = report["points"].as_array().cloned().unwrap_or_default();
    let points = points.iter().map(|one| (text(&one["status"]), text(&one["code"])));
    (code, text(&report["verdict"]), points.collect())
}

#[test]
fn a_certificate_is_proved_with_its_seal_its_time_and_the_bundle_inside() {
    let desk = Desk::with(&SEALED);
    let (code, said) = run(&desk.args());
    assert_eq!(code, 0, "{said}");
    for wanted in [
        "（2026）杭示证经字第000001号",
        "盖章后未被改动",
        "印章覆盖整个文件",
        "杭州市示例公证处的印章",
        "测试印章，不具有法律效力",
        "示例时间戳",
        "evidence-001.heqi.zip",
        "核验通过：印章、时间、完整性和内嵌证据包全部成立。",
    ] {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
    let (code, english) = run(&VerifyArgs { lang: Language::En, ..desk.args() });
    assert_eq!(code, 0);
    assert!(english.contains("Unchanged since sealed") && english.contains("TEST ONLY"));
    let (_, verdict, points) = points(&desk.args());
    assert_eq!(verdict, "proved");
    let codes: Vec<&str> = points.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["whole", "seal_valid", "seal_stamped", "inside"]);
}

#[test]
fn roots_may_be_given_beside_the_anchors() {
    let desk = Desk::with(&SEALED);
    desk.put("anchors.json", &STORY.anchors_file());
    let (code, _, found) = points(&desk.args());
    assert_eq!((code, found[1].1.as_str()), (3, "seal_untrusted"));
    let args = VerifyArgs {
        seal_roots: vec![desk.path("seal.pem")],
        time_roots: vec![desk.path("time.pem")],
        ..desk.args()
    };
    assert_eq!(run(&args).0, 0);
    let wrong = VerifyArgs { seal_roots: vec![desk.path("anchors.json")], ..desk.args() };
    let (code, said) = run(&wrong);
    assert!(code == 2 && said.contains("根证书"), "{said}");
}

#[test]
fn without_anchors_nothing_is_proved_about_the_seal_and_nothing_contradicted() {
    let desk = Desk::with(&SEALED);
    let (code, verdict, found) = points(&VerifyArgs { anchors: None, ..desk.args() });
    assert_eq!((code, verdict.as_str()), (3, "not_proved"));
    assert_eq!(found[0], ("proved".to_owned(), "whole".to_owned()));
    assert_eq!(found[1], ("not_proved".to_owned(), "seal_untrusted".to_owned()));
}

#[test]
fn an_altered_certificate_is_contradicted_with_the_reason() {
    let mut flipped = SEALED.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let (code, verdict, found) = points(&Desk::with(&flipped).args());
    assert_eq!((code, verdict.as_str()), (1, "contradicted"));
    assert_eq!(found[0], ("contradicted".to_owned(), "seal_of_other_bytes".to_owned()));

    let mut appended = SEALED.clone();
    let tail = SEALED.windows(9).rposition(|window| window == b"startxref").unwrap();
    let tail = SEALED[tail..].to_vec();
    appended.extend_from_slice(&tail);
    let (code, _, found) = points(&Desk::with(&appended).args());
    assert_eq!((code, found[0].1.as_str()), (1, "pdf_later_revision"));

    let stranger = sealed(&office(2), BUNDLE.clone());
    let (code, verdict, found) = points(&Desk::with(&stranger).args());
    assert_eq!((code, verdict.as_str()), (3, "not_proved"));
    assert_eq!(found[1].1, "seal_untrusted");

    let (code, said) = run(&Desk::with(&SEALED[..middle]).args());
    assert!(code == 2 && said.contains("文件不完整"), "{said}");
}

#[test]
fn a_bundle_inside_that_does_not_hold_contradicts_the_certificate() {
    let mut broken = BUNDLE.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    let document = sealed(&office(1), broken);
    let (code, verdict, found) = points(&Desk::with(&document).args());
    assert_eq!((code, verdict.as_str()), (1, "contradicted"));
    // The seal itself is in order: the office sealed what it was given.
    assert!(found.iter().all(|(status, _)| status == "proved"), "{found:?}");
    let document = sealed(&office(1), b"PK no bundle".to_vec());
    assert_eq!(run(&Desk::with(&document).args()).0, 1);
}

/// A bundle with the receipt of one custodian of two.
fn with_one_receipt() -> Vec<u8> {
    let mut parts = STORY.bundle_with_chain(STORY.signing());
    parts.deposits.truncate(1);
    parts.write().unwrap()
}

#[test]
fn one_receipt_is_enough_inside_a_certificate_of_that_custodian_and_nowhere_else() {
    let judged = |by: &str, document: &[u8]| points(&Desk::of(by, document).args()).0;
    let certificate = sealed(&office(1), with_one_receipt());
    assert_eq!(judged(NOTARY, &certificate), 0);
    // Whose claims are required by name gets no less.
    let desk = Desk::of(NOTARY, &certificate);
    let asked = VerifyArgs { require: Some(vec![ClaimName::Deposited]), ..desk.args() };
    assert_eq!(run(&asked).0, 3);
    // Anybody else whose seal is trusted holds nothing, and says nothing by such a document.
    assert_eq!(judged(PLATFORM, &certificate), 3);
    // A report is no certificate.
    let report = report::render(&samples::report(with_one_receipt()), &FONTS).unwrap();
    let report = office(1).seal(&report).unwrap().into_bytes();
    assert_eq!(judged(NOTARY, &report), 3);
    // A seal that is not believed certifies nothing; without any receipt there is no deposit.
    assert_eq!(judged(NOTARY, &sealed(&office(2), with_one_receipt())), 3);
    let mut none = STORY.bundle_with_chain(STORY.signing());
    none.deposits.clear();
    assert_eq!(judged(NOTARY, &sealed(&office(1), none.write().unwrap())), 3);
    // By itself the bundle is not proved either.
    let desk = Desk::of(NOTARY, &with_one_receipt());
    assert_eq!(run(&desk.args()).0, 3);
}

#[test]
fn edge_case_33_twelve_years_later_with_every_certificate_ended_it_is_proved() {
    let desk = Desk::with(&SEALED);
    let later = STORY.seen_at().plus_millis(12 * 365 * 24 * 3600 * 1000);
    let office = office(1);
    // Whatever signed has ended: the signer's certificate and the one above it, the seal's, every time authority's.
    let signing = STORY.signing().parts.certificates.iter();
    let signing: Vec<_> = signing.map(|der| SigningCertificate::from_der(der).unwrap()).collect();
    assert!(!signing.is_empty());
    let [first, second] = &STORY.cast.time_authorities;
    // As the office's own was made: its periods are the same.
    let made_at = STORY.cast.since;
    let own = TestTimeAuthority::generate("示例时间戳", made_at, &SeededEntropy::new(1)).unwrap();
    let stamping = [first, second, &own];
    let ended = signing.iter().chain([office.seal.certificate()]);
    for ended in ended.chain(stamping.iter().map(|authority| authority.certificate())) {
        assert!(ended.not_after() < later, "{} has not ended", ended.serial_hex());
    }
    // Roots live for twenty years: after the last of them has ended too, nothing at all is in force any more.
    let roots = [STORY.cast.authority.root().certificate(), office.seal.root()];
    let roots = roots.into_iter().chain(stamping.iter().map(|authority| authority.root()));
    let last = roots.map(SigningCertificate::not_after).max().unwrap();
    let after_all = last.plus_millis(1);
    assert!(later < after_all);
    // Nothing is asked of today, whatever today is.
    for at in [later, after_all] {
        let (code, said) = run(&VerifyArgs { at: Some(at), ..desk.args() });
        assert_eq!(code, 0, "{at}: {said}");
    }
    // Before it was sealed nobody could know it.
    let before = STORY.cast.since;
    let (code, _, found) = points(&VerifyArgs { at: Some(before), ..desk.args() });
    assert_eq!((code, found[1].1.as_str()), (3, "seal_root_not_valid_then"));
}
