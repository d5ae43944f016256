//! What the phone shows: before it may do anything, and when its part is over.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{OVER, UNTIL};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{OFFLINE, SLOW, notice, said};
use crate::words::Words;

/// What a phone shows that has just read the code: nothing of the filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HandoverLandingPage {
    /// The code of the link.
    pub code: String,
}

impl Page for HandoverLandingPage {
    fn title(&self, language: Language) -> String {
        LANDING.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (LANDING_LEAD.in_language(l)) }
            form method="post" action=(Link::HandoverLink(self.code.clone())) {
                button .go type="submit" { (USE_THIS.in_language(l)) }
            }
            p .soft { (NOT_YOURS.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        LANDING_FOOT
    }

    fn samples() -> Vec<Self> {
        vec![Self { code: "0123456789abcdefghjkmnpqrs".into() }]
    }
}

/// The phone before it may do anything, and when its part is over.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever serves a page decides")]
pub enum OtherDevicePage {
    /// Its number is to be picked at the PC.
    Waits {
        /// The number.
        number: u8,
        /// Until when, with zone.
        ends_at: String,
    },
    /// Its part is done.
    Done,
    /// It ended without that.
    Ended {
        /// What happened.
        what: String,
        /// What to do.
        next: String,
    },
}

impl Page for OtherDevicePage {
    fn title(&self, language: Language) -> String {
        match self {
            Self::Waits { .. } => NUMBER,
            Self::Done => DONE,
            Self::Ended { .. } => OVER,
        }
        .in_language(language)
        .to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let word = match self {
            Self::Waits { .. } => "waits",
            Self::Done => "done",
            Self::Ended { .. } => "ended",
        };
        html! {
            div id="handover" role="status" data-stand=(word) {
                @match self {
                    Self::Waits { number, ends_at } => {
                        p .pairing { (number) }
                        p { (PICK.in_language(l)) }
                        p .soft { (UNTIL.in_language(l)) " " (ends_at) }
                    }
                    Self::Done => { p .lead { (BACK.in_language(l)) } }
                    Self::Ended { what, next } => { (notice(what)) p { (next) } }
                }
            }
            (said(l, &[("offline", OFFLINE), ("slow", SLOW)]))
        }
    }

    fn foot(&self) -> Words {
        OTHER_FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Handover)
    }

    fn samples() -> Vec<Self> {
        vec![
            Self::Waits { number: 42, ends_at: "2026-11-23 20:05:00 +08:00".into() },
            Self::Done,
            Self::Ended { what: "Past its time.".into(), next: "Have another shown.".into() },
        ]
    }
}

const LANDING: Words = Words::new("用这台手机拍照？", "Take the photo with this phone?");
const LANDING_LEAD: Words = Words::new(
    "如果是您本人正在电脑上签署，请继续。之后这台手机会显示一个数字，您在电脑上选出同一个数字后才能拍照。",
    "Go on if you yourself are signing at a PC. This phone will show a number; the photo can be taken once you pick the same number at the PC.",
);
const USE_THIS: Words = Words::new("用这台手机拍照", "Use this phone");
const NOT_YOURS: Words = Words::new(
    "不是您本人在签署？请关闭本页，或拨打",
    "You are not signing anything? Close this page, or call",
);
const LANDING_FOOT: Words = Words::new(
    "本页不显示任何办件、人员或文件内容；仅打开本页不会使用二维码。",
    "This page shows no filing, person or document; opening it does not use the code.",
);
const NUMBER: Words = Words::new("请在电脑上选这个数字", "Pick this number at the PC");
const PICK: Words = Words::new(
    "请在电脑屏幕上点选这个数字，不是在手机上。选好后，这台手机会自动打开拍照页面。",
    "Choose this number on the screen of the PC, not on this phone. After that the page for the photo opens on this phone by itself.",
);
const DONE: Words = Words::new("手机上的步骤已完成", "This phone has done its part");
const BACK: Words = Words::new(
    "请回到电脑上继续签署。这台手机上没有留下照片或密钥，可以关闭本页。",
    "Go back to the PC to sign. No photo and no key is left on this phone; you may close the page.",
);
const OTHER_FOOT: Words = Words::new(
    "这台手机只能用于这一步，看不到文件，也不能签署。",
    "This phone is good for this step only: it sees no document and cannot sign.",
);
