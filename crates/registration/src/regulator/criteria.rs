//! What is looked for, as typed and as parsed. Names of people are never looked for alone: a name
//! fits many, and whoever may search knows the number of the document.

use chrono::NaiveDate;
use heqi_identity::Uscc;
use heqi_identity::uscc::UsccError;
use heqi_vocabulary::{FilingNo, UtcMillis, VoucherNo};
use serde::{Deserialize, Serialize};

use super::basis::{BasisError, CaseNumber, LegalBasis};
use crate::contacts::IdNumber;
use crate::fault::{ActError, Class, Fault};
use crate::ledger;
use crate::platform::Platform;
use crate::rows;
use crate::search_index::{FragmentError, NameFragment, PersonDigest, Sought};
use crate::wording::{Told, refusals, say};

/// A search as it was typed into its form.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct TypedSearch {
    /// Law and article.
    pub basis: String,
    /// The number of the case.
    pub case_number: String,
    /// Part of a company's name.
    pub company: String,
    /// The code of a company.
    pub code: String,
    /// The number of a filing, or of a voucher.
    pub number: String,
    /// The name of a person; counts with a document number only.
    pub person_name: String,
    /// The number of that person's document.
    pub person_number: String,
    /// The first day, `yyyy-mm-dd`.
    pub from: String,
    /// The last day.
    pub until: String,
}

/// Why a search is not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CriteriaError {
    /// The legal basis or the case.
    #[error(transparent)]
    Basis(#[from] BasisError),
    /// Part of a company's name.
    #[error(transparent)]
    Fragment(#[from] FragmentError),
    /// The code of a company.
    #[error("the code of the company is malformed")]
    Code,
    /// The number of a filing or voucher.
    #[error("this is neither a number of a filing nor of a voucher")]
    Number,
    /// A name without a document.
    #[error("a person is searched by a document number")]
    NameAlone,
    /// The document's number.
    #[error("the document number is malformed")]
    PersonNumber,
    /// A day.
    #[error("a day is malformed, or the last one lies before the first")]
    Days,
    /// Nothing is looked for.
    #[error("nothing is looked for")]
    Nothing,
}

impl CriteriaError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Basis(error) => return Told::By(error),
            Self::Fragment(error) => return Told::By(error),
            Self::Code => say(
                "criteria_code",
                ["统一社会信用代码有误，未进行查询。", "请核对18位代码；不使用字母I、O、S、V、Z。"],
                [
                    "The credit code is wrong; nothing was searched.",
                    "Check its 18 characters; it has no letters I, O, S, V and Z.",
                ],
            ),
            Self::Number => say(
                "criteria_number",
                ["办件码或签署凭证号有误，未进行查询。", "请核对8位办件码，或以PZ开头的凭证号。"],
                [
                    "The number of the filing or voucher is wrong; nothing was searched.",
                    "Check the 8 digits of the filing, or the voucher that begins with PZ.",
                ],
            ),
            Self::NameAlone => say(
                "criteria_name_alone",
                [
                    "不能仅凭姓名查询个人，未进行查询：同名者众多，查询不得超出履职所必需的范围（《个人信息保护法》第三十四条）。",
                    "请同时填写该人的证件号码。",
                ],
                [
                    "A person is not searched by name alone; nothing was searched: many share a name, and a search must not go beyond what the duty needs (Personal Information Protection Law, art. 34).",
                    "Type the number of the person's document as well.",
                ],
            ),
            Self::PersonNumber => say(
                "criteria_person_number",
                ["证件号码格式不正确，未进行查询。", "请核对后重新填写；不支持部分号码查询。"],
                [
                    "The document number is malformed; nothing was searched.",
                    "Check it and type it whole: parts of numbers cannot be searched.",
                ],
            ),
            Self::Days => say(
                "criteria_days",
                ["起止日期有误，未进行查询。", "请按年-月-日填写，截止日期不早于开始日期。"],
                [
                    "The days are wrong; nothing was searched.",
                    "Write year-month-day, the last day not before the first.",
                ],
            ),
            Self::Nothing => say(
                "criteria_missing",
                ["未填写任何查询条件，未进行查询。", "请至少填写一项。"],
                ["Nothing to look for was given; nothing was searched.", "Fill in one field at least."],
            ),
        }
        .is(Class::BadInput)
    }
}

refusals!(CriteriaError);

