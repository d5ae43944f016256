//! One person in several capacities (edge case 6): the own ones are one party with one signing, a
//! company's is a party of its own, to which the person goes on without being asked again.

use heqi_evidence::schema::RecordKind;
use heqi_filing::entry::CODE_PAUSE_MS;
use heqi_filing::timer::LINK_LIFETIME_MS;
use heqi_filing::{Capacity, ConsentKind, Decision, FilingState, PartyKind};
use heqi_pki::keys::Algorithm;
use heqi_registration::Actor;
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::add_party::{AddParty, PartyAdded, add_party, add_person};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::contacts::Contact;
use heqi_registration::declare_contact::{ContactWarning, DeclareContact, declare_contact};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::find_entry::{ByNumber, check_by_number, send_by_number};
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_registration::resolve_objection::{Outcome, ResolveObjection, resolve_objection};
use heqi_registration::same_person::{GO_ON_FOR_MS, GoOnError, go_on, next_of_person};
use heqi_registration::send_code::{SendCode, send_code};
use heqi_registration::session::session;
use heqi_registration::staff::password::Password;
use heqi_registration::staff::{CreateStaff, create_staff};
use heqi_testkit::Device;
use heqi_vocabulary::{
    Clock as _, Explain as _, FilingId, Language, MessageChannel, PartyId, Provenance,
};
use serde_json::json;

use crate::entry::{contact, declare, enter, last_four, send, taken};
use crate::review::registry;
use crate::world::{Visitor, World};

const NAME: &str = "周建国";
const MOBILE: &str = "13800000001";
const NUMBER: &str = "11010519491231002X";
const COMPANY: &str = "杭州示例云栖投资有限公司";

/// Adds a person under this name and number.
async fn add(
    world: &World,
    filing: FilingId,
    (name, number): (&str, &str),
    capacity: Capacity,
) -> PartyAdded {
    let command = AddParty {
        filing,
        who: PartyKind::Person { name: name.parse().unwrap() },
        capacities: [capacity].into(),
    };
    let request = world.request(&world.staff);
    add_person(&world.platform, &request, command, &number.parse().unwrap()).await.unwrap()
}

async fn add_company(world: &World, filing: FilingId, name: &str) -> PartyId {
    let command = AddParty {
        filing,
        who: PartyKind::Company {
            name: COMPANY.parse().unwrap(),
            representative: name.parse().unwrap(),
        },
        capacities: [Capacity::CorporateShareholderRepresentative].into(),
    };
    let request = world.request(&world.staff);
    add_party(&world.platform, &request, command).await.unwrap().party_id
}

/// A person who holds shares and represents a company that does, both invited.
struct Twice {
    world: World,
    filing: FilingId,
    company: PartyId,
    own: Actor,
    for_company: Actor,
}

impl Twice {
    async fn new() -> Self {
        let one_place = || contact(Some(MOBILE), None, Some(NUMBER));
        Self::with(World::new().await, [one_place(), one_place()]).await
    }

    /// The person is reached here, and there for the company.
    async fn with(world: World, contacts: [Contact; 2]) -> Self {
        let filing = world.open().await;
        let own = world.add(filing, NAME, Capacity::Shareholder).await;
        let company = add_company(&world, filing, NAME).await;
        world.attach(filing, "公司章程").await;
        for (party, reached) in [own, company].into_iter().zip(contacts) {
            declare(&world, filing, party, reached).await.unwrap();
        }
        let mut actors = Vec::new();
        for party in [own, company] {
            let token = world.invite(filing, party).await.token;
            actors.push(authenticate(&world.platform, hash_of(&token)).await.unwrap());
        }
        let [own, for_company] = actors.try_into().unwrap();
        Self { world, filing, company, own, for_company }
    }

    /// The person comes in by code and number.
    async fn enter(&self, actor: &Actor) -> Vec<String> {
        let code = send(&self.world, actor).await.unwrap();
        let code = enter(&self.world, actor, &code).await.unwrap();
        let number = last_four(&self.world, actor, "002X").await.unwrap();
        [code, number].map(|passed| passed.record_root.to_string()).into()
    }

    /// The person enters a code that came by mail.
    async fn by_mail(&self) {
        let world = &self.world;
        taken(world).await;
        let by_mail = SendCode { channel: Some(MessageChannel::Email), language: Language::Zh };
        send_code(&world.platform, &world.request(&self.own), by_mail).await.unwrap();
        let code = taken(world).await[0].values["code"].clone();
        enter(world, &self.own, &code).await.unwrap();
    }

