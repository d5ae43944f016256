//! Applying for a certificate from within: the form with the signing filled in, for whoever signed
//! it, in the own name or for the company signed for. Whoever did not is told so, with the article.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{Error, HttpResponse};
use heqi_notarization::holder::certify::{
    applications, apply_as_company, apply_as_signer, signing_of,
};
use heqi_notarization::holder::held::OpenedRecord;
use heqi_notarization::matter::MatterError;
use heqi_notarization::matter::form::{ApplicantKind, ApplicationForm};
use heqi_pages::Link;
use heqi_pages::holder::{ApplyWay, HolderApplyPage, HolderDoorPage, OpenApplication};
use heqi_pages::trouble::TroublePage;
use heqi_service_kit::Problem;
use heqi_service_kit::browser::Reader;
use heqi_vocabulary::{Explain, Language, VoucherNo};
use serde::Deserialize;

use super::browser::{Filled, Visitor};
use super::shown::{matter_name, page};
use super::words::stage_name;
use super::{opened, people, to, words};
use crate::bench::{log_if_ours, refused, status_of, trouble};
use crate::refusal::of_ours;
use crate::service::State;

/// How a certificate about a record is applied for.
pub(super) async fn way(
    state: &State,
    about: &OpenedRecord,
    language: Language,
) -> Result<ApplyWay, Problem> {
    let Some(voucher) = about.record.parsed::<VoucherNo>("voucher") else {
        return Ok(ApplyWay::Nowhere);
    };
    if state.bench.is_none() {
        let base = state.people.as_ref().and_then(|people| people.certify_url.as_deref());
        return Ok(base.map_or(ApplyWay::Nowhere, |base| {
            let path = Link::HeldApply(voucher);
            ApplyWay::Elsewhere(format!("{}{path}", base.trim_end_matches('/')))
        }));
    }
    let open = applications(&state.office, about).await.map_err(refused)?;
    if open.is_empty() {
        return Ok(ApplyWay::Here(voucher));
    }
    let shown = open.into_iter().map(|open| OpenApplication {
        number: open.number.to_string(),
        is_of_company: open.applicant == ApplicantKind::Company,
        code: open.query_code,
        stage: stage_name(open.stage, language).to_owned(),
        at: open.submitted_at.for_people(),
    });
    Ok(ApplyWay::Applied(shown.collect()))
}

/// The form, or the door for whoever has no session.
pub(super) async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: Option<Visitor>,
    voucher: Path<VoucherNo>,
) -> Result<HttpResponse, Error> {
    state.bench().map_err(Problem::from)?;
    let voucher = *voucher;
    let Some(visitor) = visitor else {
        let door = HolderDoorPage { typed: String::new(), apply: Some(voucher), trouble: None };
        return Ok(page(&door, people(&state)?, reader, Link::HeldApply(voucher), None));
    };
    let Some(about) = of_visitor(&state, reader, &visitor, voucher).await? else {
        return Ok(not_theirs(&state, reader, &visitor, voucher)?);
    };
    let asked = form_page(&about, voucher, None, reader.language);
    Ok(page(&asked, people(&state)?, reader, Link::HeldApply(voucher), Some(&visitor)))
}

/// The form as it was filled in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ApplyForm {
    applicant: String,
    company_name: String,
    code: String,
    legal_representative: String,
    name: String,
    sex: String,
    born: String,
    document_kind: String,
    document_number: String,
    address: String,
    phone: String,
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

