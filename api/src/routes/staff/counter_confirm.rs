//! The counter: an officer finds a party by the filing's number and the card in hand, and records what that person
//! declared.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource};
use heqi_pages::staff::{CounterConfirmPage, CounterConfirmStage, PartyConfirming, PartyToChoose};
use heqi_pages::{CounterStep, Link, render};
use heqi_registration::RequestFacts;
use heqi_registration::confirm_at_counter::{
    CardAtCounter, ConfirmAtCounter, ConfirmAtCounterError, ConfirmationExpected, PartyExpected,
    confirm_at_counter, confirmation_expected,
};
use heqi_registration::fault::ActError;
use heqi_registration::see_person::SeePersonError;
use heqi_service_kit::Problem;
use heqi_vocabulary::{Digest, FilingNo, Language, PartyId, UtcMillis};
use serde::Deserialize;

use super::form::FilledByStaff;
use super::pairs::{ToldAt, told_at};
use super::{actor, case, desk};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::refused;
use crate::routes::reading;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.service(
        resource("/staff/counter/confirmation").route(reading().to(ask)).route(post().to(look)),
    )
    .service(resource("/staff/counter/confirmation/done").route(post().to(heard)));
}

async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
) -> Result<HttpResponse, Problem> {
    let shown =
        Shown::to(&state, reader, Link::StaffConfirm(CounterStep::Find)).with_staff(&visitor);
    let typed = LookForm { number: String::new(), last_four: String::new(), party: None };
    let asked = counter(&state, &visitor, &shown, &typed, CounterConfirmStage::Ask).await?;
    Ok(page(&asked, &shown))
}

/// Which filing, which card, as they were typed; and which party, where there are several.
#[derive(Deserialize)]
struct LookForm {
    number: String,
    last_four: String,
    party: Option<PartyId>,
}

impl LookForm {
    /// What was typed, without the spaces people put in; `None` when the number is none.
    fn card(&self) -> Option<CardAtCounter> {
        let number = closed(&self.number).parse::<FilingNo>().ok()?;
        Some(CardAtCounter { number, last_four: closed(&self.last_four) })
    }
}

fn closed(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace()).collect()
}

async fn look(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<LookForm>,
) -> Result<HttpResponse, Problem> {
    let (l, typed) = (reader.language, filled.value);
    let shown =
        Shown::to(&state, reader, Link::StaffConfirm(CounterStep::Find)).with_staff(&visitor);
    let by = (&visitor, &filled.request.facts);
    match found(&state, by, &typed, String::new(), l).await {
        Ok(part) => Ok(page(&counter(&state, &visitor, &shown, &typed, part).await?, &shown)),
        Err(error) => {
            let told = told(&typed, error, l)?;
            let asked = counter(&state, &visitor, &shown, &typed, CounterConfirmStage::Ask).await?;
            Ok(again(asked, told, &shown))
        }
    }
}

/// What the officer says of what was seen and heard.
#[derive(Deserialize)]
struct HeardForm {
    number: String,
    last_four: String,
    party: PartyId,
    shown_sha256: Digest,
    statement_sha256: Digest,
    grounds: String,
    together: Option<String>,
    declared: Option<String>,
}

async fn heard(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filled: FilledByStaff<HeardForm>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let shown =
        Shown::to(&state, reader, Link::StaffConfirm(CounterStep::Find)).with_staff(&visitor);
    let HeardForm { number, last_four, party, shown_sha256, statement_sha256, .. } = filled.value;
    let typed = LookForm { number, last_four, party: Some(party) };
    let says = |word: Option<String>| word.as_deref() == Some("yes");
    let (together, declared) = (says(filled.value.together), says(filled.value.declared));
    // One line: what was typed on several becomes one with spaces.
    let line = filled.value.grounds.split_whitespace().collect::<Vec<_>>().join(" ");
    // Who was found before is shown again; where the number is wrong nobody is, and it is not tried a second time.
    let (told, is_found) = match (typed.card(), line.parse()) {
        (None, _) => (told(&typed, ConfirmAtCounterError::NoMatch, l)?, false),
        (Some(_), Err(error)) => {
            let error: heqi_filing::WordsError = error;
            (told_at(Some("grounds"), &error, l), true)
        }
        (Some(card), Ok(grounds)) => {
            let command = ConfirmAtCounter {
                card,
                party,
                shown_sha256,
                statement_sha256,
                together,
                declared,
                grounds,
            };
            match confirm_at_counter(&state.platform, &filled.request, command).await {
                Ok(confirmed) => {
                    let part = CounterConfirmStage::Done { at: confirmed.at.for_people() };
                    let done = counter(&state, &visitor, &shown, &typed, part).await?;
                    return Ok(page(&done, &shown));
                }
                Err(error) => {
                    let is_found = !finds_nobody(&error);
                    (told(&typed, error, l)?, is_found)
                }
            }
        }
    };
    let mut part = CounterConfirmStage::Ask;
    if is_found {
        let (by, kept) = ((&visitor, &filled.request.facts), line.chars().take(500).collect());
        part = found(&state, by, &typed, kept, l).await.unwrap_or(part);
    }
    let asked = counter(&state, &visitor, &shown, &typed, part).await?;
    Ok(again(asked, told, &shown))
}

