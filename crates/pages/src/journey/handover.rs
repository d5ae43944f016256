//! A step on another device: what the PC shows, and what the phone shows.

use heqi_vocabulary::{Digest, Language, SigningId};
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, SLOW, WAITING, hidden, notice, said, ways_out};
use crate::qr;
use crate::words::Words;

mod phone;

pub use phone::{HandoverLandingPage, OtherDevicePage};

/// The PC, while a phone takes the photo.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HandoverPage {
    /// The signing it is for.
    pub signing: SigningId,
    /// How it stands.
    pub stand: DeskStand,
    /// Until when, with zone.
    pub ends_at: String,
    /// For picking a number.
    pub pick_key: String,
    /// For cancelling.
    pub cancel_key: String,
}

/// How the hand-over stands at the PC.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "nothing lies between")]
pub enum DeskStand {
    /// The code waits for a phone.
    Offered {
        /// What the code says.
        address: String,
    },
    /// A phone has it.
    Claimed {
        /// One of these stands on the phone.
        choices: [u8; 3],
    },
    /// The phone takes the photo.
    Confirmed {
        /// Whether it has.
        has_photo: bool,
    },
    /// Everything is there.
    Done {
        /// The photo.
        photo: Digest,
        /// Where it came from.
        source: String,
        /// The handwriting, if the phone took it.
        strokes: Option<Digest>,
    },
    /// It ended without that.
    Ended {
        /// What happened.
        what: String,
        /// What to do.
        next: String,
    },
}

impl DeskStand {
    const fn word(&self) -> &'static str {
        match self {
            Self::Offered { .. } => "offered",
            Self::Claimed { .. } => "claimed",
            Self::Confirmed { has_photo: false } => "confirmed",
            Self::Confirmed { has_photo: true } => "photographed",
            Self::Done { .. } => "done",
            Self::Ended { .. } => "ended",
        }
    }
}

impl HandoverPage {
    fn stand(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        match &self.stand {
            DeskStand::Offered { address } => html! {
                div .over {
                    (qr::code(address, QR.in_language(l)))
                    ol .plain { @for line in HOW { li { (line.in_language(l)) } } }
                }
                p .soft { (UNTIL.in_language(l)) " " (self.ends_at) }
                (self.cancel(frame, CANCEL))
            },
            DeskStand::Claimed { choices } => html! {
                form method="post" action=(Link::HandoverAnswer) {
                    (hidden(frame, &self.pick_key))
                    fieldset .pick {
                        legend { (WHICH.in_language(l)) }
                        div .choice {
                            @for number in choices {
                                button .digits type="submit" name="number" value=(number) { (number) }
                            }
                        }
                    }
                }
                (self.cancel(frame, NONE_OF_THESE))
                p .soft { (UNTIL.in_language(l)) " " (self.ends_at) }
            },
            DeskStand::Confirmed { has_photo } => html! {
                p .lead { (if *has_photo { WRITE_THERE } else { LOOK_THERE }.in_language(l)) }
                p .soft { (UNTIL.in_language(l)) " " (self.ends_at) }
                (self.cancel(frame, CANCEL))
            },
            DeskStand::Done { .. } => html! {
                p #going-on .lead { (GOING_ON.in_language(l)) }
                // Shown by the script where what arrived is not what was taken.
                p #again hidden { a .go href=(Link::Photo) { (AGAIN.in_language(l)) } }
            },
            DeskStand::Ended { what, next } => html! {
                (notice(what))
                p { (next) }
                p { a .go href=(Link::Photo) { (AGAIN.in_language(l)) } }
            },
        }
    }

    fn cancel(&self, frame: &Frame, words: Words) -> Markup {
        html! {
            form .gap method="post" action=(Link::HandoverAnswer) {
                (hidden(frame, &self.cancel_key))
                button type="submit" name="number" value="none" { (words.in_language(frame.language)) }
            }
        }
    }
}

