//! The name of a company to be: declared by the applicant in four parts
//! (企业名称登记管理规定 art. 5 to 11; domain.md 3.6).
//!
//! What is decided here needs no register. Whether an identical name exists in the same
//! industry (art. 17) is asked of the register.

use chrono::{Datelike as _, Months, NaiveDate};
use heqi_vocabulary::{Explain, Explanation, Language};

use crate::characters::is_han;
use crate::company_name::{CompanyName, ORGANISATION_FORMS};
use crate::region::all_divisions;

const REGISTERED_DISTRICT: &str = "区";
/// Words of art. 11 that need no judgement: names of states, parties and armies, and what
/// misleads about them.
const PROHIBITED: &[&str] = &[
    "国家级",
    "最高级",
    "最佳",
    "中共",
    "共产党",
    "解放军",
    "武警",
    "人民法院",
    "检察院",
    "公安局",
    "政府",
    "党委",
    "党中央",
    "国务院",
];
/// Words that only some may use (art. 12).
const RESERVED: &[&str] = &["中国", "中华", "中央", "全国", "国家"];

/// A name declared in four parts that fit each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameDeclaration {
    region: String,
    trade_name: String,
    industry: String,
    form: &'static str,
}

/// Why the parts do not make a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NameDeclarationError {
    /// The region names no place, or a district without its city (art. 7).
    #[error("the region names no place, or a district without its city")]
    Region,
    /// Fewer than two Chinese characters (art. 8).
    #[error("a trade name has at least two Chinese characters")]
    TradeName,
    /// The trade name is the name of a place (art. 8).
    #[error("a trade name is not the name of a place")]
    TradeNameIsRegion,
    /// The trade name is the industry (art. 8).
    #[error("a trade name is not the name of the industry")]
    TradeNameIsIndustry,
    /// No industry, or other than Chinese characters (art. 9).
    #[error("the industry is named in Chinese characters")]
    Industry,
    /// A form of organisation that does not exist (art. 10).
    #[error("there is no such form of organisation")]
    Form,
    /// A word that no company may carry (art. 11).
    #[error("the name holds a word that names of companies may not hold")]
    Prohibited,
    /// A word that needs approval (art. 12).
    #[error("the name holds a word that needs approval")]
    NeedsApproval,
}

impl NameDeclaration {
    /// Joins the four parts as of this day, which decides what places there are.
    ///
    /// # Errors
    /// [`NameDeclarationError`].
    pub fn new(
        region: &str,
        trade_name: &str,
        industry: &str,
        form: &str,
        today: NaiveDate,
    ) -> Result<Self, NameDeclarationError> {
        let [region, trade_name, industry, form] =
            [region, trade_name, industry, form].map(str::trim);
        let form = ORGANISATION_FORMS
            .iter()
            .find(|known| **known == form)
            .ok_or(NameDeclarationError::Form)?;
        if !is_region(region, today) {
            return Err(NameDeclarationError::Region);
        }
        if trade_name.chars().count() < 2 || !trade_name.chars().all(is_han) {
            return Err(NameDeclarationError::TradeName);
        }
        if industry.is_empty() || !industry.chars().all(is_han) {
            return Err(NameDeclarationError::Industry);
        }
        if trade_name == industry {
            return Err(NameDeclarationError::TradeNameIsIndustry);
        }
        let holds = |words: &[&str]| {
            words.iter().any(|word| trade_name.contains(word) || industry.contains(word))
        };
        if holds(PROHIBITED) {
            return Err(NameDeclarationError::Prohibited);
        }
        if holds(RESERVED) {
            return Err(NameDeclarationError::NeedsApproval);
        }
        if is_name_of_a_place(trade_name, today) {
            return Err(NameDeclarationError::TradeNameIsRegion);
        }
        Ok(Self {
            region: region.to_owned(),
            trade_name: trade_name.to_owned(),
            industry: industry.to_owned(),
            form,
        })
    }

    /// The whole name; `None` where it is longer than registers allow.
    pub fn name(&self) -> Option<CompanyName> {
        let Self { region, trade_name, industry, form } = self;
        CompanyName::parse(&format!("{region}{trade_name}{industry}{form}")).ok()
    }
}

