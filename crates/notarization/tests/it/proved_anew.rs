//! What was deposited before anybody cosigned the log's head is handed out with a proof under a head that the office's
//! own witness and mirror have cosigned since; and where that cannot be made, as it was deposited.

use std::sync::Arc;

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::verdict::{ClaimName, Status, Verdict};
use heqi_evidence_store::witness::Witness;
use heqi_notarization::holder::door::holder;
use heqi_notarization::holder::held::{OpenedRecord, open};
use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::matter::checklist::{Item, Outcome};
use heqi_notarization::matter::dossier::dossier;
use heqi_notarization::matter::handle::recompute;
use heqi_notarization::matter::view::matter;
use heqi_notarization::mirror::UploadAnswer;
use heqi_notarization::{CosignedLog, Mirror};
use heqi_testkit::{Cast, MemoryLog, Story, StoryRecord};
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::mirror::{AddEntries, AddEntriesHeader, EntryPackage};
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::Digest;

use crate::holder::{MOBILE, come_in, log_code};
use crate::matter::Bureau;
use crate::support::{House, deposit_at_once, deposit_of, story};

const PROOF: &str = "proof/record.tlog-proof";

/// Witness and mirror of the office, with the keys that the story's anchors name.
struct Cosigners {
    witness: Arc<Witness>,
    mirror: Arc<Mirror>,
    log: Arc<CosignedLog>,
}

impl Cosigners {
    /// The house proves by them from now on.
    fn of(house: &mut House) -> Self {
        let Cast { witness, mirror, .. } = story().cast;
        let logs = vec![story().log.key().clone()];
        let witness = Arc::new(Witness::new(witness, logs.clone()));
        let mirror = Mirror::new(mirror, logs, house.store.clone(), house.clock.clone());
        let mirror = Arc::new(mirror);
        let log = Arc::new(CosignedLog::new(witness.clone(), mirror.clone()));
        house.office = house.office.clone().proving_by(log.clone());
        Self { witness, mirror, log }
    }

    /// The witness goes from one size of the log to another.
    async fn witness(&self, house: &House, log: &MemoryLog, (old, new): (u64, u64)) {
        let request = announcement(log, old, new);
        self.witness.add_checkpoint(&*house.store, &*house.clock, &request).await.unwrap();
    }

    /// And the mirror after it.
    async fn both(&self, house: &House, log: &MemoryLog, (old, new): (u64, u64)) {
        self.witness(house, log, (old, new)).await;
        self.mirror.add_checkpoint(&announcement(log, old, new)).await.unwrap();
        let answer = self.mirror.add_entries(upload(log, old, new)).await.unwrap();
        assert!(matches!(answer, UploadAnswer::Cosigned(_)), "{answer:?}");
    }
}

fn announcement(log: &MemoryLog, old: u64, new: u64) -> AddCheckpoint {
    AddCheckpoint::new(old, log.consistency(old, new), log.head_at(new)).unwrap()
}

fn upload(log: &MemoryLog, start: u64, end: u64) -> AddEntries {
    let origin = Origin::new(log.origin()).unwrap();
    let header = AddEntriesHeader::new(origin, start, end, Vec::new()).unwrap();
    let package = |range: heqi_tlog::mirror::PackageRange| {
        let span = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        let proof = EntryPackage::prove(log, range, end).unwrap();
        EntryPackage::new(log.entries()[span].to_vec(), proof).unwrap()
    };
    let packages = header.ranges().map(package).collect();
    AddEntries::new(header, packages).unwrap()
}

/// Another history of as many entries, under the same key.
fn other_history(size: u64) -> MemoryLog {
    let (mut other, _) = Cast::logs(1);
    for place in 0..size {
        let root = RecordRoot::new(Digest::of(&place.to_be_bytes()));
        other.append(LogLeaf::Record(root));
    }
    other
}

/// The package that the certificate embeds.
async fn package(bureau: &Bureau, no: ApplicationNo) -> Vec<u8> {
    archived(bureau, no, "evidence.heqi.zip").await
}

/// A file of the dossier.
async fn archived(bureau: &Bureau, no: ApplicationNo, name: &str) -> Vec<u8> {
    let kept = dossier(bureau.office(), &bureau.archivist.officer, no).await.unwrap();
    let entries = heqi_evidence::container::read(&kept).unwrap();
    let found = entries.iter().find(|entry| entry.name == name).unwrap();
    found.bytes.to_vec()
}

/// What a stranger finds in it by the published anchors, and its log proof.
fn read(story: &Story, package: &[u8]) -> (Verdict, Vec<u8>) {
    let bundle = EvidenceBundle::read(package).unwrap();
    assert!(bundle.damaged.is_empty());
    let anchors = story.anchors();
    let question = Question { anchors: Some(&anchors), at: None, received: None };
    let verdict = examine(&bundle, &question);
    (verdict, bundle.parts.proof.unwrap())
}

