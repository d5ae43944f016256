//! How things went: samples of the figures over time, whether both organisations' logs still
//! match, and who was told of an alarm. Numbers and random identifiers only, nothing about anybody.
//!
//! - [`samples`]: the figures over time, in rings that never grow
//! - [`reconciliation`]: what comparing both sides' roots found
//! - [`alarm_delivery`]: alarms on their way to somebody, once each

pub mod alarm_delivery;
pub mod reconciliation;
pub mod samples;
