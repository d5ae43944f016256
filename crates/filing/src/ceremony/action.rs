//! What a signer is asked to do before the camera (edge case 19), and what was taken of it.
//!
//! The actions follow from the challenge: it holds a fresh nonce, so nobody knows them before it is
//! issued, pictures of another ceremony show others, and whoever has the challenge can say years
//! later what was asked. No machine says whether they were done: a person looks at the frames.

use std::num::NonZeroU32;

use heqi_vocabulary::{Digest, Language};
use serde::{Deserialize, Serialize};

use crate::words::ObjectRef;

/// The most actions one challenge asks for.
pub const MAX_ACTIONS: u8 = 3;
/// How many digits of the challenge the page draws into each frame.
const MARK_DIGITS: usize = 8;
const LABEL: &str = "heqi.actions/v1\n";

/// Something to do before the camera.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of what a challenge asks, version 1")]
pub enum Action {
    /// Turn the head to the own left.
    TurnLeft,
    /// Turn the head to the own right.
    TurnRight,
    /// Lift the chin.
    RaiseHead,
    /// Open the mouth.
    OpenMouth,
    /// Lift a hand beside the face.
    RaiseHand,
}

impl Action {
    /// Every action. The order is fixed: what a challenge asks for is counted in it.
    pub const ALL: [Self; 5] =
        [Self::TurnLeft, Self::TurnRight, Self::RaiseHead, Self::OpenMouth, Self::RaiseHand];

    /// What a challenge asks for, in order; never the same twice running.
    pub fn asked_by(challenge: &Digest, count: u8) -> Vec<Self> {
        let drawn = Digest::labelled(LABEL, challenge.as_bytes());
        let mut asked: Vec<Self> = Vec::new();
        for byte in drawn.as_bytes().iter().take(usize::from(count.min(MAX_ACTIONS))) {
            let before = asked.last().copied();
            let others: Vec<Self> =
                Self::ALL.into_iter().filter(|action| Some(*action) != before).collect();
            asked.extend(others.get(usize::from(*byte) % others.len()));
        }
        asked
    }

    /// The word in records and pages.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TurnLeft => "turn_left",
            Self::TurnRight => "turn_right",
            Self::RaiseHead => "raise_head",
            Self::OpenMouth => "open_mouth",
            Self::RaiseHand => "raise_hand",
        }
    }

    /// What the signer is asked.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::TurnLeft => language.pick("向左转头", "Turn your head to your left"),
            Self::TurnRight => language.pick("向右转头", "Turn your head to your right"),
            Self::RaiseHead => language.pick("抬头", "Lift your chin"),
            Self::OpenMouth => language.pick("张嘴", "Open your mouth"),
            Self::RaiseHand => {
                language.pick("举起一只手，放在脸旁", "Lift a hand beside your face")
            }
        }
    }
}

/// What the page draws into each frame of a challenge, for people to compare: its first digits.
pub fn frame_mark(challenge: &Digest) -> String {
    challenge.to_string().chars().take(MARK_DIGITS).collect()
}

/// What was taken of one action.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each is told to a reviewer in its own words")]
pub enum ActionResult {
    /// A frame; what it shows a person says.
    Frame {
        /// SHA-256 of its bytes.
        sha256: Digest,
        /// Number of bytes.
        size_bytes: NonZeroU32,
    },
    /// The signer said that it cannot be done. That refuses nobody.
    NotDone,
    /// Nothing came: no stream of a camera, or a program that sends none.
    Missing,
}

/// One action that was asked for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one action")]
pub struct TakenAction {
    /// Which.
    pub asked: Action,
    /// What was taken of it.
    pub result: ActionResult,
}

/// What was taken of all actions of a challenge, with the photo and as long as it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one photo")]
pub struct TakenActions {
    /// In the order in which they were asked for.
    pub each: Vec<TakenAction>,
    /// Where the store keeps the frames, one behind the other; nowhere without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames: Option<ObjectRef>,
}

impl TakenActions {
    /// Of the action with this number, counted from 0: which bytes of the object are its frame.
    pub fn frame(&self, number: usize) -> Option<std::ops::Range<usize>> {
        let mut begin = 0_usize;
        for (at, taken) in self.each.iter().enumerate() {
            let ActionResult::Frame { size_bytes, .. } = taken.result else { continue };
            let end = begin.checked_add(usize::try_from(size_bytes.get()).ok()?)?;
            if at == number {
                return Some(begin..end);
            }
            begin = end;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(n: u32) -> Digest {
        Digest::of(&n.to_be_bytes())
    }

    #[test]
    fn edge_case_19_the_actions_follow_from_the_challenge_and_are_never_the_same_twice_running() {
        let mut seen = Vec::new();
        for n in 0..500 {
            let asked = Action::asked_by(&challenge(n), 3);
            assert_eq!(asked, Action::asked_by(&challenge(n), 3));
            assert_eq!(asked.len(), 3);
            assert!(asked.windows(2).all(|pair| pair[0] != pair[1]), "{asked:?}");
            // Fewer are the first of more: the number is the operator's, the draw is the challenge's.
            assert_eq!(Action::asked_by(&challenge(n), 2), asked[..2]);
            if !seen.contains(&asked) {
                seen.push(asked);
            }
        }
        assert_eq!(seen.len(), 5 * 4 * 4, "every sequence is drawn some time");
        assert!(Action::asked_by(&challenge(1), 0).is_empty());
        assert_eq!(Action::asked_by(&challenge(1), 200).len(), usize::from(MAX_ACTIONS));
    }

    #[test]
    fn every_action_has_its_word_and_its_sentences() {
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.code());
            assert_ne!(action.text(Language::Zh), action.text(Language::En));
        }
        assert_eq!(frame_mark(&challenge(1)).len(), MARK_DIGITS);
    }

    #[test]
    fn a_frame_is_found_between_those_that_are_not_there() {
        let frame = |size| ActionResult::Frame {
            sha256: Digest::of(b"frame"),
            size_bytes: NonZeroU32::new(size).unwrap(),
        };
        let each = [frame(5), ActionResult::NotDone, frame(7)];
        let each = each.map(|result| TakenAction { asked: Action::OpenMouth, result }).to_vec();
        let taken = TakenActions { each, frames: None };
        assert_eq!(taken.frame(0), Some(0..5));
        assert_eq!(taken.frame(1), None);
        assert_eq!(taken.frame(2), Some(5..12));
        assert_eq!(taken.frame(3), None);
    }
}
