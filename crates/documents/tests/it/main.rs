//! Documents as they look, and as other programs see them.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(
    clippy::disallowed_methods,
    reason = "files of tests need no durability, and other programs ask for today"
)]
#![allow(clippy::print_stderr, reason = "what is skipped says so")]

mod pages;
mod validators;
