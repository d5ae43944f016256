//! How a signer comes in: a one-time code, then the last four of the identity number. What
//! is answered here holds nothing personal but masked contacts.

use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_registration::check_code::{CheckCode, check_code};
use heqi_registration::check_identity::{CheckLastFour, check_last_four};
use heqi_registration::contacts::{Contact, day, uscc};
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::entry_view::entry_view;
use heqi_registration::find_entry::{ByNumber, check_by_number, send_by_number};
use heqi_registration::message_queue::filing_messages;
use heqi_registration::send_code::{SendCode, send_code};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, FilingNo, MessageChannel, PartyId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ceremony::LanguageWord;
use super::{created, reading};
use crate::edge_problem::EdgeProblem;
use crate::extract::{Asked, Caller, JsonBody, facts};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/ceremony/entry").route(reading().to(entry)))
        .service(resource("/api/v1/ceremony/code").route(post().to(send)))
        .service(resource("/api/v1/ceremony/code/check").route(post().to(check)))
        .service(resource("/api/v1/ceremony/identity").route(post().to(identity)))
        .service(resource("/api/v1/entry/code").route(post().to(send_to_contact)))
        .service(resource("/api/v1/entry/check").route(post().to(check_of_contact)))
        .service(resource("/api/v1/filings/{filing_id}/messages").route(reading().to(messages)))
        .service(
            resource("/api/v1/filings/{filing_id}/parties/{party_id}/contact")
                .route(post().to(contact)),
        );
}

/// What is asked at the door of a ceremony.
#[utoipa::path(
    get,
    path = "/api/v1/ceremony/entry",
    tag = "signing",
    responses((status = 200, description = "How far the signer has come in.", body = schema::EntryView)),
)]
async fn entry(state: Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let view = entry_view(&state.platform, &caller.actor).await.map_err(refused)?;
    Ok(HttpResponse::Ok().json(view))
}

/// By what a code is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendCodeBody {
    /// The first way there is when left out.
    #[schema(value_type = Option<schema::MessageChannel>)]
    channel: Option<MessageChannel>,
    #[schema(value_type = schema::LanguageWord)]
    language: LanguageWord,
}

/// Have a one-time code sent.
///
/// Six digits, five minutes, five tries; another one after a minute, ten a day for each
/// contact.
#[utoipa::path(
    post,
    path = "/api/v1/ceremony/code",
    tag = "signing",
    request_body = SendCodeBody,
    responses((status = 201, description = "A code is on its way.", body = schema::CodeSent)),
)]
async fn send(
    state: Data<State>,
    asked: Asked,
    body: JsonBody<SendCodeBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let SendCodeBody { channel, language } = body.value;
    let command = SendCode { channel, language: language.into() };
    let sent = send_code(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&sent))
}

/// A code as it was entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckCodeBody {
    /// Six digits.
    code: String,
}

/// Enter the one-time code.
///
/// It passes once, and that is a record whose root stands in the challenge.
#[utoipa::path(
    post,
    path = "/api/v1/ceremony/code/check",
    tag = "signing",
    request_body = CheckCodeBody,
    responses((status = 201, description = "It fits.", body = schema::Passed)),
)]
async fn check(
    state: Data<State>,
    asked: Asked,
    body: JsonBody<CheckCodeBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let command = CheckCode { code: body.value.code };
    let passed = check_code(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&passed))
}

/// The end of the identity number as it was entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastFourBody {
    /// Four characters; the last may be X.
    last_four: String,
}

/// Enter the last four of the identity number.
///
/// The third wrong number locks the link, and the handler is told.
#[utoipa::path(
    post,
    path = "/api/v1/ceremony/identity",
    tag = "signing",
    request_body = LastFourBody,
    responses((status = 201, description = "They fit.", body = schema::Passed)),
)]
async fn identity(
    state: Data<State>,
    asked: Asked,
    body: JsonBody<LastFourBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let command = CheckLastFour { last_four: body.value.last_four };
    let passed = check_last_four(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&passed))
}

/// Who somebody says to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendByNumberBody {
    /// The 8-digit number of the filing.
    number: String,
    /// Mobile number or e-mail address.
    contact: String,
    #[schema(value_type = schema::LanguageWord)]
    language: LanguageWord,
}

/// Have a code sent without the link.
///
/// The answer is the same whether or not the filing invited this contact.
#[utoipa::path(
    post,
    path = "/api/v1/entry/code",
    tag = "signing",
    request_body = SendByNumberBody,
    responses((status = 200, description = "If there is such a party, a code is on its way.", body = schema::SentByNumber)),
)]
async fn send_to_contact(
    state: Data<State>,
    http: HttpRequest,
    body: JsonBody<SendByNumberBody>,
) -> Result<HttpResponse, Problem> {
    let SendByNumberBody { number, contact, language } = body.value;
    let who = ByNumber { number: filing_number(&number)?, contact };
    let facts = facts(&http, state.platform.clock())?;
    let sent = send_by_number(&state.platform, &facts, &who, language.into()).await;
    Ok(HttpResponse::Ok().json(sent.map_err(refused)?))
}

