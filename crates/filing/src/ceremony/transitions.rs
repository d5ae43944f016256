//! What can happen to a ceremony. Each either happens whole or changes nothing.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};

use heqi_vocabulary::{Digest, UtcMillis};

use super::{
    BeginError, CaptureError, CapturedPhoto, Ceremony, CeremonyState, ChallengeRefusal,
    CompleteError, Completion, ConsentError, ExpireError, Finished, Invitation, InviteError,
    IssuedChallenge, NewChallenge, OpenError, TakenActions,
};
use crate::consent::{ConsentAnswer, ConsentKind, ConsentText, Decision};
use crate::document::DocumentRef;
use crate::entry::Entry;
use crate::filing::Filing;
use crate::timer;
use crate::words::ObjectRef;

impl Ceremony {
    /// Invites a party to sign what it has not signed.
    pub fn invite(
        invitation: Invitation,
        filing: &Filing,
        now: UtcMillis,
    ) -> Result<Self, InviteError> {
        filing.open_for_signing()?;
        let party = filing.party(invitation.party).ok_or(InviteError::UnknownParty)?;
        if !party.is_signer() {
            return Err(InviteError::HandlerNeverSigns);
        }
        if filing.documents_to_sign(party.id()).is_empty() {
            return Err(InviteError::NothingToSign);
        }
        Ok(Self {
            id: invitation.id,
            filing: filing.id(),
            party: party.id(),
            capacities: party.signing_capacities(),
            token_hash: invitation.token_hash,
            expires_at: timer::link_expires_at(now),
            consents: BTreeMap::new(),
            state: CeremonyState::Invited { since: now },
            entry: Entry::default(),
            stand_in: None,
        })
    }

    /// The signer came. Opening again changes nothing.
    pub fn open(&mut self, now: UtcMillis) -> Result<(), OpenError> {
        self.unfinished()?;
        if !self.link_works(now) {
            return Err(OpenError::LinkExpired);
        }
        if matches!(self.state, CeremonyState::Invited { .. }) {
            self.state = CeremonyState::Opened { since: now };
        }
        Ok(())
    }

    /// The signer answers one consent; `text` is the digest of the text shown. The last
    /// answer counts. A changed answer voids the live challenge, which binds the answers.
    pub fn consent(
        &mut self,
        kind: ConsentKind,
        text: Digest,
        decision: Decision,
        now: UtcMillis,
    ) -> Result<(), ConsentError> {
        self.unfinished()?;
        if !self.link_works(now) {
            return Err(ConsentError::LinkExpired);
        }
        if ConsentText::by_digest(kind, &text).is_none() {
            return Err(ConsentError::UnknownText);
        }
        let same = |given: &ConsentAnswer| given.decision == decision && given.text == text;
        if self.consents.get(&kind).is_some_and(same) {
            return Ok(());
        }
        self.consents.insert(kind, ConsentAnswer { decision, text, at: now });
        if !matches!(self.state, CeremonyState::Opened { .. }) {
            self.state = CeremonyState::Opened { since: now };
        }
        Ok(())
    }

    /// Whether a challenge may be issued now, and for which documents. Asked before the
    /// caller builds a preimage and has a certificate made.
    pub fn ready_to_begin(
        &self,
        filing: &Filing,
        now: UtcMillis,
    ) -> Result<Vec<DocumentRef>, BeginError> {
        self.unfinished()?;
        if !self.link_works(now) {
            return Err(BeginError::LinkExpired);
        }
        if filing.id() != self.filing {
            return Err(BeginError::AnotherFiling);
        }
        filing.open_for_signing()?;
        for kind in ConsentKind::ALL.into_iter().filter(|kind| kind.is_required()) {
            match self.consents.get(&kind).map(|answer| answer.decision) {
                Some(Decision::Granted) => {}
                Some(Decision::Refused) => return Err(BeginError::ConsentRefused { kind }),
                None => return Err(BeginError::ConsentMissing { kind }),
            }
        }
        let documents = filing.documents_to_sign(self.party);
        if documents.is_empty() { Err(BeginError::NothingToSign) } else { Ok(documents) }
    }

    /// Issues a challenge. An earlier one, and its photo, can no longer be used.
    pub fn begin(
        &mut self,
        new: NewChallenge,
        filing: &Filing,
        now: UtcMillis,
    ) -> Result<(), BeginError> {
        if self.ready_to_begin(filing, now)? != new.documents {
            return Err(BeginError::DocumentChanged);
        }
        let challenge = IssuedChallenge {
            challenge: new.challenge,
            preimage: new.preimage,
            device_key: new.device_key,
            certificate: new.certificate,
            documents: new.documents,
            issued_at: now,
            expires_at: timer::challenge_expires_at(now),
        };
        self.state = CeremonyState::Challenged { challenge };
        Ok(())
    }

