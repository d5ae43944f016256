//! How a signer comes in: links, codes, sessions, and where one stands.

use heqi_registration::session::{IDLE_MS, LIFETIME_MS};
use reqwest::Method;

use super::{Browser, link_of, link_of_own};
use crate::entry::{MOBILE, reached, taken};
use crate::service::{Answer, HANDLER, Service};
use crate::signer::{COMPANY, NAMES, invited};

#[tokio::test]
async fn a_link_that_is_looked_at_uses_nothing_up_and_tells_nothing() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    let size = service.log_size();
    for _ in 0..3 {
        let answer = service.get("", &link).await;
        let page = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 200);
        for told in NAMES.iter().chain([&COMPANY]) {
            assert!(!page.contains(told), "{told}");
        }
        assert!(answer.headers.get("set-cookie").is_none(), "looking gave a session");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("script-src 'self'"));
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    // What a link is not: a credential of the interface.
    let code = link.strip_prefix("/s/").unwrap();
    service.get(code, "/api/v1/ceremony").await.is_problem(401, "not_authenticated");
    assert_eq!(service.log_size(), size);
    Browser::open(&service, &link).await;
}

#[tokio::test]
async fn a_made_up_link_opens_nothing_and_says_what_to_do() {
    let service = Service::start().await;
    let answer = service.send(Method::POST, "/s/0000000000", "", &[], Some(Vec::new())).await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(answer.status, 404);
    assert!(
        page.contains("该链接无效或已失效。") && page.contains("请经办人重新发送邀请"),
        "{page}"
    );
    assert!(answer.headers.get("set-cookie").is_none());
    // Nothing of an address becomes markup or a header.
    let odd = "/s/%22%3E%3Cscript%3E%0d%0aset-cookie:x=1";
    let answer = service.send(Method::POST, odd, "", &[], Some(Vec::new())).await;
    assert!(answer.headers.get("set-cookie").is_none());
    let answer = service.get("", odd).await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert!(!page.contains("<script>") && page.contains("action=\"/s/scriptset-cookiex1\""));
}

#[tokio::test]
async fn a_signer_stands_where_they_stopped_in_any_browser() {
    let service = Service::start().await;
    let signer = invited(&service, 2).await.signers.remove(0);
    let link = link_of_own(&service, &signer).await;
    let phone = Browser::open(&service, &link).await;
    let page = phone.page("/sign").await;
    assert!(page.contains("第2步，共6步") && page.contains("电子签名及存证约定"), "{page}");
    assert!(!page.contains("checked"), "something is chosen beforehand");
    phone.answer("granted").await;
    phone.answer("granted").await;
    // The position may be refused, and it goes on.
    phone.answer("refused").await;
    let desk = Browser::open(&service, &link).await;
    let page = desk.page("/sign").await;
    assert!(page.contains("向公证处提供信息单独同意") && page.contains("第4项，共4项"), "{page}");
    desk.answer("granted").await;
    let page = phone.page("/sign").await;
    assert!(page.contains(COMPANY) && page.contains("我已读完") && page.contains("尚未签署"));
    assert_eq!(phone.submit(&page, "/sign/read", &[("seconds", "7")]).await.status, 303);
    let page = desk.page("/sign").await;
    assert!(page.contains("拍一张现场照片"), "{page}");
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    assert_eq!(view["read"][0]["seconds"], 7);
    assert_eq!(view["consents"][2]["decision"], "refused");
    // The handwriting comes after the photo: until then its page leads back.
    let answer = phone.get("/sign/drawing").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign"));
}

#[tokio::test]
async fn a_session_ends_by_leaving_by_idleness_and_by_age() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    let over = async |browser: &Browser<'_>| {
        let answer = browser.get("/sign").await;
        let page = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 401, "{page}");
        assert!(page.contains("请重新打开收到的链接") && !page.contains(COMPANY));
    };
    let idle = Browser::open(&service, &link).await;
    service.clock.advance_ms(IDLE_MS - 1000);
    idle.page("/sign").await;
    service.clock.advance_ms(IDLE_MS - 1000);
    idle.page("/sign").await;
    service.clock.advance_ms(IDLE_MS);
    over(&idle).await;

    let old = Browser::open(&service, &link).await;
    let mut passed = 0;
    while passed + IDLE_MS / 2 < LIFETIME_MS {
        service.clock.advance_ms(IDLE_MS / 2);
        passed += IDLE_MS / 2;
        old.page("/sign").await;
    }
    service.clock.advance_ms(IDLE_MS / 2);
    over(&old).await;

    let left = Browser::open(&service, &link).await;
    for _ in 0..4 {
        left.answer("granted").await;
    }
    let token = left.page("/sign").await;
    let token = token.split("name=\"csrf\" content=\"").nth(1).unwrap()[..64].to_owned();
    let answer = left.send("/sign/leave", &[], &format!("csrf={token}")).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    over(&left).await;
}

