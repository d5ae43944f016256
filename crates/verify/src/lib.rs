//! The offline verifier: reads one evidence bundle, or one proof that a log or a chain forked,
//! and says what it proves.
//!
//! What this is: the program `verify` and the subcommand `heqi verify`, the same code in
//! both. It reads the file and the anchors it is given, and nothing else.
//!
//! What this is not: the examination itself, which is [`heqi_evidence::examine`] and also
//! what the notary admits by. No network, no clock; the instant of the question is an
//! argument.
//!
//! `docs/spec/verdict.md` is normative for claims, exit codes and the JSON report.
//!
//! - [`VerifyArgs`]: the command line
//! - [`Examination`]: bytes in, verdict out
//! - [`DocumentExamination`]: the same for a sealed document, its seal and the bundles inside
//!   (`docs/spec/sealed-pdf.md`)
//! - [`ForkExamination`]: the same for a file that convicts a log (`docs/spec/fork-proof.md`)
//! - [`ChainForkExamination`]: the same for a file that convicts whoever logged two records for one
//!   place of a chain (`docs/spec/chain-fork-proof.md`)
//! - [`Unreadable`]: why a file could not be examined, and what to do
//! - [`PAGE`]: `verify.html`, the same for a browser, written apart from this code
//! - [`run`]: the command from arguments to exit code

mod arguments;
mod chain_fork;
mod document;
mod examination;
mod fork;
mod json;
mod layout;
mod page;
mod report;
mod run;
mod unreadable;
mod words;

pub use arguments::VerifyArgs;
pub use chain_fork::{ChainForkExamination, ChainForkFinding};
pub use document::{DocumentExamination, Finding, Point, Roots};
pub use examination::Examination;
pub use fork::{ForkExamination, ForkFinding};
pub use page::{PAGE, PageArgs, page_digest, write_page};
pub use run::run;
pub use unreadable::{Unreadable, Which};
