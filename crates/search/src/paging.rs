//! How a page is found without looking at everything.
//!
//! Every term knows how many filings have it. Where the rarest one that is looked for is rare, all
//! that fit are looked at once and the newest are kept. Where even the rarest is common (there are
//! millions of *有限公司*), time is walked backwards in slices, short ones first and then twice as
//! long each, until a page is full. Either way the work does not grow with how far back a page lies.

use heqi_registration::search_index::{FoundPage, Rank, Sought};
use heqi_vocabulary::FilingId;
use tantivy::collector::{Count, FilterCollector, TopDocs};
use tantivy::query::{AllQuery, BooleanQuery, Occur, Query};
use tantivy::{DocAddress, Order, Searcher};

use crate::form::{
    COARSE_BITS, Conditions, FINE_BITS, Form, LOWER, RANK, Slice, UPPER, coarse, fine, places,
    whole,
};

/// Up to so many filings with the rarest term, all that fit are looked at.
const FEW: u64 = 50_000;
/// How many filings may share one place: 20 random bits within one millisecond.
const TIES: usize = 8;
/// The longest walk of time at once, in coarse slices: some eight years.
const LONGEST: u64 = 256;

/// A page below `after`.
pub(crate) fn page(
    searcher: &Searcher,
    form: &Form,
    sought: &Sought,
    after: Option<Rank>,
    limit: usize,
) -> tantivy::Result<FoundPage> {
    let conditions = form.conditions(sought);
    let (first, end) = places(sought.from, sought.before, after);
    let mut looking = Looking { searcher, form, conditions, first, end, wanted: limit + TIES };
    if looking.rarest()? <= FEW {
        let (found, count) = looking.all()?;
        let remaining = u64::try_from(count).ok();
        return cut(searcher, found, limit, count > limit, remaining);
    }
    let found = looking.backwards(limit)?;
    let remaining = (found.len() <= limit).then(|| u64::try_from(found.len()).ok()).flatten();
    let more = found.len() > limit;
    cut(searcher, found, limit, more, remaining)
}

/// How many fit at all.
pub(crate) fn count(searcher: &Searcher, form: &Form, sought: &Sought) -> tantivy::Result<usize> {
    let conditions = form.conditions(sought);
    let (first, end) = places(sought.from, sought.before, None);
    let within = move |rank: u64| (first..end).contains(&rank);
    let counting = FilterCollector::new(RANK.to_owned(), within, Count);
    searcher.search(&all_of(conditions.queries), &counting)
}

fn all_of(queries: Vec<(Occur, Box<dyn Query>)>) -> Box<dyn Query> {
    if queries.is_empty() { Box::new(AllQuery) } else { Box::new(BooleanQuery::new(queries)) }
}

/// A place and the document that stands there.
type Hit = (u64, DocAddress);

struct Looking<'a> {
    searcher: &'a Searcher,
    form: &'a Form,
    conditions: Conditions,
    first: u64,
    end: u64,
    wanted: usize,
}

impl Looking<'_> {
    /// How many filings can fit at most.
    fn rarest(&self) -> tantivy::Result<u64> {
        let mut rarest = self.searcher.num_docs();
        for term in &self.conditions.terms {
            rarest = rarest.min(self.searcher.doc_freq(term)?);
        }
        Ok(rarest)
    }

    /// The newest of all that fit, and how many fit.
    fn all(&mut self) -> tantivy::Result<(Vec<Hit>, usize)> {
        let query = all_of(std::mem::take(&mut self.conditions.queries));
        let within = self.within();
        let top = TopDocs::with_limit(self.wanted).order_by_u64_field(RANK, Order::Desc);
        let collector = FilterCollector::new(RANK.to_owned(), within, (top, Count));
        let (top, count) = self.searcher.search(&query, &collector)?;
        Ok((hits(top), count))
    }

    /// Slice by slice into the past, until more than `limit` are found or nothing is left.
    fn backwards(&self, limit: usize) -> tantivy::Result<Vec<Hit>> {
        let Some((oldest, newest)) = self.span()? else { return Ok(Vec::new()) };
        let mut found: Vec<Hit> = Vec::new();
        for window in Windows::between(oldest, newest) {
            let slices = window.iter().map(|slice| self.form.slice(*slice)).collect();
            let mut queries: Vec<_> =
                self.conditions.queries.iter().map(|(occur, q)| (*occur, q.box_clone())).collect();
            queries.push((Occur::Must, Box::new(BooleanQuery::new(slices))));
            let top = TopDocs::with_limit(self.wanted).order_by_u64_field(RANK, Order::Desc);
            let collector = FilterCollector::new(RANK.to_owned(), self.within(), top);
            found.extend(hits(self.searcher.search(&BooleanQuery::new(queries), &collector)?));
            if found.len() > limit {
                break;
            }
        }
        found.truncate(self.wanted);
        Ok(found)
    }

    fn within(&self) -> impl Fn(u64) -> bool + Send + Sync + Clone + 'static {
        let (first, end) = (self.first, self.end);
        move |rank| (first..end).contains(&rank)
    }

    /// The oldest and the newest place that can be on the page.
    fn span(&self) -> tantivy::Result<Option<(Rank, Rank)>> {
        let (mut oldest, mut newest) = (u64::MAX, 0);
        for segment in self.searcher.segment_readers() {
            let ranks = segment.fast_fields().u64(RANK)?;
            oldest = oldest.min(ranks.min_value());
            newest = newest.max(ranks.max_value());
        }
        let (oldest, newest) = (oldest.max(self.first), newest.min(self.end.saturating_sub(1)));
        Ok((oldest <= newest).then(|| (Rank::from_u64(oldest), Rank::from_u64(newest))))
    }
}

