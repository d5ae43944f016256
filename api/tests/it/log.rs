//! The log as a stranger reads it: from nothing but its public files.

use heqi_evidence_store::testing::note_signer;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::tile::{TileKind, TilePath, decode_entries, tiles_of};
use heqi_tlog::tree::{CompactRange, leaf_hash};
use reqwest::Method;

use crate::custodian::cosign;
use crate::service::{HANDLER, LOG, Service};
use crate::signer::invited;

#[tokio::test]
async fn the_entries_that_are_served_have_the_root_that_is_signed() {
    let service = Service::start().await;
    for _ in 0..90 {
        let body = serde_json::json!({ "matter": "change", "company_name": "杭州示例甲有限公司" });
        service.post(HANDLER, "/api/v1/filings", &body).await.json(201);
    }
    invited(&service, 2).await.signers.remove(0).sign(&service).await;
    let head = service.get("", &format!("{LOG}/head")).await;
    assert_eq!(head.header("content-type"), "text/plain; charset=utf-8");
    // Whoever compares it knows the origin and not the settings.
    let last_part = service.platform.origin().as_str().rsplit('/').next().unwrap();
    let by_origin = service.get("", &format!("/log/{last_part}/head")).await;
    assert_eq!((by_origin.status, &by_origin.body), (200, &head.body));
    let head = SignedCheckpoint::parse(&head.body).unwrap();
    head.note().verify([note_signer(7).verifier_key()]).unwrap();
    let checkpoint = head.checkpoint();
    assert!(checkpoint.size() > 90);

    let mut range = CompactRange::new();
    for path in tiles_of(checkpoint.size()) {
        let tile = service.get("", &format!("{LOG}/{path}")).await;
        assert_eq!(tile.status, 200, "{path}");
        if path.kind() == TileKind::Entries {
            for entry in decode_entries(&tile.body, path.width()).unwrap() {
                range.append(leaf_hash(entry));
            }
        }
    }
    assert_eq!((range.size(), range.root()), (checkpoint.size(), checkpoint.root()));
}

#[tokio::test]
async fn a_full_tile_may_be_kept_for_ever_and_a_partial_one_for_a_while() {
    let service = Service::start().await;
    for _ in 0..257 {
        let body = serde_json::json!({ "matter": "change", "company_name": "杭州示例甲有限公司" });
        service.post(HANDLER, "/api/v1/filings", &body).await.json(201);
    }
    let full = service.get("", &format!("{LOG}/tile/0/000")).await;
    assert_eq!(full.body.len(), 256 * 32);
    assert_eq!(full.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(full.header("content-type"), "application/octet-stream");
    let partial = service.get("", &format!("{LOG}/tile/0/001.p/1")).await;
    assert_eq!((partial.status, partial.header("cache-control")), (200, "public, max-age=60"));
    let head = service.send(Method::HEAD, &format!("{LOG}/tile/0/000"), "", &[], None).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), (256 * 32).to_string());
}

#[tokio::test]
async fn an_address_that_is_no_tile_or_lies_beyond_the_head_is_not_found() {
    let service = Service::start().await;
    invited(&service, 1).await;
    for tile in [
        "tile/0/001",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/64/000",
        "tile/00/000",
        "tile/entries/x000/000",
        "tile/0/000.p/0",
        "tile/0/..%2F000",
        "tile/data/000",
    ] {
        let answer = service.get("", &format!("{LOG}/{tile}")).await;
        answer.is_problem(404, "no_such_tile");
    }
    let beyond = TilePath::new(TileKind::Hashes(0), 0, 200).unwrap();
    service.get("", &format!("{LOG}/{beyond}")).await.is_problem(404, "no_such_tile");
    service.get("", "/log/other/head").await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_checkpoint_is_there_once_witness_and_mirror_have_cosigned_it() {
    let service = Service::start().await;
    invited(&service, 1).await;
    let path = format!("{LOG}/checkpoint");
    service.get("", &path).await.is_problem(404, "no_checkpoint_yet");
    cosign(&service, &[&service.cast.witness]).await;
    service.get("", &path).await.is_problem(404, "no_checkpoint_yet");
    cosign(&service, &[&service.cast.mirror]).await;
    let answer = service.get("", &path).await;
    assert_eq!(answer.header("cache-control"), "no-cache");
    let checkpoint = SignedCheckpoint::parse(&answer.body).unwrap();
    let keys = [
        note_signer(7).verifier_key().clone(),
        service.cast.witness.verifier_key().clone(),
        service.cast.mirror.verifier_key().clone(),
    ];
    assert_eq!(checkpoint.note().verify(&keys).unwrap().len(), 3);
    assert_eq!(checkpoint.checkpoint().size(), service.log_size());
}
