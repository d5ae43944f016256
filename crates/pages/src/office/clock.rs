//! The bar of fifteen working days, drawn on the server: a square per day, hatched where the
//! clock stands still.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::Words;

/// What a day is to the clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "drawn one by one")]
pub enum DayKind {
    /// It counts.
    Counts,
    /// Nobody works.
    Rest,
    /// The clock stands still.
    Paused,
}

/// One day.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct BarDay {
    /// Month and day, `12-01`.
    pub label: String,
    /// What it is to the clock.
    pub kind: DayKind,
    /// Whether it is over, or today.
    pub is_past: bool,
}

/// How the clock stands.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ClockBar {
    /// Every day from the day after acceptance.
    pub days: Vec<BarDay>,
    /// Working days used.
    pub used: u32,
    /// Working days left; negative when it is over.
    pub left: i64,
    /// The last day.
    pub last_day: String,
    /// Whether a year it runs through has no calendar yet.
    pub is_provisional: bool,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Whether it has to be said that it is nearly over, or over.
    pub is_urgent: bool,
}

const SIZE: usize = 22;

impl ClockBar {
    pub(super) fn draw(&self, l: Language) -> Markup {
        let width = self.days.len().max(15) * SIZE;
        let today = self.days.iter().rposition(|day| day.is_past);
        html! {
            div .clock {
                p {
                    (USED.in_language(l)) " " strong { (self.used) " / 15" } " · "
                    (LEFT.in_language(l)) " " strong { (self.left) } " · "
                    (LAST.in_language(l)) " " strong { (self.last_day) }
                    @if self.is_paused { " · " strong { (PAUSED.in_language(l)) } }
                }
                @if self.is_urgent { p .alarm role="alert" { (URGENT.in_language(l)) } }
                @if self.is_provisional { p .soft { (PROVISIONAL.in_language(l)) } }
                svg viewBox={ "0 0 " (width) " 44" } role="img" aria-label=(PICTURE.in_language(l)) {
                    defs {
                        pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                            line .hatch-line x1="0" y1="0" x2="0" y2="5" {}
                        }
                    }
                    @for (place, day) in self.days.iter().enumerate() {
                        rect class=(class_of(day)) x=(place * SIZE + 1) y="4" width=(SIZE - 3) height="24" rx="3" {
                            title { (day.label) }
                        }
                        @if place % 5 == 0 { text x=(place * SIZE + 1) y="40" { (day.label) } }
                        @if today == Some(place) {
                            rect .today x=(place * SIZE) y="2" width=(SIZE - 1) height="28" rx="4" {}
                        }
                    }
                }
                p .legend { span { (LEGEND.in_language(l)) } }
            }
        }
    }
}

fn class_of(day: &BarDay) -> &'static str {
    match (day.kind, day.is_past) {
        (DayKind::Paused, _) => "paused",
        (DayKind::Rest, _) => "rest",
        (DayKind::Counts, true) => "used",
        (DayKind::Counts, false) => "day",
    }
}

const USED: Words = Words::new("已用工作日", "Working days used");
const LEFT: Words = Words::new("剩余", "left");
const LAST: Words = Words::new("最后一日", "last day");
const PAUSED: Words = Words::new("期限已中止", "the clock stands still");
const URGENT: Words = Words::new(
    "法定期限即将届满或已经届满，请优先办理，或依法办理中止、终止。",
    "The statutory period is nearly over or is over: do this one first, or pause or terminate as the law allows.",
);
const PROVISIONAL: Words = Words::new(
    "跨入的年度尚未公布节假日安排，最后一日为暂定。",
    "It runs into a year whose holidays are not announced: the last day may move.",
);
const PICTURE: Words = Words::new(
    "法定期限逐日图：实心为已计入的工作日，空心为休息日，斜线为中止",
    "The period day by day: solid days count, hollow ones are off, hatched ones are paused",
);
const LEGEND: Words = Words::new(
    "■ 已计入　□ 休息日　▨ 中止　方框：今天",
    "■ counted　□ off　▨ paused　frame: today",
);
