//! Receipts, and waiting for what is still to come.

use std::collections::BTreeSet;
use std::future::pending;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query, ServiceConfig, resource};
use heqi_registration::receipt::{Flag, Wait, receipt as receipt_of};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::RecordId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::reading;
use crate::extract::Caller;
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/receipts/{record_id}").route(reading().to(receipt)));
}

/// What to wait for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceiptQuery {
    /// Flags to wait for, separated by commas: witnessed, mirrored, deposited, timestamped.
    wait: Option<String>,
    /// How long to wait, in milliseconds: at most 30,000, which is also the default.
    timeout_ms: Option<u64>,
}

/// The receipt of a record.
///
/// Each flag stands for itself, with its own head of the log. When the time is over the
/// receipt is given as it stands.
#[utoipa::path(
    get,
    path = "/api/v1/receipts/{record_id}",
    tag = "evidence",
    params(("record_id" = String, Path, description = "The record"), ReceiptQuery),
    responses((status = 200, description = "The receipt as it stands.", body = schema::Receipt)),
)]
async fn receipt(
    state: Data<State>,
    caller: Caller,
    record: Path<RecordId>,
    query: Query<ReceiptQuery>,
) -> Result<HttpResponse, Problem> {
    let wait = wait(&query, state.settings.wait_max_ms)?;
    let platform = &state.platform;
    let waiting = receipt_of(platform, &caller.actor, *record, &wait);
    // A service that stops does not keep anybody waiting: what is there now is the answer.
    let mut shutdown = state.shutdown.clone();
    let stopping =
        async { if wait.flags.is_empty() { pending().await } else { shutdown.requested().await } };
    let receipt = tokio::select! {
        receipt = waiting => receipt,
        () = stopping => receipt_of(platform, &caller.actor, *record, &Wait::default()).await,
    };
    Ok(HttpResponse::Ok().json(receipt.map_err(refused)?))
}

fn wait(query: &ReceiptQuery, wait_max_ms: u64) -> Result<Wait, RequestProblem> {
    let words = query.wait.as_deref().unwrap_or("").split(',').map(str::trim);
    let flags = words.filter(|word| !word.is_empty()).map(str::parse);
    let flags: BTreeSet<Flag> =
        flags.collect::<Result<_, _>>().map_err(|_| RequestProblem::MalformedQuery)?;
    let timeout_ms = query.timeout_ms.unwrap_or(wait_max_ms).min(wait_max_ms);
    Ok(Wait { flags, timeout_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(wait_for: &str, timeout_ms: Option<u64>) -> Result<Wait, RequestProblem> {
        wait(&ReceiptQuery { wait: Some(wait_for.to_owned()), timeout_ms }, 30_000)
    }

    #[test]
    fn flags_are_read_and_the_time_is_bounded() {
        let both = asked("mirrored, witnessed", Some(5)).unwrap();
        assert_eq!(both.flags, BTreeSet::from([Flag::Witnessed, Flag::Mirrored]));
        assert_eq!(both.timeout_ms, 5);
        assert_eq!(asked("deposited", Some(u64::MAX)).unwrap().timeout_ms, 30_000);
        assert!(asked("", None).unwrap().flags.is_empty());
        assert!(asked("signed", None).is_err());
    }
}
