//! When the platform will try next what others have to do: whoever waits is told for what, since
//! when, and when it is tried again. Kept in memory; a start tries everything at once.

use std::collections::BTreeMap;

use heqi_vocabulary::UtcMillis;
use parking_lot::Mutex;

use crate::deposit_queue::next_due;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::receipt::{Flag, Receipt};

/// The next try of every flag, as the workers said it before they paused.
#[derive(Debug, Default)]
pub struct NextTries(Mutex<BTreeMap<Flag, UtcMillis>>);

impl NextTries {
    /// A worker pauses, and will try for this flag again at `at`.
    pub fn note(&self, flag: Flag, at: UtcMillis) {
        self.0.lock().insert(flag, at);
    }

    fn of(&self, flag: Flag) -> Option<UtcMillis> {
        self.0.lock().get(&flag).copied()
    }
}

/// When each flag that a receipt lacks is tried for next. One that is not named is under way now.
///
/// # Errors
/// The store could not be read.
pub async fn next_tries(
    platform: &Platform,
    receipt: &Receipt,
) -> Result<BTreeMap<Flag, UtcMillis>, Fault> {
    let mut next = BTreeMap::new();
    for flag in Flag::ALL.into_iter().filter(|flag| !flag.is_raised(receipt)) {
        let at = if flag == Flag::Deposited {
            next_deposit(platform, receipt).await?
        } else {
            platform.next_tries().of(flag)
        };
        next.extend(at.filter(|at| *at > platform.now()).map(|at| (flag, at)));
    }
    Ok(next)
}

/// The next try with the custodians that have not answered.
async fn next_deposit(platform: &Platform, receipt: &Receipt) -> Result<Option<UtcMillis>, Fault> {
    let mut first: Option<UtcMillis> = None;
    for custodian in platform.settings.custodians.keys().copied() {
        if receipt.deposited.receipts.iter().any(|note| note.custodian == custodian) {
            continue;
        }
        let due = next_due(platform, custodian).await?;
        first = first.into_iter().chain(due).min();
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_word_of_a_worker_counts_and_each_flag_has_its_own() {
        let tries = NextTries::default();
        let at = |ms| UtcMillis::from_millis(ms).unwrap();
        assert_eq!(tries.of(Flag::Witnessed), None);
        tries.note(Flag::Witnessed, at(1_000));
        tries.note(Flag::Witnessed, at(2_000));
        assert_eq!(tries.of(Flag::Witnessed), Some(at(2_000)));
        assert_eq!(tries.of(Flag::Timestamped), None);
    }
}
