mod logged;

use std::io;

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderMap,
    STRICT_TRANSPORT_SECURITY,
};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body, try_call_service};
use actix_web::{App, HttpResponse, web};
use heqi_vocabulary::{Explain, Explanation, FilingId, Language};
use serde::Deserialize;

use super::*;
use crate::client_address::ClientAddress;
use crate::limits::{Limits, collect};
use crate::metrics::Metrics;
use crate::problem::{PROBLEM_JSON, ProblemDocument};
use crate::security_headers::ContentPolicy;
use crate::testing::Counting;

#[derive(Deserialize)]
struct Wanted {
    count: u8,
}

#[derive(Debug, thiserror::Error)]
#[error("the ceremony is over")]
struct Over;

impl Explain for Over {
    fn code(&self) -> &'static str {
        "ceremony_over"
    }

    fn explain(&self, language: Language) -> Explanation {
        match language {
            Language::Zh => Explanation::new("签署已经结束。", "请查看回执。"),
            Language::En => Explanation::new("The ceremony is over.", "See your receipt."),
        }
    }
}

async fn read_json(wanted: web::Json<Wanted>) -> String {
    wanted.count.to_string()
}

async fn who(client: ClientAddress, id: RequestId) -> String {
    format!("{client} {id}")
}

fn routes(app: &mut web::ServiceConfig) {
    Limits { json_bytes: 64, ..Limits::default() }.apply(app);
    app.service(web::resource("/json").route(web::post().to(read_json)))
        .route(
            "/query",
            web::get().to(|wanted: web::Query<Wanted>| async move { wanted.count.to_string() }),
        )
        .route(
            "/filings/{filing}",
            web::get().to(|id: web::Path<FilingId>| async move { id.to_string() }),
        )
        .route(
            "/over",
            web::get().to(|| async { Err::<String, _>(Problem::new(StatusCode::CONFLICT, &Over)) }),
        )
        .route(
            "/fire",
            web::get().to(|| async {
                Err::<String, _>(Problem::internal(&io::Error::other("disk on fire")))
            }),
        )
        .route(
            "/foreign",
            web::get().to(|| async {
                Err::<String, _>(actix_web::error::ErrorBadGateway("tell nobody"))
            }),
        )
        .route(
            "/own",
            web::get().to(|| async {
                HttpResponse::Conflict().content_type("text/x.tlog.size").body("7\n")
            }),
        )
        .route(
            "/bare",
            web::get().to(|| async {
                HttpResponse::Unauthorized().insert_header(("www-authenticate", "Bearer")).finish()
            }),
        )
        .route(
            "/page",
            web::get().to(|| async {
                HttpResponse::Ok()
                    .insert_header(ContentPolicy::default().allow("style-src", "'self'"))
                    .body("page")
            }),
        )
        .route(
            "/collect",
            web::post().to(|body: web::Payload| async move {
                collect(body, 4).await.map(|bytes| bytes.len().to_string())
            }),
        )
        .route("/who", web::get().to(who));
}

struct Seen {
    response: ServiceResponse<BoxBody>,
    metrics: Data<Metrics>,
}

async fn send(request: TestRequest) -> Seen {
    let metrics = Data::new(Metrics::default());
    let trusted = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
    let edge = Data::new(Edge::new(Arc::new(Counting::default()), trusted, &metrics));
    let app = App::new().app_data(edge).configure(routes).wrap(from_fn(around));
    let app = init_service(app).await;
    Seen { response: call_service(&app, request.to_request()).await, metrics }
}

async fn problem(request: TestRequest) -> ProblemDocument {
    let seen = send(request).await;
    let headers = seen.response.headers().clone();
    assert_eq!(headers.get(CONTENT_TYPE).unwrap(), PROBLEM_JSON);
    assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "no-store");
    let status = seen.response.status().as_u16();
    let body = read_body(seen.response).await;
    let document: ProblemDocument = serde_json::from_slice(&body).unwrap();
    assert_eq!(document.status, status);
    assert_eq!(document.request_id.as_deref(), headers.get(X_REQUEST_ID).unwrap().to_str().ok());
    document
}

