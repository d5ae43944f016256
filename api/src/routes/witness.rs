//! The platform as witness of the other organisation's log (c2sp.org/tlog-witness@v1.0.0):
//! statuses and bodies are those of the spec, so a 409 is a bare size and no problem.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path, Payload, ServiceConfig, post, resource};
use heqi_evidence_store::witness::{Witness, WitnessError, fork_proof_against};
use heqi_registration::fault::Fault;
use heqi_service_kit::Problem;
use heqi_service_kit::limits::collect;
use heqi_service_kit::problem::RequestProblem;
use heqi_tlog::witness::{AddCheckpoint, Rejection, SIZE_CONTENT_TYPE};
use heqi_vocabulary::{Explain, Explanation, Language};

use super::log::text;
use super::reading;
use crate::edge_problem::EdgeProblem;
use crate::problem_of::refused;
use crate::state::State;

const TEXT: &str = "text/plain; charset=utf-8";
/// A note and 63 lines of proof have room in it, with lines of unknown cosigners.
const REQUEST_MAX_BYTES: usize = 128 << 10;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/witness/add-checkpoint").route(post().to(add_checkpoint)))
        .service(
            resource("/witness/{origin_sha256}/checkpoint")
                .route(reading().to(witnessed_checkpoint)),
        )
        .service(resource("/witness/{origin_sha256}/fork-proof").route(reading().to(fork_proof)));
}

/// Cosign a head of a log this witness knows.
///
/// The request and every answer are those of C2SP tlog-witness. The head is durable before
/// it is cosigned.
#[utoipa::path(
    post,
    path = "/witness/add-checkpoint",
    tag = "witness",
    request_body(content = String, content_type = "text/plain", description = "The old size, a consistency proof and the head to cosign"),
    responses(
        (status = 200, description = "The cosignature line", body = String, content_type = "text/plain; charset=utf-8"),
        (status = 409, description = "The size cosigned last, to be sent as the old size next time", body = String, content_type = "text/x.tlog.size"),
    ),
)]
async fn add_checkpoint(state: Data<State>, body: Payload) -> Result<HttpResponse, Problem> {
    let witness = witness_of(&state)?;
    let body = collect(body, REQUEST_MAX_BYTES).await?;
    let request = AddCheckpoint::parse(&body).map_err(|_| Refused::Malformed)?;
    let (backend, clock) = (state.platform.backend(), state.platform.clock());
    match witness.add_checkpoint(backend, clock, &request).await {
        Ok(line) => {
            Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT)).body(format!("{line}\n")))
        }
        Err(WitnessError::Rejected { reason, .. }) => match reason.size_body() {
            Some(size) => Ok(HttpResponse::Conflict()
                .insert_header((CONTENT_TYPE, SIZE_CONTENT_TYPE))
                .body(size)),
            None => Err(Refused::by_witness(&reason).into()),
        },
        Err(error) => Err(failed(error)),
    }
}

/// The head of a log this witness cosigned last.
#[utoipa::path(
    get,
    path = "/witness/{origin_sha256}/checkpoint",
    tag = "witness",
    params(("origin_sha256" = String, Path, description = "SHA-256 of the log's origin in hexadecimal")),
    responses((status = 200, description = "A signed note (C2SP tlog-checkpoint)", body = String, content_type = "text/plain; charset=utf-8")),
)]
async fn witnessed_checkpoint(
    state: Data<State>,
    origin_sha256: Path<String>,
) -> Result<HttpResponse, Problem> {
    let witness = witness_of(&state)?;
    let (backend, clock) = (state.platform.backend(), state.platform.clock());
    let latest = witness.latest(backend, clock, &origin_sha256).await.map_err(failed)?;
    let latest = latest.ok_or(EdgeProblem::NothingCosigned)?;
    Ok(text(latest.to_bytes()))
}

