//! Refusals and terminations at the workbench: who sees which form, what the page says while one waits, and what the
//! archive is told.

use heqi_notarization::staff::OfficeRole;
use reqwest::{Method, StatusCode};

use crate::workbench::Bureau;
use crate::workbench::browser::Browser;
use crate::workbench::matter::{FORM, apply, approve_proposed, issued};

/// Whether a page has the form of an act.
async fn offers(browser: &Browser, matter: &str, act: &str) -> bool {
    browser.page(matter).await.contains(&format!("action=\"{matter}/{act}\""))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_waits_in_sight_of_everybody_for_a_second_person() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let other = bureau.admit("zhou.ping", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    for one in [&clerk, &notary, &other, &approver] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    assert!(!offers(&approver, &matter, "approve-proposed").await);
    assert!(!offers(&notary, &matter, "take-back").await);
    let refusal = [("ground", "6"), ("text", "材料不足")];
    notary.done(&matter, "refuse", &refusal).await;

    // It is said with its ground, to everybody, and in the queue.
    let page = clerk.page(&matter).await;
    let said = "不予办理（《公证法》第三十一条第6项：";
    assert!(page.contains("<dt>待审批</dt>") && page.contains(said), "{page}");
    assert!(page.contains("材料不足 · qian.wei") && page.contains("审查中"), "{page}");
    assert!(!page.contains("不予办理公证决定书"), "nothing is decided yet: {page}");
    assert!(clerk.page("/staff/matters?at=accepted").await.contains("有待审批的处理"));
    // Whoever may approve it has it on a list of their own, with the days that are left; nobody else has one.
    let queue = approver.page("/staff/matters").await;
    assert!(queue.contains("待您审批（1）") && queue.contains("?at=to_approve"), "{queue}");
    let own = approver.page("/staff/matters?at=to_approve").await;
    let said = "审查中 · 不予办理（《公证法》第三十一条第6项：";
    assert!(own.contains(&format!("href=\"{matter}\"")) && own.contains(said), "{own}");
    assert!(own.contains("剩余工作日 15 · 最后一日"), "{own}");
    assert!(!clerk.page("/staff/matters").await.contains("待您审批"));
    let foreign = clerk.send(Method::GET, "/staff/matters?at=to_approve", &[]).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    // One form each: who put it forward takes it back, an approver decides, others do neither.
    let forms = ["refuse", "terminate", "take-back", "approve-proposed", "turn-down"];
    for (browser, wanted) in [
        (&notary, [false, false, true, false, false]),
        (&other, [false; 5]),
        (&clerk, [false; 5]),
        (&approver, [false, false, false, true, true]),
    ] {
        for (act, wanted) in forms.into_iter().zip(wanted) {
            assert_eq!(offers(browser, &matter, act).await, wanted, "{act}");
        }
    }
    let own = notary.act(&matter, "approve-proposed", &[("shown", "0")]).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);
    let others = other.act(&matter, "take-back", &[("text", "不应拒绝")]).await;
    assert_eq!(others.status(), StatusCode::FORBIDDEN);
    assert!(others.text().await.unwrap().contains("只有提请人可以收回"));
    let unseen = approver.act(&matter, "approve-proposed", &[("shown", "0")]).await;
    assert_eq!(unseen.status(), StatusCode::CONFLICT);

    // Taken back it is as before; put forward again and approved it is refused, in writing.
    notary.done(&matter, "take-back", &[("text", "尚可补充")]).await;
    let own = approver.page("/staff/matters?at=to_approve").await;
    assert!(own.contains("目前没有这样的申请") && own.contains("待您审批（0）"), "{own}");
    let page = clerk.page(&matter).await;
    assert!(!page.contains("<dt>待审批</dt>") && page.contains("收回提请"), "{page}");
    assert!(offers(&notary, &matter, "refuse").await);
    let refusal = [("ground", "6"), ("text", "仍然不足")];
    notary.done(&matter, "refuse", &refusal).await;
    approve_proposed(&approver, &matter).await;
    let page = clerk.page(&matter).await;
    assert!(page.contains("不予办理公证决定书 BY"), "{page}");
    assert!(page.contains("公证法第三十一条第6项：仍然不足"), "{page}");
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_archive_is_told_why_it_does_not_take_what_is_open() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let other = bureau.admit("zhou.ping", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let archivist = bureau.admit("wu.fang", OfficeRole::Archivist).await;
    let matter = Box::pin(issued(&bureau, [&clerk, &notary, &approver])).await;
    other.done(&matter, "declare", &[("choice", "none")]).await;
    assert!(offers(&archivist, &matter, "archive").await);
    other.done(&matter, "ask-again", &[("text", "利害关系人认为有误")]).await;
    assert!(!offers(&archivist, &matter, "archive").await);
    let refused = archivist.act(&matter, "archive", &[]).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let told = refused.text().await.unwrap();
    assert!(told.contains("正在复查") && told.contains("再归档"), "{told}");
    other.done(&matter, "reexamine", &[("choice", "upheld"), ("text", "内容无误")]).await;
    let refused = archivist.act(&matter, "archive", &[]).await;
    assert!(refused.text().await.unwrap().contains("尚未审批"));
    approve_proposed(&approver, &matter).await;
    archivist.done(&matter, "archive", &[]).await;
    let list = archivist.send(Method::GET, "/staff/matters?at=archived", &[]).await;
    assert_eq!(list.status(), StatusCode::OK);
    assert!(list.text().await.unwrap().contains(matter.rsplit('/').next().unwrap()));

    // What has changed since is archived anew, and every version stands on the page with its digest.
    assert!(!offers(&archivist, &matter, "archive").await);
    notary.done(&matter, "correct", &[("text", "云西 → 云栖")]).await;
    approve_proposed(&approver, &matter).await;
    archivist.done(&matter, "archive", &[]).await;
    let page = archivist.page(&matter).await;
    let digest = |version: &str| {
        let fact = page.split(&format!("<dt>公证档案 第{version}版</dt>")).nth(1).unwrap();
        fact.split("SHA-256 ").nth(1).unwrap().chars().take(64).collect::<String>()
    };
    let (first, second) = (digest("1"), digest("2"));
    assert_ne!(first, second);
    assert!(page.contains(&format!("dossier sha256 {second} version 2 former {first}")), "{page}");
    bureau.running.stop().await;
}
