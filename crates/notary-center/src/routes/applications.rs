//! `POST /applications`: the registry applies for a certificate from its own system, with a key
//! of scope `applications`; sent again while one is open, it is answered with that one's number and the
//! code with which it is looked up.
//! Signers apply at the counter, or through the office's own app.

use actix_web::web::{Data, Payload, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use heqi_notarization::matter::MatterError;
use heqi_notarization::matter::apply::{Apply, apply, query_code};
use heqi_notarization::matter::form::ApplicationForm;
use heqi_notarization::matter::step::ActedBy;
use heqi_service_kit::Problem;
use heqi_vocabulary::DepositNo;
use serde::Deserialize;
use serde_json::json;

use super::body_of;
use crate::access::{APPLICATIONS, authorise};
use crate::bench::refused;
use crate::refusal::Refusal;
use crate::service::State;

const BODY_MAX_BYTES: usize = 64 << 10;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/applications", post().to(take));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    deposit: DepositNo,
    form: ApplicationForm,
}

async fn take(
    state: Data<State>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state.platform_keys, APPLICATIONS)?;
    let body = body_of(payload, BODY_MAX_BYTES, state.settings.body_deadline_ms).await?;
    let Body { deposit, mut form } =
        serde_json::from_slice(&body).map_err(|_| Problem::from(Refusal::Malformed))?;
    // This door is the registry's: nobody else applies through it.
    "regulator".clone_into(&mut form.applicant);
    let form = form.as_programs_send_it();
    let command = Apply { deposit, form, by: ActedBy::Regulator };
    let (mut answer, number) = match apply(&state.office, command).await {
        Ok(number) => (HttpResponse::Created(), number),
        Err(MatterError::Double(open)) => (HttpResponse::Ok(), open),
        Err(error) => return Err(refused(error)),
    };
    let code = query_code(&state.office, number).await.map_err(refused)?;
    Ok(answer.json(json!({ "application": number.to_string(), "query_code": code })))
}
