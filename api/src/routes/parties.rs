//! Parties: adding and inviting them, and their answers after signing.

use std::collections::BTreeSet;

use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_filing::{Capacity, CompanyTitle, DeclaredName, PartyKind};
use heqi_registration::add_party::{AddParty, add_party as add};
use heqi_registration::confirm::{Confirm, confirm as confirm_signatures};
use heqi_registration::invite::{Invite, invite as invite_party};
use heqi_registration::object::{Ground, Object, object as object_to};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Digest, FilingId, PartyId, RecordId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::created;
use super::filings::as_read;
use crate::extract::{Asked, JsonBody, NoBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/filings/{filing_id}/parties").route(post().to(add_party)))
        .service(
            resource("/api/v1/filings/{filing_id}/parties/{party_id}/invitations")
                .route(post().to(invite)),
        )
        .service(
            resource("/api/v1/filings/{filing_id}/parties/{party_id}/confirmation")
                .route(post().to(confirm)),
        )
        .service(
            resource("/api/v1/filings/{filing_id}/parties/{party_id}/objection")
                .route(post().to(object)),
        );
}

/// Who takes part.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddPartyBody {
    #[schema(value_type = schema::PartyKindWord)]
    kind: Kind,
    /// Its name, as declared.
    name: String,
    /// The person who signs for a company, as declared.
    representative_name: Option<String>,
    /// In which capacities, sorted.
    #[schema(value_type = Vec<schema::Capacity>)]
    capacities: BTreeSet<Capacity>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Person,
    Company,
}

/// Add a party to a filing.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/parties",
    tag = "filings",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("If-Match" = Option<String>, Header, description = "The version read before: refused when the filing has changed since."),
    ),
    request_body = AddPartyBody,
    responses((status = 201, description = "The party is part of the filing.", body = schema::PartyAdded)),
)]
async fn add_party(
    state: Data<State>,
    asked: Asked,
    filing: Path<FilingId>,
    http: HttpRequest,
    body: JsonBody<AddPartyBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256).on(as_read(http.headers())?);
    let who = who(body.value.kind, &body.value.name, body.value.representative_name.as_deref())?;
    let command = AddParty { filing: *filing, who, capacities: body.value.capacities };
    let added = add(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&added))
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn who(kind: Kind, name: &str, representative: Option<&str>) -> Result<PartyKind, Problem> {
    match (kind, representative) {
        (Kind::Person, None) => {
            Ok(PartyKind::Person { name: name.parse::<DeclaredName>().map_err(refused)? })
        }
        (Kind::Company, Some(representative)) => Ok(PartyKind::Company {
            name: name.parse::<CompanyTitle>().map_err(refused)?,
            representative: representative.parse::<DeclaredName>().map_err(refused)?,
        }),
        (Kind::Person, Some(_)) => Err(field("unknown field `representative_name`")),
        (Kind::Company, None) => Err(field("missing field `representative_name`")),
    }
}

/// What is wrong with a member that depends on another one.
fn field(message: &str) -> Problem {
    RequestProblem::MalformedJson { line: 0, column: 0, field: Some(message.to_owned()) }.into()
}

/// Invite a party to sign.
///
/// The first invitation opens signing.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/parties/{party_id}/invitations",
    tag = "filings",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("party_id" = String, Path, description = "The party"),
        ("If-Match" = Option<String>, Header, description = "The version read before: refused when the filing has changed since."),
    ),
    responses((status = 201, description = "The party can come to sign.", body = schema::PartyInvited)),
)]
async fn invite(
    state: Data<State>,
    asked: Asked,
    path: Path<(FilingId, PartyId)>,
    http: HttpRequest,
    body: JsonBody<NoBody>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let request = asked.with_body(&body.sha256).on(as_read(http.headers())?);
    let command = Invite { filing, party };
    let invited = invite_party(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&invited))
}

/// What was shown to the party that confirms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// Digest of the list of signatures that was shown; refused when it has changed since.
    #[schema(value_type = Option<schema::Digest>)]
    shown_sha256: Option<Digest>,
}

/// Confirm the signatures of a filing.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/parties/{party_id}/confirmation",
    tag = "confirmation",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("party_id" = String, Path, description = "The party"),
    ),
    request_body = ConfirmBody,
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn confirm(
    state: Data<State>,
    asked: Asked,
    path: Path<(FilingId, PartyId)>,
    body: JsonBody<ConfirmBody>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let request = asked.with_body(&body.sha256);
    let command = Confirm { filing, party, shown_sha256: body.value.shown_sha256 };
    let confirmed =
        confirm_signatures(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&confirmed))
}

/// To what a party objects, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectBody {
    /// The record it objects to; left out when it objects to the filing as a whole.
    #[schema(value_type = Option<schema::RecordId>)]
    against: Option<RecordId>,
    #[schema(value_type = schema::Ground)]
    ground: Ground,
    /// Why, in the party's words: at most 2,000 characters.
    reason: Option<String>,
}

/// Object: not signed by me, or not so.
///
/// The first objection freezes the filing.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/parties/{party_id}/objection",
    tag = "confirmation",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("party_id" = String, Path, description = "The party"),
    ),
    request_body = ObjectBody,
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn object(
    state: Data<State>,
    asked: Asked,
    path: Path<(FilingId, PartyId)>,
    body: JsonBody<ObjectBody>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let request = asked.with_body(&body.sha256);
    let ObjectBody { against, ground, reason } = body.value;
    let command = Object { filing, party, against, ground, reason };
    let objected = object_to(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&objected))
}
