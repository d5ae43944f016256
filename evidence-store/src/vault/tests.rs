use std::sync::Arc;

use super::*;
use crate::testing::SeededEntropy;

fn key(seed: u64) -> DataKey {
    DataKey::random(DataKeyId::of(&[b"filing"]), &SeededEntropy::new(seed))
}

#[test]
fn sealed_bytes_open_only_as_they_were_sealed() {
    let entropy = SeededEntropy::new(1);
    let key = key(2);
    let sealed = key.seal(b"context", b"plaintext", &entropy);
    assert_eq!(sealed.len(), b"plaintext".len() + SEAL_OVERHEAD_BYTES);
    assert_eq!(data_key_of(&sealed), Some(key.id()));
    assert_eq!(**key.open(b"context", &sealed).unwrap(), *b"plaintext");
    assert_eq!(key.open(b"Context", &sealed), Err(OpenError));
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(key.open(b"context", &flipped), Err(OpenError), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(key.open(b"context", &sealed[..length]), Err(OpenError));
    }
}

#[test]
fn scopes_that_only_concatenate_alike_have_different_keys() {
    assert_ne!(DataKeyId::of(&[b"ab", b"c"]), DataKeyId::of(&[b"a", b"bc"]));
    assert_ne!(DataKeyId::of(&[b"ab"]), DataKeyId::of(&[b"ab", b""]));
    let id = DataKeyId::of(&[b"ab"]);
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(serde_json::from_str::<DataKeyId>(&json).unwrap(), id);
}

#[test]
fn a_key_is_never_printed() {
    let key = key(3);
    let printed = format!("{key:?}");
    assert_eq!(printed, format!("DataKey({})", key.id()));
    assert!(!printed.contains(&hex::encode(key.secret())));
}

#[test]
fn a_shredded_identifier_never_gets_a_key_again() {
    let vault = MemoryVault::new(Arc::new(SeededEntropy::new(4)));
    let id = DataKeyId::of(&[b"x"]);
    assert_eq!(vault.key(id).unwrap_err(), VaultError::Unknown { id });
    let key = vault.create(id).unwrap();
    assert_eq!(vault.create(id).unwrap().secret(), key.secret());
    vault.shred(&[id]).unwrap();
    assert_eq!(vault.key(id).unwrap_err(), VaultError::Shredded { id });
    assert_eq!(vault.create(id).unwrap_err(), VaultError::Shredded { id });
}
