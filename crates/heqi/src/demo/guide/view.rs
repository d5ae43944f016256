//! How a page of the demo is wanted, and the document around each: language and size of the text
//! are in the address, so they work without a script and a cookie.

use heqi_service_kit::language::ReaderLanguage;
use heqi_vocabulary::Language;
use serde::Deserialize;

/// What an address of the demo may say.
#[derive(Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
    /// `large`, else the usual size.
    text: Option<String>,
    /// The page looks again by itself.
    pub(super) live: Option<String>,
    /// What the visitor does to the copy.
    #[serde(rename = "do")]
    pub(super) deed: Option<String>,
}

/// How a page is wanted.
#[derive(Clone, Copy)]
pub(super) struct View {
    pub(super) language: Language,
    pub(super) is_large: bool,
}

impl Asked {
    pub(super) fn view(&self, reader: ReaderLanguage) -> View {
        let language = self.lang.as_deref().and_then(|l| l.parse().ok()).unwrap_or(reader.0);
        View { language, is_large: self.text.as_deref() == Some("large") }
    }
}

impl View {
    pub(super) const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        self.language.pick(zh, en)
    }

    /// The value of `lang`.
    pub(super) const fn tag(self) -> &'static str {
        self.language.pick("zh", "en")
    }

    /// The address of a page of ours, wanted the same way, as it stands in an attribute.
    pub(super) fn link(self, path: &str) -> String {
        let joint = if path.contains('?') { "&amp;" } else { "?" };
        let text = if self.is_large { "&amp;text=large" } else { "" };
        format!("{path}{joint}lang={}{text}", self.tag())
    }

    /// The whole document. `here` is the path of the page with what else its address says.
    ///
    /// What is written is this program's own; what came from outside is escaped where it is put in.
    pub(super) fn document(self, here: &str, title: &str, body: &str, foot: &str) -> String {
        let (other, name, tag) = match self.language {
            Language::Zh => (Language::En, "English", "en"),
            Language::En => (Language::Zh, "中文", "zh-CN"),
        };
        let in_other = Self { language: other, ..self }.link(here);
        let in_size = Self { is_large: !self.is_large, ..self }.link(here);
        let size = if self.is_large {
            self.pick("标准字号", "Usual text")
        } else {
            self.pick("大字版", "Large text")
        };
        format!(
            "<!doctype html><html lang=\"{}\" class=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{title}</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\
             <body><header><nav aria-label=\"{}\"><a href=\"{in_size}\">{size}</a>\
             <a href=\"{in_other}\" hreflang=\"{tag}\" lang=\"{tag}\">{name}</a></nav></header>\
             <main>{body}</main><footer>{foot}</footer></body></html>",
            self.language.tag(),
            if self.is_large { "large" } else { "usual" },
            self.pick("语言和字号", "Language and size of the text"),
        )
    }

    /// The way back, at the end of a page.
    pub(super) fn back(self) -> String {
        let (to, words) = (self.link("/"), self.pick("回到导览", "Back to the guide"));
        format!("<p><a href=\"{to}\">{words}</a></p>")
    }
}

/// Messages and reports hold what people typed.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_language_and_size_and_the_document_offers_the_other_ones() {
        let view = View { language: Language::En, is_large: true };
        assert_eq!(
            view.link("/tamper?do=one-byte"),
            "/tamper?do=one-byte&amp;lang=en&amp;text=large"
        );
        let page = view.document("/tamper?do=one-byte", "t", "b", "f");
        assert!(page.contains("<html lang=\"en\" class=\"large\">"), "{page}");
        assert!(page.contains("href=\"/tamper?do=one-byte&amp;lang=zh&amp;text=large\""), "{page}");
        assert!(page.contains("href=\"/tamper?do=one-byte&amp;lang=en\""), "{page}");
    }
}
