use std::collections::BTreeSet;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::keys::{Algorithm, SigningKey};
use crate::testing::{Seeded, hex_bytes};

const KIND: PayloadType = PayloadType::pinned("application/vnd.heqi.vector.v1+json");
const OTHER_KIND: PayloadType = PayloadType::pinned("application/vnd.heqi.other.v1+json");

#[derive(Deserialize)]
struct Vectors {
    pae: Vec<PaeCase>,
    payload_type: String,
    keys: Vec<String>,
    accepted: Vec<Accepted>,
    rejected: Vec<Rejected>,
}

#[derive(Deserialize)]
struct PaeCase {
    payload_type: String,
    #[serde(with = "hex_bytes")]
    payload: Vec<u8>,
    #[serde(with = "hex_bytes")]
    pae: Vec<u8>,
}

#[derive(Deserialize)]
struct Accepted {
    name: String,
    envelope: String,
    #[serde(with = "hex_bytes")]
    payload: Vec<u8>,
    signers: Vec<KeyId>,
}

#[derive(Deserialize)]
struct Rejected {
    name: String,
    envelope: String,
    error: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../../tests/vectors/pki/dsse.json")).unwrap()
}

fn keys(vectors: &Vectors) -> Vec<PublicKey> {
    vectors
        .keys
        .iter()
        .map(|key| PublicKey::from_spki_der(&hex::decode(key).unwrap()).unwrap())
        .collect()
}

fn signer(seed: u64) -> SigningKey {
    let algorithm = if seed.is_multiple_of(2) { Algorithm::Ed25519 } else { Algorithm::P256 };
    SigningKey::generate(algorithm, &Seeded::new(seed))
}

fn sign(payload: &[u8], signers: &[&SigningKey]) -> Result<Envelope, SealError> {
    let signers: Vec<&dyn Signer> = signers.iter().map(|key| *key as &dyn Signer).collect();
    Envelope::sign(&KIND, payload, &signers)
}

