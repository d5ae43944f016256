//! Who confirms without a phone: before an officer at the counter, who finds the party by filing and card and says what
//! was declared.

use futures_util::FutureExt as _;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_evidence_store::backend::CommitError;
use heqi_filing::{ConfirmationText, FilingState, OfficeKind};
use heqi_registration::Actor;
use heqi_registration::confirm_at_counter::{
    CardAtCounter, ConfirmAtCounter, ConfirmAtCounterError, ConfirmationExpected,
    ConfirmedAtCounter, confirm_at_counter, confirmation_expected,
};
use heqi_registration::declare_contact::{DeclareContact, declare_contact};
use heqi_registration::disclose::Attributes;
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{ActError, Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::journal::{JournalAct, JournalDay, journal};
use heqi_registration::request::StaffRole;
use heqi_registration::see_person::{AtCounter, person_expected};
use heqi_vocabulary::{Digest, Explain as _, Language, Provenance, RecordId};

use crate::every_call::{Act, in_every_way, words};
use crate::notary::expect;
use crate::review::{Mood, Scene, office, registry};

const HOUR_MS: i64 = 3_600_000;
/// Another person's number with the same last four.
const HANDLERS_NUMBER: &str = "33011219940309002X";

/// Filing and card of the shareholder.
async fn card(scene: &Scene) -> CardAtCounter {
    let world = &scene.world;
    let number = filing_view(&world.platform, &world.staff, scene.filing).await.unwrap().number;
    CardAtCounter { number, last_four: "002x".into() }
}

async fn look(
    scene: &Scene,
    officer: &Actor,
    card: &CardAtCounter,
) -> Result<ConfirmationExpected, ConfirmAtCounterError> {
    let world = &scene.world;
    confirmation_expected(&world.platform, officer, &world.facts(), card, Language::Zh).await
}

/// What an officer says who has shown and read out what this is.
fn heard(card: &CardAtCounter, expected: &ConfirmationExpected, at: usize) -> ConfirmAtCounter {
    let party = &expected.parties[at];
    ConfirmAtCounter {
        card: card.clone(),
        party: party.party,
        shown_sha256: expected.shown_sha256,
        statement_sha256: party.statement_sha256,
        together: true,
        declared: true,
        grounds: "本人持身份证原件到场，听读声明后表示确认".parse().unwrap(),
    }
}

async fn record(
    scene: &Scene,
    officer: &Actor,
    command: ConfirmAtCounter,
) -> Result<ConfirmedAtCounter, ConfirmAtCounterError> {
    let world = &scene.world;
    confirm_at_counter(&world.platform, &world.request(officer), command).await
}

async fn records(scene: &Scene, kind: RecordKind) -> Vec<RecordId> {
    let frames = scene.world.frames().await.into_iter();
    let of_kind = frames.filter(|(frame, _)| frame.kind == kind);
    of_kind.map(|(frame, _)| frame.record_id).collect()
}

#[tokio::test]
async fn an_officer_records_what_a_person_declares_at_the_counter_also_after_the_72_hours() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    scene.sign().await;
    scene.confirms(&world.staff, scene.handler).await.unwrap();
    world.clock.advance_ms(73 * HOUR_MS);
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    let [party] = expected.parties.as_slice() else { panic!("{expected:?}") };
    assert_eq!((party.party, party.person.as_str()), (scene.party, "龚𠮷"));
    assert_eq!(party.statement, "以上文件是我本人签署的。我已核对签署情况，没有异议。");
    assert_eq!(party.confirmed_at, None);
    assert_eq!((expected.signed.len(), expected.signed[0].documents.len()), (1, 1));

    let confirmed = record(&scene, &officer, heard(&card, &expected, 0)).await.unwrap();
    assert!(!matches!(scene.state().await, FilingState::Signed { .. }), "all have confirmed");
    let said = world.opened(confirmed.record_id).await;
    let statement = said.parsed::<Digest>("statement_sha256").unwrap();
    assert_eq!(ConfirmationText::by_digest(&statement).unwrap().zh, party.statement);
    // The record itself says that it is on somebody's word, and the one right before it on whose.
    for name in ["statement_sha256", "shown_sha256"] {
        assert_eq!(said.attribute(name).unwrap().provenance, Provenance::Reviewed, "{name}");
    }
    let seen = world.opened(confirmed.seen_record_id).await;
    assert_eq!(seen.text("card_last_four"), Some("002X"));
    assert_eq!(seen.text("office"), Some(registry().name.as_str()));
    assert!(seen.text("officer").is_some() && seen.value("ceremony").is_none());
    assert_eq!(seen.text("grounds"), Some("本人持身份证原件到场，听读声明后表示确认"));
    let frames = world.frames().await;
    let placed = |id| frames.iter().find(|(frame, _)| frame.record_id == id).unwrap();
    let (before, after) = (placed(confirmed.seen_record_id), placed(confirmed.record_id));
    assert_eq!(after.0.place.seq, before.0.place.seq + 1);
    assert_eq!(after.0.place.prev, before.1.digest());

    let auditor = scene.account("xu.ming", "许明", registry(), StaffRole::Auditor).await;
    let today = JournalDay::of(world.clock());
    let lines = journal(&world.platform, &auditor, today, 100).await.unwrap();
    let is_told = lines.iter().any(|line| {
        matches!(&line.did, JournalAct::Record { kind: RecordKind::Confirmation, word, .. }
            if word == "confirmed_at_counter")
    });
    assert!(is_told, "{lines:?}");
}

