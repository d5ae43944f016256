//! The command line: one program, one subcommand per job; without one, the demo.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use heqi_vocabulary::{Language, UtcMillis};

/// 合契 Heqi: e-signing whose evidence two organisations hold and anyone can check.
#[derive(Parser)]
#[command(name = "heqi", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) demo: DemoArgs,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run everything on this machine with made-up people, and show what happens (the default)
    Demo {
        #[command(flatten)]
        args: DemoArgs,
        #[command(subcommand)]
        action: Option<DemoAction>,
    },
    /// Run the signing platform with its deposit worker
    Platform(ServiceArgs),
    /// Run a notary data centre or a preservation service
    Notary(ServiceArgs),
    /// Run a time authority for tests and demonstrations (RFC 3161)
    TimeAuthority(ServiceArgs),
    /// Deposit what a stopped platform still owes, then exit
    Sync(ServiceArgs),
    /// Check an evidence bundle, offline
    Verify(heqi_verify::VerifyArgs),
    /// Follow a log from outside and catch it when it shows two histories
    Monitor(heqi_monitor::MonitorArgs),
    /// Check this machine and a data folder, one line per requirement
    Doctor(DoctorArgs),
    /// Look after a stopped service's store
    Store {
        #[command(subcommand)]
        action: StoreAction,
    },
    /// Make or show the keys of an organisation
    Keys {
        #[command(subcommand)]
        action: KeysAction,
    },
    /// Take back from the notary what a stopped platform has lost
    Recover {
        #[command(subcommand)]
        action: RecoverAction,
    },
    /// Write proofs of records that a stopped custodian refused for their place in a chain
    ChainForks(ChainForksArgs),
    /// Let integrators in and out of a stopped platform
    Admin {
        #[command(subcommand)]
        action: AdminAction,
    },
    /// Measure how much this machine can do
    Load(LoadArgs),
}

#[derive(Args)]
pub(crate) struct ChainForksArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// The folder for the proofs
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum AdminAction {
    /// Make an API key, keep its hash, and show the key this once
    CreateKey {
        #[command(flatten)]
        service: ServiceArgs,
        /// What you call its holder; never shown to anybody else
        #[arg(long)]
        label: String,
        /// What it may do: filings, evidence, coverage, witness
        #[arg(long, value_delimiter = ',', required = true)]
        scopes: Vec<String>,
    },
    /// List the API keys, never the keys themselves
    ListKeys(ServiceArgs),
    /// Put a new API key in the place of one that ends after an overlap
    RotateKey {
        #[command(flatten)]
        service: ServiceArgs,
        /// The key's id, as the list shows it
        #[arg(value_name = "ID")]
        id: String,
        /// For how long the old key still works
        #[arg(long, value_name = "HOURS", default_value_t = 72)]
        overlap_hours: u32,
    },
    /// Let a key in no more
    RevokeKey {
        #[command(flatten)]
        service: ServiceArgs,
        /// The key's id, as the list shows it
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Which key is rotated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum RotateRole {
    /// Signs the heads of the log
    Log,
    /// Cosigns the peer's log as a witness
    Witness,
    /// Cosigns the peer's log as its mirror
    Mirror,
    /// Signs deposit receipts
    Receipt,
    /// Signs erasure orders
    Order,
    /// Wraps the keys of the vault
    Kek,
}

#[derive(Args, Clone)]
pub(crate) struct DemoArgs {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = "heqi-data")]
    pub(crate) data_dir: PathBuf,
    /// Address of the guide; the other services take the ports after it (port 0: any free ports)
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8800")]
    pub(crate) listen: String,
    /// Serve TLS on all interfaces, so that phones of this network can join
    #[arg(long)]
    pub(crate) lan: bool,
    /// Language of the terminal: zh or en
    #[arg(long, value_name = "LANG", env = "HEQI_LANG")]
    pub(crate) lang: Option<Language>,
    /// Sign for everyone, verify the exported bundle, exit
    #[arg(long)]
    pub(crate) once: bool,
    /// Print what happens as JSON lines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum DemoAction {
    /// Change copies of the exported bundle in several ways and verify each
    Tamper {
        /// The demo's folder
        #[arg(long, value_name = "DIR", default_value = "heqi-data")]
        data_dir: PathBuf,
        /// Language: zh or en
        #[arg(long, value_name = "LANG", env = "HEQI_LANG")]
        lang: Option<Language>,
    },
}

