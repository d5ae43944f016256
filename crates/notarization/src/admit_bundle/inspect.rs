//! The examination of an offered file: pure work on bytes, no store, no waiting.

use std::collections::BTreeSet;

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::deposit::{DepositReceipt, DualDigest};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::{Question, Received, examine};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::Frame;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::SignedDocument;
use heqi_evidence::verdict::{ClaimName, Status, Verdict};
use heqi_evidence_store::object::MAX_OBJECT_BYTES;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{Digest, UtcMillis, VoucherNo};

use super::findings::{Judgement, judge};
use super::{AdmitBundleError, MAX_PARTS};
use crate::deposited::{DepositKey, PlaceKey};
use crate::holder::index::About;
use crate::office::NotaryOffice;

/// What is known of a deposit without its bytes.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) key: DepositKey,
    pub(super) frame: Frame,
    /// Commitment of the record's chain.
    pub(super) chain: Digest,
    /// Both digests of every part, sorted, computed here.
    pub(super) digests: Vec<DualDigest>,
    pub(super) log_origin: String,
    pub(super) leaf_index: u64,
    pub(super) received_at: UtcMillis,
    pub(super) judgement: Judgement,
    /// Whom the record is about.
    pub(super) about: Option<About>,
    /// The voucher number, of a signing.
    pub(super) voucher: Option<VoucherNo>,
}

impl Offered {
    pub(super) fn place(&self) -> PlaceKey {
        PlaceKey { chain: self.chain, seq: self.frame.place.seq }
    }
}

/// A deposit that was examined, with its bytes.
#[derive(Debug)]
pub(super) struct Inspected {
    pub(super) offered: Offered,
    pub(super) parts: BundleParts,
}

/// Reads and examines a file. Only what is proved to stand in the log of another organisation
/// is judged; everything else is an error. What the office receipted and lost is taken as its
/// receipt says: of a record that was erased since, what is left of it.
pub(super) fn inspect(
    file: &[u8],
    office: &NotaryOffice,
    received: &Received,
    receipted: Option<&DepositReceipt>,
) -> Result<Inspected, AdmitBundleError> {
    let mut bundle = EvidenceBundle::read(file)?;
    if let Some(entry) = bundle.damaged.first() {
        return Err(AdmitBundleError::Damaged { entry: entry.clone() });
    }
    // A deposit is judged by its immutable parts and its log proof. What others said about it
    // before, and the rest of the chain, are no part of it and decide nothing.
    bundle.parts.deposits.clear();
    bundle.parts.chain.clear();
    bundle.parts.chain_head = None;
    check_bounds(&bundle.parts)?;

    let record = Disclosure::parse(&bundle.parts.record).map_err(|_| malformed("record"))?;
    let frame = Frame::read(&record).map_err(|_| malformed("record_frame"))?;
    let client = bundle.parts.client.as_deref().map(Disclosure::parse).transpose();
    let client = client.map_err(|_| malformed("client"))?;
    let is_whole = record.is_full() && client.is_none_or(|client| client.is_full());
    if !is_whole && receipted.is_none() {
        return Err(AdmitBundleError::NotWhole);
    }
    let proof = bundle.parts.proof.as_deref().ok_or_else(|| not_logged("no_proof"))?;
    let proof = ProofFile::parse(proof).map_err(|_| malformed("proof"))?;
    let log_origin = proof.checkpoint().checkpoint().origin().to_string();
    refuse_own_log(office, &log_origin)?;

    let question =
        Question { anchors: Some(office.anchors()), at: None, received: Some(received.clone()) };
    let verdict = examine(&bundle, &question);
    require_logged(&verdict)?;

    let parts = bundle.parts;
    let mut digests: BTreeSet<DualDigest> = parts.immutable_parts().map(DualDigest::of).collect();
    let deposited: BTreeSet<Digest> = digests.iter().map(|digest| digest.sha256).collect();
    let judgement = judge(&verdict, &frame, &record, &deposited, received.at);
    if matches!(judgement, Judgement::Hold(_)) && receipted.is_none() {
        require_complete(&frame, &record, &deposited)?;
    }
    let mut key = DepositKey {
        root: RecordRoot::new(record.root()),
        manifest: parts.deposit_manifest().digest()?,
    };
    if let Some(receipt) = receipted {
        let is_it = receipt.record_root == key.root
            && receipt.chain == chain_commitment(frame.place.chain)
            && receipt.seq == frame.place.seq
            && receipt.log_origin == log_origin
            && receipt.leaf_index == proof.index();
        if !is_it {
            return Err(AdmitBundleError::NotReceipted);
        }
        // Whoever signed the receipt had these parts; of an erased record fewer are left.
        key.manifest = receipt.manifest_sha256;
        digests = receipt.parts.iter().cloned().collect();
    }
    let offered = Offered {
        key,
        about: About::read(&record, frame.place.seq),
        chain: chain_commitment(frame.place.chain),
        frame,
        digests: digests.into_iter().collect(),
        log_origin,
        leaf_index: proof.index(),
        received_at: received.at,
        judgement,
        voucher: record.parsed("voucher"),
    };
    Ok(Inspected { offered, parts })
}

