use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::*;
use crate::{
    checkpoint::SignedCheckpoint,
    encoding::to_hex,
    note::Note,
    testing::{bytes, name, vectors},
};

#[derive(Deserialize)]
struct Vectors {
    seed: String,
    vkey: String,
    time: u64,
    text: String,
    message: String,
    message_sha256: String,
    note: String,
    note_sha256: String,
    verify: Vec<VerifyCase>,
}

#[derive(Deserialize)]
struct VerifyCase {
    name: String,
    note: String,
    vkey: String,
    time: Option<u64>,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../tests/vectors/tlog/cosignature.json"))
}

#[test]
fn the_vector_is_reproduced() {
    let vectors = read();
    let cosigner = Cosigner::from_seed(
        name("witness.example/notary1"),
        bytes(&vectors.seed).as_slice().try_into().unwrap(),
    )
    .unwrap();
    assert_eq!(cosigner.verifier_key().to_string(), vectors.vkey);

    let time = CosignatureTime::from_posix_seconds(vectors.time).unwrap();
    let message = cosigned_message(&vectors.text, time);
    assert_eq!(message, vectors.message.as_bytes());
    assert_eq!(to_hex(&Sha256::digest(&message)), vectors.message_sha256);
    assert_eq!(
        vectors.message_sha256,
        "dcfca3c8496029376e6c0414edbdd810c28831e8fbe55ed9bee542d49a6a9423"
    );

    let line = cosigner.cosign(&Checkpoint::parse(&vectors.text).unwrap(), time);
    assert_eq!(line.signature().len(), COSIGNATURE_BYTES);
    let signed = SignedCheckpoint::parse(vectors.note.as_bytes()).unwrap();
    assert_eq!(signed.note().signatures()[1], line);
    assert_eq!(to_hex(&Sha256::digest(signed.to_bytes())), vectors.note_sha256);
    assert_eq!(
        vectors.note_sha256,
        "b1adffa995b4356b6a7c532324e55686bfa967130af45632c1a7357f98de5236"
    );
}

#[test]
fn the_verification_vectors_are_judged_as_they_say() {
    for case in read().verify {
        let key = case.vkey.parse().unwrap();
        let note = Note::parse(case.note.as_bytes()).unwrap();
        let time =
            note.verify([&key]).ok().map(|verified| verified[0].time().unwrap().posix_seconds());
        assert_eq!(time, case.time, "{}", case.name);
    }
}

#[test]
fn every_flipped_bit_of_a_cosignature_is_noticed() {
    let vectors = read();
    let key: VerifierKey = vectors.vkey.parse().unwrap();
    let signed = SignedCheckpoint::parse(vectors.note.as_bytes()).unwrap();
    let cosignature = signed.note().signatures()[1].signature();
    assert!(verify_cosignature(&key, &vectors.text, cosignature).is_ok());
    for bit in 0..COSIGNATURE_BYTES * 8 {
        let mut flipped = cosignature.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            verify_cosignature(&key, &vectors.text, &flipped),
            Err(BadSignature),
            "bit {bit}"
        );
    }
}

#[test]
fn a_log_key_does_not_verify_cosignatures() {
    let vectors = read();
    let cosigner: VerifierKey = vectors.vkey.parse().unwrap();
    let as_log =
        VerifierKey::new(cosigner.name().clone(), SignatureType::Ed25519, cosigner.public_key())
            .unwrap();
    let signed = SignedCheckpoint::parse(vectors.note.as_bytes()).unwrap();
    let cosignature = signed.note().signatures()[1].signature();
    assert_eq!(verify_cosignature(&as_log, &vectors.text, cosignature), Err(BadSignature));
    assert_ne!(as_log.id(), cosigner.id());
}

#[test]
fn a_time_is_at_least_1_and_at_most_2_to_the_63_minus_1() {
    for seconds in [1, 1_767_225_600, u64::MAX >> 1] {
        assert_eq!(CosignatureTime::from_posix_seconds(seconds).unwrap().posix_seconds(), seconds);
    }
    for seconds in [0, 1 << 63, u64::MAX] {
        assert_eq!(CosignatureTime::from_posix_seconds(seconds), Err(CosignatureTimeError));
    }
}

#[test]
fn a_cosigner_never_prints_its_secret() {
    let cosigner = Cosigner::from_seed(name("witness.example/w"), &[0xa5; 32]).unwrap();
    let printed = format!("{cosigner:?}");
    assert!(printed.contains(&cosigner.verifier_key().to_string()));
    assert!(
        !printed.contains("a5a5") && !printed.contains("165, 165") && !printed.contains("paWl"),
        "{printed}"
    );
}
