//! The application form (公证申请表, domain.md 5.4), parsed once.

use chrono::NaiveDate;
use heqi_identity::personal_document::DocumentKind;
use heqi_identity::resident_id::Sex;
use heqi_identity::{PersonName, PersonalDocument, Uscc};
use serde::{Deserialize, Serialize};

/// The longest text of a field, in characters.
pub const MAX_TEXT: usize = 500;
/// The most materials.
pub const MAX_MATERIALS: usize = 30;
/// The most copies of the certificate.
pub const MAX_COPIES: u32 = 20;

/// The form as it was filled in: nothing of it is believed yet.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ApplicationForm {
    /// `signer` or `regulator`.
    pub applicant: String,
    /// Name of the person, or full name of the authority.
    pub name: String,
    /// Kind of document, as `DocumentKind::code`; empty for an authority.
    pub document_kind: String,
    /// Its number, or the authority's unified social credit code.
    pub document_number: String,
    /// Where they live, or where it sits.
    pub address: String,
    /// Whom to call.
    pub phone: String,
    /// The authority's legal representative.
    pub legal_representative: String,
    /// Who applies in the name of another, if somebody does.
    pub agent: String,
    /// The authority's legal basis and case number.
    pub legal_basis: String,
    /// What the certificate is for, and where.
    pub purpose: String,
    /// Why and in what way the evidence arose (指导意见 art. 5).
    pub manner: String,
    /// What was handed in, one per line: name, copies.
    pub materials: String,
    /// How many copies are wanted.
    pub copies: String,
    /// `download`, `counter` or `mail`.
    pub delivery: String,
    /// Whether a lawsuit is pending; in which court.
    pub litigation: String,
    /// The statement of truth was signed: `yes`.
    pub truth: String,
}

/// Who applies.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "nobody else may (domain.md 5.1)")]
pub enum ApplicantKind {
    /// Somebody who signed the document.
    Signer,
    /// The authority that registers companies.
    Regulator,
}

impl ApplicantKind {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signer => "signer",
            Self::Regulator => "regulator",
        }
    }
}

/// How the certificate reaches whoever applied.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the form offers three")]
pub enum DeliveryWay {
    /// 下载电子公证书.
    Download,
    /// 到窗口领取.
    Counter,
    /// 邮寄.
    Mail,
}

impl DeliveryWay {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Download, Self::Counter, Self::Mail];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Counter => "counter",
            Self::Mail => "mail",
        }
    }

    /// The way of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }
}

/// What was handed in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole")]
pub struct MaterialHandedIn {
    /// What it is called.
    pub name: String,
    /// How many.
    pub copies: u32,
}

/// An application whose every field has its form. Personal data: kept sealed.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole into the certificate")]
pub struct Application {
    /// Who applies.
    pub kind: ApplicantKind,
    /// The name, as written.
    pub name: String,
    /// 男 or 女, from the number where it says so.
    pub sex: Option<String>,
    /// When they were born, from the number where it says so.
    pub born: Option<NaiveDate>,
    /// Kind of document; `uscc` for an authority.
    pub document_kind: String,
    /// Its number.
    pub document_number: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// The authority's legal representative.
    pub legal_representative: Option<String>,
    /// Who acts for them.
    pub agent: Option<String>,
    /// The authority's legal basis and case number.
    pub legal_basis: Option<String>,
    /// Purpose and place of use.
    pub purpose: String,
    /// How the evidence arose.
    pub manner: String,
    /// What was handed in.
    pub materials: Vec<MaterialHandedIn>,
    /// Copies wanted.
    pub copies: u32,
    /// How it is delivered.
    pub delivery: DeliveryWay,
    /// A lawsuit, where one is pending.
    pub litigation: Option<String>,
}

/// Without anything.
impl std::fmt::Debug for Application {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Application(…)")
    }
}

/// A field of the form.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a page names each")]
pub enum Field {
    /// Who applies.
    Applicant,
    /// The name.
    Name,
    /// Document and number, or credit code.
    Document,
    /// Address.
    Address,
    /// Telephone.
    Phone,
    /// The authority's legal representative.
    LegalRepresentative,
    /// The authority's legal basis and case number.
    LegalBasis,
    /// Purpose.
    Purpose,
    /// How the evidence arose.
    Manner,
    /// Materials.
    Materials,
    /// Copies.
    Copies,
    /// Delivery.
    Delivery,
    /// Agent, litigation: too long.
    Other,
    /// The statement of truth is not signed.
    Truth,
}

