//! Complete: what the device signed becomes evidence, and the receipt is the answer.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use heqi_evidence::canonical;
use heqi_registration::complete_signing::{
    CompleteSigning, CompleteSigningError as Refusal, complete_signing,
};
use heqi_service_kit::Problem;
use heqi_vocabulary::SigningId;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::super::created;
use crate::extract::{Asked, JsonBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/signings/{signing_id}/complete").route(post().to(complete)));
}

/// What the device signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompleteBody {
    /// The signed statement: a DSSE envelope.
    #[schema(value_type = Object)]
    envelope: Box<RawValue>,
    /// The device's own attributes, salted there, all opened.
    #[schema(value_type = Object)]
    client: Box<RawValue>,
}

/// Complete a signing.
///
/// The answer is the receipt: the record is durable and stands in the log. Witness, mirror
/// and custodians follow; ask the receipt again for them.
#[utoipa::path(
    post,
    path = "/api/v1/signings/{signing_id}/complete",
    tag = "signing",
    params(("signing_id" = String, Path, description = "The signing")),
    request_body = CompleteBody,
    responses((status = 201, description = "The signing is complete.", body = schema::Receipt)),
)]
async fn complete(
    state: Data<State>,
    asked: Asked,
    signing: Path<SigningId>,
    body: JsonBody<CompleteBody>,
) -> Result<HttpResponse, Problem> {
    let request = asked.with_body(&body.sha256);
    let CompleteBody { envelope, client } = &body.value;
    let command = |bytes_of: fn(&RawValue) -> Vec<u8>| CompleteSigning {
        signing: *signing,
        envelope: bytes_of(envelope),
        client: bytes_of(client),
    };
    // Devices send the canonical bytes they signed, and those are read once. Only what
    // somebody spelt anew on the way is brought back to them and read again.
    let completed = complete_signing(&state.platform, &request, command(as_sent)).await;
    let completed = match completed {
        Err(Refusal::EnvelopeMalformed(_) | Refusal::ClientMalformed(_)) => {
            complete_signing(&state.platform, &request, command(canonical)).await
        }
        decided => decided,
    };
    let receipt = completed.map_err(refused)?;
    state.recent.note(receipt.record_id);
    Ok(created(&receipt))
}

fn as_sent(object: &RawValue) -> Vec<u8> {
    object.get().as_bytes().to_vec()
}

/// The canonical bytes of an object (RFC 8785), which are what was signed and hashed. What
/// has none is passed on as it came: the use case says what is wrong with it.
fn canonical(sent: &RawValue) -> Vec<u8> {
    let bytes = sent.get().as_bytes();
    let spelt = canonical::parse_value(bytes).and_then(|value| canonical::to_bytes(&value));
    spelt.unwrap_or_else(|_| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Vec<u8> {
        canonical(&RawValue::from_string(json.to_owned()).unwrap())
    }

    #[test]
    fn white_space_and_order_of_members_do_not_matter() {
        assert_eq!(of("{ \"b\": [1, 2],\n\"a\":\"x\" }"), br#"{"a":"x","b":[1,2]}"#);
    }

    #[test]
    fn what_has_no_canonical_form_is_passed_on_to_be_refused() {
        for json in [r#"{"a":1,"a":2}"#, r#"{"a":1.5}"#] {
            assert_eq!(of(json), json.as_bytes());
        }
    }
}
