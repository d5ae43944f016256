//! The table of objects, revision by revision.

use super::written::Written;
use crate::file::File;

/// Whether a file is read.
fn is_read(bytes: &[u8]) -> bool {
    File::parse(bytes).is_ok()
}

/// A file with one table, written as it stands here.
fn with_table(table: &str, trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".to_vec();
    let end = format!(
        "xref\n{table}trailer\n<</Root 1 0 R{trailer}>>\nstartxref\n{}\n%%EOF\n",
        bytes.len()
    );
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

const ENTRY: &str = "0000000009 00000 n\r\n";

#[test]
fn a_file_has_one_to_eight_revisions() {
    let mut written = Written::new().object(1, "<</Type/Catalog>>");
    for revisions in 1..=9 {
        written = written.end("/Root 1 0 R");
        let tables = File::parse(&written.bytes).map(|file| file.tables.len()).ok();
        assert_eq!(tables, (revisions <= 8).then_some(revisions));
    }
}

#[test]
fn the_table_before_stands_before() {
    let itself = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".len();
    for before in [itself, itself + 1, 999_999] {
        let prev = format!("/Prev {before}");
        assert!(!is_read(&with_table(&format!("1 1\n{ENTRY}"), &prev)), "{before}");
    }
    assert!(!is_read(&with_table(&format!("1 1\n{ENTRY}"), "/Prev(1)")));
}

#[test]
fn objects_are_numbered_to_a_million() {
    for (first, count, is_good) in [
        (1, 1, true),
        (999_999, 1, true),
        (999_998, 2, true),
        (1_000_000, 0, true),
        (1_000_000, 1, false),
        (999_999, 2, false),
        (1_000_001, 0, false),
    ] {
        let table = format!("{first} {count}\n{}", ENTRY.repeat(count));
        assert_eq!(is_read(&with_table(&table, "")), is_good, "{first} {count}");
    }
}

#[test]
fn objects_have_one_generation() {
    for (entry, is_good) in [
        ("0000000009 00000 n\r\n", true),
        ("0000000009 00001 n\r\n", false),
        ("0000000000 65535 f\r\n", true),
        ("0000000009 00000 x\r\n", false),
    ] {
        assert_eq!(is_read(&with_table(&format!("1 1\n{entry}"), "")), is_good, "{entry}");
    }
}

#[test]
fn a_second_table_in_a_stream_and_a_password_are_other_forms() {
    let table = format!("1 1\n{ENTRY}");
    assert!(is_read(&with_table(&table, "/Info 9 0 R")));
    for other in ["/XRefStm 9", "/Encrypt 9 0 R", "/XRefStm 9/Encrypt 9 0 R"] {
        assert!(!is_read(&with_table(&table, other)), "{other}");
    }
}
