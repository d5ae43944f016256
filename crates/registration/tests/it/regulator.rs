//! What regulators may look for and see, and what is left of every look.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_filing::{Capacity, Matter, Office, OfficeKind, PartyKind};
use heqi_registration::Actor;
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::capture_photo::{CapturePhoto, SentAction, capture_photo};
use heqi_registration::contacts::{Contact, uscc};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::document_pages::document_pages;
use heqi_registration::index_filings::index_filings;
use heqi_registration::keep_strokes::{KeepStrokes, keep_strokes};
use heqi_registration::legal_hold::{LiftHold, PlaceHold};
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::regulator::apply::{
    self as queue, Applicant, ApplicationAnswer, ApplicationLetter, ApplicationState, Carrying,
    NotaryDesk, NotaryNotReached, apply,
};
use heqi_registration::regulator::basis::BasisError;
use heqi_registration::regulator::compare::{CompareError, compare};
use heqi_registration::regulator::criteria::{CriteriaError, TypedSearch};
use heqi_registration::regulator::dossier::{Dossier, EXAMINED, dossier};
use heqi_registration::regulator::looks::{bundle, lift_hold, photo, place_hold};
use heqi_registration::regulator::search::{OPEN_MS, SearchError, own_searches, results, search};
use heqi_registration::regulator::traces::{ActionWord, Ties};
use heqi_registration::regulator::verdict::Hint;
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{
    Clock as _, Digest, Explain as _, FilingId, FilingNo, Language, Provenance, RecordId, StaffId,
};

use crate::entry::{contact, declare};
use crate::handover::STROKES;
use crate::privacy::holds;
use crate::world::{Drafted, World};

const COMPANY: &str = "青穗茶业";
const NUMBER: &str = "11010519491231002X";

pub(crate) fn member(n: u8, role: StaffRole) -> Actor {
    let office = Office {
        kind: OfficeKind::Registry,
        name: "杭州市临安区市场监督管理局".parse().unwrap(),
    };
    Actor::Staff(StaffMember { account: StaffId::from_bytes([n; 16]), office, role })
}

pub(crate) fn regulator() -> Actor {
    member(1, StaffRole::Regulator)
}

pub(crate) fn typed(change: impl FnOnce(&mut TypedSearch)) -> TypedSearch {
    let mut typed = TypedSearch {
        basis: "《市场主体登记管理条例》第四十条".into(),
        case_number: "杭临市监撤〔2026〕12号".into(),
        ..TypedSearch::default()
    };
    change(&mut typed);
    typed
}

pub(crate) fn by_company() -> TypedSearch {
    typed(|typed| typed.company = COMPANY.into())
}

impl World {
    pub(crate) async fn index(&self) {
        while !index_filings(&self.platform).await.unwrap().has_caught_up {}
    }

    pub(crate) async fn search(
        &self,
        actor: &Actor,
        typed: &TypedSearch,
    ) -> Result<RecordId, SearchError> {
        let request = self.request(actor);
        search(&self.platform, &request, typed).await.map(|searched| searched.query)
    }

    pub(crate) async fn found(&self, typed: &TypedSearch) -> Vec<FilingId> {
        let query = self.search(&regulator(), typed).await.unwrap();
        let page = results(&self.platform, &regulator(), query, None).await.unwrap();
        page.rows.into_iter().map(|row| row.filing).collect()
    }

    pub(crate) async fn dossier(
        &self,
        query: RecordId,
        filing: FilingId,
    ) -> Result<Dossier, SearchError> {
        self.dossier_from(query, filing, 0).await
    }

    async fn dossier_from(
        &self,
        query: RecordId,
        filing: FilingId,
        from: usize,
    ) -> Result<Dossier, SearchError> {
        dossier(&self.platform, &regulator(), &self.facts(), (query, filing), from).await
    }

    pub(crate) async fn entries(&self) -> usize {
        self.contents().await.entries.len()
    }
}

/// Two shareholders have signed, both custodians hold it, the index knows it.
pub(crate) async fn signed() -> (World, Drafted) {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    world.all_sign(&drafted).await;
    let known = contact(Some("13800001111"), None, Some(NUMBER));
    declare(&world, drafted.filing, drafted.parties[0], known).await.unwrap();
    world.deposit_all().await;
    world.index().await;
    (world, drafted)
}

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

