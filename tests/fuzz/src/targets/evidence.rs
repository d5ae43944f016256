//! Records, statements and bundles.

use std::sync::LazyLock;

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::attestation::{Attestation, Question};
use heqi_evidence::chain::ChainHead;
use heqi_evidence::chain_fork::{ChainForkProof, LoggedFrame};
use heqi_evidence::challenge::{ChallengePreimage, challenge_of};
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::erasure::{CustodianHold, ErasureOrder, ErasureReceipt};
use heqi_evidence::key_change::{self, KeyChange};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::record::{ClientAttributes, Frame};
use heqi_evidence::statement::{SigningStatement, Statement};
use heqi_evidence::successor::LogSuccessor;
use heqi_evidence::verdict::{ClaimName, Conclusion};
use heqi_evidence::{canonical, container};
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_verify::Examination;
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use super::Sevens;
use crate::corpus::{bundles, entries, evidence_file, files_of, texts};

/// Ours against an implementation by others: what is canonical for one is for the other.
pub(super) fn jcs(input: &[u8]) {
    let Ok(value) = canonical::parse_value(input) else { return };
    let ours = canonical::to_bytes(&value).unwrap();
    assert_eq!(ours, serde_json_canonicalizer::to_vec(&value).unwrap(), "RFC 8785");
    assert_eq!(canonical::parse::<Value>(&ours).unwrap(), value, "canonical bytes are read back");
    assert_eq!(canonical::parse::<Value>(input).is_ok(), ours == input, "one spelling");
}

/// What somebody signed counts only as it would be written.
pub(super) fn one_spelling<T: Statement>(input: &[u8]) {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| SigningKey::generate(Algorithm::Ed25519, &Sevens));
    if canonical::parse::<T>(input).is_err() {
        return;
    }
    let kind = PayloadType::parse(T::PAYLOAD_TYPE).unwrap();
    let Ok(envelope) = Envelope::sign(&kind, input, &[&*KEY]) else { return };
    let Ok(signed) = T::open(&envelope, &[KEY.public_key()]) else { return };
    let written = canonical::to_bytes(signed.statement()).unwrap();
    assert_eq!(written, input, "a statement has one spelling");
}

pub(super) fn statement(input: &[u8]) {
    one_spelling::<SigningStatement>(input);
    one_spelling::<DepositReceipt>(input);
    one_spelling::<ChainHead>(input);
}

/// What changes a key: believed of the keys that it names themselves, of others with a log key only.
pub(super) fn key_change(input: &[u8]) {
    one_spelling::<KeyChange>(input);
    if let Ok(change) = canonical::parse::<KeyChange>(input)
        && let Some(key) = key_change::public_key(change.role, &change.new_key)
    {
        assert!(change.role.signs(), "only keys that sign have a public key");
        assert!(key.verify(b"heqi", input).is_err());
        assert!(change.old_validity(change.new_validity()).valid_until.is_some());
    }
    if let Ok(envelope) = Envelope::from_json(input)
        && let Ok(change) = KeyChange::verify(&envelope, &[])
    {
        assert!(change.role.signs(), "what does not sign changes with a log key's word only");
        assert!(change.old_key != change.new_key && change.changed_at <= change.old_valid_until);
    }
}

/// One log in the place of another: both have signed, and nothing is listed that is still held.
pub(super) fn successor(input: &[u8]) {
    one_spelling::<LogSuccessor>(input);
    let Ok(envelope) = Envelope::from_json(input) else { return };
    let Ok(successor) = LogSuccessor::verify(&envelope) else { return };
    let said = successor.said();
    let end = successor.frozen_head().checkpoint();
    assert!(said.frozen_key.0.name() != said.log_key.0.name());
    assert!(end.origin().key_name() == said.frozen_key.0.name());
    let first = said.held.min(end.size());
    assert!(said.orphans.iter().all(|orphan| orphan.index >= first));
}

/// What a provider of identity answered.
pub(super) fn attestation(input: &[u8]) {
    one_spelling::<Attestation>(input);
    if let Ok(question) = canonical::parse::<Question>(input) {
        assert!(question.digest().is_ok());
    }
}

