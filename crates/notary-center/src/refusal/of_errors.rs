//! Which problem an error of a use case is.

use std::error::Error;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE};
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::witness::WitnessError;
use heqi_notarization::AdmitBundleError;
use heqi_notarization::erasure::AnswerOrderError;
use heqi_notarization::legal_hold::LegalHoldError;
use heqi_notarization::mirror::MirrorError;
use heqi_notarization::standstill::{Halts, Standstill};
use heqi_service_kit::problem::{PROBLEM_JSON, RequestProblem};
use heqi_service_kit::{Problem, ProblemDocument};
use heqi_tlog::mirror::MirrorRejection;
use heqi_tlog::witness::Rejection;
use heqi_vocabulary::Language;
use serde::Serialize;
use serde_json::json;

use super::{RETRY_S, Refusal};

/// Why a checkpoint was not accepted; a conflict has an answer of its own.
fn of_rejection(reason: &Rejection) -> Refusal {
    match reason {
        Rejection::UnknownOrigin => Refusal::UnknownLog,
        Rejection::NotSigned(_) => Refusal::NotSigned,
        Rejection::OldSizeBeyondCheckpoint => Refusal::OldSizeBeyond,
        Rejection::Contradiction(_)
        | Rejection::BadProof(_)
        | Rejection::Conflict { .. }
        | Rejection::StateOfAnotherLog => Refusal::Inconsistent,
    }
}

/// The problem of a witness that failed.
pub(crate) fn of_witness(error: &WitnessError) -> Problem {
    match error {
        WitnessError::Rejected { reason, .. } => of_rejection(reason).into(),
        WitnessError::Frozen => Refusal::FrozenLog.into(),
        other => of_ours(other),
    }
}

/// The problem of a mirror that did not do what was asked.
pub(crate) fn of_mirror(error: &MirrorError) -> Problem {
    match error {
        MirrorError::Checkpoint(reason) => of_rejection(reason).into(),
        MirrorError::Upload(MirrorRejection::UnknownOrigin) => Refusal::UnknownLog.into(),
        MirrorError::Upload(MirrorRejection::NoPendingCheckpoint) => {
            Refusal::NothingAnnounced.into()
        }
        MirrorError::Upload(MirrorRejection::NothingUsable | MirrorRejection::Conflict(_)) => {
            Refusal::NothingUsable.into()
        }
        MirrorError::Frozen => Refusal::FrozenLog.into(),
        MirrorError::NoStatement => Refusal::NoStatement.into(),
        MirrorError::Package(_) => Refusal::Inconsistent.into(),
        MirrorError::EntriesTooLong => Refusal::EntriesTooLong.into(),
        other => of_ours(other),
    }
}

/// The problem of a deposit without a receipt.
pub(crate) fn of_deposit(error: &AdmitBundleError) -> Problem {
    use AdmitBundleError as E;
    let status = match error {
        E::Unreadable(_) => StatusCode::BAD_REQUEST,
        E::PartTooLong => StatusCode::PAYLOAD_TOO_LARGE,
        E::Gap { .. } => StatusCode::CONFLICT,
        E::Erased => StatusCode::GONE,
        E::Damaged { .. }
        | E::Malformed { .. }
        | E::NotWhole
        | E::Incomplete { .. }
        | E::TooManyParts
        | E::NotLogged { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        E::Store(CommitError::ReadOnly(_)) => return of_ours(error),
        // Damage is no reason to come again in two seconds.
        E::Store(store) if store.standstill().is_none() => return Problem::internal(error),
        E::Store(_) | E::Interrupted | E::NumbersExhausted => {
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE, error)
                .retry_after_seconds(RETRY_S);
        }
        _ => return of_ours(error),
    };
    Problem::new(status, error)
}

/// A problem with the one member that tells programs what is to come first.
#[derive(Serialize)]
struct GapDocument {
    #[serde(flatten)]
    problem: ProblemDocument,
    expected_seq: u64,
}

