//! The notary office over real HTTP on ports the system chooses.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::similar_names,
    clippy::too_many_lines,
    reason = "a test that cannot be set up fails"
)]

mod certificates;
mod check_rates;
mod company;
mod coverage;
mod deposits;
mod durable;
mod endings;
mod found_void;
mod holder;
mod holder_objects;
mod holder_said;
mod holder_told;
mod mirror;
mod openapi;
mod operators;
mod own_log;
mod paper;
mod proved_elsewhere;
mod support;
mod witness;
mod workbench;
mod workstations;
