//! 环境清洁性检查: what the machine knows of itself before anything is extracted, and what it makes of
//! it. That the computer is clean beyond that, the two persons look at and say with the button; the
//! output says so, and names each check that was made and each that could not be.

use heqi_evidence_store::backend::CommitError;
use serde_json::{Value, json};

use super::super::act::{Desk, Opened};
use super::super::error::MatterError;
use crate::office::NotaryOffice;

/// How far the office's clock is for certain from another organisation's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever compares clocks builds it")]
pub struct ClockBeside {
    /// How far, in milliseconds.
    pub gap_ms: u64,
    /// From which gap on it is off: where the office's operators are told, too.
    pub limit_ms: u64,
}

impl ClockBeside {
    const fn is_off(self) -> bool {
        self.gap_ms > self.limit_ms
    }
}

/// Whether the environment is clean as far as the machine knows, and what it gives out about that.
///
/// # Errors
/// The store takes no writes: then no line can say so either, and the session stays where it is.
pub(super) fn check(
    office: &NotaryOffice,
    desk: &Desk,
    (opened, clock): (&Opened<'_>, Option<ClockBeside>),
) -> Result<(bool, Value), MatterError> {
    if let Some(why) = office.store().read_only() {
        return Err(CommitError::ReadOnly(why).into());
    }
    let passed = clock.is_none_or(|clock| !clock.is_off());
    let (result, gap_ms, limit_ms) = match clock {
        None => ("not_compared", None, None),
        Some(one) => {
            let result = if one.is_off() { "failed" } else { "passed" };
            (result, Some(one.gap_ms), Some(one.limit_ms))
        }
    };
    let [zh, en] = sentences(clock);
    let output = json!({
        "checks": [
            { "check": "store_takes_writes", "result": "passed" },
            {
                "check": "clock_beside_the_platform",
                "gap_ms": gap_ms,
                "limit_ms": limit_ms,
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

fn sentences(clock: Option<ClockBeside>) -> [String; 2] {
    match clock {
        None => [
            "已检查：本处存储可以写入。本处时钟没有与其他机构的时钟比对，请在场两人核对时间；计算机的其他情况由在场两人查看。"
                .to_owned(),
            "Checked: the store takes writes. This clock was compared with nobody's; the two persons compare the time, and look at the computer itself."
                .to_owned(),
        ],
        Some(ClockBeside { gap_ms, limit_ms }) if gap_ms > limit_ms => [
            format!(
                "未通过：本处时钟与平台时钟相差{gap_ms}毫秒，超过{limit_ms}毫秒。请校准时间并查明哪一边有误，再重新打开会话。"
            ),
            format!(
                "Failed: this clock is {gap_ms} ms from the platform's, more than {limit_ms} ms. Find out which is wrong, set it right, and open a new session."
            ),
        ],
        Some(ClockBeside { gap_ms, limit_ms }) => [
            format!(
                "已检查：本处存储可以写入；本处时钟与平台时钟相差{gap_ms}毫秒，不超过{limit_ms}毫秒。计算机的其他情况由在场两人查看。"
            ),
            format!(
                "Checked: the store takes writes; this clock is {gap_ms} ms from the platform's, at most {limit_ms} ms. The two persons look at the computer itself."
            ),
        ],
    }
}