/// Two records of one place: no key, nobody convicted.
pub(super) fn chain_fork_proof(input: &[u8]) {
    let Ok(proof) = ChainForkProof::parse(input) else { return };
    assert_eq!(proof.to_string().as_bytes(), input, "a proof has one spelling");
    if proof.check().is_ok() {
        let [one, other] = proof.records().map(LoggedFrame::root);
        assert!(one != other, "two records");
    }
}

/// Orders to erase, their answers, and holds.
pub(super) fn erasure(input: &[u8]) {
    one_spelling::<ErasureOrder>(input);
    one_spelling::<ErasureReceipt>(input);
    one_spelling::<CustodianHold>(input);
    if let Ok(order) = canonical::parse::<ErasureOrder>(input)
        && order.check().is_ok()
    {
        assert!(!order.records.is_empty() && !order.classes.is_empty());
    }
}

pub(super) fn challenge(input: &[u8]) {
    let Ok((preimage, challenge)) = ChallengePreimage::parse(input) else { return };
    assert_eq!(preimage.to_bytes().unwrap(), input);
    assert_eq!(challenge, challenge_of(input));
}

pub(super) fn disclosure(input: &[u8]) {
    let Ok(disclosure) = Disclosure::parse(input) else { return };
    let opened = disclosure.attributes().count();
    assert!(
        opened <= usize::from(disclosure.schema().slots),
        "no slot twice, none beyond the tree"
    );
    let _ = disclosure.root();
}

pub(super) fn record(input: &[u8]) {
    if let Ok(disclosure) = Disclosure::parse(input) {
        let _ = Frame::read(&disclosure);
    }
    if let Ok(client) = ClientAttributes::parse(input) {
        let all = client.disclose(|_| true).unwrap();
        assert_eq!(ClientAttributes::parse(&all).unwrap().root(), client.root());
    }
}

/// The manifest of a bundle: exactly one fits its entries.
pub(super) fn manifest(input: &[u8]) {
    let file = evidence_file("signing.heqi.zip");
    let mut entries = owned(&file);
    if let Some(entry) = entries.iter_mut().find(|(name, _)| name == "manifest.json") {
        entry.1 = input.to_vec();
    }
    if let Ok(bundle) = container::write(&entries) {
        // Only the bytes that the writer makes are a manifest of these entries.
        let proved = examine(&bundle) == Some(Conclusion::Proved);
        assert_eq!(proved, bundle == file);
    }
}

pub(super) fn log_leaf(input: &[u8]) {
    let Ok(leaf) = LogLeaf::parse(input) else { return };
    assert_eq!(leaf.to_bytes(), input);
}

pub(super) fn zip(input: &[u8]) {
    let Ok(entries) = container::read(input) else { return };
    // A CRC that does not fit is the manifest's to judge, which knows a stronger digest.
    if entries.iter().any(|entry| !entry.intact) {
        return;
    }
    let entries: Vec<(String, Vec<u8>)> =
        entries.iter().map(|entry| (entry.name.to_owned(), entry.bytes.to_vec())).collect();
    assert_eq!(container::write(&entries).unwrap(), input, "a container has one spelling");
}

/// The whole verifier on any file: it answers.
pub(super) fn bundle(input: &[u8]) {
    examine(input);
}

/// The whole verifier on a bundle that fits its manifest, with one entry of the attacker's
/// choice: the first byte says which.
pub(super) fn bundle_part(input: &[u8]) {
    let Some((place, bytes)) = input.split_first() else { return };
    let mut entries = owned(&evidence_file("signing-with-chain.heqi.zip"));
    let honest = entries.clone();
    let count = entries.len() - 2;
    let Some(entry) = entries.get_mut(2 + usize::from(*place) % count) else { return };
    entry.1 = bytes.to_vec();
    let altered = entries != honest;
    remake_manifest(&mut entries);
    let Ok(file) = container::write(&entries) else { return };
    if let Some(conclusion) = examine(&file) {
        assert!(
            !altered || conclusion != Conclusion::Proved,
            "an altered entry must not leave everything proved"
        );
    }
}

