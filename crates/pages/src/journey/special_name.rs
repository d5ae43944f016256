//! 姓名特殊情形: name and number differ as an authority has them, and the signer says why.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{facts, hidden, notice, ways_out};
use crate::words::Words;

/// What may be special about the name, and what was said of it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SpecialNamePage {
    /// The name as the handler declared it.
    pub name: String,
    /// Words of the form, and what people read, in the reader's language.
    pub choices: Vec<(String, String)>,
    /// What was said, the writing of the name if there was one, and when, with zone.
    pub said: Option<(String, Option<String>, String)>,
    /// Whose staff looks.
    pub office: String,
    /// The name of the act.
    pub key: String,
}

impl Page for SpecialNamePage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if let Some((said, written, at)) = &self.said {
                (notice(NOTED.in_language(l)))
                (facts(&[
                    (WHAT.in_language(l), said),
                    (WRITTEN.in_language(l), written.as_deref().unwrap_or("—")),
                    (AT.in_language(l), at),
                    (OFFICE.in_language(l), &self.office),
                ]))
                p { a .go href=(Link::Journey) { (ON.in_language(l)) } }
                h2 { (AGAIN.in_language(l)) }
            } @else {
                p .lead { (LEAD.in_language(l)) }
                (facts(&[(NAME.in_language(l), &self.name), (OFFICE.in_language(l), &self.office)]))
            }
            form method="post" action=(Link::SpecialName) {
                (hidden(frame, &self.key))
                fieldset .grounds {
                    legend { (WHAT.in_language(l)) }
                    @for (at, (word, text)) in self.choices.iter().enumerate() {
                        label .ground for={ "special-" (at) } {
                            input type="radio" name="name" id={ "special-" (at) } value=(word) required;
                            span { (text) }
                        }
                    }
                }
                label for="written" { (WRITE.in_language(l)) }
                input type="text" id="written" name="written" maxlength="100"
                    autocomplete="off" spellcheck="false" aria-describedby="written-help";
                p #written-help .soft { (WRITE_HELP.in_language(l)) }
                button .go type="submit" { (SEND.in_language(l)) }
            }
            @if self.said.is_none() {
                p { a .button href=(Link::Journey) { (NOTHING.in_language(l)) } }
            }
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Who)
    }

    fn samples() -> Vec<Self> {
        let sample = |said: Option<(&str, Option<&str>)>| Self {
            name: "龚吉".into(),
            choices: [
                ("rare_character", "姓名含生僻字"),
                ("middle_dot", "姓名含“·”"),
                ("renamed", "改过姓名"),
                ("name_order", "境外人员姓名，顺序或拼写与证件不同"),
            ]
            .map(|(word, text)| (word.to_owned(), text.to_owned()))
            .into(),
            said: said.map(|(what, written)| {
                let at = "2026-11-23 20:05:00 +08:00".to_owned();
                (what.to_owned(), written.map(str::to_owned), at)
            }),
            office: "杭州市临安区市场监督管理局".into(),
            key: "0123".into(),
        };
        vec![
            sample(None),
            sample(Some(("姓名含生僻字", Some("龚𠮷<b>\"'")))),
            sample(Some(("改过姓名", None))),
        ]
    }
}

const TITLE: Words = Words::new("姓名特殊情形", "Something special about the name");
const LEAD: Words = Words::new(
    "核验机构答复：姓名与证件号码不一致。姓名含生僻字或“·”、改过姓名、境外人员姓名顺序不同时常会这样。请选一项，工作人员会据此核对；您可以继续签署。",
    "The authority that was asked answered that name and number do not belong together. That is often so where a name has a rare character or a dot, was changed, or is written in another order abroad. Choose what is so: staff looks at it, and you can go on signing.",
);
const NOTED: Words = Words::new(
    "已登记，由工作人员核对。您可以继续签署，已填写内容不会丢失。",
    "Noted: staff looks at it. You can go on signing; nothing entered is lost.",
);
const NAME: Words = Words::new("申报的姓名", "Name as declared");
const OFFICE: Words = Words::new("核对机构", "Office");
const WHAT: Words = Words::new("您的情形", "What is so");
const WRITTEN: Words = Words::new("证件上的姓名", "Name in the document");
const AT: Words = Words::new("登记时间", "Noted at");
const WRITE: Words = Words::new(
    "证件上的姓名怎么写（可不填）",
    "How the name stands in the document (may stay empty)",
);
const WRITE_HELP: Words = Words::new(
    "打不出的字可以描述，例如“上土下口”；改过姓名的，填写原来的姓名。",
    "A character you cannot type may be described; if the name was changed, write the one before.",
);
const SEND: Words = Words::new("登记", "Note it");
const ON: Words = Words::new("继续签署", "Go on signing");
const AGAIN: Words = Words::new("改填", "Say something else");
const NOTHING: Words = Words::new("没有特殊情形，继续签署", "Nothing special: go on signing");
const FOOT: Words = Words::new(
    "所填内容加密保存，只给核对您身份的工作人员看；登记了哪一种情形会如实记录。",
    "What you write is kept encrypted and shown only to the staff that checks who you are; which case was noted is recorded.",
);
