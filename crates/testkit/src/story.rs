//! One filing from opening to confirmation, as evidence.
//!
//! A test changes what happens *before* anything is signed through [`Twists`], and what is
//! shown *afterwards* by changing the [`BundleParts`] it gets, or their bytes
//! ([`crate::archive`]). Receipts, chain heads and cosigned heads are made on demand, so
//! that a test can have any of them say something else.

use heqi_evidence::anchors::Anchors;
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::chain::{ChainHead, ChainTip, chain_commitment};
use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::deposit::{DepositReceipt, DualDigest, Outcome};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::record::{ChainPlace, EvidenceRecord, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::SigningStatement;
use heqi_pki::keys::Algorithm;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::cosignature::Cosigner;
use heqi_vocabulary::{
    CeremonyId, ChainId, Clock as _, DepositNo, Digest, FilingId, PartyId, SigningId, UtcMillis,
};

use crate::device::ClientValues;
use crate::log::cosigned;
use crate::{Cast, Custodian, FixedClock, MemoryLog, SeededEntropy};

mod scenes;

/// A change to something just before it is signed or hashed.
pub type Twist<T> = Box<dyn Fn(&mut T)>;

/// What goes differently than it should, before anything is signed.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that can go wrong by itself")]
pub struct Twists {
    /// The device's kind of key.
    pub algorithm: Algorithm,
    /// The certificate is for a key the device does not have.
    pub certificate_for_another_key: bool,
    /// How long before the signing its certificate was issued, in milliseconds.
    pub certificate_age_ms: i64,
    /// The challenge names no head of the log.
    pub challenge_without_head: bool,
    /// What the device reports of itself.
    pub client: Option<Twist<ClientValues>>,
    /// How long after the confirmation the others first see the record, in milliseconds.
    pub delay_ms: i64,
    /// No photo is among what was received: a person looks instead.
    pub no_photo: bool,
    /// Whether the party objects in the end.
    pub objection: bool,
    /// Whether the registry then finds the party's signatures void.
    pub found_void: bool,
    /// What a reviewer decided about the signing, and in which word of a record.
    pub decided: Option<&'static str>,
    /// The names an officer gave the party after it had signed, one after the other, by a certificate each.
    pub put_right: &'static [&'static str],
    /// The name of the minor for whom the party signed, and the one that an officer gave the minor afterwards.
    pub ward_put_right: Option<[&'static str; 2]>,
    /// Where the signing record stands in the chain.
    pub place: Option<Twist<ChainPlace>>,
    /// What the challenge binds.
    pub preimage: Option<Twist<ChallengePreimage>>,
    /// How many bytes of comments the photo has beside its picture.
    pub photo_padding_bytes: usize,
    /// What the platform writes into the signing record.
    pub record: Option<Twist<RecordDraft>>,
    /// Another device than the certified one signs.
    pub signed_by_another_device: bool,
    /// What the device signs.
    pub statement: Option<Twist<SigningStatement>>,
}

impl Default for Twists {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Ed25519,
            certificate_for_another_key: false,
            certificate_age_ms: 55_000,
            challenge_without_head: false,
            client: None,
            delay_ms: 0,
            no_photo: false,
            objection: false,
            found_void: false,
            decided: None,
            put_right: &[],
            ward_put_right: None,
            place: None,
            preimage: None,
            photo_padding_bytes: 0,
            record: None,
            signed_by_another_device: false,
            statement: None,
        }
    }
}

/// One record of the story with everything that is kept of it.
pub struct StoryRecord {
    /// The values without their place.
    pub draft: RecordDraft,
    /// Its index in the platform's log.
    pub index: u64,
    /// Its immutable parts, in full: what a deposit carries.
    pub parts: BundleParts,
    /// The record.
    pub record: EvidenceRecord,
}

/// One filing: opened, two parties and a document added, four consents, a signing, a
/// confirmation, and an objection or another name if the twists want one.
pub struct Story {
    /// Everybody.
    pub cast: Cast,
    /// The ceremony of the signing.
    pub ceremony: CeremonyId,
    /// The chain of all records.
    pub chain: ChainId,
    /// The filing.
    pub filing: FilingId,
    /// The platform's log; some of its entries belong to others.
    pub log: MemoryLog,
    /// The notary's log: receipts and chain heads.
    pub notary_log: MemoryLog,
    /// The party that signs.
    pub party: PartyId,
    /// All records in chain order.
    pub records: Vec<StoryRecord>,
    /// The signing.
    pub signing_id: SigningId,
    clock: FixedClock,
    photo_padding_bytes: usize,
    seed: u64,
}

