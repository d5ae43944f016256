//! Filings: opening one, and how it stands.

use actix_web::http::header::{ETAG, HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::web::{Data, Path, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_filing::{CompanyTitle, DeclaredName, Matter};
use heqi_registration::AsRead;
use heqi_registration::filing_view::filing_view;
use heqi_registration::open_filing::{OpenFiling, open_filing as open};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, FilingNo};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{created, reading};
use crate::edge_problem::EdgeProblem;
use crate::extract::{Asked, Caller, JsonBody};
use crate::problem_of::refused;
use crate::schema;
use crate::state::State;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/api/v1/filings").route(post().to(open_filing)))
        .service(resource("/api/v1/filings/{filing_id}").route(reading().to(filing)));
}

/// What is to be filed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenFilingBody {
    #[schema(value_type = schema::Matter)]
    matter: Matter,
    /// The company it is about, as declared.
    company_name: String,
    /// Who handles it, as declared.
    handler_name: Option<String>,
    /// A number the filing has already; left out, one is drawn.
    #[schema(value_type = Option<String>)]
    number: Option<FilingNo>,
}

/// Open a filing.
#[utoipa::path(
    post,
    path = "/api/v1/filings",
    tag = "filings",
    request_body = OpenFilingBody,
    responses((status = 201, description = "The filing is open.", body = schema::FilingOpened)),
)]
async fn open_filing(
    state: Data<State>,
    asked: Asked,
    body: JsonBody<OpenFilingBody>,
) -> Result<HttpResponse, Problem> {
    let OpenFilingBody { matter, company_name, handler_name, number } = body.value;
    let company_name = company_name.parse::<CompanyTitle>().map_err(refused)?;
    let handler_name = handler_name.map(|name| name.parse::<DeclaredName>());
    let handler_name = handler_name.transpose().map_err(refused)?;
    let command = OpenFiling { matter, company_name, handler_name, number };
    let request = asked.with_body(&body.sha256);
    let opened = open(&state.platform, &request, command).await.map_err(refused)?;
    Ok(created(&opened))
}

/// How a filing stands.
///
/// The ETag changes with every change of the filing. Send it as If-Match with an act on the
/// filing to be refused when somebody else was faster.
#[utoipa::path(
    get,
    path = "/api/v1/filings/{filing_id}",
    tag = "filings",
    params(("filing_id" = String, Path, description = "The filing")),
    responses(
        (status = 200, description = "How it stands.", body = schema::FilingView, headers(("ETag" = String, description = "The version."))),
        (status = 304, description = "It has not changed since the version that If-None-Match names."),
    ),
)]
async fn filing(
    state: Data<State>,
    caller: Caller,
    filing: Path<FilingId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let view = filing_view(&state.platform, &caller.actor, *filing).await.map_err(refused)?;
    let tag = entity_tag(view.version);
    let known = named_tags(request.headers(), &IF_NONE_MATCH)?;
    if known.is_some_and(|known| names(known, &tag)) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(view))
}

/// The versions of a filing that `If-Match` names: compared in the commit of the act.
pub(super) fn as_read(headers: &HeaderMap) -> Result<AsRead, EdgeProblem> {
    let Some(wanted) = named_tags(headers, &IF_MATCH)? else { return Ok(AsRead::Any) };
    let tags: Vec<&str> = wanted.split(',').map(str::trim).collect();
    if tags.contains(&"*") {
        return Ok(AsRead::Any);
    }
    // What is no tag of ours is the tag of no version.
    let version = |tag: &str| -> Option<u64> {
        let version = tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()?;
        (entity_tag(version) == tag).then_some(version)
    };
    Ok(AsRead::OneOf(tags.into_iter().filter_map(version).collect()))
}

/// The entity tag of a version (RFC 9110, section 8.8.3).
fn entity_tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The list of tags in a header, if it is there.
fn named_tags<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, EdgeProblem> {
    let mut lines = headers.get_all(name);
    let Some(line) = lines.next() else { return Ok(None) };
    let line = line.to_str().map_err(|_| EdgeProblem::MalformedHeader)?;
    if lines.next().is_some() { Err(EdgeProblem::MalformedHeader) } else { Ok(Some(line)) }
}

/// Whether a list of tags names this one; `*` names all.
fn names(list: &str, tag: &str) -> bool {
    list.split(',').map(str::trim).any(|one| one == "*" || one == tag)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn if_match_names_versions_and_what_is_no_tag_of_ours_names_none() {
        let named = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_MATCH, HeaderValue::from_static(line));
            as_read(&headers).unwrap()
        };
        assert_eq!(as_read(&HeaderMap::new()).unwrap(), AsRead::Any);
        assert_eq!(named("*"), AsRead::Any);
        assert_eq!(named("\"6\", \"7\""), AsRead::OneOf(vec![6, 7]));
        for other in ["", "7", "W/\"7\"", "\"07\"", "\"+7\"", "\"seven\""] {
            assert_eq!(named(other), AsRead::OneOf(Vec::new()), "{other}");
        }
    }

    #[test]
    fn a_list_names_the_tags_in_it_and_the_star_names_all() {
        let tag = entity_tag(7);
        for list in ["\"7\"", "\"6\", \"7\"", "*"] {
            assert!(names(list, &tag), "{list}");
        }
        for list in ["", "7", "\"77\"", "W/\"7\""] {
            assert!(!names(list, &tag), "{list}");
        }
    }
}
