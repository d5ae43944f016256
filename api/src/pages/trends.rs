//! The figures over time, for each organisation, and whether both logs still match.

use std::collections::BTreeMap;

use heqi_registration::Custodian;
use heqi_registration::monitoring::reconciliation::{Outcome, Reconciled, Side};
use heqi_registration::monitoring::samples::{CustodianSample, Sample, Span};
use heqi_vocabulary::Language;

use super::coverage::{duration, name_of};
use super::html::Html;
use super::layout::Words;
use super::plot::{Plot, Series};

/// Over which time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Range {
    /// The last minutes, as this service remembers them.
    Now,
    /// A span that is kept.
    Kept(Span),
}

impl Range {
    const ALL: [Self; 4] =
        [Self::Now, Self::Kept(Span::HalfDay), Self::Kept(Span::Week), Self::Kept(Span::Year)];

    /// The range of a word; any other word is the last minutes.
    pub(crate) fn of_word(word: Option<&str>) -> Self {
        word.and_then(|word| word.parse().ok()).map_or(Self::Now, Self::Kept)
    }

    /// Its word in addresses.
    pub(super) fn word(self) -> String {
        match self {
            Self::Now => "now".to_owned(),
            Self::Kept(span) => span.to_string(),
        }
    }

    const fn name(self) -> Words {
        match self {
            Self::Now => Words::new("最近几分钟", "the last minutes"),
            Self::Kept(Span::HalfDay) => Words::new("12小时", "12 hours"),
            Self::Kept(Span::Week) => Words::new("7天", "7 days"),
            Self::Kept(Span::Year) => Words::new("一年", "a year"),
        }
    }

    /// How far apart samples may be to be joined.
    const fn gap_ms(self) -> i64 {
        match self {
            Self::Now => 20_000,
            Self::Kept(span) => span.step_ms() * 3,
        }
    }
}

/// What is drawn.
pub(crate) struct Trends<'a> {
    /// Over which time.
    pub(crate) range: Range,
    /// Oldest first.
    pub(crate) samples: &'a [Sample],
    /// The newest comparison of each side, and the newest mismatch if there was one.
    pub(crate) compared: &'a BTreeMap<Side, (Reconciled, Option<Reconciled>)>,
}

