//! What follows from an objection: whoever objected takes it back, and an officer of the registry
//! decides with a reason. Every party is told (domain study 11.4).

mod view;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{
    Filing, FilingState, Grounds, OfficeKind, Party, Resolution, ResolveError, TakeBackError,
};
use heqi_vocabulary::{Digest, FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies::require_inside;
use crate::confirm::speaks_for;
use crate::decide_case::has_name_of_party;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::request::{Actor, Request, RequestFacts, StaffMember};
use crate::rows::{self, Pair};
use crate::wording::{Told, refusals, say};

pub use view::{ObjectionView, PartyInObjection, Paused, objection_view, paused_filings};

/// What the registry is to decide.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the four outcomes of domain study 11.4")]
pub enum Outcome {
    /// The objection was taken back, and the filing goes on.
    Withdrawn,
    /// The signatures of a party are void, and it signs again.
    SignAgain,
    /// The filing is over.
    End,
    /// The registry takes it up outside this platform.
    Refer,
}

/// A decision with its reason.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ResolveObjection {
    /// The filing.
    pub filing: FilingId,
    /// What follows.
    pub outcome: Outcome,
    /// Whose signatures are void, where some are.
    pub signatures_of: Option<PartyId>,
    /// Why.
    pub grounds: Grounds,
}

/// It is decided, or taken back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Resolved {
    /// The record.
    pub record_id: RecordId,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveObjectionError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] ResolveError),
    /// It was not said whose signatures are void.
    #[error("it was not said whose signatures are void")]
    WhoseSignatures,
    /// The officer takes part in the filing.
    #[error("the officer takes part in the filing")]
    Conflict,
}

impl From<Fault> for ResolveObjectionError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ResolveObjectionError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::WhoseSignatures => say(
                "objection_whose_signatures",
                ["没有说明哪一位当事人的签署作废。", "请选择签署作废的当事人后再提交。"],
                ["It was not said whose signatures are void.", "Choose the party, then decide."],
            )
            .is(Class::BadInput),
            Self::Conflict => say(
                "reviewer_takes_part",
                [
                    "您与本办件的当事人或经办人同名，可能需要回避，未作任何更改。",
                    "请交由本单位另一名工作人员办理。",
                ],
                [
                    "You have the name of a party or of the handler of this filing; nothing was changed.",
                    "Leave it to another officer of your organisation.",
                ],
            )
            .is(Class::Forbidden),
        }
    }
}

refusals!(ResolveObjectionError);

/// Why an objection was not taken back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeBackObjectionError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] TakeBackError),
}

impl From<Fault> for TakeBackObjectionError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl TakeBackObjectionError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
        }
    }
}

refusals!(TakeBackObjectionError);

/// A party takes its objection back, having come in as to sign: by the code of this visit. The
/// filing stays paused until the registry decides.
///
/// # Errors
/// See [`TakeBackObjectionError`].
pub async fn take_back_objection(
    platform: &Platform,
    request: &Request,
    (filing, party): (FilingId, PartyId),
) -> Result<Resolved, TakeBackObjectionError> {
    require_inside(platform, &request.actor).await?;
    let mut act = Act::new(platform, request, "take_back_objection").await;
    loop {
        let stored = filings::load(platform, filing).await?;
        speaks_for(&request.actor, &stored.filing, party)?;
        if let Some(resolved) = act.earlier().await? {
            return Ok(resolved);
        }
        let mut over = stored.filing.clone();
        let next = ledger::next_place(platform, over.chain()).await?;
        over.take_back_objection(party, next.place.recorded_at)?;
        let mut draft = Draft::new(platform, RecordKind::ObjectionResolved);
        draft
            .observed("filing", filing.to_string())?
            .observed("party", party.to_string())?
            .declared("outcome", Some("taken_back"))?
            .facts(&request.facts)?;
        let record = draft.seal(platform, About::party(filing, party), None)?;
        let answer = Resolved { record_id: record.record_id() };
        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &over)?;
        if act.commit(changes, &answer).await?.is_some() {
            return Ok(answer);
        }
    }
}

