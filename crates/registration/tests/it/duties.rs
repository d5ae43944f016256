//! Three duties that nobody has beside each other: the machine makes accounts, security lets them
//! in, audit reads what everybody did.

use std::net::{IpAddr, Ipv4Addr};

use heqi_filing::{Office, OfficeKind};
use heqi_registration::Actor;
use heqi_registration::access::hash_of;
use heqi_registration::contacts::IdNumber;
use heqi_registration::fault::{ActError, Thing};
use heqi_registration::filing_view::filing_view;
use heqi_registration::handler_desk::handled_filing;
use heqi_registration::journal::{JournalAct, JournalDay, journal, take_journal};
use heqi_registration::legal_hold::{PlaceHold, place_hold};
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_registration::staff::login::{LoginError, log_in};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::sessions::staff_session;
use heqi_registration::staff::{
    AccountEvent, AccountStanding, CreateStaff, LoginName, StaffError, StaffEvent, accounts_seen,
    bind_handler, change_role, create_staff, disable_staff, list_staff, release_staff, reset_staff,
    shut_out_staff, staff_events,
};
use heqi_vocabulary::{Clock as _, Language, StaffId};

use crate::entry::{contact, declare};
use crate::world::World;

mod apart;

const PASSWORD: &str = "correct horse battery";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

fn office(kind: OfficeKind) -> Office {
    let name = match kind {
        OfficeKind::Registry => "杭州市临安区市场监督管理局",
        OfficeKind::Notary => "临安公证处",
        OfficeKind::HandlerFirm => "示例代办",
        OfficeKind::Operator => "示例平台",
    };
    Office { kind, name: name.parse().unwrap() }
}

pub(crate) fn password() -> Password {
    Password::new(PASSWORD.into()).unwrap()
}

pub(crate) async fn make(
    world: &World,
    (login, name): (&str, &str),
    kind: OfficeKind,
    role: StaffRole,
) -> Result<Actor, StaffError> {
    let office = office(kind);
    let command = CreateStaff {
        login: login.parse().unwrap(),
        name: name.parse().unwrap(),
        office: office.clone(),
        role,
        password: password(),
    };
    let account = create_staff(&world.platform, command).await?;
    Ok(Actor::Staff(StaffMember { account, office, role }))
}

/// The first security officer of the operator, whom nobody had to let in.
pub(crate) async fn security(world: &World, login: &str, name: &str) -> Actor {
    make(world, (login, name), OfficeKind::Operator, StaffRole::Security).await.unwrap()
}

pub(crate) fn account_of(actor: &Actor) -> StaffId {
    let Actor::Staff(member) = actor else { panic!("not staff") };
    member.account
}

/// How an account stands now.
pub(crate) async fn standing(world: &World, account: StaffId) -> AccountStanding {
    let all = list_staff(&world.platform).await.unwrap();
    all.iter().find(|one| one.account == account).unwrap().standing
}

/// Lets an account in by somebody who sees it as it is.
async fn release(world: &World, by: &Actor, account: StaffId) -> Result<(), StaffError> {
    let seen = standing(world, account).await;
    release_staff(&world.platform, by, account, seen).await
}

async fn come(world: &World, login: &str) -> Result<(), LoginError> {
    log_in(&world.platform, HERE, login, password()).await.map(|_| ())
}

async fn waits(world: &World, login: &str) -> bool {
    matches!(come(world, login).await, Err(LoginError::Unreleased))
}

#[tokio::test]
async fn an_account_that_is_every_visitors_is_not_shut_out_and_another_is() {
    let world = World::with(|settings| settings.kept_in = ["li.na".to_owned()].into()).await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let registry = OfficeKind::Registry;
    for (login, name, is_kept) in [("li.na", "李娜", true), ("wang.qiang", "王强", false)] {
        let made = make(&world, (login, name), registry, StaffRole::Reviewer).await.unwrap();
        let account = account_of(&made);
        release(&world, &keeper, account).await.unwrap();
        let done = shut_out_staff(&world.platform, &keeper, account).await;
        assert_eq!(matches!(done, Err(StaffError::KeptIn)), is_kept, "{done:?}");
        assert_eq!(come(&world, login).await.is_ok(), is_kept, "{login}");
        // Whoever is not security is told that, and nothing of the account.
        let refused = shut_out_staff(&world.platform, &made, account).await.unwrap_err();
        assert!(matches!(refused, StaffError::NotSecurity), "{refused}");
    }
}

