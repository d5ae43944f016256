//! The register over HTTP (`docs/spec/register-service.md`), against a case system on loopback that
//! keeps the contract and against ones that break it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::matter::number::Series;
use heqi_notarization::matter::register::{CertificateRegister as _, NumberRequest, RegisterError};
use heqi_providers::HttpRegister;
use heqi_service_kit::{Secret, Trust};
use heqi_vocabulary::UtcMillis;
use serde_json::{Value, json};

const TOKEN: &str = "token-of-the-office";

/// What the register does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Manner {
    Keeps,
    /// The number is given, and the answer lost on the way.
    LosesTheFirst,
    Undecided,
    Busy,
    Refuses,
    Silent,
    OtherOffice,
    OtherYear,
    OtherApplication,
    Garbage,
    TooLong,
    Redirects,
}

struct CaseSystem {
    manner: Manner,
    given: Mutex<BTreeMap<String, u32>>,
    asked: Mutex<Vec<Value>>,
}

struct Service {
    url: String,
    server: ServerHandle,
    state: Arc<CaseSystem>,
}

impl Service {
    fn start(manner: Manner) -> Self {
        let state =
            Arc::new(CaseSystem { manner, given: Mutex::default(), asked: Mutex::default() });
        let shared = web::Data::from(state.clone());
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).route("/cases/numbers", web::post().to(number))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/cases/", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { url, server: handle, state }
    }

    fn register(&self, token: &str) -> HttpRegister {
        let token = Secret::new(token.to_owned());
        let deadline = Duration::from_millis(400);
        HttpRegister::within(deadline, &self.url, token, &Trust::Nobody).unwrap()
    }
}

async fn number(
    state: web::Data<CaseSystem>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return HttpResponse::Unauthorized().finish();
    }
    let key = header("idempotency-key").unwrap_or_default().to_owned();
    let asked = body.into_inner();
    assert_eq!(asked["application"], key.as_str(), "the key is the application");
    state.asked.lock().unwrap().push(asked.clone());
    let serial = {
        let mut given = state.given.lock().unwrap();
        let next = u32::try_from(given.len()).unwrap() + 500;
        *given.entry(key.clone()).or_insert(next)
    };
    let written = |office: &str, year: u64| {
        let category = asked["category"].as_str().unwrap();
        format!("（{year}）{office}证{category}字第{serial:06}号")
    };
    let (office, year) = (asked["office"].as_str().unwrap(), asked["year"].as_u64().unwrap());
    let answer =
        |number: String| HttpResponse::Ok().json(json!({ "application": key, "number": number }));
    let is_first = state.asked.lock().unwrap().len() == 1;
    match state.manner {
        Manner::LosesTheFirst if is_first => HttpResponse::BadGateway().finish(),
        Manner::Keeps | Manner::LosesTheFirst => answer(written(office, year)),
        Manner::Undecided => HttpResponse::Accepted().finish(),
        Manner::Busy => HttpResponse::TooManyRequests().finish(),
        Manner::Refuses => HttpResponse::UnprocessableEntity().finish(),
        Manner::Silent => {
            actix_web::rt::time::sleep(Duration::from_secs(30)).await;
            HttpResponse::Ok().finish()
        }
        Manner::OtherOffice => answer(written("浙杭西", year)),
        Manner::OtherYear => answer(written(office, year - 1)),
        Manner::OtherApplication => HttpResponse::Ok()
            .json(json!({ "application": other().to_string(), "number": written(office, year) })),
        Manner::Garbage => HttpResponse::Ok().body("第123号"),
        Manner::TooLong => HttpResponse::Ok().body(" ".repeat(5 << 10)),
        Manner::Redirects => HttpResponse::PermanentRedirect()
            .insert_header(("location", "http://127.0.0.1:1/numbers"))
            .finish(),
    }
}

fn at() -> UtcMillis {
    "2026-11-28T08:00:00.000Z".parse().unwrap()
}

fn other() -> ApplicationNo {
    ApplicationNo::new(at(), 99).unwrap()
}

fn request(serial: u32) -> NumberRequest {
    NumberRequest {
        application: ApplicationNo::new(at(), serial).unwrap(),
        series: Series::new("浙杭临", "经").unwrap(),
        year: 2026,
    }
}

#[actix_web::test]
async fn a_number_is_asked_for_by_its_application_and_again_has_the_same_answer() {
    let service = Service::start(Manner::Keeps);
    let register = service.register(TOKEN);
    let first = register.request_number(&request(1)).await.unwrap();
    let second = register.request_number(&request(2)).await.unwrap();
    assert_eq!(first.to_string(), "（2026）浙杭临证经字第000500号");
    assert_eq!(second.serial(), 501);
    assert_eq!(register.request_number(&request(1)).await.unwrap(), first);
    let asked = service.state.asked.lock().unwrap().clone();
    let wanted = json!({
        "application": request(1).application.to_string(),
        "category": "经",
        "office": "浙杭临",
        "year": 2026,
    });
    assert_eq!(asked[0], wanted, "nothing personal is sent");
    assert_eq!(asked[2], wanted);
    service.server.stop(false).await;
}

#[actix_web::test]
async fn an_answer_that_was_lost_is_the_same_when_asked_for_again() {
    let service = Service::start(Manner::LosesTheFirst);
    let register = service.register(TOKEN);
    let lost = register.request_number(&request(1)).await;
    assert_eq!(lost, Err(RegisterError::Unreachable));
    assert_eq!(register.request_number(&request(1)).await.unwrap().serial(), 500);
    assert_eq!(service.state.given.lock().unwrap().len(), 1, "one number was given");
    service.server.stop(false).await;
}

#[actix_web::test]
async fn whatever_is_no_number_of_this_request_is_none_and_says_whether_to_ask_again() {
    use RegisterError::{OtherForm, Refused, Unreachable};
    for (manner, wanted) in [
        (Manner::Undecided, Unreachable),
        (Manner::Busy, Unreachable),
        (Manner::Silent, Unreachable),
        (Manner::Refuses, Refused),
        (Manner::Redirects, Refused),
        (Manner::OtherOffice, OtherForm),
        (Manner::OtherYear, OtherForm),
        (Manner::OtherApplication, OtherForm),
        (Manner::Garbage, OtherForm),
        (Manner::TooLong, OtherForm),
    ] {
        let service = Service::start(manner);
        let answer = service.register(TOKEN).request_number(&request(1)).await;
        assert_eq!(answer, Err(wanted), "{manner:?}");
        service.server.stop(false).await;
    }
    let service = Service::start(Manner::Keeps);
    let stranger = service.register("token-of-nobody").request_number(&request(1)).await;
    assert_eq!(stranger, Err(Unreachable), "a credential is mended by somebody");
    service.server.stop(false).await;
    let nobody =
        HttpRegister::at("http://127.0.0.1:1", Secret::new(TOKEN.to_owned()), &Trust::Nobody);
    let nobody = nobody.unwrap();
    assert_eq!(nobody.request_number(&request(1)).await, Err(Unreachable));
    assert!(!format!("{nobody:?}").contains(TOKEN) && !format!("{nobody:?}").contains("127.0.0.1"));
}
