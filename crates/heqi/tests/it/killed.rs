//! What a power cut leaves: everything that was answered.

use heqi_service_kit::system::SystemClock;
use serde_json::Value;

use crate::device::{self, Client};
use crate::program::{Folder, heqi, until_some};

#[tokio::test]
async fn every_receipt_given_before_a_kill_still_holds_after_the_next_start() {
    let folder = Folder::new();
    let demo = folder.start();
    let platform = Client::of(demo.says("platform_url"));
    let mut receipts: Vec<(String, Value)> = Vec::new();
    for role in ["lin_jiawei", "wu_min", "gong_ji", "yunqi_investment"] {
        let token = demo.credential(role).to_owned();
        let view = platform.get(&token, "/api/v1/ceremony").await.json();
        let record = view["signed"]["record_id"].as_str().unwrap().to_owned();
        let receipt = platform.get(&token, &format!("/api/v1/receipts/{record}")).await.json();
        receipts.push((token, receipt));
    }
    let token = demo.visitor(&platform, &Client::of(demo.says("inbox_url"))).await;
    let last = device::sign(&platform, &token, &SystemClock).await;
    demo.kill();
    receipts.push((token.clone(), last));

    let ran = folder.demo(&["--once"]).exits(0);
    assert_eq!(ran.out.matches("✓ 2/2").count(), 5, "{}", ran.out);
    folder.is_sound();
    let demo = folder.start();
    let platform = Client::of(demo.says("platform_url"));
    for (token, before) in &receipts {
        let record = before["record_id"].as_str().unwrap();
        let path = format!("/api/v1/receipts/{record}?wait=witnessed,mirrored,deposited");
        let now = until_some("the receipt to be whole", async || {
            let now = platform.get(token, &path).await.json();
            (now["deposited"]["held"] == 2 && now["mirrored"].is_object()).then_some(now)
        })
        .await;
        assert_eq!(now["record_root"], before["record_root"]);
        assert_eq!(now["recorded_at"], before["recorded_at"]);
        assert_eq!(now["voucher"], before["voucher"]);
        assert_eq!(now["logged"]["index"], before["logged"]["index"]);
        for deposit in before["deposited"]["receipts"].as_array().unwrap() {
            let kept = now["deposited"]["receipts"].as_array().unwrap();
            assert!(kept.contains(deposit), "{deposit} in {kept:?}");
        }

        let bundle = platform.get(token, &format!("/api/v1/records/{record}/bundle")).await.ok();
        let file = folder.path().join("after.heqi.zip");
        std::fs::write(&file, bundle).unwrap();
        let anchors = demo.says("anchors_path");
        let ran = heqi(&["verify", file.to_str().unwrap(), "--anchors", anchors, "--json"]);
        assert_eq!(ran.exits(0).json()["verdict"], "proved");
    }
    let coverage = platform.get(demo.credential("integrator"), "/api/v1/coverage").await.json();
    assert_eq!(coverage["signings"], 5 + 2, "the older filing has two");
    demo.kill();
    folder.demo(&["--once"]).exits(0);
    folder.is_sound();
}
