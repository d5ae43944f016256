//! `GET /verify.html` and `GET /verify.html.sha256`: the page with which anybody checks
//! evidence without this service, and the digest to compare it with.
//!
//! The page is the one of `crates/verify/page`, embedded as it is. Its policy names the
//! digests of its own script and style; the header repeats it, because our default for every
//! answer allows no script at all.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{ServiceConfig, get};
use heqi_vocabulary::Digest;

use super::{NOT_AT_ALL, TEXT};

const PAGE: &str = include_str!("../../../verify/page/dist/verify.html");
const POLICY_BEGINS: &str = "http-equiv=\"Content-Security-Policy\" content=\"";

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/verify.html", get().to(page)).route("/verify.html.sha256", get().to(digest));
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .insert_header((CONTENT_SECURITY_POLICY, policy()))
        .body(PAGE)
}

async fn digest() -> HttpResponse {
    let line = format!("{}  verify.html\n", Digest::of(PAGE.as_bytes()));
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT))
        .insert_header((CACHE_CONTROL, NOT_AT_ALL))
        .body(line)
}

/// The page's own policy, and nobody may frame it (which only a header can say).
fn policy() -> String {
    let own = PAGE.split_once(POLICY_BEGINS).and_then(|(_, rest)| rest.split_once('"'));
    let own = own.map_or("default-src 'none'", |(policy, _)| policy);
    format!("{own}; frame-ancestors 'none'")
}

#[cfg(test)]
mod tests {
    use actix_web::{App, body::to_bytes, test};

    use super::*;

    #[actix_web::test]
    async fn the_page_comes_with_its_policy_and_its_digest() {
        let app = test::init_service(App::new().configure(configure)).await;
        let request = test::TestRequest::get().uri("/verify.html").to_request();
        let answer = test::call_service(&app, request).await;
        let policy = answer.headers().get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
        assert!(policy.ends_with("; frame-ancestors 'none'"), "{policy}");
        let body = to_bytes(answer.into_body()).await.unwrap();
        let request = test::TestRequest::get().uri("/verify.html.sha256").to_request();
        let line = test::call_and_read_body(&app, request).await;
        assert_eq!(line, format!("{}  verify.html\n", Digest::of(&body)));
    }
}
