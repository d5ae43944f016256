//! Organisations with staff, and what each is to a filing.

use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

use crate::words::OfficeName;

/// What an organisation is to a filing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what each may do is decided for each")]
pub enum OfficeKind {
    /// The registration authority 登记机关.
    Registry,
    /// The notary office 公证处.
    Notary,
    /// The firm whose people handle filings 经办机构.
    HandlerFirm,
    /// Who runs the platform 平台运营单位.
    Operator,
}

impl OfficeKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Registry, Self::Notary, Self::HandlerFirm, Self::Operator];

    /// The word used in rows and settings.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Notary => "notary",
            Self::HandlerFirm => "handler_firm",
            Self::Operator => "operator",
        }
    }

    /// The name people read.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Registry => language.pick("登记机关", "registry"),
            Self::Notary => language.pick("公证机构", "notary office"),
            Self::HandlerFirm => language.pick("经办机构", "handler's firm"),
            Self::Operator => language.pick("平台运营单位", "platform operator"),
        }
    }

    /// Whether its people may decide about identity.
    pub const fn reviews(self) -> bool {
        matches!(self, Self::Registry | Self::Notary)
    }
}

impl std::fmt::Display for OfficeKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for OfficeKind {
    type Err = UnknownOfficeKind;

    fn from_str(text: &str) -> Result<Self, UnknownOfficeKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == text).ok_or(UnknownOfficeKind)
    }
}

/// The word names no kind of organisation.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the kinds of organisation are registry, notary, handler_firm and operator")]
pub struct UnknownOfficeKind;

/// An organisation with staff.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts")]
pub struct Office {
    /// What it is.
    pub kind: OfficeKind,
    /// Its name, with its district.
    pub name: OfficeName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_kind_is_read_back_and_people_read_a_name() {
        for kind in OfficeKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.code()));
        }
        assert_eq!("court".parse::<OfficeKind>(), Err(UnknownOfficeKind));
        assert_eq!(OfficeKind::Registry.name(Language::Zh), "登记机关");
        assert_eq!(OfficeKind::HandlerFirm.name(Language::En), "handler's firm");
    }
}
