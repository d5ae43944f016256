//! One objection by two ways: said to a custodian, past the platform, and recorded by the platform as well.
//!
//! The two share whose signing they are about: the custodian's statement names the record of a signing, the platform's
//! record the party that signed it. So what the signer of a record objected to it counts once, whichever came first,
//! unless something lies between the two that ended the first: the party took it back, or the registry decided. An
//! objection to another record, or of another party, is another one.

use heqi_evidence::disclosure::Disclosure;
use heqi_vocabulary::UtcMillis;

use super::chain::{Chain, at};

impl Chain {
    /// How many objections there are, by either way, one said by both counted once. Of a signing that cannot be opened
    /// any more nobody can tell, and each counts.
    pub(super) fn objections(&self, signing: Option<&Disclosure>) -> u32 {
        let both = signing.map_or(0, |signing| self.said_by_both_ways(signing).count());
        let all = self.objections.len() + self.told.len();
        u32::try_from(all.saturating_sub(both)).unwrap_or(u32::MAX)
    }

    /// What was said to a custodian about a signing and recorded by the platform as well: when it was said, and the
    /// record.
    pub(super) fn said_by_both_ways<'a>(
        &'a self,
        signing: &'a Disclosure,
    ) -> impl Iterator<Item = (UtcMillis, &'a Disclosure)> {
        self.told.iter().filter_map(move |told| Some((*told, self.recorded(*told, signing)?)))
    }

    /// The record of the objection that was said to a custodian then: the last that was open when it was said, or else the
    /// first after it. Whatever is recorded later than that is another one, so that a certificate goes on saying what it
    /// said on its day.
    fn recorded(&self, told: UtcMillis, signing: &Disclosure) -> Option<&Disclosure> {
        let same = self.objections.iter().filter(|one| self.is_same(one, told, signing));
        let (before, after): (Vec<_>, Vec<_>) = same.partition(|one| at(one) <= Some(told));
        let open = before.into_iter().max_by_key(|one| at(one));
        open.or_else(|| after.into_iter().min_by_key(|one| at(one)))
    }

    fn is_same(&self, one: &Disclosure, told: UtcMillis, signing: &Disclosure) -> bool {
        let Some(recorded) = at(one) else { return false };
        let party = signing.text("party");
        let ended = |resolved: &Disclosure| {
            let is_theirs = resolved.text("party") == party || resolved.text("office").is_some();
            let between = recorded.min(told)..=recorded.max(told);
            is_theirs && at(resolved).is_some_and(|at| between.contains(&at))
        };
        self.is_about(one, signing) && names(one, signing) && !self.resolved.iter().any(ended)
    }
}

/// Whether an objection is to this signing, or to the filing as a whole, and not to another record.
fn names(one: &Disclosure, signing: &Disclosure) -> bool {
    let Some(against) = one.text("against") else { return true };
    let names = [signing.text("record_id"), signing.text("signing"), one.text("filing")];
    names.contains(&Some(against))
}

#[cfg(test)]
mod tests;
