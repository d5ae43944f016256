//! How a signer comes in: contacts, one-time codes, the last four, and the other way in.

use heqi_evidence_store::backend::Backend as _;
use heqi_filing::entry::{CODE_LIFETIME_MS, CODE_PAUSE_MS, CODES_A_DAY};
use heqi_filing::{CodeRefusal, EntryStep, IdentityRefusal};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::check_code::{CheckCode, CheckCodeError, Passed, check_code};
use heqi_registration::check_identity::{CheckIdentityError, CheckLastFour, check_last_four};
use heqi_registration::contacts::Contact;
use heqi_registration::declare_contact::{DeclareContact, DeclareContactError, declare_contact};
use heqi_registration::entry_view::entry_view;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::find_entry::{ByNumber, ByNumberError, check_by_number, send_by_number};
use heqi_registration::invite::{INVITATIONS_A_DAY, Invite, InviteError, invite};
use heqi_registration::message_queue::{self, LeasedMessage, Outcome, Outgoing, Report};
use heqi_registration::send_code::{SendCode, SendCodeError, send_code};
use heqi_registration::{Actor, Purpose};
use heqi_vocabulary::{
    Clock as _, Digest, Explain as _, FilingId, Language, MessageChannel, PartyId,
};

use crate::world::{Drafted, World};

const MOBILE: &str = "13800000001";
pub(crate) const NUMBER: &str = "11010519491231002X";

pub(crate) fn contact(mobile: Option<&str>, email: Option<&str>, number: Option<&str>) -> Contact {
    Contact {
        mobile: mobile.map(|text| text.parse().unwrap()),
        email: email.map(|text| text.parse().unwrap()),
        id_number: number.map(|text| text.parse().unwrap()),
        document_kind: None,
        document_ends: None,
        company_code: None,
        language: Language::Zh,
    }
}

pub(crate) async fn declare(
    world: &World,
    filing: FilingId,
    party: PartyId,
    contact: Contact,
) -> Result<(), DeclareContactError> {
    let command = DeclareContact { filing, party, contact };
    declare_contact(&world.platform, &world.request(&world.staff), command).await.map(drop)
}

/// Everything that is due, each tried by its first way.
pub(crate) async fn due(world: &World) -> Vec<(LeasedMessage, Outgoing)> {
    let mut due = Vec::new();
    for item in message_queue::lease(&world.platform, 10_000, 100).await.unwrap() {
        let outgoing = message_queue::trying(&world.platform, &item, |_| true).await.unwrap();
        due.extend(outgoing.map(|outgoing| (item, outgoing)));
    }
    due
}

/// Takes everything that is due, and gives it.
pub(crate) async fn taken(world: &World) -> Vec<Outgoing> {
    let mut all = Vec::new();
    for (item, outgoing) in due(world).await {
        let outcome = Outcome::Taken {
            gateway: "test".into(),
            reference: Some("r-1".into()),
            template_sha256: Digest::of(b"template"),
        };
        message_queue::note_outcome(&world.platform, &item, outgoing.channel, &outcome)
            .await
            .unwrap();
        all.push(outgoing);
    }
    all
}

/// A filing with one shareholder who can be reached and has come as far as the door.
pub(crate) async fn at_the_door(number: Option<&str>) -> (World, Drafted, Actor) {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    declare(&world, filing, party, contact(Some(MOBILE), Some("gong@example.com"), number))
        .await
        .unwrap();
    let token = world.invite(filing, party).await.token;
    let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
    (world, drafted, actor)
}

pub(crate) async fn send(world: &World, actor: &Actor) -> Result<String, SendCodeError> {
    let command = SendCode { channel: None, language: Language::Zh };
    send_code(&world.platform, &world.request(actor), command).await?;
    let sent = taken(world).await;
    let code = sent.iter().rfind(|message| message.purpose == Purpose::Code).unwrap();
    Ok(code.values["code"].clone())
}

