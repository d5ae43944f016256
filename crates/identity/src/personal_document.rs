//! The documents by which a person can be known, one type for all (domain.md 3.2).

use std::fmt;

use chrono::NaiveDate;
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::characters::upper_half_width;
use crate::last_four::LastFour;
use crate::mod_11_2;
use crate::resident_id::{ResidentId, ResidentIdError, ResidentIdHint};

/// A document whose number has the form of its kind and, where there is one, a check
/// character that fits.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub enum PersonalDocument {
    /// 居民身份证.
    ResidentId(ResidentId),
    /// 港澳台居民居住证: numbered as a resident's, 810000, 820000 or 830000.
    ResidencePermit(ResidentId),
    /// 外国人永久居留身份证.
    ForeignPermanentResident(Number),
    /// 护照.
    Passport(Number),
    /// 港澳居民来往内地通行证.
    HongKongMacaoPermit(Number),
    /// 台湾居民来往大陆通行证.
    TaiwanPermit(Number),
}

/// Which document a person says they hold.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DocumentKind {
    /// 居民身份证.
    ResidentId,
    /// 港澳台居民居住证.
    ResidencePermit,
    /// 外国人永久居留身份证, of 2017 (15 characters) or 2023 (18).
    ForeignPermanentResident,
    /// 护照.
    Passport,
    /// 港澳居民来往内地通行证.
    HongKongMacaoPermit,
    /// 台湾居民来往大陆通行证.
    TaiwanPermit,
}

/// The characters of a document that is not numbered as a resident's.
#[derive(Clone, Eq, PartialEq)]
pub struct Number(String);

/// Why a text is not the number of such a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PersonalDocumentError {
    /// As a resident's number is wrong.
    #[error(transparent)]
    ResidentId(#[from] ResidentIdError),
    /// Not the form of this kind.
    #[error("the number does not have the form of this kind of document")]
    Form(DocumentKind),
    /// The check character does not fit.
    #[error("the check character does not fit")]
    Checksum(DocumentKind),
}

impl DocumentKind {
    /// Every kind, in the order in which people are asked.
    pub const ALL: [Self; 6] = [
        Self::ResidentId,
        Self::ResidencePermit,
        Self::HongKongMacaoPermit,
        Self::TaiwanPermit,
        Self::ForeignPermanentResident,
        Self::Passport,
    ];

    /// The word on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::ResidencePermit => "hmt_residence_permit",
            Self::ForeignPermanentResident => "foreign_permanent_resident",
            Self::Passport => "passport",
            Self::HongKongMacaoPermit => "hong_kong_macao_permit",
            Self::TaiwanPermit => "taiwan_permit",
        }
    }

    /// The name people read.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::ResidentId => language.pick("居民身份证", "resident identity card"),
            Self::ResidencePermit => language.pick(
                "港澳台居民居住证",
                "residence permit for Hong Kong, Macao and Taiwan residents",
            ),
            Self::ForeignPermanentResident => {
                language.pick("外国人永久居留身份证", "foreign permanent resident identity card")
            }
            Self::Passport => language.pick("护照", "passport"),
            Self::HongKongMacaoPermit => language.pick(
                "港澳居民来往内地通行证",
                "mainland travel permit for Hong Kong and Macao residents",
            ),
            Self::TaiwanPermit => language
                .pick("台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents"),
        }
    }
}

impl PersonalDocument {
    /// Reads the number of a document of this kind on the China date `today`.
    ///
    /// # Errors
    /// [`PersonalDocumentError`].
    pub fn parse(
        kind: DocumentKind,
        text: &str,
        today: NaiveDate,
    ) -> Result<Self, PersonalDocumentError> {
        let number = upper_half_width(text);
        let form = PersonalDocumentError::Form(kind);
        match kind {
            DocumentKind::ResidentId => Ok(Self::ResidentId(ResidentId::parse(text, today)?)),
            DocumentKind::ResidencePermit => {
                let id = ResidentId::parse_eighteen(text, today)?;
                if id.region().is_residence_permit() {
                    Ok(Self::ResidencePermit(id))
                } else {
                    Err(form)
                }
            }
            DocumentKind::ForeignPermanentResident => {
                foreign_permanent_resident(&number, today)?;
                Ok(Self::ForeignPermanentResident(Number(number)))
            }
            DocumentKind::Passport => {
                let ok = (5..=20).contains(&number.len())
                    && number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
                if ok { Ok(Self::Passport(Number(number))) } else { Err(form) }
            }
            DocumentKind::HongKongMacaoPermit => {
                let rest = number.strip_prefix(['H', 'M']).ok_or(form)?;
                let ok = matches!(rest.len(), 8 | 10) && is_digits(rest);
                if ok { Ok(Self::HongKongMacaoPermit(Number(number))) } else { Err(form) }
            }
            DocumentKind::TaiwanPermit => {
                let ok = match number.len() {
                    8 | 10 => is_digits(&number),
                    11 => number.split_at_checked(10).is_some_and(|(digits, letter)| {
                        is_digits(digits) && letter.bytes().all(|b| b.is_ascii_uppercase())
                    }),
                    _ => false,
                };
                if ok { Ok(Self::TaiwanPermit(Number(number))) } else { Err(form) }
            }
        }
    }

