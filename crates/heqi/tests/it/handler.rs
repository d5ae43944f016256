//! The handler of the demo: the guide leads to her desk, and what she is told to type is found there.

use crate::commands::Settings;
use crate::older::Console;
use crate::program::{Folder, heqi};

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

/// Whoever comes by is each of the officers, and so is whoever comes after.
#[tokio::test]
async fn the_security_officer_of_the_demo_shuts_out_nobody_whom_the_guide_lets_in() {
    let folder = Folder::new();
    let demo = folder.start();
    let console = Console::enter(&demo, "shen.yan").await;
    let page = console.page("/staff/accounts").await;
    let actions = page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let shut_out: Vec<&str> = actions.filter(|action| action.ends_with("/disable")).collect();
    assert!(!shut_out.is_empty(), "{page}");
    for action in shut_out {
        // Each form is sent once.
        let page = console.page("/staff/accounts").await;
        let answer = console.send(&page, action, &[]).await;
        assert_eq!(answer.status(), 409);
        let said = answer.text().await.unwrap();
        assert!(said.contains("这是演示账号，供所有访客使用，不能停用"), "{said}");
    }
    for (login, page) in [("li.na", "/staff/cases"), ("he.jing", "/staff/filings")] {
        Console::enter(&demo, login).await.page(page).await;
    }
    assert_eq!(demo.end(), Some(0));
}

#[tokio::test]
async fn an_officer_who_was_shut_out_by_other_means_comes_in_after_the_next_start() {
    let settings = Settings::make();
    let file = settings.folder.path().join("platform.toml");
    std::fs::write(&file, &settings.platform).unwrap();
    let config = file.to_str().unwrap();
    heqi(&["admin", "disable-staff", "--config", config, "li.na"]).exits(0);
    let demo = settings.folder.start();
    Console::enter(&demo, "li.na").await.page("/staff/cases").await;
    assert_eq!(demo.end(), Some(0));
}
