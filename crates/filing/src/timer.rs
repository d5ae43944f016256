//! When something falls due. Rules only: whoever keeps timer rows asks for them after
//! every transition and calls the transition when the instant has come.

use heqi_vocabulary::UtcMillis;

const HOUR_MS: i64 = 3_600_000;

/// How long an invitation's link works: 72 hours.
pub const LINK_LIFETIME_MS: i64 = 72 * HOUR_MS;
/// How long a challenge can be answered: 10 minutes. A slower signer simply begins
/// again; nothing entered is lost.
pub const CHALLENGE_LIFETIME_MS: i64 = 600_000;
/// How long parties may confirm after being asked: 72 hours (edge case 26).
pub const CONFIRMATION_WINDOW_MS: i64 = 72 * HOUR_MS;
/// When parties that have not answered are reminded, after being asked.
pub const CONFIRMATION_REMINDERS_MS: [i64; 3] = [2 * HOUR_MS, 24 * HOUR_MS, 48 * HOUR_MS];
/// When an unconfirmed filing goes back to drafting: 30 days after the last signature.
pub const UNCONFIRMED_LAPSE_MS: i64 = 30 * 24 * HOUR_MS;

/// Something that falls due.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Timer {
    /// The link of a ceremony ends: [`crate::Ceremony::expire`].
    LinkExpiry,
    /// Remind those who have not answered, counted from 1.
    ConfirmationReminder {
        /// Which reminder: 1, 2 or 3.
        nth: u8,
    },
    /// The window closed; tell handler and parties. Nothing is confirmed by this.
    ConfirmationOverdue,
    /// Back to drafting: [`crate::Filing::return_to_drafting`].
    UnconfirmedLapse,
}

/// A timer and its instant.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct Due {
    /// When.
    pub at: UtcMillis,
    /// What.
    pub timer: Timer,
}

/// When the link of a ceremony invited at `invited` ends.
pub fn link_expires_at(invited: UtcMillis) -> UtcMillis {
    invited.plus_millis(LINK_LIFETIME_MS)
}

/// When a challenge issued at `issued` ends: the value for its preimage and its state.
pub fn challenge_expires_at(issued: UtcMillis) -> UtcMillis {
    issued.plus_millis(CHALLENGE_LIFETIME_MS)
}

/// When the window for confirming closes for parties asked at `asked`.
pub fn confirmation_closes_at(asked: UtcMillis) -> UtcMillis {
    asked.plus_millis(CONFIRMATION_WINDOW_MS)
}

/// When a filing that was signed at `signed` goes back to drafting, unless all have confirmed.
pub fn unconfirmed_lapses_at(signed: UtcMillis) -> UtcMillis {
    signed.plus_millis(UNCONFIRMED_LAPSE_MS)
}

/// Everything that falls due while parties are asked to confirm, earliest first.
pub(crate) fn while_confirming(signed: UtcMillis, asked: UtcMillis) -> Vec<Due> {
    let reminders = (1..).zip(CONFIRMATION_REMINDERS_MS).map(|(nth, after)| Due {
        at: asked.plus_millis(after),
        timer: Timer::ConfirmationReminder { nth },
    });
    let overdue = Due { at: confirmation_closes_at(asked), timer: Timer::ConfirmationOverdue };
    let lapse = Due { at: unconfirmed_lapses_at(signed), timer: Timer::UnconfirmedLapse };
    let mut due: Vec<_> = reminders.chain([overdue, lapse]).collect();
    due.sort_unstable();
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parties_are_reminded_three_times_before_the_window_closes() {
        let asked = UtcMillis::from_millis(0).unwrap();
        let hours: Vec<_> = while_confirming(asked, asked)
            .into_iter()
            .map(|due| (due.at.as_millis() / HOUR_MS, due.timer))
            .collect();
        assert_eq!(
            hours,
            [
                (2, Timer::ConfirmationReminder { nth: 1 }),
                (24, Timer::ConfirmationReminder { nth: 2 }),
                (48, Timer::ConfirmationReminder { nth: 3 }),
                (72, Timer::ConfirmationOverdue),
                (720, Timer::UnconfirmedLapse),
            ]
        );
    }
}