#[tokio::test]
async fn what_was_not_seen_heard_shown_and_read_out_is_not_recorded() {
    let scene = Scene::new(Mood::Down).await;
    scene.sign().await;
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    let refused = async |change: &dyn Fn(&mut ConfirmAtCounter)| {
        let mut command = heard(&card, &expected, 0);
        change(&mut command);
        let error = record(&scene, &officer, command).await.unwrap_err();
        (error.code(), error.class())
    };
    let together = refused(&|said| said.together = false).await;
    assert_eq!(together, ("counter_not_together", Class::BadInput));
    let declared = refused(&|said| said.declared = false).await;
    assert_eq!(declared, ("counter_not_declared", Class::BadInput));
    let four = refused(&|said| said.card.last_four = "2X".into()).await;
    assert_eq!(four, ("last_four_malformed", Class::BadInput));
    let list = refused(&|said| said.shown_sha256 = Digest::of(b"before")).await;
    assert_eq!(list, ("shown_list_changed", Class::Conflict));
    let read_out = refused(&|said| said.statement_sha256 = Digest::of(b"before")).await;
    assert_eq!(read_out, ("statement_changed", Class::Conflict));
    // Somebody else's party is none that this card finds.
    let other = refused(&|said| said.party = scene.handler).await;
    assert_eq!(other, ("counter_no_party", Class::NotFound));
    assert!(records(&scene, RecordKind::Confirmation).await.is_empty());
    assert!(records(&scene, RecordKind::PersonSeen).await.is_empty());

    let confirmed = record(&scene, &officer, heard(&card, &expected, 0)).await.unwrap();
    let again = refused(&|_| {}).await;
    assert_eq!(again, ("counter_already_confirmed", Class::Conflict));
    assert_eq!(records(&scene, RecordKind::Confirmation).await.len(), 1);
    assert_eq!(records(&scene, RecordKind::PersonSeen).await.len(), 1);
    let expected = look(&scene, &officer, &card).await.unwrap();
    assert!(expected.parties[0].confirmed_at.is_some());

    // Custodians take both, and both are proved as every record is.
    let world = &scene.world;
    world.cosign_head().await;
    world.deposit_all().await;
    for id in [confirmed.seen_record_id, confirmed.record_id] {
        let (facts, all) = (world.facts(), &Attributes::All);
        let file = export_bundle(&world.platform, &world.staff, &facts, id, all).await.unwrap();
        let verdict = world.examine(&file.bytes);
        for name in [ClaimName::Integrity, ClaimName::Logged, ClaimName::Deposited] {
            expect(&verdict, name, Status::Proved);
        }
    }
}

