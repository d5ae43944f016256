//! HTML as it is written. Markup is ours and fixed when the program is built; whatever else
//! goes in is text, and text is escaped; what `heqi_pages` drew was escaped there. There is no other way in.

use heqi_pages::board::Drawn;

/// Markup under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    /// Adds markup of ours.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text, escaped so that it is text between tags and between double quotes.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (plain, special) = rest.split_at(at);
            self.0.push_str(plain);
            self.0.push_str(match special.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#39;",
            });
            rest = special.get(1..).unwrap_or("");
        }
        self.0.push_str(rest);
        self
    }

    /// Adds markup that was built the same way.
    pub(crate) fn html(&mut self, other: &Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    /// Adds what was drawn elsewhere, escaped there.
    pub(crate) fn drawn(&mut self, drawn: &Drawn) -> &mut Self {
        self.0.push_str(drawn.as_str());
        self.raw("\n")
    }

    /// `<tag>text</tag>` for a tag of ours.
    pub(crate) fn element(&mut self, tag: &'static str, text: &str) -> &mut Self {
        self.raw("<").raw(tag).raw(">").text(text).raw("</").raw(tag).raw(">")
    }

    /// The markup.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(text: &str) -> String {
        let mut html = Html::default();
        html.text(text);
        html.into_string()
    }

    #[test]
    fn what_could_be_markup_is_text() {
        assert_eq!(
            escaped("<script>alert(\"1\" & '2')</script>"),
            "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;"
        );
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_escaped_form(text in ".*") {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            let back = escaped
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
            prop_assert_eq!(back, text);
        }
    }
}
