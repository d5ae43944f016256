//! The vectors of `tests/vectors/store/`, which `generate.py` there writes without this crate.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use heqi_vocabulary::{Digest, Entropy};
use serde_json::Value;

use crate::durable_file::Disk;
use crate::identity::Identity;
use crate::journal::JournalError;
use crate::journal::frame::{Frame, FrameReader, Next, encode_frame, frame_kind};
use crate::journal::ledger::Leaf;
use crate::journal::object::{Location, encode_header as encode_object_header, read_object};
use crate::journal::segment::{
    HEADER_BYTES, Position, Segment, SegmentKind, StoreId, encode_header,
};
use crate::journal::state::{Batch, encode_base, encode_batch};
use crate::testing::{SeededEntropy, tamper};
use crate::vault::{
    DataKey, DataKeyId, FileKeyEncryptionKey, FileVault, Vault, VaultError, data_key_of,
};

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/store/store.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn refused(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let cases = value["refused"].as_array().unwrap();
    assert!(!cases.is_empty());
    cases.iter().map(|case| (case["why"].as_str().unwrap(), case))
}

/// Gives the same bytes for ever.
struct Fixed(Vec<u8>);

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.copy_from_slice(&self.0[..buffer.len()]);
    }
}

/// The bad frame's offset, or the good frames.
fn read_segment(path: &Path, vector: &Value) -> Result<(Vec<Frame>, Option<u64>), JournalError> {
    let store: StoreId = array(&vector["store"]);
    let number = u32::try_from(number(&vector["number"])).unwrap();
    let segment = Segment::open(path.to_owned(), SegmentKind::Ledger, number, &store)?;
    let mut reader = FrameReader::whole(Arc::new(segment))?;
    let mut frames = Vec::new();
    loop {
        match reader.next()? {
            Next::End => return Ok((frames, None)),
            Next::Frame(frame) => frames.push(frame),
            Next::Bad { offset, .. } => return Ok((frames, Some(offset))),
        }
    }
}

#[test]
fn segments_and_frames_are_read_and_written_as_specified() {
    let vector = &vectors()["segment"];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("segment");
    tamper(&path, bytes(&vector["bytes"]));
    let (frames, bad) = read_segment(&path, vector).unwrap();
    assert_eq!(bad, None);

    let store: StoreId = array(&vector["store"]);
    let (mut written, seed) = encode_header(SegmentKind::Ledger, 7, &store);
    assert_eq!(u64::from(seed), number(&vector["seed"]));
    assert_eq!(written.len() as u64, HEADER_BYTES);
    for (frame, expected) in frames.iter().zip(vector["frames"].as_array().unwrap()) {
        assert_eq!(frame.offset, number(&expected["offset"]));
        assert_eq!(u64::from(frame.kind), number(&expected["kind"]));
        assert_eq!(frame.sequence, number(&expected["sequence"]));
        assert_eq!(frame.payload, bytes(&expected["payload"]));
        encode_frame(&mut written, seed, frame.kind, frame.sequence, &[&frame.payload]).unwrap();
    }
    assert_eq!(written, bytes(&vector["bytes"]));
    for (why, case) in refused(vector) {
        tamper(&path, bytes(&case["bytes"]));
        match (read_segment(&path, vector), case["bad_at"].as_u64()) {
            (Err(JournalError::Damaged(_)), None) => {}
            (Ok((_, found)), expected @ Some(_)) => assert_eq!(found, expected, "{why}"),
            (found, _) => panic!("{why}: {found:?}"),
        }
    }
}

#[test]
fn frames_of_the_state_journal_are_read_and_written_as_specified() {
    let vector = &vectors()["state"];
    let frame = |kind, payload: &Value| Frame {
        offset: HEADER_BYTES,
        kind,
        sequence: number(&vector["sequence"]),
        payload: bytes(payload).into(),
    };
    let path = Path::new("vector");
    let batch = Batch::decode(&frame(frame_kind::STATE_BATCH, &vector["payload"]), path).unwrap();
    let (point, expected) = (&batch.point, &vector["point"]);
    let place = |value: &Value| {
        Position::new(u32::try_from(number(&value[0])).unwrap(), number(&value[1])).unwrap()
    };
    assert_eq!((batch.number, batch.is_base), (17, false));
    assert_eq!(point.version, number(&expected["version"]));
    assert_eq!(point.leaves, number(&expected["leaves"]));
    assert_eq!(point.ledger_end, place(&expected["ledger_end"]));
    assert_eq!(point.objects_end, place(&expected["objects_end"]));
    assert_eq!(point.tiled, number(&expected["tiled"]));
    assert_eq!(point.data_keys, number(&expected["data_keys"]));
    assert_eq!(point.note, bytes(&expected["note"]));
    for (row, expected) in batch.writes.iter().zip(vector["rows"].as_array().unwrap()) {
        assert_eq!(row.key, bytes(&expected["key"]));
        assert_eq!(row.version, number(&expected["version"]));
        let value = (!expected["value"].is_null()).then(|| Bytes::from(bytes(&expected["value"])));
        assert_eq!(row.value, value);
    }
    let object = batch.writes.last().unwrap().value.clone().unwrap();
    let location = Location { position: Position::new(2, 36).unwrap(), size: 6 };
    assert_eq!(Location::decode(&object), Some(location));
    assert_eq!(location.encode(), object);

    let mut payload = Vec::new();
    encode_batch(&mut payload, point, &batch.writes);
    assert_eq!(payload, bytes(&vector["payload"]));
    let base = frame(frame_kind::STATE_BASE, &vector["base_payload"]);
    assert_eq!(Batch::decode(&base, path).unwrap().point, *point);
    let mut written = Vec::new();
    encode_base(&mut written, 0, 17, point).unwrap();
    assert_eq!(written[17..], bytes(&vector["base_payload"]));
    for (why, case) in refused(vector) {
        let kind = u8::try_from(number(&case["kind"])).unwrap();
        assert!(Batch::decode(&frame(kind, &case["payload"]), path).is_err(), "{why}");
    }
}

