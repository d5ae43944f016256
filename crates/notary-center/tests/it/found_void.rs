//! What is recorded against a signing, over HTTP: whoever checks a certificate over it reads it, and whoever signed
//! reads it at 实时保.

use std::sync::Arc;

use heqi_notarization::staff::OfficeRole;
use heqi_testkit::{Story, Twists};

use crate::holder::{Kept, come_in, page, people, told};
use crate::holder_told::form;
use crate::support::{Plan, deposit_of, http, store};
use crate::workbench::Bureau;
use crate::workbench::browser::Browser;
use crate::workbench::matter::{approve_proposed, issued};
use crate::workbench::press::press;

const VOID: &str = "登记机关已认定";
const OBJECTED: &str = "就该公证书所涉签署，已有当事人提出异议";

fn contested(found_void: bool) -> Story {
    Story::tell(1, &Twists { objection: true, found_void, ..Twists::default() })
}

/// What anybody reads who types the number and the code of a matter's certificate.
async fn checked(bureau: &Bureau, (by, matter): (&Browser, &str)) -> String {
    let shown = by.page(matter).await;
    let code = shown.split("<dt>校验码</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
    let asked = http()
        .post(format!("{}/check", bureau.running.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[("number", "(2026)浙杭临证经字第1号"), ("c", code)]));
    asked.send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_25_whoever_checks_a_certificate_reads_what_is_recorded_against_the_signing() {
    for (found_void, said, unsaid) in [(true, VOID, OBJECTED), (false, OBJECTED, VOID)] {
        let bureau = Box::pin(Bureau::with(contested(found_void), press)).await;
        let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
        let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
        let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
        let matter = Box::pin(issued(&bureau, [&clerk, &notary, &approver])).await;
        let page = checked(&bureau, (&notary, &matter)).await;
        assert!(page.contains("现行有效") && page.contains(said), "{page}");
        assert!(!page.contains(unsaid) && !page.contains("张三"), "{page}");
        // And by which document it was corrected since.
        assert!(!page.contains("BZ20"), "{page}");
        notary.done(&matter, "correct", &[("text", "云西 → 云栖")]).await;
        approve_proposed(&approver, &matter).await;
        let page = checked(&bureau, (&notary, &matter)).await;
        assert!(page.contains("该公证书有补正") && page.contains("BZ20"), "{page}");
        assert!(page.contains(said), "{page}");
        bureau.running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signed_reads_at_their_own_page_that_the_signature_was_found_void() {
    for found_void in [true, false] {
        let (story, code) = told(contested(found_void));
        let sent = Arc::new(Kept::default());
        let mut plan = Plan::preservation(&story, store());
        plan.people = Some(people(sent.clone()));
        let centre = plan.start().await;
        centre.deposit(&code).await;
        for record in &story.records {
            centre.deposit(&deposit_of(&story, record)).await;
        }
        let cookie = come_in(&centre, &sent).await;
        let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
        let link = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
        let one = page(&centre, &format!("/my/evidence/{link}"), &cookie).await;
        let one = one.text().await.unwrap();
        assert_eq!(one.contains("登记机关已认定本次签署无效"), found_void, "{one}");
        assert_eq!(one.contains("示例区市场监督管理局 · "), found_void, "{one}");
        centre.running.stop().await;
    }
}
