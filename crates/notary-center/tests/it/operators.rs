//! What operators and strangers see.

use heqi_evidence::anchors::AnchorsFile;
use heqi_notary_center::StartError;
use heqi_vocabulary::Digest;

use crate::support::{Plan, code, get, http, store, story};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_readiness_figures_and_anchors_are_served() {
    let story = story();
    let store = store();
    let centre = Plan::data_centre(&story, store.clone()).start().await;
    assert_eq!(get(&centre.url("/healthz")).await.status(), 200);
    assert_eq!(get(&centre.url("/readyz")).await.status(), 200);
    assert_eq!(centre.figure("heqi_chains").await, Some(0));
    let file = centre.client.anchors().await.unwrap();
    let anchors = AnchorsFile::parse(&file).unwrap();
    assert_eq!(anchors.digest, Digest::of(&file));
    assert_eq!(anchors.anchors.logs, story.anchors().logs);
    centre.running.stop().await;
    // The digest is printed on paper: a restart does not change it.
    let centre = Plan::data_centre(&story, store).start().await;
    assert_eq!(centre.client.anchors().await.unwrap(), file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_a_problem_in_the_readers_language() {
    let story = story();
    let centre = Plan::data_centre(&story, store()).start().await;
    let chain = Digest::of(b"nobody's chain");
    for (path, status, expected) in [
        ("/".to_owned(), 404, "not_found"),
        ("/log/other/head".to_owned(), 404, "not_found"),
        ("/log/office/tile/0/1".to_owned(), 404, "no_such_tile"),
        ("/log/office/tile/0/000.p/9".to_owned(), 404, "no_such_tile"),
        ("/chains/nonsense/head".to_owned(), 400, "malformed_path"),
        (format!("/chains/{chain}/head"), 404, "nothing_yet"),
    ] {
        let response = get(&centre.url(&path)).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(code(response).await, expected, "{path}");
    }
    let response = http()
        .get(centre.url("/log/office/tile/9"))
        .header("accept-language", "en")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-language"], "en");
    assert_eq!(centre.client.chain_head(chain).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn preservation_has_deposits_and_its_log_and_nothing_else() {
    let story = story();
    let centre = Plan::preservation(&story, store()).start().await;
    for path in ["/anchors.json", "/witness/x/checkpoint", "/mirror/x/checkpoint"] {
        let response = get(&centre.url(path)).await;
        assert_eq!((response.status().as_u16(), code(response).await), (404, "not_found".into()));
    }
    for path in ["/witness/add-checkpoint", "/mirror/add-checkpoint", "/mirror/add-entries"] {
        let response = http().post(centre.url(path)).body("x").send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
    }
    // Nobody witnesses this log: its checkpoint is its own word.
    let log = centre.client.own_log("office");
    assert_eq!(log.checkpoint().await.unwrap(), log.head().await.unwrap());
    assert_eq!(log.checkpoint().await.unwrap().unwrap().checkpoint().size(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_name_that_cannot_stand_in_an_address_stops_the_start() {
    let story = story();
    let mut plan = Plan::preservation(&story, store());
    plan.settings.log_name = "../log".into();
    let error = Box::pin(plan.try_start()).await.err().expect("no such address");
    assert!(matches!(error, StartError::LogName(_)), "{error}");
}
