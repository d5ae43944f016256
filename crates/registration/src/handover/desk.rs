//! The device that signs: it offers the step, and says which device is the signer's.

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{
    HANDOVER_LIFETIME_MS, Handover, HandoverEnd, HandoverError, HandoverRow, Seen, State, Taken,
    code_of, newest, not_withdrawn, seal_content,
};
use crate::access;
use crate::act::Act;
use crate::capture_photo::signing_of;
use crate::ceremonies;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows;

/// A step is to be done on another device.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Offer {
    /// The signing it is for, begun on this device.
    pub signing: SigningId,
    /// The session of this device, by the hash of its secret.
    pub desk: Digest,
}

/// The link waits for a device.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Offered {
    /// When it ends.
    pub ends_at: UtcMillis,
}

/// Offers the step to another device. An earlier offer of the ceremony ends by it.
///
/// # Errors
/// See [`HandoverError`].
pub async fn offer(
    platform: &Platform,
    request: &Request,
    command: Offer,
) -> Result<Offered, HandoverError> {
    let (ceremony, filing, party) = request.actor.signer()?;
    let mut act = Act::new(platform, request, "offer_handover").await;
    loop {
        if let Some(offered) = act.earlier().await? {
            return Ok(offered);
        }
        let now = platform.now();
        let signing = signing_of(platform, request, command.signing).await?;
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        stored.content.ceremony.unfinished().map_err(heqi_filing::CaptureError::from)?;
        let live = stored.content.ceremony.challenge();
        let live = live.ok_or(heqi_filing::CaptureError::NotBegun)?;
        let accepted = live.accepts(signing.challenge, now);
        accepted.map_err(heqi_filing::CaptureError::from)?;

        let mut changes = Changeset::new();
        if let Some(earlier) = newest(platform, ceremony).await?
            && !matches!(earlier.content.state, State::Done { .. } | State::Ended { .. })
        {
            let state = State::Ended { why: HandoverEnd::Replaced, at: now };
            let content = Handover { state, ..earlier.content.clone() };
            earlier.replace(platform, &mut changes, &content, earlier.row.value.ends_at)?;
        }
        let nonce = hex::encode(platform.entropy().bytes::<16>());
        let key = access::hash_of(&code_of(platform, ceremony, &nonce));
        let ends_at = now.plus_millis(HANDOVER_LIFETIME_MS).min(signing.expires_at);
        let content = Handover {
            signing: command.signing,
            nonce,
            desk: command.desk,
            offered_at: now,
            state: State::Offered {},
        };
        let content = seal_content(platform, key, (filing, party), &content)?;
        let row = HandoverRow { ceremony, filing, party, ends_at, content };
        rows::HANDOVERS.insert(&mut changes, &key, &row).map_err(Fault::from)?;
        rows::NEWEST_HANDOVERS.put(&mut changes, &ceremony, &key).map_err(Fault::from)?;
        let offered = Offered { ends_at };
        if act.commit(changes, &offered).await?.is_some() {
            return Ok(offered);
        }
    }
}

/// Which device is the signer's.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Answer {
    /// The session of this device.
    pub desk: Digest,
    /// The number that was picked; `None`: none of them, which cancels.
    pub number: Option<u8>,
}

/// Lets the device go on whose number was picked, or ends the hand-over.
///
/// # Errors
/// See [`HandoverError`]; a wrong number ends it and is one.
pub async fn answer(
    platform: &Platform,
    request: &Request,
    command: Answer,
) -> Result<(), HandoverError> {
    let (ceremony, ..) = request.actor.signer()?;
    let mut act = Act::new(platform, request, "answer_handover").await;
    loop {
        if act.earlier::<()>().await?.is_some() {
            return Ok(());
        }
        let now = platform.now();
        let stored = newest(platform, ceremony).await?.ok_or(HandoverError::Unknown)?;
        if stored.content.desk != command.desk {
            return Err(HandoverError::OtherDevice);
        }
        stored.live(now)?;
        not_withdrawn(platform, &stored).await?;
        let ended = |why| (State::Ended { why, at: now }, stored.row.value.ends_at);
        let (state, ends_at) = match (&stored.content.state, command.number) {
            (State::Done { .. }, _) | (State::Confirmed { .. }, Some(_)) => {
                platform.backend().settled().await.map_err(Fault::from)?;
                return Ok(());
            }
            (_, None) => ended(HandoverEnd::Cancelled),
            (State::Claimed { other, number, .. }, Some(picked)) if *number == picked => {
                let signing = signing_of(platform, request, stored.content.signing).await?;
                let confirmed = Seen::of(&request.facts);
                let taken = Taken::default();
                (State::Confirmed { other: other.clone(), confirmed, taken }, signing.expires_at)
            }
            (State::Claimed { .. }, Some(_)) => ended(HandoverEnd::WrongNumber),
            (State::Offered {} | State::Ended { .. }, Some(_)) => {
                return Err(HandoverError::NobodyWaits);
            }
        };
        let wrong = matches!(state, State::Ended { why: HandoverEnd::WrongNumber, .. });
        let content = Handover { state, ..stored.content.clone() };
        let mut changes = Changeset::new();
        stored.replace(platform, &mut changes, &content, ends_at)?;
        if act.commit(changes, &()).await?.is_some() {
            return if wrong {
                Err(HandoverError::Ended(HandoverEnd::WrongNumber))
            } else {
                Ok(())
            };
        }
    }
}
