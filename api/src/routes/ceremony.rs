//! What the signer sees, and the consents.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_filing::{ConsentKind, Decision};
use heqi_registration::acknowledge::{Acknowledge, acknowledge};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::give_consent::{GiveConsent, give_consent as give};
use heqi_service_kit::{Problem, ReaderLanguage};
use heqi_vocabulary::{Digest, DocumentId, Language};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{created, reading};
use crate::extract::{Asked, Caller, JsonBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/ceremony").route(reading().to(ceremony)))
        .service(resource("/api/v1/ceremony/consents").route(post().to(give_consent)))
        .service(resource("/api/v1/ceremony/read").route(post().to(read)));
}

/// A language as it is written in a body.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LanguageWord {
    /// As the ceremony names it, too.
    #[serde(alias = "zh-CN")]
    Zh,
    En,
}

impl From<LanguageWord> for Language {
    fn from(word: LanguageWord) -> Self {
        match word {
            LanguageWord::Zh => Self::Zh,
            LanguageWord::En => Self::En,
        }
    }
}

/// What is to be signed, what is asked, how far it has come.
#[utoipa::path(
    get,
    path = "/api/v1/ceremony",
    tag = "signing",
    params(("lang" = Option<String>, Query, description = "zh or en; else Accept-Language decides")),
    responses((status = 200, description = "How it stands.", body = schema::CeremonyView)),
)]
async fn ceremony(
    state: Data<State>,
    caller: Caller,
    language: ReaderLanguage,
) -> Result<HttpResponse, Problem> {
    let view = ceremony_view(&state.platform, &caller.actor, language.0).await.map_err(refused)?;
    Ok(HttpResponse::Ok().json(view))
}

/// The answer to one consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentBody {
    #[schema(value_type = schema::ConsentKind)]
    kind: ConsentKind,
    #[schema(value_type = schema::Decision)]
    decision: Decision,
    /// SHA-256 of the text that was shown, before its places are filled.
    #[schema(value_type = schema::Digest)]
    text_sha256: Digest,
    /// The language it was shown in.
    #[schema(value_type = schema::LanguageWord)]
    language: LanguageWord,
}

/// Answer one consent.
///
/// Each consent is answered by itself and becomes a record of its own.
#[utoipa::path(
    post,
    path = "/api/v1/ceremony/consents",
    tag = "signing",
    request_body = ConsentBody,
    responses((status = 201, description = "The answer is recorded.", body = schema::ConsentGiven)),
)]
async fn give_consent(
    state: Data<State>,
    asked: Asked,
    body: JsonBody<ConsentBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let ConsentBody { kind, decision, text_sha256, language } = body.value;
    let command = GiveConsent { kind, decision, text_sha256, language: language.into() };
    let given = give(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&given))
}

/// A document was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadBody {
    #[schema(value_type = schema::DocumentId)]
    document_id: DocumentId,
    /// SHA-256 of the bytes that were shown.
    #[schema(value_type = schema::Digest)]
    sha256: Digest,
    /// For how long it was open, in seconds.
    seconds: u32,
}

/// Say that a document was read.
///
/// Optional. Which bytes and for how long; saying it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/ceremony/read",
    tag = "signing",
    request_body = ReadBody,
    responses((status = 201, description = "It is kept.", body = schema::Acknowledged)),
)]
async fn read(
    state: Data<State>,
    asked: Asked,
    body: JsonBody<ReadBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let ReadBody { document_id, sha256, seconds } = body.value;
    let command = Acknowledge { document: document_id, sha256, seconds, shown: None };
    let read = acknowledge(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&read))
}