    /// Agrees to everything and signs.
    async fn sign(&self, actor: &Actor) -> heqi_registration::receipt::Receipt {
        for kind in ConsentKind::ASKED {
            self.world.consent(actor, kind, Decision::Granted).await;
        }
        let label = actor.name();
        let device = Device::new(Algorithm::Ed25519, 5, &label);
        self.world.sign(&Visitor { actor: actor.clone(), device, label }).await
    }
}

#[tokio::test]
async fn edge_case_06_a_person_added_again_is_one_party_and_signs_once_in_every_capacity() {
    let world = World::new().await;
    let filing = world.open().await;
    world.attach(filing, "公司章程").await;
    let first = add(&world, filing, (NAME, NUMBER), Capacity::Shareholder).await;
    assert!(!first.joined, "nobody has this number yet");
    let reached = contact(Some(MOBILE), None, Some(NUMBER));
    declare(&world, filing, first.party_id, reached).await.unwrap();
    let again = add(&world, filing, (NAME, NUMBER), Capacity::Supervisor).await;
    assert_eq!((again.party_id, again.joined), (first.party_id, true));
    let record = world.opened(again.record_id).await;
    assert_eq!(record.text("change"), Some("capacities_added"));
    assert_eq!(record.value("capacities"), Some(&json!(["shareholder", "supervisor"])));

    // One name alone is no person, nor is one number; and a company is a party of its own.
    let namesake = add(&world, filing, (NAME, "330112199003079999"), Capacity::Supervisor).await;
    let other = add(&world, filing, ("陈素英", NUMBER), Capacity::Supervisor).await;
    assert!(!namesake.joined && !other.joined);
    let view = filing_view(&world.platform, &world.staff, filing).await.unwrap();
    assert_eq!(view.parties.len(), 3);

    let token = world.invite(filing, first.party_id).await.token;
    let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
    let code = send(&world, &actor).await.unwrap();
    enter(&world, &actor, &code).await.unwrap();
    last_four(&world, &actor, "002X").await.unwrap();
    for kind in ConsentKind::ASKED {
        world.consent(&actor, kind, Decision::Granted).await;
    }
    let label = actor.name();
    let device = Device::new(Algorithm::Ed25519, 5, &label);
    let receipt = world.sign(&Visitor { actor, device, label }).await;
    let signed = world.opened(receipt.record_id).await;
    assert_eq!(signed.value("capacities"), Some(&json!(["shareholder", "supervisor"])));
}

#[tokio::test]
async fn edge_case_13_who_goes_on_from_a_place_out_of_reach_is_flagged_and_signs_all_the_same() {
    let twice = Twice::new().await;
    let world = &twice.world;
    twice.enter(&twice.own).await;
    twice.sign(&twice.own).await;
    let opened = go_on(&world.platform, &world.request(&twice.own), twice.company).await.unwrap();
    world.clock.advance_ms(10 * 60_000);
    for kind in ConsentKind::ASKED {
        world.consent(&opened.actor, kind, Decision::Granted).await;
    }
    let label = opened.actor.name();
    let device = Device::new(Algorithm::Ed25519, 5, &label);
    let visitor = Visitor { actor: opened.actor.clone(), device, label };
    let (begun, photo) = world.ready(&visitor).await;
    let mut values = Device::values(photo, world.clock.now());
    // Ten minutes ago it was Hangzhou.
    let beijing = json!({
        "accuracy_m": 12, "datum": "WGS-84", "latitude_e6": 39_904_000, "longitude_e6": 116_407_000
    });
    values.insert("place", (beijing, Provenance::Reported));
    let answer = visitor.answer_with(&begun, &values, |_| {});
    let receipt = world.complete(&visitor, answer).await.unwrap();
    assert!(receipt.voucher.is_some(), "whatever it looks like, it is signed");
    let frames = world.frames().await;
    let noted: Vec<_> =
        frames.iter().filter(|(frame, _)| frame.kind == RecordKind::RiskNoted).collect();
    assert_eq!(noted.len(), 1, "the first one had nothing to compare with");
    let said = world.opened(noted[0].0.record_id).await;
    assert_eq!(said.value("flags"), Some(&json!(["positions_too_far_apart"])));
    let signals = said.value("signals").unwrap();
    assert!(signals["earlier_seconds"].as_i64().unwrap() >= 590, "{signals}");
    assert_eq!(signals["earlier_latitude_e6"], 30_274_084);
}