fn examine(file: &[u8]) -> Option<Conclusion> {
    let anchors = evidence_file("anchors.json");
    let with = Examination::of(file, Some(&anchors), None).ok();
    let without = Examination::of(file, None, None).ok();
    assert_eq!(with.is_some(), without.is_some(), "readable or not, whatever the anchors");
    let required = ClaimName::required_by_default();
    with.map(|examination| examination.verdict().conclude(&required))
}

fn owned(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    container::read(file)
        .unwrap_or_default()
        .iter()
        .map(|entry| (entry.name.to_owned(), entry.bytes.to_vec()))
        .collect()
}

fn remake_manifest(entries: &mut [(String, Vec<u8>)]) {
    let digests: Vec<(String, String)> = entries
        .iter()
        .filter(|(name, _)| name != "manifest.json")
        .map(|(name, bytes)| (name.clone(), Digest::of(bytes).to_string()))
        .collect();
    let Some(manifest) = entries.iter_mut().find(|(name, _)| name == "manifest.json") else {
        return;
    };
    let mut value = canonical::parse_value(&manifest.1).unwrap();
    if let Some(listed) = value.get_mut("entries").and_then(Value::as_object_mut) {
        for (name, digest) in digests {
            listed.insert(name, json!(digest));
        }
    }
    manifest.1 = canonical::to_bytes(&value).unwrap();
}

pub(super) fn anchors(input: &[u8]) {
    let Ok(file) = AnchorsFile::parse(input) else { return };
    let bundle = evidence_file("signing.heqi.zip");
    assert!(Examination::of(&bundle, Some(input), None).is_ok());
    let _ = file;
}

pub(super) fn jcs_seeds() -> Vec<Vec<u8>> {
    [texts("evidence/canonical-json.json"), record_seeds()].concat()
}

pub(super) fn statement_seeds() -> Vec<Vec<u8>> {
    payloads(&entries(|name| {
        name == "envelope.json" || name.starts_with("deposits/") || name == "chain/head.json"
    }))
}

fn payloads(files: &[Vec<u8>]) -> Vec<Vec<u8>> {
    files
        .iter()
        .filter_map(|bytes| Envelope::from_json(bytes).ok())
        .map(|envelope| envelope.unverified_payload().to_vec())
        .collect()
}

pub(super) fn key_change_seeds() -> Vec<Vec<u8>> {
    let envelopes = texts("evidence/key-change.json");
    [payloads(&envelopes), envelopes].concat()
}

pub(super) fn successor_seeds() -> Vec<Vec<u8>> {
    let envelopes = texts("evidence/successor.json");
    [payloads(&envelopes), envelopes].concat()
}

pub(super) fn attestation_seeds() -> Vec<Vec<u8>> {
    let texts = texts("evidence/attestation.json");
    [payloads(&texts), texts].concat()
}

pub(super) fn chain_fork_seeds() -> Vec<Vec<u8>> {
    files_of("chain-fork", ".chain-fork-proof")
}

pub(super) fn erasure_seeds() -> Vec<Vec<u8>> {
    payloads(&texts("evidence/erasure.json"))
}

pub(super) fn challenge_seeds() -> Vec<Vec<u8>> {
    entries(|name| name == "challenge.json")
}

pub(super) fn record_seeds() -> Vec<Vec<u8>> {
    entries(|name| name == "record.json" || name == "client.json" || name.starts_with("chain/0"))
}

pub(super) fn manifest_seeds() -> Vec<Vec<u8>> {
    entries(|name| name == "manifest.json")
}

pub(super) fn log_leaf_seeds() -> Vec<Vec<u8>> {
    texts("evidence/log-leaf.json")
}

pub(super) fn zip_seeds() -> Vec<Vec<u8>> {
    bundles(32 << 10)
}

pub(super) fn part_seeds() -> Vec<Vec<u8>> {
    owned(&evidence_file("signing-with-chain.heqi.zip"))
        .iter()
        .skip(2)
        .enumerate()
        .filter_map(|(place, (_, bytes))| {
            Some([&[u8::try_from(place).ok()?], bytes.as_slice()].concat())
        })
        .collect()
}

pub(super) fn anchors_seeds() -> Vec<Vec<u8>> {
    vec![evidence_file("anchors.json"), evidence_file("anchors-log-distrusted.json")]
}
