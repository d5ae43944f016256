//! What people call a company, where there is little room: its name without the place in front and the kind of body
//! behind (domain.md 7.3, 公司简称).
//!
//! Two companies can be called the same. So it stands in text messages only, and whatever they lead to has the name whole.

use crate::company_name::ORGANISATION_FORMS;
use crate::name_declaration::short_of;
use crate::region::{Division, RegionCode, all_divisions};

/// With fewer characters it would be an industry, or half of a trade name.
const FEWEST: usize = 4;
/// A province, a city, a district.
const LEVELS: usize = 3;
/// Whose form is told all the same: without it a branch reads as another company.
const BRANCH: &str = "分公司";
/// Shorter names (城区, 新区, 沧县) begin trade names and industries as well.
const FEWEST_OF_A_PLACE: usize = 3;

/// The name in short; `None` where nothing shorter is left that says which company it is.
pub fn in_short(name: &str) -> Option<&str> {
    let name = name.trim();
    let mut forms = ORGANISATION_FORMS.iter().filter(|form| **form != BRANCH);
    let without_form = forms.find_map(|form| name.strip_suffix(*form));
    let mut short = without_form.filter(|rest| is_enough(rest)).unwrap_or(name);
    let mut above: Option<Vec<RegionCode>> = None;
    for _ in 0..LEVELS {
        let behind = behind_a_place(short, above.as_deref());
        let Some((rest, places)) = behind.filter(|(rest, _)| is_enough(rest)) else { break };
        short = rest;
        above = Some(places);
    }
    (short.len() < name.len()).then_some(short)
}

fn is_enough(rest: &str) -> bool {
    rest.chars().count() >= FEWEST
}

/// What stands behind the longest name of a place, of today or of before, with which the text begins, and which places
/// are called so.
fn behind_a_place<'a>(
    text: &'a str,
    above: Option<&[RegionCode]>,
) -> Option<(&'a str, Vec<RegionCode>)> {
    let mut longest = "";
    let mut places = Vec::new();
    for division in all_divisions() {
        for name in names_of(&division, above).into_iter().flatten() {
            if name.len() < longest.len() || !text.starts_with(name) {
                continue;
            }
            if name.len() > longest.len() {
                longest = name;
                places.clear();
            }
            places.push(division.code);
        }
    }
    if places.is_empty() { None } else { Some((text.strip_prefix(longest)?, places)) }
}

/// By which names a place can stand there. In front a province or a city goes without 省 or 市; a district does not, for
/// its name without 区 is often a trade name (长安, 平安, 新华). Behind a place only what lies in it is a place.
fn names_of(division: &Division, above: Option<&[RegionCode]>) -> [Option<&'static str>; 2] {
    let name = division.name;
    let Some(above) = above else {
        let is_whole = name.chars().count() >= FEWEST_OF_A_PLACE;
        let short = short_of(name).filter(|_| division.code.is_of_a_city_or_above());
        return [is_whole.then_some(name), short];
    };
    let city = division.code.parent();
    let province = city.and_then(RegionCode::parent);
    let is_inside = [city, province].into_iter().flatten().any(|around| above.contains(&around));
    [is_inside.then_some(name), None]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_called_by_trade_name_and_industry() {
        for (name, short) in [
            ("杭州示例青穗茶业有限公司", "示例青穗茶业"),
            ("杭州市临安区青穗茶业有限公司", "青穗茶业"),
            ("浙江省杭州市临安区青穗茶业股份有限公司", "青穗茶业"),
            ("临安市青穗茶业有限责任公司", "青穗茶业"),
            ("杭州示例投资合伙企业（有限合伙）", "示例投资合伙企业"),
            ("青穗茶业有限公司", "青穗茶业"),
        ] {
            assert_eq!(in_short(name), Some(short), "{name}");
        }
    }

    #[test]
    fn where_too_little_would_be_left_a_name_is_not_shortened() {
        // 桐庐 is a county: what stands behind it is an industry and says nothing.
        assert_eq!(in_short("桐庐茶业有限公司"), Some("桐庐茶业"));
        for name in ["杭州茶业", "青穗茶业", "示例（杭州）茶业", "Tea Co.", ""] {
            assert_eq!(in_short(name), None, "{name}");
        }
    }

    #[test]
    fn a_trade_name_that_is_also_a_county_stays() {
        assert_eq!(in_short("杭州市桐庐青穗茶业有限公司"), Some("桐庐青穗茶业"));
    }

    #[test]
    fn what_may_be_the_trade_name_is_not_taken_for_a_place() {
        for (name, short) in [
            // Districts of some cities, and trade names.
            ("长安汽车销售有限公司", Some("长安汽车销售")),
            ("平安普惠投资有限公司", Some("平安普惠投资")),
            ("新华书店连锁有限公司", Some("新华书店连锁")),
            ("临安示例面馆", None),
            // A district of 大同 and of other cities, but not of this one.
            ("杭州城区建设集团有限公司", Some("城区建设集团")),
            ("城区建设集团有限公司", Some("城区建设集团")),
            ("大同市城区青穗茶业有限公司", Some("青穗茶业")),
        ] {
            assert_eq!(in_short(name), short, "{name}");
        }
    }

    #[test]
    fn a_branch_is_not_told_as_its_company() {
        let branch = "杭州市临安区青穗茶业有限公司余杭分公司";
        assert_eq!(in_short(branch), Some("青穗茶业有限公司余杭分公司"));
    }
}
