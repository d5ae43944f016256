//! The handler takes out a party: who it is, what ends with it, and why.

use heqi_vocabulary::{Language, PartyId};
use maud::{Markup, html};

use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, hidden};
use crate::words::Words;

/// The question before a party is taken out.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct RemovalPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing's number.
    pub number: String,
    /// The company.
    pub company: String,
    /// The party.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
    /// How it stands, in the reader's language.
    pub stand: String,
    /// Whether signing is open: then a reason is needed.
    pub is_open: bool,
    /// The reason as it was typed.
    pub reason: String,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

impl Page for RemovalPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            (facts(&[
                (NUMBER.in_language(l), &self.number),
                (COMPANY.in_language(l), &self.company),
                (NAME.in_language(l), &self.name),
                (CAPACITIES.in_language(l), &self.capacities),
                (STAND.in_language(l), &self.stand),
            ]))
            h2 { (ENDS.in_language(l)) }
            ul {
                @for what in &WHAT_ENDS { li { (what.in_language(l)) } }
            }
            form .decision method="post" action=(Link::HandlerRemove) {
                (hidden(frame, &self.key))
                input type="hidden" name="number" value=(self.number);
                input type="hidden" name="party" value=(self.party);
                label for="reason" {
                    (if self.is_open { REASON } else { REASON_OR_NONE }.in_language(l))
                }
                textarea id="reason" name="reason" required[self.is_open] maxlength="2000" rows="3"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")] {
                    (self.reason)
                }
                button type="submit" { (REMOVE.in_language(l)) }
            }
            form .decision method="post" action=(Link::HandlerFilings) {
                (hidden(frame, &self.key))
                input type="hidden" name="number" value=(self.number);
                button .go type="submit" { (BACK.in_language(l)) }
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
        let sample = |is_open, trouble| Self {
            desk: Desk { name: "何静".into(), office: "示例代办".into(), ..Desk::sample() },
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            party: PartyId::from_bytes([3; 16]),
            name: "林嘉伟<b>\"'".into(),
            capacities: "股东、监事".into(),
            stand: "待签署".into(),
            is_open,
            reason: if is_open { "重复添加<i>".into() } else { String::new() },
            key: "0123456789abcdef".into(),
            trouble,
        };
        let trouble = Trouble {
            what: "该当事人已经签署，不能移出，未作任何更改。".into(),
            next: "签署不属实的，请其本人提出异议。".into(),
        };
        vec![sample(false, None), sample(true, None), sample(true, Some(trouble))]
    }
}

const TITLE: Words = Words::new("移出当事人", "Take out a party");
const NUMBER: Words = Words::new("办件码", "Filing number");
const COMPANY: Words = Words::new("公司", "Company");
const NAME: Words = Words::new("移出", "To be taken out");
const CAPACITIES: Words = Words::new("身份", "Capacities");
const STAND: Words = Words::new("进度", "How it stands");
const ENDS: Words = Words::new("移出后", "What ends with it");
const WHAT_ENDS: [Words; 5] = [
    Words::new(
        "发给其本人的签署邀请撤回，链接不能再用；打开链接会看到邀请已撤回。",
        "The invitation is withdrawn and its link no longer works; whoever opens it is told so.",
    ),
    Words::new(
        "已拍摄的照片、录制的视频、上传的印章扫描件和出示的监护材料不再保留；依法保全的除外。",
        "A photo, a video, a scan with a seal and a proof of guardianship that were taken are not kept, unless a legal hold demands it.",
    ),
    Words::new("待发送的消息不再发送。", "Messages that wait are not sent."),
    Words::new(
        "已填报的出资信息不再显示给签署人；在准备阶段，须按现有股东重新填报后才能邀请。",
        "Declared contributions of a shareholder are shown to signers no longer; in drafting they are declared again before anybody is invited.",
    ),
    Words::new(
        "只差其签署的，办件即为全部签署，其他当事人收到确认通知。",
        "Where only its signatures were missing, all have signed, and everybody else is asked to confirm.",
    ),
];
const REASON: Words = Words::new("理由（必填）", "Reason (required)");
const REASON_OR_NONE: Words = Words::new("理由（可以不填）", "Reason (may be left out)");
const REMOVE: Words = Words::new("确定移出", "Take this party out");
const BACK: Words = Words::new("不移出，返回", "Go back, change nothing");
const FOOT: Words = Words::new(
    "移出和理由作为证据保存，不能撤销；已经签署的当事人不能移出。",
    "That a party was taken out, and why, is kept as evidence and cannot be undone; who has signed is not taken out.",
);