/// When every story begins.
const START: &str = "2026-11-23T12:00:00.000Z";
/// From the last record to the first word of others about it.
const SEEN_AFTER_MS: i64 = 2_000;

impl Story {
    /// Tells the story of `seed`.
    pub fn tell(seed: u64, twists: &Twists) -> Self {
        let mut story = Self::beginning(seed);
        story.photo_padding_bytes = twists.photo_padding_bytes;
        story.others(3);
        story.open_filing();
        story.add_party();
        story.add_company();
        story.add_document();
        let witnessed = story.witnessed_now();
        let consents = story.consent_four_times();
        story.sign(twists, (!twists.challenge_without_head).then_some(&witnessed), &consents);
        story.confirm();
        if twists.objection {
            story.object();
        }
        if twists.found_void {
            story.find_void();
        }
        if let Some(decision) = twists.decided {
            story.decide(decision);
        }
        let mut before = "张三";
        for name in twists.put_right {
            story.put_right("name", before, name);
            before = name;
        }
        if let Some([before, name]) = twists.ward_put_right {
            story.put_right("ward_name", before, name);
        }
        story.others(2);
        story.clock.advance_ms(SEEN_AFTER_MS + twists.delay_ms);
        story.log_receipts();
        story
    }

    fn beginning(seed: u64) -> Self {
        let clock = FixedClock::at(START);
        let drawn: &dyn heqi_vocabulary::Entropy = &SeededEntropy::labelled(seed, "identifiers");
        let (log, notary_log) = Cast::logs(seed);
        Self {
            cast: Cast::new(seed, clock.now()),
            ceremony: CeremonyId::time_ordered(clock.now(), drawn),
            chain: ChainId::random(drawn),
            filing: FilingId::time_ordered(clock.now(), drawn),
            log,
            notary_log,
            party: PartyId::time_ordered(clock.now(), drawn),
            records: Vec::new(),
            signing_id: SigningId::time_ordered(clock.now(), drawn),
            clock,
            photo_padding_bytes: 0,
            seed,
        }
    }

    /// The first record of a kind.
    pub fn first(&self, kind: RecordKind) -> &StoryRecord {
        self.records.iter().find(|record| record.record.frame().kind == kind).unwrap()
    }

    /// The signing.
    pub fn signing(&self) -> &StoryRecord {
        self.first(RecordKind::Signing)
    }

    /// When others first saw the records: the time of every cosignature, receipt and
    /// chain head that [`Self::bundle`] shows.
    pub fn seen_at(&self) -> UtcMillis {
        self.clock.now()
    }

    /// The anchors that name everybody in the story.
    pub fn anchors(&self) -> Anchors {
        self.cast.anchors([self.log.key(), self.notary_log.key()])
    }

    /// The anchors as a file.
    pub fn anchors_file(&self) -> Vec<u8> {
        self.cast.publish(&self.anchors())
    }

    /// A bundle of one record with its proof and both receipts.
    pub fn bundle(&self, record: &StoryRecord) -> BundleParts {
        let head = self.cosigned_head(self.log.size(), self.seen_at());
        let receipts = self.cast.custodians.iter().map(|by| by.sign(&self.receipt(record, by)));
        BundleParts {
            deposits: receipts.collect(),
            proof: Some(self.log.proof(record.index, &head).to_string().into_bytes()),
            ..record.parts.clone()
        }
    }

    /// A bundle with all frames of the chain and the notary's statement of the last.
    pub fn bundle_with_chain(&self, record: &StoryRecord) -> BundleParts {
        let head = self.chain_head(self.records.last().unwrap());
        BundleParts {
            chain: self.frames(),
            chain_head: Some(self.cast.custodians[0].sign(&head)),
            ..self.bundle(record)
        }
    }

    /// The frames of all records, as a bundle carries them.
    pub fn frames(&self) -> Vec<Vec<u8>> {
        self.records.iter().map(|record| record.record.frame_only().unwrap()).collect()
    }

