//! A handler prepares a filing at the own desk, from nothing to signers who are invited; and no filing of anybody else.

use std::collections::BTreeSet;

use heqi_filing::timer::UNCONFIRMED_LAPSE_MS;
use heqi_filing::{Capacity, FilingState, Matter, OfficeKind, PartyKind};
use heqi_identity::amount::Fen;
use heqi_identity::contributions::Contribution;
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::declare_capital::{DeclareCapital, declare_capital};
use heqi_registration::declare_contact::{DeclareContact, DeclareContactError, declare_contact};
use heqi_registration::fault::{ActError, Refusal, Thing};
use heqi_registration::filing_view::filing_view;
use heqi_registration::handler_desk::handled_filing;
use heqi_registration::handler_desk::prepared::{drafts, prepared_filing};
use heqi_registration::invite::{Invite, InviteError, invite};
use heqi_registration::message_queue::{filing_messages, preview_invitations};
use heqi_registration::open_filing::{OpenFiling, OpenFilingError, open_filing};
use heqi_registration::reminders::remind;
use heqi_registration::remove_party::{RemoveParty, RemovePartyError, remove_party};
use heqi_registration::request::StaffRole;
use heqi_registration::staff::bind_handler;
use heqi_registration::{Actor, MessageState};
use heqi_testkit::files;
use heqi_vocabulary::{FilingId, Language, PartyId};

use crate::duties::make;
use crate::entry::contact;
use crate::world::World;

const HE_JING: &str = "33011219940301000X";
const ANOTHER: &str = "330112199003079999";

async fn handler(world: &World, login: &str, name: &str, number: &str) -> Actor {
    let firm = OfficeKind::HandlerFirm;
    let actor = make(world, (login, name), firm, StaffRole::Handler).await.unwrap();
    let (login, number) = (login.parse().unwrap(), number.parse().unwrap());
    assert!(bind_handler(&world.platform, &login, &number).await.unwrap());
    actor
}

fn opening() -> OpenFiling {
    OpenFiling {
        matter: Matter::Establishment,
        company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
        handler_name: None,
        number: None,
    }
}

fn person(filing: FilingId, name: &str, capacity: Capacity) -> AddParty {
    let who = PartyKind::Person { name: name.parse().unwrap() };
    AddParty { filing, who, capacities: BTreeSet::from([capacity]) }
}

fn articles(filing: FilingId) -> AttachDocument {
    AttachDocument {
        filing,
        title: "公司章程".parse().unwrap(),
        replaces: None,
        bytes: files::pdf("Articles", 2).into(),
    }
}

fn capital(filing: FilingId, party: PartyId) -> DeclareCapital {
    let capital = Fen::parse_yuan("1000000").unwrap();
    let due = "2029-11-23".parse().unwrap();
    DeclareCapital {
        filing,
        capital,
        promises: vec![(party, Contribution { amount: capital, due })],
    }
}

/// A filing with its handler, whose number is not declared yet, and a shareholder.
async fn drafted(world: &World, actor: &Actor) -> (FilingId, PartyId, PartyId) {
    let opened = open_filing(&world.platform, &world.request(actor), opening()).await.unwrap();
    let filing = opened.filing_id;
    let mut parties = Vec::new();
    for (name, capacity) in [("何静", Capacity::Handler), ("龚𠮷", Capacity::Shareholder)] {
        let command = person(filing, name, capacity);
        let added = add_party(&world.platform, &world.request(actor), command).await.unwrap();
        parties.push(added.party_id);
    }
    (filing, parties[0], parties[1])
}