#[tokio::test]
async fn an_account_waits_for_security_and_only_the_first_of_security_does_not() {
    let world = World::new().await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    come(&world, "shen.yan").await.unwrap();
    let registry = OfficeKind::Registry;
    let li = make(&world, ("li.na", "李娜"), registry, StaffRole::Reviewer).await.unwrap();
    let second = make(&world, ("wu.an", "吴安"), OfficeKind::Operator, StaffRole::Security);
    let second = second.await.unwrap();
    let auditor = make(&world, ("xu.ming", "许明"), OfficeKind::Operator, StaffRole::Auditor);
    let auditor = auditor.await.unwrap();
    for login in ["li.na", "wu.an", "xu.ming"] {
        assert!(waits(&world, login).await, "{login}");
    }
    // Nobody lets the own account in, nobody else lets anybody in, and who waits does nothing.
    for (by, whom) in [(&keeper, &keeper), (&li, &second), (&auditor, &li), (&second, &li)] {
        let refused = release(&world, by, account_of(whom)).await.unwrap_err();
        assert!(matches!(refused, StaffError::NotSecurity), "{refused}");
        let refused = shut_out_staff(&world.platform, by, account_of(whom)).await.unwrap_err();
        assert!(matches!(refused, StaffError::NotSecurity), "{refused}");
    }
    let li = account_of(&li);
    release(&world, &keeper, li).await.unwrap();
    come(&world, "li.na").await.unwrap();
    shut_out_staff(&world.platform, &keeper, li).await.unwrap();
    assert!(matches!(come(&world, "li.na").await, Err(LoginError::Wrong)));

    // Each event says who did it.
    let events = staff_events(&world.platform, &"li.na".parse().unwrap()).await.unwrap();
    let by = |event: StaffEvent| {
        let found = events.iter().find(|one: &&AccountEvent| one.event == event).unwrap();
        found.by.in_words(heqi_vocabulary::Language::En, |account| account.to_string())
    };
    let keeper = account_of(&keeper).to_string();
    assert_eq!([by(StaffEvent::Released), by(StaffEvent::Disabled)], [keeper.clone(), keeper]);
    assert!(by(StaffEvent::Created).contains("machine"));
    assert!(by(StaffEvent::WrongPassword).contains("not let in"));
}

#[tokio::test]
async fn another_role_takes_two_and_ends_what_the_old_one_opened() {
    let world = World::new().await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let registry = OfficeKind::Registry;
    let li = make(&world, ("li.na", "李娜"), registry, StaffRole::Reviewer).await.unwrap();
    release(&world, &keeper, account_of(&li)).await.unwrap();
    let opened = log_in(&world.platform, HERE, "li.na", password()).await.unwrap();
    let session = hash_of(&opened.secret);
    assert!(staff_session(&world.platform, session).await.is_ok());
    world.clock.advance_ms(1_000);
    let login = "li.na".parse().unwrap();
    change_role(&world.platform, &login, StaffRole::Regulator).await.unwrap();
    assert!(waits(&world, "li.na").await);
    assert!(staff_session(&world.platform, session).await.is_err());
    release(&world, &keeper, account_of(&li)).await.unwrap();
    assert!(staff_session(&world.platform, session).await.is_err());
    come(&world, "li.na").await.unwrap();
    let listed = list_staff(&world.platform).await.unwrap();
    assert!(listed.iter().any(|one| one.role == StaffRole::Regulator && !one.waits));
    let unfit = change_role(&world.platform, &login, StaffRole::Handler).await.unwrap_err();
    assert!(matches!(unfit, StaffError::UnfitRole { .. }), "{unfit}");
}

