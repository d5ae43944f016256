//! Between which two instants it happened, and who says so.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::examine::{Question, Received};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::ClaimName::{Integrity, SignedBy, Time};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_testkit::{NOTARY, Story, Twists};
use heqi_vocabulary::Language;

use crate::{ANCHORS, STORY, expect, twisted, verdict_of, verdict_under, verdict_with};

#[test]
fn a_signing_lies_between_the_head_it_names_and_the_first_word_of_others() {
    let verdict = verdict_under(&STORY.bundle(STORY.signing()), &ANCHORS);
    expect(&verdict, Time, Proved, "between");
    let claim = verdict.claim(Time).unwrap();
    assert_eq!(claim.vouched_by, [NOTARY]);
    let sentence = claim.reason.sentence(Language::En);
    assert!(sentence.contains("2026-11-23 20:00:50 +08:00"), "{sentence}");
    assert!(sentence.contains("no trusted time stamp"), "{sentence}");
}

#[test]
fn without_a_head_in_the_challenge_not_before_is_not_proved() {
    let verdict = twisted(&Twists { challenge_without_head: true, ..Twists::default() });
    expect(&verdict, Time, NotProved, "only_not_after");
    expect(&verdict, SignedBy, Proved, "signature_valid");
}

#[test]
fn a_head_without_the_witness_says_nothing_about_not_before() {
    // The platform names a head that only it and its own cosigner signed.
    let story = Story::tell(1, &Twists::default());
    let own = story.head_cosigned_by(3, story.seen_at(), &[&story.cast.insider]);
    let bytes = own.to_bytes();
    let digest = heqi_vocabulary::Digest::of(&bytes);
    let twists = Twists {
        preimage: Some(Box::new(move |preimage| {
            if let Some(head) = preimage.checkpoint.as_mut() {
                head.note_sha256 = digest;
            }
        })),
        ..Twists::default()
    };
    let story = Story::tell(1, &twists);
    let parts = BundleParts {
        challenge_checkpoint: Some(bytes),
        deposits: Vec::new(),
        ..story.bundle(story.signing())
    };
    let verdict = verdict_of(&story, &parts);
    expect(&verdict, Integrity, Proved, "parts_agree");
    expect(&verdict, Time, NotProved, "only_not_after");
}

#[test]
fn a_time_outside_the_interval_of_others_is_contradicted() {
    // Backdated by an hour, or dated an hour ahead, when the record was made.
    for ms in [-3_600_000, 3_600_000] {
        let twists = Twists {
            place: Some(Box::new(move |place| {
                place.recorded_at = place.recorded_at.plus_millis(ms);
            })),
            preimage: Some(Box::new(|preimage| {
                preimage.expires_at = preimage.expires_at.plus_millis(7_200_000);
            })),
            ..Twists::default()
        };
        let story = Story::tell(1, &twists);
        let verdict = verdict_of(&story, &story.bundle(story.signing()));
        expect(&verdict, Time, Contradicted, "time_outside");
    }
}

/// Both organisations make another history under their own keys, with receipts and cosignatures of the
/// time before: nobody who has only that sees it. What they lack is the word of an authority that neither
/// runs, and the one over what stood there before fits nothing of theirs.
#[test]
fn what_both_organisations_rewrote_is_covered_by_no_time_stamp_over_what_stood_there_before() {
    let size = STORY.log.size();
    let stamped = STORY.stamped(STORY.bundle(STORY.signing()), size, 1);
    expect(&verdict_under(&stamped, &ANCHORS), Time, Proved, "between_timestamped");

    let rewritten = Story::tell(1, &Twists { photo_padding_bytes: 4_096, ..Twists::default() });
    let theirs = rewritten.bundle(rewritten.signing());
    let verdict = verdict_under(&theirs, &ANCHORS);
    expect(&verdict, Time, Proved, "between");
    let sentence = verdict.claim(Time).unwrap().reason.sentence(Language::En);
    assert!(sentence.contains("no trusted time stamp"), "{sentence}");
    for old in [size, size - 1] {
        let mut parts = theirs.clone();
        let anchor = STORY.time_anchor(&stamped, old, 1);
        parts.time.insert(old, anchor);
        expect(&verdict_under(&parts, &ANCHORS), Time, Contradicted, "time_anchor_invalid");
    }
}

#[test]
fn what_the_examiner_itself_received_counts_as_its_own_word() {
    let bare = BundleParts { proof: None, deposits: Vec::new(), ..STORY.bundle(STORY.signing()) };
    expect(&verdict_under(&bare, &ANCHORS), Time, NotProved, "no_time");
    let received = Received { at: STORY.seen_at(), by: "the examiner".into() };
    let question =
        Question { anchors: Some(&ANCHORS), received: Some(received), ..Question::default() };
    let verdict = verdict_with(&bare, &question);
    expect(&verdict, Time, Proved, "between");
    expect(&verdict, SignedBy, Proved, "signature_valid");
    assert_eq!(verdict.claim(Time).unwrap().vouched_by, [NOTARY, "the examiner"]);
}

#[test]
fn records_without_a_challenge_have_no_earliest_instant() {
    let verdict = verdict_under(&STORY.bundle(STORY.first(RecordKind::Confirmation)), &ANCHORS);
    expect(&verdict, Time, NotProved, "only_not_after");
}

/// The signing, recorded at another instant and asked for until then or longer.
fn recorded(at: heqi_vocabulary::UtcMillis) -> heqi_evidence::verdict::Verdict {
    twisted(&Twists {
        place: Some(Box::new(move |place| place.recorded_at = at)),
        preimage: Some(Box::new(move |preimage| {
            preimage.expires_at = preimage.expires_at.max(at);
        })),
        ..Twists::default()
    })
}

#[test]
fn clocks_may_differ_by_exactly_a_minute_at_both_ends() {
    let first: heqi_vocabulary::UtcMillis = "2026-11-23T12:00:50.000Z".parse().unwrap();
    let last = STORY.seen_at();
    for at in [first.plus_millis(-60_000), last.plus_millis(60_000)] {
        expect(&recorded(at), Time, Proved, "between");
    }
    for at in [first.plus_millis(-60_001), last.plus_millis(60_001)] {
        expect(&recorded(at), Time, Contradicted, "time_outside");
    }
}

#[test]
fn a_head_that_is_not_quite_the_one_of_the_challenge_says_nothing_about_not_before() {
    type Change = fn(&mut heqi_evidence::challenge::WitnessedHead);
    let changes: [Change; 3] = [
        |head| head.origin = "log.other.example/first".into(),
        |head| head.size += 1,
        |head| head.root = heqi_vocabulary::Digest::of(b"another"),
    ];
    for change in changes {
        let verdict = twisted(&Twists {
            preimage: Some(Box::new(move |preimage| {
                change(preimage.checkpoint.as_mut().unwrap());
            })),
            ..Twists::default()
        });
        expect(&verdict, Time, NotProved, "only_not_after");
    }
}
