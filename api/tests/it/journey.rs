//! The signer's pages over HTTP: links, sessions, tokens of forms, and where one stands.

use heqi_api::ApiSettings;
use heqi_evidence::deposit::Outcome;
use heqi_registration::Custodian;
use heqi_registration::access::hash_of;
use heqi_registration::handover::desk_view;
use heqi_registration::receipt::Flag;
use heqi_registration::session::{IDLE_MS, LIFETIME_MS, session};
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, UtcMillis};
use reqwest::Method;
use serde_json::json;

use crate::custodian::answer;
use crate::entry::{MOBILE, reached, taken};
use crate::service::{Answer, HANDLER, Service};
use crate::signer::{COMPANY, NAMES, Signer, add_as_before, invited};

/// A browser with the cookies of one signer.
pub(crate) struct Browser<'a> {
    service: &'a Service,
    pub(crate) cookie: String,
}

/// The link of a signer, as the handler is told it.
pub(crate) async fn link_of(service: &Service, signer: &Signer) -> String {
    let path = format!("/api/v1/filings/{}/parties/{}/invitations", signer.filing, signer.party);
    service.post(HANDLER, &path, &json!({})).await.text(201, "link")
}

impl<'a> Browser<'a> {
    pub(crate) async fn open(service: &'a Service, link: &str) -> Self {
        let answer = service.send(Method::POST, link, "", &[], Some(Vec::new())).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/sign"));
        let set = answer.header("set-cookie");
        for attribute in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(set.contains(attribute), "{set}");
        }
        Self { service, cookie: set.split(';').next().unwrap().to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.service.send(Method::GET, path, "", &[("cookie", &self.cookie)], None).await
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        let page = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 200, "{page}");
        page
    }

    pub(crate) async fn send(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        all.extend_from_slice(headers);
        self.service.send(Method::POST, path, "", &all, Some(body.as_bytes().to_vec())).await
    }

    /// Sends the form of a page that leads to `action`, with these values of a person.
    pub(crate) async fn submit(&self, page: &str, action: &str, values: &[(&str, &str)]) -> Answer {
        self.send(action, &[("sec-fetch-site", "same-origin")], &filled(page, action, values)).await
    }

    /// Answers whatever consent is asked.
    pub(crate) async fn answer(&self, decision: &str) {
        let page = self.page("/sign").await;
        let answer = self.submit(&page, "/sign/consent", &[("decision", decision)]).await;
        assert_eq!(answer.status, 303);
    }

    /// Everything up to the camera.
    async fn ready(&self) {
        for _ in 0..4 {
            self.answer("granted").await;
        }
        let page = self.page("/sign").await;
        assert_eq!(self.submit(&page, "/sign/read", &[("seconds", "7")]).await.status, 303);
    }
}

