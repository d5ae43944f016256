//! Who may call what: one table. A route that is not in it does not exist.
//!
//! A middleware stands before the router and keeps to the table, so no handler can forget
//! to ask. What an actor may see of a thing it may ask for (its own filing, its own
//! record) is decided by the use case.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, ALLOW, AUTHORIZATION, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use heqi_registration::Actor;
use heqi_registration::access::{self, AuthenticateError};
use heqi_registration::session::session;
use heqi_registration::staff::sessions::staff_session;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, Ticket};

use crate::edge_problem::EdgeProblem;
use crate::pages::trouble;
use crate::problem_of::refused;
use crate::routes::staff::to_the_door;
use crate::state::State;
use crate::visitor::{CSRF, StaffVisitor, Visitor, is_foreign, secret_of, staff_secret_of};

mod caller;
mod table;

pub use table::{ACCESS_TABLE, Access, Rule, Verb, is_page};

/// Lets a request through to its handler if the table says so.
///
/// # Errors
/// Only what the handler's own middleware fails with; a refusal is an answer.
pub(crate) async fn authorise(
    state: Data<State>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Found by trying one pattern after the other, so once.
    let route = request.match_pattern();
    // A script of ours wants what happened as a document, not as a page.
    let is_page = route.as_deref().is_some_and(is_page) && !is_script(&request);
    match decide(&state, &request, route.as_deref()).await {
        Ok(who) => {
            request.extensions_mut().insert(Ticket::new(&state.admission));
            match who {
                Who::Anybody => {}
                Who::Known(actor) => {
                    request.extensions_mut().insert(actor);
                }
                Who::Visitor(visitor) => {
                    request.extensions_mut().insert(visitor);
                }
                Who::Staff(visitor) => {
                    request.extensions_mut().insert(visitor);
                }
            }
            let answered = next.call(request).await?;
            Ok(if is_page { trouble::told(&state, answered) } else { answered })
        }
        Err(problem) if problem.code() == STAFF_SESSION_OVER => {
            let (request, _) = request.into_parts();
            let page = to_the_door(&state, &request, &problem);
            Ok(ServiceResponse::new(request, page))
        }
        Err(problem) if is_page => {
            let (request, _) = request.into_parts();
            let page = trouble::page_of(&state, &request, &problem);
            Ok(ServiceResponse::new(request, page))
        }
        // An answer, not an error: so the route is still known where requests are counted.
        // `into_response` would lose the problem inside it.
        Err(problem) => {
            let (request, _) = request.into_parts();
            Ok(ServiceResponse::new(request, HttpResponse::from_error(problem)))
        }
    }
}

/// Whether a script of our pages asks: a browser that opens a page asks for other things too.
fn is_script(request: &ServiceRequest) -> bool {
    request.headers().get(ACCEPT).is_some_and(|accept| accept.as_bytes() == b"application/json")
}

/// Who was let in.
enum Who {
    /// Anybody.
    Anybody,
    /// Somebody with a credential of the interface.
    Known(Actor),
    /// A signer's browser.
    Visitor(Visitor),
    /// A browser of staff.
    Staff(StaffVisitor),
}

async fn decide(
    state: &State,
    request: &ServiceRequest,
    route: Option<&str>,
) -> Result<Who, Problem> {
    let path = route.ok_or(RequestProblem::NotFound)?;
    let Some(rule) = find(request.method(), path) else {
        return Err(method_not_allowed(path));
    };
    caller::refuse_encoded(request)?;
    caller::refuse_repeated(request)?;
    let (scopes, signer) = match rule.access {
        Access::Everybody => {
            caller::admit_everybody(state, request, path)?;
            return Ok(Who::Anybody);
        }
        Access::Session => {
            return match visitor(state, request).await {
                Ok(visitor) => {
                    caller::admit(state, &visitor.session.actor, rule)?;
                    let helps = table::AT_A_HANDOVER.contains(&rule.path);
                    match (visitor.session.handover.is_some(), helps) {
                        (true, true) => return Ok(Who::Visitor(visitor)),
                        (true, false) => return Err(EdgeProblem::HandoverOnly.into()),
                        (false, true) => return Err(EdgeProblem::NoHandover.into()),
                        (false, false) => {}
                    }
                    if !visitor.session.has_passed && !table::AT_THE_DOOR.contains(&rule.path) {
                        return Err(EdgeProblem::AtTheDoor.into());
                    }
                    Ok(Who::Visitor(visitor))
                }
                Err(refusal) => {
                    caller::admit_stranger(state, request, rule)?;
                    Err(refusal)
                }
            };
        }
        Access::StaffDoor => return Ok(Who::Staff(staff(state, request, rule).await?)),
        Access::Staff { roles } => {
            let visitor = staff(state, request, rule).await?;
            if !visitor.session.is_in {
                return Err(EdgeProblem::StaffSessionOver.into());
            }
            let may = roles.contains(&visitor.session.member().role);
            return if may {
                Ok(Who::Staff(visitor))
            } else {
                Err(RequestProblem::Forbidden.into())
            };
        }
        Access::Only { scopes, signer } => (scopes, signer),
    };
    let actor = match authenticate(state, request, rule).await {
        Ok(actor) => actor,
        // Whoever shows no valid credential spends what the address has.
        Err(refusal) => {
            caller::admit_stranger(state, request, rule)?;
            return Err(refusal);
        }
    };
    caller::admit(state, &actor, rule)?;
    let may = match &actor {
        Actor::ApiKey { scopes: held, .. } => scopes.iter().any(|scope| held.contains(scope)),
        Actor::Signer { .. } => signer,
        // Staff comes with a cookie, to pages of their own.
        Actor::Staff(_) => false,
    };
    if may { Ok(Who::Known(actor)) } else { Err(RequestProblem::Forbidden.into()) }
}

