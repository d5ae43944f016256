//! Administrative divisions by their code of GB/T 2260, with their history.
//!
//! A card keeps the code of the day it was issued: `330185` (临安市) stays valid although the
//! district of today is `330112` (domain.md 3.1, edge case 50). So a code that the table does
//! not know is a hint and never a reason to refuse; only the province is.

use std::fmt;

/// The first two digits that exist (domain.md 3.1).
const PROVINCES: &[u8] = &[
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83,
];
const TABLE: &str = include_str!("../data/regions.tsv");

/// A code of six digits whose province exists.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RegionCode(u32);

/// One entry of the table: what a code meant in some years.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Division {
    /// The code of six digits.
    pub code: RegionCode,
    /// Its name without those of the divisions above it.
    pub name: &'static str,
    /// The first year in which it was given; `None`: since before 1980.
    pub first_year: Option<u16>,
    /// The last year in which it was given; `None`: still is.
    pub last_year: Option<u16>,
}

impl Division {
    /// Whether the code was given in this year.
    pub fn existed_in(&self, year: u16) -> bool {
        self.first_year.is_none_or(|first| first <= year)
            && self.last_year.is_none_or(|last| year <= last)
    }
}

impl RegionCode {
    /// Reads six digits; `None` where the province does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let code: u32 = text.parse().ok()?;
        let province = u8::try_from(code / 10_000).ok()?;
        PROVINCES.contains(&province).then_some(Self(code))
    }

    /// What the code meant, oldest first; empty where the table does not know it.
    pub fn divisions(self) -> impl Iterator<Item = Division> {
        all_divisions().filter(move |division| division.code == self)
    }

    /// Whether the table knows the code from any year.
    pub fn is_known(self) -> bool {
        self.divisions().next().is_some()
    }

    /// What the code was called in this year, else what it was called last.
    pub fn name_in(self, year: u16) -> Option<&'static str> {
        let mut last = None;
        for division in self.divisions() {
            if division.existed_in(year) {
                return Some(division.name);
            }
            last = Some(division.name);
        }
        last
    }

    /// Whether the code is that of a residence permit for people from Hong Kong (810000),
    /// Macao (820000) or Taiwan (830000).
    pub const fn is_residence_permit(self) -> bool {
        matches!(self.0, 810_000 | 820_000 | 830_000)
    }

    /// Whether it is that of a province or a city, and not of a district or county.
    pub(crate) const fn is_of_a_city_or_above(self) -> bool {
        self.0.is_multiple_of(100)
    }

    /// The division of the level above: the city of a district, the province of a city.
    pub const fn parent(self) -> Option<Self> {
        if !self.0.is_multiple_of(100) {
            Some(Self(self.0 - self.0 % 100))
        } else if !self.0.is_multiple_of(10_000) {
            Some(Self(self.0 - self.0 % 10_000))
        } else {
            None
        }
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// Every entry of the table, by code and then by year.
pub fn all_divisions() -> impl Iterator<Item = Division> {
    TABLE.lines().filter_map(division)
}

fn division(line: &'static str) -> Option<Division> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = line.split('\t');
    let code = RegionCode::parse(fields.next()?)?;
    let first_year = fields.next()?.parse().ok();
    let last_year = fields.next()?.parse().ok();
    Some(Division { code, name: fields.next()?, first_year, last_year })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        RegionCode::parse(text).unwrap()
    }

    #[test]
    fn edge_case_50_a_retired_code_keeps_its_name_and_its_years() {
        let city = code("330185").divisions().next().unwrap();
        assert_eq!((city.name, city.last_year), ("临安市", Some(2016)));
        assert!(city.existed_in(2010) && !city.existed_in(2018));
        assert_eq!(code("330112").name_in(2026), Some("临安区"));
        assert_eq!(code("330185").name_in(2026), Some("临安市"));
    }

    #[test]
    fn a_province_that_does_not_exist_is_no_code_and_an_unknown_county_is() {
        for wrong in ["930112", "000000", "33011", "3301120", "0330112", "33o112", "+33011"] {
            assert_eq!(RegionCode::parse(wrong), None, "{wrong}");
        }
        assert!(!code("330199").is_known());
        for known in ["330112", "330185"] {
            assert!(code(known).is_known());
            assert_eq!(code(known).to_string(), known);
        }
        assert!(code("710000").divisions().next().is_none(), "the table has no Taiwan");
    }

    #[test]
    fn every_line_of_the_table_is_an_entry_and_they_stand_in_order() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let divisions: Vec<_> = all_divisions().collect();
        assert_eq!(divisions.len(), lines);
        assert!(divisions.is_sorted_by_key(|division| division.code));
        assert!(lines > 6_000);
    }

    #[test]
    fn a_district_lies_in_its_city_and_a_city_in_its_province() {
        assert_eq!(code("330112").parent(), Some(code("330100")));
        assert_eq!(code("330100").parent(), Some(code("330000")));
        assert_eq!(code("330000").parent(), None);
    }
}