    /// Takes the photo for the live challenge, with what was taken of the actions asked for. Another
    /// one before signing replaces both; how many there were is kept.
    pub fn capture(
        &mut self,
        challenge: Digest,
        sha256: Digest,
        object: ObjectRef,
        size_bytes: NonZeroU64,
        actions: Option<TakenActions>,
        now: UtcMillis,
    ) -> Result<(), CaptureError> {
        self.unfinished()?;
        let live = self.challenge().ok_or(CaptureError::NotBegun)?;
        live.accepts(challenge, now)?;
        if !self.has_granted(ConsentKind::Face) {
            return Err(CaptureError::FaceConsentMissing);
        }
        let live = live.clone();
        let taken = self.photo().map_or(NonZeroU32::MIN, |before| before.taken.saturating_add(1));
        let photo = CapturedPhoto { sha256, object, size_bytes, received_at: now, taken, actions };
        self.state = CeremonyState::Captured { challenge: live, photo };
        Ok(())
    }

    /// Completes the signing: ceremony and filing move together, or neither does. That
    /// the signature is by the device key of this challenge is the caller's to verify.
    pub fn complete(
        &mut self,
        completion: Completion,
        filing: &mut Filing,
        now: UtcMillis,
    ) -> Result<(), CompleteError> {
        self.unfinished()?;
        if filing.id() != self.filing {
            return Err(CompleteError::AnotherFiling);
        }
        let live = self.challenge().ok_or(CompleteError::NotBegun)?;
        live.accepts(completion.challenge, now)?;
        match (self.photo(), completion.photo) {
            (Some(photo), signed) if Some(photo.sha256) == signed => {}
            (Some(_), _) => return Err(CompleteError::PhotoMismatch),
            (None, None) if self.stand_in_at(live.issued_at).is_some() => {}
            (None, _) => return Err(CompleteError::PhotoMissing),
        }
        let Completion { signing, record, voucher, review, .. } = completion;
        filing.record_signing(self.party, &live.documents, (signing, review), now)?;
        self.state = CeremonyState::Signed { signing, record, voucher, at: now };
        Ok(())
    }

    /// The party declines to sign.
    pub fn decline(
        &mut self,
        reason_digest: Option<Digest>,
        now: UtcMillis,
    ) -> Result<(), Finished> {
        self.unfinished()?;
        self.state = CeremonyState::Declined { at: now, reason_digest };
        Ok(())
    }

    /// Ends a ceremony whose link has ended; one with a challenge under way only when
    /// that has ended too.
    pub fn expire(&mut self, now: UtcMillis) -> Result<(), ExpireError> {
        self.unfinished()?;
        if self.due().is_some_and(|due| now < due.at) {
            return Err(ExpireError::NotDue);
        }
        self.state = CeremonyState::Expired { at: now };
        Ok(())
    }

    /// The handler took the party out, and the invitation with it, whether it waits, was declined or
    /// has expired. What was signed is not taken back.
    pub fn withdraw(&mut self, now: UtcMillis) -> Result<(), Finished> {
        if matches!(self.state, CeremonyState::Signed { .. }) {
            return Err(Finished::Signed);
        }
        self.state = CeremonyState::Withdrawn { at: now };
        Ok(())
    }

    /// Refuses once it is over.
    ///
    /// # Errors
    /// How it ended.
    pub const fn unfinished(&self) -> Result<(), Finished> {
        match self.state {
            CeremonyState::Signed { .. } => Err(Finished::Signed),
            CeremonyState::Declined { .. } => Err(Finished::Declined),
            CeremonyState::Expired { .. } => Err(Finished::Expired),
            CeremonyState::Withdrawn { .. } => Err(Finished::Withdrawn),
            _ => Ok(()),
        }
    }

    pub(super) fn link_works(&self, now: UtcMillis) -> bool {
        now < self.expires_at
    }
}

impl IssuedChallenge {
    /// Whether this is the challenge that can be answered now.
    ///
    /// # Errors
    /// It is another one, or its time is over.
    pub fn accepts(&self, challenge: Digest, now: UtcMillis) -> Result<(), ChallengeRefusal> {
        if challenge != self.challenge {
            return Err(ChallengeRefusal::NotThisOne);
        }
        if now >= self.expires_at { Err(ChallengeRefusal::Expired) } else { Ok(()) }
    }
}
