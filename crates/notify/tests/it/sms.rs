//! The gateway of `docs/spec/sms-gateway.md`, over real HTTP.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use heqi_notify::catcher::Tray;
use heqi_notify::catcher::sms::{TakenAs, take};
use heqi_notify::report::Signed;
use heqi_notify::signature::Secret;
use heqi_notify::{Channel as _, SendError, SmsGateway};
use heqi_testkit::FixedClock;
use heqi_vocabulary::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing::field::Field;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::letter;

const NOW: &str = "2026-11-23T12:00:00.000Z";

fn secret(byte: u8) -> Secret {
    Secret::parse(&Secret::write(&[byte; 32])).unwrap()
}

/// A gateway that answers as it must, or always the same.
async fn gateway(tray: Tray, fixed: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/send", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(exchange(stream, tray.clone(), fixed));
        }
    });
    url
}

async fn exchange(mut stream: TcpStream, tray: Tray, fixed: Option<&'static str>) {
    let mut read = Vec::new();
    let (head, mut body) = loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the request ended early");
        read.extend_from_slice(&chunk[..count]);
        if let Some(end) = read.windows(4).position(|w| w == b"\r\n\r\n") {
            break (String::from_utf8(read[..end].to_vec()).unwrap(), read[end + 4..].to_vec());
        }
    };
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
            .to_owned()
    };
    assert!(!head.contains("138"), "an address stands in the head");
    let length: usize = header("content-length").parse().unwrap();
    while body.len() < length {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        body.extend_from_slice(&chunk[..count]);
    }
    let (id, timestamp, signature) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let signed = Signed { id: &id, timestamp: &timestamp, signature: &signature };
    let status = match fixed {
        Some(fixed) => fixed,
        None => match take(&tray, &secret(1), signed, &body, FixedClock::at(NOW).now()) {
            Ok(TakenAs::New) => "200 OK",
            Ok(TakenAs::Repeated) => "409 Conflict",
            Err(_) => "401 Unauthorized",
        },
    };
    let json = r#"{"reference":"gw-77"}"#;
    let retry = if status.starts_with("429") { "retry-after: 7\r\n" } else { "" };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{retry}\r\n{json}",
        json.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
}

fn channel(url: &str, key: u8) -> SmsGateway {
    let http = heqi_service_kit::Trust::Nobody.client().unwrap().build().unwrap();
    SmsGateway::new("gateway", url, secret(key), 2_000, (http, Arc::new(FixedClock::at(NOW))))
}

#[tokio::test]
async fn a_signed_message_is_taken_once_however_often_it_is_sent() {
    let tray = Tray::default();
    let url = gateway(tray.clone(), None).await;
    let letter = letter("13800000001");
    for _ in 0..3 {
        let taken = channel(&url, 1).send(&letter).await.unwrap();
        assert_eq!(taken.reference.as_deref(), Some("gw-77"));
    }
    let caught = tray.newest_first();
    assert_eq!(caught.len(), 1);
    assert_eq!(
        (caught[0].to.as_str(), caught[0].text.as_str()),
        ("13800000001", letter.text.as_str())
    );
}

#[tokio::test]
async fn another_secret_is_not_believed_and_the_message_waits() {
    let tray = Tray::default();
    let url = gateway(tray.clone(), None).await;
    let refused = channel(&url, 2).send(&letter("13800000001")).await.unwrap_err();
    assert!(matches!(refused, SendError::Later { reason: "gateway_knows_us_not", .. }));
    assert!(tray.newest_first().is_empty());
}

#[tokio::test]
async fn each_answer_of_a_gateway_means_one_thing() {
    for (status, wanted) in [
        ("400 Bad Request", SendError::Refused { reason: "gateway_refused" }),
        (
            "429 Too Many Requests",
            SendError::Later { reason: "gateway_busy", retry_after_ms: Some(7_000) },
        ),
        (
            "500 Internal Server Error",
            SendError::Later { reason: "gateway_failed", retry_after_ms: None },
        ),
        ("302 Found", SendError::Later { reason: "gateway_failed", retry_after_ms: None }),
    ] {
        let url = gateway(Tray::default(), Some(status)).await;
        assert_eq!(channel(&url, 1).send(&letter("13800000001")).await, Err(wanted), "{status}");
    }
    let nobody = channel("http://127.0.0.1:9/send", 1).send(&letter("13800000001")).await;
    assert!(matches!(nobody, Err(SendError::Later { reason: "gateway_unreachable", .. })));
}

#[tokio::test]
async fn a_text_of_more_than_three_segments_is_refused_unsent() {
    let tray = Tray::default();
    let url = gateway(tray.clone(), None).await;
    let mut long = letter("13800000001");
    long.text = "茶".repeat(202);
    let refused = channel(&url, 1).send(&long).await.unwrap_err();
    assert_eq!(refused, SendError::Refused { reason: "text_too_long" });
    assert!(!format!("{refused} {long:?}").contains("138"));
    assert!(tray.newest_first().is_empty());
}

/// Keeps what this crate logs, one line for each event.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Subscriber for Heard {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("heqi_notify")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = event.metadata().level().to_string();
        event.record(&mut |field: &Field, value: &dyn Debug| {
            write!(line, " {}={value:?}", field.name()).unwrap();
        });
        self.0.lock().unwrap().push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_text_of_more_than_one_segment_is_sent_with_a_warning_that_names_neither_text_nor_address()
 {
    let heard = Heard::default();
    let _guard = tracing::subscriber::set_default(heard.clone());
    let tray = Tray::default();
    let url = gateway(tray.clone(), None).await;
    for (count, warned) in [(70, None), (71, Some("segments=2")), (201, Some("segments=3"))] {
        let mut long = letter("13800000001");
        // Another message each time: a repetition is not taken again.
        long.message = heqi_vocabulary::MessageId::from_bytes([u8::try_from(count).unwrap(); 16]);
        long.text = "茶".repeat(count);
        channel(&url, 1).send(&long).await.unwrap();
        let lines = std::mem::take(&mut *heard.0.lock().unwrap());
        assert_eq!(lines.len(), usize::from(warned.is_some()), "{lines:?}");
        for (line, warned) in lines.iter().zip(warned) {
            assert!(line.starts_with("WARN ") && line.contains(warned), "{line}");
            assert!(
                line.contains(&long.message.to_string()) && line.contains("purpose=code"),
                "{line}"
            );
            assert!(!line.contains('茶') && !line.contains("138"), "{line}");
        }
    }
    assert_eq!(tray.newest_first().len(), 3);
}