fn get(uri: &str) -> TestRequest {
    TestRequest::get().uri(uri)
}

fn post(uri: &str, body: &'static str) -> TestRequest {
    TestRequest::post().uri(uri).insert_header((CONTENT_TYPE, "application/json")).set_payload(body)
}

#[actix_web::test]
async fn every_request_that_cannot_be_taken_is_a_problem() {
    let long = r#"{"count": 1, "padding": "0123456789012345678901234567890123456789"}"#;
    let no_type = TestRequest::post().uri("/json").set_payload("{}");
    for (request, status, code) in [
        (get("/nowhere"), 404, "not_found"),
        (get("/json"), 405, "method_not_allowed"),
        (post("/json", "{"), 400, "malformed_json"),
        (post("/json", r#"{"count": 256}"#), 400, "malformed_json"),
        (post("/json", long), 413, "too_large"),
        (no_type, 415, "unsupported_media_type"),
        (get("/query?count=x"), 400, "malformed_query"),
        (get("/filings/par_00000000000000000000000000"), 400, "malformed_path"),
        (post("/collect", "12345"), 413, "too_large"),
        (get("/over"), 409, "ceremony_over"),
        (get("/bare"), 401, "unauthorized"),
        (get("/foreign"), 500, "internal"),
    ] {
        let document = problem(request).await;
        assert_eq!((document.status, document.code.as_str()), (status, code));
        assert_eq!(document.problem_type, format!("urn:heqi:problem:{code}"));
    }
}

#[actix_web::test]
async fn what_can_be_taken_is_taken() {
    for (request, body) in [
        (post("/json", r#"{"count": 255}"#), "255"),
        (get("/query?count=7"), "7"),
        (post("/collect", "1234"), "4"),
    ] {
        let seen = send(request).await;
        assert_eq!(seen.response.status(), 200);
        assert_eq!(read_body(seen.response).await, body);
    }
}

#[actix_web::test]
async fn a_problem_is_in_the_language_of_the_reader() {
    let zh = send(get("/over")).await.response;
    assert_eq!(zh.headers().get(CONTENT_LANGUAGE).unwrap(), "zh-CN");
    assert_eq!(problem(get("/over")).await.detail, "签署已经结束。");
    let en = || get("/over").insert_header((ACCEPT_LANGUAGE, "en-GB"));
    assert_eq!(send(en()).await.response.headers().get(CONTENT_LANGUAGE).unwrap(), "en");
    assert_eq!(problem(en()).await.next_step, "See your receipt.");
}

#[actix_web::test]
async fn a_malformed_body_is_named_by_place_and_field_and_never_quoted() {
    let en = |body| post("/json?lang=en", body);
    let document = problem(en(r#"{"cuont": 1}"#)).await;
    assert!(document.detail.contains("missing field `count`"), "{}", document.detail);
    let document = problem(en(r#"{"count": "330112196405120006"}"#)).await;
    assert!(document.detail.contains("line 1, column"), "{}", document.detail);
    assert!(!document.detail.contains("330112196405120006"));
}

#[actix_web::test]
async fn internals_stay_inside() {
    for uri in ["/fire", "/foreign"] {
        let seen = send(get(uri)).await;
        let body = String::from_utf8(read_body(seen.response).await.to_vec()).unwrap();
        assert!(!body.contains("fire") && !body.contains("nobody"), "{body}");
    }
}

#[actix_web::test]
async fn an_answer_that_a_handler_wrote_stays_as_it_is() {
    let seen = send(get("/own")).await;
    assert_eq!(seen.response.headers().get(CONTENT_TYPE).unwrap(), "text/x.tlog.size");
    assert_eq!(read_body(seen.response).await, "7\n");
    let bare = send(get("/bare")).await;
    assert_eq!(bare.response.headers().get("www-authenticate").unwrap(), "Bearer");
    let head = send(TestRequest::default().method(Method::PUT).uri("/json")).await;
    assert_eq!(head.response.status(), 405);
    assert_eq!(head.response.headers().get(ALLOW).unwrap(), "POST");
}

#[actix_web::test]
async fn every_answer_carries_the_headers_and_a_page_may_ask_for_more() {
    for uri in ["/who", "/nowhere", "/over", "/page"] {
        let seen = send(get(uri)).await;
        assert_eq!(seen.response.headers().get("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(seen.response.headers().get("referrer-policy").unwrap(), "no-referrer");
        let policy = seen.response.headers().get(CONTENT_SECURITY_POLICY).unwrap();
        let policy = policy.to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'")
        );
        assert_eq!(policy.contains("style-src 'self'"), uri == "/page");
    }
}

#[actix_web::test]
async fn browsers_are_told_to_come_by_tls_alone_in_every_answer_or_in_none() {
    for (is_told, value) in [(true, Some("max-age=31536000")), (false, None)] {
        let metrics = Metrics::default();
        let trusted = TrustedProxies::default();
        let edge = || {
            let edge = Edge::new(Arc::new(Counting::default()), trusted.clone(), &metrics);
            Data::new(edge.with_https_only(is_told))
        };
        let told = |headers: &HeaderMap| {
            let said = headers.get(STRICT_TRANSPORT_SECURITY);
            said.map(|value| value.to_str().unwrap().to_owned())
        };
        let app = App::new().app_data(edge()).configure(routes).wrap(from_fn(around));
        let app = init_service(app).await;
        for uri in ["/who", "/nowhere", "/over", "/page", "/fire"] {
            let answer = call_service(&app, get(uri).to_request()).await;
            assert_eq!(told(answer.headers()).as_deref(), value, "{uri}");
        }
        let app = App::new().app_data(edge()).wrap(from_fn(refuse)).wrap(from_fn(around));
        let app = init_service(app).await;
        let error = try_call_service(&app, get("/").to_request()).await.unwrap_err();
        assert_eq!(told(error.error_response().headers()).as_deref(), value, "refused inside");
    }
}

#[actix_web::test]
async fn a_request_id_from_outside_is_ignored() {
    let seen = send(get("/who").insert_header(("x-request-id", "mine"))).await;
    let id = seen.response.headers().get(X_REQUEST_ID).unwrap().to_str().unwrap().to_owned();
    assert!(id.starts_with("req_"), "{id}");
    let body = String::from_utf8(read_body(seen.response).await.to_vec()).unwrap();
    assert!(body.ends_with(&id), "{body}");
}

#[actix_web::test]
async fn the_client_address_is_the_one_a_trusted_proxy_saw() {
    let forwarded = || get("/who").insert_header(("x-forwarded-for", "203.0.113.1, 198.51.100.7"));
    let through_proxy = forwarded().peer_addr("10.0.0.2:1".parse().unwrap());
    let direct = forwarded().peer_addr("192.0.2.1:1".parse().unwrap());
    for (request, address) in [(through_proxy, "198.51.100.7 "), (direct, "192.0.2.1 ")] {
        let body = read_body(send(request).await.response).await;
        assert!(body.starts_with(address.as_bytes()), "{body:?}");
    }
}

#[actix_web::test]
async fn requests_are_counted_by_route_and_never_by_path() {
    let id = "fil_00000000000000000000000000";
    let seen = send(get(&format!("/filings/{id}"))).await;
    assert_eq!(seen.response.status(), 200);
    let text = seen.metrics.to_text().unwrap();
    assert!(text.contains(r#"route="/filings/{filing}",status="200""#), "{text}");
    assert!(!text.contains(id));
    let text = send(get("/made/up")).await.metrics.to_text().unwrap();
    assert!(text.contains(r#"route="unmatched",status="404""#), "{text}");
}

async fn refuse(
    _request: ServiceRequest,
    _next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    Err(Problem::from(RequestProblem::Forbidden).into())
}

#[actix_web::test]
async fn what_an_inner_middleware_refuses_is_a_problem_with_all_its_headers() {
    let metrics = Metrics::default();
    let trusted = TrustedProxies::default();
    let edge = Data::new(Edge::new(Arc::new(Counting::default()), trusted, &metrics));
    let app = App::new().app_data(edge).wrap(from_fn(refuse)).wrap(from_fn(around));
    let app = init_service(app).await;
    let error = try_call_service(&app, get("/?lang=en").to_request()).await.unwrap_err();
    let response = error.error_response();
    assert_eq!(response.status(), 403);
    assert!(response.headers().contains_key(X_REQUEST_ID));
    assert!(response.headers().contains_key(CONTENT_SECURITY_POLICY));
    assert_eq!(response.headers().get(CONTENT_LANGUAGE).unwrap(), "en");
    assert_eq!(error.as_error::<Problem>().unwrap().code(), "forbidden");
}

async fn defect() -> HttpResponse {
    panic!("330112196405120006");
}

#[actix_web::test]
async fn a_handler_that_panics_is_a_problem_and_the_next_request_is_answered() {
    let metrics = Metrics::default();
    let edge = Edge::new(Arc::new(Counting::default()), TrustedProxies::default(), &metrics);
    let app = App::new()
        .app_data(Data::new(edge))
        .configure(routes)
        .route("/defect", web::get().to(defect))
        .wrap(from_fn(around));
    let app = init_service(app).await;
    let error = try_call_service(&app, get("/defect").to_request()).await.unwrap_err();
    assert_eq!(error.error_response().status(), 500);
    assert_eq!(error.as_error::<Problem>().unwrap().code(), "internal");
    assert!(!error.to_string().contains("330112"));
    assert!(call_service(&app, get("/who").to_request()).await.status().is_success());
    assert!(metrics.to_text().unwrap().contains("heqi_http_panics_total 1\n"));
}

#[actix_web::test]
async fn more_requests_than_the_edge_holds_are_turned_away_with_a_time_to_come_back() {
    let metrics = Metrics::default();
    let edge = Edge::new(Arc::new(Counting::default()), TrustedProxies::default(), &metrics)
        .with_requests_max(1);
    let under_way = edge.under_way.clone();
    let app = App::new().app_data(Data::new(edge)).configure(routes).wrap(from_fn(around));
    let app = init_service(app).await;
    assert!(call_service(&app, get("/who").to_request()).await.status().is_success());
    under_way.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let answer = call_service(&app, get("/who").to_request()).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers().get("retry-after").unwrap(), "1");
    under_way.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    assert!(call_service(&app, get("/who").to_request()).await.status().is_success());
}

#[actix_web::test]
async fn a_page_that_is_not_to_be_had_now_says_when_to_come_back() {
    let edge =
        Edge::new(Arc::new(Counting::default()), TrustedProxies::default(), &Metrics::default());
    let app = App::new()
        .app_data(Data::new(edge))
        .route(
            "/busy",
            web::get().to(|| async { HttpResponse::ServiceUnavailable().body("<h1>busy</h1>") }),
        )
        .route(
            "/later",
            web::get().to(|| async {
                let mut later = HttpResponse::ServiceUnavailable();
                later.insert_header((RETRY_AFTER, "7")).body("<h1>later</h1>")
            }),
        )
        .route(
            "/missing",
            web::get().to(|| async { HttpResponse::NotFound().body("<h1>nothing</h1>") }),
        )
        .wrap(from_fn(around));
    let app = init_service(app).await;
    for (path, when) in [("/busy", Some("1")), ("/later", Some("7")), ("/missing", None)] {
        let answer = call_service(&app, get(path).to_request()).await;
        let said = answer.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap());
        assert_eq!(said, when, "{path}");
    }
}
