//! Rates and bounded queues over real HTTP: 429 and 503, each with `Retry-After`, to whoever
//! asks too much, and to nobody else.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::device::{Answer, Client};
use crate::platform::Alone;
use crate::program::until;

const FEW: &str = "{ per_minute = 1, burst = 3 }";
const MANY: &str = "{ per_minute = 6000, burst = 1000 }";

fn budgets(reads: &str, writes: &str, uploads: &str, checks: &str) -> String {
    format!("{{ reads = {reads}, writes = {writes}, uploads = {uploads}, checks = {checks} }}")
}

/// What a refused caller is told.
fn is_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=120).contains(&wait), "{wait}");
    let problem: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem["code"], code, "{problem}");
}

/// How often somebody is answered before being refused, of ten times.
async fn answered(client: &Client, token: &str, path: &str, wanted: u16) -> usize {
    let mut count = 0;
    for _ in 0..10 {
        let answer = client.get(token, path).await;
        if answer.status == 429 {
            is_refused(&answer, 429, "too_many_requests");
        } else {
            assert_eq!(answer.status, wanted, "{}", answer.text());
            count += 1;
        }
    }
    count
}

#[tokio::test]
async fn each_caller_has_a_budget_of_its_own_by_credential_and_by_address() {
    let rates = format!(
        "[api]\ntrusted_proxies = [\"127.0.0.1\"]\n[api.rates]\naddress = {}\nintegrator = {}\n",
        budgets(FEW, MANY, MANY, FEW),
        budgets(FEW, FEW, MANY, MANY)
    );
    let platform = Alone::start(&rates);
    let client = platform.client();
    let [one, two] = &platform.staff;
    let mut filing = Value::Null;
    for number in 0..3 {
        let body = json!({ "matter": "establishment", "company_name": format!("示例{number}") });
        filing = client.post(two, "/api/v1/filings", &body).await;
    }
    let path = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    // Two integrators do not share; what one did is no reason to refuse the other.
    assert_eq!(answered(&client, one, &path, 200).await, 3);
    assert_eq!(answered(&client, two, &path, 200).await, 3);
    // Acts are counted apart from reading.
    let body = json!({ "matter": "establishment", "company_name": "示例" }).to_string();
    let refused = client.raw(two, "/api/v1/filings", "application/json", body.into_bytes()).await;
    is_refused(&refused, 429, "too_many_requests");
    // Strangers count by address, as the trusted proxy tells it.
    let from = async |address: &str| {
        let get = client.http.get(format!("{}/log/platform/head", platform.url));
        get.header("x-forwarded-for", address).send().await.unwrap().status().as_u16()
    };
    let mut first = Vec::new();
    for _ in 0..5 {
        first.push(from("203.0.113.1").await);
    }
    assert_eq!(first, [200, 200, 200, 429, 429]);
    assert_eq!(from("203.0.113.2").await, 200);
    // One who guesses credentials is a stranger at an address too.
    assert_eq!(answered(&client, "heqi_integrator_guess", &path, 401).await, 3);
    // What operators look at is never refused.
    for _ in 0..10 {
        assert_eq!(client.get("", "/healthz").await.status, 200);
        assert_eq!(client.get("", "/metrics").await.status, 200);
    }
}

/// A connection whose request never ends.
fn unfinished(platform: &Alone, length: usize, content: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(platform.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nIdempotency-Key: k\r\n\
         Content-Type: {content}\r\nContent-Length: {length}\r\n\r\n",
        platform.staff[0]
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Whether something has come on a connection, its end included.
fn is_answered(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    peeked.is_ok()
}

#[tokio::test]
async fn more_requests_at_once_than_the_queue_holds_are_put_off_and_taken_later() {
    let platform = Alone::start("[api.load]\nrequests_max = 4\n");
    let client = platform.client();
    let path = "/api/v1/filings";
    let one_more = || unfinished(&platform, 100, "application/json", path);
    let mut held: Vec<_> = (0..4).map(|_| one_more()).collect();
    let mut refused = None;
    until("the queue to be full", || {
        // One that came while a question of ours had its place was put off itself.
        for stream in held.iter_mut().filter(|stream| is_answered(stream)) {
            *stream = one_more();
        }
        let mut stream = TcpStream::connect(platform.address).unwrap();
        let request = "GET /coverage HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let is_full = answer.starts_with("HTTP/1.1 503 ");
        refused = Some(answer);
        is_full
    });
    let refused = refused.unwrap().to_ascii_lowercase();
    assert!(refused.contains("\r\nretry-after: ") && refused.contains("overloaded"), "{refused}");
    is_refused(&client.get(&platform.staff[0], "/api/v1/coverage").await, 503, "overloaded");
    drop(held);
    until("the queue to be empty", || {
        let mut stream = TcpStream::connect(platform.address).unwrap();
        let request = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.starts_with("HTTP/1.1 200 ")
    });
    client.get(&platform.staff[0], "/api/v1/coverage").await.ok();
}

#[tokio::test]
async fn bodies_that_do_not_fit_into_memory_together_are_put_off() {
    let platform = Alone::start("[api.load]\nbody_memory_bytes = 4000000\n");
    let client = platform.client();
    let staff = &platform.staff[0];
    let body = json!({ "matter": "establishment", "company_name": "示例公司" });
    let filing = client.post(staff, "/api/v1/filings", &body).await;
    let path =
        format!("/api/v1/filings/{}/documents?title=x", filing["filing_id"].as_str().unwrap());
    // Whichever of the two comes second has no room, although nothing of either has come.
    let mut both = [(); 2].map(|()| unfinished(&platform, 2_500_000, "application/pdf", &path));
    for stream in &both {
        stream.set_nonblocking(true).unwrap();
    }
    let (mut refused, mut answer) = (0, [0; 4096]);
    until("one of them to be put off", || {
        let heard = both.iter_mut().map(|stream| stream.read(&mut answer).is_ok());
        let heard = heard.collect::<Vec<_>>().iter().position(|heard| *heard);
        heard.inspect(|place| refused = *place).is_some()
    });
    let said = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    assert!(said.starts_with("http/1.1 503 ") && said.contains("\r\nretry-after: "), "{said}");
    assert!(said.contains("overloaded"), "{said}");
    // The other goes on, and whatever needs no room.
    client.get(staff, "/api/v1/coverage").await.ok();
    let held = &mut both[1 - refused];
    held.set_nonblocking(false).unwrap();
    held.write_all(&vec![b'%'; 2_500_000]).unwrap();
    let mut start = [0; 12];
    held.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 415");
}

#[test]
fn one_address_has_so_many_connections_and_those_it_has_go_on() {
    let platform = Alone::start("[api.load]\nconnections_per_address = 8\n");
    let mut held: Vec<TcpStream> =
        (0..8).map(|_| TcpStream::connect(platform.address).unwrap()).collect();
    let ask = |stream: &mut TcpStream| -> bool {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        if stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").is_err() {
            return false;
        }
        let mut start = [0; 15];
        stream.read_exact(&mut start).is_ok() && start.starts_with(b"HTTP/1.1 200")
    };
    assert!(held.iter_mut().all(&ask), "the first eight are served");
    let mut more = TcpStream::connect(platform.address).unwrap();
    assert!(!ask(&mut more), "a ninth is closed");
    drop(held.split_off(4));
    until("a place to be free", || ask(&mut TcpStream::connect(platform.address).unwrap()));
}
