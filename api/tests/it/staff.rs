//! Staff over HTTP: coming in with two factors, the queue, a decision, and everybody who is
//! refused on the way.

use heqi_filing::{Office, OfficeKind};
use heqi_pki::keys::Algorithm;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::password::Password;
use heqi_registration::staff::totp::TotpSecret;
use heqi_registration::staff::{CreateStaff, bind_handler, create_staff, enrol_staff};
use heqi_testkit::{Device, SeededEntropy};
use heqi_vocabulary::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::filled;
use crate::service::{Answer, HANDLER, Service};
use crate::signer::{Invited, Signer, invited};

const PASSWORD: &str = "correct horse battery";
/// The number of 何静, who handles filings.
pub(crate) const HE_JING: &str = "33011219940301000X";

pub(crate) fn registry() -> Office {
    Office {
        kind: OfficeKind::Registry, name: "杭州市临安区市场监督管理局".parse().unwrap()
    }
}

/// A member of staff and the browser they sit at.
pub(crate) struct Desk<'a> {
    pub(crate) service: &'a Service,
    secret: TotpSecret,
    login: String,
    pub(crate) cookie: String,
}

impl<'a> Desk<'a> {
    pub(crate) async fn account(
        service: &'a Service,
        login: &str,
        name: &str,
        office: Office,
        role: StaffRole,
    ) -> Self {
        let command = CreateStaff {
            login: login.parse().unwrap(),
            name: name.parse().unwrap(),
            office,
            role,
            password: Password::new(PASSWORD.into()).unwrap(),
        };
        create_staff(&service.platform, command).await.unwrap();
        let secret = TotpSecret::generate(&SeededEntropy::labelled(1, login));
        enrol_staff(&service.platform, &login.parse().unwrap(), &secret).await.unwrap();
        Self { service, secret, login: login.to_owned(), cookie: String::new() }
    }

    pub(crate) async fn reviewer(service: &'a Service, login: &str, name: &str) -> Self {
        let mut desk = Self::account(service, login, name, registry(), StaffRole::Reviewer).await;
        desk.come_in().await;
        desk
    }

    /// A handler, whose account is bound to this number.
    pub(crate) async fn handler(
        service: &'a Service,
        login: &str,
        (name, number): (&str, &str),
    ) -> Self {
        let firm = Office { kind: OfficeKind::HandlerFirm, name: "示例代办".parse().unwrap() };
        let mut desk = Self::account(service, login, name, firm, StaffRole::Handler).await;
        let (login, number) = (login.parse().unwrap(), number.parse().unwrap());
        assert!(bind_handler(&service.platform, &login, &number).await.unwrap());
        // Bound anew, it waits for security; whoever has an authenticator here is let in.
        enrol_staff(&service.platform, &login, &desk.secret).await.unwrap();
        desk.come_in().await;
        desk
    }

    /// A security officer of the operator.
    pub(crate) async fn security(service: &'a Service) -> Self {
        let name = "示例平台".parse().unwrap();
        let operator = Office { kind: OfficeKind::Operator, name };
        Self::account(service, "shen.yan", "沈岩", operator, StaffRole::Security).await
    }

    fn keep(&mut self, answer: &Answer) {
        let set = answer.header("set-cookie");
        for attribute in ["__Host-heqi_staff=", "HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(set.contains(attribute), "{set}");
        }
        set.split(';').next().unwrap().clone_into(&mut self.cookie);
    }

    async fn password(&mut self) {
        let body = format!("login={}&password=correct+horse+battery", self.login);
        let answer = self.send("/staff", &body).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/staff/code"));
        self.keep(&answer);
    }

    pub(crate) async fn come_in(&mut self) {
        self.password().await;
        let page = self.page("/staff/code").await;
        let code = self.secret.code_at(self.service.clock.now());
        let answer = self.submit(&page, "/staff/code", &[("code", &code)]).await;
        let home = answer.header("location");
        let homes =
            ["/staff/cases", "/staff/filings", "/regulator", "/staff/accounts", "/staff/journal"];
        assert!(homes.contains(&home), "{home}");
        assert_eq!(answer.status, 303);
        self.keep(&answer);
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.service.send(Method::GET, path, "", &[("cookie", &self.cookie)], None).await
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        let page = text(&answer);
        assert_eq!(answer.status, 200, "{page}");
        page
    }