pub(crate) async fn enter(
    world: &World,
    actor: &Actor,
    code: &str,
) -> Result<Passed, CheckCodeError> {
    let command = CheckCode { code: code.to_owned() };
    check_code(&world.platform, &world.request(actor), command).await
}

pub(crate) async fn last_four(
    world: &World,
    actor: &Actor,
    four: &str,
) -> Result<Passed, CheckIdentityError> {
    let command = CheckLastFour { last_four: four.to_owned() };
    check_last_four(&world.platform, &world.request(actor), command).await
}

fn another(code: &str) -> String {
    let digit = if code.starts_with('0') { "1" } else { "0" };
    format!("{digit}{}", &code[1..])
}

#[tokio::test]
async fn nothing_personal_is_shown_before_code_and_last_four_and_both_are_in_the_challenge() {
    let (world, drafted, actor) = at_the_door(Some(NUMBER)).await;
    let refused = ceremony_view(&world.platform, &actor, Language::Zh).await.unwrap_err();
    assert_eq!(refused.code(), "code_required");
    let door = entry_view(&world.platform, &actor).await.unwrap();
    assert_eq!(door.step, EntryStep::Code);
    assert_eq!(door.channels[0].masked, "138****0001");
    let shown = serde_json::to_string(&door).unwrap();
    for personal in [MOBILE, NUMBER, "gong@", "龚", "青穗"] {
        assert!(!shown.contains(personal), "{personal}");
    }

    let code = send(&world, &actor).await.unwrap();
    let passed = enter(&world, &actor, &code).await.unwrap();
    assert_eq!(passed.step, EntryStep::Identity);
    let refused = ceremony_view(&world.platform, &actor, Language::Zh).await.unwrap_err();
    assert_eq!(refused.code(), "identity_required");
    let known = last_four(&world, &actor, "002x").await.unwrap();
    assert_eq!(known.step, EntryStep::Inside);
    for (language, said) in [
        (Language::Zh, "证件号码末四位（本人已输入，与申报的证件号码一致）"),
        (Language::En, "ID number ending in (typed by me; they agree with the number declared)"),
    ] {
        let view = ceremony_view(&world.platform, &actor, language).await.unwrap();
        assert!(view.intent.text.contains(said), "{}", view.intent.text);
        assert!(!view.intent.text.contains("002X"), "{}", view.intent.text);
        // What was found at the door is beside the statement that is signed, not in it.
        assert_eq!(view.intent.text_sha256, Digest::of(view.intent.template.as_bytes()));
        assert!(view.intent.template.contains("{id_last_four}"));
    }

    for kind in heqi_filing::ConsentKind::ASKED {
        world.consent(&actor, kind, heqi_filing::Decision::Granted).await;
    }
    let label = drafted.parties[0].to_string();
    let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 5, &label);
    let visitor = crate::world::Visitor { actor: actor.clone(), device, label };
    let begun = world.begin(&visitor).await;
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &begun.preimage)
        .unwrap();
    let (preimage, _) = heqi_evidence::challenge::ChallengePreimage::parse(&bytes).unwrap();
    let kinds: Vec<_> = preimage.prior_records.iter().map(|prior| prior.kind.as_str()).collect();
    assert_eq!(kinds[..2], ["code_checked", "code_checked"]);
    assert_eq!(preimage.prior_records[0].root, passed.record_root);
    assert_eq!(preimage.prior_records[1].root, known.record_root);
}

#[tokio::test]
async fn the_statement_says_that_nobody_asked_for_the_last_four_where_no_number_was_declared() {
    let (world, _, actor) = at_the_door(None).await;
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    for (language, said) in [
        (Language::Zh, "证件号码末四位（未核验）"),
        (Language::En, "ID number ending in (not checked)"),
    ] {
        let view = ceremony_view(&world.platform, &actor, language).await.unwrap();
        assert!(view.intent.text.contains(said), "{}", view.intent.text);
    }
}

