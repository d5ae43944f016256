//! The photo: from the live camera, else from the system's camera, which is recorded as such.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, WAITING, said, ways_out};
use crate::words::Words;

/// The camera.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PhotoPage {
    /// Whether there is a photo already, which this one would replace.
    pub again: bool,
}

impl Page for PhotoPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p { (LEAD.in_language(l)) }
            @if self.again { p .soft { (AGAIN.in_language(l)) } }
            div .camera id="camera" data-next=(Link::Journey) {
                div .view {
                    video id="stream" playsinline muted hidden aria-label=(VIEW.in_language(l)) {}
                    canvas id="shot" hidden role="img" aria-label=(SHOT.in_language(l)) {}
                    div .outline aria-hidden="true" {}
                }
                button .go type="button" id="start" { (START.in_language(l)) }
                button .go type="button" id="take" hidden { (TAKE.in_language(l)) }
                div .choice id="judge" hidden {
                    button type="button" id="use" { (USE.in_language(l)) }
                    button type="button" id="retake" { (RETAKE.in_language(l)) }
                }
                div id="system" hidden {
                    label .file for="file" { (SYSTEM.in_language(l)) }
                    input type="file" id="file" accept="image/jpeg,image/*" capture="user";
                }
            }
            (said(l, &[
                ("denied", DENIED),
                ("none", NONE),
                ("small", SMALL),
                ("waiting", WAITING),
                ("offline", OFFLINE),
            ]))
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Photo)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Photo)
    }

    fn samples() -> Vec<Self> {
        vec![Self { again: false }, Self { again: true }]
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
const DENIED: Words = Words::new(
    "未获得相机权限。请在系统设置中开启，或用系统相机拍照，也可以到窗口核验。",
    "The camera was not allowed. Allow it in the settings, use the system's camera, or be checked at the counter.",
);
const NONE: Words = Words::new(
    "没有找到相机。请用系统相机拍照，或在手机上打开同一链接。",
    "There is no camera. Use the system's camera, or open the same link on a phone.",
);
const SMALL: Words = Words::new(
    "照片太小或无法读取。请重拍一张。",
    "The photo is too small or cannot be read. Take another one.",
);
const FOOT: Words = Words::new(
    "画面只在这台设备上显示，点“使用这张”之前不会上传。",
    "The picture stays on this device; nothing is sent before you choose “Use this one”.",
);
