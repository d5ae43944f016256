//! Which data key seals what: one per filing, person and class, so that each can be erased
//! alone. They are made with the first value they seal, which the store makes durable
//! before that value.

use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::vault::{DataKey, DataKeyId};
use heqi_vocabulary::{FilingId, PartyId};

use crate::fault::Fault;
use crate::platform::Platform;

/// What a key seals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sealing {
    /// Values of records of this class, and photos and documents with them.
    Class(RetentionClass),
    /// The rows of a filing that name nobody, and a party whose name was erased.
    Filing,
    /// The row of a party among those of its filing.
    Party,
    /// The row of a ceremony.
    Ceremony,
}

impl Sealing {
    /// The word in scopes and contexts.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Class(RetentionClass::Frame) => "frame",
            Self::Class(RetentionClass::Matter) => "matter",
            Self::Class(RetentionClass::Person) => "person",
            Self::Class(RetentionClass::Biometric) => "biometric",
            Self::Class(RetentionClass::Trace) => "trace",
            Self::Filing => "filing",
            Self::Party => "party",
            Self::Ceremony => "ceremony",
        }
    }
}

/// The key of this filing, of this party or of nobody in particular, for this purpose.
pub(crate) fn data_key(
    platform: &Platform,
    filing: FilingId,
    party: Option<PartyId>,
    sealing: Sealing,
) -> Result<DataKey, Fault> {
    Ok(platform.backend().vault().create(data_key_id(filing, party, sealing))?)
}

/// The name of that key.
pub(crate) fn data_key_id(filing: FilingId, party: Option<PartyId>, sealing: Sealing) -> DataKeyId {
    let party = party.map_or_else(|| "-".to_owned(), |party| party.to_string());
    let scope = [filing.to_string(), party];
    let [filing, party] = scope.each_ref().map(String::as_bytes);
    DataKeyId::of(&[filing, party, sealing.word().as_bytes()])
}
