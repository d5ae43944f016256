//! What the registration authority looks for in disputes: a search with its legal basis and case
//! number, what it found, one filing with a machine's verdict on every signature, photos, bundles,
//! a copy to compare with.
//!
//! Every search and every look is a record under its own leaf, made durable before anything is
//! shown. A filing is seen through a search that found it and through nothing else: whoever looks
//! has said why, and can be asked.
//!
//! - [`basis`]: law, article and case number, parsed at the door
//! - [`criteria`]: what is looked for
//! - [`search`](mod@search): the search, its record, and what it found
//! - [`dossier`]: one filing, its signatures and the verdict on each
//! - [`looks`]: photos, bundles, legal holds
//! - [`court_package`](mod@court_package): all bundles of a filing in one file
//! - [`traces`](mod@traces): phones, devices and addresses, how long was read, what was written
//! - [`apply`]: a certificate is applied for
//! - [`compare`]: what two copies of a document say

pub mod apply;
pub mod basis;
pub mod compare;
pub mod court_package;
pub mod criteria;
pub mod dossier;
pub mod looks;
mod record;
mod rows;
pub mod search;
pub mod traces;
pub mod verdict;

pub(crate) use apply::ApplicationRow;
pub(crate) use court_package::PackageTurns;
pub(crate) use rows::RegulatorQueryRow;