#[tokio::test]
async fn a_code_that_passes_while_a_challenge_is_live_spoils_no_signing() {
    let (world, drafted, actor) = at_the_door(None).await;
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    for kind in heqi_filing::ConsentKind::ASKED {
        world.consent(&actor, kind, heqi_filing::Decision::Granted).await;
    }
    let label = drafted.parties[0].to_string();
    let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 5, &label);
    let visitor = crate::world::Visitor { actor: actor.clone(), device, label };
    let (begun, photo) = world.ready(&visitor).await;
    world.clock.advance_ms(CODE_PAUSE_MS);
    let second = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &second).await.unwrap();
    let answer = visitor.answer(&begun, photo, world.clock.now());
    world.complete(&visitor, answer).await.unwrap();
}

#[tokio::test]
async fn wrong_codes_are_counted_across_requests_and_the_same_request_counts_once() {
    let (world, _, actor) = at_the_door(None).await;
    let code = send(&world, &actor).await.unwrap();
    let wrong = another(&code);
    let request = world.request(&actor);
    for _ in 0..3 {
        let command = CheckCode { code: wrong.clone() };
        let refused = check_code(&world.platform, &request, command).await.unwrap_err();
        assert!(matches!(refused, CheckCodeError::Entry(CodeRefusal::Wrong { left: 4 })));
    }
    for left in (0..4).rev() {
        let refused = enter(&world, &actor, &wrong).await.unwrap_err();
        assert!(
            matches!(refused, CheckCodeError::Entry(CodeRefusal::Wrong { left: l }) if l == left)
        );
    }
    let refused = enter(&world, &actor, &code).await.unwrap_err();
    assert_eq!(refused.code(), "code_used_up");
    for malformed in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        assert_eq!(enter(&world, &actor, malformed).await.unwrap_err().code(), "code_malformed");
    }
}

#[tokio::test]
async fn a_code_ends_after_five_minutes_and_the_next_one_replaces_it() {
    let (world, _, actor) = at_the_door(None).await;
    let first = send(&world, &actor).await.unwrap();
    assert_eq!(send(&world, &actor).await.unwrap_err().code(), "code_too_soon");
    world.clock.advance_ms(CODE_PAUSE_MS);
    let second = send(&world, &actor).await.unwrap();
    if first != second {
        assert_eq!(enter(&world, &actor, &first).await.unwrap_err().code(), "code_wrong");
    }
    world.clock.advance_ms(CODE_LIFETIME_MS);
    assert_eq!(enter(&world, &actor, &second).await.unwrap_err().code(), "code_expired");
}

#[tokio::test]
async fn one_number_gets_ten_codes_a_day_whatever_filing_asks() {
    let (world, _, actor) = at_the_door(None).await;
    for _ in 0..CODES_A_DAY {
        send(&world, &actor).await.unwrap();
        world.clock.advance_ms(CODE_PAUSE_MS);
    }
    let refused = send(&world, &actor).await.unwrap_err();
    assert!(matches!(refused, SendCodeError::DayLimit));
    let other = world.drafted(1).await;
    let same = contact(Some(MOBILE), None, None);
    declare(&world, other.filing, other.parties[0], same).await.unwrap();
    let token = world.invite(other.filing, other.parties[0]).await.token;
    let second = authenticate(&world.platform, hash_of(&token)).await.unwrap();
    assert_eq!(send(&world, &second).await.unwrap_err().code(), "code_limit");
    // The other way of the first one has a number of its own.
    let command = SendCode { channel: Some(MessageChannel::Email), language: Language::En };
    send_code(&world.platform, &world.request(&actor), command).await.unwrap();
    world.clock.advance_ms(24 * 3_600_000);
    send(&world, &second).await.unwrap();
}

