//! The command: files, exit codes, both outputs.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::schema::RecordKind;
use heqi_testkit::{Story, StoryRecord, Twists, archive};
use heqi_verify::VerifyArgs;
use heqi_vocabulary::Language;
use serde_json::Value;
use tempfile::TempDir;

use crate::{ANCHORS, BUNDLE, STORY};

pub(crate) struct Files {
    folder: TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self { folder: TempDir::new().unwrap() };
        files.put("a.heqi.zip", &BUNDLE);
        files.put("anchors.json", &ANCHORS);
        files
    }

    #[expect(clippy::disallowed_methods, reason = "a temporary file of a test needs no durability")]
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn args(&self, name: &str) -> VerifyArgs {
        VerifyArgs {
            file: self.folder.path().join(name),
            anchors: Some(self.folder.path().join("anchors.json")),
            seal_roots: Vec::new(),
            time_roots: Vec::new(),
            renewals: None,
            renewal_keys: Vec::new(),
            require: None,
            at: None,
            lang: Language::En,
            json: false,
        }
    }
}

pub(crate) fn run(args: &VerifyArgs) -> (u8, String, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = heqi_verify::run(args, &mut stdout, &mut stderr);
    (code, String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn edge_case_11_a_minors_corrected_name_is_said_to_be_the_minors() {
    let story = Story::tell(
        1,
        &Twists {
            put_right: &["张珊"],
            ward_put_right: Some(["林小茶", "林晓茶"]),
            ..Twists::default()
        },
    );
    let files = Files::new();
    let is_correction =
        |record: &&StoryRecord| record.record.frame().kind == RecordKind::PersonCorrected;
    let said = story.records.iter().filter(is_correction).map(|record| {
        files.put("b.heqi.zip", &story.bundle(record).write().unwrap());
        let zh = run(&VerifyArgs { lang: Language::Zh, ..files.args("b.heqi.zip") }).1;
        let en = run(&files.args("b.heqi.zip")).1;
        (zh.contains("更正被监护人（未成年人）姓名"), en.contains("name of the minor corrected"))
    });
    assert_eq!(said.collect::<Vec<_>>(), [(false, false), (true, true)]);
}

#[test]
fn the_report_names_file_record_anchors_every_claim_and_what_to_do() {
    let files = Files::new();
    let (code, stdout, stderr) = run(&files.args("a.heqi.zip"));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let digest = AnchorsFile::parse(&ANCHORS).unwrap().digest.to_string();
    for expected in [
        "a.heqi.zip",
        &heqi_vocabulary::Digest::of(&BUNDLE).to_string(),
        "signing, no. 9 of its chain",
        &digest,
        "Example Notary 示例公证处, 2026-10-24 20:00:00 +08:00",
        "✓ Integrity *",
        "– Identity",
        "the name was declared by the handler and no authority confirmed it",
        "TEST ONLY, without legal effect",
        "all custodians belong to Example Notary 示例公证处",
        "Compare the digest of the anchors",
    ] {
        assert!(stdout.contains(expected), "{expected} is missing in\n{stdout}");
    }
    assert_eq!(stdout.lines().filter(|line| line.starts_with(['✓', '–', '✗'])).count(), 10);
}

#[test]
fn the_json_report_has_exactly_the_members_of_the_format() {
    let files = Files::new();
    let args = VerifyArgs { json: true, ..files.args("a.heqi.zip") };
    let (code, stdout, _) = run(&args);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&report), ["claims", "exit", "file", "schema", "verdict"]);
    assert_eq!(report["schema"], "heqi.verdict/v1");
    assert_eq!(report["verdict"], "proved");
    assert_eq!(report["exit"], code);
    assert_eq!(report["file"], args.file.to_str().unwrap());
    let claims = report["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 10);
    for claim in claims {
        assert_eq!(members(claim), ["claim", "code", "reason", "required", "status", "vouched_by"]);
    }
    assert_eq!(claims[0]["claim"], "integrity");
    assert_eq!(claims[0]["required"], true);
    assert_eq!(claims[2]["status"], "not_proved");
}

#[test]
fn what_cannot_be_read_ends_with_two_and_says_what_to_do_in_both_languages_and_forms() {
    let files = Files::new();
    files.put("text.heqi.zip", b"no zip");
    files.put("folder.txt", b"");
    let cases = [
        ("missing.heqi.zip", "anchors.json", "file_not_found"),
        ("text.heqi.zip", "anchors.json", "container_truncated"),
        (".", "anchors.json", "file_not_readable"),
        ("a.heqi.zip", "missing.json", "file_not_found"),
        ("a.heqi.zip", "text.heqi.zip", "anchors_not_usable"),
    ];
    for (file, anchors, code) in cases {
        for lang in [Language::Zh, Language::En] {
            let anchors = Some(files.folder.path().join(anchors));
            let args = VerifyArgs { anchors, lang, ..files.args(file) };
            let (exit, stdout, stderr) = run(&args);
            assert_eq!((exit, stdout.as_str()), (2, ""), "{file}");
            assert_eq!(stderr.lines().count(), 3, "{stderr}");

            let (exit, stdout, stderr) = run(&VerifyArgs { json: true, ..args });
            assert_eq!((exit, stderr.as_str()), (2, ""));
            let report: Value = serde_json::from_str(&stdout).unwrap();
            assert_eq!(report["verdict"], "unreadable");
            assert_eq!(report["exit"], 2);
            assert_eq!(report["claims"], Value::Array(Vec::new()));
            assert_eq!(report["error"]["code"], code, "{file}");
            assert!(!report["error"]["next"].as_str().unwrap().is_empty());
        }
    }
}

#[test]
fn a_file_of_any_size_is_refused_before_it_is_read() {
    let files = Files::new();
    let path = files.put("large.heqi.zip", b"");
    let sparse = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    sparse.set_len(u64::try_from(heqi_evidence::container::MAX_FILE_BYTES).unwrap() + 1).unwrap();
    let (code, _, stderr) = run(&files.args("large.heqi.zip"));
    assert_eq!(code, 2);
    assert!(stderr.contains("larger than an evidence bundle ever is (64 MiB)"), "{stderr}");
    if Path::new("/dev/zero").exists() {
        // A device says it has no bytes and never ends.
        let args = VerifyArgs { file: "/dev/zero".into(), ..files.args("") };
        assert_eq!(run(&args).0, 2);
    }
}

#[test]
fn the_same_question_at_an_earlier_instant_gets_the_answer_of_then() {
    let files = Files::new();
    let at =
        |ms| VerifyArgs { at: Some(STORY.seen_at().plus_millis(ms)), ..files.args("a.heqi.zip") };
    assert_eq!(run(&at(1)).0, 0);
    assert_eq!(run(&at(-1_000)).0, 3);
}

#[test]
fn required_claims_decide_between_zero_and_three_but_never_hide_a_contradiction() {
    use heqi_evidence::verdict::ClaimName::{Identity, Integrity};
    let files = Files::new();
    let require = |claims: &[_]| Some(claims.to_vec());
    let args = files.args("a.heqi.zip");
    assert_eq!(run(&VerifyArgs { require: require(&[Integrity]), ..args.clone() }).0, 0);
    assert_eq!(run(&VerifyArgs { require: require(&[Identity]), ..args.clone() }).0, 3);
    let mut entries = archive::unpack(&BUNDLE);
    entries.retain(|(name, _)| name != "chain/000010.json");
    files.put("dropped.heqi.zip", &archive::pack(&entries));
    let args = VerifyArgs { require: require(&[Integrity]), ..files.args("dropped.heqi.zip") };
    let (code, stdout, _) = run(&args);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("Do not rely on this file"));
}