#[derive(Args)]
pub(crate) struct ServiceArgs {
    /// Settings file (TOML); HEQI_SECTION__KEY in the environment overrides it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DoctorArgs {
    /// The folder to check
    #[arg(long, value_name = "DIR", default_value = "heqi-data")]
    pub(crate) data_dir: PathBuf,
    /// Language: zh or en
    #[arg(long, value_name = "LANG", env = "HEQI_LANG")]
    pub(crate) lang: Option<Language>,
}

#[derive(Subcommand)]
pub(crate) enum StoreAction {
    /// Read everything again and name every damaged byte range
    Fsck(StoreArgs),
    /// Throw index and tiles away and make them again from the journals
    Rebuild(StoreArgs),
    /// Add an encrypted generation to a backup; the store may be in use
    Backup(BackupArgs),
    /// List the generations of a backup
    Backups(BackupsArgs),
    /// Make a store again from its backup, checked to the last byte
    Restore(RestoreArgs),
}

#[derive(Subcommand)]
pub(crate) enum RecoverAction {
    /// Append what the notary's mirror and deposits hold of this platform's log
    FromNotary(RecoverArgs),
    /// Freeze a log of which cosigned entries are lost, and open the one that takes its place
    Successor(SuccessorArgs),
    /// List the entries that are lost, or came back without their record
    Orphans(ServiceArgs),
}

