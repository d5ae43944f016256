//! The OpenAPI 3.1 document, made from the handlers themselves.
//!
//! Each handler says its path, its parameters and its good answers. What is true of all of
//! them is added here from the table of access: who may call, the `Idempotency-Key` of
//! every act, and the problems that can answer.

use std::collections::BTreeMap;

use heqi_service_kit::ProblemDocument;
use serde_json::Value;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, OpenApi as Document, Ref, RefOr, Required, ResponseBuilder, Schema,
};
use utoipa::{Modify, OpenApi};

use crate::access::{ACCESS_TABLE, Access, Rule, Verb};
use crate::routes;

/// Where the parts of the document come from.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heqi signing platform",
        description = "Filings are opened, documents attached, parties invited; each signs with a key of its own device, and everything that happens becomes a record in an append-only log, held by two custodians.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(),
    ),
    tags(
        (name = "filings", description = "Filings, parties and documents"),
        (name = "signing", description = "Signing, on the signer's device"),
        (name = "confirmation", description = "After signing"),
        (name = "personal data", description = "Erasure, holds, and who still holds what"),
        (name = "evidence", description = "Receipts, records and bundles"),
        (name = "log", description = "The append-only log"),
        (name = "witness", description = "Witnessing the other organisation's log"),
        (name = "operation", description = "How things stand"),
    ),
    paths(
        routes::filings::open_filing,
        routes::filings::filing,
        routes::parties::add_party,
        routes::parties::remove_party,
        routes::parties::invite,
        routes::parties::invitation_sheet,
        routes::parties::ask_again,
        routes::parties::confirm,
        routes::parties::object,
        routes::parties::capital,
        routes::submission::submit,
        routes::personal_data::erase,
        routes::personal_data::personal_data,
        routes::personal_data::place,
        routes::personal_data::lift,
        routes::documents::attach_document,
        routes::documents::document,
        routes::ceremony::ceremony,
        routes::ceremony::give_consent,
        routes::entry::entry,
        routes::entry::send,
        routes::entry::check,
        routes::entry::identity,
        routes::entry::send_to_contact,
        routes::entry::check_of_contact,
        routes::entry::contact,
        routes::entry::messages,
        routes::ceremony::read,
        routes::signings::begin::begin,
        routes::ceremony_video::video,
        routes::signings::capture::capture,
        routes::signings::strokes::strokes,
        routes::signings::complete::complete,
        routes::signings::decline::decline,
        routes::signings::decline::decline_early,
        routes::receipts::receipt,
        routes::records::record,
        routes::records::bundle,
        routes::records::renewals,
        routes::coverage::coverage,
        routes::coverage::coverage_page,
        routes::time_stamps::stamp_now,
        routes::log::checkpoint,
        routes::log::head,
        routes::log::tile,
        routes::witness::add_checkpoint,
        routes::witness::witnessed_checkpoint,
        routes::witness::fork_proof,
        routes::peer::standing,
        routes::holder_notices::take,
        routes::custody::receipts,
        routes::custody::deposited,
        routes::reports::report,
        routes::openapi::openapi,
        routes::docs::docs,
        routes::health::healthz,
        routes::health::readyz,
        routes::health::metrics,
        routes::health::alarms,
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Common),
)]
struct Handlers;

/// The document, as it is served and as it stands in `docs/openapi.json`.
///
/// Pretty-printed, members in a fixed order, a newline at the end.
pub fn to_json() -> String {
    let mut document = serde_json::to_value(Handlers::openapi()).unwrap_or_default();
    one_line(&mut document);
    let mut json = serde_json::to_string_pretty(&document).unwrap_or_default();
    json.push('\n');
    json
}

/// A sentence of a comment may run over several lines; in the document it is one.
fn one_line(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" || name == "summary" => {
                        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    }
                    other => one_line(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(one_line),
        _ => {}
    }
}

/// What is true of every operation.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        for (name, text) in SCHEMES {
            let mut scheme = Http::new(HttpAuthScheme::Bearer);
            scheme.description = Some((*text).to_owned());
            components.security_schemes.insert((*name).to_owned(), SecurityScheme::Http(scheme));
        }
        for (status, description) in PROBLEMS {
            components.responses.insert(name_of(*status), RefOr::T(problem(description)));
        }
        for rule in ACCESS_TABLE {
            let item = document.paths.paths.get_mut(&openapi_path(rule.path));
            let operation = item.and_then(|item| match rule.verb {
                Verb::Get => item.get.as_mut(),
                Verb::Post => item.post.as_mut(),
            });
            if let Some(operation) = operation {
                complete(operation, rule);
            }
        }
    }
}

fn complete(operation: &mut Operation, rule: &Rule) {
    operation.security = Some(security_of(rule.access));
    if is_act(rule) {
        operation.parameters.get_or_insert_default().push(idempotency_key());
    }
    for status in problems_of(rule) {
        let answers: &mut BTreeMap<_, _> = &mut operation.responses.responses;
        answers
            .entry(status.to_string())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name(name_of(status))));
    }
}

