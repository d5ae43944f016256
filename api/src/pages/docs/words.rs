//! The Chinese of every sentence in the OpenAPI document, which itself is in English.
//!
//! One line per sentence in `words.zh.tsv`: English, a tabulator, Chinese. A test fails on
//! a sentence without a line, and on a line that no sentence uses.

use std::collections::HashMap;
use std::sync::LazyLock;

use heqi_vocabulary::Language;

const LINES: &str = include_str!("words.zh.tsv");

static CHINESE: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| LINES.lines().filter_map(|line| line.split_once('\t')).collect());

/// The sentence in `language`; the English one where there is no other.
pub(super) fn translated(sentence: &str, language: Language) -> &str {
    match language {
        Language::En => sentence,
        Language::Zh => chinese(sentence).unwrap_or(sentence),
    }
}

/// The Chinese of an English sentence.
pub(super) fn chinese(sentence: &str) -> Option<&'static str> {
    CHINESE.get(sentence).copied()
}

/// Every English sentence that has a line.
#[cfg(test)]
pub(super) fn sentences() -> impl Iterator<Item = &'static str> {
    LINES.lines().map(|line| line.split_once('\t').unwrap().0)
}
