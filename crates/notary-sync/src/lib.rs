//! The worker between the two organisations: deposits every record with every custodian,
//! in the order of its chain, and feeds the notary's witness and mirror with our log.
//!
//! What this is: loops that lease, send, check and note; backoff with jitter; bounded
//! memory. After an outage it goes on where it stopped: what is due stands in rows.
//!
//! What this is not: a judge. Whether a receipt is believed is decided by
//! `heqi_registration::deposit_queue`, whether a deposit is admitted by the notary.
//!
//! - [`deposits`]: one custodian, one deposit
//! - [`cosigning`]: witness and mirror, head by head
//! - [`stamping`]: time stamps over the newest head, of either organisation's log
//! - [`worker`]: the loops
//! - [`gauges`]: what is counted
//! - [`alarms`]: which counts somebody is told of
//! - [`reconcile`]: both organisations' logs compared, down to the first leaf that differs
//! - [`peers`]: the custodians asked what they hold of us

pub mod alarms;
pub mod cosigning;
pub mod deposits;
mod erasures;
pub mod gauges;
pub mod peers;
pub mod reconcile;
pub mod stamping;
mod tiles;
pub mod worker;

pub use cosigning::Cosigners;
pub use deposits::CustodianLink;
pub use stamping::{SaysNext, StampingGauges, StampingTask, run_stamping};
pub use worker::{WorkerSettings, drain, run_cosigning, run_deposits};
