//! Figures for operators, in OpenMetrics text. A label never holds anything that a caller
//! chose: not a path, not a name.

use std::fmt;
use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry, Unit};

use crate::problem::Problem;

const PREFIX: &str = "heqi";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Seconds, from a warm proof to a stuck disk.
const DURATIONS_S: [f64; 12] =
    [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Everything a service counts and measures. Names begin with `heqi_`.
pub struct Metrics {
    registry: Mutex<Registry>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { registry: Mutex::new(Registry::with_prefix(PREFIX)) }
    }
}

impl Metrics {
    /// Adds a metric and gives it back. `help` is a phrase without a full stop.
    pub fn register<M: Clone + Metric>(&self, name: &str, help: &str, metric: M) -> M {
        self.registry.lock().register(name, help, metric.clone());
        metric
    }

    /// The same for a metric with a unit; the unit becomes the end of the name.
    pub fn register_with_unit<M: Clone + Metric>(
        &self,
        name: &str,
        help: &str,
        unit: Unit,
        metric: M,
    ) -> M {
        self.registry.lock().register_with_unit(name, help, unit, metric.clone());
        metric
    }

    /// Everything, as text.
    ///
    /// # Errors
    /// A metric that cannot write itself.
    pub fn to_text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry.lock())?;
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// `GET /metrics`.
///
/// # Errors
/// A metric that cannot write itself.
pub fn metrics(metrics: Data<Metrics>) -> Ready<Result<HttpResponse, Problem>> {
    let text = metrics.into_inner().to_text().map_err(|error| Problem::internal(&error));
    ready(text.map(|text| HttpResponse::Ok().content_type(OPEN_METRICS).body(text)))
}

/// How many requests there were and how long they took, by route and status.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    panics: Counter,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

impl HttpMetrics {
    /// Adds both to what the service shows.
    pub fn register(metrics: &Metrics) -> Self {
        let durations: Family<_, _, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(DURATIONS_S));
        Self {
            requests: metrics.register("http_requests", "Requests answered", Family::default()),
            durations: metrics.register_with_unit(
                "http_request_duration",
                "Time to the head of the answer",
                Unit::Seconds,
                durations,
            ),
            panics: metrics.register(
                "http_panics",
                "Requests whose handler panicked",
                Counter::default(),
            ),
        }
    }

    /// Counts a handler that panicked.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// Counts one request. `route` is the pattern that matched, never the path.
    pub fn observe(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = known(method);
        let route = route.to_owned();
        let labels = RequestLabels { method, route: route.clone(), status: status.as_u16() };
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&RouteLabels { method, route }).observe(took.as_secs_f64());
    }
}

/// A method that anybody could have made up must not become a label.
pub(crate) fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, web};

    use super::*;

    #[actix_web::test]
    async fn what_was_registered_is_shown_as_open_metrics() {
        let shown = Data::new(Metrics::default());
        let leaves = shown.register("log_leaves", "Leaves appended", Counter::<u64>::default());
        leaves.inc_by(3);
        let http = HttpMetrics::register(&shown);
        let invented = Method::from_bytes(b"BREW").unwrap();
        http.observe(&invented, "/api/{id}", StatusCode::OK, Duration::from_millis(3));

        let app = App::new().app_data(shown).route("/metrics", web::get().to(metrics));
        let app = init_service(app).await;
        let request = TestRequest::get().uri("/metrics").to_request();
        let response = call_service(&app, request).await;
        assert_eq!(response.headers().get("content-type").unwrap(), OPEN_METRICS);
        let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        assert!(text.contains("heqi_log_leaves_total 3\n"), "{text}");
        let labels = r#"method="OTHER",route="/api/{id}""#;
        assert!(text.contains(&format!("heqi_http_requests_total{{{labels},status=\"200\"}} 1")));
        assert!(text.contains(&format!("heqi_http_request_duration_seconds_count{{{labels}}} 1")));
        assert!(text.ends_with("# EOF\n"));
    }
}