#[tokio::test]
async fn a_handler_opens_a_filing_at_the_own_desk_and_prepares_it_until_everybody_is_invited() {
    let world = World::new().await;
    let he = handler(&world, "he.jing", "何静", HE_JING).await;
    let (filing, own, party) = drafted(&world, &he).await;
    attach_document(&world.platform, &world.request(&he), articles(filing)).await.unwrap();
    declare_capital(&world.platform, &world.request(&he), capital(filing, party)).await.unwrap();

    let seen = prepared_filing(&world.platform, &he, filing).await.unwrap();
    assert!(seen.is_drafting() && seen.own.is_none(), "no number was declared");
    assert_eq!((seen.documents[0].title.as_str(), seen.documents[0].pages), ("公司章程", 2));
    assert_eq!(seen.capital.as_ref().unwrap().promises[0].1, "1,000,000.00");
    let handled = handled_filing(&world.platform, &he, seen.number, Language::Zh).await.unwrap();
    assert_eq!((handled.own, handled.statement), (None, ""));

    world.clock.advance_ms(1_000);
    let (newer, _, _) = drafted(&world, &he).await;
    let listed = drafts(&world.platform, &he).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.filing).collect::<Vec<_>>(), [newer, filing]);

    // Nobody signs before somebody can confirm as handler.
    let invitation = Invite { filing, party };
    let early = invite(&world.platform, &world.request(&he), invitation).await.unwrap_err();
    assert!(matches!(early, InviteError::HandlerNotNamed), "{early}");
    let reached = |party, mobile, number| DeclareContact {
        filing,
        party,
        contact: contact(Some(mobile), None, Some(number)),
    };
    let other = reached(own, "13900000009", ANOTHER);
    let other = declare_contact(&world.platform, &world.request(&he), other).await.unwrap_err();
    assert!(matches!(other, DeclareContactError::OtherNumber), "{other}");
    let mine = reached(own, "13900000009", HE_JING);
    declare_contact(&world.platform, &world.request(&he), mine).await.unwrap();
    let theirs = reached(party, "13800000001", ANOTHER);
    declare_contact(&world.platform, &world.request(&he), theirs).await.unwrap();

    let previews = preview_invitations(&world.platform, &he, filing).await.unwrap();
    assert_eq!(previews.len(), 1, "the handler signs nothing");
    assert_eq!(previews[0].values["handler"], "何静");
    let link = previews[0].values["link"].clone();
    let sent = invite(&world.platform, &world.request(&he), invitation).await.unwrap();
    assert_eq!(link.len() - link.find("/s/").unwrap(), sent.link.len(), "as long as the real one");
    let messages = filing_messages(&world.platform, &he, filing).await.unwrap();
    assert_eq!((messages.len(), messages[0].state), (1, MessageState::Queued));

    let listed = drafts(&world.platform, &he).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.filing).collect::<Vec<_>>(), [newer]);
    let seen = prepared_filing(&world.platform, &he, filing).await.unwrap();
    assert_eq!((seen.is_drafting(), seen.own), (false, Some(own)));
    assert!(seen.parties.iter().all(|one| one.is_invited == one.is_signer()));
    let command = RemoveParty { filing, party: own, reason: Some("x".into()) };
    let refused = remove_party(&world.platform, &world.request(&he), command).await.unwrap_err();
    assert!(matches!(refused, RemovePartyError::OwnParty), "{refused}");
}

fn is_nothing(error: &impl Refusal) -> bool {
    error.code() == "filing_not_found"
}

#[tokio::test]
async fn what_one_handler_prepares_is_nothing_for_another_and_nothing_is_written() {
    let world = World::new().await;
    let he = handler(&world, "he.jing", "何静", HE_JING).await;
    let other = handler(&world, "zhao.ban", "赵半", ANOTHER).await;
    let namesake = handler(&world, "he.jing2", "何静", ANOTHER).await;
    let (filing, own, party) = drafted(&world, &he).await;
    let number = prepared_filing(&world.platform, &he, filing).await.unwrap().number;
    let size = world.platform.backend().log().head().size();
    for stranger in [&other, &namesake] {
        let (platform, request) = (&world.platform, || world.request(stranger));
        let adding = person(filing, "吴敏", Capacity::Supervisor);
        assert!(is_nothing(&add_party(platform, &request(), adding).await.unwrap_err()));
        let attached = attach_document(platform, &request(), articles(filing)).await;
        assert!(is_nothing(&attached.unwrap_err()));
        let declared = declare_capital(platform, &request(), capital(filing, party)).await;
        assert!(is_nothing(&declared.unwrap_err()));
        let contact = contact(Some("13900000009"), None, Some(ANOTHER));
        let contact = DeclareContact { filing, party: own, contact };
        assert!(is_nothing(&declare_contact(platform, &request(), contact).await.unwrap_err()));
        let invited = invite(platform, &request(), Invite { filing, party }).await;
        assert!(is_nothing(&invited.unwrap_err()));
        let removal = RemoveParty { filing, party, reason: None };
        assert!(is_nothing(&remove_party(platform, &request(), removal).await.unwrap_err()));
        assert!(is_nothing(&prepared_filing(platform, stranger, filing).await.unwrap_err()));
        assert!(is_nothing(&preview_invitations(platform, stranger, filing).await.unwrap_err()));
        assert!(is_nothing(&filing_messages(platform, stranger, filing).await.unwrap_err()));
        assert!(drafts(platform, stranger).await.unwrap().is_empty());
        let handled = handled_filing(platform, stranger, number, Language::Zh).await.unwrap_err();
        assert!(matches!(handled, ActError::NotFound(Thing::Filing)), "{handled}");
    }
    assert_eq!(world.platform.backend().log().head().size(), size);
}

