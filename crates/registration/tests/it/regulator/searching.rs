//! A search: on which basis, by whom, what it finds, and the leaf it leaves.

use std::sync::Arc;

use heqi_filing::{Capacity, OfficeKind, PartyKind};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::contacts::{Contact, uscc};
use heqi_registration::person_keys::{finish, prepare};
use heqi_registration::regulator::basis::BasisError;
use heqi_registration::regulator::criteria::CriteriaError;
use heqi_registration::regulator::search::{SearchError, own_searches, results, search};
use heqi_registration::request::StaffRole;
use heqi_registration::search_index::MemoryIndex;
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::{Explain as _, Language};

use super::{COMPANY, NUMBER, by_company, member, regulator, signed, typed};
use crate::entry::{contact, declare};
use crate::privacy::holds;

#[tokio::test]
async fn a_search_without_legal_basis_or_case_is_refused_with_the_article_and_writes_nothing() {
    let (world, _) = signed().await;
    let before = world.contents().await;
    let wrong = [
        (typed(|t| t.basis.clear()), BasisError::NoBasis),
        (typed(|t| t.basis = "工作需要".into()), BasisError::NotABasis),
        (typed(|t| t.case_number.clear()), BasisError::NoCase),
        (typed(|t| t.case_number = "某案".into()), BasisError::NotACase),
    ];
    for (mut typed, expected) in wrong {
        typed.company = COMPANY.into();
        let refused = world.search(&regulator(), &typed).await.unwrap_err();
        let SearchError::Criteria(CriteriaError::Basis(found)) = &refused else {
            panic!("{refused:?}")
        };
        assert_eq!(*found, expected);
        if matches!(expected, BasisError::NoBasis | BasisError::NoCase) {
            let told = refused.explain(Language::Zh);
            assert!(told.what.contains("《个人信息保护法》第三十四条"), "{}", told.what);
            assert!(refused.explain(Language::En).what.contains("art. 34"));
        }
    }
    for (typed, code) in [
        (typed(|_| {}), "criteria_missing"),
        (typed(|t| t.company = "茶".into()), "fragment_short"),
        (typed(|t| t.code = "91330112MA0000103Q".into()), "criteria_code"),
        (typed(|t| t.number = "61842050".into()), "criteria_number"),
        (typed(|t| t.person_name = "陈素英".into()), "criteria_name_alone"),
        (typed(|t| t.person_number = "一二三".into()), "criteria_person_number"),
        (typed(|t| t.from = "2026-13-01".into()), "criteria_days"),
        (
            typed(|t| {
                t.from = "2026-11-02".into();
                t.until = "2026-11-01".into();
            }),
            "criteria_days",
        ),
    ] {
        let refused = world.search(&regulator(), &typed).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let after = world.contents().await;
    assert_eq!(after.entries.len(), before.entries.len());
    assert_eq!(after.rows.len(), before.rows.len());
}

#[tokio::test]
async fn behind_a_replaced_secret_people_are_found_again_and_not_by_a_search_from_before() {
    let (world, drafted) = signed().await;
    let by_number = typed(|typed| typed.person_number = NUMBER.into());
    assert_eq!(world.found(&by_number).await, [drafted.filing]);
    let before = world.search(&regulator(), &by_number).await.unwrap();

    let (store, entropy) = (&world.store, SeededEntropy::new(77));
    prepare(&**store, &entropy).await.unwrap();
    finish(&**store, &entropy).await.unwrap();
    let mut again = world.started_on(store, store.clone(), 12).await;
    assert_ne!(again.platform.index_name(), world.platform.index_name(), "another index");
    again.platform = again.platform.finding_by(Arc::new(MemoryIndex::default()));
    again.index().await;
    assert_eq!(again.found(&by_number).await, [drafted.filing]);
    let page = results(&again.platform, &regulator(), before, None).await.unwrap();
    assert!(page.rows.is_empty(), "the digest of before is nobody's any more");
}

#[tokio::test]
async fn nobody_but_a_regulator_searches() {
    let (world, _) = signed().await;

    for actor in [
        world.staff.clone(),
        member(2, StaffRole::Reviewer),
        member(3, StaffRole::Operator),
        member(4, StaffRole::Handler),
    ] {
        let before = world.entries().await;
        let refused = world.search(&actor, &by_company()).await.unwrap_err();
        assert_eq!(refused.code(), "not_allowed");
        assert_eq!(world.entries().await, before);
    }

    assert!(StaffRole::Regulator.fits(OfficeKind::Registry));
    assert!(!StaffRole::Regulator.fits(OfficeKind::Operator));
    assert!(!StaffRole::Regulator.fits(OfficeKind::Notary));
}

#[tokio::test]
async fn a_search_is_the_newest_leaf_before_anything_is_shown_and_names_nobody() {
    let (world, drafted) = signed().await;
    let by_person = typed(|t| {
        t.person_name = "龚𠮷".into();
        t.person_number = NUMBER.into();
    });
    let query = world.search(&regulator(), &by_person).await.unwrap();
    let page = results(&world.platform, &regulator(), query, None).await.unwrap();
    let ids: Vec<_> = page.rows.iter().map(|row| row.filing).collect();
    assert_eq!(ids, [drafted.filing]);
    assert_eq!(page.query.leaf_index + 1, page.log_size, "the search itself is the newest leaf");
    assert_eq!((page.query.found, page.remaining), (Some(1), Some(1)));
    // The leaf carries a root and nothing else; rows and records hold nobody.
    let contents = world.contents().await;
    let entry = contents.entries.last().unwrap();
    assert!(entry.0.starts_with(b"heqi.record-leaf/v1\n") && entry.0.len() == 52);
    for needle in [NUMBER, "龚𠮷", "杭临市监撤"] {
        assert!(!holds(&entry.1, needle.as_bytes()), "{needle}");
        let row = contents.rows.iter().find(|(key, row)| {
            holds(key.as_bytes(), needle.as_bytes()) || holds(&row.value, needle.as_bytes())
        });
        assert!(row.is_none(), "{needle}");
    }
    let own = own_searches(&world.platform, &regulator()).await.unwrap();
    assert_eq!(own.iter().map(|view| view.query).collect::<Vec<_>>(), [query]);
}

#[tokio::test]
async fn a_search_sent_twice_is_one_search() {
    let (world, _) = signed().await;
    let request = world.named_request(&regulator(), "twice");
    let first = search(&world.platform, &request, &by_company()).await.unwrap();
    let before = world.entries().await;
    assert_eq!(search(&world.platform, &request, &by_company()).await.unwrap(), first);
    assert_eq!(world.entries().await, before);
}

#[tokio::test]
async fn filings_are_found_by_company_code_number_voucher_person_and_day() {
    let (world, drafted) = signed().await;
    world.clock.advance_ms(1_000);
    let receipts = world.all_sign(&world.drafted(1).await).await;
    world.index().await;
    let other = receipts[0].1.filing_id;
    let voucher = receipts[0].1.voucher.unwrap().to_string();
    let both = world.found(&by_company()).await;
    assert_eq!(both, [other, drafted.filing], "opened last, shown first");
    assert_eq!(world.found(&typed(|t| t.number = voucher.clone())).await, [other]);
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let page = results(&world.platform, &regulator(), query, None).await.unwrap();
    let number = page.rows[1].number.to_string();
    assert_eq!(world.found(&typed(|t| t.number = number.clone())).await, [drafted.filing]);
    let mixed = typed(|t| {
        t.number = number;
        t.person_number = NUMBER.into();
    });
    assert_eq!(world.found(&mixed).await, [drafted.filing]);
    let wrong_name = typed(|t| {
        t.person_name = "龚吉".into();
        t.person_number = NUMBER.into();
    });
    assert!(world.found(&wrong_name).await.is_empty());
    let day = |from: &str, until: &str| {
        typed(|t| {
            t.from = from.into();
            t.until = until.into();
        })
    };
    assert_eq!(world.found(&day("2026-11-23", "2026-11-23")).await.len(), 2);
    assert!(world.found(&day("2026-11-24", "")).await.is_empty());
    assert!(world.found(&day("", "2026-11-22")).await.is_empty());
}

#[tokio::test]
async fn a_filing_is_found_by_the_credit_code_of_a_company_that_takes_part() {
    const CODE: &str = "91330112MA000004XN";
    let (world, drafted) = signed().await;
    let by_code = |code: &str| typed(|t| t.code = code.into());
    assert!(world.found(&by_code(CODE)).await.is_empty());
    world.clock.advance_ms(1_000);
    let invested = world.open().await;
    let command = AddParty {
        filing: invested,
        who: PartyKind::Company {
            name: "杭州示例云栖投资有限公司".parse().unwrap(),
            representative: "周建国".parse().unwrap(),
        },
        capacities: [Capacity::CorporateShareholderRepresentative].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let known =
        Contact { company_code: uscc(CODE).ok(), ..contact(Some("13900003333"), None, None) };
    declare(&world, invested, added.party_id, known).await.unwrap();
    world.index().await;
    // As it stands on the licence, and as people type it.
    for written in [CODE, " 91330112ma000004xn "] {
        assert_eq!(world.found(&by_code(written)).await, [invested], "{written}");
    }
    // With something else: both must hold.
    let both = |company: &str| {
        typed(|t| {
            t.code = CODE.into();
            t.company = company.into();
        })
    };
    assert_eq!(world.found(&by_company()).await, [invested, drafted.filing]);
    assert_eq!(world.found(&both(COMPANY)).await, [invested]);
    assert!(world.found(&both("云峰")).await.is_empty());
    // Another company's code finds nobody.
    assert!(world.found(&by_code("91330112MA00000159")).await.is_empty());
    // The search is a record like any other, with what was looked for.
    let query = world.search(&regulator(), &by_code(CODE)).await.unwrap();
    let page = results(&world.platform, &regulator(), query, None).await.unwrap();
    assert_eq!(page.query.criteria.code.map(|code| code.as_str().to_owned()), Some(CODE.into()));
}

#[tokio::test]
async fn whoever_takes_part_later_or_is_erased_is_found_as_it_is_now() {
    let (world, drafted) = signed().await;
    let by_number = typed(|t| t.person_number = "310115198806239993".into());
    assert!(world.found(&by_number).await.is_empty());
    world.clock.advance_ms(1_000);
    let late = world.open().await;
    let party = world.add(late, "王强", Capacity::Shareholder).await;
    let number = Some("310115198806239993");
    declare(&world, late, party, contact(Some("13900002222"), None, number)).await.unwrap();
    world.index().await;
    assert_eq!(world.found(&by_number).await, [late]);
    // An index that was thrown away is made again from what is kept.
    world.platform.search_index().clear().unwrap();
    world.index().await;
    assert_eq!(world.found(&by_number).await, [late]);
    assert_eq!(world.found(&by_company()).await, [late, drafted.filing]);
}
