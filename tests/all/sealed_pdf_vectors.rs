//! Every vector of `tests/vectors/sealed-pdf` gets the verdict it must get from the program, read from
//! the files as another implementation would.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_verify::VerifyArgs;
use heqi_vocabulary::Language;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    anchors: String,
    edit: Option<Edit>,
    expect: Expect,
    file: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    at: usize,
    insert: String,
    remove: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    code: Option<String>,
    error: Option<String>,
    exit: u8,
    point: Option<String>,
    verdict: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/sealed-pdf")
}

fn cases() -> Vec<Case> {
    serde_json::from_slice(&std::fs::read(folder().join("cases.json")).unwrap()).unwrap()
}

fn document(case: &Case) -> Vec<u8> {
    let mut bytes = std::fs::read(folder().join(&case.file)).unwrap();
    if let Some(Edit { at, insert, remove }) = &case.edit {
        bytes.splice(*at..at + remove, STANDARD.decode(insert).unwrap());
    }
    bytes
}

#[test]
fn every_sealed_document_gets_the_verdict_it_must_get() {
    let cases = cases();
    assert!(cases.len() >= 12, "ten alterations at least");
    let desk = tempfile::tempdir().unwrap();
    for case in &cases {
        assert!(!case.about.is_empty());
        let file = desk.path().join("document.pdf");
        std::fs::write(&file, document(case)).unwrap();
        for language in [Language::Zh, Language::En] {
            let args = VerifyArgs {
                file: file.clone(),
                anchors: Some(folder().join(&case.anchors)),
                seal_roots: Vec::new(),
                time_roots: Vec::new(),
                renewals: None,
                renewal_keys: Vec::new(),
                require: None,
                at: None,
                lang: language,
                json: true,
            };
            let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
            let exit = heqi_verify::run(&args, &mut stdout, &mut stderr);
            let said = String::from_utf8([stdout, stderr].concat()).unwrap();
            assert_eq!(exit, case.expect.exit, "{}: {said}", case.name);
            if let Some(error) = &case.expect.error {
                assert!(said.contains(error.as_str()), "{}: {said}", case.name);
                continue;
            }
            let report: Value = serde_json::from_str(&said).unwrap();
            assert_eq!(report["verdict"], case.expect.verdict, "{}", case.name);
            let (Some(point), Some(code)) = (&case.expect.point, &case.expect.code) else {
                continue;
            };
            let points = report["points"].as_array().unwrap();
            let found = points.iter().find(|one| one["point"] == *point).unwrap();
            assert_eq!(found["code"], *code, "{}: {report}", case.name);
            let reason = found["reason"].to_string();
            assert!(reason.len() > 10, "{}: each refusal has its reason: {reason}", case.name);
        }
    }
}

#[test]
fn the_files_are_what_the_generator_makes() {
    let differing =
        heqi_tests::vectors::differing(&folder(), &heqi_tests::vectors::sealed_pdf::files());
    assert_eq!(differing, Vec::<String>::new());
}
