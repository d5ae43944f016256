//! One party's visit to sign: from the invitation to the signature, a refusal or the end
//! of the link. A ceremony is in exactly one state, and the state holds exactly what
//! exists then: no photo without a live challenge, no signature without both.

mod action;
mod refusal;
mod stand_in;
#[cfg(test)]
mod tests;
mod transitions;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroU64};

use heqi_vocabulary::{
    CeremonyId, Digest, FilingId, PartyId, RecordId, SigningId, UtcMillis, VoucherNo,
};
use serde::{Deserialize, Serialize};

use crate::consent::{ConsentAnswer, ConsentKind, Decision};
use crate::document::DocumentRef;
use crate::entry::Entry;
use crate::party::Capacity;
use crate::review::ReviewNeed;
use crate::timer::{Due, Timer};
use crate::words::ObjectRef;

pub use action::{Action, ActionResult, MAX_ACTIONS, TakenAction, TakenActions, frame_mark};
pub use refusal::{
    BeginError, CaptureError, ChallengeRefusal, CompleteError, ConsentError, ExpireError, Finished,
    InviteError, OpenError, StandInError,
};
pub use stand_in::{STAND_IN_FOR_MS, StandIn};

/// How far a ceremony has come.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "every caller must decide anew when a state is added")]
pub enum CeremonyState {
    /// The link was made; nobody has used it.
    Invited {
        /// When.
        since: UtcMillis,
    },
    /// The signer is here and answers the consents.
    Opened {
        /// When the signer came, or when a changed consent voided the challenge.
        since: UtcMillis,
    },
    /// A challenge waits for the photo.
    Challenged {
        /// The only challenge that can be signed.
        challenge: IssuedChallenge,
    },
    /// The photo is there; the signature may come.
    Captured {
        /// The only challenge that can be signed.
        challenge: IssuedChallenge,
        /// The photo that will be part of the evidence.
        photo: CapturedPhoto,
    },
    /// Signed, finally.
    Signed {
        /// The signing.
        signing: SigningId,
        /// The evidence record of it.
        record: RecordId,
        /// Its number for people 签署凭证号.
        voucher: VoucherNo,
        /// When it was completed.
        at: UtcMillis,
    },
    /// The party declined to sign, finally; a new invitation is a new ceremony.
    Declined {
        /// When.
        at: UtcMillis,
        /// Digest of the reason given, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_digest: Option<Digest>,
    },
    /// The link ended unused, finally; a new invitation is a new ceremony.
    Expired {
        /// When.
        at: UtcMillis,
    },
    /// The handler took the party out of the filing, finally.
    Withdrawn {
        /// When.
        at: UtcMillis,
    },
}

/// A challenge given to the signer's device, and what it binds (formats, "challenge").
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IssuedChallenge {
    /// The challenge itself.
    pub challenge: Digest,
    /// SHA-256 of the preimage's bytes, which are kept elsewhere.
    pub preimage: Digest,
    /// SHA-256 of the device key's SPKI.
    pub device_key: Digest,
    /// SHA-256 of the certificate issued for that key.
    pub certificate: Digest,
    /// The documents to be signed, as they were at this moment.
    pub documents: Vec<DocumentRef>,
    /// When it was issued.
    pub issued_at: UtcMillis,
    /// From this instant on it cannot be signed.
    pub expires_at: UtcMillis,
}

/// A challenge about to be issued. Its preimage names the instant of issue and
/// [`crate::timer::challenge_expires_at`] of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct NewChallenge {
    /// The challenge itself.
    pub challenge: Digest,
    /// SHA-256 of the preimage's bytes.
    pub preimage: Digest,
    /// SHA-256 of the device key's SPKI.
    pub device_key: Digest,
    /// SHA-256 of the certificate issued for that key.
    pub certificate: Digest,
    /// The documents the preimage names: those of [`Ceremony::ready_to_begin`].
    pub documents: Vec<DocumentRef>,
}

/// The photo taken for a challenge. The last one before signing counts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CapturedPhoto {
    /// SHA-256 of the bytes received.
    pub sha256: Digest,
    /// Where the store keeps them.
    pub object: ObjectRef,
    /// Number of bytes received.
    pub size_bytes: NonZeroU64,
    /// When it was received.
    pub received_at: UtcMillis,
    /// How many photos this challenge has seen, this one included.
    pub taken: NonZeroU32,
    /// What was taken of the actions that the challenge asked for; nothing where it asked for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<TakenActions>,
}

