//! What the notary office does: one file per command, one commit per business act.
//!
//! What this is: admission of deposits, with the same examination as the offline verifier
//! and nothing taken from the bundle on trust; statements about chains; the mirror of the
//! platform's log; the published anchors. The office 公证机构数据中心 and the preservation
//! service 实时保 are two [`NotaryOffice`]s with their own stores and keys.
//!
//! What this is not: HTTP, keys' storage, scheduling. The witness is
//! `heqi_evidence_store::witness`, because both organisations have one.
//!
//! **What is answered how.** A receipt, refusals included, is signed, final and a leaf of the
//! office's own log. The office signs only about records that stand in the platform's log;
//! anything that cannot be tied to the log, is incomplete or comes out of order is an error,
//! nothing is kept, and sending it right succeeds.
//!
//! - [`office`]: who this office is and what it works with
//! - [`mod@admit_bundle`][]: deposits
//! - [`deposited`]: what is held, as rows and sealed objects
//! - [`chain_fork`]: what was refused for its place in a chain, as proofs for others
//! - [`mod@chain_head`][]: the newest statement about a chain
//! - [`mirror`]: the copy of the platform's log
//! - [`cosigned_log`]: a held record proved anew, under a head that witness and mirror cosigned
//! - [`erasure`], [`legal_hold`]: orders to erase, and what stands against them
//! - [`holder`]: whoever signed, and looks at what is held of it
//! - [`key_change`]: one key of the office follows another
//! - [`peer`]: what is held of the platform, and what it proves about our own store
//! - [`mod@publish_anchors`][]: the file of trusted keys
//! - [`renewal`]: time stamps, renewed before their certificates end
//! - [`matter`]: applications for a certificate, from the form to the archive
//! - [`successor`]: another log takes the place of the office's own
//! - [`staff`]: the office's accounts, with three duties kept apart

pub mod admit_bundle;
pub mod chain_fork;
pub mod chain_head;
pub mod cosigned_log;
pub mod deposited;
pub mod erasure;
mod held_chain;
pub mod holder;
pub mod key_change;
pub mod legal_hold;
pub mod matter;
pub mod mirror;
pub mod office;
pub mod peer;
pub mod publish_anchors;
pub mod renewal;
pub mod staff;
pub mod standstill;
pub mod successor;
pub mod wording;

pub use admit_bundle::{Admission, AdmitBundleError, admit_bundle};
pub use chain_head::chain_head;
pub use cosigned_log::CosignedLog;
pub use mirror::Mirror;
pub use office::NotaryOffice;
pub use publish_anchors::publish_anchors;
