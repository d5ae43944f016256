use std::collections::BTreeSet;

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::verdict::{ClaimName, Conclusion, Verdict};

use super::*;

fn verdict(story: &Story, parts: &BundleParts) -> Verdict {
    let anchors = AnchorsFile::parse(&story.anchors_file()).unwrap();
    let bundle = EvidenceBundle::read(&parts.write().unwrap()).unwrap();
    let question = Question { anchors: Some(&anchors.anchors), ..Question::default() };
    examine(&bundle, &question)
}

#[test]
fn an_untwisted_signing_proves_everything_that_can_be_proved_today() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
        let story = Story::tell(1, &Twists { algorithm, ..Twists::default() });
        let verdict = verdict(&story, &story.bundle_with_chain(story.signing()));
        let mut wanted: BTreeSet<ClaimName> = ClaimName::ALL.into();
        wanted.remove(&ClaimName::Identity);
        wanted.remove(&ClaimName::Certificate);
        assert_eq!(verdict.conclude(&wanted), Conclusion::Proved, "{verdict:#?}");
    }
}

#[test]
fn every_record_of_the_story_is_logged_and_deposited() {
    let story = Story::tell(2, &Twists { objection: true, ..Twists::default() });
    assert_eq!(story.records.len(), 11);
    for record in &story.records {
        let verdict = verdict(&story, &story.bundle_with_chain(record));
        let wanted = [
            ClaimName::Integrity,
            ClaimName::Logged,
            ClaimName::Complete,
            ClaimName::Witnessed,
            ClaimName::Mirrored,
            ClaimName::Deposited,
        ];
        assert_eq!(verdict.conclude(&wanted.into()), Conclusion::Proved, "{verdict:#?}");
    }
    assert_eq!(story.notary_log.size(), 22);
}

#[test]
fn a_seed_always_tells_the_same_story() {
    let file = |seed| {
        let story = Story::tell(seed, &Twists::default());
        (story.bundle_with_chain(story.signing()).write().unwrap(), story.anchors_file())
    };
    assert_eq!(file(3), file(3));
    assert_ne!(file(3), file(4));
}
