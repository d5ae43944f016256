//! Hands a step of a signing over to another device of the signer: a PC without a camera shows a
//! QR code, a phone takes the photo, and if wanted the handwriting, for the signing under way at
//! the PC. The key that signs stays on the PC; the phone gets nothing but this step.
//!
//! Whoever photographs the QR code gains nothing: a link is claimed once, the phone that claimed
//! it shows a number, and before the signer has picked this very number among three on the PC the
//! phone can do nothing. A wrong pick ends the hand-over. See ADR 0029.
//!
//! - [`offer`], [`desk_view`], [`answer`]: by the device that signs
//! - [`claim`], [`other_view`], [`take_photo`], [`take_strokes`], [`take_facts`], [`finish`]: by
//!   the other one

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::access;
use crate::ceremonies;
use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::RequestFacts;
use crate::rows;

mod claim;
mod desk;
mod error;
mod steps;
mod view;

pub use claim::claim;
pub use desk::{Answer, Offer, Offered, answer, offer};
pub use error::{HandoverEnd, HandoverError};
pub use steps::{DeviceSaid, finish, photo_for_desk, take_facts, take_photo, take_strokes};
pub use view::{DeskStand, DeskView, OtherStand, OtherView, desk_view, other_view};

/// How long the link waits for a device, and the device for its number, in milliseconds.
pub const HANDOVER_LIFETIME_MS: i64 = 5 * 60_000;

/// A hand-over as it is kept: whose it is in clear, everything else sealed for the party.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandoverRow {
    pub(crate) ceremony: CeremonyId,
    pub(crate) filing: FilingId,
    pub(crate) party: PartyId,
    /// When it ends if nothing happens any more.
    pub(crate) ends_at: UtcMillis,
    pub(crate) content: Sealed<Handover>,
}

/// What a hand-over is about and how far it has come.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handover {
    pub(super) signing: SigningId,
    /// What its link is made from, with a secret of the platform.
    pub(super) nonce: String,
    /// The session of the device that signs.
    pub(super) desk: Digest,
    pub(super) offered_at: UtcMillis,
    pub(super) state: State,
}

/// How far it has come.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "status", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum State {
    /// The link waits for a device.
    Offered {},
    /// A device has the link and shows `number`; the signer is to pick it among `choices`.
    Claimed { other: Other, number: u8, choices: [u8; 3] },
    /// The signer picked the number: the device takes what is wanted.
    Confirmed { other: Other, confirmed: Seen, taken: Taken },
    /// It has taken everything.
    Done { other: Other, taken: Taken },
    /// It ended without that.
    Ended { why: HandoverEnd, at: UtcMillis },
}

/// The device that took the link.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    /// Its session.
    pub(super) session: Digest,
    pub(super) seen: Seen,
}

/// What the server saw of a request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    pub(super) address: String,
    pub(super) forwarded_for: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) at: UtcMillis,
}

impl Seen {
    pub(super) fn of(facts: &RequestFacts) -> Self {
        Self {
            address: facts.client_address.to_string(),
            forwarded_for: RequestFacts::kept(facts.forwarded_for.as_ref()),
            user_agent: RequestFacts::kept(facts.user_agent.as_ref()),
            at: facts.received_at,
        }
    }
}

/// What the other device has taken.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Taken {
    pub(super) photo: Option<Digest>,
    pub(super) strokes: Option<Digest>,
    pub(super) said: Option<DeviceSaid>,
}

/// A hand-over with the version to expect when replacing it.
pub(super) struct StoredHandover {
    pub(super) key: Digest,
    pub(super) row: Stored<HandoverRow>,
    pub(super) content: Handover,
}

impl StoredHandover {
    /// Refuses one that is over; what is left to be done stands in the state.
    pub(super) fn live(&self, now: UtcMillis) -> Result<(), HandoverError> {
        match self.content.state {
            State::Ended { why, .. } => Err(HandoverError::Ended(why)),
            State::Done { .. } => Ok(()),
            _ if now >= self.row.value.ends_at => Err(HandoverError::Ended(HandoverEnd::Expired)),
            _ => Ok(()),
        }
    }

    /// Writes `content` in the place of what was read.
    pub(super) fn replace(
        &self,
        platform: &Platform,
        changes: &mut Changeset,
        content: &Handover,
        ends_at: UtcMillis,
    ) -> Result<(), Fault> {
        let row = seal(platform, self.key, &self.row.value, content, ends_at)?;
        Ok(rows::HANDOVERS.replace(changes, &self.key, self.row.version, &row)?)
    }
}

/// The hand-over under this key, if there is one.
pub(super) async fn load(
    platform: &Platform,
    key: Digest,
) -> Result<Option<StoredHandover>, Fault> {
    let Some(row) = rows::HANDOVERS.row(platform.backend(), &key).await? else { return Ok(None) };
    let place = rows::HANDOVERS.key(&key)?;
    let content = row.value.content.open(platform.backend().vault(), place.as_bytes())?;
    Ok(Some(StoredHandover { key, row, content }))
}

/// Refuses once the party was taken out of the filing: neither device is shown anything or does anything more.
pub(super) async fn not_withdrawn(
    platform: &Platform,
    stored: &StoredHandover,
) -> Result<(), ActError> {
    ceremonies::load(platform, stored.row.value.ceremony).await?.not_withdrawn()
}

/// The newest hand-over of a ceremony, if there is one.
pub(super) async fn newest(
    platform: &Platform,
    ceremony: CeremonyId,
) -> Result<Option<StoredHandover>, ActError> {
    let row = rows::NEWEST_HANDOVERS.row(platform.backend(), &ceremony).await;
    let Some(key) = row.map_err(Fault::from)?.map(|row| row.value) else { return Ok(None) };
    Ok(load(platform, key).await?)
}

/// The row of a hand-over of `whose`.
pub(super) fn seal(
    platform: &Platform,
    key: Digest,
    whose: &HandoverRow,
    content: &Handover,
    ends_at: UtcMillis,
) -> Result<HandoverRow, Fault> {
    let sealed = seal_content(platform, key, (whose.filing, whose.party), content)?;
    Ok(HandoverRow { ends_at, content: sealed, ..whose.clone() })
}

pub(super) fn seal_content(
    platform: &Platform,
    key: Digest,
    (filing, party): (FilingId, PartyId),
    content: &Handover,
) -> Result<Sealed<Handover>, Fault> {
    let data_key = data_key(platform, filing, Some(party), Sealing::Ceremony)?;
    let place = rows::HANDOVERS.key(&key)?;
    let sealed = Sealed::seal(&data_key, place.as_bytes(), content, platform.entropy());
    sealed.map_err(Fault::broken)
}

/// The code of the link: derived, so that it is kept nowhere.
pub(super) fn code_of(platform: &Platform, ceremony: CeremonyId, nonce: &str) -> String {
    access::handover_link(platform, ceremony, nonce)
}