/// A hostile record: the kind is unknown and carries terminal escapes.
#[test]
fn a_file_cannot_draw_its_own_verdict_on_the_terminal() {
    let files = Files::new();
    let record = br#"{"x\u001b[2J\u202e":1}"#.to_vec();
    let mut entries = archive::unpack(&BUNDLE);
    entries.iter_mut().find(|(name, _)| name == "record.json").unwrap().1 = record;
    files.put("hostile\u{1b}[31m.heqi.zip", &archive::pack(&entries));
    let (code, stdout, _) = run(&files.args("hostile\u{1b}[31m.heqi.zip"));
    assert_eq!(code, 1);
    assert!(!stdout.contains(['\u{1b}', '\u{202e}']), "{stdout:?}");
}

#[test]
fn a_report_that_cannot_be_printed_is_no_success() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let files = Files::new();
    assert_eq!(heqi_verify::run(&files.args("a.heqi.zip"), &mut Closed, &mut Closed), 2);
}

#[test]
fn renewals_beside_a_proof_are_refused_and_not_silently_left_out() {
    let files = Files::new();
    files.put("a.fork-proof", b"heqi.fork-proof/v1\n");
    for json in [false, true] {
        let renewals = Some(files.put("renewals.zip", b"whatever it is"));
        let (code, stdout, stderr) =
            run(&VerifyArgs { renewals, json, ..files.args("a.fork-proof") });
        assert_eq!(code, 2, "{stdout}{stderr}");
        let told = if json { "renewals_of_no_document" } else { "Leave out --renewals" };
        assert!(format!("{stdout}{stderr}").contains(told), "{stdout}{stderr}");
    }
}
