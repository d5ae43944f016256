//! A handler takes out a party: who can be, what ends with it, and what is left of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::testing::Faulty;
use heqi_filing::{Capacity, FilingState};
use heqi_identity::amount::Fen;
use heqi_identity::contributions::Contribution;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::contacts::day;
use heqi_registration::declare_capital::{DeclareCapital, declare_capital};
use heqi_registration::decline::{Decline, decline};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::entry_view::entry_view;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::handover::{desk_view, finish, other_view, take_facts};
use heqi_registration::invite::{Invite, invite};
use heqi_registration::legal_hold::{LiftHold, PlaceHold, lift_hold, place_hold};
use heqi_registration::message_queue::{self, Report, filing_messages, note_report};
use heqi_registration::remove_party::{PartyRemoved, RemoveParty, RemovePartyError, remove_party};
use heqi_registration::sweep::{SweepCursor, sweep};
use heqi_registration::timeline::timeline;
use heqi_registration::{Actor, MessageState, OrderKey, Purpose};
use heqi_testkit::{SeededEntropy, files};
use heqi_vocabulary::{Clock as _, Explain as _, FilingId, Language, PartyId, RecordId};
use serde_json::json;

use crate::entry::{contact, declare, send, taken};
use crate::handover;
use crate::regulator::typed;
use crate::world::World;

const WHY: &str = "与另一当事人重复";

async fn remove(
    world: &World,
    filing: FilingId,
    party: PartyId,
    reason: Option<&str>,
) -> Result<PartyRemoved, RemovePartyError> {
    let command = RemoveParty { filing, party, reason: reason.map(ToOwned::to_owned) };
    remove_party(&world.platform, &world.request(&world.staff), command).await
}

async fn record(world: &World, record: RecordId) -> Disclosure {
    let (platform, facts) = (&world.platform, world.facts());
    let opened = disclose(platform, &world.staff, &facts, record, &Attributes::All).await.unwrap();
    Disclosure::parse(&serde_json::to_vec(&opened.record).unwrap()).unwrap()
}

async fn taking_part(world: &World, filing: FilingId) -> Vec<PartyId> {
    let view = filing_view(&world.platform, &world.staff, filing).await.unwrap();
    view.parties.into_iter().map(|party| party.party_id).collect()
}

async fn come(world: &World, filing: FilingId, party: PartyId) -> Actor {
    let token = world.invite(filing, party).await.token;
    authenticate(&world.platform, hash_of(&token)).await.unwrap()
}

async fn objects(world: &World) -> usize {
    world.contents().await.objects.len()
}

#[tokio::test]
async fn in_drafting_a_party_is_taken_out_freely_and_its_record_says_so() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, twice) = (drafted.filing, drafted.parties[1]);
    let request = world.named_request(&world.staff, "once");
    let command = RemoveParty { filing, party: twice, reason: Some("  ".into()) };
    let removed = remove_party(&world.platform, &request, command.clone()).await.unwrap();
    assert_eq!(remove_party(&world.platform, &request, command).await.unwrap(), removed);
    assert_eq!(taking_part(&world, filing).await, [drafted.handler, drafted.parties[0]]);

    let record = record(&world, removed.record_id).await;
    assert_eq!(record.kind(), RecordKind::PartyRemoved);
    assert_eq!(record.text("party"), Some(&*twice.to_string()));
    assert_eq!(record.text("party_kind"), Some("person"));
    assert_eq!(record.value("capacities"), Some(&json!(["shareholder"])));
    assert_eq!(record.text("filing_status"), Some("drafting"));
    assert_eq!(record.text("reason"), None);
    assert_eq!(record.value("ceremonies"), Some(&json!([])));
    assert_eq!(record.value("messages"), Some(&json!(0)));
    assert_eq!(record.text("changed_by"), Some(&*world.staff.name()));

    let again = remove(&world, filing, twice, None).await.unwrap_err();
    assert_eq!((again.code(), again.class()), ("party_removed", Class::Conflict));
    let nobody = remove(&world, filing, PartyId::from_bytes([9; 16]), None).await.unwrap_err();
    assert_eq!((nobody.code(), nobody.class()), ("party_unknown", Class::NotFound));
    let signer = come(&world, filing, drafted.parties[0]).await;
    let command = RemoveParty { filing, party: drafted.handler, reason: Some(WHY.into()) };
    let denied = remove_party(&world.platform, &world.request(&signer), command).await.unwrap_err();
    assert_eq!((denied.code(), denied.class()), ("not_allowed", Class::Forbidden));
}