#[test]
fn leaves_of_the_ledger_are_read_as_specified() {
    let vector = &vectors()["leaf"];
    let decode = |payload: &Value| {
        let payload = bytes(payload).into();
        Leaf::decode(&Frame { offset: 36, kind: frame_kind::LEDGER_LEAF, sequence: 5, payload })
    };
    let leaf = decode(&vector["payload"]).unwrap();
    assert_eq!(leaf.index, 5);
    assert_eq!(leaf.entry, bytes(&vector["entry"]));
    assert_eq!(leaf.record, bytes(&vector["record"]));
    for (why, case) in refused(vector) {
        assert!(decode(&case["payload"]).is_none(), "{why}");
    }
}

#[test]
fn packed_objects_are_read_and_written_as_specified() {
    let vector = &vectors()["object"];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("objects");
    let store: StoreId = array(&vector["store"]);
    let id: Digest = vector["id"].as_str().unwrap().parse().unwrap();
    let size = u32::try_from(number(&vector["size"])).unwrap();
    let position = Position::new(2, number(&vector["offset"])).unwrap();
    let read = |content: &Value| {
        tamper(&path, bytes(content));
        let segment = Segment::open(path.clone(), SegmentKind::Objects, 2, &store)?;
        read_object(&segment, Location { position, size }, &id)
    };
    let object = read(&vector["bytes"]).unwrap();
    assert_eq!(Digest::of(&object), id);
    let (mut written, seed) = encode_header(SegmentKind::Objects, 2, &store);
    written.extend(encode_object_header(seed, &id, size));
    written.extend_from_slice(&object);
    assert_eq!(written, bytes(&vector["bytes"]));
    for (why, case) in refused(vector) {
        assert!(matches!(read(&case["bytes"]), Err(JournalError::Damaged(_))), "{why}");
    }
}

#[test]
fn data_key_identifiers_and_sealed_bytes_are_as_specified() {
    let vectors = vectors();
    for case in vectors["data_key_ids"].as_array().unwrap() {
        let scope: Vec<_> = case["scope"].as_array().unwrap().iter().map(bytes).collect();
        let scope: Vec<_> = scope.iter().map(Vec::as_slice).collect();
        assert_eq!(*DataKeyId::of(&scope).as_bytes(), array(&case["id"]));
    }
    let vector = &vectors["sealed"];
    let id = DataKeyId::from_bytes(array(&vector["key_id"]));
    let key = DataKey::new(id, array(&vector["key"]).into());
    let nonce = Fixed(bytes(&vector["nonce"]));
    let (context, plaintext) = (bytes(&vector["context"]), bytes(&vector["plaintext"]));
    let sealed = key.seal(&context, &plaintext, &nonce);
    assert_eq!(sealed, bytes(&vector["sealed"]));
    assert_eq!(data_key_of(&sealed), Some(id));
    assert_eq!(**key.open(&context, &sealed).unwrap(), *plaintext);
    for (why, case) in refused(vector) {
        let opened = key.open(&bytes(&case["context"]), &bytes(&case["sealed"]));
        assert!(opened.is_err(), "{why}");
    }
}

#[test]
fn a_vault_segment_is_read_as_specified() {
    let vector = &vectors()["vault"];
    let directory = tempfile::tempdir().unwrap();
    let (kek, vault) = (directory.path().join("kek"), directory.path().join("vault"));
    let text = format!("{}\n", vector["kek"].as_str().unwrap());
    Disk::default().write_secret(&kek, &[text.as_bytes()]).unwrap();
    let open = |content: &Value| {
        Disk::default().create_directory(&vault).unwrap();
        tamper(vault.join("0000000000.vault"), bytes(content));
        let entropy = Arc::new(SeededEntropy::new(1));
        let kek = Arc::new(FileKeyEncryptionKey::load(&kek, entropy.clone()).unwrap());
        let store = array(&vector["store"]);
        FileVault::open(vault.clone(), store, 0, Disk::default(), kek, entropy)
    };
    let opened = open(&vector["bytes"]).unwrap();
    let id = DataKeyId::from_bytes(array(&vector["present"]));
    assert_eq!(*opened.key(id).unwrap().secret(), array(&vector["key"]));
    let id = DataKeyId::from_bytes(array(&vector["erased"]));
    assert_eq!(opened.key(id).unwrap_err(), VaultError::Shredded { id });
    for (why, case) in refused(vector) {
        assert!(matches!(open(&case["bytes"]), Err(JournalError::Damaged(_))), "{why}");
    }
}

#[test]
fn the_name_of_a_store_is_read_as_specified() {
    let vector = &vectors()["identity"];
    let directory = tempfile::tempdir().unwrap();
    let read = |text: &Value| {
        tamper(directory.path().join("store.json"), text.as_str().unwrap());
        Identity::read(directory.path())
    };
    let identity = read(&vector["text"]).unwrap().unwrap();
    assert_eq!(identity.store, array(&vector["store"]));
    assert_eq!(identity.origin, vector["origin"].as_str().unwrap());
    for (why, case) in refused(vector) {
        assert!(matches!(read(&case["text"]), Err(JournalError::Damaged(_))), "{why}");
    }
}
