//! What other sites, odd addresses and doubled headers try through a signer's browser.

use heqi_api::ApiSettings;
use heqi_api::access::{ACCESS_TABLE, Access, Rule, Verb};
use reqwest::Method;
use serde_json::json;

use crate::entry::{reached, taken};
use crate::journey::{Browser, filled, link_of};
use crate::matrix::{Ids, csrf_of};
use crate::service::{HANDLER, Service};
use crate::signer::{NAMES, attach, invite, invited, open};

async fn unlimited() -> Service {
    let mut settings = ApiSettings::default();
    settings.rates.enabled = false;
    Service::start_with(settings, None).await
}

fn posts_of_a_session() -> impl Iterator<Item = &'static Rule> {
    ACCESS_TABLE.iter().filter(|rule| rule.access == Access::Session && rule.verb == Verb::Post)
}

/// Forms that [`at_the_form`] finds on their pages. Of every other POST of a session the refusals
/// are tried all the same, with a form that has nothing but the token.
const KNOWN_FORMS: [&str; 7] = [
    "/sign/code",
    "/sign/code/check",
    "/sign/identity",
    "/sign/consent",
    "/sign/read",
    "/sign/decline",
    "/sign/leave",
];

/// A browser that stands where this form is, and the form as the page sends it.
async fn at_the_form<'a>(service: &'a Service, rule: &Rule) -> (Browser<'a>, String) {
    let sign = "/sign";
    let (link, is_at_the_door) = match rule.path {
        "/sign/code" | "/sign/code/check" | "/sign/identity" => {
            let (_, _, token) = reached(service).await;
            taken(service).await;
            let door = service.get(&token, "/api/v1/ceremony/entry").await.json(200);
            let ceremony = serde_json::from_value(door["ceremony_id"].clone()).unwrap();
            (heqi_registration::invite::link_of(&service.platform, ceremony), true)
        }
        _ => {
            let signer = invited(service, 1).await.signers.remove(0);
            (link_of(service, &signer).await, false)
        }
    };
    let browser = Browser::open(service, &link).await;
    let page = browser.page(sign).await;
    let csrf = csrf_of(&page);
    let mut code = String::new();
    if is_at_the_door && rule.path != "/sign/code" {
        let sent = browser.submit(&page, "/sign/code", &[("channel", "sms")]).await;
        assert_eq!(sent.status, 303);
        let sent = taken(service).await;
        code.clone_from(sent.iter().find_map(|message| message.values.get("code")).unwrap());
    }
    let form = match rule.path {
        "/sign/code" => filled(&page, rule.path, &[("channel", "sms")]),
        "/sign/code/check" => filled(&browser.page(sign).await, rule.path, &[("code", &code)]),
        "/sign/identity" => {
            let page = browser.page(sign).await;
            let answer = browser.submit(&page, "/sign/code/check", &[("code", &code)]).await;
            assert_eq!(answer.status, 303);
            filled(&browser.page(sign).await, rule.path, &[("last_four", "0006")])
        }
        "/sign/consent" => filled(&page, rule.path, &[("decision", "granted")]),
        "/sign/read" => {
            for _ in 0..4 {
                browser.answer("granted").await;
            }
            filled(&browser.page(sign).await, rule.path, &[("seconds", "7")])
        }
        "/sign/decline" => {
            filled(&browser.page("/sign/decline").await, rule.path, &[("reason", "no")])
        }
        _ => format!("csrf={csrf}"),
    };
    assert!(form.contains(&csrf), "{form}");
    (browser, form)
}

