//! What is proposed about an application or a certificate that was issued, and waits for a second person: one person
//! alone refuses, takes back or changes no more than one alone certifies.

use heqi_vocabulary::{StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{Matter, ReexaminationOutcome};
use crate::matter::ground::RefusalGround;

/// What is to become of an application, or of a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum ProposedChange {
    /// 补正.
    Correction,
    /// 撤销.
    Revocation,
    /// 复查结论.
    Reexamination(ReexaminationOutcome),
    /// 不予受理、不予办理, by this ground.
    Refusal(RefusalGround),
    /// 终止.
    Termination,
}

impl ProposedChange {
    /// Whether it ends an application, and changes no certificate.
    pub const fn is_ending(self) -> bool {
        matches!(self, Self::Refusal(_) | Self::Termination)
    }
}

/// A change that a notary has proposed; what it says is kept sealed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Proposed {
    /// What.
    pub what: ProposedChange,
    /// By which notary: never who approves it.
    pub by: StaffId,
    /// When.
    pub at: UtcMillis,
}

impl Matter {
    /// What waits for a second person.
    pub const fn proposed(&self) -> Option<Proposed> {
        self.proposed
    }
}
