//! What the server itself saw of a request. It goes into the evidence as *observed*; what
//! a header says goes in as *reported*. TLS facts are absent until there is TLS.

use actix_web::http::header::USER_AGENT;
use actix_web::{HttpMessage, HttpRequest};
use heqi_registration::RequestFacts;
use heqi_service_kit::ClientAddress;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Clock;

/// The facts of `request`, received now.
///
/// # Errors
/// The request did not come through [`heqi_service_kit::edge`].
pub(crate) fn facts(
    request: &HttpRequest,
    clock: &dyn Clock,
) -> Result<RequestFacts, RequestProblem> {
    let extensions = request.extensions();
    let client = extensions.get::<ClientAddress>().ok_or(RequestProblem::Internal)?;
    let agent = request.headers().get(USER_AGENT);
    Ok(RequestFacts {
        client_address: client.address,
        forwarded_for: client.reported.clone(),
        user_agent: agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        received_at: clock.now(),
    })
}
