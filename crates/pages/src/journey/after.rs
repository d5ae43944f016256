//! After signing: what was signed by whom, and each party's answer to it.

use heqi_vocabulary::{Digest, Language};
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::journey::timeline::{PartyLine, party_lines};
use crate::link::Link;
use crate::parts::{facts, hidden, notice, simulated};
use crate::staff::Trouble;
use crate::words::Words;

/// Where the links of messages lead that are sent after signing: it says nothing of anybody.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct AfterLandingPage {
    /// The code of the link.
    pub code: String,
}

impl Page for AfterLandingPage {
    fn title(&self, language: Language) -> String {
        LANDING.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (LANDING_LEAD.in_language(l)) }
            form method="post" action=(Link::AfterSigning(self.code.clone())) {
                button .go type="submit" { (START.in_language(l)) }
            }
            p .soft { (SAFE.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        LANDING_FOOT
    }

    fn samples() -> Vec<Self> {
        vec![Self { code: "0123456789abcdefghjkmnpqrs".into() }]
    }
}

/// What was signed, and the answer to it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ConfirmPage {
    /// The filing's number for people.
    pub number: String,
    /// The company.
    pub company: String,
    /// What is filed, in words.
    pub matter: String,
    /// Everybody.
    pub parties: Vec<PartyLine>,
    /// How far the answer is.
    pub answer: Answer,
    /// Whose staff takes a confirmation at the counter, where anybody does.
    pub counter: Option<String>,
    /// Whether a demo acted the filing out.
    pub is_simulated: bool,
    /// Why the answer just given was not recorded, where what was shown has changed since.
    pub trouble: Option<Trouble>,
}

/// How far a party's answer is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "each is told in words of its own")]
pub enum Answer {
    /// It can be given now.
    Asked {
        /// What is said by confirming.
        statement: String,
        /// Digest of that statement.
        statement_sha256: Digest,
        /// Digest of the list above.
        shown: Digest,
        /// Until when, with zone.
        closes_at: Option<String>,
        /// The name of the act.
        key: String,
    },
    /// Not everybody has signed: objecting is possible, confirming is not yet.
    NotYet {
        /// Signatures that are missing.
        missing: usize,
    },
    /// The time for it is over.
    Overdue,
    /// Confirmed, when.
    Confirmed {
        /// With zone.
        at: String,
    },
    /// Objected, when.
    Objected {
        /// With zone.
        at: String,
        /// When it was taken back, with zone: the registry decides whether that ends it.
        taken_back_at: Option<String>,
        /// The name of the act of taking it back, while the filing is paused by it.
        key: Option<String>,
    },
    /// The filing is paused by somebody else's objection, or over.
    Closed,
}

