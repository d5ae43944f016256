//! Where an error of a use case becomes an answer, once: its class decides the status, its
//! own words go to the caller.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use heqi_registration::fault::{Class, Refusal};
use heqi_service_kit::Problem;

/// After how many seconds a request that came at a bad moment is worth sending again.
const RETRY_AFTER_S: u32 = 2;

/// The answer to an error of a use case: `.map_err(refused)?`.
#[expect(clippy::needless_pass_by_value, reason = "this is how `map_err` hands an error over")]
pub(crate) fn refused<E: Refusal>(error: E) -> Problem {
    let class = error.class();
    let problem = Problem::new(status_of(class), &error);
    match class {
        Class::Unauthenticated => {
            problem.with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        }
        Class::Unavailable => problem.retry_after_seconds(RETRY_AFTER_S),
        _ => problem,
    }
}

/// The status of each class (RFC 9110, section 15).
pub(crate) const fn status_of(class: Class) -> StatusCode {
    match class {
        Class::BadInput => StatusCode::UNPROCESSABLE_ENTITY,
        Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Class::WrongFormat => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Conflict => StatusCode::CONFLICT,
        Class::Stale => StatusCode::PRECONDITION_FAILED,
        Class::Gone => StatusCode::GONE,
        Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use heqi_registration::fault::{ActError, Fault, Thing};
    use heqi_vocabulary::Language;

    use super::*;

    #[test]
    fn every_class_is_a_failure_of_its_own() {
        for (error, status, code) in [
            (ActError::Denied, 403, "not_allowed"),
            (ActError::Stale, 412, "stale"),
            (ActError::KeyReused, 409, "idempotency_key_reused"),
            (ActError::NotFound(Thing::Record), 404, "record_not_found"),
            (ActError::Fault(Fault::Busy), 503, "busy"),
            (ActError::Fault(Fault::Erased), 410, "erased"),
            (ActError::Fault(Fault::Broken("x".into())), 500, "internal"),
        ] {
            let problem = refused(error);
            assert_eq!((problem.status().as_u16(), problem.code()), (status, code));
        }
    }

    #[test]
    fn what_is_broken_goes_to_the_log_and_not_to_the_caller() {
        let problem = refused(Fault::Broken("row signing/9 does not parse".into()));
        assert!(problem.log().contains("signing/9"));
        for language in [Language::Zh, Language::En] {
            let document = problem.document(language);
            assert!(!document.detail.contains("signing/9"), "{}", document.detail);
        }
    }
}
