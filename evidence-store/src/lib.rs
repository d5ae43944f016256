//! Durable rows, encrypted objects and the append-only log behind one boundary shaped in bytes.
//!
//! What this is: the place where everything an organisation has acknowledged is kept. One [`changeset`] per business act
//! is applied atomically, is durable when its commit resolves, and has its leaves under a signed head by then.
//! What this is not: it knows no filing, no signing and no person; it speaks no network protocol. It needs an async
//! runtime only for its futures and channels.
//!
//! The on-disk formats are normative in `docs/spec/store.md`; the decisions with a cost are `docs/adr/`.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`backend`] | the boundary; behind it [`backend::embedded`] (files) and [`backend::memory`] |
//! | [`changeset`] | row keys, rows, preconditions, log entries |
//! | [`table`], [`sealed`] | typed rows; personal data inside rows |
//! | [`turn`] | acts of which one comes after the other |
//! | [`object`] | sealed immutable objects |
//! | [`vault`], [`erasure`] | the data keys everything personal is sealed under; which of them were destroyed |
//! | [`log`] | heads, proofs, tiles |
//! | [`outbox`], [`follower`] | work after a commit; readers of the log |
//! | [`stamping`], [`renewing`] | time stamps over heads, and their renewal before certificates end |
//! | [`witness`] | the durable step of a witness; our own log against what a peer kept of it |
//! | [`successor`] | carrying a store over to the log that takes its log's place |
//! | [`monitoring`] | figures over time, comparisons, alarms on their way |
//! | [`gate`] | read-only until the peer has been heard |
//! | [`backup`] | encrypted incremental backup of a running store, and its restore |
//! | [`fsck`], [`rebuild`] | checking a store; making again what is made from the journals |
//! | [`durable_file`] | the only place files are written |

pub mod backend;
pub mod backup;
pub mod changeset;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
pub mod durable_file;
pub mod erasure;
pub mod follower;
pub mod fsck;
#[cfg(any(test, feature = "testing"))]
pub mod fuzzing;
pub mod gate;
mod identity;
mod journal;
mod lock;
pub mod log;
pub mod monitoring;
pub mod object;
pub mod outbox;
pub mod rebuild;
pub mod renewing;
pub mod sealed;
pub mod stamping;
pub mod successor;
pub mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod turn;
pub mod vault;
#[cfg(test)]
mod vectors;
mod wire;
pub mod witness;
