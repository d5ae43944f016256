use super::*;

#[derive(Debug, thiserror::Error)]
#[error("photo {0} is not there")]
struct PhotoMissing(u8, #[source] std::io::Error);

impl Explain for PhotoMissing {
    fn code(&self) -> &'static str {
        "photo_missing"
    }

    fn explain(&self, language: Language) -> Explanation {
        match language {
            Language::Zh => Explanation::new("照片没有找到。", "请重新拍照。"),
            Language::En => Explanation::new("The photo is not there.", "Take it again."),
        }
    }
}

fn missing() -> PhotoMissing {
    PhotoMissing(7, std::io::Error::other("disk on fire"))
}

#[test]
fn a_problem_says_what_the_error_says_in_both_languages() {
    let problem = Problem::new(StatusCode::CONFLICT, &missing());
    let zh = problem.document(Language::Zh);
    let en = problem.document(Language::En);
    assert_eq!((zh.detail.as_str(), zh.next_step.as_str()), ("照片没有找到。", "请重新拍照。"));
    assert_eq!(
        (zh.title.as_str(), en.title.as_str()),
        ("与当前状态冲突", "In conflict with the present state")
    );
    assert_eq!(en.detail, "The photo is not there.");
    assert_eq!(en.problem_type, "urn:heqi:problem:photo_missing");
    assert_eq!((en.status, en.code.as_str()), (409, "photo_missing"));
}

#[test]
fn the_sources_go_to_the_log_and_never_to_the_caller() {
    let problem = Problem::new(StatusCode::CONFLICT, &missing());
    assert_eq!(problem.log(), "photo 7 is not there: disk on fire");
    let internal = Problem::internal(&missing());
    assert_eq!(internal.log(), "photo 7 is not there: disk on fire");
    for language in [Language::Zh, Language::En] {
        assert!(!problem.document(language).to_json().contains("fire"));
        assert!(!internal.document(language).to_json().contains("photo"));
    }
}

#[test]
fn a_failure_never_looks_like_a_success() {
    for status in [StatusCode::OK, StatusCode::FOUND, StatusCode::CONTINUE] {
        assert_eq!(Problem::new(status, &missing()).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}

#[test]
fn every_status_of_a_request_problem_stands_for_a_problem_of_that_status() {
    let statuses = [400, 401, 403, 404, 405, 408, 413, 415, 429, 500, 503];
    for status in statuses.map(|status| StatusCode::from_u16(status).unwrap()) {
        assert_eq!(RequestProblem::of(status).status(), status);
    }
    assert_eq!(RequestProblem::of(StatusCode::BAD_GATEWAY), RequestProblem::Internal);
    assert_eq!(RequestProblem::of(StatusCode::IM_A_TEAPOT), RequestProblem::BadRequest);
}

#[test]
fn the_answer_says_when_to_try_again() {
    let problem = Problem::from(RequestProblem::TooManyRequests).retry_after_seconds(30);
    let response = problem.error_response();
    assert_eq!(response.headers().get(RETRY_AFTER).unwrap(), "30");
    assert_eq!(response.headers().get(CONTENT_TYPE).unwrap(), PROBLEM_JSON);
}

#[test]
fn what_is_not_to_be_had_now_always_says_when_to_try_again() {
    let says = |problem: Problem| problem.error_response().headers().contains_key(RETRY_AFTER);
    assert!(says(Problem::new(StatusCode::SERVICE_UNAVAILABLE, &missing())));
    assert!(says(Problem::from(RequestProblem::Unavailable)));
    assert!(!says(Problem::new(StatusCode::CONFLICT, &missing())));
    assert!(!says(Problem::internal(&missing())));
}

#[test]
fn a_client_reads_the_document_it_was_sent() {
    let document = Problem::from(RequestProblem::NotFound).document(Language::En);
    assert_eq!(serde_json::from_str::<ProblemDocument>(&document.to_json()).unwrap(), document);
}
