//! The kinds of faults.

use std::fmt;
use std::str::FromStr;

use super::damage::{self, Harm};
use super::machine::Need;
use super::rounds::{Bench, Round};
use super::{power_cut, syscalls};

/// A kind of fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// The power goes while a store is written to.
    PowerCut,
    /// The process that writes to a store is killed.
    KillStore,
    /// One system call reports an error.
    Syscalls,
    /// The disk fills up.
    DiskFull,
    /// The index is lost or damaged.
    Index,
    /// A part of the store is empty or another store's.
    WrongVolume,
}

impl Kind {
    /// Every kind, in the order of the report.
    pub const ALL: [Self; 6] = [
        Self::PowerCut,
        Self::KillStore,
        Self::Syscalls,
        Self::DiskFull,
        Self::Index,
        Self::WrongVolume,
    ];

    /// Its name on the command line and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PowerCut => "power-cut",
            Self::KillStore => "kill-store",
            Self::Syscalls => "syscalls",
            Self::DiskFull => "disk-full",
            Self::Index => "index",
            Self::WrongVolume => "wrong-volume",
        }
    }

    /// What is injected.
    pub const fn injects(self) -> &'static str {
        match self {
            Self::PowerCut => {
                "power cut under a store that is written to; in a third of the rounds again \
                 while it recovers"
            }
            Self::KillStore => {
                "kill -9 of the store's process, three times under load and once while starting; \
                 a second start while it runs"
            }
            Self::Syscalls => {
                "one system call of recovery, writing and closing reports EIO or ENOSPC, each \
                 in turn"
            }
            Self::DiskFull => "a file system that fills up under load, freed again afterwards",
            Self::Index => "the index removed, cut, overwritten, or one bit of it changed",
            Self::WrongVolume => "state, ledger, objects or vault empty or another store's",
        }
    }

    /// What it cannot be run without.
    pub const fn needs(self) -> &'static [Need] {
        match self {
            Self::PowerCut | Self::DiskFull => &[Need::Volumes],
            Self::Syscalls => &[Need::Strace],
            Self::KillStore | Self::Index | Self::WrongVolume => &[],
        }
    }

    /// Why it cannot be run on this machine; `None` if it can.
    pub fn missing(self) -> Option<String> {
        self.needs().iter().find_map(|need| need.missing())
    }

    /// How many rounds are wanted in all. A sweep has fewer points than that; what lies
    /// beyond its last point injects nothing.
    pub const fn wanted(self) -> u64 {
        match self {
            Self::PowerCut => 200,
            Self::KillStore | Self::DiskFull | Self::Index | Self::WrongVolume => 50,
            Self::Syscalls => 1_000,
        }
    }

    /// Rounds that share what is set up for them.
    pub const fn series(self) -> usize {
        match self {
            Self::Syscalls => 100,
            _ => 10,
        }
    }

    pub(super) async fn run(self, bench: &Bench, seeds: &[u64]) -> Vec<Round> {
        match self {
            Self::PowerCut => power_cut::run(bench, seeds).await,
            Self::KillStore => damage::run(bench, Harm::Kill, seeds).await,
            Self::Syscalls => syscalls::run(bench, seeds).await,
            Self::DiskFull => damage::run(bench, Harm::FullDisk, seeds).await,
            Self::Index => damage::run(bench, Harm::Index, seeds).await,
            Self::WrongVolume => damage::run(bench, Harm::WrongVolume, seeds).await,
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
