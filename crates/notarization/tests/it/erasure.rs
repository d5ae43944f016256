//! Orders to erase that the office refuses, as it may and must: with the reason, the legal basis and a leaf.

use std::sync::Arc;

use heqi_evidence::chain::chain_commitment;
use heqi_evidence::erasure::{ErasureOrder, ErasureOutcome, ErasureReceipt, RequestedBy};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::schema::RetentionClass;
use heqi_evidence::statement::Statement as _;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_notarization::NotaryOffice;
use heqi_notarization::deposited::{deposit, open_part};
use heqi_notarization::erasure::answer_order;
use heqi_notarization::legal_hold::{
    ASKED_LIFETIME_MS, HoldKey, LegalHoldError, lift_hold, place_hold, sweep,
};
use heqi_notarization::peer::list_deposits;
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_testkit::{SeededEntropy, Story};
use heqi_vocabulary::{ChainId, Digest};

use crate::holder;
use crate::support::{CUSTODIAN, House, log_chain};

/// An office that follows orders and holds the filing of 张三.
struct Ordered {
    house: House,
    office: NotaryOffice,
    story: Story,
    key: SigningKey,
    decided: RecordRoot,
    _ledger: tempfile::TempDir,
}

impl Ordered {
    async fn office() -> Self {
        let (house, mut story) = holder::house().await;
        // Any record of the log will do for the one that decided it.
        let decided = log_chain(&mut story, 93, 1).remove(0);
        house.deposit(&decided.parts(&story)).await.unwrap();
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, "orders"));
        let folder = tempfile::tempdir().unwrap();
        let ledger = ErasureLedger::path_in(folder.path());
        let ledger = ErasureLedger::open(&ledger, &Disk::default()).unwrap();
        let office = house.office.clone().erasing(vec![key.public_key()], Arc::new(ledger));
        let decided = decided.record.root();
        Self { house, office, story, key, decided, _ledger: folder }
    }

    /// The platform's order about these records of a chain, as it is sent so many milliseconds later.
    fn order(&self, chain: Digest, mut records: Vec<RecordRoot>, later_ms: i64) -> Envelope {
        records.sort_by_key(|root| root.digest());
        let order = ErasureOrder {
            basis: "个人信息保护法第47条第1款第1项".into(),
            chain,
            classes: vec![RetentionClass::Person, RetentionClass::Biometric, RetentionClass::Trace],
            erasure_record: self.decided,
            log_origin: self.story.anchors().logs[0].vkey.0.name().to_string(),
            ordered_at: self.story.seen_at().plus_millis(later_ms),
            records,
            requested_by: RequestedBy::Person,
        };
        order.sign(&self.key).unwrap()
    }

    /// What the office answers, after the answer was checked as the platform checks it.
    async fn answer(&self, order: &Envelope) -> (Envelope, ErasureOutcome) {
        let envelope = answer_order(&self.office, order.as_bytes()).await.unwrap();
        let keys = [self.house.receipt_key.public_key()];
        let said = ErasureReceipt::open(&envelope, &keys).unwrap().into_statement();
        assert_eq!(said.custodian, CUSTODIAN);
        assert_eq!(said.order_sha256, Digest::of(order.as_bytes()));
        (envelope, said.outcome)
    }

    async fn records_of(&self, chain: Digest) -> Vec<RecordRoot> {
        let listed = list_deposits(&self.office, None, 1_000).await.unwrap();
        listed.iter().filter(|row| row.chain == chain).map(|row| row.key.root).collect()
    }

    /// Whether everything that is held of the record still opens.
    async fn opens(&self, root: RecordRoot) -> bool {
        let listed = list_deposits(&self.office, None, 1_000).await.unwrap();
        let held = listed.iter().find(|row| row.key.root == root).unwrap();
        let row = deposit(&self.office, &held.key).await.unwrap().unwrap();
        let mut opens = true;
        for part in &row.parts {
            opens &= open_part(&self.office, row.chain, part).await.is_ok();
        }
        opens
    }

    /// Whether exactly this is the newest leaf of the office's own log.
    async fn is_newest_leaf(&self, said: &Envelope) -> bool {
        let log = self.house.store.log();
        let entry = log.entries(log.head().size() - 1, 1).await.unwrap().remove(0);
        entry.entry == LogLeaf::Statement(Digest::of(said.as_bytes())).to_bytes()
    }
}

