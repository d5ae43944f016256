//! One application, and its files.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use heqi_notarization::matter::approve::{needs_tick, number_asked};
use heqi_notarization::matter::draft::{blocked, propose};
use heqi_notarization::matter::finish::{ScanKind, digest_of_proposed};
use heqi_notarization::matter::held_file::held_files;
use heqi_notarization::matter::notice::NoticeNo;
use heqi_notarization::matter::taking::{TakenFile, take, takings};
use heqi_notarization::matter::view::{self, matter};
use heqi_notarization::matter::{ApplicationNo, MatterError};
use heqi_notarization::staff::{OfficeRole, accounts, officer_name};
use heqi_pages::office::{MatterPage, OfficeDesk, Seen};
use heqi_pages::staff::Trouble;
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::Problem;
use heqi_service_kit::downloads::{LARGEST_BYTES, Room, Sending, USUAL_BYTES};
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::Digest;

use super::shown::{self, Names};
use super::words;
use crate::bench::{Shown, denied, fresh_key, page_policy, page_with, refused};
use crate::service::State;
use crate::visitor::{Reader, Visitor};

/// Who has signed in, for the head of a page.
pub(super) async fn desk(
    state: &State,
    visitor: &Visitor,
    shown: &Shown,
) -> Result<OfficeDesk, Problem> {
    let session = &visitor.session;
    let name = officer_name(&state.office, session.account).await.map_err(denied)?;
    Ok(OfficeDesk {
        name,
        role: session.role.title(shown.language()).to_owned(),
        office: state.bench()?.desk.office_name.clone(),
        ends_at: session.ends_at.for_people(),
        leave_key: fresh_key(state),
        sees_matters: session.role.sees_matters(),
        sees_accounts: matches!(session.role, OfficeRole::Security | OfficeRole::Auditor),
    })
}

/// Login names of every account.
pub(super) async fn names(state: &State) -> Result<Names, Problem> {
    let all = accounts(&state.office).await.map_err(denied)?;
    Ok(Names(all.into_iter().map(|one| (one.account, one.login)).collect()))
}

pub(super) async fn one(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    no: Path<String>,
) -> Result<HttpResponse, Problem> {
    show(&state, reader, &visitor, (number(&no)?, StatusCode::OK, None)).await
}

#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
pub(super) fn number(no: &str) -> Result<ApplicationNo, Problem> {
    no.parse().map_err(|_| refused(MatterError::NotFound))
}

/// One application, with what went wrong where something did.
pub(super) async fn show(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    (no, status, trouble): (ApplicationNo, StatusCode, Option<Trouble>),
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    let here = Link::Office(OfficeLink::Matter(no.to_string()));
    let shown = Shown::to(bench, reader, here).with(visitor);
    let (l, by) = (shown.language(), visitor.officer()?);
    let view = matter(&state.office, &by, no).await.map_err(refused)?;
    let steps = view::steps(&state.office, &by, no).await.map_err(refused)?;
    let taken = takings(&state.office, &by, no).await.map_err(refused)?;
    let names = names(state).await?;
    let blocked = blocked(&state.office, &view.matter).await.map_err(refused)?;
    let proposal = if blocked.is_some() || !view.content.draft.is_empty() {
        None
    } else {
        propose(&state.office, &bench.desk, no).await.ok()
    };
    let acts = shown::acts(&view.matter, &bench.desk, &by);
    let works = matches!(by.role, OfficeRole::Clerk | OfficeRole::Notary)
        && view.matter.declaration(by.account).is_some_and(|said| !said.conflict);
    let is_open = view.matter.approval().is_none() && !view.matter.stage().is_closed();
    let says = view.content.proposed.as_str();
    let proposed = view.matter.proposed();
    let proposed_sha256 = proposed.map(|one| digest_of_proposed(&one, says));
    let proposed = proposed.map(|one| shown::proposed(&one, says, &names, l));
    let seen = Seen {
        no: no.to_string(),
        key: fresh_key(state),
        workstations: bench.desk.workstations.clone(),
        login: visitor.session.login.clone(),
        draft_sha256: view.matter.draft().map(|one| one.sha256.to_string()).unwrap_or_default(),
        needs_tick: needs_tick(&state.office, &view.matter).await.map_err(refused)?,
        proposed: proposed.as_ref().map(|(_, says)| says.clone()).unwrap_or_default(),
        proposed_sha256: proposed_sha256.map(|digest| digest.to_string()).unwrap_or_default(),
        grounds: shown::grounds(l),
    };
    let mut facts = shown::facts(&view, &names, l);
    if let Some(asked) = number_asked(&state.office, no).await.map_err(refused)? {
        facts.push(shown::number_waits(&asked, l));
    }
    if let Some(one) = view.matter.reexamination() {
        facts.push(shown::reexamined(&one, &bench.desk.calendar, &names, l));
    }
    facts.extend(proposed);
    facts.extend(shown::archived(&steps, &names, l));
    let held = match held_files(&state.office, &by, no).await {
        Ok(files) => shown::held(files, l),
        // Not theirs to look at, or not yet.
        Err(MatterError::Rule(_)) => Vec::new(),
        Err(error) => return Err(refused(error)),
    };
    let matter_page = MatterPage {
        desk: desk(state, visitor, &shown).await?,
        seen,
        stage: words::stage(view.matter.stage(), l).to_owned(),
        is_over: view.matter.stage().is_closed(),
        facts,
        is_quarantined: view.matter.quarantined_at().is_some(),
        held,
        clock: shown::clock_bar(&view.matter, &bench.desk, state.office.clock().now()),
        points: shown::points(&view.matter, &view.content, &names, (works && is_open, l)),
        session: shown::session(&view.matter, &view.content, &names, (&by, l)),
        draft: shown::draft(&view.matter, &view.content, (proposal, blocked), (&by, l)),
        acts,
        documents: shown::documents(&view, l),
        has_certificate: view.matter.issue().is_some(),
        has_scan: view.matter.scan_sha256().is_some(),
        may_export: matches!(by.role, OfficeRole::Archivist | OfficeRole::Auditor),
        record: shown::record(&steps, &names, l),
        taken: shown::taken(&taken, &names, l),
        trouble,
    };
    Ok(page_with(status, &matter_page, &shown))
}

