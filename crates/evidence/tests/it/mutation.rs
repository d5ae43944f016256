//! No change of any byte keeps the verdict.

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_testkit::archive;
use proptest::prelude::*;

use crate::{ANCHORS, STORY, conclusion};

fn conclude(file: &[u8], required: &[ClaimName]) -> Option<Conclusion> {
    let bundle = EvidenceBundle::read(file).ok()?;
    let question = Question { anchors: Some(&ANCHORS), ..Question::default() };
    let required = required.iter().copied().collect();
    Some(examine(&bundle, &question).conclude(&required))
}

const LOGGED: [ClaimName; 3] = [ClaimName::Integrity, ClaimName::Logged, ClaimName::Deposited];

#[test]
fn no_flipped_bit_of_a_small_bundle_is_proved() {
    let file = STORY.bundle(STORY.first(heqi_evidence::schema::RecordKind::FilingOpened));
    let file = BundleParts { deposits: file.deposits, ..file }.write().unwrap();
    assert_eq!(conclude(&file, &LOGGED), Some(Conclusion::Proved));
    for place in 0..file.len() {
        let mut flipped = file.clone();
        flipped[place] ^= 1 << (place % 8);
        assert_ne!(conclude(&flipped, &LOGGED), Some(Conclusion::Proved), "byte {place}");
    }
}

#[test]
fn no_truncated_bundle_is_read() {
    let file = STORY.bundle(STORY.signing()).write().unwrap();
    for length in (0..file.len()).step_by(7) {
        assert!(EvidenceBundle::read(&file[..length]).is_err(), "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_flipped_bit_of_a_signing_is_proved(at in any::<prop::sample::Index>(), bit in 0..8u32) {
        let mut file = STORY.bundle_with_chain(STORY.signing()).write().unwrap();
        let place = at.index(file.len());
        file[place] ^= 1 << bit;
        let all = [ClaimName::required_by_default().into_iter().collect::<Vec<_>>(), vec![ClaimName::Complete, ClaimName::Time]].concat();
        prop_assert_ne!(conclude(&file, &all), Some(Conclusion::Proved), "byte {} bit {}", place, bit);
    }

    /// An attacker who makes the manifest again still cannot change any part. What others
    /// signed beside it (photo of a document, chain, proof) is bound by digests or signatures.
    #[test]
    fn no_flipped_bit_of_a_part_is_proved_even_when_the_manifest_is_made_again(
        entry in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        bit in 0..8u32,
    ) {
        let mut entries = archive::unpack(&STORY.bundle_with_chain(STORY.signing()).write().unwrap());
        let chosen = entry.index(entries.len());
        let name = entries[chosen].0.clone();
        let place = at.index(entries[chosen].1.len());
        entries[chosen].1[place] ^= 1 << bit;
        let all = [ClaimName::required_by_default().into_iter().collect::<Vec<_>>(), vec![ClaimName::Complete, ClaimName::Mirrored, ClaimName::Time]].concat();
        let concluded = conclude(&archive::pack(&entries), &all);
        prop_assert_ne!(concluded, Some(Conclusion::Proved), "{} byte {} bit {}", name, place, bit);
    }

    #[test]
    fn no_part_that_is_left_out_keeps_every_claim(entry in any::<prop::sample::Index>()) {
        let mut entries = archive::unpack(&STORY.bundle_with_chain(STORY.signing()).write().unwrap());
        let (name, _) = entries.remove(entry.index(entries.len()));
        let all = ClaimName::ALL.into_iter().filter(|c| !matches!(c, ClaimName::Identity | ClaimName::Certificate));
        let concluded = conclude(&archive::pack(&entries), &all.collect::<Vec<_>>());
        // Photo and document may be left out: their digests are still bound.
        if !name.starts_with("attachments/") {
            prop_assert_ne!(concluded, Some(Conclusion::Proved), "{}", name);
        }
    }
}

#[test]
fn the_story_itself_is_proved_so_that_these_tests_can_fail() {
    let parts = STORY.bundle_with_chain(STORY.signing());
    assert_eq!(conclusion(&crate::verdict_under(&parts, &ANCHORS)), Conclusion::Proved);
}
