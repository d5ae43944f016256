//! The photo: from the live camera, else from the system's camera, which is recorded as such; and the
//! actions that the platform asks for before the live one.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, SLOW, UNFIT, WAITING, hidden, said, ways_out};
use crate::words::Words;

mod actions;

pub use actions::ActionToDo;

/// The camera.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PhotoPage {
    /// Whether there is a photo already, which this one would replace.
    pub again: bool,
    /// For whom the photo is taken here.
    pub place: PhotoPlace,
    /// Every action that may be asked for; empty where the platform asks for none.
    pub actions: Vec<ActionToDo>,
}

/// Which of two devices the camera is on.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there are no more than two")]
pub enum PhotoPlace {
    /// The device that signs.
    Desk {
        /// For handing the step to another one.
        key: String,
        /// Whether a drawn sample may stand for a photo: in a demonstration only.
        sample: bool,
    },
    /// The one that does this step only.
    Other {
        /// The actions that are asked for, by their words, in order.
        asked: Vec<String>,
        /// What is drawn into each frame of them.
        mark: String,
    },
}

impl PhotoPlace {
    const fn is_other(&self) -> bool {
        matches!(self, Self::Other { .. })
    }

    /// What is asked for, as the script reads it, and what is drawn into the frames. The device that
    /// signs has both from the answer that begins the signing.
    fn asked(&self) -> Option<(String, &str)> {
        match self {
            Self::Desk { .. } => None,
            Self::Other { asked, mark } => Some((asked.join(" "), mark.as_str())),
        }
    }
}

impl Page for PhotoPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let (asked, mark) = self.place.asked().unzip();
        html! {
            p { (LEAD.in_language(l)) }
            @if !self.actions.is_empty() { p .soft { (actions::LEAD.in_language(l)) } }
            @if self.again { p .soft { (AGAIN.in_language(l)) } }
            div .camera id="camera" data-next=(if self.place.is_other() { Link::OtherDevice } else { Link::Journey })
                data-photo=[self.place.is_other().then_some(Link::OtherPhoto)]
                data-facts=[self.place.is_other().then_some(Link::OtherFacts)]
                data-asked=[asked] data-mark=[mark] {
                div .view {
                    video id="stream" playsinline muted hidden aria-label=(VIEW.in_language(l)) {}
                    canvas id="shot" hidden role="img" aria-label=(SHOT.in_language(l)) {}
                    div .outline aria-hidden="true" {}
                }
                (actions::panel(&self.actions, l))
                button .go type="button" id="start" { (START.in_language(l)) }
                button .go type="button" id="take" hidden { (TAKE.in_language(l)) }
                div .choice id="judge" hidden {
                    button type="button" id="use" { (USE.in_language(l)) }
                    button type="button" id="retake" { (RETAKE.in_language(l)) }
                }
                div id="system" hidden {
                    // Before its label, which shows where the focus is.
                    input type="file" id="file" accept="image/jpeg,image/*" capture="user";
                    label .file for="file" { (SYSTEM.in_language(l)) }
                }
            }
            @if let PhotoPlace::Desk { sample: true, .. } = &self.place {
                p { button type="button" id="sample" { (SAMPLE.in_language(l)) } }
            }
            @if let PhotoPlace::Desk { key, .. } = &self.place {
                form id="over" method="post" action=(Link::Handover) {
                    (hidden(frame, key))
                    input type="hidden" name="signing" value="";
                    // The script sends the form once it has a key: without it there is nothing to send.
                    button type="button" { (PHONE.in_language(l)) }
                }
            }
            (said(l, &[
                ("denied", if self.place.is_other() { DENIED_HERE } else { DENIED }),
                ("none", if self.place.is_other() { NONE_HERE } else { NONE }),
                ("in-use", if self.place.is_other() { IN_USE_HERE } else { IN_USE }),
                ("elsewhere", ELSEWHERE),
                ("small", SMALL),
                ("unfit", UNFIT),
                ("waiting", WAITING),
                ("slow", SLOW),
                ("offline", OFFLINE),
            ]))
            @if !self.place.is_other() {
                p .links { a href=(Link::OtherWay) { (PERSON.in_language(l)) } }
                (ways_out(frame))
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Photo)
    }

    fn step(&self) -> Option<Step> {
        (!self.place.is_other()).then_some(Step::Photo)
    }

    fn samples() -> Vec<Self> {
        let desk = |sample| PhotoPlace::Desk { key: "0123".into(), sample };
        let of = |again, place, actions| Self { again, place, actions };
        let (asked, mark) = (vec!["turn_left".into(), "open_mouth".into()], "0f3ac211".into());
        vec![
            of(false, desk(false), actions::samples()),
            of(true, desk(false), Vec::new()),
            of(false, desk(true), actions::samples()),
            of(false, PhotoPlace::Other { asked, mark }, actions::samples()),
        ]
    }
}