#[tokio::test]
async fn what_is_let_in_is_what_the_security_officer_saw() {
    let world = World::new().await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let registry = OfficeKind::Registry;
    let li = make(&world, ("li.na", "李娜"), registry, StaffRole::Reviewer).await.unwrap();
    let (li, login) = (account_of(&li), "li.na".parse().unwrap());
    let seen = standing(&world, li).await;
    // Meanwhile the machine makes it another one.
    change_role(&world.platform, &login, StaffRole::Regulator).await.unwrap();
    let refused = release_staff(&world.platform, &keeper, li, seen).await.unwrap_err();
    assert!(matches!(refused, StaffError::Changed), "{refused}");
    assert!(waits(&world, "li.na").await);
    let seen = standing(&world, li).await;
    reset_staff(&world.platform, &login, password()).await.unwrap();
    let refused = release_staff(&world.platform, &keeper, li, seen).await.unwrap_err();
    assert!(matches!(refused, StaffError::Changed), "{refused}");
    // Wrong passwords keep nobody out, and a button that is pressed twice lets in once.
    let seen = standing(&world, li).await;
    let wrong = Password::new("another horse battery".into()).unwrap();
    assert!(log_in(&world.platform, HERE, "li.na", wrong).await.is_err());
    for _ in 0..2 {
        release_staff(&world.platform, &keeper, li, seen).await.unwrap();
    }
    come(&world, "li.na").await.unwrap();
    // Whom somebody else has shut out since, an old page does not let in.
    shut_out_staff(&world.platform, &keeper, li).await.unwrap();
    let refused = release_staff(&world.platform, &keeper, li, seen).await.unwrap_err();
    assert!(matches!(refused, StaffError::Changed), "{refused}");
    release(&world, &keeper, li).await.unwrap();
}

#[tokio::test]
async fn whoever_changes_an_account_is_told_whether_it_waits() {
    let world = World::new().await;
    let login = |text: &str| text.parse::<LoginName>().unwrap();
    security(&world, "shen.yan", "沈岩").await;
    let operator = OfficeKind::Operator;
    make(&world, ("xu.ming", "许明"), operator, StaffRole::Auditor).await.unwrap();
    let changed = async |text: &str, role: StaffRole| {
        change_role(&world.platform, &login(text), role).await.unwrap()
    };
    assert!(changed("xu.ming", StaffRole::Operator).await, "one of security can let it in");
    assert!(!reset_staff(&world.platform, &login("shen.yan"), password()).await.unwrap());
    disable_staff(&world.platform, &login("shen.yan")).await.unwrap();
    assert!(!changed("xu.ming", StaffRole::Security).await, "nobody could let it in");
    come(&world, "xu.ming").await.unwrap();
    assert!(changed("xu.ming", StaffRole::Auditor).await, "only security does not wait");
}

