//! The same bundle by other anchors and at other instants.

use heqi_evidence::verdict::ClaimName::{Deposited, Logged, Witnessed};
use heqi_evidence::verdict::Status::{NotProved, Proved};
use heqi_testkit::Story;

use super::{
    CUSTODIANS_DISTRUSTED, Case, DAY_MS, DISTRUSTED, DISTRUSTED_LATER, LAPSED, case, signing,
};
use crate::vectors::spoil;

pub(super) fn by_the_anchors(plain: &Story) -> Vec<Case> {
    let file = || spoil::zip(&signing(plain));
    let seen = plain.seen_at();
    vec![
        Case {
            anchors: Some(DISTRUSTED),
            ..case(
                "anchors-log-distrusted",
                "The log's key is distrusted from an hour before the record.",
                file(),
                3,
                &[(Logged, NotProved, "key_not_valid_then")],
            )
        },
        Case {
            anchors: Some(DISTRUSTED_LATER),
            ..case(
                "anchors-all-distrusted-later",
                "Log and custodians are distrusted from later on: a cosignature dates it before.",
                file(),
                0,
                &[(Logged, Proved, "included"), (Deposited, Proved, "deposited")],
            )
        },
        Case {
            anchors: Some(CUSTODIANS_DISTRUSTED),
            ..case(
                "anchors-custodians-distrusted",
                "The custodians' keys are distrusted from an hour before the record.",
                file(),
                3,
                &[(Deposited, NotProved, "deposited_partly"), (Logged, Proved, "included")],
            )
        },
        Case {
            anchors: Some(LAPSED),
            ..case(
                "anchors-witness-lapsed",
                "The witness's key was valid when it cosigned; no instant is asked for.",
                file(),
                0,
                &[(Witnessed, Proved, "cosigned")],
            )
        },
        Case {
            anchors: Some(LAPSED),
            at: Some(seen.plus_millis(DAY_MS)),
            ..case(
                "anchors-witness-lapsed-at",
                "The same, asked a day later: the key has lapsed by then.",
                file(),
                3,
                &[(Witnessed, NotProved, "not_cosigned")],
            )
        },
        Case {
            at: Some(seen.plus_millis(-1_000)),
            ..case(
                "asked-too-early",
                "Asked a second before others had seen anything.",
                file(),
                3,
                &[
                    (Witnessed, NotProved, "not_cosigned"),
                    (Deposited, NotProved, "deposited_partly"),
                ],
            )
        },
    ]
}
