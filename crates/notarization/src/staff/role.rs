//! Whom the office's staff consists of: six roles, of which nobody has two.

use std::fmt;
use std::str::FromStr;

use heqi_vocabulary::{Language, StaffId};
use serde::{Deserialize, Serialize};

use crate::matter::step::ActedBy;

/// What somebody is there for. Nobody has two roles.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "whoever serves the office decides about each")]
pub enum OfficeRole {
    /// 公证员助理: takes applications, ticks, drafts, delivers.
    Clerk,
    /// 公证员: accepts, extracts, signs.
    Notary,
    /// 审批人: the head of the office or who stands in for them.
    Approver,
    /// 档案管理员.
    Archivist,
    /// 安全管理员: lets accounts in and shuts them out.
    Security,
    /// 审计员: reads.
    Auditor,
}

impl OfficeRole {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Clerk, Self::Notary, Self::Approver, Self::Archivist, Self::Security, Self::Auditor];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Notary => "notary",
            Self::Approver => "approver",
            Self::Archivist => "archivist",
            Self::Security => "security",
            Self::Auditor => "auditor",
        }
    }

    /// What it is called.
    pub const fn title(self, language: Language) -> &'static str {
        match self {
            Self::Clerk => language.pick("公证员助理", "clerk"),
            Self::Notary => language.pick("公证员", "notary"),
            Self::Approver => language.pick("审批人", "approver"),
            Self::Archivist => language.pick("档案管理员", "archivist"),
            Self::Security => language.pick("安全管理员", "security officer"),
            Self::Auditor => language.pick("审计员", "auditor"),
        }
    }

    /// Whether it works on matters, and so has to declare its interest.
    pub const fn works_on_matters(self) -> bool {
        matches!(self, Self::Clerk | Self::Notary | Self::Approver)
    }

    /// Whether it sees matters at all.
    pub const fn sees_matters(self) -> bool {
        !matches!(self, Self::Security)
    }
}

impl fmt::Display for OfficeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OfficeRole {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == word);
        found.ok_or_else(|| {
            "the roles are clerk, notary, approver, archivist, security, auditor".to_owned()
        })
    }
}

/// A member of staff who acts.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "who acts is an argument of every act")]
pub struct Officer {
    /// The account.
    pub account: StaffId,
    /// The role.
    pub role: OfficeRole,
}

impl Officer {
    /// As a step names them.
    pub(crate) fn acted(&self) -> ActedBy {
        ActedBy::Staff { account: self.account, role: self.role.as_str().to_owned() }
    }
}
