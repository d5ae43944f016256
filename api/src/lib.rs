//! The signing platform's service: HTTP in, HTTP out, no rules.
//!
//! What this is: the routes of `/api/v1`, the platform's log below `/log/`, the platform as
//! witness of the other organisation's log, and two pages. A handler takes what extractors
//! made of the request, calls one use case of `heqi_registration`, and writes its answer.
//!
//! What this is not: any decision about filings, signings or evidence, and no middleware of
//! its own beyond the table of access; names, addresses, languages, problems and figures of
//! requests are `heqi_service_kit`'s.
//!
//! Specs: OpenAPI 3.1 for `/api/`, RFC 9457 for failures, c2sp.org/tlog-tiles@v0.1.0 for
//! `/log/`, c2sp.org/tlog-witness@v1.0.0 for `/witness/`.
//!
//! A request, in the order things happen to it:
//! - `heqi_service_kit::edge`: its name, its client, its language
//! - [`access`]: who may call what, one table
//! - `extract`: who asks, under which name, what the server saw, and the body
//! - `routes`: one file per group of routes
//! - `problem_of`, `edge_problem`: what goes wrong, once
//!
//! Beside it:
//! - [`server`], [`settings`]: started on a listener, stopped by draining
//! - [`openapi`]: the description for programs; `schema`: the shapes in it
//! - `pages`: coverage, the description for people, and how `heqi_pages` is answered
//! - `visitor`: browsers with a session, and how somebody reads
//! - `alarms`, `figures`, `recent`: what operators look at

pub mod access;
mod alarms;
mod edge_problem;
mod extract;
mod figures;
pub mod openapi;
mod pages;
mod problem_of;
mod recent;
mod routes;
mod schema;
pub mod server;
pub mod settings;
mod state;
mod visitor;

pub use figures::StoreGauges;
pub use heqi_service_kit::Running;
pub use server::{Api, DiskBytes, PeerAnswering, StartError, Surroundings};
pub use settings::ApiSettings;
