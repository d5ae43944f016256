//! Applications for a certificate (公证申请), from the form to the archive.
//!
//! What this is: the office's side of 公证法 arts. 25 to 39 for one matter, the preservation of
//! electronic data. [`state`] holds what may follow what, pure; around it stand one file per
//! thing somebody does, and [`act`] which commits each as one changeset: the new state, a line
//! of the working record (公证工作记录), and a leaf of the office's own log
//! ([ADR 0034](../../../docs/adr/0034-a-matter-is-its-steps.md)).
//!
//! What this is not: a judge of what a document means. The machine recomputes what it can from
//! the bytes that are held ([`examine`]); everything else is ticked by a person with a remark.
//!
//! - [`number`], [`clock`], [`checklist`], [`extraction`], [`state`]: the pure part
//! - [`form`]: the application form (公证申请表)
//! - `party`: whether whoever applies is who signed; `ground`: why the law lets an office refuse
//! - `embedded`: what of the held bundle the certificate embeds, by whoever applies
//! - [`apply`], [`handle`], [`session`], [`draft`], [`approve`], [`finish`]: what is done
//! - [`certificate_text`]: the wording of certificates
//! - [`register`]: where certificate numbers come from; [`register_book`]: the 公证登记簿
//! - [`given`]: the newest number of each series, for the platform to keep
//! - [`press`]: who makes the certificate itself
//! - [`notice`]: the small documents that the applicant is told by, [`waiting`] why one is owed still; [`screen`]: what a session showed
//! - [`queue`]: matters by how far they have come; [`overview`]: the figures over them; [`due`]: whose period ends; [`to_approve`]: what waits for a second person
//! - [`check`]: what anybody may learn of a certificate; [`revoked`]: what the office announces
//! - [`search`], [`view`], [`dossier`]: what is found, shown and archived; [`held_file`]: what people look at of the held evidence; [`taking`]: who of the staff took a file away

pub mod act;
pub mod apply;
pub mod approve;
pub mod certificate_text;
pub mod check;
pub mod checklist;
pub mod clock;
pub mod dossier;
pub mod draft;
pub mod due;
mod embedded;
pub mod error;
pub mod examine;
pub mod extraction;
pub mod finish;
pub mod form;
pub mod given;
mod ground;
pub mod handle;
pub mod held_file;
pub mod notice;
pub mod number;
pub mod overview;
mod party;
pub mod press;
pub mod queue;
pub mod register;
pub mod register_book;
pub mod revoked;
pub mod rows;
pub mod screen;
pub mod search;
pub mod session;
pub mod state;
pub mod step;
pub mod taking;
pub mod to_approve;
pub mod view;
pub mod waiting;

pub use act::Desk;
pub use error::MatterError;
pub use number::{AcceptanceNo, ApplicationNo, CertificateNo};
pub use state::{Matter, Stage};
