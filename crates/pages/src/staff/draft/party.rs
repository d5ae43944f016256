//! One more party of a filing in preparation.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::About;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{DeskLink, Link};
use crate::parts::hidden;
use crate::staff::field::{Fields, Line};
use crate::staff::{FieldTrouble, Trouble};
use crate::words::Words;

/// The form that adds a party.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PartyPage {
    /// Whose form it is, and of which filing.
    pub about: About,
    /// Kinds of parties: word, and name in the reader's language.
    pub kinds: Vec<(String, String)>,
    /// Capacities: word, and name in the reader's language.
    pub capacities: Vec<(String, String)>,
    /// What was typed.
    pub typed: PartyTyped,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<FieldTrouble>,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PartyTyped {
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// Who signs for it.
    pub representative: String,
    /// The words of its capacities.
    pub capacities: Vec<String>,
}

impl Page for PartyPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let fields = Fields::new(l, self.trouble.as_ref());
        html! {
            (self.about.head(frame))
            (fields.above())
            form .decision method="post" action=(Link::Desk(DeskLink::Parties(self.about.filing))) {
                (hidden(frame, &self.key))
                (fields.choice(("kind", KIND), &self.kinds, &self.typed.kind))
                (fields.line(&Line {
                    name: "name",
                    label: NAME,
                    hint: Some(NAME_HINT),
                    value: &self.typed.name,
                    is_required: true,
                    most: "100",
                    keyboard: "text",
                }))
                (fields.line(&Line {
                    name: "representative",
                    label: REPRESENTATIVE,
                    hint: Some(REPRESENTATIVE_HINT),
                    value: &self.typed.representative,
                    is_required: false,
                    most: "64",
                    keyboard: "text",
                }))
                (fields.boxes(("capacity", CAPACITIES), (&self.capacities, &self.typed.capacities)))
                button .go type="submit" { (ADD.in_language(l)) }
            }
            p .soft { (ONCE.in_language(l)) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let two = |word: &str, name: &str| (word.to_owned(), name.to_owned());
        let sample = |typed, at: Option<(Option<&str>, &str)>| Self {
            about: About::sample(),
            kinds: vec![
                two("person", "自然人"),
                two("company", "公司（由代表人签署）"),
                two("ward", "未成年人（由监护人签署）"),
            ],
            capacities: vec![
                two("shareholder", "股东"),
                two("corporate_shareholder_representative", "法人股东代表"),
                two("supervisor", "监事"),
            ],
            typed,
            key: "0123456789abcdef".into(),
            trouble: at.map(|(field, what)| FieldTrouble {
                field: field.map(str::to_owned),
                trouble: Trouble { what: what.into(), next: "请核对后重新填写。".into() },
            }),
        };
        let typed = PartyTyped {
            kind: "company".into(),
            name: "杭州示例云栖投资有限公司<b>\"'".into(),
            representative: "周建国".into(),
            capacities: vec!["shareholder".into()],
        };
        vec![
            sample(PartyTyped::default(), None),
            sample(typed.clone(), Some((Some("capacity"), "该当事人不能以“股东”的身份参加。"))),
            sample(typed.clone(), Some((Some("name"), "公司名称的长度应为2至100个字符。"))),
            sample(typed.clone(), Some((Some("representative"), "没有填写姓名。"))),
            sample(typed, Some((None, "一个办件最多100位当事人。"))),
        ]
    }
}

const TITLE: Words = Words::new("添加当事人", "Add a party");
const KIND: Words = Words::new("当事人是", "The party is");
const NAME: Words = Words::new("姓名或公司名称", "Name of the person or company");
const NAME_HINT: Words = Words::new(
    "与身份证件或营业执照上的完全一致，包括“·”和生僻字。",
    "Exactly as on the identity document or licence, with its dots and rare characters.",
);
const REPRESENTATIVE: Words = Words::new("签署人姓名", "Who signs for it");
const REPRESENTATIVE_HINT: Words = Words::new(
    "公司填写代表人，未成年人填写监护人；自然人本人签署，不用填写。",
    "For a company its representative, for a minor the guardian; a person signs alone, leave it empty.",
);
const CAPACITIES: Words = Words::new("身份（可多选）", "Capacities (any number)");
const ADD: Words = Words::new("添加，接着填写联系方式", "Add, then enter the contact");
const ONCE: Words = Words::new(
    "同一个人有多种身份的，只添加一次并勾选全部身份：只需签署一次。",
    "Who has several capacities is added once with all of them, and signs once.",
);
const FOOT: Words = Words::new(
    "您填写的姓名未经核验；签署前由其本人核验身份。",
    "Names that you enter are not checked by it; each person is checked before signing.",
);
