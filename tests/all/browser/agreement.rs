//! Every vector, positive and negative, gets the same report from page and program.

use serde::Deserialize;

use super::verifier::{Asked, LANGUAGES, Verifier, browser, root};

#[derive(Deserialize)]
struct Case {
    anchors: Option<String>,
    at: Option<String>,
    file: String,
}

/// The cases of a folder of vectors, as questions.
pub(super) fn cases(folder: &str) -> Vec<Asked> {
    let folder = root().join("tests/vectors").join(folder);
    let list = std::fs::read(folder.join("cases.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&list).unwrap();
    cases
        .into_iter()
        .map(|case| Asked {
            file: folder.join(case.file),
            anchors: case.anchors.map(|anchors| folder.join(anchors)),
            at: case.at,
        })
        .collect()
}

fn compare(asked: &[Asked], before_load: Option<&str>) {
    let Some(mut browser) = browser() else { return };
    let mut page = browser.page().unwrap();
    if let Some(script) = before_load {
        page.run_before_load(script).unwrap();
    }
    let mut verifier = Verifier::open(page);
    for language in LANGUAGES {
        verifier.speak(language);
        for question in asked {
            let (page, program) = (verifier.ask(question), question.of_program(language));
            assert_eq!(page, program, "{question:?}");
        }
    }
    let trouble = verifier.page.trouble().unwrap();
    assert_eq!(trouble.errors, Vec::<String>::new());
}

#[test]
fn every_bundle_gets_the_same_report_from_page_and_program() {
    let asked = cases("evidence");
    assert!(asked.len() >= 77);
    compare(&asked, None);
}

#[test]
fn every_fork_proof_gets_the_same_report_from_page_and_program() {
    for (folder, least) in [("fork", 50), ("chain-fork", 30)] {
        let asked = cases(folder);
        assert!(asked.len() >= least, "{folder}");
        compare(&asked, None);
    }
}

#[test]
fn where_webcrypto_is_missing_the_page_says_the_same() {
    // A page from plain HTTP has none.
    let without = "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})";
    let asked: Vec<Asked> = cases("evidence").into_iter().step_by(5).collect();
    compare(&asked, Some(without));
}

#[test]
fn anchors_that_must_be_refused_are_refused_in_the_same_words() {
    #[derive(Deserialize)]
    struct Refused {
        file: String,
    }
    let folder = root().join("tests/vectors/evidence");
    let list = std::fs::read(folder.join("anchors-refused.json")).unwrap();
    let refused: Vec<Refused> = serde_json::from_slice(&list).unwrap();
    let desk = tempfile::tempdir().unwrap();
    let asked: Vec<Asked> = (0u32..)
        .zip(refused)
        .map(|(number, refused)| {
            let anchors = desk.path().join(format!("anchors-{number}.json"));
            std::fs::write(&anchors, refused.file).unwrap();
            Asked { file: folder.join("signing.heqi.zip"), anchors: Some(anchors), at: None }
        })
        .collect();
    assert!(!asked.is_empty());
    compare(&asked, None);
}
