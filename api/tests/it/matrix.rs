//! The matrix of access: every route of the table × every caller.
//!
//! A new kind of caller is one line in [`callers`] (and an arm in [`expected`]); a new route needs
//! nothing here unless its path has a variable of a new name. That the table has every route of
//! the router is a test beside `configure` in `api/src/routes.rs`.

use heqi_api::ApiSettings;
use heqi_api::access::{ACCESS_TABLE, Access, Rule, Verb};
use heqi_registration::Scope;
use heqi_registration::access::{
    CreateApiKey, NextEnd, create_api_key, hash_of, revoke_api_key, rotate_api_key,
};
use heqi_registration::request::StaffRole;
use heqi_registration::session::IDLE_MS;
use reqwest::Method;

use crate::entry::{reached, taken};
use crate::journey::{Browser, link_of};
use crate::service::{
    AUDITOR, AUTHORITY, Answer, HANDLER, OFFICER, OPERATOR, PEER, RETURNING, Service,
};
use crate::signer::{COMPANY, NAMES, invited};

/// Things that stand in paths.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    pub(crate) filing: String,
    pub(crate) party: String,
    pub(crate) document: String,
    pub(crate) signing: String,
    pub(crate) record: String,
    pub(crate) query: String,
    pub(crate) case: String,
    pub(crate) account: String,
}

impl Ids {
    /// Well-formed identifiers of nothing.
    pub(crate) fn of_nothing() -> Self {
        let of = |kind: &str| format!("{kind}_{}", "0".repeat(26));
        Self {
            filing: of("fil"),
            party: of("par"),
            document: of("doc"),
            signing: of("sig"),
            record: of("rec"),
            query: of("rec"),
            case: of("cas"),
            account: of("stf"),
        }
    }

    /// A path of this rule.
    pub(crate) fn path_of(&self, rule: &Rule) -> String {
        let path = rule
            .path
            .replace("{filing_id}", &self.filing)
            .replace("{party_id}", &self.party)
            .replace("{document_id}", &self.document)
            .replace("{signing_id}", &self.signing)
            .replace("{record_id}", &self.record)
            .replace("{query_id}", &self.query)
            .replace("{case_id}", &self.case)
            .replace("{account}", &self.account)
            .replace("{act}", "release")
            .replace("{day}", "2026-11-23")
            .replace("{number}", "1")
            .replace("{origin_sha256}", &"0".repeat(64))
            .replace("{link}", &"0".repeat(26))
            .replace("{custodian}", "data_centre")
            .replace("{kind}", "face")
            .replace("{digest}", "0123456789abcdef")
            .replace("{name}", "style.css")
            .replace("{log}", "platform")
            .replace("{tile:tile/.+}", "tile/0/000");
        assert!(!path.contains('{'), "{path}: say here what stands in its variable");
        path
    }
}

/// Who a caller is, as far as access is concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Is {
    /// Nobody that the service knows, or knows any longer.
    Unknown,
    /// A browser whose session is none, or none any longer.
    WithoutSession,
    /// An API key with one scope.
    Key(Scope),
    /// A signer token; `inside` when code and identity are passed or nobody asks for them.
    Signer { inside: bool },
    /// A browser with a session; `ours` when it sends the token of its pages with what it does.
    Browser { inside: bool, ours: bool },
    /// Staff of this role at a desk; `ours` when it sends the token of its pages with what it does.
    Staff { role: StaffRole, ours: bool },
    /// A phone that was handed one step, without the token of the page.
    Phone,
}

/// How a caller shows it.
#[derive(Clone, Debug)]
enum Shows {
    Nothing,
    Bearer(String),
    Cookie(String),
    /// A cookie, and the token that the pages of its session carry.
    Page {
        cookie: String,
        token: String,
    },
    /// A session that is opened with this link for each request anew: pages end them.
    Link(String),
}

/// What is to come of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expected {
    /// Whatever the handler says: neither 401 nor 403.
    In,
    /// This status, from the door.
    Refused(u16),
    /// A refusal of the use case: the signer has not said who it is.
    Outside,
}

/// What signers reach, and pages show, before it is known who they are.
const DOOR: [&str; 9] = [
    "/api/v1/ceremony/entry",
    "/api/v1/ceremony/code",
    "/api/v1/ceremony/code/check",
    "/api/v1/ceremony/identity",
    "/sign",
    "/sign/code",
    "/sign/code/check",
    "/sign/identity",
    "/sign/leave",
];

