//! A party objects: not signed by me, or not so. The first objection freezes the filing.

use std::fmt;
use std::str::FromStr;

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, FilingState, Party};
use heqi_vocabulary::{Digest, FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies::require_inside;
use crate::confirm::speaks_for;
use crate::decline::{ReasonError, reason};
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::messages::{self, NewMessage, Purpose};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{self, Pair};
use crate::shown::shown_sha256;
use crate::wording::{Told, refusals};

/// The party objects.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Object {
    /// The filing.
    pub filing: FilingId,
    /// The party that objects.
    pub party: PartyId,
    /// The record it objects to; `None` when to the filing as a whole.
    pub against: Option<RecordId>,
    /// On which ground.
    pub ground: Ground,
    /// In the party's words.
    pub reason: Option<String>,
}

/// On which ground a party objects.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum Ground {
    /// 非本人签署.
    NotSignedByMe,
    /// 内容与所签不符.
    ContentDiffers,
    /// 非真实意愿.
    NotMyIntent,
    /// Something else, said in the reason.
    Other,
}

impl Ground {
    /// Every ground, in the order shown to people.
    pub const ALL: [Self; 4] =
        [Self::NotSignedByMe, Self::ContentDiffers, Self::NotMyIntent, Self::Other];

    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSignedByMe => "not_signed_by_me",
            Self::ContentDiffers => "content_differs",
            Self::NotMyIntent => "not_my_intent",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Ground {
    type Err = UnknownGround;

    fn from_str(text: &str) -> Result<Self, UnknownGround> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == text).ok_or(UnknownGround)
    }
}

/// The word names no ground.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the grounds are not_signed_by_me, content_differs, not_my_intent and other")]
pub struct UnknownGround;

/// The objection is recorded and the filing frozen.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Objected {
    /// The record.
    pub record_id: RecordId,
}

/// Why the objection was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::ObjectError),
    /// The reason is too long.
    #[error(transparent)]
    Reason(#[from] ReasonError),
}

impl From<Fault> for ObjectError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl ObjectError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
            Self::Reason(error) => Told::By(error),
        }
    }
}

refusals!(ObjectError);

/// Records an objection.
///
/// # Errors
/// See [`ObjectError`].
pub async fn object(
    platform: &Platform,
    request: &Request,
    command: Object,
) -> Result<Objected, ObjectError> {
    let reason = reason(command.reason.clone())?;
    require_inside(platform, &request.actor).await?;
    let mut act = Act::new(platform, request, "object").await;
    if let Some(against) = command.against {
        let record = ledger::find(platform, against).await?;
        if record.about.filing != command.filing {
            return Err(ActError::NotFound(Thing::Record).into());
        }
    }
    loop {
        let stored = filings::load(platform, command.filing).await?;
        speaks_for(&request.actor, &stored.filing, command.party)?;
        if let Some(objected) = act.earlier().await? {
            return Ok(objected);
        }
        let mut filing = stored.filing.clone();
        let shown = shown_sha256(&filing)?;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let digest = reason.as_ref().map(|reason| Digest::of(reason.as_bytes()));
        filing.object(command.party, digest, next.place.recorded_at)?;
        let record = record(platform, request, &command, reason.as_deref(), shown)?;
        let objected = Objected { record_id: record.record_id() };

        let mut changes = Changeset::new();
        record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &filing)?;
        if !matches!(stored.filing.state(), FilingState::Frozen { .. }) {
            rows::PAUSED
                .put(&mut changes, &command.filing, &next.place.recorded_at)
                .map_err(Fault::from)?;
        }
        tell(platform, &mut changes, &stored.filing, command.party).await?;
        if act.commit(changes, &objected).await?.is_some() {
            return Ok(objected);
        }
    }
}

/// The party that objects is told that it arrived; when it is the first objection everybody else
/// is told that the filing is paused (domain study 7.3, 11.4).
async fn tell(
    platform: &Platform,
    changes: &mut Changeset,
    before: &Filing,
    objector: PartyId,
) -> Result<(), Fault> {
    let is_first = !matches!(before.state(), FilingState::Frozen { .. });
    for party in before.parties().map(Party::id).filter(|party| is_first || *party == objector) {
        let purpose =
            if party == objector { Purpose::ObjectionReceived } else { Purpose::FilingPaused };
        let whose = Pair(before.id(), party);
        let newest = rows::NEWEST_CEREMONIES.row(platform.backend(), &whose).await?;
        let message = NewMessage {
            ceremony: newest.map(|row| row.value),
            ..NewMessage::new(purpose, before.id(), party)
        };
        messages::tell(platform, changes, message).await?;
    }
    Ok(())
}

fn record(
    platform: &Platform,
    request: &Request,
    command: &Object,
    reason: Option<&str>,
    shown: Digest,
) -> Result<NewRecord, Fault> {
    let against = command.against.map_or_else(|| command.filing.to_string(), |r| r.to_string());
    let mut draft = Draft::new(platform, RecordKind::Objection);
    draft
        .observed("filing", command.filing.to_string())?
        .observed("party", command.party.to_string())?
        .declared("against", Some(&against))?
        .declared("ground", Some(command.ground.as_str()))?
        .declared("reason", reason)?
        .observed("shown_sha256", shown.to_string())?
        .facts(&request.facts)?;
    draft.seal(platform, About::party(command.filing, command.party), None)
}