/// Who somebody says to be, and the code that was sent there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckByNumberBody {
    /// The 8-digit number of the filing.
    number: String,
    /// Mobile number or e-mail address.
    contact: String,
    /// Six digits.
    code: String,
}

/// Come in without the link.
#[utoipa::path(
    post,
    path = "/api/v1/entry/check",
    tag = "signing",
    request_body = CheckByNumberBody,
    responses((status = 200, description = "The code fits.", body = schema::Entered)),
)]
async fn check_of_contact(
    state: Data<State>,
    http: HttpRequest,
    body: JsonBody<CheckByNumberBody>,
) -> Result<HttpResponse, Problem> {
    let CheckByNumberBody { number, contact, code } = body.value;
    let who = ByNumber { number: filing_number(&number)?, contact };
    let facts = facts(&http, state.platform.clock())?;
    let entered = check_by_number(&state.platform, &facts, &who, code).await.map_err(refused)?;
    Ok(HttpResponse::Ok().json(entered))
}

/// A number with a wrong check digit is refused before anything is looked up.
#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn filing_number(text: &str) -> Result<FilingNo, Problem> {
    text.trim().parse().map_err(|_| EdgeProblem::FilingNumberMalformed.into())
}

/// How a party is reached, as the handler declares it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactBody {
    /// A mobile number.
    mobile: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// The number of the identity document; the signer is asked for its last four.
    id_number: Option<String>,
    /// Which document: `resident_id`, `hmt_residence_permit`, `foreign_permanent_resident`,
    /// `passport`, `hong_kong_macao_permit` or `taiwan_permit`; by the form of the number when absent.
    document_kind: Option<String>,
    /// The last day on which the document is valid, `yyyy-MM-dd`; absent when it has no end.
    document_ends: Option<String>,
    /// The unified social credit code of the company that the party is.
    company_code: Option<String>,
    #[schema(value_type = Option<schema::LanguageWord>)]
    language: Option<LanguageWord>,
}

/// Declare how a party is reached.
///
/// It replaces what was declared before. Once signing is open a changed contact is told to the
/// old one and no code goes to it for 24 hours. `warnings` names what was taken and may still go
/// wrong.
#[utoipa::path(
    post,
    path = "/api/v1/filings/{filing_id}/parties/{party_id}/contact",
    tag = "filings",
    params(
        ("filing_id" = String, Path, description = "The filing"),
        ("party_id" = String, Path, description = "The party"),
    ),
    request_body = ContactBody,
    responses((status = 201, description = "The contact is kept.", body = schema::ContactDeclared)),
)]
async fn contact(
    state: Data<State>,
    asked: Asked,
    path: Path<(FilingId, PartyId)>,
    body: JsonBody<ContactBody>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let request = asked.with_body(&body.sha256);
    let ContactBody {
        mobile,
        email,
        id_number,
        document_kind,
        document_ends,
        company_code,
        language,
    } = body.value;
    let contact = Contact {
        mobile: mobile.map(|text| text.parse()).transpose().map_err(refused)?,
        email: email.map(|text| text.parse()).transpose().map_err(refused)?,
        id_number: id_number.map(|text| text.parse()).transpose().map_err(refused)?,
        document_kind: document_kind.map(|text| text.parse()).transpose().map_err(refused)?,
        document_ends: document_ends.map(|text| day(&text)).transpose().map_err(refused)?,
        company_code: company_code.map(|text| uscc(&text)).transpose().map_err(refused)?,
        language: language.map(Into::into).unwrap_or_default(),
    };
    let command = DeclareContact { filing, party, contact };
    let declared = declare_contact(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&declared))
}

/// The messages of a filing, and how each went.
#[utoipa::path(
    get,
    path = "/api/v1/filings/{filing_id}/messages",
    tag = "filings",
    params(("filing_id" = String, Path, description = "The filing")),
    responses((status = 200, description = "Oldest first; neither text nor address.", body = Vec<schema::MessageView>)),
)]
async fn messages(
    state: Data<State>,
    caller: Caller,
    filing: Path<FilingId>,
) -> Result<HttpResponse, Problem> {
    let messages = filing_messages(&state.platform, &caller.actor, *filing).await;
    Ok(HttpResponse::Ok().json(messages.map_err(refused)?))
}
