//! A name or a number is put right by a certificate of the police (edge case 11).

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload as WebPayload, ServiceConfig, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use heqi_pages::staff::{CorrectionPage, CorrectionTyped, Trouble};
use heqi_pages::{Link, render};
use heqi_registration::Actor;
use heqi_registration::contacts;
use heqi_registration::correct_person::{CorrectPerson, CorrectPersonError, correct_person};
use heqi_registration::fault::Refusal;
use heqi_registration::material::MAX_MATERIAL_BYTES;
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingNo, Language};

use super::{actor, desk, trouble};
use crate::extract::with_file::{self, FormWithFile};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::journey::form::request_of;
use crate::routes::reading;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/corrections").route(reading().to(ask)).route(post().to(correct)));
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    actor(&visitor)?;
    let shown = Shown::to(&state, reader, Link::StaffCorrections).with_staff(&visitor);
    let asked = asked(&state, &visitor, &shown, CorrectionTyped::default()).await?;
    Ok(page(&asked, &shown))
}

async fn correct(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: StaffVisitor,
    payload: WebPayload,
) -> Result<HttpResponse, Problem> {
    let file = ("certificate", MAX_MATERIAL_BYTES);
    let form =
        with_file::read(&http, payload.into_inner(), file, |token| visitor.made(token)).await?;
    let staff = Actor::Staff(visitor.session.member().clone());
    let request = request_of(&http, &state, staff, (&form.body, form.key()))?;
    let shown = Shown::to(&state, reader, Link::StaffCorrections).with_staff(&visitor);
    let told = match command(&form, reader.language) {
        Err(told) => told,
        Ok(command) => match correct_person(&state.platform, &request, command).await {
            Ok(corrected) => {
                let mut done = asked(&state, &visitor, &shown, typed(&form)).await?;
                done.done = Some((corrected.at.for_people(), corrected.is_more));
                return Ok(page(&done, &shown));
            }
            Err(error @ CorrectPersonError::Act(_)) => return Err(refused(error)),
            Err(error) => told(&error, reader.language),
        },
    };
    let mut again = asked(&state, &visitor, &shown, typed(&form)).await?;
    again.trouble = Some(told.0);
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&again, &shown.frame)))
}

/// What is told on the page, and the status of the answer.
type Told = (Trouble, StatusCode);

fn told(error: &impl Refusal, language: Language) -> Told {
    (trouble(error, language), status_of(error.class()))
}

/// What was typed, read at the door.
fn command(form: &FormWithFile, l: Language) -> Result<CorrectPerson, Told> {
    let digits: String = form.field("number").chars().filter(|c| !c.is_whitespace()).collect();
    let number = digits.parse::<FilingNo>();
    let number = number.map_err(|_| told(&CorrectPersonError::NoMatch, l))?;
    let words = |error: heqi_filing::WordsError| told(&error, l);
    let name = |error: heqi_identity::person_name::PersonNameError| told(&error, l);
    let contact = |error: contacts::ContactError| told(&error, l);
    // One line: what was typed on several becomes one with spaces.
    let line = |name: &str| form.field(name).split_whitespace().collect::<Vec<_>>().join(" ");
    let [new_name, new_number] = ["new_name", "new_number"].map(line);
    Ok(CorrectPerson {
        number,
        // As it stands in the filing, which may be older than the rules of today.
        name: line("name").try_into().map_err(words)?,
        last_four: line("last_four"),
        new_name: (!new_name.is_empty()).then(|| new_name.parse()).transpose().map_err(name)?,
        new_number: (!new_number.is_empty())
            .then(|| new_number.parse())
            .transpose()
            .map_err(contact)?,
        issuer: line("issuer").parse().map_err(words)?,
        issued_on: contacts::day(&line("issued_on")).map_err(contact)?,
        certificate: form.file.clone(),
        grounds: line("grounds").parse().map_err(words)?,
    })
}

/// What stands in the form again. Numbers of people do not.
fn typed(form: &FormWithFile) -> CorrectionTyped {
    let short = |name: &str, most: usize| form.field(name).chars().take(most).collect();
    CorrectionTyped {
        number: short("number", 12),
        name: short("name", 64),
        new_name: short("new_name", 64),
        issuer: short("issuer", 100),
        issued_on: short("issued_on", 10),
        grounds: short("grounds", 500),
    }
}

async fn asked(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    typed: CorrectionTyped,
) -> Result<CorrectionPage, Problem> {
    Ok(CorrectionPage {
        desk: desk(state, visitor, shown).await?,
        typed,
        done: None,
        key: shown.fresh_key(state),
        trouble: None,
    })
}
