//! Both halves compared, as `/coverage` shows it: a mismatch stands there with the first leaf that
//! differs, and stays in sight when the next comparison finds nothing.

use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled, Side, note};
use heqi_vocabulary::Clock as _;

use crate::service::Service;

const DAY_MS: i64 = 24 * 3_600_000;

fn compared(service: &Service, side: Side, outcome: Outcome) -> Reconciled {
    Reconciled {
        side,
        at: service.clock.now(),
        size: 47,
        ours: "aa11".into(),
        theirs: "bb22".into(),
        leaves: 40,
        compared_to: 47,
        outcome,
    }
}

async fn coverage(service: &Service, language: &str) -> String {
    let answer = service.get("", &format!("/coverage?lang={language}")).await;
    assert_eq!(answer.status, 200);
    let page = String::from_utf8(answer.body).unwrap();
    let heading = if language == "zh" { "两半对账</h2>" } else { "Both halves compared</h2>" };
    let (_, after) = page.split_once(heading).expect("both halves compared");
    after.split_once("</ul>").unwrap().0.to_owned()
}

#[tokio::test]
async fn a_mismatch_stands_on_the_page_with_the_first_leaf_that_differs() {
    let service = Service::start().await;
    assert!(!coverage(&service, "zh").await.contains('✗'));
    let planted =
        compared(&service, Side::OursMirrored, Outcome::Mismatch { first_leaf: Some(31) });
    note(service.platform.backend(), &planted).await.unwrap();
    let same = compared(&service, Side::NotarysOwn, Outcome::Match {});
    note(service.platform.backend(), &same).await.unwrap();
    for (language, words) in [
        ("zh", ["✗ 不一致", "首个不同的叶：", "✓ 一致"]),
        ("en", ["✗ mismatch", "the first leaf that differs:", "✓ match"]),
    ] {
        let shown = coverage(&service, language).await;
        for words in words.iter().chain(&["<strong>31</strong>", "aa11", "bb22"]) {
            assert!(shown.contains(words), "{words} in {shown}");
        }
        // Each half by itself: what differs is not the notary's own log.
        let (mirrored, own) = shown.split_once("</li>").unwrap();
        assert!(mirrored.contains('✗') && !own.contains('✗'), "{shown}");
    }

    // The next day both are the same again: what was found before is still told.
    service.clock.advance_ms(DAY_MS);
    let same = compared(&service, Side::OursMirrored, Outcome::Match {});
    note(service.platform.backend(), &same).await.unwrap();
    let shown = coverage(&service, "zh").await;
    let (now, before) = shown.split_once("此前：").expect("what was found before");
    assert!(now.contains("✓ 一致") && before.contains("<strong>31</strong>"), "{shown}");
}

#[tokio::test]
async fn a_mismatch_that_no_leaf_explains_is_told_as_such() {
    let service = Service::start().await;
    let planted = compared(&service, Side::NotarysOwn, Outcome::Mismatch { first_leaf: None });
    note(service.platform.backend(), &planted).await.unwrap();
    let shown = coverage(&service, "zh").await;
    assert!(shown.contains("✗ 不一致") && shown.contains("根不同，无法定位到叶"), "{shown}");
    assert!(!shown.contains("首个不同的叶"), "{shown}");
}
