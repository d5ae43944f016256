//! The authority over HTTP (RFC 3161 section 3.4): `POST /` with a request answers 200 with
//! a TimeStampResp, granted or not.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::KeepAlive;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use heqi_pki::timestamp::{MAX_REQUEST_BYTES, QUERY_MEDIA_TYPE, REPLY_MEDIA_TYPE};
use heqi_service_kit::health::{healthz, readyz};
use heqi_service_kit::lifecycle::{Ended, ShutdownTrigger};
use heqi_service_kit::limits::collect;
use heqi_service_kit::metrics::metrics;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Edge, Health, Listener, Metrics, Problem, TaskGroup, TrustedProxies, edge};
use heqi_vocabulary::Entropy;
use tokio::task::JoinHandle;

use crate::responder::Responder;

const KEEP_ALIVE: Duration = Duration::from_secs(75);
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
const BODY_DEADLINE: Duration = Duration::from_secs(10);
const DRAIN: Duration = Duration::from_secs(10);

/// The authority as a service.
#[derive(Debug)]
pub struct TimeAuthority;

impl TimeAuthority {
    /// Starts answering, in the present runtime.
    ///
    /// # Errors
    /// The socket cannot be used.
    pub fn start(
        responder: Responder,
        listener: Listener,
        entropy: Arc<dyn Entropy>,
    ) -> io::Result<Running> {
        let address = listener.address();
        let metered = Metrics::default();
        let edge = Data::new(Edge::new(entropy, TrustedProxies::default(), &metered));
        let (responder, metered) = (Data::new(responder), Data::new(metered));
        let health = Data::new(Health::default());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(edge.clone())
                .app_data(responder.clone())
                .app_data(health.clone())
                .app_data(metered.clone())
                .route("/", web::post().to(stamp))
                .route("/healthz", web::get().to(healthz))
                .route("/readyz", web::get().to(readyz))
                .route("/metrics", web::get().to(metrics))
                .default_service(web::to(nothing_here))
                .wrap(from_fn(edge::around))
        });
        let server = server
            .workers(1)
            .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
            .client_request_timeout(HEAD_DEADLINE)
            .shutdown_timeout(DRAIN.as_secs())
            .disable_signals()
            .listen(listener.into_std())?
            .run();
        let mut group = TaskGroup::new();
        group.spawn_server("time authority", server);
        let trigger = group.trigger();
        let task = tokio::spawn(group.run_until(pending::<()>(), DRAIN));
        Ok(Running { address, trigger, task })
    }
}

/// One request. Whatever is wrong with it as a time-stamp request is answered in a
/// TimeStampResp; what is wrong with it as HTTP, as a problem.
async fn stamp(
    request: HttpRequest,
    payload: Payload,
    responder: Data<Responder>,
) -> Result<HttpResponse, Problem> {
    if request.headers().get(CONTENT_TYPE).is_none_or(|found| found != QUERY_MEDIA_TYPE) {
        return Err(RequestProblem::UnsupportedMediaType.into());
    }
    // One byte more than a request may have: a longer one is answered, not cut off.
    let body = tokio::time::timeout(BODY_DEADLINE, collect(payload, MAX_REQUEST_BYTES + 1))
        .await
        .map_err(|_| RequestProblem::Timeout)??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, REPLY_MEDIA_TYPE))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(responder.answer(&body)))
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(RequestProblem::NotFound.into())
}

/// A running authority.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    trigger: ShutdownTrigger,
    task: JoinHandle<Ended>,
}

impl Running {
    /// Where it listens, as a URL without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no new connection, finishes the requests it has, and ends.
    pub async fn stop(self) -> Ended {
        self.trigger.request();
        self.task.await.unwrap_or_default()
    }
}
