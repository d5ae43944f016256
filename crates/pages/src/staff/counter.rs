//! The counter: an officer sees person and card together, and says so.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{Desk, Trouble};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::parts::{facts, hidden, notice};
use crate::words::Words;

/// Who is at the counter.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CounterPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing's number as it was typed.
    pub number: String,
    /// The number on the signer's device as it was typed.
    pub code: String,
    /// How far it is.
    pub stage: CounterStage,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

/// How far it is.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "each is another page")]
pub enum CounterStage {
    /// Which filing, which device.
    Ask,
    /// This person: look.
    Look(PersonThere),
    /// It is on record.
    Done {
        /// When, with zone.
        at: String,
    },
}

/// Who is to be there.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PersonThere {
    /// The name, as declared.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
    /// The company.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// When this person was seen already, with zone.
    pub seen_at: Option<String>,
    /// What was typed before.
    pub grounds: String,
}

impl Page for CounterPage {
    fn title(&self, language: Language) -> String {
        match self.stage {
            CounterStage::Ask => TITLE,
            CounterStage::Look(_) => LOOK,
            CounterStage::Done { .. } => DONE,
        }
        .in_language(language)
        .to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::StaffCases) { (BACK.in_language(l)) } }
            @if let Some(Trouble { what, next }) = &self.trouble {
                p #trouble .notice role="alert" { (what) " " (next) }
            }
            @match &self.stage {
                CounterStage::Ask => { (self.ask(frame)) }
                CounterStage::Look(person) => { (self.look(frame, person)) }
                CounterStage::Done { at } => {
                    p .lead { (DONE_LEAD.in_language(l)) }
                    (facts(&[(FILING.in_language(l), &self.number), (AT.in_language(l), at)]))
                    p { a .go href=(Link::StaffCounter) { (NEXT.in_language(l)) } }
                }
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
        let sample = |stage, trouble| Self {
            desk: Desk::sample(),
            number: "61842059".into(),
            code: "407193".into(),
            stage,
            key: "0123456789abcdef".into(),
            trouble,
        };
        let person = |seen_at: Option<&str>| PersonThere {
            name: "陈素英<b>\"'".into(),
            capacities: "股东、监事".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            seen_at: seen_at.map(Into::into),
            grounds: String::new(),
        };
        let trouble =
            |what: &str| Trouble { what: what.into(), next: "请核对后重试。".into() };
        vec![
            sample(CounterStage::Ask, None),
            sample(
                CounterStage::Ask,
                Some(trouble("没有找到：该办件下没有签署人的设备正显示这个核验号。")),
            ),
            sample(CounterStage::Look(person(None)), None),
            sample(
                CounterStage::Look(person(Some("2026-11-23 20:05:00 +08:00"))),
                Some(trouble("尚未确认本人与证件同时在场，未作记录。")),
            ),
            sample(CounterStage::Done { at: "2026-11-23 20:05:00 +08:00".into() }, None),
        ]
    }
}

impl CounterPage {
    fn ask(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (LEAD.in_language(l)) }
            form method="post" action=(Link::StaffCounter) {
                (hidden(frame, &self.key))
                label for="number" { (FILING.in_language(l)) }
                input type="text" id="number" name="number" required inputmode="numeric" maxlength="12"
                    autocomplete="off" value=(self.number)
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                label for="code" { (CODE.in_language(l)) }
                input type="text" .digits id="code" name="code" required inputmode="numeric" maxlength="7"
                    autocomplete="off" value=(self.code)
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                button .go type="submit" { (FIND.in_language(l)) }
            }
        }
    }

    fn look(&self, frame: &Frame, person: &PersonThere) -> Markup {
        let l = frame.language;
        html! {
            p .lead { strong .name { (person.name) } " · " (person.capacities) br;
                (person.company) " · " (person.matter) }
            @if let Some(at) = &person.seen_at {
                (notice(&format!("{}{at}", SEEN.in_language(l))))
            }
            ol { @for line in STEPS { li { (line.in_language(l)) } } }
            form .decision method="post" action=(Link::StaffSeen) {
                (hidden(frame, &self.key))
                input type="hidden" name="number" value=(self.number);
                input type="hidden" name="code" value=(self.code);
                label for="last-four" { (LAST_FOUR.in_language(l)) }
                input type="text" .digits id="last-four" name="last_four" required maxlength="4"
                    autocomplete="off" autocapitalize="characters" spellcheck="false"
                    aria-describedby=[self.trouble.as_ref().map(|_| "trouble")];
                label for="grounds" { (GROUNDS.in_language(l)) }
                textarea id="grounds" name="grounds" required minlength="2" maxlength="500" rows="3" {
                    (person.grounds)
                }
                label .ground { input type="checkbox" name="together" value="yes" required;
                    span { (TOGETHER.in_language(l)) } }
                button .go type="submit" { (CONFIRM.in_language(l)) }
            }
            p .soft { (NOT_THERE.in_language(l)) }
        }
    }
}

const TITLE: Words = Words::new("窗口核验", "Check at the counter");
const LOOK: Words = Words::new("请当面核对", "Look at person and card");
const DONE: Words = Words::new("已记录", "Recorded");
const BACK: Words = Words::new("返回待核验事项", "Back to the cases");
const LEAD: Words = Words::new(
    "请签署人在自己的设备上打开签署页面，读出办件码和页面上的核验号。",
    "Have the signer open the signing page on the own device and read out the filing's number and the number shown there.",
);
const FILING: Words = Words::new("办件码", "Filing number");
const CODE: Words =
    Words::new("签署人设备上显示的6位核验号", "The 6 digits shown on the signer's device");
const FIND: Words = Words::new("查找", "Find");
const SEEN: Words = Words::new("该签署人已核验过，时间：", "This signer was already seen at ");
const STEPS: [Words; 3] = [
    Words::new("请本人出示身份证件原件。", "Ask for the original card."),
    Words::new(
        "核对：证件在有效期内；照片、姓名与本人一致；设备在本人手中。",
        "Compare: the card is valid; picture and name are this person's; the device is in this person's hand.",
    ),
    Words::new(
        "填写证件号码末四位和核对情况，勾选后确认。确认后由本人在自己的设备上签署。",
        "Type the last four of the number and what you compared, tick the box and confirm. The person then signs on the own device.",
    ),
];
const LAST_FOUR: Words = Words::new("所持证件号码的末四位", "Last four of the number on the card");
const GROUNDS: Words = Words::new("核对情况（必填）", "What you compared (required)");
const TOGETHER: Words = Words::new(
    "我看到本人和证件原件同时在场，照片与本人相符",
    "I saw the person and the original card together, and the picture is this person",
);
const CONFIRM: Words = Words::new("确认并记录", "Confirm and record");
const NOT_THERE: Words = Words::new(
    "本人不在场、证件不符或有疑问的，不要确认；请签署人改选视频核验或与经办人联系。",
    "Do not confirm for somebody who is not here, whose card does not fit, or in doubt; the signer can choose the video or ask the handler.",
);
const DONE_LEAD: Words = Words::new(
    "已记录您的账号、单位和核对情况。请签署人在自己的设备上继续，两小时内有效。",
    "Your account, office and what you compared are on record. The signer goes on with the own device; it counts for two hours.",
);
const AT: Words = Words::new("时间", "When");
const NEXT: Words = Words::new("核验下一位", "The next person");
const FOOT: Words = Words::new(
    "本页只显示正在窗口办理的签署人的姓名和办件，不显示证件号码和照片；您的确认会作为证据保存。",
    "This page shows the name and filing of the signer at the counter only, no number and no picture; what you confirm is kept as evidence.",
);
