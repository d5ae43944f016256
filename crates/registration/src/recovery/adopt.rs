//! A record that came back takes its place: leaf, record, place in its chain, receipts.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::chain::ChainTip;
use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::{ChainPlace, EvidenceRecord, Frame};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::statement::Statement;
use heqi_evidence_store::changeset::{Changeset, LedgerEntry, RowKey};
use heqi_evidence_store::outbox::After;
use heqi_evidence_store::sealed::Sealed;
use heqi_pki::dsse::Envelope;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{Digest, FilingId, RecordId, SigningId};

use super::TakeBackError;
use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Fault};
use crate::ledger::{
    self, About, AdoptedRecord, AdoptedWire, SigningParts, enqueue_deposit, seal_private,
};
use crate::objects;
use crate::platform::{Custodian, Platform};
use crate::rows::{self, OrphanedRow, Pair, Place, ReceiptRow};
use crate::tally::Tally;

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
            // Without one where a person looked instead: the notary admits no other.
            let (photo_sha256, photo) = photo.unzip();
            let client = text(parts.client.as_deref().unwrap_or_default())?;
            // Frames are deposited nowhere: they went with the store.
            let actions = None;
            let private = ledger::PrivateParts { client, photo_sha256, photo, actions, strokes };
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
    if let Some(after) = tip_with(before, frame.place, root) {
        match tip {
            None => rows::CHAINS.insert(changes, &chain, &after)?,
            Some(tip) => rows::CHAINS.replace(changes, &chain, tip.version, &after)?,
        }
    }
    if frame.kind == RecordKind::Objection {
        let known = rows::NEWEST_OBJECTIONS.row(platform.backend(), &chain).await?;
        let within = format!("{chain}/");
        let here = Pair(chain, Place(frame.place.seq));
        let later = rows::LINKS.scan(platform.backend(), &within, Some(&here), usize::MAX).await?;
        let later: Vec<RecordId> = later.into_iter().map(|(_, link)| link.value).collect();
        let has_looked = known.is_some();
        if is_newest(has_looked, known.and_then(|row| row.value), &later) {
            rows::NEWEST_OBJECTIONS.put(changes, &chain, &Some(frame.record_id))?;
        }
    }
    Ok(rows::LINKS.put(changes, &Pair(chain, Place(frame.place.seq)), &frame.record_id)?)
}

/// The tip of the chain with a record that came back; none where the chain has come as far: a tip never goes back.
/// Records between may be orphans, so the tip is made from this record alone.
fn tip_with(before: ChainTip, place: ChainPlace, root: RecordRoot) -> Option<ChainTip> {
    (place.seq > before.seq).then(|| ChainTip {
        seq: place.seq,
        root: root.digest(),
        recorded_at: Some(place.recorded_at),
    })
}

/// Whether an objection that came back is the newest of its chain, where the newest known is this one and these records
/// are later than what came back. Where nobody has looked yet, what is later may hold one: then it is looked for.
fn is_newest(has_looked: bool, known: Option<RecordId>, later: &[RecordId]) -> bool {
    match known {
        Some(known) => !later.contains(&known),
        None => has_looked || later.is_empty(),
    }
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

#[cfg(test)]
mod tests {
    use heqi_vocabulary::{ChainId, UtcMillis};

    use super::*;

    #[test]
    fn a_tip_moves_on_over_a_gap_and_never_back() {
        let chain = ChainId::from_bytes([1; 16]);
        let root = |seq: u64| RecordRoot::new(Digest::of(&seq.to_be_bytes()));
        let place = |seq: u64| ChainPlace {
            chain,
            seq,
            prev: Digest::of(b"before"),
            recorded_at: UtcMillis::from_millis(1_800_000_000_000).unwrap(),
        };
        let third = tip_with(ChainTip::empty(chain), place(3), root(3)).unwrap();
        assert_eq!((third.seq, third.root), (3, root(3).digest()));
        assert_eq!(third.recorded_at, Some(place(3).recorded_at));
        assert_eq!(tip_with(third, place(2), root(2)), None);
        assert_eq!(tip_with(third, place(3), root(2)), None);
        assert_eq!(tip_with(third, place(4), root(4)).map(|tip| tip.seq), Some(4));
    }

    #[test]
    fn an_objection_that_came_back_takes_the_place_of_an_older_one_only() {
        let [known, other] = [1, 2].map(|number| RecordId::from_bytes([number; 16]));
        assert!(is_newest(true, Some(known), &[]));
        assert!(is_newest(true, Some(known), &[other]));
        assert!(!is_newest(true, Some(known), &[other, known]));
        assert!(is_newest(true, None, &[other]), "nobody has objected in what is there");
        assert!(is_newest(false, None, &[]));
        assert!(!is_newest(false, None, &[other]), "nobody has looked: the chain is read through");
    }
}
