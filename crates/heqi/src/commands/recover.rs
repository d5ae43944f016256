//! `heqi recover`: what one organisation lost, taken back from the other. Whoever lost it must be stopped.

mod change;
mod notary;
mod successor;

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use heqi_notary_protocol::NotaryClient;
use heqi_notary_protocol::http::Bearer;
use heqi_notary_protocol::recovery::{RecoveryClient, entries};
use heqi_registration::deposit_queue::note_cosigned_head;
use heqi_registration::recovery::{self, GivenBack, take_back};
use heqi_tlog::checkpoint::SignedCheckpoint;

use crate::cli::{RecoverAction, RecoverArgs, ServiceArgs};
use crate::keys::succession;
use crate::service::platform::{self, OpenPlatform};
use crate::settings::{self, PlatformSettings};
use crate::{JobResult, in_runtime, machine};

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Orphans listed at once, at most.
const LISTED: usize = 100_000;

pub(crate) fn run(action: &RecoverAction) -> JobResult {
    in_runtime(async {
        let mut out = io::stdout();
        match action {
            RecoverAction::FromNotary(args) => from_notary(args, &mut out).await,
            RecoverAction::Successor(args) => successor::run(args, &mut out).await,
            RecoverAction::Notary(args) => notary::run(args, &mut out).await,
            RecoverAction::Orphans(args) => orphans(args, &mut out).await,
        }
    })
}

async fn open(config: Option<&Path>) -> Fallible<(PlatformSettings, OpenPlatform)> {
    let settings: PlatformSettings = settings::load(config)?;
    let (clock, entropy) = machine();
    let open = platform::open(&settings, &clock, &entropy).await?;
    Ok((settings, open))
}

async fn from_notary(args: &RecoverArgs, out: &mut dyn Write) -> JobResult {
    let (settings, open) = open(args.service.config.as_deref()).await?;
    let taken = take(args, &settings, &open, out).await;
    open.store.close()?;
    taken
}

async fn take(
    args: &RecoverArgs,
    settings: &PlatformSettings,
    open: &OpenPlatform,
    out: &mut dyn Write,
) -> JobResult {
    let url = &settings.data_centre.url;
    let notary = NotaryClient::new(open.tls.data_centre.clone(), url, None);
    let origin = open.platform.origin();
    let head = notary.mirrored_log(origin).checkpoint().await?;
    let mirrored = head.map_or(0, |head| head.checkpoint().size());
    let left = recovery::first_missing(&open.platform).max(mirrored);
    let witnessed = notary.witness().latest(origin).await?;
    if let Some(witnessed) = witnessed.map(|head| head.checkpoint().size())
        && witnessed > left
    {
        return Err(format!(
            "the notary cosigned {witnessed} entries of this log, its mirror holds {mirrored}: the rest cannot be made \
             again, so this log must not go on under its name. `heqi recover successor` freezes it and opens another"
        )
        .into());
    }
    if !take_back_what_is_mirrored(args, settings, open, out).await? {
        return Err("the notary's mirror holds nothing of this log".into());
    }
    Ok(0)
}

/// Appends what the mirror holds and our store does not. Whether the mirror holds anything.
async fn take_back_what_is_mirrored(
    args: &RecoverArgs,
    settings: &PlatformSettings,
    open: &OpenPlatform,
    out: &mut dyn Write,
) -> Fallible<bool> {
    let pool = open.tls.data_centre.clone();
    let url = &settings.data_centre.url;
    let origin = open.platform.origin();
    let mirror = NotaryClient::new(pool.clone(), url, None).mirrored_log(origin);
    let Some(head) = mirror.checkpoint().await? else { return Ok(false) };
    let (from, mirrored) = (recovery::first_missing(&open.platform), head.checkpoint().size());
    writeln!(out, "this store holds {from} entries of {origin}, the notary's mirror {mirrored}")?;
    if from > mirrored {
        return Ok(true);
    }
    let entries = entries(&mirror, from, mirrored).await?;
    let key = crate::keys::read_secret(&args.key)?;
    let custodian = RecoveryClient::new(pool, url, Bearer::new(key.trim_end()));
    let deposits = custodian.deposits_of(&entries).await?;
    let statements = succession::own_statements(&settings.data_dir.join("keys"))?;
    let given = GivenBack { head: head.clone(), entries, deposits, statements };
    let taken = take_back(&open.platform, &given).await?;
    note_cosigned_head(&open.platform, &head).await?;
    report(&taken, &head, out)?;
    Ok(true)
}

fn report(
    taken: &recovery::TakenBack,
    head: &SignedCheckpoint,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{} entries appended, {} of them with their record and {} statements about keys; the log is the one that the \
         notary's mirror holds: {} entries, root {}",
        taken.entries,
        taken.records,
        taken.statements,
        head.checkpoint().size(),
        head.checkpoint().root()
    )?;
    if !taken.orphans.is_empty() {
        writeln!(
            out,
            "{} entries came back without their record: `heqi recover orphans` lists them",
            taken.orphans.len()
        )?;
    }
    writeln!(
        out,
        "  Not in deposits, so not made again: invitations and ceremonies under way, filings opened since the backup, \
         API keys, idempotency keys. Ask whoever had not signed to begin again."
    )
}

async fn orphans(args: &ServiceArgs, out: &mut dyn Write) -> JobResult {
    let (_, open) = open(args.config.as_deref()).await?;
    let listed = recovery::orphans(&open.platform, LISTED).await;
    open.store.close()?;
    for orphan in listed? {
        let lost = if orphan.has_record { "" } else { "  record lost" };
        let recovery::Orphan { index, root, .. } = orphan.orphan;
        writeln!(out, "{}  {index}  {root}{lost}", orphan.log_origin)?;
    }
    Ok(0)
}
