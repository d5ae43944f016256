//! Bytes that no client of ours sends, over raw TCP to a running platform: each ends with a
//! clear answer or a closed connection, others go on being served, and memory stays bounded.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::platform::Alone;

/// Longer than any deadline of the settings below: a connection that is still open then
/// would stay open.
const PATIENCE: Duration = Duration::from_secs(30);
/// What hostile requests may make the program keep, beside what it has anyway.
const BOUND: u64 = 96 << 20;
const SETTINGS: &str = "[api]\nbody_deadline_ms = 700\n[api.load]\nhead_deadline_ms = 700\n";

fn connect(platform: &Alone) -> TcpStream {
    let stream = TcpStream::connect(platform.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Everything that is answered until the connection is closed; that it *is* closed.
fn to_the_end(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        // Closed while bytes of ours were still under way.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("still open: {error}, {}", String::from_utf8_lossy(&answer)),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends as much of this as is taken; what is answered.
fn send(platform: &Alone, bytes: &[u8]) -> String {
    let mut stream = connect(platform);
    // A server that has answered need not read the rest.
    let _ = stream.write_all(bytes);
    to_the_end(stream)
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).map(|rest| &rest[..3]).collect()
}

/// A head with a credential, to whose end a test adds what it likes.
fn head(platform: &Alone, method: &str, path: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Idempotency-Key: k\r\nContent-Type: application/json\r\n",
        platform.staff[0]
    )
}

/// That somebody else is served now.
fn serves_others(platform: &Alone) {
    let answer = send(platform, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_eq!(statuses(&answer), ["200"], "{answer}");
}

#[test]
fn whoever_sends_slowly_is_let_go_and_others_are_served_meanwhile() {
    let platform = Alone::start(SETTINGS);
    let before = platform.memory();
    let trickle = |start: String, part: &'static str| {
        let mut stream = connect(&platform);
        stream.write_all(start.as_bytes()).unwrap();
        let reader = stream.try_clone().unwrap();
        let sender = thread::spawn(move || {
            // One piece after the other, for ever, as far as the other side takes it.
            while stream.write_all(part.as_bytes()).is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        reader.set_read_timeout(Some(PATIENCE)).unwrap();
        (sender, reader)
    };
    let silent: Vec<TcpStream> = (0..100).map(|_| connect(&platform)).collect();
    let heads: Vec<_> = (0..50)
        .map(|_| trickle("GET /healthz HTTP/1.1\r\nHost: a\r\n".into(), "X-A: b\r\n"))
        .collect();
    let body = head(&platform, "POST", "/api/v1/filings") + "Content-Length: 200000\r\n\r\n{";
    let chunked =
        head(&platform, "POST", "/api/v1/filings") + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n";
    let bodies: Vec<_> = (0..25)
        .flat_map(|_| [trickle(body.clone(), " "), trickle(chunked.clone(), "1\r\n \r\n")])
        .collect();
    serves_others(&platform);
    for stream in silent {
        let answer = to_the_end(stream);
        assert!(answer.is_empty() || answer.contains(" 408 "), "{answer}");
    }
    for (sender, stream) in heads {
        let answer = to_the_end(stream);
        assert!(answer.is_empty() || answer.contains(" 408 "), "{answer}");
        sender.join().unwrap();
    }
    for (sender, stream) in bodies {
        let answer = to_the_end(stream);
        assert_eq!(statuses(&answer), ["408"], "{answer}");
        assert!(answer.contains("\"code\":\"body_too_slow\""), "{answer}");
        sender.join().unwrap();
    }
    serves_others(&platform);
    assert!(platform.memory() < before + BOUND);
}

#[test]
fn heads_and_bodies_beyond_their_limits_are_refused_and_not_kept() {
    let platform = Alone::start(SETTINGS);
    let before = platform.memory();
    let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n";
    let long = "a".repeat(8 << 20);
    let many = "X-Many: one\r\n".repeat(100_000);
    for (what, request) in [
        ("one long header", format!("{get}X: {long}\r\n\r\n")),
        ("many headers", format!("{get}{many}\r\n")),
        ("a long address", format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")),
        ("a long method", format!("{long} / HTTP/1.1\r\nHost: a\r\n\r\n")),
    ] {
        let answer = send(&platform, request.as_bytes());
        let found = statuses(&answer);
        let refused = found.is_empty() || (found.len() == 1 && found[0].starts_with('4'));
        assert!(refused, "{what}: {}", &answer[..answer.len().min(400)]);
    }
    for length in ["262145", "1000000000000", "18446744073709551615"] {
        let request = head(&platform, "POST", "/api/v1/filings");
        let answer =
            send(&platform, format!("{request}Content-Length: {length}\r\n\r\n").as_bytes());
        assert!(statuses(&answer).iter().all(|status| status.starts_with('4')), "{answer}");
        assert!(answer.contains(" 413 ") || length.len() == 20, "{length}: {answer}");
    }
    // Without a length, for ever: it is cut off long before the caller is done.
    let mut stream = connect(&platform);
    let start = head(&platform, "POST", "/api/v1/filings") + "Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(start.as_bytes()).unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
    let sent = (0..100_000).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent < 100_000, "six gigabytes were taken");
    let answer = to_the_end(stream);
    assert!(answer.is_empty() || statuses(&answer) == ["413"], "{answer}");
    serves_others(&platform);
    assert!(platform.memory() < before + BOUND);
}

#[test]
fn what_unfolds_to_something_longer_is_refused_unread() {
    let platform = Alone::start(SETTINGS);
    let before = platform.memory();
    for path in ["/api/v1/filings", "/api/v1/signings/x/capture", "/witness/add-checkpoint"] {
        for encoding in ["gzip", "br", "zstd", "deflate", "identity, gzip", "GZIP", "x-unknown"] {
            let request = head(&platform, "POST", path);
            let request = format!(
                "{request}Content-Encoding: {encoding}\r\nContent-Length: 20\r\n\
                 Connection: close\r\n\r\n\x1f\x08\x08\x08aaaaaaaaaaaaaaaa"
            );
            let answer = send(&platform, request.as_bytes());
            let [status] = statuses(&answer)[..] else { panic!("{path} {encoding}: {answer}") };
            assert!(["415", "404"].contains(&status), "{path} {encoding}: {answer}");
            assert!(path != "/api/v1/filings" || status == "415", "{encoding}: {answer}");
        }
    }
    serves_others(&platform);
    assert!(platform.memory() < before + BOUND);
}

#[test]
fn two_ways_to_read_one_request_are_no_way() {
    let platform = Alone::start(SETTINGS);
    let post = "POST /api/v1/filings HTTP/1.1\r\nHost: a\r\n";
    let inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let length = inner.len() + 5;
    for (what, request) in [
        (
            "length and chunks",
            format!(
                "{post}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"
            ),
        ),
        (
            "chunks and length",
            format!(
                "{post}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n{inner}"
            ),
        ),
        (
            "two lengths",
            format!("{post}Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{inner}"),
        ),
        ("a list of lengths", format!("{post}Content-Length: 0, {length}\r\n\r\n{inner}")),
        ("a signed length", format!("{post}Content-Length: +0\r\n\r\n{inner}")),
        ("a hexadecimal length", format!("{post}Content-Length: 0x0\r\n\r\n{inner}")),
        (
            "chunks by another name",
            format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{inner}"),
        ),
        (
            "chunks and something else",
            format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{inner}"),
        ),
        (
            "chunks twice",
            format!(
                "{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{inner}"
            ),
        ),
        (
            "a space before the colon",
            format!("{post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{inner}"),
        ),
        ("a folded line", format!("{post}X: a\r\n Transfer-Encoding: chunked\r\n\r\n{inner}")),
        ("a chunk of no number", format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{inner}")),
        (
            "a chunk beyond numbers",
            format!("{post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{inner}"),
        ),
        ("a zero byte", format!("GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n{inner}")),
        ("no version", "GET /healthz\r\n\r\n".to_owned()),
        ("another version", "GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n".to_owned()),
        ("two lines of a carriage return", format!("GET /healthz HTTP/1.1\rHost: a\r\r{inner}")),
    ] {
        let answer = send(&platform, request.as_bytes());
        let found = statuses(&answer);
        // Refused at once and for good: nothing after it is read as another request.
        let refused = found.is_empty() || (found.len() == 1 && found[0].starts_with('4'));
        assert!(refused, "{what}: {answer}");
        assert!(!answer.contains("smuggled"), "{what}: {answer}");
    }
    serves_others(&platform);
}

#[test]
fn what_is_not_http_is_closed() {
    let platform = Alone::start(SETTINGS);
    let before = platform.memory();
    let mut hello = vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03];
    hello.extend((0..512).map(|n: u32| u8::try_from(n * 37 % 256).unwrap()));
    let noise: Vec<u8> =
        (0..1_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for bytes in [
        hello.as_slice(),
        noise.as_slice(),
        &vec![0; 100_000],
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"*1\r\n$4\r\nPING\r\n",
    ] {
        let answer = send(&platform, bytes);
        assert!(statuses(&answer).iter().all(|status| status.starts_with('4')), "{answer}");
    }
    serves_others(&platform);
    assert!(platform.memory() < before + BOUND);
}
