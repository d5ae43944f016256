//! An index in memory that looks at everything: where no other is configured, and what others are
//! compared with. Made again at every start.

use std::collections::BTreeMap;

use heqi_vocabulary::FilingNo;
use parking_lot::RwLock;

use super::{
    FoundPage, IndexFault, IndexSize, IndexedFiling, Rank, SearchIndex, Sought, normalised,
};

/// See the module. Fit for some ten thousand filings.
#[derive(Debug, Default)]
pub struct MemoryIndex(RwLock<Content>);

#[derive(Debug, Default)]
struct Content {
    position: Option<u64>,
    /// With the names as they are compared.
    filings: BTreeMap<FilingNo, (IndexedFiling, Vec<String>)>,
}

impl SearchIndex for MemoryIndex {
    fn position(&self) -> Option<u64> {
        self.0.read().position
    }

    fn write(&self, filings: &[IndexedFiling], position: Option<u64>) -> Result<(), IndexFault> {
        let mut content = self.0.write();
        content.filings.extend(filings.iter().map(|one| {
            let names = one.companies.iter().map(|name| normalised(name)).collect();
            (one.number, (one.clone(), names))
        }));
        content.position = position.or(content.position);
        Ok(())
    }

    fn clear(&self) -> Result<(), IndexFault> {
        *self.0.write() = Content::default();
        Ok(())
    }

    fn find(
        &self,
        sought: &Sought,
        after: Option<Rank>,
        limit: usize,
    ) -> Result<FoundPage, IndexFault> {
        let content = self.0.read();
        let all = content.filings.values();
        let mut fit: Vec<_> =
            all.filter(|(one, names)| fits(one, names, sought)).map(|(one, _)| one).collect();
        fit.retain(|one| after.is_none_or(|after| one.rank() < after));
        fit.sort_by_key(|one| std::cmp::Reverse(one.rank()));
        let remaining = u64::try_from(fit.len()).ok();
        let mut filings = Vec::new();
        let mut last: Option<Rank> = None;
        for one in &fit {
            if filings.len() >= limit && last != Some(one.rank()) {
                return Ok(FoundPage { filings, next: last, remaining });
            }
            last = Some(one.rank());
            filings.push(one.filing);
        }
        Ok(FoundPage { filings, next: None, remaining })
    }

    fn holds(&self, sought: &Sought, number: FilingNo) -> Result<bool, IndexFault> {
        let content = self.0.read();
        let one = content.filings.get(&number);
        Ok(one.is_some_and(|(one, names)| fits(one, names, sought)))
    }

    fn size(&self) -> IndexSize {
        let filings = u64::try_from(self.0.read().filings.len()).unwrap_or(u64::MAX);
        IndexSize { filings, disk_bytes: 0 }
    }
}

fn fits(one: &IndexedFiling, names: &[String], sought: &Sought) -> bool {
    let Sought { company, code, number, person, from, before } = sought;
    let has_name = |fragment: &str| names.iter().any(|name| name.contains(fragment));
    company.as_ref().is_none_or(|fragment| has_name(fragment.as_str()))
        && code.is_none_or(|code| one.codes.contains(&code))
        && number.is_none_or(|number| one.number == number)
        && person.is_none_or(|person| one.persons.contains(&person))
        && from.is_none_or(|from| one.opened_at >= from)
        && before.is_none_or(|before| one.opened_at < before)
}