/// A proof that a log showed this witness two histories, if it ever did.
#[utoipa::path(
    get,
    path = "/witness/{origin_sha256}/fork-proof",
    tag = "witness",
    params(("origin_sha256" = String, Path, description = "SHA-256 of the log's origin in hexadecimal")),
    responses((status = 200, description = "A fork proof (docs/spec/fork-proof.md): keep it and pass it on", body = String, content_type = "text/plain; charset=utf-8")),
)]
async fn fork_proof(
    state: Data<State>,
    origin_sha256: Path<String>,
) -> Result<HttpResponse, Problem> {
    witness_of(&state)?;
    let found = fork_proof_against(state.platform.backend(), &origin_sha256).await;
    let found = found.map_err(|error| failed(WitnessError::from(error)))?;
    let proof = found.ok_or(EdgeProblem::NoForkKnown)?.to_string();
    Ok(text(proof.into_bytes()))
}

fn witness_of(state: &State) -> Result<&Witness, RequestProblem> {
    state.witness.as_deref().ok_or(RequestProblem::NotFound)
}

fn failed(error: WitnessError) -> Problem {
    match error {
        WitnessError::Store(error) => refused(Fault::from(error)),
        WitnessError::Table(error) => refused(Fault::from(error)),
        error => Problem::internal(&error),
    }
}

/// Why the witness does not cosign, for people.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum Refused {
    #[error("the request is no add-checkpoint request")]
    Malformed,
    #[error("the log is unknown to this witness")]
    UnknownLog,
    #[error("the head is not signed by its log")]
    NotSigned,
    #[error("the old size is beyond the head")]
    OldSizeBeyond,
    #[error("the head does not fit to what was cosigned before")]
    Inconsistent,
    #[error("the witness failed")]
    Internal,
}

impl Refused {
    const fn by_witness(reason: &Rejection) -> Self {
        match reason {
            Rejection::UnknownOrigin => Self::UnknownLog,
            Rejection::NotSigned(_) => Self::NotSigned,
            Rejection::OldSizeBeyondCheckpoint => Self::OldSizeBeyond,
            Rejection::Contradiction(_) | Rejection::BadProof(_) => Self::Inconsistent,
            Rejection::Conflict { .. } | Rejection::StateOfAnotherLog => Self::Internal,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::OldSizeBeyond => StatusCode::BAD_REQUEST,
            Self::UnknownLog => StatusCode::NOT_FOUND,
            Self::NotSigned => StatusCode::FORBIDDEN,
            Self::Inconsistent => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::new(refused.status(), &refused)
    }
}

impl Explain for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "add_checkpoint_malformed",
            Self::UnknownLog => "log_unknown",
            Self::NotSigned => "checkpoint_not_signed",
            Self::OldSizeBeyond => "old_size_beyond_checkpoint",
            Self::Inconsistent => "checkpoint_inconsistent",
            Self::Internal => "internal",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let [zh, en] = match self {
            Self::Malformed => [
                "请求不符合 C2SP tlog-witness 的格式。",
                "The request has not the form of C2SP tlog-witness.",
            ],
            Self::UnknownLog => {
                ["本核对方不认识这个日志。", "This witness does not know that log."]
            }
            Self::NotSigned => {
                ["日志头没有该日志的有效签名。", "The head is not signed by its log."]
            }
            Self::OldSizeBeyond => {
                ["旧大小超过了所提交日志头的大小。", "The old size is larger than the head."]
            }
            Self::Inconsistent => [
                "该日志头与此前联署过的日志头不一致，已留存作为证据。",
                "The head does not fit to the one cosigned before; it has been kept as proof.",
            ],
            Self::Internal => ["核对服务出错。", "The witness failed."],
        };
        let (what, next) = match language {
            Language::Zh => (zh, "未作联署；请对照 c2sp.org/tlog-witness 核对后重试。"),
            Language::En => {
                (en, "Nothing was cosigned; check it against c2sp.org/tlog-witness and try again.")
            }
        };
        Explanation::new(what, next)
    }
}
