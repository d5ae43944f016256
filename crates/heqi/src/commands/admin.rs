//! `heqi admin`: who may call the platform's interface. The platform must be stopped: its
//! store is locked while it runs.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use heqi_registration::access::{self, ApiKeyRow, CreateApiKey, NextEnd};
use heqi_registration::{Custodian, Scope};
use heqi_service_kit::api_key::ApiKey;
use heqi_vocabulary::UtcMillis;

use crate::cli::AdminAction;
use crate::commands::keys::rotate;
use crate::service::platform::{self, OpenPlatform};
use crate::settings::{self, PlatformSettings};
use crate::{JobResult, in_runtime, machine};

mod officers;
mod staff;

/// How many keys one listing shows.
const LISTED: usize = 1_000;
/// The word inside every key that says whose it is.
const HOLDER: &str = "integrator";
const DAY_MS: i64 = 24 * 3_600_000;

pub(crate) fn run(action: &AdminAction) -> JobResult {
    in_runtime(async {
        let mut out = io::stdout();
        match action {
            AdminAction::CreateKey { service, label, scopes, custodian, days } => {
                let open = open(service.config.as_deref()).await?;
                let may = (scopes.as_slice(), custodian.as_deref());
                let created = create(&open, (label, *days), may, &mut out).await;
                open.store.close()?;
                created
            }
            AdminAction::ListKeys(service) => {
                let open = open(service.config.as_deref()).await?;
                let listed = list(&open, &mut out).await;
                open.store.close()?;
                listed
            }
            AdminAction::RotateKey { service, id, overlap_hours, days, unlimited } => {
                let settings: PlatformSettings = settings::load(service.config.as_deref())?;
                let open = open(service.config.as_deref()).await?;
                let end = match end_of(&open, *days) {
                    Some(end) => NextEnd::At(end),
                    None if *unlimited => NextEnd::Never,
                    None => NextEnd::AsBefore,
                };
                let rotated = rotate(&open, id, (*overlap_hours, end), &mut out).await;
                open.store.close()?;
                // The store is closed: the change becomes a leaf of the log.
                let (old, new) = rotated?;
                drop(open);
                let (clock, entropy) = machine();
                rotate::log_api_key(&settings.data_dir, &old, &new, *overlap_hours, clock, entropy)
                    .await?;
                Ok(0)
            }
            AdminAction::CreateStaff(args) => {
                let open = open(args.service.config.as_deref()).await?;
                let created = staff::create(&open, args, &mut out).await;
                open.store.close()?;
                created
            }
            AdminAction::ListStaff(service) => {
                let open = open(service.config.as_deref()).await?;
                let listed = staff::list(&open, &mut out).await;
                open.store.close()?;
                listed
            }
            AdminAction::StaffEvents { service, login } => {
                let open = open(service.config.as_deref()).await?;
                let listed = staff::events(&open, login, &mut out).await;
                open.store.close()?;
                listed
            }
            AdminAction::DisableStaff { service, login } => {
                let open = open(service.config.as_deref()).await?;
                let disabled = staff::disable(&open, login, &mut out).await;
                open.store.close()?;
                disabled
            }
            AdminAction::ResetStaff { service, login } => {
                let open = open(service.config.as_deref()).await?;
                let reset = staff::reset(&open, login, &mut out).await;
                open.store.close()?;
                reset
            }
            AdminAction::ChangeStaffRole { service, login, role } => {
                let open = open(service.config.as_deref()).await?;
                let changed = staff::change(&open, login, role, &mut out).await;
                open.store.close()?;
                changed
            }
            AdminAction::BindHandler { service, login } => {
                let open = open(service.config.as_deref()).await?;
                let bound = staff::bind(&open, login, &mut io::stdin().lock(), &mut out).await;
                open.store.close()?;
                bound
            }
            AdminAction::CreateOfficer(args) => officers::create(args, &mut out).await,
            AdminAction::ListOfficers(service) => {
                officers::list(service.config.as_deref(), &mut out).await
            }
            AdminAction::ResetOfficer { service, login } => {
                officers::reset(service.config.as_deref(), login, &mut out).await
            }
            AdminAction::RevokeKey { service, id } => {
                let open = open(service.config.as_deref()).await?;
                let revoked = revoke(&open, id, &mut out).await;
                open.store.close()?;
                revoked
            }
        }
    })
}