#[tokio::test]
async fn one_party_is_invited_ten_times_a_day_and_the_last_link_goes_on_working() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let known = contact(Some(MOBILE), None, None);
    declare(&world, filing, party, known).await.unwrap();
    let mut last = world.invite(filing, party).await;
    for _ in 1..INVITATIONS_A_DAY {
        last = world.invite(filing, party).await;
    }
    let again = Invite { filing, party };
    let before = world.contents().await;
    let refused = invite(&world.platform, &world.request(&world.staff), again).await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("invitation_limit", Class::Conflict));
    assert_eq!(world.contents().await, before, "nothing was sent, and no link ended");
    let actor = authenticate(&world.platform, hash_of(&last.token)).await.unwrap();
    send(&world, &actor).await.unwrap();

    // Another party has a count of its own, and a new day begins for everybody at midnight in Shanghai.
    world.invite(filing, drafted.parties[1]).await;
    world.clock.advance_ms(24 * 3_600_000);
    world.invite(filing, party).await;
}

#[tokio::test]
async fn edge_case_18_the_wrong_person_is_locked_out_after_three_numbers_and_the_handler_told() {
    let (world, drafted, actor) = at_the_door(Some(NUMBER)).await;
    let handler = contact(Some("13900000009"), None, None);
    declare(&world, drafted.filing, drafted.handler, handler).await.unwrap();
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    for left in [2, 1] {
        let refused = last_four(&world, &actor, "1234").await.unwrap_err();
        assert!(
            matches!(refused, CheckIdentityError::Entry(IdentityRefusal::Wrong { left: l }) if l == left)
        );
    }
    assert_eq!(last_four(&world, &actor, "1234").await.unwrap_err().code(), "entry_locked");
    assert_eq!(last_four(&world, &actor, "002X").await.unwrap_err().code(), "entry_locked");
    let told = taken(&world).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].purpose, told[0].address.as_str()), (Purpose::EntryLocked, "13900000009"));
    let again = world.invite(drafted.filing, drafted.parties[0]).await.token;
    let again = authenticate(&world.platform, hash_of(&again)).await.unwrap();
    assert_eq!(entry_view(&world.platform, &again).await.unwrap().step, EntryStep::Code);
}

#[tokio::test]
async fn the_invitation_carries_a_link_that_is_no_token() {
    let (world, drafted, _) = at_the_door(None).await;
    let sent = taken(&world).await;
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].purpose, sent[0].channel), (Purpose::Invitation, MessageChannel::Sms));
    let link = sent[0].values["link"].rsplit('/').next().unwrap().to_owned();
    assert_eq!(link.len(), 26);
    let refused = authenticate(&world.platform, hash_of(&link)).await.unwrap_err();
    assert_eq!(refused.code(), "not_authenticated", "the interface is not opened by a link");
    let other = world.invite(drafted.filing, drafted.parties[0]).await;
    let again = taken(&world).await;
    assert!(!again[0].values["link"].ends_with(&link), "each ceremony has its own");
    assert_ne!(other.token, link);
}

#[tokio::test]
async fn the_number_of_the_filing_and_ones_own_contact_are_another_way_in() {
    let (world, drafted, _) = at_the_door(None).await;
    let view =
        heqi_registration::filing_view::filing_view(&world.platform, &world.staff, drafted.filing);
    let number = view.await.unwrap().number;
    let facts = world.facts();
    taken(&world).await;

    let stranger = ByNumber { number, contact: "13811111111".into() };
    let known = ByNumber { number, contact: "+86 138 0000 0001".into() };
    let to_stranger = send_by_number(&world.platform, &facts, &stranger, Language::Zh).await;
    assert!(taken(&world).await.is_empty(), "nobody was sent anything");
    let to_known = send_by_number(&world.platform, &facts, &known, Language::Zh).await;
    assert_eq!(to_stranger.unwrap(), to_known.unwrap());
    let again = send_by_number(&world.platform, &facts, &known, Language::Zh).await;
    again.expect("too soon would say that there is such a party");

    let sent = taken(&world).await;
    assert_eq!(sent.len(), 1);
    let code = sent[0].values["code"].clone();
    let wrong = check_by_number(&world.platform, &facts, &known, another(&code)).await;
    let strange = check_by_number(&world.platform, &facts, &stranger, code.clone()).await;
    assert!(matches!(wrong.unwrap_err(), ByNumberError::NoMatch));
    assert!(matches!(strange.unwrap_err(), ByNumberError::NoMatch));
    let entered = check_by_number(&world.platform, &facts, &known, code).await.unwrap();
    let actor = authenticate(&world.platform, hash_of(&entered.token)).await.unwrap();
    ceremony_view(&world.platform, &actor, Language::Zh).await.unwrap();
}

