//! The figures of an office at a glance: what waits and how long it may, who has what, alarms, and
//! certificates by month. Each picture has the same numbers as a table beside it.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{OfficeDesk, Tab};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::words::Words;

/// Numbers that are drawn as bars.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Bars {
    /// What each is called, in the reader's language, and how many.
    pub rows: Vec<(String, usize)>,
}

const ROW: usize = 30;
const NAMES: usize = 150;
const LONGEST: usize = 320;

impl Bars {
    fn draw(&self, (id, title): (&str, &str), l: Language) -> Markup {
        let most = self.rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
        let height = self.rows.len().max(1) * ROW;
        let width = NAMES + LONGEST + 50;
        let picture = format!("{title}{}", PICTURE.in_language(l));
        html! {
            section .bars aria-labelledby=(id) {
                h2 id=(id) { (title) }
                svg viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(picture) {
                    @for (place, (name, count)) in self.rows.iter().enumerate() {
                        @let long = count * LONGEST / most;
                        text x=(NAMES - 8) y=(place * ROW + 19) text-anchor="end" { (name) }
                        rect .bar x=(NAMES) y=(place * ROW + 5) width=(long.max(2)) height=(ROW - 10) rx="3" {}
                        text x=(NAMES + long.max(2) + 6) y=(place * ROW + 19) { (count) }
                    }
                }
                details {
                    summary { (AS_TABLE.in_language(l)) span .sr { " " (title) } }
                    table {
                        thead { tr { th scope="col" { (WHAT.in_language(l)) } th scope="col" { (HOW_MANY.in_language(l)) } } }
                        tbody { @for (name, count) in &self.rows { tr { th scope="row" { (name) } td { (count) } } } }
                    }
                }
            }
        }
    }
}

/// What one member of staff has in hand.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Workload {
    /// The login name.
    pub who: String,
    /// Open applications.
    pub open: usize,
    /// Those whose period is nearly over, or over.
    pub urgent: usize,
    /// Those that stand still.
    pub paused: usize,
}

/// An alarm that is raised.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OfficeAlarm {
    /// What it means, in the reader's language.
    pub means: String,
    /// What to do, in the reader's language.
    pub next: String,
    /// Since when, with zone.
    pub since: String,
}

/// The figures.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct FiguresPage {
    /// Who has signed in.
    pub desk: OfficeDesk,
    /// Open applications by how far they have come.
    pub stages: Bars,
    /// Accepted ones by the working days left.
    pub clock: Bars,
    /// Who has what.
    pub people: Vec<Workload>,
    /// What is raised.
    pub alarms: Vec<OfficeAlarm>,
    /// The year, and numbers given in each month of it.
    pub months: (u16, Bars),
    /// Whether more applications are open than were counted.
    pub is_partial: bool,
}

impl Page for FiguresPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let (year, months) = &self.months;
        html! {
            (self.desk.bar(frame, Some(Tab::Figures)))
            h2 { (ALARMS.in_language(l)) }
            @if self.alarms.is_empty() { p { (NO_ALARM.in_language(l)) } }
            @for alarm in &self.alarms {
                p .alarm { strong { (alarm.means) } " " (alarm.next) br; span .soft { (SINCE.in_language(l)) " " (alarm.since) } }
            }
            (self.stages.draw(("figure-stages", STAGES.in_language(l)), l))
            (self.clock.draw(("figure-clock", CLOCK.in_language(l)), l))
            @if self.is_partial { p .notice { (PARTIAL.in_language(l)) } }
            h2 { (PEOPLE.in_language(l)) }
            @if self.people.is_empty() { p { (NOBODY.in_language(l)) } } @else {
                div .table tabindex="0" role="region" aria-label=(PEOPLE.in_language(l)) {
                    table {
                        thead { tr {
                            th scope="col" { (WHO.in_language(l)) } th scope="col" { (OPEN.in_language(l)) }
                            th scope="col" { (URGENT.in_language(l)) } th scope="col" { (PAUSED.in_language(l)) }
                        } }
                        tbody {
                            @for one in &self.people {
                                tr { th scope="row" { (one.who) } td { (one.open) } td { (one.urgent) } td { (one.paused) } }
                            }
                        }
                    }
                }
            }
            (months.draw(("figure-months", &format!("{} {year}", MONTHS.in_language(l))), l))
            p .links { a href=(Link::Office(OfficeLink::Book)) { (BOOK.in_language(l)) } }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn further_style(&self) -> Option<Asset> {
        Some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        let bars = |rows: &[(&str, usize)]| Bars {
            rows: rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        };
        let months: Vec<(String, usize)> =
            (1..=12).map(|month| (month.to_string(), month * 7)).collect();
        vec![
            Self {
                desk: OfficeDesk::sample(),
                stages: Bars::default(),
                clock: Bars::default(),
                people: Vec::new(),
                alarms: Vec::new(),
                months: (2026, Bars::default()),
                is_partial: false,
            },
            Self {
                desk: OfficeDesk::sample(),
                stages: bars(&[("待受理", 3), ("审查中", 120), ("待取号", 0)]),
                clock: bars(&[("已超期", 1), ("3日以内", 4), ("4至7日", 9), ("8日以上", 40)]),
                people: vec![Workload {
                    who: "qian.wei<b>\"'".into(),
                    open: 12,
                    urgent: 2,
                    paused: 1,
                }],
                alarms: vec![OfficeAlarm {
                    means: "案件系统没有给出可用的公证书编号。".into(),
                    next: "请联系案件系统管理员。".into(),
                    since: "2026-11-28 10:00:00 +08:00".into(),
                }],
                months: (2026, Bars { rows: months }),
                is_partial: true,
            },
        ]
    }
}

const TITLE: Words = Words::new("本处概况", "Figures of the office");
const ALARMS: Words = Words::new("告警", "Alarms");
const NO_ALARM: Words = Words::new("目前没有告警。", "No alarm is raised.");
const SINCE: Words = Words::new("自", "Since");
const STAGES: Words = Words::new("在办申请（按环节）", "Open applications by stage");
const CLOCK: Words = Words::new("法定期限剩余工作日", "Working days left");
const PEOPLE: Words = Words::new("承办情况", "Who has what");
const NOBODY: Words = Words::new("目前没有人承办申请。", "Nobody has an application in hand.");
const WHO: Words = Words::new("承办公证员", "Notary");
const OPEN: Words = Words::new("在办", "Open");
const URGENT: Words = Words::new("临期或超期", "Nearly over, or over");
const PAUSED: Words = Words::new("期限中止", "Paused");
const MONTHS: Words = Words::new("各月取得编号的公证书", "Numbers given by month,");
const PICTURE: Words =
    Words::new("条形图，数据见下表", ", as bars; the table below has the same numbers");
const AS_TABLE: Words = Words::new("查看数据表", "As a table");
const WHAT: Words = Words::new("项目", "What");
const HOW_MANY: Words = Words::new("件数", "How many");
const PARTIAL: Words = Words::new(
    "每个环节最多统计1000件，实际更多。",
    "At most 1000 of each stage are counted; there are more.",
);
const BOOK: Words = Words::new("查看公证登记簿", "Register book");
const FOOT: Words = Words::new(
    "本页只有件数和登录名，不显示申请人。",
    "This page shows counts and login names; it shows no applicant.",
);
