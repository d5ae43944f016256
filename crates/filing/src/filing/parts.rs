//! A filing in parts: a head, its documents and its parties, so that a store can keep each
//! by itself and an act that concerns one party need not write the others again.

use std::sync::Arc;

use heqi_vocabulary::{ChainId, FilingId, FilingNo, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{Filing, FilingState};
use crate::document::Document;
use crate::matter::Matter;
use crate::party::Party;
use crate::words::CompanyTitle;

/// A filing without its documents and parties. It says nothing by itself: whether its state
/// is the one that follows from the facts is known once the parts are together again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FilingHead {
    id: FilingId,
    number: FilingNo,
    matter: Matter,
    company_name: CompanyTitle,
    chain: ChainId,
    opened_at: UtcMillis,
    state: FilingState,
}

/// The parts do not belong to one filing: its state does not follow from its facts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the parts of a filing contradict each other: {0}")]
pub struct Contradiction(&'static str);

impl Filing {
    /// Everything but documents and parties.
    pub fn head(&self) -> FilingHead {
        FilingHead {
            id: self.id,
            number: self.number,
            matter: self.matter,
            company_name: self.company_name.clone(),
            chain: self.chain,
            opened_at: self.opened_at,
            state: self.state,
        }
    }

    /// Every party, in the order added, shared with this filing.
    pub fn shared_parties(&self) -> &[Arc<Party>] {
        &self.parties
    }

    /// Puts parts together again, in the order they were taken.
    ///
    /// # Errors
    /// The state does not follow from the facts, so these are not the parts of one filing.
    pub fn of_parts(
        head: FilingHead,
        documents: Vec<Document>,
        parties: Vec<Arc<Party>>,
    ) -> Result<Self, Contradiction> {
        let FilingHead { id, number, matter, company_name, chain, opened_at, state } = head;
        let filing =
            Self { id, number, matter, company_name, chain, documents, parties, opened_at, state };
        filing.contradiction().map_or(Ok(filing), |what| Err(Contradiction(what)))
    }
}

/// Shared parties, written as what they are.
pub(super) mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::party::Party;

    pub(in crate::filing) fn serialize<S: Serializer>(
        parties: &[Arc<Party>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(parties.iter().map(AsRef::<Party>::as_ref))
    }

    pub(in crate::filing) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Arc<Party>>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().map(Arc::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::*;

    #[test]
    fn the_parts_of_a_filing_are_the_filing() {
        for filing in [empty_filing(), drafted(2), signed(3)] {
            let documents = filing.documents().to_vec();
            let parties = filing.shared_parties().to_vec();
            assert_eq!(Filing::of_parts(filing.head(), documents, parties), Ok(filing));
        }
    }

    #[test]
    fn parts_of_different_moments_are_refused() {
        let (before, after) = (drafted(1), signed(1));
        let documents = || after.documents().to_vec();
        let mixed = Filing::of_parts(after.head(), documents(), before.shared_parties().to_vec());
        assert!(mixed.is_err());
        let doubled = [after.shared_parties(), after.shared_parties()].concat();
        assert!(Filing::of_parts(after.head(), documents(), doubled).is_err());
    }

    #[test]
    fn an_act_of_one_party_copies_no_other() {
        let before = signed(2);
        let mut after = before.clone();
        after.confirm(party(1), heqi_vocabulary::Digest::of(b"shown"), at(100)).unwrap();
        let shared = before.shared_parties().iter().zip(after.shared_parties());
        let copied = shared.filter(|(before, after)| !Arc::ptr_eq(before, after)).count();
        assert_eq!(copied, 1);
    }
}
