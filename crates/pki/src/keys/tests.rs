use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::testing::{Constant, Seeded, hex_bytes, openssl, temporary_file};

const ALGORITHMS: [Algorithm; 2] = [Algorithm::Ed25519, Algorithm::P256];

fn key(algorithm: Algorithm, seed: u64) -> SigningKey {
    SigningKey::generate(algorithm, &Seeded::new(seed))
}

#[derive(Deserialize)]
struct Vectors<T> {
    cases: Vec<T>,
}

#[derive(Deserialize)]
struct SignatureCase {
    name: String,
    #[serde(with = "hex_bytes")]
    spki: Vec<u8>,
    #[serde(with = "hex_bytes")]
    message: Vec<u8>,
    #[serde(with = "hex_bytes")]
    signature: Vec<u8>,
    valid: bool,
}

#[derive(Deserialize)]
struct KeyCase {
    name: String,
    #[serde(with = "hex_bytes")]
    spki: Vec<u8>,
    algorithm: Option<Algorithm>,
    key_id: Option<KeyId>,
}

#[test]
fn every_signature_vector_has_its_verdict() {
    let vectors: Vectors<SignatureCase> =
        serde_json::from_str(include_str!("../../../../tests/vectors/pki/signatures.json"))
            .unwrap();
    assert!(vectors.cases.len() > 20);
    for case in vectors.cases {
        let key = PublicKey::from_spki_der(&case.spki).unwrap();
        assert_eq!(key.verify(&case.message, &case.signature).is_ok(), case.valid, "{}", case.name);
    }
}

#[test]
fn every_public_key_vector_has_its_verdict() {
    let vectors: Vectors<KeyCase> =
        serde_json::from_str(include_str!("../../../../tests/vectors/pki/public-keys.json"))
            .unwrap();
    assert!(vectors.cases.len() > 20);
    for case in vectors.cases {
        let read = PublicKey::from_spki_der(&case.spki);
        assert_eq!(read.as_ref().ok().map(PublicKey::algorithm), case.algorithm, "{}", case.name);
        assert_eq!(read.as_ref().ok().map(PublicKey::key_id), case.key_id, "{}", case.name);
        if let Ok(key) = read {
            assert_eq!(key.to_spki_der(), case.spki, "{}", case.name);
        }
    }
}

#[test]
fn a_wrong_length_is_told_from_a_wrong_signature() {
    for algorithm in ALGORITHMS {
        let key = key(algorithm, 1).public_key();
        assert_eq!(key.verify(b"", &[0; 63]), Err(VerifyError::Length { expected: 64, found: 63 }));
        assert_eq!(key.verify(b"", &[0; 64]), Err(VerifyError::Mismatch));
    }
}

#[test]
fn an_algorithm_is_shown_by_the_name_it_is_written_with() {
    assert_eq!(ALGORITHMS.map(|one| one.to_string()), ["ed25519", "ecdsa-p256-sha256"]);
    for algorithm in ALGORITHMS {
        assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.to_string());
    }
}

#[test]
fn a_signature_gives_its_bytes_and_shows_only_how_many() {
    let signature = Signature::from_bytes(vec![7; 64]);
    assert_eq!(format!("{signature:?}"), "Signature(64 bytes)");
    assert_eq!(signature.into_bytes(), [7; 64]);
}

#[test]
fn a_p256_point_has_65_bytes_and_is_not_compressed() {
    let spki = key(Algorithm::P256, 8).public_key().to_spki_der();
    assert!(PublicKey::from_spki_der(&spki).is_ok());
    let (prefix, point) = spki.split_at(spki.len() - 65);
    let hybrid = [&[0x06], &point[1..]].concat();
    for other in [&point[..64], &[point, &[0]].concat(), &hybrid] {
        let read = PublicKey::from_spki_der(&[prefix, other].concat());
        assert_eq!(read, Err(PublicKeyError::Encoding), "{other:?}");
    }
    let nowhere = [prefix, &[0x04], &[1; 64]].concat();
    assert_eq!(PublicKey::from_spki_der(&nowhere), Err(PublicKeyError::Point));
}