/// One requirement per way to be let in; an empty list lets everybody in.
fn security_of(access: Access) -> Vec<SecurityRequirement> {
    match access {
        Access::Everybody | Access::Session | Access::StaffDoor | Access::Staff { .. } => {
            Vec::new()
        }
        Access::Only { scopes, signer } => {
            let keys =
                scopes.iter().map(|scope| SecurityRequirement::new(API_KEY, [scope.as_str()]));
            let none: [&str; 0] = [];
            keys.chain(signer.then(|| SecurityRequirement::new(SIGNER_TOKEN, none))).collect()
        }
    }
}

/// Whether the rule is of a business act: those are named by their caller.
fn is_act(rule: &Rule) -> bool {
    rule.verb == Verb::Post && matches!(rule.access, Access::Only { .. })
}

/// The failures that can answer an operation.
fn problems_of(rule: &Rule) -> Vec<u16> {
    let mut statuses = vec![400, 500, 503];
    if matches!(rule.access, Access::Only { .. }) {
        statuses.extend([401, 403, 404, 410, 422]);
    }
    if rule.path.contains('{') {
        statuses.push(404);
    }
    if rule.verb == Verb::Post {
        statuses.extend([403, 404, 408, 413, 422]);
    }
    if is_act(rule) {
        statuses.extend([409, 412, 415, 428]);
    }
    statuses
}

/// The pattern of a route without the expressions that OpenAPI does not know.
fn openapi_path(pattern: &str) -> String {
    let parts = pattern.split('{').map(|part| match part.split_once('}') {
        Some((name, rest)) => {
            let name = name.split(':').next().unwrap_or(name);
            format!("{name}}}{rest}")
        }
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("{")
}

fn name_of(status: u16) -> String {
    format!("Problem{status}")
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name("ProblemDocument");
    let content = ContentBuilder::new().schema(Some(RefOr::<Schema>::Ref(schema))).build();
    ResponseBuilder::new()
        .description(description)
        .content(heqi_service_kit::problem::PROBLEM_JSON, content)
        .build()
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(
            "The caller's name for this act: 1 to 128 visible ASCII characters, for instance a random UUID.",
        ))
        .schema(Some(text.max_length(Some(128)).build()))
        .build()
}

const API_KEY: &str = "api_key";
const SIGNER_TOKEN: &str = "signer_token";
const SCHEMES: &[(&str, &str)] = &[
    (API_KEY, "An API key, heqi_…, with the scope that the operation names."),
    (SIGNER_TOKEN, "The token of one ceremony, from the signer's link."),
];

const PROBLEMS: &[(u16, &str)] = &[
    (400, "The request is malformed."),
    (401, "There is no valid credential."),
    (403, "The credential does not allow this."),
    (404, "There is no such thing, or not for this caller."),
    (408, "The body took too long to arrive."),
    (
        409,
        "It is in conflict with the present state, or the Idempotency-Key belongs to another request.",
    ),
    (410, "It is gone for good."),
    (412, "It has changed since the version that If-Match names."),
    (413, "The body is too large."),
    (415, "The body has another format than this address takes."),
    (422, "The content cannot be accepted."),
    (428, "The Idempotency-Key is missing."),
    (500, "The platform is at fault."),
    (503, "Not now; the same request may be sent again."),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        serde_json::from_str(&to_json()).unwrap()
    }

    #[test]
    fn the_committed_copy_is_what_the_code_says() {
        let committed = include_str!("../../docs/openapi.json");
        assert!(
            committed == to_json(),
            "docs/openapi.json is out of date; run\n\
             cargo run -p heqi-api --example openapi > docs/openapi.json"
        );
    }

    #[test]
    fn the_document_and_the_table_of_access_list_the_same_operations() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let mut described: Vec<String> = paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(move |verb| format!("{verb} {path}"))
            })
            .collect();
        let mut listed: Vec<String> = ACCESS_TABLE
            .iter()
            .filter(|rule| !rule.is_page())
            .map(|rule| {
                let verb = if rule.verb == Verb::Get { "get" } else { "post" };
                format!("{verb} {}", openapi_path(rule.path))
            })
            .collect();
        described.sort();
        listed.sort();
        assert_eq!(described, listed);
    }

    #[test]
    fn every_operation_says_who_may_call_and_what_can_go_wrong() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        for rule in ACCESS_TABLE.iter().filter(|rule| !rule.is_page()) {
            let verb = if rule.verb == Verb::Get { "get" } else { "post" };
            let operation = &document["paths"][openapi_path(rule.path)][verb];
            let open = operation["security"].as_array().unwrap().is_empty();
            assert_eq!(open, rule.access == Access::Everybody, "{rule:?}");
            assert!(operation["responses"]["500"].is_object(), "{rule:?}");
            let named = operation["parameters"].to_string().contains("Idempotency-Key");
            assert_eq!(named, is_act(rule), "{rule:?}");
        }
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = document();
        let json = to_json();
        for part in json.split("\"$ref\": \"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn a_pattern_loses_its_expression() {
        assert_eq!(openapi_path("/log/{log}/{tile:tile/.+}"), "/log/{log}/{tile}");
        assert_eq!(openapi_path("/healthz"), "/healthz");
    }
}
