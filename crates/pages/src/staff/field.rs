//! Fields of the forms in which a handler prepares a filing. What went wrong at a field stands before it, the field names
//! it as its description and takes the focus; what is wrong with the whole stands above the form.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::Trouble;
use crate::words::Words;

/// What went wrong, and at which field.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct FieldTrouble {
    /// The name of the field; none where it is about the whole.
    pub field: Option<String>,
    /// What went wrong.
    pub trouble: Trouble,
}

/// The fields of one form.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    language: Language,
    trouble: Option<&'a FieldTrouble>,
}

/// A line to type in.
pub(crate) struct Line<'a> {
    /// Its name, and the identifier of its element.
    pub(crate) name: &'a str,
    pub(crate) label: Words,
    /// What is to be known before typing.
    pub(crate) hint: Option<Words>,
    pub(crate) value: &'a str,
    pub(crate) is_required: bool,
    /// The most characters.
    pub(crate) most: &'static str,
    /// Which keyboard a phone shows.
    pub(crate) keyboard: &'static str,
}

impl<'a> Fields<'a> {
    pub(crate) const fn new(language: Language, trouble: Option<&'a FieldTrouble>) -> Self {
        Self { language, trouble }
    }

    /// What went wrong with the whole.
    pub(crate) fn above(self) -> Markup {
        html! {
            @if let Some(FieldTrouble { field: None, trouble }) = self.trouble { (told(trouble)) }
        }
    }

    /// What went wrong at this field.
    pub(crate) fn at(self, name: &str) -> Markup {
        html! {
            @if let Some(at) = self.trouble.filter(|at| at.field.as_deref() == Some(name)) {
                (told(&at.trouble))
            }
        }
    }

    pub(crate) fn is_wrong(self, name: &str) -> bool {
        self.trouble.is_some_and(|at| at.field.as_deref() == Some(name))
    }

    /// By what a field is described: what went wrong, and its hint.
    pub(crate) fn described(self, name: &str, has_hint: bool) -> Option<String> {
        match (self.is_wrong(name), has_hint) {
            (true, true) => Some(format!("trouble {name}-hint")),
            (true, false) => Some("trouble".to_owned()),
            (false, true) => Some(format!("{name}-hint")),
            (false, false) => None,
        }
    }

    pub(crate) fn line(self, line: &Line<'_>) -> Markup {
        let (l, name) = (self.language, line.name);
        let is_wrong = self.is_wrong(name);
        html! {
            label for=(name) { (line.label.in_language(l)) }
            @if let Some(hint) = line.hint { p id={ (name) "-hint" } .soft { (hint.in_language(l)) } }
            (self.at(name))
            input type="text" id=(name) name=(name) required[line.is_required] maxlength=(line.most)
                inputmode=(line.keyboard) autocomplete="off" spellcheck="false" value=(line.value)
                aria-invalid=[is_wrong.then_some("true")]
                aria-describedby=[self.described(name, line.hint.is_some())] autofocus[is_wrong];
        }
    }

    /// One of several: word and name of each.
    pub(crate) fn choice(
        self,
        named: (&str, Words),
        options: &[(String, String)],
        chosen: &str,
    ) -> Markup {
        self.marks(named, ("radio", true), options, |word| word == chosen)
    }

    /// Each of several with its mark, set where `is_set` says so.
    fn marks(
        self,
        (name, legend): (&str, Words),
        (kind, is_required): (&str, bool),
        options: &[(String, String)],
        is_set: impl Fn(&String) -> bool,
    ) -> Markup {
        let is_wrong = self.is_wrong(name);
        html! {
            fieldset aria-describedby=[self.described(name, false)] {
                legend { (legend.in_language(self.language)) }
                (self.at(name))
                @for (at, (word, called)) in options.iter().enumerate() {
                    label .ground {
                        input type=(kind) name=(name) value=(word) required[is_required]
                            checked[is_set(word)] autofocus[is_wrong && at == 0];
                        span { (called) }
                    }
                }
            }
        }
    }
}

