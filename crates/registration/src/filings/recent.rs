//! The filings that acts were about lately, opened: the next act on one of them reads only
//! the parts that have changed. In memory only, bounded, never printed.

use std::collections::HashMap;
use std::fmt;

use heqi_filing::Filing;
use heqi_vocabulary::FilingId;
use parking_lot::Mutex;

use super::Parts;

/// Filings of one generation; two are kept. A filing of fifty parties takes about 30 KB.
const FILINGS: usize = 256;

/// See the module.
#[derive(Default)]
pub(crate) struct RecentFilings(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<FilingId, (Parts, Filing)>,
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
        if let Some(known) = generations.young.get_mut(&id) {
            if known.0 != *parts {
                *known = (parts.clone(), filing.clone());
            }
            return;
        }
        if generations.young.len() >= FILINGS {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(id, (parts.clone(), filing.clone()));
    }
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

    #[test]
    fn what_was_used_lately_is_remembered_and_no_more_than_two_generations() {
        let recent = RecentFilings::default();
        let parts = |head| Parts { head, ..Parts::default() };
        for number in 0..5 * 256 {
            let filing = filing(number);
            recent.remember(filing.id(), &parts(1), &filing);
        }
        let held = {
            let generations = recent.0.lock();
            generations.young.len() + generations.old.len()
        };
        assert!(held <= 2 * FILINGS, "{held}");
        let last = filing(5 * 256 - 1);
        recent.remember(last.id(), &parts(2), &last);
        assert_eq!(recent.recent(last.id()), Some((parts(2), last)));
        assert_eq!(recent.recent(filing(0).id()), None);
    }
}
