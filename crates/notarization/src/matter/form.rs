//! The application form (公证申请表, domain.md 5.4), parsed once.

use chrono::NaiveDate;
use heqi_identity::PersonName;
use serde::{Deserialize, Serialize};

mod company;
mod read;
mod words;

pub use company::{Acting, ActingBasis, ActingDocument};
pub use words::{CertificateLanguage, DeliveryWay, Lawsuit, Medium, PowerOfAttorney};

/// The longest text of a field, in characters.
pub const MAX_TEXT: usize = 500;
/// The most materials.
pub const MAX_MATERIALS: usize = 30;
/// The most originals of the certificate, and the most copies beside them.
pub const MAX_COPIES: u32 = 20;

/// The form as it was filled in: nothing of it is believed yet.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ApplicationForm {
    /// `signer`, `company` or `regulator`.
    pub applicant: String,
    /// Name of the person, or full name of the company or authority.
    pub name: String,
    /// `female` or `male`; asked where the number of the document does not say.
    pub sex: String,
    /// The day of birth, `1990-01-31`; asked where the number of the document does not say.
    pub born: String,
    /// Kind of document, as `DocumentKind::code`; empty for a company or an authority.
    pub document_kind: String,
    /// Its number, or the unified social credit code of the company or authority.
    pub document_number: String,
    /// Where they live, or where it sits.
    pub address: String,
    /// Whom to call.
    pub phone: String,
    /// The legal representative of the company or authority.
    pub legal_representative: String,
    /// Who applies in the name of another, if somebody does; for a company, if it is not its legal
    /// representative who does.
    pub agent: String,
    /// Kind of document of whoever acts for a company, as `DocumentKind::code`.
    pub acting_document_kind: String,
    /// Its number.
    pub acting_document_number: String,
    /// Whether the agent's power of attorney was seen: `seen`.
    pub power_of_attorney: String,
    /// The authority's legal basis and case number.
    pub legal_basis: String,
    /// What the certificate is for, and where.
    pub purpose: String,
    /// Why and in what way the evidence arose (指导意见 art. 5).
    pub manner: String,
    /// What was handed in, one per line: name, copies.
    pub materials: String,
    /// Who can witness how the evidence arose, if anybody.
    pub witnesses: String,
    /// How many originals (正本) are wanted.
    pub copies: String,
    /// How many copies (副本) are wanted beside them; empty: none.
    pub duplicates: String,
    /// `electronic`, `paper` or `both`; empty: as it is delivered.
    pub medium: String,
    /// The language of the certificate: `zh`; empty: that.
    pub language: String,
    /// `download`, `counter` or `mail`.
    pub delivery: String,
    /// Whether a lawsuit over the same facts is pending: `yes` or `no`.
    pub lawsuit: String,
    /// In which court, and its number, where one is.
    pub litigation: String,
    /// The statement of truth was signed: `yes`.
    pub truth: String,
}

/// Who applies.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "nobody else may (domain.md 5.1)")]
pub enum ApplicantKind {
    /// Somebody who signed the document, in their own name.
    Signer,
    /// A company in whose name the document was signed (民法典 art. 61).
    Company,
    /// The authority that registers companies.
    Regulator,
}

impl ApplicantKind {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signer => "signer",
            Self::Company => "company",
            Self::Regulator => "regulator",
        }
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
    /// Kind of document; `uscc` for a company or an authority.
    pub document_kind: String,
    /// Its number.
    pub document_number: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// The legal representative of the company or authority.
    pub legal_representative: Option<String>,
    /// Who acts for them.
    pub agent: Option<String>,
    /// The document of whoever acts for a company: its agent, or its legal representative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_document: Option<ActingDocument>,
    /// Whether the agent's power of attorney was seen.
    #[serde(default)]
    pub power_of_attorney: PowerOfAttorney,
    /// The authority's legal basis and case number.
    pub legal_basis: Option<String>,
    /// Purpose and place of use.
    pub purpose: String,
    /// How the evidence arose.
    pub manner: String,
    /// What was handed in.
    pub materials: Vec<MaterialHandedIn>,
    /// Who can witness how the evidence arose.
    #[serde(default)]
    pub witnesses: Option<String>,
    /// Originals (正本) wanted.
    pub copies: u32,
    /// Copies (副本) wanted beside them.
    #[serde(default)]
    pub duplicates: u32,
    /// In which form; `None` in applications of before it was asked for.
    #[serde(default)]
    pub medium: Option<Medium>,
    /// In which language.
    #[serde(default)]
    pub language: CertificateLanguage,
    /// How it is delivered.
    pub delivery: DeliveryWay,
    /// Whether a lawsuit is pending.
    #[serde(default)]
    pub lawsuit: Lawsuit,
    /// In which court, where one is pending.
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
    /// Sex and day of birth.
    Person,
    /// Address.
    Address,
    /// Telephone.
    Phone,
    /// An agent, whose power of attorney was not seen.
    Agent,
    /// The legal representative of a company or an authority.
    LegalRepresentative,
    /// The name of whoever acts for a company.
    Acting,
    /// The document of whoever acts for a company.
    ActingDocument,
    /// What shows that they may act for it is not among the materials.
    Authority,
    /// The authority's legal basis and case number.
    LegalBasis,
    /// Purpose.
    Purpose,
    /// How the evidence arose.
    Manner,
    /// Materials.
    Materials,
    /// Originals and copies.
    Copies,
    /// Electronic or paper, which the delivery has to bring.
    Medium,
    /// Language.
    Language,
    /// Delivery.
    Delivery,
    /// Whether there is a lawsuit, and in which court.
    Lawsuit,
    /// Agent, witnesses: too long.
    Other,
    /// The statement of truth is not signed.
    Truth,
}

/// One to [`MAX_TEXT`] characters, no control characters but line ends.
pub(crate) fn text(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=MAX_TEXT).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\r');
    fits.then(|| text.to_owned())
}

/// Whether two texts name people by one name, however its dots were typed: registers have one kind of them. What is no
/// name as people write it is the same letter by letter only.
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    match (PersonName::parse(one), PersonName::parse(other)) {
        (Ok(one), Ok(other)) => one.is_same_as(&other),
        _ => one.trim() == other.trim(),
    }
}

#[cfg(test)]
mod tests;
