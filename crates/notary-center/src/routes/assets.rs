//! Style sheets, scripts and icons of the office's pages.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Path, ServiceConfig, get};
use heqi_pages::assets::{self, Asset};
use heqi_service_kit::problem::RequestProblem;

use super::FOR_EVER;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/assets/{digest}/{name}", get().to(asset));
}

/// A file of ours. Its folder is named by the digest of all files, so it never changes.
async fn asset(path: Path<(String, String)>) -> Result<HttpResponse, RequestProblem> {
    let (digest, name) = path.into_inner();
    let asset = Asset::named(&name).filter(|_| digest == assets::digest());
    let asset = asset.ok_or(RequestProblem::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.media_type()))
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .body(asset.bytes()))
}