fn status(verdict: &Verdict, name: ClaimName) -> Status {
    verdict.claim(name).unwrap().status
}

async fn log_path(bureau: &Bureau, no: ApplicationNo) -> Outcome {
    recompute(bureau.office(), no, &bureau.clerk.officer).await.unwrap();
    let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
    view.matter.checklist().machine(Item::LogPath).unwrap().outcome
}

#[tokio::test]
async fn a_certificate_of_what_was_deposited_before_any_cosignature_has_both() {
    let story = story();
    let mut bureau = Bureau::over(&story, deposit_at_once).await;
    let cosigners = Cosigners::of(&mut bureau.house);
    let (no, size) = (bureau.accepted().await, story.log.size());
    assert_eq!(log_path(&bureau, no).await, Outcome::Unproved, "nobody has cosigned yet");
    cosigners.both(&bureau.house, &story.log, (0, size - 1)).await;
    assert_eq!(log_path(&bureau, no).await, Outcome::Passed);

    bureau.checked(no).await;
    bureau.extracted(no).await;
    let sealed = package(&bureau, no).await;
    let (verdict, proof) = read(&story, &sealed);
    for claim in [ClaimName::Logged, ClaimName::Witnessed, ClaimName::Mirrored] {
        assert_eq!(status(&verdict, claim), Status::Proved, "{verdict:?}");
    }
    let of_head = ProofFile::parse(&proof).unwrap();
    assert_eq!(of_head.index(), story.signing().index);
    assert_eq!(of_head.checkpoint().checkpoint().size(), size - 1);

    let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
    assert!(view.content.outputs[5].contains("\"log_proof_made_anew\":true"));

    // Later heads change nothing that was sealed: draft, approval and issue are of those bytes, though the machine's part
    // is recomputed under such a head.
    cosigners.both(&bureau.house, &story.log, (size - 1, size)).await;
    let origin = Origin::new(story.log.origin()).unwrap();
    cosigners.log.remember(bureau.office(), &origin).await;
    assert_eq!(log_path(&bureau, no).await, Outcome::Passed);
    bureau.approved(no).await;
    bureau.paid_and_issued(no).await;
    assert_eq!(package(&bureau, no).await, sealed);
    let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
    assert_eq!(view.matter.package_sha256(), Some(Digest::of(&sealed)));
    // The certificate lists what was received, which is what it says of the list; it says that the proof in it is another,
    // and the archive keeps the one that was received.
    let deposited = deposit_at_once(&story, story.signing()).proof.unwrap();
    let listed = view.content.facts.parts.iter().find(|part| part.name == PROOF).unwrap();
    assert_eq!(listed.sha256, Digest::of(&deposited).to_string());
    assert!(view.content.draft.contains("，除日志证明重作外未作改动；"), "{}", view.content.draft);
    assert_eq!(archived(&bureau, no, &format!("held/{PROOF}")).await, deposited);
}

#[tokio::test]
async fn a_proof_that_both_cosigned_when_it_was_deposited_stays_as_it_is() {
    let story = story();
    let mut bureau = Bureau::of(&story).await;
    let cosigners = Cosigners::of(&mut bureau.house);
    cosigners.both(&bureau.house, &story.log, (0, story.log.size() - 1)).await;
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let (_, proof) = read(&story, &package(&bureau, no).await);
    assert_eq!(Some(proof), deposit_of(&story, story.signing()).proof);
    let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
    assert!(view.content.outputs[5].contains("\"log_proof_made_anew\":false"));
}

/// What witness and mirror have seen of the log.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Nothing,
    /// The witness alone.
    Witness,
    /// Both, and not as far as the record.
    Below,
    /// Both, another history.
    Other,
}

/// The filing of somebody who entered a code, deposited before anybody cosigned.
async fn held_at_once() -> (House, Story) {
    held_late_by(0, deposit_at_once).await
}

/// The same, deposited as `deposited` says and so much later.
async fn held_late_by(
    late_ms: i64,
    deposited: fn(&Story, &StoryRecord) -> BundleParts,
) -> (House, Story) {
    let mut story = story();
    let party = story.party;
    let code = log_code(&mut story, 91, party, "one_time_code", MOBILE);
    let house = House::of(&story);
    house.clock.advance_ms(late_ms);
    house.deposit(&code.parts(&story)).await.unwrap();
    for record in &story.records {
        house.deposit(&deposited(&story, record)).await.unwrap();
    }
    (house, story)
}

