//! How a hand-over stands, as each of the two devices sees it.

use heqi_filing::{Action, frame_mark};
use heqi_vocabulary::{Digest, SigningId, UtcMillis};

use super::{HandoverEnd, HandoverError, State, code_of, load, newest, not_withdrawn};
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::platform::Platform;
use crate::request::Actor;
use crate::rows;

/// A hand-over as the device sees it that signs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeskView {
    /// The signing it is for.
    pub signing: SigningId,
    /// The code of the link, for the QR code.
    pub code: String,
    /// How it stands.
    pub stand: DeskStand,
    /// When it ends if nothing happens any more.
    pub ends_at: UtcMillis,
}

/// How a hand-over stands at the device that signs.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every page must decide about each")]
pub enum DeskStand {
    /// The QR code waits.
    Offered,
    /// A device has it: which of these does the phone show?
    Claimed {
        /// The numbers, in order.
        choices: [u8; 3],
    },
    /// The phone takes what is wanted.
    Confirmed {
        /// Whether there is a photo.
        has_photo: bool,
    },
    /// Everything is there.
    Done {
        /// The photo.
        photo: Digest,
        /// Where it came from, as the phone says.
        source: String,
        /// The handwriting, if the phone took it.
        strokes: Option<Digest>,
    },
    /// It ended without that.
    Ended(HandoverEnd),
}

/// Shows the newest hand-over of the signer's ceremony to the device that offered it.
///
/// # Errors
/// See [`HandoverError`].
pub async fn desk_view(
    platform: &Platform,
    actor: &Actor,
    desk: Digest,
) -> Result<DeskView, HandoverError> {
    let (ceremony, ..) = actor.signer()?;
    let stored = newest(platform, ceremony).await?.ok_or(HandoverError::Unknown)?;
    if stored.content.desk != desk {
        return Err(HandoverError::OtherDevice);
    }
    let live = stored.live(platform.now());
    if live.is_ok() {
        not_withdrawn(platform, &stored).await?;
    }
    let stand = match (live, &stored.content.state) {
        (Err(HandoverError::Ended(why)), _) => DeskStand::Ended(why),
        (Err(error), _) => return Err(error),
        (Ok(()), State::Offered {}) => DeskStand::Offered,
        (Ok(()), State::Claimed { choices, .. }) => DeskStand::Claimed { choices: *choices },
        (Ok(()), State::Confirmed { taken, .. }) => {
            DeskStand::Confirmed { has_photo: taken.photo.is_some() }
        }
        (Ok(()), State::Done { taken, .. }) => DeskStand::Done {
            photo: taken.photo.ok_or(HandoverError::PhotoMissing)?,
            source: taken.said.as_ref().map(|said| said.source.clone()).unwrap_or_default(),
            strokes: taken.strokes,
        },
        (Ok(()), State::Ended { why, .. }) => DeskStand::Ended(*why),
    };
    Ok(DeskView {
        signing: stored.content.signing,
        code: code_of(platform, ceremony, &stored.content.nonce),
        stand,
        ends_at: stored.row.value.ends_at,
    })
}

/// A hand-over as the other device sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OtherView {
    /// The signing it is for.
    pub signing: SigningId,
    /// How it stands.
    pub stand: OtherStand,
    /// When it ends if nothing happens any more.
    pub ends_at: UtcMillis,
}

/// How a hand-over stands at the other device.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every page must decide about each")]
pub enum OtherStand {
    /// This number is to be picked at the PC.
    Waits {
        /// The number.
        number: u8,
    },
    /// The photo is wanted.
    Photo {
        /// What is asked of the signer before the camera, in order.
        actions: Vec<Action>,
        /// What the page draws into each frame of it.
        mark: String,
    },
    /// The name may be written here, or at the PC.
    Drawing {
        /// The name to be written.
        name: String,
    },
    /// Its part is done.
    Done,
    /// It ended without that.
    Ended(HandoverEnd),
}

/// Shows a hand-over to the device that claimed it. Nobody's name stands in it before the
/// signer has picked the number.
///
/// # Errors
/// See [`HandoverError`].
pub async fn other_view(
    platform: &Platform,
    key: Digest,
    session: Digest,
) -> Result<OtherView, HandoverError> {
    let stored = load(platform, key).await?.ok_or(HandoverError::Unknown)?;
    let is_other = |state: &State| match state {
        State::Claimed { other, .. }
        | State::Confirmed { other, .. }
        | State::Done { other, .. } => other.session == session,
        // How it ended may be told to whoever had a part in it.
        State::Offered {} | State::Ended { .. } => true,
    };
    if !is_other(&stored.content.state) {
        return Err(HandoverError::OtherDevice);
    }
    let live = stored.live(platform.now());
    if live.is_ok() {
        not_withdrawn(platform, &stored).await?;
    }
    let stand = match (live, &stored.content.state) {
        (Err(HandoverError::Ended(why)), _) => OtherStand::Ended(why),
        (Err(error), _) => return Err(error),
        (Ok(()), State::Claimed { number, .. }) => OtherStand::Waits { number: *number },
        (Ok(()), State::Confirmed { taken, .. }) if taken.said.is_some() => {
            let row = &stored.row.value;
            let filing = filings::load(platform, row.filing).await?.filing;
            let party = filing.party(row.party).ok_or(ActError::NotFound(Thing::Party))?;
            OtherStand::Drawing { name: party.who().acting_person().as_str().to_owned() }
        }
        (Ok(()), State::Confirmed { .. }) => photo(platform, stored.content.signing).await?,
        (Ok(()), State::Done { .. }) => OtherStand::Done,
        (Ok(()), State::Ended { why, .. }) => OtherStand::Ended(*why),
        (Ok(()), State::Offered {}) => return Err(HandoverError::Unknown),
    };
    Ok(OtherView { signing: stored.content.signing, stand, ends_at: stored.row.value.ends_at })
}

/// A photo, with the actions that the challenge asks for.
async fn photo(platform: &Platform, signing: SigningId) -> Result<OtherStand, HandoverError> {
    let row = rows::SIGNINGS.row(platform.backend(), &signing).await.map_err(Fault::from)?;
    let row = row.ok_or(ActError::NotFound(Thing::Signing))?.value;
    let actions = Action::asked_by(&row.challenge, row.actions);
    Ok(OtherStand::Photo { actions, mark: frame_mark(&row.challenge) })
}