#[tokio::test]
async fn a_filing_is_seen_only_through_an_own_open_search_that_found_it() {
    let (world, drafted) = signed().await;
    let other = world.open().await;
    world.index().await;
    let by_person = typed(|t| t.person_number = NUMBER.into());
    let query = world.search(&regulator(), &by_person).await.unwrap();
    assert!(world.dossier(query, drafted.filing).await.is_ok());
    let before = world.entries().await;
    // Not found by it, of somebody else, and no search at all.
    assert_eq!(world.dossier(query, other).await.unwrap_err().code(), "filing_not_found");
    let colleague = member(9, StaffRole::Regulator);
    let theirs = world.search(&colleague, &by_company()).await.unwrap();
    let refused = world.dossier(theirs, drafted.filing).await.unwrap_err();
    assert_eq!(refused.code(), "query_not_found");
    let nothing = RecordId::from_bytes([7; 16]);
    assert_eq!(world.dossier(nothing, drafted.filing).await.unwrap_err().code(), "query_not_found");
    let refused = results(&world.platform, &regulator(), theirs, None).await.unwrap_err();
    assert_eq!(refused.code(), "query_not_found");
    assert_eq!(world.entries().await, before + 1, "only the colleague's search was recorded");
    // A day later the search opens nothing any more.
    world.clock.advance_ms(OPEN_MS);
    assert_eq!(world.dossier(query, drafted.filing).await.unwrap_err().code(), "query_over");
    let refused = results(&world.platform, &regulator(), query, None).await.unwrap_err();
    assert_eq!(refused.code(), "query_over");
}

#[tokio::test]
async fn every_look_is_a_record_apart_from_the_filings_own_chain() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let (platform, facts) = (&world.platform, world.facts());
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let at = (query, drafted.filing);
    let signature = &seen.signatures[0];
    assert!(signature.has_photo);
    let before = world.entries().await;
    let jpeg = photo(platform, &regulator(), &facts, at, signature.record).await.unwrap();
    assert!(jpeg.starts_with(&[0xff, 0xd8]));
    assert_eq!(world.entries().await, before + 1);
    let exported = bundle(platform, &regulator(), &facts, at, signature.record).await.unwrap();
    assert!(exported.file_name.starts_with("PZ") && exported.bytes.starts_with(b"PK"));
    assert_eq!(world.entries().await, before + 2);
    // A record of another filing is not there.
    let elsewhere = world.drafted(1).await;
    let strange = world.all_sign(&elsewhere).await[0].1.record_id;
    let refused = photo(platform, &regulator(), &facts, at, strange).await.unwrap_err();
    assert_eq!(refused.code(), "record_not_found");
    // The looks are not in the chain that parties see, and the second page lists none of them.
    let again = world.dossier(query, drafted.filing).await.unwrap();
    assert_eq!(again.events.len(), seen.events.len());
    assert!(again.events.iter().all(|event| event.kind != RecordKind::RegulatorView));
    assert_ne!(again.look, seen.look);
    assert!(again.look.1 > seen.look.1);
}

#[tokio::test]
async fn one_device_or_address_behind_two_people_is_one_thing_and_the_look_says_what_it_opened() {
    let (world, drafted) = signed().await;
    let other = contact(Some("13800002222"), None, None);
    declare(&world, drafted.filing, drafted.parties[1], other).await.unwrap();
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let [first, second] = [0, 1].map(|at| seen.signatures[at].traces.ties.clone());
    let [one, another] = [first.phone.unwrap(), second.phone.unwrap()];
    assert_ne!(one.number, another.number);
    let mut labels = [one.label, another.label];
    labels.sort();
    assert_eq!(labels, ["+86****1111", "+86****2222"], "never the whole number");
    // Both signed at the computer of the test.
    assert_eq!(first.address, second.address);
    assert!(first.address.is_some() && first.device == second.device);

    let (platform, facts) = (&world.platform, world.facts());
    let look = disclose(platform, &world.staff, &facts, seen.look.0, &Attributes::All).await;
    let look = serde_json::to_vec(&look.unwrap().record).unwrap();
    let look = Disclosure::parse(&look).unwrap();
    let opened = look.value("attributes_opened").unwrap().to_string();
    for name in [
        "party_name",
        "client_address",
        "seconds",
        "page_seconds",
        "client.strokes_sha256",
        "strokes",
        "mobile",
    ] {
        assert!(opened.contains(name), "{name} was shown and is not in {opened}");
    }
}

