//! With what a company seals, and what is known of it: the words of records and forms, and what
//! people read.

use heqi_evidence::attestation::SealKind;
use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

/// With what the company seals.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum SealChoice {
    /// 电子营业执照.
    ElectronicLicence,
    /// 电子印章.
    ElectronicSeal,
    /// 盖章扫描件, a picture.
    Scan,
    /// None here.
    None,
}

impl SealChoice {
    /// Every choice, in the order in which they are offered.
    pub const ALL: [Self; 4] =
        [Self::ElectronicLicence, Self::ElectronicSeal, Self::Scan, Self::None];

    /// The word in records and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ElectronicLicence => "electronic_licence",
            Self::ElectronicSeal => "electronic_seal",
            Self::Scan => "scan",
            Self::None => "none",
        }
    }

    /// The choice with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == word)
    }

    /// What people read. A scan says everywhere that it is a picture.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::ElectronicLicence => language.pick("电子营业执照", "electronic business licence"),
            Self::ElectronicSeal => language.pick("电子印章", "electronic seal"),
            Self::Scan => {
                language.pick("盖章扫描件（仅为图像）", "scan of a stamp (a picture only)")
            }
            Self::None => language.pick("未在线加盖", "none given online"),
        }
    }

    /// What a seal service is to answer with; `None`: it is not asked.
    pub(super) const fn asked(self) -> Option<SealKind> {
        match self {
            Self::ElectronicLicence => Some(SealKind::ElectronicLicence),
            Self::ElectronicSeal => Some(SealKind::ElectronicSeal),
            Self::Scan | Self::None => None,
        }
    }
}

/// What is known of the seal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum SealOutcome {
    /// The seal service says of every document that it was sealed so.
    Verified,
    /// It says of one that it was not, or with something else.
    NotSealed,
    /// Nobody answered, or nobody is asked.
    Unverified,
    /// It is a picture.
    ImageOnly,
    /// There is none.
    None,
}

impl SealOutcome {
    /// The word in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::NotSealed => "not_sealed",
            Self::Unverified => "unverified",
            Self::ImageOnly => "image_only",
            Self::None => "none",
        }
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::Verified => {
                language.pick("已由印章服务机构核验", "confirmed by the seal service")
            }
            Self::NotSealed => language.pick(
                "印章服务机构答复：未对全部文件加盖",
                "the seal service answered that not every document is sealed so",
            ),
            Self::Unverified => language.pick("未能核验", "not verified"),
            Self::ImageOnly => {
                language.pick("仅为图像，不能证明加盖", "a picture only: it proves no seal")
            }
            Self::None => language.pick("由登记机关核对", "left to the registry"),
        }
    }
}
