//! Deposit receipts.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::Outcome;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::ClaimName::Deposited;
use heqi_evidence::verdict::Status::{Contradicted, NotProved};
use heqi_testkit::{Story, Twists};

use super::{Case, case, signing};
use crate::vectors::spoil;

pub(super) fn in_custody(plain: &Story) -> Vec<Case> {
    let signed = plain.signing();
    let [notary, _] = &plain.cast.custodians;
    let deposits = signing(plain).deposits;
    let with = |first: Option<Vec<u8>>| {
        let deposits = first.into_iter().chain(deposits.iter().skip(1).cloned()).collect();
        spoil::zip(&BundleParts { deposits, ..signing(plain) })
    };
    let other = plain.receipt(plain.first(RecordKind::ConsentGiven), notary);
    let mut elsewhere = plain.receipt(signed, notary);
    elsewhere.leaf_index += 1;
    let mut refusal = plain.receipt(signed, notary);
    refusal.outcome = Outcome::Refused { reason: "mismatch_photo".into() };
    let mut posing = plain.receipt(signed, notary);
    posing.custodian = "shishibao".into();
    let stranger = Story::tell(6, &Twists::default());
    let [unknown, _] = &stranger.cast.custodians;
    vec![
        case(
            "receipt-of-another-record",
            "A receipt for another record of the same chain.",
            with(Some(notary.sign(&other))),
            1,
            &[(Deposited, Contradicted, "receipt_of_another")],
        ),
        case(
            "receipt-of-another-entry",
            "A receipt that names another entry of the log.",
            with(Some(notary.sign(&elsewhere))),
            1,
            &[(Deposited, Contradicted, "receipt_of_another")],
        ),
        case(
            "receipt-by-unknown-key",
            "A receipt by a key nobody anchored.",
            with(Some(unknown.sign(&plain.receipt(signed, notary)))),
            3,
            &[(Deposited, NotProved, "deposited_partly")],
        ),
        case(
            "receipt-in-anothers-name",
            "One custodian signed in the name of the other.",
            with(Some(notary.sign(&posing))),
            1,
            &[(Deposited, Contradicted, "receipt_invalid")],
        ),
        case(
            "receipt-refused",
            "One custodian refused the record.",
            with(Some(notary.sign(&refusal))),
            3,
            &[(Deposited, NotProved, "deposit_refused")],
        ),
        case(
            "one-custodian",
            "One of two custodians has receipted.",
            with(None).clone(),
            3,
            &[(Deposited, NotProved, "deposited_partly")],
        ),
    ]
}