impl Page for HandoverPage {
    /// Another one for each stand: the page is loaded anew when it changes, and whoever cannot see it hears what is so.
    fn title(&self, language: Language) -> String {
        match self.stand {
            DeskStand::Offered { .. } => TITLE,
            DeskStand::Claimed { .. } => CLAIMED,
            DeskStand::Confirmed { has_photo: false } => CONFIRMED,
            DeskStand::Confirmed { has_photo: true } => PHOTOGRAPHED,
            DeskStand::Done { .. } => DONE_THERE,
            DeskStand::Ended { .. } => OVER,
        }
        .in_language(language)
        .to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let (photo, source, strokes) = match &self.stand {
            DeskStand::Done { photo, source, strokes } => {
                (Some(photo.to_string()), Some(source.as_str()), strokes.map(|s| s.to_string()))
            }
            _ => (None, None, None),
        };
        html! {
            div id="handover" data-stand=(self.stand.word()) data-signing=(self.signing)
                data-next=(Link::Journey) data-again=(Link::Photo) data-bytes=(Link::HandoverPhoto)
                data-photo=[photo] data-source=[source] data-strokes=[strokes] {
                (self.stand(frame))
            }
            (said(l, &[
                ("elsewhere", ELSEWHERE),
                ("small", BROKEN),
                ("unkept", UNKEPT),
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
        Some(Asset::Handover)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Photo)
    }

    fn samples() -> Vec<Self> {
        let address = "https://sign.example.org/h/0123456789abcdefghjkmnpqrs".to_owned();
        [
            DeskStand::Offered { address },
            DeskStand::Claimed { choices: [17, 42, 88] },
            DeskStand::Confirmed { has_photo: false },
            DeskStand::Confirmed { has_photo: true },
            DeskStand::Done {
                photo: Digest::of(b"photo"),
                source: "camera_stream".into(),
                strokes: None,
            },
            DeskStand::Ended { what: "Past its time.".into(), next: "Have another shown.".into() },
        ]
        .into_iter()
        .map(|stand| Self {
            signing: SigningId::from_bytes([8; 16]),
            stand,
            ends_at: "2026-11-23 20:05:00 +08:00".into(),
            pick_key: "0123".into(),
            cancel_key: "4567".into(),
        })
        .collect()
    }
}

const TITLE: Words = Words::new("用手机拍照", "Take the photo with a phone");
const CLAIMED: Words = Words::new("请选出手机上的数字", "Pick the number on the phone");
const CONFIRMED: Words = Words::new("请在手机上拍照", "Take the photo on the phone");
const PHOTOGRAPHED: Words = Words::new("请在手机上手写签名", "Write your name on the phone");
const QR: Words = Words::new("用手机扫描的二维码", "Code to scan with the phone");
const HOW: [Words; 3] = [
    Words::new(
        "用您自己手机的相机或扫一扫扫描二维码",
        "Scan the code with the camera of your own phone",
    ),
    Words::new("手机上会显示一个两位数字", "The phone shows a number of two digits"),
    Words::new(
        "在这里选出同一个数字，手机才能拍照",
        "Pick the same number here; only then can the phone take the photo",
    ),
];
const UNTIL: Words = Words::new("有效期至", "Good until");
const CANCEL: Words = Words::new("取消，不用手机", "Cancel, no phone");
const NONE_OF_THESE: Words = Words::new("都不是", "None of these");
const WHICH: Words =
    Words::new("您的手机上显示的是哪个数字？", "Which number does your phone show?");
const LOOK_THERE: Words = Words::new(
    "手机已连接。请在手机上拍照，这个页面会自动继续。",
    "The phone is connected. Take the photo there; this page goes on by itself.",
);
const WRITE_THERE: Words = Words::new(
    "照片已收到。请在手机上手写签名，或在手机上选择“在电脑上写”。",
    "The photo is here. Write your name on the phone, or choose there to write it at the PC.",
);
const DONE_THERE: Words = Words::new("手机上的步骤已完成", "The phone has done its part");
const GOING_ON: Words =
    Words::new("电脑正在继续，不用操作……", "This PC goes on by itself; there is nothing to do…");
const AGAIN: Words = Words::new("重新开始拍照", "Begin the photo again");
const UNKEPT: Words = Words::new(
    "手机上的步骤已完成并保存，但这台电脑的浏览器没能记下。请刷新本页再试；仍不行，请在电脑上关闭其他页面或腾出存储空间后再刷新。",
    "The step on the phone is done and kept, but the browser of this PC could not note it. Reload this page; if it fails again, close other pages of this PC or free some of its storage, then reload.",
);
const ELSEWHERE: Words = Words::new(
    "这次签署不是在这台设备上开始的，或已超过时间，正在回到拍照这一步。",
    "This signing was not begun on this device, or its time is over; going back to the step of the photo.",
);
const BROKEN: Words = Words::new(
    "电脑收到的照片与手机拍的不一致，未作签署。请点“重新开始拍照”。",
    "The photo that arrived at this PC is not the one the phone took; nothing was signed. Choose “Begin the photo again”.",
);
const FOOT: Words = Words::new(
    "二维码里没有任何个人信息；签名密钥始终只在这台电脑上。两台设备的信息都会如实记录。",
    "The code holds nothing personal; the signing key stays on this PC. Both devices are recorded.",
);
const OVER: Words =
    Words::new("这次用手机拍照没有完成", "The photo with the phone was not finished");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::render;

    /// Whoever has two devices before them is told which one is meant.
    #[test]
    fn a_page_calls_only_the_device_that_shows_it_this_one() {
        for (language, this_pc, this_phone) in [
            (Language::Zh, ["这台电脑", "本电脑"], ["这台手机", "本机"]),
            (Language::En, ["this PC", "This PC"], ["this phone", "This phone"]),
        ] {
            let frame = Frame::sample(language);
            for page in HandoverPage::samples() {
                let shown = render(&page, &frame);
                for word in this_phone {
                    assert!(!shown.contains(word), "{word} on the PC: {shown}");
                }
            }
            let waits = OtherDevicePage::samples().into_iter().map(|page| render(&page, &frame));
            let landing = HandoverLandingPage::samples();
            for shown in waits.chain(landing.iter().map(|page| render(page, &frame))) {
                for word in this_pc {
                    assert!(!shown.contains(word), "{word} on the phone: {shown}");
                }
            }
        }
    }
}
