//! TLS ports of every program that has one: who is no caller of them. The time authority of tests has
//! none: it listens on loopback.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use heqi_service_kit::Trust;

use crate::production::{NAMES, Organisations, Service, asks, certify, host};

/// What a port answers to these bytes until it closes the connection.
fn says_to(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("port {port} keeps the connection: {error}"),
    }
    answer
}

/// Every program's port, with everything that is no caller of it.
#[tokio::test]
async fn a_tls_port_of_every_program_takes_neither_plain_http_nor_strangers_certificates() {
    let made = Organisations::make();
    let services = NAMES.map(|organisation| Service::start(&made, organisation));
    let stranger = made.path("stranger");
    certify(&stranger, &host("platform"), None);
    let stranger = stranger.join("keys/tls.pem");

    let [platform, notary, preservation] = made.ports;
    for (name, port, closed) in [
        ("platform", platform, &["/peer/standing", "/witness/add-checkpoint"][..]),
        ("notary", notary, &["/deposits", "/peer/standing", "/witness/add-checkpoint"]),
        ("preservation", preservation, &["/deposits", "/peer/standing"]),
    ] {
        let url = format!("https://127.0.0.1:{port}");
        // Whoever speaks plain HTTP, another protocol or nonsense is not answered in HTTP.
        let hello_of_ssl_2 = b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10".as_slice();
        for bytes in [
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".as_slice(),
            b"POST /deposits HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"SSH-2.0-OpenSSH_9.9\r\n",
            hello_of_ssl_2,
            &[0; 64],
        ] {
            let answer = says_to(port, bytes);
            let text = String::from_utf8_lossy(&answer);
            assert!(!text.contains("HTTP/"), "{name} answers plain bytes: {text}");
            // At most one alert of TLS (RFC 8446, 6).
            assert!(
                answer.is_empty() || (answer[0] == 21 && answer.len() == 7),
                "{name}: {answer:?}"
            );
        }
        let root = made.path(&format!("{name}/keys/tls-root.pem"));
        for path in closed {
            let with_own = asks(&format!("{url}{path}"), &stranger, &root, &host(name)).await;
            assert_eq!(with_own, None, "{name} {path} with a stranger's certificate");
            let trust = Trust::roots(&root).unwrap();
            let http = trust.client().unwrap().build().unwrap();
            let none = http.post(format!("{url}{path}")).body("x").send().await.unwrap();
            assert_eq!(none.status().as_u16(), 403, "{name} {path} without a certificate");
            assert!(none.text().await.unwrap().contains("peer_certificate_required"));
        }
        // Whoever does not believe the root is told nothing at all, and others are served.
        let nobody = Trust::Nobody.client().unwrap().build().unwrap();
        assert!(nobody.get(format!("{url}/healthz")).send().await.is_err(), "{name}");
        let trust = Trust::roots(&root).unwrap().client().unwrap().build().unwrap();
        let alive = trust.get(format!("{url}/healthz")).send().await.unwrap();
        assert_eq!(alive.status().as_u16(), 200, "{name}");
    }
    services.into_iter().for_each(Service::end);
}
