//! What was lost, taken back from the notary: entries of our own log from its mirror, records from the deposits
//! (`docs/adr/0008-rollback-and-successor.md`).
//!
//! What this is: the log continued, entry by entry, until it is the one whose head the notary cosigned; beside each
//! leaf the record as it was deposited, sealed under keys of ours again. What this is not: a new history. An entry is
//! appended only where the cosigned tree has it.
//!
//! A record that came back is kept whole, under the key of the person it is about: it is erased whole.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::chain::ChainTip;
use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::record::{EvidenceRecord, Frame};
use heqi_evidence::schema::RetentionClass;
use heqi_evidence::statement::Statement;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{Changeset, LedgerEntry, RowKey};
use heqi_evidence_store::outbox::After;
use heqi_evidence_store::sealed::Sealed;
use heqi_pki::dsse::Envelope;
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{Digest, FilingId, SigningId};
use serde::{Deserialize, Serialize};

use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault};
use crate::key_change;
use crate::ledger::{
    self, About, AdoptedRecord, AdoptedWire, SigningParts, enqueue_deposit, seal_private,
};
use crate::objects;
use crate::platform::{Custodian, Platform};
use crate::rows::{self, OrphanedRow, Pair, Place, ReceiptRow};
use crate::tally::Tally;

/// What the notary gives back.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct GivenBack {
    /// A head of our log, signed by us, that the notary's mirror holds every entry of.
    pub head: SignedCheckpoint,
    /// The entries from [`first_missing`] up to that head.
    pub entries: Vec<Vec<u8>>,
    /// Deposits by the root of their record.
    pub deposits: BTreeMap<RecordRoot, BundleParts>,
    /// Our own statements about our keys, which are leaves as well.
    pub statements: Vec<Envelope>,
}

/// An entry that came back without its record: nobody had received it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Orphan {
    /// Its leaf in our log.
    pub index: u64,
    /// The root of the record.
    pub root: RecordRoot,
}

/// What was taken back.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct TakenBack {
    /// Entries appended to our log.
    pub entries: u64,
    /// Records among them.
    pub records: u64,
    /// Statements about our keys among them.
    pub statements: u64,
    /// Entries whose record nobody holds.
    pub orphans: Vec<Orphan>,
}

/// Why nothing more was taken back. What was appended before stays: it is our own history.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeBackError {
    /// The store could not do its part.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Our key did not sign the head.
    #[error("the head of the mirror is not signed by our log's key")]
    NotOurs,
    /// What our store holds is not the beginning of what the mirror holds.
    #[error("our store holds another history than the mirror: it went on after it was set back")]
    OtherHistory,
    /// The entries do not make the root of the head.
    #[error("the entries of the mirror do not make the root of its head")]
    OtherEntries,
    /// An entry is no entry of ours.
    #[error("entry {index} of the mirror is no entry of our log")]
    Entry {
        /// Its index.
        index: u64,
    },
    /// A deposit is not the record of the entry.
    #[error("the deposit for entry {index} cannot be used: {what}")]
    Deposit {
        /// The entry.
        index: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// The first entry of our log that our store does not hold.
pub fn first_missing(platform: &Platform) -> u64 {
    platform.backend().log().head().size()
}

/// Appends what the notary gives back until our log is the one of the head.
///
/// # Errors
/// See [`TakeBackError`].
pub async fn take_back(platform: &Platform, given: &GivenBack) -> Result<TakenBack, TakeBackError> {
    check_history(platform, given).await?;
    let mut taken = TakenBack::default();
    for (index, entry) in (first_missing(platform)..).zip(&given.entries) {
        let mut changes = Changeset::new();
        match LogLeaf::parse(entry).map_err(|_| TakeBackError::Entry { index })? {
            LogLeaf::Statement(digest) => {
                let statement =
                    given.statements.iter().find(|s| Digest::of(s.as_bytes()) == digest);
                let bytes = statement.map_or(&[][..], Envelope::as_bytes);
                key_change::append(platform.backend(), &mut changes, digest, bytes).await?;
                taken.statements += 1;
            }
            LogLeaf::Record(root) => {
                if let Some(parts) = given.deposits.get(&root) {
                    let stand = Stand::Leaf { index, entry };
                    adopt(platform, &mut changes, stand, root, parts).await?;
                    taken.records += 1;
                } else {
                    let orphan = Orphan { index, root };
                    rows::ORPHANS.put(&mut changes, &Place(index), &orphan).map_err(Fault::from)?;
                    changes.append(LedgerEntry::new(entry.clone(), Vec::new()));
                    taken.orphans.push(orphan);
                }
            }
        }
        let pending = platform.backend().commit(changes).map_err(Fault::from)?;
        pending.await.map_err(Fault::from)?;
        taken.entries += 1;
    }
    Ok(taken)
}

/// An entry without its record in our log, or one beyond what is left of a frozen one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListedOrphan {
    /// The log.
    pub log_origin: String,
    /// The entry, and the root of the record.
    pub orphan: Orphan,
    /// Whether a custodian gave the record back: then only its place is lost.
    pub has_record: bool,
}