#[tokio::test]
async fn a_post_of_a_session_does_nothing_unless_a_page_of_this_session_makes_it() {
    let service = unlimited().await;
    let somebody = invited(&service, 1).await.signers.remove(0);
    let other = Browser::open(&service, &link_of(&service, &somebody).await).await;
    let other = csrf_of(&other.page("/sign").await);
    let mut seen = 0;
    for rule in posts_of_a_session() {
        let (browser, form) = at_the_form(&service, rule).await;
        let csrf = csrf_of(&browser.page("/sign").await);
        let before = browser.page("/sign").await;
        let size = service.log_size();
        let another = |with: &str| form.replace(&csrf, with);
        let same = ("sec-fetch-site", "same-origin");
        for (what, headers, body) in [
            ("from another site", vec![("sec-fetch-site", "cross-site")], form.clone()),
            ("from a sister site", vec![("sec-fetch-site", "same-site")], form.clone()),
            ("from a site we do not know", vec![("sec-fetch-site", "else")], form.clone()),
            ("from two sites", vec![same, ("sec-fetch-site", "cross-site")], form.clone()),
            ("without the token", vec![same], form.replace("csrf=", "c=")),
            ("with an empty token", vec![same], another("")),
            ("with a made-up token", vec![same], another(&"0".repeat(64))),
            ("with the token of another session", vec![same], another(&other)),
            ("with the token in large letters", vec![same], another(&csrf.to_uppercase())),
            ("with the token twice", vec![same], format!("{form}&csrf={csrf}")),
        ] {
            let answer = browser.send(rule.path, &headers, &body).await;
            let place = format!("{} {what}", rule.path);
            assert!([400, 403].contains(&answer.status), "{place}: {}", answer.status);
            assert!(answer.headers.get("set-cookie").is_none(), "{place}");
            assert_eq!(service.log_size(), size, "{place} wrote something");
            assert!(taken(&service).await.is_empty(), "{place} sent a message");
        }
        // As text, as JSON, as a file: what another site can send without being asked.
        for kind in ["text/plain", "multipart/form-data; boundary=b", "application/json"] {
            let headers = [("cookie", browser.cookie.as_str()), ("content-type", kind)];
            let body = Some(form.clone().into_bytes());
            let answer = service.send(Method::POST, rule.path, "", &headers, body).await;
            let refused = if KNOWN_FORMS.contains(&rule.path) { &[415][..] } else { &[403, 415] };
            assert!(refused.contains(&answer.status), "{} as {kind}", rule.path);
        }
        let after = browser.page("/sign").await;
        let fresh = |page: &str| page.split("name=\"key\"").count();
        assert_eq!(fresh(&after), fresh(&before), "{}: the signer stands elsewhere", rule.path);
        if !KNOWN_FORMS.contains(&rule.path) {
            continue;
        }
        // The very form works where it belongs.
        let answer = browser.send(rule.path, &[same], &form).await;
        assert!([200, 303].contains(&answer.status), "{}: {}", rule.path, answer.status);
        seen += 1;
    }
    assert_eq!(seen, KNOWN_FORMS.len());
}

