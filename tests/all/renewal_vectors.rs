//! Every vector of `tests/vectors/renewal` proves what it must prove, read from the files as another
//! implementation would, and the files are what the generator makes.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use heqi_verify::VerifyArgs;
use serde::Deserialize;
use serde_json::Value;

#[derive(clap::Parser)]
struct Cli {
    #[command(flatten)]
    args: VerifyArgs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    anchors: Option<String>,
    at: Option<String>,
    expect: Expect,
    file: String,
    keys: Vec<String>,
    name: String,
    renewals: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    code: String,
    exit: u8,
    status: String,
    verdict: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/renewal")
}

fn cases() -> Vec<Case> {
    serde_json::from_slice(&std::fs::read(folder().join("cases.json")).unwrap()).unwrap()
}

/// What the program says of a case in a language.
fn report(case: &Case, language: &str) -> (u8, Value) {
    let path = |name: &str| folder().join(name).into_os_string();
    let mut words: Vec<OsString> = vec!["verify".into(), path(&case.file), "--json".into()];
    words.extend(["--lang".into(), language.into(), "--renewals".into(), path(&case.renewals)]);
    if let Some(anchors) = &case.anchors {
        words.extend(["--anchors".into(), path(anchors)]);
    }
    if let Some(at) = &case.at {
        words.extend([OsString::from("--at"), at.into()]);
    }
    for key in &case.keys {
        words.extend([OsString::from("--renewal-key"), key.into()]);
    }
    let args = Cli::try_parse_from(words).unwrap().args;
    let (mut printed, mut errors) = (Vec::new(), Vec::new());
    let exit = heqi_verify::run(&args, &mut printed, &mut errors);
    (exit, serde_json::from_slice(&printed).unwrap())
}

#[test]
fn every_file_of_renewals_proves_what_it_must_prove() {
    let cases = cases();
    assert!(cases.len() >= 25, "{}", cases.len());
    let statuses: BTreeSet<&str> = cases.iter().map(|case| case.expect.status.as_str()).collect();
    assert_eq!(statuses.len(), 3, "proved, not proved, contradicted");
    for case in &cases {
        assert!(!case.about.is_empty());
        for language in ["zh", "en"] {
            let (exit, report) = report(case, language);
            assert_eq!(exit, case.expect.exit, "{}: {report}", case.name);
            assert_eq!(report["verdict"], case.expect.verdict, "{}: {report}", case.name);
            let renewed = match report["points"].as_array() {
                Some(points) => points.iter().find(|one| one["point"] == "renewed").unwrap(),
                None => &report["renewed"],
            };
            assert_eq!(renewed["code"], case.expect.code, "{}: {report}", case.name);
            assert_eq!(renewed["status"], case.expect.status, "{}: {report}", case.name);
        }
    }
}

#[test]
fn the_files_are_byte_for_byte_what_the_generator_makes() {
    let files = heqi_tests::vectors::renewal::files();
    assert_eq!(heqi_tests::vectors::differing(&folder(), &files), Vec::<String>::new());
}