#[tokio::test]
async fn a_draft_of_the_desk_is_its_openers_until_signing_opens_and_then_its_handlers_alone() {
    let world = World::new().await;
    let he = handler(&world, "he.jing", "何静", HE_JING).await;
    let opened = open_filing(&world.platform, &world.request(&he), opening()).await.unwrap();
    let filing = opened.filing_id;
    // Somebody else becomes its handler, by a program.
    let handler = world.add(filing, "赵半", Capacity::Handler).await;
    let party = world.add(filing, "龚𠮷", Capacity::Shareholder).await;
    world.attach(filing, "公司章程").await;
    assert!(prepared_filing(&world.platform, &he, filing).await.is_ok());
    let removable = RemoveParty { filing, party: handler, reason: None };
    let invitation = Invite { filing, party };
    let early = invite(&world.platform, &world.request(&he), invitation).await.unwrap_err();
    assert!(matches!(early, InviteError::HandlerNotNamed), "{early}");
    assert_eq!(drafts(&world.platform, &he).await.unwrap().len(), 1);
    let signer = world.visitor(filing, party).await;
    assert!(drafts(&world.platform, &he).await.unwrap().is_empty());
    assert!(is_nothing(&prepared_filing(&world.platform, &he, filing).await.unwrap_err()));
    let command = removable.clone();
    let late = remove_party(&world.platform, &world.request(&he), command).await.unwrap_err();
    assert!(is_nothing(&late));

    // Nobody confirms, and it comes back to drafting with its signature: not to who opened it once.
    world.sign(&signer).await;
    world.clock.advance_ms(UNCONFIRMED_LAPSE_MS + 60_000);
    while remind(&world.platform, 10).await.unwrap() > 0 {}
    let state = filing_view(&world.platform, &world.staff, filing).await.unwrap().state;
    assert!(matches!(state, FilingState::Drafting { .. }), "{state:?}");
    assert!(drafts(&world.platform, &he).await.unwrap().is_empty());
    assert!(is_nothing(&prepared_filing(&world.platform, &he, filing).await.unwrap_err()));
    let late = remove_party(&world.platform, &world.request(&he), removable).await.unwrap_err();
    assert!(is_nothing(&late));
}

#[tokio::test]
async fn an_account_that_is_bound_to_no_number_opens_no_filing_and_other_staff_none_at_all() {
    let world = World::new().await;
    let firm = OfficeKind::HandlerFirm;
    let unbound = make(&world, ("he.jing", "何静"), firm, StaffRole::Handler).await.unwrap();
    let registry = OfficeKind::Registry;
    let li = make(&world, ("li.na", "李娜"), registry, StaffRole::Reviewer).await.unwrap();
    let refused = open_filing(&world.platform, &world.request(&unbound), opening()).await;
    assert!(matches!(refused, Err(OpenFilingError::NotBound)), "{refused:?}");
    let refused = open_filing(&world.platform, &world.request(&li), opening()).await;
    assert!(matches!(refused, Err(OpenFilingError::Act(ActError::Denied))), "{refused:?}");
}

#[tokio::test]
async fn several_acts_of_one_form_are_each_done_once_however_often_it_comes() {
    let world = World::new().await;
    let he = handler(&world, "he.jing", "何静", HE_JING).await;
    let request = world.request(&he);
    let mut opened = Vec::new();
    for _ in 0..2 {
        let filing = open_filing(&world.platform, &request, opening()).await.unwrap();
        let command = person(filing.filing_id, "何静", Capacity::Handler);
        let added = add_party(&world.platform, &request.part("handler"), command).await.unwrap();
        opened.push((filing.filing_id, added.party_id));
    }
    assert_eq!(opened[0], opened[1]);
    let seen = prepared_filing(&world.platform, &he, opened[0].0).await.unwrap();
    assert_eq!(seen.parties.len(), 1);
}
