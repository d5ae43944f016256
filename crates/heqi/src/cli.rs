//! The command line: one program, one subcommand per job; without one, the demo.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use heqi_vocabulary::{Language, UtcMillis};

mod admin;
mod load;
mod recover;

pub(crate) use admin::{AdminAction, CreateOfficerArgs, CreateStaffArgs};
pub(crate) use load::{LoadArgs, Scenario};
pub(crate) use recover::{NotaryArgs, RecoverAction, RecoverArgs, SuccessorArgs};

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
    /// Write what an evidence bundle holds as a report (PDF/A) with the bundle inside, offline
    Report(ReportArgs),
    /// Follow a log from outside and catch it when it shows two histories
    Monitor(heqi_monitor::MonitorArgs),
    /// Check this machine and a data folder, or one configured service, one line per requirement
    Doctor(DoctorArgs),
    /// Check, rebuild, back up and restore a store
    Store {
        #[command(subcommand)]
        action: StoreAction,
    },
    /// Make or show the keys of an organisation
    Keys {
        #[command(subcommand)]
        action: KeysAction,
    },
    /// Take back from the other organisation what a stopped one has lost
    Recover {
        #[command(subcommand)]
        action: RecoverAction,
    },
    /// Write proofs of records that a stopped custodian refused for their place in a chain
    ChainForks(ChainForksArgs),
    /// Let programs and staff in and out of a stopped platform or data centre
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

#[derive(Args, Clone)]
pub(crate) struct ReportArgs {
    /// The evidence bundle (.heqi.zip)
    #[arg(value_name = "FILE")]
    pub(crate) bundle: PathBuf,
    /// Where the report is written
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// The trust anchors to examine it by; without them only self-consistency is found
    #[arg(long, value_name = "FILE")]
    pub(crate) anchors: Option<PathBuf>,
    /// The report's number; made from the bundle's digest when left out
    #[arg(long, value_name = "NUMBER")]
    pub(crate) number: Option<String>,
    /// Who issues it
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: String,
    /// Who asked
    #[arg(long, value_name = "NAME")]
    pub(crate) applicant: String,
    /// What for
    #[arg(long, value_name = "WORDS")]
    pub(crate) purpose: String,
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
    /// Makes the digests by which a platform finds people
    Search,
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
    /// Change copies of the exported bundle in five ways and verify each
    ///
    /// One byte of the photo; another photo; another time; a record dropped from the chain; and the
    /// whole log rewritten with the platform's own key. The last copy alone would look fine: what
    /// contradicts it is the head that the notary cosigned, and a fork proof with both heads is
    /// written beside it. Exit status 0: every one was found out. The original is never touched;
    /// the copies are in the folder `tampered`.
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
    /// The settings of one service, platform or custodian: it is checked with everybody it works with
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    pub(crate) config: Option<PathBuf>,
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
    /// The key-encryption key of whoever is to restore, a file or a key-service.json; by default the store's own
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
    /// The key-encryption key it was made for: the file, or the key-service.json of a key service
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
    /// The key-encryption key the backup was made for: the file, or the key-service.json of a key service
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