/// Words and names of several, and which of them are ticked.
pub(crate) type Ticks<'a> = (&'a [(String, String)], &'a [String]);

impl Fields<'_> {
    /// Any of several.
    pub(crate) fn boxes(self, named: (&str, Words), (options, ticked): Ticks<'_>) -> Markup {
        self.marks(named, ("checkbox", false), options, |word| ticked.contains(word))
    }

    /// A day, as it stands on a document.
    pub(crate) fn day(
        self,
        (name, label): (&str, Words),
        value: &str,
        is_required: bool,
    ) -> Markup {
        let is_wrong = self.is_wrong(name);
        html! {
            label for=(name) { (label.in_language(self.language)) }
            (self.at(name))
            input type="date" id=(name) name=(name) required[is_required] value=(value)
                aria-invalid=[is_wrong.then_some("true")]
                aria-describedby=[self.described(name, false)] autofocus[is_wrong];
        }
    }

    /// One of several, where the first one is chosen unless another one is.
    pub(crate) fn select(
        self,
        (name, label): (&str, Words),
        options: &[(String, String)],
        chosen: &str,
    ) -> Markup {
        let is_wrong = self.is_wrong(name);
        html! {
            label for=(name) { (label.in_language(self.language)) }
            (self.at(name))
            select id=(name) name=(name) aria-describedby=[self.described(name, false)]
                autofocus[is_wrong] {
                @for (word, called) in options {
                    option value=(word) selected[word == chosen] { (called) }
                }
            }
        }
    }
}

/// The sentences, read out as soon as the page is there.
fn told(Trouble { what, next }: &Trouble) -> Markup {
    html! { p #trouble .notice role="alert" { (what) " " (next) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Words = Words::new("姓名", "Name");

    fn line(hint: Option<Words>) -> Line<'static> {
        Line {
            name: "name",
            label: NAME,
            hint,
            value: "陈<b>",
            is_required: true,
            most: "64",
            keyboard: "text",
        }
    }

    #[test]
    fn what_went_wrong_stands_at_its_field_and_nowhere_else() {
        let trouble = Trouble { what: "姓名有误。".into(), next: "请核对。".into() };
        let at = FieldTrouble { field: Some("name".into()), trouble: trouble.clone() };
        let fields = Fields::new(Language::Zh, Some(&at));
        let shown = fields.line(&line(Some(NAME))).into_string();
        assert!(shown.contains("aria-describedby=\"trouble name-hint\""), "{shown}");
        assert!(shown.contains("aria-invalid=\"true\"") && shown.contains(" autofocus"), "{shown}");
        assert!(shown.contains("陈&lt;b&gt;"), "{shown}");
        assert_eq!(shown.matches("id=\"trouble\"").count(), 1);
        assert_eq!(fields.at("other").into_string(), "");
        assert_eq!(fields.above().into_string(), "");

        let whole = FieldTrouble { field: None, trouble };
        let fields = Fields::new(Language::Zh, Some(&whole));
        assert!(fields.above().into_string().contains("role=\"alert\""));
        let shown = fields.line(&line(None)).into_string();
        assert!(!shown.contains("trouble") && !shown.contains("autofocus"), "{shown}");
    }

    #[test]
    fn the_first_of_several_takes_the_focus_when_none_was_chosen() {
        let trouble = Trouble { what: "没有选择。".into(), next: "请选择一项。".into() };
        let at = FieldTrouble { field: Some("matter".into()), trouble };
        let options = [("a".to_owned(), "甲".to_owned()), ("b".to_owned(), "乙".to_owned())];
        let fields = Fields::new(Language::Zh, Some(&at));
        let shown = fields.choice(("matter", NAME), &options, "b").into_string();
        assert_eq!(shown.matches("autofocus").count(), 1);
        assert!(shown.contains("<fieldset aria-describedby=\"trouble\">"), "{shown}");
        assert!(shown.contains("value=\"b\" required checked"), "{shown}");
    }
}
