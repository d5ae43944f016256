//! The command line: one program, one subcommand per job; without one, the demo.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use heqi_vocabulary::Language;

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
    /// Deposit what a stopped platform still owes, then exit
    Sync(ServiceArgs),
    /// Check an evidence bundle, offline
    Verify(heqi_verify::VerifyArgs),
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
    /// Let integrators in and out of a stopped platform
    Admin {
        #[command(subcommand)]
        action: AdminAction,
    },
    /// Measure how much this machine can do
    Load(LoadArgs),
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
    /// Let a key in no more
    RevokeKey {
        #[command(flatten)]
        service: ServiceArgs,
        /// The key's id, as the list shows it
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Args, Clone)]
pub(crate) struct DemoArgs {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = "heqi-data")]
    pub(crate) data_dir: PathBuf,
    /// Address of the guide; the other services take the ports after it (port 0: any free ports)
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8800")]
    pub(crate) listen: String,
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
    /// For how long
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) seconds: u64,
    /// How many at the same time
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub(crate) in_flight: usize,
    /// Size of the photo
    #[arg(long, value_name = "BYTES", default_value_t = 100_000)]
    pub(crate) photo_bytes: usize,
    /// Where to keep the data while measuring; removed afterwards
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print the figures as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
pub(crate) enum Scenario {
    /// Begin, capture and complete a signing
    Ceremony,
    /// Capture photos
    Capture,
    /// Complete signings that are already begun and captured
    Complete,
    /// Whole ceremonies with both custodians running; the latency is that of the deposit
    Deposit,
}

impl Scenario {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ceremony => "ceremony",
            Self::Capture => "capture",
            Self::Complete => "complete",
            Self::Deposit => "deposit",
        }
    }
}