#[tokio::test]
async fn every_invitation_of_a_party_that_is_taken_out_ends_and_its_photo_is_not_kept() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let empty = objects(&world).await;
    // The photo was taken under an invitation that another one came after.
    let first = world.visitor(filing, party).await;
    let (begun, photo) = world.ready(&first).await;
    let second = come(&world, filing, party).await;
    assert_eq!(objects(&world).await, empty + 1);

    for (reason, code) in [(None, "removal_reason_missing"), (Some(" "), "removal_reason_missing")]
    {
        let refused = remove(&world, filing, party, reason).await.unwrap_err();
        assert_eq!((refused.code(), refused.class()), (code, Class::BadInput));
    }
    let long = "长".repeat(2001);
    let refused = remove(&world, filing, party, Some(&long)).await.unwrap_err();
    assert_eq!(refused.code(), "reason_too_long");
    let handler = remove(&world, filing, drafted.handler, Some(WHY)).await.unwrap_err();
    assert_eq!(handler.code(), "handler_stays");
    assert_eq!(objects(&world).await, empty + 1, "nothing was changed");

    let removed = remove(&world, filing, party, Some(WHY)).await.unwrap();
    assert_eq!(objects(&world).await, empty);
    let record = record(&world, removed.record_id).await;
    assert_eq!((record.text("filing_status"), record.text("reason")), (Some("signing"), Some(WHY)));
    assert_eq!(record.value("ceremonies").unwrap().as_array().unwrap().len(), 2);

    for actor in [&first.actor, &second] {
        let told = ceremony_view(&world.platform, actor, Language::Zh).await.unwrap_err();
        assert_eq!((told.code(), told.class()), ("invitation_withdrawn", Class::Gone));
        let told = entry_view(&world.platform, actor).await.unwrap_err();
        assert_eq!(told.code(), "invitation_withdrawn");
        let declining = Decline { signing: None, reason: None };
        let told = decline(&world.platform, &world.request(actor), declining).await.unwrap_err();
        assert_eq!(told.code(), "invitation_withdrawn");
    }
    let answer = first.answer(&begun, photo, world.clock.now());
    assert_eq!(world.complete(&first, answer).await.unwrap_err().code(), "invitation_withdrawn");
    let asked = Invite { filing, party };
    let refused = invite(&world.platform, &world.request(&world.staff), asked).await.unwrap_err();
    assert_eq!(refused.code(), "party_unknown");
    let view = filing_view(&world.platform, &world.staff, filing).await.unwrap();
    assert_eq!(view.removed.iter().map(|one| one.party_id).collect::<Vec<_>>(), [party]);
    // The other one signs as before, and is the last one now.
    let last = remove(&world, filing, drafted.parties[1], Some(WHY)).await.unwrap_err();
    assert_eq!(last.code(), "last_signer");
    world.clock.advance_ms(60_000);
    let other = world.visitor(filing, drafted.parties[1]).await;
    world.sign(&other).await;
    // Invited afterwards, it was never shown the one that is gone.
    let shown = timeline(&world.platform, &other.actor, Language::Zh).await.unwrap();
    assert_eq!((shown.parties.len(), shown.removed.len()), (2, 0));
    let view = filing_view(&world.platform, &world.staff, filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Signed { .. }), "{:?}", view.state);
    let signed = remove(&world, filing, drafted.parties[1], Some(WHY)).await.unwrap_err();
    assert_eq!((signed.code(), signed.class()), ("party_has_signed", Class::Conflict));
}

