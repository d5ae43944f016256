//! HTTP in, HTTP out. One file per group of routes; a handler reads extractors → command →
//! answer. Who may call is decided before, in [`crate::access`]; what may happen is
//! decided behind, in `heqi_registration`.

use actix_web::guard::{Any, Get, Head};
use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, Route, web};
use heqi_vocabulary::Digest;
use serde::Serialize;

pub(crate) mod assets;
pub(crate) mod ceremony;
pub(crate) mod ceremony_video;
pub(crate) mod coverage;
pub(crate) mod custody;
pub(crate) mod docs;
pub(crate) mod documents;
pub(crate) mod entry;
pub(crate) mod filings;
pub(crate) mod health;
pub(crate) mod holder_notices;
pub(crate) mod journey;
pub(crate) mod log;
pub(crate) mod openapi;
pub(crate) mod parties;
pub(crate) mod peer;
pub(crate) mod personal_data;
pub(crate) mod receipts;
pub(crate) mod records;
pub(crate) mod regulator;
pub(crate) mod reports;
pub(crate) mod signings;
pub(crate) mod staff;
pub(crate) mod submission;
pub(crate) mod time_stamps;
pub(crate) mod witness;

/// Every route of the service.
pub(crate) fn configure(app: &mut ServiceConfig) {
    // Patterns are tried one after the other, so what is asked most comes first.
    signings::configure(app);
    ceremony::configure(app);
    ceremony_video::configure(app);
    entry::configure(app);
    receipts::configure(app);
    journey::configure(app);
    staff::configure(app);
    regulator::configure(app);
    assets::configure(app);
    filings::configure(app);
    parties::configure(app);
    submission::configure(app);
    personal_data::configure(app);
    documents::configure(app);
    records::configure(app);
    coverage::configure(app);
    time_stamps::configure(app);
    log::configure(app);
    witness::configure(app);
    peer::configure(app);
    holder_notices::configure(app);
    custody::configure(app);
    reports::configure(app);
    openapi::configure(app);
    docs::configure(app);
    health::configure(app);
}

/// A route for GET and HEAD.
pub(crate) fn reading() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// The statement that a form of a page says it showed. A page of before pages said so names none: that is no
/// statement that is in force.
pub(crate) fn statement_of(named: Option<Digest>) -> Digest {
    named.unwrap_or_else(|| Digest::of(b""))
}

/// The answer of an act: what it made.
pub(crate) fn created(body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(StatusCode::CREATED).json(body)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::http::header::ALLOW;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, HttpRequest};

    use super::*;
    use crate::access::ACCESS_TABLE;

    /// Every pattern that the router of the service knows, as the router itself tells.
    async fn patterns() -> BTreeSet<String> {
        async fn tell(request: HttpRequest) -> String {
            format!("{:?}", request.resource_map())
        }
        let app = App::new().configure(configure).default_service(web::to(tell));
        let app = init_service(app).await;
        let nowhere = TestRequest::with_uri("/nowhere").to_request();
        let answer = call_service(&app, nowhere).await;
        assert!(answer.headers().get(ALLOW).is_none());
        let told = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
        let begun = told.split("Single(\"").skip(1);
        let patterns = begun.map(|rest| rest.split('"').next().unwrap().to_owned());
        patterns.filter(|pattern| !pattern.is_empty()).collect()
    }

    #[actix_web::test]
    async fn a_route_of_the_router_without_a_row_of_the_table_is_found() {
        let listed = ACCESS_TABLE.iter().map(|rule| rule.path.to_owned()).collect();
        let routed = patterns().await;
        assert!(routed.len() > 50, "the router tells its routes differently now: {routed:?}");
        assert_eq!(routed, listed);
    }
}