/// Whoever is found, and what is signed, as it is now: each time is a look of its own.
async fn found(
    state: &State,
    (visitor, facts): (&StaffVisitor, &RequestFacts),
    typed: &LookForm,
    grounds: String,
    l: Language,
) -> Result<CounterConfirmStage, ConfirmAtCounterError> {
    let card = typed.card().ok_or(ConfirmAtCounterError::NoMatch)?;
    let actor = visitor.session.actor().ok_or(ActError::Denied)?;
    let found = confirmation_expected(&state.platform, &actor, facts, &card, l).await?;
    let chosen = match (found.parties.as_slice(), typed.party) {
        ([only], None) => Some(only),
        (several, Some(party)) => several.iter().find(|one| one.party == party),
        _ => None,
    };
    Ok(match chosen {
        Some(party) => CounterConfirmStage::Look(Box::new(confirming(&found, party, grounds, l))),
        None => {
            CounterConfirmStage::Choose(found.parties.iter().map(|one| named(one, l)).collect())
        }
    })
}

/// Whether nobody is found by what was typed, or is to be.
fn finds_nobody(error: &ConfirmAtCounterError) -> bool {
    matches!(
        error,
        ConfirmAtCounterError::NoMatch
            | ConfirmAtCounterError::Counter(
                SeePersonError::Malformed | SeePersonError::TriedTooOften
            )
    )
}

/// What is told on the page, and at which field; everything else is a problem.
#[expect(clippy::result_large_err, reason = "made once, straight into the answer")]
fn told(typed: &LookForm, error: ConfirmAtCounterError, l: Language) -> Result<ToldAt, Problem> {
    if matches!(error, ConfirmAtCounterError::Act(_)) {
        return Err(refused(error));
    }
    let field = match &error {
        ConfirmAtCounterError::NoMatch if typed.card().is_none() => Some("number"),
        ConfirmAtCounterError::NoMatch
        | ConfirmAtCounterError::Counter(SeePersonError::Malformed) => Some("last_four"),
        ConfirmAtCounterError::Counter(SeePersonError::NotTogether) => Some("together"),
        ConfirmAtCounterError::NotDeclared => Some("declared"),
        _ => None,
    };
    Ok(told_at(field, &error, l))
}

async fn counter(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    typed: &LookForm,
    part: CounterConfirmStage,
) -> Result<CounterConfirmPage, Problem> {
    actor(visitor)?;
    let short = |text: &str, most: usize| closed(text).chars().take(most).collect();
    Ok(CounterConfirmPage {
        desk: desk(state, visitor, shown).await?,
        number: short(&typed.number, 12),
        last_four: short(&typed.last_four, 4),
        stage: part,
        key: shown.fresh_key(state),
        trouble: None,
    })
}

fn again(mut asked: CounterConfirmPage, (trouble, status): ToldAt, shown: &Shown) -> HttpResponse {
    asked.trouble = Some(trouble);
    let mut response = respond(shown);
    response.status(status);
    response.body(render(&asked, &shown.frame))
}

fn named(party: &PartyExpected, l: Language) -> PartyToChoose {
    let capacities: Vec<String> =
        party.capacities.iter().map(|word| case::capacity(word, l)).collect();
    PartyToChoose {
        party: party.party,
        name: party.name.clone(),
        person: party.person.clone(),
        capacities: capacities.join(l.pick("、", ", ")),
    }
}

fn confirming(
    expected: &ConfirmationExpected,
    party: &PartyExpected,
    grounds: String,
    l: Language,
) -> PartyConfirming {
    let signed = expected.signed.iter().flat_map(|by| {
        let line = move |(title, at): &(String, UtcMillis)| {
            (by.name.clone(), title.clone(), at.for_people())
        };
        by.documents.iter().map(line)
    });
    PartyConfirming {
        who: named(party, l),
        company: expected.company_name.clone(),
        matter: expected.matter.name(l).to_owned(),
        signed: signed.collect(),
        statement: party.statement.to_owned(),
        statement_sha256: party.statement_sha256,
        shown_sha256: expected.shown_sha256,
        confirmed_at: party.confirmed_at.map(UtcMillis::for_people),
        grounds,
    }
}