const TITLE: Words = Words::new("拍一张现场照片", "Take a photo now");
const LEAD: Words = Words::new(
    "请面对镜头，光线充足，只有您一个人。照片加密保存，作为您本人签署的证据。",
    "Face the camera in good light, alone. The photo is kept encrypted, as evidence that you signed yourself.",
);
const AGAIN: Words = Words::new(
    "之前的照片将被这一张替换。",
    "The photo taken before will be replaced by this one.",
);
const VIEW: Words = Words::new("相机画面", "Picture of the camera");
const SHOT: Words = Words::new("拍下的照片", "The photo taken");
const START: Words = Words::new("打开相机", "Open the camera");
const TAKE: Words = Words::new("拍照", "Take the photo");
const USE: Words = Words::new("使用这张", "Use this one");
const RETAKE: Words = Words::new("重拍", "Take another");
const SYSTEM: Words = Words::new("用系统相机拍照", "Use the system's camera");
const PHONE: Words = Words::new("这台设备没有相机？用手机拍照", "No camera here? Use a phone");
const SAMPLE: Words = Words::new(
    "没有相机？用示例画面代替（仅限演示，记录为模拟）",
    "No camera? Use a drawn sample (demonstration only, recorded as simulated)",
);
const PERSON: Words = Words::new("不拍照，改由人工核验", "No photo: be checked by a person");
const DENIED: Words = Words::new(
    "未获得相机权限。请在这台设备的系统设置中开启，或点“用系统相机拍照”；也可以换一台手机拍照，或点“不拍照，改由人工核验”。",
    "The camera was not allowed. Allow it in the settings of this device, or choose “Use the system's camera”; or take the photo with another phone, or be checked by a person.",
);
/// The same on a phone that only takes the photo: the other ways are at the PC.
const DENIED_HERE: Words = Words::new(
    "未获得相机权限。请在这台手机的系统设置中开启，或点“用系统相机拍照”；都不行的，请回到电脑上取消，再选择其他方式。",
    "The camera was not allowed. Allow it in the settings of this phone, or choose “Use the system's camera”; if neither works, cancel at the PC and choose another way there.",
);
const NONE: Words = Words::new(
    "这台设备没有找到相机。请点“用系统相机拍照”，或换一台手机拍照；也可以点“不拍照，改由人工核验”。",
    "This device has no camera. Choose “Use the system's camera”, or take the photo with another phone, or be checked by a person.",
);
/// The same.
const NONE_HERE: Words = Words::new(
    "这台手机没有找到相机。请点“用系统相机拍照”；不行的，请回到电脑上取消，再选择其他方式。",
    "This phone has no camera. Choose “Use the system's camera”; if that does not work, cancel at the PC and choose another way there.",
);
const IN_USE: Words = Words::new(
    "相机打不开，可能正被其他应用使用。请关闭其他应用后再点“打开相机”，或点“用系统相机拍照”，也可以换一台手机拍照。",
    "The camera does not open; another app may be using it. Close that and choose “Open the camera” again, or choose “Use the system's camera”, or take the photo with another phone.",
);
/// The same.
const IN_USE_HERE: Words = Words::new(
    "相机打不开，可能正被其他应用使用。请在这台手机上关闭其他应用后再点“打开相机”，或点“用系统相机拍照”；都不行的，请回到电脑上取消，再选择其他方式。",
    "The camera does not open; another app may be using it. Close that on this phone and choose “Open the camera” again, or choose “Use the system's camera”; if neither works, cancel at the PC and choose another way there.",
);
/// Why whoever was further on takes the photo once more.
const ELSEWHERE: Words = Words::new(
    "这次签署不是在这台设备上开始的，或已超过时间。请在这台设备上重新拍照，然后继续。",
    "This signing was not begun on this device, or its time is over. Take the photo again on this device, then go on.",
);
const SMALL: Words = Words::new(
    "照片太小或无法读取。请重拍一张。",
    "The photo is too small or cannot be read. Take another one.",
);
const FOOT: Words = Words::new(
    "画面只在这台设备上显示，点“使用这张”之前不会上传。",
    "The picture stays on this device; nothing is sent before you choose “Use this one”.",
);
