//! The counter: an officer finds who stands there by the number on that person's own device, looks,
//! and says so.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_pages::staff::{CounterPage, CounterStage, PersonThere, Trouble};
use heqi_pages::{Link, render};
use heqi_registration::RequestFacts;
use heqi_registration::fault::Refusal as _;
use heqi_registration::see_person::{
    AtCounter, PersonExpected, SeePerson, SeePersonError, person_expected, see_person,
};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingNo, Language};
use serde::Deserialize;

use super::form::FilledByStaff;
use super::{actor, case, desk, trouble};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::reading;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(resource("/staff/counter").route(reading().to(ask)).route(post().to(look)))
        .service(resource("/staff/counter/seen").route(post().to(seen)));
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::StaffCounter).with_staff(&visitor);
    let typed = LookForm { number: String::new(), code: String::new() };
    let asked = counter(&state, &visitor, &shown, typed, CounterStage::Ask).await?;
    Ok(page(&asked, &shown))
}

/// Which filing, which device, as they were typed.
#[derive(Deserialize)]
struct LookForm {
    number: String,
    code: String,
}

impl LookForm {
    /// What was typed, without the spaces people put in; `None` when the number is none.
    fn at(&self) -> Option<AtCounter> {
        let digits = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let number = digits(&self.number).parse::<FilingNo>().ok()?;
        Some(AtCounter { number, code: digits(&self.code) })
    }
}

async fn look(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<LookForm>,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::StaffCounter).with_staff(&visitor);
    let typed = filled.value;
    match expected(&state, &visitor, &filled.request.facts, &typed).await {
        Ok(person) => {
            let part = CounterStage::Look(there(&person, String::new(), reader.language));
            Ok(page(&counter(&state, &visitor, &shown, typed, part).await?, &shown))
        }
        Err(error) => {
            let trouble = told(error, reader.language)?;
            let asked = counter(&state, &visitor, &shown, typed, CounterStage::Ask).await?;
            Ok(again(asked, trouble, &shown))
        }
    }
}

/// What the officer says of person and card.
#[derive(Deserialize)]
struct SeenForm {
    number: String,
    code: String,
    last_four: String,
    grounds: String,
    #[serde(default)]
    together: Option<String>,
}

async fn seen(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<SeenForm>,
) -> Result<HttpResponse, Problem> {
    let shown = Shown::to(&state, reader, Link::StaffCounter).with_staff(&visitor);
    let SeenForm { number, code, last_four, grounds, together } = filled.value;
    let typed = LookForm { number, code };
    // One line: what was typed on several becomes one with spaces.
    let line = grounds.split_whitespace().collect::<Vec<_>>().join(" ");
    // Who was found before is shown again; where the number is wrong nobody is, and it is not tried a second time.
    let (told, is_found) = match (typed.at(), line.parse()) {
        (None, _) => (told(SeePersonError::NoMatch, reader.language)?, false),
        (Some(_), Err(error)) => {
            let error: heqi_filing::WordsError = error;
            ((trouble(&error, reader.language), status_of(error.class())), true)
        }
        (Some(at), Ok(grounds)) => {
            let together = together.as_deref() == Some("yes");
            let command = SeePerson { at, last_four, together, grounds };
            match see_person(&state.platform, &filled.request, command).await {
                Ok(seen) => {
                    let part = CounterStage::Done { at: seen.at.for_people() };
                    let done = counter(&state, &visitor, &shown, typed, part).await?;
                    return Ok(page(&done, &shown));
                }
                Err(error) => {
                    let is_found =
                        !matches!(error, SeePersonError::NoMatch | SeePersonError::TriedTooOften);
                    (self::told(error, reader.language)?, is_found)
                }
            }
        }
    };
    let part = if is_found {
        again_there(&state, &visitor, (&filled.request.facts, &typed), &grounds, reader.language)
            .await
    } else {
        CounterStage::Ask
    };
    let asked = counter(&state, &visitor, &shown, typed, part).await?;
    Ok(again(asked, told, &shown))
}

/// Whoever was found, shown once more: that is one more look.
async fn again_there(
    state: &State,
    visitor: &StaffVisitor,
    (facts, typed): (&RequestFacts, &LookForm),
    grounds: &str,
    language: Language,
) -> CounterStage {
    match expected(state, visitor, facts, typed).await {
        Ok(person) => {
            let kept = grounds.chars().take(500).collect();
            CounterStage::Look(there(&person, kept, language))
        }
        Err(_) => CounterStage::Ask,
    }
}

async fn expected(
    state: &State,
    visitor: &StaffVisitor,
    facts: &RequestFacts,
    typed: &LookForm,
) -> Result<PersonExpected, SeePersonError> {
    let at = typed.at().ok_or(SeePersonError::NoMatch)?;
    let actor = visitor.session.actor().ok_or(heqi_registration::fault::ActError::Denied)?;
    person_expected(&state.platform, &actor, facts, &at).await
}

/// What is told on the page; everything else is a problem.
#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn told(error: SeePersonError, language: Language) -> Result<(Trouble, StatusCode), Problem> {
    match error {
        SeePersonError::Act(_) => Err(refused(error)),
        error => Ok((trouble(&error, language), status_of(error.class()))),
    }
}

async fn counter(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    typed: LookForm,
    part: CounterStage,
) -> Result<CounterPage, Problem> {
    actor(visitor)?;
    let short = |text: String| text.chars().take(12).collect();
    Ok(CounterPage {
        desk: desk(state, visitor, shown).await?,
        number: short(typed.number),
        code: short(typed.code),
        stage: part,
        key: shown.fresh_key(state),
        trouble: None,
    })
}

fn again(mut asked: CounterPage, told: (Trouble, StatusCode), shown: &Shown) -> HttpResponse {
    asked.trouble = Some(told.0);
    let mut response = respond(shown);
    response.status(told.1);
    response.body(render(&asked, &shown.frame))
}

fn there(person: &PersonExpected, grounds: String, l: Language) -> PersonThere {
    let capacities: Vec<String> =
        person.capacities.iter().map(|word| case::capacity(word, l)).collect();
    PersonThere {
        name: person.person.clone(),
        capacities: capacities.join(l.pick("、", ", ")),
        company: person.company_name.clone(),
        matter: person.matter.name(l).to_owned(),
        seen_at: person.seen_at.map(heqi_vocabulary::UtcMillis::for_people),
        grounds,
    }
}
