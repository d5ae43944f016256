//! `heqi recover successor`: the log must not go on under its name, and another takes its place
//! (`docs/adr/0022-successor.md`). The platform must be stopped.
//!
//! Everything is made beside the store and thrown away when something fails. With the statement written among the
//! frozen logs it is decided; what is left after that is done again until it is done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use heqi_evidence::anchors::Vkey;
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::successor::{
    FrozenReason, LogSuccessor, MAX_ORPHANS, OrphanedRecord, VerifiedSuccessor,
};
use heqi_evidence_store::backend::embedded::{Embedded, Ports, Settings};
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::successor::{SuccessorFolders, carry_over};
use heqi_notary_protocol::NotaryClient;
use heqi_notary_protocol::http::{Bearer, Deadlines, HttpPool};
use heqi_notary_protocol::recovery::RecoveryClient;
use heqi_registration::successor::{ReturnedRecord, begin, beyond, held_roots, is_carried_over};
use heqi_registration::{FrozenLog, Platform, Ports as PlatformPorts};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::Digest;

use super::change::{self, Moved, log_keys};
use super::{Fallible, open, take_back_what_is_mirrored};
use crate::cli::SuccessorArgs;
use crate::keys::{self, NoteKey};
use crate::service::platform::OpenPlatform;
use crate::service::store;
use crate::settings::{self, PlatformSettings};
use crate::{JobResult, machine};

pub(super) async fn run(args: &SuccessorArgs, out: &mut dyn Write) -> JobResult {
    let settings: PlatformSettings = settings::load(args.recover.service.config.as_deref())?;
    let folders = store::folders(&settings.data_dir);
    if folders.is_under_way()? {
        writeln!(out, "The opening of a successor was cut off; what is left of it is done now.")?;
        return finish(&settings, &folders, out);
    }
    let (settings, open) = open(args.recover.service.config.as_deref()).await?;
    let decided = prepare(args, &settings, &open, &folders, out).await;
    open.store.close()?;
    drop(open);
    if decided? { finish(&settings, &folders, out) } else { Ok(0) }
}

/// Makes everything up to the decision. Whether it was decided.
async fn prepare(
    args: &SuccessorArgs,
    settings: &PlatformSettings,
    open: &OpenPlatform,
    folders: &SuccessorFolders,
    out: &mut dyn Write,
) -> Fallible<bool> {
    let platform = &open.platform;
    change::check_name(folders, platform.origin().as_str(), &args.origin)?;
    take_back_what_is_mirrored(&args.recover, settings, open, out).await?;
    let frozen = frozen_head(settings, platform).await?;
    is_needed(args, platform, &frozen).await?;
    let returned = beyond(platform, deposits(args, settings, platform).await?);
    let held = platform.backend().log().head().size();
    let end = frozen.checkpoint().size();
    describe(args, platform, &frozen, (held, &returned), out)?;
    if !args.yes {
        writeln!(out, "Nothing was changed; add --yes to do it.")?;
        return Ok(false);
    }
    let (clock, entropy) = machine();
    let keys = settings.data_dir.join("keys");
    let (old, new) = log_keys(&keys, &args.origin, &*entropy)?;
    let first = held.min(end);
    let listed = orphans(platform, first, &returned).await?;
    let said = LogSuccessor {
        frozen_head: frozen.note().to_string(),
        frozen_key: Vkey(old.verifier_key()?),
        held,
        log_key: Vkey(new.verifier_key()?),
        opened_at: clock.now(),
        orphans: listed,
        reason: if args.incident { FrozenReason::Incident } else { FrozenReason::Lost },
    };
    let statement = said.sign_both(&old.statement_key(), &new.statement_key())?;
    let successor = LogSuccessor::verify(&statement)?;
    folders.discard_next()?;
    let next = make_next(settings, open, folders, &new, (&successor, &returned)).await;
    if let Err(error) = next {
        folders.discard_next()?;
        return Err(error);
    }
    folders.decide(statement.as_bytes())?;
    Ok(true)
}

/// The newest head of our log that the notary's witness cosigned.
async fn frozen_head(
    settings: &PlatformSettings,
    platform: &Platform,
) -> Fallible<SignedCheckpoint> {
    let pool = HttpPool::new(Deadlines::default())?;
    let notary = NotaryClient::new(pool, &settings.data_centre.url, None);
    let head = notary.witness().latest(platform.origin()).await?;
    let head =
        head.ok_or("the notary has cosigned nothing of this log: there is nothing to freeze")?;
    let own = platform.own_log_keys();
    if head.checkpoint().origin() != platform.origin() || head.note().verify(&own).is_err() {
        return Err("the head that the notary cosigned is not signed by this log's key".into());
    }
    Ok(head)
}

/// A log that has everything it was cosigned for goes on under its name; one with another history is no case for this.
async fn is_needed(
    args: &SuccessorArgs,
    platform: &Platform,
    frozen: &SignedCheckpoint,
) -> Fallible<()> {
    let (size, root) = (frozen.checkpoint().size(), frozen.checkpoint().root());
    match platform.backend().log().root_at(size).await? {
        Some(own) if own != root => Err("this store holds another history than the notary cosigned: restore a backup \
             from before it went on alone, or begin with an empty store and `heqi recover from-notary`"
            .into()),
        Some(_) if !args.incident => Err("nothing that the notary cosigned is missing: this log goes on under its \
             name. For another incident, such as a log key in other hands, add --incident"
            .into()),
        _ => Ok(()),
    }
}

