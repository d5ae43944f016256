//! Where a person looks instead of the camera: beginning the signature on this device.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::journey::Step;
use crate::link::Link;
use crate::parts::{OFFLINE, SLOW, UNFIT, WAITING, facts, said, ways_out};
use crate::words::Words;

use super::Way;

/// What was done instead of a photo, and since when it counts.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct BeginPage {
    /// How.
    pub way: Way,
    /// Who looks: the office.
    pub office: String,
    /// When it was done, with zone.
    pub at: String,
}

impl Way {
    /// What the device says instead of where a photo came from.
    pub(crate) const fn source(self) -> &'static str {
        match self {
            Self::Video => "person_by_video",
            Self::Counter => "person_at_counter",
        }
    }
}

impl Page for BeginPage {
    fn title(&self, language: Language) -> String {
        match self.way {
            Way::Video => VIDEO,
            Way::Counter => COUNTER,
        }
        .in_language(language)
        .to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let lead = match self.way {
            Way::Video => VIDEO_LEAD,
            Way::Counter => COUNTER_LEAD,
        };
        html! {
            p .lead { (lead.in_language(l)) }
            (facts(&[(OFFICE.in_language(l), &self.office), (AT.in_language(l), &self.at)]))
            div id="begin" data-next=(Link::Journey) data-source=(self.way.source()) {
                button .go type="button" { (BEGIN.in_language(l)) }
            }
            (said(l, &[
                ("elsewhere", ELSEWHERE),
                ("unfit", UNFIT),
                ("waiting", WAITING),
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
        Some(Asset::Begin)
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Photo)
    }

    fn samples() -> Vec<Self> {
        [Way::Video, Way::Counter]
            .map(|way| Self {
                way,
                office: "杭州市临安区市场监督管理局".into(),
                at: "2026-11-23 20:05:00 +08:00".into(),
            })
            .into()
    }
}

const VIDEO: Words = Words::new("视频已收到", "The video has arrived");
const COUNTER: Words = Words::new("窗口已核验", "You were seen at the counter");
const VIDEO_LEAD: Words = Words::new(
    "请继续签署。签署后由工作人员观看视频，与证件照片人工比对；核验通过前，办件不会提交登记。",
    "Go on and sign. After that staff watches the video and compares it with your document; the filing is not submitted before that.",
);
const COUNTER_LEAD: Words = Words::new(
    "工作人员已当面核对您本人和证件。请在您自己的这台设备上继续签署，不拍照片。",
    "Staff saw you and your card together. Go on and sign on this device of yours; no photo is taken.",
);
const OFFICE: Words = Words::new("核验机构", "Office");
const AT: Words = Words::new("时间", "When");
const BEGIN: Words = Words::new("开始签署", "Begin signing");
/// Why whoever was further on begins once more.
const ELSEWHERE: Words = Words::new(
    "这次签署不是在这台设备上开始的，或已超过时间。请在这台设备上点“开始签署”，然后继续。",
    "This signing was not begun on this device, or its time is over. Choose “Begin signing” on this device, then go on.",
);
const CHANGE: Words = Words::new("改选另一种方式", "Choose the other way");
const FOOT: Words = Words::new(
    "点“开始签署”后，这台设备生成一次性签名密钥；本页不读取相机、麦克风和位置。",
    "When you begin, this device makes a key for one signature; this page reads neither camera nor microphone nor position.",
);
