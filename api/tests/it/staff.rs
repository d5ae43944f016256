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

mod coming_in;
mod putting_right;
mod reviewing;

pub(crate) use putting_right::form_with_file;

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
