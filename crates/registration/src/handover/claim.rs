//! The other device takes the link: once, and it can do nothing before it is confirmed.

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, Entropy};

use super::{Handover, HandoverError, Other, Seen, State, load, not_withdrawn};
use crate::act::Attempts;
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};
use crate::session::{self, OpenedSession};

/// Gives a device the step, under the link of this hash, and a session that is good for it only.
///
/// # Errors
/// See [`HandoverError`].
pub async fn claim(
    platform: &Platform,
    facts: &RequestFacts,
    link: Digest,
) -> Result<OpenedSession, HandoverError> {
    let mut attempts = Attempts::default();
    loop {
        let stored = load(platform, link).await?.ok_or(HandoverError::Unknown)?;
        stored.live(platform.now())?;
        not_withdrawn(platform, &stored).await?;
        if !matches!(stored.content.state, State::Offered {}) {
            return Err(HandoverError::AlreadyUsed);
        }
        let row = &stored.row.value;
        let actor = Actor::Signer { ceremony: row.ceremony, filing: row.filing, party: row.party };
        let mut changes = Changeset::new();
        let (opened, session) = session::for_handover(platform, &mut changes, actor, link)?;
        let (number, choices) = draw(platform.entropy());
        let other = Other { session, seen: Seen::of(facts) };
        let state = State::Claimed { other, number, choices };
        let content = Handover { state, ..stored.content.clone() };
        stored.replace(platform, &mut changes, &content, row.ends_at)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(opened);
        }
    }
}

/// Three numbers of two digits, none twice, in order, and which of them the device shows.
fn draw(entropy: &dyn Entropy) -> (u8, [u8; 3]) {
    let mut choices = [0_u8; 3];
    let mut drawn = 0;
    while drawn < choices.len() {
        let [byte] = entropy.bytes::<1>();
        // 180 is twice 90: no number is more likely than another.
        let number = 10 + byte % 90;
        if byte < 180 && !choices.contains(&number) {
            if let Some(place) = choices.get_mut(drawn) {
                *place = number;
            }
            drawn += 1;
        }
    }
    let [number, ..] = choices;
    choices.sort_unstable();
    (number, choices)
}

#[cfg(test)]
mod tests {
    use heqi_testkit::SeededEntropy;

    use super::*;

    #[test]
    fn the_number_is_among_three_that_differ() {
        let entropy = SeededEntropy::new(7);
        for _ in 0..200 {
            let (number, choices) = draw(&entropy);
            let [first, second, third] = choices;
            assert!(first < second && second < third, "{choices:?}");
            assert!(choices.contains(&number) && (10..100).contains(&number));
        }
    }
}
