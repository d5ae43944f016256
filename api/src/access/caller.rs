//! Who asks how often, and which connections may carry what between organisations.
#![expect(clippy::result_large_err, reason = "a refusal is rare, and answered at once")]

use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName};
use heqi_registration::Actor;
use heqi_service_kit::browser::FETCH_SITE;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::rates::{Caller, Class};
use heqi_service_kit::tls::PeerIdentity;
use heqi_service_kit::{ClientAddress, Problem};

use super::{Rule, Verb};
use crate::edge_problem::EdgeProblem;
use crate::state::State;
use crate::visitor::CSRF;

/// Routes that only the other organisations call.
const BETWEEN_ORGANISATIONS: [&str; 3] =
    ["/witness/add-checkpoint", "/peer/standing", "/holder-notices"];
/// What operators and their tools look at; it costs little and must answer under load.
const FOR_OPERATORS: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/alarms"];

/// Bodies are taken as they are: what unfolds to something longer is refused unread.
pub(super) fn refuse_encoded(request: &ServiceRequest) -> Result<(), Problem> {
    let encoded = request
        .headers()
        .get_all(CONTENT_ENCODING)
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded { Err(RequestProblem::UnsupportedMediaType.into()) } else { Ok(()) }
}

/// Headers that say who asks, from where and what it is: each means one thing.
const SAID_ONCE: [HeaderName; 5] = [AUTHORIZATION, CONTENT_TYPE, HOST, CSRF, FETCH_SITE];

/// What says two things about one of these is refused: something between the caller and us may
/// have read the other one.
pub(super) fn refuse_repeated(request: &ServiceRequest) -> Result<(), Problem> {
    let is_repeated = |name: &HeaderName| request.headers().get_all(name).nth(1).is_some();
    if SAID_ONCE.iter().any(is_repeated) {
        Err(EdgeProblem::MalformedHeader.into())
    } else {
        Ok(())
    }
}

/// A caller with a valid credential.
pub(super) fn admit(state: &State, actor: &Actor, rule: &Rule) -> Result<(), Problem> {
    let class = class_of(rule);
    let admitted = match actor {
        Actor::ApiKey { id, .. } => state.limiter.admit(Caller::Integrator(&id.to_string()), class),
        Actor::Signer { ceremony, .. } => {
            state.limiter.admit(Caller::Signer(&ceremony.to_string()), class)
        }
        Actor::Staff(member) => {
            state.limiter.admit(Caller::Signer(&member.account.to_string()), class)
        }
    };
    admitted.map_err(Problem::from)
}

/// A caller without one, where one is needed.
pub(super) fn admit_stranger(
    state: &State,
    request: &ServiceRequest,
    rule: &Rule,
) -> Result<(), Problem> {
    admit_address(state, request, class_of(rule))
}

/// A caller where everybody may ask.
pub(super) fn admit_everybody(
    state: &State,
    request: &ServiceRequest,
    path: &str,
) -> Result<(), Problem> {
    if FOR_OPERATORS.contains(&path) {
        return Ok(());
    }
    let peer = request.conn_data::<PeerIdentity>();
    if let Some(peer) = peer {
        let caller = Caller::Organisation(peer.name());
        return state.limiter.admit(caller, Class::Checks).map_err(Problem::from);
    }
    if state.settings.peer_certificates && BETWEEN_ORGANISATIONS.contains(&path) {
        return Err(RequestProblem::PeerCertificateRequired.into());
    }
    admit_address(state, request, Class::Checks)
}

fn admit_address(state: &State, request: &ServiceRequest, class: Class) -> Result<(), Problem> {
    let address = request.extensions().get::<ClientAddress>().map(|client| client.address);
    let address = address.ok_or(RequestProblem::Internal)?;
    state.limiter.admit(Caller::Address(address), class).map_err(Problem::from)
}

fn class_of(rule: &Rule) -> Class {
    let is_upload = rule.path.ends_with("/capture")
        || matches!(
            rule.path,
            "/handover/photo" | "/sign/seal" | "/sign/guardian" | "/staff/corrections"
        )
        || rule.path.ends_with("/documents");
    match rule.verb {
        Verb::Get => Class::Reads,
        Verb::Post if is_upload => Class::Uploads,
        Verb::Post => Class::Writes,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ACCESS_TABLE;
    use super::*;

    #[test]
    fn every_route_named_here_is_in_the_table() {
        for path in BETWEEN_ORGANISATIONS.iter().chain(&FOR_OPERATORS) {
            assert!(ACCESS_TABLE.iter().any(|rule| rule.path == *path), "{path}");
        }
    }

    #[test]
    fn photos_and_documents_are_uploads_other_acts_are_writes() {
        let class = |path| class_of(ACCESS_TABLE.iter().find(|rule| rule.path == path).unwrap());
        for path in ["/sign/seal", "/sign/guardian", "/staff/corrections", "/handover/photo"] {
            let is_post = |rule: &&Rule| rule.path == path && matches!(rule.verb, Verb::Post);
            assert_eq!(class_of(ACCESS_TABLE.iter().find(is_post).unwrap()), Class::Uploads);
        }
        assert_eq!(class("/api/v1/signings/{signing_id}/capture"), Class::Uploads);
        assert_eq!(class("/api/v1/filings/{filing_id}/documents"), Class::Uploads);
        assert_eq!(class("/api/v1/signings"), Class::Writes);
        assert_eq!(class("/api/v1/ceremony"), Class::Reads);
    }
}