fn hits(found: Vec<(Option<u64>, DocAddress)>) -> Vec<Hit> {
    found.into_iter().filter_map(|(rank, address)| Some((rank?, address))).collect()
}

/// The first of what was found, and those that share the place of the last of them.
fn cut(
    searcher: &Searcher,
    found: Vec<Hit>,
    limit: usize,
    more: bool,
    remaining: Option<u64>,
) -> tantivy::Result<FoundPage> {
    let mut filings = Vec::with_capacity(limit);
    let mut last = None;
    for (rank, address) in found {
        if filings.len() >= limit && last != Some(rank) {
            return Ok(FoundPage { filings, next: last.map(Rank::from_u64), remaining });
        }
        filings.push(filing_at(searcher, address)?);
        last = Some(rank);
    }
    let more = more && remaining.is_none_or(|all| all > filings.len().try_into().unwrap_or(0));
    let next = last.filter(|_| more).map(Rank::from_u64);
    Ok(FoundPage { filings, next, remaining })
}

fn filing_at(searcher: &Searcher, at: DocAddress) -> tantivy::Result<FilingId> {
    let columns = searcher.segment_reader(at.segment_ord).fast_fields();
    let half = |name| -> tantivy::Result<u64> {
        Ok(columns.u64(name)?.first(at.doc_id).unwrap_or_default())
    };
    Ok(whole([half(UPPER)?, half(LOWER)?]))
}

/// Windows of time from the newest backwards: fine slices to the beginning of their coarse one,
/// then coarse slices, each window twice as long as the one before.
struct Windows {
    fine: Option<(u64, u64)>,
    coarse: Option<(u64, u64)>,
    length: u64,
}

impl Windows {
    fn between(oldest: Rank, newest: Rank) -> Self {
        let first_of_coarse = coarse(newest) << (COARSE_BITS - FINE_BITS);
        let lowest = first_of_coarse.max(fine(oldest));
        let below = coarse(newest).checked_sub(1).filter(|below| *below >= coarse(oldest));
        Self {
            fine: Some((lowest, fine(newest))),
            coarse: below.map(|below| (coarse(oldest), below)),
            length: 1,
        }
    }
}

impl Iterator for Windows {
    type Item = Vec<Slice>;

    fn next(&mut self) -> Option<Vec<Slice>> {
        let take = |(lowest, highest): (u64, u64), length: u64| {
            let from = highest.saturating_sub(length - 1).max(lowest);
            (from..=highest, (from > lowest).then(|| (lowest, from - 1)))
        };
        if let Some(left) = self.fine {
            let (window, left) = take(left, self.length);
            self.fine = left;
            self.length = if left.is_some() { self.length * 2 } else { 1 };
            return Some(window.map(Slice::Fine).collect());
        }
        let (window, left) = take(self.coarse?, self.length);
        self.coarse = left;
        self.length = (self.length * 2).min(LONGEST);
        Some(window.map(Slice::Coarse).collect())
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::UtcMillis;

    use super::*;

    #[test]
    fn windows_cover_all_of_time_between_once_and_backwards() {
        let at = |ms| Rank::first_at(UtcMillis::from_millis(ms).unwrap());
        let (oldest, newest) = (1_500_000_000_000, 1_800_000_000_000);
        let mut expected = newest >> FINE_BITS;
        let mut windows = 0;
        for window in Windows::between(at(oldest), at(newest)) {
            windows += 1;
            for slice in window.iter().rev() {
                let (from, to) = match slice {
                    Slice::Fine(one) => (*one, *one),
                    Slice::Coarse(one) => (one << 6, (one << 6) + 63),
                };
                assert_eq!(i64::try_from(to).unwrap(), expected);
                expected = i64::try_from(from).unwrap() - 1;
            }
        }
        assert!(expected < oldest >> FINE_BITS, "everything was looked at");
        assert!(windows < 20, "{windows} windows for ten years");
    }

    #[test]
    fn a_span_within_one_slice_is_one_window() {
        let one = Rank::first_at(UtcMillis::from_millis(1_800_000_000_000).unwrap());
        assert_eq!(Windows::between(one, one).count(), 1);
    }
}
