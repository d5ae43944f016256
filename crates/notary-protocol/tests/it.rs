//! The clients against a peer that answers exactly what a test says.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails"
)]

use bytes::Bytes;
use heqi_notary_protocol::notary::DepositError;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_notary_protocol::{Bearer, CallError, Deadlines, HttpPool, NotaryClient};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_tlog::tree::empty_root;
use heqi_tlog::witness::AddCheckpoint;
use heqi_vocabulary::Digest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A peer that takes one request, answers `answer` and tells what it was asked.
async fn peer(answer: Vec<u8>) -> (NotaryClient, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, asked) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        loop {
            let mut part = [0; 4096];
            let read = stream.read(&mut part).await.unwrap();
            request.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&request).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                break;
            }
        }
        // The client may hang up before everything is written: that is what some tests want.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        let _ = tell.send(String::from_utf8_lossy(&request).into_owned());
    });
    let pool = HttpPool::new(Deadlines { exchange_ms: 20_000, ..Deadlines::default() }).unwrap();
    let bearer = Bearer::new("heqi_deposits_example");
    (NotaryClient::new(pool, &url, Some(bearer)), asked)
}

fn http(status: &str, media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

fn empty_head() -> AddCheckpoint {
    let name = KeyName::new("log.example/test").unwrap();
    let log_key = NoteSigner::from_seed(name.clone(), &[7; 32]).unwrap();
    let checkpoint = Checkpoint::new(Origin::from(name), 0, empty_root()).unwrap();
    let signed = SignedCheckpoint::sign(checkpoint, &log_key).unwrap();
    AddCheckpoint::new(0, Vec::new(), signed).unwrap()
}

#[tokio::test]
async fn a_deposit_is_sent_as_a_bundle_with_its_key() {
    let (client, asked) = peer(http("503 Busy", "application/problem+json", "{}")).await;
    let refusal = client.deposit(Bytes::from_static(b"bundle")).await.unwrap_err();
    assert!(matches!(refusal, DepositError::Call(CallError::Unavailable { .. })));
    let asked = asked.await.unwrap().to_ascii_lowercase();
    assert!(asked.starts_with("post /deposits http/1.1\r\n"), "{asked}");
    assert!(asked.contains("\r\nauthorization: bearer heqi_deposits_example\r\n"));
    assert!(asked.contains("\r\ncontent-type: application/vnd.etsi.asic-e+zip\r\n"));
    assert!(asked.ends_with("\r\n\r\nbundle"));
}

#[tokio::test]
async fn a_gap_tells_what_has_to_come_first() {
    let body = r#"{"code":"chain_gap","expected_seq":4}"#;
    let (client, _) = peer(http("409 Conflict", "application/problem+json", body)).await;
    let gap = client.deposit(Bytes::from_static(b"bundle")).await.unwrap_err();
    assert_eq!(gap, DepositError::Gap { expected_seq: 4 });
}

#[tokio::test]
async fn a_refusal_is_final_and_names_its_code() {
    let body = r#"{"code":"deposit_incomplete"}"#;
    let (client, _) = peer(http("422 No", "application/problem+json", body)).await;
    let refusal = client.deposit(Bytes::from_static(b"bundle")).await.unwrap_err();
    let expected = CallError::Refused { status: 422, code: "deposit_incomplete".into() };
    assert_eq!(refusal, DepositError::Call(expected));
}

#[tokio::test]
async fn an_answer_without_a_receipt_is_outside_the_protocol() {
    let (client, _) = peer(http("200 OK", "application/json", r#"{"receipt":1}"#)).await;
    let refusal = client.deposit(Bytes::from_static(b"bundle")).await.unwrap_err();
    assert!(matches!(refusal, DepositError::Call(CallError::Unintelligible { .. })));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let endless = "x".repeat(2 << 20);
    let (client, _) = peer(http("200 OK", "application/json", &endless)).await;
    let refusal = client.chain_head(Digest::of(b"chain")).await.unwrap_err();
    assert_eq!(refusal, CallError::Unintelligible { what: "the answer is too long" });
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let answer =
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let (client, _) = peer(answer.to_vec()).await;
    assert!(matches!(client.anchors().await, Err(CallError::Unintelligible { .. })));
}

#[tokio::test]
async fn a_witness_conflict_carries_the_size_and_nothing_else_does() {
    let (client, asked) = peer(http("409 Conflict", "text/x.tlog.size", "17\n")).await;
    let conflict = client.witness().add_checkpoint(&empty_head(), &[]).await.unwrap_err();
    assert_eq!(conflict, AddCheckpointError::Conflict { cosigned_size: 17 });
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("POST /witness/add-checkpoint HTTP/1.1\r\n"), "{asked}");
    assert!(asked.ends_with(&empty_head().to_string()));

    let (client, _) = peer(http("409 Conflict", "text/x.tlog.size", "many\n")).await;
    let refusal = client.witness().add_checkpoint(&empty_head(), &[]).await.unwrap_err();
    assert!(matches!(refusal, AddCheckpointError::Call(CallError::Unintelligible { .. })));

    let (client, _) = peer(http("422 No", "application/problem+json", "{}")).await;
    let refusal = client.witness().add_checkpoint(&empty_head(), &[]).await.unwrap_err();
    let expected = CallError::Refused { status: 422, code: "http_422".into() };
    assert_eq!(refusal, AddCheckpointError::Call(expected));
}

#[tokio::test]
async fn a_cosignature_of_nobody_we_know_is_not_taken() {
    let (client, _) = peer(http("200 OK", "text/plain", "— stranger AAAAAAA=\n")).await;
    let refusal = client.witness().add_checkpoint(&empty_head(), &[]).await.unwrap_err();
    assert!(matches!(refusal, AddCheckpointError::Call(CallError::Unintelligible { .. })));
}

#[tokio::test]
async fn a_peer_that_is_not_there_is_tried_again() {
    let pool = HttpPool::new(Deadlines::default()).unwrap();
    // Nobody listens on a port that was just given back.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = NotaryClient::new(pool, &format!("http://{free}"), None);
    let failure = client.anchors().await.unwrap_err();
    assert!(failure.is_transient(), "{failure}");
}