impl Trends<'_> {
    /// Writes everything.
    pub(crate) fn write(&self, body: &mut Html, l: Language) {
        self.reconciliation(body, l);
        body.element("h2", TRENDS.in_language(l));
        self.ranges(body, l);
        if self.samples.is_empty() {
            body.element("p", NOTHING.in_language(l)).raw("\n");
            return;
        }
        self.platform(body, l);
        for custodian in Custodian::ALL {
            self.custodian(body, custodian, l);
        }
    }

    fn ranges(&self, body: &mut Html, l: Language) {
        body.raw("<nav class=\"contents\" aria-label=\"").text(RANGES.in_language(l)).raw("\">");
        for range in Range::ALL {
            body.raw("<a href=\"?range=").text(&range.word()).raw("\"");
            if range == self.range {
                body.raw(" aria-current=\"true\"");
            }
            body.raw(">").text(range.name().in_language(l)).raw("</a>");
        }
        body.raw("</nav>\n");
    }

    fn plot<'p>(
        &self,
        title: Words,
        unit: &'p dyn Fn(f64, Language) -> String,
        series: Vec<Series>,
    ) -> Plot<'p> {
        let first = self.samples.first().map_or(0, |sample| sample.at_ms);
        let last = self.samples.last().map_or(1, |sample| sample.at_ms);
        Plot {
            title,
            unit,
            series,
            span: (first, last.max(first + 1_000)),
            gap_ms: self.range.gap_ms(),
        }
    }

    fn series(&self, name: Words, of: impl Fn(&Sample) -> Option<f64>) -> Series {
        let point = |sample: &Sample| Some((sample.at_ms, of(sample)?));
        Series { name, points: self.samples.iter().filter_map(point).collect() }
    }

    fn platform(&self, body: &mut Html, l: Language) {
        body.element("h3", PLATFORM.in_language(l));
        let all = |of: fn(&Sample) -> u64| move |sample: &Sample| Some(float(of(sample)));
        let some = |of: fn(&Sample) -> Option<u64>| move |sample: &Sample| of(sample).map(float);
        self.plot(
            RECORDS,
            &count,
            vec![
                self.series(RECORDS_LINE, all(|sample| sample.records)),
                self.series(WITNESSED, all(|sample| sample.witnessed_size)),
                self.series(MIRRORED, all(|sample| sample.mirrored_size)),
            ],
        )
        .draw(body, l);
        let age = self.series(AGE_LINE, some(|sample| sample.checkpoint_age_s));
        self.plot(CHECKPOINT, &seconds, vec![age]).draw(body, l);
        self.plot(
            QUEUE,
            &count,
            vec![
                self.series(QUEUE_LINE, some(|sample| sample.queue)),
                self.series(GAPS_LINE, all(|sample| sample.gaps)),
            ],
        )
        .draw(body, l);
        // In tenths of a megabyte, which fit a float exactly.
        let tenths = |sample: &Sample| sample.disk_bytes.map(|bytes| float(bytes / 100_000) / 10.0);
        let disk = self.series(DISK_LINE, tenths);
        self.plot(DISK, &megabytes, vec![disk]).draw(body, l);
    }

    fn custodian(&self, body: &mut Html, custodian: Custodian, l: Language) {
        body.element("h3", name_of(custodian).in_language(l));
        let of = |of: fn(&CustodianSample) -> Option<f64>| {
            move |sample: &Sample| sample.custodians.get(&custodian).and_then(of)
        };
        self.plot(
            LAG,
            &lag,
            vec![
                self.series(P50, of(|one| one.lag.map(|lag| ms(lag.p50)))),
                self.series(P95, of(|one| one.lag.map(|lag| ms(lag.p95)))),
                self.series(WAITS, of(|one| Some(ms(one.oldest_ms)))),
            ],
        )
        .draw(body, l);
        self.plot(
            HELD,
            &count,
            vec![
                self.series(HELD_LINE, of(|one| Some(float(one.admitted)))),
                self.series(OPEN_LINE, of(|one| Some(float(one.outstanding)))),
            ],
        )
        .draw(body, l);
    }

    /// Match or mismatch, in words and with both roots.
    fn reconciliation(&self, body: &mut Html, l: Language) {
        body.element("h2", BOTH.in_language(l));
        body.element("p", BOTH_IS.in_language(l)).raw("\n<ul class=\"plain\">");
        for side in Side::ALL {
            body.raw("<li class=\"wash\"><strong>").text(name_of_side(side).in_language(l));
            body.raw("</strong><br>");
            match self.compared.get(&side) {
                None => {
                    body.text(NEVER.in_language(l));
                }
                Some((newest, mismatch)) => {
                    one(body, newest, l);
                    if let Some(before) = mismatch.as_ref().filter(|before| *before != newest) {
                        body.raw("<br>").text(BEFORE.in_language(l)).raw(" ");
                        one(body, before, l);
                    }
                }
            }
            body.raw("</li>");
        }
        body.raw("</ul>\n");
    }
}

fn one(body: &mut Html, found: &Reconciled, l: Language) {
    let (sign, words) = match &found.outcome {
        Outcome::Match {} => ("✓ ", Words::new("一致", "match")),
        Outcome::Mismatch { .. } => ("✗ ", Words::new("不一致", "mismatch")),
        Outcome::NotCompared { .. } => ("… ", Words::new("未能比对", "not compared")),
    };
    body.raw("<strong class=\"outcome\">").raw(sign).text(words.in_language(l)).raw("</strong> · ");
    body.text(&found.at.for_people());
    match &found.outcome {
        Outcome::NotCompared { .. } => {
            body.raw(" · ").text(UNREACHED.in_language(l));
            return;
        }
        Outcome::Mismatch { first_leaf: Some(leaf) } => {
            body.raw(" · ")
                .text(FIRST.in_language(l))
                .raw(" <strong>")
                .number(*leaf)
                .raw("</strong>");
        }
        Outcome::Mismatch { first_leaf: None } => {
            body.raw(" · ").text(NO_LEAF.in_language(l));
        }
        Outcome::Match {} => {}
    }
    body.raw("<br>").text(SIZE.in_language(l)).raw(" ").number(found.size);
    body.raw(" · ").text(LOOKED.in_language(l)).raw(" ").number(found.leaves);
    for (words, root) in [(OUR_ROOT, &found.ours), (THEIR_ROOT, &found.theirs)] {
        body.raw("<br>").text(words.in_language(l)).raw(" <code>").text(root).raw("</code>");
    }
}