#[tokio::test]
async fn nothing_is_confirmed_at_the_counter_before_everybody_signed_nor_after_thirty_days() {
    let scene = Scene::new(Mood::Down).await;
    let visitor = scene.visitor().await;
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    let early = record(&scene, &officer, heard(&card, &expected, 0)).await.unwrap_err();
    assert_eq!(early.code(), "not_all_signed");
    scene.world.sign(&visitor).await;
    scene.world.clock.advance_ms(30 * 24 * HOUR_MS + 60_000);
    let expected = look(&scene, &officer, &card).await.unwrap();
    let late = record(&scene, &officer, heard(&card, &expected, 0)).await.unwrap_err();
    assert_eq!((late.code(), late.class()), ("counter_confirmation_lapsed", Class::Conflict));
}

#[tokio::test]
async fn a_look_for_who_confirms_is_on_record_before_anything_is_shown() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    scene.sign().await;
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let wrong = CardAtCounter { last_four: "0021".into(), ..card.clone() };
    let refused = look(&scene, &officer, &wrong).await.unwrap_err();
    assert!(matches!(refused, ConfirmAtCounterError::NoMatch), "{refused}");
    assert!(records(&scene, RecordKind::Access).await.is_empty(), "nothing was shown");
    for looks in 1..=2 {
        look(&scene, &officer, &card).await.unwrap();
        assert_eq!(
            records(&scene, RecordKind::Access).await.len(),
            looks,
            "each is one of its own"
        );
    }
    let access = world.opened(records(&scene, RecordKind::Access).await[0]).await;
    assert_eq!(access.text("purpose"), Some("review"));

    // What cannot be written down is not shown.
    world.store.refuse_commits(Some(CommitError::DiskFull));
    let refused = look(&scene, &officer, &card).await;
    assert!(matches!(refused, Err(ConfirmAtCounterError::Act(_))), "{refused:?}");
}

#[tokio::test]
async fn wrong_cards_count_with_the_wrong_numbers_of_devices() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    scene.sign().await;
    let (officer, other) = (scene.reviewer("li.na").await, scene.reviewer("wang.qiang").await);
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    for four in ["0001", "0002", "0003"] {
        let wrong = CardAtCounter { last_four: four.into(), ..card.clone() };
        let error = look(&scene, &officer, &wrong).await.unwrap_err();
        assert_eq!(error.code(), "counter_no_party");
        look(&scene, &officer, &card).await.unwrap();
    }
    let mut command = heard(&card, &expected, 0);
    command.card.last_four = "0004".into();
    let error = record(&scene, &officer, command).await.unwrap_err();
    assert_eq!(error.code(), "counter_no_party");
    let device = AtCounter { number: card.number, code: "000000".into() };
    let error = person_expected(&world.platform, &officer, &world.facts(), &device).await;
    assert_eq!(error.unwrap_err().code(), "counter_no_match");
    // The five of a day are used up, and what is right is not compared any more.
    let error = look(&scene, &officer, &card).await.unwrap_err();
    assert_eq!((error.code(), error.class()), ("counter_wrong_tries", Class::Conflict));
    let error = record(&scene, &officer, heard(&card, &expected, 0)).await.unwrap_err();
    assert_eq!(error.code(), "counter_wrong_tries");
    // Nobody else is kept out by it.
    record(&scene, &other, heard(&card, &expected, 0)).await.unwrap();
}

#[tokio::test]
async fn a_right_card_is_not_heard_beside_wrong_ones_of_the_same_moment() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    scene.sign().await;
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    // The right one has looked at how many there were, and then wrong ones come.
    let (has_looked, go_on) = world.store.pause_behind_row(b"code_quota/");
    let meanwhile = async {
        has_looked.await.unwrap();
        for four in ["0001", "0002", "0003", "0004", "0005"] {
            let wrong = CardAtCounter { last_four: four.into(), ..card.clone() };
            look(&scene, &officer, &wrong).await.unwrap_err();
        }
        go_on.send(()).unwrap();
    };
    let right = record(&scene, &officer, heard(&card, &expected, 0));
    let (right, ()) = tokio::join!(right, meanwhile);
    assert_eq!(right.unwrap_err().code(), "counter_wrong_tries");
    assert!(records(&scene, RecordKind::Confirmation).await.is_empty());
}