#[tokio::test]
async fn neither_words_nor_writes_tell_whether_a_filing_reaches_a_contact() {
    let (world, drafted, _) = at_the_door(None).await;
    let view =
        heqi_registration::filing_view::filing_view(&world.platform, &world.staff, drafted.filing);
    let number = view.await.unwrap().number;
    let facts = world.facts();
    let writes = || *world.store.progress().borrow();
    let told = async |contact: &str| {
        let who = ByNumber { number, contact: contact.into() };
        let mut told = Vec::new();
        // The second one is asked for too soon.
        for _ in 0..2 {
            let before = writes();
            send_by_number(&world.platform, &facts, &who, Language::Zh).await.unwrap();
            told.push((writes() - before, String::new()));
        }
        // No code at all, five wrong ones, and one behind them.
        for code in ["12", "000000", "000000", "000000", "000000", "000000", "000000"] {
            let before = writes();
            let refused = check_by_number(&world.platform, &facts, &who, code.into()).await;
            told.push((writes() - before, refused.unwrap_err().to_string()));
        }
        told
    };
    let known = told("+86 138 0000 0001").await;
    assert_eq!(known, told("13811111111").await);
    assert!(known.iter().all(|(writes, _)| *writes == 1), "{known:?}");
}

#[tokio::test]
async fn nobody_shares_a_contact_with_another_person_of_the_filing() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, [first, second]) = (drafted.filing, drafted.parties[..].try_into().unwrap());
    declare(&world, filing, first, contact(Some(MOBILE), None, Some(NUMBER))).await.unwrap();
    let same = contact(Some("+86 13800000001"), Some("b@example.com"), None);
    let refused = declare(&world, filing, second, same.clone()).await.unwrap_err();
    assert!(matches!(refused, DeclareContactError::Shared));
    let handler = declare(&world, filing, drafted.handler, same).await.unwrap_err();
    assert_eq!(handler.code(), "contact_shared");
    let one_person = contact(Some(MOBILE), None, Some(NUMBER));
    declare(&world, filing, second, one_person).await.unwrap();
    let empty = declare(&world, filing, second, contact(None, None, None)).await.unwrap_err();
    assert_eq!(empty.class(), heqi_registration::fault::Class::BadInput);
}

#[tokio::test]
async fn edge_case_17_a_changed_contact_is_told_to_the_old_one_and_waits_a_day() {
    let (world, drafted, actor) = at_the_door(None).await;
    taken(&world).await;
    let new = contact(Some("13700000007"), None, None);
    declare(&world, drafted.filing, drafted.parties[0], new).await.unwrap();
    let told = taken(&world).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].purpose, told[0].address.as_str()), (Purpose::ContactChanged, MOBILE));
    assert_eq!(send(&world, &actor).await.unwrap_err().code(), "code_contact_new");
    world.clock.advance_ms(24 * 3_600_000);
    send(&world, &actor).await.unwrap();
}

#[tokio::test]
async fn where_codes_are_demanded_nobody_is_invited_without_a_contact() {
    let world = World::with(|settings| settings.code_required = true).await;
    let drafted = world.drafted(1).await;
    let command = Invite { filing: drafted.filing, party: drafted.parties[0] };
    let refused = invite(&world.platform, &world.request(&world.staff), command).await.unwrap_err();
    assert!(matches!(refused, InviteError::NoContact));
}