impl ApplicationForm {
    /// Reads the form on this China date.
    ///
    /// # Errors
    /// The first field that has not its form.
    pub fn parse(&self, today: NaiveDate) -> Result<Application, Field> {
        let kind = match self.applicant.as_str() {
            "signer" => ApplicantKind::Signer,
            "regulator" => ApplicantKind::Regulator,
            _ => return Err(Field::Applicant),
        };
        let who = match kind {
            ApplicantKind::Signer => self.person(today)?,
            ApplicantKind::Regulator => self.authority()?,
        };
        if self.truth != "yes" {
            return Err(Field::Truth);
        }
        let copies = self.copies.trim().parse().map_err(|_| Field::Copies)?;
        if !(1..=MAX_COPIES).contains(&copies) {
            return Err(Field::Copies);
        }
        Ok(Application {
            kind,
            address: text(&self.address).ok_or(Field::Address)?,
            phone: phone(&self.phone).ok_or(Field::Phone)?,
            agent: optional(&self.agent)?,
            purpose: text(&self.purpose).ok_or(Field::Purpose)?,
            manner: text(&self.manner).ok_or(Field::Manner)?,
            materials: self.read_materials()?,
            copies,
            delivery: DeliveryWay::of_word(&self.delivery).ok_or(Field::Delivery)?,
            litigation: optional(&self.litigation)?,
            ..who
        })
    }

    fn person(&self, today: NaiveDate) -> Result<Application, Field> {
        let name = PersonName::parse(&self.name).map_err(|_| Field::Name)?;
        let kind = KINDS.into_iter().find(|kind| kind.code() == self.document_kind);
        let kind = kind.ok_or(Field::Document)?;
        let document = PersonalDocument::parse(kind, &self.document_number, today);
        let document = document.map_err(|_| Field::Document)?;
        let (sex, born) = match &document {
            PersonalDocument::ResidentId(id) | PersonalDocument::ResidencePermit(id) => {
                let sex = match id.sex() {
                    Sex::Female => "女",
                    Sex::Male => "男",
                };
                (Some(sex.to_owned()), Some(id.born()))
            }
            _ => (None, None),
        };
        Ok(Application {
            name: name.expose().to_owned(),
            sex,
            born,
            document_kind: kind.code().to_owned(),
            document_number: document.expose().to_owned(),
            ..nobody(ApplicantKind::Signer)
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
        legal_basis: None,
        purpose: String::new(),
        manner: String::new(),
        materials: Vec::new(),
        copies: 1,
        delivery: DeliveryWay::Download,
        litigation: None,
    }
}

/// One to [`MAX_TEXT`] characters, no control characters but line ends.
pub(crate) fn text(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=MAX_TEXT).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\r');
    fits.then(|| text.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        "2026-11-28".parse().unwrap()
    }

    fn form() -> ApplicationForm {
        ApplicationForm {
            applicant: "signer".into(),
            name: "张三".into(),
            document_kind: "resident_id".into(),
            document_number: "11010519491231002X".into(),
            address: "杭州市临安区示例路1号".into(),
            phone: "0571-0000110".into(),
            purpose: "办理公司登记争议，在杭州市使用".into(),
            manner: "本人于2026年11月23日在手机上签署".into(),
            materials: "居民身份证复印件，2份\n存证回执".into(),
            copies: "2".into(),
            delivery: "download".into(),
            truth: "yes".into(),
            ..ApplicationForm::default()
        }
    }

    #[test]
    fn a_form_is_read_once_and_sex_and_birth_come_from_the_number() {
        let read = form().parse(today()).unwrap();
        assert_eq!((read.sex.as_deref(), read.born), (Some("女"), "1949-12-31".parse().ok()));
        let names: Vec<_> = read.materials.iter().map(|m| (m.name.as_str(), m.copies)).collect();
        assert_eq!(names, [("居民身份证复印件", 2), ("存证回执", 1)]);
        assert_eq!(format!("{read:?}"), "Application(…)");
    }

    #[test]
    fn the_first_field_without_its_form_is_named() {
        let wrong = |change: fn(&mut ApplicationForm)| {
            let mut form = form();
            change(&mut form);
            form.parse(today()).unwrap_err()
        };
        assert_eq!(wrong(|f| f.applicant = "neighbour".into()), Field::Applicant);
        assert_eq!(wrong(|f| f.name = "张".into()), Field::Name);
        assert_eq!(wrong(|f| f.document_number = "110105194912310021".into()), Field::Document);
        assert_eq!(wrong(|f| f.truth.clear()), Field::Truth);
        assert_eq!(wrong(|f| f.copies = "0".into()), Field::Copies);
        assert_eq!(wrong(|f| f.materials.clear()), Field::Materials);
        assert_eq!(wrong(|f| f.purpose = "x".repeat(501)), Field::Purpose);
        assert_eq!(wrong(|f| f.agent = "x".repeat(501)), Field::Other);
    }

    #[test]
    fn an_authority_says_on_what_basis_it_asks() {
        let authority = ApplicationForm {
            applicant: "regulator".into(),
            name: "示例区市场监督管理局".into(),
            document_number: "91330112MA00000159".into(),
            legal_representative: "王强".into(),
            ..form()
        };
        assert_eq!(authority.parse(today()).unwrap_err(), Field::LegalBasis);
        let with = ApplicationForm {
            legal_basis: "条例第40条 临市监〔2026〕1号".into(),
            ..authority
        };
        assert_eq!(with.parse(today()).unwrap().kind, ApplicantKind::Regulator);
    }
}
