//! Parties: adding and inviting them, and their answers after signing.

use std::collections::BTreeSet;

use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_filing::{Capacity, CompanyTitle, DeclaredName, PartyKind};
use heqi_identity::amount::Fen;
use heqi_identity::contributions::Contribution;
use heqi_pages::Link;
use heqi_pages::sheet::SheetPage;
use heqi_registration::add_party::{AddParty, add_party as add, add_person};
use heqi_registration::ask_again::{AskAgain, ask_again as ask_parties_again};
use heqi_registration::confirm::{Confirm, confirm as confirm_signatures};
use heqi_registration::contacts::{self, IdNumber};
use heqi_registration::declare_capital::{DeclareCapital, declare_capital};
use heqi_registration::invite::{self, Invite, invite as invite_party};
use heqi_registration::object::{Ground, Object, object as object_to};
use heqi_registration::remove_party::{RemoveParty, remove_party as take_out};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Digest, FilingId, PartyId, RecordId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::filings::as_read;
use super::{created, reading};
use crate::extract::{Asked, Caller, JsonBody, NoBody};
use crate::pages::shown::{Shown, page};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;
use crate::visitor::Reader;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/filings/{filing_id}/parties").route(post().to(add_party)))
        .service(
            resource("/api/v1/filings/{filing_id}/parties/{party_id}/removal")
                .route(post().to(remove_party)),
        )
        .service(
            resource("/api/v1/filings/{filing_id}/parties/{party_id}/invitations")
                .route(post().to(invite)),
        )
        .service(
            resource("/api/v1/filings/{filing_id}/parties/{party_id}/invitation-sheet")
                .route(reading().to(invitation_sheet)),
        )
        .service(resource("/api/v1/filings/{filing_id}/capital").route(post().to(capital)))
        .service(
            resource("/api/v1/filings/{filing_id}/confirmation-requests")
                .route(post().to(ask_again)),
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
    /// The person who signs for a company, or the guardian who signs for a minor, as declared.
    representative_name: Option<String>,
    /// In which capacities, sorted.
    #[schema(value_type = Vec<schema::Capacity>)]
    capacities: BTreeSet<Capacity>,
    /// The number of a person's identity document: compared with the contacts of the filing, and not kept.
    id_number: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Person,
    Company,
    Ward,
}

/// Add a party to a filing.
///
/// A person of the same name and number who takes part already, and was not invited yet, is not added twice: the
/// capacities are added to that party, `joined` says so, and one signing is for all of them.
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
    let number = body.value.id_number.as_deref().map(str::parse::<IdNumber>);
    let added = match number.transpose().map_err(refused)? {
        Some(number) => add_person(&state.platform, &request, command, &number).await,
        None => add(&state.platform, &request, command).await,
    };
    Ok(created(&added.map_err(refused)?))
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
        (Kind::Ward, Some(guardian)) => Ok(PartyKind::Ward {
            name: name.parse::<DeclaredName>().map_err(refused)?,
            guardian: guardian.parse::<DeclaredName>().map_err(refused)?,
        }),
        (Kind::Person, Some(_)) => Err(field("unknown field `representative_name`")),
        (Kind::Company | Kind::Ward, None) => Err(field("missing field `representative_name`")),
    }
}

/// What is wrong with a member that depends on another one.
fn field(message: &str) -> Problem {
    RequestProblem::MalformedJson { line: 0, column: 0, field: Some(message.to_owned()) }.into()
}

/// Why a party is taken out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemovePartyBody {
    /// Why, in at most 2000 characters; required once signing is open.
    reason: Option<String>,
}

/// Take a party out of a filing.
///
/// One that has signed nothing: in drafting anybody, and once signing is open, with a reason, neither the handler nor
/// the last party that signs. Its invitations are withdrawn and its waiting messages are not sent. Where only its
/// signatures were missing, everybody else is asked to confirm. It cannot be undone; in drafting the person can be
/// added anew.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/parties/{party_id}/removal",
    tag = "filings",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("party_id" = String, Path, description = "The party"),
        ("If-Match" = Option<String>, Header, description = "The version read before: refused when the filing has changed since."),
    ),
    request_body = RemovePartyBody,
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn remove_party(
    state: Data<State>,
    asked: Asked,
    path: Path<(FilingId, PartyId)>,
    http: HttpRequest,
    body: JsonBody<RemovePartyBody>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let request = asked.with_body(&body.sha256).on(as_read(http.headers())?);
    let command = RemoveParty { filing, party, reason: body.value.reason };
    let removed = take_out(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&removed))
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