#[tokio::test]
async fn a_step_on_another_device_ends_with_the_party_that_is_taken_out() {
    let world = World::new().await;
    let drafted = world.drafted(3).await;
    let filing = drafted.filing;
    // The other device is about to say that it has done its part.
    let working = world.visitor(filing, drafted.parties[0]).await;
    let (_, link) = handover::offered(&world, &working).await;
    let phone = handover::claimed(&world, link).await.unwrap();
    let number = handover::number_of(&world, link, phone).await;
    handover::picks(&world, &working, Some(number)).await.unwrap();
    let at = (link, phone);
    handover::photographs(&world, &working, at).await.unwrap();
    take_facts(&world.platform, at, handover::said()).await.unwrap();
    // Nobody has taken this one.
    let waiting = world.visitor(filing, drafted.parties[1]).await;
    let (_, unclaimed) = handover::offered(&world, &waiting).await;
    for party in [drafted.parties[0], drafted.parties[1]] {
        remove(&world, filing, party, Some(WHY)).await.unwrap();
    }

    let before = world.contents().await.entries.len();
    let told = other_view(&world.platform, link, phone).await.unwrap_err();
    assert_eq!((told.code(), told.class()), ("invitation_withdrawn", Class::Gone));
    let desk = desk_view(&world.platform, &working.actor, handover::desk()).await.unwrap_err();
    assert_eq!(desk.code(), "invitation_withdrawn");
    let said = take_facts(&world.platform, at, handover::said()).await.unwrap_err();
    assert_eq!(said.code(), "invitation_withdrawn");
    let done = finish(&world.platform, at).await.unwrap_err();
    assert_eq!(done.code(), "invitation_withdrawn");
    let claimed = handover::claimed(&world, unclaimed).await.unwrap_err();
    assert_eq!(claimed.code(), "invitation_withdrawn");
    assert_eq!(world.contents().await.entries.len(), before, "nothing more is recorded");
}

#[tokio::test]
async fn messages_that_wait_for_the_party_are_not_sent_and_everybody_else_is_asked_to_confirm() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, wrong) = (drafted.filing, drafted.parties[1]);
    let reach = async |party, mobile: &str| {
        declare(&world, filing, party, contact(Some(mobile), None, None)).await.unwrap();
    };
    let signer = world.visitor(filing, drafted.parties[0]).await;
    world.sign(&signer).await;
    reach(wrong, "13800000002").await;
    reach(drafted.handler, "13900000009").await;
    let invited = come(&world, filing, wrong).await;
    let code = send(&world, &invited).await.unwrap();
    assert_eq!(code.len(), 6);
    // Another code is under way when the party is taken out, and days have gone.
    world.clock.advance_ms(60 * 3_600_000);
    let again = heqi_registration::send_code::SendCode { channel: None, language: Language::Zh };
    let request = world.request(&invited);
    heqi_registration::send_code::send_code(&world.platform, &request, again).await.unwrap();

    let removed = remove(&world, filing, wrong, Some(WHY)).await.unwrap();
    assert_eq!(record(&world, removed.record_id).await.value("messages"), Some(&json!(1)));
    let shown = timeline(&world.platform, &signer.actor, Language::Zh).await.unwrap();
    assert_eq!((shown.parties.len(), shown.removed.len()), (2, 1));
    let sent = taken(&world).await;
    assert!(sent.iter().all(|message| message.address != "13800000002"));
    assert_eq!(sent.iter().filter(|message| message.purpose == Purpose::AllSigned).count(), 1);
    let messages = filing_messages(&world.platform, &world.staff, filing).await.unwrap();
    let dropped = messages.iter().filter(|message| message.state == MessageState::Dropped);
    assert_eq!(dropped.map(|message| message.party_id).collect::<Vec<_>>(), [wrong]);
    let refused = send(&world, &invited).await.unwrap_err();
    assert_eq!(refused.code(), "invitation_withdrawn");

    let view = filing_view(&world.platform, &world.staff, filing).await.unwrap();
    let FilingState::Signed { since, asked_at } = view.state else { panic!("{:?}", view.state) };
    assert_eq!(since, asked_at);
    let ago = world.clock.now().millis_since(asked_at);
    assert!((0..3_600_000).contains(&ago), "asked when the party was taken out, {ago} ms ago");
}

