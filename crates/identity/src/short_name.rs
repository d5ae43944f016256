//! What people call a company, where there is little room: its name without the place in front and the kind of body
//! behind (domain.md 7.3, 公司简称).
//!
//! Two companies can be called the same. So it stands in text messages only, and whatever they lead to has the name whole.

use crate::company_name::ORGANISATION_FORMS;
use crate::name_declaration::short_of;
use crate::region::all_divisions;

/// With fewer characters it would be an industry, or half of a trade name.
const FEWEST: usize = 4;
/// A province, a city, a district.
const LEVELS: usize = 3;

/// The name in short; `None` where nothing shorter is left that says which company it is.
pub fn in_short(name: &str) -> Option<&str> {
    let name = name.trim();
    let without_form = ORGANISATION_FORMS.iter().find_map(|form| name.strip_suffix(*form));
    let mut short = without_form.filter(|rest| is_enough(rest)).unwrap_or(name);
    for level in 0..LEVELS {
        // Only in front places go without 市 or 区: behind them a trade name can be the name of a county.
        let Some(rest) = behind_a_place(short, level == 0).filter(|rest| is_enough(rest)) else {
            break;
        };
        short = rest;
    }
    (short.len() < name.len()).then_some(short)
}

fn is_enough(rest: &str) -> bool {
    rest.chars().count() >= FEWEST
}

/// What stands behind the longest name of a place, of today or of before, with which the text begins.
fn behind_a_place(text: &str, may_be_short: bool) -> Option<&str> {
    let places = all_divisions().flat_map(|division| {
        let short = short_of(division.name).filter(|_| may_be_short);
        [Some(division.name), short].into_iter().flatten()
    });
    let longest =
        places.filter(|place| text.starts_with(*place)).max_by_key(|place| place.len())?;
    text.strip_prefix(longest)
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
            ("临安示例面馆", "示例面馆"),
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
}
