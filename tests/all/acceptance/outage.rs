//! The data centre is away while people sign, and comes back.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::chain::ChainHead;
use heqi_evidence::statement::Statement as _;
use heqi_evidence_store::gate::ClockGap;
use heqi_registration::Custodian;
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use super::house::{House, Second, held};

/// What a custodian's receipt says, the envelope opened.
fn payload(deposit: &Value) -> Value {
    let bytes = STANDARD.decode(deposit["envelope"]["payload"].as_str().unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// One chain at one custodian: places, deposit numbers and roots, in the order of places.
type Kept = BTreeMap<u64, (String, String)>;

/// What both custodians receipted, by custodian and chain.
async fn receipted(house: &House) -> BTreeMap<Custodian, BTreeMap<String, Kept>> {
    let mut all: BTreeMap<Custodian, BTreeMap<String, Kept>> = BTreeMap::new();
    for (record, leaf) in house.records().await {
        let receipt = house.receipt(&record.to_string()).await;
        let deposits = receipt["deposited"]["receipts"].as_array().unwrap();
        assert_eq!(deposits.len(), 2, "{receipt}");
        for deposit in deposits {
            let custodian: Custodian =
                serde_json::from_value(deposit["custodian"].clone()).unwrap();
            let said = payload(deposit);
            assert_eq!(said["leaf_index"], json!(leaf));
            assert_eq!(said["record_root"], receipt["record_root"]);
            assert_eq!(said["custodian"], deposit["custodian"]);
            let text = |key: &str| said[key].as_str().unwrap().to_owned();
            let chain = all.entry(custodian).or_default().entry(text("chain")).or_default();
            let entry = (text("deposit_no"), text("record_root"));
            let doubled = chain.insert(said["seq"].as_u64().unwrap(), entry);
            assert_eq!(doubled, None, "one place of a chain was receipted twice");
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_everything_is_deposited_in_order_and_nothing_is_lost_or_doubled() {
    let mut house = House::start(Second::Real).await;
    let mut tokens = Vec::new();
    for count in [7, 7, 6] {
        tokens.push(house.invite(count).await);
    }
    house.until_cosigned().await;
    let tokens = tokens.concat();
    let (early, late) = tokens.split_at(2);
    house.all_sign(early).await;
    let before = house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;

    house.stop_centre().await;
    let signed = house.all_sign(late).await;
    assert_eq!(signed.len(), 18);
    let during = house.until_answered(&[Custodian::Preservation]).await;
    let records = during["records"].as_u64().unwrap();
    let away = held(&during, Custodian::DataCentre);
    assert_eq!(away["admitted"], before["records"], "the centre was away");
    assert_eq!(away["outstanding"], records - before["records"].as_u64().unwrap());
    assert!(during["witnessed_size"].as_u64().unwrap() < records);

    let alarm = house.until_alarm("outstanding_deposits", true).await;
    assert!(alarm["value"].as_u64().unwrap() > 10, "{alarm}");
    assert_eq!(alarm["means"], "Too many deposits wait for their receipts.");

    house.start_centre().await;
    let after = house.until_answered(&Custodian::ALL).await;
    assert_eq!((&after["signings"], &after["records"]), (&json!(20), &json!(records)));
    assert_eq!(after["gaps"], json!([]));
    house.until_alarm("outstanding_deposits", false).await;
    let cosigned = house.until_cosigned().await;
    assert_eq!(cosigned.checkpoint().size(), records);

    let receipted = receipted(&house).await;
    for custodian in Custodian::ALL {
        let counted = held(&after, custodian);
        assert_eq!(counted["admitted"], records);
        assert_eq!((&counted["refused"], &counted["quarantined"]), (&json!(0), &json!(0)));

        let chains = &receipted[&custodian];
        assert_eq!(chains.len(), 3);
        let all: Vec<&String> =
            chains.values().flat_map(|chain| chain.values().map(|(number, _)| number)).collect();
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (house.records().await.len(), all.len()));
        let notary = house.notary(custodian);
        for (chain, kept) in chains {
            let places: Vec<u64> = kept.keys().copied().collect();
            let length = u64::try_from(kept.len()).unwrap();
            assert_eq!(places, (1..=length).collect::<Vec<_>>());
            let numbers: Vec<&String> = kept.values().map(|(number, _)| number).collect();
            assert!(numbers.is_sorted_by(|a, b| a < b), "not in chain order: {numbers:?}");

            let commitment: Digest = chain.parse().unwrap();
            let head = notary.chain_head(commitment).await.unwrap().unwrap();
            let head = ChainHead::open(&head, &[house.receipt_key(custodian)]).unwrap();
            let head = head.into_statement();
            assert_eq!((head.seq, head.chain), (length, commitment));
            assert_eq!(json!(head.root), json!(kept[&length].1));
        }
    }
    // Leaves of the custodians' own logs: a receipt and a chain head for each deposit, and
    // the data centre's anchors. Anything sent twice would have left a third.
    assert_eq!(house.own_log_size(Custodian::DataCentre), 1 + 2 * records);
    assert_eq!(house.own_log_size(Custodian::Preservation), 2 * records);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_off_raises_an_alarm_and_beyond_a_minute_begins_nothing() {
    let house = House::start(Second::Real).await;
    house.until_alarm("clock_offset", false).await;
    let gap = |gap_ms| ClockGap { peer: "another".into(), gap_ms, round_trip_ms: 10 };
    house.platform.peer_clock().note(&gap(-61_000));
    let alarm = house.until_alarm("clock_offset", true).await;
    assert_eq!(alarm["value"], 60_995, "half of the round trip explains nothing: {alarm}");
    let ready = house.client.get("", "/readyz").await;
    assert_eq!(ready.status, 503, "{}", ready.text());
    house.platform.peer_clock().note(&gap(20));
    house.until_alarm("clock_offset", false).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_nobody_cosigns_is_told_by_its_age_and_by_what_waits_until_somebody_does() {
    let mut house = House::start(Second::Real).await;
    let tokens = house.invite(7).await;
    house.until_cosigned().await;
    for alarm in ["checkpoint_age", "cosignature_lag", "mirror_lag"] {
        house.until_alarm(alarm, false).await;
    }

    house.stop_centre().await;
    house.all_sign(&tokens).await;
    for (alarm, means) in [
        ("cosignature_lag", "Many entries of the log have not been cosigned."),
        ("mirror_lag", "Many entries of the log are not mirrored yet."),
    ] {
        let alarm = house.until_alarm(alarm, true).await;
        assert!(alarm["value"].as_u64().unwrap() > 10, "{alarm}");
        assert_eq!(alarm["means"], means);
    }
    // Time passes for both, and nobody answers: four minutes are more than the three of the limit.
    let clocks = house.clocks();
    clocks.platform.be_ahead_ms(240_000);
    clocks.centre.be_ahead_ms(240_000);
    let alarm = house.until_alarm("checkpoint_age", true).await;
    assert!(alarm["value"].as_u64().unwrap() >= 239, "{alarm}");
    assert!(alarm["next_step"].as_str().unwrap().contains("/readyz"), "{alarm}");

    house.start_centre().await;
    house.until_cosigned().await;
    for alarm in ["checkpoint_age", "cosignature_lag", "mirror_lag"] {
        house.until_alarm(alarm, false).await;
    }
    house.stop().await;
}