/// The entries of our logs that nobody holds any more, or whose record nobody holds: receipts for them still verify,
/// their content is with whoever has the receipt. None of their places is used again.
///
/// # Errors
/// The store could not be read.
pub async fn orphans(platform: &Platform, limit: usize) -> Result<Vec<ListedOrphan>, Fault> {
    let mut listed = Vec::new();
    for frozen in &platform.settings.frozen {
        listed.extend(without_record(frozen.store(), frozen.origin(), limit).await?);
        let given_back = rows::ORPHANED.scan(platform.backend(), "", None, usize::MAX).await?;
        for orphaned in &frozen.successor().said().orphans {
            let orphan = Orphan { index: orphaned.index, root: orphaned.record_root };
            let has_record = given_back.iter().any(|(_, row)| row.value.root == orphan.root);
            listed.push(ListedOrphan {
                log_origin: frozen.origin().to_string(),
                orphan,
                has_record,
            });
        }
    }
    listed.extend(without_record(platform.backend(), &platform.origin, limit).await?);
    listed.truncate(limit);
    Ok(listed)
}

async fn without_record(
    store: &dyn Backend,
    origin: &Origin,
    limit: usize,
) -> Result<Vec<ListedOrphan>, Fault> {
    let rows = rows::ORPHANS.scan(store, "", None, limit).await?;
    let listed =
        |orphan| ListedOrphan { log_origin: origin.to_string(), orphan, has_record: false };
    Ok(rows.into_iter().map(|(_, stored)| listed(stored.value)).collect())
}

/// Before anything is appended: the head is ours, and our entries with those given make its root.
async fn check_history(platform: &Platform, given: &GivenBack) -> Result<(), TakeBackError> {
    let checkpoint = given.head.checkpoint();
    let is_ours = checkpoint.origin() == platform.origin()
        && given.head.note().verify(platform.settings.log_keys()).is_ok();
    if !is_ours {
        return Err(TakeBackError::NotOurs);
    }
    let log = platform.backend().log();
    let ours = log.head().size();
    let given_entries = u64::try_from(given.entries.len()).unwrap_or(u64::MAX);
    if ours.checked_add(given_entries) != Some(checkpoint.size()) {
        return Err(TakeBackError::OtherEntries);
    }
    let mut range = heqi_tlog::tree::CompactRange::new();
    for index in 0..ours {
        let entry = log.entry(index).await.map_err(Fault::from)?;
        let entry = entry.ok_or_else(|| Fault::broken("an entry of our log is missing"))?;
        range.append(heqi_tlog::tree::leaf_hash(&entry.entry));
    }
    for entry in &given.entries {
        range.append(heqi_tlog::tree::leaf_hash(entry));
    }
    match (range.root() == checkpoint.root(), ours) {
        (true, _) => Ok(()),
        (false, 0) => Err(TakeBackError::OtherEntries),
        (false, _) => Err(TakeBackError::OtherHistory),
    }
}

/// Where a record that came back stands.
#[derive(Clone, Copy)]
pub(crate) enum Stand<'a> {
    /// At the next leaf of our log.
    Leaf {
        /// Its index.
        index: u64,
        /// The entry.
        entry: &'a [u8],
    },
    /// In a frozen log, by this proof, beyond what is left of it.
    Orphaned(&'a ProofFile),
}

