//! Passwords (`heqi_credentials::password`), hashed and compared on a thread of their own.

use std::sync::Arc;

use heqi_vocabulary::Entropy;

pub(crate) use heqi_credentials::password::HashedPassword;
pub use heqi_credentials::password::{MAX_BYTES, MIN_CHARACTERS, Password, PasswordError};

use crate::fault::{Class, Fault, Refusal};

impl Refusal for PasswordError {
    fn class(&self) -> Class {
        Class::BadInput
    }
}

/// Hashes a password under a fresh salt, not on a thread that answers requests.
pub(crate) async fn hash_aside(
    password: Password,
    entropy: Arc<dyn Entropy>,
) -> Result<HashedPassword, Fault> {
    let hashed = tokio::task::spawn_blocking(move || password.hash(&*entropy));
    hashed.await.map_err(Fault::broken)?.map_err(Fault::broken)
}

/// Whether this is the password, asked where [`hash_aside`] works.
pub(crate) async fn is_password(hashed: HashedPassword, password: Password) -> Result<bool, Fault> {
    let compared = tokio::task::spawn_blocking(move || hashed.is(&password));
    compared.await.map_err(Fault::broken)?.map_err(Fault::broken)
}
