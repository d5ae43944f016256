//! Codes at `/check` are short enough to type, so whoever guesses them is stopped by the rates.

use heqi_service_kit::rates::Budget;

use crate::holder::post;
use crate::support::{Plan, get, store, story};

const WRITES: Budget = Budget { per_minute: 1, burst: 3 };
const READS: Budget = Budget { per_minute: 1, burst: 2 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_guesses_codes_at_the_check_is_told_to_come_back_later() {
    let story = story();
    let mut plan = Plan::data_centre(&story, store());
    plan.certifies = true;
    plan.settings.rates.address.writes = WRITES;
    plan.settings.rates.address.reads = READS;
    let centre = plan.start().await;
    let later = |answer: &reqwest::Response| {
        assert_eq!(answer.status(), 429);
        let wait: u32 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    };
    // Typed: each guess is answered that nothing was found, until there were too many.
    for number in 0..WRITES.burst {
        let body = format!("number=SQ20260000001&c=AAAAAAA{number}");
        assert_eq!(post(&centre, "/check", "", &body).await.status(), 404);
    }
    let limited = post(&centre, "/check", "", "number=SQ20260000001&c=AAAAAAA9").await;
    later(&limited);
    assert!(!limited.text().await.unwrap().contains("SQ2026"), "the number is in no refusal");
    later(&post(&centre, "/check/file", "", "number=SQ20260000001&c=A&which=certificate").await);
    // As out of a QR code.
    for number in 0..READS.burst {
        let path = format!("/check/0123456789abcdef?c=AAAAAAA{number}");
        assert_eq!(get(&centre.url(&path)).await.status(), 404);
    }
    later(&get(&centre.url("/check/0123456789abcdef?c=AAAAAAA9")).await);
    later(&get(&centre.url("/check")).await);
    // The log is read by programs, whose budget is another.
    assert_eq!(get(&centre.url("/log/office/head")).await.status(), 200);
}
