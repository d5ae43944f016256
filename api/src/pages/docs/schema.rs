//! The data of the interface: each schema with its members.

use heqi_vocabulary::Language;
use serde_json::Value;

use super::super::html::Html;
use super::super::layout::Words;
use super::DATA;
use super::text;
use super::words::translated;

/// Writes every schema of the document.
pub(super) fn write_all(html: &mut Html, document: &Value, language: Language) {
    html.raw("<section aria-labelledby=\"data\">\n<h2 id=\"data\">");
    html.text(DATA.in_language(language)).raw("</h2>\n");
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        html.raw("<h3 id=\"data-").text(name).raw("\"><code>").text(name).raw("</code></h3>\n");
        let description = text(schema, "/description");
        if !description.is_empty() {
            html.element("p", translated(description, language)).raw("\n");
        }
        members(html, schema, language);
    }
    html.raw("</section>\n");
}

/// The name of a schema in the document, if `schema` is a reference or a list of one.
pub(super) fn name_of(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref").or_else(|| schema.pointer("/items/$ref"));
    reference.and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next())
}

/// A link to a schema.
pub(super) fn link(html: &mut Html, name: &str) {
    html.raw("<a href=\"#data-").text(name).raw("\"><code>").text(name).raw("</code></a>");
}

fn members(html: &mut Html, schema: &Value, language: Language) {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        html.raw("<p><code>").text(&words.join(" | ")).raw("</code></p>\n");
    }
    let Some(members) = schema.get("properties").and_then(Value::as_object) else { return };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    html.raw("<dl>");
    for (name, member) in members {
        html.raw("<dt><code>").text(name).raw("</code></dt><dd>");
        kind(html, member);
        if !required.contains(&name.as_str()) {
            html.text(MAY_BE_ABSENT.in_language(language));
        }
        html.raw(" ").text(translated(text(member, "/description"), language)).raw("</dd>");
    }
    html.raw("</dl>\n");
}

/// What a member holds: a link, a type, or a list of either.
fn kind(html: &mut Html, member: &Value) {
    let choices = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| member.get(*key));
    let inner = choices.and_then(Value::as_array).into_iter().flatten();
    let named = inner.chain(std::iter::once(member)).find(|choice| name_of(choice).is_some());
    let listed = member.get("items").is_some();
    html.raw("<code>");
    if let Some(name) = named.and_then(name_of) {
        link(html, name);
    } else {
        html.text(&type_of(if listed { member.get("items").unwrap_or(member) } else { member }));
    }
    html.raw(if listed { "[]</code>" } else { "</code>" });
}

/// The type words of JSON Schema, `null` left out: being absent says the same here.
fn type_of(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(several)) => {
            let words = several.iter().filter_map(Value::as_str).filter(|word| *word != "null");
            words.collect::<Vec<_>>().join(" | ")
        }
        _ => "object".to_owned(),
    }
}

const MAY_BE_ABSENT: Words = Words::new("（可无）", " (may be absent)");