#[tokio::test]
async fn a_post_of_the_interface_by_cookie_does_nothing_from_elsewhere() {
    let service = unlimited().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    let csrf = csrf_of(&browser.page("/sign").await);
    let size = service.log_size();
    let ids =
        Ids { filing: signer.filing.clone(), party: signer.party.clone(), ..Ids::of_nothing() };
    for rule in ACCESS_TABLE {
        let Access::Only { signer: true, .. } = rule.access else { continue };
        let method = if rule.verb == Verb::Get { Method::GET } else { Method::POST };
        for (site, token) in [
            ("cross-site", csrf.clone()),
            ("same-site", csrf.clone()),
            ("same-origin", "0".repeat(64)),
            ("same-origin", String::new()),
        ] {
            if rule.verb == Verb::Get && site == "same-origin" {
                continue;
            }
            let headers = [
                ("cookie", browser.cookie.as_str()),
                ("sec-fetch-site", site),
                ("x-csrf-token", token.as_str()),
                ("content-type", "application/json"),
                ("idempotency-key", "k"),
            ];
            let body = (rule.verb == Verb::Post).then(|| b"{}".to_vec());
            let path = ids.path_of(rule);
            let answer = service.send(method.clone(), &path, "", &headers, body).await;
            answer.is_problem(403, "forbidden");
        }
    }
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn no_address_or_header_sends_a_browser_to_another_site() {
    let service = unlimited().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let link = link_of(&service, &signer).await;
    let elsewhere = "evil.example";
    let query =
        "next=https://evil.example/&return_to=//evil.example&url=%2F%2Fevil.example&lang=en";
    let mut redirects = 0;
    for rule in ACCESS_TABLE.iter().filter(|rule| rule.is_page()) {
        let browser = Browser::open(&service, &link).await;
        let path =
            Ids::of_nothing().path_of(rule).replace(&format!("/s/{}", "0".repeat(26)), &link);
        let form = if rule.verb == Verb::Post {
            let csrf = csrf_of(&browser.page("/sign").await);
            format!("csrf={csrf}&{query}")
        } else {
            String::new()
        };
        let headers = [
            ("cookie", browser.cookie.as_str()),
            ("host", elsewhere),
            ("x-forwarded-host", elsewhere),
            ("x-forwarded-proto", "gopher"),
            ("forwarded", "host=evil.example"),
            ("x-original-url", "//evil.example"),
            ("referer", "https://evil.example/"),
            ("origin", "https://evil.example"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let method = if rule.verb == Verb::Get { Method::GET } else { Method::POST };
        let body = (rule.verb == Verb::Post).then(|| form.into_bytes());
        for path in [format!("{path}?{query}"), format!("/{path}?{query}")] {
            let answer = service.send(method.clone(), &path, "", &headers, body.clone()).await;
            let led = answer.header("location");
            let is_ours = ACCESS_TABLE.iter().any(|rule| rule.path == led);
            assert!(led.is_empty() || is_ours, "{path} leads to {led}");
            redirects += usize::from(!led.is_empty());
            assert!(answer.header("refresh").is_empty(), "{path}");
            let shown = String::from_utf8_lossy(&answer.body);
            assert!(!shown.contains(elsewhere), "{path} shows the other site: {shown}");
        }
    }
    assert!(redirects > 0);
}

#[tokio::test]
async fn nothing_of_a_request_becomes_a_header_of_the_answer() {
    let service = unlimited().await;
    let filing = open(&service).await;
    let odd = "%0d%0aX-Injected:%201%0d%0aSet-Cookie:%20a=b";
    attach(&service, &filing, &format!("A{odd}%22;x=%22"), 1).await;
    let answer = attach(&service, &filing, "Articles", 1).await;
    let document = answer.text(201, "document_id");
    let path = format!("/api/v1/filings/{filing}/parties");
    let body = json!({ "kind": "person", "name": NAMES[0], "capacities": ["shareholder"] });
    let party = service.post(HANDLER, &path, &body).await.text(201, "party_id");
    let token = invite(&service, &filing, &party).await;
    let clean = |answer: &crate::service::Answer, place: &str| {
        assert!(answer.headers.get("x-injected").is_none(), "{place}");
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let is_ours = cookie.starts_with("heqi_") || cookie.starts_with("__Host-heqi_");
            assert!(is_ours && !cookie.contains("a=b"), "{place}: {cookie}");
        }
    };
    let http = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
    for rule in ACCESS_TABLE {
        let path = rule.path.split('{').next().unwrap().trim_end_matches('/').to_owned();
        let method = if rule.verb == Verb::Get { Method::GET } else { Method::POST };
        let cookie = [
            ("cookie", "heqi_lang=en%0d%0aX-Injected:1; heqi_text=large%0aX-Injected:1"),
            ("accept-language", "en;q=1\tX-Injected: 1"),
            ("x-request-id", "1%0d%0aX-Injected:1"),
        ];
        for path in [
            format!("{path}?lang=en{odd}&text=large{odd}&title={odd}"),
            format!("{path}/{odd}"),
            format!("{path}?{odd}"),
        ] {
            for token in ["", HANDLER, token.as_str()] {
                let url = format!("{}{path}", service.running.url());
                let mut request = http.request(method.clone(), url);
                for (name, value) in cookie {
                    request = request.header(name, value);
                }
                let response = request.bearer_auth(token).send().await.unwrap();
                let headers = response.headers().clone();
                let answer = crate::service::Answer { status: 0, headers, body: Vec::new() };
                clean(&answer, &path);
            }
        }
    }
    clean(&service.get(&token, &format!("/api/v1/documents/{document}")).await, "the document");
}

#[tokio::test]
async fn a_header_that_says_two_things_is_refused_before_anybody_reads_either() {
    let service = unlimited().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let browser = Browser::open(&service, &link_of(&service, &signer).await).await;
    let csrf = csrf_of(&browser.page("/sign").await);
    let size = service.log_size();
    let bearer = format!("Bearer {}", signer.token);
    let made_up = "Bearer heqi_filings_made_up";
    let staff = format!("Bearer {HANDLER}");
    for (first, second) in [
        (bearer.as_str(), made_up),
        (made_up, bearer.as_str()),
        (bearer.as_str(), staff.as_str()),
        (bearer.as_str(), bearer.as_str()),
    ] {
        let both = [("authorization", first), ("authorization", second)];
        let answer = service.send(Method::GET, "/api/v1/ceremony", "", &both, None).await;
        answer.is_problem(400, "malformed_header");
    }
    let body = || Some(b"{}".to_vec());
    let decline = "/api/v1/ceremony/decline";
    let json = ("content-type", "application/json");
    for twice in [
        vec![("content-type", "text/plain"), json, ("authorization", bearer.as_str())],
        vec![json, ("cookie", &browser.cookie), ("x-csrf-token", &csrf), ("x-csrf-token", "0")],
        vec![json, ("cookie", &browser.cookie), ("x-csrf-token", "0"), ("x-csrf-token", &csrf)],
    ] {
        let mut headers = twice;
        headers.push(("idempotency-key", "k"));
        let answer = service.send(Method::POST, decline, "", &headers, body()).await;
        answer.is_problem(400, "malformed_header");
    }
    // Two hosts are refused by the reader of HTTP already.
    let http = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
    let twice = http.get(format!("{}/sign", service.running.url()));
    let twice = twice.header("host", "a").header("host", "b").send().await.unwrap();
    assert_eq!(twice.status().as_u16(), 400);
    // Two sessions in one request are none, in one header or in two.
    let other = Browser::open(&service, &link_of(&service, &signer).await).await.cookie;
    let joined = format!("{}; {other}", browser.cookie);
    for cookies in [vec![joined.as_str()], vec![browser.cookie.as_str(), other.as_str()]] {
        let headers: Vec<_> = cookies.into_iter().map(|cookie| ("cookie", cookie)).collect();
        let answer = service.send(Method::GET, "/sign", "", &headers, None).await;
        assert_eq!(answer.status, 401);
    }
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_credential_in_the_address_or_in_another_scheme_is_none() {
    let service = unlimited().await;
    let signer = invited(&service, 1).await.signers.remove(0);
    let token = &signer.token;
    for path in [
        format!("/api/v1/ceremony?token={token}"),
        format!("/api/v1/ceremony?access_token={token}"),
        format!("/api/v1/ceremony?authorization=Bearer%20{token}"),
    ] {
        service.get("", &path).await.is_problem(401, "unauthorized");
    }
    for header in [
        format!("Basic {token}"),
        format!("Bearer{token}"),
        format!("Token {token}"),
        token.clone(),
        format!("Bearer {token} "),
        format!("Bearer \"{token}\""),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {}", token.to_uppercase()),
    ] {
        let headers = [("authorization", header.as_str())];
        let answer = service.send(Method::GET, "/api/v1/ceremony", "", &headers, None).await;
        // White space behind a value is no part of it (RFC 9110, 5.5).
        let is_the_same = header.trim_end() == format!("Bearer {token}");
        assert_eq!(answer.status, if is_the_same { 200 } else { 401 }, "{header}");
    }
}

#[tokio::test]
async fn nothing_is_exported_as_csv_so_nothing_of_it_runs_in_a_spreadsheet() {
    let service = Service::start().await;
    let described = String::from_utf8(service.get("", "/api/openapi.json").await.body).unwrap();
    for kind in ["text/csv", "spreadsheet", "ms-excel", "tab-separated"] {
        assert!(
            !described.contains(kind),
            "{kind} is exported now: cells that begin with = + - @ must be quoted, and a test"
        );
    }
    // Files that people keep are PDF and bundles; the names in them are of our making.
    let signer = invited(&service, 1).await.signers.remove(0);
    let receipt = signer.sign(&service).await;
    let record = receipt["record_id"].as_str().unwrap();
    let path = format!("/api/v1/records/{record}/bundle");
    let bundle = service.get(&signer.token, &path).await;
    let name = bundle.header("content-disposition");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ;=\"._-*'%".contains(c);
    assert!(name.starts_with("attachment") && name.chars().all(is_plain), "{name}");
}
