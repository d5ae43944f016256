//! `heqi recover`: what the platform lost, taken back from the notary. The platform must be stopped.

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
    let pool = open.tls.data_centre.clone();
    let url = &settings.data_centre.url;
    let origin = open.platform.origin();
    let notary = NotaryClient::new(pool.clone(), url, None);
    let mirror = notary.mirrored_log(origin);
    let head = mirror.checkpoint().await?.ok_or("the notary's mirror holds nothing of this log")?;
    let witnessed = notary.witness().latest(origin).await?;
    let mirrored = head.checkpoint().size();
    if let Some(witnessed) = witnessed.map(|head| head.checkpoint().size())
        && witnessed > mirrored
    {
        return Err(format!(
            "the notary cosigned {witnessed} entries of this log and its mirror holds {mirrored}: the rest cannot be \
             made again, so this log must not go on under its name"
        )
        .into());
    }
    let from = recovery::first_missing(&open.platform);
    writeln!(out, "this store holds {from} entries of {origin}, the notary's mirror {mirrored}")?;
    let entries = entries(&mirror, from, mirrored).await?;
    let key = crate::keys::read_secret(&args.key)?;
    let custodian = RecoveryClient::new(pool, url, Bearer::new(key.trim_end()));
    let deposits = custodian.deposits_of(&entries).await?;
    let given = GivenBack { head: head.clone(), entries, deposits };
    let taken = take_back(&open.platform, &given).await?;
    note_cosigned_head(&open.platform, &head).await?;
    report(&taken, &head, out)?;
    Ok(0)
}

fn report(
    taken: &recovery::TakenBack,
    head: &SignedCheckpoint,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{} entries appended, {} of them with their record; the log is the one the notary cosigned: {} entries, root {}",
        taken.entries,
        taken.records,
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
        writeln!(out, "{}  {}", orphan.index, orphan.root)?;
    }
    Ok(0)
}