#[test]
fn signing_is_deterministic_as_rfc_6979_and_rfc_8032_have_it() {
    // RFC 6979 appendix A.2.5 and RFC 8032 section 7.1 test 2, as PKCS#8.
    let p256 = pkcs8_pem(
        "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420\
         c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
    );
    let signature = SigningKey::from_pkcs8_pem(&p256).unwrap().sign(b"sample");
    assert_eq!(
        hex::encode(signature.as_bytes()),
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    );
    let ed25519 = pkcs8_pem(
        "302e020100300506032b657004220420\
         4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    );
    let signature = SigningKey::from_pkcs8_pem(&ed25519).unwrap().sign(&[0x72]);
    assert_eq!(
        hex::encode(signature.as_bytes()),
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    );
}

#[test]
fn a_key_file_gives_the_same_key_back() {
    for algorithm in ALGORITHMS {
        let key = key(algorithm, 2);
        let pem = key.to_pkcs8_pem().unwrap();
        let read = SigningKey::from_pkcs8_pem(&pem).unwrap();
        assert_eq!(read.public_key(), key.public_key());
        assert_eq!(read.sign(b"m"), key.sign(b"m"));
    }
}

#[test]
fn a_key_file_whose_halves_do_not_belong_together_is_refused() {
    let p256 = key(Algorithm::P256, 3);
    let other = hex::encode(key(Algorithm::P256, 4).public_key().to_raw_bytes());
    let own = hex::encode(p256.public_key().to_raw_bytes());
    let document = pem_hex(&p256.to_pkcs8_pem().unwrap());
    assert!(document.contains(&own));
    assert!(SigningKey::from_pkcs8_pem(&pkcs8_pem(&document.replace(&own, &other))).is_err());

    let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    let with_public =
        |public: &str| pkcs8_pem(&format!("3051020101300506032b657004220420{seed}812100{public}"));
    let own = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    let other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert_eq!(hex::encode(public_of(&with_public(own))), own);
    assert_eq!(SigningKey::from_pkcs8_pem(&with_public(other)).unwrap_err(), SigningKeyError::Key);
}

#[test]
fn a_file_that_is_no_key_is_refused() {
    let pem = key(Algorithm::Ed25519, 5).to_pkcs8_pem().unwrap();
    let relabelled = pem.replace("PRIVATE KEY", "EC PRIVATE KEY");
    assert_eq!(SigningKey::from_pkcs8_pem(&relabelled).unwrap_err(), SigningKeyError::Pem);
    assert_eq!(SigningKey::from_pkcs8_pem("").unwrap_err(), SigningKeyError::Pem);
    assert_eq!(SigningKey::from_pkcs8_pem(&pkcs8_pem("3000")).unwrap_err(), SigningKeyError::Pkcs8);
    // X25519 has the shape of Ed25519 and another purpose.
    let x25519 = pkcs8_pem(&format!("302e020100300506032b656e04220420{}", "11".repeat(32)));
    assert_eq!(SigningKey::from_pkcs8_pem(&x25519).unwrap_err(), SigningKeyError::Key);
    // A P-256 secret of zero.
    let zero = format!(
        "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420{}",
        "00".repeat(32)
    );
    assert_eq!(SigningKey::from_pkcs8_pem(&pkcs8_pem(&zero)).unwrap_err(), SigningKeyError::Key);
}

#[test]
fn debug_output_names_the_key_and_nothing_secret() {
    for algorithm in ALGORITHMS {
        let key = key(algorithm, 6);
        let secret = pem_hex(&key.to_pkcs8_pem().unwrap());
        let shown = format!("{key:?}");
        assert!(shown.contains(&key.public_key().key_id().to_string()), "{shown}");
        let seed = secret.find("0420").map(|at| secret[at + 4..at + 68].to_owned()).unwrap();
        assert!(!shown.contains(&seed[..16]) && shown.len() < 120, "{shown}");
    }
}

#[test]
fn a_key_can_be_generated_from_any_bytes() {
    for byte in [0x00, 0xff] {
        let key = SigningKey::generate(Algorithm::P256, &Constant(byte));
        assert_eq!(key.public_key().verify(b"m", key.sign(b"m").as_bytes()), Ok(()));
    }
}

#[test]
fn openssl_agrees_about_keys_and_signatures() {
    if !openssl::is_installed() {
        eprintln!("SKIPPED: no `openssl` program; keys were not checked against it");
        return;
    }
    for algorithm in ALGORITHMS {
        let key = key(algorithm, 7);
        let message = b"checked by a stranger";
        let secret = temporary_file(key.to_pkcs8_pem().unwrap().as_bytes());
        let spki = openssl::run(&["pkey", "-pubout", "-outform", "DER", "-in"], &[&secret]);
        assert_eq!(spki, key.public_key().to_spki_der());

        // The same key, signing through OpenSSL, satisfies our verifier; and vice versa.
        let public = temporary_file(&spki);
        let text = temporary_file(message);
        let theirs = openssl::sign(algorithm, &secret, &text);
        assert_eq!(key.public_key().verify(message, &theirs), Ok(()));
        assert!(openssl::verifies(algorithm, &public, &text, key.sign(message).as_bytes()));
        assert!(!openssl::verifies(algorithm, &public, &text, key.sign(b"another").as_bytes()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_signature_verifies_and_no_flipped_bit_does(
        algorithm in prop::sample::select(&ALGORITHMS[..]),
        seed: u64,
        message in prop::collection::vec(any::<u8>(), 1..200),
        flipped in any::<prop::sample::Index>(),
    ) {
        let key = key(algorithm, seed);
        let public = PublicKey::from_spki_der(&key.public_key().to_spki_der()).unwrap();
        let signature = key.sign(&message);
        prop_assert_eq!(public.verify(&message, signature.as_bytes()), Ok(()));

        let mut bad = signature.as_bytes().to_vec();
        let bit = flipped.index(bad.len() * 8);
        bad[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(public.verify(&message, &bad).is_err());
        let mut other = message.clone();
        let bit = flipped.index(other.len() * 8);
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(public.verify(&other, signature.as_bytes()).is_err());
    }

    #[test]
    fn reading_a_public_key_never_panics_and_never_forgets_a_byte(
        algorithm in prop::sample::select(&ALGORITHMS[..]),
        seed: u64,
        at in any::<prop::sample::Index>(),
        byte: u8,
        noise in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        prop_assert!(PublicKey::from_spki_der(&noise).is_err());
        let mut der = key(algorithm, seed).public_key().to_spki_der();
        let at = at.index(der.len());
        der[at] = byte;
        if let Ok(read) = PublicKey::from_spki_der(&der) {
            prop_assert_eq!(read.to_spki_der(), der);
        }
    }
}

fn pkcs8_pem(hexadecimal: &str) -> String {
    let der = hex::decode(hexadecimal).unwrap();
    der::pem::encode_string("PRIVATE KEY", der::pem::LineEnding::LF, &der).unwrap()
}

fn pem_hex(pem: &str) -> String {
    hex::encode(der::pem::decode_vec(pem.as_bytes()).unwrap().1)
}

fn public_of(pem: &str) -> Vec<u8> {
    SigningKey::from_pkcs8_pem(pem).unwrap().public_key().to_raw_bytes()
}