/// What custodians hold of records that our log does not.
async fn deposits(
    args: &SuccessorArgs,
    settings: &PlatformSettings,
    platform: &Platform,
) -> Fallible<BTreeMap<RecordRoot, BundleParts>> {
    let pool = HttpPool::new(Deadlines::default())?;
    let held: BTreeSet<String> = held_roots(platform).await?;
    let mut all: BTreeMap<RecordRoot, BundleParts> = BTreeMap::new();
    let custodians = [
        (&settings.data_centre.url, Some(&args.recover.key)),
        (&settings.preservation.url, args.preservation_key.as_ref()),
    ];
    for (url, key) in custodians {
        let Some(key) = key else { continue };
        let key = keys::read_secret(key)?;
        let client = RecoveryClient::new(pool.clone(), url, Bearer::new(key.trim_end()));
        for (root, parts) in client.deposits_except(&held).await? {
            let receipts = parts.deposits.clone();
            let known =
                all.entry(root).or_insert_with(|| BundleParts { deposits: Vec::new(), ..parts });
            known.deposits.extend(receipts);
        }
    }
    Ok(all)
}

/// Every record that is known beyond what is held and cosigned: those that came back, and those our store still has of
/// entries that nobody cosigned.
async fn orphans(
    platform: &Platform,
    first: u64,
    returned: &BTreeMap<u64, ReturnedRecord>,
) -> Fallible<Vec<OrphanedRecord>> {
    let mut listed: BTreeMap<u64, OrphanedRecord> =
        heqi_registration::successor::records_from(platform, first)
            .await?
            .into_iter()
            .map(|orphan| (orphan.index, orphan))
            .collect();
    listed.extend(returned.iter().map(|(index, record)| (*index, record.listed())));
    if listed.len() > MAX_ORPHANS {
        return Err(format!(
            "{} records are known beyond what is left of the log, a statement lists {MAX_ORPHANS}: ask for help",
            listed.len()
        )
        .into());
    }
    Ok(listed.into_values().collect())
}

fn describe(
    args: &SuccessorArgs,
    platform: &Platform,
    frozen: &SignedCheckpoint,
    (held, returned): (u64, &BTreeMap<u64, ReturnedRecord>),
    out: &mut dyn Write,
) -> Fallible<()> {
    let (old, new) = (platform.origin(), &args.origin);
    let (end, root) = (frozen.checkpoint().size(), frozen.checkpoint().root());
    writeln!(
        out,
        "The log {old} cannot go on under its name: it is frozen, and {new} takes its place."
    )?;
    writeln!(
        out,
        "  frozen at  {end} entries, root {root}: the newest head that the notary cosigned"
    )?;
    writeln!(out, "  held here  {held} entries, which go on being served and proved")?;
    writeln!(
        out,
        "  came back  {} records beyond them, listed as orphans; their places are never used again",
        returned.len()
    )?;
    writeln!(out, "  1. write a new log key to keys/log.successor.key")?;
    writeln!(out, "  2. sign the statement with both log keys")?;
    writeln!(
        out,
        "  3. carry rows, objects and data keys over to a new store, whose first leaf is the statement"
    )?;
    writeln!(out, "  4. keep the old store under frozen/, read only, and wipe its vault")?;
    writeln!(
        out,
        "  5. put the new key in the place of the old one, which is kept under keys/retired"
    )?;
    Ok(())
}

/// The successor's store, complete, beside the present one.
async fn make_next(
    settings: &PlatformSettings,
    open: &OpenPlatform,
    folders: &SuccessorFolders,
    key: &NoteKey,
    (successor, returned): (&VerifiedSuccessor, &BTreeMap<u64, ReturnedRecord>),
) -> Fallible<()> {
    let (clock, entropy) = machine();
    let wrapping = store::key_encryption_key(&settings.data_dir, &entropy)?;
    let signer = Arc::new(KeyedHeadSigner::new(key.log_signer()?));
    let ports = Ports::new(signer, wrapping, entropy.clone());
    let next = Arc::new(Embedded::open(&Settings::new(folders.next()), ports)?);
    carry_over(&open.store, &*next, &is_carried_over).await?;
    let mut decided = open.platform.settings().clone();
    decided.log_key = key.verifier_key()?;
    decided.other_log_keys.clear();
    decided.frozen.push(FrozenLog::new(open.store.clone(), successor.clone()));
    let ports = PlatformPorts {
        backend: next.clone(),
        clock,
        entropy,
        authority: open.platform.shared_authority(),
    };
    let platform = Platform::open(ports, decided).await?;
    begin(&platform, successor, returned).await?;
    drop(platform);
    Ok(next.close()?)
}

/// What is left once it is decided. Done again it goes on where it stopped.
fn finish(
    settings: &PlatformSettings,
    folders: &SuccessorFolders,
    out: &mut dyn Write,
) -> JobResult {
    let Moved { said, statement, published, frozen } = change::finish(&settings.data_dir, folders)?;
    let new = said.log_key.0.name();
    let name = change::log_name(new.as_str());
    writeln!(out, "Done. {} is frozen, {new} goes on.", said.frozen_key.0.name())?;
    writeln!(
        out,
        "  1. set log_origin = \"{new}\" and [api] log_name = \"{name}\" in the settings"
    )?;
    writeln!(
        out,
        "  2. give {} (SHA-256 {}) to both custodians;",
        published.display(),
        Digest::of(statement.as_bytes())
    )?;
    writeln!(
        out,
        "     they run `heqi keys accept` on it and start again; they refuse the new log before that"
    )?;
    writeln!(
        out,
        "  3. start the platform; it writes nothing before the custodians have accepted"
    )?;
    writeln!(out, "  4. begin a new backup; keep the last one of {}", frozen.display())?;
    Ok(0)
}
