//! How a signer comes in: contacts, one-time codes, the last four, and the other way in.

use heqi_evidence_store::backend::Backend as _;
use heqi_filing::entry::CODE_PAUSE_MS;
use heqi_filing::{EntryStep, IdentityRefusal};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::check_code::{CheckCode, CheckCodeError, Passed, check_code};
use heqi_registration::check_identity::{CheckIdentityError, CheckLastFour, check_last_four};
use heqi_registration::contacts::Contact;
use heqi_registration::declare_contact::{DeclareContact, DeclareContactError, declare_contact};
use heqi_registration::entry_view::entry_view;
use heqi_registration::fault::Refusal as _;
use heqi_registration::find_entry::{ByNumber, ByNumberError, check_by_number, send_by_number};
use heqi_registration::invite::{Invite, InviteError, invite};
use heqi_registration::message_queue::{self, LeasedMessage, Outcome, Outgoing};
use heqi_registration::send_code::{SendCode, SendCodeError, send_code};
use heqi_registration::{Actor, Purpose};
use heqi_vocabulary::{
    Clock as _, Digest, Explain as _, FilingId, Language, MessageChannel, PartyId,
};

use crate::world::{Drafted, World};

mod codes;
mod messages;

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
