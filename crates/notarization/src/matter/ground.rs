//! The grounds of refusal (不予办理) that the law names.

use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

/// A ground of refusal: the nine of 公证法 art. 31.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct RefusalGround(u8);

impl RefusalGround {
    /// How many there are.
    pub const COUNT: u8 = 9;

    /// The item of the article, from 1.
    pub const fn of_item(item: u8) -> Option<Self> {
        if item >= 1 && item <= Self::COUNT { Some(Self(item)) } else { None }
    }

    /// The item.
    pub const fn item(self) -> u8 {
        self.0
    }

    /// Its words.
    pub const fn words(self, language: Language) -> &'static str {
        let (zh, en) = match self.0 {
            1 => (
                "无民事行为能力人或者限制民事行为能力人没有监护人代理申请公证的",
                "a person without full capacity applies without a guardian",
            ),
            2 => ("当事人与申请公证的事项没有利害关系的", "no interest in the matter"),
            3 => ("申请公证的事项属专业技术鉴定、评估事项的", "a matter of technical appraisal"),
            4 => ("当事人之间对申请公证的事项有争议的", "the parties dispute the matter"),
            5 => (
                "当事人虚构、隐瞒事实，或者提供虚假证明材料的",
                "facts invented or hidden, or false materials",
            ),
            6 => (
                "当事人提供的证明材料不充分或者拒绝补充证明材料的",
                "materials insufficient, or their supplement refused",
            ),
            7 => ("申请公证的事项不真实、不合法的", "the matter is untrue or unlawful"),
            8 => ("申请公证的事项违背社会公德的", "the matter is against public morals"),
            _ => ("当事人拒绝按照规定支付公证费的", "the fee is refused"),
        };
        language.pick(zh, en)
    }
}

impl TryFrom<u8> for RefusalGround {
    type Error = &'static str;

    fn try_from(item: u8) -> Result<Self, Self::Error> {
        Self::of_item(item).ok_or("the law names nine grounds of refusal")
    }
}

impl From<RefusalGround> for u8 {
    fn from(ground: RefusalGround) -> Self {
        ground.item()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ground_is_one_of_nine_wherever_it_is_read() {
        let kept = serde_json::to_string(&RefusalGround::of_item(4)).unwrap();
        assert_eq!(kept, "4");
        let read: RefusalGround = serde_json::from_str(&kept).unwrap();
        assert_eq!(read.item(), 4);
        for bad in ["0", "10", "255"] {
            assert!(serde_json::from_str::<RefusalGround>(bad).is_err(), "{bad}");
        }
    }
}
