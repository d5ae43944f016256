//! The description of the interface for people, made from the same OpenAPI document that
//! programs read: nothing can be said here that is not said there.

mod operation;
mod schema;
mod words;

use heqi_vocabulary::Language;
use serde_json::Value;

use super::html::Html;
use super::layout::{Page, Words};
use words::translated;

/// The page in both languages and the document for programs, rendered once at the start.
pub(crate) struct RenderedDocs {
    /// `openapi.json`.
    pub(crate) json: bytes::Bytes,
    zh: String,
    en: String,
}

impl RenderedDocs {
    /// Renders both from an OpenAPI document.
    pub(crate) fn of(json: String) -> Self {
        let document: Value = serde_json::from_str(&json).unwrap_or_default();
        let page = |language| page(&document, language).render(language);
        Self { zh: page(Language::Zh), en: page(Language::En), json: json.into() }
    }

    /// The page.
    pub(crate) fn page(&self, language: Language) -> String {
        match language {
            Language::Zh => self.zh.clone(),
            Language::En => self.en.clone(),
        }
    }
}

/// The page that describes `document`.
pub(crate) fn page(document: &Value, language: Language) -> Page {
    let mut body = Html::default();
    body.element("p", translated(text(document, "/info/description"), language));
    body.raw("<p>").text(FOR_PROGRAMS.in_language(language));
    body.raw(" <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1)</p>\n");
    contents(&mut body, document, language);
    for tag in tags(document) {
        let id = id_of(tag.name);
        body.raw("<section aria-labelledby=\"").text(&id).raw("\">\n<h2 id=\"");
        body.text(&id).raw("\">").text(translated(tag.title, language)).raw("</h2>\n");
        for operation in operations(document).filter(|found| found.tag() == tag.name) {
            operation::write(&mut body, document, &operation, language);
        }
        body.raw("</section>\n");
    }
    problems(&mut body, language);
    schema::write_all(&mut body, document, language);
    Page { title: TITLE, body, foot: FOOT, refresh_s: None }
}

/// What a group of the page is called in addresses and labels: a blank would end it.
fn id_of(tag: &str) -> String {
    format!("tag-{}", tag.replace(' ', "-"))
}

fn contents(body: &mut Html, document: &Value, language: Language) {
    body.raw("<nav class=\"contents\" aria-label=\"").text(CONTENTS.in_language(language));
    body.raw("\"><ul class=\"plain\">");
    for tag in tags(document) {
        body.raw("<li><a href=\"#").text(&id_of(tag.name)).raw("\">");
        body.text(translated(tag.title, language)).raw("</a></li>");
    }
    body.raw("<li><a href=\"#problems\">").text(PROBLEMS.in_language(language)).raw("</a></li>");
    body.raw("<li><a href=\"#data\">")
        .text(DATA.in_language(language))
        .raw("</a></li></ul></nav>\n");
}

fn problems(body: &mut Html, language: Language) {
    body.raw("<section aria-labelledby=\"problems\">\n<h2 id=\"problems\">");
    body.text(PROBLEMS.in_language(language)).raw("</h2>\n");
    for sentence in PROBLEMS_TEXT {
        body.element("p", sentence.in_language(language));
    }
    body.raw("</section>\n");
}

/// A group of operations.
struct Tag<'a> {
    name: &'a str,
    title: &'a str,
}

fn tags(document: &Value) -> impl Iterator<Item = Tag<'_>> {
    let tags = document.get("tags").and_then(Value::as_array);
    tags.into_iter()
        .flatten()
        .map(|tag| Tag { name: text(tag, "/name"), title: text(tag, "/description") })
}

/// One operation of the document.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    value: &'a Value,
}

impl<'a> Operation<'a> {
    fn tag(&self) -> &'a str {
        text(self.value, "/tags/0")
    }
}

fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths.into_iter().flatten().flat_map(|(path, item)| {
        item.as_object()
            .into_iter()
            .flatten()
            .filter(|(method, _)| *method != "parameters")
            .map(move |(method, value)| Operation { method, path, value })
    })
}

/// The text at a JSON pointer, empty if there is none.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

const TITLE: Words = Words::new("接口说明", "The programming interface");
const FOOT: Words = Words::new(
    "本页展示本平台程序接口的全部操作、参数与答复；不展示任何办件、人员或存证内容。",
    "This page shows every operation, parameter and answer of this platform's interface; it shows no filing, person or evidence.",
);
const FOR_PROGRAMS: Words =
    Words::new("供程序读取的同一份说明：", "The same description for programs:");
const CONTENTS: Words = Words::new("目录", "Contents");
const DATA: Words = Words::new("数据结构", "Data");
const PROBLEMS: Words = Words::new("出错时", "When something goes wrong");
const PROBLEMS_TEXT: [Words; 3] = [
    Words::new(
        "任何失败的答复都是 application/problem+json（RFC 9457）：code 供程序判断，detail 说明发生了什么，next_step 说明下一步怎么做。",
        "Every failure is an application/problem+json (RFC 9457): code is for programs, detail says what happened, next_step says what to do.",
    ),
    Words::new(
        "语言由 Accept-Language 决定，默认中文。求助时请提供 request_id。",
        "Accept-Language decides the language, Chinese by default. Quote the request_id when asking for help.",
    ),
    Words::new(
        "4xx 表示未作任何更改。重发 POST 时请沿用同一个 Idempotency-Key：同一内容只会办理一次，答复相同；内容不同则被拒绝。",
        "A 4xx means that nothing was changed. Repeat a POST with the same Idempotency-Key: the same content is done once and answered the same way, another content is refused.",
    ),
];

#[cfg(test)]
mod tests;