    /// Which document it is.
    pub const fn kind(&self) -> DocumentKind {
        match self {
            Self::ResidentId(_) => DocumentKind::ResidentId,
            Self::ResidencePermit(_) => DocumentKind::ResidencePermit,
            Self::ForeignPermanentResident(_) => DocumentKind::ForeignPermanentResident,
            Self::Passport(_) => DocumentKind::Passport,
            Self::HongKongMacaoPermit(_) => DocumentKind::HongKongMacaoPermit,
            Self::TaiwanPermit(_) => DocumentKind::TaiwanPermit,
        }
    }

    /// The number itself: personal data, for sealed values and providers only.
    pub fn expose(&self) -> &str {
        match self {
            Self::ResidentId(id) | Self::ResidencePermit(id) => id.expose(),
            Self::ForeignPermanentResident(number)
            | Self::Passport(number)
            | Self::HongKongMacaoPermit(number)
            | Self::TaiwanPermit(number) => &number.0,
        }
    }

    /// What the signer is asked for; `None` for a document that ends in a letter other than
    /// `X`, which is asked for whole.
    pub fn last_four(&self) -> Option<LastFour> {
        LastFour::of(self.expose())
    }

    /// What a person should look at although the number is valid. Only resident numbers say a place,
    /// and only numbers of 18 characters a day of birth.
    pub fn hints(&self, today: NaiveDate) -> Vec<ResidentIdHint> {
        if let Self::ResidentId(id) = self {
            return id.hints(today);
        }
        self.born().and_then(|born| ResidentIdHint::of_age(born, today)).into_iter().collect()
    }

    /// The day of birth, where the number says one.
    pub fn born(&self) -> Option<NaiveDate> {
        match self {
            Self::ResidentId(id) | Self::ResidencePermit(id) => Some(id.born()),
            Self::ForeignPermanentResident(Number(number)) => born_by(number),
            _ => None,
        }
    }

    /// Whether a passport has the form of one that China issues (a hint only).
    pub fn looks_chinese(&self) -> bool {
        let Self::Passport(Number(number)) = self else { return false };
        let Some(rest) = number.strip_prefix(['E', 'G', 'D', 'S', 'P']) else { return false };
        let digits = rest.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(rest);
        matches!(digits.len(), 7 | 8) && is_digits(digits)
    }
}

/// A number, or a part of one, as documents print it: half-width and in capitals, without the
/// space around it. It may still be no number.
pub fn as_printed(typed: &str) -> String {
    upper_half_width(typed)
}

/// The card of 2017: three letters and twelve digits. The card of 2023: `9`, two digits of
/// province, three of country (ISO 3166-1), eight of birth, three of sequence, a check.
fn foreign_permanent_resident(number: &str, today: NaiveDate) -> Result<(), PersonalDocumentError> {
    let kind = DocumentKind::ForeignPermanentResident;
    let form = PersonalDocumentError::Form(kind);
    match number.len() {
        15 => {
            let (letters, digits) = number.split_at_checked(3).ok_or(form)?;
            let ok = letters.bytes().all(|b| b.is_ascii_uppercase()) && is_digits(digits);
            if ok { Ok(()) } else { Err(form) }
        }
        18 if number.starts_with('9') && number.get(..17).is_some_and(is_digits) => {
            let born = born_by(number).ok_or(ResidentIdError::BirthDate)?;
            if born > today {
                return Err(ResidentIdError::BirthDate.into());
            }
            if mod_11_2::fits(number) { Ok(()) } else { Err(PersonalDocumentError::Checksum(kind)) }
        }
        _ => Err(form),
    }
}

/// The day of birth in a number of 18 characters.
fn born_by(number: &str) -> Option<NaiveDate> {
    let birth = number.get(6..14).filter(|_| number.len() == 18)?;
    NaiveDate::parse_from_str(birth, "%Y%m%d").ok()
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Debug for PersonalDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalDocument({:?}, …)", self.kind())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Number(…)")
    }
}

impl Explain for PersonalDocumentError {
    fn code(&self) -> &'static str {
        match self {
            Self::ResidentId(error) => error.code(),
            Self::Form(_) => "document_form",
            Self::Checksum(_) => "id_checksum",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match (self, language) {
            (Self::ResidentId(error), _) => error.explain(language),
            (Self::Form(kind), Language::Zh) => Explanation::new(
                format!("这不是{}的号码格式。", kind.name(language)),
                "请核对号码，或改选证件类型。",
            ),
            (Self::Form(kind), Language::En) => Explanation::new(
                format!("This is not the form of a number of a {}.", kind.name(language)),
                "Check the number, or choose another type of document.",
            ),
            (Self::Checksum(_), Language::Zh) => Explanation::new(
                "证件号码校验不通过，可能有一位输错。",
                "请对照证件逐位核对后重新输入。",
            ),
            (Self::Checksum(_), Language::En) => Explanation::new(
                "The number does not fit its check character; one character may be mistyped.",
                "Compare it with the document, character by character, and type it again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
