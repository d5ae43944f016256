//! `heqi recover notary`: a custodian's store was set back, so its own log must not go on under its name, and another
//! takes its place (`docs/adr/0048-successor-of-the-offices-log.md`). The custodian must be stopped, the platform runs.
//!
//! The platform holds every receipt it was given and the record of each: they come back with number, outcome and bytes
//! as they were. What else stood in the lost entries nobody else has; a person says from the register book which
//! certificate number was the last. Everything is made beside the store, as for a platform (`super::successor`).

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use heqi_evidence::anchors::Vkey;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::successor::{FrozenReason, LogSuccessor, VerifiedSuccessor};
use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::backend::embedded::{Embedded, Ports, Settings};
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::successor::{SuccessorFolders, carry_over};
use heqi_notarization::admit_bundle::{lost_receipt, take_back};
use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::successor::{
    LEFT_OUT, LeftOut, begin, is_carried_over, last_certificate, leave_out_numbers,
};
use heqi_notary_protocol::http::Bearer;
use heqi_notary_protocol::returns::ReturnsClient;
use heqi_pki::dsse::Envelope;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::{DepositNo, Digest, RecordId};
use serde::Serialize;

use super::Fallible;
use super::change::{self, Moved, log_keys};
use crate::cli::NotaryArgs;
use crate::keys::{self, NoteKey};
use crate::service::notary::{StoppedOffice, peer_witness};
use crate::service::store;
use crate::service::tls::NotaryTls;
use crate::settings::{self, NotarySettings, Role};
use crate::{JobResult, machine};

/// What came back and what did not, for the office's file: no names, numbers and digests only.
#[derive(Debug, Serialize)]
struct Account {
    frozen: String,
    successor: String,
    /// Entries of the frozen log that others cosigned.
    cosigned: u64,
    /// Of them, those that are held.
    held: u64,
    /// Receipts that were given, lost, and came back with their record.
    receipts: Vec<DepositNo>,
    /// Of them, those of which something was erased since.
    in_part: Vec<DepositNo>,
    /// Lost entries that are neither a receipt that came back nor the chain head beside it, at least.
    other_entries_at_least: u64,
    /// Applications that records speak of and of which nothing is left.
    applications: Vec<ApplicationNo>,
    /// First and last serial of certificates of which nothing is left, by series and year.
    certificates: BTreeMap<String, (u32, u32)>,
    /// First and last serial of numbers that are never given, by kind and day.
    left_out: LeftOut,
}

/// What the platform holds and this store does not.
struct Lost {
    head: SignedCheckpoint,
    /// By number: the order in which they were decided.
    receipts: BTreeMap<DepositNo, (RecordId, String, DepositReceipt)>,
    held: u64,
}

pub(super) async fn run(args: &NotaryArgs, out: &mut dyn Write) -> JobResult {
    let settings: NotarySettings = settings::load(args.service.config.as_deref())?;
    let folders = store::folders(&settings.data_dir);
    if folders.is_under_way()? {
        writeln!(out, "The opening of a successor was cut off; what is left of it is done now.")?;
        return finish(&settings, &folders, out);
    }
    let (clock, entropy) = machine();
    let open = StoppedOffice::open(&settings, &clock, &entropy).await?;
    let decided = prepare(args, &settings, &open, &folders, out).await;
    open.store.close()?;
    drop(open);
    if decided? { finish(&settings, &folders, out) } else { Ok(0) }
}

/// Makes everything up to the decision. Whether it was decided.
async fn prepare(
    args: &NotaryArgs,
    settings: &NotarySettings,
    open: &StoppedOffice,
    folders: &SuccessorFolders,
    out: &mut dyn Write,
) -> Fallible<bool> {
    let current = open.store.log().head();
    change::check_name(folders, current.checkpoint().checkpoint().origin().as_str(), &args.origin)?;
    let tls = NotaryTls::load(settings)?;
    let key = keys::read_secret(&args.key)?;
    let bearer = Bearer::new(key.trim_end());
    let (pool, custodian) = (tls.platform.clone(), settings.role.custodian());
    let platform = ReturnsClient::new(pool, &settings.platform.url, custodian, bearer);
    let lost = lost(settings, &tls, open, &platform).await?;
    is_needed(args, open, &lost).await?;
    describe(args, open, &lost, out)?;
    if !args.yes {
        writeln!(out, "Nothing was changed; add --yes to do it.")?;
        return Ok(false);
    }
    let is_said = args.no_certificate_lost || !args.last_certificate.is_empty();
    if issues_certificates(settings) && !is_said {
        return Err("certificates may be among the entries that nobody else holds. Look up the last number in the \
             register book and give it with --last-certificate; if none was issued since the backup, say \
             --no-certificate-lost"
            .into());
    }
    let (clock, entropy) = machine();
    let (old, new) = log_keys(&settings.data_dir.join("keys"), &args.origin, &*entropy)?;
    let said = LogSuccessor {
        frozen_head: lost.head.note().to_string(),
        frozen_key: Vkey(old.verifier_key()?),
        held: lost.held,
        log_key: Vkey(new.verifier_key()?),
        opened_at: clock.now(),
        // Records stand in the platform's log; what came back of ours is logged again.
        orphans: Vec::new(),
        reason: if args.incident { FrozenReason::Incident } else { FrozenReason::Lost },
    };
    let statement = said.sign_both(&old.statement_key(), &new.statement_key())?;
    let successor = LogSuccessor::verify(&statement)?;
    folders.discard_next()?;
    let next = make_next(args, settings, open, folders, &new, (&successor, &lost, &platform)).await;
    let account = match next {
        Ok(account) => account,
        Err(error) => {
            folders.discard_next()?;
            return Err(error);
        }
    };
    let path = account_path(settings, &statement);
    keys::write_public(&path, &serde_json::to_vec_pretty(&account)?)?;
    folders.decide(statement.as_bytes())?;
    tell(&account, out)?;
    Ok(true)
}

