//! The course of the demo, from nothing to everything running.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use heqi_evidence_store::durable_file::Disk;
use heqi_service_kit::client_address::TrustedProxies;
use heqi_service_kit::edge::Edge;
use heqi_service_kit::lifecycle::TaskGroup;
use heqi_service_kit::listener::Listener;
use heqi_service_kit::metrics::Metrics;
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use heqi_vocabulary::Language;
use tokio::net::TcpListener;
use tokio::sync::RwLock;
use tokio::task::JoinSet;

use super::cast::{Contact, Member, SIGNERS};
use super::catcher::{self, Catcher};
use super::certificate;
use super::guide::{self, Exported, INVITED, OlderShown, Page, Shown, SignerShown};
use super::manifest::{Credential, Manifest, OnTheNetwork};
use super::officers::Officer;
use super::older::{self, Older};
use super::providers::Provider;
use super::seed::Seed;
use super::story::Story;
use super::{DemoError, Report, verify_file};
use crate::cli::DemoArgs;
use crate::client::device::Device;
use crate::client::messages::{EntryView, Receipt};
use crate::client::{CallError, Caller};
use crate::photo;
use crate::world::addresses::Addresses;
use crate::world::claimed::Claimed;
use crate::world::lan::Lan;
use crate::world::{Catching, World, WorldError};

/// How long both custodians may take before the demo gives up.
const DEPOSIT_DEADLINE_S: u64 = 60;
const WAIT_MS: u64 = 20_000;

/// Runs the demo. Gives the exit status: 0, or what `verify` said with `--once`.
pub(crate) async fn run(
    args: &DemoArgs,
    language: Language,
    out: &mut (dyn Write + Send),
) -> Result<u8, DemoError> {
    let story = Story::new(language, args.json);
    story.open(out).map_err(DemoError::Output)?;
    let addresses = addresses(args)?;
    let inbox = addresses.listen(&addresses.inbox).map_err(WorldError::Listen)?;
    let mail = TcpListener::bind(&addresses.smtp).await;
    let mail = mail.map_err(|error| DemoError::World(WorldError::Server(error)))?;
    let smtp_port = mail.local_addr().map_or(0, |address| address.port());
    let provider = Provider::take_up(&args.data_dir, &SystemEntropy).map_err(WorldError::from)?;
    // Only the platform asks it.
    let asked = Listener::bind(&addresses.providers).map_err(WorldError::Listen)?;
    let catching = Catching {
        providing: provider.providing(&asked.url()),
        sms_url: format!("{}{}", addresses.url(&inbox).trim_end_matches('/'), catcher::SMS_PATH),
        sms_tls: addresses.lan.as_ref().map(Lan::peer),
        smtp_port,
    };
    let claimed = Box::pin(Claimed::claim(&args.data_dir, &addresses, &catching)).await?;
    // Not before the folder is ours: another demo may be running in it.
    Manifest::remove(&args.data_dir)?;
    let secret = claimed.gateway_secret()?;
    let mut officers = claimed.officers().await?;
    officers.extend(claimed.notary_officers().await?);
    let mut world = Box::pin(claimed.start()).await?;
    let mut answering = TaskGroup::new();
    let server = provider.serve(asked, world.shared_clock(), edge(&world));
    answering.spawn_server("identity provider", server.map_err(WorldError::Server)?);
    let catcher = Catcher::new(secret, world.shared_clock());
    // Truly the older one: it is opened before the other.
    let older = older::open(&args.data_dir, &world.integrator).await;
    let seed = Seed::take_up(&args.data_dir, &world.integrator).await?;
    let (shown, pages) =
        open_pages(&world, args, &addresses, &seed, (inbox, mail, &catcher), &officers)?;
    let services = [
        ("平台", "platform", world.platform_url.as_str()),
        ("公证处数据中心", "notary data centre", world.notary_url.as_str()),
        ("实时保", "preservation", world.preservation_url.as_str()),
        ("时间戳（测试）", "time stamps (test)", world.time_authority_url.as_str()),
        ("导览", "guide", shown.guide_url.as_str()),
    ];
    story.running(out, &services).map_err(DemoError::Output)?;

    if let Some(lan) = &addresses.lan {
        story.on_the_network(out, lan, &shown.guide_url).map_err(DemoError::Output)?;
    }

    until_witnessed(&world).await?;
    let seed = seed.caught_up(&args.data_dir, &world.anonymous).await?;
    let signing = sign(&world, &args.data_dir, seed, args.once, (&shown, &catcher), &story, out);
    let acting = older::act_out(older, &world, &args.data_dir, &catcher);
    let (seed, older) = tokio::join!(Box::pin(signing), Box::pin(acting));
    let mut manifest = export(&world, args, &seed?, &shown).await?;
    // Everything else of the demo stands without it; a visitor can go on by hand.
    let applicant = older.as_ref().and_then(Older::applicant);
    let issued = certificate::issue(&world, &args.data_dir, applicant, &shown, &mut manifest);
    if let Err(error) = Box::pin(issued).await {
        tracing::error!(%error, "the demo's certificate was not issued");
    }
    *shown.older.write().await = older.as_ref().map(|_| OlderShown::of(&manifest));
    manifest.older_filing = older.as_ref().map(Older::listed);
    manifest.lan = addresses.lan.as_ref().map(OnTheNetwork::of);
    manifest.write(&args.data_dir)?;
    let exit = if args.once {
        let (bundle, anchors) = (&manifest.bundle_path, &manifest.anchors_path);
        if args.json {
            let mut verdict = Vec::new();
            let exit = verify_file(bundle, anchors, Report::Json(language), &mut verdict)?;
            story.verified(out, &verdict)?;
            exit
        } else {
            verify_file(bundle, anchors, Report::Text(language), out)?
        }
    } else {
        let path = args.data_dir.join(super::manifest::FILE).display().to_string();
        story.ready(out, &shown.guide_url, &path).map_err(DemoError::Output)?;
        let stop = heqi_service_kit::lifecycle::signal();
        let _ = stop.await;
        0
    };
    answering.trigger().request();
    pages.trigger().request();
    pages.run_until(async {}, Duration::from_secs(3)).await;
    answering.run_until(async {}, Duration::from_secs(3)).await;
    world.stop().await;
    Ok(exit)
}