#[tokio::test]
async fn only_messages_to_the_party_are_read_when_it_is_taken_out() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, one, other) = (drafted.filing, drafted.parties[0], drafted.parties[1]);
    for (party, mobile) in [(one, "13800000001"), (other, "13800000002")] {
        declare(&world, filing, party, contact(Some(mobile), None, None)).await.unwrap();
        world.invite(filing, party).await;
    }
    let reads = async |name: &str| {
        let store = Arc::new(world.store.copy());
        let faulty = Arc::new(Faulty::new(store.clone()));
        let copy = world.started_on(&store, faulty.clone(), 21).await;
        let request = copy.named_request(&copy.staff, name);
        let command = RemoveParty { filing, party: one, reason: Some(WHY.into()) };
        faulty.reset();
        let removed = remove_party(&copy.platform, &request, command).await.unwrap();
        let reads = faulty.calls().len();
        assert_eq!(record(&copy, removed.record_id).await.value("messages"), Some(&json!(1)));
        reads
    };
    let few = reads("few").await;
    for _ in 0..2 {
        world.invite(filing, other).await;
    }
    assert_eq!(reads("many").await, few);
}

#[tokio::test]
async fn a_message_that_comes_back_after_the_party_was_taken_out_goes_by_no_other_way() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let both = contact(Some("13800000002"), Some("gong@example.com"), None);
    declare(&world, filing, party, both).await.unwrap();
    world.invite(filing, party).await;
    let sent = taken(&world).await;
    let [invitation] = &sent[..] else { panic!("{sent:?}") };
    remove(&world, filing, party, Some(WHY)).await.unwrap();

    let bounced = Report::Bounced { reason: "unknown_number" };
    let (platform, message) = (&world.platform, invitation.message);
    note_report(platform, message, invitation.channel, bounced).await.unwrap();
    assert!(taken(&world).await.is_empty(), "the link is sent to nobody any more");
    let messages = filing_messages(platform, &world.staff, filing).await.unwrap();
    assert_eq!(messages.iter().map(|one| one.state).collect::<Vec<_>>(), [MessageState::Dropped]);
    // Asked again, the worker has nothing left to do.
    assert_eq!(message_queue::waiting(platform, 10).await.unwrap(), 0);
}

#[tokio::test]
async fn a_photo_of_a_party_that_is_taken_out_under_a_hold_stays_until_it_is_lifted() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let filing = drafted.filing;
    let visitor = world.visitor(filing, drafted.parties[0]).await;
    let empty = objects(&world).await;
    world.ready(&visitor).await;
    let case = || "(2026)示例民初1号".to_owned();
    let place = PlaceHold { filing, reason: case() };
    let request = world.request(&world.staff);
    let hold = place_hold(&world.platform, &request, place).await.unwrap().hold_id;
    remove(&world, filing, drafted.parties[0], Some(WHY)).await.unwrap();
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.given_up, objects(&world).await), (0, empty + 1));

    let lift = LiftHold { filing, hold, reason: case() };
    lift_hold(&world.platform, &world.request(&world.staff), lift).await.unwrap();
    let swept = sweep(&world.platform, &mut SweepCursor::default()).await.unwrap();
    assert_eq!((swept.given_up, objects(&world).await), (1, empty));
}

