//! Without the camera: checked by a person instead, with the same result.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{facts, hidden, ways_out};
use crate::words::Words;

/// The two ways, and the one that was chosen.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OtherWayPage {
    /// The filing's number, to be named at the counter.
    pub number: String,
    /// What was chosen, and since when that waits, with zone.
    pub chosen: Option<(Way, String)>,
    /// Whether the consent to face information was refused, so that it may be read again.
    pub face_refused: bool,
    /// The six digits that an officer types, once the counter was chosen.
    pub code: Option<String>,
    /// Whose staff looks; `None`: nobody on this platform.
    pub office: Option<String>,
    /// The name of the act.
    pub key: String,
}

/// How a person looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the ways people are offered")]
pub enum Way {
    /// By video.
    Video,
    /// At the counter.
    Counter,
}

impl Page for OtherWayPage {
    fn title(&self, language: Language) -> String {
        match self.chosen {
            None => TITLE,
            Some((Way::Video, _)) => VIDEO_CHOSEN,
            Some((Way::Counter, _)) => COUNTER_CHOSEN,
        }
        .in_language(language)
        .to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            @match &self.chosen {
                None => { p .lead { (LEAD.in_language(l)) } }
                Some((way, since)) => {
                    @match (way, &self.office) {
                        (_, None) => { p .lead { (NOBODY.in_language(l)) " " (frame.telephone) } }
                        (Way::Video, Some(_)) => {
                            p .lead { (VIDEO_NEXT.in_language(l)) }
                            p { a .go href=(Link::Journey) { (ON.in_language(l)) } }
                        }
                        (Way::Counter, Some(_)) => { p .lead { (COUNTER_NEXT.in_language(l)) } }
                    }
                    @if let Some(code) = self.code.as_ref().filter(|_| self.office.is_some()) {
                        h2 { (CODE.in_language(l)) }
                        p .pairing.six { (code) }
                    }
                    (facts(&[
                        (NUMBER.in_language(l), &self.number),
                        (SINCE.in_language(l), since),
                        (OFFICE.in_language(l), self.office.as_deref().unwrap_or("—")),
                    ]))
                    @if *way == Way::Counter && self.office.is_some() {
                        p { (COUNTER_WAITS.in_language(l)) }
                        p { a .go href=(Link::Journey) { (SEEN.in_language(l)) } }
                    }
                    h2 { (CHANGE.in_language(l)) }
                }
            }
            (choice(frame, &self.key))
            @if self.face_refused {
                p { a .button href=(Link::ConsentAgain("face".into())) { (RECONSIDER.in_language(l)) } }
            } @else {
                p { a .button href=(Link::Photo) { (CAMERA.in_language(l)) } }
            }
            p { (SAME.in_language(l)) " " (frame.telephone) }
            (ways_out(frame))
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Photo)
    }

    fn samples() -> Vec<Self> {
        let since = || "2026-11-23 20:05:00 +08:00".to_owned();
        [None, Some((Way::Video, since())), Some((Way::Counter, since()))]
            .into_iter()
            .flat_map(|chosen| [true, false].map(|refused| (chosen.clone(), refused)))
            .map(|(chosen, face_refused)| Self {
                number: "61842059".into(),
                code: matches!(chosen, Some((Way::Counter, _))).then(|| "407193".into()),
                office: face_refused.then(|| "杭州市临安区市场监督管理局".into()),
                chosen,
                face_refused,
                key: "0123".into(),
            })
            .collect()
    }
}

/// Two buttons of the same size; neither is the usual one.
pub(crate) fn choice(frame: &Frame, key: &str) -> Markup {
    let l = frame.language;
    html! {
        form method="post" action=(Link::OtherWay) {
            (hidden(frame, key))
            div .choice {
                button type="submit" name="way" value="video" { (VIDEO.in_language(l)) }
                button type="submit" name="way" value="counter" { (COUNTER.in_language(l)) }
            }
        }
    }
}

const TITLE: Words = Words::new("由工作人员核验", "Be checked by a person");
const LEAD: Words = Words::new(
    "不使用相机或人脸信息也可以办理，结果相同。请选择一种方式：",
    "You can go on without camera or face information, with the same result. Choose a way:",
);
const VIDEO: Words = Words::new("视频人工核验", "By video, with a person");
const COUNTER: Words = Words::new("到窗口核验", "At the counter");
const VIDEO_CHOSEN: Words = Words::new("已登记：视频人工核验", "Noted: check by video");
const COUNTER_CHOSEN: Words = Words::new("已登记：到窗口核验", "Noted: check at the counter");
const VIDEO_NEXT: Words = Words::new(
    "您的选择已登记。接下来录一段视频、朗读声明，然后签署；由人工与证件照片比对，不使用人脸识别算法。",
    "Your choice is noted. Next you record a video in which you read a statement, and sign; a person compares it with your document, no face recognition is used.",
);
const COUNTER_NEXT: Words = Words::new(
    "请带上有效身份证件原件，和您本人的手机或这台设备，到窗口报出下面的办件码和核验号。工作人员当面核对后，您在带来的设备上继续签署，不拍照片；换了设备的，先打开您收到的链接。",
    "Bring your original identity card, and your own phone or this device, to the counter, and read out the filing's number and the number below. Staff looks at you and the card; then you go on signing on the device you brought, without a photo; if it is another one, open the link you received there first.",
);
const COUNTER_WAITS: Words = Words::new(
    "正在等待窗口工作人员作核验记录。工作人员告知已记录后，点下面的按钮；点后仍是本页的，说明还没有记录，请稍候再点。",
    "This waits for the officer to record the check. Once the officer says it is recorded, use the button below; if this page comes again it is not recorded yet: wait a moment and use it again.",
);
const NOBODY: Words = Words::new(
    "您的选择已登记。本平台没有设置核验机构，请联系经办人，或拨打电话与工作人员约定：",
    "Your choice is noted. No office reviews on this platform: ask the handler, or agree on a way by telephone:",
);
const ON: Words = Words::new("继续", "Go on");
const SEEN: Words = Words::new("工作人员已核验，继续签署", "Staff has seen me: go on");
const CODE: Words = Words::new("核验号（请读给工作人员）", "Number (read it to the officer)");
const OFFICE: Words = Words::new("核验机构", "Office");
const NUMBER: Words = Words::new("办件码", "Filing number");
const SINCE: Words = Words::new("登记时间", "Noted at");
const CHANGE: Words = Words::new("改选另一种方式", "Choose the other way");
const RECONSIDER: Words =
    Words::new("重新阅读人脸信息同意书再决定", "Read the consent to face information again");
const CAMERA: Words = Words::new("还是用相机拍照", "Use the camera after all");
const SAME: Words = Words::new(
    "各种方式法律效力相同，您的办件不会因此受影响，已填写内容不会丢失。预约请拨打",
    "All ways have the same legal effect, your filing is not affected, and nothing entered is lost. For an appointment call",
);
const FOOT: Words = Words::new(
    "您的选择会如实记录；本页不读取相机和位置。",
    "Your choice is recorded; this page reads neither camera nor position.",
);
