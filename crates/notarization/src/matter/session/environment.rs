//! 环境清洁性检查: what the machine knows of itself before anything is extracted, and what it makes of
//! it. That the computer is clean beyond that, the two persons look at and say with the button; the
//! output says so, and names each check that was made and each that could not be.

use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::gate::PeerClock;
use heqi_evidence_store::stamping::{authority_of_clock, clock_name};
use serde_json::{Value, json};

use super::super::act::{Desk, Opened};
use super::super::error::MatterError;
use crate::office::NotaryOffice;

/// How far the office's clock is for certain from another organisation's.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever compares clocks builds it")]
pub struct ClockBeside {
    /// Whose that is.
    pub whose: ClockOf,
    /// How far, in milliseconds.
    pub gap_ms: u64,
    /// From which gap on it is off: where the office's operators are told, too.
    pub limit_ms: u64,
}

/// Whose clock the office's is compared with: whoever looks for the wrong one is told where to look.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the sentence names each")]
pub enum ClockOf {
    /// The platform's.
    Platform,
    /// A time authority's.
    TimeAuthority {
        /// Its label in the settings.
        label: String,
    },
}

impl ClockBeside {
    /// The clock that is furthest from the office's of all that were heard; `None` while none was.
    pub fn furthest(clock: &PeerClock, limit_ms: u64) -> Option<Self> {
        let gap = clock.furthest()?;
        let whose = match authority_of_clock(&gap.peer) {
            Some(label) => ClockOf::TimeAuthority { label: label.to_owned() },
            None => ClockOf::Platform,
        };
        let gap_ms = u64::try_from(gap.certain_ms()).unwrap_or(0);
        Some(Self { whose, gap_ms, limit_ms })
    }

    const fn is_off(&self) -> bool {
        self.gap_ms > self.limit_ms
    }
}

impl ClockOf {
    /// The stable word.
    fn word(&self) -> String {
        match self {
            Self::Platform => "platform".to_owned(),
            Self::TimeAuthority { label } => clock_name(label),
        }
    }

    /// As a sentence names it, in Chinese and in English.
    fn named(&self) -> [String; 2] {
        match self {
            Self::Platform => ["平台时钟".to_owned(), "the platform's".to_owned()],
            Self::TimeAuthority { label } => [
                format!("时间戳机构（{label}）时钟"),
                format!("that of the time authority {label}"),
            ],
        }
    }
}

/// Whether the environment is clean as far as the machine knows, and what it gives out about that.
///
/// # Errors
/// The store takes no writes: then no line can say so either, and the session stays where it is.
pub(super) fn check(
    office: &NotaryOffice,
    desk: &Desk,
    (opened, clock): (&Opened<'_>, Option<&ClockBeside>),
) -> Result<(bool, Value), MatterError> {
    if let Some(why) = office.store().read_only() {
        return Err(CommitError::ReadOnly(why).into());
    }
    let passed = clock.is_none_or(|clock| !clock.is_off());
    let result = match clock {
        None => "not_compared",
        Some(_) if passed => "passed",
        Some(_) => "failed",
    };
    let [zh, en] = sentences(clock);
    let output = json!({
        "checks": [
            { "check": "store_takes_writes", "result": "passed" },
            {
                "check": "clock_beside_others",
                "furthest": clock.map(|clock| clock.whose.word()),
                "gap_ms": clock.map(|clock| clock.gap_ms),
                "limit_ms": clock.map(|clock| clock.limit_ms),
                "result": result,
            },
        ],
        "clock": opened.now.to_string(),
        "log_size": office.backend().log().head().size(),
        "said": { "en": en, "zh": zh },
        "tool": desk.tool.name,
        "tool_sha256": desk.tool.sha256.to_string(),
        "workstation": opened.matter.extraction().map(|one| one.workstation().to_owned()),
    });
    Ok((passed, output))
}

fn sentences(clock: Option<&ClockBeside>) -> [String; 2] {
    let Some(clock) = clock else {
        return [
            "已检查：本处存储可以写入。本处时钟没有与其他机构的时钟比对，请在场两人核对时间；计算机的其他情况由在场两人查看。"
                .to_owned(),
            "Checked: the store takes writes. This clock was compared with nobody's; the two persons compare the time, and look at the computer itself."
                .to_owned(),
        ];
    };
    let ClockBeside { gap_ms, limit_ms, whose } = clock;
    let [zh, en] = whose.named();
    if clock.is_off() {
        [
            format!(
                "未通过：本处时钟与{zh}相差{gap_ms}毫秒，超过{limit_ms}毫秒。请校准时间并查明哪一边有误，再重新打开会话。"
            ),
            format!(
                "Failed: this clock is {gap_ms} ms from {en}, more than {limit_ms} ms. Find out which is wrong, set it right, and open a new session."
            ),
        ]
    } else {
        [
            format!(
                "已检查：本处存储可以写入；在比对过的时钟中，本处时钟与{zh}相差最大，为{gap_ms}毫秒，不超过{limit_ms}毫秒。计算机的其他情况由在场两人查看。"
            ),
            format!(
                "Checked: the store takes writes; of the clocks compared with this one the furthest is {en}: by {gap_ms} ms, not more than {limit_ms} ms. The two persons look at the computer itself."
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use heqi_evidence_store::gate::ClockGap;

    use super::*;

    fn heard(clock: &PeerClock, peer: &str, gap_ms: i64) {
        clock.note(&ClockGap { peer: peer.to_owned(), gap_ms, round_trip_ms: 20 });
    }

    #[test]
    fn the_clock_that_is_furthest_off_is_named_by_whose_it_is() {
        let clock = PeerClock::default();
        assert_eq!(ClockBeside::furthest(&clock, 2_000), None);
        let beside = |whose, gap_ms| Some(ClockBeside { whose, gap_ms, limit_ms: 2_000 });
        heard(&clock, "platform", 15);
        assert_eq!(ClockBeside::furthest(&clock, 2_000), beside(ClockOf::Platform, 5));
        let authority = ClockOf::TimeAuthority { label: "tsa".to_owned() };
        heard(&clock, &clock_name("tsa"), -2_011);
        let off = ClockBeside::furthest(&clock, 2_000);
        assert_eq!(off, beside(authority, 2_001));
        let [zh, en] = sentences(off.as_ref());
        assert!(zh.starts_with("未通过：本处时钟与时间戳机构（tsa）时钟相差2001毫秒"), "{zh}");
        assert!(en.contains("2001 ms from that of the time authority tsa, more than"), "{en}");
        assert!(!zh.contains("平台") && !en.contains("platform"), "{zh} {en}");

        heard(&clock, "platform", 9_010);
        let off = ClockBeside::furthest(&clock, 2_000);
        let [zh, en] = sentences(off.as_ref());
        assert!(zh.starts_with("未通过：本处时钟与平台时钟相差9000毫秒"), "{zh}");
        assert!(en.contains("9000 ms from the platform's, more than"), "{en}");
    }
}