impl Page for ConfirmPage {
    fn title(&self, language: Language) -> String {
        match self.answer {
            Answer::Asked { .. } => CONFIRM,
            Answer::Objected { .. } => OBJECTED,
            Answer::Confirmed { .. } => CONFIRMED,
            Answer::NotYet { .. } | Answer::Overdue | Answer::Closed => LOOK,
        }
        .in_language(language)
        .to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if self.is_simulated { (simulated(l)) }
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            @match &self.answer {
                Answer::Objected { at, taken_back_at, .. } => {
                    (notice(RECEIVED.in_language(l))) p .soft { (at) }
                    @if let Some(at) = taken_back_at { p { (TAKEN_BACK.in_language(l)) " " (at) } }
                }
                Answer::Confirmed { at } => { p .lead .done { (THANKS.in_language(l)) } p .soft { (at) } }
                Answer::NotYet { missing } => { p { (NOT_YET.in_language(l)) " " (missing) } }
                Answer::Overdue => { (notice(OVERDUE.in_language(l))) }
                Answer::Closed => { (notice(CLOSED.in_language(l))) }
                Answer::Asked { .. } => { p .lead { (ASKED.in_language(l)) } }
            }
            (facts(&[
                (COMPANY.in_language(l), &self.company),
                (MATTER.in_language(l), &self.matter),
                (NUMBER.in_language(l), &self.number),
            ]))
            (party_lines(&self.parties, l))
            @match &self.answer {
                Answer::Asked { statement, statement_sha256, shown, closes_at, key } => {
                    p .statement { (statement) }
                    div .choice {
                        form method="post" action=(Link::Confirm) {
                            (hidden(frame, key))
                            input type="hidden" name="shown_sha256" value=(shown);
                            input type="hidden" name="statement_sha256" value=(statement_sha256);
                            button type="submit" { (YES.in_language(l)) }
                        }
                        a .button href=(Link::Object) { (NO.in_language(l)) }
                    }
                    p .soft {
                        (SILENCE.in_language(l))
                        @if let Some(closes_at) = closes_at { " " (UNTIL.in_language(l)) " " (closes_at) }
                    }
                    (self.at_counter(l))
                }
                Answer::Objected { key: Some(key), taken_back_at: None, .. } => {
                    form method="post" action=(Link::TakeBack) {
                        (hidden(frame, key))
                        button type="submit" { (TAKE_BACK.in_language(l)) }
                    }
                    p .soft { (TAKE_BACK_MEANS.in_language(l)) }
                }
                Answer::Objected { .. } | Answer::Closed => {}
                Answer::Overdue => {
                    (self.at_counter(l))
                    p { a .button href=(Link::Object) { (NO.in_language(l)) } }
                }
                _ => { p { a .button href=(Link::Object) { (NO.in_language(l)) } } }
            }
            p .links {
                a href=(Link::Timeline) { (TIMELINE.in_language(l)) }
                a href=(Link::Journey) { (BACK.in_language(l)) }
            }
            p .soft { (CALL.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn samples() -> Vec<Self> {
        let at = || "2026-11-23 20:05:00 +08:00".to_owned();
        [
            Answer::Asked {
                statement: "以上文件是我本人签署的。我已核对签署情况，没有异议。".into(),
                statement_sha256: Digest::of(b"statement"),
                shown: Digest::of(b"shown"),
                closes_at: Some(at()),
                key: "0123".into(),
            },
            Answer::NotYet { missing: 3 },
            Answer::Overdue,
            Answer::Confirmed { at: at() },
            Answer::Objected { at: at(), taken_back_at: None, key: Some("0123".into()) },
            Answer::Objected { at: at(), taken_back_at: Some(at()), key: None },
            Answer::Closed,
        ]
        .into_iter()
        .map(|answer| Self {
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            parties: PartyLine::samples(),
            counter: matches!(answer, Answer::Overdue)
                .then(|| "杭州市临安区市场监督管理局<b>\"'".into()),
            is_simulated: matches!(answer, Answer::Closed),
            trouble: matches!(answer, Answer::Overdue).then(|| Trouble {
                what: "确认声明的文字在您查看后有更新，未作确认。".into(),
                next: "请阅读现在的声明后再确认。".into(),
            }),
            answer,
        })
        .collect()
    }
}

impl ConfirmPage {
    /// Whoever does better without a phone.
    fn at_counter(&self, l: Language) -> Markup {
        html! {
            @if let Some(office) = &self.counter {
                p .soft { (AT_COUNTER.in_language(l).replace("{office}", office)) }
            }
        }
    }
}

/// An objection, before it is made.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ObjectPage {
    /// The name of the act.
    pub key: String,
}

impl Page for ObjectPage {
    fn title(&self, language: Language) -> String {
        OBJECT.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p { (OBJECT_LEAD.in_language(l)) }
            form method="post" action=(Link::Object) {
                (hidden(frame, &self.key))
                fieldset .grounds {
                    legend { (WHY.in_language(l)) }
                    @for (at, (word, words)) in GROUNDS.iter().enumerate() {
                        label .ground for={ "ground-" (at) } {
                            input type="radio" name="ground" id={ "ground-" (at) } value=(word) required;
                            span { (words.in_language(l)) }
                        }
                    }
                }
                label for="reason" { (SAY.in_language(l)) }
                textarea id="reason" name="reason" rows="4" maxlength="1000" data-keep="objection" {}
                button .go type="submit" { (SEND.in_language(l)) }
            }
            p { a .button href=(Link::Confirm) { (NEVER_MIND.in_language(l)) } }
            p .soft { (CALL.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        OBJECT_FOOT
    }

    fn samples() -> Vec<Self> {
        vec![Self { key: "0123".into() }]
    }
}

const TAKE_BACK: Words = Words::new("我要撤回异议", "Withdraw my objection");
const TAKE_BACK_MEANS: Words = Words::new(
    "撤回后由登记机关工作人员处理，办件在此之前保持暂停；办件恢复后，全体当事人需要重新确认。",
    "An officer of the registry then decides; the filing stays paused until that. If it goes on, every party confirms anew.",
);
const TAKEN_BACK: Words =
    Words::new("您已撤回异议，等待登记机关处理：", "You withdrew it; the registry decides:");
const LANDING: Words = Words::new("核对以您的名义签署的文件", "Check what was signed in your name");
const LANDING_LEAD: Words = Words::new(
    "请由收到消息的本人核对。输入验证码后，可以查看签署情况，选择“确认”或“有异议”，无需重新签署。",
    "Only the person who got this message may look. After a code you see who signed what, and confirm or object; nothing is signed again.",
);
const START: Words = Words::new("开始核对", "Begin");
const SAFE: Words = Words::new(
    "本平台不会索要密码，也不会要求转账。不是您本人操作？请拨打",
    "We never ask for a password or for money. It was not you? Call",
);
const LANDING_FOOT: Words = Words::new(
    "本页不显示任何办件、人员或文件内容；仅打开本页不会使用链接。",
    "This page shows no filing, person or document; opening it does not use the link.",
);
const CONFIRM: Words = Words::new("请核对并确认签署情况", "Check the signatures and confirm");
const LOOK: Words = Words::new("签署情况", "The signatures");
const CONFIRMED: Words = Words::new("您已确认", "You have confirmed");
const OBJECTED: Words = Words::new("已收到您的异议", "Your objection has arrived");
const ASKED: Words = Words::new(
    "全部文件已签署。请核对下面的签署情况，选择“确认”或“有异议”。",
    "All documents are signed. Check the signatures below, then confirm or object.",
);
const THANKS: Words = Words::new(
    "已记录您的确认。全部股东和经办人确认后才会提交登记机关。",
    "Your confirmation is recorded. Nothing is submitted before every shareholder and the handler have confirmed.",
);
const RECEIVED: Words = Words::new(
    "该办件已暂停，尚未提交登记的不会提交；工作人员将在1个工作日内联系您，由登记机关核查后处理。",
    "The filing is paused: unless it was submitted before, it is not. Staff will contact you within one working day, and the registry decides.",
);
const NOT_YET: Words = Words::new(
    "还没有全部签署，暂不能确认；如有异议现在就可以提出。尚缺签署数：",
    "Not everything is signed, so nothing can be confirmed yet; you may object now. Signatures missing:",
);
const OVERDUE: Words = Words::new(
    "逾期未确认：签署仍然有效，但不会提交登记。请联系经办人再次通知，收到通知后72小时内可以确认。",
    "The time for confirming is over: signatures stand, nothing is submitted. Have the handler ask again; you have 72 hours to confirm from then on.",
);
const AT_COUNTER: Words = Words::new(
    "不便用手机的，可由本人持身份证件原件到{office}窗口，报办件码当面确认；超过72小时的也可以。",
    "Who does better without a phone comes with the original card to the counter of {office}, names the filing's number and confirms there, also after the 72 hours.",
);
const CLOSED: Words = Words::new(
    "该办件已暂停或已结束，暂不能确认。处理结果会通知每一位当事人。",
    "The filing is paused or over, so nothing can be confirmed now. Every party will be told the outcome.",
);
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const NUMBER: Words = Words::new("办件码", "Filing number");
const YES: Words = Words::new("确认", "Confirm");
const NO: Words = Words::new("有异议", "Object");
const SILENCE: Words = Words::new(
    "不答复不视为同意；一人提出异议，办件立即暂停。",
    "No answer is not a yes; one objection pauses the filing at once.",
);
const UNTIL: Words = Words::new("请于此前答复：", "Please answer before");
const TIMELINE: Words = Words::new("办件进度", "How the filing stands");
const BACK: Words = Words::new("我的签署凭证", "My receipt");
const CALL: Words = Words::new("如有疑问请拨打", "If in doubt call");
const FOOT: Words = Words::new(
    "本页显示谁在何时签署了哪些文件；确认时一并记录这份清单的摘要。不显示证件号码和联系方式。",
    "This page shows who signed what and when; confirming records the digest of this list. No identity number or contact is shown.",
);
const OBJECT: Words = Words::new("提出异议", "Object");
const OBJECT_LEAD: Words = Words::new(
    "提出后办件立即暂停，尚未提交登记的不会提交；工作人员将在1个工作日内联系您。",
    "The filing is paused at once: unless it was submitted before, it is not. Staff will contact you within one working day.",
);
const WHY: Words = Words::new("异议的原因", "The ground");
const GROUNDS: [(&str, Words); 4] = [
    ("not_signed_by_me", Words::new("不是我本人签署的", "I did not sign this")),
    ("content_differs", Words::new("内容与我签署的不一致", "The content is not what I signed")),
    ("not_my_intent", Words::new("不是我的真实意愿", "It was not of my free will")),
    ("other", Words::new("其他", "Something else")),
];
const SAY: Words = Words::new("请说明（选填）", "In your words (optional)");
const SEND: Words = Words::new("提出异议", "Object");
const NEVER_MIND: Words = Words::new("返回，不提出异议", "Back, no objection");
const OBJECT_FOOT: Words = Words::new(
    "异议的原因和说明会如实记录，由登记机关的工作人员查看；说明加密保存。",
    "Ground and words are recorded and seen by the registry's staff; your words are kept encrypted.",
);
