//! Whatever is asked, this index finds what the index in memory finds, page by page.

use std::sync::LazyLock;

use heqi_registration::search_index::{
    IndexedFiling, MemoryIndex, PersonDigest, Rank, SearchIndex, Sought,
};
use heqi_search::{FilingIndex, made_up};
use heqi_vocabulary::{FilingId, UtcMillis};
use proptest::prelude::*;
use tempfile::TempDir;

/// More than the index looks at at once, so that both ways of paging are taken.
const FILINGS: u32 = 52_000;

struct Both {
    ours: FilingIndex,
    plain: MemoryIndex,
    _folder: TempDir,
}

static BOTH: LazyLock<Both> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let ours = FilingIndex::open(folder.path(), "platform.example/1").unwrap();
    let plain = MemoryIndex::default();
    let filings: Vec<_> = (0..FILINGS).filter_map(made_up::filing).collect();
    for part in filings.chunks(10_000) {
        ours.write(part, None).unwrap();
        plain.write(part, None).unwrap();
    }
    // Replaced later, so that some documents stand in another segment than their neighbours.
    let again: Vec<_> = filings.iter().step_by(97).cloned().map(renamed).collect();
    for index in [&ours as &dyn SearchIndex, &plain] {
        index.write(&[], Some(7)).unwrap();
        index.write(&again, Some(8)).unwrap();
        assert_eq!(index.position(), Some(8));
    }
    Both { ours, plain, _folder: folder }
});

fn renamed(filing: IndexedFiling) -> IndexedFiling {
    let companies = vec!["更名（杭州）茶业有限公司".to_owned()];
    IndexedFiling { companies, ..filing }
}

fn company(fragment: &str) -> Sought {
    Sought { company: Some(fragment.parse().unwrap()), ..Sought::default() }
}

/// Every page, one after the other, with what was said to be left before each.
fn pages(index: &dyn SearchIndex, sought: &Sought, limit: usize, most: usize) -> Vec<FilingId> {
    let (mut all, mut after): (Vec<_>, Option<Rank>) = (Vec::new(), None);
    loop {
        let page = index.find(sought, after, limit).unwrap();
        all.extend(page.filings);
        after = page.next;
        if after.is_none() || all.len() >= most {
            return all;
        }
    }
}

fn agree(sought: &Sought) {
    for limit in [13, 20] {
        let [ours, plain] = [&BOTH.ours as &dyn SearchIndex, &BOTH.plain].map(|index| {
            let mut all = pages(index, sought, limit, 60);
            all.truncate(60);
            all
        });
        assert_eq!(ours, plain, "{sought:?}");
    }
    let (ours, plain) = (BOTH.ours.find(sought, None, 20), BOTH.plain.find(sought, None, 20));
    let (ours, plain) = (ours.unwrap(), plain.unwrap());
    assert!(ours.remaining.is_none() || ours.remaining == plain.remaining, "{sought:?}");
    assert_eq!(ours.next, plain.next, "{sought:?}");
}

#[test]
fn fragments_codes_numbers_and_people_are_found_wherever_they_stand() {
    let some = made_up::filing(4_711).unwrap();
    for fragment in ["有限公司", "杭州", "更名杭州茶业", "（有限合伙）", "没有这样的名称", "业有"]
    {
        agree(&company(fragment));
    }
    let whole: String = some.companies[0].chars().skip(2).take(5).collect();
    agree(&company(&whole));
    agree(&Sought { code: some.codes.first().copied(), ..Sought::default() });
    agree(&Sought { number: Some(some.number), ..Sought::default() });
    agree(&Sought { person: some.persons.first().copied(), ..company("有限公司") });
    agree(&Sought { person: Some(PersonDigest::made_up("nobody")), ..Sought::default() });
    agree(&Sought::default());
}

#[test]
fn a_filing_that_was_replaced_is_found_by_what_it_is_now_and_once() {
    let old = made_up::filing(97).unwrap();
    let named: String = old.companies[0].chars().take(9).collect();
    let found = BOTH.ours.find(&Sought { number: Some(old.number), ..company("更名") }, None, 20);
    assert_eq!(found.unwrap().filings, [old.filing]);
    assert!(!BOTH.ours.holds(&company(&named), old.number).unwrap());
    assert!(BOTH.ours.holds(&company("更名"), old.number).unwrap());
    assert_eq!(BOTH.ours.size().filings, u64::from(FILINGS));
}

#[test]
fn the_last_page_of_everything_is_reached_and_nothing_is_shown_twice() {
    let all = pages(&BOTH.ours, &Sought::default(), 500, usize::MAX);
    assert_eq!(all.len(), usize::try_from(FILINGS).unwrap());
    assert!(all.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once");
}

#[test]
fn filings_that_share_a_place_stand_on_one_page() {
    let folder = tempfile::tempdir().unwrap();
    let index = FilingIndex::open(folder.path(), "platform.example/1").unwrap();
    let some = made_up::filing(1).unwrap();
    let twins: Vec<_> = (0..4_u8)
        .map(|n| {
            let mut bytes = some.filing.to_bytes();
            bytes[8] = n;
            let number = made_up::filing(n.into()).unwrap().number;
            IndexedFiling { filing: FilingId::from_bytes(bytes), number, ..some.clone() }
        })
        .collect();
    index.write(&twins, Some(1)).unwrap();
    let page = index.find(&Sought::default(), None, 2).unwrap();
    assert_eq!((page.filings.len(), page.next), (4, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_fragment_and_any_span_of_time_finds_what_looking_at_everything_finds(
        number in 0..FILINGS, from in 0_usize..12, length in 2_usize..8, days in 0_i64..40,
        bounded in any::<bool>(),
    ) {
        let filing = made_up::filing(number).unwrap();
        let name: Vec<char> = filing.companies[0].chars().collect();
        let from = from.min(name.len() - 2);
        let fragment: String = name[from..(from + length).min(name.len())].iter().collect();
        let Ok(fragment) = fragment.parse() else { return Ok(()) };
        let at = |days: i64| {
            UtcMillis::from_millis(filing.opened_at.as_millis() + days * 86_400_000).unwrap()
        };
        let (from, before) = if bounded { (Some(at(-days)), Some(at(days + 1))) } else { (None, None) };
        agree(&Sought { company: Some(fragment), from, before, ..Sought::default() });
    }
}
