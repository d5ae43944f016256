//! A page that names the test behind a promise names one that exists, and the program names pages that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PAGES: [&str; 4] =
    ["docs/ASVS.md", "docs/SECURITY.md", "docs/RELIABILITY.md", "docs/EDGE-CASES.md"];

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Words in backticks that have the form of our tests' names: a sentence of five words or
/// more, with or without the module in front.
fn named(page: &str) -> BTreeSet<String> {
    let words = page.split('`').skip(1).step_by(2);
    words
        .filter_map(|word| word.rsplit("::").next())
        .filter(|name| name.matches('_').count() >= 4)
        .filter(|name| {
            name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
        .map(str::to_owned)
        .collect()
}

pub(crate) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "node_modules" {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_test_that_a_promise_names_exists() {
    let mut files = Vec::new();
    for folder in ["api", "crates", "evidence-store", "tests"] {
        sources(&root().join(folder), &mut files);
    }
    let code: String = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    for page in PAGES {
        let names = named(&std::fs::read_to_string(root().join(page)).unwrap());
        assert!(names.len() >= 5, "{page} names {} tests", names.len());
        for name in names {
            assert!(
                code.contains(&format!("fn {name}(")),
                "{page} names `{name}`, no test is called that"
            );
        }
    }
}

/// The part of a page below a heading, up to the next of its level.
fn part<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

#[test]
fn every_sentence_about_what_rests_on_whom_and_every_threat_names_its_tests() {
    let page = std::fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    // A quoted sentence, and below it what enforces it.
    let sentences: Vec<&str> = part(&page, "What rests on whom").split("\n> ").skip(1).collect();
    assert_eq!(sentences.len(), 6, "the design has six");
    for sentence in sentences {
        assert!(!named(sentence).is_empty(), "no test is named for: {sentence}");
    }
    let rows = part(&page, "Threats").lines().filter(|line| line.starts_with("| "));
    let rows: Vec<&str> = rows.skip(1).filter(|row| !row.starts_with("| ---")).collect();
    assert!(rows.len() >= 9, "{}", rows.len());
    for row in rows {
        assert!(!named(row).is_empty(), "no test is named for: {row}");
    }
}

#[test]
fn the_page_of_the_architecture_names_every_crate_in_a_row_of_its_own() {
    let page = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let mut crates = 0;
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        if !path.join("Cargo.toml").exists() {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_told = page.lines().any(|line| {
            line.split('|').nth(1).is_some_and(|cell| cell.contains(&format!("`{name}`")))
        });
        assert!(is_told, "docs/ARCHITECTURE.md does not say what `{name}` is");
        crates += 1;
    }
    assert!(crates > 20, "{crates}");
}

#[test]
fn every_decision_says_when_it_was_made() {
    let mut decisions = 0;
    for entry in std::fs::read_dir(root().join("docs/adr")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "README.md" || name == "0000-template.md" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut dates = text.lines().take(6).filter_map(|line| line.strip_prefix("Date: "));
        let date = dates.next().unwrap_or_else(|| panic!("docs/adr/{name} has no date"));
        let is_digit = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        assert!(date.len() == 10 && date.bytes().enumerate().all(is_digit), "{name}: {date}");
        decisions += 1;
    }
    assert!(decisions >= 48, "{decisions}");
}

#[test]
fn the_list_of_decisions_has_each_of_them_once_and_in_order() {
    let folder = root().join("docs/adr");
    let entries = std::fs::read_dir(&folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut decisions: Vec<String> =
        names.filter(|name| name != "README.md" && name != "0000-template.md").collect();
    decisions.sort();
    let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ["));
    let listed: Vec<&str> =
        rows.map(|row| row.split_once("](").unwrap().1.split(')').next().unwrap()).collect();
    assert_eq!(listed, decisions);
}

#[test]
fn every_page_that_the_program_or_an_interface_names_is_there() {
    let mut files: Vec<PathBuf> =
        ["docs/openapi.json", "docs/openapi-notary.json"].map(|page| root().join(page)).into();
    for folder in ["api", "crates", "evidence-store"] {
        sources(&root().join(folder), &mut files);
    }
    let mut pages = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for rest in text.split("docs/").skip(1) {
            let is_of_a_path = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
            let end = rest.find(|c: char| !is_of_a_path(c)).unwrap_or(rest.len());
            let page = rest.split_at(end).0.trim_end_matches('.');
            if Path::new(page).extension().is_some_and(|end| end == "md") {
                let is_there = root().join("docs").join(page).exists();
                assert!(is_there, "{} names docs/{page}", file.display());
                pages += 1;
            }
        }
    }
    assert!(pages > 100, "{pages}");
}

/// Words that promise more than there is (domain study 11.6).
const BANNED: [&str; 4] = ["见证", "公证签名", "已公证", "已证明"];

/// Pages, messages and documents have tests of their own; refusals, alarms, the demo and whatever comes next are read here.
#[test]
fn no_program_says_a_word_that_promises_more_than_there_is() {
    let mut files = Vec::new();
    for folder in ["api/src", "crates", "evidence-store/src"] {
        sources(&root().join(folder), &mut files);
    }
    let (mut lists, mut said) = (0, Vec::new());
    for file in files {
        let is_of_tests = |part: &str| part == "tests" || part == "tests.rs";
        let path = file.strip_prefix(root()).unwrap();
        if path.iter().filter_map(|part| part.to_str()).any(is_of_tests) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| BANNED.iter().any(|word| line.contains(word))) {
            // What keeps the words out names all of them, or says that one is refused.
            if BANNED.iter().all(|word| line.contains(word)) {
                lists += 1;
            } else if !line.contains("assert") {
                said.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(lists >= 3, "{lists}");
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn a_name_is_told_from_other_words() {
    let page =
        "`a_test_with_many_words` `module::another_test_with_many_words` `two_words` `/a_b_c_d_e`";
    let wanted = ["a_test_with_many_words", "another_test_with_many_words"].map(str::to_owned);
    assert_eq!(named(page), BTreeSet::from(wanted));
}