fn reason_of(outcome: &ErasureOutcome) -> (&str, &str) {
    match outcome {
        ErasureOutcome::Refused { reason, legal_basis } => (reason, legal_basis),
        ErasureOutcome::Erased { .. } => ("erased", ""),
    }
}

#[tokio::test]
async fn a_legal_hold_refuses_an_order_with_its_basis_and_what_is_held_stays() {
    let ordered = Ordered::office().await;
    let chain = chain_commitment(ChainId::from_bytes([91; 16]));
    let root = ordered.records_of(chain).await[0];
    let reason = "（2026）示例民初1号";
    let (hold, _) = place_hold(&ordered.office, key(1), chain, reason).await.unwrap();

    let order = ordered.order(chain, vec![root], 0);
    let (refused, outcome) = ordered.answer(&order).await;
    let (code, basis) = reason_of(&outcome);
    assert_eq!(code, "legal_hold");
    assert!(basis.contains("证据保全") && basis.contains("个人信息保护法第47条第2款"), "{basis}");
    let printed = String::from_utf8_lossy(refused.as_bytes()).into_owned();
    assert!(!printed.contains(reason), "why it is held is nobody's but the office's");
    assert!(ordered.is_newest_leaf(&refused).await, "the refusal is a leaf of the office's log");
    assert!(ordered.opens(root).await);

    // The answer to this order is final; another order meets what is true by then.
    lift_hold(&ordered.office, key(2), (chain, hold), "案件已审结").await.unwrap();
    let (again, _) = ordered.answer(&order).await;
    assert_eq!(again.as_bytes(), refused.as_bytes());
    assert!(ordered.opens(root).await);
    let (_, outcome) = ordered.answer(&ordered.order(chain, vec![root], 1)).await;
    assert!(matches!(outcome, ErasureOutcome::Erased { keys: 1.. }), "{outcome:?}");
    assert!(!ordered.opens(root).await);
}

/// The caller's name of an act.
fn key(number: u8) -> HoldKey {
    format!("act-{number}").parse().unwrap()
}

#[tokio::test]
async fn a_hold_that_is_asked_for_twice_is_one_hold_and_lifted_twice_is_lifted_once() {
    let ordered = Ordered::office().await;
    let office = &ordered.office;
    let chain = chain_commitment(ChainId::from_bytes([91; 16]));
    let root = ordered.records_of(chain).await[0];
    let leaves = || ordered.house.store.log().head().size();
    let (reason, lifted) = ("（2026）示例民初1号", "案件已审结");

    let first = place_hold(office, key(1), chain, reason).await.unwrap();
    let before = leaves();
    let again = place_hold(office, key(1), chain, &format!(" {reason} ")).await.unwrap();
    assert_eq!((again.0, again.1.as_bytes()), (first.0, first.1.as_bytes()));
    assert_eq!(leaves(), before, "nothing was said twice");
    // Another key is another hold: each is lifted by itself.
    let second = place_hold(office, key(2), chain, reason).await.unwrap();
    assert_ne!(second.0, first.0);

    for (number, hold) in [(3, first.0), (4, second.0)] {
        let said = lift_hold(office, key(number), (chain, hold), lifted).await.unwrap();
        let again = lift_hold(office, key(number), (chain, hold), lifted).await.unwrap();
        assert_eq!(again.as_bytes(), said.as_bytes());
    }
    let other = lift_hold(office, key(5), (chain, first.0), lifted).await;
    assert!(matches!(other, Err(LegalHoldError::NoSuchHold)), "{other:?}");
    let (_, outcome) = ordered.answer(&ordered.order(chain, vec![root], 0)).await;
    assert_eq!(reason_of(&outcome).0, "erased", "no second hold was left in the way");
    // Placed again after it was lifted, the same request is still the same act.
    let again = place_hold(office, key(1), chain, reason).await.unwrap();
    assert_eq!(again.1.as_bytes(), first.1.as_bytes());
}

