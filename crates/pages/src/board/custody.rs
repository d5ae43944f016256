//! A custodian's own view of what it holds, as a page: numbers only. Whoever may see the platform's page of coverage
//! may see this one; no name, no person, no content and no number of a matter is on it.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::{
    Comparison, Finding, Found, Plot, Range, Series, comparisons, count, float, lag, mega,
    megabytes, ms, seconds,
};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::office::OfficeAlarm;
use crate::words::Words;

/// The custodian's figures at one instant. What a service does not have is `None`.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CustodyPoint {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Deposits held.
    pub admitted: u64,
    /// Deposits refused.
    pub refused: u64,
    /// Chains of which at least one record is held.
    pub chains: u64,
    /// Records that contradict their chain.
    pub misbehaviour: u64,
    /// Entries of its own log, and how many of them are not cosigned.
    pub log_size: u64,
    /// See there.
    pub uncosigned: u64,
    /// Entries that the platform announced and the mirror lacks.
    pub mirror_lag: Option<u64>,
    /// Deposits turned away since the sample before because one before them is missing.
    pub out_of_order: u64,
    /// From receipt to holding, in milliseconds: half, 95 and 99 of 100 were faster.
    pub lag: Option<(i64, i64, i64)>,
    /// Age of the newest cosignature on its own published head, in seconds.
    pub own_age_s: Option<u64>,
    /// Since when the platform's newest head was cosigned here, in seconds.
    pub platform_age_s: Option<u64>,
    /// Changes waiting for the disk.
    pub queue: Option<u64>,
    /// Applications in hand.
    pub matters: Option<u64>,
    /// Approved applications whose number does not come by itself.
    pub numbers: Option<u64>,
    /// Days until the time stamps of its own log are to be renewed.
    pub renewal_days: Option<u64>,
    /// Bytes of its folder.
    pub disk_bytes: Option<u64>,
}

/// The page.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CustodyPage {
    /// The present instant, with zone.
    pub as_of: String,
    /// Over which time figures are drawn.
    pub range: Range,
    /// The figures over that time, oldest first.
    pub points: Vec<CustodyPoint>,
    /// Both logs compared.
    pub compared: Vec<Comparison>,
    /// What is raised.
    pub alarms: Vec<OfficeAlarm>,
}

type Of = fn(&CustodyPoint) -> Option<f64>;

const fn line(name: Words, of: Of) -> (Words, Of) {
    (name, of)
}

impl CustodyPage {
    fn plot(
        &self,
        title: Words,
        unit: &dyn Fn(f64, Language) -> String,
        lines: &[(Words, Of)],
        l: Language,
    ) -> Markup {
        let series = lines.iter().map(|(name, of)| {
            let point = |point: &CustodyPoint| Some((point.at_ms, of(point)?));
            Series { name: *name, points: self.points.iter().filter_map(point).collect() }
        });
        // What this custodian does not have is not drawn at all.
        let series: Vec<Series> = series.filter(|series| !series.points.is_empty()).collect();
        if series.is_empty() {
            return html! {};
        }
        let first = self.points.first().map_or(0, |point| point.at_ms);
        let last = self.points.last().map_or(1, |point| point.at_ms);
        let span = (first, last.max(first + 1_000));
        let plot = Plot { title, unit, series, span, gap_ms: self.range.gap_ms() };
        html! { (plot.draw(l)) }
    }

    fn plots(&self, l: Language) -> Markup {
        html! {
            (self.plot(HELD, &count, &[
                line(HELD_LINE, |one| Some(float(one.admitted))),
                line(CHAINS_LINE, |one| Some(float(one.chains))),
                line(REFUSED_LINE, |one| Some(float(one.refused))),
            ], l))
            (self.plot(LAG, &lag, &[
                line(P50, |one| one.lag.map(|lag| ms(lag.0))),
                line(P95, |one| one.lag.map(|lag| ms(lag.1))),
                line(P99, |one| one.lag.map(|lag| ms(lag.2))),
            ], l))
            (self.plot(GAPS, &count, &[
                line(LACKING_LINE, |one| one.mirror_lag.map(float)),
                line(ORDER_LINE, |one| Some(float(one.out_of_order))),
                line(CONTRADICT_LINE, |one| Some(float(one.misbehaviour))),
            ], l))
            (self.plot(AGES, &seconds, &[
                line(OWN_LINE, |one| one.own_age_s.map(float)),
                line(PLATFORM_LINE, |one| one.platform_age_s.map(float)),
            ], l))
            (self.plot(LOG, &count, &[
                line(LOG_LINE, |one| Some(float(one.log_size))),
                line(UNCOSIGNED_LINE, |one| Some(float(one.uncosigned))),
            ], l))
            (self.plot(QUEUES, &count, &[
                line(DISK_QUEUE_LINE, |one| one.queue.map(float)),
                line(MATTERS_LINE, |one| one.matters.map(float)),
                line(NUMBERS_LINE, |one| one.numbers.map(float)),
            ], l))
            (self.plot(RENEWAL, &count, &[line(RENEWAL_LINE, |one| one.renewal_days.map(float))], l))
            (self.plot(DISK, &megabytes, &[line(DISK_LINE, |one| one.disk_bytes.map(mega))], l))
        }
    }
}

