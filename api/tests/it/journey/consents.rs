//! Consents on their pages: given, refused, taken back; and who declines to sign.

use super::{Browser, link_of, link_of_own};
use crate::service::{HANDLER, Service};
use crate::signer::invited;

#[tokio::test]
async fn each_consent_is_answered_in_its_own_words_and_says_beforehand_what_a_no_means() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
    for (answers, no) in [
        (["同意", "不同意"], "在线签署以本约定为前提；不同意时，您可改为到窗口现场签署。"),
        (["同意并继续", "不同意，选择其他方式"], "可以改由工作人员视频或现场核验"),
        (["同意", "拒绝"], "您可以拒绝，不影响签署"),
        (["同意", "不同意"], "本服务以公证存证为必要环节；不同意时，您可改为到窗口现场签署。"),
    ] {
        let page = browser.page("/sign").await;
        assert!(page.contains(no), "{page}");
        for (value, words) in ["granted", "refused"].into_iter().zip(answers) {
            assert!(page.contains(&format!("value=\"{value}\">{words}</button>")), "{page}");
        }
        browser.answer("granted").await;
    }
}

#[tokio::test]
async fn a_no_to_what_is_needed_shows_the_other_way_and_can_be_taken_back() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    browser.answer("granted").await;
    browser.answer("refused").await;
    browser.answer("granted").await;
    browser.answer("granted").await;
    let page = browser.page("/sign").await;
    assert!(page.contains("换一种方式办理") && page.contains("到窗口核验"), "{page}");
    assert!(page.contains("视频人工核验"), "{page}");
    assert!(page.contains("href=\"/sign/consent/face\""));
    let page = browser.page("/sign/consent/face").await;
    let answer = browser.submit(&page, "/sign/consent", &[("decision", "granted")]).await;
    assert_eq!(answer.status, 303);
    assert!(browser.page("/sign").await.contains("请阅读要签署的文件"));
}

#[tokio::test]
async fn edge_case_40_a_consent_is_taken_back_on_the_page_that_its_text_names_and_what_is_decided_is_told()
 {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of_own(&service, &signer).await;
    signer.sign(&service).await;
    let browser = Browser::open(&service, &link).await;
    assert!(browser.page("/sign").await.contains("href=\"/sign/consents\""));
    let page = browser.page("/sign/consents").await;
    assert!(page.contains("我的 — 授权管理") && page.contains("撤回同意并请求删除"), "{page}");
    let forged = browser.send("/sign/consents", &[], "csrf=made-up&key=k").await;
    assert_eq!(forged.status, 403);
    let answer = browser.submit(&page, "/sign/consents", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign/consents"));
    // What was signed is kept by law and not used; nothing is asked twice.
    let page = browser.page("/sign/consents").await;
    assert!(page.contains("依法仍须保存") && page.contains("不再使用"), "{page}");
    assert!(!page.contains("撤回同意并请求删除"));
    let face = page.split("人脸信息处理单独同意书").nth(1).unwrap();
    assert!(face.split("</li>").next().unwrap().contains("已撤回"), "{face}");
    let path = format!("/api/v1/filings/{}/personal-data", signer.filing);
    let standing = service.get(HANDLER, &path).await.json(200);
    assert_eq!(standing["restrictions"][0]["party_id"], signer.party.as_str());
    assert_eq!(standing["erasures"][0]["requested_by"], "person");
}

#[tokio::test]
async fn before_signing_the_page_of_consents_leads_back_to_each_question() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    assert!(browser.page("/sign/consents").await.contains("您还没有作出选择"));
    browser.answer("granted").await;
    let page = browser.page("/sign/consents").await;
    assert!(page.contains("href=\"/sign/consent/"), "{page}");
    assert!(!page.contains("撤回同意并请求删除"));
}

#[tokio::test]
async fn who_declines_is_told_so_and_stays_there() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    let page = browser.page("/sign/decline").await;
    let reason = [("reason", "<script>alert(1)</script>\r\nSet-Cookie: a=b")];
    assert_eq!(browser.submit(&page, "/sign/decline", &reason).await.status, 303);
    let page = browser.page("/sign").await;
    assert!(page.contains("您已选择不签署") && !page.contains("<script>alert"));
}
