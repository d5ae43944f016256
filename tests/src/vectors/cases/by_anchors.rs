//! The same bundle by other anchors and at other instants.

use std::collections::BTreeMap;

use heqi_evidence::bundle::{BundleParts, TimeAnchor, write_consistency};
use heqi_evidence::verdict::ClaimName::{self, Deposited, Logged, Time, Witnessed};
use heqi_evidence::verdict::Status::{self, NotProved, Proved};
use heqi_pki::timestamp::TokenIssuer;
use heqi_testkit::time::{token, token_issuer, unknown_time_authority};
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::UtcMillis;

use super::{
    CUSTODIANS_DISTRUSTED, Case, DAY_MS, DISTRUSTED, DISTRUSTED_LATER, DISTRUSTED_SOON, LAPSED,
    case, signing, story,
};
use crate::vectors::spoil;

pub(super) fn by_the_anchors(plain: &Story) -> Vec<Case> {
    let file = || spoil::zip(&signing(plain));
    let seen = plain.seen_at();
    let mut cases = vec![
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
    ];
    cases.extend(dated_by_time_stamps(plain));
    cases
}

/// The log's key is distrusted a while before anybody cosigned: only a time stamp can have seen
/// the record before.
fn dated_by_time_stamps(plain: &Story) -> Vec<Case> {
    // Everybody else sees the record two minutes later than in the plain story.
    let late = story(&Twists { delay_ms: 120_000, ..Twists::default() });
    let (soon, afterwards) = (plain.seen_at().plus_millis(5_000), late.seen_at());
    let [first, _] = &late.cast.time_authorities;
    let (own, unknown) = (token_issuer(first), token_issuer(&unknown_time_authority(&late.cast)));
    let size = late.log.size();
    let stamped = |issuer: &TokenIssuer, size: u64, at: UtcMillis| {
        // What was stamped had been signed by the log and by nobody else.
        let note = late.log.head_at(size).to_bytes();
        let tokens = BTreeMap::from([("first".to_owned(), token(issuer, &note, at))]);
        let consistency = (size < late.log.size())
            .then(|| write_consistency(&late.log.consistency(size, late.log.size())));
        let anchor = TimeAnchor { consistency, note, tokens };
        spoil::zip(&BundleParts { time: [(size, anchor)].into(), ..signing(&late) })
    };
    let by_soon = |name, about, file, exit, claims| Case {
        anchors: Some(DISTRUSTED_SOON),
        ..case(name, about, file, exit, claims)
    };
    vec![
        by_soon(
            "anchors-log-distrusted-stamped-before",
            "The log's key is distrusted before anybody cosigned; a time stamp had seen the head before.",
            stamped(&own, size, soon),
            0,
            &[(Logged, Proved, "included"), (Time, Proved, "between_timestamped")],
        ),
        by_soon(
            "anchors-log-distrusted-stamped-earlier-head",
            "The same with a stamp over an earlier head that covers the record.",
            stamped(&own, late.signing().index + 1, soon),
            0,
            &[(Logged, Proved, "included")],
        ),
        by_soon(
            "anchors-log-distrusted-not-stamped",
            "The same without a time stamp.",
            spoil::zip(&signing(&late)),
            3,
            NOT_THEN,
        ),
        by_soon(
            "anchors-log-distrusted-stamped-after",
            "The time stamp is from after the key was distrusted.",
            stamped(&own, size, afterwards),
            3,
            NOT_THEN,
        ),
        by_soon(
            "anchors-log-distrusted-stamped-by-unknown",
            "The time stamp is of an authority that is not among the anchors.",
            stamped(&unknown, size, soon),
            3,
            NOT_THEN,
        ),
        by_soon(
            "anchors-log-distrusted-stamped-before-the-record",
            "The stamped head is older than the record.",
            stamped(&own, late.signing().index, soon),
            3,
            NOT_THEN,
        ),
    ]
}

const NOT_THEN: Claims = &[(Logged, NotProved, "key_not_valid_then")];

type Claims = &'static [(ClaimName, Status, &'static str)];
