//! Time: between which two instants it happened, and who vouches for each end.
//!
//! *Not before* rests on the witness's cosignature inside the challenge, which nobody
//! could know before the witness made it. *Not after* rests on the earliest of witness
//! cosignature, mirror cosignature, deposit receipt and time stamp. Whether there is a
//! trusted time stamp is said either way.

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::UtcMillis;

use super::custody::CustodyFindings;
use super::log::{self, LogFindings};
use super::stamps::Stamp;
use super::{Context, Decoded, Interval, Received};
use crate::anchors::CosignerRole;
use crate::verdict::{Claim, ClaimName, Reason, Stamped};

/// How far the clocks of two organisations may differ before their words contradict each
/// other.
const TOLERANCE_MS: i64 = 60_000;

/// What others saw of the record.
pub(super) struct Seen<'a> {
    pub(super) log: &'a LogFindings,
    pub(super) custody: &'a CustodyFindings,
    pub(super) stamps: &'a [Stamp],
}

pub(super) fn of(
    decoded: &Decoded<'_>,
    context: &Context<'_>,
    seen: &Seen<'_>,
    received: Option<&Received>,
) -> Interval {
    let own = received.map(|r| (r.at, r.by.clone()));
    let stamps = seen.stamps.iter().map(|stamp| (stamp.not_after, stamp.by.clone()));
    let others = seen.log.cosigned.iter().chain(&seen.custody.received).cloned();
    let not_after = others.chain(stamps).chain(own).min_by_key(|(at, _)| *at);
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

pub(super) fn examine(decoded: &Decoded<'_>, interval: &Interval, stamps: &[Stamp]) -> Claim {
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
    let (before, Some((to, by))) = (&interval.not_before, &interval.not_after) else {
        return Claim::not_proved(name, Reason::NoTime);
    };
    let earliest = before.as_ref().map(|(from, _)| from.for_people());
    let ends = before.iter().map(|(_, first)| first).chain([by]);
    Claim {
        vouched_by: each_once(ends.chain(stamps.iter().map(|stamp| &stamp.by))),
        ..match earliest {
            Some(from) => Claim::proved(name, Vec::new(), between(from, to.for_people(), stamps)),
            None => Claim::not_proved(name, only_not_after(to.for_people(), stamps)),
        }
    }
}

fn between(from: String, to: String, stamps: &[Stamp]) -> Reason {
    match stamped(stamps) {
        None => Reason::Between { from, to },
        Some(stamped) => Reason::BetweenTimestamped { from, to, stamped },
    }
}

fn only_not_after(to: String, stamps: &[Stamp]) -> Reason {
    match stamped(stamps) {
        None => Reason::OnlyNotAfter { to },
        Some(stamped) => Reason::OnlyNotAfterTimestamped { to, stamped },
    }
}

/// The earliest stamp speaks for all of them; the authorities are all named.
fn stamped(stamps: &[Stamp]) -> Option<Stamped> {
    let first = stamps.first()?;
    Some(Stamped {
        at: first.not_after.for_people(),
        by: each_once(stamps.iter().map(|stamp| &stamp.by)).join(", "),
        test_only: stamps.iter().all(|stamp| stamp.is_test_only),
    })
}

fn each_once<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(name) {
            once.push(name.clone());
        }
    }
    once
}
