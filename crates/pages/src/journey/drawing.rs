//! Handwriting, with pressure and timing; typing for those who cannot draw.

use heqi_vocabulary::{Language, SigningId};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, SLOW, WAITING, hidden, said, ways_out};
use crate::words::Words;

/// Where the name is written.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DrawingPage {
    /// The name to be written.
    pub name: String,
    /// The signing it is for.
    pub signing: SigningId,
    /// On a device that does not sign: for leaving the handwriting to the one that does.
    pub other: Option<String>,
    /// Where a device begins that has not the key: the photo, or where a person looks the
    /// beginning itself.
    pub again: Link,
}

impl Page for DrawingPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p { (LEAD.in_language(l)) strong .name { (self.name) } }
            div id="drawing" data-next=(if self.other.is_some() { Link::OtherDevice } else { Link::Journey })
                data-strokes=[self.other.as_ref().map(|_| Link::OtherStrokes)]
                data-done=[self.other.as_ref().map(|_| Link::OtherDone)]
                data-over=[self.other.is_none().then_some(Link::Handover)]
                data-photo=(self.again) data-name=(self.name)
                data-signing=(self.signing) {
                div .pad {
                    canvas id="pad" width="640" height="320" tabindex="0"
                        role="img" aria-label=(PAD.in_language(l)) aria-describedby="typed-hint" {}
                }
                div .choice {
                    button type="button" id="undo" { (UNDO.in_language(l)) }
                    button type="button" id="clear" { (CLEAR.in_language(l)) }
                }
                details {
                    summary { (INSTEAD.in_language(l)) }
                    label for="typed" { (TYPE.in_language(l)) }
                    input type="text" id="typed" autocomplete="name" maxlength="100"
                        aria-describedby="typed-hint";
                    p .soft id="typed-hint" { (TYPED.in_language(l)) }
                }
                button .go type="button" id="done" { (DONE.in_language(l)) }
            }
            @if let Some(key) = &self.other {
                form method="post" action=(Link::OtherDone) {
                    (hidden(frame, key))
                    button type="submit" { (AT_PC.in_language(l)) }
                }
            }
            (said(l, &[
                ("empty", EMPTY),
                ("other", OTHER),
                ("elsewhere", ELSEWHERE),
                ("waiting", WAITING),
                ("slow", SLOW),
                ("offline", OFFLINE),
            ]))
            @if self.other.is_none() { (ways_out(frame)) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Drawing)
    }

    fn step(&self) -> Option<Step> {
        self.other.is_none().then_some(Step::Drawing)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self {
                name: "陈素英".into(),
                signing: SigningId::from_bytes([8; 16]),
                other: None,
                again: Link::Photo,
            },
            Self {
                name: "陈素英".into(),
                signing: SigningId::from_bytes([8; 16]),
                other: Some("0123".into()),
                again: Link::Photo,
            },
            Self {
                name: "阿卜杜拉·阿卜杜热合曼·买买提明<b>\"'".into(),
                signing: SigningId::from_bytes([8; 16]),
                other: None,
                again: Link::Begin,
            },
        ]
    }
}

const TITLE: Words = Words::new("请手写您的姓名", "Write your name");
const LEAD: Words = Words::new("请在框内书写：", "Write in the box: ");
const PAD: Words = Words::new("手写区", "Writing area");
const UNDO: Words = Words::new("撤销一笔", "Undo a stroke");
const CLEAR: Words = Words::new("清空", "Clear");
const INSTEAD: Words = Words::new("不方便手写", "I cannot write by hand");
const TYPE: Words = Words::new("请输入您的姓名", "Type your name");
const TYPED: Words = Words::new(
    "输入的姓名会如实记录为“键盘输入”，效力相同。",
    "A typed name is recorded as typed; it has the same effect.",
);
const DONE: Words = Words::new("写好了", "Done");
const AT_PC: Words = Words::new("在电脑上写", "Write it at the PC");
const EMPTY: Words = Words::new(
    "还没有书写。请在框内写下姓名，或选择“不方便手写”。",
    "Nothing is written yet. Write your name in the box, or choose “I cannot write by hand”.",
);
const OTHER: Words = Words::new(
    "输入的姓名与签署人不一致。请核对后重新输入。",
    "That is not the signer's name. Check it and type it again.",
);
const ELSEWHERE: Words = Words::new(
    "这次签署不是在这台设备上开始的，或已超过时间，正在回到需要重做的一步。",
    "This signing was not begun on this device, or its time is over; going back to the step that is done again.",
);
const FOOT: Words = Words::new(
    "笔画的位置、时间和压力加密保存，只作为本次签署的证据。",
    "Place, time and pressure of the strokes are kept encrypted, as evidence of this signing only.",
);
