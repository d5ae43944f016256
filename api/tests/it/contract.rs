//! Whether an answer is one that the OpenAPI document describes.

use std::sync::LazyLock;

use serde_json::Value;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&heqi_api::openapi::to_json()).unwrap());

/// Compares an answer with the document: the operation exists, the status is listed, the
/// media type is, and a JSON body has exactly the members of its schema.
///
/// # Panics
/// It is not as described.
pub(crate) fn check(method: &str, path: &str, status: u16, media_type: &str, body: &[u8]) {
    if heqi_api::access::is_page(path.split('?').next().unwrap()) {
        return;
    }
    let Some((template, item)) = find(path) else {
        assert_eq!(status, 404, "{path} is not described and answers {status}");
        return;
    };
    let Some(operation) = item.get(method.to_ascii_lowercase()) else {
        assert!([404, 405].contains(&status), "{method} {path} answers {status}");
        return;
    };
    let place = format!("{method} {template} {status}");
    let response = &operation["responses"][status.to_string()];
    assert!(response.is_object(), "{place} is not described");
    let response = resolved(response);
    let Some(content) = response.get("content").and_then(Value::as_object) else {
        assert!(body.is_empty(), "{place} has a body that is not described");
        return;
    };
    let described = content.get(media_type);
    let described = described.unwrap_or_else(|| panic!("{place} is not described as {media_type}"));
    let is_json = media_type == "application/json" || media_type == "application/problem+json";
    if is_json && let Some(schema) = described.get("schema") {
        let body: Value = serde_json::from_slice(body).unwrap();
        fits(schema, &body, &place);
    }
}

/// The path template that `path` belongs to; the one with fewer variables wins.
fn find(path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next().unwrap();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let matching = paths.iter().filter(|(template, _)| is_of(path, template));
    let fewest = matching.min_by_key(|(template, _)| template.matches('{').count());
    fewest.map(|(template, item)| (template.as_str(), item))
}

fn is_of(path: &str, template: &str) -> bool {
    // The only variable that spans several parts is the address of a tile.
    if let Some(log) = template.strip_suffix("/{tile}") {
        let parts = log.split('/').count();
        let begins: Vec<&str> = path.splitn(parts + 1, '/').collect();
        return begins.len() == parts + 1
            && begins[parts].starts_with("tile/")
            && is_of(&begins[..parts].join("/"), log);
    }
    let (path, template) = (path.split('/'), template.split('/'));
    path.clone().count() == template.clone().count()
        && path.zip(template).all(|(part, wanted)| part == wanted || wanted.starts_with('{'))
}

fn resolved(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            let pointer = reference.strip_prefix('#').unwrap();
            DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("{reference} is missing"))
        }
        None => value,
    }
}

fn fits(schema: &'static Value, value: &Value, place: &str) {
    let schema = resolved(schema);
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let is_null = |choice: &&Value| choice["type"] == "null";
        if value.is_null() {
            assert!(choices.iter().any(|choice| is_null(&choice)), "{place} is null");
        } else {
            let choice = choices.iter().find(|choice| !is_null(choice)).unwrap();
            fits(choice, value, place);
        }
        return;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => return,
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{place} is {kind}, described as {kinds:?}");
    match value {
        Value::String(text) => fits_text(schema, text, place),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                fits(&schema["items"], item, &format!("{place}[{at}]"));
            }
        }
        Value::Object(members) => fits_object(schema, members, place),
        _ => {}
    }
}

fn fits_text(schema: &Value, text: &str, place: &str) {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        assert!(words.iter().any(|word| word == text), "{place} is {text:?}, not in {words:?}");
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        let pattern = regex_lite::Regex::new(pattern).unwrap();
        assert!(pattern.is_match(text), "{place} is {text:?}, not {pattern}");
    }
}

fn fits_object(schema: &'static Value, members: &serde_json::Map<String, Value>, place: &str) {
    // An object without described members is free in form: an envelope, a disclosure.
    let Some(described) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, member) in members {
        let described = described.get(name);
        let described = described.unwrap_or_else(|| panic!("{place}.{name} is not described"));
        fits(described, member, &format!("{place}.{name}"));
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap();
        assert!(members.contains_key(name), "{place}.{name} is missing");
    }
}

#[test]
fn a_path_is_found_by_its_template() {
    let template = |path| find(path).map(|(template, _)| template);
    assert_eq!(template("/log/x/tile/entries/000.p/3"), Some("/log/{log}/{tile}"));
    assert_eq!(template("/log/x/head"), Some("/log/{log}/head"));
    assert_eq!(template("/api/v1/filings/abc"), Some("/api/v1/filings/{filing_id}"));
    assert_eq!(template("/api/v1/people"), None);
}

#[test]
#[should_panic(expected = "people is not described")]
fn a_member_that_is_not_described_is_found() {
    let body = br#"{"record_id":"rec_00000000000000000000000000","people":1}"#;
    let path = "/api/v1/signings/sig_00000000000000000000000000/decline";
    check("POST", path, 201, "application/json", body);
}