impl Page for CustodyPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p { (AS_OF.in_language(l)) " " (self.as_of) }
            h2 { (ALARMS.in_language(l)) }
            @if self.alarms.is_empty() { p { (NO_ALARM.in_language(l)) } }
            @for alarm in &self.alarms {
                p .wash { strong { (alarm.means) } " " (alarm.next) br;
                    span .soft { (SINCE.in_language(l)) " " (alarm.since) } }
            }
            (comparisons(&self.compared, l))
            h2 { (TRENDS.in_language(l)) }
            (self.range.choice(l))
            @if self.points.is_empty() { p { (NOTHING.in_language(l)) } } @else { (self.plots(l)) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::BoardStyle)
    }

    fn samples() -> Vec<Self> {
        let finding = |found| Finding {
            at: "2026-11-28 10:00:00 +08:00".into(),
            found,
            size: 48_213,
            leaves: 4_096,
            ours: "3f".repeat(32),
            theirs: if found == Found::Match { "3f".repeat(32) } else { "a1".repeat(32) },
        };
        let compared = |first, second, before| {
            vec![
                Comparison { name: PLATFORMS_LOG, newest: first, before },
                Comparison { name: OWN_LOG, newest: second, before: None },
            ]
        };
        let point = |place: i64| CustodyPoint {
            at_ms: 1_795_435_200_000 + place * 5_000,
            admitted: 40_000 + place.unsigned_abs() * 7,
            refused: 3,
            chains: 900 + place.unsigned_abs(),
            misbehaviour: 1,
            log_size: 48_000 + place.unsigned_abs() * 7,
            uncosigned: place.unsigned_abs() % 3,
            mirror_lag: Some(place.unsigned_abs() % 5),
            out_of_order: place.unsigned_abs() % 2,
            lag: Some((40 + place, 90 + 2 * place, 12_000 + place)),
            own_age_s: Some(place.unsigned_abs()),
            platform_age_s: Some(2 * place.unsigned_abs()),
            queue: Some(4),
            matters: Some(31),
            numbers: Some(2),
            renewal_days: Some(200),
            disk_bytes: Some(3_000_000_000 + place.unsigned_abs() * 1_000_000),
        };
        let still = Self {
            as_of: "2026-11-28 10:20:00 +08:00".into(),
            range: Range::Now,
            points: Vec::new(),
            compared: compared(None, None, None),
            alarms: Vec::new(),
        };
        vec![
            still.clone(),
            // All is well; a custodian without mirror, workbench and time authority.
            Self {
                range: Range::HalfDay,
                points: (0..20)
                    .map(|place| CustodyPoint {
                        mirror_lag: None,
                        platform_age_s: None,
                        matters: None,
                        numbers: None,
                        renewal_days: None,
                        ..point(place)
                    })
                    .collect(),
                compared: vec![Comparison {
                    name: OWN_LOG,
                    newest: Some(finding(Found::Match)),
                    before: None,
                }],
                ..still.clone()
            },
            // Nothing is well.
            Self {
                range: Range::Year,
                points: (0..20).map(point).collect(),
                compared: compared(
                    Some(finding(Found::Mismatch { first_leaf: Some(31) })),
                    Some(finding(Found::Mismatch { first_leaf: None })),
                    None,
                ),
                alarms: vec![OfficeAlarm {
                    means: "Both sides of a log differ<b>\"'.".into(),
                    next: "Delete nothing.".into(),
                    since: "2026-11-28 10:00:00 +08:00".into(),
                }],
                ..still.clone()
            },
            // The other side is not reached, and what was bad before stays in sight.
            Self {
                points: vec![point(1)],
                compared: compared(
                    Some(finding(Found::NotCompared)),
                    Some(finding(Found::Match)),
                    Some(finding(Found::Mismatch { first_leaf: Some(31) })),
                ),
                ..still.clone()
            },
            // What is missing here is told as ours.
            Self {
                points: vec![point(1)],
                compared: compared(
                    Some(finding(Found::OwnIncomplete)),
                    Some(finding(Found::OwnUnreadable)),
                    None,
                ),
                ..still
            },
        ]
    }
}

