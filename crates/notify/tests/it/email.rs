//! A real mail server on loopback, plain and over TLS.

use std::sync::Arc;

use heqi_notify::catcher::Tray;
use heqi_notify::catcher::smtp::{Manners, TakesAll, serve, session};
use heqi_notify::{Channel as _, SendError, SmtpChannel, SmtpSecurity, SmtpSettings};
use heqi_testkit::FixedClock;
use tokio::net::TcpListener;

use crate::letter;

const NOW: &str = "2026-11-23T12:00:00.000Z";

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        name: "mail".into(),
        host: "localhost".into(),
        port,
        security: SmtpSecurity::None,
        credentials: None,
        from: "示例商事文签 <notice@example.com>".into(),
        roots_pem: None,
        timeout_ms: 5_000,
    }
}

async fn server(manners: impl Manners + 'static) -> (Tray, u16) {
    let tray = Tray::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let clock = Arc::new(FixedClock::at(NOW));
    tokio::spawn(serve(listener, tray.clone(), clock, Arc::new(manners)));
    (tray, port)
}

#[tokio::test]
async fn a_mail_arrives_with_its_subject_and_text_as_they_were_written() {
    let (tray, port) = server(TakesAll).await;
    let letter = letter("chen@example.com");
    SmtpChannel::new(settings(port)).unwrap().send(&letter).await.unwrap();
    let caught = tray.newest_first();
    assert_eq!(caught.len(), 1);
    assert_eq!(caught[0].message, letter.message.to_string());
    assert_eq!(caught[0].to, "chen@example.com");
    assert_eq!(caught[0].subject.as_deref(), Some(letter.subject.as_str()));
    assert_eq!(caught[0].text.replace("\r\n", "\n").trim_end(), letter.text.trim_end());
}

struct Refuses(&'static str);

impl Manners for Refuses {
    fn recipient(&self, _: &str) -> Option<&'static str> {
        Some(self.0)
    }
}

struct HangsUp;

impl Manners for HangsUp {
    fn message(&self, _: &str) -> Option<&'static str> {
        Some("")
    }
}

#[tokio::test]
async fn each_end_of_a_conversation_means_one_thing() {
    for (answer, wanted) in [
        ("550 no such mailbox", SendError::Refused { reason: "mail_server_refused" }),
        (
            "451 try again later",
            SendError::Later { reason: "mail_server_busy", retry_after_ms: None },
        ),
    ] {
        let (tray, port) = server(Refuses(answer)).await;
        let sent = SmtpChannel::new(settings(port)).unwrap().send(&letter("a@example.com")).await;
        assert_eq!(sent, Err(wanted), "{answer}");
        assert!(tray.newest_first().is_empty());
    }
    let (_, port) = server(HangsUp).await;
    let sent = SmtpChannel::new(settings(port)).unwrap().send(&letter("a@example.com")).await;
    assert!(matches!(sent, Err(SendError::Uncertain { .. })), "{sent:?}");
    let nobody = SmtpChannel::new(settings(9)).unwrap().send(&letter("a@example.com")).await;
    assert!(matches!(nobody, Err(SendError::Later { .. })), "{nobody:?}");
}

#[tokio::test]
async fn over_tls_the_server_is_believed_by_the_roots_given_and_no_others() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![made.cert.der().clone()],
            rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into()),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let tray = Tray::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let kept = tray.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let _ = session(stream, &kept, &FixedClock::at(NOW), &TakesAll).await;
        }
    });
    let over_tls = |roots: Option<Vec<u8>>| {
        let mut settings = settings(port);
        (settings.security, settings.roots_pem) = (SmtpSecurity::Tls, roots);
        SmtpChannel::new(settings).unwrap()
    };
    let known = over_tls(Some(made.cert.pem().into_bytes()));
    known.send(&letter("a@example.com")).await.unwrap();
    assert_eq!(tray.newest_first().len(), 1);

    let stranger = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let unknown = over_tls(Some(stranger.cert.pem().into_bytes()));
    let sent = unknown.send(&letter("b@example.com")).await;
    assert!(matches!(sent, Err(SendError::Later { .. })), "{sent:?}");
    assert_eq!(tray.newest_first().len(), 1);
}

#[tokio::test]
async fn starttls_is_demanded_and_plain_mail_leaves_this_machine_never() {
    let (tray, port) = server(TakesAll).await;
    let mut demanded = settings(port);
    demanded.security = SmtpSecurity::Starttls;
    let sent = SmtpChannel::new(demanded).unwrap().send(&letter("a@example.com")).await;
    assert!(matches!(sent, Err(SendError::Later { .. })), "{sent:?}");
    assert!(tray.newest_first().is_empty());
    let mut far = settings(port);
    far.host = "mail.example.com".into();
    assert!(SmtpChannel::new(far).is_err());
}
