//! The handler of the demo: the guide leads to her desk, and what she is told to type is found there.

use crate::older::Console;
use crate::program::Folder;

#[tokio::test]
async fn the_handler_finds_the_filing_that_the_guide_names_and_signs_nothing_of_it() {
    let folder = Folder::new();
    let demo = folder.start();
    let console = Console::enter(&demo, "he.jing").await;
    let page = console.page("/staff/filings").await;
    let found = console.send(&page, "/staff/filings", &[("number", "61842059")]).await;
    assert_eq!(found.status(), 200);
    let found = found.text().await.unwrap();
    for said in ["杭州示例青穗茶业有限公司", "林嘉伟", "陈素英", "何静", "经办人"]
    {
        assert!(found.contains(said), "{said} in {found}");
    }
    // The visitor's two documents, and none of hers.
    assert!(found.contains("还有 2 份签署没有完成"), "{found}");
    assert_eq!(demo.end(), Some(0));
}

/// A code counts once. Whoever is shut out again within the half minute of the first click comes in by the next code.
#[tokio::test]
async fn an_officer_who_is_entered_twice_in_a_row_comes_in_both_times() {
    let folder = Folder::new();
    let demo = folder.start();
    for (login, page) in [("he.jing", "/staff/filings"), ("zhou.zheng", "/regulator")] {
        for time in ["first", "second"] {
            // Without a whole session there is no cookie, and the page asks for a password or a code.
            let console = Console::enter(&demo, login).await;
            let page = console.page(page).await;
            let asks = ["name=\"password\"", "action=\"/staff/code\""];
            assert!(!asks.iter().any(|field| page.contains(field)), "{login}, {time}: {page}");
        }
    }
    assert_eq!(demo.end(), Some(0));
}