    /// What a custodian says of a record once it holds it.
    pub fn receipt(&self, record: &StoryRecord, by: &Custodian) -> DepositReceipt {
        let mut parts: Vec<DualDigest> =
            record.parts.immutable_parts().map(DualDigest::of).collect();
        parts.sort();
        parts.dedup();
        let seq = record.record.frame().place.seq;
        let serial = u32::try_from(seq).unwrap();
        DepositReceipt {
            chain: chain_commitment(self.chain),
            custodian: by.name.into(),
            deposit_no: DepositNo::new(self.seen_at(), serial).unwrap(),
            leaf_index: record.index,
            log_origin: self.log.origin().into(),
            manifest_sha256: record.parts.deposit_manifest().digest().unwrap(),
            outcome: Outcome::Admitted,
            parts,
            received_at: self.seen_at(),
            record_root: record.record.root(),
            seq,
        }
    }

    /// What the notary says of the chain once it holds it up to a record.
    pub fn chain_head(&self, up_to: &StoryRecord) -> ChainHead {
        ChainHead {
            chain: chain_commitment(self.chain),
            custodian: self.cast.custodians[0].name.into(),
            root: up_to.record.root(),
            seq: up_to.record.frame().place.seq,
            time: self.seen_at(),
        }
    }

    /// The head of the platform's log at `size`, cosigned by witness and mirror.
    pub fn cosigned_head(&self, size: u64, at: UtcMillis) -> SignedCheckpoint {
        self.head_cosigned_by(size, at, &[&self.cast.witness, &self.cast.mirror])
    }

    /// The head of any log at `size`, cosigned by witness and mirror.
    pub fn head_of(&self, log: &MemoryLog, size: u64, at: UtcMillis) -> SignedCheckpoint {
        [&self.cast.witness, &self.cast.mirror]
            .iter()
            .fold(log.head_at(size), |head, cosigner| cosigned(&head, log.key(), cosigner, at))
    }

    /// The head of the platform's log at `size`, cosigned by whom the test wants.
    pub fn head_cosigned_by(
        &self,
        size: u64,
        at: UtcMillis,
        cosigners: &[&Cosigner],
    ) -> SignedCheckpoint {
        cosigners.iter().fold(self.log.head_at(size), |head, cosigner| {
            cosigned(&head, self.log.key(), cosigner, at)
        })
    }

    /// The place of the next record, made now.
    fn next_place(&self) -> ChainPlace {
        let tip = self.records.last().map_or_else(
            || ChainTip::empty(self.chain),
            |last| {
                let place = last.record.frame().place;
                ChainTip {
                    seq: place.seq,
                    root: last.record.root().digest(),
                    recorded_at: Some(place.recorded_at),
                }
            },
        );
        tip.next(self.chain, self.clock.now())
    }

    /// Keeps a record at a place, with the parts it came with.
    fn keep(&mut self, draft: RecordDraft, place: ChainPlace, parts: BundleParts) -> RecordRoot {
        let record = draft.at(place);
        let root = record.root();
        let index = self.log.append(record.leaf());
        let parts = BundleParts { record: record.full().unwrap(), ..parts };
        self.records.push(StoryRecord { draft, index, parts, record });
        root
    }

    /// Entries of the platform's log that belong to other filings.
    fn others(&mut self, count: u64) {
        for _ in 0..count {
            let bytes = [self.seed.to_be_bytes(), self.log.size().to_be_bytes()].concat();
            self.log.append(LogLeaf::Record(RecordRoot::new(Digest::of(&bytes))));
        }
    }

    /// The newest head, as the witness cosigned it now.
    fn witnessed_now(&mut self) -> SignedCheckpoint {
        self.clock.advance_ms(30_000);
        self.head_cosigned_by(self.log.size(), self.clock.now(), &[&self.cast.witness])
    }

    /// The notary enters its own acts into its own log.
    fn log_receipts(&mut self) {
        let mut statements = Vec::new();
        for record in &self.records {
            for by in &self.cast.custodians {
                statements.push(by.sign(&self.receipt(record, by)));
            }
        }
        for statement in statements {
            self.notary_log.append(LogLeaf::Statement(Digest::of(&statement)));
        }
    }
}

#[cfg(test)]
mod tests;
