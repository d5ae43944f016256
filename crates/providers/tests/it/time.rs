//! A time authority over HTTP (RFC 3161 section 3.4), against one on loopback that keeps the contract
//! and against ones that break it. What a token says is judged elsewhere: here are bytes.

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use heqi_evidence_store::stamping::{TimeAuthority as _, Unanswered};
use heqi_pki::timestamp::{MAX_RESPONSE_BYTES, QUERY_MEDIA_TYPE, REPLY_MEDIA_TYPE};
use heqi_providers::HttpTimeAuthority;
use heqi_service_kit::Trust;

const QUERY: &[u8] = b"a query";

/// What the authority answers to [`QUERY`].
struct Answer {
    status: u16,
    media_type: &'static str,
    body: Vec<u8>,
}

struct Service {
    url: String,
    server: ServerHandle,
}

impl Service {
    fn start(answer: Answer) -> Self {
        let state = web::Data::new(answer);
        let server = HttpServer::new(move || {
            App::new().app_data(state.clone()).route("/tsa", web::post().to(stamp))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/tsa", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { url, server: handle }
    }

    async fn answers(&self) -> Result<Vec<u8>, Unanswered> {
        let authority = HttpTimeAuthority::at(self.url.as_str(), &Trust::Nobody).unwrap();
        authority.answer(QUERY.to_vec()).await
    }
}

async fn stamp(request: HttpRequest, body: web::Bytes, state: web::Data<Answer>) -> HttpResponse {
    let media_type = request.headers().get("content-type").and_then(|said| said.to_str().ok());
    if media_type != Some(QUERY_MEDIA_TYPE) || body != QUERY {
        return HttpResponse::BadRequest().finish();
    }
    HttpResponse::build(StatusCode::from_u16(state.status).unwrap())
        .content_type(state.media_type)
        .insert_header(("location", "http://127.0.0.1:1/tsa"))
        .body(state.body.clone())
}

#[actix_web::test]
async fn a_query_is_posted_as_it_is_and_the_reply_comes_back_as_it_is() {
    for length in [0, 1, MAX_RESPONSE_BYTES] {
        let body = vec![7; length];
        let answer = Answer { status: 200, media_type: REPLY_MEDIA_TYPE, body: body.clone() };
        let service = Service::start(answer);
        assert_eq!(service.answers().await, Ok(body));
        service.server.stop(false).await;
    }
}

#[actix_web::test]
async fn what_is_no_reply_is_told_apart_and_names_no_address() {
    let too_long = vec![7; MAX_RESPONSE_BYTES + 1];
    for (status, media_type, body, why) in [
        (503, REPLY_MEDIA_TYPE, Vec::new(), "status 503"),
        (308, REPLY_MEDIA_TYPE, Vec::new(), "status 308"),
        (200, "text/html", b"<html>".to_vec(), "the answer is of another media type"),
        (200, REPLY_MEDIA_TYPE, too_long, "the answer is too long"),
    ] {
        let service = Service::start(Answer { status, media_type, body });
        assert_eq!(service.answers().await, Err(Unanswered(why.to_owned())));
        service.server.stop(false).await;
    }
    let service = Service::start(Answer { status: 200, media_type: "", body: Vec::new() });
    service.server.stop(false).await;
    let Unanswered(why) = service.answers().await.unwrap_err();
    assert!(!why.contains("127.0.0.1") && !why.contains("tsa"), "{why}");
}
