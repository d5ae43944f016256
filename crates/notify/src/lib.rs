//! Messages to people: how one is sent, and how its words are made.
//!
//! What this is: the port [`Channel`] with its two adapters, a configurable HTTP gateway for
//! text messages ([`sms`]) and SMTP ([`email`]); templates that refuse what they cannot fill
//! ([`template`]); the counting of text message segments ([`segments`]); and the signature
//! under requests to a gateway and under its reports ([`signature`], [`report`]), which is
//! that of Standard Webhooks. The exchange with a gateway is `docs/spec/sms-gateway.md`.
//!
//! [`catcher`] is the counterpart: a small mail server and the gateway's side, for tests and
//! the demonstration.
//!
//! What this is not: who is told what and when. It knows no filing and keeps nothing: queue
//! and outcome are the caller's. No address, text, code or link reaches a log, an error or a
//! URL from here.

pub mod catcher;
pub mod channel;
pub mod email;
pub mod report;
pub mod segments;
pub mod signature;
pub mod sms;
pub mod template;
pub mod webhook;

pub use channel::{Channel, Letter, SendError, Taken};
pub use email::{SmtpChannel, SmtpSecurity, SmtpSettings};
pub use report::{DeliveryReport, ReportError, ReportedState};
pub use sms::SmsGateway;
pub use template::{Template, TemplateError, Templates};
pub use webhook::Webhook;