/// One record as it was deposited: leaf, record, place in its chain, receipts.
pub(crate) async fn adopt(
    platform: &Platform,
    changes: &mut Changeset,
    stand: Stand<'_>,
    root: RecordRoot,
    parts: &BundleParts,
) -> Result<(), TakeBackError> {
    let index = match stand {
        Stand::Leaf { index, .. } => index,
        Stand::Orphaned(proof) => proof.index(),
    };
    let wrong = |what| TakeBackError::Deposit { index, what };
    let disclosure = Disclosure::parse(&parts.record).map_err(|_| wrong("no record"))?;
    let record = EvidenceRecord::of_full(&disclosure).map_err(|_| wrong("not a full record"))?;
    if record.root() != root {
        return Err(wrong("another record"));
    }
    let frame = record.frame();
    let about = whose(platform, frame, parts).await?;
    let (signing, adopted) = keep(platform, changes, frame, about, parts)?;
    let wire = AdoptedWire {
        about,
        kind: frame.kind,
        chain: frame.place.chain,
        seq: frame.place.seq,
        recorded_at: frame.place.recorded_at,
        adopted,
        signing,
    };
    let bytes = serde_json::to_vec(&wire).map_err(Fault::broken)?;
    let after = match stand {
        Stand::Leaf { entry, .. } => {
            let leaf_row = rows::leaf_row(frame.record_id);
            let leaf_key = RowKey::new(leaf_row.clone()).map_err(Fault::from)?;
            changes.append(LedgerEntry::new(entry.to_vec(), bytes).indexed_at(leaf_key));
            After::IndexRow(leaf_row)
        }
        Stand::Orphaned(proof) => {
            let object = platform.backend().put_object(bytes.into()).map_err(Fault::from)?;
            let row = OrphanedRow { root, wire: object.reference().id, proof: proof.to_string() };
            rows::ORPHANED.insert(changes, &frame.record_id, &row).map_err(Fault::from)?;
            After::Commit
        }
    };
    place(platform, changes, frame, root).await?;
    let held = receipts(platform, changes, frame, parts).await?;
    for custodian in platform.settings.custodians.keys().copied() {
        if !held.contains(&custodian) {
            let place = frame.place;
            let item = (custodian, frame.record_id);
            enqueue_deposit(platform, changes, item, place, after.clone())?;
        }
    }
    Ok(())
}

/// Whose a record is: the filing of the record before it, else one named after its chain; the party of its challenge.
async fn whose(platform: &Platform, frame: &Frame, parts: &BundleParts) -> Result<About, Fault> {
    let chain = frame.place.chain;
    let within = format!("{chain}/");
    let known = rows::LINKS.scan(platform.backend(), &within, None, 1).await?;
    let known = match known.first() {
        Some((_, link)) => ledger::find(platform, link.value).await.map_or_else(
            |error| match error {
                ActError::Fault(fault) => Err(fault),
                error => Err(Fault::broken(error)),
            },
            |kept| Ok(Some(kept.about.filing)),
        )?,
        None => None,
    };
    let filing = known.unwrap_or_else(|| FilingId::from_bytes(chain.to_bytes()));
    let preimage =
        parts.challenge.as_deref().and_then(|bytes| ChallengePreimage::parse(bytes).ok());
    let Some((preimage, _)) = preimage else { return Ok(About::filing(filing)) };
    let signing = SigningId::time_ordered(frame.place.recorded_at, platform.entropy());
    Ok(About { signing: Some(signing), ..About::party(filing, preimage.party) })
}

