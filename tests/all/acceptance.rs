//! Two organisations joined over real HTTP on free ports, each with its own embedded
//! store: what holds when both are up, when one is away, and when one lies.
//!
//! - [`house`]: the platform, the data centre and the second custodian, put together as
//!   `heqi` puts them together
//! - [`fake`]: a second custodian that fails, stalls or lies when it is told to
//! - [`device`]: a client and a signer's device
//! - [`both_up`], [`clocks`], [`outage`], [`crowd`], [`bad_custodian`], [`erasure`], [`orders`], [`edge_cases`],
//!   [`identity`]: the tests

mod bad_custodian;
mod both_up;
mod clocks;
mod crowd;
pub(crate) mod device;
mod edge_cases;
mod erasure;
mod fake;
pub(crate) mod house;
mod identity;
mod orders;
mod outage;
mod rollback;
