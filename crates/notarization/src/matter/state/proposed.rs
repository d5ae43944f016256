//! What is proposed about a certificate that was issued, and waits for a second person: one person alone takes back or
//! changes what an office has certified no more than one alone certifies it.

use heqi_vocabulary::{StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{Matter, ReexaminationOutcome};

/// What is to become of a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum StandingChange {
    /// 补正.
    Correction,
    /// 撤销.
    Revocation,
    /// 复查结论.
    Reexamination(ReexaminationOutcome),
}

/// A change that a notary has proposed; what it says is kept sealed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Proposed {
    /// What.
    pub what: StandingChange,
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
