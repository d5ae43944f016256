//! What a form of a page does: once, from the page of its session, or nothing.

use reqwest::Method;

use super::{Browser, filled, link_of, link_of_own};
use crate::service::Service;
use crate::signer::{NAMES, invited};

/// What is said of the registry once everybody has confirmed.
const TO_THE_REGISTRY: &str = "由经办人向登记机关提交";

#[tokio::test]
async fn a_form_of_another_site_or_without_the_token_does_nothing() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    let browser = Browser::open(&service, &link).await;
    let other = Browser::open(&service, &link).await;
    let page = browser.page("/sign").await;
    let body = filled(&page, "/sign/consent", &[("decision", "granted")]);
    let size = service.log_size();
    let theirs = other.page("/sign").await;
    let token =
        |page: &str| page.split("name=\"csrf\" content=\"").nth(1).unwrap()[..64].to_owned();
    let swapped = body.replace(&token(&page), &token(&theirs));
    for (headers, body) in [
        (vec![("sec-fetch-site", "cross-site")], body.clone()),
        (vec![("sec-fetch-site", "same-site")], body.clone()),
        (vec![], body.replace("csrf=", "crsf=")),
        (vec![], body.replace(&token(&page)[..8], "00000000")),
        (vec![], swapped),
    ] {
        let answer = browser.send("/sign/consent", &headers, &body).await;
        assert!([400, 403].contains(&answer.status), "{} {body}", answer.status);
        assert!(String::from_utf8(answer.body).unwrap().contains("回到办理页面"));
    }
    // The same for scripts and the interface.
    let cookie = [("cookie", browser.cookie.as_str()), ("idempotency-key", "k")];
    let path = "/api/v1/ceremony/decline";
    let answer = service.send(Method::POST, path, "", &cookie, Some(b"{}".to_vec())).await;
    answer.is_problem(403, "forbidden");
    let answer =
        service.send(Method::POST, &link, "", &[("sec-fetch-site", "cross-site")], None).await;
    assert_eq!(answer.status, 403);
    assert_eq!(service.log_size(), size, "something was done");
    assert_eq!(browser.send("/sign/consent", &[], &body).await.status, 303);
    assert!(service.log_size() > size);
}

#[tokio::test]
async fn a_form_sent_twice_is_one_act() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    let page = browser.page("/sign").await;
    let body = filled(&page, "/sign/consent", &[("decision", "granted")]);
    assert_eq!(browser.send("/sign/consent", &[], &body).await.status, 303);
    let size = service.log_size();
    assert_eq!(browser.send("/sign/consent", &[], &body).await.status, 303);
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn an_answer_comes_from_a_page_of_the_session_and_silence_is_none() {
    let service = Service::start().await;
    let signer = invited(&service, 2).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    let page = browser.page("/sign/confirm").await;
    assert!(page.contains("还没有全部签署") && !page.contains("name=\"shown_sha256\""), "{page}");
    let page = browser.page("/sign/filing").await;
    assert!(page.contains("待您签署") && page.contains(NAMES[1]), "{page}");
    assert!(page.contains("提交登记机关") && !page.contains(TO_THE_REGISTRY), "{page}");
    for (path, body) in [
        ("/sign/confirm", "shown_sha256=00"),
        ("/sign/object", "ground=other"),
        ("/sign/other-way", "way=video"),
        ("/sign/name", "name=renamed"),
        ("/sign/handover", "signing=sig_0"),
        ("/sign/handover/answer", "number=10"),
    ] {
        let forged = browser.send(path, &[], &format!("{body}&csrf=made-up&key=k")).await;
        assert_eq!(forged.status, 403, "{path}");
        let foreign = [("sec-fetch-site", "cross-site")];
        let forged = browser.send(path, &foreign, &format!("{body}&csrf=made-up&key=k")).await;
        assert_eq!(forged.status, 403, "{path}");
    }
    // One objection, before anybody has signed: the filing is paused for everybody.
    let page = browser.page("/sign/object").await;
    let values = [("ground", "not_my_intent"), ("reason", "我没有同意过")];
    let answer = browser.submit(&page, "/sign/object", &values).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign/confirm"));
    assert!(browser.page("/sign/confirm").await.contains("已收到您的异议"));
    assert!(browser.page("/sign").await.contains("办件暂不能签署"));
    let page = browser.page("/sign/filing").await;
    assert!(!page.contains("提交登记机关"), "what is paused goes nowhere: {page}");
}

#[tokio::test]
async fn who_confirms_on_a_page_of_before_an_update_is_shown_the_words_of_now() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
    signer.sign(&service).await;
    let page = browser.page("/sign/confirm").await;
    let of_before = filled(&page, "/sign/confirm", &[]);
    let says_which = |pair: &&str| !pair.starts_with("statement_sha256=");
    let of_before: Vec<&str> = of_before.split('&').filter(says_which).collect();
    let of_before = of_before.join("&");
    let zeros = "0".repeat(64);
    let other = filled(&page, "/sign/confirm", &[("statement_sha256", zeros.as_str())]);
    let older_list = filled(&page, "/sign/confirm", &[("shown_sha256", zeros.as_str())]);
    let size = service.log_size();
    for (body, why) in [
        (of_before, "确认声明的文字在您查看后有更新，未作确认。"),
        (other, "确认声明的文字在您查看后有更新，未作确认。"),
        (older_list, "签署情况在您查看后有更新，未作确认。"),
    ] {
        let same_origin = [("sec-fetch-site", "same-origin")];
        let answer = browser.send("/sign/confirm", &same_origin, &body).await;
        let shown = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 409, "{shown}");
        assert!(shown.contains(why) && shown.contains("name=\"statement_sha256\""), "{shown}");
        assert_eq!(service.log_size(), size, "nothing is recorded");
        // The page that came is answered as any other.
        assert!(shown.contains("以上文件是我本人签署的。我已核对签署情况，没有异议。"));
    }
    let answer = browser.submit(&page, "/sign/confirm", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign/confirm"));
    assert_eq!(service.log_size(), size + 1);
    // Everybody has confirmed: who submits it is said, and not that it was done.
    let filing = browser.page("/sign/filing").await;
    assert!(filing.contains(TO_THE_REGISTRY), "{filing}");
    let english = browser.page("/sign/filing?lang=en").await;
    assert!(english.contains("the handler submits it to the registry"), "{english}");
}