#[tokio::test]
async fn of_a_removal_and_the_partys_own_signature_exactly_one_wins_and_the_other_is_told() {
    let world = World::new().await;
    // The party signs after the handler's look: the removal begins anew and is refused.
    let drafted = world.drafted(2).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let visitor = world.visitor(filing, party).await;
    let (begun, photo) = world.ready(&visitor).await;
    let answer = visitor.answer(&begun, photo, world.clock.now());
    let (is_reached, go) = world.store.pause_behind(b"party_ceremony/");
    let meanwhile = async {
        is_reached.await.unwrap();
        let signed = Box::pin(world.complete(&visitor, answer)).await;
        go.send(()).unwrap();
        signed
    };
    let removing = Box::pin(remove(&world, filing, party, Some(WHY)));
    let (removed, signed) = Box::pin(join(removing, meanwhile)).await;
    signed.unwrap();
    assert_eq!(removed.unwrap_err().code(), "party_has_signed");
    assert!(taking_part(&world, filing).await.contains(&party));

    // The handler takes the party out when its signature was checked and is about to be written.
    let drafted = world.drafted(2).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let visitor = world.visitor(filing, party).await;
    let (begun, photo) = world.ready(&visitor).await;
    let answer = visitor.answer(&begun, photo, world.clock.now());
    let (is_reached, go) = world.store.pause_behind_row(b"voucher/");
    let meanwhile = async {
        is_reached.await.unwrap();
        let removed = Box::pin(remove(&world, filing, party, Some(WHY))).await;
        go.send(()).unwrap();
        removed
    };
    let signing = Box::pin(world.complete(&visitor, answer));
    let (signed, removed) = Box::pin(join(signing, meanwhile)).await;
    removed.unwrap();
    let told = signed.unwrap_err();
    assert_eq!((told.code(), told.class()), ("invitation_withdrawn", Class::Gone));
    assert!(!taking_part(&world, filing).await.contains(&party));
    let kinds: Vec<_> = world.frames().await.iter().map(|(frame, _)| frame.kind).collect();
    let signings = kinds.iter().filter(|kind| **kind == RecordKind::Signing).count();
    assert_eq!(signings, 1, "of the first filing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_removals_at_the_same_moment_leave_somebody_who_signs() {
    let world = Arc::new(World::new().await);
    for _ in 0..8 {
        let drafted = world.drafted(2).await;
        world.invite(drafted.filing, drafted.parties[0]).await;
        let start = Arc::new(tokio::sync::Barrier::new(2));
        let tasks: Vec<_> = drafted
            .parties
            .iter()
            .copied()
            .map(|party| {
                let (world, start, filing) = (world.clone(), start.clone(), drafted.filing);
                tokio::spawn(async move {
                    start.wait().await;
                    remove(&world, filing, party, Some(WHY)).await
                })
            })
            .collect();
        let mut refused = Vec::new();
        for task in tasks {
            refused.extend(task.await.unwrap().err().map(|error| error.code()));
        }
        assert_eq!(refused, ["last_signer"]);
        assert_eq!(taking_part(&world, drafted.filing).await.len(), 2, "a signer and the handler");
    }
}

#[tokio::test]
async fn contributions_of_a_shareholder_who_was_taken_out_are_shown_to_nobody() {
    let world = World::new().await;
    let drafted = world.drafted(3).await;
    let (filing, parties) = (drafted.filing, &drafted.parties);
    let promise = |party: &PartyId| {
        let amount = Fen::parse_yuan("100000").unwrap();
        (*party, Contribution { amount, due: day("2031-11-22").unwrap() })
    };
    let capital = async |of: &[PartyId]| {
        let capital = Fen::parse_yuan(&format!("{}00000", of.len())).unwrap();
        let promises = of.iter().map(promise).collect();
        let command = DeclareCapital { filing, capital, promises };
        declare_capital(&world.platform, &world.request(&world.staff), command).await.unwrap();
    };
    capital(parties).await;
    remove(&world, filing, parties[2], None).await.unwrap();
    let asked = Invite { filing, party: parties[0] };
    let refused = invite(&world.platform, &world.request(&world.staff), asked).await.unwrap_err();
    assert_eq!(refused.code(), "capital_out_of_date");
    capital(&parties[..2]).await;
    let visitor = world.visitor(filing, parties[0]).await;
    let card = async || {
        let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
        (view.key_points.capital.map(|capital| capital.shares.len()), view.others.len())
    };
    assert_eq!(card().await, (Some(2), 2));
    remove(&world, filing, parties[1], Some(WHY)).await.unwrap();
    assert_eq!(card().await, (None, 1));
    world.sign(&visitor).await;
}

#[tokio::test]
async fn a_search_finds_nobody_who_was_taken_out_and_the_dossier_says_when_that_was() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, party) = (drafted.filing, drafted.parties[1]);
    let number = "11010519491231002X";
    declare(&world, filing, party, contact(Some("13800001111"), None, Some(number))).await.unwrap();
    let by_person = typed(|typed| {
        typed.person_name = "龚𠮷".into();
        typed.person_number = number.into();
    });
    world.index().await;
    assert_eq!(world.found(&by_person).await, [filing]);
    remove(&world, filing, party, None).await.unwrap();
    world.index().await;
    assert!(world.found(&by_person).await.is_empty());

    let query = crate::regulator::by_company();
    let query = world.search(&crate::regulator::regulator(), &query).await.unwrap();
    let seen = world.dossier(query, filing).await.unwrap();
    let removed: Vec<_> = seen.parties.iter().filter(|one| one.removed_at.is_some()).collect();
    assert_eq!(removed.iter().map(|one| one.party).collect::<Vec<_>>(), [party]);
    assert!(seen.events.iter().any(|event| event.kind == RecordKind::PartyRemoved));
}

