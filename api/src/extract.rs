//! What a handler is given: who asks and under which name ([`Asked`]), what the server saw
//! ([`facts`]), and a body that is small, complete and hashed ([`JsonBody`], [`Upload`]).

mod asked;
pub(crate) mod body;
mod facts;
mod json;
pub(crate) mod with_file;

pub(crate) use asked::{Asked, Caller};
pub(crate) use body::{Upload, UploadKind};
pub(crate) use facts::facts;
pub(crate) use json::{JsonBody, NoBody};
