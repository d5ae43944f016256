//! E-mail by SMTP (RFC 5321), over TLS from the start (RFC 8314) or by STARTTLS, which is
//! demanded and not merely tried. Plain SMTP is for loopback.
//!
//! A mail server does not recognise a repetition, so a connection that breaks after the
//! text was given is *uncertain* and the message is not sent by it again.

use std::fmt;
use std::time::Duration;

use heqi_vocabulary::MessageChannel;
use lettre::address::Envelope;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, SmtpConnection, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use zeroize::Zeroizing;

use crate::channel::{Channel, Letter, SendError, Sending, Taken};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth way")]
pub enum SmtpSecurity {
    /// TLS from the first byte, usually port 465.
    Tls,
    /// Demanded of the server before anything is said, usually port 587.
    Starttls,
    /// None: only for a server on this machine.
    None,
}

/// A mail server.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SmtpSettings {
    /// What it is called in records and figures.
    pub name: String,
    /// Its name, which its certificate must carry.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// Who we are there.
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// From whom messages are, `名称 <address>`.
    pub from: String,
    /// Roots that the server's certificate is believed by, PEM; the system's when absent.
    pub roots_pem: Option<Vec<u8>>,
    /// For each step, in milliseconds.
    pub timeout_ms: u32,
}

/// Without the password.
impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpSettings({}, {:?})", self.name, self.security)
    }
}

/// Why a mail server cannot be used as it is set.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpSettingsError {
    /// The sender is no address.
    #[error("the sender of e-mails is no address")]
    From,
    /// Plain SMTP to another machine.
    #[error("without TLS a mail server must be on this machine")]
    Plain,
    /// The roots cannot be read.
    #[error("the certificates that the mail server is believed by cannot be read")]
    Roots,
}

/// A mail server as a channel.
#[derive(Clone)]
pub struct SmtpChannel {
    settings: SmtpSettings,
    from: Mailbox,
    tls: Option<TlsParameters>,
}

impl SmtpChannel {
    /// Takes the settings.
    ///
    /// # Errors
    /// See [`SmtpSettingsError`].
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSettingsError> {
        let from = settings.from.parse().map_err(|_| SmtpSettingsError::From)?;
        let local = matches!(settings.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let tls = match settings.security {
            SmtpSecurity::None if local => None,
            SmtpSecurity::None => return Err(SmtpSettingsError::Plain),
            SmtpSecurity::Tls | SmtpSecurity::Starttls => Some(tls(&settings)?),
        };
        Ok(Self { settings, from, tls })
    }

    /// The conversation, step by step, each with its own timeout.
    fn deliver(&self, letter: &Letter) -> Result<Taken, SendError> {
        let to: Mailbox = Mailbox::new(
            None,
            letter.address.parse().map_err(|_| SendError::Refused { reason: "address" })?,
        );
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.clone())
            .subject(&letter.subject)
            // The same whenever it is tried again, so that a mailbox can tell.
            .message_id(Some(format!("<{}@{domain}>", letter.message)))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| SendError::Refused { reason: "text" })?;
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![to.email])
            .map_err(|_| SendError::Refused { reason: "address" })?;

        let mut connection = self.connect().map_err(|error| before(&error))?;
        let sent = connection.send(&envelope, &message.formatted());
        match sent {
            Ok(_) => {
                // Taken, whatever becomes of the farewell.
                let _ = connection.quit();
                Ok(Taken::default())
            }
            Err(error) => {
                connection.abort();
                Err(during(&error))
            }
        }
    }

    fn connect(&self) -> Result<SmtpConnection, lettre::transport::smtp::Error> {
        let SmtpSettings { host, port, security, credentials, timeout_ms, .. } = &self.settings;
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let timeout = Some(Duration::from_millis(u64::from(*timeout_ms)));
        let at_once = self.tls.clone().filter(|_| *security == SmtpSecurity::Tls);
        let server = (host.as_str(), *port);
        let mut connection =
            SmtpConnection::connect(server, timeout, &hello, at_once.as_ref(), None)?;
        if let (SmtpSecurity::Starttls, Some(tls)) = (security, &self.tls) {
            // Fails where the server does not offer it: nothing is said in clear.
            connection.starttls(tls, &hello)?;
        }
        if let Some((name, password)) = credentials {
            let credentials = Credentials::new(name.clone(), password.to_string());
            connection.auth(DEFAULT_MECHANISMS, &credentials)?;
        }
        Ok(connection)
    }
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, SmtpSettingsError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.roots_pem {
        builder = builder.certificate_store(CertificateStore::None);
        let root = Certificate::from_pem(pem).map_err(|_| SmtpSettingsError::Roots)?;
        builder = builder.add_root_certificate(root);
    }
    builder.build().map_err(|_| SmtpSettingsError::Roots)
}

/// Before the text was given nothing was taken.
fn before(error: &lettre::transport::smtp::Error) -> SendError {
    if error.is_permanent() {
        // Of the server as it is set, and not of this message.
        SendError::later("mail_server_refuses_us")
    } else if error.is_tls() {
        SendError::later("mail_server_tls")
    } else {
        SendError::later("mail_server_unreachable")
    }
}

/// While the message was given: an answer is certain, silence is not.
fn during(error: &lettre::transport::smtp::Error) -> SendError {
    if error.is_permanent() {
        SendError::Refused { reason: "mail_server_refused" }
    } else if error.is_transient() {
        SendError::later("mail_server_busy")
    } else if error.is_client() {
        SendError::Refused { reason: "mail_server_cannot" }
    } else {
        SendError::Uncertain { reason: "mail_server_silent" }
    }
}

impl Channel for SmtpChannel {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn kind(&self) -> MessageChannel {
        MessageChannel::Email
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Sending<'a> {
        let (channel, letter) = (self.clone(), letter.clone());
        Box::pin(async move {
            let sending = tokio::task::spawn_blocking(move || channel.deliver(&letter));
            // It ended in a panic, after nobody knows which step.
            sending.await.unwrap_or(Err(SendError::Uncertain { reason: "mail_failed" }))
        })
    }
}

impl fmt::Debug for SmtpChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpChannel({})", self.settings.name)
    }
}