fn expected(rule: &Rule, is: Is) -> Expected {
    let is_at_the_door = DOOR.contains(&rule.path);
    let if_so = |may: bool| if may { Expected::In } else { Expected::Refused(403) };
    match (rule.access, is) {
        (Access::Everybody, _) => Expected::In,
        (Access::StaffDoor, Is::Staff { ours, .. }) => if_so(ours || rule.verb == Verb::Get),
        (Access::Staff { roles }, Is::Staff { role, ours }) => {
            if_so(roles.contains(&role) && (ours || rule.verb == Verb::Get))
        }
        (Access::StaffDoor | Access::Staff { .. }, _) => Expected::Refused(401),
        // It helps with one step and reaches nothing else of the signer, here or over the interface.
        (Access::Session, Is::Phone) => {
            if_so(rule.path.starts_with("/handover") && rule.verb == Verb::Get)
        }
        (Access::Only { .. }, Is::Phone) => Expected::Refused(403),
        // Of a session that was handed one step, and of no other.
        (Access::Session, Is::Browser { .. }) if rule.path.starts_with("/handover") => {
            Expected::Refused(403)
        }
        (Access::Session, Is::Browser { inside, ours }) => {
            if_so((inside || is_at_the_door) && (ours || rule.verb == Verb::Get))
        }
        // Credentials of the interface open no page.
        (Access::Session, _)
        | (Access::Only { .. }, Is::Unknown | Is::WithoutSession | Is::Staff { .. }) => {
            Expected::Refused(401)
        }
        (Access::Only { scopes, .. }, Is::Key(scope)) => if_so(scopes.contains(&scope)),
        (Access::Only { signer: true, .. }, Is::Signer { inside: false }) if !is_at_the_door => {
            Expected::Outside
        }
        (Access::Only { signer, .. }, Is::Signer { .. }) => if_so(signer),
        (Access::Only { signer, .. }, Is::Browser { inside, ours }) => {
            if_so(signer && inside && (ours || rule.verb == Verb::Get))
        }
    }
}

