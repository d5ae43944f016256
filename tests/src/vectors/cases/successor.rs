//! Records of a frozen log and of the log that took its place. The statement itself has vectors of its own
//! (`successor.json`); here it is entry 0 of the successor.

use heqi_evidence::anchors::{Anchors, LogAnchor, Validity, Vkey};
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::ClaimName::{Deposited, Integrity, Logged, Witnessed};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_testkit::{MemoryLog, SeededEntropy, Story, StoryRecord};
use heqi_vocabulary::{Digest, UtcMillis};

use super::{Case, case, signing};
use crate::vectors::spoil;

/// The story's log is frozen a minute after everything was seen.
pub(super) const FROZEN: &str = "anchors-successor.json";
/// It had been frozen an hour before.
pub(super) const FROZEN_BEFORE: &str = "anchors-successor-before.json";
const ORIGIN: &str = "platform.example/log-2";

fn successor() -> MemoryLog {
    let mut log = MemoryLog::new(ORIGIN, &SeededEntropy::labelled(7, "successor"));
    log.append(LogLeaf::Statement(Digest::of(b"the statement of succession")));
    log
}

/// Anchors with both logs; the successor was opened at that instant.
pub(super) fn anchors(plain: &Story, opened_at: UtcMillis) -> Anchors {
    let mut anchors = plain.anchors();
    if let Some(frozen) = anchors.logs.first_mut() {
        frozen.validity.valid_until = Some(opened_at);
        let organisation = frozen.organisation.clone();
        let validity = Validity { distrust_after: None, valid_from: opened_at, valid_until: None };
        let vkey = Vkey(successor().key().clone());
        anchors.logs.push(LogAnchor { organisation, validity, vkey });
    }
    anchors
}

/// The bundle of a record that stands in the successor instead, receipts included.
fn moved(plain: &Story, record: &StoryRecord) -> BundleParts {
    let mut log = successor();
    let index = log.append(record.record.leaf());
    let head = plain.head_of(&log, log.size(), plain.seen_at());
    let receipts = plain.cast.custodians.iter().map(|by| {
        let receipt = DepositReceipt {
            leaf_index: index,
            log_origin: log.origin().to_owned(),
            ..plain.receipt(record, by)
        };
        by.sign(&receipt)
    });
    BundleParts {
        deposits: receipts.collect(),
        proof: Some(log.proof(index, &head).to_string().into_bytes()),
        ..plain.bundle(record)
    }
}

pub(super) fn in_two_logs(plain: &Story) -> Vec<Case> {
    let consent = plain.first(RecordKind::ConsentGiven);
    let in_successor = moved(plain, consent);
    let receipts_of_the_frozen =
        BundleParts { deposits: plain.bundle(consent).deposits, ..moved(plain, consent) };
    let by = |anchors, case| Case { anchors: Some(anchors), ..case };
    vec![
        by(
            FROZEN,
            case(
                "successor-old-record",
                "A signing in the frozen log, which ended after it; the successor is anchored beside it.",
                spoil::zip(&signing(plain)),
                0,
                &[(Logged, Proved, "included"), (Deposited, Proved, "deposited")],
            ),
        ),
        by(
            FROZEN_BEFORE,
            case(
                "successor-record-after-the-end",
                "A signing in the frozen log, recorded an hour after that log had ended.",
                spoil::zip(&signing(plain)),
                3,
                &[(Logged, NotProved, "key_not_valid_then")],
            ),
        ),
        by(
            FROZEN_BEFORE,
            case(
                "successor-new-record",
                "A consent in the successor; no signing, so that the default claims are not all proved.",
                spoil::zip(&in_successor),
                3,
                &[
                    (Logged, Proved, "included"),
                    (Witnessed, Proved, "cosigned"),
                    (Deposited, Proved, "deposited"),
                ],
            ),
        ),
        case(
            "successor-not-anchored",
            "The same, by anchors that know the frozen log only.",
            spoil::zip(&in_successor),
            3,
            &[(Logged, NotProved, "log_unknown")],
        ),
        by(
            FROZEN_BEFORE,
            case(
                "successor-receipts-of-the-frozen-log",
                "A consent in the successor with receipts that name its place in the frozen log.",
                spoil::zip(&receipts_of_the_frozen),
                1,
                &[(Deposited, Contradicted, "receipt_of_another")],
            ),
        ),
        by(
            FROZEN_BEFORE,
            case(
                "successor-signing-moved",
                "A signing whose statement names the frozen log, logged in the successor.",
                spoil::zip(&moved(plain, plain.signing())),
                1,
                &[(Integrity, Contradicted, "mismatch_origin")],
            ),
        ),
        by(
            FROZEN,
            case(
                "successor-not-open-yet",
                "A consent in the successor, seen by everybody a minute before that log was opened.",
                spoil::zip(&in_successor),
                3,
                &[(Logged, NotProved, "key_not_valid_then")],
            ),
        ),
    ]
}