/// The hidden values of a form, and what a person adds, as a browser sends them.
pub(crate) fn filled(page: &str, action: &str, values: &[(&str, &str)]) -> String {
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
    let form =
        form.unwrap_or_else(|| panic!("{action} in {page}")).split("</form>").next().unwrap();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for input in form.split("<input type=\"hidden\" ").skip(1) {
        let value = |name: &str| {
            let begin = format!("{name}=\"");
            input.split(&begin).nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        pairs.push((value("name"), value("value")));
    }
    for (name, value) in values {
        pairs.retain(|(known, _)| known != name);
        pairs.push(((*name).to_owned(), (*value).to_owned()));
    }
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |text, byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                text + &char::from(byte).to_string()
            }
            _ => text + &format!("%{byte:02X}"),
        })
    };
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

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
async fn a_receipt_says_where_both_custodians_are_systems_of_one_office() {
    // Where no keys of custodians are believed, nothing is said of whose they are.
    let known = Service::start_stamped(&["one"], std::sync::Arc::default()).await;
    for (service, is_told) in [(known, true), (Service::start().await, false)] {
        let signer = invited(&service, 1).await.signers.remove(0);
        let link = link_of_own(&service, &signer).await;
        signer.sign(&service).await;
        let page = Browser::open(&service, &link).await.page("/sign").await;
        assert!(page.contains("签署完成"), "{page}");
        assert_eq!(page.contains("同一公证机构的两套系统"), is_told, "{page}");
    }
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
async fn only_a_demonstration_offers_a_drawing_instead_of_a_photo() {
    let mut demo = ApiSettings::default();
    demo.pages.sample_photo = true;
    for (settings, is_offered) in [(ApiSettings::default(), false), (demo, true)] {
        let service = Service::start_with(settings, None).await;
        let signer = invited(&service, 1).await.signers.remove(0);
        let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
        browser.ready().await;
        let page = browser.page("/sign").await;
        assert!(page.contains("拍一张现场照片"), "{page}");
        assert_eq!(page.contains("id=\"sample\""), is_offered, "{page}");
        let again = browser.page("/sign/photo").await;
        assert_eq!(again.contains("id=\"sample\""), is_offered, "{again}");
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
async fn the_receipt_shows_the_voucher_and_every_flag_by_itself() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    // The ceremony of the token is over; a new link belongs to a ceremony with nothing to sign.
    let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
    let page = browser.page("/sign").await;
    assert!(page.contains("签署完成") && page.contains("已写入存证日志"), "{page}");
    assert!(page.contains("存证中（0/2）") && page.contains("data-whole=\"no\""));
    // Whatever waits says for what, since when, and the next try, as soon as a worker pauses.
    let at: UtcMillis = serde_json::from_value(receipt["recorded_at"].clone()).unwrap();
    let since = format!("自 {} 起", at.for_people());
    assert_eq!(page.matches(&since).count(), 4, "{page}");
    let next = service.clock.now().plus_millis(32_000);
    service.platform.next_tries().note(Flag::Witnessed, next);
    service.platform.next_tries().note(Flag::Timestamped, service.clock.now());
    let page = browser.page("/sign").await;
    let again = format!("下次自动重试：{}", next.for_people());
    assert_eq!(page.matches(&again).count(), 1, "{page}");
    assert_eq!(
        page.matches("下次自动重试").count(),
        1,
        "a try that is over is no next one: {page}"
    );
    let filing = browser.page("/sign/filing").await;
    assert!(filing.contains(&at.for_people()), "{filing}");
    let record = receipt["record_id"].as_str().unwrap();
    assert!(page.contains(&format!("/api/v1/records/{record}/bundle")));
    let bundle = browser.get(&format!("/api/v1/records/{record}/bundle")).await;
    assert!(bundle.status == 200 && bundle.body.starts_with(b"PK"));
    let answer = browser.get("/sign/consent/face").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign"));
}

#[tokio::test]
async fn a_deposit_that_was_refused_for_good_is_told_so_on_the_receipt_and_on_the_page_of_the_filing()
 {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    signer.sign(&service).await;
    let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
    answer(&service, Custodian::DataCentre, &Outcome::Admitted).await;
    // One has not answered yet: it is under way.
    let filing = browser.page("/sign/filing").await;
    assert!(filing.contains("未成功会自动重试") && !filing.contains("不会自动重试"), "{filing}");
    let refused = Outcome::Refused { reason: "chain_fork".into() };
    answer(&service, Custodian::Preservation, &refused).await;
    let filing = browser.page("/sign/filing").await;
    assert!(
        filing.contains("我的签署存证（1/2）") && filing.contains("未全部存证至公证处"),
        "{filing}"
    );
    assert!(filing.contains("不会自动重试") && !filing.contains("未成功会自动重试"), "{filing}");
    let page = browser.page("/sign").await;
    assert!(page.contains("未全部存证至公证处（1/2）") && page.contains("不会自动重试"), "{page}");
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

/// The link of the signer's own ceremony, which was made with its token.
pub(crate) async fn link_of_own(service: &Service, signer: &Signer) -> String {
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    let ceremony: heqi_vocabulary::CeremonyId =
        serde_json::from_value(view["ceremony_id"].clone()).unwrap();
    heqi_registration::invite::link_of(&service.platform, ceremony)
}

#[tokio::test]
async fn handwriting_is_part_of_what_is_signed_and_of_the_bundle() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let photo = files::photo(&signer.party);
    let begun = signer.captured(&service, &photo).await;
    let strokes = r#"{"format":"heqi.strokes/v1","height":320,"pointer":"pen","strokes":[[[1,2,0,500],[3,4,16,510]]],"typed":null,"width":640}"#;
    let kind = "application/vnd.heqi.strokes.v1+json";
    let path = begun.path("strokes");
    let sent = |body: &'static str| service.upload(&signer.token, &path, kind, body.as_bytes());
    sent("{}").await.is_problem(422, "strokes_malformed");
    let kept = sent(strokes).await.json(201);
    assert_eq!(kept["size_bytes"], strokes.len());
    // A device that does not name them signs something else than what it sent.
    let body = signer.completion(&service, &begun, &photo);
    signer.complete(&service, &begun, &body).await.is_problem(422, "client_attribute");
    let body = signer.completion_naming(&service, &begun, &photo, &kept["strokes_sha256"]);
    let receipt = signer.complete(&service, &begun, &body).await.json(201);
    let path = format!("/api/v1/records/{}/bundle", receipt["record_id"].as_str().unwrap());
    let bundle = service.get(&signer.token, &path).await;
    let name = format!("attachments/{}.json", kept["strokes_sha256"].as_str().unwrap());
    let found = bundle.body.windows(name.len()).any(|window| window == name.as_bytes());
    assert!(found, "{name} is not in the bundle");
}

#[tokio::test]
async fn pages_are_pictures_for_the_session_of_their_signer_and_nobody_else() {
    let service = Service::start().await;
    let (mine, theirs) = (invited(&service, 1).await, invited(&service, 1).await);
    let browser = Browser::open(&service, &link_of_own(&service, &mine.signers[0]).await).await;
    let stranger = Browser::open(&service, &link_of_own(&service, &theirs.signers[0]).await).await;
    for _ in 0..4 {
        browser.answer("granted").await;
    }
    let page = browser.page("/sign").await;
    // Words and pictures stand in the page: whoever has no scripts reads all the same.
    assert!(page.contains("大字版") && page.contains("以原文为准"), "{page}");
    let path = format!("/sign/pages/{}/1", mine.document);
    assert!(page.contains(&format!("src=\"{path}\" loading=\"lazy\"")), "{page}");
    assert!(page.contains("width=\"991\" height=\"1403\""), "{page}");
    let answer = browser.get(&path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/png"));
    assert!(answer.body.starts_with(b"\x89PNG"));
    assert!(answer.header("cache-control").starts_with("private"), "{:?}", answer.headers);
    let tag = answer.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", heqi_vocabulary::Digest::of(&answer.body)));
    let headers = [("cookie", browser.cookie.as_str()), ("if-none-match", tag.as_str())];
    let again = service.send(Method::GET, &path, "", &headers, None).await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    assert_eq!(stranger.get(&path).await.status, 404, "another signer's session");
    assert_eq!(service.get("", &path).await.status, 401, "no session");
    assert_ne!(
        service.get(&mine.signers[0].token, &path).await.status,
        200,
        "a token is no session"
    );
    for (number, status) in [("0", 404), ("99", 404), ("x", 400), ("1/2", 404)] {
        let answer = browser.get(&format!("/sign/pages/{}/{number}", mine.document)).await;
        assert_eq!(answer.status, status, "{number}");
    }

    // What was shown is a record, with the digest of this very picture in it.
    let values = [("seconds", "31"), ("page_seconds", "31"), ("aloud", "yes")];
    assert_eq!(browser.submit(&page, "/sign/read", &values).await.status, 303);
    let view = service.get(&mine.signers[0].token, "/api/v1/ceremony").await.json(200);
    let record = view["read"][0]["record_id"].as_str().unwrap();
    assert_eq!(view["read"][0]["by_pictures"], true);
    let record = format!("/api/v1/records/{record}?attributes=page_images");
    let record = service.get(&mine.signers[0].token, &record).await.json(200).to_string();
    assert!(record.contains("document_read") && record.contains(tag.trim_matches('"')), "{record}");
}

#[tokio::test]
async fn what_was_read_must_be_what_the_page_showed() {
    let service = Service::start().await;
    let filing = invited(&service, 1).await;
    let browser = Browser::open(&service, &link_of_own(&service, &filing.signers[0]).await).await;
    for _ in 0..4 {
        browser.answer("granted").await;
    }
    let page = browser.page("/sign").await;
    let other = heqi_vocabulary::Digest::of(b"other").to_string();
    for name in ["points", "shown"] {
        let answer = browser.submit(&page, "/sign/read", &[(name, other.as_str())]).await;
        let told = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 409, "{name}: {told}");
        assert!(told.contains("》在您阅读后有更新"), "the document is named: {told}");
    }
    for (name, value) in [("page_seconds", "1,x"), ("language", "tlh"), ("page_seconds", "-1")] {
        assert_eq!(
            browser.submit(&page, "/sign/read", &[(name, value)]).await.status,
            400,
            "{name}"
        );
    }
    assert_eq!(browser.submit(&page, "/sign/read", &[]).await.status, 303);
}

#[tokio::test]
async fn a_document_replaced_after_reading_must_be_read_again() {
    let service = Service::start().await;
    let filing = invited(&service, 1).await;
    let signer = &filing.signers[0];
    let browser = Browser::open(&service, &link_of_own(&service, signer).await).await;
    browser.ready().await;
    assert!(browser.page("/sign").await.contains("拍一张现场照片"));
    let path = format!(
        "/api/v1/filings/{}/documents?title=Articles&replaces={}",
        filing.filing, filing.document
    );
    let replaced =
        service.upload(HANDLER, &path, "application/pdf", &files::pdf("Articles", 3)).await;
    replaced.json(201);
    let page = browser.page("/sign").await;
    assert!(page.contains("请阅读要签署的文件") && page.contains("3页"), "{page}");
    assert!(page.contains("与您读过的不同：第1、2、3页"), "{page}");
    assert_eq!(page.matches("本页与您读过的版本不同").count(), 6, "at words and pictures: {page}");
    let stale = json!({
        "document_id": filing.document,
        "sha256": service.get(&signer.token, "/api/v1/ceremony").await.json(200)["read"][0]["sha256"],
        "seconds": 1,
    });
    let answer = service.post(&signer.token, "/api/v1/ceremony/read", &stale).await;
    answer.is_problem(409, "document_changed");
}

#[tokio::test]
async fn pages_speak_the_language_and_size_that_were_chosen() {
    let service = Service::start().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    let answer = service.get("", &format!("{link}?lang=en&text=large")).await;
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|c| c.starts_with("heqi_lang=en;")), "{cookies:?}");
    assert!(cookies.iter().any(|c| c.starts_with("heqi_text=large;")), "{cookies:?}");
    let both = [("cookie", "heqi_lang=en; heqi_text=large")];
    let page = service.send(Method::GET, &link, "", &both, None).await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("<html lang=\"en\" class=\"large\">") && page.contains(">Start<"));
}

