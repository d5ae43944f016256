//! Clocks that jump, at the platform and at the notary, forwards and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence_store::gate::clock_gaps;
use heqi_pki::keys::Algorithm;
use heqi_registration::Custodian;
use heqi_testkit::Device;
use heqi_vocabulary::UtcMillis;
use serde_json::{Value, json};

use super::device::{self, Answer};
use super::house::{House, Second, until};

/// When and at which leaf something was recorded.
fn recorded(receipt: &Value) -> (u64, UtcMillis) {
    let at = receipt["recorded_at"].as_str().unwrap().parse().unwrap();
    (receipt["logged"]["index"].as_u64().unwrap(), at)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recorded_times_only_grow_however_the_clock_jumps_and_across_restarts() {
    let mut house = House::start(Second::Real).await;
    let tokens = house.invite(6).await;
    house.until_cosigned().await;
    let mut receipts = Vec::new();
    let jumps = [0, -30_000, -45_000, 50_000, 20_000, 0];
    for (round, (ahead_ms, token)) in jumps.into_iter().zip(&tokens).enumerate() {
        house.clocks().platform.be_ahead_ms(ahead_ms);
        if round % 2 == 1 {
            house = house.restart_platform().await;
        }
        receipts.extend(house.all_sign(std::slice::from_ref(token)).await);
    }
    let times: Vec<_> = receipts.iter().map(recorded).collect();
    assert_eq!(times.len(), tokens.len());
    assert!(times.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1), "{times:?}");
    // While a clock was behind, the record says the earliest instant there could be.
    let after = |from: usize, to: usize| times[to].1.millis_since(times[from].1);
    assert!(after(0, 2) < 1_000 && after(2, 3) > 20_000, "{times:?}");

    house.clocks().platform.be_ahead_ms(0);
    let coverage = house.until_answered(&Custodian::ALL).await;
    assert_eq!(coverage["signings"], 6);
    assert_eq!(coverage["gaps"], json!([]));
    house.stop().await;
}

/// Asks to begin a signing, whatever is answered.
async fn begin(house: &House, token: &str) -> Answer {
    device::consent(&house.client, token).await;
    let device = Device::new(Algorithm::Ed25519, 7, token);
    let key = STANDARD.encode(device.key().public_key().to_spki_der());
    let body = json!({ "device_key": key }).to_string().into_bytes();
    house.client.raw(token, "/api/v1/signings", "application/json", body).await
}

async fn gaps_ms(house: &House) -> Vec<i64> {
    let gaps = clock_gaps(house.platform.backend(), 100).await.unwrap();
    gaps.iter().filter(|gap| gap.peer == "data_centre").map(|gap| gap.gap_ms).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_of_two_seconds_is_noted_and_of_a_minute_stops_signings_whoever_is_off() {
    for (platform_ms, centre_ms) in [(0, 3_500), (3_500, 0)] {
        let mut house = House::start(Second::Real).await;
        let tokens = house.invite(3).await;
        house.until_cosigned().await;
        house.until_alarm("clock_offset", false).await;
        assert_eq!(gaps_ms(&house).await, [0; 0]);

        house.clocks().platform.be_ahead_ms(platform_ms);
        house.clocks().centre.be_ahead_ms(centre_ms);
        house = house.restart_platform().await;
        house.until_alarm("clock_offset", true).await;
        // The alarm looks at the clocks, the note at the peer's answer: either may come first.
        let gaps = until("a gap is noted", || async {
            Some(gaps_ms(&house).await).filter(|gaps| !gaps.is_empty())
        })
        .await;
        let wanted = centre_ms - platform_ms;
        assert!(
            !gaps.is_empty() && gaps.iter().all(|gap| (gap - wanted).abs() < 1_500),
            "{gaps:?}"
        );
        // That alone stops nobody.
        house.all_sign(&tokens[..1]).await;

        house.clocks().platform.be_ahead_ms(platform_ms * 40);
        house.clocks().centre.be_ahead_ms(centre_ms * 40);
        house = house.restart_platform().await;
        house.until_alarm("clock_offset", true).await;
        let refused = begin(&house, &tokens[1]).await;
        assert_eq!(refused.status, 503, "{}", refused.text());
        assert!(refused.text().contains("clock_off"), "{}", refused.text());
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(house.client.get("", "/readyz").await.status, 503);

        house.clocks().platform.be_ahead_ms(0);
        house.clocks().centre.be_ahead_ms(0);
        house = house.restart_platform().await;
        house.until_alarm("clock_offset", false).await;
        house.all_sign(&tokens[1..]).await;
        // What a platform whose own clock was ahead had put off until then is sent now.
        let coverage = house.until_answered(&Custodian::ALL).await;
        assert_eq!(coverage["signings"], 3);
        house.stop().await;
    }
}