/// How long a declared name is kept for the applicant: two months, a year where the business
/// needs approval first (art. 18).
pub fn reserved_until(declared: NaiveDate, needs_approval_first: bool) -> Option<NaiveDate> {
    declared.checked_add_months(Months::new(if needs_approval_first { 12 } else { 2 }))
}

/// Whether the text is a province, a city, a city with its province, or a district behind its
/// city; every level with or without its last character (杭州市, 杭州).
fn is_region(text: &str, today: NaiveDate) -> bool {
    let year = u16::try_from(today.year()).unwrap_or(u16::MAX);
    all_divisions().filter(|division| division.existed_in(year)).any(|division| {
        let parent = division.code.parent();
        let Some(rest) = behind(text, division.name) else { return false };
        let is_district = !division.code.to_string().ends_with("00");
        match (rest, parent) {
            // A county or a city of a county stands alone; a district needs its city.
            ("", _) => !is_district || !division.name.ends_with(REGISTERED_DISTRICT),
            (before, Some(parent)) => ancestors(parent, year).any(|name| before_is(before, name)),
            (_, None) => false,
        }
    })
}

/// The names of a division and of the one above it.
fn ancestors(code: crate::region::RegionCode, year: u16) -> impl Iterator<Item = &'static str> {
    [Some(code), code.parent()].into_iter().flatten().filter_map(move |code| code.name_in(year))
}

/// What stands before `name` (or `name` without its last character) at the end of the text.
fn behind<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_suffix(name).or_else(|| {
        let short = short_of(name)?;
        text.strip_suffix(short)
    })
}

fn before_is(before: &str, name: &str) -> bool {
    before == name || short_of(name) == Some(before)
}

/// The name without 省, 市, 区 or 县; `None` where one character would be left.
pub(crate) fn short_of(name: &str) -> Option<&str> {
    let short = name.strip_suffix(['省', '市', '区', '县'])?;
    (short.chars().count() >= 2).then_some(short)
}

fn is_name_of_a_place(text: &str, today: NaiveDate) -> bool {
    let year = u16::try_from(today.year()).unwrap_or(u16::MAX);
    all_divisions()
        .filter(|division| division.existed_in(year) && division.name.chars().count() >= 3)
        .any(|division| division.name == text || short_of(division.name) == Some(text))
}

