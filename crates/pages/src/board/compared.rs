//! Both logs compared: match or mismatch in words, with both roots and the first leaf that differs. What was bad
//! before stays in sight when the newest comparison finds nothing.

use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled};
use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::Drawn;
use crate::words::Words;

/// One log, as both sides have it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever shows it builds it")]
pub struct Comparison {
    /// Which log, and whose views of it.
    pub name: Words,
    /// The newest comparison; none before the first.
    pub newest: Option<Finding>,
    /// The newest mismatch, where that is another one.
    pub before: Option<Finding>,
}

impl Comparison {
    /// What is kept of one log: its newest comparison, and the newest mismatch if there was one.
    pub fn of(name: Words, kept: Option<&(Reconciled, Option<Reconciled>)>) -> Self {
        let before = kept.and_then(|(newest, mismatch)| {
            mismatch.as_ref().filter(|before| *before != newest).map(Finding::of)
        });
        Self { name, newest: kept.map(|(newest, _)| Finding::of(newest)), before }
    }
}

/// What one comparison found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever shows it builds it")]
pub struct Finding {
    /// When, with zone.
    pub at: String,
    /// What.
    pub found: Found,
    /// At which size both roots were taken.
    pub size: u64,
    /// Leaves that were compared one by one.
    pub leaves: u64,
    /// Our root, in hexadecimal.
    pub ours: String,
    /// Theirs.
    pub theirs: String,
}

/// The outcome of one comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is shown in its own words")]
pub enum Found {
    /// The same root.
    Match,
    /// Something differs.
    Mismatch {
        /// The first leaf in which both differ, where one can be named.
        first_leaf: Option<u64>,
    },
    /// Nothing could be compared, for a reason that is not ours.
    NotCompared,
    /// Nothing could be compared: tiles of our own log or mirror are missing.
    OwnIncomplete,
    /// Nothing could be compared: our own store was not read.
    OwnUnreadable,
}

impl Found {
    /// What stands for a comparison that came to nothing, by its stable word.
    pub fn nothing(reason: &str) -> Self {
        match reason {
            "own_incomplete" => Self::OwnIncomplete,
            "own_unreadable" => Self::OwnUnreadable,
            _ => Self::NotCompared,
        }
    }
}

/// All of them, below their heading.
pub fn comparisons(all: &[Comparison], l: Language) -> Drawn {
    Drawn::from(html! {
        h2 { (BOTH.in_language(l)) }
        p { (BOTH_IS.in_language(l)) }
        ul .plain {
            @for one in all {
                li .wash {
                    strong { (one.name.in_language(l)) } br;
                    @match &one.newest {
                        None => { (NEVER.in_language(l)) }
                        Some(newest) => { (newest.draw(l)) }
                    }
                    @if let Some(before) = &one.before {
                        br; (BEFORE.in_language(l)) " " (before.draw(l))
                    }
                }
            }
        }
    })
}

impl Finding {
    fn of(found: &Reconciled) -> Self {
        Self {
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

    fn draw(&self, l: Language) -> Markup {
        let (sign, words) = match self.found {
            Found::Match => ("✓ ", Words::new("一致", "match")),
            Found::Mismatch { .. } => ("✗ ", Words::new("不一致", "mismatch")),
            Found::NotCompared | Found::OwnUnreadable => {
                ("… ", Words::new("未能比对", "not compared"))
            }
            Found::OwnIncomplete => ("✗ ", Words::new("我方不完整", "ours is incomplete")),
        };
        let is_compared = matches!(self.found, Found::Match | Found::Mismatch { .. });
        html! {
            strong .outcome { (sign) (words.in_language(l)) } " · " (self.at)
            @match self.found {
                Found::NotCompared => { " · " (UNREACHED.in_language(l)) }
                Found::OwnIncomplete => { " · " (OWN_INCOMPLETE.in_language(l)) }
                Found::OwnUnreadable => { " · " (OWN_UNREADABLE.in_language(l)) }
                Found::Mismatch { first_leaf: Some(leaf) } => {
                    " · " (FIRST.in_language(l)) " " strong { (leaf) }
                }
                Found::Mismatch { first_leaf: None } => { " · " (NO_LEAF.in_language(l)) }
                Found::Match => {}
            }
            @if is_compared {
                br; (SIZE.in_language(l)) " " (self.size)
                " · " (LOOKED.in_language(l)) " " (self.leaves)
                br; (OUR_ROOT.in_language(l)) " " code { (self.ours) }
                br; (THEIR_ROOT.in_language(l)) " " code { (self.theirs) }
            }
        }
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
    "未能连接对方、对方未出示可采信的内容，或尚无可比对的内容",
    "the other side was not reached, showed nothing that counts, or there is nothing yet",
);
const OWN_INCOMPLETE: Words = Words::new(
    "我方自有日志或镜像缺少数据块，未能比对，与对方无关；请管理员运行 heqi store fsck 查明，停机后用 heqi store rebuild 重建，仍缺少的从备份恢复",
    "tiles of our own log or mirror are missing, so nothing was compared, and the other side has no part in it: run heqi store fsck, stop the service and run heqi store rebuild, and restore from the backup what is missing still",
);
const OWN_UNREADABLE: Words = Words::new(
    "我方存储当时无法读取，与对方无关；稍后自动再次比对",
    "our own store could not be read then, and the other side has no part in it; it is compared again by itself",
);
const FIRST: Words = Words::new("首个不同的叶：", "the first leaf that differs:");
const NO_LEAF: Words = Words::new("根不同，无法定位到叶", "the roots differ; no leaf can be named");
const SIZE: Words = Words::new("大小", "size");
const LOOKED: Words = Words::new("逐叶比对", "leaves compared:");
const OUR_ROOT: Words = Words::new("我方根", "our root");
const THEIR_ROOT: Words = Words::new("对方根", "their root");

#[cfg(test)]
mod tests {
    use heqi_evidence_store::monitoring::reconciliation::Side;

    use super::*;

    fn reconciled(outcome: Outcome) -> Reconciled {
        Reconciled {
            side: Side::OursMirrored,
            at: "2026-11-28T02:00:00.000Z".parse().unwrap(),
            size: 8,
            ours: "aa".into(),
            theirs: "bb".into(),
            leaves: 4,
            compared_to: 8,
            outcome,
        }
    }

    #[test]
    fn a_mismatch_of_before_stays_in_sight_and_the_newest_is_shown_once() {
        let mismatch = reconciled(Outcome::Mismatch { first_leaf: Some(3) });
        let name = Words::new("一", "one");
        let newest = reconciled(Outcome::Match {});
        let shown = Comparison::of(name, Some(&(newest, Some(mismatch.clone()))));
        assert_eq!(shown.newest.map(|one| one.found), Some(Found::Match));
        let found = Found::Mismatch { first_leaf: Some(3) };
        assert_eq!(shown.before.map(|one| (one.found, one.leaves)), Some((found, 4)));
        let shown = Comparison::of(name, Some(&(mismatch.clone(), Some(mismatch))));
        assert_eq!(shown.newest.map(|one| one.found), Some(found));
        assert_eq!(shown.before, None);
        let none = Comparison::of(name, None);
        assert_eq!((none.newest, none.before), (None, None));
    }
}