#[tokio::test]
async fn how_long_each_page_was_in_view_and_what_was_written_are_in_the_dossier() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let document = drafted.document.document_id;
    let pages = document_pages(&world.platform, &visitor.actor, document).await.unwrap();
    crate::reading::read(&world, &visitor, &pages).await.unwrap();
    let (begun, photo) = world.ready(&visitor).await;
    let written = KeepStrokes { signing: begun.signing_id, bytes: STROKES.into() };
    keep_strokes(&world.platform, &world.request(&visitor.actor), written).await.unwrap();
    let mut values = Device::values(photo, world.clock.now());
    let digest = Digest::of(STROKES).to_string();
    values.insert("strokes_sha256", (digest.into(), Provenance::Reported));
    let command = visitor.answer_with(&begun, &values, |_| {});
    world.complete(&visitor, command).await.unwrap();
    // Somebody who read elsewhere and wrote nothing.
    let other = world.visitor(drafted.filing, drafted.parties[1]).await;
    world.sign(&other).await;
    world.index().await;

    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let left = &seen.signatures[0].traces;
    let [dwell] = &left.dwell[..] else { panic!("one document: {:?}", left.dwell) };
    assert_eq!((&*dwell.title, dwell.seconds), ("公司章程", 19));
    assert_eq!(dwell.page_seconds, [12, 0, 7]);
    let drawn = left.handwriting.as_ref().unwrap();
    assert_eq!((drawn.width, drawn.height, &drawn.typed), (640, 320, &None));
    assert_eq!(drawn.strokes, [vec![[1, 2, 0], [3, 4, 16]]]);
    let nothing = &seen.signatures[1].traces;
    assert!(nothing.dwell.is_empty() && nothing.handwriting.is_none());
}

#[tokio::test]
async fn edge_case_19_the_dossier_says_what_came_of_each_action_and_shows_no_frame() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    let mut sent: Vec<SentAction> =
        begun.actions.iter().map(|action| SentAction { action: *action, frame: None }).collect();
    sent[1].frame = Some(files::photo("a frame").into());
    let photo = files::photo(&visitor.label);
    let command =
        CapturePhoto { actions: sent, ..CapturePhoto::of(begun.signing_id, photo.clone()) };
    capture_photo(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    let answer = visitor.answer(&begun, Digest::of(&photo), world.clock.now());
    world.complete(&visitor, answer).await.unwrap();
    // A program that sends none.
    let other = world.visitor(drafted.filing, drafted.parties[1]).await;
    world.sign(&other).await;
    world.index().await;

    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let said = |at: usize| {
        let actions = &seen.signatures[at].traces.actions;
        actions.iter().map(|said| (said.asked, said.result)).collect::<Vec<_>>()
    };
    let [first, second] = begun.actions[..] else { panic!("{:?}", begun.actions) };
    assert_eq!(said(0), [(first, ActionWord::NotDone), (second, ActionWord::Frame)]);
    assert!(said(1).iter().all(|(_, result)| *result == ActionWord::Missing));
    assert_eq!(said(1).len(), 2);
    let facts = world.facts();
    let look = disclose(&world.platform, &world.staff, &facts, seen.look.0, &Attributes::All).await;
    let look = serde_json::to_vec(&look.unwrap().record).unwrap();
    let opened = Disclosure::parse(&look).unwrap();
    let opened = opened.value("attributes_opened").unwrap().to_string();
    assert!(opened.contains("photo_format"), "what was shown stands in the record of the look");
}

#[tokio::test]
async fn of_more_signatures_than_one_page_examines_the_rest_is_neither_judged_nor_opened() {
    let world = World::new().await;
    let filing = world.open().await;
    let handler = world.add(filing, "何静", Capacity::Handler).await;
    let mut parties = Vec::new();
    for number in 0..=EXAMINED {
        // A company has fifty shareholders at most.
        let capacity = if number < 40 { Capacity::Shareholder } else { Capacity::Supervisor };
        parties.push(world.add(filing, "龚𠮷", capacity).await);
    }
    let document = world.attach(filing, "公司章程").await;
    world.all_sign(&Drafted { filing, handler, parties, document }).await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, filing).await.unwrap();
    assert_eq!((seen.signatures.len(), seen.not_examined), (EXAMINED + 1, 1));
    let [.., examined, rest] = &seen.signatures[..] else { panic!("more than one") };
    assert!(examined.verdict.is_some() && examined.traces.ties.address.is_some());
    assert!(rest.verdict.is_none() && rest.traces.ties == Ties::default());
}

