//! Reads a form field by field: the first that has not its form is named.

use chrono::NaiveDate;
use heqi_identity::personal_document::DocumentKind;
use heqi_identity::resident_id::Sex;
use heqi_identity::{CompanyName, PersonName, PersonalDocument, Uscc};

use super::{
    ActingDocument, ApplicantKind, Application, ApplicationForm, CertificateLanguage, DeliveryWay,
    Field, Lawsuit, MAX_COPIES, MAX_MATERIALS, MaterialHandedIn, Medium, PowerOfAttorney, text,
};

impl ApplicationForm {
    /// Reads the form on this China date.
    ///
    /// # Errors
    /// The first field that has not its form.
    pub fn parse(&self, today: NaiveDate) -> Result<Application, Field> {
        let kind = match self.applicant.as_str() {
            "signer" => ApplicantKind::Signer,
            "company" => ApplicantKind::Company,
            "regulator" => ApplicantKind::Regulator,
            _ => return Err(Field::Applicant),
        };
        let who = match kind {
            ApplicantKind::Signer => self.person(today)?,
            ApplicantKind::Company => self.company(today)?,
            ApplicantKind::Regulator => self.authority()?,
        };
        if self.truth != "yes" {
            return Err(Field::Truth);
        }
        let (copies, duplicates) = self.read_copies()?;
        let (delivery, medium) = self.read_delivery()?;
        let (agent, power_of_attorney) = self.read_agent(kind)?;
        let (lawsuit, litigation) = self.read_lawsuit(kind)?;
        let application = Application {
            kind,
            address: text(&self.address).ok_or(Field::Address)?,
            phone: phone(&self.phone).ok_or(Field::Phone)?,
            agent,
            power_of_attorney,
            purpose: text(&self.purpose).ok_or(Field::Purpose)?,
            manner: text(&self.manner).ok_or(Field::Manner)?,
            materials: self.read_materials()?,
            witnesses: optional(&self.witnesses)?,
            copies,
            duplicates,
            medium: Some(medium),
            language: or_default(&self.language, CertificateLanguage::of_word)
                .ok_or(Field::Language)?,
            delivery,
            lawsuit,
            litigation,
            ..who
        };
        let shows = application
            .acting()
            .is_none_or(|acting| acting.basis.is_shown_by(&application.materials));
        if shows { Ok(application) } else { Err(Field::Authority) }
    }

    /// What a program of the registry does not say yet is kept as said by nobody, and the notary asks;
    /// a person at a form says it.
    #[must_use]
    pub fn as_programs_send_it(mut self) -> Self {
        if self.lawsuit.is_empty() {
            Lawsuit::Unstated.as_str().clone_into(&mut self.lawsuit);
        }
        if self.power_of_attorney.is_empty() {
            PowerOfAttorney::Unstated.as_str().clone_into(&mut self.power_of_attorney);
        }
        self
    }