impl ApplyForm {
    /// What was typed, to be shown again: nobody types a form twice.
    fn typed(&self) -> Vec<(String, String)> {
        let fields = [
            ("applicant", &self.applicant),
            ("company_name", &self.company_name),
            ("code", &self.code),
            ("legal_representative", &self.legal_representative),
            ("name", &self.name),
            ("sex", &self.sex),
            ("born", &self.born),
            ("document_kind", &self.document_kind),
            ("document_number", &self.document_number),
            ("address", &self.address),
            ("phone", &self.phone),
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
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    fn into_form(self) -> ApplicationForm {
        ApplicationForm {
            name: self.name,
            sex: self.sex,
            born: self.born,
            document_kind: self.document_kind,
            document_number: self.document_number,
            address: self.address,
            phone: self.phone,
            purpose: self.purpose,
            manner: self.manner,
            materials: self.materials,
            witnesses: self.witnesses,
            copies: self.copies,
            duplicates: self.duplicates,
            medium: self.medium,
            language: self.language,
            delivery: self.delivery,
            lawsuit: self.lawsuit,
            litigation: self.litigation,
            truth: self.truth,
            ..ApplicationForm::default()
        }
    }

    /// Of the company: whoever came in acts for it, and shows the own document.
    fn into_company_form(mut self) -> (String, ApplicationForm) {
        let take = std::mem::take::<String>;
        let acting = take(&mut self.name);
        self.name = take(&mut self.company_name);
        let acting_document_kind = take(&mut self.document_kind);
        let acting_document_number = take(&mut self.document_number);
        self.document_number = take(&mut self.code);
        let legal_representative = take(&mut self.legal_representative);
        let form = ApplicationForm {
            legal_representative,
            acting_document_kind,
            acting_document_number,
            ..self.into_form()
        };
        (acting, form)
    }
}

/// Takes the application; one that is open already is shown instead.
pub(super) async fn take(
    state: Data<State>,
    reader: Reader,
    // Before the address: without a session nothing of it is looked at.
    Filled { visitor, form }: Filled<ApplyForm>,
    voucher: Path<VoucherNo>,
) -> Result<HttpResponse, Error> {
    state.bench().map_err(Problem::from)?;
    let voucher = *voucher;
    let Some(about) = of_visitor(&state, reader, &visitor, voucher).await? else {
        return Ok(not_theirs(&state, reader, &visitor, voucher)?);
    };
    let typed = form.typed();
    let applied = if form.applicant == ApplicantKind::Company.as_str() {
        let (acting, form) = form.into_company_form();
        apply_as_company(&state.office, &about, (&acting, form)).await
    } else {
        apply_as_signer(&state.office, &about, form.into_form()).await
    };
    let there = Link::HeldEvidence(about.row.deposit_no);
    let Err(error) = applied else { return Ok(to(&there)) };
    if let MatterError::Double(open) = error {
        // What somebody else handed in for the company is not shown there.
        let shown = applications(&state.office, &about).await.map_err(refused)?;
        if shown.iter().any(|shown| shown.number == open) {
            return Ok(to(&there));
        }
    }
    log_if_ours(&error);
    let again = form_page(&about, voucher, Some((typed, &error)), reader.language);
    let mut answer =
        page(&again, people(&state)?, reader, Link::HeldApply(voucher), Some(&visitor));
    *answer.status_mut() = status_of(error.class());
    Ok(answer)
}

/// The signing of this voucher, where it is the visitor's.
async fn of_visitor(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    voucher: VoucherNo,
) -> Result<Option<OpenedRecord>, Error> {
    let number = signing_of(&state.office, &visitor.holder, voucher).await;
    let number = number.map_err(|error| of_ours(&error))?;
    match number {
        Some(number) => Ok(Some(opened(state, reader, visitor, number).await?)),
        None => Ok(None),
    }
}

/// Who neither signed nor registers companies does not apply (公证法 art. 31 item 2).
#[expect(clippy::result_large_err, reason = "a refusal is rare, and answered at once")]
fn not_theirs(
    state: &State,
    reader: Reader,
    visitor: &Visitor,
    voucher: VoucherNo,
) -> Result<HttpResponse, Problem> {
    let told = MatterError::NotParty.explain(reader.language);
    let refusal = TroublePage {
        title: words::NOT_TAKEN.in_language(reader.language).to_owned(),
        what: told.what,
        next: told.next,
        request_id: None,
        on: Some(Link::Held),
    };
    let here = Link::HeldApply(voucher);
    let mut answer = page(&refusal, people(state)?, reader, here, Some(visitor));
    *answer.status_mut() = StatusCode::FORBIDDEN;
    Ok(answer)
}

fn form_page(
    about: &OpenedRecord,
    voucher: VoucherNo,
    again: Option<(Vec<(String, String)>, &MatterError)>,
    language: Language,
) -> HolderApplyPage {
    let (typed, trouble) = match again {
        Some((typed, error)) => {
            let told = trouble(error, language);
            (typed, Some((told.what, told.next)))
        }
        None => (filled_in(about), None),
    };
    HolderApplyPage {
        voucher,
        number: about.row.deposit_no.to_string(),
        company: about.record.text("company_name").unwrap_or_default().to_owned(),
        recorded_at: about.recorded_at.for_people(),
        is_for_company: represented(about).is_some(),
        typed,
        trouble,
    }
}

/// The company in whose name it was signed, where it was one.
fn represented(about: &OpenedRecord) -> Option<&str> {
    if about.record.text("party_kind") == Some("ward") {
        return None;
    }
    about.record.text("representative_name").and_then(|_| about.record.text("party_name"))
}

/// The minor for whom a guardian signed.
fn ward(about: &OpenedRecord) -> Option<&str> {
    let is_of_ward = about.record.text("party_kind") == Some("ward");
    about.record.text("party_name").filter(|_| is_of_ward)
}

/// What the signing itself says. The notary reads Chinese, whatever the reader does.
fn filled_in(about: &OpenedRecord) -> Vec<(String, String)> {
    let text = |name: &str| about.record.text(name).unwrap_or_default();
    let name = about.record.text("representative_name").unwrap_or(text("party_name"));
    let company = represented(about);
    let manner = format!(
        "本人于{}{}通过签署平台以电子方式签署{}的{}文件，公证机构于{}接收并保管",
        about.recorded_at.for_people(),
        company
            .map(|company| format!("代表{company}"))
            .or_else(|| ward(about).map(|ward| format!("以监护人身份代未成年人{ward}")))
            .unwrap_or_default(),
        text("company_name"),
        matter_name(text("matter"), Language::Zh),
        about.row.received_at.for_people(),
    );
    let (applicant, materials) = match company {
        Some(_) => ("company", "营业执照副本，1\n法定代表人身份证明，1\n身份证件复印件，1"),
        None => ("signer", "身份证件复印件，1"),
    };
    let fields = [
        ("applicant", applicant),
        ("company_name", company.unwrap_or_default()),
        ("name", name),
        ("document_kind", "resident_id"),
        ("manner", manner.as_str()),
        ("materials", materials),
        ("copies", "1"),
        ("delivery", "download"),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
