//! What is reported of messages, signed by whoever reports (`docs/spec/sms-gateway.md`).

use actix_web::web::{Data, Payload, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_notify::report::{MAX_REPORT_BYTES, Signed};
use heqi_notify::signature::{ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER};
use heqi_notify::{DeliveryReport, ReportError, ReportedState};
use heqi_registration::message_queue::{Report, note_report};
use heqi_service_kit::Problem;
use heqi_service_kit::limits::collect;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::MessageChannel;

use crate::problem_of::refused;
use crate::state::State;

/// Where gateways, and whoever receives mail that came back, report.
pub(crate) const PATH: &str = "/api/v1/messages/reports";

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource(PATH).route(post().to(report)));
}

/// Report that a message arrived or came back.
///
/// Signed with the secret of the way it went by: for text messages the one that requests to the gateway are signed with,
/// for mail one of its own. A report that says what is known already changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/messages/reports",
    tag = "operation",
    params(
        ("webhook-id" = String, Header, description = "The name of the report"),
        ("webhook-timestamp" = String, Header, description = "When it was signed, in seconds since 1970"),
        ("webhook-signature" = String, Header, description = "The signature, as Standard Webhooks has it"),
    ),
    request_body(content = String, content_type = "application/json", description = "Message and state"),
    responses((status = 204, description = "It is noted.")),
)]
async fn report(
    state: Data<State>,
    http: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let Some((first, others)) = state.report_secrets.split_first() else {
        return Err(RequestProblem::NotFound.into());
    };
    let body = collect(body, MAX_REPORT_BYTES).await?;
    let header = |name: &str| {
        http.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let signed = Signed {
        id: header(ID_HEADER),
        timestamp: header(TIMESTAMP_HEADER),
        signature: header(SIGNATURE_HEADER),
    };
    let now_s = state.platform.now().unix_seconds();
    let verify = |(channel, secret): &(MessageChannel, Secret)| {
        DeliveryReport::verify(secret, signed, &body, now_s).map(|report| (*channel, report))
    };
    // Whose secret signed it says of which way it is.
    let believed = others.iter().fold(verify(first), |known, other| match known {
        Err(ReportError::Signature(_)) => verify(other),
        known => known,
    });
    let (channel, report) = believed.map_err(|e| match e {
        ReportError::Signature(_) => RequestProblem::Forbidden,
        ReportError::TooLarge | ReportError::Malformed => {
            RequestProblem::MalformedJson { line: 0, column: 0, field: None }
        }
    })?;
    let said = match report.state {
        ReportedState::Delivered => Report::Delivered,
        ReportedState::Bounced(reason) => Report::Bounced { reason },
    };
    note_report(&state.platform, report.message, channel, said).await.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}
