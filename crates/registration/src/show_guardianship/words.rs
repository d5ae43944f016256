//! What a guardian is, by what it is proved, and how old the ward is: the words of records and forms,
//! and what people read.

use chrono::NaiveDate;
use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

/// What the guardian is to the ward.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum GuardianRelation {
    /// A parent (民法典 art. 27, first paragraph).
    Parent,
    /// Grandparents, or a brother or sister (art. 27, second paragraph).
    Kin,
    /// Designated by committee, civil affairs or court (art. 31).
    Designated,
}

impl GuardianRelation {
    /// Every relation, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Parent, Self::Kin, Self::Designated];

    /// The word in records and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Kin => "kin",
            Self::Designated => "designated",
        }
    }

    /// The relation with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.code() == word)
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::Parent => language.pick("父母", "parent"),
            Self::Kin => language.pick(
                "祖父母、外祖父母、兄、姐（父母已死亡或者没有监护能力）",
                "grandparent, brother or sister (the parents have died or cannot act)",
            ),
            Self::Designated => language.pick("指定监护人", "designated guardian"),
        }
    }
}

/// By what it is proved.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum GuardianProof {
    /// 户口簿.
    HouseholdRegister,
    /// 出生医学证明.
    BirthCertificate,
    /// 指定监护文书.
    Designation,
}

impl GuardianProof {
    /// Every proof, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::HouseholdRegister, Self::BirthCertificate, Self::Designation];

    /// The word in records and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HouseholdRegister => "household_register",
            Self::BirthCertificate => "birth_certificate",
            Self::Designation => "designation",
        }
    }

    /// The proof with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.code() == word)
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::HouseholdRegister => language.pick("户口簿", "household register"),
            Self::BirthCertificate => language.pick("出生医学证明", "medical certificate of birth"),
            Self::Designation => {
                language.pick("指定监护的决定或裁判文书", "decision or judgment that designates")
            }
        }
    }
}

/// How old the ward is by the number, in the years at which the law changes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum WardAge {
    /// Without capacity: the guardian acts (民法典 art. 20).
    #[serde(rename = "under_8")]
    Under8,
    /// The guardian acts or consents (art. 19); data need the guardian's consent (个人信息保护法 art. 31).
    #[serde(rename = "under_14")]
    Under14,
    /// The guardian acts or consents.
    #[serde(rename = "under_18")]
    Under18,
    /// The number says no day of birth: the proof does.
    Unknown,
}

impl WardAge {
    /// The word in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Under8 => "under_8",
            Self::Under14 => "under_14",
            Self::Under18 => "under_18",
            Self::Unknown => "unknown",
        }
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::Under8 => language.pick("不满8周岁", "younger than 8"),
            Self::Under14 => language.pick("8周岁以上不满14周岁", "8 to 13 years old"),
            Self::Under18 => language.pick("14周岁以上不满18周岁", "14 to 17 years old"),
            Self::Unknown => language
                .pick("号码不含出生日期，以证明文件为准", "not in the number: see the proof"),
        }
    }

    /// `None`: of age.
    pub(super) fn of(born: Option<NaiveDate>, today: NaiveDate) -> Option<Self> {
        let Some(born) = born else { return Some(Self::Unknown) };
        match today.years_since(born).unwrap_or(0) {
            ..8 => Some(Self::Under8),
            8..14 => Some(Self::Under14),
            14..18 => Some(Self::Under18),
            _ => None,
        }
    }
}

/// What the guardian states and consents to, with its place `{ward}`. The Chinese text prevails.
pub const fn guardian_statement(language: Language) -> &'static str {
    language.pick(
        "我是{ward}的监护人，所填写的监护关系和提交的证明属实。我同意签署平台和公证机构为本次签署处理{ward}的姓名、证件号码和监护关系证明；{ward}不满14周岁的，我以监护人身份单独同意处理其个人信息。不对{ward}进行人脸识别，证明只供核验人员查看。",
        "I am the guardian of {ward}; the relation given here and the proof are true. I consent that platform and notary office process name, number and this proof for the signing; where {ward} is younger than 14, I consent separately, as the guardian, to the processing of the ward's data. No face of {ward} is taken, and only reviewers look at the proof.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_case_8_the_years_at_which_the_law_changes_change_on_the_birthday() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let age = |today: &str| WardAge::of(Some(day("2015-01-02")), day(today));
        assert_eq!(age("2023-01-01"), Some(WardAge::Under8));
        assert_eq!(age("2023-01-02"), Some(WardAge::Under14));
        assert_eq!(age("2029-01-01"), Some(WardAge::Under14));
        assert_eq!(age("2029-01-02"), Some(WardAge::Under18));
        assert_eq!(age("2033-01-01"), Some(WardAge::Under18));
        assert_eq!(age("2033-01-02"), None);
        assert_eq!(WardAge::of(None, day("2026-11-23")), Some(WardAge::Unknown));
    }

    #[test]
    fn the_word_of_each_choice_is_its_word_in_json() {
        for age in [WardAge::Under8, WardAge::Under14, WardAge::Under18, WardAge::Unknown] {
            assert_eq!(serde_json::to_value(age).unwrap(), age.code());
        }
        for relation in GuardianRelation::ALL {
            assert_eq!(serde_json::to_value(relation).unwrap(), relation.code());
            assert_eq!(GuardianRelation::of(relation.code()), Some(relation));
        }
        for proof in GuardianProof::ALL {
            assert_eq!(serde_json::to_value(proof).unwrap(), proof.code());
            assert_eq!(GuardianProof::of(proof.code()), Some(proof));
        }
    }
}
