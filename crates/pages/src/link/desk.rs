//! Addresses at which a handler prepares a filing: identifiers only, no number and no name.

use std::fmt;

use heqi_vocabulary::{FilingId, PartyId};

/// An address of a filing in preparation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever serves pages must serve each")]
pub enum DeskLink {
    /// A new filing.
    New,
    /// A filing, as it stands.
    Filing(FilingId),
    /// A document for it.
    Documents(FilingId),
    /// One more party of it.
    Parties(FilingId),
    /// How a party of it is reached.
    Party(FilingId, PartyId),
    /// Its capital.
    Capital(FilingId),
    /// Its invitations.
    Invitations(FilingId),
}

impl fmt::Display for DeskLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/staff/filings/")?;
        match self {
            Self::New => f.write_str("new"),
            Self::Filing(filing) => write!(f, "{filing}"),
            Self::Documents(filing) => write!(f, "{filing}/documents"),
            Self::Parties(filing) => write!(f, "{filing}/parties"),
            Self::Party(filing, party) => write!(f, "{filing}/parties/{party}"),
            Self::Capital(filing) => write!(f, "{filing}/capital"),
            Self::Invitations(filing) => write!(f, "{filing}/invitations"),
        }
    }
}
