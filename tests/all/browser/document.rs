//! A sealed certificate dropped on the page: the bundle inside is verified, the seal is not, and
//! the page says so.

use std::path::PathBuf;

use heqi_documents::{Fonts, certificate, samples};
use heqi_testkit::SealingOffice;
use tempfile::TempDir;

use super::verifier::{Asked, LANGUAGES, Verifier, browser, root};

/// A certificate with a bundle of the vectors inside, in a folder of its own.
fn certificate() -> (TempDir, PathBuf) {
    let at = "2026-11-28T08:00:00.000Z".parse().unwrap();
    let bundle = root().join("tests/vectors/evidence/signing-with-chain.heqi.zip");
    let input = samples::certificate(std::fs::read(bundle).unwrap());
    let pdf = certificate::render(&input, &Fonts::new()).unwrap();
    let sealed = SealingOffice::new(1, at, at).seal(&pdf).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("certificate.pdf");
    std::fs::write(&path, sealed.bytes()).unwrap();
    (folder, path)
}

#[test]
fn the_bundle_in_a_certificate_is_verified_and_the_seal_left_to_the_program() {
    let Some(mut browser) = browser() else { return };
    let (_folder, file) = certificate();
    let anchors = root().join("tests/vectors/evidence/anchors.json");
    let asked = Asked { file, anchors: Some(anchors), at: None };
    let mut verifier = Verifier::open(browser.page().unwrap());
    for language in LANGUAGES {
        verifier.speak(language);
        let report = verifier.ask(&asked);
        assert_eq!(report["file"], "evidence-001.heqi.zip");
        assert_eq!(report["verdict"], "proved", "{report}");
        let text = verifier.page.evaluate("document.querySelector('#result').textContent").unwrap();
        let text = text.as_str().unwrap().to_owned();
        let needs = if language == "zh" {
            "不核验 PDF 的电子印章"
        } else {
            "The seal needs the program"
        };
        assert!(text.contains(needs), "{text}");
        assert!(text.contains("（2026）杭示证经字第000001号"), "{text}");
        // What stands first is what is not verified.
        let first = "document.querySelector('#result').firstElementChild.className";
        assert_eq!(verifier.page.evaluate(first).unwrap(), "seal-note");
    }
    for width in [360, 1280] {
        verifier.page.resize(width, 900).unwrap();
        let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(verifier.page.evaluate(wide).unwrap(), 0, "{width}");
    }
    assert_eq!(verifier.page.trouble().unwrap().errors, Vec::<String>::new());
}
