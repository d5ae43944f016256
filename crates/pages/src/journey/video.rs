//! The statement, read aloud into a video that a person compares: instead of face information.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, SLOW, UNFIT, WAITING, said, ways_out};
use crate::words::Words;

use super::Way;

/// Recording.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct VideoPage {
    /// What is read aloud, its places filled.
    pub statement: String,
    /// Who watches it: the office.
    pub office: String,
    /// The most seconds.
    pub seconds: u32,
}

impl Page for VideoPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p { (LEAD.in_language(l)) strong { (self.office) } (LEAD_END.in_language(l)) }
            h2 id="statement" { (READ.in_language(l)) }
            p .intent { (self.statement) }
            div .camera id="video" data-next=(Link::Journey) data-source=(Way::Video.source())
                data-seconds=(self.seconds) {
                div .view {
                    video id="stream" playsinline muted hidden aria-label=(VIEW.in_language(l)) {}
                    video id="shot" .film playsinline controls hidden aria-label=(SHOT.in_language(l)) {}
                }
                button .go type="button" id="start" { (START.in_language(l)) }
                button .go type="button" id="stop" hidden {
                    (STOP.in_language(l))
                    // It changes all the time: it is there to be seen, and no part of the button's name.
                    span .time aria-hidden="true" { span id="time" {} " " (SECONDS.in_language(l)) }
                }
                div .choice id="judge" hidden {
                    button type="button" id="use" { (USE.in_language(l)) }
                    button type="button" id="retake" { (RETAKE.in_language(l)) }
                }
                div id="system" hidden {
                    // Before its label, which shows where the focus is.
                    input type="file" id="file" accept="video/mp4,video/webm,video/quicktime" capture="user";
                    label .file for="file" { (SYSTEM.in_language(l)) }
                }
            }
            (said(l, &[
                ("denied", DENIED),
                ("none", NONE),
                ("in-use", IN_USE),
                ("large", LARGE),
                ("unfit", UNFIT),
                ("waiting", WAITING),
                ("sending", SENDING),
                ("slow", SLOW),
                ("offline", OFFLINE),
            ]))
            p .links { a href=(Link::OtherWay) { (CHANGE.in_language(l)) } }
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Video)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Photo)
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            statement: "我是陈素英<b>\"'。我自愿签署杭州示例青穗茶业有限公司的公司设立登记文件。核验码：4071。".into(),
            office: "杭州市临安区市场监督管理局".into(),
            seconds: 60,
        }]
    }
}

const TITLE: Words = Words::new("录一段视频，朗读声明", "Record a video and read the statement");
const LEAD: Words = Words::new(
    "请面对镜头，清楚地读出下面的声明。由",
    "Face the camera and read the statement below clearly. Staff of ",
);
const LEAD_END: Words = Words::new(
    "工作人员观看并与证件照片人工比对，不使用人脸识别算法。",
    " watches it and compares it with the picture of your document; no face recognition is used.",
);
const READ: Words = Words::new("请朗读：", "Please read aloud:");
const VIEW: Words = Words::new("相机画面", "Picture of the camera");
const SHOT: Words = Words::new("录好的视频", "The video recorded");
const START: Words = Words::new("开始录制", "Start recording");
const STOP: Words = Words::new("读完了，停止", "Done reading: stop");
const SECONDS: Words = Words::new("秒", "s");
const USE: Words = Words::new("使用这段", "Use this one");
const RETAKE: Words = Words::new("重录", "Record again");
const SYSTEM: Words = Words::new("用系统相机录制", "Use the system's camera");
const CHANGE: Words = Words::new("改到窗口核验", "Be checked at the counter instead");
const DENIED: Words = Words::new(
    "未获得相机或麦克风权限。请在系统设置中开启，或用系统相机录制，也可以改到窗口核验。",
    "Camera or microphone was not allowed. Allow them in the settings, use the system's camera, or be checked at the counter.",
);
const NONE: Words = Words::new(
    "没有找到相机或麦克风。请用系统相机录制，或改到窗口核验。",
    "There is no camera or microphone. Use the system's camera, or be checked at the counter.",
);
const IN_USE: Words = Words::new(
    "相机或麦克风打不开，可能正被其他应用使用。请关闭其他应用后再点“开始录制”，或用系统相机录制。",
    "Camera or microphone does not open; another app may be using it. Close that and choose “Start recording” again, or use the system's camera.",
);
const SENDING: Words = Words::new(
    "正在上传视频，已上传{percent}%，请不要关闭页面。",
    "Sending the video, {percent} % so far; please keep this page open.",
);
const LARGE: Words = Words::new(
    "视频过大或无法读取。请重新录制，读完声明即可停止。",
    "The video is too large or cannot be read. Record it again and stop when you have read the statement.",
);
const FOOT: Words = Words::new(
    "画面只在这台设备上显示，点“使用这段”之前不会上传；本页不读取位置。",
    "The picture stays on this device; nothing is sent before you choose “Use this one”. This page does not read your position.",
);
