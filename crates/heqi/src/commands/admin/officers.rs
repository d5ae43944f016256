//! `heqi admin create-officer`, `list-officers`, `reset-officer`: accounts of a notary's staff, made
//! on its stopped data centre. They let nobody in before a security officer has released them.

use std::io::{self, Write};
use std::path::Path;

use heqi_credentials::Password;
use heqi_notarization::staff::{CreateOfficer, accounts, create_officer, reset_officer};

use super::staff::drawn;
use crate::cli::CreateOfficerArgs;
use crate::service::notary::stopped_office;
use crate::settings::{self, NotarySettings};
use crate::{JobResult, machine};

pub(super) async fn create(args: &CreateOfficerArgs, out: &mut dyn Write) -> JobResult {
    let settings: NotarySettings = settings::load(args.service.config.as_deref())?;
    let (clock, entropy) = machine();
    let (store, office) = stopped_office(&settings, &clock, &entropy)?;
    let drawn = drawn(&*entropy);
    let command = CreateOfficer {
        login: args.login.parse()?,
        name: args.name.clone(),
        role: args.role.parse()?,
        password: Password::new(drawn.to_string())?,
    };
    let created = create_officer(&office, command).await;
    store.close()?;
    writeln!(out, "{}\n{}", created?, drawn.as_str())?;
    writeln!(
        io::stderr(),
        "The password is shown this once; a security officer lets the account in."
    )?;
    Ok(0)
}

pub(super) async fn list(config: Option<&Path>, out: &mut dyn Write) -> JobResult {
    let settings: NotarySettings = settings::load(config)?;
    let (clock, entropy) = machine();
    let (store, office) = stopped_office(&settings, &clock, &entropy)?;
    let all = accounts(&office).await;
    store.close()?;
    for account in all? {
        let state = match (account.disabled_at, account.released_at) {
            (Some(at), _) => format!("shut out {}", at.for_people()),
            (None, Some(at)) => format!("let in {}", at.for_people()),
            (None, None) => "waits for its release".to_owned(),
        };
        let created = account.created_at.for_people();
        let (id, login, role) = (account.account, account.login, account.role);
        writeln!(out, "{id}  {created}  {login}  {role}  {state}")?;
    }
    Ok(0)
}

pub(super) async fn reset(config: Option<&Path>, login: &str, out: &mut dyn Write) -> JobResult {
    let settings: NotarySettings = settings::load(config)?;
    let (clock, entropy) = machine();
    let (store, office) = stopped_office(&settings, &clock, &entropy)?;
    let drawn = drawn(&*entropy);
    let login = login.parse()?;
    let changed = reset_officer(&office, &login, Password::new(drawn.to_string())?).await;
    store.close()?;
    changed?;
    writeln!(out, "{}", drawn.as_str())?;
    writeln!(io::stderr(), "The password is shown this once; security lets the account in again.")?;
    Ok(0)
}
