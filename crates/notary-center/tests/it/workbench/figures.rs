//! The queue, the figures, and the alarm before a statutory period runs out.

use heqi_identity::Calendar;
use heqi_notarization::staff::OfficeRole;
use heqi_vocabulary::Clock as _;
use reqwest::{Method, StatusCode};

use super::Bureau;
use super::matter::{FORM, apply};
use crate::support::http;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_and_the_figures_are_pages_with_the_same_numbers_in_words() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    let no = matter.rsplit('/').next().unwrap();
    assert!(clerk.page("/staff/matters").await.contains("待受理（1）"));
    for one in [&clerk, &notary] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    let queue = clerk.page("/staff/matters?at=accepted").await;
    assert!(queue.contains(no) && queue.contains("审查中（1）"));
    // In the other language it is the same list.
    assert!(queue.contains("href=\"/staff/matters?at=accepted&amp;lang=en\""), "{queue}");
    assert!(clerk.page("/staff/matters?at=accepted&lang=en").await.contains(no));
    let behind = clerk.page(&format!("/staff/matters?at=accepted&after={no}")).await;
    let same = format!("href=\"/staff/matters?at=accepted&amp;after={no}&amp;lang=en\"");
    assert!(behind.contains(&same), "{behind}");
    assert!(!clerk.page("/staff/matters?at=submitted").await.contains(no));
    let unknown = clerk.send(Method::GET, "/staff/matters?at=nowhere", &[]).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let figures = clerk.page("/staff/figures").await;
    assert!(figures.contains("qian.wei") && figures.contains("条形图，数据见下表"));
    assert!(figures.contains("<th scope=\"row\">审查中</th><td>1</td>"), "{figures}");
    let found = clerk.page(&format!("/staff/deposits?q={}", day_of(&bureau.deposit))).await;
    assert!(found.contains("<table>") && found.contains(&bureau.deposit));
    // In the other language a later page is that page.
    let (day, after) = (day_of(&bureau.deposit), &bureau.deposit);
    let later = clerk.page(&format!("/staff/deposits?q={day}&after={after}")).await;
    let same = format!("href=\"/staff/deposits?q={day}&amp;after={after}&amp;lang=en\"");
    assert!(later.contains(&same), "{later}");
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_told_of_alarms_is_told_before_a_statutory_period_runs_out() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    for one in [&clerk, &notary] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    let raised = async |name: &str| {
        let answer = http().get(format!("{}/alarms", bureau.running.url())).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(!text.contains("张三") && !text.contains("SQ20"), "{text}");
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        let all = answer["alarms"].as_array().unwrap().clone();
        let one = all.into_iter().find(|one| one["alarm"] == name).unwrap();
        (one["since"].is_string(), one["value"].as_u64())
    };
    let until = async |name: &str, wanted: (bool, Option<u64>)| {
        for _ in 0..200 {
            if raised(name).await == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{name}: {:?}", raised(name).await);
    };
    until("matters_urgent", (false, Some(0))).await;
    // Fifteen working days are over after four weeks at the latest; three before that it is urgent.
    let office_day = |bureau: &Bureau| bureau.clock.now().shanghai_date();
    let calendar = Calendar::built_in();
    let last = calendar.after_working_days(office_day(&bureau), 15).last_day;
    let urgent = calendar.after_working_days(office_day(&bureau), 12).last_day;
    while office_day(&bureau) < urgent {
        bureau.clock.advance_ms(DAY_MS);
    }
    until("matters_urgent", (true, Some(1))).await;
    until("matters_overdue", (false, Some(0))).await;
    while office_day(&bureau) <= last {
        bureau.clock.advance_ms(DAY_MS);
    }
    until("matters_overdue", (true, Some(1))).await;
    until("matters_urgent", (false, Some(0))).await;
    let metrics = http().get(format!("{}/metrics", bureau.running.url())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("heqi_matters_overdue 1"), "{metrics}");
    bureau.running.stop().await;
}

/// The day in a deposit's number, as it is typed.
fn day_of(deposit: &str) -> String {
    format!("{}-{}-{}", &deposit[2..6], &deposit[6..8], &deposit[8..10])
}