fn check_bounds(parts: &BundleParts) -> Result<(), AdmitBundleError> {
    let sizes: Vec<usize> =
        parts.immutable_parts().chain(parts.proof.as_deref()).map(<[u8]>::len).collect();
    if sizes.len() > MAX_PARTS {
        Err(AdmitBundleError::TooManyParts)
    } else if sizes.iter().any(|size| *size > MAX_OBJECT_BYTES) {
        Err(AdmitBundleError::PartTooLong)
    } else {
        Ok(())
    }
}

/// Nothing of this organisation's own log is ever deposited with it.
fn refuse_own_log(office: &NotaryOffice, origin: &str) -> Result<(), AdmitBundleError> {
    let logs = &office.anchors().logs;
    let own = logs.iter().any(|log| {
        log.vkey.0.name().as_str() == origin && log.organisation == office.organisation()
    });
    if own { Err(not_logged("own_log")) } else { Ok(()) }
}

/// Without the log's own signature over the record the office would sign about anything
/// somebody makes up.
fn require_logged(verdict: &Verdict) -> Result<(), AdmitBundleError> {
    let logged = verdict.claim(ClaimName::Logged);
    if logged.is_some_and(|claim| claim.status == Status::Proved) {
        return Ok(());
    }
    let code = |claim| verdict.claim(claim).map(|claim| claim.reason.code()).unwrap_or_default();
    // When the parts cannot be read at all, every claim fails for that one reason.
    if code(ClaimName::Logged) == code(ClaimName::Integrity) {
        Err(AdmitBundleError::Malformed { reason: code(ClaimName::Integrity) })
    } else {
        Err(AdmitBundleError::NotLogged { reason: code(ClaimName::Logged) })
    }
}

/// A signing is held with its photo and every document that was signed, or not at all.
fn require_complete(
    frame: &Frame,
    record: &Disclosure,
    deposited: &BTreeSet<Digest>,
) -> Result<(), AdmitBundleError> {
    if frame.kind != RecordKind::Signing {
        return Ok(());
    }
    let documents = record.value("documents").cloned().unwrap_or_default();
    let documents: Vec<SignedDocument> =
        serde_json::from_value(documents).map_err(|_| malformed("record_documents"))?;
    let named = documents.iter().map(|document| document.sha256);
    let named: BTreeSet<Digest> = named.chain(record.parsed("photo_sha256")).collect();
    match named.difference(deposited).count() {
        0 => Ok(()),
        missing => Err(AdmitBundleError::Incomplete { missing }),
    }
}

fn malformed(what: &str) -> AdmitBundleError {
    AdmitBundleError::Malformed { reason: format!("{what}_malformed") }
}

fn not_logged(reason: &str) -> AdmitBundleError {
    AdmitBundleError::NotLogged { reason: reason.to_owned() }
}
