//! What an applicant is told in writing, and who signs as what it was called that day.

use std::sync::atomic::Ordering;

use heqi_notarization::staff::OfficeRole;
use heqi_sealed_pdf::SignedPdf;
use reqwest::{Method, StatusCode};

use super::browser::Browser;
use super::matter::{FORM, apply, approve_proposed};
use super::press::page_text;
use super::{Bureau, RENAMED_MS};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_applicant_is_told_in_writing_under_seal_and_fetches_what_was_written() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    let application = matter.rsplit('/').next().unwrap().to_owned();
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    for one in [&clerk, &notary, &approver] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    notary.done(&matter, "supplement", &[("text", "居民身份证原件\n利害关系证明")]).await;
    clerk.done(&matter, "arrived", &[("text", "两项均已提交")]).await;
    // While nobody stamps, a step is done and its document is owed.
    bureau.is_silent.store(true, Ordering::SeqCst);
    let refuse = [("ground", "4"), ("text", "当事人对签署事实有争议")];
    notary.done(&matter, "refuse", &refuse).await;
    approve_proposed(&approver, &matter).await;
    let page = clerk.page(&matter).await;
    assert!(page.contains("不予办理公证决定书") && page.contains("待签章"), "owed");
    // For what it waits, and until when.
    assert!(page.contains("待签章：等待时间戳服务应答") && page.contains("自动重试"), "{page}");
    bureau.is_silent.store(false, Ordering::SeqCst);
    bureau.clock.advance_ms(120_000);
    let path = format!("{matter}/notices/");
    let before = format!("href=\"{path}");
    let mut links = Vec::new();
    for _ in 0..100 {
        let page = clerk.page(&matter).await;
        let after = page.split(&before).skip(1);
        links = after.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        if links.len() == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(links.len(), 3, "made by itself once somebody stamps again");

    let wanted = [
        ("SL", "公证受理通知书", "即至"),
        ("BC", "补充材料通知书", "1.居民身份证原件；2.利害关系证明。"),
        ("BY", "不予办理公证决定书", "第三十一条第（四）项"),
    ];
    let page = clerk.page(&matter).await;
    let query = page.split("告知申请人）</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
    let nobody = Browser {
        url: bureau.running.url(),
        cookie: String::new(),
        login: "",
        secret: notary.secret.clone(),
    };
    let form = [("number", application.as_str()), ("c", query)];
    let progress = nobody.send(Method::POST, "/check", &form).await.text().await.unwrap();
    assert!(progress.contains("不予办理") && !progress.contains("张三"), "{progress}");
    for (link, (prefix, title, said)) in links.iter().zip(wanted) {
        assert!(link.starts_with(prefix), "{link}");
        let file = clerk.send(Method::GET, &format!("{path}{link}"), &[]).await;
        let file = file.bytes().await.unwrap().to_vec();
        let sealed = SignedPdf::parse(file.clone()).unwrap();
        let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
        assert!(sealed.seal().is_test_only(), "{link}");
        let text: String = page_text(&file).split_whitespace().collect();
        for said in [title, said, link, "张三"] {
            assert!(text.contains(said), "{said} in {link}: {text}");
        }
        // Who applied fetches the same bytes with the number and the code, and nobody without.
        let form = [("number", application.as_str()), ("c", query), ("which", link.as_str())];
        let fetched = nobody.send(Method::POST, "/check/file", &form).await;
        assert_eq!(fetched.status(), StatusCode::OK);
        assert_eq!(fetched.bytes().await.unwrap(), file);
        let form = [("number", application.as_str()), ("c", "AAAA2222"), ("which", link.as_str())];
        let stranger = nobody.send(Method::POST, "/check/file", &form).await;
        assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
        // Anybody who has the paper learns what it is, by the code beside its number.
        let code = text.split("查验码：").nth(1).unwrap().chars().take(8).collect::<String>();
        let form = [("number", link.as_str()), ("c", code.as_str())];
        let known = nobody.send(Method::POST, "/check", &form).await;
        assert_eq!(known.status(), StatusCode::OK);
        let known = known.text().await.unwrap();
        assert!(known.contains(title) && known.contains("这不是公证书"), "{link}");
        assert!(known.contains("张*") && !known.contains("张三"), "{link}");
    }
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_50_who_checks_an_old_document_reads_the_name_of_its_day() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    clerk.done(&matter, "declare", &[("choice", "none")]).await;
    notary.done(&matter, "declare", &[("choice", "none")]).await;
    notary.done(&matter, "accept", &[]).await;
    bureau.clock.advance_ms(RENAMED_MS);
    let page = notary_page_file(&bureau, &matter).await;
    let code = page.0.split("查验码：").nth(1).unwrap().chars().take(8).collect::<String>();
    let form = [("number", page.1.as_str()), ("c", code.as_str())];
    let known = clerk.send(Method::POST, "/check", &form).await.text().await.unwrap();
    assert!(known.contains("浙江省示例市公证处（现浙江省杭州市示例公证处）"), "{known}");
    bureau.running.stop().await;
}

/// Words and number of the first document of a matter.
async fn notary_page_file(bureau: &Bureau, matter: &str) -> (String, String) {
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    let page = auditor.page(matter).await;
    let link = page.split(&format!("href=\"{matter}/notices/")).nth(1).unwrap();
    let number = link.split('"').next().unwrap().to_owned();
    let file = auditor.send(Method::GET, &format!("{matter}/notices/{number}"), &[]).await;
    let text = page_text(&file.bytes().await.unwrap());
    (text.split_whitespace().collect(), number)
}
