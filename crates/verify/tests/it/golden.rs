//! Golden runs of the program `verify`: `tests/cli/*.toml` name arguments, exit code and
//! the exact output. They run in the folder of the vectors.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    args: Vec<String>,
    exit: i32,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
}

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

#[test]
fn every_golden_run_prints_exactly_what_it_did() {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(tests_folder().join("cli"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 8, "only {} golden runs", paths.len());
    let failed: Vec<String> = paths.iter().filter_map(|path| failure(path)).collect();
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

fn failure(path: &Path) -> Option<String> {
    let case: Case = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(&case.args)
        .current_dir(tests_folder().join("vectors/evidence"))
        .env_remove("HEQI_LANG")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    // domain.md 11.6: words that claim what is not so.
    for banned in ["见证", "公证签名", "已公证", "已证明"] {
        assert!(!stdout.contains(banned), "{}: {banned}", path.display());
    }
    let stderr = String::from_utf8(output.stderr).unwrap();
    let same =
        output.status.code() == Some(case.exit) && stdout == case.stdout && stderr == case.stderr;
    (!same)
        .then(|| format!("{}: exit {:?}\n{stdout}{stderr}", path.display(), output.status.code()))
}
