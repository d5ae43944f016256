//! The statement of intent, and the signature.

use heqi_vocabulary::{Language, SigningId};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, SLOW, WAITING, said, ways_out};
use crate::words::Words;

/// The last step.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SignPage {
    /// The signing.
    pub signing: SigningId,
    /// The statement of intent, its places filled.
    pub intent: String,
    /// What the device says of the photo.
    pub shot: Shot,
    /// Whether the position is read.
    pub reads_position: bool,
    /// What was read for how long: JSON for the device's own attributes.
    pub dwell: String,
    /// What is recorded as the software that signs.
    pub software: String,
}

/// What the device says of the photo of this signing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three things that can be so")]
pub enum Shot {
    /// There is one.
    Taken,
    /// The signer refused one.
    Refused,
    /// There is none because there is no camera, or it was not used.
    Absent,
}

impl Shot {
    const fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::Absent => "absent",
        }
    }
}

impl Page for SignPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let place = if self.reads_position { "asked" } else { "refused" };
        html! {
            div .intent {
                @for line in self.intent.lines() { p { (line) } }
            }
            p .soft { (if self.reads_position { PLACE } else { NO_PLACE }.in_language(l)) }
            div id="signing" data-next=(Link::Journey) data-over=(Link::Handover) data-shot=(self.shot.word())
                data-signing=(self.signing) data-place=(place) data-dwell=(self.dwell) data-software=(self.software) {
                button .go .final type="button" id="sign" { (SIGN.in_language(l)) }
                p .links {
                    @if self.shot == Shot::Taken { a href=(Link::Photo) { (PHOTO.in_language(l)) } }
                    a href=(Link::Drawing) { (DRAWING.in_language(l)) }
                }
            }
            @if self.shot != Shot::Taken {
                p .links { a href=(Link::Begin) { (BEGIN_AGAIN.in_language(l)) } }
            }
            (said(l, &[
                ("elsewhere", if self.shot == Shot::Taken { ELSEWHERE } else { ELSEWHERE_NO_PHOTO }),
                ("place-asked", PLACE_ASKED),
                ("place-refused", PLACE_REFUSED),
                ("place-unavailable", PLACE_UNAVAILABLE),
                ("place-timed-out", PLACE_TIMED_OUT),
                ("waiting", WAITING),
                ("slow", SLOW),
                ("offline", OFFLINE),
            ]))
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Sign)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Signing)
    }

    fn samples() -> Vec<Self> {
        // The last four: typed at the door and in agreement, or never asked for.
        [
            (true, Shot::Taken, "（本人已输入，与申报的证件号码一致）"),
            (false, Shot::Refused, "（未核验）"),
        ]
            .map(|(reads_position, shot, last_four)| Self {
                shot,
                signing: SigningId::from_bytes([8; 16]),
                intent: format!("我是陈素英，证件号码末四位{last_four}。我已阅读《公司章程》全部内容（共12页）。\n我作为示例公司的法定代表人，代表该公司签署。"),
                reads_position,
                dwell: "[{\"seconds\":12}]".into(),
                software: "heqi pages".into(),
            })
            .into()
    }
}

const TITLE: Words = Words::new("请确认您的意愿", "Confirm that you want to sign");
const PLACE: Words = Words::new(
    "点“确认签署”时，浏览器会询问是否提供位置；选择不提供也可以签署，会如实记录。",
    "When you sign, the browser asks for your position; you may say no and still sign, which is recorded.",
);
const NO_PLACE: Words = Words::new(
    "您选择不提供位置，系统不会读取，并已如实记录。",
    "You chose not to share your position: it is not read, and that is recorded.",
);
const SIGN: Words = Words::new("确认签署", "Sign");
const PHOTO: Words = Words::new("重新拍照", "Take the photo again");
const DRAWING: Words = Words::new("重新手写", "Write the name again");
const ELSEWHERE: Words = Words::new(
    "这次签署不是在这台设备上开始的，或已超过时间。请在这台设备上点“重新拍照”，然后继续。",
    "This signing was not begun on this device, or its time is over. Choose “Take the photo again” on this device, then go on.",
);
const ELSEWHERE_NO_PHOTO: Words = Words::new(
    "这次签署不是在这台设备上开始的，或已超过时间。请在这台设备上点“重新开始签署”，然后继续。",
    "This signing was not begun on this device, or its time is over. Choose “Begin again” on this device, then go on.",
);
const BEGIN_AGAIN: Words = Words::new("重新开始签署", "Begin again");
/// What is waited for while the browser asks: `UNANSWERED_MS` of the script is the half minute.
const PLACE_ASKED: Words = Words::new(
    "请在浏览器的提示中选择是否提供位置。选择“不提供”也会继续签署；30秒内没有选择，同样继续。",
    "Answer the browser's question for your position. Signing goes on if you say no, and also if nothing is answered within 30 seconds.",
);
const PLACE_REFUSED: Words = Words::new(
    "未获取位置，已记录“未授权”，可继续签署。",
    "No position; recorded as refused. Signing goes on.",
);
const PLACE_UNAVAILABLE: Words = Words::new(
    "设备无法确定位置，已如实记录，可继续签署。",
    "The device cannot tell its position; that is recorded. Signing goes on.",
);
const PLACE_TIMED_OUT: Words = Words::new(
    "在限定时间内没有取得位置，已如实记录，可继续签署。",
    "No position came in time; that is recorded. Signing goes on.",
);
const FOOT: Words = Words::new(
    "签名由这台设备新生成的一次性密钥作出，密钥不能导出；您点“确认签署”之前，不会产生任何签名。",
    "The signature is made by a fresh key of this device that cannot leave it; nothing is signed before you choose “Sign”.",
);
