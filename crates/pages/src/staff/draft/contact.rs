//! How a party of a filing is reached, and the number of its identity document.

use heqi_vocabulary::{Language, PartyId};
use maud::{Markup, html};

use super::About;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{DeskLink, Link};
use crate::parts::{facts, hidden, notice};
use crate::staff::field::{Fields, Line};
use crate::staff::{FieldTrouble, Trouble};
use crate::words::Words;

/// The form that declares a contact.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ContactPage {
    /// Whose form it is, and of which filing.
    pub about: About,
    /// The party.
    pub party: PartyId,
    /// Its name, with that of the person who signs for it.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
    /// Whether it is a company, which has a code.
    pub is_company: bool,
    /// What was declared before, masked; empty where nothing was.
    pub declared: String,
    /// Kinds of identity documents: word, and name in the reader's language.
    pub documents: Vec<(String, String)>,
    /// Languages of messages: word and name.
    pub languages: Vec<(String, String)>,
    /// What was typed; numbers are typed again.
    pub typed: ContactTyped,
    /// What was taken and may still go wrong, in the reader's language.
    pub warnings: Vec<String>,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<FieldTrouble>,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ContactTyped {
    /// The mobile number.
    pub mobile: String,
    /// The e-mail address.
    pub email: String,
    /// The kind of the identity document.
    pub document: String,
    /// Its last day.
    pub ends: String,
    /// The code of the company.
    pub code: String,
    /// The language of messages.
    pub language: String,
}

impl Page for ContactPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let fields = Fields::new(l, self.trouble.as_ref());
        let declared = self.declared.as_str();
        let declared = if declared.is_empty() { NONE.in_language(l) } else { declared };
        html! {
            (self.about.head(frame))
            (facts(&[
                (NAME.in_language(l), &self.name),
                (CAPACITIES.in_language(l), &self.capacities),
                (DECLARED.in_language(l), declared),
            ]))
            @if !self.warnings.is_empty() {
                h2 { (TAKEN.in_language(l)) }
                @for warning in &self.warnings { (notice(warning)) }
                p { a .go href=(Link::Desk(DeskLink::Filing(self.about.filing))) { (ON.in_language(l)) } }
            }
            (fields.above())
            form .decision method="post"
                action=(Link::Desk(DeskLink::Party(self.about.filing, self.party))) {
                (hidden(frame, &self.key))
                (self.lines(fields))
                button .go type="submit" { (KEEP.in_language(l)) }
            }
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
        let sample = |is_company, at: Option<(Option<&str>, &str)>| Self {
            about: About::sample(),
            party: PartyId::from_bytes([3; 16]),
            name: "陈素英<b>\"'".into(),
            capacities: "股东、监事".into(),
            is_company,
            declared: if is_company {
                String::new()
            } else {
                "138****0001、c***@example.com".into()
            },
            documents: vec![two("resident_id", "居民身份证"), two("passport", "护照")],
            languages: vec![two("zh", "中文"), two("en", "English")],
            typed: ContactTyped {
                mobile: "13800000001<i>".into(),
                document: "passport".into(),
                ends: "2036-11-23".into(),
                language: "en".into(),
                ..ContactTyped::default()
            },
            warnings: Vec::new(),
            key: "0123456789abcdef".into(),
            trouble: at.map(|(field, what)| FieldTrouble {
                field: field.map(str::to_owned),
                trouble: Trouble { what: what.into(), next: "请核对后重新填写。".into() },
            }),
        };
        vec![
            sample(false, None),
            sample(true, Some((Some("mobile"), "该手机号码或邮箱已用于本办件的其他人。"))),
            sample(true, Some((Some("company_code"), "统一社会信用代码有误。"))),
            sample(false, Some((Some("id_number"), "证件号码校验不通过。"))),
            sample(false, Some((Some("document_ends"), "身份证件已于2020-01-01到期。"))),
            sample(false, Some((None, "姓名中有证件姓名不会有的字符。"))),
            Self {
                warnings: vec!["身份证件将在30天内到期。".into()], ..sample(false, None)
            },
        ]
    }
}

impl ContactPage {
    fn lines(&self, fields: Fields<'_>) -> Markup {
        let typed = &self.typed;
        let line = |name: &'static str, (label, hint), value: &str, most, keyboard| {
            let line = Line { name, label, hint, value, is_required: false, most, keyboard };
            fields.line(&line)
        };
        html! {
            (line("mobile", (MOBILE, Some(MOBILE_HINT)), &typed.mobile, "24", "tel"))
            (line("email", (EMAIL, None), &typed.email, "254", "email"))
            (fields.select(("document_kind", DOCUMENT), &self.documents, &typed.document))
            (line("id_number", (NUMBER, Some(NUMBER_HINT)), "", "32", "text"))
            (fields.day(("document_ends", ENDS), &typed.ends, false))
            @if self.is_company { (line("company_code", (CODE, None), &typed.code, "24", "text")) }
            (fields.select(("language", LANGUAGE), &self.languages, &typed.language))
        }
    }
}

const TITLE: Words = Words::new("联系方式和证件", "Contact and document");
const NAME: Words = Words::new("当事人", "Party");
const CAPACITIES: Words = Words::new("身份", "Capacities");
const DECLARED: Words = Words::new("已填写", "Declared");
const NONE: Words = Words::new("尚未填写", "nothing yet");
const TAKEN: Words = Words::new("已保存，请留意", "Kept; please note");
const ON: Words = Words::new("返回办件", "Back to the filing");
const MOBILE: Words = Words::new("手机号码", "Mobile number");
const MOBILE_HINT: Words = Words::new(
    "手机号码和电子邮箱至少填一项；每个人用本人的，不能与他人或经办人相同。",
    "A mobile number, an e-mail address, or both; everybody has the own one, never somebody else's or the handler's.",
);
const EMAIL: Words = Words::new("电子邮箱", "E-mail address");
const DOCUMENT: Words = Words::new("证件类型", "Kind of document");
const NUMBER: Words = Words::new("证件号码", "Number of the document");
const NUMBER_HINT: Words = Words::new(
    "公司填写代表人的，未成年人填写监护人的。加密保存，本页不再显示。",
    "For a company the representative's, for a minor the guardian's. It is kept encrypted and not shown here again.",
);
const ENDS: Words =
    Words::new("证件有效期至（长期有效不填）", "Valid until (empty if it has no end)");
const CODE: Words = Words::new("统一社会信用代码", "Unified social credit code");
const LANGUAGE: Words = Words::new("消息语言", "Language of messages");
const KEEP: Words = Words::new("保存", "Keep");
const FOOT: Words = Words::new(
    "再次保存会替换之前填写的全部内容；您填写的内容未经核验，不能证明任何人的身份。",
    "What you keep replaces all that was declared before; it is your own word and proves nobody's identity.",
);
