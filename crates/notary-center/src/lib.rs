//! The notary data centre's service: witness, mirror, deposits, receipts.
//!
//! What this is: HTTP in, HTTP out, over the use cases of `heqi_notarization`, for both
//! custodians: the data centre 公证机构数据中心 with witness, mirror and published anchors, and
//! the preservation service 实时保 with deposits alone. Each serves its own log and feeds it
//! to the platform's witness.
//!
//! What this is not: any decision about evidence, and no keys; the program hands them in.
//!
//! Specs: c2sp.org/tlog-tiles@v0.1.0, tlog-witness@v1.0.0, tlog-mirror (untagged), RFC 9457.
//!
//! | route | what |
//! | --- | --- |
//! | `POST /deposits` | a bundle in, a receipt out; bearer key of scope [`access::DEPOSITS`] |
//! | `GET /chains/<commitment>/head` | the newest statement about a chain |
//! | `GET /anchors.json` | the published keys (data centre) |
//! | `/witness/…`, `/mirror/…` | C2SP (data centre) |
//! | `/log/<name>/…` | the office's own log |
//! | `POST /peer/standing` | what we hold of the platform, for the platform |
//! | `/staff …` | the workbench of the office's staff |
//! | `/check …` | anybody's check of a certificate |
//! | `POST /applications` | the registry applies for a certificate |
//! | `/my …` | whoever signed sees, says, is told, applies |
//! | `POST /holder-notices` | what a person said to the other custodian |
//! | `/coverage` | the custodian's own view of what it holds, over time |
//! | `/healthz /readyz /metrics /alarms` | for operators |
//!
//! - [`service`], [`settings`]: started on a listener, stopped by draining
//! - [`access`]: who may call what
//! - [`press`]: certificates as sealed PDF
//! - `bench`, `visitor`: the workbench of the office's staff, and its sessions
//! - `routes`: one file per group of routes
//! - `refusal`: what goes wrong, for people
//! - `peer`: what the platform holds of us, and we of it
//! - `people`: under which name it speaks to people, and by what it sends them codes
//! - `sweeping`: what is kept for a while only
//! - `carrying`: what people said, brought to others; messages to whoever wants to be told
//! - `feed`: the own log to the platform's witness
//! - `elsewhere`: the data centre's witness and mirror, for the second custodian
//! - `figures`: what operators look at
//! - `alarms`: which of them somebody is told of
//! - `board`: the figures over time, and telling of alarms

pub mod access;
mod alarms;
mod bench;
mod board;
mod carrying;
mod done_forms;
mod elsewhere;
mod feed;
mod figures;
mod peer;
mod people;
pub mod press;
mod refusal;
mod renewing;
mod routes;
pub mod service;
pub mod settings;
mod sweeping;
mod visitor;

pub use bench::Bench;
pub use board::DiskBytes;
pub use carrying::NoticeWays;
pub use elsewhere::DataCentreLog;
pub use figures::StoreGauges;
pub use heqi_service_kit::Running;
pub use peer::PeerComparison;
pub use people::People;
pub use service::{
    DataCentre, NotaryCenter, PeerWitness, Role, StartError, Surroundings, Watching,
};
pub use settings::CenterSettings;
