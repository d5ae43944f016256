//! What is filed with the registry.

use std::fmt;

use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

/// A matter of commercial registration (domain study, section 4).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "each matter has its own texts: a new one must reach all"
)]
pub enum Matter {
    /// Establishment of a limited liability company 公司设立.
    Establishment,
    /// Change of a registered item 变更.
    Change,
    /// Change of shareholders by transfer of equity 股权转让.
    EquityTransfer,
    /// Cancellation with liquidation and a creditors' period 普通注销.
    OrdinaryCancellation,
    /// Cancellation by commitment of all investors 简易注销 (公司法 art. 240).
    SimplifiedCancellation,
}

impl Matter {
    /// Every matter, in the order shown to people.
    pub const ALL: [Self; 5] = [
        Self::Establishment,
        Self::Change,
        Self::EquityTransfer,
        Self::OrdinaryCancellation,
        Self::SimplifiedCancellation,
    ];

    /// The word used on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Establishment => "establishment",
            Self::Change => "change",
            Self::EquityTransfer => "equity_transfer",
            Self::OrdinaryCancellation => "ordinary_cancellation",
            Self::SimplifiedCancellation => "simplified_cancellation",
        }
    }

    /// The name people read.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Establishment => language.pick("公司设立登记", "company establishment"),
            Self::Change => language.pick("公司变更登记", "change of registration"),
            Self::EquityTransfer => language.pick("股权转让变更登记", "equity transfer"),
            Self::OrdinaryCancellation => language.pick("普通注销登记", "ordinary cancellation"),
            Self::SimplifiedCancellation => {
                language.pick("简易注销登记", "simplified cancellation")
            }
        }
    }

    /// Whether the company is to exist no longer.
    pub const fn is_cancellation(self) -> bool {
        matches!(self, Self::OrdinaryCancellation | Self::SimplifiedCancellation)
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_matter_is_its_word_in_json() {
        for matter in Matter::ALL {
            assert_eq!(serde_json::to_string(&matter).unwrap(), format!("\"{matter}\""));
            assert_ne!(matter.name(Language::Zh), matter.name(Language::En));
            let ends = [Matter::OrdinaryCancellation, Matter::SimplifiedCancellation];
            assert_eq!(matter.is_cancellation(), ends.contains(&matter));
        }
        assert!(serde_json::from_str::<Matter>("\"merger\"").is_err());
    }
}