/// Everybody who may come, and what they have.
async fn callers(service: &Service) -> (Vec<(&'static str, Is, Shows)>, Ids) {
    let bearer = |token: &str| Shows::Bearer(token.to_owned());
    let platform = &service.platform;
    let mut invited = invited(service, 1).await;
    let signer = invited.signers.remove(0);
    let link = link_of(service, &signer).await;
    let left = Browser::open(service, &link).await;
    let page = left.page("/sign").await;
    let token = csrf_of(&page);
    left.send("/sign/leave", &[], &format!("csrf={token}")).await;
    let idle = Browser::open(service, &link).await.cookie;
    service.clock.advance_ms(IDLE_MS);

    let (_, _, outside) = reached(service).await;
    taken(service).await;
    let door = service.get(&outside, "/api/v1/ceremony/entry").await.json(200);
    let ceremony = serde_json::from_value(door["ceremony_id"].clone()).unwrap();
    let link_outside = heqi_registration::invite::link_of(platform, ceremony);
    let key_of = async |text: &str| {
        let scopes = Scope::ALL.into_iter().collect();
        let (label, hash) = ("old".to_owned(), hash_of(text));
        let command = CreateApiKey { label, scopes, custodian: None, ends_at: None, hash };
        create_api_key(platform, command).await.unwrap()
    };
    revoke_api_key(platform, &key_of("heqi_revoked").await).await.unwrap();
    let old = key_of("heqi_rotated_out").await;
    let next = (hash_of("heqi_rotated_in"), NextEnd::AsBefore);
    rotate_api_key(platform, &old, next, 0).await.unwrap();

    let none = "__Host-heqi_session=heqi_session_made_up".to_owned();
    let ids = Ids {
        filing: invited.filing,
        party: signer.party.clone(),
        document: invited.document,
        ..Ids::of_nothing()
    };
    let phone = crate::journey::handover::phone_with_a_step(service).await;
    let inside = |ours| Is::Browser { inside: true, ours };
    let at_the_door = |ours| Is::Browser { inside: false, ours };
    let mut callers = vec![
        ("nobody", Is::Unknown, Shows::Nothing),
        ("a made-up key", Is::Unknown, bearer("heqi_filings_made_up")),
        ("a revoked key", Is::Unknown, bearer("heqi_revoked")),
        ("a key that was rotated out", Is::Unknown, bearer("heqi_rotated_out")),
        ("a link used as a key", Is::Unknown, bearer(link.trim_start_matches("/s/"))),
        ("a session used as a key", Is::Unknown, bearer(idle.split_once('=').unwrap().1)),
        ("a key of filings", Is::Key(Scope::Filings), bearer(HANDLER)),
        ("a key of evidence", Is::Key(Scope::Evidence), bearer(AUDITOR)),
        ("a key of coverage", Is::Key(Scope::Coverage), bearer(OPERATOR)),
        ("a key of the witness", Is::Key(Scope::Witness), bearer(PEER)),
        ("a key of data protection", Is::Key(Scope::DataProtection), bearer(OFFICER)),
        ("a key of legal hold", Is::Key(Scope::LegalHold), bearer(AUTHORITY)),
        ("a key of a custodian", Is::Key(Scope::CustodyReturn), bearer(RETURNING)),
        ("a signer", Is::Signer { inside: true }, bearer(&signer.token)),
        ("a signer before the code", Is::Signer { inside: false }, bearer(&outside)),
        ("a made-up session", Is::WithoutSession, Shows::Cookie(none)),
        ("a session that was left", Is::WithoutSession, Shows::Cookie(left.cookie.clone())),
        ("a session that idled", Is::WithoutSession, Shows::Cookie(idle)),
        ("a browser", inside(true), Shows::Link(link.clone())),
        ("a browser without the token of the page", inside(false), Shows::Link(link)),
        ("a browser before the code", at_the_door(true), Shows::Link(link_outside.clone())),
        ("the same without the token", at_the_door(false), Shows::Link(link_outside)),
        ("a phone that was handed a step", Is::Phone, Shows::Cookie(phone)),
    ];
    for role in StaffRole::ALL {
        let own = crate::staff::at_a_desk(service, role).await;
        let other = crate::staff::at_another_desk(service, role).await;
        for (names, (cookie, token)) in [(names_of(role), own), (names_elsewhere(role), other)] {
            let [with, without] = names;
            callers.push((without, Is::Staff { role, ours: false }, Shows::Cookie(cookie.clone())));
            callers.push((with, Is::Staff { role, ours: true }, Shows::Page { cookie, token }));
        }
    }
    for (name, key) in keys_elsewhere().await {
        callers.push((name, Is::Unknown, Shows::Bearer(key)));
    }
    let keys = callers.iter().filter(|(_, is, _)| matches!(is, Is::Key(_)));
    assert_eq!(keys.count(), Scope::ALL.len(), "a scope without a caller");
    (callers, ids)
}

/// Staff of a role, with the token of the page and without it.
const fn names_of(role: StaffRole) -> [&'static str; 2] {
    match role {
        StaffRole::Reviewer => ["a reviewer", "a reviewer without the token of the page"],
        StaffRole::Handler => ["a handler", "a handler without the token of the page"],
        StaffRole::Operator => ["an operator", "an operator without the token of the page"],
        StaffRole::Regulator => ["a regulator", "a regulator without the token of the page"],
        StaffRole::Security => {
            ["a security officer", "a security officer without the token of the page"]
        }
        StaffRole::Auditor => ["an auditor", "an auditor without the token of the page"],
    }
}

/// The same of another organisation. The door asks for the role; what is whose, the use case decides:
/// `staff_objects.rs` asks for each thing of others.
const fn names_elsewhere(role: StaffRole) -> [&'static str; 2] {
    match role {
        StaffRole::Reviewer => {
            ["a reviewer of another office", "a reviewer of another office without the token"]
        }
        StaffRole::Handler => {
            ["a handler of another firm", "a handler of another firm without the token"]
        }
        StaffRole::Operator => ["another operator", "another operator without the token"],
        StaffRole::Regulator => {
            ["a regulator of another office", "a regulator of another office without the token"]
        }
        StaffRole::Security => {
            ["a security officer of a firm", "a security officer of a firm without the token"]
        }
        StaffRole::Auditor => ["an auditor of a firm", "an auditor of a firm without the token"],
    }
}

/// A key of every scope that another platform gave out, and is good there.
async fn keys_elsewhere() -> Vec<(&'static str, String)> {
    let elsewhere = Service::start().await;
    let mut keys = Vec::new();
    for scope in Scope::ALL {
        let key = format!("heqi_{scope}_elsewhere");
        let (label, hash) = (scope.to_string(), hash_of(&key));
        let custodian = Some(heqi_registration::Custodian::DataCentre);
        let command =
            CreateApiKey { label, scopes: [scope].into(), custodian, ends_at: None, hash };
        create_api_key(&elsewhere.platform, command).await.unwrap();
        let name = match scope {
            Scope::Filings => "a key of filings of another platform",
            Scope::Evidence => "a key of evidence of another platform",
            Scope::Coverage => "a key of coverage of another platform",
            Scope::Witness => "a key of the witness of another platform",
            Scope::DataProtection => "a key of data protection of another platform",
            Scope::LegalHold => "a key of legal hold of another platform",
            Scope::CustodyReturn => "a key of a custodian of another platform",
        };
        keys.push((name, key));
    }
    keys
}

/// The token that the pages of a session carry.
pub(crate) fn csrf_of(page: &str) -> String {
    page.split("name=\"csrf\" content=\"").nth(1).unwrap()[..64].to_owned()
}

/// One request of a caller: to a page as a form, else without a body, so that nobody who is let in
/// does anything.
async fn ask(service: &Service, rule: &Rule, is: Is, shows: &Shows, ids: &Ids) -> Answer {
    let method = if rule.verb == Verb::Get { Method::GET } else { Method::POST };
    let (mut cookie, mut bearer, mut csrf) = (String::new(), "", "0".repeat(64));
    match shows {
        Shows::Nothing => {}
        Shows::Bearer(token) => bearer = token,
        Shows::Cookie(kept) => cookie.clone_from(kept),
        Shows::Page { cookie: kept, token } => {
            cookie.clone_from(kept);
            csrf.clone_from(token);
        }
        Shows::Link(link) => {
            let browser = Browser::open(service, link).await;
            if matches!(is, Is::Browser { ours: true, .. }) {
                csrf = csrf_of(&browser.page("/sign").await);
            }
            cookie = browser.cookie;
        }
    }
    let mut headers = Vec::new();
    if !cookie.is_empty() {
        headers.push(("cookie", cookie.as_str()));
        headers.push(("x-csrf-token", csrf.as_str()));
    }
    let is_form = !matches!(rule.access, Access::Everybody | Access::Only { .. });
    let body = (is_form && rule.verb == Verb::Post).then(|| {
        if has_file(rule.path) {
            headers.push(("content-type", "multipart/form-data; boundary=b"));
            let part = "Content-Disposition: form-data; name=\"csrf\"";
            return format!("--b\r\n{part}\r\n\r\n{csrf}\r\n--b--\r\n").into_bytes();
        }
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        format!("csrf={csrf}&{}", form_of(rule.path)).into_bytes()
    });
    service.send(method, &ids.path_of(rule), bearer, &headers, body).await
}

/// Whether the form of a page brings a file, and so its token in a part.
fn has_file(path: &str) -> bool {
    ["/sign/seal", "/sign/guardian", "/staff/corrections", "/comparison", "/documents"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// What the form of a page says beside its token. Whatever is not here says nothing more: whoever
/// is let in is told that the form is incomplete.
fn form_of(path: &str) -> &'static str {
    match path {
        "/sign/code/check" => "code=000000",
        "/sign/decline" => "reason=",
        // A number that no filing has.
        "/staff/filings" => "number=00000000&key=0123456789abcdef",
        _ => "",
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    // Every route times every caller is more than the rates of one address allow.
    let mut settings = ApiSettings::default();
    settings.rates.enabled = false;
    let service = Service::start_with(settings, None).await;
    let (callers, ids) = Box::pin(callers(&service)).await;
    let mut asked = 0;
    for rule in ACCESS_TABLE {
        for (name, is, shows) in &callers {
            let place = format!("{:?} {} for {name}", rule.verb, rule.path);
            // A refusal to sign, and leaving a desk, would end what the next requests come with.
            let expected = expected(rule, *is);
            let ends = ["/sign/decline", "/staff/leave"].contains(&rule.path);
            if expected == Expected::In && ends && rule.verb == Verb::Post {
                continue;
            }
            let size = service.log_size();
            let answer = ask(&service, rule, *is, shows, &ids).await;
            asked += 1;
            assert_ne!(answer.status, 405, "{place}: the table has it and the router does not");
            match expected {
                Expected::In => {
                    assert!(![401, 403].contains(&answer.status), "{place}: {}", answer.status);
                }
                Expected::Outside => {
                    let shown = String::from_utf8_lossy(&answer.body);
                    assert!((400..500).contains(&answer.status), "{place}: {}", answer.status);
                    let is_told = rule.verb == Verb::Get;
                    assert!(!is_told || [403, 404].contains(&answer.status), "{place}: {shown}");
                }
                Expected::Refused(status) => {
                    assert_eq!(answer.status, status, "{place}");
                    let is_keyless = matches!(is, Is::Unknown | Is::Staff { .. });
                    let asks = status == 401 && !rule.is_page() && is_keyless;
                    assert_eq!(answer.header("www-authenticate") == "Bearer", asks, "{place}");
                }
            }
            if expected != Expected::In {
                assert_eq!(service.log_size(), size, "{place} was refused and wrote something");
                let shown = String::from_utf8_lossy(&answer.body);
                for told in NAMES.iter().chain([&COMPANY]) {
                    assert!(!shown.contains(told), "{place} was refused and told {told}");
                }
            }
        }
    }
    println!("{} routes, {} callers, {asked} requests", ACCESS_TABLE.len(), callers.len());
}