    pub(crate) async fn send(&self, path: &str, body: &str) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.service.send(Method::POST, path, "", &headers, Some(body.as_bytes().to_vec())).await
    }

    pub(crate) async fn submit(&self, page: &str, action: &str, values: &[(&str, &str)]) -> Answer {
        self.send(action, &filled(page, action, values)).await
    }

    /// The address of the only case of the queue.
    pub(crate) async fn case(&self) -> String {
        let queue = self.page("/staff/cases").await;
        let mut links = queue.split("href=\"/staff/cases/").skip(1);
        let id = links.next().expect("a case").split('"').next().unwrap().to_owned();
        format!("/staff/cases/{id}")
    }

    async fn decide(&self, case: &str, decision: &str, grounds: &str) -> Answer {
        let page = self.page(case).await;
        let action = format!("{case}/decision");
        self.submit(&page, &action, &[("decision", decision), ("grounds", grounds)]).await
    }
}

/// Somebody of this role who has come in: the cookie, and the token of the pages.
pub(crate) async fn at_a_desk(service: &Service, role: StaffRole) -> (String, String) {
    let login = format!("fang.{role}");
    let office = |kind, name: &str| Office { kind, name: name.parse().unwrap() };
    let office = match role {
        StaffRole::Reviewer | StaffRole::Regulator => registry(),
        StaffRole::Handler => office(OfficeKind::HandlerFirm, "示例代办"),
        StaffRole::Operator | StaffRole::Security | StaffRole::Auditor => {
            office(OfficeKind::Operator, "示例平台")
        }
    };
    // Nobody has a duty beside anything else.
    let name = match role {
        StaffRole::Security => "沈岩",
        StaffRole::Auditor => "许明",
        _ => "方岚",
    };
    sat_down(service, (&login, name), office, role).await
}

/// The same of another organisation: another registry, another firm, another operator.
pub(crate) async fn at_another_desk(service: &Service, role: StaffRole) -> (String, String) {
    let login = format!("yuan.{role}");
    let (kind, office, name) = match role {
        StaffRole::Reviewer | StaffRole::Regulator => {
            (OfficeKind::Registry, "杭州市富阳区市场监督管理局", "方远")
        }
        StaffRole::Handler => (OfficeKind::HandlerFirm, "另一代办", "方远"),
        StaffRole::Operator => (OfficeKind::Operator, "另一平台", "方远"),
        StaffRole::Security => (OfficeKind::HandlerFirm, "另一代办", "沈远"),
        StaffRole::Auditor => (OfficeKind::HandlerFirm, "另一代办", "许远"),
    };
    let office = Office { kind, name: office.parse().unwrap() };
    sat_down(service, (&login, name), office, role).await
}

async fn sat_down(
    service: &Service,
    (login, name): (&str, &str),
    office: Office,
    role: StaffRole,
) -> (String, String) {
    let mut desk = Desk::account(service, login, name, office, role).await;
    desk.come_in().await;
    let secret = desk.cookie.split_once('=').unwrap().1;
    let token = heqi_service_kit::browser::csrf_of(secret);
    (desk.cookie, token)
}

pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// One signer has signed, and everybody has confirmed.
pub(crate) async fn signed(service: &Service) -> Invited {
    let invited = invited(service, 1).await;
    let signer = &invited.signers[0];
    signer.sign(service).await;
    let path = format!("/api/v1/filings/{}", invited.filing);
    let view: Value = service.get(HANDLER, &path).await.json(200);
    for party in view["parties"].as_array().unwrap() {
        let id = party["party_id"].as_str().unwrap();
        let token = if party["is_signer"] == json!(true) { &signer.token } else { HANDLER };
        let confirm = format!("{path}/parties/{id}/confirmation");
        let body = json!({ "shown_sha256": view["shown_sha256"] });
        assert_eq!(service.post(token, &confirm, &body).await.status, 201);
    }
    invited
}