#[test]
fn the_pre_authentication_encoding_is_the_published_one() {
    for case in vectors().pae {
        let payload_type = PayloadType::parse(&case.payload_type).unwrap();
        assert_eq!(pae(&payload_type, &case.payload), case.pae);
    }
    let hello = pae(&PayloadType::pinned("http://example.com/HelloWorld"), b"hello world");
    assert_eq!(hello, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

#[test]
fn every_good_envelope_gives_its_payload_and_signers() {
    let vectors = vectors();
    let keys = keys(&vectors);
    let kind = PayloadType::parse(&vectors.payload_type).unwrap();
    assert!(!vectors.accepted.is_empty());
    for case in vectors.accepted {
        let envelope = Envelope::from_json(case.envelope.as_bytes()).unwrap();
        assert_eq!(envelope.as_bytes(), case.envelope.as_bytes(), "{}", case.name);
        let verified = envelope.verify(&kind, &keys).unwrap();
        assert_eq!(verified.bytes(), case.payload, "{}", case.name);
        let signers: Vec<KeyId> = verified.signers().iter().map(PublicKey::key_id).collect();
        assert_eq!(signers, case.signers, "{}", case.name);
    }
}

#[test]
fn every_bad_envelope_is_refused_for_its_reason() {
    let vectors = vectors();
    let keys = keys(&vectors);
    let kind = PayloadType::parse(&vectors.payload_type).unwrap();
    let mut reasons = BTreeSet::new();
    for case in vectors.rejected {
        let found = match Envelope::from_json(case.envelope.as_bytes()) {
            Err(EnvelopeError::TooLarge) => "too_large",
            Err(EnvelopeError::Json { .. }) => "json",
            Err(EnvelopeError::NotCanonical) => "not_canonical",
            Err(EnvelopeError::PayloadType) => "payload_type",
            Err(EnvelopeError::Base64) => "base64",
            Err(EnvelopeError::KeyId) => "key_id",
            Err(EnvelopeError::SignatureCount) => "signature_count",
            Err(EnvelopeError::DuplicateKeyId) => "duplicate_key_id",
            Ok(envelope) => match envelope.verify(&kind, &keys) {
                Err(EnvelopeVerifyError::PayloadType) => "other_type",
                Err(EnvelopeVerifyError::Signature { .. }) => "signature",
                Err(EnvelopeVerifyError::NoKnownSigner) => "no_known_signer",
                Ok(_) => "accepted",
            },
        };
        assert_eq!(found, case.error, "{}", case.name);
        reasons.insert(found);
    }
    assert_eq!(reasons.len(), 10, "every reason but too_large has a vector");
}

#[test]
fn an_envelope_holds_at_most_eight_distinct_signers() {
    let signers: Vec<SigningKey> = (0..9).map(signer).collect();
    let signers: Vec<&SigningKey> = signers.iter().collect();
    let envelope = sign(b"m", &signers[..8]).unwrap();
    let known: Vec<PublicKey> = signers.iter().map(|signer| signer.public_key()).collect();
    assert_eq!(envelope.verify(&KIND, &known).unwrap().signers(), &known[..8]);

    let refused = |signers: &[&SigningKey]| match sign(b"m", signers) {
        Err(SealError::Envelope(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&signers), EnvelopeError::SignatureCount);
    assert_eq!(refused(&[]), EnvelopeError::SignatureCount);
    assert_eq!(refused(&[signers[0], signers[1], signers[0]]), EnvelopeError::DuplicateKeyId);
}

#[test]
fn an_envelope_has_at_most_one_mebibyte() {
    let key = signer(0);
    let overhead = sign(b"", &[&key]).unwrap().as_bytes().len();
    let fits = (MAX_ENVELOPE_BYTES - overhead) / 4 * 3;
    let largest = sign(&vec![b'x'; fits], &[&key]).unwrap();
    assert!(MAX_ENVELOPE_BYTES - largest.as_bytes().len() < 4);
    assert!(matches!(
        sign(&vec![b'x'; fits + 3], &[&key]),
        Err(SealError::Envelope(EnvelopeError::TooLarge))
    ));

    assert_eq!(Envelope::from_json(largest.as_bytes()).as_ref(), Ok(&largest));
    assert_eq!(
        Envelope::from_json(&vec![b' '; MAX_ENVELOPE_BYTES + 1]),
        Err(EnvelopeError::TooLarge)
    );
}

#[test]
fn an_envelope_of_exactly_one_mebibyte_is_written_and_read() {
    let key = signer(0);
    let sealed = |kind: &PayloadType, payload_bytes: usize| {
        Envelope::sign(kind, &vec![b'x'; payload_bytes], &[&key])
    };
    // Base64 comes in fours: behind one of four types nothing is left over.
    let most: usize = 1 << 20;
    let room = |kind: &PayloadType| most - sealed(kind, 0).unwrap().as_bytes().len();
    let kind = ["a", "aa", "aaa", "aaaa"]
        .map(PayloadType::pinned)
        .into_iter()
        .find(|kind| room(kind).is_multiple_of(4))
        .unwrap();
    let payload_bytes = room(&kind) / 4 * 3;
    let largest = sealed(&kind, payload_bytes).unwrap();
    assert_eq!(largest.as_bytes().len(), most);
    assert_eq!(Envelope::from_json(largest.as_bytes()).as_ref(), Ok(&largest));
    let longer = PayloadType::parse(&format!("{kind}a")).unwrap();
    let refused = sealed(&longer, payload_bytes);
    assert!(matches!(refused, Err(SealError::Envelope(EnvelopeError::TooLarge))));
}

#[test]
fn an_envelope_tells_what_it_holds_before_and_after_it_is_verified() {
    let (one, two) = (signer(0), signer(1));
    let envelope = sign(b"statement", &[&one, &two]).unwrap();
    assert_eq!(*envelope.payload_type(), KIND);
    assert_eq!(envelope.unverified_payload(), b"statement");
    let (one, two) = (one.public_key(), two.public_key());
    let named: Vec<KeyId> = envelope.signatures().iter().map(|entry| entry.key_id).collect();
    assert_eq!(named, [one.key_id(), two.key_id()]);

    let verified = envelope.verify(&KIND, std::slice::from_ref(&one)).unwrap();
    assert!(verified.is_signed_by(&one.key_id()) && !verified.is_signed_by(&two.key_id()));
    assert_eq!(
        format!("{envelope:?}"),
        format!(
            "Envelope {{ payload_type: {:?}, payload_bytes: 9, signatures: {:?}, .. }}",
            KIND.as_str(),
            envelope.signatures()
        )
    );
    assert_eq!(
        format!("{verified:?}"),
        format!("VerifiedPayload {{ payload_bytes: 9, signers: [{one:?}] }}")
    );
    assert_eq!(verified.into_bytes(), b"statement");
}

#[test]
fn a_signer_that_cannot_sign_is_reported() {
    struct Unplugged(PublicKey);
    impl Signer for Unplugged {
        fn public_key(&self) -> PublicKey {
            self.0.clone()
        }
        fn sign(&self, _: &[u8]) -> Result<Signature, SignError> {
            Err(SignError::new("module unplugged"))
        }
    }
    let unplugged = Unplugged(signer(0).public_key());
    let error = Envelope::sign(&KIND, b"m", &[&unplugged]).unwrap_err();
    assert!(matches!(&error, SealError::Sign(_)), "{error}");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "module unplugged");
}

#[test]
fn debug_output_never_shows_the_payload() {
    let key = signer(0);
    let envelope = sign(b"planted personal value", &[&key]).unwrap();
    let verified = envelope.verify(&KIND, &[key.public_key()]).unwrap();
    let shown = format!("{envelope:?} {verified:?}");
    let encoded = STANDARD.encode("planted personal value");
    let listed = format!("{:?}", b"planted personal value");
    assert!(
        !shown.contains("planted") && !shown.contains(&encoded) && !shown.contains(&listed),
        "{shown}"
    );
}

#[test]
fn a_payload_type_has_one_to_255_visible_characters() {
    assert_eq!(PayloadType::parse(KIND.as_str()), Ok(KIND));
    assert!(PayloadType::parse(&"a".repeat(255)).is_ok());
    for text in ["", " ", "a b", "a\n", "a\"", "a\\", "ä", "a\u{7f}"] {
        assert_eq!(PayloadType::parse(text), Err(EnvelopeError::PayloadType), "{text:?}");
    }
    assert!(PayloadType::parse(&"a".repeat(256)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_signed_comes_back_and_its_json_is_canonical(
        payload in prop::collection::vec(any::<u8>(), 0..300),
        seeds in prop::collection::btree_set(0_u64..1000, 1..4),
    ) {
        let signers: Vec<SigningKey> = seeds.into_iter().map(signer).collect();
        let envelope = sign(&payload, &signers.iter().collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(&Envelope::from_json(envelope.as_bytes()).unwrap(), &envelope);
        let value: serde_json::Value = serde_json::from_slice(envelope.as_bytes()).unwrap();
        prop_assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), envelope.as_bytes());

        for key in &signers {
            let verified = envelope.verify(&KIND, &[key.public_key()]).unwrap();
            prop_assert_eq!(verified.bytes(), &payload[..]);
            prop_assert!(verified.is_signed_by(&key.public_key().key_id()));
        }
        prop_assert_eq!(
            envelope.verify(&OTHER_KIND, &[signers[0].public_key()]),
            Err(EnvelopeVerifyError::PayloadType)
        );
        prop_assert_eq!(
            envelope.verify(&KIND, &[signer(1000).public_key()]),
            Err(EnvelopeVerifyError::NoKnownSigner)
        );
    }

    #[test]
    fn no_two_statements_share_the_signed_bytes(
        a in ("[!-~&&[^\"\\\\]]{1,20}", prop::collection::vec(any::<u8>(), 0..20)),
        b in ("[!-~&&[^\"\\\\]]{1,20}", prop::collection::vec(any::<u8>(), 0..20)),
    ) {
        let encode = |(kind, payload): &(String, Vec<u8>)| pae(&PayloadType::parse(kind).unwrap(), payload);
        prop_assert_eq!(encode(&a) == encode(&b), a == b);
    }

    #[test]
    fn a_changed_byte_is_never_believed_to_say_something_else(
        at in any::<prop::sample::Index>(),
        byte: u8,
        noise in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        prop_assert!(Envelope::from_json(&noise).is_err());
        let key = signer(0);
        let mut bytes = sign(b"statement", &[&key]).unwrap().as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(verified) = Envelope::from_json(&bytes)
            .map_err(|_| ())
            .and_then(|envelope| envelope.verify(&KIND, &[key.public_key()]).map_err(|_| ()))
        {
            prop_assert_eq!(verified.bytes(), b"statement");
        }
    }
}
