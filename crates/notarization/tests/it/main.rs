//! The notary office over a store in memory: everything but HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::similar_names,
    reason = "a test that cannot be set up fails"
)]

mod admission;
mod anchors;
mod clock;
mod company;
mod concurrency;
mod embedded;
mod endings;
mod erasure;
mod every_account;
mod every_call;
mod every_paper;
mod every_step;
mod faults;
mod holder;
mod holder_told;
mod matter;
mod mirror;
mod officers;
mod order;
mod own_password;
mod papers;
mod proved_anew;
mod refusals;
mod renewal;
mod returns;
mod support;
