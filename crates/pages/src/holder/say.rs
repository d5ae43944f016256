//! An objection, or the withdrawal of a consent, said to the custodian itself.

use heqi_vocabulary::{DepositNo, Language};
use maud::{Markup, html};

use super::SERVICE_FOOT;
use super::list::sample_number;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::words::Words;

/// What can be said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the statement format, version 1")]
pub enum HolderSaying {
    /// Not signed by me, or not so.
    Objection,
    /// A consent is withdrawn from now on.
    ConsentWithdrawn,
}

impl HolderSaying {
    const ALL: [Self; 2] = [Self::Objection, Self::ConsentWithdrawn];

    /// The word in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Objection => "objection",
            Self::ConsentWithdrawn => "consent_withdrawn",
        }
    }

    /// As it is told to whoever said it.
    pub const fn told(self, language: Language) -> &'static str {
        match self {
            Self::Objection => language.pick("您已提出异议", "You objected"),
            Self::ConsentWithdrawn => language.pick("您已撤回同意", "You withdrew your consent"),
        }
    }

    const fn words(self) -> (Words, Words) {
        match self {
            Self::Objection => (
                Words::new(
                    "有异议：不是我签的，或不是这样签的",
                    "Objection: not signed by me, or not so",
                ),
                Words::new(
                    "公证机构会记录您的异议，写入自己的日志，并以签名的声明送达公证处数据中心和签署平台，登记机关可以看到；平台无法拦下。要暂停办件，请同时在签署平台提出。",
                    "The notary records it in its own log and brings it, signed, to its data centre and to the platform, where the registry sees it; the platform cannot hold it back. To pause the filing object on the platform too.",
                ),
            ),
            Self::ConsentWithdrawn => (
                Words::new(
                    "撤回对个人信息处理的同意",
                    "Withdraw the consent to the use of my data",
                ),
                Words::new(
                    "自现在起生效，不影响此前已完成的处理（个人信息保护法第15条）；依法须保存的公证档案继续保存。",
                    "From now on; what was done before stays lawful (PIPL art. 15). What the law keeps in the notarial archive is kept.",
                ),
            ),
        }
    }
}

/// Something is to be said about one signing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HolderSayPage {
    /// About which.
    pub number: DepositNo,
    /// Whether certificates are issued here: then whoever issues one is shown it.
    pub certifies: bool,
    /// What was wrong: what happened, what to do.
    pub trouble: Option<(String, String)>,
}

impl Page for HolderSayPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if let Some((what, next)) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            form method="post" action=(Link::HeldSay(self.number)) {
                @if let Some(csrf) = &frame.csrf { input type="hidden" name="csrf" value=(csrf); }
                fieldset {
                    legend { (WHAT.in_language(l)) }
                    @for saying in HolderSaying::ALL {
                        @let (name, meaning) = saying.words();
                        label .ground {
                            input type="radio" name="kind" value=(saying.as_str()) required;
                            span { (name.in_language(l)) }
                        }
                        p .soft {
                            (meaning.in_language(l))
                            @if self.certifies && saying == HolderSaying::Objection { (SHOWN.in_language(l)) }
                        }
                    }
                }
                label for="reason" { (REASON.in_language(l)) }
                textarea id="reason" name="reason" rows="4" maxlength="500" {}
                p .soft { (SEALED.in_language(l)) }
                div .choice {
                    button type="submit" { (SEND.in_language(l)) }
                    a .button href=(Link::HeldEvidence(self.number)) { (BACK.in_language(l)) }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        SERVICE_FOOT
    }

    fn samples() -> Vec<Self> {
        let trouble = ("说明最多500字。".to_owned(), "请精简后重新提交。".to_owned());
        vec![
            Self { number: sample_number(1), certifies: false, trouble: None },
            Self { number: sample_number(1), certifies: true, trouble: Some(trouble) },
        ]
    }
}

const SHOWN: Words = Words::new(
    "办理这份证据的公证书时，公证员和审批人会看到它。",
    " Whoever certifies this evidence here, and whoever approves that, is shown it.",
);
const TITLE: Words = Words::new("告诉公证机构", "Tell the notary");
const WHAT: Words = Words::new("您要告诉公证机构什么？", "What do you want to say?");
const REASON: Words =
    Words::new("说明（选填，最多500字）", "In your words, optional, 500 characters at most");
const SEALED: Words = Words::new(
    "说明加密保存，只有公证机构能看到；公证机构的日志只写入它的摘要和时间。",
    "Your words are kept sealed for the notary; its log takes their digest and the time only.",
);
const SEND: Words = Words::new("确认提交", "Send it");
const BACK: Words = Words::new("返回", "Back");