#[tokio::test]
async fn data_of_who_was_taken_out_are_erased_and_who_was_erased_is_taken_out() {
    let world = World::with(|settings| {
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(17));
        settings.order_key = Some(OrderKey::new(Arc::new(key)));
    })
    .await;
    let drafted = world.drafted(3).await;
    let filing = drafted.filing;
    let erase = async |party| {
        world.deposit_all().await;
        let command = ErasePersonData {
            filing,
            party,
            classes: BTreeSet::from([RetentionClass::Person]),
            basis: Some("个人信息保护法第47条".into()),
        };
        erase_person_data(&world.platform, &world.request(&world.staff), command).await.unwrap()
    };
    let [removed, erased] = [drafted.parties[0], drafted.parties[1]];
    world.visitor(filing, removed).await;
    world.visitor(filing, erased).await;
    remove(&world, filing, removed, Some(WHY)).await.unwrap();
    assert_eq!(erase(removed).await.decision, "erased");
    assert_eq!(erase(erased).await.decision, "erased");
    let done = remove(&world, filing, erased, Some(WHY)).await.unwrap();
    // Nothing more is written about a person whose data were erased.
    assert_eq!(record(&world, done.record_id).await.text("reason"), None);
    assert_eq!(taking_part(&world, filing).await, [drafted.handler, drafted.parties[2]]);
}

#[tokio::test]
async fn a_person_who_was_added_twice_is_one_party_again_and_can_be_added_anew() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let filing = drafted.filing;
    let wrong = world.add(filing, "吴敏", Capacity::LegalRepresentative).await;
    remove(&world, filing, wrong, None).await.unwrap();
    let right = world.add(filing, "吴敏", Capacity::LegalRepresentative).await;
    assert_ne!(wrong, right);
    let visitor = world.visitor(filing, right).await;
    let begun = world.begin(&visitor).await;
    world.capture(&visitor, begun.signing_id, files::photo("吴敏")).await;
    let all = taking_part(&world, filing).await;
    assert_eq!(all, [drafted.handler, drafted.parties[0], right]);
}