/// Decides what follows from the objections of a filing.
///
/// # Errors
/// See [`ResolveObjectionError`].
pub async fn resolve_objection(
    platform: &Platform,
    request: &Request,
    command: ResolveObjection,
) -> Result<Resolved, ResolveObjectionError> {
    let member = officer(platform, &request.actor)?;
    let (_, reviewer) = request.actor.reviewer()?;
    let mut act = Act::new(platform, request, "resolve_objection").await;
    loop {
        if let Some(resolved) = act.earlier().await? {
            return Ok(resolved);
        }
        let stored = filings::load(platform, command.filing).await?;
        let mut filing = stored.filing.clone();
        if has_name_of_party(platform, member, &filing).await? {
            return Err(ResolveObjectionError::Conflict);
        }
        let next = ledger::next_place(platform, filing.chain()).await?;
        let resolution = resolution(&command)?;
        filing.resolve_objection(&reviewer, resolution, next.place.recorded_at)?;
        let record = record(platform, &request.facts, member, (&command, resolution))?;
        let resolved = Resolved { record_id: record.record_id() };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        let paused = rows::PAUSED.row(platform.backend(), &command.filing).await;
        let is_over = !matches!(filing.state(), FilingState::Frozen { .. });
        if let Some(row) = paused.map_err(Fault::from)?.filter(|_| is_over) {
            rows::PAUSED.remove(&mut changes, &command.filing, row.version).map_err(Fault::from)?;
        }
        stored.replace(platform, &mut changes, &filing)?;
        crate::reminders::schedule(&mut changes, &filing)?;
        tell(platform, &mut changes, &filing).await?;
        if act.commit(changes, &resolved).await?.is_some() {
            return Ok(resolved);
        }
    }
}

fn resolution(command: &ResolveObjection) -> Result<Resolution, ResolveObjectionError> {
    Ok(match command.outcome {
        Outcome::Withdrawn => Resolution::Withdrawn {},
        Outcome::SignAgain => Resolution::SignAgain {
            party: command.signatures_of.ok_or(ResolveObjectionError::WhoseSignatures)?,
        },
        Outcome::End => {
            Resolution::End { decision: Digest::of(command.grounds.as_str().as_bytes()) }
        }
        Outcome::Refer => Resolution::Refer {},
    })
}

/// Every party is told the outcome.
async fn tell(platform: &Platform, changes: &mut Changeset, filing: &Filing) -> Result<(), Fault> {
    for party in filing.parties().map(Party::id) {
        let whose = Pair(filing.id(), party);
        let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await?;
        let message = NewMessage {
            ceremony: newest.map(|row| row.value),
            ..NewMessage::new(Purpose::ObjectionDecided, filing.id(), party)
        };
        messages::tell(platform, changes, message).await?;
    }
    Ok(())
}

/// An officer of the registration authority that reviews here; reviewers of others find nothing.
fn officer<'a>(platform: &Platform, actor: &'a Actor) -> Result<&'a StaffMember, ActError> {
    let (member, _) = actor.reviewer()?;
    let is_here = platform.settings().review_office.as_ref() == Some(&member.office);
    if is_here && member.office.kind == OfficeKind::Registry {
        Ok(member)
    } else {
        Err(ActError::NotFound(Thing::Filing))
    }
}

fn record(
    platform: &Platform,
    facts: &RequestFacts,
    member: &StaffMember,
    (command, resolution): (&ResolveObjection, Resolution),
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::ObjectionResolved);
    draft
        .observed("filing", command.filing.to_string())?
        .reviewed("outcome", resolution.code())?
        .reviewed("grounds", command.grounds.as_str())?
        .observed("office_kind", member.office.kind.code())?
        .observed("office", member.office.name.as_str())?
        .observed("officer", member.account.to_string())?
        .observed("officer_role", member.role.as_str())?
        .facts(facts)?
        .journalled_by(member, resolution.code());
    if let Resolution::SignAgain { party } = resolution {
        draft.reviewed("signatures_of", party.to_string())?;
    }
    draft.seal(platform, About::filing(command.filing), None)
}
