//! Documents as a signer reads them: key points, words, pictures of the exact pages.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use heqi_pages::Link;
use heqi_pages::journey::{
    CapitalCard, DocumentCard, PagePicture, PageWords, Pages, ReadingPage, ShareLine,
};
use heqi_registration::acknowledge::{Acknowledge, ShownOnPage, acknowledge};
use heqi_registration::begin_signing::DocumentToSign;
use heqi_registration::ceremony_view::CeremonyView;
use heqi_registration::changed_documents::changed_since_read;
use heqi_registration::document_pages::{DocumentPages, document_pages, page_picture};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Digest, DocumentId};
use serde::Deserialize;

use super::form::Filled;
use super::{on, view};
use crate::pages::shown::Shown;
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::{Reader, Visitor};

/// The picture of a page. It belongs to one version of a document and never changes.
pub(super) async fn picture(
    state: Data<State>,
    http: HttpRequest,
    visitor: Visitor,
    path: Path<(DocumentId, u32)>,
) -> Result<HttpResponse, Problem> {
    let (document, number) = path.into_inner();
    let found = page_picture(&state.platform, &visitor.actor(), document, number).await;
    let found = found.map_err(refused)?;
    let tag = format!("\"{}\"", found.picture.sha256);
    let known = http.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((ETAG, tag))
        // Kept by this browser, and asked for again each time: whoever has no session any more
        // is shown nothing from the cache.
        .insert_header((CACHE_CONTROL, "private, no-cache"));
    if is_known {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, found.picture.media_type.clone()));
    Ok(response.body(Bytes::from_owner(found.bytes)))
}

/// A document as it was read.
#[derive(Deserialize)]
pub(super) struct ReadForm {
    document: DocumentId,
    sha256: Digest,
    seconds: u32,
    /// Digest of the card of key points.
    points: Option<Digest>,
    /// Digest of pictures and words.
    shown: Option<Digest>,
    language: Option<String>,
    /// Numbers with commas between; empty where no script ran.
    #[serde(default)]
    page_seconds: String,
    #[serde(default)]
    aloud: String,
}

pub(super) async fn read(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    filled: Filled<ReadForm>,
) -> Result<HttpResponse, Problem> {
    let ReadForm { document, sha256, seconds, points, shown, language, page_seconds, aloud } =
        filled.value;
    let shown = match (points, shown, language) {
        (Some(key_points_sha256), Some(pages_sha256), Some(language)) => Some(ShownOnPage {
            language: language.parse().map_err(|_| RequestProblem::MalformedForm)?,
            key_points_sha256,
            pages_sha256,
            page_seconds: seconds_of(&page_seconds)?,
            read_aloud: aloud == "yes",
        }),
        _ => None,
    };
    let command = Acknowledge { document, sha256, seconds, shown };
    acknowledge(&state.platform, &filled.request, command).await.map_err(refused)?;
    Ok(on_to_next(&state, reader, &visitor).await)
}

/// On to the next document that is not read, or to the next step: nobody looks for it on a long page.
async fn on_to_next(state: &State, reader: Reader, visitor: &Visitor) -> HttpResponse {
    // What was read is on record. Where it cannot be looked up just now, the page itself tells why.
    let Ok(view) = view(state, visitor, reader.language).await else { return on() };
    let is_read = |sha256| view.read.iter().any(|read| read.sha256 == sha256);
    let next = (1_usize..).zip(&view.documents).find(|(_, document)| !is_read(document.sha256));
    let Some((place, _)) = next else { return on() };
    let address = format!("{}#d{place}", Link::Journey);
    HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
}

fn seconds_of(text: &str) -> Result<Vec<u32>, RequestProblem> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_err(|_| RequestProblem::MalformedForm)).collect()
}

/// Has the documents made while the signer still answers consents: they are ready when it
/// comes to reading. Nothing waits for it, and it fails in silence: reading asks again.
pub(super) fn prepare(state: &State, visitor: &Visitor, view: &CeremonyView) {
    let (platform, actor) = (state.platform.clone(), visitor.actor());
    let documents: Vec<DocumentId> = view.documents.iter().map(|d| d.document_id).collect();
    actix_web::rt::spawn(async move {
        for document in documents {
            if document_pages(&platform, &actor, document).await.is_err() {
                break;
            }
        }
    });
}

/// What is to be read.
pub(super) async fn reading_page(
    state: &State,
    visitor: &Visitor,
    view: &CeremonyView,
    shown: &Shown,
) -> Result<ReadingPage, Problem> {
    let points = &view.key_points;
    let mut documents = Vec::with_capacity(view.documents.len());
    for document in &view.documents {
        let is_read = view.read.iter().any(|read| read.sha256 == document.sha256);
        let mut card = card(document, is_read, shown.fresh_key(state));
        if !is_read {
            let (actor, id) = (visitor.actor(), document.document_id);
            let pages = document_pages(&state.platform, &actor, id).await;
            card.shown = Some(pages_of(pages.map_err(refused)?));
            // Once its pages are drawn, those that differ from what was read are known.
            let changed = changed_since_read(&state.platform, &actor, id).await;
            card.changed = changed.map_err(refused)?;
        }
        documents.push(card);
    }
    let signer = match &points.representative {
        Some(person) => format!("{} · {person}", points.signer),
        None => points.signer.clone(),
    };
    let language = shown.frame.language;
    Ok(ReadingPage {
        number: points.number.clone(),
        company: points.company.clone(),
        matter: points.matter.to_owned(),
        signer,
        capacities: points.capacities.join(language.pick("、", ", ")),
        duties: points.duties.iter().map(|duty| (*duty).to_owned()).collect(),
        others: view.others.iter().map(|other| (other.name.clone(), other.signed)).collect(),
        capital: points.capital.as_ref().map(|capital| CapitalCard {
            capital: capital.capital.clone(),
            shares: capital
                .shares
                .iter()
                .map(|share| ShareLine {
                    name: share.name.clone(),
                    is_own: share.is_own,
                    amount: share.amount.clone(),
                    percent: share.percent.clone(),
                    due: share.due.clone(),
                })
                .collect(),
        }),
        key_points_sha256: points.sha256().map_err(refused)?,
        documents,
    })
}

fn card(document: &DocumentToSign, is_read: bool, key: String) -> DocumentCard {
    DocumentCard {
        document: document.document_id,
        title: document.title.clone(),
        pages: document.pages,
        size_bytes: document.size_bytes,
        sha256: document.sha256,
        is_read,
        changed: None,
        shown: None,
        key,
    }
}

fn pages_of(pages: DocumentPages) -> Pages {
    let pictures = pages.pictures.iter();
    let words = pages.texts.into_iter().map(|page| PageWords {
        is_picture: page.is_picture,
        paragraphs: page.paragraphs.into_iter().map(|p| (p.is_heading, p.text)).collect(),
    });
    Pages {
        sha256: pages.shown_sha256,
        pictures: pictures.map(|p| PagePicture { width: p.width, height: p.height }).collect(),
        words: words.collect(),
        fonts_replaced: pages.fonts_replaced,
    }
}
