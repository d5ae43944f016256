//! A copy from elsewhere, uploaded as a form with a file (RFC 7578): the token and the name of the
//! act come before the file, and the file is kept nowhere.

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use heqi_pages::Link;
use heqi_pages::regulator::{ComparisonPage, CopyShown, DifferenceShown};
use heqi_registration::attach_document::MAX_DOCUMENT_BYTES;
use heqi_registration::regulator::compare::{self, compare};
use heqi_service_kit::form::{self, Part, Parts};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, Ticket};

use super::{OfDocument, OfFiling, done, words};
use crate::extract::{body, facts};
use crate::pages::shown::{Shown, page};
use crate::routes::staff::{actor, desk};
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor, is_foreign};

/// What stands beside the file: fields of the form, boundaries, headers of parts.
const BESIDE_BYTES: usize = 64 * 1024;

/// A copy that a form of this session brought.
pub(super) struct UploadedCopy(Bytes);

impl FromRequest for UploadedCopy {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (http, payload) = (request.clone(), payload.take());
        Box::pin(async move { uploaded(&http, payload).await })
    }
}

async fn uploaded(http: &HttpRequest, payload: Payload) -> Result<UploadedCopy, Problem> {
    let state = http.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    let visitor = StaffVisitor::extract(http).await?;
    if is_foreign(http.headers()) {
        return Err(RequestProblem::Forbidden.into());
    }
    let kind = http.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = kind.and_then(form::boundary);
    // Whatever is no such form cannot carry the token of this session either.
    let boundary = boundary.ok_or(RequestProblem::Forbidden)?;
    let (announced, limit) = (body::announced_bytes(http), MAX_DOCUMENT_BYTES + BESIDE_BYTES);
    let read = body::read(payload, announced, limit, &state.settings, Ticket::of(http)).await?;
    let mut is_ours = false;
    for part in Parts::of(read.bytes, &boundary) {
        let Part { name, bytes } = part?;
        match name.as_str() {
            "csrf" => is_ours = std::str::from_utf8(&bytes).is_ok_and(|token| visitor.made(token)),
            // What came before the token is nobody's.
            "copy" if is_ours => return Ok(UploadedCopy(bytes)),
            _ => {}
        }
    }
    let problem = if is_ours { RequestProblem::MalformedForm } else { RequestProblem::Forbidden };
    Err(problem.into())
}

pub(super) async fn compared(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    at: Path<OfDocument>,
    copy: UploadedCopy,
) -> Result<HttpResponse, Problem> {
    let OfDocument { query_id, filing_id, document_id } = at.into_inner();
    let seen = facts(&http, state.platform.clock())?;
    let asked = (document_id, copy.0);
    let looked_at = (query_id, filing_id);
    let compared = compare(&state.platform, &actor(&visitor)?, &seen, looked_at, asked).await;
    let compared = match compared {
        Ok(compared) => compared,
        Err(error) => {
            let at = OfFiling { query_id, filing_id };
            return done(&state, (&http, reader, &visitor, &at), Err(error)).await;
        }
    };
    let here = Link::RegulatorFiling(query_id, filing_id, None);
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let (look, leaf) = compared.look;
    let difference = |one: compare::Difference| DifferenceShown {
        page: one.page,
        ours: one.ours,
        theirs: one.theirs,
    };
    let shown_page = ComparisonPage {
        desk: desk(&state, &visitor, &shown).await?,
        query: query_id,
        filing: filing_id,
        trace: words::trace(&state, look, leaf),
        title: compared.title,
        version: compared.version,
        replaced_by: compared.replaced_by,
        ours: shown_copy(&compared.ours),
        theirs: shown_copy(&compared.theirs),
        differences: compared.differences.into_iter().map(difference).collect(),
        not_listed: compared.not_listed,
        has_pictures: compared.has_pictures,
    };
    Ok(page(&shown_page, &shown))
}

fn shown_copy(copy: &compare::Copy) -> CopyShown {
    CopyShown {
        sha256: copy.sha256.to_string(),
        size_bytes: copy.size_bytes,
        pages: copy.pages,
        lines: copy.lines,
    }
}
