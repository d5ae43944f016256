//! What staff of either organisation comes in with, and how often somebody may try.
//!
//! What this is: the rules of passwords (argon2id, RFC 9106), of an authenticator's one-time
//! codes (RFC 6238), of recovery codes and of pauses after wrong tries. Platform and notary
//! office keep accounts of their own in stores of their own; what a right password is, both
//! decide by the same code.
//!
//! What this is not: accounts, sessions, storage. It has no clock and draws no chance of its
//! own, and it does not wait: hashing takes fifty milliseconds of a thread that the caller
//! chooses.
//!
//! - [`login_name`]: what somebody types to say who they are
//! - [`password`], [`totp`], [`recovery`]: what they show
//! - `guessable`: what nobody chooses as a password
//! - [`pauses`]: how long they wait after wrong tries
//! - [`EventBy`]: who did something to an account

mod event_by;
mod guessable;
pub mod login_name;
pub mod password;
pub mod pauses;
pub mod recovery;
pub mod totp;

pub use event_by::EventBy;
pub use login_name::{LoginName, LoginNameError};
pub use password::{HashedPassword, Password, PasswordError};
pub use totp::TotpSecret;
