//! Security and audit: which accounts a security officer lets in and shuts out, and what both see
//! of accounts. An organisation's own security officers keep its accounts; where it has none, those
//! of the operator do.

use std::collections::BTreeMap;

use heqi_credentials::EventBy;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_filing::{DeclaredName, Office, OfficeKind};
use heqi_vocabulary::StaffId;

use super::account::{AccountEvent, events_of};
use super::rows::{AccountStanding, StaffRow};
use super::{StaffError, StaffEvent, StaffView, change, load, open, replaced, view_of};
use crate::act::Attempts;
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::{Actor, StaffMember, StaffRole};
use crate::rows::{STAFF, STAFF_TURNS};

type Account = (StaffId, Stored<StaffRow>);

async fn all(platform: &Platform) -> Result<Vec<Account>, Fault> {
    Ok(STAFF.scan(platform.backend(), "", None, usize::MAX).await?)
}

/// The security officers who can let in and shut out this account of `office`: never its own.
fn keepers(all: &[Account], account: StaffId, office: &Office) -> Vec<StaffId> {
    let (mut own, mut of_operator) = (Vec::new(), Vec::new());
    for (one, row) in all {
        let row = &row.value;
        let is_in = !row.waits && row.disabled_at.is_none();
        if *one == account || row.role != StaffRole::Security || !is_in {
            continue;
        }
        if row.office == *office {
            own.push(*one);
        } else if row.office.kind == OfficeKind::Operator {
            of_operator.push(*one);
        }
    }
    if own.is_empty() { of_operator } else { own }
}

/// Whether an account that was made, reset or given this role waits until it is released. Only a
/// security officer whom nobody could release does not.
pub(super) async fn must_wait(
    platform: &Platform,
    account: StaffId,
    (office, role): (&Office, StaffRole),
) -> Result<bool, Fault> {
    let is_security = role == StaffRole::Security;
    Ok(!is_security || !keepers(&all(platform).await?, account, office).is_empty())
}

/// Demands that nobody be security officer or auditor and anything else in the same organisation,
/// nor the same twice: two accounts of one security officer would let each other in. Those of the
/// operator keep and read the accounts of others as well, so they are nothing else anywhere. People
/// are told apart by their names, as they were given when the account was made, with whatever dot.
pub(super) async fn expect_apart(
    platform: &Platform,
    account: StaffId,
    (office, role): (&Office, StaffRole),
    name: &str,
) -> Result<(), StaffError> {
    let own = DeclaredName::try_from(name.to_owned()).ok();
    for (other, stored) in all(platform).await? {
        let row = &stored.value;
        let is_beside = other != account && row.disabled_at.is_none();
        let is_one_too_many = if row.office == *office {
            row.role.is_duty() || role.is_duty()
        } else {
            is_everywhere(&row.office, row.role) || is_everywhere(office, role)
        };
        if !(is_beside && is_one_too_many) {
            continue;
        }
        let theirs = open(platform, other, row)?;
        if own.as_ref().map_or(theirs.name == name, |own| own.is_same_as(&theirs.name)) {
            return Err(StaffError::DutiesApart);
        }
    }
    Ok(())
}

/// Whether a duty reaches beyond its own organisation.
fn is_everywhere(office: &Office, role: StaffRole) -> bool {
    office.kind == OfficeKind::Operator && role.is_duty()
}

/// Lets an account in as the security officer has `seen` it: security alone, and never its own.
/// What is looked at here is the row that is replaced, and other accounts are looked at in turn, so nothing changes
/// in between.
///
/// # Errors
/// [`StaffError::NotSecurity`] for everybody else, [`StaffError::Changed`] where the account is
/// another one now; see [`StaffError`].
pub async fn release_staff(
    platform: &Platform,
    actor: &Actor,
    account: StaffId,
    seen: AccountStanding,
) -> Result<(), StaffError> {
    let member = security(actor)?;
    let mut attempts = Attempts::default();
    loop {
        let turn = STAFF_TURNS.next(platform.backend()).await.map_err(Fault::from)?;
        let Stored { version, value: mut row } = load(platform, account).await?;
        let by = keeper(platform, member, (account, &row.office)).await?;
        if row.standing != seen {
            return Err(StaffError::Changed);
        }
        // While it was shut out, the person may have been given another one.
        let name = open(platform, account, &row)?.name.clone();
        expect_apart(platform, account, (&row.office, row.role), &name).await?;
        row.waits = false;
        row.disabled_at = None;
        let released = (StaffEvent::Released, by);
        let mut changes = Changeset::new();
        turn.take(&mut changes).map_err(Fault::from)?;
        let attempt = (&mut attempts, changes);
        if replaced(platform, attempt, (account, version), row, released).await? {
            return Ok(());
        }
    }
}

