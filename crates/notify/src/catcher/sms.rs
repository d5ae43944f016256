//! What a gateway does with a request of ours (`docs/spec/sms-gateway.md`), without HTTP.

use heqi_vocabulary::{MessageChannel, UtcMillis};
use serde::Deserialize;

use super::{Caught, Tray};
use crate::report::Signed;
use crate::signature::{Secret, SignatureError};

/// Why a request is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "each is another status")]
pub enum TakeError {
    /// Answer 401.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Answer 400.
    #[error("the request names message, to and text")]
    Malformed,
}

/// How a request was taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is another status")]
pub enum TakenAs {
    /// Answer 200.
    New,
    /// Answer 409: this message came before.
    Repeated,
}

#[derive(Deserialize)]
struct Wire {
    message: String,
    to: String,
    text: String,
}

/// Takes a request as a gateway must: signature, name, then the message, once.
///
/// # Errors
/// See [`TakeError`].
pub fn take(
    tray: &Tray,
    secret: &Secret,
    signed: Signed<'_>,
    body: &[u8],
    now: UtcMillis,
) -> Result<TakenAs, TakeError> {
    secret.verify(signed.id, signed.timestamp, signed.signature, body, now.unix_seconds())?;
    let wire: Wire = serde_json::from_slice(body).map_err(|_| TakeError::Malformed)?;
    if wire.message != signed.id {
        return Err(TakeError::Malformed);
    }
    let caught = Caught {
        channel: MessageChannel::Sms,
        message: wire.message,
        to: wire.to,
        subject: None,
        text: wire.text,
        received_at: now,
    };
    Ok(if tray.put(caught) { TakenAs::New } else { TakenAs::Repeated })
}