#[tokio::test]
async fn files_of_ours_are_kept_for_ever_and_the_verifier_may_ask_nobody() {
    let service = Service::start().await;
    let page = String::from_utf8(service.get("", "/s/abc").await.body).unwrap();
    let style = page.split("href=\"").find(|part| part.contains("style.css")).unwrap();
    let style = style.split('"').next().unwrap();
    let answer = service.get("", style).await;
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("cache-control").contains("immutable"));
    assert_eq!(service.get("", "/assets/0000000000000000/style.css").await.status, 404);
    assert_eq!(service.get("", &style.replace("style.css", "none.css")).await.status, 404);
    let verifier = service.get("", "/verify").await;
    let policy = verifier.header("content-security-policy");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("connect-src"), "{policy}");
    assert!(verifier.status == 200 && verifier.body.len() > 100_000);
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
async fn markup_in_any_field_is_text_on_every_page() {
    let service = Service::start().await;
    let odd = "甲\"'><img src=x onerror=alert(1)>&lt;";
    let body = json!({ "matter": "change", "company_name": odd });
    let filing = service.post(HANDLER, "/api/v1/filings", &body).await.text(201, "filing_id");
    let title = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let path = format!("/api/v1/filings/{filing}/documents?title={title}");
    service.upload(HANDLER, &path, "application/pdf", &files::pdf("x", 1)).await.json(201);
    let path = format!("/api/v1/filings/{filing}/parties");
    let mut parties = Vec::new();
    for name in [odd, "<b>乙</b>"] {
        let body = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        service.post(HANDLER, &path, &body).await.is_problem(422, "name_character");
        parties.push(add_as_before(&service, &filing, name).await);
    }
    let path = format!("/api/v1/filings/{filing}/parties/{}/invitations", parties[0]);
    let link = service.post(HANDLER, &path, &json!({})).await.text(201, "link");
    let browser = Browser::open(&service, &link).await;
    for _ in 0..4 {
        let page = browser.page("/sign").await;
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        browser.answer("granted").await;
    }
    let page = browser.page("/sign").await;
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("甲&quot;'&gt;&lt;img src=x onerror=alert(1)&gt;&amp;lt;"), "{page}");
    for markup in ["<script>alert", "<img src=x", "<b>乙"] {
        assert!(!page.contains(markup), "{markup}");
    }
}

