//! What is held, as pages.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_LANGUAGE, VARY};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_filing::{Capacity, Matter};
use heqi_notarization::NotaryOffice;
use heqi_notarization::holder::HolderFault;
use heqi_notarization::holder::deliver::deliveries;
use heqi_notarization::holder::held::{HeldFiling, HeldRecord, OpenedRecord};
use heqi_notarization::holder::notice::said_about;
use heqi_pages::holder::{
    ApplyWay, HeldDocument, HeldLine, HolderEvidencePage, HolderListPage, HolderMatter, OtherLine,
    PlaceSketch, ProvedClaim, SaidLine, WatchShown,
};
use heqi_pages::{Frame, Link, Page, render};
use heqi_service_kit::browser::Reader;
use heqi_service_kit::security_headers::ContentPolicy;
use heqi_vocabulary::{Digest, Language, UtcMillis};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::browser::Visitor;
use super::words::{delivery, kind_name, notice_name, outcome_name};
use crate::people::People;

/// The answer that carries a page.
pub(super) fn page(
    page: &impl Page,
    people: &People,
    reader: Reader,
    here: Link,
    visitor: Option<&Visitor>,
) -> HttpResponse {
    let frame = Frame {
        language: reader.language,
        large: reader.large,
        here,
        csrf: visitor.map(|visitor| visitor.csrf.clone()),
        service: people.service.clone(),
        telephone: people.telephone.clone(),
    };
    let mut policy = ContentPolicy::default();
    for directive in ["style-src", "script-src", "img-src", "manifest-src", "form-action"] {
        policy = policy.allow(directive, "'self'");
    }
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, reader.language.tag()))
        .insert_header((VARY, "accept-language, cookie"))
        .insert_header(policy);
    reader.remember(&mut response, people.secure_cookies);
    response.body(render(page, &frame))
}

pub(super) fn list_page(
    filings: &[HeldFiling],
    watch: Option<WatchShown>,
    language: Language,
) -> HolderListPage {
    let matters = filings.iter().map(|filing| matter(filing, language)).collect();
    HolderListPage { matters, watch }
}

/// What was said about a record, and how far it has come.
pub(super) async fn said_lines(
    office: &NotaryOffice,
    about: &OpenedRecord,
    language: Language,
) -> Result<Vec<SaidLine>, HolderFault> {
    let mut lines = Vec::new();
    for notice in said_about(office, about).await? {
        let record = (about.row.chain, about.key.root);
        let brought = deliveries(office, record, notice.kind).await?;
        lines.push(SaidLine {
            what: notice_name(notice.kind, language).to_owned(),
            said_at: notice.said_at.for_people(),
            deliveries: brought.iter().map(|one| delivery(one, language)).collect(),
        });
    }
    Ok(lines)
}

fn matter(filing: &HeldFiling, language: Language) -> HolderMatter {
    let known = filing.signings.iter().find_map(|record| record.signed.as_ref());
    HolderMatter {
        company: known.map_or_else(String::new, |signed| signed.company.clone()),
        matter: known.map_or_else(String::new, |signed| matter_name(&signed.matter, language)),
        signings: filing.signings.iter().map(|record| line(record, language)).collect(),
        others: filing
            .others
            .iter()
            .map(|record| OtherLine {
                what: if record.is_wards_name {
                    language.pick("更正被监护人（未成年人）姓名", "name of the minor corrected")
                } else {
                    kind_name(record.kind, language)
                }
                .to_owned(),
                received_at: record.received_at.for_people(),
            })
            .collect(),
    }
}

fn line(record: &HeldRecord, language: Language) -> HeldLine {
    HeldLine {
        number: record.deposit_no,
        signed_at: record.signed.as_ref().map(|signed| signed.recorded_at.for_people()),
        received_at: record.received_at.for_people(),
        outcome: outcome_name(&record.outcome, language),
    }
}

/// A word of the wire as people read it; what is unknown here stands as it came.
pub(super) fn matter_name(word: &str, language: Language) -> String {
    let matter = parsed::<Matter>(&Value::from(word));
    matter.map_or_else(|| word.to_owned(), |matter| matter.name(language).to_owned())
}

fn parsed<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn capacities(record: &Disclosure, language: Language) -> String {
    let list = record.value("capacities").and_then(parsed::<Vec<Capacity>>).unwrap_or_default();
    let names: Vec<&str> = list.iter().map(|capacity| capacity.name(language)).collect();
    names.join(language.pick("、", ", "))
}

#[derive(Deserialize)]
struct DocumentWire {
    sha256: Digest,
    pages: Option<u64>,
}

#[derive(Deserialize)]
struct PlaceWire {
    latitude_e6: i32,
    longitude_e6: i32,
    accuracy_m: u32,
}

pub(super) fn evidence_page(
    opened: &OpenedRecord,
    (said, apply, anchors): (Vec<SaidLine>, ApplyWay, Option<String>),
    (now, not_asked_since): (UtcMillis, Option<UtcMillis>),
    language: Language,
) -> HolderEvidencePage {
    let record = &opened.record;
    let text = |name: &str| record.text(name).unwrap_or_default().to_owned();
    let client = |name: &str| opened.client.as_ref().and_then(|client| client.value(name));
    let documents = record.value("documents").and_then(parsed::<Vec<DocumentWire>>);
    let photo = record.parsed::<Digest>("photo_sha256");
    let lacks = |name| opened.verdict.claim(name).is_none_or(|it| it.status != Status::Proved);
    let is_waited_for = lacks(ClaimName::Witnessed) || lacks(ClaimName::Mirrored);
    HolderEvidencePage {
        number: opened.row.deposit_no,
        voucher: text("voucher"),
        company: text("company_name"),
        matter: matter_name(&text("matter"), language),
        capacities: capacities(record, language),
        recorded_at: opened.recorded_at.for_people(),
        received_at: opened.row.received_at.for_people(),
        examined_at: now.for_people(),
        found_void: opened.found_void.as_ref().map(|(at, by)| (at.for_people(), by.clone())),
        asked_at: not_asked_since.filter(|_| is_waited_for).map(UtcMillis::for_people),
        claims: opened
            .verdict
            .claims()
            .iter()
            .map(|claim| ProvedClaim {
                title: claim.name.title(language).to_owned(),
                status: claim.status.words(language).to_owned(),
                is_proved: claim.status == Status::Proved,
                reason: claim.reason.sentence(language),
            })
            .collect(),
        photo: photo.filter(|photo| opened.attachment(photo).is_some()),
        documents: documents
            .unwrap_or_default()
            .into_iter()
            .map(|document| HeldDocument {
                is_held: opened.attachment(&document.sha256).is_some(),
                title: opened.titles.get(&document.sha256).cloned(),
                sha256: document.sha256,
                pages: document.pages,
            })
            .collect(),
        place: client("place").and_then(parsed::<PlaceWire>).map(|place| PlaceSketch {
            latitude_e6: place.latitude_e6,
            longitude_e6: place.longitude_e6,
            accuracy_m: place.accuracy_m,
        }),
        device: client("device").and_then(Value::as_str).map(ToOwned::to_owned),
        said,
        apply,
        anchors,
    }
}
