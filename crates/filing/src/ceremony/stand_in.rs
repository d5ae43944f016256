//! What stands in for a photo: a person looks instead of a machine, with the same result (domain
//! study 0.3; 人脸识别技术应用安全管理办法 art. 10).
//!
//! It is there *before* the challenge: taking it voids one that was issued. So every challenge that
//! can be answered binds the record of it, and the signer's own signature does with that.

use heqi_vocabulary::{Digest, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{Ceremony, CeremonyState, StandInError};
use crate::consent::ConsentKind;
use crate::words::ObjectRef;

/// How long a challenge may be issued after somebody was seen: two hours, in milliseconds. Long
/// enough to read everything at the counter (edge case 15), short enough to be the same visit.
pub const STAND_IN_FOR_MS: i64 = 2 * 3_600_000;

/// What stands in for a photo.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "every caller must decide anew about another way")]
pub enum StandIn {
    /// The signer read the statement aloud; a reviewer watches it after the signing.
    Video {
        /// The record that says so.
        record: RecordId,
        /// SHA-256 of the video's exact bytes.
        sha256: Digest,
        /// Where the store keeps them.
        object: ObjectRef,
        /// When it was received.
        at: UtcMillis,
    },
    /// An officer saw person and card together, at the counter.
    Counter {
        /// The record that says so.
        record: RecordId,
        /// When.
        at: UtcMillis,
    },
}

impl StandIn {
    /// The record that says so.
    pub const fn record(&self) -> RecordId {
        match self {
            Self::Video { record, .. } | Self::Counter { record, .. } => *record,
        }
    }

    /// When.
    pub const fn at(&self) -> UtcMillis {
        match self {
            Self::Video { at, .. } | Self::Counter { at, .. } => *at,
        }
    }
}

impl Ceremony {
    /// The last thing that was taken instead of a photo, whether or not it still counts.
    pub const fn stand_in(&self) -> Option<&StandIn> {
        self.stand_in.as_ref()
    }

    /// Where the store keeps the video, if there is one.
    pub const fn video_object(&self) -> Option<&ObjectRef> {
        match &self.stand_in {
            Some(StandIn::Video { object, .. }) => Some(object),
            _ => None,
        }
    }

    /// Gives up a video that no signature rests on: nothing was signed, or a photo was taken after
    /// all. Gives where it is kept.
    pub fn give_up_video(&mut self) -> Option<ObjectRef> {
        let is_signed = matches!(self.state, CeremonyState::Signed { .. });
        if is_signed && self.photo().is_none() {
            return None;
        }
        let object = self.video_object().cloned()?;
        self.stand_in = None;
        Some(object)
    }

    /// What counts instead of a photo for a challenge issued at this instant.
    pub fn stand_in_at(&self, issued_at: UtcMillis) -> Option<&StandIn> {
        self.stand_in.as_ref().filter(|stand_in| {
            let age_ms = issued_at.millis_since(stand_in.at());
            let is_agreed = match stand_in {
                StandIn::Video { .. } => self.has_granted(ConsentKind::VideoReview),
                StandIn::Counter { .. } => true,
            };
            is_agreed && age_ms < STAND_IN_FOR_MS
        })
    }

    /// Takes what stands in for a photo; the last one counts. A challenge issued before does not
    /// bind it and is void, and a photo taken for it.
    ///
    /// # Errors
    /// See [`StandInError`].
    pub fn take_stand_in(&mut self, stand_in: StandIn, now: UtcMillis) -> Result<(), StandInError> {
        self.unfinished()?;
        if !self.link_works(now) {
            return Err(StandInError::LinkExpired);
        }
        let is_video = matches!(stand_in, StandIn::Video { .. });
        if is_video && !self.has_granted(ConsentKind::VideoReview) {
            return Err(StandInError::VideoConsentMissing);
        }
        self.stand_in = Some(stand_in);
        if self.challenge().is_some() {
            self.state = CeremonyState::Opened { since: now };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::Decision;
    use crate::samples::{answer, at, begin, completion, invited, object, signing};
    use crate::{CompleteError, Completion};

    fn video(minute: i64) -> StandIn {
        StandIn::Video {
            record: RecordId::from_bytes([4; 16]),
            sha256: Digest::of(b"video"),
            object: object(4),
            at: at(minute),
        }
    }

    /// Everything agreed to but face information and the position.
    fn without_face(filing: &crate::Filing) -> Ceremony {
        let mut ceremony = invited(filing, 1, at(2));
        ceremony.open(at(2)).unwrap();
        for kind in ConsentKind::ASKED {
            let decision = if kind.is_required() { Decision::Granted } else { Decision::Refused };
            answer(&mut ceremony, kind, decision, at(2)).unwrap();
        }
        ceremony
    }

    fn without_photo() -> Completion {
        Completion { photo: None, ..completion(1, "first", "none") }
    }

    #[test]
    fn who_refuses_face_information_signs_after_a_video_or_after_being_seen() {
        for counter in [false, true] {
            let mut filing = signing(1);
            let mut ceremony = without_face(&filing);
            let stand_in = if counter {
                StandIn::Counter { record: RecordId::from_bytes([4; 16]), at: at(3) }
            } else {
                let refused = ceremony.take_stand_in(video(3), at(3));
                assert_eq!(refused, Err(StandInError::VideoConsentMissing));
                answer(&mut ceremony, ConsentKind::VideoReview, Decision::Granted, at(3)).unwrap();
                video(3)
            };
            ceremony.take_stand_in(stand_in.clone(), at(3)).unwrap();
            assert_eq!(ceremony.stand_in(), Some(&stand_in));
            begin(&mut ceremony, &filing, "first", at(4)).unwrap();
            // A photo that nobody took is not claimed.
            let claims = completion(1, "first", "none");
            let refused = ceremony.complete(claims, &mut filing, at(5));
            assert_eq!(refused, Err(CompleteError::PhotoMissing));
            ceremony.complete(without_photo(), &mut filing, at(5)).unwrap();
        }
    }

    #[test]
    fn what_came_after_the_challenge_too_long_before_or_without_consent_does_not_count() {
        let filing = signing(1);
        let mut ceremony = without_face(&filing);
        answer(&mut ceremony, ConsentKind::VideoReview, Decision::Granted, at(3)).unwrap();
        let refused = |ceremony: &mut Ceremony, minute| {
            ceremony.complete(without_photo(), &mut filing.clone(), at(minute)).unwrap_err()
        };
        begin(&mut ceremony, &filing, "first", at(4)).unwrap();
        assert_eq!(refused(&mut ceremony, 5), CompleteError::PhotoMissing);
        ceremony.take_stand_in(video(5), at(5)).unwrap();
        assert_eq!(refused(&mut ceremony, 6), CompleteError::NotBegun, "not bound by it");
        begin(&mut ceremony, &filing, "first", at(5 + 120)).unwrap();
        assert_eq!(refused(&mut ceremony, 126), CompleteError::PhotoMissing, "too long ago");
        ceremony.take_stand_in(video(126), at(126)).unwrap();
        begin(&mut ceremony, &filing, "first", at(127)).unwrap();
        let mut withdrawn = ceremony.clone();
        answer(&mut withdrawn, ConsentKind::VideoReview, Decision::Refused, at(128)).unwrap();
        begin(&mut withdrawn, &filing, "first", at(128)).unwrap();
        assert_eq!(refused(&mut withdrawn, 129), CompleteError::PhotoMissing);
        ceremony.complete(without_photo(), &mut filing.clone(), at(129)).unwrap();
    }

    /// Edge case 15: two hours at the counter are the same visit.
    #[test]
    fn somebody_who_was_seen_two_hours_ago_still_counts_and_later_does_not() {
        assert_eq!(STAND_IN_FOR_MS, 7_200_000);
    }

    #[test]
    fn a_video_is_given_up_unless_a_signature_rests_on_it() {
        let mut filing = signing(1);
        let mut ceremony = without_face(&filing);
        answer(&mut ceremony, ConsentKind::VideoReview, Decision::Granted, at(3)).unwrap();
        ceremony.take_stand_in(video(3), at(3)).unwrap();
        let mut unsigned = ceremony.clone();
        assert_eq!(unsigned.give_up_video(), Some(object(4)));
        assert_eq!(unsigned.give_up_video(), None);
        assert_eq!(unsigned.stand_in(), None);
        begin(&mut ceremony, &filing, "first", at(4)).unwrap();
        ceremony.complete(without_photo(), &mut filing, at(5)).unwrap();
        assert_eq!(ceremony.give_up_video(), None);
        assert!(ceremony.video_object().is_some());
    }

    #[test]
    fn whoever_did_take_a_photo_signs_it() {
        let mut filing = signing(1);
        let mut ceremony = crate::samples::captured(&filing, 1, at(5));
        let refused = ceremony.complete(without_photo(), &mut filing, at(6));
        assert_eq!(refused, Err(CompleteError::PhotoMismatch));
    }
}
