//! Files made to hurt: nothing panics, nothing grows, nothing is drawn.

use heqi_testkit::archive;
use heqi_verify::Examination;
use proptest::prelude::*;
use serde_json::json;

use crate::{ANCHORS, BUNDLE};

fn survives(file: &[u8]) {
    let _ = Examination::of(file, Some(&ANCHORS), None);
    let _ = Examination::of(file, None, None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_mutated_bundle_makes_the_verifier_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        keep in any::<prop::sample::Index>(),
        truncate in any::<bool>(),
    ) {
        let mut file = BUNDLE.clone();
        for (at, byte) in changes {
            let place = at.index(file.len());
            file[place] = byte;
        }
        if truncate {
            file.truncate(keep.index(file.len()));
        }
        survives(&file);
    }

    #[test]
    fn no_mutated_part_makes_the_verifier_panic(
        entry in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut entries = archive::unpack(&BUNDLE);
        let chosen = entry.index(entries.len());
        let bytes = &mut entries[chosen].1;
        for (at, byte) in changes {
            let place = at.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&archive::pack(&entries));
    }

    #[test]
    fn no_anchors_file_makes_the_verifier_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        prop_assert!(Examination::of(&BUNDLE, Some(&bytes), None).is_err());
        let mut anchors = ANCHORS.clone();
        let place = at.index(anchors.len());
        anchors[place] = byte;
        let _ = Examination::of(&BUNDLE, Some(&anchors), None);
    }
}

#[test]
fn a_part_of_deeply_nested_brackets_or_huge_numbers_is_an_answer_and_no_crash() {
    for part in [
        "[".repeat(200_000).into_bytes(),
        "{\"a\":".repeat(100_000).into_bytes(),
        b"9".repeat(100_000),
        json!({ "attributes": [[0, "", "kind", 0, "observed"]] }).to_string().into_bytes(),
    ] {
        for name in [
            "record.json",
            "client.json",
            "challenge.json",
            "envelope.json",
            "chain/head.json",
            "deposits/00.json",
            "certificates/00.der",
            "proof/record.tlog-proof",
        ] {
            let mut entries = archive::unpack(&BUNDLE);
            entries.iter_mut().find(|(entry, _)| entry == name).unwrap().1.clone_from(&part);
            let file = archive::pack(&entries);
            let examination = Examination::of(&file, Some(&ANCHORS), None).unwrap();
            let required = heqi_evidence::verdict::ClaimName::required_by_default();
            let conclusion = examination.verdict().conclude(&required);
            assert_eq!(conclusion.exit_code(), 1, "{name}");
        }
    }
}