/// Without a workbench nobody applies for a certificate here. How many entries are known to be lost says nothing: what
/// came after the newest cosigned head is not among them.
const fn issues_certificates(settings: &NotarySettings) -> bool {
    matches!(settings.role, Role::DataCentre) && settings.workbench.is_some()
}

/// Asks the platform: the newest head of ours that it cosigned, and every receipt it holds of ours.
async fn lost(
    settings: &NotarySettings,
    tls: &NotaryTls,
    open: &StoppedOffice,
    platform: &ReturnsClient,
) -> Fallible<Lost> {
    let ours = open.store.log().head();
    let origin = ours.checkpoint().checkpoint().origin();
    let witness = peer_witness(settings, tls)?.client;
    let head = witness.latest(origin).await?;
    let head =
        head.ok_or("the platform has cosigned nothing of this log: there is nothing to freeze")?;
    let is_ours =
        head.checkpoint().origin() == origin && head.note().verify(&open.log_keys).is_ok();
    if !is_ours {
        return Err("the head that the platform cosigned is not signed by this log's key".into());
    }
    let mut receipts = BTreeMap::new();
    for listed in platform.receipts().await? {
        let (record, receipt) = (listed.record_id, listed.receipt);
        let said = lost_receipt(&open.office, &open.receipt_keys, receipt.as_bytes()).await;
        let said = said.map_err(|error| format!("the receipt of record {record}: {error}"))?;
        if let Some(said) = said {
            receipts.insert(said.deposit_no, (record, receipt, said));
        }
    }
    Ok(Lost { head, receipts, held: ours.size() })
}

impl Lost {
    /// Entries that others cosigned and that are gone. What came after that head is lost too, and nobody can count it.
    fn entries(&self) -> u64 {
        self.head.checkpoint().size().saturating_sub(self.held)
    }

    /// Of them, those that no receipt accounts for, at least: a receipt that came after the newest cosigned head is
    /// counted as one before it. A record that was admitted has two entries: its receipt and the head of its chain.
    fn others(&self) -> u64 {
        let of = |said: &DepositReceipt| if said.outcome.is_admitted() { 2 } else { 1 };
        let known: u64 = self.receipts.values().map(|(_, _, said)| of(said)).sum();
        self.entries().saturating_sub(known)
    }
}

/// A log of which nothing is lost goes on under its name; one with another history is no case for this.
async fn is_needed(args: &NotaryArgs, open: &StoppedOffice, lost: &Lost) -> Fallible<()> {
    let head = lost.head.checkpoint();
    match open.store.log().root_at(head.size()).await? {
        Some(own) if own != head.root() => {
            Err("this store holds another history than the platform cosigned: restore a backup from before it went on \
             alone"
                .into())
        }
        Some(_) if lost.receipts.is_empty() && !args.incident => {
            Err("nothing that the platform holds is missing: this log goes on under its name. For another incident, \
             such as a log key in other hands, add --incident"
                .into())
        }
        _ => Ok(()),
    }
}

fn describe(
    args: &NotaryArgs,
    open: &StoppedOffice,
    lost: &Lost,
    out: &mut dyn Write,
) -> Fallible<()> {
    let ours = open.store.log().head();
    let (old, new) = (ours.checkpoint().checkpoint().origin(), &args.origin);
    let (end, root) = (lost.head.checkpoint().size(), lost.head.checkpoint().root());
    writeln!(
        out,
        "The log {old} cannot go on under its name: it is frozen, and {new} takes its place."
    )?;
    writeln!(out, "  frozen at  {end} entries, root {root}: the newest the platform cosigned")?;
    writeln!(out, "  held here  {} entries, which go on being served", lost.held)?;
    writeln!(
        out,
        "  lost       at least {} entries; {} receipts come back from the platform, each with its record",
        lost.entries(),
        lost.receipts.len()
    )?;
    for (number, (record, _, said)) in &lost.receipts {
        let outcome = if said.outcome.is_admitted() { "held" } else { "refused" };
        writeln!(out, "    {number}  {outcome}  {record}  {}", said.record_root)?;
    }
    writeln!(
        out,
        "  gone       at least {} entries that nobody else holds: steps of matters, certificates, published anchors",
        lost.others()
    )?;
    writeln!(out, "  1. write a new log key to keys/log.successor.key")?;
    writeln!(
        out,
        "  2. sign the statement with both log keys; it is the first leaf of the new log"
    )?;
    writeln!(
        out,
        "  3. carry rows, objects and data keys over, take the receipts and records back"
    )?;
    writeln!(
        out,
        "  4. give none of the {LEFT_OUT} numbers after the last one known of each day: of deposits, matters, documents"
    )?;
    writeln!(out, "  5. keep the old store under frozen/, read only, and wipe its vault")?;
    writeln!(out, "  6. put the new key in the place of the old one, kept under keys/retired")?;
    Ok(())
}

