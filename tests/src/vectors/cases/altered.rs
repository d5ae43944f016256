//! Bundles somebody changed afterwards.

use std::collections::BTreeMap;

use heqi_evidence::bundle::{BundleParts, attachment_name};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::ClaimName::{Deposited, Integrity, Logged, SignedBy};
use heqi_evidence::verdict::Status::{Contradicted, NotProved};
use heqi_testkit::{Story, Twists, files};
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use super::{Case, case, signing};
use crate::vectors::spoil;

/// Somebody changed the bundle afterwards and made its manifest again.
#[expect(clippy::too_many_lines, reason = "one case after the other")]
pub(super) fn altered(plain: &Story) -> Vec<Case> {
    let other_photo = files::photo("another face");
    let photo_name = attachment_name(Digest::of(&plain.photo()), "image/jpeg").unwrap_or_default();
    let other_name = attachment_name(Digest::of(&other_photo), "image/jpeg").unwrap_or_default();
    let mut swapped = signing(plain);
    swapped.attachments.insert(photo_name.clone(), other_photo.clone());
    let mut renamed = signing(plain);
    renamed.attachments.remove(&photo_name);
    renamed.attachments.insert(other_name, other_photo);
    let stray = files::pdf("Not part of this", 1);
    let mut unreferenced = signing(plain);
    let stray_name = attachment_name(Digest::of(&stray), "application/pdf").unwrap_or_default();
    unreferenced.attachments.insert(stray_name, stray);
    let other = Story::tell(2, &Twists::default());
    let foreign = BundleParts {
        record: plain.signing().parts.record.clone(),
        proof: signing(plain).proof,
        deposits: signing(plain).deposits,
        ..signing(&other)
    };
    let unbound = BundleParts {
        record: plain.signing().record.frame_only().unwrap_or_default(),
        attachments: BTreeMap::new(),
        deposits: Vec::new(),
        ..foreign.clone()
    };
    let record = |edit: &dyn Fn(&mut Vec<Value>)| spoil::record(&signing(plain), edit);
    vec![
        case(
            "swapped-photo",
            "Another photo under the name of the first.",
            spoil::zip(&swapped),
            1,
            &[(Integrity, Contradicted, "mismatch_attachment")],
        ),
        case(
            "swapped-photo-renamed",
            "Another photo under its own name.",
            spoil::zip(&renamed),
            1,
            &[(Integrity, Contradicted, "attachment_unreferenced")],
        ),
        case(
            "certificate-name-with-a-long-tag",
            "A value in the name of the signer's certificate has a tag of two bytes.",
            spoil::zip(&BundleParts {
                certificates: spoil::long_tag(&signing(plain).certificates),
                ..signing(plain)
            }),
            1,
            &[(Integrity, Contradicted, "part_malformed")],
        ),
        case(
            "stray-attachment",
            "A document nobody refers to.",
            spoil::zip(&unreferenced),
            1,
            &[(Integrity, Contradicted, "attachment_unreferenced")],
        ),
        case(
            "moved-timestamp",
            "recorded_at of the record moved by an hour.",
            record(&|slots| {
                spoil::set(
                    slots,
                    6,
                    3,
                    json!(plain.signing().record.frame().place.recorded_at.plus_millis(-3_600_000)),
                );
            }),
            1,
            &[
                (Logged, Contradicted, "not_included"),
                (Deposited, Contradicted, "receipt_of_another"),
            ],
        ),
        case(
            "changed-name",
            "Another name of the party.",
            record(&|slots| spoil::set(slots, 18, 3, json!("李四"))),
            1,
            &[(Logged, Contradicted, "not_included")],
        ),
        case(
            "name-in-wrong-slot",
            "Slots 8 and 9 exchanged their names.",
            record(&|slots| {
                spoil::set(slots, 8, 2, json!("filing_number"));
                spoil::set(slots, 9, 2, json!("filing"));
            }),
            1,
            &[
                (Integrity, Contradicted, "record_malformed"),
                (Logged, NotProved, "record_malformed"),
            ],
        ),
        case(
            "slot-twice",
            "Slot 9 comes twice.",
            record(&|slots| {
                if let Some(slot) = slots.get(9).cloned() {
                    slots.insert(10, slot);
                }
            }),
            1,
            &[(Integrity, Contradicted, "record_malformed")],
        ),
        case(
            "slot-beyond-tree",
            "Slot 64 of a tree of 64 slots.",
            record(&|slots| {
                if let Some(mut slot) = slots.last().cloned() {
                    if let Some(index) = slot.get_mut(0) {
                        *index = json!(64);
                    }
                    slots.push(slot);
                }
            }),
            1,
            &[(Integrity, Contradicted, "record_malformed")],
        ),
        case(
            "frame-closed",
            "Slot 6 of the frame is missing.",
            record(&|slots| {
                slots.remove(6);
            }),
            1,
            &[(Integrity, Contradicted, "record_malformed")],
        ),
        case(
            "statement-of-another-filing",
            "The signature of another filing beside this record.",
            spoil::zip(&foreign),
            1,
            &[(Integrity, Contradicted, "mismatch_challenge")],
        ),
        case(
            "statement-not-bound",
            "The same with every slot of the record closed that could disagree.",
            spoil::zip(&unbound),
            3,
            &[(Integrity, NotProved, "not_bound"), (SignedBy, NotProved, "not_bound")],
        ),
        case(
            "preimage-missing",
            "The challenge preimage is left out.",
            spoil::zip(&BundleParts { challenge: None, ..signing(plain) }),
            1,
            &[(Integrity, Contradicted, "part_missing")],
        ),
        case(
            "signing-part-in-consent",
            "A consent record that carries an envelope.",
            spoil::zip(&BundleParts {
                envelope: signing(plain).envelope,
                ..plain.bundle(plain.first(RecordKind::ConsentGiven))
            }),
            1,
            &[(Integrity, Contradicted, "part_unexpected")],
        ),
    ]
}
