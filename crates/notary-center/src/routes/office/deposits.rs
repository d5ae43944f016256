//! Deposit search, and applications taken at the counter.

use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use heqi_evidence::schema::RecordKind;
use heqi_notarization::matter::MatterError;
use heqi_notarization::matter::apply::{Apply, apply};
use heqi_notarization::matter::form::ApplicationForm;
use heqi_notarization::matter::search::{FoundDeposit, deposits_of_day, find_deposit};
use heqi_notarization::matter::step::ActedBy;
use heqi_notarization::staff::OfficeRole;
use heqi_pages::office::{DepositsPage, FoundRow};
use heqi_pages::staff::Trouble;
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::Problem;
use heqi_vocabulary::Language;
use serde::Deserialize;

use super::matters::desk;
use crate::bench::{
    Shown, fresh_key, log_if_ours, page_with, refused, status_of, to, to_address, trouble,
};
use crate::routes::staff::form_of;
use crate::service::State;
use crate::visitor::{Reader, Visitor};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    after: String,
}

pub(super) async fn search(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let typed = Vec::new();
    show(&state, reader, &visitor, ((&asked.q, &asked.after), typed, None)).await
}

/// What was asked for and after which deposit, what was typed, and what went wrong.
type Typed<'a> = ((&'a str, &'a str), Vec<(String, String)>, Option<MatterError>);

async fn show(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    ((asked, after), typed, failure): Typed<'_>,
) -> Result<HttpResponse, Problem> {
    let here = match (asked, after) {
        ("", _) => OfficeLink::Deposits,
        (asked, "") => OfficeLink::Deposit(asked.to_owned()),
        (asked, after) => OfficeLink::DepositsAfter(asked.to_owned(), after.to_owned()),
    };
    let shown = Shown::to(state.bench()?, reader, Link::Office(here)).with(visitor);
    let by = visitor.officer()?;
    let (found, more) = if let Ok(day) = asked.trim().parse::<NaiveDate>() {
        let after = after.parse().ok();
        let listed = deposits_of_day(&state.office, &by, (day, after)).await.map_err(refused)?;
        (listed.deposits, listed.next)
    } else if asked.trim().is_empty() {
        (Vec::new(), None)
    } else {
        let found = find_deposit(&state.office, &by, asked).await.map_err(refused)?;
        (found.into_iter().collect(), None)
    };
    let status = failure.as_ref().map_or(actix_web::http::StatusCode::OK, |error| {
        log_if_ours(error);
        status_of(error.class())
    });
    let told: Option<Trouble> = failure.map(|error| trouble(&error, shown.language()));
    let deposits = DepositsPage {
        desk: desk(state, visitor, &shown).await?,
        asked: asked.trim().chars().take(60).collect(),
        found: found.iter().map(|found| row(found, shown.language())).collect(),
        more: more.map(|no| no.to_string()),
        may_apply: matches!(by.role, OfficeRole::Clerk | OfficeRole::Notary),
        key: fresh_key(state),
        typed,
        trouble: told,
    };
    Ok(page_with(status, &deposits, &shown))
}

fn row(found: &FoundDeposit, l: Language) -> FoundRow {
    let none = || l.pick("无", "none").to_owned();
    FoundRow {
        number: found.number.to_string(),
        voucher: found.voucher.map_or_else(none, |voucher| voucher.to_string()),
        record: found.record.to_string(),
        received_at: found.received_at.for_people(),
        company: found.company.clone(),
        signer: found.signer.clone(),
        parts: found.parts,
        is_signing: found.is_admitted && found.kind == RecordKind::Signing,
    }
}

/// The form as the page sends it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    key: String,
    deposit: String,
    applicant: String,
    name: String,
    sex: String,
    born: String,
    document_kind: String,
    document_number: String,
    address: String,
    phone: String,
    legal_representative: String,
    agent: String,
    acting_document_kind: String,
    acting_document_number: String,
    power_of_attorney: String,
    legal_basis: String,
    purpose: String,
    manner: String,
    materials: String,
    witnesses: String,
    copies: String,
    duplicates: String,
    medium: String,
    language: String,
    delivery: String,
    lawsuit: String,
    litigation: String,
    truth: String,
}

impl Filled {
    fn form(&self) -> ApplicationForm {
        ApplicationForm {
            applicant: self.applicant.clone(),
            name: self.name.clone(),
            sex: self.sex.clone(),
            born: self.born.clone(),
            document_kind: self.document_kind.clone(),
            document_number: self.document_number.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            legal_representative: self.legal_representative.clone(),
            agent: self.agent.clone(),
            acting_document_kind: self.acting_document_kind.clone(),
            acting_document_number: self.acting_document_number.clone(),
            power_of_attorney: self.power_of_attorney.clone(),
            legal_basis: self.legal_basis.clone(),
            purpose: self.purpose.clone(),
            manner: self.manner.clone(),
            materials: self.materials.clone(),
            witnesses: self.witnesses.clone(),
            copies: self.copies.clone(),
            duplicates: self.duplicates.clone(),
            medium: self.medium.clone(),
            language: self.language.clone(),
            delivery: self.delivery.clone(),
            lawsuit: self.lawsuit.clone(),
            litigation: self.litigation.clone(),
            truth: self.truth.clone(),
        }
    }

    /// What was typed, to be shown again: nobody types a form twice.
    fn typed(&self) -> Vec<(String, String)> {
        let fields = [
            ("applicant", &self.applicant),
            ("name", &self.name),
            ("sex", &self.sex),
            ("born", &self.born),
            ("document_kind", &self.document_kind),
            ("document_number", &self.document_number),
            ("address", &self.address),
            ("phone", &self.phone),
            ("legal_representative", &self.legal_representative),
            ("agent", &self.agent),
            ("acting_document_kind", &self.acting_document_kind),
            ("acting_document_number", &self.acting_document_number),
            ("power_of_attorney", &self.power_of_attorney),
            ("legal_basis", &self.legal_basis),
            ("purpose", &self.purpose),
            ("manner", &self.manner),
            ("materials", &self.materials),
            ("witnesses", &self.witnesses),
            ("copies", &self.copies),
            ("duplicates", &self.duplicates),
            ("medium", &self.medium),
            ("language", &self.language),
            ("delivery", &self.delivery),
            ("lawsuit", &self.lawsuit),
            ("litigation", &self.litigation),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.clone())).to_vec()
    }
}

pub(super) async fn take(
    state: Data<State>,
    reader: Reader,
    http: HttpRequest,
    visitor: Visitor,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let filled: Filled = form_of(&state, &http, payload, Some(&visitor)).await?;
    let by = visitor.officer()?;
    let turn = state.done_forms.turn(by.account, "apply", &filled.key).await;
    if let Some(earlier) = turn.earlier() {
        return Ok(to_address(earlier));
    }
    let acted = ActedBy::Staff { account: by.account, role: by.role.as_str().to_owned() };
    let applied = match filled.deposit.parse() {
        Ok(deposit) => {
            apply(&state.office, Apply { deposit, form: filled.form(), by: acted }).await
        }
        Err(_) => Err(MatterError::NoDeposit),
    };
    match applied {
        Ok(no) => {
            let matter = Link::Office(OfficeLink::Matter(no.to_string()));
            turn.done(matter.to_string());
            Ok(to(&matter))
        }
        Err(error) => {
            drop(turn);
            show(&state, reader, &visitor, ((&filled.deposit, ""), filled.typed(), Some(error)))
                .await
        }
    }
}