/// The successor's store, complete, beside the present one.
async fn make_next(
    args: &NotaryArgs,
    settings: &NotarySettings,
    open: &StoppedOffice,
    folders: &SuccessorFolders,
    key: &NoteKey,
    (successor, lost, platform): (&VerifiedSuccessor, &Lost, &ReturnsClient),
) -> Fallible<Account> {
    let (clock, entropy) = machine();
    let wrapping = store::key_encryption_key(&settings.data_dir, &entropy)?;
    let signer = Arc::new(KeyedHeadSigner::new(key.log_signer()?));
    let ports = Ports::new(signer, wrapping, entropy.clone());
    let next = Arc::new(Embedded::open(&Settings::new(folders.next()), ports)?);
    carry_over(&open.store, &*next, &is_carried_over).await?;
    let office = open.on(next.clone())?;
    begin(&office, successor).await?;
    let mut account = Account {
        frozen: successor.said().frozen_key.0.name().to_string(),
        successor: args.origin.clone(),
        cosigned: lost.head.checkpoint().size(),
        held: lost.held,
        receipts: Vec::new(),
        in_part: Vec::new(),
        other_entries_at_least: lost.others(),
        applications: Vec::new(),
        certificates: BTreeMap::new(),
        left_out: LeftOut::new(),
    };
    let mut days = vec![clock.now()];
    for (number, (record, receipt, said)) in &lost.receipts {
        let named = |error: &dyn std::fmt::Display| format!("deposit {number}: {error}");
        let bundle = platform.bundle(*record).await.map_err(|error| named(&error))?;
        let (keys, bundle) = (&open.receipt_keys, Bytes::from(bundle));
        let taken = take_back(&office, keys, receipt.as_bytes(), bundle).await;
        let taken = taken.map_err(|error| named(&error))?;
        account.receipts.push(*number);
        if !taken.is_whole {
            account.in_part.push(*number);
        }
        account.applications.extend(taken.lost_application);
        days.push(said.received_at);
    }
    account.left_out = leave_out_numbers(&office, &days).await?;
    for number in &args.last_certificate {
        if let Some(gone) = last_certificate(&office, number).await? {
            account.certificates.insert(number.series().counter(number.year()), gone);
        }
    }
    drop(office);
    next.close()?;
    Ok(account)
}

fn account_path(settings: &NotarySettings, statement: &Envelope) -> PathBuf {
    let digest = Digest::of(statement.as_bytes()).to_string();
    let name = format!("recovered-{}.json", digest.get(..16).unwrap_or(&digest));
    settings.data_dir.join("frozen").join(name)
}

fn tell(account: &Account, out: &mut dyn Write) -> Fallible<()> {
    writeln!(
        out,
        "{} receipts came back, each the bytes that were signed.",
        account.receipts.len()
    )?;
    for number in &account.in_part {
        writeln!(out, "  {number}: something of it was erased since; the receipt stays")?;
    }
    for number in &account.applications {
        writeln!(out, "  application {number} is lost: ask the applicant to hand it in again")?;
    }
    for (series, (first, last)) in &account.certificates {
        writeln!(out, "  certificates {series} {first} to {last} are lost: take them from paper")?;
    }
    Ok(())
}

/// What is left once it is decided. Done again it goes on where it stopped.
fn finish(settings: &NotarySettings, folders: &SuccessorFolders, out: &mut dyn Write) -> JobResult {
    let Moved { said, statement, published, frozen } = change::finish(&settings.data_dir, folders)?;
    let new = said.log_key.0.name();
    let name = change::log_name(new.as_str());
    writeln!(out, "Done. {} is frozen, {new} goes on.", said.frozen_key.0.name())?;
    writeln!(out, "  1. set log_origin = \"{new}\" and log_name = \"{name}\" in the settings")?;
    writeln!(
        out,
        "  2. give {} (SHA-256 {}) to the platform,",
        published.display(),
        Digest::of(statement.as_bytes())
    )?;
    writeln!(out, "     which runs `heqi keys accept` on it and starts again")?;
    writeln!(out, "  3. start this service; it takes nothing before the platform has accepted")?;
    writeln!(out, "  4. the platform revokes the key of scope custody_return")?;
    writeln!(out, "  5. begin a new backup; keep the last one of {}", frozen.display())?;
    writeln!(
        out,
        "  What came back and what did not stands in {}",
        account_path(settings, &statement).display()
    )?;
    Ok(0)
}