#[tokio::test]
async fn a_key_of_a_hold_is_forgotten_thirty_days_after_the_hold_was_lifted_and_never_before() {
    let ordered = Ordered::office().await;
    let (office, clock) = (&ordered.office, &ordered.house.clock);
    let chain = chain_commitment(ChainId::from_bytes([91; 16]));
    let reason = "（2026）示例民初1号";
    let rows =
        async || ordered.house.store.scan(b"legal-hold-asked/", None, 9).await.unwrap().len();
    // A page of one: every row is reached, one after the other, in as many rounds.
    let swept = async || {
        let (mut after, mut removed) = (None, 0);
        for _ in 0..4 {
            removed += sweep(office, &mut after, 1).await.unwrap();
        }
        removed
    };
    let (hold, placed) = place_hold(office, key(1), chain, reason).await.unwrap();
    place_hold(office, key(2), chain, reason).await.unwrap();
    clock.advance_ms(2 * ASKED_LIFETIME_MS);
    assert_eq!((swept().await, rows().await), (0, 2), "both holds are in force");
    let again = place_hold(office, key(1), chain, reason).await.unwrap();
    assert_eq!((again.0, again.1.as_bytes()), (hold, placed.as_bytes()));

    lift_hold(office, key(3), (chain, hold), "案件已审结").await.unwrap();
    clock.advance_ms(ASKED_LIFETIME_MS - 1);
    assert_eq!((swept().await, rows().await), (0, 3));
    clock.advance_ms(1);
    assert_eq!((swept().await, rows().await), (2, 1), "the other one is in force");
    assert_eq!(swept().await, 0);
}

#[tokio::test]
async fn a_key_of_a_hold_that_comes_with_another_request_is_refused() {
    let ordered = Ordered::office().await;
    let office = &ordered.office;
    let chain = chain_commitment(ChainId::from_bytes([91; 16]));
    let other = chain_commitment(ordered.story.signing().record.frame().place.chain);
    let (hold, _) = place_hold(office, key(1), chain, "证据保全").await.unwrap();
    let refused = [
        place_hold(office, key(1), chain, "另一案件").await.map(drop),
        place_hold(office, key(1), other, "证据保全").await.map(drop),
        lift_hold(office, key(1), (chain, hold), "证据保全").await.map(drop),
    ];
    for one in refused {
        assert!(matches!(one, Err(LegalHoldError::KeyReused)), "{one:?}");
    }
    let long = "k".repeat(129);
    for wrong in ["", "with space", "编号", &long] {
        assert!(wrong.parse::<HoldKey>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn what_somebody_signed_is_kept_in_the_notarial_archive_and_nothing_beside_it_is_erased() {
    let ordered = Ordered::office().await;
    let signing = ordered.story.signing().record.root();
    let chain = chain_commitment(ordered.story.signing().record.frame().place.chain);
    let all = ordered.records_of(chain).await;
    assert!(all.len() > 1 && all.contains(&signing));

    let (refused, outcome) = ordered.answer(&ordered.order(chain, all.clone(), 0)).await;
    let (code, basis) = reason_of(&outcome);
    assert_eq!(code, "retention_of_archive");
    assert!(basis.contains("公证法第26条") && basis.contains("公证档案管理办法"), "{basis}");
    assert!(ordered.is_newest_leaf(&refused).await);
    for root in &all {
        assert!(ordered.opens(*root).await, "an order is followed whole or not at all");
    }

    // A hold is named before the archive: it is what has to be lifted first.
    let (hold, _) = place_hold(&ordered.office, key(1), chain, "证据保全").await.unwrap();
    let (_, outcome) = ordered.answer(&ordered.order(chain, vec![signing], 1)).await;
    assert_eq!(reason_of(&outcome).0, "legal_hold");
    lift_hold(&ordered.office, key(2), (chain, hold), "解除").await.unwrap();

    // What belongs to no archive is erased without the signing.
    let other = all.into_iter().find(|root| *root != signing).unwrap();
    let (_, outcome) = ordered.answer(&ordered.order(chain, vec![other], 2)).await;
    assert_eq!(reason_of(&outcome).0, "erased");
    assert!(!ordered.opens(other).await && ordered.opens(signing).await);
}