#[tokio::test]
async fn what_a_browser_may_keep_is_the_same_for_everybody() {
    let service = Service::start().await;
    let answer = service.get("", "/offline").await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.headers.get("set-cookie").is_none());
    for told in NAMES.iter().chain([&COMPANY]) {
        assert!(!page.contains(told), "{told}");
    }
    let (_, folder) = page.split_once("/assets/").unwrap();
    let folder = folder.split('/').next().unwrap();
    let worker = service.get("", &format!("/assets/{folder}/worker.js")).await;
    assert_eq!(worker.header("service-worker-allowed"), "/sign");
    assert!(worker.header("content-security-policy").contains("connect-src 'self'"));
    let other = service.get("", &format!("/assets/{folder}/shell.js")).await;
    assert_eq!(other.header("service-worker-allowed"), "");
    let icon = service.get("", &format!("/assets/{folder}/icon-192.png")).await;
    assert_eq!(icon.header("content-type"), "image/png");
    assert_eq!(&icon.body[..4], b"\x89PNG");
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

#[tokio::test]
async fn an_answer_comes_from_a_page_of_the_session_and_silence_is_none() {
    let service = Service::start().await;
    let signer = invited(&service, 2).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    let page = browser.page("/sign/confirm").await;
    assert!(page.contains("还没有全部签署") && !page.contains("name=\"shown_sha256\""), "{page}");
    let page = browser.page("/sign/filing").await;
    assert!(page.contains("待您签署") && page.contains(NAMES[1]), "{page}");
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
}

