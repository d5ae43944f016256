//! What of a case has an address of its own.

/// Which file of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are three")]
pub enum CaseDocument {
    /// The scan of a stamped paper.
    Scan,
    /// The certificate by which something was put right.
    Certificate,
    /// What proves that a guardian is one.
    Guardianship,
}

impl CaseDocument {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Scan => "seal",
            Self::Certificate => "correction",
            Self::Guardianship => "guardianship",
        }
    }
}

/// Which picture of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are three kinds")]
pub enum CasePicture {
    /// Taken while signing.
    Photo,
    /// Of the action with this number, counted from 0.
    Frame(u8),
    /// Of an authority.
    Portrait,
}
