//! The kinds of faults.

use std::fmt;
use std::str::FromStr;

use super::damage::{self, Harm};
use super::machine::Need;
use super::rounds::{Bench, Round};
use super::whole::{self, Victim};
use super::{flips, power_cut, syscalls};

/// A kind of fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// The power goes while a store is written to.
    PowerCut,
    /// The process that writes to a store is killed.
    KillStore,
    /// The platform's process is killed under load.
    KillPlatform,
    /// The deposit worker's process is killed.
    KillWorker,
    /// A custodian's process is killed under load.
    KillNotary,
    /// One system call reports an error.
    Syscalls,
    /// The disk fills up.
    DiskFull,
    /// The index is lost or damaged.
    Index,
    /// A part of the store is empty or another store's.
    WrongVolume,
    /// The power of the platform's machine goes under load.
    PowerCutPlatform,
    /// The platform's disk fills up under load.
    DiskFullPlatform,
    /// The data centre's disk fills up under load.
    DiskFullNotary,
    /// One bit of a file of a store is another one.
    BitFlip,
    /// One bit of a key, an erasure ledger, a backup or a counter of serials is another one.
    BitFlipTown,
    /// One bit of a settings file is another one.
    BitFlipSettings,
}

impl Kind {
    /// Every kind, in the order of the report.
    pub const ALL: [Self; 15] = [
        Self::PowerCut,
        Self::KillStore,
        Self::KillPlatform,
        Self::KillWorker,
        Self::KillNotary,
        Self::Syscalls,
        Self::DiskFull,
        Self::Index,
        Self::WrongVolume,
        Self::PowerCutPlatform,
        Self::DiskFullPlatform,
        Self::DiskFullNotary,
        Self::BitFlip,
        Self::BitFlipTown,
        Self::BitFlipSettings,
    ];

    /// Its name on the command line and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PowerCut => "power-cut",
            Self::KillStore => "kill-store",
            Self::KillPlatform => "kill-platform",
            Self::KillWorker => "kill-worker",
            Self::KillNotary => "kill-notary",
            Self::Syscalls => "syscalls",
            Self::DiskFull => "disk-full",
            Self::Index => "index",
            Self::WrongVolume => "wrong-volume",
            Self::PowerCutPlatform => "power-cut-platform",
            Self::DiskFullPlatform => "disk-full-platform",
            Self::DiskFullNotary => "disk-full-notary",
            Self::BitFlip => "bit-flip",
            Self::BitFlipTown => "bit-flip-town",
            Self::BitFlipSettings => "bit-flip-settings",
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
            Self::KillPlatform => {
                "kill -9 of `heqi platform` while people sign over HTTP; in a third of the rounds \
                 again while it starts"
            }
            Self::KillWorker => {
                "kill -9 of `heqi sync`, once or twice, while it deposits for a platform that was \
                 killed under load"
            }
            Self::KillNotary => {
                "kill -9 of `heqi notary`, data centre or preservation, while people sign over \
                 HTTP; in a third of the rounds again while it starts"
            }
            Self::Syscalls => {
                "one system call of recovery, writing and closing reports EIO or ENOSPC, each \
                 in turn"
            }
            Self::DiskFull => "a file system that fills up under load, freed again afterwards",
            Self::Index => "the index removed, cut, overwritten, or one bit of it changed",
            Self::WrongVolume => "state, ledger, objects or vault empty or another store's",
            Self::PowerCutPlatform => {
                "power cut under the disk of `heqi platform` while people sign over HTTP"
            }
            Self::DiskFullPlatform => {
                "the disk of `heqi platform` fills up to its reserve or to the last byte while \
                 people sign over HTTP, freed again afterwards"
            }
            Self::DiskFullNotary => {
                "the disk of `heqi notary`, data centre, fills up to its reserve or to the last \
                 byte while people sign over HTTP, freed again afterwards"
            }
            Self::BitFlip => {
                "one bit changed in a closed store: identity, ledger, state, snapshot, objects, \
                 vault, index, tiles, entry bundles, published head"
            }
            Self::BitFlipTown => {
                "one bit changed in a key, an API key, an erasure ledger or a backup of a stopped \
                 organisation, or in the serial numbers of a time authority"
            }
            Self::BitFlipSettings => {
                "one bit changed in the settings file of a stopped organisation, its folder aside"
            }
        }
    }

    /// What it cannot be run without.
    pub const fn needs(self) -> &'static [Need] {
        match self {
            Self::PowerCut
            | Self::DiskFull
            | Self::PowerCutPlatform
            | Self::DiskFullPlatform
            | Self::DiskFullNotary => &[Need::Volumes],
            Self::Syscalls => &[Need::Strace],
            Self::KillStore
            | Self::KillPlatform
            | Self::KillWorker
            | Self::KillNotary
            | Self::Index
            | Self::WrongVolume
            | Self::BitFlip
            | Self::BitFlipTown
            | Self::BitFlipSettings => &[],
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
            Self::PowerCut | Self::BitFlip => 200,
            Self::Syscalls => 1_000,
            Self::PowerCutPlatform => 20,
            _ => 50,
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
            Self::KillPlatform => whole::run(bench, Victim::Platform, seeds).await,
            Self::KillWorker => whole::run(bench, Victim::Worker, seeds).await,
            Self::KillNotary => whole::run(bench, Victim::Notary, seeds).await,
            Self::Syscalls => syscalls::run(bench, seeds).await,
            Self::DiskFull => damage::run(bench, Harm::FullDisk, seeds).await,
            Self::Index => damage::run(bench, Harm::Index, seeds).await,
            Self::WrongVolume => damage::run(bench, Harm::WrongVolume, seeds).await,
            Self::PowerCutPlatform => whole::run(bench, Victim::Power, seeds).await,
            Self::DiskFullPlatform => whole::run(bench, Victim::Space, seeds).await,
            Self::DiskFullNotary => whole::run(bench, Victim::NotarySpace, seeds).await,
            Self::BitFlip => flips::run(bench, seeds).await,
            Self::BitFlipTown => flips::run_in_town(bench, seeds).await,
            Self::BitFlipSettings => flips::run_in_settings(bench, seeds).await,
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
