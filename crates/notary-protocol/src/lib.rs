//! What the two organisations say to each other: messages, and a typed client for each
//! conversation.
//!
//! What this is: the wire between platform and notary. Every call has a deadline, every
//! answer a longest length, and every failure is one of the few things a caller would do
//! differently: try again, send what is missing first, start from another size, or stop
//! and tell a person.
//!
//! What this is not: a service, a queue or a decision. It verifies no evidence; signatures
//! are checked where the keys are known ([`DepositReply::open`],
//! [`WitnessClient::add_checkpoint`]). Plain HTTP only: both ends run on one machine until
//! TLS exists.
//!
//! The log endpoints are c2sp.org/tlog-tiles, tlog-witness and tlog-mirror with the codec of
//! `heqi-tlog`; deposits are `POST /deposits` of a bundle with a bearer key.
//!
//! - [`http`]: one connection pool, deadlines, bounded answers, failures one would act on
//! - [`deposit`]: the answer to a deposit
//! - [`notary`]: deposits, chain heads and anchors of one custodian
//! - [`application`]: an application for a certificate
//! - [`notice`]: what a person said to one custodian, for the others
//! - [`witness`], [`mirror`], [`log`]: the transparency-log conversations, either direction
//! - [`peer`]: what each side holds of the other, and asking for it before anything is written
//! - [`recovery`]: taking back what a custodian holds
//! - [`problem`]: what a refusal says
//! - [`backoff`]: how long to wait before trying again

pub mod application;
pub mod backoff;
pub mod deposit;
pub mod http;
pub mod log;
pub mod mirror;
pub mod notary;
pub mod notice;
pub mod peer;
pub mod problem;
pub mod recovery;
pub mod returns;
pub mod witness;

pub use application::{ApplicationReply, ApplicationRequest, AuthorityForm};
pub use backoff::Backoff;
pub use deposit::DepositReply;
pub use http::{Bearer, CallError, Deadlines, HttpPool};
pub use log::{LogClient, document};
pub use mirror::MirrorClient;
pub use notary::NotaryClient;
pub use notice::NoticeClient;
pub use peer::PeerClient;
pub use witness::WitnessClient;
