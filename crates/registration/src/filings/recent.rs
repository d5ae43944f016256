//! The filings that acts were about lately, opened: the next act on one of them reads only
//! the parts that have changed. In memory only, bounded, never printed.

use std::collections::HashMap;
use std::fmt;

use heqi_filing::Filing;
use heqi_vocabulary::FilingId;
use parking_lot::Mutex;

use super::Parts;

/// Parts of one generation, heads, documents and parties; two are kept. A part takes about 600 bytes. Counted are parts and
/// not filings: some hundred filings of fifty people each, all signing, would fill what holds thousands of small ones.
/// What is used in turn stays while all of it fits into one generation: 1,200 of those large ones.
const PARTS: usize = 65_536;

/// See the module.
#[derive(Default)]
pub(crate) struct RecentFilings(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<FilingId, (Parts, Filing)>,
    /// How many parts the young ones have.
    parts: usize,
    old: HashMap<FilingId, (Parts, Filing)>,
}

impl RecentFilings {
    /// The filing as it was remembered last.
    pub(super) fn recent(&self, id: FilingId) -> Option<(Parts, Filing)> {
        let generations = self.0.lock();
        generations.young.get(&id).or_else(|| generations.old.get(&id)).cloned()
    }

    /// Remembers a filing with the revisions of its parts.
    pub(super) fn remember(&self, id: FilingId, parts: &Parts, filing: &Filing) {
        let mut generations = self.0.lock();
        let more = size(parts);
        if let Some(known) = generations.young.get_mut(&id) {
            if known.0 != *parts {
                let less = size(&known.0);
                *known = (parts.clone(), filing.clone());
                generations.parts = (generations.parts + more).saturating_sub(less);
            }
            return;
        }
        if generations.parts >= PARTS {
            generations.old = std::mem::take(&mut generations.young);
            generations.parts = 0;
        }
        generations.young.insert(id, (parts.clone(), filing.clone()));
        generations.parts += more;
    }
}

/// How many parts a filing has.
const fn size(parts: &Parts) -> usize {
    1 + parts.documents.len() + parts.parties.len()
}

impl fmt::Debug for RecentFilings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecentFilings")
    }
}

#[cfg(test)]
mod tests {
    use heqi_filing::{Matter, NewFiling};
    use heqi_vocabulary::{ChainId, FilingNo, UtcMillis};

    use super::*;

    fn filing(number: u64) -> Filing {
        let now = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        let new = NewFiling {
            id: FilingId::from_bytes(bytes),
            number: FilingNo::from_serial(1).unwrap(),
            matter: Matter::Establishment,
            company_name: "杭州示例云栖科技有限公司".parse().unwrap(),
            chain: ChainId::from_bytes([1; 16]),
        };
        Filing::open(new, now)
    }

    fn parts(head: u32, parties: usize) -> Parts {
        Parts { head, documents: vec![1], parties: vec![1; parties] }
    }

    fn held(recent: &RecentFilings) -> usize {
        let generations = recent.0.lock();
        let all = generations.young.values().chain(generations.old.values());
        all.map(|(parts, _)| size(parts)).sum()
    }

    #[test]
    fn what_was_used_lately_is_remembered_and_no_more_than_two_generations() {
        let recent = RecentFilings::default();
        let many = 5 * PARTS as u64 / 52;
        for number in 0..many {
            let filing = filing(number);
            recent.remember(filing.id(), &parts(1, 50), &filing);
        }
        assert!(held(&recent) <= 2 * (PARTS + 51), "{}", held(&recent));
        let last = filing(many - 1);
        recent.remember(last.id(), &parts(2, 50), &last);
        assert_eq!(recent.recent(last.id()), Some((parts(2, 50), last)));
        assert_eq!(recent.recent(filing(0).id()), None);
    }

    #[test]
    fn filings_of_fifty_that_are_signed_in_turn_are_all_remembered() {
        let recent = RecentFilings::default();
        for round in 1..4 {
            for number in 0..1_000 {
                let filing = filing(number);
                let known = recent.recent(filing.id()).map(|(parts, _)| parts.head);
                assert_eq!(known, (round > 1).then_some(round - 1), "{number} in round {round}");
                recent.remember(filing.id(), &parts(round, 50), &filing);
            }
        }
    }

    #[test]
    fn a_filing_that_grows_counts_as_what_it_has_become() {
        let recent = RecentFilings::default();
        let one = filing(1);
        for parties in [0, 50, 20] {
            recent.remember(one.id(), &parts(1, parties), &one);
            assert_eq!(recent.0.lock().parts, 2 + parties);
        }
    }
}