/// The answer to a deposit that comes before its time.
pub(crate) fn gap(error: &AdmitBundleError, expected_seq: u64, language: Language) -> HttpResponse {
    let problem = of_deposit(error).document(language);
    HttpResponse::Conflict()
        .insert_header((CONTENT_LANGUAGE, language.tag()))
        .insert_header((CONTENT_TYPE, PROBLEM_JSON))
        .body(json!(GapDocument { problem, expected_seq }).to_string())
}

/// The problem of an erasure order without an answer.
pub(crate) fn of_order(error: &AnswerOrderError) -> Problem {
    match error {
        AnswerOrderError::NotSigned(_) => Refusal::OrderNotSigned.into(),
        AnswerOrderError::UnknownLog => Refusal::UnknownLog.into(),
        // The record is on its way in another queue.
        AnswerOrderError::NotDeposited => {
            Problem::from(RequestProblem::Unavailable).retry_after_seconds(RETRY_S)
        }
        error if error.is_ours() => of_ours(error),
        _ => Refusal::Malformed.into(),
    }
}

/// The problem of a hold that was not changed.
pub(crate) fn of_hold(error: &LegalHoldError) -> Problem {
    match error {
        LegalHoldError::Reason => Refusal::HoldReason.into(),
        LegalHoldError::UnknownChain => Refusal::UnknownChain.into(),
        LegalHoldError::NoSuchHold => Refusal::NoSuchHold.into(),
        LegalHoldError::KeyReused => Refusal::KeyReused.into(),
        error => of_ours(error),
    }
}

/// The problem of what the office could not do: not now, where the store does nothing now, and the office's own fault
/// otherwise.
pub(crate) fn of_ours<E: Error + Halts>(error: &E) -> Problem {
    let refusal = match error.standstill() {
        None => return Problem::internal(error),
        Some(Standstill::Busy) => Refusal::Busy,
        Some(Standstill::DiskFull) => Refusal::StoreFull,
        Some(Standstill::ReadOnly(_)) => Refusal::ReadOnly,
        Some(Standstill::Stopped) => Refusal::StoreStopped,
    };
    Problem::from(refusal).retry_after_seconds(RETRY_S)
}

#[cfg(test)]
mod tests {
    use heqi_evidence_store::backend::ReadError;
    use heqi_evidence_store::table::TableError;
    use heqi_notarization::holder::HolderFault;
    use heqi_vocabulary::Explain as _;

    use super::*;

    #[test]
    fn a_store_that_does_nothing_now_is_asked_again_and_damage_is_looked_at() {
        let of = |problem: &Problem| (problem.status().as_u16(), problem.code());
        let stopped = || TableError::Read(ReadError::Stopped);
        assert_eq!(of(&of_ours(&HolderFault::Table(stopped()))), (503, "store_stopped"));
        assert_eq!(of(&of_deposit(&AdmitBundleError::Table(stopped()))), (503, "store_stopped"));
        assert_eq!(of(&of_order(&AnswerOrderError::Table(stopped()))), (503, "store_stopped"));
        let full = LegalHoldError::Store(CommitError::DiskFull);
        assert_eq!(of(&of_hold(&full)), (503, "store_full"));
        assert_eq!(of(&of_mirror(&MirrorError::Store(CommitError::Busy))), (503, "busy"));
        let damaged = ReadError::Damaged { what: "a frame".to_owned() };
        let read = WitnessError::Store(CommitError::Read(damaged.clone()));
        assert_eq!(of(&of_witness(&read)), (500, "internal"));
        let deposit = AdmitBundleError::Store(CommitError::Read(damaged));
        assert_eq!(of(&of_deposit(&deposit)), (500, "internal"));
    }

    #[test]
    fn each_standstill_is_told_in_two_sentences_and_both_languages() {
        for refusal in [Refusal::Busy, Refusal::StoreFull, Refusal::StoreStopped] {
            assert_eq!(refusal.status(), StatusCode::SERVICE_UNAVAILABLE);
            for language in [Language::Zh, Language::En] {
                let told = refusal.explain(language);
                assert!(!told.what.is_empty() && !told.next.is_empty(), "{refusal}");
            }
        }
    }
}
