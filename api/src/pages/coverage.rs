//! What of all evidence is held by whom, as a page. No name, no person, no content.

use heqi_pages::board::duration;
use heqi_registration::Custodian;
use heqi_registration::coverage::{Coverage, CustodianCoverage, Gap, GapState};
use heqi_vocabulary::{Language, UtcMillis};

use super::html::Html;
use super::layout::{Page, Words};
use super::trends::Trends;
use crate::recent::Square;

/// How things stand when the page is written.
pub(crate) struct Standing<'a> {
    /// The numbers.
    pub(crate) coverage: &'a Coverage,
    /// The newest signings, the oldest first.
    pub(crate) recent: &'a [Square],
    /// When each custodian's queue is looked at next, if anything waits in it.
    pub(crate) next_attempts: &'a [(Custodian, Option<UtcMillis>)],
    /// The figures over time, and both halves compared.
    pub(crate) trends: Trends<'a>,
    /// The present instant.
    pub(crate) now: UtcMillis,
    /// After how many seconds the page loads again where that is asked for; 0 for never.
    pub(crate) refresh_s: u64,
    /// Whether that is asked for: nothing moves under a reader who did not (WCAG 2.2, 2.2.2).
    pub(crate) is_live: bool,
}

impl Standing<'_> {
    /// The page.
    pub(crate) fn page(&self, language: Language) -> Page {
        let mut body = Html::default();
        body.raw("<p>").text(AS_OF.in_language(language)).raw(" ").text(&self.now.for_people());
        body.raw("</p>\n");
        self.liveness(&mut body, language);
        self.counts(&mut body, language);
        squares(&mut body, self.recent, language);
        for custodian in &self.coverage.custodians {
            self.custodian(&mut body, custodian, language);
        }
        self.lags(&mut body, language);
        self.gaps(&mut body, language);
        self.trends.write(&mut body, language);
        let refresh_s = Some(self.refresh_s).filter(|seconds| self.is_live && *seconds > 0);
        Page { title: TITLE, body, foot: FOOT, refresh_s }
    }

    /// The way to a page that follows, and back.
    fn liveness(&self, body: &mut Html, language: Language) {
        if self.refresh_s == 0 {
            return;
        }
        let (words, live) =
            if self.is_live { (STAND_STILL, "") } else { (FOLLOW, "&amp;live=yes") };
        let text = words.in_language(language).replace("{}", &self.refresh_s.to_string());
        body.raw("<p><a class=\"follow\" href=\"?range=")
            .text(self.trends.range.word())
            .raw(live)
            .raw("\">");
        body.text(&text).raw("</a></p>\n");
    }

    fn counts(&self, body: &mut Html, language: Language) {
        let coverage = self.coverage;
        body.element("h2", COUNTS.in_language(language)).raw("<dl>");
        for (words, count) in [
            (SIGNINGS, coverage.signings),
            (RECORDS, coverage.records),
            (LOG_SIZE, coverage.log_size),
            (WITNESSED, coverage.witnessed_size),
            (MIRRORED, coverage.mirrored_size),
            (TIMESTAMPED, coverage.timestamped_size),
        ] {
            row(body, words.in_language(language), &count.to_string());
        }
        self.time_stamps(body, language);
        body.raw("</dl>\n");
    }

    /// The newest token of each authority, and its absence.
    fn time_stamps(&self, body: &mut Html, language: Language) {
        if self.coverage.time_authorities.is_empty() {
            row(body, TIME.in_language(language), NO_TIME.in_language(language));
        }
        for one in &self.coverage.time_authorities {
            let name = format!("{} {}", TIME.in_language(language), one.authority);
            match (one.newest_at, one.newest_age_ms) {
                (Some(at), Some(age_ms)) => {
                    let age = duration(age_ms, language);
                    let at = at.for_people();
                    let value = match language {
                        Language::Zh => format!("{at}（{age}）"),
                        Language::En => format!("{at} ({age})"),
                    };
                    row(body, &name, &value);
                }
                _ => row(body, &name, NO_TIME.in_language(language)),
            }
        }
        if self.coverage.time_disagreement_ms > 0 {
            let beyond = duration(self.coverage.time_disagreement_ms, language);
            row(body, TIMES_DIFFER.in_language(language), &beyond);
        }
    }

    fn custodian(&self, body: &mut Html, one: &CustodianCoverage, language: Language) {
        body.element("h2", name_of(one.custodian).in_language(language)).raw("<dl>");
        for (words, count) in [
            (ADMITTED, one.admitted),
            (OUTSTANDING, one.outstanding),
            (REFUSED, one.refused),
            (QUARANTINED, one.quarantined),
        ] {
            row(body, words.in_language(language), &count.to_string());
        }
        if let Some(oldest_ms) = one.oldest_outstanding_ms {
            row(body, OLDEST.in_language(language), &duration(oldest_ms, language));
        }
        let next = self.next_attempts.iter().find(|(custodian, _)| *custodian == one.custodian);
        if let Some((_, Some(at))) = next {
            row(body, NEXT.in_language(language), &at.for_people());
        }
        body.raw("</dl>\n");
    }

    fn lags(&self, body: &mut Html, language: Language) {
        body.element("h2", LAGS.in_language(language));
        let Some(lag) = self.coverage.lag_ms else {
            body.element("p", NO_LAG.in_language(language)).raw("\n");
            return;
        };
        body.raw("<dl>");
        for (words, ms) in [(HALF, lag.p50), (MOST, lag.p95), (NEARLY_ALL, lag.p99)] {
            row(body, words.in_language(language), &duration(ms, language));
        }
        body.raw("</dl>\n");
    }

    fn gaps(&self, body: &mut Html, language: Language) {
        body.element("h2", GAPS.in_language(language));
        if self.coverage.gaps.is_empty() {
            body.element("p", NO_GAP.in_language(language)).raw("\n");
            return;
        }
        body.raw("<ul class=\"plain\">");
        for gap in &self.coverage.gaps {
            self.gap(body, gap, language);
        }
        body.raw("</ul>\n");
    }

    fn gap(&self, body: &mut Html, gap: &Gap, language: Language) {
        body.raw("<li class=\"wash\"><code>").text(&gap.record_id.to_string()).raw("</code><br>");
        body.text(name_of(gap.custodian).in_language(language)).raw(" · ");
        body.text(state_of(gap.state).in_language(language)).raw(" · ");
        body.text(SINCE.in_language(language)).raw(" ").text(&gap.since.for_people());
        let waits_ms = self.now.millis_since(gap.since);
        body.raw(language.pick("（", " (")).text(&duration(waits_ms, language));
        body.raw(language.pick("）", ")")).raw("</li>");
    }
}