#[tokio::test]
async fn a_filing_with_more_records_than_one_page_lists_goes_on_on_the_next() {
    let (world, drafted) = signed().await;
    let filing = drafted.filing;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let before = world.dossier(query, filing).await.unwrap();
    assert_eq!(before.not_listed, 0);
    for _ in 0..500 {
        let command = PlaceHold { filing, reason: "（2026）示例行初1号".into() };
        let request = world.request(&regulator());
        place_hold(&world.platform, &request, query, command).await.unwrap();
    }
    let seen = world.dossier(query, filing).await.unwrap();
    assert_eq!((seen.events.len(), seen.not_listed), (500, before.events.len()));
    assert_eq!((seen.previous, seen.next), (None, Some(500)));
    let rest = world.dossier_from(query, filing, 500).await.unwrap();
    assert_eq!((rest.events.len(), rest.not_listed), (before.events.len(), 0));
    assert_eq!((rest.from, rest.previous, rest.next), (500, Some(0), None));
    assert_eq!(rest.events.first().unwrap().seq, seen.events.last().unwrap().seq + 1);
    assert_ne!(rest.look.0, seen.look.0, "each page is a look of its own");
    // From the middle of what was signed, the later signatures are there with their verdicts.
    let at = before.events.iter().position(|one| one.kind == RecordKind::Signing).unwrap();
    let behind = world.dossier_from(query, filing, at + 1).await.unwrap();
    assert_eq!(behind.signatures.len(), before.signatures.len() - 1);
    assert!(behind.signatures.iter().all(|one| one.verdict.is_some()));
    // Behind the last there is no page, and nobody looked.
    let total = 500 + before.events.len();
    let entries = world.entries().await;
    let nothing = world.dossier_from(query, filing, total).await.unwrap_err();
    assert_eq!(nothing.code(), "record_not_found");
    assert_eq!(world.entries().await, entries);
}

#[tokio::test]
async fn each_signature_has_one_verdict_by_the_keys_that_were_set_up() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    assert_eq!((seen.signatures.len(), seen.not_examined), (2, 0));
    // Without keys nothing is proved, and nothing speaks against it either.
    let verdict = seen.signatures[0].verdict.as_ref().unwrap();
    assert_eq!((verdict.status, verdict.hint), (Status::NotProved, Hint::ToBeChecked));

    let anchors = Arc::new(world.anchors());
    let world = World::with(|settings| settings.anchors = Some(anchors)).await;
    let drafted = world.drafted(1).await;
    world.cosign_head().await;
    world.all_sign(&drafted).await;
    world.cosign_head().await;
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let verdict = seen.signatures[0].verdict.as_ref().unwrap();
    assert_eq!(verdict.status, Status::Proved, "{:#?}", verdict.claims);
    // Nobody says who signed, so an officer has something to check.
    assert_eq!(verdict.hint, Hint::ToBeChecked);
    let identity = verdict.claims.iter().find(|claim| claim.name == ClaimName::Identity).unwrap();
    assert_eq!(identity.status, Status::NotProved);
    assert!(identity.reason_in(Language::Zh) != identity.reason_in(Language::En));
    assert!(verdict.claims.iter().all(|claim| claim.name != ClaimName::Certificate));
    assert!(seen.signatures[0].deposits.iter().all(|(_, number)| number.is_some()));
}

