//! Time stamps.

use std::collections::BTreeMap;

use heqi_evidence::bundle::{BundleParts, TimeAnchor};
use heqi_evidence::verdict::ClaimName::Time;
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_pki::authority::{CertificateAuthority as _, CertificateRequest, TestTimeAuthority};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_pki::timestamp::{Accuracy, TokenIssuer};
use heqi_testkit::time::{TIME_POLICY, token, token_issuer, unknown_time_authority};
use heqi_testkit::{MemoryLog, SeededEntropy, Story, archive};
use heqi_tlog::checkpoint::SignedCheckpoint;

use super::{Case, DAY_MS, TIME_DISTRUSTED, case, signing, unreadable};
use crate::vectors::spoil;

pub(super) fn in_time(plain: &Story) -> Vec<Case> {
    let mut cases = stamped(plain);
    cases.extend(not_counting(plain));
    cases.extend(tokens_that_do_not_hold(plain));
    cases.extend(heads_that_do_not_fit(plain));
    cases.extend(entries(plain));
    cases
}

/// The signing's bundle with its proof under an earlier head than the log has.
fn under_an_earlier_head(plain: &Story) -> BundleParts {
    let head = plain.cosigned_head(plain.log.size() - 1, plain.seen_at());
    let proof = plain.log.proof(plain.signing().index, &head).to_string().into_bytes();
    BundleParts { proof: Some(proof), ..signing(plain) }
}

fn stamped(plain: &Story) -> Vec<Case> {
    let size = plain.log.size();
    let consent = plain.bundle(plain.first(heqi_evidence::schema::RecordKind::Confirmation));
    let twice = plain.stamped(plain.stamped(signing(plain), size - 1, 1), size, 1);
    let good = |name, about, parts: &BundleParts| {
        case(name, about, spoil::zip(parts), 0, &[(Time, Proved, "between_timestamped")])
    };
    vec![
        good(
            "time-stamped",
            "The head of the proof, stamped by one authority.",
            &plain.stamped(signing(plain), size, 1),
        ),
        good(
            "time-stamped-twice",
            "The head of the proof, stamped by two authorities.",
            &plain.stamped(signing(plain), size, 2),
        ),
        good(
            "time-stamped-later-head",
            "A later head than that of the proof, stamped by two authorities.",
            &plain.stamped(under_an_earlier_head(plain), size, 2),
        ),
        good(
            "time-stamped-earlier-head",
            "An earlier head than that of the proof, the first to cover the record.",
            &plain.stamped(signing(plain), plain.signing().index + 1, 1),
        ),
        good("time-stamped-again", "Two heads of different size, each stamped.", &twice),
        case(
            "time-stamped-confirmation",
            "A record without a challenge: a stamp gives the upper end only.",
            spoil::zip(&plain.stamped(consent, size, 1)),
            3,
            &[(Time, NotProved, "only_not_after_timestamped")],
        ),
    ]
}

/// One token of the label "first" over the head of the proof.
fn with_token(plain: &Story, make: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut parts = plain.stamped(signing(plain), plain.log.size(), 1);
    for anchor in parts.time.values_mut() {
        anchor.tokens = BTreeMap::from([("first".to_owned(), make(&anchor.note))]);
    }
    spoil::zip(&parts)
}

fn not_counting(plain: &Story) -> Vec<Case> {
    let at = plain.seen_at().plus_millis(2_000);
    let stranger = token_issuer(&unknown_time_authority(&plain.cast));
    vec![
        case(
            "time-head-by-a-later-key",
            "The stamped head is signed with a key that the log took after the anchors were published: it says nothing.",
            by_heir(plain),
            0,
            &[(Time, Proved, "between")],
        ),
        case(
            "time-untrusted-root",
            "A token of an authority that is not among the anchors says nothing.",
            with_token(plain, &|note| token(&stranger, note, at)),
            0,
            &[(Time, Proved, "between")],
        ),
        Case {
            anchors: Some(TIME_DISTRUSTED),
            ..case(
                "time-root-distrusted",
                "The roots of the authorities are distrusted from an hour before the token.",
                spoil::zip(&plain.stamped(signing(plain), plain.log.size(), 2)),
                0,
                &[(Time, Proved, "between")],
            )
        },
    ]
}

