//! Renewals of time stamps: every vector gets from the page what it gets from the program, to the word; of a
//! document, whose seal the page leaves to the program, the point of the renewals.

use std::ffi::OsString;

use serde::Deserialize;
use serde_json::Value;

use super::verifier::{Asked, LANGUAGES, Verifier, browser, root};

#[derive(Deserialize)]
struct Case {
    anchors: Option<String>,
    at: Option<String>,
    file: String,
    keys: Vec<String>,
    name: String,
    renewals: String,
}

#[test]
fn every_file_of_renewals_gets_the_same_report_from_page_and_program() {
    let folder = root().join("tests/vectors/renewal");
    let list = std::fs::read(folder.join("cases.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&list).unwrap();
    assert!(cases.len() >= 25);
    let Some(mut browser) = browser() else { return };
    let mut verifier = Verifier::open(browser.page().unwrap());
    for language in LANGUAGES {
        verifier.speak(language);
        for case in &cases {
            let asked = Asked {
                // A browser takes no address with steps back.
                file: folder.join(&case.file).canonicalize().unwrap(),
                anchors: case.anchors.as_ref().map(|anchors| folder.join(anchors)),
                at: case.at.clone(),
            };
            let renewals = folder.join(&case.renewals);
            let mut more: Vec<OsString> = vec!["--renewals".into(), renewals.clone().into()];
            for key in &case.keys {
                more.extend([OsString::from("--renewal-key"), key.into()]);
            }
            let program = asked.of_program_with(language, more);
            verifier.give_renewals(Some(&renewals), &case.keys);
            let page = verifier.ask(&asked);
            let Some(points) = program["points"].as_array() else {
                assert_eq!(page, program, "{}", case.name);
                continue;
            };
            let wanted = points.iter().find(|point| point["point"] == "renewed").unwrap();
            let shown = "document.querySelector('#result > .claims > .claim').textContent";
            let shown = verifier.page.evaluate(shown).unwrap();
            let reason = wanted["reason"].as_str().unwrap();
            assert!(shown.as_str().unwrap().contains(reason), "{}: {shown}", case.name);
            let status = "document.querySelector('#result > .claims > .claim').className";
            let status = verifier.page.evaluate(status).unwrap();
            let word = wanted["status"].as_str().unwrap();
            assert_eq!(status, format!("claim {word}"), "{}", case.name);
            let first = "document.querySelector('#result').firstElementChild.className";
            assert_eq!(verifier.page.evaluate(first).unwrap(), "seal-note", "{}", case.name);
        }
    }
    // What is no key is told, and nothing is verified by it.
    verifier.give_renewals(None, &["key".to_owned()]);
    let wrong = "document.querySelector('#renewal-keys').getAttribute('aria-invalid')";
    assert_eq!(verifier.page.evaluate(wrong).unwrap(), "true");
    let shown = "document.querySelector('#json') === null";
    assert_eq!(verifier.page.evaluate(shown).unwrap(), Value::Bool(true));
    // The same of a text that is no root of a time authority, beside keys that are well.
    verifier.give_renewals(None, &[]);
    assert_eq!(verifier.page.evaluate(shown).unwrap(), Value::Bool(false));
    for (typed, is_wrong) in [("-----BEGIN CERTIFICATE-----", "true"), ("", "false")] {
        verifier.give_time_roots(typed);
        let wrong = "document.querySelector('#time-roots').getAttribute('aria-invalid')";
        assert_eq!(verifier.page.evaluate(wrong).unwrap(), is_wrong);
        assert_eq!(verifier.page.evaluate(shown).unwrap(), Value::Bool(is_wrong == "true"));
    }
    assert_eq!(verifier.page.trouble().unwrap().errors, Vec::<String>::new());
}
