//! Begin: a certificate for the device's key, and the challenge it is to sign.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_registration::begin_signing::{BeginSigning, BeginSigningError, begin_signing};
use heqi_service_kit::{Problem, ReaderLanguage};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::ceremony::LanguageWord;
use super::super::created;
use crate::extract::{Asked, JsonBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/signings").route(post().to(begin)));
}

/// The device is ready.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginBody {
    /// The device's fresh public key: DER SubjectPublicKeyInfo, Ed25519 or P-256.
    #[schema(value_type = schema::Base64)]
    device_key: String,
    /// The language the intent is shown in; else Accept-Language decides.
    #[schema(value_type = Option<schema::LanguageWord>)]
    language: Option<LanguageWord>,
}

/// Begin a signing.
///
/// Beginning again replaces a challenge that has not been answered.
#[utoipa::path(
    post,
    path = "/api/v1/signings",
    tag = "signing",
    request_body = BeginBody,
    responses((status = 201, description = "What the device is to sign.", body = schema::SigningBegun)),
)]
async fn begin(
    state: Data<State>,
    asked: Asked,
    reader: ReaderLanguage,
    body: JsonBody<BeginBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let device_key = STANDARD.decode(&body.value.device_key);
    let device_key = device_key.map_err(|_| refused(BeginSigningError::DeviceKey))?;
    let language = body.value.language.map_or(reader.0, Into::into);
    let command = BeginSigning { device_key, language };
    let begun = begin_signing(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&begun))
}