impl CapturedPhoto {
    /// Where the store keeps it, and the frames taken with it: what becomes of one becomes of both.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        let frames = self.actions.as_ref().and_then(|actions| actions.frames.as_ref());
        std::iter::once(&self.object).chain(frames)
    }
}

/// Who is invited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Invitation {
    /// A fresh identifier.
    pub id: CeremonyId,
    /// The party that is to sign.
    pub party: PartyId,
    /// SHA-256 of the single-purpose token in the link; the token itself is kept nowhere.
    pub token_hash: Digest,
}

/// What completes a ceremony, once the caller has verified the signer's envelope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Completion {
    /// The challenge that was signed.
    pub challenge: Digest,
    /// Digest of the photo the signer's device bound into the signature; `None` when it bound
    /// none, because a person looks instead.
    pub photo: Option<Digest>,
    /// A fresh identifier of the signing.
    pub signing: SigningId,
    /// The evidence record that is committed together with this.
    pub record: RecordId,
    /// A fresh number for people.
    pub voucher: VoucherNo,
    /// Whether a person must look at who signed before the filing is confirmed.
    pub review: ReviewNeed,
}

/// One party's visit to sign everything it still has to sign, in all its capacities.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ceremony {
    id: CeremonyId,
    filing: FilingId,
    party: PartyId,
    capacities: BTreeSet<Capacity>,
    token_hash: Digest,
    expires_at: UtcMillis,
    consents: BTreeMap<ConsentKind, ConsentAnswer>,
    state: CeremonyState,
    #[serde(default)]
    entry: Entry,
    /// What stands in for a photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stand_in: Option<StandIn>,
}

/// What a ceremony is and holds.
impl Ceremony {
    /// Its identifier.
    pub const fn id(&self) -> CeremonyId {
        self.id
    }

    /// The filing it belongs to.
    pub const fn filing(&self) -> FilingId {
        self.filing
    }

    /// The party that signs.
    pub const fn party(&self) -> PartyId {
        self.party
    }

    /// The capacities it signs in; never the handler's.
    pub const fn capacities(&self) -> &BTreeSet<Capacity> {
        &self.capacities
    }

    /// SHA-256 of the token that opens it.
    pub const fn token_hash(&self) -> Digest {
        self.token_hash
    }

    /// When its link ends.
    pub const fn expires_at(&self) -> UtcMillis {
        self.expires_at
    }

    /// The latest answer to each consent asked.
    pub const fn consents(&self) -> &BTreeMap<ConsentKind, ConsentAnswer> {
        &self.consents
    }

    /// Whether this was consented to; no answer is a no.
    pub fn has_granted(&self, kind: ConsentKind) -> bool {
        self.consents.get(&kind).is_some_and(|answer| answer.decision == Decision::Granted)
    }

    /// What it asks at its door, and what has passed.
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The same, to be changed by its own rules.
    pub const fn entry_mut(&mut self) -> &mut Entry {
        &mut self.entry
    }

    /// Makes the door ask for these; before anybody came.
    #[must_use]
    pub fn with_entry(mut self, entry: Entry) -> Self {
        self.entry = entry;
        self
    }

    /// How far it has come.
    pub const fn state(&self) -> &CeremonyState {
        &self.state
    }

    /// Whether it ended: signed, declined, expired or withdrawn.
    pub const fn is_over(&self) -> bool {
        matches!(
            self.state,
            CeremonyState::Signed { .. }
                | CeremonyState::Declined { .. }
                | CeremonyState::Expired { .. }
                | CeremonyState::Withdrawn { .. }
        )
    }

    /// The challenge that can be signed, if one was issued.
    pub const fn challenge(&self) -> Option<&IssuedChallenge> {
        match &self.state {
            CeremonyState::Challenged { challenge } | CeremonyState::Captured { challenge, .. } => {
                Some(challenge)
            }
            _ => None,
        }
    }

    /// The photo that counts, if one was taken.
    pub const fn photo(&self) -> Option<&CapturedPhoto> {
        match &self.state {
            CeremonyState::Captured { photo, .. } => Some(photo),
            _ => None,
        }
    }

    /// What falls due while it stands as it does.
    pub fn due(&self) -> Option<Due> {
        self.unfinished().ok()?;
        let last = self.challenge().map_or(self.expires_at, |c| c.expires_at.max(self.expires_at));
        Some(Due { at: last, timer: Timer::LinkExpiry })
    }
}