impl CustodyPage {
    /// What the comparison of the platform's log is called at a custodian.
    pub const PLATFORMS_LOG: Words = PLATFORMS_LOG;
    /// What the comparison of its own log is called.
    pub const OWN_LOG: Words = OWN_LOG;
}

const PLATFORMS_LOG: Words = Words::new(
    "平台日志：本机构镜像与平台所示",
    "The platform's log: our mirror of it and as the platform shows it",
);
const OWN_LOG: Words = Words::new(
    "本机构日志：本机构所存与平台联署时所见",
    "Our own log: as we hold it and as the platform cosigned it",
);
const TITLE: Words = Words::new("留存监控", "Custody");
const AS_OF: Words = Words::new("截至", "As of");
const ALARMS: Words = Words::new("告警", "Alarms");
const NO_ALARM: Words = Words::new("目前没有告警。", "No alarm is raised.");
const SINCE: Words = Words::new("自", "Since");
const TRENDS: Words = Words::new("趋势", "Over time");
const NOTHING: Words = Words::new("尚无数据，稍后刷新。", "No sample yet; look again in a moment.");
const HELD: Words = Words::new("存证", "Deposits");
const HELD_LINE: Words = Words::new("已留存", "held");
const CHAINS_LINE: Words = Words::new("办件链", "chains");
const REFUSED_LINE: Words = Words::new("已拒绝", "refused");
const LAG: Words = Words::new("从收到到留存", "From receipt to holding");
const P50: Words = Words::new("半数快于", "half were faster than");
const P95: Words = Words::new("95% 快于", "95 % were faster than");
const P99: Words = Words::new("99% 快于", "99 % were faster than");
const GAPS: Words = Words::new("缺口", "Gaps");
const LACKING_LINE: Words =
    Words::new("平台已宣布而镜像尚缺（条）", "announced and not in the mirror");
const ORDER_LINE: Words =
    Words::new("因缺前一条被退回（次）", "turned away for a missing predecessor");
const CONTRADICT_LINE: Words = Words::new("与其链矛盾（条）", "contradict their chain");
const AGES: Words = Words::new("日志树头距上次联署的时间", "Age of the newest cosigned heads");
const OWN_LINE: Words = Words::new("本机构日志", "our own log");
const PLATFORM_LINE: Words = Words::new("平台日志", "the platform's log");
const LOG: Words = Words::new("本机构日志", "Our own log");
const LOG_LINE: Words = Words::new("条目", "entries");
const UNCOSIGNED_LINE: Words = Words::new("尚未联署", "not cosigned");
const QUEUES: Words = Words::new("等待处理", "What waits");
const DISK_QUEUE_LINE: Words = Words::new("等待落盘的写入", "changes waiting for the disk");
const MATTERS_LINE: Words = Words::new("在办公证申请", "applications in hand");
const NUMBERS_LINE: Words = Words::new("取号受阻", "whose number does not come");
const RENEWAL: Words = Words::new("距时间戳续期（天）", "Days until time stamps are renewed");
const RENEWAL_LINE: Words = Words::new("剩余天数", "days left");
const DISK: Words = Words::new("存储占用", "Storage");
const DISK_LINE: Words = Words::new("数据目录", "the data folder");
const FOOT: Words = Words::new(
    "本页只有数量、时间和日志的根；不展示任何人员、公司、文件内容，也不证明任何一项记录的内容属实。",
    "This page shows numbers, times and roots of logs; it shows no person, company or document, and it does not prove that what a record says is true.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_stand_in_a_plot_of_their_own_and_not_among_counts() {
        let page = CustodyPage::samples().swap_remove(2);
        let drawn = page.plots(Language::En).into_string();
        let plots: Vec<&str> = drawn.split("<figure").collect();
        let of = |words: &str| plots.iter().find(|plot| plot.contains(words)).unwrap();
        let waits = of("What waits");
        assert!(waits.contains("applications in hand") && !waits.contains("days"), "{waits}");
        assert!(of("Days until time stamps are renewed").contains("days left"), "{drawn}");
    }
}
