//! What is logged of a request, and what never is.

use parking_lot::Mutex;

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Takes what is logged from now on, as long as the guard is kept.
    fn take(&self) -> tracing::subscriber::DefaultGuard {
        let writer = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).unwrap()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn the_log_names_the_route_and_the_reason_and_nothing_the_caller_sent() {
    let lines = Lines::default();
    let _guard = lines.take();

    let planted = "330112196405120006";
    let request = get(&format!("/filings/{planted}?name={planted}"))
        .insert_header(("x-forwarded-for", "203.0.113.1"))
        .insert_header(("authorization", planted))
        .peer_addr("10.0.0.2:1".parse().unwrap());
    send(request).await;
    send(get("/fire")).await;

    let text = lines.text();
    for absent in [planted, "203.0.113.1", "10.0.0.2"] {
        assert!(!text.contains(absent), "{text}");
    }
    let written: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered: Vec<_> =
        written.iter().filter(|line| line["message"] == "request answered").collect();
    assert_eq!(answered.len(), 2);
    assert_eq!(answered[0]["http.route"], "/filings/{filing}");
    assert_eq!(answered[0]["http.status"], 400);
    assert!(answered[0]["duration_ms"].is_f64());
    let failures: Vec<_> = written.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(failures.len(), 1, "{text}");
    assert_eq!(failures[0]["error"], "disk on fire");
    assert_eq!(failures[0]["request.id"], answered[1]["request.id"]);
}

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct Full;

impl Explain for Full {
    fn code(&self) -> &'static str {
        "store_full"
    }

    fn explain(&self, language: Language) -> Explanation {
        match language {
            Language::Zh => Explanation::new("磁盘已满。", "请稍后再试。"),
            Language::En => Explanation::new("The disk is full.", "Try again later."),
        }
    }
}

#[actix_web::test]
async fn a_full_disk_is_told_of_once_a_minute_and_every_refusal_is_counted() {
    let lines = Lines::default();
    let _guard = lines.take();
    let metrics = Metrics::default();
    let edge = Edge::new(Arc::new(Counting::default()), TrustedProxies::default(), &metrics);
    let app = App::new()
        .app_data(Data::new(edge))
        .route(
            "/full",
            web::get().to(|| async {
                Err::<String, _>(Problem::new(StatusCode::SERVICE_UNAVAILABLE, &Full))
            }),
        )
        .route(
            "/page",
            web::get().to(|| async {
                let mut page = HttpResponse::ServiceUnavailable().body("<h1>full</h1>");
                page.extensions_mut().insert(Refused("store_full"));
                page
            }),
        )
        .wrap(from_fn(around));
    let app = init_service(app).await;
    for path in ["/full", "/page", "/full"] {
        assert_eq!(call_service(&app, get(path).to_request()).await.status(), 503, "{path}");
    }

    let text = lines.text();
    let written: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_level = |level: &str| written.iter().filter(|line| line["level"] == level).count();
    assert_eq!((of_level("ERROR"), of_level("WARN")), (0, 1), "{text}");
    let counted = "heqi_http_not_now_total{code=\"store_full\"} 3\n";
    assert!(metrics.to_text().unwrap().contains(counted));
}