#[tokio::test]
async fn edge_case_27_a_message_that_came_back_goes_by_the_next_way_and_each_step_is_a_record() {
    let (world, drafted, _) = at_the_door(None).await;
    let before = world.platform.backend().log().head().checkpoint().checkpoint().size();
    let sent = taken(&world).await;
    assert_eq!(sent[0].channel, MessageChannel::Sms);
    let bounced = Report::Bounced { reason: "unknown_number" };
    for _ in 0..2 {
        let noted = message_queue::note_report(
            &world.platform,
            sent[0].message,
            MessageChannel::Sms,
            bounced,
        );
        noted.await.unwrap();
    }
    let next = taken(&world).await;
    assert_eq!(next.len(), 1);
    assert_eq!((next[0].message, next[0].channel), (sent[0].message, MessageChannel::Email));
    let delivered = message_queue::note_report(
        &world.platform,
        sent[0].message,
        MessageChannel::Email,
        Report::Delivered,
    );
    delivered.await.unwrap();
    assert!(taken(&world).await.is_empty());
    let after = world.platform.backend().log().head().checkpoint().checkpoint().size();
    assert_eq!(after - before, 4, "sent, bounced, sent, delivered");
    let _ = drafted;
}

#[tokio::test]
async fn a_way_that_cannot_tell_a_repetition_is_not_tried_twice_after_a_crash() {
    let (world, ..) = at_the_door(None).await;
    let first = message_queue::lease(&world.platform, 1_000, 10).await.unwrap();
    let outgoing = message_queue::trying(&world.platform, &first[0], |_| false).await.unwrap();
    assert_eq!(outgoing.unwrap().channel, MessageChannel::Sms);
    // The process ended here. The lease runs out, and somebody else takes the item.
    world.clock.advance_ms(2_000);
    let second = message_queue::lease(&world.platform, 1_000, 10).await.unwrap();
    let outgoing = message_queue::trying(&world.platform, &second[0], |_| false).await.unwrap();
    assert_eq!(outgoing.unwrap().channel, MessageChannel::Email, "never the same way again");
    let uncertain = Outcome::Uncertain { reason: "connection_lost" };
    message_queue::note_outcome(&world.platform, &second[0], MessageChannel::Email, &uncertain)
        .await
        .unwrap();
    world.clock.advance_ms(2_000);
    assert!(due(&world).await.is_empty(), "an uncertain message is not sent twice");
}

#[tokio::test]
async fn the_person_named_is_told_at_once_and_everybody_when_the_last_signature_lands() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let mobiles = ["13800000001", "13800000002"];
    for (party, mobile) in drafted.parties.iter().zip(mobiles) {
        declare(&world, drafted.filing, *party, contact(Some(mobile), None, None)).await.unwrap();
    }
    let handler = contact(None, Some("he@example.com"), None);
    declare(&world, drafted.filing, drafted.handler, handler).await.unwrap();
    let mut told = Vec::new();
    for party in &drafted.parties {
        let token = world.invite(drafted.filing, *party).await.token;
        let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
        let code = send(&world, &actor).await.unwrap();
        enter(&world, &actor, &code).await.unwrap();
        for kind in heqi_filing::ConsentKind::ASKED {
            world.consent(&actor, kind, heqi_filing::Decision::Granted).await;
        }
        let label = party.to_string();
        let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 5, &label);
        world.sign(&crate::world::Visitor { actor, device, label }).await;
        let sent = taken(&world).await;
        // By what was signed, each document with the first of its digest (domain study 7.4).
        let view = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap();
        for message in &sent {
            let listed = &message.values["documents"];
            assert_eq!(listed.lines().count(), view.documents.len(), "{listed}");
            for document in &view.documents {
                let digest = document.sha256.to_string();
                assert!(listed.contains(&digest[..8]), "{listed}");
            }
        }
        // How, where and with what, to the person alone.
        for message in &sent {
            let is_own = message.purpose == Purpose::SignedInYourName;
            for place in ["method", "place", "device"] {
                assert_eq!(message.values.contains_key(place), is_own, "{place}");
            }
            let method = message.values.get("method");
            assert!(method.is_none_or(|said| said.contains("签署照片")), "{method:?}");
        }
        told.push(sent.iter().map(|m| (m.purpose, m.address.clone())).collect::<Vec<_>>());
    }
    assert_eq!(told[0], [(Purpose::SignedInYourName, mobiles[0].to_owned())]);
    let mut last = told[1].clone();
    last.sort();
    let everybody = [mobiles[0], mobiles[1], "he@example.com"];
    let mut wanted = vec![(Purpose::SignedInYourName, mobiles[1].to_owned())];
    wanted.extend(everybody.map(|address| (Purpose::AllSigned, address.to_owned())));
    wanted.sort();
    assert_eq!(last, wanted);
}