async fn authenticate(
    state: &State,
    request: &ServiceRequest,
    rule: &Rule,
) -> Result<Actor, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if header.is_none() && secret_of(request.head(), is_secure(state)).is_some() {
        return browser(state, request, rule).await;
    }
    let token = header.and_then(bearer).ok_or_else(unauthorized)?;
    access::authenticate(&state.platform, access::hash_of(token)).await.map_err(refused)
}

/// A script of our pages: it has the cookie, and for every act the token of the session.
/// Before the signer has said who it is nothing of the interface is open.
async fn browser(state: &State, request: &ServiceRequest, rule: &Rule) -> Result<Actor, Problem> {
    let visitor = visitor(state, request).await?;
    let token = request.headers().get(CSRF).and_then(|value| value.to_str().ok());
    let is_ours = rule.verb == Verb::Get || token.is_some_and(|token| visitor.made(token));
    if is_foreign(request.headers()) || !is_ours || !visitor.session.has_passed {
        return Err(RequestProblem::Forbidden.into());
    }
    Ok(visitor.session.actor)
}

/// The session of the browser.
async fn visitor(state: &State, request: &ServiceRequest) -> Result<Visitor, Problem> {
    let over = || Problem::from(EdgeProblem::SessionOver);
    let secret = secret_of(request.head(), is_secure(state)).ok_or_else(over)?;
    match session(&state.platform, access::hash_of(secret)).await {
        Ok(session) => Ok(Visitor::new(secret, session)),
        Err(AuthenticateError::Fault(fault)) => Err(refused(fault)),
        Err(_) => Err(over()),
    }
}

/// The session of a browser of staff, of whichever stage.
async fn staff(
    state: &State,
    request: &ServiceRequest,
    rule: &Rule,
) -> Result<StaffVisitor, Problem> {
    let over = || Problem::from(EdgeProblem::StaffSessionOver);
    let found = match staff_secret_of(request.head(), is_secure(state)) {
        None => Err(over()),
        Some(secret) => match staff_session(&state.platform, access::hash_of(secret)).await {
            Ok(session) => Ok(StaffVisitor::new(secret, session)),
            Err(AuthenticateError::Fault(fault)) => Err(refused(fault)),
            Err(_) => Err(over()),
        },
    };
    match &found {
        Ok(visitor) => {
            caller::admit(state, &Actor::Staff(visitor.session.member().clone()), rule)?;
        }
        Err(_) => caller::admit_stranger(state, request, rule)?,
    }
    found
}

/// The code of [`EdgeProblem::StaffSessionOver`].
const STAFF_SESSION_OVER: &str = "staff_session_over";

const fn is_secure(state: &State) -> bool {
    state.settings.pages.secure_cookies
}

/// The token of `Bearer <token>` (RFC 6750, section 2.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty()).then_some(token)
}

fn unauthorized() -> Problem {
    Problem::from(RequestProblem::Unauthorized)
        .with_header(actix_web::http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

/// 405 for a path of the table, 404 for any other: what is not listed is not there.
fn method_not_allowed(path: &str) -> Problem {
    let verbs: Vec<&str> = ACCESS_TABLE
        .iter()
        .filter(|rule| rule.path == path)
        .map(|rule| match rule.verb {
            Verb::Get => "GET, HEAD",
            Verb::Post => "POST",
        })
        .collect();
    match HeaderValue::try_from(verbs.join(", ")) {
        Ok(allowed) if !verbs.is_empty() => {
            Problem::from(RequestProblem::MethodNotAllowed).with_header(ALLOW, allowed)
        }
        _ => RequestProblem::NotFound.into(),
    }
}

fn find(method: &Method, path: &str) -> Option<&'static Rule> {
    let verb = match *method {
        Method::GET | Method::HEAD => Verb::Get,
        Method::POST => Verb::Post,
        _ => return None,
    };
    ACCESS_TABLE.iter().find(|rule| rule.verb == verb && rule.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_and_nothing_else() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc"), Some("abc"));
        for header in ["", "Bearer", "Bearer ", "Basic abc", "abc"] {
            assert_eq!(bearer(header), None, "{header}");
        }
    }

    #[test]
    fn a_head_request_needs_what_a_get_needs_and_other_methods_have_no_rule() {
        let path = "/api/v1/records/{record_id}";
        let get = find(&Method::GET, path).unwrap();
        assert_eq!(find(&Method::HEAD, path).unwrap(), get);
        assert_eq!(find(&Method::DELETE, path), None);
        assert_eq!(find(&Method::GET, "/api/v1/people"), None);
    }

    #[test]
    fn no_operation_is_listed_twice() {
        for (at, rule) in ACCESS_TABLE.iter().enumerate() {
            let same = |other: &&Rule| other.verb == rule.verb && other.path == rule.path;
            assert_eq!(ACCESS_TABLE.iter().position(|other| same(&other)), Some(at), "{rule:?}");
        }
    }
}
