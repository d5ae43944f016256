//! What accounts of staff and API keys are for.

use std::fmt;
use std::str::FromStr;

use heqi_filing::OfficeKind;
use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

/// What an account is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every page and command decides about each")]
pub enum StaffRole {
    /// Decides cases, for the registry or the notary.
    Reviewer,
    /// Handles filings, for a handler's firm.
    Handler,
    /// Runs the platform: sees numbers, never contents.
    Operator,
    /// Looks for evidence in disputes, for the registration authority: every query has its legal
    /// basis and is a record.
    Regulator,
    /// Lets accounts in and shuts them out, for an organisation; never its own, and never sees
    /// evidence.
    Security,
    /// Reads who of an organisation did what, and changes nothing.
    Auditor,
}

impl StaffRole {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Reviewer,
        Self::Handler,
        Self::Operator,
        Self::Regulator,
        Self::Security,
        Self::Auditor,
    ];

    /// The word used in rows and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Handler => "handler",
            Self::Operator => "operator",
            Self::Regulator => "regulator",
            Self::Security => "security",
            Self::Auditor => "auditor",
        }
    }

    /// What it is called.
    pub const fn title(self, language: Language) -> &'static str {
        match self {
            Self::Reviewer => language.pick("核验人员", "reviewer"),
            Self::Handler => language.pick("经办人", "handler"),
            Self::Operator => language.pick("平台运行人员", "operator"),
            Self::Regulator => language.pick("监管人员", "regulator"),
            Self::Security => language.pick("安全管理员", "security officer"),
            Self::Auditor => language.pick("审计员", "auditor"),
        }
    }

    /// Whether it is one of the duties that nobody has beside anything else (ADR 0053).
    pub const fn is_duty(self) -> bool {
        matches!(self, Self::Security | Self::Auditor)
    }

    /// Whether people of such an organisation have this role.
    pub const fn fits(self, kind: OfficeKind) -> bool {
        matches!(
            (self, kind),
            (Self::Reviewer, OfficeKind::Registry | OfficeKind::Notary)
                | (Self::Handler, OfficeKind::HandlerFirm)
                | (Self::Operator, OfficeKind::Operator)
                | (Self::Regulator, OfficeKind::Registry)
                | (Self::Security | Self::Auditor, _)
        )
    }
}

impl fmt::Display for StaffRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StaffRole {
    type Err = UnknownStaffRole;

    fn from_str(text: &str) -> Result<Self, UnknownStaffRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownStaffRole)
    }
}

/// The word names no role.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the roles of staff are reviewer, handler, operator, regulator, security and auditor")]
pub struct UnknownStaffRole;

/// What an API key may do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the API, version 1")]
pub enum Scope {
    /// Open filings, add parties and documents, invite, and see how things stand.
    Filings,
    /// Look at evidence; every look is recorded.
    Evidence,
    /// See what is held by whom, in numbers.
    Coverage,
    /// Cosign and read the log as another organisation.
    Witness,
    /// Ask that data about a person be erased, as the data protection officer.
    DataProtection,
    /// Place and lift legal holds, as the registration authority or the notary.
    LegalHold,
    /// Take back what a custodian receipted and lost, as that custodian, for this once.
    CustodyReturn,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::Filings,
        Self::Evidence,
        Self::Coverage,
        Self::Witness,
        Self::DataProtection,
        Self::LegalHold,
        Self::CustodyReturn,
    ];

    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filings => "filings",
            Self::Evidence => "evidence",
            Self::Coverage => "coverage",
            Self::Witness => "witness",
            Self::DataProtection => "data_protection",
            Self::LegalHold => "legal_hold",
            Self::CustodyReturn => "custody_return",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// The word names no scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the scopes are filings, evidence, coverage, witness, data_protection, legal_hold and custody_return"
)]
pub struct UnknownScope;
