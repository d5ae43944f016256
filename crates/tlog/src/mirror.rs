//! The mirror, c2sp.org/tlog-mirror (main 2026-07-09, untagged): the `add-entries` upload and the decisions about it.
//!
//! A mirror cosignature states more than a witness's: every entry up to that size is durably held and served. So a
//! mirror is a cosigner of its own, with its own name and key, and signs only what [`MirrorPersisted`] stands for.
//!
//! `add-checkpoint` moves the *pending* checkpoint and is decided by [`crate::witness::decide`]; do not cosign its
//! result with the mirror's key. Then entries come in packages of up to 256, each proved against a pending checkpoint
//! before it is stored, and at last the *mirror* checkpoint advances. Tickets are not used: recent pending checkpoints
//! are kept instead.

mod package;
mod request;
mod upload;

pub use package::{EntryPackage, PackageRange, package_ranges};
pub use request::{AddEntries, AddEntriesError, AddEntriesHeader, MirrorInfo, MirrorInfoError};
pub use upload::{
    AuthenticatedPackage, MirrorAdvance, MirrorPersisted, MirrorRejection, MirrorState,
    PackageError, Upload, UploadDecision, UploadOutcome, open_upload,
};

/// Entries in a full package, aligned like an entry bundle.
pub const PACKAGE_ENTRIES: u64 = 256;

/// Packages a client sends, and a mirror reads, in one request: 8192 entries.
pub const MAX_PACKAGES: usize = 32;

/// Hashes a subtree proof in a package may have.
pub const MAX_PACKAGE_HASHES: usize = 63;

/// Already stored entries an upload may repeat before it is sent back with 409: one package.
pub const MAX_EXCESS_ENTRIES: u64 = PACKAGE_ENTRIES;

/// Media type of the body of a 202 or 409.
pub const INFO_CONTENT_TYPE: &str = "text/x.tlog.mirror-info";

#[cfg(test)]
mod tests;