#[tokio::test]
async fn with_a_contact_nothing_personal_shows_before_the_code_and_the_last_four() {
    let service = Service::start().await;
    let (_, _, token) = reached(&service).await;
    let door = service.get(&token, "/api/v1/ceremony/entry").await.json(200);
    let ceremony: heqi_vocabulary::CeremonyId =
        serde_json::from_value(door["ceremony_id"].clone()).unwrap();
    let link = heqi_registration::invite::link_of(&service.platform, ceremony);
    taken(&service).await;
    let browser = Browser::open(&service, &link).await;
    let outside = |page: &str| {
        for told in NAMES.iter().chain([&COMPANY]) {
            assert!(!page.contains(told), "{told}");
        }
        assert!(page.contains("第1步，共6步"), "{page}");
    };
    let page = browser.page("/sign").await;
    outside(&page);
    assert!(page.contains("138****0001"));
    for path in ["/sign/photo", "/sign/decline", "/sign/consent/face"] {
        assert_eq!(browser.get(path).await.status, 403, "{path}");
    }
    browser.get("/api/v1/ceremony").await.is_problem(403, "forbidden");
    let four = [("last_four", "0006")];
    assert_eq!(browser.submit(&page, "/sign/code", &[("channel", "sms")]).await.status, 303);
    let sent = taken(&service).await;
    let code = sent.iter().find_map(|message| message.values.get("code")).unwrap();
    let page = browser.page("/sign").await;
    outside(&page);
    assert!(page.contains("autocomplete=\"one-time-code\""), "{page}");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = browser.submit(&page, "/sign/code/check", &[("code", wrong)]).await;
    assert_eq!(answer.status, 409);
    let page = browser.page("/sign").await;
    assert!(page.contains("还可以输入次数： 4"), "{page}");
    assert_eq!(browser.submit(&page, "/sign/code/check", &[("code", code)]).await.status, 303);
    let page = browser.page("/sign").await;
    outside(&page);
    assert!(page.contains("证件号码末四位") && !page.contains("0006"), "{page}");
    assert_eq!(browser.submit(&page, "/sign/identity", &four).await.status, 303);
    assert!(browser.page("/sign").await.contains("电子签名及存证约定"));

    // Another browser with the same link begins outside.
    let other = Browser::open(&service, &link).await;
    outside(&other.page("/sign").await);
    other.get("/api/v1/ceremony").await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn who_has_a_number_and_no_link_comes_in_by_the_front_page() {
    let service = Service::start().await;
    let (filing, ..) = reached(&service).await;
    taken(&service).await;
    let view = service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200);
    let number = view["number"].as_str().unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let send = async |path: &str, body: String| {
        service.send(Method::POST, path, "", &form, Some(body.into_bytes())).await
    };
    let front = service.get("", "/").await;
    assert!(String::from_utf8(front.body).unwrap().contains("action=\"/enter/code\""));
    let known = send("/enter/code", format!("number={number}&contact={MOBILE}")).await;
    let stranger = send("/enter/code", format!("number={number}&contact=13811111111")).await;
    let text = |answer: Answer| String::from_utf8(answer.body).unwrap();
    let (known, stranger) = (text(known), text(stranger));
    assert_eq!(known.replace(MOBILE, ""), stranger.replace("13811111111", ""));
    let sent = taken(&service).await;
    let code = &sent[0].values["code"];
    let enter = |contact: &str| format!("number={number}&contact={contact}&code={code}");
    assert_eq!(send("/enter/check", enter("13811111111")).await.status, 404);
    let entered = send("/enter/check", enter(MOBILE)).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/sign"));
    let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    let browser = Browser { service: &service, cookie };
    // The code has passed with this; the last four have not.
    assert!(browser.page("/sign").await.contains("证件号码末四位"));
    assert_eq!(send("/enter/code", "number=61842058&contact=1".into()).await.status, 422);
}

#[tokio::test]
async fn a_printed_invitation_is_for_the_handler_and_names_nobody() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let path =
        format!("/api/v1/filings/{}/parties/{}/invitation-sheet", signer.filing, signer.party);
    service.get(&signer.token, &path).await.is_problem(403, "forbidden");
    let answer = service.get(HANDLER, &path).await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(answer.status, 200, "{page}");
    assert!(
        page.contains("签署邀请单") && page.contains("陈**") && page.contains("<svg"),
        "{page}"
    );
    assert!(!page.contains(NAMES[0]));
    // Where no code is asked for, paper alone lets nobody in.
    let link = link_of(&service, &signer).await;
    assert!(!page.contains(link.trim_start_matches("/s/")));
}
