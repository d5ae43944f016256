//! A handler uploads the documents of a filing in preparation.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use heqi_filing::DocumentTitle;
use heqi_filing::catalogue::{Material, materials};
use heqi_pages::staff::{DraftDocument, DraftMaterial, FieldTrouble, Trouble};
use heqi_pages::{DeskLink, Link, render};
use heqi_registration::Actor;
use heqi_registration::attach_document::{AttachDocument, AttachDocumentError, attach_document};
use heqi_registration::handler_desk::prepared::{PreparedDocument, PreparedFiling};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, Language};

use super::{draft, prepared};
use crate::extract::with_file::{self, FormWithFile};
use crate::pages::shown::{Shown, respond};
use crate::problem_of::refused;
use crate::routes::journey::form::request_of;
use crate::routes::staff::pairs::{ToldAt, told_at};
use crate::routes::staff::to;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) async fn attach(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let file = ("file", state.settings.limits.document_bytes);
    let form =
        with_file::read(&http, payload.into_inner(), file, |token| visitor.made(token)).await?;
    let staff = Actor::Staff(visitor.session.member().clone());
    let request = request_of(&http, &state, staff, (&form.body, form.key()))?;
    let here = Link::Desk(DeskLink::Filing(*filing));
    let before = prepared(&state, &visitor, *filing).await?;
    let told = match command(&form, &before, reader.language) {
        Err(told) => told,
        Ok(command) => match attach_document(&state.platform, &request, command).await {
            Ok(_) => return Ok(to(&here)),
            Err(error @ AttachDocumentError::Act(_)) => return Err(refused(error)),
            Err(error) => told_at(field_of(&error), &error, reader.language),
        },
    };
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let mut again = draft(&state, &visitor, &shown, &before).await?;
    again.which = form.field("which").chars().take(40).collect();
    again.title = form.field("title").chars().take(200).collect();
    again.trouble = Some(told.0);
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&again, &shown.frame)))
}

/// At which field a refusal is told.
const fn field_of(error: &AttachDocumentError) -> Option<&'static str> {
    match error {
        AttachDocumentError::Pdf(_) | AttachDocumentError::FilingTooLarge => Some("file"),
        AttachDocumentError::Filing(_) | AttachDocumentError::Version(_) => Some("which"),
        _ => None,
    }
}

/// What was sent, read at the door: a material of the matter, a document that is replaced, or another one.
fn command(
    form: &FormWithFile,
    before: &PreparedFiling,
    l: Language,
) -> Result<AttachDocument, ToldAt> {
    let which = form.field("which");
    let known = materials(before.matter).iter().find(|one| one.code == which);
    let replaced = before.documents.iter().find(|one| one.document.to_string() == which);
    let title = match (known, replaced) {
        (Some(material), _) => material.title(Language::Zh),
        (None, Some(document)) => document.title.as_str(),
        (None, None) => form.field("title"),
    };
    let title = title.parse::<DocumentTitle>();
    let title = title.map_err(|error| told_at(Some("title"), &error, l))?;
    if form.file.is_empty() {
        return Err(no_file(l));
    }
    Ok(AttachDocument {
        filing: before.filing,
        title,
        replaces: replaced.map(|document| document.document),
        bytes: form.file.clone(),
    })
}

fn no_file(l: Language) -> ToldAt {
    let what = l.pick("没有选择文件，没有上传。", "No file was chosen; nothing was uploaded.");
    let next = l.pick("请选择PDF文件后再上传。", "Choose a PDF file and upload it.");
    let trouble = Trouble { what: what.to_owned(), next: next.to_owned() };
    (FieldTrouble { field: Some("file".to_owned()), trouble }, StatusCode::UNPROCESSABLE_ENTITY)
}

pub(super) fn document_line(document: &PreparedDocument, l: Language) -> DraftDocument {
    let kilobytes = document.size_bytes.div_ceil(1024);
    let (pages, version) = (document.pages, document.version);
    let about = match l {
        Language::Zh => format!("{pages}页 · 第{version}版 · {kilobytes} KB"),
        Language::En => format!("{pages} pages · version {version} · {kilobytes} KB"),
    };
    DraftDocument { document: document.document, title: document.title.clone(), about }
}

pub(super) fn materials_of(prepared: &PreparedFiling, l: Language) -> Vec<DraftMaterial> {
    let line = |material: &Material| DraftMaterial {
        code: material.code.to_owned(),
        title: material.title(l).to_owned(),
        is_key: material.is_key,
        is_signed: material.is_signed,
        is_there: prepared.documents.iter().any(|document| material.is(&document.title)),
    };
    materials(prepared.matter).iter().map(line).collect()
}