/// A file for a member of staff; who took it stands written down before it is sent, and there is room for it before
/// that.
async fn taken(
    state: &State,
    visitor: &Visitor,
    no: &str,
    file: TakenFile,
) -> Result<(Room, Vec<u8>), Problem> {
    let by = visitor.officer()?;
    let no = number(no)?;
    let room = state.downloads.room(match file {
        TakenFile::Dossier {} => LARGEST_BYTES,
        _ => USUAL_BYTES,
    })?;
    let bytes = take(&state.office, &by, no, file).await.map_err(refused)?;
    Ok((room, bytes))
}

/// The same on its way.
async fn sent(
    state: &State,
    visitor: &Visitor,
    no: &str,
    file: TakenFile,
) -> Result<Sending, Problem> {
    let (room, bytes) = taken(state, visitor, no, file).await?;
    Ok(room.send(bytes))
}

pub(super) async fn certificate(
    state: Data<State>,
    visitor: Visitor,
    no: Path<String>,
) -> Result<HttpResponse, Problem> {
    let file = sent(&state, &visitor, &no, TakenFile::Certificate {}).await?;
    Ok(pdf("certificate", file))
}

/// A file that is opened, and kept by no cache.
pub(crate) fn pdf(name: &str, file: Sending) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")))
        .body(file)
}

/// The scan of the sealed original, as it came. What is none of the three kinds that are taken came before
/// they were looked at: it is saved, and never shown as something.
pub(super) async fn paper(
    state: Data<State>,
    visitor: Visitor,
    no: Path<String>,
) -> Result<HttpResponse, Problem> {
    let file = taken(&state, &visitor, &no, TakenFile::Scan {}).await?;
    Ok(as_it_came("scan", file))
}

/// A photo, a document or the handwriting out of the held evidence, as it is held.
pub(super) async fn held(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (no, sha256) = path.into_inner();
    let sha256: Digest = sha256.parse().map_err(|_| RequestProblem::NotFound)?;
    let file = taken(&state, &visitor, &no, TakenFile::Held { sha256 }).await?;
    Ok(as_it_came(&sha256.to_string(), file))
}

/// A file of somebody else: shown as what it begins as, and saved where that is no picture and no PDF.
fn as_it_came(name: &str, (room, bytes): (Room, Vec<u8>)) -> HttpResponse {
    let (media_type, named) = match ScanKind::of(&bytes) {
        Some(kind) => {
            (kind.media_type(), format!("inline; filename=\"{name}.{}\"", kind.extension()))
        }
        None => ("application/octet-stream", format!("attachment; filename=\"{name}.bin\"")),
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, named))
        .body(room.send(bytes))
}

pub(super) async fn notice(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (no, notice) = path.into_inner();
    let notice: NoticeNo = notice.parse().map_err(|_| refused(MatterError::NotFound))?;
    let file = sent(&state, &visitor, &no, TakenFile::Notice { no: notice }).await?;
    Ok(pdf(&notice.to_string(), file))
}

/// What a session showed: exactly the bytes whose digest stands in the working record.
pub(super) async fn screen(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (no, sha256) = path.into_inner();
    let sha256 = sha256.parse().map_err(|_| RequestProblem::NotFound)?;
    let file = sent(&state, &visitor, &no, TakenFile::Screen { sha256 }).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(page_policy())
        .body(file))
}

pub(super) async fn dossier_file(
    state: Data<State>,
    visitor: Visitor,
    no: Path<String>,
) -> Result<HttpResponse, Problem> {
    let file = sent(&state, &visitor, &no, TakenFile::Dossier {}).await?;
    Ok(zip("dossier", file))
}

/// How the certificate's time stamps were renewed: the file that `heqi verify --renewals` reads.
pub(super) async fn renewals(
    state: Data<State>,
    visitor: Visitor,
    no: Path<String>,
) -> Result<HttpResponse, Problem> {
    let file = sent(&state, &visitor, &no, TakenFile::Renewals {}).await?;
    Ok(zip("renewals", file))
}

/// A container that is kept, and by no cache.
pub(crate) fn zip(name: &str, file: Sending) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.zip\"")))
        .body(file)
}