#[tokio::test]
async fn a_filing_that_a_demo_acted_out_says_so_and_an_objection_names_its_ground() {
    let number: FilingNo = "50317260".parse().unwrap();
    let world = World::with(|settings| {
        settings.simulated_filings.insert(number);
    })
    .await;
    let command = OpenFiling {
        matter: Matter::SimplifiedCancellation,
        company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
        handler_name: None,
        number: Some(number),
    };
    let request = world.request(&world.staff);
    let acted = open_filing(&world.platform, &request, command).await.unwrap().filing_id;
    let drafted = world.drafted(1).await;
    let (visitor, receipt) = world.all_sign(&drafted).await.remove(0);
    let command = Object {
        filing: drafted.filing,
        party: drafted.parties[0],
        against: Some(receipt.record_id),
        ground: Ground::NotSignedByMe,
        reason: None,
    };
    object(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let page = results(&world.platform, &regulator(), query, None).await.unwrap();
    assert_eq!(page.rows.len(), 2);
    for row in page.rows {
        assert_eq!(row.is_simulated, row.filing == acted);
    }
    let seen = world.dossier(query, acted).await.unwrap();
    assert!(seen.is_simulated && seen.parties.iter().all(|party| party.ground.is_none()));
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let objector = seen.parties.iter().find(|party| party.party == drafted.parties[0]).unwrap();
    assert!(!seen.is_simulated);
    assert_eq!(objector.ground, Some(Ground::NotSignedByMe));
    // What was opened of it stands in the record of the look.
    let (platform, facts) = (&world.platform, world.facts());
    let look = disclose(platform, &world.staff, &facts, seen.look.0, &Attributes::All).await;
    let look = serde_json::to_vec(&look.unwrap().record).unwrap();
    let look = Disclosure::parse(&look).unwrap();
    assert!(look.value("attributes_opened").unwrap().to_string().contains("\"ground\""));
}

#[tokio::test]
async fn a_copy_is_compared_by_digest_and_by_words() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let at = (query, drafted.filing);
    let (platform, facts) = (&world.platform, world.facts());
    let document = drafted.document.document_id;
    let ask = async |bytes: Vec<u8>| {
        compare(platform, &regulator(), &facts, at, (document, bytes.into())).await
    };
    let same = ask(files::pdf("Articles", 3)).await.unwrap();
    assert_eq!(same.ours, same.theirs);
    assert!(same.differences.is_empty());
    let before = world.entries().await;
    let other = ask(files::pdf("Forged articles", 3)).await.unwrap();
    assert_ne!(other.ours.sha256, other.theirs.sha256);
    assert_eq!(other.ours.pages, 3);
    assert!(!other.differences.is_empty());
    assert!(other.differences[0].theirs.concat().contains("Forged"), "{:?}", other.differences);
    assert_eq!(world.entries().await, before + 1);
    assert!(matches!(ask(b"no pdf".to_vec()).await, Err(CompareError::Pdf(_))));
    assert_eq!(world.entries().await, before + 1, "what is no PDF is no look");
}

#[tokio::test]
async fn a_regulator_places_and_lifts_a_hold_over_what_it_has_found() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let filing = drafted.filing;
    let command = || PlaceHold { filing, reason: "（2026）示例行初1号".into() };
    let request = world.request(&regulator());
    let changed = place_hold(&world.platform, &request, query, command()).await.unwrap();
    let seen = world.dossier(query, filing).await.unwrap();
    assert_eq!(seen.holds.iter().map(|(hold, _)| *hold).collect::<Vec<_>>(), [changed.hold_id]);
    assert!(seen.events.iter().any(|event| event.kind == RecordKind::LegalHold));
    let lift = LiftHold { filing, hold: changed.hold_id, reason: "案件已结".into() };
    let request = world.request(&regulator());
    lift_hold(&world.platform, &request, query, lift.clone()).await.unwrap();
    assert!(world.dossier(query, filing).await.unwrap().holds.is_empty());
    let request = world.request(&regulator());
    let twice = lift_hold(&world.platform, &request, query, lift).await.unwrap_err();
    assert_eq!(twice.code(), "hold_not_in_force");
    // Without a search that found it, nothing.
    let elsewhere = world.open().await;
    let command = PlaceHold { filing: elsewhere, reason: "（2026）示例行初1号".into() };
    let request = world.request(&regulator());
    let refused = place_hold(&world.platform, &request, query, command).await.unwrap_err();
    assert_eq!(refused.code(), "filing_not_found");
}

pub(crate) fn applicant() -> Applicant {
    Applicant {
        name: "杭州市临安区市场监督管理局".into(),
        code: "113301120025045678".into(),
        address: "杭州市临安区示例路1号".into(),
        telephone: "0571-00000110".into(),
        legal_representative: "钱示例".into(),
    }
}

/// A notary's desk that keeps to the contract: the same letter gets the same answer.
#[derive(Default)]
struct Desk {
    letters: Mutex<Vec<ApplicationLetter>>,
    is_away: AtomicBool,
}

impl NotaryDesk for Desk {
    fn apply<'a>(&'a self, letter: &'a ApplicationLetter) -> Carrying<'a> {
        Box::pin(async move {
            if self.is_away.load(Ordering::SeqCst) {
                return Err(NotaryNotReached("unreachable".into()));
            }
            let mut letters = self.letters.lock().unwrap();
            let known = letters.iter().position(|one| one.application == letter.application);
            let place = known.unwrap_or(letters.len());
            if known.is_none() {
                letters.push(letter.clone());
            }
            let code = Some("AB23CD45EF".to_owned());
            Ok(ApplicationAnswer::Received { reference: format!("SQ{place:04}<b>"), code })
        })
    }
}