    fn read_copies(&self) -> Result<(u32, u32), Field> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let copies = number(&self.copies).filter(|n| (1..=MAX_COPIES).contains(n));
        let duplicates = or_default(&self.duplicates, number).filter(|n| *n <= MAX_COPIES);
        copies.zip(duplicates).ok_or(Field::Copies)
    }

    /// What is delivered is what is wanted: paper is not downloaded, and a file is not mailed.
    fn read_delivery(&self) -> Result<(DeliveryWay, Medium), Field> {
        let delivery = DeliveryWay::of_word(&self.delivery).ok_or(Field::Delivery)?;
        let medium = match self.medium.as_str() {
            "" => Medium::of(delivery),
            word => Medium::of_word(word).ok_or(Field::Medium)?,
        };
        if medium.goes(delivery) { Ok((delivery, medium)) } else { Err(Field::Medium) }
    }

    /// Who acts for another shows the power of attorney (公证法 art. 26). A company that applies from
    /// within has nobody who could see it yet: the notary does, and the list says that nobody has.
    fn read_agent(&self, kind: ApplicantKind) -> Result<(Option<String>, PowerOfAttorney), Field> {
        let Some(agent) = optional(&self.agent)? else {
            return Ok((None, PowerOfAttorney::Unstated));
        };
        match PowerOfAttorney::of_word(&self.power_of_attorney) {
            Some(PowerOfAttorney::Unstated) if kind == ApplicantKind::Signer => Err(Field::Agent),
            Some(said) => Ok((Some(agent), said)),
            None => Err(Field::Agent),
        }
    }

    /// Yes with the court, or no without one.
    fn read_lawsuit(&self, kind: ApplicantKind) -> Result<(Lawsuit, Option<String>), Field> {
        let court = optional(&self.litigation).map_err(|_| Field::Lawsuit)?;
        match (Lawsuit::of_word(&self.lawsuit), court) {
            (Some(Lawsuit::Yes), Some(court)) => Ok((Lawsuit::Yes, Some(court))),
            (Some(Lawsuit::No), None) => Ok((Lawsuit::No, None)),
            (Some(Lawsuit::Unstated), court) if kind == ApplicantKind::Regulator => {
                Ok((Lawsuit::Unstated, court))
            }
            _ => Err(Field::Lawsuit),
        }
    }

    fn person(&self, today: NaiveDate) -> Result<Application, Field> {
        let name = PersonName::parse(&self.name).map_err(|_| Field::Name)?;
        let kind = KINDS.into_iter().find(|kind| kind.code() == self.document_kind);
        let kind = kind.ok_or(Field::Document)?;
        let document = PersonalDocument::parse(kind, &self.document_number, today);
        let document = document.map_err(|_| Field::Document)?;
        let (sex, born) = self.sex_and_birth(&document, today)?;
        Ok(Application {
            name: name.expose().to_owned(),
            sex: Some(word_of(sex).to_owned()),
            born: Some(born),
            document_kind: kind.code().to_owned(),
            document_number: document.expose().to_owned(),
            ..nobody(ApplicantKind::Signer)
        })
    }

    /// From the number where it says so; what is typed nevertheless must agree with it.
    fn sex_and_birth(
        &self,
        document: &PersonalDocument,
        today: NaiveDate,
    ) -> Result<(Sex, NaiveDate), Field> {
        let typed_sex = match self.sex.as_str() {
            "" => None,
            "female" => Some(Sex::Female),
            "male" => Some(Sex::Male),
            _ => return Err(Field::Person),
        };
        let typed_born = match self.born.trim() {
            "" => None,
            day => Some(day.parse::<NaiveDate>().map_err(|_| Field::Person)?),
        };
        let said = match document {
            PersonalDocument::ResidentId(id) | PersonalDocument::ResidencePermit(id) => {
                Some((id.sex(), id.born()))
            }
            _ => None,
        };
        let (sex, born) = said.or(typed_sex.zip(typed_born)).ok_or(Field::Person)?;
        let agrees = typed_sex.is_none_or(|typed| typed == sex)
            && typed_born.is_none_or(|typed| typed == born);
        if agrees && born <= today { Ok((sex, born)) } else { Err(Field::Person) }
    }

    /// A company, and the document of whoever acts for it.
    fn company(&self, today: NaiveDate) -> Result<Application, Field> {
        let name = CompanyName::parse(&self.name).map_err(|_| Field::Name)?;
        let code = Uscc::parse(&self.document_number).map_err(|_| Field::Document)?;
        let legal_representative = PersonName::parse(&self.legal_representative)
            .map_err(|_| Field::LegalRepresentative)?;
        if !self.agent.trim().is_empty() {
            PersonName::parse(&self.agent).map_err(|_| Field::Agent)?;
        }
        let kind = KINDS.into_iter().find(|kind| kind.code() == self.acting_document_kind);
        let kind = kind.ok_or(Field::ActingDocument)?;
        let document = PersonalDocument::parse(kind, &self.acting_document_number, today);
        let document = document.map_err(|_| Field::ActingDocument)?;
        Ok(Application {
            name: name.as_str().to_owned(),
            document_kind: "uscc".to_owned(),
            document_number: code.as_str().to_owned(),
            legal_representative: Some(legal_representative.expose().to_owned()),
            acting_document: Some(ActingDocument {
                kind: kind.code().to_owned(),
                number: document.expose().to_owned(),
            }),
            ..nobody(ApplicantKind::Company)
        })
    }

    fn authority(&self) -> Result<Application, Field> {
        let code = Uscc::parse(&self.document_number).map_err(|_| Field::Document)?;
        Ok(Application {
            name: text(&self.name).ok_or(Field::Name)?,
            document_kind: "uscc".to_owned(),
            document_number: code.as_str().to_owned(),
            legal_representative: Some(
                text(&self.legal_representative).ok_or(Field::LegalRepresentative)?,
            ),
            legal_basis: Some(text(&self.legal_basis).ok_or(Field::LegalBasis)?),
            ..nobody(ApplicantKind::Regulator)
        })
    }

    /// Lines `name` or `name, copies`; a full-width comma counts as one.
    fn read_materials(&self) -> Result<Vec<MaterialHandedIn>, Field> {
        let lines = self.materials.lines().map(str::trim).filter(|line| !line.is_empty());
        let read = |line: &str| {
            let (name, copies) = line.rsplit_once([',', '，']).unwrap_or((line, "1"));
            let copies = copies.trim().trim_end_matches('份').trim().parse().ok()?;
            Some(MaterialHandedIn { name: text(name)?, copies })
        };
        let materials: Option<Vec<_>> = lines.map(read).collect();
        materials.filter(|m| (1..=MAX_MATERIALS).contains(&m.len())).ok_or(Field::Materials)
    }
}

const KINDS: [DocumentKind; 6] = [
    DocumentKind::ResidentId,
    DocumentKind::ResidencePermit,
    DocumentKind::ForeignPermanentResident,
    DocumentKind::Passport,
    DocumentKind::HongKongMacaoPermit,
    DocumentKind::TaiwanPermit,
];

fn nobody(kind: ApplicantKind) -> Application {
    Application {
        kind,
        name: String::new(),
        sex: None,
        born: None,
        document_kind: String::new(),
        document_number: String::new(),
        address: String::new(),
        phone: String::new(),
        legal_representative: None,
        agent: None,
        acting_document: None,
        power_of_attorney: PowerOfAttorney::Unstated,
        legal_basis: None,
        purpose: String::new(),
        manner: String::new(),
        materials: Vec::new(),
        witnesses: None,
        copies: 1,
        duplicates: 0,
        medium: None,
        language: CertificateLanguage::Zh,
        delivery: DeliveryWay::Download,
        lawsuit: Lawsuit::Unstated,
        litigation: None,
    }
}

const fn word_of(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "女",
        Sex::Male => "男",
    }
}

/// What is read of a field, or what an empty one means.
fn or_default<T: Default>(field: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    if field.trim().is_empty() { Some(T::default()) } else { read(field) }
}

fn optional(field: &str) -> Result<Option<String>, Field> {
    if field.trim().is_empty() { Ok(None) } else { text(field).map(Some).ok_or(Field::Other) }
}

fn phone(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (5..=30).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b' '));
    fits.then(|| text.to_owned())
}
