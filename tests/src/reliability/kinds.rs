//! The kinds of faults.

use std::fmt;
use std::str::FromStr;

use super::machine::Need;
use super::power_cut;
use super::rounds::{Bench, Round};

/// A kind of fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// The power goes while a store is written to.
    PowerCut,
    /// The notary's process is killed under load.
    KillNotary,
}

impl Kind {
    /// Every kind, in the order of the report.
    pub const ALL: [Self; 2] = [Self::PowerCut, Self::KillNotary];

    /// Its name on the command line and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PowerCut => "power-cut",
            Self::KillNotary => "kill-notary",
        }
    }

    /// What is injected.
    pub const fn injects(self) -> &'static str {
        match self {
            Self::PowerCut => {
                "power cut under a store that is written to; a third cut again while it recovers"
            }
            Self::KillNotary => "",
        }
    }

    /// What it cannot be run without.
    pub const fn needs(self) -> &'static [Need] {
        match self {
            Self::PowerCut => &[Need::Volumes],
            Self::KillNotary => &[],
        }
    }

    /// Why it cannot be run on this machine; `None` if it can.
    pub fn missing(self) -> Option<String> {
        self.needs().iter().find_map(|need| need.missing())
    }

    /// How many rounds are wanted in all.
    pub const fn wanted(self) -> u64 {
        match self {
            Self::PowerCut => 150,
            Self::KillNotary => 50,
        }
    }

    /// A sweep has no more rounds than it has points; chance has no end.
    pub const fn bound(self) -> u64 {
        u64::MAX
    }

    /// Rounds that share what is set up for them.
    pub const fn series(self) -> usize {
        8
    }

    pub(super) async fn run(self, bench: &Bench, seeds: &[u64]) -> Vec<Round> {
        match self {
            Self::PowerCut => power_cut::run(bench, seeds).await,
            Self::KillNotary => Vec::new(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("there is no kind of fault `{name}`; the kinds are {known}")
        })
    }
}
