//! `/coverage` of a custodian: what it holds over time, both logs compared, and who is told that they differ.

use std::time::Instant;

use heqi_evidence::chain::chain_commitment;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::monitoring::alarm_delivery::{AlarmNews, lease};
use heqi_evidence_store::monitoring::reconciliation::{Outcome, Reconciled, Side, note};
use heqi_vocabulary::{Clock as _, UtcMillis};

use crate::support::{Centre, PATIENCE, Plan, deposit_of, get, store, story};

const DAY_MS: i64 = 24 * 3_600_000;

async fn page(centre: &Centre, query: &str) -> String {
    let answer = get(&centre.url(&format!("/coverage{query}"))).await;
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(!policy.contains("unsafe"), "{policy}");
    answer.text().await.unwrap()
}

/// The page, once these words stand on it.
async fn page_with(centre: &Centre, query: &str, words: &str) -> String {
    let began = Instant::now();
    loop {
        let page = page(centre, query).await;
        if page.contains(words) {
            return page;
        }
        assert!(began.elapsed() < PATIENCE, "{words} in {page}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn compared(side: Side, at: UtcMillis, outcome: Outcome) -> Reconciled {
    Reconciled {
        side,
        at,
        size: 47,
        ours: "aa11".into(),
        theirs: "bb22".into(),
        leaves: 40,
        compared_to: 47,
        outcome,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anybody_sees_what_is_held_over_time_and_nothing_of_anybody() {
    let story = story();
    let mut plan = Plan::data_centre(&story, store());
    plan.settings.alarms.look_every_ms = 20;
    plan.settings.rates.enabled = false;
    let centre = plan.start().await;
    // One that comes before its turn is turned away, and that is a gap.
    let early = deposit_of(&story, &story.records[1]).write().unwrap();
    assert!(centre.client.deposit(early.into()).await.is_err());
    page_with(&centre, "?lang=en", "turned away for a missing predecessor: 0 to 1").await;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    let held = story.records.len();
    let shown = page_with(&centre, "?lang=zh", &format!("已留存：<strong>{held}</strong>")).await;
    for words in ["留存监控", "从收到到留存", "7.3 MB", "平台已宣布而镜像尚缺", "目前没有告警"]
    {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    let said = page(&centre, "?lang=en").await;
    assert!(said.contains("Deposits; held: ") && said.contains("Not compared yet."), "{said}");
    let chain = chain_commitment(story.chain).to_string();
    assert!(!shown.contains(&chain) && !shown.contains("<script>"), "{shown}");

    // What was kept stands there after a start; a word that is no range is the last minutes.
    let year = page(&centre, "?range=year&lang=en").await;
    assert!(year.contains("href=\"?range=year\" aria-current=\"true\""), "{year}");
    assert!(year.contains("<figure class=\"plot\">"), "{year}");
    let other = page(&centre, "?range=decade&lang=en").await;
    assert!(other.contains("href=\"?range=now\" aria-current=\"true\""), "{other}");
    assert!(centre.running.stop().await.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_custodian_has_its_page_with_its_style_and_its_own_log_alone() {
    let story = story();
    let centre = Plan::preservation(&story, store()).start().await;
    let shown = page(&centre, "?lang=en").await;
    assert!(shown.contains("Our own log: as we hold it"), "{shown}");
    assert!(!shown.contains("our mirror of it"), "{shown}");
    let (before, _) = shown.split_once("board.css\"").expect("a style sheet for plots");
    let (_, address) = before.rsplit_once("href=\"").unwrap();
    let style = get(&centre.url(&format!("{address}board.css"))).await;
    assert_eq!(style.status(), 200);
    assert!(style.text().await.unwrap().contains(".plot"));
    assert!(centre.running.stop().await.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_compares_finds_the_own_log_by_the_last_part_of_its_origin() {
    let story = story();
    let centre = Plan::data_centre(&story, store()).start().await;
    let at = async |name: &str| get(&centre.url(&format!("/log/{name}/head"))).await;
    let (named, by_origin) = (at("office").await, at("own").await);
    assert_eq!((named.status().as_u16(), by_origin.status().as_u16()), (200, 200));
    assert_eq!(named.text().await.unwrap(), by_origin.text().await.unwrap());
    assert_eq!(at("other").await.status(), 404);
    assert!(centre.running.stop().await.is_clean());
}

/// What is queued about this alarm, taken from the queue, once there are so many.
async fn told(store: &dyn Backend, now: UtcMillis, alarm: &str, count: usize) -> Vec<AlarmNews> {
    let began = Instant::now();
    let mut told = Vec::new();
    while told.len() < count {
        for item in lease(store, now, 60_000, 10).await.unwrap() {
            assert_eq!(item.payload.channel, "webhook");
            if item.payload.news.alarm == alarm {
                told.push(item.payload.news);
            }
        }
        assert!(began.elapsed() < PATIENCE, "{told:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_that_differ_are_shown_by_their_first_leaf_and_somebody_is_told_once() {
    let (story, store) = (story(), store());
    let mut plan = Plan::data_centre(&story, store.clone());
    plan.settings.alarms.look_every_ms = 20;
    plan.settings.rates.enabled = false;
    plan.alarm_channels = vec!["webhook".into()];
    let centre = plan.start().await;
    let at = centre.clock.now();
    let bad = compared(Side::PlatformsLog, at, Outcome::Mismatch { first_leaf: Some(31) });
    note(&*store, &bad).await.unwrap();
    note(&*store, &compared(Side::OwnCosigned, at, Outcome::Match {})).await.unwrap();
    let shown = page_with(&centre, "?lang=zh", "双方日志在同一大小时的根或叶不一致").await;
    let halves = shown.split_once("两半对账</h2>").unwrap().1.split_once("</ul>").unwrap().0;
    let (platforms, own) = halves.split_once("</li>").unwrap();
    for words in ["✗ 不一致", "首个不同的叶：", "<strong>31</strong>", "aa11", "bb22"] {
        assert!(platforms.contains(words), "{words} in {platforms}");
    }
    assert!(own.contains("✓ 一致") && !own.contains('✗'), "{own}");
    let raised = told(&*store, at, "halves_differ", 1).await;
    assert!(raised[0].raised && raised[0].value == 1, "{raised:?}");

    // The next day both are the same again: that is told as well, and the day before stays in sight.
    centre.clock.advance_ms(DAY_MS);
    let at = centre.clock.now();
    note(&*store, &compared(Side::PlatformsLog, at, Outcome::Match {})).await.unwrap();
    let shown = page_with(&centre, "?lang=zh", "此前：").await;
    assert!(shown.contains("<strong>31</strong>"), "{shown}");
    let metric = "heqi_halves_differ";
    let began = Instant::now();
    while centre.figure(metric).await != Some(0) {
        assert!(began.elapsed() < PATIENCE, "{metric}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(centre.running.stop().await.is_clean());
}
