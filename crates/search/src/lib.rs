//! The index in which filings are found, embedded: the port
//! [`SearchIndex`](heqi_registration::search_index::SearchIndex) on `tantivy`.
//!
//! What this is: names of companies as pairs of neighbouring characters (bigrams) with their
//! positions, so that any fragment of two characters or more is found wherever it stands; codes,
//! numbers and digests of people as whole terms; and for each filing its place in the order of
//! time. Pages are cut by that place, so a page costs the same however far back it lies
//! (`docs/adr/0037-search.md`).
//!
//! What this is not: a store. The folder may be deleted at any time; what does not fit, is damaged
//! or belongs to another log is deleted at the start, and the platform fills the index anew.
//!
//! - [`FilingIndex`]: the adapter
//! - `checked`: a damaged index is found out when it is opened
//! - `form`: which fields a document of the index has
//! - `paging`: how a page is found without looking at everything
//! - [`made_up`]: filings that nobody filed, for tests and measurements

mod checked;
mod form;
mod index;
pub mod made_up;
mod paging;

pub use index::{FilingIndex, OpenError};
