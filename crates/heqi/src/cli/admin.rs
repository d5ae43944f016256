//! `heqi admin`: who may come in.

use clap::{Args, Subcommand};

use super::ServiceArgs;

#[derive(Subcommand)]
pub(crate) enum AdminAction {
    /// Make an API key, keep its hash, and show the key this once
    CreateKey {
        #[command(flatten)]
        service: ServiceArgs,
        /// What you call its holder; never shown to anybody else
        #[arg(long)]
        label: String,
        /// What it may do: filings, evidence, coverage, witness, data_protection, legal_hold, custody_return
        #[arg(long, value_delimiter = ',', required = true)]
        scopes: Vec<String>,
        /// With custody_return: data_centre or preservation, who takes back what it lost
        #[arg(long)]
        custodian: Option<String>,
        /// After how many days it ends by itself; without it, when it is revoked
        #[arg(long, value_name = "DAYS")]
        days: Option<u16>,
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
        /// After how many days the new key ends by itself; without it, when the old one was to end
        #[arg(long, value_name = "DAYS")]
        days: Option<u16>,
        /// The new key ends when it is revoked, and not when the old one was to end
        #[arg(long, conflicts_with = "days")]
        unlimited: bool,
    },
    /// Make an account for a member of staff, which waits until security lets it in, and show its first password
    /// this once
    CreateStaff(CreateStaffArgs),
    /// List the accounts of staff
    ListStaff(ServiceArgs),
    /// What happened to an account, oldest first
    StaffEvents {
        #[command(flatten)]
        service: ServiceArgs,
        /// What is typed to sign in
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    /// Let an account in no more and end its sessions
    DisableStaff {
        #[command(flatten)]
        service: ServiceArgs,
        /// What is typed to sign in
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    /// Give an account a new password and let it enrol another authenticator, again until security lets it in
    ResetStaff {
        #[command(flatten)]
        service: ServiceArgs,
        /// What is typed to sign in
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    /// Give an account another role, again until security lets it in
    ChangeStaffRole {
        #[command(flatten)]
        service: ServiceArgs,
        /// What is typed to sign in
        #[arg(value_name = "LOGIN")]
        login: String,
        /// reviewer, handler, operator, regulator, security or auditor
        #[arg(long)]
        role: String,
    },
    /// Bind a handler's account to the person's identity document, again until security lets it in; the number is read
    /// from standard input
    BindHandler {
        #[command(flatten)]
        service: ServiceArgs,
        /// What is typed to sign in
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    /// At a notary's data centre: make an account of its staff, which waits until security lets it in
    CreateOfficer(CreateOfficerArgs),
    /// At a notary's data centre: list the accounts of its staff
    ListOfficers(ServiceArgs),
    /// At a notary's data centre: a new password and authenticator, again until security lets it in
    ResetOfficer {
        #[command(flatten)]
        service: ServiceArgs,
        /// What is typed to sign in
        #[arg(value_name = "LOGIN")]
        login: String,
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

/// A new account.
#[derive(Args)]
pub(crate) struct CreateStaffArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// What is typed to sign in
    #[arg(long)]
    pub(crate) login: String,
    /// The person, as colleagues see the name
    #[arg(long)]
    pub(crate) name: String,
    /// What the organisation is: registry, notary, handler_firm or operator
    #[arg(long)]
    pub(crate) office_kind: String,
    /// The organisation's name, as in the settings
    #[arg(long)]
    pub(crate) office: String,
    /// reviewer, handler, operator, regulator, security or auditor; what fits the organisation when absent
    #[arg(long)]
    pub(crate) role: Option<String>,
}

/// A new account of the notary's staff.
#[derive(Args)]
pub(crate) struct CreateOfficerArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// What is typed to sign in
    #[arg(long)]
    pub(crate) login: String,
    /// The person, as colleagues see the name
    #[arg(long)]
    pub(crate) name: String,
    /// clerk, notary, approver, archivist, security or auditor
    #[arg(long)]
    pub(crate) role: String,
}
