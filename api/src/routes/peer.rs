//! What the platform holds of a custodian, for that custodian (`docs/spec/peer.md`). Answered also while nothing is
//! written: it needs nothing but the platform's own store.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Payload, ServiceConfig, post, resource};
use heqi_evidence::statement::Statement as _;
use heqi_notary_protocol::peer::{
    LastCertificate, LastDeposit, MAX_QUERY_BYTES, PATH, PeerQuery, PeerStanding, open_query,
};
use heqi_registration::fault::Fault;
use heqi_registration::peer::{
    SaidCertificates, keep_certificates, last_receipts, said_certificates,
};
use heqi_service_kit::Problem;
use heqi_service_kit::limits::collect;
use heqi_service_kit::problem::RequestProblem;
use heqi_tlog::checkpoint::Origin;

use crate::problem_of::refused;
use crate::server::PeerAnswering;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource(PATH).route(post().to(standing)));
}

/// What the platform holds of the log that asks.
///
/// The query is a DSSE envelope signed with the key of the asker's log, the answer one signed with the platform's.
#[utoipa::path(
    post,
    path = "/peer/standing",
    tag = "witness",
    request_body(content = String, content_type = "application/json", description = "A signed peer query"),
    responses((status = 200, description = "A signed peer standing", content_type = "application/json")),
)]
async fn standing(state: Data<State>, body: Payload) -> Result<HttpResponse, Problem> {
    let peer = state.peer.as_ref().ok_or(RequestProblem::NotFound)?;
    let body = collect(body, MAX_QUERY_BYTES).await?;
    let query = open_query(&body, &peer.known_logs).map_err(|_| RequestProblem::Forbidden)?;
    let origin = Origin::new(query.about.clone()).map_err(|error| Problem::internal(&error))?;
    // A platform that writes nothing now answers all the same, and is told again within a minute.
    if let Err(error) = keep(&state, &origin, &query, &body).await {
        tracing::debug!(%error, "the last certificate numbers are not kept");
    }
    let standing = answer(&state, peer, (&origin, query)).await?;
    let signed = standing.sign(&*peer.log_signer).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(signed.as_bytes().to_vec()))
}

/// Keeps which certificate numbers were the last, with the query that says so.
async fn keep(state: &State, origin: &Origin, query: &PeerQuery, body: &[u8]) -> Result<(), Fault> {
    let kept = said_certificates(&state.platform, origin).await?;
    let kept = kept.map(|said| said.newest).unwrap_or_default();
    // The one that was counted since; of several, or when nothing was known, one of the newest year.
    let is_new =
        |one: &&LastCertificate| kept.get(&one.series).is_none_or(|known| *known < one.serial);
    let new = query.certificates.iter().filter(is_new);
    let Some(last) = new.max_by_key(|last| &last.series) else { return Ok(()) };
    let newest = query.certificates.iter().map(|one| (one.series.clone(), one.serial)).collect();
    let envelope = String::from_utf8_lossy(body).into_owned();
    let said = SaidCertificates { newest, last: last.number.clone(), envelope };
    keep_certificates(&state.platform, origin, &said).await
}

async fn answer(
    state: &State,
    peer: &PeerAnswering,
    (origin, query): (&Origin, PeerQuery),
) -> Result<PeerStanding, Problem> {
    let mut heads = Vec::new();
    if let Some(witness) = &state.witness {
        let (backend, clock) = (state.platform.backend(), state.platform.clock());
        let latest = witness.latest(backend, clock, &origin.monitoring_path()).await;
        let latest = latest.map_err(|error| Problem::internal(&error))?;
        heads.extend(latest.map(|head| head.note().to_string()));
    }
    let said = said_certificates(&state.platform, origin).await.map_err(refused)?;
    let (certificate_no, certificates) = said.map(|said| (said.last, said.envelope)).unzip();
    let deposits = last_receipts(&state.platform).await.map_err(refused)?;
    let deposits = deposits.into_iter().map(|last| LastDeposit {
        chain: last.chain,
        custodian: last.custodian.as_str().to_owned(),
        deposit_no: last.deposit_no,
        receipt: last.envelope,
        record_root: last.root,
        seq: last.seq,
    });
    Ok(PeerStanding {
        about: query.about,
        certificate_no,
        certificates,
        deposits: deposits.collect(),
        heads,
        nonce: query.nonce,
        origin: peer.log_key.name().to_string(),
        time: state.platform.now(),
    })
}
