//! The frame around every page: head, languages, heading, foot, style.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_LANGUAGE, HeaderName, HeaderValue, VARY};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_service_kit::security_headers::ContentPolicy;
use heqi_vocabulary::{Digest, Language};

use super::html::Html;

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// Chinese.
    pub(crate) zh: &'static str,
    /// English.
    pub(crate) en: &'static str,
}

impl Words {
    /// Both texts.
    pub(crate) const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// The text in `language`.
    pub(crate) const fn in_language(self, language: Language) -> &'static str {
        language.pick(self.zh, self.en)
    }
}

/// A page before it has its frame.
pub(crate) struct Page {
    /// What it is called: in the tab and as its only first-level heading.
    pub(crate) title: Words,
    /// What stands between heading and foot.
    pub(crate) body: Html,
    /// One line: what this page shows and what it does not.
    pub(crate) foot: Words,
    /// After how many seconds it is loaded again, where the reader asked for that.
    pub(crate) refresh_s: Option<u64>,
}

impl Page {
    /// The whole document.
    pub(crate) fn render(&self, language: Language) -> String {
        let title = self.title.in_language(language);
        let mut html = Html::default();
        html.raw("<!doctype html>\n<html lang=\"").text(language.tag()).raw("\">\n<head>\n");
        html.raw("<meta charset=\"utf-8\">\n");
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.element("title", &format!("{title} · {}", PRODUCT.in_language(language)));
        html.raw("\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n");
        html.raw("<a class=\"skip\" href=\"#content\">").text(SKIP.in_language(language));
        html.raw("</a>\n<header><p>")
            .text(PRODUCT.in_language(language))
            .raw("</p><nav aria-label=\"");
        html.text(LANGUAGES.in_language(language)).raw("\">");
        for (code, name, each) in [("zh", "中文", Language::Zh), ("en", "English", Language::En)]
        {
            html.raw("<a href=\"?lang=").raw(code).raw("\" hreflang=\"").raw(code);
            html.raw("\" lang=\"").raw(code).raw("\"");
            if each == language {
                html.raw(" aria-current=\"true\"");
            }
            html.raw(">").raw(name).raw("</a>");
        }
        html.raw("</nav></header>\n<main id=\"content\">\n").element("h1", title).raw("\n");
        html.html(&self.body);
        html.raw("\n</main>\n<footer><p>").text(self.foot.in_language(language));
        html.raw("</p></footer>\n</body>\n</html>\n");
        html.into_string()
    }

    /// The answer of a page that may change at any time.
    pub(crate) fn respond(&self, language: Language) -> HttpResponse {
        let mut response = respond(self.render(language), language);
        if let Some(seconds) = self.refresh_s {
            let again = HeaderValue::from(seconds);
            response.headers_mut().insert(HeaderName::from_static("refresh"), again);
        }
        response
    }
}

/// The answer that carries a rendered page.
pub(crate) fn respond(document: String, language: Language) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, language.tag()))
        .insert_header((VARY, "accept-language"))
        .insert_header(ContentPolicy::default().allow("style-src", STYLE_HASH.as_str()))
        .body(document)
}

const PRODUCT: Words = Words::new("合契 · 签署平台", "Heqi · signing platform");
const SKIP: Words = Words::new("跳到正文", "Skip to the content");
const LANGUAGES: Words = Words::new("语言", "Language");

/// The style sheet, inside the page. Contrast is at least 4.5 : 1 for text and 3 : 1 for
/// shapes, in both schemes (WCAG 2.2, 1.4.3 and 1.4.11).
const STYLE: &str =
    concat!(include_str!("style.css"), include_str!("../../../crates/pages/assets/board.css"));

/// The source expression that allows exactly [`STYLE`] (W3C CSP level 3, 2.3.1).
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| {
    format!("'sha256-{}'", STANDARD.encode(Digest::of(STYLE.as_bytes()).as_bytes()))
});

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let mut body = Html::default();
        body.element("p", "<b>");
        Page {
            title: Words::new("题", "Title"),
            body,
            foot: Words::new("脚", "Foot"),
            refresh_s: Some(5),
        }
    }

    #[test]
    fn a_page_says_its_language_and_links_to_the_other() {
        let english = page().render(Language::En);
        assert!(english.contains("<html lang=\"en\">"));
        assert!(english.contains("<h1>Title</h1>\n<p>&lt;b&gt;</p>"));
        assert!(english.contains("href=\"?lang=zh\""));
        let chinese = page().render(Language::Zh);
        assert!(chinese.contains("<html lang=\"zh-CN\">") && chinese.contains("<h1>题</h1>"));
    }

    #[test]
    fn a_page_is_loaded_again_by_a_header_and_by_no_element() {
        let answer = page().respond(Language::En);
        assert_eq!(answer.headers().get("refresh").unwrap(), "5");
        assert!(!page().render(Language::En).contains("http-equiv"));
        let still = Page { refresh_s: None, ..page() }.respond(Language::En);
        assert!(still.headers().get("refresh").is_none());
    }

    #[test]
    fn the_policy_allows_the_style_of_the_page_and_no_script() {
        let response = page().respond(Language::Zh);
        let policy = response.headers().get("content-security-policy").unwrap();
        let policy = policy.to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"));
        assert!(policy.contains("style-src 'sha256-") && !policy.contains("script"));
    }

    #[test]
    fn colours_of_text_reach_the_contrast_of_wcag() {
        for (scheme, pairs) in [
            ("light", [("#1a1c1e", "#ffffff"), ("#4a5056", "#ffffff"), ("#0a5a85", "#ffffff")]),
            ("dark", [("#f0f1f2", "#16181a"), ("#b4bac0", "#16181a"), ("#8fcbf2", "#16181a")]),
        ] {
            for (ink, paper) in pairs {
                assert!(STYLE.contains(ink) && STYLE.contains(paper), "{scheme}: {ink} {paper}");
                let (a, b) = (luminance(ink), luminance(paper));
                let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(ratio >= 4.5, "{scheme}: {ink} on {paper} is {ratio:.2}");
            }
        }
    }

    /// Relative luminance (WCAG 2.2, glossary).
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }
}
