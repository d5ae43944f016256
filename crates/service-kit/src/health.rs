//! Alive, and ready. Two questions: should this process be restarted, and should it be
//! given work.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use parking_lot::{Mutex, RwLock};
use serde_json::json;

/// What a check says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a service takes work or it does not")]
pub enum Readiness {
    /// Work can be taken.
    Ready,
    /// Work cannot be taken. The reason is shown to everybody, so it is written in the code.
    NotReady(&'static str),
}

type Check = Box<dyn Fn() -> Readiness + Send + Sync>;

/// The named checks that all have to pass before a service is ready. A service without
/// checks is ready.
#[derive(Default)]
pub struct Health {
    checks: RwLock<Vec<(&'static str, Check)>>,
}

impl Health {
    /// Adds a check. It is called with each question, so it must be quick and must not wait.
    pub fn check(&self, name: &'static str, check: impl Fn() -> Readiness + Send + Sync + 'static) {
        self.checks.write().push((name, Box::new(check)));
    }

    /// Adds a check that whoever holds the gate answers; closed until it is opened.
    pub fn gate(&self, name: &'static str) -> Gate {
        let gate = Gate(Arc::new(Mutex::new(Readiness::NotReady("starting"))));
        let asked = gate.clone();
        self.check(name, move || *asked.0.lock());
        gate
    }

    /// What every check says, in the order in which they were added.
    pub fn report(&self) -> Vec<(&'static str, Readiness)> {
        self.checks.read().iter().map(|(name, check)| (*name, check())).collect()
    }

    /// Whether every check passes.
    pub fn is_ready(&self) -> bool {
        self.report().iter().all(|(_, readiness)| *readiness == Readiness::Ready)
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.report()).finish()
    }
}

/// One check, answered from elsewhere.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Mutex<Readiness>>);

impl Gate {
    /// Work can be taken.
    pub fn open(&self) {
        *self.0.lock() = Readiness::Ready;
    }

    /// Work cannot be taken, for this reason.
    pub fn close(&self, reason: &'static str) {
        *self.0.lock() = Readiness::NotReady(reason);
    }
}

/// `GET /healthz`: 200 as long as the process answers at all.
pub fn healthz() -> Ready<HttpResponse> {
    ready(HttpResponse::Ok().json(json!({ "status": "alive" })))
}

/// `GET /readyz`: 200 when every check passes, else 503; either way each check by name.
pub fn readyz(health: Data<Health>) -> Ready<HttpResponse> {
    let report = health.into_inner().report();
    let all_pass = report.iter().all(|(_, readiness)| *readiness == Readiness::Ready);
    let checks: Vec<_> = report
        .into_iter()
        .map(|(name, readiness)| match readiness {
            Readiness::Ready => json!({ "name": name, "ready": true }),
            Readiness::NotReady(reason) => {
                json!({ "name": name, "ready": false, "reason": reason })
            }
        })
        .collect();
    let mut response =
        if all_pass { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    let status = if all_pass { "ready" } else { "not_ready" };
    ready(response.json(json!({ "status": status, "checks": checks })))
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
    use actix_web::{App, web};

    use super::*;

    #[actix_web::test]
    async fn a_service_is_ready_when_every_check_passes_and_each_is_named() {
        let health = Data::new(Health::default());
        health.check("journal", || Readiness::Ready);
        let peer = health.gate("peer");
        let app = App::new()
            .app_data(health.clone())
            .route("/readyz", web::get().to(readyz))
            .route("/healthz", web::get().to(healthz));
        let app = init_service(app).await;
        let ask = || TestRequest::get().uri("/readyz").to_request();

        let response = call_service(&app, ask()).await;
        assert_eq!(response.status(), 503);
        let body: serde_json::Value = read_body_json(response).await;
        assert_eq!(body["checks"][0], json!({ "name": "journal", "ready": true }));
        assert_eq!(
            body["checks"][1],
            json!({ "name": "peer", "ready": false, "reason": "starting" })
        );

        peer.open();
        let response = call_service(&app, ask()).await;
        assert_eq!(response.status(), 200);
        let body: serde_json::Value = read_body_json(response).await;
        assert_eq!(body["status"], "ready");

        peer.close("unreachable");
        assert!(!health.is_ready());
        let alive = TestRequest::get().uri("/healthz").to_request();
        assert_eq!(call_service(&app, alive).await.status(), 200);
    }
}
