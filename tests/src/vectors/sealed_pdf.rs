//! The vectors of sealed documents, made from a seed: `tests/vectors/sealed-pdf/README.md`. A good
//! certificate, and the ways of altering it, each as the edit that makes it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a generator that cannot write has failed"
)]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_documents::{Fonts, certificate, samples};
use heqi_evidence::anchors::{Base64, CertificateRoot, TimeRootAnchor};
use heqi_evidence::verdict::Conclusion;
use heqi_testkit::altered_pdf as alter;
use heqi_testkit::{SealingOffice, Story, Twists};
use heqi_verify::{DocumentExamination, Roots};
use heqi_vocabulary::Explain as _;
use serde_json::{Value, json};

/// One alteration with what must come of it.
struct Case {
    name: &'static str,
    about: &'static str,
    file: Vec<u8>,
    /// Whole in a file of its own: most of it is other bytes.
    is_whole: bool,
    expected: Expected,
}

/// What must come out of a case.
enum Expected {
    /// Everything holds.
    Proved,
    /// This point is contradicted, for this reason.
    Contradicted(&'static str, &'static str),
    /// This point is not proved, for this reason, and nothing is contradicted.
    NotProved(&'static str, &'static str),
    /// No verdict; the error's code.
    Unreadable(&'static str),
}

/// All files by name, in memory.
///
/// # Panics
/// The generator is wrong about one of its cases.
#[must_use]
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let story = Story::tell(1, &Twists::default());
    let bundle = story.bundle_with_chain(story.signing()).write().unwrap();
    let fonts = Fonts::new();
    let pdf = certificate::render(&samples::certificate(bundle), &fonts).unwrap();
    let office = |seed| SealingOffice::new(seed, story.cast.since, story.seen_at());
    let (ours, stranger) = (office(1), office(2));
    let sealed = |office: &SealingOffice| office.seal(&pdf).unwrap().into_bytes();
    let (good, foreign) = (sealed(&ours), sealed(&stranger));
    let anchors = anchors(&story, &ours);
    let mut files = BTreeMap::from([("anchors.json".to_owned(), anchors.clone())]);
    let seals = [ours.seal.certificate().der(), stranger.seal.certificate().der()];
    let mut listed = Vec::new();
    for case in cases(&good, foreign, seals) {
        listed.push(entry(&case, (&good, &anchors)));
        if case.is_whole {
            files.insert(format!("{}.pdf", case.name), case.file);
        }
    }
    files.insert("cases.json".into(), super::pretty(&json!(listed)));
    files
}