#[tokio::test]
async fn an_organisation_with_security_of_its_own_keeps_its_accounts_itself() {
    let world = World::new().await;
    let operator = security(&world, "shen.yan", "沈岩").await;
    let registry = OfficeKind::Registry;
    let own = make(&world, ("wu.an", "吴安"), registry, StaffRole::Security).await.unwrap();
    let li = make(&world, ("li.na", "李娜"), registry, StaffRole::Reviewer).await.unwrap();
    let he = make(&world, ("he.jing", "何静"), OfficeKind::HandlerFirm, StaffRole::Handler);
    let he = account_of(&he.await.unwrap());
    // The first one of the registry is let in by the operator's, which is out of it from then on.
    release(&world, &operator, account_of(&own)).await.unwrap();
    let li = account_of(&li);
    let refused = release(&world, &operator, li).await.unwrap_err();
    assert!(matches!(refused, StaffError::NotSecurity), "{refused}");
    release(&world, &own, li).await.unwrap();
    let refused = release(&world, &own, he).await.unwrap_err();
    assert!(matches!(refused, StaffError::NotSecurity), "{refused}");
    release(&world, &operator, he).await.unwrap();

    let seen = async |actor: &Actor| {
        let seen = accounts_seen(&world.platform, actor, 50).await.unwrap();
        let mut seen: Vec<_> =
            seen.into_iter().map(|one| (one.view.login, one.may_change)).collect();
        seen.sort();
        seen
    };
    let line = |login: &str, may| (login.to_owned(), may);
    assert_eq!(seen(&own).await, [line("li.na", true), line("wu.an", false)]);
    let of_operator = [line("he.jing", true), line("shen.yan", false), line("wu.an", true)];
    assert_eq!(seen(&operator).await, of_operator);
    // The newest events are read, and the others counted.
    disable_staff(&world.platform, &"li.na".parse().unwrap()).await.unwrap();
    for (newest, earlier) in [(2, 1_u8), (3, 0), (50, 0)] {
        let all = accounts_seen(&world.platform, &own, newest).await.unwrap();
        let one = all.iter().find(|one| one.view.account == li).unwrap();
        let events: Vec<_> = one.events.iter().map(|one| one.event).collect();
        let happened = [StaffEvent::Created, StaffEvent::Released, StaffEvent::Disabled];
        assert_eq!(
            (events.as_slice(), one.earlier),
            (&happened[usize::from(earlier)..], u64::from(earlier))
        );
    }

    // Where the last one of its own is shut out, the operator's keeps the accounts again; and the
    // last one of all comes back without another.
    disable_staff(&world.platform, &"wu.an".parse().unwrap()).await.unwrap();
    shut_out_staff(&world.platform, &operator, li).await.unwrap();
    reset_staff(&world.platform, &"shen.yan".parse().unwrap(), password()).await.unwrap();
    come(&world, "shen.yan").await.unwrap();
}

#[tokio::test]
async fn the_journal_says_who_did_what_to_auditors_alone_and_tells_nothing_of_a_person() {
    let world = World::new().await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let audits = async |login: &str, name: &str, kind: OfficeKind| {
        make(&world, (login, name), kind, StaffRole::Auditor).await.unwrap()
    };
    let auditor = audits("xu.ming", "许明", OfficeKind::Operator).await;
    let of_registry = audits("feng.shen", "冯慎", OfficeKind::Registry).await;
    let li = make(&world, ("li.na", "李娜"), OfficeKind::Registry, StaffRole::Reviewer).await;
    let li = li.unwrap();
    release(&world, &keeper, account_of(&li)).await.unwrap();
    let drafted = world.drafted(1).await;
    let hold = PlaceHold { filing: drafted.filing, reason: "(2026)浙0112民初1号".to_owned() };
    place_hold(&world.platform, &world.request(&world.staff), hold).await.unwrap();

    let today = JournalDay::of(world.clock.now());
    let lines = journal(&world.platform, &auditor, today, 100).await.unwrap();
    let is_hold = |act: &JournalAct| {
        matches!(act, JournalAct::Record { word, filing, .. }
            if word == "placed" && *filing == Some(drafted.filing))
    };
    assert!(lines.iter().any(|line| is_hold(&line.did)), "{lines:?}");
    let released = JournalAct::Account { account: account_of(&li), event: StaffEvent::Released };
    assert!(lines.iter().any(|line| line.did == released), "{lines:?}");
    assert!(lines.windows(2).all(|two| two[0].at >= two[1].at), "the newest first");
    assert_eq!(journal(&world.platform, &auditor, today, 2).await.unwrap().len(), 2);
    for other in [today.before(), today.after()] {
        assert!(journal(&world.platform, &auditor, other, 100).await.unwrap().is_empty());
    }
    // An auditor of another organisation reads of its own people: of an API key it reads nothing.
    let own = journal(&world.platform, &of_registry, today, 100).await.unwrap();
    assert!(own.iter().any(|line| line.did == released));
    assert!(!own.iter().any(|line| is_hold(&line.did)), "{own:?}");

    for actor in [&keeper, &li, &world.staff] {
        let refused = journal(&world.platform, actor, today, 1).await.unwrap_err();
        assert!(matches!(refused, ActError::Denied), "{refused}");
    }
    for actor in [&auditor, &li, &world.staff] {
        let refused = shut_out_staff(&world.platform, actor, account_of(&li)).await.unwrap_err();
        assert!(matches!(refused, StaffError::NotSecurity), "{refused}");
    }
    // The file has every line, and that it was taken; and nobody's name or reason.
    let file = take_journal(&world.platform, &auditor, today).await.unwrap();
    let file = String::from_utf8(file).unwrap();
    assert_eq!(file.lines().count(), lines.len() + 1);
    for line in file.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["at"].is_string() && line["by"]["who"].is_string(), "{line}");
        assert!(line["did"]["act"].is_string(), "{line}");
    }
    assert!(file.contains("journal_taken"));
    for told in ["李娜", "沈岩", "许明", "龚𠮷", "何静", "民初", "203.0.113"] {
        assert!(!file.contains(told), "the journal tells {told}");
    }
}