#[derive(Args)]
pub(crate) struct SuccessorArgs {
    #[command(flatten)]
    pub(crate) recover: RecoverArgs,
    /// File with the key of scope recovery that the second custodian gave for this once
    #[arg(long, value_name = "FILE")]
    pub(crate) preservation_key: Option<PathBuf>,
    /// The new log's origin: a URL without scheme, never used before
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: String,
    /// Nothing is lost, but the log must not go on all the same
    #[arg(long)]
    pub(crate) incident: bool,
    /// Do it; without this the plan is only shown
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct RecoverArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// File with the key of scope recovery that the notary gave for this once
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Args)]
pub(crate) struct BackupArgs {
    /// The store's folder, such as heqi-data/platform/store
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// The folder of the vault's backup: on another medium, for its generations are dropped after 35 days
    #[arg(long, value_name = "DIR")]
    pub(crate) vault_to: PathBuf,
    /// The key-encryption key of whoever is to restore; by default the store's own
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Print what was made as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct BackupsArgs {
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// The key-encryption key it was made for
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Print the list as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct RestoreArgs {
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// The folder of the vault's backup
    #[arg(long, value_name = "DIR")]
    pub(crate) vault_from: PathBuf,
    /// The generation of the store; by default the newest
    #[arg(long, value_name = "N")]
    pub(crate) generation: Option<u32>,
    /// The key-encryption key the backup was made for
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The organisation's data folder, such as heqi-data/platform; it must hold no store
    #[arg(long, value_name = "DATA")]
    pub(crate) to: PathBuf,
}

#[derive(Args)]
pub(crate) struct StoreArgs {
    /// The store's folder, such as heqi-data/platform/store
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum KeysAction {
    /// Make the keys that are missing in a folder
    Generate {
        /// Whose keys
        #[arg(long)]
        organisation: OrganisationKind,
        /// Name of the log and its cosigners, a URL without scheme such as log.example.org/2026
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Where to keep them
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Put a new key in the place of an old one; prints the plan first
    Rotate {
        /// Which key
        role: RotateRole,
        /// The data folder of the stopped service
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// For how long both keys are used
        #[arg(long, value_name = "HOURS", default_value_t = 72)]
        overlap_hours: u32,
        /// Say that somebody else may hold the old key
        #[arg(long)]
        compromised: bool,
        /// End the overlap: the peer has accepted the new key
        #[arg(long)]
        finish: bool,
        /// Do it; without this only the plan is printed
        #[arg(long)]
        yes: bool,
    },
    /// Make or renew the TLS certificate of a service, under a private root that peers pin
    Tls {
        /// The data folder of the service
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// DNS name or address; several times, the one that peers know first
        #[arg(long = "name", value_name = "NAME", required = true)]
        names: Vec<String>,
        /// Folder of the root and its key; by default the keys of the service
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// How long the certificate lasts
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        days: u32,
        /// Do it; without this only the plan is printed
        #[arg(long)]
        yes: bool,
    },
    /// Accept a peer's change of key, or its successor log
    Accept {
        /// The peer's statement
        #[arg(value_name = "FILE")]
        statement: PathBuf,
        /// The data folder of our service
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Do it; without this the statement is only shown and checked
        #[arg(long)]
        yes: bool,
    },
    /// Publish that a key may be in other hands
    Distrust {
        /// The key as it stands among the anchors
        #[arg(value_name = "KEY")]
        key: String,
        /// From when on, RFC 3339
        #[arg(long, value_name = "TIME")]
        from: UtcMillis,
        /// The data folder of the notary's service
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The published anchors, to be signed again at once
        #[arg(long, value_name = "FILE", requires = "out")]
        anchors: Option<PathBuf>,
        /// Where to write them
        #[arg(long, value_name = "FILE", requires = "anchors")]
        out: Option<PathBuf>,
        /// Do it; without this only the plan is printed
        #[arg(long)]
        yes: bool,
    },
    /// Show the public half of every key in a folder
    Show {
        /// The folder
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum OrganisationKind {
    /// The signing platform: log, witness of the notary's log
    Platform,
    /// The notary data centre: log, witness, mirror, receipts, publisher
    Notary,
    /// The preservation service: log, receipts
    Preservation,
}

#[derive(Args)]
pub(crate) struct LoadArgs {
    /// What to do again and again
    #[arg(long, default_value = "ceremony")]
    pub(crate) scenario: Scenario,
    /// For how long; 20, or 5 for complete, whose signings are all prepared before
    #[arg(long, value_name = "N")]
    pub(crate) seconds: Option<u64>,
    /// How many at the same time; 64, or 256 for complete and 1 for single
    #[arg(long, value_name = "N")]
    pub(crate) in_flight: Option<usize>,
    /// Size of the photo
    #[arg(long, value_name = "BYTES", default_value_t = 100_000)]
    pub(crate) photo_bytes: usize,
    /// Check format and dimensions of photos only, as for integrators with their own capture
    #[arg(long)]
    pub(crate) no_pixel_checks: bool,
    /// For how long a soak lasts; 30
    #[arg(long, value_name = "N")]
    pub(crate) minutes: Option<u64>,
    /// Ceremonies in a second of a soak; 10
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<f64>,
    /// File to which a soak adds its line, such as docs/reliability/soak.jsonl
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Where to keep the data while measuring; removed afterwards
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print the figures as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl LoadArgs {
    pub(crate) fn seconds(&self) -> u64 {
        let usual = if self.scenario == Scenario::Complete { 5 } else { 20 };
        self.seconds.unwrap_or(usual).max(1)
    }

    /// How long a soak lasts: `--minutes`, or `--seconds` for a short look.
    pub(crate) fn soak_for(&self) -> std::time::Duration {
        let seconds = self.minutes.map(|minutes| minutes.saturating_mul(60)).or(self.seconds);
        std::time::Duration::from_secs(seconds.unwrap_or(1_800).max(1))
    }

    /// Ceremonies in a second of a soak.
    pub(crate) fn rate(&self) -> f64 {
        self.rate.unwrap_or(10.0).clamp(0.01, 100_000.0)
    }

    pub(crate) fn in_flight(&self) -> usize {
        let usual = match self.scenario {
            Scenario::Complete => 256,
            Scenario::Single => 1,
            _ => 64,
        };
        self.in_flight.unwrap_or(usual).max(1)
    }
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
pub(crate) enum Scenario {
    /// Begin, capture and complete a signing
    Ceremony,
    /// Capture photos
    Capture,
    /// Complete signings that are already begun and captured
    Complete,
    /// The same by one client, one after the other
    Single,
    /// Whole ceremonies with both custodians running; the latency is that of the deposit
    Deposit,
    /// Four times as many ceremonies as the machine can do, whoever is refused goes away
    Overload,
    /// A moderate rate for a long time, and whether memory grows
    Soak,
}

impl Scenario {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ceremony => "ceremony",
            Self::Capture => "capture",
            Self::Complete => "complete",
            Self::Single => "single",
            Self::Deposit => "deposit",
            Self::Overload => "overload",
            Self::Soak => "soak",
        }
    }
}