#[tokio::test]
async fn edge_case_06_who_signed_goes_on_to_the_own_company_and_is_asked_for_nothing_again() {
    let twice = Twice::new().await;
    let world = &twice.world;
    let entered = twice.enter(&twice.own).await;
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None);
    let first = twice.sign(&twice.own).await;
    let next = next_of_person(&world.platform, &twice.own).await.unwrap().unwrap();
    assert_eq!(next.party, twice.company);
    assert_eq!(next.represents.as_deref(), Some(COMPANY));
    assert_eq!(next.capacities, ["corporate_shareholder_representative"]);
    let refused = ceremony_view(&world.platform, &twice.for_company, Language::Zh).await;
    assert_eq!(refused.unwrap_err().code(), "code_required");

    taken(world).await;
    let opened = go_on(&world.platform, &world.request(&twice.own), next.party).await.unwrap();
    assert_eq!(opened.actor.name(), twice.for_company.name());
    let passed = session(&world.platform, hash_of(&opened.secret)).await.unwrap();
    assert!(passed.has_passed && passed.has_code);
    ceremony_view(&world.platform, &opened.actor, Language::Zh).await.unwrap();
    assert!(taken(world).await.is_empty(), "no other code was sent");
    // An answer that was lost is asked for again.
    go_on(&world.platform, &world.request(&twice.own), next.party).await.unwrap();

    // Each signing is its own record, of its own party, and binds how the person came in.
    let second = twice.sign(&opened.actor).await;
    let of = async |record| world.opened(record).await;
    let (own, for_company) = (of(first.record_id).await, of(second.record_id).await);
    assert_eq!((own.text("party_kind"), own.text("party_name")), (Some("person"), Some(NAME)));
    assert_eq!(for_company.text("party_name"), Some(COMPANY));
    assert_eq!(for_company.text("representative_name"), Some(NAME));
    for bound in [&own, &for_company] {
        let prior = bound.value("prior_records").unwrap().to_string();
        assert!(entered.iter().all(|root| prior.contains(root)), "{prior}");
    }
    let view = filing_view(&world.platform, &world.staff, twice.filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Signed { .. }));
    assert_eq!(next_of_person(&world.platform, &opened.actor).await.unwrap(), None);
}

#[tokio::test]
async fn nobody_goes_on_late_or_to_somebody_else_or_where_the_door_is_locked() {
    let twice = Twice::new().await;
    let world = &twice.world;
    twice.enter(&twice.own).await;
    let early = go_on(&world.platform, &world.request(&twice.own), twice.company).await;
    assert!(matches!(early.unwrap_err(), GoOnError::NothingWaits));
    twice.sign(&twice.own).await;

    // Another party than one of the same person.
    let own = twice.own.signer().unwrap().2;
    let refused = go_on(&world.platform, &world.request(&twice.own), own).await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("nothing_to_go_on_to", Class::Conflict));
    for language in [Language::Zh, Language::En] {
        assert!(!refused.explain(language).next.is_empty());
    }

    let code = send(world, &twice.for_company).await.unwrap();
    enter(world, &twice.for_company, &code).await.unwrap();
    for _ in 0..3 {
        last_four(world, &twice.for_company, "1234").await.unwrap_err();
    }
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None);
    // A new invitation has a new door.
    world.invite(twice.filing, twice.company).await;
    assert!(next_of_person(&world.platform, &twice.own).await.unwrap().is_some());

    world.clock.advance_ms(GO_ON_FOR_MS + 1_000);
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None);
}

#[tokio::test]
async fn who_is_reached_somewhere_else_is_asked_at_the_next_door() {
    let twice = Twice::new().await;
    let world = &twice.world;
    twice.enter(&twice.own).await;
    twice.sign(&twice.own).await;
    assert!(next_of_person(&world.platform, &twice.own).await.unwrap().is_some());
    let elsewhere = contact(Some("13700000007"), None, Some(NUMBER));
    declare(world, twice.filing, twice.company, elsewhere).await.unwrap();
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None);
}

/// Whoever declares contacts may give a party a telephone of their own beside the mail address that
/// both parties have: a code that came there says nothing of who is reached at the other.
#[tokio::test]
async fn a_code_that_went_where_the_next_party_is_not_reached_opens_no_other_door() {
    let mail = Some("zhou@example.com");
    let contacts = ["13700000007", MOBILE].map(|one| contact(Some(one), mail, Some(NUMBER)));
    let twice = Twice::with(World::new().await, contacts.clone()).await;
    let world = &twice.world;
    twice.enter(&twice.own).await;
    twice.sign(&twice.own).await;
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None);
    let refused = go_on(&world.platform, &world.request(&twice.own), twice.company).await;
    assert!(matches!(refused.unwrap_err(), GoOnError::NothingWaits));
    let outside = ceremony_view(&world.platform, &twice.for_company, Language::Zh).await;
    assert_eq!(outside.unwrap_err().code(), "code_required");
    // Nor does a code by which one comes back: what was signed binds the one before.
    world.clock.advance_ms(CODE_PAUSE_MS);
    twice.by_mail().await;
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None);

    // Where the code went by the address that both have, one goes on.
    let twice = Twice::with(World::new().await, contacts).await;
    twice.by_mail().await;
    last_four(&twice.world, &twice.own, "002X").await.unwrap();
    twice.sign(&twice.own).await;
    let next = next_of_person(&twice.world.platform, &twice.own).await.unwrap().unwrap();
    assert_eq!(next.party, twice.company);
}