#[tokio::test]
async fn an_application_is_a_record_waits_for_the_notary_and_is_made_once() {
    let world = World::with(|settings| settings.applicant = Some(applicant())).await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await[0].1.record_id;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let at = (query, drafted.filing);
    let ask = async || {
        let request = world.request(&regulator());
        apply(&world.platform, &request, at, signed).await
    };
    // Not before the notary holds it.
    assert_eq!(ask().await.unwrap_err().code(), "application_not_deposited");
    world.deposit_all().await;
    let before = world.entries().await;
    let request = world.named_request(&regulator(), "apply");
    let applied = apply(&world.platform, &request, at, signed).await.unwrap();
    assert_eq!(apply(&world.platform, &request, at, signed).await.unwrap(), applied);
    assert_eq!(world.entries().await, before + 1);
    assert_eq!(ask().await.unwrap_err().code(), "application_double");

    let desk = Desk::default();
    desk.is_away.store(true, Ordering::SeqCst);
    let carry = async || {
        let mut carried = 0;
        for item in queue::lease(&world.platform, 60_000, 4).await.unwrap() {
            let letter = queue::letter(&world.platform, &item).await.unwrap().unwrap();
            assert_eq!(letter.applicant, applicant());
            assert_eq!(letter.legal_basis, "《市场主体登记管理条例》第四十条");
            if let Ok(answer) = desk.apply(&letter).await {
                queue::note_answer(&world.platform, &item, &answer).await.unwrap();
                // Said twice, written once.
                queue::note_answer(&world.platform, &item, &answer).await.unwrap();
            } else {
                let retry_at = world.clock.now().plus_millis(1_000);
                queue::try_again(&world.platform, &item, retry_at).await.unwrap();
            }
            carried += 1;
        }
        carried
    };
    let state = async || {
        let seen = world.dossier(query, drafted.filing).await.unwrap();
        seen.signatures[0].application.clone().unwrap().state
    };
    assert_eq!(carry().await, 1);
    assert_eq!(state().await, ApplicationState::Sent {});
    assert_eq!(carry().await, 0, "it waits for its pause");
    world.clock.advance_ms(1_000);
    desk.is_away.store(false, Ordering::SeqCst);
    let before = world.entries().await;
    assert_eq!(carry().await, 1);
    assert_eq!(world.entries().await, before + 1, "the answer is a record, once");
    // What another organisation calls it is taken as letters and digits.
    let ApplicationState::Received { reference, code, .. } = state().await else { panic!() };
    assert_eq!((reference.as_str(), code.as_deref()), ("SQ0000b", Some("AB23CD45EF")));
    assert_eq!((carry().await, desk.letters.lock().unwrap().len()), (0, 1));
    let kinds = world.dossier(query, drafted.filing).await.unwrap().events;
    let kinds = kinds.iter().filter(|event| event.kind == RecordKind::CertificateApplication);
    assert_eq!(kinds.count(), 2);
}

#[tokio::test]
async fn where_nobody_is_set_up_to_apply_nobody_does_and_a_refusal_may_be_tried_again() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let signature = &seen.signatures[0];
    assert!(!signature.may_apply && signature.application.is_none());
    let request = world.request(&regulator());
    let at = (query, drafted.filing);
    let refused = apply(&world.platform, &request, at, signature.record).await.unwrap_err();
    assert_eq!(refused.code(), "application_no_desk");

    let world = World::with(|settings| settings.applicant = Some(applicant())).await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await[0].1.record_id;
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let at = (query, drafted.filing);
    apply(&world.platform, &world.request(&regulator()), at, signed).await.unwrap();
    let item = queue::lease(&world.platform, 60_000, 4).await.unwrap().remove(0);
    let refusal = ApplicationAnswer::Refused { reason: "not_party".into() };
    queue::note_answer(&world.platform, &item, &refusal).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    assert!(seen.signatures[0].may_apply);
    apply(&world.platform, &world.request(&regulator()), at, signed).await.unwrap();
    assert_eq!(queue::lease(&world.platform, 60_000, 4).await.unwrap().len(), 1);
}
