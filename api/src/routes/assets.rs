//! Style sheet, scripts and icons, and the verifier that runs in the browser.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use actix_web::web::{Path, ServiceConfig, resource};
use heqi_pages::assets::{self, Asset, VERIFIER, verifier_policy};
use heqi_service_kit::problem::RequestProblem;

use super::reading;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/assets/{digest}/{name}").route(reading().to(asset)))
        .service(resource("/verify").route(reading().to(verifier)));
}

/// How far above its folder a service worker may look (W3C Service Workers, 6.3).
const SERVICE_WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");

/// A file of ours. Its folder is named by the digest of all files, so it never changes.
async fn asset(path: Path<(String, String)>) -> Result<HttpResponse, RequestProblem> {
    let (digest, name) = path.into_inner();
    let asset = Asset::named(&name).filter(|_| digest == assets::digest());
    let asset = asset.ok_or(RequestProblem::NotFound)?;
    let mut response = HttpResponse::Ok();
    if asset == Asset::Worker {
        // It may look after the signer's pages, and asks nobody else.
        response
            .insert_header((SERVICE_WORKER_ALLOWED, "/sign"))
            .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; connect-src 'self'"));
    }
    Ok(response
        .insert_header((CONTENT_TYPE, asset.media_type()))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.bytes()))
}

/// The verifier: it works on files of whoever opens it and sends nothing anywhere.
async fn verifier() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            format!("{}; frame-ancestors 'none'", verifier_policy()),
        ))
        .body(VERIFIER)
}
