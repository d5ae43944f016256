//! Who contradicts himself is caught, and what catches him convinces others. The services are
//! the real ones, over HTTP; only the liar is made here, with the keys an insider has.
//!
//! - [`vectors`]: every fork proof of `tests/vectors/fork` gets its verdict
//! - [`forger`]: a history that whoever holds a log's key makes up, and a monitor to catch it
//! - [`operator`]: the platform rewrites, forks and drops
//! - [`notary`]: the notary forks its own log, inserts, and conspires with the platform
//! - [`alone`]: what the platform can do and nobody prevents, and what is said of it

mod alone;
mod forger;
mod notary;
mod operator;
mod vectors;
