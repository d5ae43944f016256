//! What people read in Chinese: full-width signs, and one word for whoever holds deposits.

use std::path::{Path, PathBuf};

/// On record with a refusal, or signed by a provider: there the spelling stays as it is.
const RECORDED: [&str; 3] = [
    "crates/heqi/src/demo/providers.rs",
    "crates/notarization/src/erasure.rs",
    "crates/registration/src/erasure/retention.rs",
];

/// Words that 保管方 has taken the place of.
const OTHER_WORDS: [&str; 3] = ["存证方", "存管机构", "保管机构"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The files in which texts for people stand; tests and vectors may hold anything.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !["tests", "test", "target", "node_modules"].contains(&name) {
                sources(&path, found);
            }
        } else if name == "words.zh.tsv"
            || (name != "tests.rs"
                && path.extension().is_some_and(|end| end == "rs" || end == "js"))
        {
            found.push(path);
        }
    }
}

fn is_chinese(character: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&character)
}

/// A half-width sign between two Chinese characters, with them.
fn half_width(line: &str) -> Option<String> {
    let characters: Vec<char> = line.chars().collect();
    let between =
        |three: &[char]| is_chinese(three[0]) && ",;:?!".contains(three[1]) && is_chinese(three[2]);
    characters.windows(3).find(|three| between(three)).map(|three| three.iter().collect())
}

#[test]
fn chinese_texts_have_full_width_signs_and_one_word_for_custodians() {
    let mut files = Vec::new();
    for folder in ["api", "crates", "evidence-store"] {
        sources(&root().join(folder), &mut files);
    }
    let mut chinese = 0;
    for path in files {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for (place, line) in (1..).zip(text.lines()) {
            chinese += usize::from(line.chars().any(is_chinese));
            for word in OTHER_WORDS {
                assert!(!line.contains(word), "{name}:{place}: {word} is 保管方");
            }
            if !RECORDED.contains(&name.as_str()) {
                assert_eq!(half_width(line), None, "{name}:{place}");
            }
        }
    }
    assert!(chinese > 1000, "{chinese}");
}

#[test]
fn a_half_width_sign_is_found_between_chinese_characters_only() {
    assert_eq!(half_width("\"请稍后,再试\"").as_deref(), Some("后,再"));
    for fine in ["请稍后，再试", "12:30 之前", "一, two", "(\"甲\", \"乙\")", ""] {
        assert_eq!(half_width(fine), None, "{fine}");
    }
}
