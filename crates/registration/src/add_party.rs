//! Adds a party with its capacities to a filing in drafting.

use std::collections::BTreeSet;

use heqi_filing::{Capacity, PartyKind};
use heqi_vocabulary::{FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::fault::ActError;
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals};

/// Who takes part.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct AddParty {
    /// The filing.
    pub filing: FilingId,
    /// Person or company, names as declared.
    pub who: PartyKind,
    /// In which capacities.
    pub capacities: BTreeSet<Capacity>,
}

/// The party is part of the filing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartyAdded {
    /// The party.
    pub party_id: PartyId,
    /// The record of it.
    pub record_id: RecordId,
}

/// Why the party was not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddPartyError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of filings refuse it.
    #[error(transparent)]
    Filing(#[from] heqi_filing::AddPartyError),
}

impl AddPartyError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Filing(error) => Told::By(error),
        }
    }
}

refusals!(AddPartyError);

/// Adds a party.
///
/// # Errors
/// See [`AddPartyError`].
pub async fn add_party(
    platform: &Platform,
    request: &Request,
    command: AddParty,
) -> Result<PartyAdded, AddPartyError> {
    todo!()
}