/// What is deposited while the mirror is away: the witness has cosigned the head, at once.
fn witnessed_alone(story: &Story, record: &StoryRecord) -> BundleParts {
    let head = story.log.head_at(story.log.size());
    let head = story.log.cosigned(&head, &story.cast.witness, story.seen_at());
    let proof = story.log.proof(record.index, &head).to_string().into_bytes();
    BundleParts { proof: Some(proof), ..deposit_of(story, record) }
}

/// What the person who signed opens.
async fn opened(house: &House, story: &Story) -> OpenedRecord {
    let session = come_in(house).await;
    let person = holder(&house.office, session).await.unwrap().unwrap();
    let number = house.office_key_of(story.signing()).await;
    open(&house.office, &person, number).await.unwrap()
}

#[tokio::test]
async fn without_a_head_of_both_over_this_very_record_the_proof_of_the_deposit_stays() {
    for seen in [Seen::Nothing, Seen::Witness, Seen::Below, Seen::Other] {
        let (mut house, story) = held_at_once().await;
        let cosigners = Cosigners::of(&mut house);
        let (index, size) = (story.signing().index, story.log.size());
        match seen {
            Seen::Nothing => {}
            Seen::Witness => cosigners.witness(&house, &story.log, (0, size)).await,
            Seen::Below => cosigners.both(&house, &story.log, (0, index)).await,
            Seen::Other => cosigners.both(&house, &other_history(size), (0, size)).await,
        }
        let opened = opened(&house, &story).await;
        let deposited = deposit_at_once(&story, story.signing()).proof;
        assert_eq!(opened.parts.proof, deposited, "{seen:?}");
        let verdict = &opened.verdict;
        assert_eq!(status(verdict, ClaimName::Logged), Status::Proved, "{seen:?}");
        assert_eq!(status(verdict, ClaimName::Witnessed), Status::NotProved, "{seen:?}");
    }
}

#[tokio::test]
async fn what_a_person_is_shown_and_saves_is_proved_while_the_witness_is_ahead_of_the_mirror() {
    let (mut house, story) = held_at_once().await;
    let cosigners = Cosigners::of(&mut house);
    let (size, origin) = (story.log.size(), Origin::new(story.log.origin()).unwrap());
    let before = opened(&house, &story).await;
    assert_eq!(status(&before.verdict, ClaimName::Witnessed), Status::NotProved);

    cosigners.both(&house, &story.log, (0, size - 1)).await;
    cosigners.log.remember(&house.office, &origin).await;
    cosigners.witness(&house, &story.log, (size - 1, size)).await;
    // A code is sent again only some time later.
    house.clock.advance_ms(heqi_notarization::holder::door::CODE_PAUSE_MS);
    let now = opened(&house, &story).await;
    for claim in [ClaimName::Witnessed, ClaimName::Mirrored] {
        assert_eq!(status(&now.verdict, claim), Status::Proved, "{:?}", now.verdict);
    }
    let proof = ProofFile::parse(now.parts.proof.as_deref().unwrap()).unwrap();
    assert_eq!(proof.checkpoint().checkpoint().size(), size - 1);
    let (verdict, _) = read(&story, &now.parts.write().unwrap());
    assert_eq!(status(&verdict, ClaimName::Mirrored), Status::Proved, "of the file as well");

    // Whoever was started in between knows no head of both until the mirror has caught up.
    house.office = house.office.clone().proving_by(Arc::new(CosignedLog::new(
        cosigners.witness.clone(),
        cosigners.mirror.clone(),
    )));
    house.clock.advance_ms(heqi_notarization::holder::door::CODE_PAUSE_MS);
    let started = opened(&house, &story).await;
    assert_eq!(started.parts.proof, before.parts.proof);
}

#[tokio::test]
async fn a_new_proof_does_not_take_the_place_of_one_that_ends_the_time_earlier() {
    // The receipt, which ends the time if the witness does not, is of the same second, or of a later one.
    for (late_ms, mirrored) in [(0, Status::Proved), (5_000, Status::NotProved)] {
        let (mut house, story) = held_late_by(late_ms, witnessed_alone).await;
        let cosigners = Cosigners::of(&mut house);
        cosigners.both(&house, &story.log, (0, story.log.size())).await;
        let opened = opened(&house, &story).await;
        assert_eq!(status(&opened.verdict, ClaimName::Witnessed), Status::Proved, "{late_ms}");
        assert_eq!(status(&opened.verdict, ClaimName::Mirrored), mirrored, "{late_ms}");
        let deposited = witnessed_alone(&story, story.signing()).proof;
        assert_eq!(opened.parts.proof == deposited, late_ms > 0, "{late_ms}");
    }
}
