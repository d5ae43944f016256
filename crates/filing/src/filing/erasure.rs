//! Erasing a person's name. It is no transition: what the party did stays, and with it the
//! state of the filing.

use std::sync::Arc;

use heqi_vocabulary::PartyId;

use super::Filing;

impl Filing {
    /// Puts [`crate::party::ERASED_NAME`] in the place of the natural person's name of this
    /// party, if there is such a party.
    pub fn erase_names(&mut self, party: PartyId) {
        for party in self.parties.iter_mut().filter(|known| known.id() == party) {
            Arc::make_mut(party).erase_names();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::samples::*;

    #[test]
    fn an_erased_name_is_gone_and_everything_else_stays() {
        let before = drafted(2);
        let mut after = before.clone();
        after.erase_names(party(1));
        assert!(after.party(party(1)).unwrap().is_erased());
        assert!(!after.party(party(2)).unwrap().is_erased());
        assert_eq!(after.head(), before.head());
        // The samples give both parties one name: one of two mentions is gone.
        let name = before.party(party(1)).unwrap().who().acting_person().as_str();
        let mentions = |filing| {
            let json = serde_json::to_string(filing).unwrap();
            json.matches(&format!("\"{name}\"")).count()
        };
        assert_eq!((mentions(&before), mentions(&after)), (2, 1));
        assert_eq!(
            after.party(party(1)).unwrap().capacities(),
            before.party(party(1)).unwrap().capacities()
        );
    }
}
