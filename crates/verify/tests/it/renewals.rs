//! The renewals of a record's time stamps beside its bundle.

use heqi_evidence::statement::Statement as _;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_renewal::{Link, Next, Renewal, RenewalFile, Subject, SubjectLeaf, TokenPlace};
use heqi_testkit::{SeededEntropy, StoryRecord};
use heqi_verify::VerifyArgs;
use heqi_vocabulary::{Digest, Language};
use serde_json::Value;

use crate::STORY;
use crate::command::{Files, run};

/// The way of a record whose head was stamped once.
fn way_of(record: &StoryRecord) -> RenewalFile {
    let size = STORY.log.size();
    let stamped = STORY.time_anchor(&STORY.bundle(record), size, 1);
    RenewalFile {
        subject: Subject {
            leaf: SubjectLeaf::Record(record.record.root()),
            index: record.index,
            path: STORY.log.inclusion(record.index, size),
        },
        links: vec![Link { note: stamped.note, tokens: stamped.tokens, next: None }],
    }
}

/// Exit code, and status and code of what the renewals prove.
fn asked(args: VerifyArgs) -> (u8, String, String) {
    let (code, said, _) = run(&VerifyArgs { json: true, ..args });
    let report: Value = serde_json::from_str(&said).unwrap();
    let text = |name: &str| report["renewed"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(report["exit"], code, "{report}");
    (code, text("status"), text("code"))
}

fn is(found: &(u8, String, String), code: u8, status: &str, word: &str) {
    assert_eq!((found.0, found.1.as_str(), found.2.as_str()), (code, status, word));
}

#[test]
fn a_bundle_is_proved_with_the_renewals_of_its_record_and_no_others() {
    let files = Files::new();
    let beside = |bytes: &[u8]| VerifyArgs {
        renewals: Some(files.put("renewals.zip", bytes)),
        ..files.args("a.heqi.zip")
    };
    let way = way_of(STORY.signing()).write().unwrap();
    is(&asked(beside(&way)), 0, "proved", "renewed");
    for (lang, wanted) in [
        (Language::En, "✓ Time stamps renewed"),
        (Language::En, "in the platform's log not after"),
        (Language::Zh, "平台日志，时间戳续期 0 次"),
    ] {
        let (code, said, _) = run(&VerifyArgs { lang, ..beside(&way) });
        assert!(code == 0 && said.contains(wanted), "{wanted} is missing in\n{said}");
    }
    // What was asked for is required: neither is silently left out.
    let other = way_of(STORY.records.first().unwrap()).write().unwrap();
    is(&asked(beside(&other)), 1, "contradicted", "renewals_of_another");
    is(&asked(beside(b"whatever it is")), 1, "contradicted", "renewals_malformed");
    let (code, said, _) = run(&beside(b"whatever it is"));
    assert!(code == 1 && said.contains("was altered"), "{said}");
    let nobody = VerifyArgs { anchors: None, ..beside(&way) };
    is(&asked(nobody), 3, "not_proved", "renewals_no_anchors");
    // Twelve years later the authority's certificate has ended, and nothing renewed it.
    let later = STORY.seen_at().plus_millis(12 * 365 * 24 * 3_600_000);
    let ended = VerifyArgs { at: Some(later), ..beside(&way) };
    is(&asked(ended), 3, "not_proved", "renewals_ended");
}

#[test]
fn a_renewal_of_a_key_that_was_not_given_proves_nothing_and_contradicts_nothing() {
    let files = Files::new();
    let platform = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(17));
    let renewal = Renewal {
        anchors_sha256: Digest::of(b""),
        at: STORY.seen_at(),
        count: 1,
        custodian: "platform".to_owned(),
        ends: STORY.seen_at(),
        first: String::new(),
        last: String::new(),
        previous: Digest::of(b""),
        root: String::new(),
        seq: 1,
    };
    let mut way = way_of(STORY.signing());
    let mut last = way.links[0].clone();
    last.next = None;
    way.links[0].next = Some(Next {
        envelope: renewal.sign(&platform).unwrap().as_bytes().to_vec(),
        anchors: Vec::new(),
        label: "first".to_owned(),
        token: TokenPlace { index: 0, count: 1, path: Vec::new() },
        index: 0,
        path: Vec::new(),
    });
    way.links.push(last);
    let renewals = Some(files.put("renewals.zip", &way.write().unwrap()));
    let args = VerifyArgs { renewals, ..files.args("a.heqi.zip") };
    is(&asked(args.clone()), 3, "not_proved", "renewals_untrusted");
    // Whoever is trusted, and names another token, contradicts.
    let args = VerifyArgs { renewal_keys: vec![platform.public_key()], ..args };
    is(&asked(args), 1, "contradicted", "renewals_do_not_hold");
}