impl Explain for NameDeclarationError {
    fn code(&self) -> &'static str {
        match self {
            Self::Region => "name_region",
            Self::TradeName => "name_trade_name",
            Self::TradeNameIsRegion => "name_trade_name_is_region",
            Self::TradeNameIsIndustry => "name_trade_name_is_industry",
            Self::Industry => "name_industry",
            Self::Form => "name_form",
            Self::Prohibited => "name_prohibited",
            Self::NeedsApproval => "name_needs_approval",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        let (zh, en) = match self {
            Self::Region => (
                ("行政区划名称有误，或区名前没有市名。", "请填写如“杭州市临安区”的完整行政区划。"),
                (
                    "The region names no place, or a district without its city.",
                    "Give it whole, for example 杭州市临安区.",
                ),
            ),
            Self::TradeName => (
                ("字号应由两个以上规范汉字组成。", "请重新拟定字号。"),
                ("A trade name has at least two Chinese characters.", "Choose another."),
            ),
            Self::TradeNameIsRegion => (
                ("字号不得是行政区划名称。", "请重新拟定字号。"),
                ("A trade name is not the name of a place.", "Choose another."),
            ),
            Self::TradeNameIsIndustry => (
                ("字号不得是行业或经营特点的名称。", "请重新拟定字号。"),
                ("A trade name is not the name of the industry.", "Choose another."),
            ),
            Self::Industry => (
                ("请用汉字表明行业或经营特点。", "例如“茶业”“餐饮”。"),
                ("The industry is named in Chinese characters.", "For example 茶业 or 餐饮."),
            ),
            Self::Form => (
                ("没有这种组织形式。", "请从列表中选择，例如“有限公司”。"),
                (
                    "There is no such form of organisation.",
                    "Choose one of the list, for example 有限公司.",
                ),
            ),
            Self::Prohibited => (
                (
                    "名称中含有企业名称不得使用的词语。",
                    "请改用其他词语（企业名称登记管理规定第十一条）。",
                ),
                (
                    "The name holds a word that names of companies may not hold.",
                    "Choose other words (art. 11 of the regulations on names of enterprises).",
                ),
            ),
            Self::NeedsApproval => (
                (
                    "名称中含有须经批准才能使用的词语。",
                    "请改用其他词语，或到登记机关申请（第十二条）。",
                ),
                (
                    "The name holds a word that needs approval.",
                    "Choose other words, or apply to the registration authority (art. 12).",
                ),
            ),
        };
        let (what, next) = match language {
            Language::Zh => zh,
            Language::En => en,
        };
        Explanation::new(what, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
    }

    fn declare(
        region: &str,
        trade: &str,
        industry: &str,
    ) -> Result<NameDeclaration, NameDeclarationError> {
        NameDeclaration::new(region, trade, industry, "有限公司", today())
    }

    #[test]
    fn four_parts_make_the_name() {
        let declared = declare("杭州市临安区", "青穗", "茶业").unwrap();
        assert_eq!(declared.name().unwrap().as_str(), "杭州市临安区青穗茶业有限公司");
        for region in [
            "杭州",
            "杭州市",
            "浙江",
            "浙江省",
            "浙江省杭州市",
            "杭州临安",
            "桐庐县",
            "建德市",
            "广西壮族自治区",
        ] {
            assert!(declare(region, "青穗", "茶业").is_ok(), "{region}");
        }
    }

    #[test]
    fn a_district_needs_its_city_and_a_place_must_exist_today() {
        for region in ["临安区", "上海市临安区", "某某市", "", "临安市"] {
            assert_eq!(
                declare(region, "青穗", "茶业").unwrap_err(),
                NameDeclarationError::Region,
                "{region}"
            );
        }
    }

    #[test]
    fn a_trade_name_is_neither_a_place_nor_the_industry_nor_a_single_character() {
        for (trade, reason) in [
            ("穗", NameDeclarationError::TradeName),
            ("Tea", NameDeclarationError::TradeName),
            ("杭州", NameDeclarationError::TradeNameIsRegion),
            ("临安区", NameDeclarationError::TradeNameIsRegion),
            ("茶业", NameDeclarationError::TradeNameIsIndustry),
            ("最佳青穗", NameDeclarationError::Prohibited),
            ("中国青穗", NameDeclarationError::NeedsApproval),
        ] {
            assert_eq!(declare("杭州", trade, "茶业").unwrap_err(), reason, "{trade}");
        }
        let form = NameDeclaration::new("杭州", "青穗", "茶业", "无限公司", today()).unwrap_err();
        assert_eq!(form, NameDeclarationError::Form);
        assert_eq!(declare("杭州", "青穗", "").unwrap_err(), NameDeclarationError::Industry);
    }

    #[test]
    fn a_name_is_kept_two_months_and_a_year_before_an_approval() {
        let declared = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
        assert_eq!(reserved_until(declared, false), NaiveDate::from_ymd_opt(2027, 2, 28));
        assert_eq!(reserved_until(declared, true), NaiveDate::from_ymd_opt(2027, 12, 31));
    }

    #[test]
    fn a_place_of_the_past_and_a_place_of_two_characters_may_be_trade_names() {
        for trade in ["崇文", "崇文区", "临安市", "城区", "矿区"] {
            assert!(declare("杭州", trade, "茶业").is_ok(), "{trade}");
        }
        let then = NaiveDate::from_ymd_opt(2009, 1, 1).unwrap();
        for trade in ["崇文", "崇文区"] {
            let refused =
                NameDeclaration::new("杭州", trade, "茶业", "有限公司", then).unwrap_err();
            assert_eq!(refused, NameDeclarationError::TradeNameIsRegion, "{trade}");
        }
    }
}
