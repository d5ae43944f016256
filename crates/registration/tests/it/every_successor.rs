//! The same as [`crate::every_call`] for the log that takes the place of one that is lost (`heqi recover
//! successor`): it begins whole, or whoever begins it is told, and half of it does not go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use heqi_evidence::anchors::Vkey;
use heqi_evidence::successor::{FrozenReason, LogSuccessor, VerifiedSuccessor};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_evidence_store::testing::{Failure, Faulty, note_signer};
use heqi_pki::keys::SigningKey;
use heqi_registration::deposit_queue::{deposit_bundle, note_receipt};
use heqi_registration::successor::{BeginError, ReturnedRecord, begin, beyond, is_carried_over};
use heqi_registration::{Custodian, FrozenLog};
use heqi_testkit::SeededEntropy;
use heqi_tlog::note::{KeyName, NoteSigner};

use crate::every_call::{same, shape};
use crate::watched::Watched;
use crate::world::World;

fn successor_signer() -> NoteSigner {
    let name = KeyName::new("log.example/successor").unwrap();
    NoteSigner::from_seed(name, &[8; 32]).unwrap()
}

/// A log of which the end is lost, and what a custodian gave back of it.
struct Lost {
    /// On the store that was set back.
    world: World,
    returned: BTreeMap<u64, ReturnedRecord>,
    successor: VerifiedSuccessor,
}

impl Lost {
    async fn new() -> Self {
        let world = World::new().await;
        let drafted = world.drafted(1).await;
        let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
        // The store is set back to here; the data centre holds what came after, too.
        let before = Arc::new(world.store.copy());
        world.sign(&visitor).await;
        let mut deposits = BTreeMap::new();
        loop {
            let items = world.leased(Custodian::DataCentre, 8).await;
            if items.is_empty() {
                break;
            }
            for item in items {
                let deposit =
                    deposit_bundle(&world.platform, item.payload.record_id).await.unwrap();
                let answer = world.answer(Custodian::DataCentre, &deposit, |_, _| {});
                note_receipt(&world.platform, &item, answer).await.unwrap();
                deposits.insert(deposit.record_root, deposit.parts);
            }
        }
        let frozen_head = world.head().note().to_string();
        let world = world.started_on(&before, before.clone(), 14).await;
        let returned = beyond(&world.platform, deposits);
        assert!(!returned.is_empty(), "nothing came back");
        let said = LogSuccessor {
            frozen_head,
            frozen_key: Vkey(note_signer(7).verifier_key().clone()),
            held: world.head().checkpoint().size(),
            log_key: Vkey(successor_signer().verifier_key().clone()),
            opened_at: world.clock(),
            orphans: returned.values().map(ReturnedRecord::listed).collect(),
            reason: FrozenReason::Lost,
        };
        let [old, new] = [7, 8].map(|seed| SigningKey::from_ed25519_seed(&[seed; 32]));
        let statement = said.sign_both(&old, &new).unwrap();
        let successor = LogSuccessor::verify(&statement).unwrap();
        Self { world, returned, successor }
    }

    /// An empty log with the rows, objects and data keys of the one that is lost.
    async fn carried_over(&self) -> Watched {
        let signer = Arc::new(KeyedHeadSigner::new(successor_signer()));
        let entropy = Arc::new(SeededEntropy::new(21));
        let next = Watched::new(Arc::new(MemoryBackend::new(signer, entropy).unwrap()));
        let old = &self.world.store;
        for id in old.vault().identifiers() {
            next.vault().adopt(&old.vault().key(id).unwrap());
        }
        let contents = old.contents().await;
        for object in contents.objects.into_values() {
            next.put_object(object).unwrap().await.unwrap();
        }
        let mut changes = Changeset::new();
        for (key, row) in contents.rows.into_iter().filter(|(key, _)| is_carried_over(key)) {
            changes.put(key, row.value);
        }
        next.commit(changes).unwrap().await.unwrap();
        next
    }

    /// A platform on the successor, as a process of its own.
    async fn started_on(
        &self,
        store: &Arc<Watched>,
        backend: Arc<dyn Backend>,
        seed: u64,
    ) -> World {
        let frozen = FrozenLog::new(self.world.store.clone(), self.successor.clone());
        let change = |settings: &mut heqi_registration::Settings| {
            settings.log_key = successor_signer().verifier_key().clone();
            settings.frozen.push(frozen);
        };
        self.world.started_with((store, backend), seed, change).await
    }

    async fn is_succeeded_by(&self, world: &World) -> Result<(), BeginError> {
        begin(&world.platform, &self.successor, &self.returned).await
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_succession_begins_it_whole_or_tells_it() {
    let lost = Lost::new().await;
    let carried = lost.carried_over().await;
    let store = Arc::new(carried.copy());
    let faulty = Arc::new(Faulty::new(store.clone()));
    let world = lost.started_on(&store, faulty.clone(), 12).await;
    faulty.reset();
    lost.is_succeeded_by(&world).await.unwrap();
    let (calls, whole) = (faulty.calls(), shape(&store.contents().await));
    assert!(calls.len() > 10, "{calls:?}");
    assert_eq!(whole.1, 1, "the statement is the one leaf");

    for (index, call) in calls.iter().enumerate() {
        for how in Failure::ALL {
            let what = format!("{call}, call {index} of {}, {how:?}", calls.len());
            let store = Arc::new(carried.copy());
            let faulty = Arc::new(Faulty::new(store.clone()));
            let world = lost.started_on(&store, faulty.clone(), 12).await;
            let before = store.contents().await;
            faulty.fail(index, how);
            let begun = lost.is_succeeded_by(&world).await;
            assert_eq!(faulty.failed(), Some(*call), "{what}");
            assert!(begun.is_err(), "{what}: nobody was told");
            let after = store.contents().await;
            // `heqi recover` throws this store away and makes it anew. Were it not thrown away, it would be
            // refused where anything of it is there.
            let again = lost.started_on(&store, store.clone(), 13).await;
            let begun = lost.is_succeeded_by(&again).await;
            let done = store.contents().await;
            if same(&after, &before) {
                assert!(begun.is_ok(), "{what}: {begun:?}");
                assert_eq!(shape(&done), whole, "{what}: not what would have been");
            } else {
                assert!(matches!(begun, Err(BeginError::OtherLog)), "{what}: {begun:?}");
                assert!(same(&done, &after), "{what}: half of it went on");
            }
        }
    }
}
