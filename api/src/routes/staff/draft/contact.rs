//! A handler says how a party is reached, and by which document it is known.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use heqi_identity::personal_document::DocumentKind;
use heqi_pages::staff::{ContactPage, ContactTyped};
use heqi_pages::{DeskLink, Link, render};
use heqi_registration::contacts::{
    self, Contact, DocumentWord, EmailAddress, IdNumber, MobileNumber,
};
use heqi_registration::declare_contact::{
    ContactWarning, DeclareContact, DeclareContactError, declare_contact,
};
use heqi_registration::fault::{ActError, Refusal, Thing};
use heqi_registration::handler_desk::prepared::PreparedFiling;
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, Language, PartyId};

use super::{about, party_capacities, party_name, prepared, reached};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::refused;
use crate::routes::staff::form::FilledByStaff;
use crate::routes::staff::pairs::{Pairs, ToldAt, told_at};
use crate::routes::staff::to;
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    path: Path<(FilingId, PartyId)>,
) -> Result<HttpResponse, Problem> {
    let (filing, party) = path.into_inner();
    let here = Link::Desk(DeskLink::Party(filing, party));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let before = prepared(&state, &visitor, filing).await?;
    let form = contact_page(&state, &visitor, &shown, (&before, party)).await?;
    Ok(page(&form, &shown))
}

pub(super) async fn declare(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    path: Path<(FilingId, PartyId)>,
    filled: FilledByStaff<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (l, typed) = (reader.language, &filled.value);
    let (filing, party) = path.into_inner();
    let here = Link::Desk(DeskLink::Party(filing, party));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    let before = prepared(&state, &visitor, filing).await?;
    let told = match contact(typed, l) {
        Err(told) => told,
        Ok(contact) => {
            let command = DeclareContact { filing, party, contact };
            match declare_contact(&state.platform, &filled.request, command).await {
                Ok(kept) if kept.warnings.is_empty() => {
                    return Ok(to(&Link::Desk(DeskLink::Filing(filing))));
                }
                Ok(kept) => {
                    let now = prepared(&state, &visitor, filing).await?;
                    let mut form = contact_page(&state, &visitor, &shown, (&now, party)).await?;
                    form.warnings = kept.warnings.iter().map(|one| warned(*one, l)).collect();
                    return Ok(page(&form, &shown));
                }
                Err(error @ DeclareContactError::Act(_)) => return Err(refused(error)),
                Err(error) => told_at(field_of(&error), &error, l),
            }
        }
    };
    let mut form = contact_page(&state, &visitor, &shown, (&before, party)).await?;
    form.typed = ContactTyped {
        mobile: typed.shown("mobile", 24),
        email: typed.shown("email", 254),
        document: typed.shown("document_kind", 40),
        ends: typed.shown("document_ends", 10),
        code: typed.shown("company_code", 24),
        language: typed.shown("language", 2),
    };
    form.trouble = Some(told.0);
    let mut response = respond(&shown);
    response.status(told.1);
    Ok(response.body(render(&form, &shown.frame)))
}

/// What was typed, read at the door; what was left empty is not there.
fn contact(typed: &Pairs, l: Language) -> Result<Contact, ToldAt> {
    fn read<T, E: Refusal>(
        (typed, field, l): (&Pairs, &'static str, Language),
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ToldAt> {
        let text = typed.field(field).trim();
        if text.is_empty() {
            return Ok(None);
        }
        parse(text).map(Some).map_err(|error| told_at(Some(field), &error, l))
    }
    let id_number = read((typed, "id_number", l), str::parse::<IdNumber>)?;
    let document_kind = read((typed, "document_kind", l), str::parse::<DocumentWord>)?;
    Ok(Contact {
        mobile: read((typed, "mobile", l), str::parse::<MobileNumber>)?,
        email: read((typed, "email", l), str::parse::<EmailAddress>)?,
        // The form always says a kind; of a document whose number was not given it says nothing.
        document_kind: document_kind.filter(|_| id_number.is_some()),
        id_number,
        document_ends: read((typed, "document_ends", l), contacts::day)?,
        company_code: read((typed, "company_code", l), contacts::uscc)?,
        language: if typed.field("language") == "en" { Language::En } else { Language::Zh },
    })
}

/// At which field a refusal is told.
const fn field_of(error: &DeclareContactError) -> Option<&'static str> {
    match error {
        DeclareContactError::Empty | DeclareContactError::Shared => Some("mobile"),
        DeclareContactError::Document(_) | DeclareContactError::OtherNumber => Some("id_number"),
        DeclareContactError::DocumentExpired(_) => Some("document_ends"),
        _ => None,
    }
}

fn warned(warning: ContactWarning, l: Language) -> String {
    let text = match warning {
        ContactWarning::MobileDataCard => l.pick(
            "该号码是上网卡号段，可能收不到短信，请核对。",
            "This is the number of a data card, which may show no messages: check it.",
        ),
        ContactWarning::MobileSatellite => l.pick(
            "该号码是卫星电话号段，可能收不到短信，请核对。",
            "This is the number of a satellite telephone, which may show no messages: check it.",
        ),
        ContactWarning::DocumentEndsSoon => l.pick(
            "证件将在30天内到期，签署时须在有效期内。",
            "The document ends within 30 days; on the day of signing it has to be valid.",
        ),
        ContactWarning::DocumentRegionUnknown => l.pick(
            "证件号码的前六位不在行政区划表中，请核对是否输错。",
            "The first six digits name a place that no table knows: check the number.",
        ),
        ContactWarning::SamePerson => l.pick(
            "办件中还有同一人的另一个身份；其本人的多种身份应合并为一位当事人。",
            "The same person is in the filing as another party, too; the own capacities of a person belong to one party.",
        ),
        _ => l.pick("请核对填写的内容。", "Check what was entered."),
    };
    text.to_owned()
}

async fn contact_page(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    (before, party): (&PreparedFiling, PartyId),
) -> Result<ContactPage, Problem> {
    let l = shown.frame.language;
    let known = before.parties.iter().find(|one| one.party == party);
    let known = known.ok_or_else(|| refused(ActError::NotFound(Thing::Party)))?;
    let named = |kind: DocumentKind| (kind.code().to_owned(), kind.name(l).to_owned());
    let languages = [("zh", "中文"), ("en", "English")];
    Ok(ContactPage {
        about: about(state, visitor, shown, before).await?,
        party,
        name: party_name(known, l),
        capacities: party_capacities(known, l),
        is_company: known.kind == "company",
        declared: reached(known, l),
        documents: DocumentKind::ALL.into_iter().map(named).collect(),
        languages: languages.map(|(word, name)| (word.to_owned(), name.to_owned())).into(),
        typed: ContactTyped::default(),
        warnings: Vec::new(),
        key: shown.fresh_key(state),
        trouble: None,
    })
}
