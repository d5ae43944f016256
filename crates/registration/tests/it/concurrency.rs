//! Fifty shareholders of one filing sign at the same moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_evidence::chain::walk;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::Frame;
use heqi_filing::{Capacity, FilingState, PartyKind};
use heqi_registration::AsRead;
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::coverage::coverage;
use heqi_registration::deposit_queue::deposit_bundle;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_vocabulary::{ChainId, Clock as _, Explain as _, RecordId};

use crate::world::World;

impl World {
    /// Frame and root of every record, in the order of the log.
    pub(crate) async fn frames(&self) -> Vec<(Frame, RecordRoot)> {
        let mut frames = Vec::new();
        for (record, _) in self.leaf_rows().await {
            let deposit = deposit_bundle(&self.platform, record).await.unwrap();
            let disclosure = Disclosure::parse(&deposit.parts.record).unwrap();
            assert!(disclosure.is_full());
            assert_eq!(disclosure.root(), deposit.record_root.digest());
            frames.push((Frame::read(&disclosure).unwrap(), deposit.record_root));
        }
        frames
    }

    /// The leaf index of every record, in the order of the log.
    pub(crate) async fn leaf_rows(&self) -> Vec<(RecordId, u64)> {
        let rows = self.platform.backend().scan(b"leaf/", None, usize::MAX).await.unwrap();
        let mut rows: Vec<(RecordId, u64)> = rows
            .iter()
            .map(|(key, row)| {
                let key = str::from_utf8(key.as_bytes()).unwrap();
                let record = key.strip_prefix("leaf/").unwrap().parse().unwrap();
                (record, heqi_evidence_store::changeset::leaf_index_of(row).unwrap())
            })
            .collect();
        rows.sort_by_key(|(_, index)| *index);
        rows
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_shareholders_sign_at_the_same_moment_into_one_chain() {
    let world = Arc::new(World::new().await);
    let drafted = world.drafted(50).await;
    let mut ready = Vec::new();
    for party in &drafted.parties {
        let visitor = world.visitor(drafted.filing, *party).await;
        let (begun, photo) = world.ready(&visitor).await;
        let answer = visitor.answer(&begun, photo, world.clock.now());
        ready.push((world.request(&visitor.actor), answer));
    }
    let before = world.contents().await.entries.len();

    let start = Arc::new(tokio::sync::Barrier::new(ready.len()));
    let tasks: Vec<_> = ready
        .into_iter()
        .map(|(request, answer)| {
            let (world, start) = (world.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                complete_signing(&world.platform, &request, answer).await
            })
        })
        .collect();
    let mut vouchers = BTreeSet::new();
    for task in tasks {
        vouchers.insert(task.await.unwrap().unwrap().voucher.unwrap().to_string());
    }
    assert_eq!(vouchers.len(), 50);

    let frames = world.frames().await;
    let chains: BTreeSet<ChainId> = frames.iter().map(|(frame, _)| frame.place.chain).collect();
    assert_eq!(chains.len(), 1);
    let chain = *chains.first().unwrap();
    let tip = walk(chain, frames.clone()).unwrap();
    assert_eq!(tip.seq, u64::try_from(before + 50).unwrap());
    let times: Vec<_> = frames.iter().map(|(frame, _)| frame.place.recorded_at).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "recorded_at strictly increases");

    let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Signed { .. }));
    assert!(view.parties.iter().all(|party| party.documents_to_sign == 0));
    let coverage = coverage(&world.platform, &world.staff).await.unwrap();
    assert_eq!(coverage.signings, 50);
}