#[tokio::test]
async fn the_person_named_is_told_what_was_signed_then_under_its_title_whatever_replaced_it_since()
{
    let (world, drafted, actor) = at_the_door(None).await;
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    for kind in heqi_filing::ConsentKind::ASKED {
        world.consent(&actor, kind, heqi_filing::Decision::Granted).await;
    }
    let label = drafted.parties[0].to_string();
    let device = heqi_testkit::Device::new(heqi_pki::keys::Algorithm::Ed25519, 5, &label);
    world.sign(&crate::world::Visitor { actor, device, label }).await;
    // Before anybody sends the mail.
    let command = AttachDocument {
        filing: drafted.filing,
        title: "公司章程修正稿".parse().unwrap(),
        replaces: Some(drafted.document.document_id),
        bytes: heqi_testkit::files::pdf("Changed", 3).into(),
    };
    attach_document(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let sent = taken(&world).await;
    let signed = sent.iter().find(|one| one.purpose == Purpose::SignedInYourName).unwrap();
    let digest = drafted.document.sha256.to_string();
    let listed = format!("1.《公司章程》（校验码{}）", &digest[..8]);
    assert_eq!(signed.values["documents"], listed);
}

#[tokio::test]
async fn neither_contact_nor_code_nor_link_stands_in_rows_or_the_log_in_clear() {
    let (world, _, actor) = at_the_door(Some(NUMBER)).await;
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    last_four(&world, &actor, "002X").await.unwrap();
    world.clock.advance_ms(CODE_PAUSE_MS);
    let command = SendCode { channel: Some(MessageChannel::Email), language: Language::Zh };
    send_code(&world.platform, &world.request(&actor), command).await.unwrap();
    let waiting = due(&world).await;
    let link = waiting[0].1.values["link"].rsplit('/').next().unwrap().to_owned();
    let live = waiting[0].1.values["code"].clone();
    let contents = world.contents().await;
    for planted in [MOBILE, NUMBER, "gong@example.com", &link] {
        for spelling in crate::privacy::spellings(planted) {
            let clear = |bytes: &[u8]| crate::privacy::holds(bytes, &spelling);
            for (key, row) in &contents.rows {
                assert!(!clear(key.as_bytes()) && !clear(&row.value), "{planted} in {key:?}");
            }
            for (leaf, record) in &contents.entries {
                assert!(!clear(leaf) && !clear(record), "{planted} in an entry");
            }
        }
    }
    // Six digits occur by chance; as a value of their own they must not.
    let quoted = format!("\"{live}\"");
    assert!(
        contents.rows.iter().all(|(_, row)| !crate::privacy::holds(&row.value, quoted.as_bytes()))
    );
}

#[tokio::test]
async fn a_report_that_overtakes_the_answer_is_asked_for_again() {
    let (world, ..) = at_the_door(None).await;
    let (item, outgoing) = due(&world).await.remove(0);
    let early = message_queue::note_report(
        &world.platform,
        outgoing.message,
        outgoing.channel,
        Report::Delivered,
    );
    assert_eq!(early.await.unwrap_err().class(), heqi_registration::fault::Class::Unavailable);
    let template_sha256 = Digest::of(b"template");
    let outcome = Outcome::Taken { gateway: "test".into(), reference: None, template_sha256 };
    message_queue::note_outcome(&world.platform, &item, outgoing.channel, &outcome).await.unwrap();
    let late = message_queue::note_report(
        &world.platform,
        outgoing.message,
        outgoing.channel,
        Report::Delivered,
    );
    late.await.unwrap();
}
