//! Complete: the frames of all records of the chain follow each other, and the notary
//! states that the last of them is the last it admitted.

use heqi_pki::dsse::Envelope;
use heqi_vocabulary::UtcMillis;

use super::log::{LogFindings, outside_word};
use super::{Context, Decoded, custody};
use crate::chain::{ChainHead, ChainTip, chain_commitment};
use crate::disclosure::Disclosure;
use crate::leaf::RecordRoot;
use crate::record::Frame;
use crate::schema::RecordKind;
use crate::statement::{Signed, Statement};
use crate::verdict::{Claim, ClaimName, Reason};

pub(super) fn examine(decoded: &Decoded<'_>, context: &Context<'_>, log: &LogFindings) -> Claim {
    let name = ClaimName::Complete;
    let listed = match walk(decoded) {
        Ok(listed) => listed,
        Err(reason) => return Claim::contradicted(name, reason),
    };
    let Some(bytes) = decoded.parts.chain_head.as_deref() else {
        return Claim::not_proved(name, Reason::NoChainHead);
    };
    let Ok(envelope) = Envelope::from_json(bytes) else {
        return Claim::contradicted(name, Reason::ChainHeadInvalid);
    };
    let Some(by) = custody::custodian_of(&envelope, context) else {
        return Claim::not_proved(name, Reason::NoChainHead);
    };
    let Ok(head) =
        ChainHead::open(&envelope, std::slice::from_ref(&by.key.0)).map(Signed::into_statement)
    else {
        return Claim::contradicted(name, Reason::ChainHeadInvalid);
    };
    if head.custodian != by.custodian {
        return Claim::contradicted(name, Reason::ChainHeadInvalid);
    }
    let trusted = outside_word(&by.validity, log.cosigned.iter().map(|(at, _)| *at));
    if !trusted || !context.counts(&by.validity, head.time) {
        let who = by.custodian.clone();
        return Claim::not_proved(name, Reason::KeyNotValidThen { who });
    }
    compare(&listed, &head, decoded, &by.organisation)
}

struct Listed {
    tips: Vec<ChainTip>,
    objections: Vec<u64>,
    resolved: Vec<u64>,
}

/// Walks the listed frames. Our own record must stand among them when there are any.
fn walk(decoded: &Decoded<'_>) -> Result<Listed, Reason> {
    let own = decoded.frame.place;
    let mut tip = ChainTip::empty(own.chain);
    let mut listed = Listed { tips: Vec::new(), objections: Vec::new(), resolved: Vec::new() };
    for bytes in &decoded.parts.chain {
        let broken = |detail: String| Reason::ChainBroken { detail };
        let frame_of = Disclosure::parse(bytes).map_err(|e| broken(e.to_string()))?;
        let frame = Frame::read(&frame_of).map_err(|e| broken(e.to_string()))?;
        if frame.place.chain != own.chain {
            return Err(broken("a record of another chain".into()));
        }
        tip = tip
            .after(&frame, RecordRoot::new(frame_of.root()))
            .map_err(|e| broken(e.to_string()))?;
        match frame.kind {
            RecordKind::Objection => listed.objections.push(frame.place.seq),
            RecordKind::ObjectionResolved => listed.resolved.push(frame.place.seq),
            _ => {}
        }
        listed.tips.push(tip);
    }
    let stands =
        listed.tips.iter().any(|tip| tip.seq == own.seq && tip.root == decoded.record.root());
    if listed.tips.is_empty() || stands { Ok(listed) } else { Err(Reason::NotInChain) }
}

/// The notary's head must be one of the listed places, with the same root; our record must
/// not lie beyond it.
fn compare(listed: &Listed, head: &ChainHead, decoded: &Decoded<'_>, by: &str) -> Claim {
    let name = ClaimName::Complete;
    let found = listed.tips.last().map_or(0, |tip| tip.seq);
    let differs = Reason::ChainHeadDiffers { stated: head.seq, found };
    let place = decoded.frame.place;
    if head.chain != chain_commitment(place.chain) {
        return Claim::contradicted(name, differs);
    }
    let same = |tip: &&ChainTip| tip.seq == head.seq && tip.root == head.root.digest();
    match listed.tips.iter().find(same) {
        None => Claim::contradicted(name, differs),
        Some(_) if place.seq > head.seq => Claim::not_proved(name, Reason::NoChainHead),
        Some(tip) => {
            let until = |places: &[u64]| places.iter().filter(|seq| **seq <= tip.seq).count();
            let (objections, resolved) = (until(&listed.objections), until(&listed.resolved));
            let at = UtcMillis::for_people(head.time);
            let reason = Reason::CompleteUpTo { seq: tip.seq, at, objections, resolved };
            Claim::proved(name, vec![by.to_owned()], reason)
        }
    }
}