async fn open(
    config: Option<&Path>,
) -> Result<OpenPlatform, Box<dyn std::error::Error + Send + Sync>> {
    let settings: PlatformSettings = settings::load(config)?;
    let (clock, entropy) = machine();
    Ok(platform::open(&settings, &clock, &entropy).await?)
}

async fn create(
    open: &OpenPlatform,
    (label, days): (&str, Option<u16>),
    (scopes, custodian): (&[String], Option<&str>),
    out: &mut dyn Write,
) -> JobResult {
    let scopes = scopes.iter().map(|word| word.parse()).collect::<Result<BTreeSet<Scope>, _>>()?;
    let custodian = custodian.map(str::parse::<Custodian>).transpose()?;
    if scopes.contains(&Scope::CustodyReturn) != custodian.is_some() {
        return Err("the scope custody_return goes with --custodian, and nothing else does".into());
    }
    let key = ApiKey::generate(HOLDER.parse()?, open.platform.entropy());
    let hash = access::hash_of(key.expose());
    let ends_at = end_of(open, days);
    let command = CreateApiKey { label: label.to_owned(), scopes, custodian, ends_at, hash };
    let id = access::create_api_key(&open.platform, command).await?;
    writeln!(out, "{id}\n{}", key.expose())?;
    writeln!(io::stderr(), "The key is shown this once; only its hash is kept.")?;
    Ok(0)
}

async fn list(open: &OpenPlatform, out: &mut dyn Write) -> JobResult {
    for key in access::api_keys(&open.platform, LISTED).await? {
        let mut scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
        scopes.extend(key.custodian.map(Custodian::as_str));
        let state = state_of(&key, open.platform.now());
        writeln!(
            out,
            "{}  {}  {}  {state}  {}",
            key.id,
            key.created_at.for_people(),
            scopes.join(","),
            key.label
        )?;
    }
    Ok(0)
}

fn state_of(key: &ApiKeyRow, now: UtcMillis) -> String {
    match (key.revoked_at, key.ends_at) {
        (Some(at), _) => format!("revoked {}", at.for_people()),
        (None, Some(at)) if now >= at => format!("ended {}", at.for_people()),
        (None, Some(at)) => format!("valid until {}", at.for_people()),
        (None, None) => "valid".to_owned(),
    }
}

/// When a key made now for so many days ends.
fn end_of(open: &OpenPlatform, days: Option<u16>) -> Option<UtcMillis> {
    days.map(|days| open.platform.now().plus_millis(i64::from(days) * DAY_MS))
}

/// Names of the old and the new key.
async fn rotate(
    open: &OpenPlatform,
    id: &str,
    (overlap_hours, end): (u32, NextEnd),
    out: &mut dyn Write,
) -> Result<(String, String), Box<dyn std::error::Error + Send + Sync>> {
    let old = id.parse()?;
    let key = ApiKey::generate(HOLDER.parse()?, open.platform.entropy());
    let overlap_ms = i64::from(overlap_hours) * 3_600_000;
    let next = (access::hash_of(key.expose()), end);
    let new = access::rotate_api_key(&open.platform, &old, next, overlap_ms).await?;
    writeln!(out, "{new}\n{}", key.expose())?;
    writeln!(io::stderr(), "The key is shown this once. {old} ends in {overlap_hours} hours.")?;
    Ok((old.to_string(), new.to_string()))
}

async fn revoke(open: &OpenPlatform, id: &str, out: &mut dyn Write) -> JobResult {
    let id = id.parse()?;
    access::revoke_api_key(&open.platform, &id).await?;
    writeln!(out, "{id} lets nobody in any more")?;
    Ok(0)
}
