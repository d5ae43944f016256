use std::collections::BTreeSet;

use super::words::{chinese, sentences};
use super::*;
use crate::openapi;

fn document() -> Value {
    serde_json::from_str(&openapi::to_json()).unwrap()
}

/// Every `summary` and `description` of the document.
fn said(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "summary" || name == "description" => {
                        found.insert(text.clone());
                    }
                    other => said(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| said(item, found)),
        _ => {}
    }
}

#[test]
fn every_sentence_of_the_document_has_its_chinese_and_no_translation_is_left_over() {
    let mut said_there = BTreeSet::new();
    said(&document(), &mut said_there);
    let missing: Vec<_> = said_there.iter().filter(|text| chinese(text).is_none()).collect();
    assert!(missing.is_empty(), "without Chinese in words.zh.tsv:\n{missing:#?}");
    let unused: Vec<_> = sentences().filter(|text| !said_there.contains(*text)).collect();
    assert!(unused.is_empty(), "nobody says any more:\n{unused:#?}");
}

#[test]
fn the_page_shows_every_operation_and_every_schema_in_both_languages() {
    let document = document();
    for language in [Language::Zh, Language::En] {
        let page = page(&document, language).render(language);
        for operation in operations(&document) {
            assert!(page.contains(&format!("id=\"{}\"", text(operation.value, "/operationId"))));
        }
        for name in document.pointer("/components/schemas").unwrap().as_object().unwrap().keys() {
            assert!(page.contains(&format!("id=\"data-{name}\"")), "{name}");
        }
        assert!(!page.contains("<script"));
    }
}

#[test]
fn every_link_inside_the_page_leads_somewhere() {
    let page = page(&document(), Language::En).render(Language::En);
    let targets = page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    for target in targets {
        assert!(page.contains(&format!("id=\"{target}\"")), "#{target} leads nowhere");
    }
}

#[test]
fn every_operation_belongs_to_a_group_that_is_shown() {
    let document = document();
    let groups: Vec<&str> = tags(&document).map(|tag| tag.name).collect();
    for operation in operations(&document) {
        assert!(groups.contains(&operation.tag()), "{} {}", operation.method, operation.path);
    }
}
