//! Time: between which two instants it happened, and who vouches for each end.
//!
//! *Not before* rests on the witness's cosignature inside the challenge, which nobody
//! could know before the witness made it. *Not after* rests on the earliest of witness
//! cosignature, mirror cosignature and deposit receipt. Neither is a trusted time stamp,
//! and the verdict says so.

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::UtcMillis;

use super::custody::CustodyFindings;
use super::log::{self, LogFindings};
use super::{Context, Decoded, Interval, Received};
use crate::anchors::CosignerRole;
use crate::verdict::{Claim, ClaimName, Reason};

/// How far the clocks of two organisations may differ before their words contradict each
/// other.
const TOLERANCE_MS: i64 = 60_000;

pub(super) fn of(
    decoded: &Decoded<'_>,
    context: &Context<'_>,
    log: &LogFindings,
    custody: &CustodyFindings,
    received: Option<&Received>,
) -> Interval {
    let own = received.map(|r| (r.at, r.by.clone()));
    let not_after =
        log.cosigned.iter().chain(&custody.received).cloned().chain(own).min_by_key(|(at, _)| *at);
    Interval { not_before: not_before(decoded, context), not_after }
}

fn not_before(decoded: &Decoded<'_>, context: &Context<'_>) -> Option<(UtcMillis, String)> {
    let named = decoded.signing.as_ref()?.preimage.checkpoint.as_ref()?;
    let signed = SignedCheckpoint::parse(decoded.parts.challenge_checkpoint.as_deref()?).ok()?;
    let head = signed.checkpoint();
    let same = head.origin().as_str() == named.origin
        && head.size() == named.size
        && head.root().as_bytes() == named.root.as_bytes();
    if !same {
        return None;
    }
    let (_, cosigned) = log::signatures(&signed, context).ok()?;
    cosigned
        .iter()
        .filter(|c| c.by.role == CosignerRole::Witness)
        .map(|c| (c.at, c.by.organisation.clone()))
        .max_by_key(|(at, _)| *at)
}

pub(super) fn examine(decoded: &Decoded<'_>, interval: &Interval) -> Claim {
    let name = ClaimName::Time;
    let recorded = decoded.frame.place.recorded_at;
    let too_early = interval
        .not_before
        .as_ref()
        .is_some_and(|(at, _)| recorded.plus_millis(TOLERANCE_MS) < *at);
    let too_late =
        interval.not_after.as_ref().is_some_and(|(at, _)| recorded > at.plus_millis(TOLERANCE_MS));
    if too_early || too_late {
        return Claim::contradicted(name, Reason::TimeOutside);
    }
    match (&interval.not_before, &interval.not_after) {
        (Some((from, first)), Some((to, second))) => {
            let mut vouched_by = vec![first.clone(), second.clone()];
            vouched_by.dedup();
            let reason = Reason::Between { from: from.for_people(), to: to.for_people() };
            Claim::proved(name, vouched_by, reason)
        }
        (None, Some((to, by))) => Claim {
            vouched_by: vec![by.clone()],
            ..Claim::not_proved(name, Reason::OnlyNotAfter { to: to.for_people() })
        },
        (_, None) => Claim::not_proved(name, Reason::NoTime),
    }
}