/// Where everything listens: as asked, and to the network if asked.
fn addresses(args: &DemoArgs) -> Result<Addresses, DemoError> {
    let addresses = Addresses::after(&args.listen)?;
    if !args.lan {
        return Ok(addresses);
    }
    Ok(addresses.served_to(Lan::take_up(&args.data_dir, &SystemClock)?))
}

/// Waits until the notary has checked the log once: a challenge made before could not
/// prove *not before*.
async fn until_witnessed(world: &World) -> Result<(), DemoError> {
    let path = format!("{}/checkpoint", World::log_path());
    let deadline = Instant::now() + Duration::from_secs(DEPOSIT_DEADLINE_S);
    while let Err(error) = world.anonymous.get_bytes(&path).await {
        if Instant::now() > deadline {
            return Err(error.into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

fn edge(world: &World) -> Data<Edge> {
    Data::new(Edge::new(world.shared_entropy(), TrustedProxies::default(), &Metrics::default()))
}

fn open_pages(
    world: &World,
    args: &DemoArgs,
    addresses: &Addresses,
    seed: &Seed,
    (inbox, mail, catcher): (Listener, TcpListener, &Catcher),
    officers: &[Officer],
) -> Result<(Shown, TaskGroup), DemoError> {
    let guide = addresses.listen(&addresses.guide).map_err(WorldError::Listen)?;
    let signers = SIGNERS
        .iter()
        .zip(&seed.signers)
        .map(|(member, seeded)| SignerShown {
            name: member.name.to_owned(),
            city_zh: member.city_zh,
            city_en: member.city_en,
            deposited: None,
            steps: INVITED,
            credential: seeded.token.clone(),
            link: seeded.link.clone(),
            token: seeded.record_id.is_none().then(|| seeded.token.clone()),
        })
        .collect();
    let shown = Shown {
        platform: world.anonymous.clone(),
        notary: Caller::new(world.http(), &world.notary_url, None),
        platform_url: world.platform_url.clone(),
        notary_url: world.notary_url.clone(),
        inbox_url: addresses.url(&inbox),
        smtp: mail.local_addr().map_or_else(|_| String::new(), |address| address.to_string()),
        guide_url: addresses.url(&guide),
        log_path: World::log_path(),
        notary_log_path: World::notary_log_path(),
        number: seed.number.clone(),
        data_dir: args.data_dir.clone(),
        signers: Arc::new(RwLock::new(signers)),
        exported: Arc::new(RwLock::new(None)),
        older: Arc::new(RwLock::new(None)),
        tray: catcher.tray.clone(),
        officers: officers.to_vec(),
        http: world.http(),
        world: world.clone(),
    };
    let edge = edge(world);
    let mut pages = TaskGroup::new();
    for (name, listener, page) in [("guide", guide, Page::Guide), ("inbox", inbox, Page::Inbox)] {
        let server = guide::serve(listener, page, shown.clone(), (edge.clone(), catcher.clone()))
            .map_err(|e| DemoError::World(WorldError::Server(e)))?;
        pages.spawn_server(name, server);
    }
    catcher.take_mail(mail, &mut pages);
    Ok((shown, pages))
}

/// Lets everybody sign who has not, side by side, and tells how each deposit comes along.
async fn sign(
    world: &World,
    data_dir: &std::path::Path,
    mut seed: Seed,
    everybody: bool,
    (shown, catcher): (&Shown, &Catcher),
    story: &Story,
    out: &mut (dyn Write + Send),
) -> Result<Seed, DemoError> {
    let visitor = SIGNERS.len() - 1;
    let mut signing = JoinSet::new();
    for (place, signer) in seed.signers.iter().enumerate() {
        if signer.record_id.is_none() && place == visitor && !everybody {
            continue;
        }
        let (world, signer, catcher) = (world.clone(), signer.clone(), catcher.clone());
        signing.spawn(async move {
            let Some(member) = SIGNERS.get(place) else {
                return Err(CallError::Form {
                    path: String::new(),
                    detail: "no such signer".into(),
                });
            };
            let caller = world.anonymous.with_token(&signer.token);
            let done = match signer.record_id {
                Some(record_id) => Signed { record_id, at: Instant::now() },
                None => perform(&world, member, &caller, &catcher).await?,
            };
            let receipt = until_whole(&caller, done.record_id).await?;
            Ok::<_, CallError>((place, receipt, done.at.elapsed()))
        });
    }
    while let Some(done) = signing.join_next().await {
        let (place, receipt, took) = done.map_err(|e| DemoError::Bundle(e.to_string()))??;
        if !receipt.is_whole() {
            return Err(DemoError::NotDeposited(DEPOSIT_DEADLINE_S));
        }
        let (held, of) = (receipt.deposited.held, receipt.deposited.of);
        if let (Some(member), Some(signer)) = (SIGNERS.get(place), seed.signers.get_mut(place)) {
            signer.record_id = Some(receipt.record_id);
            story.deposited(out, member, held, of, took).map_err(DemoError::Output)?;
        }
        if let Some(signer) = shown.signers.write().await.get_mut(place) {
            signer.deposited = Some((held, of));
            signer.token = None;
        }
        seed.remember(data_dir)?;
    }
    if let (Some(member), Some(signer)) = (SIGNERS.get(visitor), seed.signers.get(visitor))
        && signer.record_id.is_none()
    {
        story.waiting(out, member).map_err(DemoError::Output)?;
    }
    Ok(seed)
}

struct Signed {
    record_id: heqi_vocabulary::RecordId,
    at: Instant,
}

async fn perform(
    world: &World,
    member: &Member,
    caller: &Caller,
    catcher: &Catcher,
) -> Result<Signed, CallError> {
    let clock = world.clock();
    let device = Device { caller: caller.clone(), clock, entropy: world.entropy() };
    enter(&device, member, catcher).await?;
    let face = photo::with_comment(photo::SIMULATED_FACE, world.entropy());
    let receipt = device.sign(&member.position(), face).await?;
    Ok(Signed { record_id: receipt.record_id, at: Instant::now() })
}

/// Lets a signer in who is not in yet: an earlier start may have been interrupted behind the door.
pub(super) async fn enter(
    device: &Device<'_>,
    member: &Member,
    catcher: &Catcher,
) -> Result<(), CallError> {
    let door: EntryView = device.caller.get("/api/v1/ceremony/entry").await?;
    match member.contact {
        Some(contact) if door.step != "inside" => come_in(device, contact, catcher).await,
        _ => Ok(()),
    }
}

/// Lets somebody in by the code that is sent.
async fn come_in(
    device: &Device<'_>,
    contact: Contact,
    catcher: &Catcher,
) -> Result<(), CallError> {
    device.ask_for_code().await?;
    let code = catcher.code_for(contact.address()).await.ok_or_else(|| CallError::Form {
        path: String::new(),
        detail: "no code has arrived".into(),
    })?;
    device.come_in(&code, contact.last_four()).await
}

/// Waits until whoever can vouch for a record does, a time authority among them.
pub(super) async fn until_whole(
    caller: &Caller,
    record_id: heqi_vocabulary::RecordId,
) -> Result<Receipt, CallError> {
    let path = format!(
        "/api/v1/receipts/{record_id}?wait=witnessed,mirrored,deposited,timestamped&timeout_ms={WAIT_MS}"
    );
    let deadline = Instant::now() + Duration::from_secs(DEPOSIT_DEADLINE_S);
    loop {
        let receipt: Receipt = caller.get(&path).await?;
        if receipt.is_whole() || Instant::now() > deadline {
            return Ok(receipt);
        }
    }
}

/// Downloads the first signer's bundle and the notary's anchors, as anybody could.
async fn export(
    world: &World,
    args: &DemoArgs,
    seed: &Seed,
    shown: &Shown,
) -> Result<Manifest, DemoError> {
    let found = seed.signers.iter().find_map(|s| Some((s, s.record_id?)));
    let (signer, record_id) = found.ok_or_else(|| DemoError::Bundle("nobody has signed".into()))?;
    let caller = world.anonymous.with_token(&signer.token);
    let bundle = caller.get_bytes(&format!("/api/v1/records/{record_id}/bundle")).await?;
    let anchors = shown.notary.get_bytes("/anchors.json").await?;
    let folder =
        std::path::absolute(&args.data_dir).map_err(|e| DemoError::file(&args.data_dir, e))?;
    let (bundle_path, anchors_path) = (folder.join("demo.heqi.zip"), folder.join("anchors.json"));
    let disk = Disk::default();
    for (path, bytes) in [(&bundle_path, &bundle), (&anchors_path, &anchors)] {
        disk.write_atomic(path, &[bytes]).map_err(|e| DemoError::file(path, e))?;
    }
    *shown.exported.write().await =
        Some(Exported { bundle: bundle.to_vec(), anchors: anchors.to_vec() });
    let mut credentials = vec![Credential {
        role: "integrator".into(),
        url: world.platform_url.clone(),
        kind: "api_key".into(),
        value: world.integrator_key(),
    }];
    credentials.extend(seed.signers.iter().map(|signer| Credential {
        role: signer.role.clone(),
        url: world.platform_url.clone(),
        kind: "signer_token".into(),
        value: signer.token.clone(),
    }));
    Ok(Manifest {
        state: "ready".into(),
        guide_url: shown.guide_url.clone(),
        platform_url: world.platform_url.clone(),
        notary_url: world.notary_url.clone(),
        preservation_url: world.preservation_url.clone(),
        time_authority_url: world.time_authority_url.clone(),
        inbox_url: shown.inbox_url.clone(),
        regulator_url: format!("{}/regulator", world.platform_url),
        officers: shown.officers.clone(),
        smtp: shown.smtp.clone(),
        log_url: format!("{}{}", world.platform_url, World::log_path()),
        log_vkey: world.keys.log.to_string(),
        witness_vkey: world.keys.witness.to_string(),
        mirror_vkey: world.keys.mirror.to_string(),
        notary_log_url: format!("{}{}", world.notary_url, World::notary_log_path()),
        notary_log_vkey: world.keys.notary_log.to_string(),
        platform_witness_vkey: world.keys.platform_witness.to_string(),
        anchors_path,
        bundle_path,
        filing_id: seed.filing_id.to_string(),
        older_filing: None,
        credentials,
        certificate_path: None,
        certificate_check_url: None,
        seal_root_path: PathBuf::new(),
        tsa_url: world.time_authority_url.clone(),
        tsa_root_path: PathBuf::new(),
        lan: None,
    })
}