/// One square per signing: empty, half or full.
fn squares(body: &mut Html, recent: &[Square], language: Language) {
    body.element("h2", SQUARES.in_language(language));
    body.element("p", SQUARES_ARE.in_language(language)).raw("\n");
    body.raw(SYMBOLS).raw("<ul class=\"plain key\">");
    for fill in [Fill::None, Fill::Half, Fill::Full] {
        let count = recent.iter().filter(|held| Fill::of(held) == fill).count();
        body.raw("<li>");
        fill.draw(body);
        body.text(fill.words().in_language(language)).raw(language.pick("：", ": "));
        body.text(&count.to_string());
        body.raw("</li>");
    }
    body.raw("</ul>\n<div class=\"squares\" role=\"img\" aria-label=\"");
    body.text(&alternative(recent, language)).raw("\">");
    for held in recent {
        Fill::of(held).draw(body);
    }
    body.raw("</div>\n");
}

/// What the picture says, in words.
fn alternative(recent: &[Square], language: Language) -> String {
    let count = |fill| recent.iter().filter(|held| Fill::of(held) == fill).count();
    let (none, half, full) = (count(Fill::None), count(Fill::Half), count(Fill::Full));
    match language {
        Language::Zh => format!(
            "最近{}次签署：{full}次已由全部保管方留存，{half}次由部分保管方留存，{none}次尚未留存",
            recent.len()
        ),
        Language::En => format!(
            "The last {} signings: {full} held by every custodian, {half} by some, {none} by none yet",
            recent.len()
        ),
    }
}

/// How much of a square is filled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fill {
    None,
    Half,
    Full,
}

impl Fill {
    const fn of(held: &Square) -> Self {
        if held.held == 0 {
            Self::None
        } else if held.held < held.of {
            Self::Half
        } else {
            Self::Full
        }
    }

    const fn words(self) -> Words {
        match self {
            Self::None => Words::new("尚无保管方留存（0/2）", "held by nobody yet (0/2)"),
            Self::Half => Words::new("部分保管方留存（1/2）", "held by some (1/2)"),
            Self::Full => Words::new("全部保管方留存（2/2）", "held by every custodian (2/2)"),
        }
    }

    fn draw(self, body: &mut Html) {
        body.raw(match self {
            Self::None => "<svg class=\"none\" aria-hidden=\"true\"><use href=\"#q0\"/></svg>",
            Self::Half => "<svg aria-hidden=\"true\"><use href=\"#q1\"/></svg>",
            Self::Full => "<svg aria-hidden=\"true\"><use href=\"#q2\"/></svg>",
        });
    }
}

fn row(body: &mut Html, name: &str, value: &str) {
    body.raw("<dt>").text(name).raw("</dt><dd>").text(value).raw("</dd>");
}

pub(super) const fn name_of(custodian: Custodian) -> Words {
    match custodian {
        Custodian::DataCentre => Words::new("公证处数据中心", "Notary's data centre"),
        Custodian::Preservation => Words::new("实时保", "Second custodian (实时保)"),
    }
}

const fn state_of(state: GapState) -> Words {
    match state {
        GapState::Outstanding => Words::new("超过一分钟未答复", "no answer for over a minute"),
        GapState::Refused => Words::new("保管方已拒绝", "refused by the custodian"),
        GapState::Quarantined => {
            Words::new("摘要不一致，双方内容均已留存", "digests differ, both are kept")
        }
    }
}

