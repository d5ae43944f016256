//! 我的 — 授权管理: what somebody consented to, taking back the consent to the face, and what became of it.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{hidden, notice};
use crate::words::Words;

/// One consent, as it was answered.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OwnConsent {
    /// The word of its kind.
    pub kind: String,
    /// Its heading, in the reader's language.
    pub name: String,
    /// Whether it was given.
    pub is_granted: bool,
    /// When it was answered, with zone.
    pub at: String,
    /// When it was taken back, with zone.
    pub taken_back: Option<String>,
}

/// What somebody may do about its consents.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "each is shown in its own way")]
pub enum OwnChoice {
    /// Not signed yet: each answer can be changed where it was given.
    Change,
    /// The consent to the face can be taken back; under which name that is done once.
    TakeBack(String),
    /// Nothing more.
    Nothing,
}

/// See the module.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OwnConsentsPage {
    /// The consents, in the order in which people are asked.
    pub consents: Vec<OwnConsent>,
    /// What was decided about a request, in the reader's language.
    pub decided: Vec<String>,
    /// What can be done.
    pub choice: OwnChoice,
}

impl Page for OwnConsentsPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @for line in &self.decided { (notice(line)) }
            p { (LEAD.in_language(l)) }
            ul .lines {
                @for one in &self.consents {
                    li {
                        strong { (one.name) }
                        br; span .soft { (if one.is_granted { GRANTED } else { REFUSED }.in_language(l)) " · " (one.at) }
                        @if let Some(at) = &one.taken_back { br; span .soft { (TAKEN_BACK.in_language(l)) " · " (at) } }
                        @if matches!(self.choice, OwnChoice::Change) {
                            br; a .open href=(Link::ConsentAgain(one.kind.clone())) {
                                (CHANGE.in_language(l)) (l.pick("：", ": ")) (one.name)
                            }
                        }
                    }
                }
            }
            @if self.consents.is_empty() { p { (NONE.in_language(l)) } }
            @if let OwnChoice::TakeBack(key) = &self.choice {
                section aria-labelledby="take-back" {
                    h2 id="take-back" { (TAKE_BACK.in_language(l)) }
                    p { (WHAT_HAPPENS.in_language(l)) }
                    form method="post" action=(Link::OwnConsents) {
                        (hidden(frame, key))
                        button type="submit" { (TAKE_BACK_NOW.in_language(l)) }
                    }
                }
            }
            p { a .button href=(Link::Journey) { (BACK.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        let one = |kind: &str, name: &str, is_granted| OwnConsent {
            kind: kind.into(),
            name: name.into(),
            is_granted,
            at: "2026-11-23 20:04:00 +08:00".into(),
            taken_back: None,
        };
        let consents = vec![
            one("signing_manner", "电子签名及存证约定", true),
            one("face", "人脸信息处理单独同意书", true),
            one("location", "位置信息单独同意", false),
        ];
        let page = |choice, decided: &[&str]| Self {
            consents: consents.clone(),
            decided: decided.iter().map(|line| (*line).to_owned()).collect(),
            choice,
        };
        let told =
            "2026-11-24 09:00:00 +08:00 已收到您的撤回：依法仍须保存，自即日起只保存、不再使用。";
        let mut taken_back = page(OwnChoice::Nothing, &[told]);
        for one in taken_back.consents.iter_mut().filter(|one| one.kind == "face") {
            one.taken_back = Some("2026-11-24 09:00:00 +08:00".into());
        }
        vec![
            page(OwnChoice::Change, &[]),
            page(OwnChoice::TakeBack("0123456789abcdef".into()), &[]),
            taken_back,
            Self { consents: Vec::new(), decided: Vec::new(), choice: OwnChoice::Nothing },
        ]
    }
}

const TITLE: Words = Words::new("我的 — 授权管理", "My consents");
const LEAD: Words =
    Words::new("以下是您在本次签署中作出的选择。", "This is what you answered in this signing.");
const NONE: Words = Words::new("您还没有作出选择。", "You have not answered anything yet.");
const GRANTED: Words = Words::new("已同意", "consented");
const TAKEN_BACK: Words = Words::new("已撤回", "taken back");
const REFUSED: Words = Words::new("不同意", "refused");
const CHANGE: Words = Words::new("更改", "Change");
const TAKE_BACK: Words = Words::new("撤回人脸信息同意", "Take back the consent to the face");
const WHAT_HAPPENS: Words = Words::new(
    "撤回不影响撤回前已完成的签署。撤回同时按删除请求处理：依法可以删除的，销毁密钥并通知公证处删除；依法须保存的（登记档案、争议保全），只保存、不再使用，并告知您依据。",
    "What was signed before stays signed. It is taken as a request to erase as well: what may be erased is erased here and at the notary; what the law demands to keep (archive of the registry, disputes) is kept and not used any more, and you are told by which rule.",
);
const TAKE_BACK_NOW: Words = Words::new("撤回同意并请求删除", "Take it back and ask to erase");
const BACK: Words = Words::new("返回", "Back");
const FOOT: Words = Words::new(
    "个人信息保护法第十五条、第四十七条。处理结果如实记录，并可凭签署凭证查验。",
    "Personal Information Protection Law, articles 15 and 47. What is decided is recorded and can be verified.",
);
