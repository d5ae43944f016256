//! An alarm of a platform on its way to whoever is on duty: a program that is told by a signed POST,
//! and a mailbox, both over real sockets; and its end, though another process tells of it. And edge case
//! 35 of the domain analysis, where the gateway of text messages is down.

use std::sync::Arc;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use heqi_notify::catcher::Tray;
use heqi_notify::catcher::smtp::{TakesAll, serve};
use heqi_notify::signature::{ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER};
use heqi_service_kit::system::SystemClock;
use heqi_testkit::files;
use heqi_vocabulary::Clock as _;
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::platform::Alone;
use crate::program::until_some;

const ALARM: &str = "outstanding_deposits";
const DUTY: &str = "duty@example.com";

/// What a program was told, and whether the signature holds.
struct Duty {
    secret: Secret,
    told: Mutex<Vec<Value>>,
}

async fn take(duty: web::Data<Duty>, http: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header = |name| http.headers().get(name).unwrap().to_str().unwrap();
    let (id, at, signed) = (header(ID_HEADER), header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
    let now_s = SystemClock.now().unix_seconds();
    if duty.secret.verify(id, at, signed, &body, now_s).is_err() {
        return HttpResponse::Forbidden().finish();
    }
    let news: Value = serde_json::from_slice(&body).unwrap();
    let mut told = duty.told.lock();
    // Whoever died before it knew that this was taken tells it again, under the same name.
    if told.iter().any(|before| before["id"] == news["id"]) {
        return HttpResponse::Conflict().finish();
    }
    told.push(news);
    HttpResponse::NoContent().finish()
}

impl Duty {
    /// What it was told of the alarm, once that is so many times.
    async fn of_alarm(&self, count: usize) -> Vec<Value> {
        until_some("the program to be told", async || {
            let told = self.told.lock().clone();
            let told: Vec<_> = told.into_iter().filter(|news| news["alarm"] == ALARM).collect();
            (told.len() >= count).then_some(told)
        })
        .await
    }
}

/// The subjects of the mails about the alarm, the oldest first, once there are so many.
async fn mails(tray: &Tray, count: usize) -> Vec<String> {
    until_some("a mail to arrive", async || {
        let caught = tray.newest_first();
        let about = caught.iter().rev().filter(|mail| mail.text.contains(ALARM));
        let subjects: Vec<_> = about
            .map(|mail| {
                assert_eq!(mail.to, DUTY);
                mail.subject.clone().unwrap()
            })
            .collect();
        (subjects.len() >= count).then_some(subjects)
    })
    .await
}

#[tokio::test]
async fn an_alarm_reaches_a_program_and_a_mailbox_and_another_process_tells_that_it_is_over() {
    let secret = Secret::write(&[7; 32]);
    let duty = Duty { secret: Secret::parse(&secret).unwrap(), told: Mutex::default() };
    let duty = web::Data::new(duty);
    let shared = duty.clone();
    let server = HttpServer::new(move || {
        App::new().app_data(shared.clone()).route("/told", web::post().to(take))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let webhook = format!("http://{}/told", server.addrs()[0]);
    tokio::spawn(server.run());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mail_port = listener.local_addr().unwrap().port();
    let tray = Tray::default();
    tokio::spawn(serve(listener, tray.clone(), Arc::new(SystemClock), Arc::new(TakesAll)));

    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("duty.secret");
    std::fs::write(&secret_file, secret.as_bytes()).unwrap();
    let tables = |outstanding: u32| {
        format!(
            "[api.alarms]\nlook_every_ms = 50\noutstanding_deposits = {outstanding}\n\
             [alarm_delivery]\nmail_to = [\"{DUTY}\"]\n\
             [alarm_delivery.webhook]\nurl = \"{webhook}\"\nsecret_file = \"{}\"\n\
             [notify]\npublic_url = \"http://localhost\"\nsender_zh = \"示例\"\nsender_en = \"Example\"\n\
             [notify.email]\nname = \"mail\"\nhost = \"127.0.0.1\"\nport = {mail_port}\n\
             security = \"none\"\nfrom = \"示例 <alarms@example.com>\"\n",
            secret_file.display()
        )
    };
    // Nobody is at the custodians' address: the first deposit waits, and that is one too many.
    let mut platform = Alone::start(&tables(0));
    let body = json!({ "matter": "establishment", "company_name": "示例" });
    let staff = platform.staff[0].clone();
    platform.client().post(&staff, "/api/v1/filings", &body).await;
    let told = duty.of_alarm(1).await;
    assert_eq!((&told[0]["raised"], &told[0]["limit"]), (&json!(true), &json!(0)));
    assert!(told[0]["value"].as_u64().unwrap() > 0, "{}", told[0]);
    let subject = mails(&tray, 1).await.remove(0);
    assert!(subject.contains("告警") && subject.contains("(raised)"), "{subject}");

    // Another process finds it over, and says so; nothing is told twice.
    platform.restart(&tables(10_000));
    let told = duty.of_alarm(2).await;
    assert_eq!((told.len(), &told[1]["raised"]), (2, &json!(false)));
    assert_ne!(told[0]["id"], told[1]["id"]);
    let subjects = mails(&tray, 2).await;
    assert_eq!(subjects.len(), 2);
    assert!(subjects[1].contains("恢复") && subjects[1].contains("(cleared)"), "{}", subjects[1]);

    // And an alarm after that is told again.
    platform.restart(&tables(0));
    let told = duty.of_alarm(3).await;
    assert_eq!((told.len(), &told[2]["raised"]), (3, &json!(true)));
    mails(&tray, 3).await;
}

/// Rule: outbox with retries, an alarm.
#[tokio::test]
async fn edge_case_35_a_gateway_that_is_down_raises_an_alarm_and_nobody_else_waits() {
    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("gateway.secret");
    std::fs::write(&secret_file, Secret::write(&[9; 32]).as_bytes()).unwrap();
    let platform = Alone::start(&format!(
        "[api.alarms]\nlook_every_ms = 50\n\
         [notify]\npublic_url = \"http://localhost\"\nsender_zh = \"示例\"\nsender_en = \"Example\"\n\
         [notify.sms]\nname = \"gateway\"\nurl = \"http://127.0.0.1:1/send\"\nsecret_file = \"{}\"\n",
        secret_file.display()
    ));
    let (client, staff) = (platform.client(), platform.staff[0].clone());
    let raised = async |is_raised: bool| {
        until_some("the alarm of messages", async || {
            let said = client.get("", "/alarms?lang=en").await.json();
            let alarms = said["alarms"].as_array()?.clone();
            let alarm = alarms.into_iter().find(|alarm| alarm["alarm"] == "messages_fail")?;
            (alarm["since"].is_string() == is_raised).then_some(alarm)
        })
        .await
    };
    raised(false).await;

    // Links are sent to six people; every request is answered as if the gateway were there.
    let body = json!({ "matter": "establishment", "company_name": "示例" });
    let filing = client.post(&staff, "/api/v1/filings", &body).await;
    let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    let path = format!("{base}/documents?title=Articles");
    client.upload(&staff, &path, "application/pdf", files::pdf("Articles", 1)).await;
    let mut parties = Vec::new();
    for number in 1..=6 {
        let name = heqi_testkit::shareholder(number);
        let party = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        let added = client.post(&staff, &format!("{base}/parties"), &party).await;
        let party = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
        let contact = json!({ "mobile": format!("1380000001{number}") });
        client.post(&staff, &format!("{party}/contact"), &contact).await;
        parties.push(party);
    }
    for party in parties {
        client.post(&staff, &format!("{party}/invitations"), &json!({})).await;
    }
    let alarm = raised(true).await;
    assert!(alarm["value"].as_u64().unwrap() > 3, "{alarm}");
    assert!(alarm["means"].as_str().unwrap().contains("do not reach signers"), "{alarm}");
    let figures = client.get("", "/metrics").await.text();
    let later = figures
        .lines()
        .find(|line| line.starts_with("heqi_messages_total{") && line.contains("\"later\""));
    assert!(later.is_some(), "tried again later: {figures}");
}
