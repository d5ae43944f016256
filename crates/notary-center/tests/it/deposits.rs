//! Deposits over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use heqi_evidence::bundle::MEDIA_TYPE;
use heqi_evidence::chain::chain_commitment;
use heqi_evidence::deposit::Outcome;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::RowKey;
use heqi_notary_protocol::notary::DepositError;
use heqi_notary_protocol::{Bearer, NotaryClient};
use heqi_service_kit::{ApiKey, SystemEntropy};
use heqi_testkit::{Story, Twists};

use crate::support::{
    Centre, Failing, Plan, code, deposit_of, http, log_chain, pool, store, story,
};

/// What is held of deposits, and how many leaves there are. Not every write: a service that has just started
/// still writes marks of its own.
async fn held(store: &dyn Backend) -> (Vec<RowKey>, u64) {
    let rows = store.scan(b"deposit", None, usize::MAX).await.unwrap();
    (rows.into_iter().map(|(key, _)| key).collect(), store.log().head().size())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_custodians_admit_a_filing_and_answer_again_to_the_byte() {
    let story = story();
    let data_centre = Plan::data_centre(&story, store()).start().await;
    let preservation = Plan::preservation(&story, store()).start().await;
    let chain = chain_commitment(story.chain);
    assert_eq!(data_centre.client.chain_head(chain).await.unwrap(), None);
    let mut first = Vec::new();
    for record in &story.records {
        let parts = deposit_of(&story, record);
        for centre in [&data_centre, &preservation] {
            let reply = centre.deposit(&parts).await;
            let receipt = centre.open(&reply);
            assert!(receipt.outcome.is_admitted());
            assert_eq!(receipt.seq, record.record.frame().place.seq);
            let head = centre.client.chain_head(chain).await.unwrap();
            assert_eq!(head, reply.chain_head);
            first.push(reply);
        }
    }
    let other = data_centre.receipt_key.public_key();
    assert!(first[1].open(&[other]).is_err(), "each custodian signs with its own key");
    let mut replies = first.into_iter();
    for record in &story.records {
        let parts = deposit_of(&story, record);
        for centre in [&data_centre, &preservation] {
            let again = centre.deposit(&parts).await;
            let before = replies.next().unwrap();
            assert_eq!(again.receipt.as_bytes(), before.receipt.as_bytes());
        }
    }
    for (centre, name) in [(&data_centre, "data_centre"), (&preservation, "preservation")] {
        let reply = centre.deposit(&deposit_of(&story, &story.records[0])).await;
        assert_eq!(centre.open(&reply).custodian, name);
        let count = u64::try_from(story.records.len()).unwrap();
        let figure = |outcome| format!("heqi_deposits_total{{outcome=\"{outcome}\"}}");
        assert_eq!(centre.figure(&figure("admitted")).await, Some(count - 1));
        assert_eq!(centre.figure(&figure("admitted_with_findings")).await, Some(1));
        assert_eq!(centre.figure(&figure("repeated")).await, Some(count + 1));
        assert_eq!(centre.figure("heqi_chains").await, Some(1));
    }
    assert!(data_centre.running.stop().await.is_clean());
    assert!(preservation.running.stop().await.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_evidence_speaks_against_is_answered_with_a_refused_receipt() {
    let other_party = |statement: &mut heqi_evidence::statement::SigningStatement| {
        statement.party = heqi_vocabulary::PartyId::from_bytes([9; 16]);
    };
    let statement = Some(Box::new(other_party) as heqi_testkit::Twist<_>);
    let story = Story::tell(8, &Twists { statement, ..Twists::default() });
    let centre = Plan::data_centre(&story, store()).start().await;
    let mut last = None;
    for record in story.records.iter().take(9) {
        last = Some(centre.deposit(&deposit_of(&story, record)).await);
    }
    let last = last.unwrap();
    let receipt = centre.open(&last);
    assert_eq!(receipt.record_root, story.signing().record.root());
    assert_eq!(receipt.outcome, Outcome::Refused { reason: "mismatch_party".into() });
    let head = last.open(&[centre.receipt_key.public_key()]).unwrap().chain_head.unwrap();
    assert_eq!(head.seq, receipt.seq - 1, "the chain stays before what was refused");
    assert_eq!(centre.figure("heqi_deposits_total{outcome=\"refused\"}").await, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_is_refused_and_raises_the_alarm_once() {
    let mut story = story();
    let chain = log_chain(&mut story, 1, 1);
    let place = chain[0].record.frame().place;
    let entropy = heqi_testkit::SeededEntropy::new(77);
    let kind = heqi_evidence::schema::RecordKind::ConsentGiven;
    let draft = heqi_evidence::record::RecordDraft::new(
        kind,
        heqi_evidence::record::GeneratedBy::Platform,
        &entropy,
    );
    let fork = draft.at(place);
    let index = story.log.append(fork.leaf());
    let head = story.log.head_at(story.log.size());
    let fork = heqi_evidence::bundle::BundleParts {
        record: fork.full().unwrap(),
        proof: Some(story.log.proof(index, &head).to_string().into_bytes()),
        ..Default::default()
    };
    let centre = Plan::data_centre(&story, store()).start().await;
    centre.client.deposit(chain[0].file(&story)).await.unwrap();
    for _ in 0..2 {
        let receipt = centre.open(&centre.deposit(&fork).await);
        assert_eq!(receipt.outcome, Outcome::Refused { reason: "chain_forked".into() });
    }
    let alarm = centre.figure("heqi_misbehaviour_total{kind=\"chain_forked\"}").await;
    assert_eq!(alarm, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_says_in_both_languages_what_comes_first() {
    let mut story = story();
    let chain = log_chain(&mut story, 1, 3);
    let centre = Plan::data_centre(&story, store()).start().await;
    let gap = centre.client.deposit(chain[2].file(&story)).await.unwrap_err();
    assert_eq!(gap, DepositError::Gap { expected_seq: 1 });
    for (language, said) in [("zh", "应先存证第 1 条"), ("en", "The record at place 1")] {
        let response = deposit_raw(&centre, chain[1].file(&story))
            .header("accept-language", language)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 409);
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!((&body["code"], &body["expected_seq"]), (&"chain_gap".into(), &1.into()));
        assert!(body["detail"].as_str().unwrap().contains(said), "{body}");
        assert!(body["next_step"].as_str().is_some_and(|next| !next.is_empty()));
    }
}

fn deposit_raw(centre: &Centre, body: Bytes) -> reqwest::RequestBuilder {
    http()
        .post(centre.url("/deposits"))
        .bearer_auth(centre.key.expose())
        .header("content-type", MEDIA_TYPE)
        .body(body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_deposits_without_a_known_key_of_the_scope() {
    let story = story();
    let store = store();
    let centre = Plan::data_centre(&story, store.clone()).start().await;
    let file = Bytes::from(deposit_of(&story, &story.records[0]).write().unwrap());
    let before = held(&*store).await;
    let unknown = ApiKey::generate("deposits".parse().unwrap(), &SystemEntropy);
    let relabelled = centre.key.expose().replace("deposits", "witness");
    for key in [None, Some("nonsense"), Some(unknown.expose()), Some(relabelled.as_str())] {
        let bearer = key.map(Bearer::new);
        let client = NotaryClient::new(pool(), &centre.running.url(), bearer);
        let refusal = client.deposit(file.clone()).await.unwrap_err();
        let expected =
            heqi_notary_protocol::CallError::Refused { status: 401, code: "unauthorized".into() };
        assert_eq!(refusal, DepositError::Call(expected));
    }
    let bare = http().post(centre.url("/deposits")).body(file).send().await.unwrap();
    assert_eq!(bare.headers()["www-authenticate"], "Bearer");
    assert_eq!(held(&*store).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_deposit_gets_its_status_and_changes_nothing() {
    let story = story();
    let store = store();
    let mut plan = Plan::data_centre(&story, store.clone());
    plan.settings.limits.deposit_bytes = 100_000;
    let centre = plan.start().await;
    let before = held(&*store).await;
    let incomplete = {
        let mut parts = deposit_of(&story, story.signing());
        parts.proof = None;
        Bytes::from(parts.write().unwrap())
    };
    let cases: [(Bytes, u16, &str); 4] = [
        (Bytes::new(), 400, "bundle_unreadable"),
        (Bytes::from_static(b"PK\x03\x04"), 400, "bundle_unreadable"),
        (incomplete, 422, "not_logged"),
        (Bytes::from(vec![0; 100_001]), 413, "too_large"),
    ];
    for (body, status, expected) in cases {
        let response = deposit_raw(&centre, body).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(code(response).await, expected);
    }
    // Without a length, the limit is kept while the body arrives.
    let endless = reqwest::Body::wrap_stream(futures_util::stream::iter(
        (0..200).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![0; 1_000]))),
    ));
    let response = deposit_raw(&centre, Bytes::new()).body(endless).send().await.unwrap();
    assert_eq!((response.status().as_u16(), code(response).await), (413, "too_large".into()));
    let other = http().post(centre.url("/deposits")).bearer_auth(centre.key.expose());
    let response = other.header("content-type", "application/zip").body("PK").send().await.unwrap();
    assert_eq!(response.status(), 415);
    assert_eq!(held(&*store).await, before);
    let rejected = centre.figure("heqi_deposits_total{outcome=\"rejected\"}").await;
    assert_eq!(rejected, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_deposits_at_once_are_ordered_and_numbered_also_when_memory_is_short() {
    let mut story = story();
    let chains: Vec<_> = (1..=10).map(|seed| log_chain(&mut story, seed, 5)).collect();
    let mut plan = Plan::data_centre(&story, store());
    // Room for a few deposits at a time.
    plan.settings.deposit_memory_bytes = 64 << 10;
    let centre = plan.start().await;
    let tasks: Vec<_> = chains
        .iter()
        .flatten()
        .rev()
        .map(|extra| (centre.client.clone(), extra.file(&story)))
        .map(|(client, file)| {
            tokio::spawn(async move {
                loop {
                    match client.deposit(file.clone()).await {
                        Ok(reply) => return reply,
                        Err(DepositError::Gap { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let mut orders: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut serials = BTreeSet::new();
    for task in tasks {
        let receipt = centre.open(&task.await.unwrap());
        let serial = receipt.deposit_no.serial();
        assert!(serials.insert(serial));
        orders.entry(receipt.chain).or_default().push((serial, receipt.seq));
    }
    assert_eq!(serials, (1..=50).collect());
    for order in orders.values_mut() {
        order.sort_unstable();
        assert!(order.is_sorted_by_key(|(_, seq)| *seq), "{order:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_durable_commit_there_is_no_receipt_and_asking_again_succeeds() {
    let story = story();
    let failing = Failing::new(store());
    let centre = Plan::data_centre(&story, failing.clone()).start().await;
    let file = Bytes::from(deposit_of(&story, &story.records[0]).write().unwrap());
    failing.fail(true);
    let response = deposit_raw(&centre, file.clone()).send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(code(response).await, "unavailable");
    failing.fail(false);
    let reply = centre.client.deposit(file).await.unwrap();
    assert_eq!(centre.open(&reply).deposit_no.serial(), 1);
    assert_eq!(centre.figure("heqi_deposits_total{outcome=\"failed\"}").await, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_has_stopped_is_told_as_such_and_nobody_looks_for_a_fault() {
    let story = story();
    let failing = Failing::new(store());
    let centre = Plan::data_centre(&story, failing.clone()).start().await;
    let file = Bytes::from(deposit_of(&story, &story.records[0]).write().unwrap());
    let receipt = centre.open(&centre.client.deposit(file.clone()).await.unwrap());
    let head = centre.url(&format!("/chains/{}/head", receipt.chain));
    failing.stop(true);
    let read = http().get(&head).send().await.unwrap();
    let again = deposit_raw(&centre, file).send().await.unwrap();
    failing.stop(false);
    for refused in [read, again] {
        assert_eq!(refused.status(), 503);
        assert_eq!(refused.headers()["retry-after"], "2");
        assert_eq!(code(refused).await, "store_stopped");
    }
    assert_eq!(http().get(&head).send().await.unwrap().status(), 200);
}
