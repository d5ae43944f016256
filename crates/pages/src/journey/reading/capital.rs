//! Capital and promises on the card of key points.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::parts::facts;
use crate::words::Words;

/// What the filing holds of its capital.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CapitalCard {
    /// The registered capital in yuan.
    pub capital: String,
    /// One line for each shareholder.
    pub shares: Vec<ShareLine>,
}

/// One shareholder's promise.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ShareLine {
    /// Who.
    pub name: String,
    /// Whether it is the reader.
    pub is_own: bool,
    /// How much, in yuan.
    pub amount: String,
    /// Its part of the whole.
    pub percent: String,
    /// Until when.
    pub due: String,
}

impl CapitalCard {
    pub(super) fn shown(&self, l: Language) -> Markup {
        html! {
            h3 { (CAPITAL.in_language(l)) }
            (facts(&[(REGISTERED.in_language(l), &yuan(&self.capital, l))]))
            ul .plain .others {
                @for share in &self.shares {
                    li {
                        span {
                            @if share.is_own { strong { (share.name) " " (YOU.in_language(l)) } } @else { (share.name) }
                            br; span .soft { (UNTIL.in_language(l)) " " (share.due) }
                        }
                        span { (yuan(&share.amount, l)) br; strong { (share.percent) } }
                    }
                }
            }
        }
    }

    pub(super) fn sample() -> Self {
        let share = |name: &str, is_own, amount: &str, percent: &str| ShareLine {
            name: name.into(),
            is_own,
            amount: amount.into(),
            percent: percent.into(),
            due: "2031-11-22".into(),
        };
        Self {
            capital: "1,000,000.00".into(),
            shares: vec![
                share("陈素英<b>\"'", true, "600,000.00", "60.00%"),
                share("杭州示例云栖投资有限公司", false, "400,000.00", "40.00%"),
            ],
        }
    }
}

fn yuan(amount: &str, l: Language) -> String {
    match l {
        Language::Zh => format!("{amount} 元"),
        Language::En => format!("CNY {amount}"),
    }
}

const CAPITAL: Words = Words::new("注册资本与认缴出资", "Capital and contributions");
const REGISTERED: Words = Words::new("注册资本", "Registered capital");
const YOU: Words = Words::new("（您）", "(you)");
const UNTIL: Words = Words::new("缴足期限：", "to be paid in by");