/// What is looked for, and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Search {
    /// Law and article.
    pub basis: LegalBasis,
    /// The case.
    pub case_number: CaseNumber,
    /// What is looked for.
    pub criteria: Criteria,
}

/// What is looked for. The person stands in it as a digest only.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Criteria {
    /// Part of a company's name, as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The code of a company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Uscc>,
    /// The number of a filing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing_number: Option<FilingNo>,
    /// The number of a voucher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<VoucherNo>,
    /// The first day (Asia/Shanghai).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonDigest>,
}

impl Search {
    /// Parses what was typed.
    ///
    /// # Errors
    /// The first thing that is wrong, legal basis and case before everything else.
    pub fn parse(platform: &Platform, typed: &TypedSearch) -> Result<Self, CriteriaError> {
        let (basis, case_number) = (typed.basis.parse()?, typed.case_number.parse()?);
        let number = Some(typed.number.trim()).filter(|text| !text.is_empty());
        let (filing_number, voucher) = match number {
            None => (None, None),
            Some(text) => match (text.parse::<FilingNo>(), text.parse::<VoucherNo>()) {
                (Ok(number), _) => (Some(number), None),
                (_, Ok(voucher)) => (None, Some(voucher)),
                _ => return Err(CriteriaError::Number),
            },
        };
        let criteria = Criteria {
            company: fragment(&typed.company)?,
            code: given(&typed.code)
                .map(Uscc::parse)
                .transpose()
                .map_err(|_: UsccError| CriteriaError::Code)?,
            filing_number,
            voucher,
            from: day(&typed.from)?,
            until: day(&typed.until)?,
            person: person(platform, &typed.person_name, &typed.person_number)?,
        };
        if criteria == Criteria::default() {
            return Err(CriteriaError::Nothing);
        }
        if criteria.from.zip(criteria.until).is_some_and(|(from, until)| until < from) {
            return Err(CriteriaError::Days);
        }
        Ok(Self { basis, case_number, criteria })
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn fragment(text: &str) -> Result<Option<String>, FragmentError> {
    let Some(text) = given(text) else { return Ok(None) };
    text.parse::<NameFragment>().map(|_| Some(text.to_owned()))
}

fn day(text: &str) -> Result<Option<NaiveDate>, CriteriaError> {
    let parse = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d");
    given(text).map(parse).transpose().map_err(|_| CriteriaError::Days)
}

fn person(
    platform: &Platform,
    name: &str,
    number: &str,
) -> Result<Option<PersonDigest>, CriteriaError> {
    let keys = platform.person_keys();
    match (given(name), given(number)) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(CriteriaError::NameAlone),
        (name, Some(number)) => {
            let number: IdNumber = number.parse().map_err(|_| CriteriaError::PersonNumber)?;
            let number = number.as_str();
            Ok(Some(match name {
                Some(name) => keys.of_person(name, number),
                None => keys.of_number(number),
            }))
        }
    }
}

impl Criteria {
    /// What is asked of the index. `None`: a voucher that is looked for does not exist, or belongs
    /// to another filing than the one looked for.
    pub(crate) async fn sought(&self, platform: &Platform) -> Result<Option<Sought>, ActError> {
        let mut number = self.filing_number;
        if let Some(voucher) = self.voucher {
            let row = rows::VOUCHERS.durable_row(platform.backend(), &voucher).await;
            let Some(row) = row.map_err(Fault::from)? else { return Ok(None) };
            let filing = ledger::find(platform, row.value).await?.about.filing;
            let found = crate::filings::load(platform, filing).await?.filing.number();
            if number.is_some_and(|number| number != found) {
                return Ok(None);
            }
            number = Some(found);
        }
        let midnight = |day| UtcMillis::shanghai_midnight(day).ok();
        Ok(Some(Sought {
            company: self.company.as_deref().map(str::parse).transpose().map_err(Fault::broken)?,
            code: self.code,
            number,
            person: self.person,
            from: self.from.and_then(midnight),
            before: self.until.and_then(|day| day.succ_opt()).and_then(midnight),
        }))
    }

    /// What the record of the search says in clear: everything but the person.
    pub(crate) fn recorded(&self) -> Result<serde_json::Value, Fault> {
        let mut shown = serde_json::to_value(self).map_err(Fault::broken)?;
        if let Some(members) = shown.as_object_mut() {
            members.remove("person");
        }
        Ok(shown)
    }
}