async fn state(service: &Service, invited: &Invited) -> String {
    let path = format!("/api/v1/filings/{}", invited.filing);
    let view: Value = service.get(HANDLER, &path).await.json(200);
    view["state"]["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_reviewer_comes_in_sees_the_case_and_lets_the_filing_go_on() {
    let service = Service::start_reviewing(registry()).await;
    let invited = signed(&service).await;
    assert_eq!(state(&service, &invited).await, "reviewing");
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = desk.case().await;
    let page = desk.page(&case).await;
    for shown in
        ["陈素英", "姓名与证件号码未经权威来源核验", "经办人申报，未核验", "没有权威证件照片"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    let photo = desk.get(&format!("{case}/photo")).await;
    assert_eq!((photo.status, photo.header("content-type")), (200, "image/jpeg"));
    assert_eq!(photo.header("cache-control"), "no-store");
    assert_eq!(desk.get(&format!("{case}/portrait")).await.status, 404);

    let decided = desk.decide(&case, "accept", "见到本人和证件原件，两者一致").await;
    assert_eq!((decided.status, decided.header("location")), (303, case.as_str()));
    assert_eq!(state(&service, &invited).await, "confirmed");
    assert!(desk.page(&case).await.contains("已通过"));
    assert!(desk.page("/staff/cases").await.contains("目前没有待办事项"));
}

#[tokio::test]
async fn a_refusal_takes_another_reviewer() {
    let service = Service::start_reviewing(registry()).await;
    let invited = signed(&service).await;
    let first = Desk::reviewer(&service, "li.na", "李娜").await;
    let second = Desk::reviewer(&service, "wang.qiang", "王强").await;
    let case = first.case().await;
    assert_eq!(first.decide(&case, "propose_refusal", "照片不清").await.status, 303);
    let page = first.page(&case).await;
    assert!(page.contains("须由本单位另一名工作人员复核") && !page.contains("confirm_refusal"));
    // Nor by hand.
    let own = first.decide(&case, "confirm_refusal", "照片不清").await;
    assert_eq!(own.status, 409);
    assert!(text(&own).contains("不能复核本人提出的意见"));
    let page = second.page(&case).await;
    assert!(page.contains("李娜") && page.contains("confirm_refusal"));
    assert_eq!(second.decide(&case, "confirm_refusal", "同意").await.status, 303);
    assert_eq!(state(&service, &invited).await, "reviewing");
    assert!(second.page(&case).await.contains("不予通过"));
}

#[tokio::test]
async fn one_factor_a_foreign_token_and_another_office_open_nothing() {
    let service = Service::start_reviewing(registry()).await;
    signed(&service).await;
    let reviewer = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = reviewer.case().await;

    let mut half = Desk::account(&service, "half", "赵半", registry(), StaffRole::Reviewer).await;
    half.password().await;
    assert_eq!(half.get("/staff/cases").await.status, 401);
    assert_eq!(half.get(&case).await.status, 401);

    // The token of another session, and a page of another site.
    let page = reviewer.page(&case).await;
    let action = format!("{case}/decision");
    let other = Desk::reviewer(&service, "wang.qiang", "王强").await;
    let values = [("decision", "accept"), ("grounds", "一致")];
    assert_eq!(other.submit(&page, &action, &values).await.status, 403);
    let body = filled(&page, &action, &values);
    let headers = [
        ("cookie", reviewer.cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "cross-site"),
    ];
    let body = Some(body.into_bytes());
    let foreign = service.send(Method::POST, &action, "", &headers, body).await;
    assert_eq!(foreign.status, 403);

    for (login, name, office, role) in [
        (
            "ops",
            "赵六",
            Office { kind: OfficeKind::Operator, name: "示例平台".parse().unwrap() },
            StaffRole::Operator,
        ),
        (
            "firm",
            "何静",
            Office { kind: OfficeKind::HandlerFirm, name: "示例代办".parse().unwrap() },
            StaffRole::Handler,
        ),
    ] {
        let mut desk = Desk::account(&service, login, name, office, role).await;
        desk.come_in().await;
        for path in ["/staff/cases".to_owned(), case.clone(), format!("{case}/photo")] {
            assert_eq!(desk.get(&path).await.status, 403, "{login} {path}");
        }
    }
    let notary = Office { kind: OfficeKind::Notary, name: "临安公证处".parse().unwrap() };
    let mut desk = Desk::account(&service, "zhou", "周公", notary, StaffRole::Reviewer).await;
    desk.come_in().await;
    assert_eq!(desk.get(&case).await.status, 404);
    assert_eq!(desk.get(&format!("{case}/photo")).await.status, 404);
    assert!(desk.page("/staff/cases").await.contains("目前没有待办事项"));
}

#[tokio::test]
async fn what_a_reviewer_writes_is_text_wherever_it_is_shown() {
    let service = Service::start_reviewing(registry()).await;
    signed(&service).await;
    // A name with markup is none, so none is shown.
    assert!("李<b>娜".parse::<heqi_filing::DeclaredName>().is_err());
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let case = desk.case().await;
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
    // Too short, so that the page shows it again.
    let long = format!("{evil}{}", "长".repeat(500));
    let refused = desk.decide(&case, "accept", &long).await;
    let page = text(&refused);
    assert_eq!(refused.status, 422);
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
    assert_eq!(desk.decide(&case, "accept", evil).await.status, 303);
    assert!(!desk.page(&case).await.contains("<script>alert"));
}

#[tokio::test]
async fn a_wrong_password_says_nothing_and_leaving_ends_the_session() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let mut pages = Vec::new();
    for login in ["li.na", "nobody"] {
        let answer = desk.send("/staff", &format!("login={login}&password=wrong")).await;
        assert_eq!(answer.status, 401);
        assert!(answer.headers.get("set-cookie").is_none());
        pages.push(text(&answer).replace(login, ""));
    }
    assert_eq!(pages[0], pages[1]);
    let queue = desk.page("/staff/cases").await;
    let left = desk.submit(&queue, "/staff/leave", &[]).await;
    assert_eq!((left.status, left.header("location")), (303, "/staff"));
    assert_eq!(desk.get("/staff/cases").await.status, 401);
    assert!(text(&desk.get("/staff/cases").await).contains("请重新登录"));
}

#[tokio::test]
async fn the_first_time_an_authenticator_is_enrolled_and_recovery_codes_are_shown_once() {
    let service = Service::start_reviewing(registry()).await;
    let command = CreateStaff {
        login: "new.one".parse().unwrap(),
        name: "新人".parse().unwrap(),
        office: registry(),
        role: StaffRole::Reviewer,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    let account = create_staff(&service.platform, command).await.unwrap();
    let mut desk = Desk {
        service: &service,
        secret: TotpSecret::generate(&SeededEntropy::labelled(1, "unused")),
        login: "new.one".into(),
        cookie: String::new(),
    };
    // The right password, and security has not let the account in.
    let waits = desk.send("/staff", "login=new.one&password=correct+horse+battery").await;
    assert_eq!(waits.status, 403);
    assert!(text(&waits).contains("尚未由安全管理员启用"));
    assert!(waits.headers.get("set-cookie").is_none());
    let mut security = Desk::security(&service).await;
    security.come_in().await;
    let accounts = security.page("/staff/accounts").await;
    let released = format!("/staff/accounts/{account}/release");
    let answer = security.submit(&accounts, &released, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/staff/accounts"));
    desk.password().await;
    let page = desk.page("/staff/code").await;
    assert!(page.contains("class=\"qr\"") && page.contains("id=\"secret\""));
    let again = desk.page("/staff/code").await;
    let secret = |page: &str| page.split("id=\"secret\">").nth(1).unwrap()[..39].to_owned();
    assert_eq!(secret(&page), secret(&again), "a page that is loaded again shows the same secret");
    let wrong = desk.submit(&page, "/staff/code", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 401);
}

/// The form of another password, as somebody fills it.
const fn fill<'a>(
    present: &'a str,
    code: &'a str,
    new: &'a str,
    again: &'a str,
) -> [(&'static str, &'a str); 4] {
    [("present", present), ("code", code), ("new", new), ("again", again)]
}

#[tokio::test]
async fn staff_changes_the_own_password_on_a_page_of_its_own_without_a_script() {
    const CHANGE: &str = "/staff/password";
    const NEW: &str = "seven quiet lanterns";
    let service = Service::start_reviewing(registry()).await;
    let mut desk = Desk::reviewer(&service, "li.na", "李娜").await;
    assert!(desk.page("/staff/cases").await.contains("href=\"/staff/password\""));
    let page = desk.page(CHANGE).await;
    service.clock.advance_ms(60_000);
    let code = desk.secret.code_at(service.clock.now());

    // What is wrong stands at its field, and nothing that was typed comes back.
    for (typed, status, field, told) in [
        (fill("wrong horse battery", &code, NEW, NEW), 422, "present", "当前密码不正确"),
        (fill(PASSWORD, "000000", NEW, NEW), 401, "code", "动态口令不正确"),
        (fill(PASSWORD, &code, "short", "short"), 422, "new", "密码长度不符合要求"),
        (fill(PASSWORD, &code, NEW, PASSWORD), 422, "again", "两次输入的新密码不一致"),
        (fill(PASSWORD, &code, "li.na-123456789", "li.na-123456789"), 422, "new", "太容易猜到"),
    ] {
        let answer = desk.submit(&page, CHANGE, &typed).await;
        let shown = text(&answer);
        assert_eq!(answer.status, status, "{field}: {shown}");
        let (before, after) = shown.split_once(&format!("id=\"{field}\"")).unwrap();
        let label = before.rsplit("<label").next().unwrap();
        assert!(label.contains(told), "{field}: {shown}");
        assert!(after.split('>').next().unwrap().contains("aria-invalid=\"true\""), "{field}");
        for typed in [PASSWORD, NEW, "wrong horse battery"] {
            assert!(!shown.contains(typed), "{field}: it comes back");
        }
        assert!(answer.headers.get("set-cookie").is_none(), "{field}: {:?}", answer.headers);
    }
    let english = desk.get("/staff/password?lang=en").await;
    assert!(text(&english).contains("Change your password"));

    // Without the token of the page nothing happens.
    let stolen = format!("csrf={}&key=k&present=x&code=1&new=y&again=y", "0".repeat(64));
    assert_eq!(desk.send(CHANGE, &stolen).await.status, 403);

    let before = desk.cookie.clone();
    let answer = desk.submit(&page, CHANGE, &fill(PASSWORD, &code, NEW, NEW)).await;
    assert_eq!(answer.status, 200, "{}", text(&answer));
    assert!(text(&answer).contains("密码已修改"));
    desk.keep(&answer);
    assert_ne!(desk.cookie, before);
    assert_eq!(desk.get("/staff/cases").await.status, 200, "this session goes on");
    desk.cookie = before;
    assert_eq!(desk.get("/staff/cases").await.status, 401, "the one of before is over");
    let old = desk.send("/staff", "login=li.na&password=correct+horse+battery").await;
    assert_eq!(old.status, 401);
    let new = desk.send("/staff", "login=li.na&password=seven+quiet+lanterns").await;
    assert_eq!((new.status, new.header("location")), (303, "/staff/code"));
}

/// A form with a file, as a browser sends it.
pub(crate) fn form_with_file(page: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields.iter().copied().chain([("key", key_of(page))]) {
        let part =
            format!("--heqi\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--heqi\r\ncontent-disposition: form-data; name=\"{}\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n",
        file.0
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.1);
    body.extend_from_slice(b"\r\n--heqi--\r\n");
    body
}

/// The name of the act of the form with a file.
fn key_of(page: &str) -> &str {
    let form = page.split("multipart/form-data").nth(1).expect("a form with a file");
    form.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn edge_case_11_an_officer_puts_a_name_right_on_the_page_and_the_receipt_shows_both() {
    let service = Service::start_reviewing(registry()).await;
    let invited = signed(&service).await;
    let desk = Desk::reviewer(&service, "li.na", "李娜").await;
    let page = desk.page("/staff/corrections").await;
    let csrf = crate::matrix::csrf_of(&page);
    let path = format!("/api/v1/filings/{}", invited.filing);
    let view: Value = service.get(HANDLER, &path).await.json(200);
    let number = view["number"].as_str().unwrap();
    let photo = heqi_testkit::files::photo("police");
    let send = async |csrf: &str, name: &str| {
        let page = desk.page("/staff/corrections").await;
        let fields = [
            ("csrf", csrf),
            ("number", number),
            ("name", name),
            ("new_name", "陈素瑛"),
            ("issuer", "杭州市公安局临安区分局"),
            ("issued_on", "2026-11-20"),
            ("grounds", "证明与户口簿一致"),
        ];
        let body = form_with_file(&page, &fields, ("certificate", &photo));
        let headers = [
            ("cookie", desk.cookie.as_str()),
            ("content-type", "multipart/form-data; boundary=heqi"),
            ("sec-fetch-site", "same-origin"),
        ];
        service.send(Method::POST, "/staff/corrections", "", &headers, Some(body)).await
    };
    assert_eq!(send("made-up", "陈素英").await.status, 403);
    let wrong = send(&csrf, "林嘉伟").await;
    assert_eq!(wrong.status, 404);
    assert!(text(&wrong).contains("未作更正") && text(&wrong).contains("杭州市公安局临安区分局"));
    let done = send(&csrf, "陈素英").await;
    let told = text(&done);
    assert_eq!(done.status, 200, "{told}");
    assert!(told.contains("已更正并记录") && told.contains("陈素瑛"), "{told}");
    let view: Value = service.get(HANDLER, &path).await.json(200);
    assert!(view["parties"].as_array().unwrap().iter().any(|party| party["name"] == "陈素瑛"));
    // The signer's receipt shows both.
    let link = crate::journey::link_of_own(&service, &invited.signers[0]).await;
    let browser = crate::journey::Browser::open(&service, &link).await;
    let receipt = browser.page("/sign").await;
    assert!(receipt.contains("陈素瑛（更正前：陈素英"), "{receipt}");
    // The reviewer of the case sees the certificate, as a file and not in our place.
    let case = desk.case().await;
    assert!(desk.page(&case).await.contains("陈素英 → "));
    let file = desk.get(&format!("{case}/correction")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "image/jpeg"));
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.body, photo);
}

#[tokio::test]
async fn a_handler_confirms_at_the_own_desk_and_neither_a_namesake_nor_anybody_else_finds_it() {
    let service = Service::start_reviewing(registry()).await;
    let filing = crate::signer::open(&service).await;
    let path = format!("/api/v1/filings/{filing}");
    crate::signer::attach(&service, &filing, "Articles", 2).await.text(201, "document_id");
    let mut parties = Vec::new();
    for (name, capacity) in [("何静", "handler"), ("陈素英", "shareholder")] {
        let body = json!({ "kind": "person", "name": name, "capacities": [capacity] });
        let added = service.post(HANDLER, &format!("{path}/parties"), &body).await;
        parties.push(added.text(201, "party_id"));
    }
    let party = parties.remove(1);
    let own = parties.remove(0);
    let token = crate::signer::invite(&service, &filing, &party).await;
    let device = Device::new(Algorithm::Ed25519, 7, &filing);
    let signer = Signer { filing, party, token, device };
    let view: Value = service.get(HANDLER, &path).await.json(200);
    let number = view["number"].as_str().unwrap();
    let handler = |view: &Value| {
        let parties = view["parties"].as_array().unwrap().clone();
        parties.into_iter().find(|party| party["is_signer"] == json!(false)).expect("a handler")
    };
    let name = handler(&view)["name"].as_str().unwrap().to_owned();
    let desk = Desk::handler(&service, "he.jing", (&name, HE_JING)).await;
    let other = Desk::handler(&service, "zhao.ban", ("赵半", HE_JING)).await;
    let namesake = Desk::handler(&service, "he.jing2", (&name, "330112199003079999")).await;
    let firm = Office { kind: OfficeKind::HandlerFirm, name: "示例代办".parse().unwrap() };
    let mut unbound = Desk::account(&service, "he.jing3", &name, firm, StaffRole::Handler).await;
    unbound.come_in().await;

    // Of a handler without a number, nobody knows whose filing it is.
    let page = desk.page("/staff/filings").await;
    let unknown = desk.submit(&page, "/staff/filings", &[("number", number)]).await;
    assert_eq!(unknown.status, 404, "{}", text(&unknown));
    let contact = json!({ "mobile": "13900000009", "id_number": HE_JING });
    service.post(HANDLER, &format!("{path}/parties/{own}/contact"), &contact).await.json(201);

    let page = desk.page("/staff/filings").await;
    let early = text(&desk.submit(&page, "/staff/filings", &[("number", number)]).await);
    assert!(early.contains("还有 1 份签署没有完成"), "{early}");
    for stranger in [&other, &namesake, &unbound] {
        let page = stranger.page("/staff/filings").await;
        for typed in [number, "00000000", "x"] {
            let none = stranger.submit(&page, "/staff/filings", &[("number", typed)]).await;
            assert_eq!(none.status, 404);
            assert!(text(&none).contains("没有找到由您经办的该办件"));
        }
    }

    signer.sign(&service).await;
    let page = desk.page("/staff/filings").await;
    let asked = text(&desk.submit(&page, "/staff/filings", &[("number", number)]).await);
    assert!(asked.contains("材料和签署情况属实，我没有代他人签署。") && asked.contains("陈素英"));
    let confirm = "/staff/filings/confirmation";
    let size = service.log_size();
    // By somebody else's form, by a namesake who knows the list, with another list: nothing.
    assert_eq!(other.submit(&asked, confirm, &[]).await.status, 403);
    let shown = asked.split("name=\"shown_sha256\" value=\"").nth(1).unwrap();
    let shown = shown.split('"').next().unwrap();
    let page = namesake.page("/staff/filings").await;
    let known = [("number", number), ("shown_sha256", shown)];
    let none = namesake.send(confirm, &filled(&page, "/staff/filings", &known)).await;
    assert_eq!(none.status, 404, "{}", text(&none));
    let stale = "0".repeat(64);
    let changed = desk.submit(&asked, confirm, &[("shown_sha256", stale.as_str())]).await;
    assert_eq!(changed.status, 409);
    // A page of before an update shows other words, or does not say which: the words of now are shown.
    let other = [("number", number), ("statement_sha256", stale.as_str())];
    let of_before = filled(&asked, confirm, &[]);
    let says_which = |pair: &&str| !pair.starts_with("statement_sha256=");
    let of_before: Vec<&str> = of_before.split('&').filter(says_which).collect();
    for body in [filled(&asked, confirm, &other), of_before.join("&")] {
        let changed = desk.send(confirm, &body).await;
        let page = text(&changed);
        assert_eq!(changed.status, 409, "{page}");
        assert!(page.contains("确认声明的文字在您查看后有更新"), "{page}");
        assert!(page.contains("材料和签署情况属实，我没有代他人签署。"), "{page}");
    }
    assert_eq!(service.log_size(), size);
    let page = desk.page("/staff/filings").await;
    let asked = text(&desk.submit(&page, "/staff/filings", &[("number", number)]).await);
    let done = desk.submit(&asked, confirm, &[]).await;
    assert_eq!(done.status, 200, "{}", text(&done));
    assert!(text(&done).contains("您已确认"));
    let view: Value = service.get(HANDLER, &path).await.json(200);
    assert_eq!(handler(&view)["confirmation"]["answer"], "confirmed", "{view}");
}