/// Whoever signed in somebody else's name is inside by that person's code.
#[tokio::test]
async fn from_a_signature_that_was_found_void_nobody_goes_on() {
    let world = World::with(|settings| settings.review_office = Some(registry())).await;
    let contacts = [(); 2].map(|()| contact(Some(MOBILE), None, Some(NUMBER)));
    let twice = Twice::with(world, contacts).await;
    let world = &twice.world;
    twice.enter(&twice.own).await;
    twice.sign(&twice.own).await;
    assert!(next_of_person(&world.platform, &twice.own).await.unwrap().is_some());
    let (filing, party) = (twice.filing, twice.own.signer().unwrap().2);
    let ground = Ground::NotSignedByMe;
    let objecting = Object { filing, party, against: None, ground, reason: None };
    object(&world.platform, &world.request(&twice.own), objecting).await.unwrap();
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None, "paused");

    let (office, role) = (registry(), StaffRole::Reviewer);
    let command = CreateStaff {
        login: "li.na".parse().unwrap(),
        name: "李娜".parse().unwrap(),
        office: office.clone(),
        role,
        password: Password::new("correct horse battery".into()).unwrap(),
    };
    let account = create_staff(&world.platform, command).await.unwrap();
    let officer = Actor::Staff(StaffMember { account, office, role });
    let resolving = ResolveObjection {
        filing,
        outcome: Outcome::SignAgain,
        signatures_of: Some(party),
        grounds: "已与当事人当面核实".parse().unwrap(),
    };
    resolve_objection(&world.platform, &world.request(&officer), resolving).await.unwrap();
    let view = filing_view(&world.platform, &world.staff, filing).await.unwrap();
    assert!(matches!(view.state, FilingState::Signing { .. }));
    assert_eq!(next_of_person(&world.platform, &twice.own).await.unwrap(), None);
}

#[tokio::test]
async fn by_the_number_of_the_filing_a_link_that_has_ended_stands_in_nobodys_way() {
    let twice = Twice::new().await;
    let world = &twice.world;
    twice.enter(&twice.own).await;
    twice.sign(&twice.own).await;
    world.clock.advance_ms(LINK_LIFETIME_MS);
    let view = filing_view(&world.platform, &world.staff, twice.filing).await.unwrap();
    let who = ByNumber { number: view.number, contact: MOBILE.into() };
    taken(world).await;
    send_by_number(&world.platform, &world.facts(), &who, Language::Zh).await.unwrap();
    let code = taken(world).await[0].values["code"].clone();
    let entered = check_by_number(&world.platform, &world.facts(), &who, code).await.unwrap();
    assert_eq!(entered.actor.name(), twice.own.name(), "back to what was signed");
}

#[tokio::test]
async fn by_the_number_of_the_filing_one_person_comes_to_the_party_that_still_waits() {
    let twice = Twice::new().await;
    let world = &twice.world;
    twice.enter(&twice.own).await;
    twice.sign(&twice.own).await;
    let view = filing_view(&world.platform, &world.staff, twice.filing).await.unwrap();
    let who = ByNumber { number: view.number, contact: MOBILE.into() };
    taken(world).await;
    send_by_number(&world.platform, &world.facts(), &who, Language::Zh).await.unwrap();
    let code = taken(world).await[0].values["code"].clone();
    let entered = check_by_number(&world.platform, &world.facts(), &who, code).await.unwrap();
    assert_eq!(entered.actor.name(), twice.for_company.name());
}

#[tokio::test]
async fn the_handler_is_told_that_a_person_stands_in_the_filing_twice() {
    let world = World::new().await;
    let filing = world.open().await;
    let own = world.add(filing, NAME, Capacity::Shareholder).await;
    let company = add_company(&world, filing, NAME).await;
    let mut told = Vec::new();
    for party in [own, company] {
        let contact = contact(Some(MOBILE), None, Some(NUMBER));
        let command = DeclareContact { filing, party, contact };
        let request = world.request(&world.staff);
        let declared = declare_contact(&world.platform, &request, command).await;
        told.push(declared.unwrap().warnings);
    }
    assert_eq!(told, [vec![], vec![ContactWarning::SamePerson]]);
}
