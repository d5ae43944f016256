//! For whom else the same person has still to sign.

use heqi_vocabulary::{Language, PartyId};

/// Another party of the same person, which waits for its signature.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct NextCapacity {
    /// The party.
    pub party: PartyId,
    /// In which capacities, in words.
    pub capacities: String,
    /// The company or the minor for which is signed, where it is one.
    pub represents: Option<String>,
    /// Under which name going on is done once.
    pub key: String,
}

impl NextCapacity {
    /// What the button says.
    pub(super) fn text(&self, language: Language) -> String {
        let Self { capacities, represents, .. } = self;
        match (language, represents) {
            (Language::Zh, None) => format!("继续以“{capacities}”身份签署"),
            (Language::Zh, Some(company)) => {
                format!("继续以“{capacities}”身份签署（代表{company}）")
            }
            (Language::En, None) => format!("Go on and sign as {capacities}"),
            (Language::En, Some(company)) => {
                format!("Go on and sign as {capacities}, for {company}")
            }
        }
    }
}
