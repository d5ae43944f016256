//! The figures over time, for each organisation, and whether both logs still match.

use std::collections::BTreeMap;

use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled, Side};
use heqi_pages::Words;
use heqi_pages::board::{
    Comparison, Drawn, Finding, Found, Plot, Range, Series, comparisons, count, float, lag, mega,
    megabytes, ms, seconds,
};
use heqi_registration::Custodian;
use heqi_registration::monitoring::{CustodianSample, Sample};
use heqi_vocabulary::Language;

use super::coverage::name_of;
use super::html::Html;

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
        body.drawn(&comparisons(&self.comparisons(), l));
        body.element("h2", TRENDS.in_language(l));
        body.drawn(&self.range.choice(l));
        if self.samples.is_empty() {
            body.element("p", NOTHING.in_language(l)).raw("\n");
            return;
        }
        self.platform(body, l);
        for custodian in Custodian::ALL {
            self.custodian(body, custodian, l);
        }
    }

    fn plot(
        &self,
        title: Words,
        unit: &dyn Fn(f64, Language) -> String,
        series: Vec<Series>,
        l: Language,
    ) -> Drawn {
        let first = self.samples.first().map_or(0, |sample| sample.at_ms);
        let last = self.samples.last().map_or(1, |sample| sample.at_ms);
        let span = (first, last.max(first + 1_000));
        Plot { title, unit, series, span, gap_ms: self.range.gap_ms() }.draw(l)
    }

    fn series(&self, name: Words, of: impl Fn(&Sample) -> Option<f64>) -> Series {
        let point = |sample: &Sample| Some((sample.at_ms, of(sample)?));
        Series { name, points: self.samples.iter().filter_map(point).collect() }
    }

    fn platform(&self, body: &mut Html, l: Language) {
        body.element("h3", PLATFORM.in_language(l));
        let all = |of: fn(&Sample) -> u64| move |sample: &Sample| Some(float(of(sample)));
        let some = |of: fn(&Sample) -> Option<u64>| move |sample: &Sample| of(sample).map(float);
        let records = vec![
            self.series(RECORDS_LINE, all(|sample| sample.records)),
            self.series(WITNESSED, all(|sample| sample.witnessed_size)),
            self.series(MIRRORED, all(|sample| sample.mirrored_size)),
        ];
        body.drawn(&self.plot(RECORDS, &count, records, l));
        let age = vec![self.series(AGE_LINE, some(|sample| sample.checkpoint_age_s))];
        body.drawn(&self.plot(CHECKPOINT, &seconds, age, l));
        let waiting = vec![
            self.series(QUEUE_LINE, some(|sample| sample.queue)),
            self.series(GAPS_LINE, all(|sample| sample.gaps)),
        ];
        body.drawn(&self.plot(QUEUE, &count, waiting, l));
        let disk = vec![self.series(DISK_LINE, |sample| sample.disk_bytes.map(mega))];
        body.drawn(&self.plot(DISK, &megabytes, disk, l));
    }

    fn custodian(&self, body: &mut Html, custodian: Custodian, l: Language) {
        body.element("h3", name_of(custodian).in_language(l));
        let of = |of: fn(&CustodianSample) -> Option<f64>| {
            move |sample: &Sample| sample.custodians.get(&custodian).and_then(of)
        };
        let lags = vec![
            self.series(P50, of(|one| one.lag.map(|lag| ms(lag.p50)))),
            self.series(P95, of(|one| one.lag.map(|lag| ms(lag.p95)))),
            self.series(WAITS, of(|one| Some(ms(one.oldest_ms)))),
        ];
        body.drawn(&self.plot(LAG, &lag, lags, l));
        let held = vec![
            self.series(HELD_LINE, of(|one| Some(float(one.admitted)))),
            self.series(OPEN_LINE, of(|one| Some(float(one.outstanding)))),
        ];
        body.drawn(&self.plot(HELD, &count, held, l));
    }

    /// Match or mismatch, in words and with both roots.
    fn comparisons(&self) -> Vec<Comparison> {
        let of_side = |side: Side| {
            let compared = self.compared.get(&side);
            Comparison {
                name: name_of_side(side),
                newest: compared.map(|(newest, _)| finding(newest)),
                before: compared.and_then(|(newest, mismatch)| {
                    mismatch.as_ref().filter(|before| *before != newest).map(finding)
                }),
            }
        };
        Side::OF_PLATFORM.map(of_side).to_vec()
    }
}

fn finding(found: &Reconciled) -> Finding {
    Finding {
        at: found.at.for_people(),
        found: match &found.outcome {
            Outcome::Match {} => Found::Match,
            Outcome::Mismatch { first_leaf } => Found::Mismatch { first_leaf: *first_leaf },
            Outcome::NotCompared { reason } => Found::nothing(reason),
        },
        size: found.size,
        leaves: found.leaves,
        ours: found.ours.clone(),
        theirs: found.theirs.clone(),
    }
}

const fn name_of_side(side: Side) -> Words {
    match side {
        Side::OursMirrored => Words::new(
            "平台日志：平台自有与公证处镜像",
            "The platform's log: ours and the notary's mirror",
        ),
        Side::NotarysOwn | Side::PlatformsLog | Side::OwnCosigned => Words::new(
            "公证处日志：公证处所示与平台联署时所见",
            "The notary's log: as it shows it and as we cosigned it",
        ),
    }
}

const TRENDS: Words = Words::new("趋势", "Over time");
const NOTHING: Words = Words::new("尚无数据，稍后刷新。", "No sample yet; look again in a moment.");
const PLATFORM: Words = Words::new("签署平台", "Signing platform");
const RECORDS: Words = Words::new("记录与日志", "Records and log");
const RECORDS_LINE: Words = Words::new("记录", "records");
const WITNESSED: Words = Words::new("已核对至（叶）", "cosigned up to");
const MIRRORED: Words = Words::new("已留存至（叶）", "mirrored up to");
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
