//! Our name for a request: in the answer's `X-Request-Id`, in every problem and in the log.
//!
//! A name that comes from outside is ignored. It would let a caller write into our log, or
//! make two requests look like one.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use heqi_vocabulary::Entropy;

use crate::base32;
use crate::problem::{Problem, RequestProblem};

/// The header that carries the name.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// `req_` and 26 characters, at random.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new name.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let random: [u8; 16] = entropy.bytes();
        Self(format!("req_{}", base32::encode(&random)).into())
    }

    /// The name as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for RequestId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let id = request.extensions().get::<Self>().cloned();
        ready(id.ok_or_else(|| RequestProblem::Internal.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    #[test]
    fn every_request_gets_another_name_of_the_same_form() {
        let entropy = Counting::default();
        let names = [RequestId::random(&entropy), RequestId::random(&entropy)];
        assert_ne!(names[0], names[1]);
        assert_eq!(names[0].as_str(), format!("req_{}", "0".repeat(26)));
        assert_eq!(names[1].as_str().len(), names[0].as_str().len());
    }
}