/// Seals record, device tree and attachments under keys of ours.
fn keep(
    platform: &Platform,
    changes: &mut Changeset,
    frame: &Frame,
    about: About,
    parts: &BundleParts,
) -> Result<(Option<SigningParts>, Sealed<AdoptedRecord>), Fault> {
    let key =
        data_key(platform, about.filing, about.party, Sealing::Class(RetentionClass::Person))?;
    let (mut documents, mut photo, mut strokes) = (BTreeMap::new(), None, None);
    for (name, bytes) in &parts.attachments {
        let sha256 = Digest::of(bytes);
        if Path::new(name).extension().is_some_and(|end| end == "json") {
            let text = String::from_utf8(bytes.clone()).map_err(Fault::broken)?;
            strokes = Some(ledger::seal_strokes(platform, about, frame.record_id, &text)?);
            continue;
        }
        let is_document = Path::new(name).extension().is_some_and(|end| end == "pdf");
        let what = match about.signing.filter(|_| !is_document) {
            Some(signing) => objects::of_photo(signing),
            None => AdoptedRecord::attachment(sha256),
        };
        let put = objects::put(platform.backend(), &key, &what, bytes, platform.entropy())?;
        let object = objects::name_of(&put)?.as_str().to_owned();
        if is_document {
            documents.insert(name.clone(), object);
        } else {
            photo = Some((sha256, object));
        }
    }
    let record = String::from_utf8(parts.record.clone()).map_err(Fault::broken)?;
    let adopted = AdoptedRecord { record, documents };
    let place = AdoptedRecord::place(frame.record_id);
    let sealed = Sealed::seal(&key, &place, &adopted, platform.entropy()).map_err(Fault::broken)?;
    let signing = match (&parts.envelope, &parts.challenge, parts.certificates.split_first()) {
        (Some(envelope), Some(challenge), Some((certificate, issuers))) => {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(Fault::broken);
            let mut above = Vec::new();
            for der in issuers {
                let digest = Digest::of(der);
                rows::CERTIFICATES.put(changes, &digest, &STANDARD.encode(der))?;
                above.push(digest);
            }
            let mut checkpoint = None;
            if let Some(note) = &parts.challenge_checkpoint {
                let digest = Digest::of(note);
                rows::COSIGNED_NOTES.put(changes, &digest, &text(note)?)?;
                checkpoint = Some(digest);
            }
            let (photo_sha256, photo) =
                photo.ok_or_else(|| Fault::broken("a deposited signing has no photo"))?;
            let client = text(parts.client.as_deref().unwrap_or_default())?;
            let private = ledger::PrivateParts { client, photo_sha256, photo, strokes };
            Some(SigningParts {
                envelope: text(envelope)?,
                challenge: text(challenge)?,
                certificate: STANDARD.encode(certificate),
                issuers: above,
                checkpoint,
                private: seal_private(platform, about, frame.record_id, &private)?,
            })
        }
        _ => None,
    };
    Ok((signing, sealed))
}

/// The record's place in its chain, and the chain's tip after it.
async fn place(
    platform: &Platform,
    changes: &mut Changeset,
    frame: &Frame,
    root: RecordRoot,
) -> Result<(), Fault> {
    let chain = frame.place.chain;
    let tip = rows::CHAINS.row(platform.backend(), &chain).await?;
    let before = tip.as_ref().map_or_else(|| ChainTip::empty(chain), |tip| tip.value);
    // Out of order only if an earlier record of the chain is an orphan: the tip is then made from what follows.
    let after = before.after(frame, root).unwrap_or(ChainTip {
        seq: frame.place.seq,
        root: root.digest(),
        recorded_at: Some(frame.place.recorded_at),
    });
    match tip {
        None => rows::CHAINS.insert(changes, &chain, &after)?,
        Some(tip) => rows::CHAINS.replace(changes, &chain, tip.version, &after)?,
    }
    Ok(rows::LINKS.put(changes, &Pair(chain, Place(frame.place.seq)), &frame.record_id)?)
}

/// The custodians' receipts that came with the deposit, each checked; whose they are.
async fn receipts(
    platform: &Platform,
    changes: &mut Changeset,
    frame: &Frame,
    parts: &BundleParts,
) -> Result<Vec<Custodian>, Fault> {
    let mut held = Vec::new();
    for bytes in &parts.deposits {
        let Ok(envelope) = Envelope::from_json(bytes) else { continue };
        for custodian in Custodian::ALL {
            let keys = platform.settings.receipt_keys(custodian);
            let Ok(signed) = DepositReceipt::open(&envelope, &keys) else { continue };
            let said = signed.into_statement();
            if said.custodian != custodian.as_str() || held.contains(&custodian) {
                continue;
            }
            let row = ReceiptRow {
                deposit_no: said.deposit_no,
                outcome: said.outcome,
                received_at: said.received_at,
                envelope: String::from_utf8(bytes.clone()).map_err(Fault::broken)?,
            };
            rows::RECEIPTS.put(changes, &Pair(frame.record_id, custodian), &row)?;
            rows::LAST_RECEIPTS.put(changes, &custodian, &frame.record_id)?;
            let tally = if row.outcome.is_admitted() {
                Tally::Admitted(custodian)
            } else {
                Tally::Refused(custodian)
            };
            tally.count(platform, changes, frame.record_id).await?;
            held.push(custodian);
        }
    }
    Ok(held)
}
