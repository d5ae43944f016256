//! The service over real HTTP on a port of its own, in the order of its routes.
//!
//! Every answer of every test is compared with the OpenAPI document on the way
//! (`contract`): a status that is not described, or a member that is not in its schema,
//! fails the test that met it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::similar_names,
    reason = "a test that cannot be set up fails"
)]

mod access;
mod alarms;
mod asked_again;
mod attacks;
mod bad_input;
mod bad_signatures;
mod ceremony;
mod compared;
mod contract;
mod counter_confirm;
mod custodian;
mod desk;
mod duties;
mod edge_cases;
mod entry;
mod evidence;
mod facts;
mod filings;
mod guardian;
mod journey;
mod log;
mod matrix;
mod objects;
mod on_disk;
mod pages;
mod peer;
mod receipts;
mod regulator;
mod removal;
mod service;
mod signer;
mod simulated;
mod staff;
mod staff_objects;
mod submission;
mod time_stamps;
mod told;
mod witness;