#[tokio::test]
async fn nobody_but_an_officer_of_the_reviewing_office_hears_a_confirmation() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    let (visitor, _) = scene.sign().await;
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    let operator = office(OfficeKind::Operator, "示例文签平台");
    let operator = scene.account("op.sun", "孙六", operator, StaffRole::Operator).await;
    let elsewhere = office(OfficeKind::Registry, "别处市场监督管理局");
    let elsewhere = scene.account("zhao.w", "赵五", elsewhere, StaffRole::Reviewer).await;
    for actor in [&operator, &elsewhere, &visitor.actor, &world.staff] {
        let error = look(&scene, actor, &card).await.unwrap_err();
        assert!(matches!(error, ConfirmAtCounterError::Act(ActError::Denied)), "{error}");
        let error = record(&scene, actor, heard(&card, &expected, 0)).await.unwrap_err();
        assert!(matches!(error, ConfirmAtCounterError::Act(ActError::Denied)), "{error}");
    }
    // Who bears the name of a party leaves it to somebody else.
    let namesake = scene.account("gong.j", "龚𠮷", registry(), StaffRole::Reviewer).await;
    let error = record(&scene, &namesake, heard(&card, &expected, 0)).await.unwrap_err();
    assert_eq!((error.code(), error.class()), ("reviewer_takes_part", Class::Forbidden));
    assert!(records(&scene, RecordKind::Confirmation).await.is_empty());
}

#[tokio::test]
async fn of_two_whose_numbers_end_alike_each_declares_the_own_words() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    scene.sign().await;
    let contact = crate::entry::contact(Some("13800000009"), None, Some(HANDLERS_NUMBER));
    let command = DeclareContact { filing: scene.filing, party: scene.handler, contact };
    declare_contact(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    assert_eq!(expected.parties.len(), 2);
    for at in 0..2 {
        let command = heard(&card, &expected, at);
        let confirmed = record(&scene, &officer, command).await.unwrap();
        let said = world.opened(confirmed.record_id).await;
        let statement = said.parsed::<Digest>("statement_sha256").unwrap();
        let party = &expected.parties[at];
        assert_eq!(ConfirmationText::by_digest(&statement).unwrap().zh, party.statement);
        let own = party.party == scene.handler;
        assert_eq!(party.statement == "材料和签署情况属实，我没有代他人签署。", own);
    }
    assert!(!matches!(scene.state().await, FilingState::Signed { .. }), "all have confirmed");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_confirmation_at_the_counter_leaves_nothing_half_done()
{
    let scene = Scene::new(Mood::Down).await;
    scene.sign().await;
    let officer = scene.reviewer("li.na").await;
    let card = card(&scene).await;
    let expected = look(&scene, &officer, &card).await.unwrap();
    let (by, shown) = (officer.clone(), card.clone());
    let looking = Act::new("confirmation_expected", move |w| {
        let (by, card) = (by.clone(), shown.clone());
        async move {
            let facts = w.facts();
            words(confirmation_expected(&w.platform, &by, &facts, &card, Language::Zh).await)
        }
        .boxed_local()
    });
    let mut injected = in_every_way(&scene.world, &looking.of_a_look()).await;
    let hearing = Act::new("confirm_at_counter", move |w| {
        let command = heard(&card, &expected, 0);
        let request = w.named_request(&officer, "hear");
        async move { words(confirm_at_counter(&w.platform, &request, command).await) }.boxed_local()
    });
    injected += in_every_way(&scene.world, &hearing).await;
    assert!(injected > 60, "{injected} failures");
}
