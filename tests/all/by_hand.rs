//! What section 1 of `docs/INTEROP.md` has a stranger do by hand with the file of a bundle is done here, by tools that are
//! not ours: `unzip`, Python's `zipfile` and `sha256sum`. What is not installed is said to be skipped.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::promises::root;

/// Bundles that hold everything their manifest lists.
const WHOLE: [&str; 5] =
    ["signing", "signing-by-video", "signing-p256", "signing-with-chain", "time-stamped"];
/// Two readers of ZIP files, each with the question that only an installed one answers.
const UNPACKERS: [(&str, &str); 2] = [("unzip", "-v"), ("python3", "--version")];

fn vector(name: &str) -> PathBuf {
    root().join(format!("tests/vectors/evidence/{name}.heqi.zip"))
}

fn is_installed(program: &str, question: &str) -> bool {
    let asked = Command::new(program).arg(question).output();
    let is_here = asked.is_ok_and(|output| output.status.success());
    if !is_here {
        eprintln!("SKIPPED: {program} is not installed");
    }
    is_here
}

fn unpackers() -> Vec<&'static str> {
    let installed = UNPACKERS.iter().filter(|(program, question)| is_installed(program, question));
    installed.map(|(program, _)| *program).collect()
}

fn unpack(program: &str, file: &Path, folder: &Path) -> Output {
    let mut command = Command::new(program);
    if program == "unzip" {
        command.arg("-q").arg(file).arg("-d").arg(folder);
    } else {
        command.args(["-m", "zipfile", "-e"]).arg(file).arg(folder);
    }
    command.output().unwrap()
}

/// `sha256sum -c` over the lines that the page makes of the manifest.
fn compared(folder: &Path) -> Output {
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let mut lines = Vec::new();
    for entry in manifest["entries"].as_array().unwrap() {
        let (sha256, name) = (entry["sha256"].as_str().unwrap(), entry["name"].as_str().unwrap());
        lines.push(format!("{sha256}  {name}\n"));
    }
    assert!(lines.len() > 10, "{}", lines.len());
    let mut process = Command::new("sha256sum")
        .args(["-c", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(lines.concat().as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn the_page_has_people_do_what_is_done_here() {
    let page = std::fs::read_to_string(root().join("docs/INTEROP.md")).unwrap();
    let lines =
        r#"jq -r '.entries[] | "\(.sha256)  \(.name)"' manifest.json | sha256sum -c --quiet"#;
    for words in ["unzip -t ", "unzip -q ", "sha256sum /tmp/bundle/attachments/*", lines] {
        assert!(page.contains(words), "docs/INTEROP.md says no more: {words}");
    }
}

#[test]
fn a_bundle_is_unpacked_by_others_and_each_file_has_the_digest_of_the_manifest() {
    if !is_installed("sha256sum", "--version") {
        return;
    }
    for program in unpackers() {
        for name in WHOLE {
            let folder = tempfile::tempdir().unwrap();
            let output = unpack(program, &vector(name), folder.path());
            assert!(output.status.success(), "{program}, {name}: {}", said(&output));
            let output = compared(folder.path());
            assert!(output.status.success(), "{program}, {name}: {}", said(&output));
            for entry in std::fs::read_dir(folder.path().join("attachments")).unwrap() {
                let path = entry.unwrap().path();
                let output = Command::new("sha256sum").arg(&path).output().unwrap();
                let digest = path.file_stem().unwrap().to_str().unwrap();
                assert_eq!(digest.len(), 64, "{}", path.display());
                assert!(said(&output).starts_with(digest), "{name}: {}", said(&output));
            }
        }
    }
}

#[test]
fn a_changed_byte_is_found_by_whoever_unpacks_and_a_changed_file_by_whoever_compares() {
    if !is_installed("sha256sum", "--version") {
        return;
    }
    for program in unpackers() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole");
        let output = unpack(program, &vector("signing"), &whole);
        assert!(output.status.success(), "{program}: {}", said(&output));

        // Bundles only store, so the bytes of a part stand in the file as they are.
        let envelope = std::fs::read(whole.join("envelope.json")).unwrap();
        let mut file = std::fs::read(vector("signing")).unwrap();
        let place = file.windows(envelope.len()).position(|window| window == envelope.as_slice());
        file[place.unwrap() + envelope.len() / 2] ^= 1;
        let changed = folder.path().join("changed.heqi.zip");
        std::fs::write(&changed, file).unwrap();
        let output = unpack(program, &changed, &folder.path().join("changed"));
        assert!(!output.status.success(), "{program} unpacks it: {}", said(&output));

        std::fs::write(whole.join("envelope.json"), [envelope, b" ".to_vec()].concat()).unwrap();
        let output = compared(&whole);
        assert!(!output.status.success() && said(&output).contains("envelope.json"), "{program}");
    }
}
