use std::collections::BTreeSet;

use heqi_testkit::SeededEntropy;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::canonical;
use crate::chain::ChainTip;
use crate::disclosure::DisclosureError;

use Provenance::{Absent, Attested, Declared, Observed, Refused, Reported};

fn chain() -> ChainId {
    ChainId::from_bytes([9; 16])
}

fn now() -> UtcMillis {
    "2026-11-23T12:05:00.000Z".parse().unwrap()
}

fn first_place() -> ChainPlace {
    ChainTip::empty(chain()).next(chain(), now())
}

/// A record with a value in every class.
fn draft(kind: RecordKind) -> RecordDraft {
    let mut draft = RecordDraft::new(kind, GeneratedBy::Platform, &SeededEntropy::new(7));
    for (place, (name, _)) in Schema::of(kind).attributes().iter().enumerate() {
        match place % 4 {
            0 => draft.set(name, format!("{name} 值"), Observed),
            1 => draft.set(name, json!({ "n": place, "list": [1, 2] }), Declared),
            2 => draft.set(name, Value::Null, Refused),
            _ => continue,
        }
        .unwrap();
    }
    draft
}

fn record(kind: RecordKind) -> EvidenceRecord {
    draft(kind).at(first_place())
}

const KINDS: [RecordKind; 12] = [
    RecordKind::FilingOpened,
    RecordKind::FilingChanged,
    RecordKind::ConsentGiven,
    RecordKind::Signing,
    RecordKind::Decline,
    RecordKind::Confirmation,
    RecordKind::Objection,
    RecordKind::Access,
    RecordKind::Erasure,
    RecordKind::LegalHold,
    RecordKind::IdentityVerified,
    RecordKind::ReviewDecided,
];

#[test]
fn a_record_of_every_kind_reads_back_with_its_root_and_its_frame() {
    for kind in KINDS {
        let record = record(kind);
        let read = Disclosure::parse(&record.full().unwrap()).unwrap();
        assert_eq!(read.root(), record.root().digest());
        assert!(read.is_full());
        assert_eq!(Frame::read(&read).unwrap(), *record.frame());
        assert_eq!(record.leaf(), LogLeaf::Record(RecordRoot::new(read.root())));
        let frame_only = Disclosure::parse(&record.frame_only().unwrap()).unwrap();
        assert_eq!(frame_only.root(), read.root());
        assert_eq!(frame_only.attributes().count(), 8);
    }
}

#[test]
fn the_same_draft_at_the_same_place_always_makes_the_same_bytes() {
    let one = record(RecordKind::Signing).full().unwrap();
    assert_eq!(one, record(RecordKind::Signing).full().unwrap());
}

#[test]
fn placing_a_draft_again_changes_the_three_leaves_of_the_place_and_nothing_else() {
    let draft = draft(RecordKind::Signing);
    let first = draft.at(first_place());
    let tip = ChainTip::empty(chain()).after(first.frame(), first.root()).unwrap();
    let second = draft.at(tip.next(chain(), now()));
    assert_ne!(first.root(), second.root());
    let leaves =
        |record: &EvidenceRecord| -> Vec<Hash> { record.slots.iter().map(Slot::leaf).collect() };
    let changed: Vec<usize> = leaves(&first)
        .iter()
        .zip(leaves(&second))
        .enumerate()
        .filter(|(_, (a, b))| *a != b)
        .map(|(slot, _)| slot)
        .collect();
    assert_eq!(changed, [4, 5, 6]);
    assert_eq!(first.frame().record_id, second.frame().record_id);
}

