//! One operation: how it is called, by whom, with what, and what comes back.

use heqi_vocabulary::Language;
use serde_json::Value;

use super::super::html::Html;
use super::super::layout::Words;
use super::schema::{self, name_of};
use super::words::translated;
use super::{Operation, text};

/// Writes one operation.
pub(super) fn write(
    html: &mut Html,
    document: &Value,
    operation: &Operation<'_>,
    language: Language,
) {
    let id = text(operation.value, "/operationId");
    html.raw("<article class=\"operation\" id=\"").text(id).raw("\">\n<h3><span class=\"method\">");
    html.text(&operation.method.to_ascii_uppercase()).raw("</span> <code>");
    html.text(operation.path).raw("</code></h3>\n");
    for part in ["/summary", "/description"] {
        let sentence = text(operation.value, part);
        if !sentence.is_empty() {
            html.element("p", translated(sentence, language)).raw("\n");
        }
    }
    html.raw("<p><span class=\"soft\">").text(WHO.in_language(language)).raw("</span> ");
    html.text(&who(operation.value, language)).raw("</p>\n");
    parameters(html, document, operation.value, language);
    body(html, operation.value, language);
    answers(html, document, operation.value, language);
    html.raw("</article>\n");
}

/// Who may call, as the security requirements of the operation say.
fn who(operation: &Value, language: Language) -> String {
    let requirements = operation.get("security").and_then(Value::as_array);
    let mut callers = Vec::new();
    for requirement in requirements.into_iter().flatten().filter_map(Value::as_object) {
        for (scheme, scopes) in requirement {
            let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
            let scopes: Vec<&str> = scopes.collect();
            callers.push(match scheme.as_str() {
                "api_key" => format!("{} {}", API_KEY.in_language(language), scopes.join(", ")),
                _ => SIGNER.in_language(language).to_owned(),
            });
        }
    }
    if callers.is_empty() {
        EVERYBODY.in_language(language).to_owned()
    } else {
        callers.join(OR.in_language(language))
    }
}

fn parameters(html: &mut Html, document: &Value, operation: &Value, language: Language) {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) else { return };
    html.element("h4", PARAMETERS.in_language(language)).raw("<dl>");
    for parameter in parameters {
        let parameter = resolved(document, parameter);
        html.raw("<dt><code>").text(text(parameter, "/name")).raw("</code></dt><dd>");
        let place = match text(parameter, "/in") {
            "path" => IN_PATH,
            "query" => IN_QUERY,
            _ => IN_HEADER,
        };
        html.text(place.in_language(language));
        let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
        html.text(if required { REQUIRED } else { OPTIONAL }.in_language(language));
        html.text(translated(text(parameter, "/description"), language)).raw("</dd>");
    }
    html.raw("</dl>\n");
}

fn body(html: &mut Html, operation: &Value, language: Language) {
    let Some(content) = operation.pointer("/requestBody/content").and_then(Value::as_object) else {
        return;
    };
    html.element("h4", BODY.in_language(language)).raw("<p>");
    contents(html, content);
    let description = text(operation, "/requestBody/description");
    html.raw(" ").text(translated(description, language)).raw("</p>\n");
}

fn answers(html: &mut Html, document: &Value, operation: &Value, language: Language) {
    let answers = operation.get("responses").and_then(Value::as_object);
    html.element("h4", ANSWERS.in_language(language)).raw("<dl>");
    let mut failures = Vec::new();
    for (status, answer) in answers.into_iter().flatten() {
        let answer = resolved(document, answer);
        let content = answer.get("content").and_then(Value::as_object);
        if content.is_some_and(|content| content.contains_key("application/problem+json")) {
            failures.push((status, text(answer, "/description")));
            continue;
        }
        html.raw("<dt>").text(status).raw("</dt><dd>");
        html.text(translated(text(answer, "/description"), language)).raw(" ");
        if let Some(content) = content {
            contents(html, content);
        }
        html.raw("</dd>");
    }
    html.raw("</dl>\n");
    if failures.is_empty() {
        return;
    }
    html.raw("<details><summary>").text(FAILURES.in_language(language)).raw("</summary><dl>");
    for (status, description) in failures {
        html.raw("<dt>").text(status).raw("</dt><dd>");
        html.text(translated(description, language)).raw("</dd>");
    }
    html.raw("</dl></details>\n");
}

/// Media types with what they hold.
fn contents(html: &mut Html, content: &serde_json::Map<String, Value>) {
    for (media_type, content) in content {
        html.raw("<code>").text(media_type).raw("</code> ");
        if let Some(name) = content.get("schema").and_then(name_of) {
            schema::link(html, name);
        }
    }
}

/// Follows one reference inside the document.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    let pointer = reference.and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

const WHO: Words = Words::new("谁可以调用：", "Who may call:");
const EVERYBODY: Words = Words::new("任何人", "everybody");
const SIGNER: Words =
    Words::new("持有该次签署链接的签署人", "the signer with the token of the ceremony");
const API_KEY: Words = Words::new("接口密钥，权限为", "an API key with the scope");
const OR: Words = Words::new("；或 ", "; or ");
const PARAMETERS: Words = Words::new("参数", "Parameters");
const IN_PATH: Words = Words::new("地址中，", "in the path, ");
const IN_QUERY: Words = Words::new("问号之后，", "in the query, ");
const IN_HEADER: Words = Words::new("请求头，", "a header, ");
const REQUIRED: Words = Words::new("必填。", "required. ");
const OPTIONAL: Words = Words::new("可选。", "optional. ");
const BODY: Words = Words::new("内容", "Body");
const ANSWERS: Words = Words::new("答复", "Answers");
const FAILURES: Words = Words::new("失败时的答复", "Answers to failures");
