//! Everything that is held of a person, filing by filing.

use heqi_vocabulary::{DepositNo, Language, VoucherNo};
use maud::{Markup, html};

use super::SERVICE_FOOT;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::words::{Words, bracketed};

/// One signing that is held.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HeldLine {
    /// The number of the deposit.
    pub number: DepositNo,
    /// When it was signed, with zone; `None`: it was erased.
    pub signed_at: Option<String>,
    /// When the custodian received it, with zone.
    pub received_at: String,
    /// The outcome, in the reader's language.
    pub outcome: String,
}

/// Something else that is held.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OtherLine {
    /// What, in the reader's language.
    pub what: String,
    /// When the custodian received it, with zone.
    pub received_at: String,
}

/// One filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HolderMatter {
    /// The company; empty when everything that names it was erased.
    pub company: String,
    /// What is filed, in words.
    pub matter: String,
    /// What was signed, newest first.
    pub signings: Vec<HeldLine>,
    /// Everything else, in order.
    pub others: Vec<OtherLine>,
}

/// Whether one is told of signings in one's name.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct WatchShown {
    /// Since when, with zone; `None`: one is not.
    pub since: Option<String>,
}

/// Everything.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HolderListPage {
    /// By filing, newest first.
    pub matters: Vec<HolderMatter>,
    /// Whether one is told; `None` where nobody can be.
    pub watch: Option<WatchShown>,
}

impl HolderListPage {
    fn telling(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let Some(watch) = &self.watch else { return html! {} };
        let is_on = watch.since.is_some();
        html! {
            section .document aria-labelledby="told" {
                h2 id="told" { (TOLD.in_language(l)) }
                @match &watch.since {
                    Some(since) => p .notice { (ON.in_language(l)) " " (since) }
                    None => p { (TOLD_LEAD.in_language(l)) }
                }
                form method="post" action=(Link::HeldWatch) {
                    @if let Some(csrf) = &frame.csrf { input type="hidden" name="csrf" value=(csrf); }
                    input type="hidden" name="wanted" value=(if is_on { "no" } else { "yes" });
                    button type="submit" { (if is_on { STOP } else { START }.in_language(l)) }
                }
                p .soft { (TOLD_WHAT.in_language(l)) }
            }
        }
    }
}

impl Page for HolderListPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @if self.matters.is_empty() { p .lead { (NOTHING.in_language(l)) } }
            @for matter in &self.matters {
                section .document {
                    h2 { @if matter.company.is_empty() { (ERASED_COMPANY.in_language(l)) } @else { (matter.company) } }
                    p .soft { (matter.matter) }
                    @if matter.signings.is_empty() { p { (NO_SIGNING.in_language(l)) } }
                    ul .plain {
                        @for line in &matter.signings {
                            li {
                                a .open href=(Link::HeldEvidence(line.number)) {
                                    @match &line.signed_at {
                                        Some(at) => { (SIGNED.in_language(l)) " " (at) }
                                        None => (ERASED.in_language(l)),
                                    }
                                }
                                p .soft { (RECEIVED.in_language(l)) " " (line.received_at) " · " (line.outcome) " · " (line.number) }
                            }
                        }
                    }
                    details {
                        summary { (OTHERS.in_language(l)) (bracketed(&matter.others.len(), l)) }
                        ol .plain { @for line in &matter.others { li { (line.what) p .soft { (line.received_at) } } } }
                    }
                }
            }
            (self.telling(frame))
            (leave(frame))
        }
    }

    fn foot(&self) -> Words {
        SERVICE_FOOT
    }

    fn samples() -> Vec<Self> {
        let line = |n: u32, signed_at: Option<&str>| HeldLine {
            number: sample_number(n),
            signed_at: signed_at.map(ToOwned::to_owned),
            received_at: "2026-11-23 20:05:02 +08:00".into(),
            outcome: "已复核留存".into(),
        };
        let others = vec![OtherLine {
            what: "输入验证码".into(),
            received_at: "2026-11-23 20:01:00 +08:00".into(),
        }];
        vec![
            Self { matters: Vec::new(), watch: None },
            Self { matters: Vec::new(), watch: Some(WatchShown { since: None }) },
            Self {
                watch: Some(WatchShown { since: Some("2026-11-24 09:00:00 +08:00".into()) }),
                matters: vec![
                    HolderMatter {
                        company: "杭州示例青穗茶业有限公司".into(),
                        matter: "公司设立登记".into(),
                        signings: vec![line(1, Some("2026-11-23 20:05:00 +08:00")), line(2, None)],
                        others: others.clone(),
                    },
                    HolderMatter {
                        company: String::new(),
                        matter: String::new(),
                        signings: Vec::new(),
                        others,
                    },
                ],
            },
        ]
    }
}

pub(super) fn leave(frame: &Frame) -> Markup {
    html! {
        form method="post" action=(Link::HeldLeave) {
            @if let Some(csrf) = &frame.csrf { input type="hidden" name="csrf" value=(csrf); }
            button type="submit" { (LEAVE.in_language(frame.language)) }
        }
    }
}

pub(super) fn sample_number(serial: u32) -> DepositNo {
    let day = heqi_vocabulary::UtcMillis::from_millis(1_795_435_200_000);
    let number = day.ok().and_then(|day| DepositNo::new(day, serial).ok());
    number.unwrap_or_else(|| unreachable!("a serial from 1 on has a number"))
}

pub(super) fn sample_voucher() -> VoucherNo {
    let day = heqi_vocabulary::UtcMillis::from_millis(1_795_435_200_000);
    let voucher = day.ok().and_then(|day| VoucherNo::new(day, 1).ok());
    voucher.unwrap_or_else(|| unreachable!("a serial from 1 on has a number"))
}

const TOLD: Words =
    Words::new("有人以我的名义签署时通知我", "Tell me when something is signed in my name");
const TOLD_LEAD: Words = Words::new(
    "开启后，公证机构每收到一份以您名义作出的签署，就用您登录时的号码或邮箱通知您，不经过签署平台。",
    "The notary then tells you, at the number or address you came in by and past the platform, of every signing in your name that it receives.",
);
const TOLD_WHAT: Words = Words::new(
    "已由权威机构核对过证件号码的，别人用其他手机以您的名义签署也会通知您。通知只写签署时间，不写姓名、公司和证件号码。",
    "Where an authority was asked about your document's number, you are told of signings by other telephones too. The message says when, and no name, company or number.",
);
const ON: Words = Words::new("已开启，自", "On since");
const START: Words = Words::new("开启通知", "Tell me");
const STOP: Words = Words::new("关闭通知", "Tell me no more");
const TITLE: Words = Words::new("以我名义保管的证据", "What is held in my name");
const NOTHING: Words = Words::new("目前没有以您名义保管的证据。", "Nothing is held in your name.");
const NO_SIGNING: Words = Words::new("尚无签署记录。", "Nothing was signed here.");
const ERASED_COMPANY: Words = Words::new("（名称已依法删除）", "(name erased)");
const SIGNED: Words = Words::new("签署于", "Signed");
const ERASED: Words = Words::new(
    "内容已依法删除，仅保留其存在的证明",
    "Erased; only the proof that it existed is left",
);
const RECEIVED: Words = Words::new("公证机构收到：", "received by the notary:");
const OTHERS: Words = Words::new("其他记录", "Other records");
const LEAVE: Words = Words::new("退出", "Leave");
