//! The queue of the office and the deposits of a day, by pages.

use heqi_notarization::matter::handle::withdraw;
use heqi_notarization::matter::overview::overview;
use heqi_notarization::matter::queue::{Group, PAGE, count, index_matters, queue};
use heqi_notarization::matter::search::deposits_of_day;
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::{ApplicationNo, Matter, Stage};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_vocabulary::Clock as _;

use crate::matter::{Bureau, rule};

#[tokio::test]
async fn the_queue_reads_a_stage_by_pages_and_a_matter_stands_in_one_place() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let mut numbers = Vec::new();
    for _ in 0..5 {
        let no = bureau.accepted().await;
        numbers.push(no);
        withdraw(office, no, &bureau.clerk.officer, "不再需要").await.unwrap();
    }
    let open = bureau.accepted().await;
    let at = |stage| Group::At(stage);
    let page = async |group, after, limit| queue(office, by, group, (after, limit)).await.unwrap();
    let first = page(at(Stage::Withdrawn), None, 2).await;
    let mut seen: Vec<ApplicationNo> = first.matters.iter().map(Matter::no).collect();
    let mut next = first.next;
    while let Some(after) = next {
        let more = page(at(Stage::Withdrawn), Some(after), 2).await;
        seen.extend(more.matters.iter().map(Matter::no));
        next = more.next;
    }
    numbers.reverse();
    assert_eq!(seen, numbers, "newest first, each once");
    let accepted = page(at(Stage::Accepted), None, PAGE).await;
    assert_eq!(accepted.matters.iter().map(Matter::no).collect::<Vec<_>>(), [open]);
    assert_eq!(count(office, by, at(Stage::Submitted)).await.unwrap(), 0, "it has moved on");
    let everywhere = Group::OPEN.into_iter().chain(Group::OVER);
    let mut all = 0;
    for group in everywhere {
        all += count(office, by, group).await.unwrap();
    }
    assert_eq!(all, 6);
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(queue(office, &security, at(Stage::Accepted), (None, 1)).await), Rule::Role);

    // Nothing is left to index but the mark that it was done.
    assert_eq!(index_matters(office).await.unwrap(), 6);
    assert_eq!(index_matters(office).await.unwrap(), 0);
    assert_eq!(count(office, by, at(Stage::Withdrawn)).await.unwrap(), 5);

    let figures = overview(office, &bureau.desk, by, 2026).await.unwrap();
    let hand = figures.in_hand[&by.account];
    assert_eq!((hand.open, hand.urgent, hand.paused), (1, 0, 0));
    assert_eq!((figures.days_left.more, figures.is_partial), (1, false));
    assert!(figures.stages.contains(&(at(Stage::Accepted), 1)));
    assert_eq!(figures.months, [0; 12]);
}

#[tokio::test]
async fn deposits_of_a_day_are_listed_by_pages() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.clerk.officer);
    let day = bureau.house.clock.now().shanghai_date();
    let listed = deposits_of_day(office, by, (day, None)).await.unwrap();
    let numbers: Vec<_> = listed.deposits.iter().map(|one| one.number).collect();
    assert!(numbers.contains(&bureau.deposit) && listed.next.is_none(), "{numbers:?}");
    assert!(numbers.windows(2).all(|pair| pair[0].to_string() < pair[1].to_string()));
    let rest = deposits_of_day(office, by, (day, Some(numbers[0]))).await.unwrap();
    assert_eq!(rest.deposits.len(), numbers.len() - 1);
    let before = deposits_of_day(office, by, (day.pred_opt().unwrap(), None)).await.unwrap();
    assert!(before.deposits.is_empty());
    let elsewhere = deposits_of_day(office, by, (day.pred_opt().unwrap(), Some(numbers[0]))).await;
    assert!(elsewhere.unwrap().deposits.is_empty(), "a number of another day leads nowhere");
}