/// The head of the proof, signed once more with another key of the same log, and stamped.
fn by_heir(plain: &Story) -> Vec<u8> {
    let size = plain.log.size();
    let heir = MemoryLog::new(plain.log.origin(), &SeededEntropy::labelled(7, "heir"));
    let head = plain.log.head_at(size).checkpoint().clone();
    let note = SignedCheckpoint::sign(head, heir.signer()).map(|head| head.to_bytes());
    let mut parts = plain.stamped(signing(plain), size, 1);
    for anchor in parts.time.values_mut() {
        anchor.note = note.clone().unwrap_or_default();
        let at = plain.seen_at().plus_millis(2_000);
        let [first, _] = &plain.cast.time_authorities;
        let token = token(&token_issuer(first), &anchor.note, at);
        anchor.tokens = BTreeMap::from([("first".to_owned(), token)]);
    }
    spoil::zip(&parts)
}

fn tokens_that_do_not_hold(plain: &Story) -> Vec<Case> {
    const INVALID: &[(heqi_evidence::verdict::ClaimName, heqi_evidence::verdict::Status, &str)] =
        &[(Time, Contradicted, "time_stamp_invalid")];
    let at = plain.seen_at().plus_millis(2_000);
    let [first, _] = &plain.cast.time_authorities;
    let own = token_issuer(first);
    let expired = expired_authority(plain);
    let signers = issuer_for_documents(plain);
    let with = |issuer: &TokenIssuer| with_token(plain, &|note| token(issuer, note, at));
    let flipped = |from_end: usize| {
        with_token(plain, &|note| {
            let mut token = token(&own, note, at);
            let place = token.len().saturating_sub(from_end);
            if let Some(byte) = token.get_mut(place) {
                *byte ^= 1;
            }
            token
        })
    };
    vec![
        case(
            "time-bad-imprint",
            "The token is over another note.",
            with_token(plain, &|note| token(&own, &[note, b"\n"].concat(), at)),
            1,
            &[(Time, Contradicted, "time_stamp_of_another")],
        ),
        case(
            "time-token-flipped-bit",
            "One bit of the signature is flipped.",
            flipped(1),
            1,
            INVALID,
        ),
        case(
            "time-certificate-expired",
            "The authority's certificate had expired at the stamped instant.",
            with(&expired),
            1,
            INVALID,
        ),
        case(
            "time-wrong-purpose",
            "The certificate is for signing documents, not for time stamps.",
            with(&signers),
            1,
            INVALID,
        ),
        case(
            "time-not-a-token",
            "The entry is no token.",
            with_token(plain, &|_| b"2026-11-23T12:05:00Z".to_vec()),
            1,
            INVALID,
        ),
        case(
            "time-stamp-long-before-the-record",
            "By the token the head existed an hour before the record says it was made.",
            with_token(plain, &|note| token(&own, note, at.plus_millis(-3_600_000))),
            1,
            &[(Time, Contradicted, "time_outside")],
        ),
    ]
}

fn expired_authority(plain: &Story) -> TokenIssuer {
    let since = plain.cast.since.plus_millis(-11 * 365 * DAY_MS);
    let entropy = SeededEntropy::labelled(9, "expired time authority");
    match TestTimeAuthority::generate("Expired", since, &entropy) {
        Ok(authority) => token_issuer(&authority),
        Err(error) => panic!("{error}"),
    }
}

/// The test authority's certificate for a P-256 key, which is for signing documents.
fn issuer_for_documents(plain: &Story) -> TokenIssuer {
    let entropy = SeededEntropy::labelled(9, "document key");
    let key = SigningKey::generate(Algorithm::P256, &entropy);
    let chain = CertificateRequest::new(key.public_key(), "no-authority")
        .map(|request| plain.cast.authority.issue(request, plain.seen_at(), &entropy));
    let Ok(Ok(chain)) = chain else { panic!("the test authority issues to everybody") };
    let certificates: Vec<_> = chain.certificates().cloned().collect();
    let Ok(policy) = TIME_POLICY.parse() else { panic!("a policy") };
    match TokenIssuer::new(Box::new(key), &certificates, policy, Accuracy::default()) {
        Ok(issuer) => issuer,
        Err(error) => panic!("{error}"),
    }
}

