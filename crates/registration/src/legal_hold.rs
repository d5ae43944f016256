//! A legal hold over a filing: nothing of it is erased while one is in force. Placed and
//! lifted by the registration authority or the notary, each time with a reason, a record
//! and a leaf.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{FilingId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::decline::{ReasonError, reason};
use crate::erasure::rows::{HOLDS, HoldRow};
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{Actor, Request, Scope};
use crate::rows::Pair;
use crate::wording::{Told, refusals, say};

/// A hold is placed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct PlaceHold {
    /// Over what.
    pub filing: FilingId,
    /// Why: the number of the case or order. Kept sealed.
    pub reason: String,
}

/// A hold is lifted.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct LiftHold {
    /// Over what.
    pub filing: FilingId,
    /// Which: the record that placed it.
    pub hold: RecordId,
    /// Why. Kept sealed.
    pub reason: String,
}

/// It is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HoldChanged {
    /// The record of this change.
    pub record_id: RecordId,
    /// The record that placed the hold, which names it.
    pub hold_id: RecordId,
}

/// Why no hold was placed or lifted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LegalHoldError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The reason is too long.
    #[error(transparent)]
    Reason(#[from] ReasonError),
    /// There is no reason.
    #[error("a hold is placed and lifted with a reason")]
    NoReason,
    /// The filing has no such hold in force.
    #[error("the filing has no such hold in force")]
    NoSuchHold,
}

impl From<Fault> for LegalHoldError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl LegalHoldError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Reason(error) => Told::By(error),
            Self::NoReason => say(
                "hold_reason_missing",
                ["未填写理由，未作任何更改。", "请填写案号或文书号后重试。"],
                [
                    "The reason is missing; nothing was changed.",
                    "Give the number of the case or of the order.",
                ],
            )
            .is(Class::BadInput),
            Self::NoSuchHold => say(
                "hold_not_in_force",
                ["该办件没有这项生效中的保全限制。", "请核对编号，或查看办件的限制情况。"],
                [
                    "The filing has no such hold in force.",
                    "Check the number, or look at how the filing stands.",
                ],
            )
            .is(Class::Conflict),
        }
    }
}

refusals!(LegalHoldError);

/// Places a hold. The same authority may place several; each is lifted by itself.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn place_hold(
    platform: &Platform,
    request: &Request,
    command: PlaceHold,
) -> Result<HoldChanged, LegalHoldError> {
    may_hold(&request.actor)?;
    let why = reason(Some(command.reason))?.ok_or(LegalHoldError::NoReason)?;
    let mut act = Act::new(platform, request, "place_hold").await;
    loop {
        let stored = filings::load(platform, command.filing).await?;
        if let Some(changed) = act.earlier().await? {
            return Ok(changed);
        }
        let next = ledger::next_place(platform, stored.filing.chain()).await?;
        let record = record(platform, request, command.filing, None, &why)?;
        let hold_id = record.record_id();
        let answer = HoldChanged { record_id: hold_id, hold_id };
        let row = HoldRow { placed_at: next.place.recorded_at, lifted_at: None };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        HOLDS.insert(&mut changes, &Pair(command.filing, hold_id), &row).map_err(Fault::from)?;
        if act.commit(changes, &answer).await?.is_some() {
            return Ok(answer);
        }
    }
}

/// Lifts a hold.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn lift_hold(
    platform: &Platform,
    request: &Request,
    command: LiftHold,
) -> Result<HoldChanged, LegalHoldError> {
    may_hold(&request.actor)?;
    let why = reason(Some(command.reason))?.ok_or(LegalHoldError::NoReason)?;
    let key = Pair(command.filing, command.hold);
    let mut act = Act::new(platform, request, "lift_hold").await;
    loop {
        let stored = filings::load(platform, command.filing).await?;
        if let Some(changed) = act.earlier().await? {
            return Ok(changed);
        }
        let hold = HOLDS.row(platform.backend(), &key).await.map_err(Fault::from)?;
        let hold = hold.filter(|hold| hold.value.lifted_at.is_none());
        let hold = hold.ok_or(LegalHoldError::NoSuchHold)?;
        let next = ledger::next_place(platform, stored.filing.chain()).await?;
        let record = record(platform, request, command.filing, Some(command.hold), &why)?;
        let answer = HoldChanged { record_id: record.record_id(), hold_id: command.hold };
        let row = HoldRow { lifted_at: Some(next.place.recorded_at), ..hold.value };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        HOLDS.replace(&mut changes, &key, hold.version, &row).map_err(Fault::from)?;
        if act.commit(changes, &answer).await?.is_some() {
            return Ok(answer);
        }
    }
}

/// Programs of the authority and of the notary by their scope, and regulators who have signed in
/// (`crate::regulator` demands of them that a search has found the filing).
fn may_hold(actor: &Actor) -> Result<(), ActError> {
    match actor.regulator() {
        Ok(_) => Ok(()),
        Err(_) => actor.require(Scope::LegalHold),
    }
}

fn record(
    platform: &Platform,
    request: &Request,
    filing: FilingId,
    lifted: Option<RecordId>,
    why: &str,
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::LegalHold);
    draft.observed("filing", filing.to_string())?;
    if let Some(hold) = lifted {
        draft.observed("hold", hold.to_string())?;
    }
    let change = if lifted.is_some() { "lifted" } else { "placed" };
    draft
        .observed("change", change)?
        .observed("actor", request.actor.name())?
        .declared("reason", Some(why))?
        .facts(&request.facts)?
        .journalled(&request.actor, change);
    draft.seal(platform, About::filing(filing), None)
}
