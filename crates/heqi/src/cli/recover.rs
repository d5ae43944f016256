//! `heqi recover`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use heqi_notarization::matter::CertificateNo;

use super::ServiceArgs;

#[derive(Subcommand)]
pub(crate) enum RecoverAction {
    /// Append what the notary's mirror and deposits hold of this platform's log
    FromNotary(RecoverArgs),
    /// Freeze a log of which cosigned entries are lost, and open the one that takes its place
    Successor(SuccessorArgs),
    /// At a custodian: freeze its own log, open the one that takes its place, take back what the platform holds of it
    Notary(NotaryArgs),
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
pub(crate) struct NotaryArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// File with the key of scope custody_return that the platform made for this custodian, for this once
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The new log's origin: a URL without scheme, never used before
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: String,
    /// The last certificate number of a series by the register book: none up to it is given again
    #[arg(long, value_name = "NUMBER")]
    pub(crate) last_certificate: Vec<CertificateNo>,
    /// No certificate was issued since the backup: somebody has looked it up in the register book
    #[arg(long, conflicts_with = "last_certificate")]
    pub(crate) no_certificate_lost: bool,
    /// Nothing is lost, but the log must not go on all the same
    #[arg(long)]
    pub(crate) incident: bool,
    /// Do it; without this the plan is only shown
    #[arg(long)]
    pub(crate) yes: bool,
}
