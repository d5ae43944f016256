//! Deposited: every custodian among the anchors signed that it holds this very record.

use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{Digest, UtcMillis};

use super::log::{LogFindings, outside_word};
use super::{Context, Decoded, integrity};
use crate::anchors::CustodianAnchor;
use crate::chain::chain_commitment;
use crate::deposit::{DepositReceipt, Outcome};
use crate::statement::Statement;
use crate::verdict::{Claim, ClaimName, Reason};

/// The claim, and when the custodians received the record.
pub(super) struct CustodyFindings {
    pub(super) claim: Claim,
    pub(super) received: Vec<(UtcMillis, String)>,
}

pub(super) fn examine(
    decoded: &Decoded<'_>,
    context: &Context<'_>,
    log: &LogFindings,
) -> CustodyFindings {
    let mut held: Vec<(&CustodianAnchor, UtcMillis)> = Vec::new();
    let mut refused = None;
    for (place, bytes) in decoded.parts.deposits.iter().enumerate() {
        let entry = format!("deposits/{place:02}.json");
        match receipt(decoded, context, bytes, &entry, log) {
            Err(reason) => return contradicted(reason),
            Ok(Some((by, receipt))) => match receipt.outcome {
                Outcome::Refused { reason } => {
                    refused = Some(Reason::DepositRefused {
                        custodian: by.custodian.clone(),
                        code: reason,
                    });
                }
                Outcome::Admitted | Outcome::AdmittedWithFindings { .. } => {
                    if !held.iter().any(|(other, _)| other.custodian == by.custodian) {
                        held.push((by, receipt.received_at));
                    }
                }
            },
            Ok(None) => {}
        }
    }
    conclude(&held, refused, context)
}

fn conclude(
    held: &[(&CustodianAnchor, UtcMillis)],
    refused: Option<Reason>,
    context: &Context<'_>,
) -> CustodyFindings {
    let name = ClaimName::Deposited;
    let mut custodians: Vec<&str> =
        context.anchors.custodians.iter().map(|c| c.custodian.as_str()).collect();
    custodians.sort_unstable();
    custodians.dedup();
    let (have, of) = (held.len(), custodians.len());
    let mut vouched_by: Vec<String> = held.iter().map(|(by, _)| by.organisation.clone()).collect();
    // Two custodians of one organisation are one organisation's word.
    vouched_by.sort_unstable();
    vouched_by.dedup();
    let claim = match refused {
        Some(reason) => Claim::not_proved(name, reason),
        None if of > 0 && have == of => {
            Claim::proved(name, vouched_by, Reason::Deposited { held: have, of })
        }
        None => Claim {
            vouched_by,
            ..Claim::not_proved(name, Reason::DepositedPartly { held: have, of })
        },
    };
    let received = held.iter().map(|(by, at)| (*at, by.organisation.clone())).collect();
    CustodyFindings { claim, received }
}

fn contradicted(reason: Reason) -> CustodyFindings {
    let claim = Claim::contradicted(ClaimName::Deposited, reason);
    CustodyFindings { claim, received: Vec::new() }
}

/// Opens one receipt. A receipt of a custodian nobody anchored does not count; one that is
/// for another record speaks against the bundle.
fn receipt<'a>(
    decoded: &Decoded<'_>,
    context: &Context<'a>,
    bytes: &[u8],
    entry: &str,
    log: &LogFindings,
) -> Result<Option<(&'a CustodianAnchor, DepositReceipt)>, Reason> {
    let invalid = || Reason::ReceiptInvalid { entry: entry.to_owned() };
    let envelope = Envelope::from_json(bytes).map_err(|_| invalid())?;
    let Some(by) = custodian_of(&envelope, context) else {
        return Ok(None);
    };
    let receipt = DepositReceipt::open(&envelope, std::slice::from_ref(&by.key.0))
        .map_err(|_| invalid())?
        .into_statement();
    if receipt.custodian != by.custodian {
        return Err(invalid());
    }
    if !is_for(&receipt, decoded, log.index.as_ref()) {
        return Err(Reason::ReceiptOfAnother { entry: entry.to_owned() });
    }
    // The instant in a receipt is the custodian's own word.
    let trusted = outside_word(&by.validity, log.cosigned.iter().map(|(at, _)| *at));
    let counts = trusted && context.counts(&by.validity, receipt.received_at);
    Ok(counts.then_some((by, receipt)))
}

/// The anchored custodian whose key the envelope names.
pub(super) fn custodian_of<'a>(
    envelope: &Envelope,
    context: &Context<'a>,
) -> Option<&'a CustodianAnchor> {
    context
        .anchors
        .custodians
        .iter()
        .find(|c| envelope.signatures().iter().any(|s| s.key_id == c.key.0.key_id()))
}

fn is_for(
    receipt: &DepositReceipt,
    decoded: &Decoded<'_>,
    logged_at: Option<&(String, u64)>,
) -> bool {
    let place = decoded.frame.place;
    let same_record = receipt.record_root.digest() == decoded.record.root()
        && receipt.chain == chain_commitment(place.chain)
        && receipt.seq == place.seq;
    let same_entry = logged_at.is_none_or(|(origin, index)| {
        receipt.log_origin == *origin && receipt.leaf_index == *index
    });
    // What is here must be what the custodian hashed itself. The record and the device's
    // attributes may be disclosed in part and then have other bytes.
    let partial = |part: &[u8]| {
        let parts = decoded.parts;
        (!decoded.record.is_full() && part == parts.record.as_slice())
            || (!client_is_full(decoded) && Some(part) == parts.client.as_deref())
    };
    let known = |part: &[u8]| {
        let digest = Digest::of(part);
        receipt.parts.iter().any(|listed| listed.sha256 == digest)
    };
    let parts = decoded.parts.immutable_parts().all(|part| partial(part) || known(part));
    let whole = !is_whole(decoded)
        || decoded.parts.deposit_manifest().digest().ok() == Some(receipt.manifest_sha256);
    same_record && same_entry && parts && whole
}

/// Whether the bundle carries everything a deposit carries, so that the manifest can be
/// made again: nothing is closed, and every file the record refers to is attached.
fn is_whole(decoded: &Decoded<'_>) -> bool {
    let attached: Vec<Digest> =
        decoded.parts.attachments.values().map(|bytes| Digest::of(bytes)).collect();
    decoded.record.is_full()
        && client_is_full(decoded)
        && integrity::referenced(decoded).iter().all(|digest| attached.contains(digest))
}

fn client_is_full(decoded: &Decoded<'_>) -> bool {
    decoded.signing.as_ref().is_none_or(|signing| signing.client.is_full())
}
