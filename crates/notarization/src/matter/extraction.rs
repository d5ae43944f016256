//! The extraction session (提取会话, domain.md 11.8): the responsible notary and a second member
//! of staff, each with a fresh second factor, at a registered computer of the office; six
//! buttons, one by one, each a line of the working record. Place, time and steps of the
//! certificate come only from it.

use heqi_vocabulary::{Digest, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

/// What is done, in this order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the certificate names each")]
pub enum Act {
    /// 环境清洁性检查.
    CleanEnvironment,
    /// 检索.
    Search,
    /// 提取.
    Extract,
    /// 重算摘要.
    Recompute,
    /// 验签验时.
    Verify,
    /// 封存.
    Seal,
}

impl Act {
    /// All six, in order.
    pub const ALL: [Self; 6] = [
        Self::CleanEnvironment,
        Self::Search,
        Self::Extract,
        Self::Recompute,
        Self::Verify,
        Self::Seal,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CleanEnvironment => "clean_environment",
            Self::Search => "search",
            Self::Extract => "extract",
            Self::Recompute => "recompute",
            Self::Verify => "verify",
            Self::Seal => "seal",
        }
    }

    /// The act of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == word)
    }
}

/// One line of the working record.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole into the certificate's attachment")]
pub struct Line {
    /// What was done.
    pub act: Act,
    /// When, to the second and finer.
    pub at: UtcMillis,
    /// Who pressed the button.
    pub by: StaffId,
    /// Whether it came out as it should.
    pub passed: bool,
    /// SHA-256 of the program that did it.
    pub tool_sha256: Digest,
    /// SHA-256 of what it gave out, which is kept sealed.
    pub output_sha256: Digest,
    /// SHA-256 of the page that was shown for it, which is kept sealed and served as it is; absent in
    /// sessions of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen_sha256: Option<Digest>,
}

/// A session.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Extraction {
    pub(crate) opened_at: UtcMillis,
    pub(crate) notary: StaffId,
    pub(crate) second: StaffId,
    /// The registered computer.
    pub(crate) workstation: String,
    pub(crate) lines: Vec<Line>,
}

impl Extraction {
    pub(crate) fn open(
        opened_at: UtcMillis,
        notary: StaffId,
        second: StaffId,
        workstation: String,
    ) -> Self {
        Self { opened_at, notary, second, workstation, lines: Vec::new() }
    }

    /// When it began.
    pub const fn opened_at(&self) -> UtcMillis {
        self.opened_at
    }

    /// The responsible notary.
    pub const fn notary(&self) -> StaffId {
        self.notary
    }

    /// The second member of staff beside.
    pub const fn second(&self) -> StaffId {
        self.second
    }

    /// At which computer of the office.
    pub fn workstation(&self) -> &str {
        &self.workstation
    }

    /// What was done so far.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What is to be done next; `None` when it is over, well or badly.
    pub fn next(&self) -> Option<Act> {
        if self.lines.iter().any(|line| !line.passed) {
            return None;
        }
        Act::ALL.get(self.lines.len()).copied()
    }

    /// Whether all six acts came out as they should.
    pub fn is_sealed(&self) -> bool {
        self.lines.len() == Act::ALL.len() && self.lines.iter().all(|line| line.passed)
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<UtcMillis> {
        self.is_sealed().then(|| self.lines.last().map(|line| line.at)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(act: Act, passed: bool) -> Line {
        Line {
            act,
            at: UtcMillis::from_millis(1_800_000_000_000).unwrap(),
            by: StaffId::from_bytes([1; 16]),
            passed,
            tool_sha256: Digest::of(b"tool"),
            output_sha256: Digest::of(b"output"),
            screen_sha256: None,
        }
    }

    #[test]
    fn six_acts_in_order_end_a_session_and_a_failed_one_ends_it_badly() {
        let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        let staff = |n| StaffId::from_bytes([n; 16]);
        let mut session = Extraction::open(at, staff(1), staff(2), "提取专用机1号".into());
        for act in Act::ALL {
            assert_eq!(session.next(), Some(act));
            assert!(!session.is_sealed());
            session.lines.push(line(act, true));
        }
        assert!(session.is_sealed() && session.next().is_none() && session.ended_at().is_some());
        session.lines.truncate(3);
        session.lines.push(line(Act::Recompute, false));
        assert_eq!((session.next(), session.is_sealed()), (None, false));
    }
}