#[tokio::test]
async fn a_handlers_account_is_bound_to_one_number_and_finds_that_persons_filings_only() {
    let world = World::new().await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let firm = OfficeKind::HandlerFirm;
    let mut handlers = Vec::new();
    for (login, name) in [("he.jing", "何静"), ("he.jing2", "何静"), ("zhao.ban", "赵半")] {
        handlers.push(make(&world, (login, name), firm, StaffRole::Handler).await.unwrap());
    }
    make(&world, ("li.na", "李娜"), OfficeKind::Registry, StaffRole::Reviewer).await.unwrap();
    let bind = async |login: &str, number: &str| {
        let number: IdNumber = number.parse().unwrap();
        bind_handler(&world.platform, &login.parse().unwrap(), &number).await
    };
    let own = "33011219940301000X";
    let refused = bind("he.jing", "330112199403010008").await.unwrap_err();
    assert!(matches!(refused, StaffError::Document(_)), "{refused}");
    let refused = bind("li.na", own).await.unwrap_err();
    assert!(matches!(refused, StaffError::NotHandler), "{refused}");

    let drafted = world.drafted(1).await;
    let number = filing_view(&world.platform, &world.staff, drafted.filing).await.unwrap().number;
    let finds =
        async |actor: &Actor| match handled_filing(&world.platform, actor, number, Language::Zh)
            .await
        {
            Ok(found) => found.own == Some(drafted.handler),
            Err(ActError::NotFound(Thing::Filing)) => false,
            Err(error) => panic!("{error}"),
        };
    let he = account_of(&handlers[0]);
    release(&world, &keeper, he).await.unwrap();
    assert!(bind("he.jing", own).await.unwrap());
    assert!(waits(&world, "he.jing").await, "to whom an account belongs is not for one to say");
    release(&world, &keeper, he).await.unwrap();
    assert!(!bind("he.jing", "33011219940301000x").await.unwrap(), "the same number");
    come(&world, "he.jing").await.unwrap();
    assert!(!finds(&handlers[0]).await, "the filing says nothing of its handler but a name");

    let declared = contact(Some("13900000009"), None, Some(own));
    declare(&world, drafted.filing, drafted.handler, declared).await.unwrap();
    assert!(finds(&handlers[0]).await);
    assert!(!finds(&handlers[1]).await, "a namesake who was bound to nothing");
    bind("he.jing2", "330112199003079999").await.unwrap();
    assert!(!finds(&handlers[1]).await, "a namesake");
    bind("zhao.ban", own).await.unwrap();
    assert!(!finds(&handlers[2]).await, "another name");

    // Nothing is bound that is no handler's any more.
    disable_staff(&world.platform, &"he.jing2".parse().unwrap()).await.unwrap();
    let login = "he.jing".parse().unwrap();
    change_role(&world.platform, &login, StaffRole::Auditor).await.unwrap();
    change_role(&world.platform, &login, StaffRole::Handler).await.unwrap();
    assert!(!finds(&handlers[0]).await);
    let events = staff_events(&world.platform, &login).await.unwrap();
    let bound = events.iter().filter(|one| one.event == StaffEvent::Bound).count();
    assert_eq!(bound, 1);
}