/// Shuts an account out and ends its sessions: security alone, and never its own.
///
/// # Errors
/// [`StaffError::NotSecurity`] for everybody else; see [`StaffError`].
pub async fn shut_out_staff(
    platform: &Platform,
    actor: &Actor,
    account: StaffId,
) -> Result<(), StaffError> {
    let member = security(actor)?;
    let row = load(platform, account).await?.value;
    let by = keeper(platform, member, (account, &row.office)).await?;
    if platform.settings().kept_in.contains(row.login.as_str()) {
        return Err(StaffError::KeptIn);
    }
    change(platform, account, (StaffEvent::Disabled, by), |row, _, now| {
        row.disabled_at.get_or_insert(now);
        row.sessions_from = now;
    })
    .await
}

fn security(actor: &Actor) -> Result<&StaffMember, StaffError> {
    actor.on_duty(StaffRole::Security).map_err(|_| StaffError::NotSecurity)
}

/// The security officer who asks, if it keeps this account of `office`.
async fn keeper(
    platform: &Platform,
    member: &StaffMember,
    (account, office): (StaffId, &Office),
) -> Result<EventBy, StaffError> {
    if keepers(&all(platform).await?, account, office).contains(&member.account) {
        Ok(EventBy::Officer { account: member.account })
    } else {
        Err(StaffError::NotSecurity)
    }
}

/// An account as security or audit sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SeenAccount {
    /// The account.
    pub view: StaffView,
    /// The newest of what happened to it, oldest first.
    pub events: Vec<AccountEvent>,
    /// How much happened before that.
    pub earlier: u64,
    /// Whether whoever looks can let it in and shut it out.
    pub may_change: bool,
}

/// The accounts a security officer keeps, and its organisation's; for an auditor those of the
/// organisation, and for one of the operator all of them. Of the events of each the `newest` so many
/// are read: each way in is one, and years of them stay.
///
/// # Errors
/// Whoever asks has neither duty, or the store could not be read.
pub async fn accounts_seen(
    platform: &Platform,
    actor: &Actor,
    newest: usize,
) -> Result<Vec<SeenAccount>, ActError> {
    let audits = actor.on_duty(StaffRole::Auditor);
    let is_auditor = audits.is_ok();
    let member = audits.or_else(|_| actor.on_duty(StaffRole::Security))?;
    let all = all(platform).await?;
    let newest = u64::try_from(newest).unwrap_or(u64::MAX);
    let mut seen = Vec::new();
    for (account, row) in &all {
        let office = &row.value.office;
        let may_change = !is_auditor && keepers(&all, *account, office).contains(&member.account);
        let is_own = *office == member.office;
        if may_change || is_own || (is_auditor && member.office.kind == OfficeKind::Operator) {
            let earlier = row.value.events.saturating_sub(newest);
            let after = (earlier > 0).then_some(earlier);
            let events = events_of(platform, *account, after).await?;
            let view = view_of((*account, row.clone()));
            seen.push(SeenAccount { view, events, earlier, may_change });
        }
    }
    Ok(seen)
}

/// How many accounts there are of each of both duties that come in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct OnDuty {
    /// Security officers.
    pub security: u64,
    /// Auditors.
    pub auditors: u64,
}

/// Counts security officers and auditors whom nothing keeps out. Numbers only: whoever operates the platform sees
/// whether the duties are filled.
///
/// # Errors
/// The store could not be read.
pub async fn on_duty(platform: &Platform) -> Result<OnDuty, Fault> {
    let mut counted = OnDuty::default();
    for (_, row) in all(platform).await? {
        let row = row.value;
        if row.waits || row.disabled_at.is_some() {
            continue;
        }
        match row.role {
            StaffRole::Security => counted.security += 1,
            StaffRole::Auditor => counted.auditors += 1,
            _ => {}
        }
    }
    Ok(counted)
}

/// What is typed to come in with each account: so are accounts called where somebody reads who did
/// what.
///
/// # Errors
/// The store could not be read.
pub async fn logins(platform: &Platform) -> Result<BTreeMap<StaffId, String>, Fault> {
    let all = all(platform).await?;
    Ok(all.into_iter().map(|(account, row)| (account, row.value.login.to_string())).collect())
}

/// Notes that a day of the journal is taken as a file, by this account.
pub(crate) async fn note_taken(platform: &Platform, account: StaffId) -> Result<(), StaffError> {
    let taken = (StaffEvent::JournalTaken, EventBy::Officer { account });
    change(platform, account, taken, |_, _, _| {}).await
}
