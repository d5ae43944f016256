//! A time stamp of the demo is for tests, and whoever tells of it says so: once.

use serde_json::Value;

use crate::program::{Folder, heqi};

/// Every sentence that gives a reason, wherever it stands in a report.
fn reasons<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| reasons(one, found)),
        Value::Object(all) => {
            found.extend(all.get("reason").and_then(Value::as_str));
            all.values().for_each(|one| reasons(one, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_sentence_about_a_test_time_stamp_says_once_that_it_is_for_tests() {
    const AUTHORITY: &str = "合契演示时间戳";
    let folder = Folder::new();
    folder.demo(&["--once"]).exits(0);
    let manifest = folder.manifest();
    let text = |key: &str| manifest[key].as_str().unwrap();
    let (anchors, root) = (text("anchors_path"), text("seal_root_path"));
    let bundle = ["verify", text("bundle_path"), "--anchors", anchors];
    let certificate =
        ["verify", text("certificate_path"), "--anchors", anchors, "--seal-root", root];
    for (language, mark) in [("en", "TEST ONLY"), ("zh", "测试")] {
        for asked in [&bundle[..], &certificate] {
            let report = heqi(&[asked, &["--json", "--lang", language]].concat()).exits(0).json();
            let mut told = Vec::new();
            reasons(&report, &mut told);
            told.retain(|sentence| sentence.contains(AUTHORITY));
            assert!(!told.is_empty(), "{language}: {report}");
            for sentence in told {
                assert_eq!(sentence.matches(mark).count(), 1, "{sentence}");
            }
        }
    }
}