fn float(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn ms(number: i64) -> f64 {
    f64::from(i32::try_from(number).unwrap_or(i32::MAX))
}

fn count(value: f64, _: Language) -> String {
    format!("{value:.0}")
}

fn seconds(value: f64, l: Language) -> String {
    format!("{value:.0} {}", l.pick("秒", "s"))
}

fn lag(value: f64, l: Language) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds that came from an i32")]
    let whole = value.round() as i64;
    duration(whole, l)
}

fn megabytes(value: f64, _: Language) -> String {
    format!("{value:.1} MB")
}

const fn name_of_side(side: Side) -> Words {
    match side {
        Side::OursMirrored => Words::new(
            "平台日志：平台自有 与 公证处镜像",
            "The platform's log: ours and the notary's mirror",
        ),
        Side::NotarysOwn => Words::new(
            "公证处日志：公证处所示 与 平台联署时所见",
            "The notary's log: as it shows it and as we cosigned it",
        ),
    }
}

const BOTH: Words = Words::new("两半对账", "Both halves compared");
const BOTH_IS: Words = Words::new(
    "每日比对双方日志在同一大小时的根，逐叶比对新增部分，并抽查旧有部分。",
    "Each day both logs' roots at the same size are compared, everything new leaf by leaf, and a drawn sample of what is older.",
);
const NEVER: Words = Words::new("尚未比对。", "Not compared yet.");
const BEFORE: Words = Words::new("此前：", "Before:");
const UNREACHED: Words = Words::new(
    "未能连接对方或尚无可比对的内容",
    "the other side was not reached, or there is nothing yet",
);
const FIRST: Words = Words::new("首个不同的叶：", "the first leaf that differs:");
const NO_LEAF: Words = Words::new("根不同，无法定位到叶", "the roots differ; no leaf can be named");
const SIZE: Words = Words::new("大小", "size");
const LOOKED: Words = Words::new("逐叶比对", "leaves compared:");
const OUR_ROOT: Words = Words::new("我方根", "our root");
const THEIR_ROOT: Words = Words::new("对方根", "their root");
const TRENDS: Words = Words::new("趋势", "Over time");
const RANGES: Words = Words::new("时间范围", "Range of time");
const NOTHING: Words = Words::new("尚无数据，稍后刷新。", "No sample yet; look again in a moment.");
const PLATFORM: Words = Words::new("签署平台", "Signing platform");
const RECORDS: Words = Words::new("记录与日志", "Records and log");
const RECORDS_LINE: Words = Words::new("记录", "records");
const WITNESSED: Words = Words::new("已核对至(叶)", "cosigned up to");
const MIRRORED: Words = Words::new("已留存至(叶)", "mirrored up to");
const CHECKPOINT: Words = Words::new("日志树头距上次联署的时间", "Age of the newest cosigned head");
const AGE_LINE: Words = Words::new("距今", "age");
const QUEUE: Words = Words::new("等待落盘与缺口", "Waiting for the disk, and gaps");
const QUEUE_LINE: Words = Words::new("等待落盘的写入", "changes waiting");
const GAPS_LINE: Words = Words::new("未留存的记录", "records not held");
const DISK: Words = Words::new("存储占用", "Storage");
const DISK_LINE: Words = Words::new("平台数据目录", "the platform's folder");
const LAG: Words = Words::new("从记录到存证回执", "From record to receipt");
const P50: Words = Words::new("半数快于", "half were faster than");
const P95: Words = Words::new("95% 快于", "95 % were faster than");
const WAITS: Words = Words::new("最早一条已等待", "the oldest has waited");
const HELD: Words = Words::new("存证", "Deposits");
const HELD_LINE: Words = Words::new("已留存", "held");
const OPEN_LINE: Words = Words::new("待答复", "not answered");