#[test]
fn every_flipped_bit_of_a_record_is_refused_or_gives_another_root() {
    let record = record(RecordKind::FilingOpened);
    for bytes in [record.full().unwrap(), record.disclose(|name| name == "matter").unwrap()] {
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[place] ^= 1 << bit;
                if let Ok(read) = Disclosure::parse(&flipped) {
                    assert_ne!(read.root(), record.root().digest(), "byte {place} bit {bit}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_subset_of_attributes_opens_to_the_same_root_and_shows_nothing_else(
        kind in prop::sample::select(KINDS.to_vec()),
        picked in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let record = record(kind);
        let schema = Schema::of(kind);
        let wanted: BTreeSet<&str> = picked
            .iter()
            .map(|index| schema.name(u8::try_from(index.index(schema.slots.into())).unwrap()).unwrap())
            .collect();
        let bytes = record.disclose(|name| wanted.contains(name)).unwrap();
        let read = Disclosure::parse(&bytes).unwrap();
        prop_assert_eq!(read.root(), record.root().digest());
        for slot in 0..schema.slots {
            let name = schema.name(slot).unwrap();
            let is_open = slot < 8 || wanted.contains(name);
            prop_assert_eq!(read.attribute(name).is_some(), is_open, "{}", name);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Disclosure::parse(&bytes);
        let _ = ClientAttributes::parse(&bytes);
    }
}

fn edited(bytes: &[u8], edit: impl Fn(&mut Value)) -> Result<Disclosure, DisclosureError> {
    let mut value = canonical::parse_value(bytes).unwrap();
    edit(&mut value);
    Disclosure::parse(&canonical::to_bytes(&value).unwrap())
}

fn edited_record(edit: impl Fn(&mut Vec<Value>)) -> Result<Disclosure, DisclosureError> {
    let full = record(RecordKind::FilingOpened).full().unwrap();
    edited(&full, |value| edit(value["attributes"].as_array_mut().unwrap()))
}

#[test]
fn a_name_outside_its_slot_is_refused() {
    let swapped = edited_record(|attributes| {
        let name = attributes[8][2].take();
        attributes[8][2] = attributes[9][2].take();
        attributes[9][2] = name;
    });
    assert!(matches!(swapped, Err(DisclosureError::NameOutsideSlot(8))), "{swapped:?}");
    let unknown = edited_record(|attributes| attributes[8][2] = "colour".into());
    assert!(matches!(unknown, Err(DisclosureError::NameOutsideSlot(8))));
}

#[test]
fn a_slot_twice_or_out_of_order_is_refused() {
    let twice = edited_record(|attributes| attributes.insert(9, attributes[8].clone()));
    assert!(matches!(twice, Err(DisclosureError::SlotOrder(8))), "{twice:?}");
    let swapped = edited_record(|attributes| attributes.swap(9, 10));
    assert!(matches!(swapped, Err(DisclosureError::SlotOrder(9))));
}

#[test]
fn a_slot_beyond_the_tree_is_refused() {
    let beyond = edited_record(|attributes| {
        let mut extra = attributes[15].clone();
        extra[0] = 16.into();
        extra[2] = "reserved_16".into();
        attributes.push(extra);
    });
    assert!(matches!(beyond, Err(DisclosureError::SlotBeyondTree(16))), "{beyond:?}");
}

#[test]
fn a_closed_slot_of_the_frame_is_refused_even_when_its_hash_is_there() {
    for slot in 2..8 {
        let closed = edited_record(|attributes| {
            attributes.remove(slot);
        });
        assert!(matches!(closed, Err(DisclosureError::FrameClosed(s)) if usize::from(s) == slot));
    }
    for slot in 0..2 {
        let closed = edited_record(|attributes| {
            attributes.remove(slot);
        });
        assert!(matches!(closed, Err(DisclosureError::Schema)));
    }
}

#[test]
fn a_value_that_does_not_fit_its_provenance_is_refused() {
    for (place, entry, wrong) in [
        (8, 3, Value::Null),
        (8, 4, json!("absent")),
        (11, 3, json!("something nobody obtained")),
        (15, 4, json!("observed")),
    ] {
        let edited = edited_record(|attributes| attributes[place][entry] = wrong.clone());
        assert!(
            matches!(edited, Err(DisclosureError::ProvenanceMismatch(s)) if usize::from(s) == place),
            "{place} {edited:?}"
        );
    }
    let reserved = edited_record(|attributes| {
        attributes[15][3] = "smuggled".into();
        attributes[15][4] = "observed".into();
    });
    assert!(matches!(reserved, Err(DisclosureError::ProvenanceMismatch(15))));
}

/// Names are hashed: a slot without one in the first version has its name in the second only.
#[test]
fn only_the_second_version_of_a_change_names_what_a_document_replaces() {
    let (kind, by, entropy) =
        (RecordKind::FilingChanged, GeneratedBy::Platform, SeededEntropy::new(7));
    let mut first = RecordDraft::new(kind, by, &entropy);
    let refused = first.set("replaces", "doc_1", Observed).map(|_| ());
    assert!(matches!(refused, Err(AttributeError::Unknown { .. })));
    let mut second = RecordDraft::newest(kind, by, &entropy);
    second.set("replaces", "doc_1", Observed).unwrap();
    let full = second.at(first_place()).full().unwrap();
    let read = Disclosure::parse(&full).unwrap();
    assert_eq!(read.text("replaces"), Some("doc_1"));
    assert_eq!(read.value("schema"), Some(&2.into()));
    let renamed = edited(&full, |value| value["attributes"][1][3] = 1.into());
    assert!(matches!(renamed, Err(DisclosureError::NameOutsideSlot(22))), "{renamed:?}");
}

#[test]
fn another_format_an_unknown_kind_and_a_helper_too_many_are_refused() {
    let full = record(RecordKind::FilingOpened).full().unwrap();
    let format = edited(&full, |value| value["format"] = "heqi.record/v2".into());
    assert!(matches!(format, Err(DisclosureError::Format)));
    let version = edited_record(|attributes| attributes[1][3] = 2.into());
    assert!(matches!(version, Err(DisclosureError::Schema)));
    let kind = edited_record(|attributes| attributes[0][3] = "certificate".into());
    assert!(matches!(kind, Err(DisclosureError::Schema)));
    let helper = edited(&full, |value| value["hashes"] = json!(["00".repeat(32)]));
    assert!(matches!(helper, Err(DisclosureError::Tree(_))));
    let member = edited(&full, |value| value["extra"] = 1.into());
    assert!(matches!(member, Err(DisclosureError::Json(_))));
    assert!(matches!(
        Disclosure::parse(&vec![b' '; disclosure::MAX_BYTES + 1]),
        Err(DisclosureError::TooLarge)
    ));
}

#[test]
fn a_frame_that_is_not_the_servers_own_word_is_refused() {
    for (slot, entry, wrong) in [
        (2, 3, json!("rec_x")),
        (4, 3, json!(0)),
        (4, 4, json!("reported")),
        (5, 3, json!("00")),
        (6, 3, json!("2026-11-23T12:05:00Z")),
        (7, 3, json!("somebody")),
    ] {
        let read = edited_record(|attributes| attributes[slot][entry] = wrong.clone()).unwrap();
        assert!(Frame::read(&read).is_err(), "slot {slot} {wrong}");
    }
}

#[test]
fn a_draft_takes_only_what_its_schema_knows() {
    let mut draft = draft(RecordKind::FilingOpened);
    for name in ["colour", "seq", "reserved_15", ""] {
        let refused = draft.set(name, "x", Observed).map(|_| ());
        assert!(matches!(refused, Err(AttributeError::Unknown { .. })), "{name}");
    }
    assert!(matches!(draft.set("matter", "x", Absent), Err(AttributeError::Provenance("matter"))));
    assert!(matches!(
        draft.set("matter", Value::Null, Observed),
        Err(AttributeError::Provenance(_))
    ));
    assert!(matches!(draft.set("matter", 1.5, Observed), Err(AttributeError::Number(_))));
    assert!(matches!(draft.set("matter", i64::MIN, Observed), Err(AttributeError::Number(_))));
}

fn stored(draft: &RecordDraft, record: &EvidenceRecord) -> StoredRecord {
    let mut classes: BTreeMap<_, _> = draft
        .contents()
        .into_iter()
        .map(|(class, content)| (class, StoredClass::Open(content)))
        .collect();
    classes.insert(RetentionClass::Frame, StoredClass::Open(draft.frame_content(record)));
    StoredRecord { classes }
}

#[test]
fn a_record_taken_apart_and_put_together_is_the_same_record_through_its_json_too() {
    for kind in KINDS {
        let draft = draft(kind);
        let record = draft.at(first_place());
        let mut parts = stored(&draft, &record);
        for class in parts.classes.values_mut() {
            let json = serde_json::to_vec(class).unwrap();
            *class = serde_json::from_slice(&json).unwrap();
        }
        let again = parts.assemble().unwrap();
        assert_eq!(again.full().unwrap(), record.full().unwrap());
        assert_eq!(again.frame(), record.frame());
    }
}

#[test]
fn an_erased_class_keeps_the_root_and_can_never_be_opened_again() {
    use RetentionClass::{Biometric, Matter, Person, Trace};
    let draft = draft(RecordKind::Signing);
    let record = draft.at(first_place());
    for erased in [Matter, Person, Biometric, Trace] {
        let mut parts = stored(&draft, &record);
        let leaves = record.leaves_of(erased);
        parts.classes.insert(erased, StoredClass::Erased(leaves));
        let rest = parts.assemble().unwrap();
        assert_eq!(rest.root(), record.root());
        let read = Disclosure::parse(&rest.full().unwrap()).unwrap();
        assert_eq!(read.root(), record.root().digest());
        for (slot, attribute) in read.attributes() {
            assert_ne!(read.schema().class(slot), erased, "{}", attribute.name);
        }
        assert!(!read.is_full());
    }
}

#[test]
fn stored_classes_that_do_not_fit_the_schema_are_refused() {
    use RetentionClass::{Frame as FrameClass, Matter, Person, Trace};
    let draft = draft(RecordKind::Signing);
    let record = draft.at(first_place());
    let whole = stored(&draft, &record);
    let refused = |change: &dyn Fn(&mut StoredRecord)| {
        let mut parts = whole.clone();
        change(&mut parts);
        parts.assemble().is_err()
    };
    assert!(!refused(&|_| ()));
    for class in [FrameClass, Matter, Person, Trace] {
        assert!(refused(&|parts| {
            parts.classes.remove(&class);
        }));
    }
    // A value in a class that is not its own, and an erased slot that is missing.
    assert!(refused(&|parts| {
        let person = parts.classes[&Person].clone();
        parts.classes.insert(Trace, person);
    }));
    assert!(refused(&|parts| {
        let mut leaves = record.leaves_of(Person);
        leaves.pop();
        parts.classes.insert(Person, StoredClass::Erased(leaves));
    }));
    assert!(refused(&|parts| {
        let leaves = record.leaves_of(FrameClass);
        parts.classes.insert(FrameClass, StoredClass::Erased(leaves));
    }));
}

fn client() -> ClientAttributes {
    let values = BTreeMap::from([
        ("signed_at", (json!(now()), Reported)),
        ("photo_sha256", (json!(Digest::of(b"photo")), Reported)),
        ("place", (Value::Null, Refused)),
    ]);
    ClientAttributes::make(&values, &SeededEntropy::new(3)).unwrap()
}

#[test]
fn a_device_tree_reads_back_whole_and_opens_in_part_to_the_same_root() {
    let client = client();
    let whole = client.disclose(|_| true).unwrap();
    assert_eq!(ClientAttributes::parse(&whole).unwrap().root(), client.root());
    let part = client.disclose(|name| name == "photo_sha256").unwrap();
    assert_eq!(Disclosure::parse(&part).unwrap().root(), client.root());
    assert!(matches!(ClientAttributes::parse(&part), Err(ClientError::NotWhole)));
    let frame = record(RecordKind::Signing).full().unwrap();
    assert!(matches!(ClientAttributes::parse(&frame), Err(ClientError::NotWhole)));
}

#[test]
fn a_device_cannot_claim_what_only_others_can() {
    for provenance in [Observed, Attested, Declared, Provenance::Reviewed] {
        let values = BTreeMap::from([("signed_at", (json!(now()), provenance))]);
        let bytes = ClientAttributes::make(&values, &SeededEntropy::new(3)).unwrap();
        let read = ClientAttributes::parse(&bytes.disclose(|_| true).unwrap());
        assert!(matches!(read, Err(ClientError::Provenance("signed_at"))), "{provenance}");
    }
}

#[test]
fn a_device_tree_has_no_frame_of_a_record() {
    let read = Disclosure::parse(&client().disclose(|_| true).unwrap()).unwrap();
    assert_eq!(Frame::read(&read), Err(FrameError("kind")));
}

#[test]
fn the_first_two_slots_carry_their_own_names() {
    for slot in 0..2 {
        let renamed = edited_record(|attributes| attributes[slot][2] = "colour".into());
        assert!(matches!(renamed, Err(DisclosureError::Schema)), "{slot} {renamed:?}");
    }
}

#[test]
fn a_disclosure_of_exactly_the_most_bytes_is_read() {
    let longest = vec![b' '; 262_144];
    assert!(matches!(Disclosure::parse(&longest), Err(DisclosureError::Json(_))));
    let longer = vec![b' '; 262_145];
    assert!(matches!(Disclosure::parse(&longer), Err(DisclosureError::TooLarge)));
}

#[test]
fn only_a_full_disclosure_gives_the_record_back() {
    let record = record(RecordKind::Signing);
    let full = Disclosure::parse(&record.full().unwrap()).unwrap();
    let again = EvidenceRecord::of_full(&full).unwrap();
    assert_eq!((again.root(), again.full().unwrap()), (record.root(), record.full().unwrap()));
    let part = Disclosure::parse(&record.frame_only().unwrap()).unwrap();
    assert_eq!(EvidenceRecord::of_full(&part).unwrap_err(), FrameError("full"));
}

#[test]
fn a_record_is_printed_as_its_frame_and_without_its_values() {
    let record = record(RecordKind::FilingOpened);
    let printed = format!("{record:?}");
    assert!(printed.starts_with("EvidenceRecord(Frame {"), "{printed}");
    assert!(printed.contains("FilingOpened") && !printed.contains('值'), "{printed}");
}

#[test]
fn either_system_may_have_made_a_record() {
    for by in [GeneratedBy::Platform, GeneratedBy::NotaryPreservationSystem] {
        let draft = RecordDraft::new(RecordKind::Decline, by, &SeededEntropy::new(7));
        let full = draft.at(first_place()).full().unwrap();
        let read = Frame::read(&Disclosure::parse(&full).unwrap()).unwrap();
        assert_eq!(read.generated_by, by);
    }
}

#[test]
fn an_erased_leaf_beyond_the_last_slot_is_refused() {
    let draft = draft(RecordKind::Signing);
    let record = draft.at(first_place());
    let slots = Schema::of(RecordKind::Signing).slots;
    let with = |slot: u8| {
        let mut parts = stored(&draft, &record);
        let mut leaves = record.leaves_of(RetentionClass::Matter);
        leaves.push((slot, Digest::of(b"smuggled")));
        parts.classes.insert(RetentionClass::Matter, StoredClass::Erased(leaves));
        parts.assemble()
    };
    for beyond in [slots, slots + 1] {
        assert!(matches!(with(beyond), Err(StoredRecordError::Classes)), "{beyond}");
    }
}

#[test]
fn an_attribute_of_a_device_is_found_by_its_name() {
    let client = client();
    assert_eq!(client.attribute("photo_sha256").unwrap().value, json!(Digest::of(b"photo")));
    assert_eq!(client.attribute("kind").unwrap().value, "client");
    assert!(client.attribute("colour").is_none());
}