#[tokio::test]
async fn fifty_signers_of_many_documents_still_fit_the_rows() {
    let world = World::new().await;
    let drafted = world.drafted(50).await;
    let mut documents = 1;
    for number in 0..11 {
        let command = heqi_registration::attach_document::AttachDocument {
            filing: drafted.filing,
            title: format!("文书{number}").parse().unwrap(),
            replaces: None,
            bytes: heqi_testkit::files::pdf(&format!("Document {number}"), 1).into(),
        };
        let request = world.request(&world.staff);
        heqi_registration::attach_document::attach_document(&world.platform, &request, command)
            .await
            .unwrap();
        documents += 1;
    }
    let signed = world.all_sign(&drafted).await;
    assert_eq!(signed.len(), 50);
    let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
    let signatures: usize = view.parties.iter().map(|party| party.signatures.len()).sum();
    assert_eq!(signatures, 50 * documents);
    let prefix = format!("filing/{}/", drafted.filing);
    let rows = world.platform.backend().scan(prefix.as_bytes(), None, 200).await.unwrap();
    assert_eq!(
        rows.len(),
        1 + documents + 51,
        "a head, the documents, fifty signers and a handler"
    );
    let whole: usize = rows.iter().map(|(_, row)| row.value.len()).sum();
    assert!(whole > 60_000, "the filing outgrew one row: {whole} bytes");
}

#[tokio::test]
async fn a_signature_writes_the_row_of_its_party_and_no_other() {
    let world = World::new().await;
    let drafted = world.drafted(3).await;
    let prefix = format!("filing/{}/", drafted.filing);
    let versions = async || {
        let rows = world.platform.backend().scan(prefix.as_bytes(), None, 200).await.unwrap();
        rows.into_iter().map(|(_, row)| row.version).collect::<Vec<_>>()
    };
    let first = world.visitor(drafted.filing, drafted.parties[0]).await;
    world.sign(&first).await;
    let before = versions().await;
    let second = world.visitor(drafted.filing, drafted.parties[1]).await;
    world.sign(&second).await;
    let after = versions().await;
    let written = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    assert_eq!((before.len(), written), (after.len(), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_writers_who_read_the_same_version_one_wins_and_the_other_is_told() {
    let world = Arc::new(World::new().await);
    let filing = world.drafted(1).await.filing;
    for round in 0..20 {
        let read = filing_view(&world.platform, &world.staff, filing).await.unwrap().version;
        let leaves = world.contents().await.entries.len();
        let start = Arc::new(tokio::sync::Barrier::new(2));
        let writers = ["吴敏", "龚𠮷"].map(|name| {
            let (world, start) = (world.clone(), start.clone());
            tokio::spawn(async move {
                let request = world.request(&world.staff).on(AsRead::OneOf(vec![read]));
                let who = PartyKind::Person { name: name.parse().unwrap() };
                let capacities = [Capacity::Shareholder].into();
                start.wait().await;
                let command = AddParty { filing, who, capacities };
                add_party(&world.platform, &request, command).await
            })
        });
        let mut refused = Vec::new();
        for writer in writers {
            refused.extend(writer.await.unwrap().err());
        }
        let [error] = refused.as_slice() else { panic!("round {round}: {refused:?}") };
        assert_eq!((error.class(), error.code()), (Class::Stale, "stale"));
        assert_eq!(world.contents().await.entries.len(), leaves + 1);
    }
}

#[tokio::test]
async fn an_act_asked_for_again_is_answered_though_it_changed_the_version_it_named() {
    let world = World::new().await;
    let filing = world.drafted(1).await.filing;
    let read = filing_view(&world.platform, &world.staff, filing).await.unwrap().version;
    let request = world.named_request(&world.staff, "again").on(AsRead::OneOf(vec![read]));
    let who = PartyKind::Person { name: "吴敏".parse().unwrap() };
    let command = AddParty { filing, who, capacities: [Capacity::Shareholder].into() };
    let first = add_party(&world.platform, &request, command.clone()).await.unwrap();
    assert_eq!(add_party(&world.platform, &request, command.clone()).await.unwrap(), first);
    let other = world.request(&world.staff).on(AsRead::OneOf(vec![read]));
    let error = add_party(&world.platform, &other, command).await.unwrap_err();
    assert_eq!(error.class(), Class::Stale);
}