/// The three squares, once; each signing refers to one of them.
const SYMBOLS: &str = "<svg width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\
<symbol id=\"q0\" viewBox=\"0 0 14 14\"><rect x=\"1\" y=\"1\" width=\"12\" height=\"12\" stroke-width=\"2\" fill=\"none\"/></symbol>\
<symbol id=\"q1\" viewBox=\"0 0 14 14\"><rect x=\"1\" y=\"1\" width=\"12\" height=\"12\" stroke-width=\"2\" fill=\"none\"/><rect x=\"1\" y=\"1\" width=\"6\" height=\"12\" stroke=\"none\"/></symbol>\
<symbol id=\"q2\" viewBox=\"0 0 14 14\"><rect x=\"1\" y=\"1\" width=\"12\" height=\"12\" stroke-width=\"2\"/></symbol>\
</defs></svg>\n";

const TITLE: Words = Words::new("覆盖监控", "Coverage");
const FOOT: Words = Words::new(
    "本页展示签署与存证记录的数量、各保管方的留存情况和未留存记录的编号；不展示任何人员、公司、文件内容，也不证明任何一项记录的内容属实。",
    "This page shows how many signings and records exist, who holds them, and the identifiers of those not held; it shows no person, company or document, and it does not prove that what a record says is true.",
);
const AS_OF: Words = Words::new("截至", "As of");
const FOLLOW: Words = Words::new("每 {} 秒自动更新", "Update every {} seconds");
const STAND_STILL: Words =
    Words::new("正在每 {} 秒自动更新，点此停止", "Updated every {} seconds; stop");
const COUNTS: Words = Words::new("总数", "Totals");
const SIGNINGS: Words = Words::new("已完成签署（次）", "Completed signings");
const RECORDS: Words = Words::new("存证记录（条）", "Records");
const LOG_SIZE: Words = Words::new("日志条目（条）", "Entries of the log");
const WITNESSED: Words = Words::new("公证处系统已核对至", "of these, cosigned by a witness up to");
const MIRRORED: Words = Words::new("公证处系统已留存至", "of these, held by a mirror up to");
const TIMESTAMPED: Words = Words::new("已加盖时间戳至", "of these, time-stamped up to");
const TIME: Words = Words::new("最新时间戳", "Newest time stamp");
const NO_TIME: Words = Words::new("未取得可信时间戳", "no trusted time stamp");
const TIMES_DIFFER: Words =
    Words::new("时间戳机构之间相差过大", "Time authorities differ too much, by");
const SQUARES: Words = Words::new("最近的签署", "The newest signings");
const SQUARES_ARE: Words = Words::new(
    "每次签署一个方格：自本服务启动以来最近的至多200次。",
    "One square per signing: the newest since this service started, at most 200.",
);
const ADMITTED: Words = Words::new("已留存（条）", "Held");
const OUTSTANDING: Words = Words::new("待答复（条）", "Not answered");
const REFUSED: Words = Words::new("已拒绝（条）", "Refused");
const QUARANTINED: Words = Words::new("摘要不一致（条）", "Digests differ");
const OLDEST: Words = Words::new("最早一条已等待", "The oldest has waited");
const NEXT: Words = Words::new("下次送存", "Next attempt");
const LAGS: Words = Words::new("从记录到存证回执", "From record to receipt");
const NO_LAG: Words =
    Words::new("本服务启动以来尚无回执。", "No receipt since this service started.");
const HALF: Words = Words::new("半数快于", "Half were faster than");
const MOST: Words = Words::new("95% 快于", "95 % were faster than");
const NEARLY_ALL: Words = Words::new("99% 快于", "99 % were faster than");
const GAPS: Words = Words::new("未留存的记录", "Records that are not held");
const NO_GAP: Words = Words::new("没有。", "None.");
const SINCE: Words = Words::new("自", "since");

#[cfg(test)]
mod tests {
    use super::*;

    fn square(held: usize) -> Square {
        Square { record: heqi_vocabulary::RecordId::from_bytes([1; 16]), held, of: 2 }
    }

    #[test]
    fn each_signing_is_one_square_and_the_picture_is_told_in_words() {
        let recent = [square(0), square(1), square(2), square(2)];
        for (language, words) in [
            (Language::Zh, "最近4次签署：2次已由全部保管方留存，1次由部分保管方留存，1次尚未留存"),
            (
                Language::En,
                "The last 4 signings: 2 held by every custodian, 1 by some, 1 by none yet",
            ),
        ] {
            let mut body = Html::default();
            squares(&mut body, &recent, language);
            let body = body.into_string();
            let picture = body.split("class=\"squares\"").nth(1).unwrap();
            assert_eq!(picture.matches("<use").count(), 4);
            assert_eq!(picture.matches("#q2").count(), 2);
            assert!(picture.contains(words), "{picture}");
        }
    }
}