/// The story's anchors, with the roots of the office's seal and of its time authority.
fn anchors(story: &Story, office: &SealingOffice) -> Vec<u8> {
    let validity = story.cast.validity();
    let mut anchors = story.anchors();
    anchors.seal_roots.push(CertificateRoot {
        certificate: Base64(office.roots[0].certificate().der().to_vec()),
        organisation: "杭州市示例公证处".to_owned(),
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
    story.cast.publish(&anchors)
}

fn cases(good: &[u8], foreign: Vec<u8>, [own, other]: [&[u8]; 2]) -> Vec<Case> {
    use Expected::{Contradicted, NotProved, Proved, Unreadable};
    let case = |name, about, file, expected| Case { name, about, file, is_whole: false, expected };
    let bytes_changed = || Contradicted("whole", "seal_of_other_bytes");
    vec![
        Case {
            name: "good",
            about: "a certificate as its office sealed it, with the bundle inside",
            file: good.to_vec(),
            is_whole: true,
            expected: Proved,
        },
        case(
            "flipped-byte",
            "one bit of the page's content",
            alter::flipped(good),
            bytes_changed(),
        ),
        case(
            "appended-revision",
            "an incremental update that adds nothing: many readers go on saying that the seal is valid",
            alter::appended(good),
            Contradicted("whole", "pdf_later_revision"),
        ),
        case(
            "swapped-attachment",
            "other bytes in the place of the embedded bundle, of the same length",
            alter::swapped_attachment(good),
            bytes_changed(),
        ),
        case(
            "other-page",
            "the tree of pages shows the second page first",
            alter::other_page(good),
            bytes_changed(),
        ),
        case(
            "stripped-token",
            "the time stamp taken out of the seal's unsigned attributes",
            alter::with_seal(good, alter::stripped),
            Contradicted("seal_time", "seal_without_time"),
        ),
        case(
            "replaced-seal-certificate",
            "a stranger's certificate in the place of the seal's",
            alter::with_seal(good, |der| alter::replaced(der, own, other)),
            Contradicted("seal", "seal_certificate"),
        ),
        Case {
            name: "signed-by-a-stranger",
            about: "the same document, sealed by somebody nobody knows",
            file: foreign,
            is_whole: true,
            expected: NotProved("seal", "seal_untrusted"),
        },
        case(
            "truncated",
            "the last byte is missing",
            good[..good.len() - 1].to_vec(),
            Unreadable("pdf_truncated"),
        ),
        case(
            "byte-range-with-a-wider-hole",
            "what stands in the wider hole could be changed at will",
            alter::wider_hole(good),
            Contradicted("whole", "pdf_not_covered"),
        ),
        case(
            "byte-range-without-the-beginning",
            "the first 100 bytes are not covered",
            alter::no_beginning(good),
            Contradicted("whole", "pdf_not_covered"),
        ),
        case(
            "byte-range-without-the-end",
            "the last 20 bytes are not covered",
            alter::no_end(good),
            Contradicted("whole", "pdf_later_revision"),
        ),
        case(
            "certification-that-allows-changes",
            "the mark that no change is allowed, turned into one that allows forms to be filled in",
            alter::allowing_changes(good),
            Contradicted("whole", "pdf_not_certified"),
        ),
    ]
}

/// One line of `cases.json`. What is written there is what the case says by hand; that our
/// verifier says the same is asserted here.
fn entry(case: &Case, (good, anchors): (&[u8], &[u8])) -> Value {
    let examined =
        DocumentExamination::of(case.file.clone(), Some(anchors), Roots::default(), None);
    let found = examined.as_ref().map(|one| {
        let conclusion = one.conclude(Some(&BTreeSet::new()));
        let worst = one.findings().iter().filter(|f| f.status.as_str() != "proved");
        let worst: Vec<_> = worst.map(|f| (f.point.as_str(), f.status.as_str(), f.code)).collect();
        (conclusion, worst)
    });
    let said = |point, status, code| {
        let (conclusion, worst) = found.as_ref().unwrap();
        assert!(worst.contains(&(point, status, code)), "{}: {worst:?}", case.name);
        conclusion
    };
    let expect = match case.expected {
        Expected::Proved => {
            let (conclusion, worst) = found.as_ref().unwrap();
            assert!(worst.is_empty() && *conclusion == Conclusion::Proved, "{worst:?}");
            json!({ "exit": 0, "verdict": "proved" })
        }
        Expected::Contradicted(point, code) => {
            assert_eq!(*said(point, "contradicted", code), Conclusion::Contradicted);
            json!({ "code": code, "exit": 1, "point": point, "verdict": "contradicted" })
        }
        Expected::NotProved(point, code) => {
            assert_eq!(*said(point, "not_proved", code), Conclusion::NotProved);
            json!({ "code": code, "exit": 3, "point": point, "verdict": "not_proved" })
        }
        Expected::Unreadable(code) => {
            let failure = examined.as_ref().unwrap_err();
            assert_eq!(failure.code(), code, "{}", case.name);
            json!({ "error": code, "exit": 2, "verdict": "unreadable" })
        }
    };
    let (file, edit) = if case.is_whole {
        (format!("{}.pdf", case.name), Value::Null)
    } else {
        ("good.pdf".to_owned(), edit(good, &case.file))
    };
    json!({
        "about": case.about,
        "anchors": "anchors.json",
        "edit": edit,
        "expect": expect,
        "file": file,
        "name": case.name,
    })
}

/// The one replacement that makes `altered` of `good`.
fn edit(good: &[u8], altered: &[u8]) -> Value {
    let same = |(a, b): &(&u8, &u8)| a == b;
    let at = good.iter().zip(altered).take_while(same).count();
    let (rest, new) = (&good[at..], &altered[at..]);
    let behind = rest.iter().rev().zip(new.iter().rev()).take_while(same).count();
    json!({
        "at": at,
        "insert": STANDARD.encode(&new[..new.len() - behind]),
        "remove": rest.len() - behind,
    })
}