/// A browser that has offered its next step to another device.
async fn desk_that_offers(service: &Service) -> Browser<'_> {
    let mut signer = invited(service, 1).await.signers.remove(0);
    let path = format!("/api/v1/filings/{}/parties/{}/invitations", signer.filing, signer.party);
    let again = service.post(HANDLER, &path, &json!({})).await.json(201);
    again["token"].as_str().unwrap().clone_into(&mut signer.token);
    let desk = Browser::open(service, again["link"].as_str().unwrap()).await;
    desk.ready().await;
    let signing = signer.begin(service).await.signing;
    let page = desk.page("/sign").await;
    let offered = desk.submit(&page, "/sign/handover", &[("signing", &signing)]).await;
    assert_eq!((offered.status, offered.header("location")), (303, "/sign/handover"));
    desk
}

/// The cookie of a phone that has claimed the step of a signing.
pub(crate) async fn phone_with_a_step(service: &Service) -> String {
    let desk = desk_that_offers(service).await;
    let secret = hash_of(desk.cookie.split_once('=').unwrap().1);
    let actor = session(&service.platform, secret).await.unwrap().actor;
    let view = desk_view(&service.platform, &actor, secret).await.unwrap();
    let phone = Browser { service, cookie: String::new() };
    let claimed = phone.send(&format!("/h/{}", view.code), &[], "").await;
    assert_eq!((claimed.status, claimed.header("location")), (303, "/handover"));
    claimed.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_desk_that_is_opened_again_stands_at_its_hand_over_until_that_is_over() {
    let service = Service::start().await;
    let desk = desk_that_offers(&service).await;
    let again = desk.get("/sign").await;
    assert_eq!((again.status, again.header("location")), (303, "/sign/handover"));
    let page = desk.page("/sign/handover").await;
    let cancelled = desk.submit(&page, "/sign/handover/answer", &[("number", "none")]).await;
    assert_eq!((cancelled.status, cancelled.header("location")), (303, "/sign/handover"));
    assert!(desk.page("/sign").await.contains("id=\"camera\""));
}

#[tokio::test]
async fn a_session_of_a_signer_sees_no_step_of_a_hand_over() {
    let service = Service::start().await;
    let browser = desk_that_offers(&service).await;
    assert!(browser.page("/sign/handover").await.contains("class=\"qr\""));
    for path in ["/handover", "/handover/photo"] {
        let method = if path == "/handover" { Method::GET } else { Method::POST };
        let headers = [("cookie", browser.cookie.as_str()), ("accept", "application/json")];
        let answer = service.send(method, path, "", &headers, Some(Vec::new())).await;
        assert_eq!(answer.status, 403, "{path}");
    }
}