/// The printed invitation of a party.
///
/// A page to be printed, with a QR code and the number of the filing. Its name is masked; it holds
/// no identity number and no contact.
#[utoipa::path(
    get,
    path = "/api/v1/filings/{filing_id}/parties/{party_id}/invitation-sheet",
    tag = "filings",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("party_id" = String, Path, description = "The party"),
    ),
    responses((status = 200, description = "A page", body = String, content_type = "text/html; charset=utf-8")),
)]
async fn invitation_sheet(
    state: Data<State>,
    caller: Caller,
    reader: Reader,
    path: Path<(FilingId, PartyId)>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let sheet = invite::invitation_sheet(&state.platform, &caller.actor, filing, party).await;
    let sheet = sheet.map_err(refused)?;
    let front = state.platform.settings().public_url.clone();
    let printed = SheetPage {
        signer: sheet.masked_name,
        company: sheet.company_name,
        matter: sheet.matter.name(reader.language).to_owned(),
        number: sheet.number.to_string(),
        address: sheet.link.map_or_else(|| front.clone(), |link| format!("{front}{link}")),
        front,
        expires_at: sheet.expires_at.for_people(),
    };
    Ok(page(&printed, &Shown::to(&state, reader, Link::Front)))
}

/// The registered capital, and what each shareholder promises to pay in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapitalBody {
    /// The registered capital in yuan, such as `1000000.00`.
    capital: String,
    /// One for each shareholder, in the order they are shown.
    contributions: Vec<ContributionBody>,
}

/// What one shareholder promises.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContributionBody {
    /// The shareholder.
    #[schema(value_type = String)]
    party_id: PartyId,
    /// How much, in yuan.
    amount: String,
    /// The last day on which it is due, as in 2031-01-31.
    due: String,
}

impl CapitalBody {
    /// What was sent, read at the door.
    #[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
    fn of(&self, filing: FilingId) -> Result<DeclareCapital, Problem> {
        let mut promises = Vec::with_capacity(self.contributions.len());
        for one in &self.contributions {
            let amount = Fen::parse_yuan(&one.amount).map_err(refused)?;
            let due = contacts::day(&one.due).map_err(refused)?;
            promises.push((one.party_id, Contribution { amount, due }));
        }
        let capital = Fen::parse_yuan(&self.capital).map_err(refused)?;
        Ok(DeclareCapital { filing, capital, promises })
    }
}

/// Declare capital and contributions.
///
/// Shown on the card of key points; the documents prevail. In drafting only. The contributions add up to the capital.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/capital",
    tag = "filings",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("If-Match" = Option<String>, Header, description = "The version read before: refused when the filing has changed since."),
    ),
    request_body = CapitalBody,
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn capital(
    state: Data<State>,
    asked: Asked,
    filing: Path<FilingId>,
    http: HttpRequest,
    body: JsonBody<CapitalBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256).on(as_read(http.headers())?);
    let command = body.value.of(*filing)?;
    let declared = declare_capital(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&declared))
}

/// Ask those again who have not confirmed.
///
/// Opens a new window for confirming. Nobody is taken to have agreed by it.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/confirmation-requests",
    tag = "confirmation",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("If-Match" = Option<String>, Header, description = "The version read before: refused when the filing has changed since."),
    ),
    responses((status = 201, description = "It is recorded.", body = schema::Recorded)),
)]
async fn ask_again(
    state: Data<State>,
    asked: Asked,
    filing: Path<FilingId>,
    http: HttpRequest,
    body: JsonBody<NoBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256).on(as_read(http.headers())?);
    let command = AskAgain { filing: *filing };
    let recorded = ask_parties_again(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&recorded))
}

/// What was shown to the party that confirms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// Digest of the list of signatures that was shown; refused when it has changed since.
    #[schema(value_type = Option<schema::Digest>)]
    shown_sha256: Option<Digest>,
    /// Digest of the statement that was shown, of its Chinese text; refused when another one is in force by now.
    #[schema(value_type = Option<schema::Digest>)]
    statement_sha256: Option<Digest>,
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
    let ConfirmBody { shown_sha256, statement_sha256 } = body.value;
    let command = Confirm { filing, party, shown_sha256, statement_sha256 };
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