fn heads_that_do_not_fit(plain: &Story) -> Vec<Case> {
    let (size, at) = (plain.log.size(), plain.seen_at().plus_millis(2_000));
    let [first, _] = &plain.cast.time_authorities;
    let issuer = token_issuer(first);
    let with = |size: u64, note: Vec<u8>, consistency: Option<Vec<u8>>| {
        let tokens = BTreeMap::from([("first".to_owned(), token(&issuer, &note, at))]);
        let anchor = TimeAnchor { consistency, note, tokens };
        spoil::zip(&BundleParts { time: [(size, anchor)].into(), ..under_an_earlier_head(plain) })
    };
    let wrong = |name, about, file| {
        case(name, about, file, 1, &[(Time, Contradicted, "time_anchor_invalid")])
    };
    let good = plain.time_anchor(&under_an_earlier_head(plain), size, 1);
    let note = |size| plain.cosigned_head(size, plain.seen_at()).to_bytes();
    let before = plain.signing().index;
    let other_log = plain.notary_log.head_at(plain.notary_log.size());
    let altered = good.consistency.clone().map(|mut proof| {
        proof.iter_mut().take(1).for_each(|byte| *byte = if *byte == b'A' { b'B' } else { b'A' });
        proof
    });
    let forged = String::from_utf8(note(size)).unwrap_or_default();
    let forged = spoil::signature_of(&forged, "log.platform.example/first").into_bytes();
    vec![
        wrong(
            "time-consistency-missing",
            "Nothing ties the stamped head to that of the proof.",
            with(size, note(size), None),
        ),
        wrong(
            "time-consistency-altered",
            "The consistency proof does not hold.",
            with(size, note(size), altered),
        ),
        wrong(
            "time-consistency-needless",
            "A consistency proof between heads of one size.",
            with(size - 1, note(size - 1), good.consistency.clone()),
        ),
        wrong(
            "time-head-before-the-record",
            "The stamped head is older than the record.",
            with(before, note(before), {
                let proof = plain.log.consistency(before, size - 1);
                Some(heqi_evidence::bundle::write_consistency(&proof))
            }),
        ),
        wrong(
            "time-head-of-another-log",
            "The stamped head is one of the notary's log.",
            with(plain.notary_log.size(), other_log.to_bytes(), good.consistency.clone()),
        ),
        wrong(
            "time-head-named-otherwise",
            "The entry's name says another size than the note.",
            with(size + 1, note(size), good.consistency.clone()),
        ),
        wrong(
            "time-head-not-signed",
            "The log's signature on the stamped head does not hold.",
            with(size, forged, good.consistency.clone()),
        ),
    ]
}

fn entries(plain: &Story) -> Vec<Case> {
    let size = plain.log.size();
    let all = archive::unpack(&spoil::zip(&plain.stamped(signing(plain), size, 1)));
    let without = |name: String| {
        let mut rest = all.clone();
        rest.retain(|(other, _)| *other != name);
        archive::pack(&rest)
    };
    let with = |name: String| archive::pack(&[all.clone(), vec![(name, vec![1])]].concat());
    vec![
        unreadable(
            "time-note-missing",
            "A token without the note it is over.",
            without(format!("time/{size}.note")),
            "bundle_missing_entry",
        ),
        unreadable(
            "time-token-missing",
            "A note without a token.",
            without(format!("time/{size}.first.tst")),
            "bundle_missing_entry",
        ),
        unreadable(
            "time-name-with-a-zero",
            "The size in a name begins with a zero.",
            with(format!("time/0{size}.note")),
            "bundle_unknown_entry",
        ),
        unreadable(
            "time-name-unknown",
            "A name below time/ that bundles do not have.",
            with(format!("time/{size}.ors")),
            "bundle_unknown_entry",
        ),
    ]
}
