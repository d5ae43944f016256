//! Accounts of the office: two factors, and three duties kept apart.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::join_all;
use heqi_credentials::{Password, TotpSecret};
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::Changeset;
use heqi_notarization::NotaryOffice;
use heqi_notarization::staff::login::{enrolling, log_in, second_factor, show_again};
use heqi_notarization::staff::sessions::{hash_of, leave, session};
use heqi_notarization::staff::{
    AccountStanding, CreateOfficer, EventBy, OfficeRole, OfficeStaffError, Officer, StaffEvent,
    account_events, accounts, create_officer, disable_officer, enrol_officer, find,
    release_officer, reset_officer,
};
use heqi_testkit::{SeededEntropy, Story};
use heqi_vocabulary::{Clock as _, StaffId};

use crate::every_step::held;
use crate::support::{Between, Failing, House, story};

pub(crate) const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) fn password(text: &str) -> Password {
    Password::new(text.into()).unwrap()
}

pub(crate) async fn make(office: &NotaryOffice, login: &str, role: OfficeRole) -> StaffId {
    make_named(office, (login, &format!("示例人员·{login}")), role).await.unwrap()
}

async fn make_named(
    office: &NotaryOffice,
    (login, name): (&str, &str),
    role: OfficeRole,
) -> Result<StaffId, OfficeStaffError> {
    let command = CreateOfficer {
        login: login.parse().unwrap(),
        name: name.to_owned(),
        role,
        password: password(PASSWORD),
    };
    create_officer(office, command).await
}

/// How an account stands, as the page shows it.
async fn standing(office: &NotaryOffice, account: StaffId) -> AccountStanding {
    let all = accounts(office).await.unwrap();
    all.into_iter().find(|one| one.account == account).unwrap().standing
}

/// Lets an account in as it stands now.
async fn release(
    office: &NotaryOffice,
    by: &Officer,
    account: StaffId,
) -> Result<(), OfficeStaffError> {
    release_officer(office, by, account, standing(office, account).await).await
}

async fn come_in(house: &House, login: &str, secret: Option<&TotpSecret>) -> TotpSecret {
    let opened = log_in(&house.office, ADDRESS, login, password(PASSWORD)).await.unwrap();
    let hash = hash_of(&opened.secret);
    let before = session(&house.office, hash).await.unwrap();
    assert!(before.officer().is_none(), "one factor is not enough");
    let secret = match secret {
        Some(secret) => secret.clone(),
        None => enrolling(&house.office, hash).await.unwrap(),
    };
    let code = secret.code_at(house.clock.now());
    let came = second_factor(&house.office, ADDRESS, hash, &code).await.unwrap();
    assert!(session(&house.office, hash).await.is_err(), "the first session is over");
    let inside = hash_of(&came.session.secret);
    assert!(session(&house.office, inside).await.unwrap().officer().is_some());
    leave(&house.office, inside).await.unwrap();
    assert!(session(&house.office, inside).await.is_err());
    secret
}

#[tokio::test]
async fn an_account_that_is_every_visitors_is_not_shut_out_and_another_is() {
    let house = House::of(&story());
    let office = &house.office.clone().keeping_in(["qian.wei".to_owned()].into());
    let security = make(office, "security.one", OfficeRole::Security).await;
    let keeper = Officer { account: security, role: OfficeRole::Security };
    for (login, is_kept) in [("qian.wei", true), ("zhao.min", false)] {
        let account = make(office, login, OfficeRole::Notary).await;
        release(office, &keeper, account).await.unwrap();
        let done = disable_officer(office, &keeper, account).await;
        assert_eq!(matches!(done, Err(OfficeStaffError::KeptIn)), is_kept, "{done:?}");
        let comes = log_in(office, ADDRESS, login, password(PASSWORD)).await;
        assert_eq!(comes.is_ok(), is_kept, "{login}");
        // Whoever is not security is told that, and nothing of the account.
        let other = Officer { account, role: OfficeRole::Notary };
        let refused = disable_officer(office, &other, account).await.unwrap_err();
        assert!(matches!(refused, OfficeStaffError::NotSecurity), "{refused}");
    }
}

#[tokio::test]
async fn nobody_comes_in_before_security_has_released_them() {
    let house = House::of(&story());
    let office = &house.office;
    // System makes accounts; the first security officer needs nobody, the others wait.
    let security = make(office, "security.one", OfficeRole::Security).await;
    let notary = make(office, "qian.wei", OfficeRole::Notary).await;
    let second = make(office, "security.two", OfficeRole::Security).await;
    for login in ["qian.wei", "security.two"] {
        let refused = log_in(office, ADDRESS, login, password(PASSWORD)).await.unwrap_err();
        assert!(matches!(refused, OfficeStaffError::Unreleased), "{refused}");
    }
    let keeper = Officer { account: security, role: OfficeRole::Security };
    let not_keeper = Officer { account: notary, role: OfficeRole::Notary };
    for (by, whom) in [(&not_keeper, second), (&keeper, security)] {
        let refused = release(office, by, whom).await.unwrap_err();
        assert!(matches!(refused, OfficeStaffError::NotSecurity), "{refused}");
    }
    release(office, &keeper, notary).await.unwrap();
    let secret = come_in(&house, "qian.wei", None).await;

    // Reset by whoever has the machine: again nobody comes in without security.
    reset_officer(office, &"qian.wei".parse().unwrap(), password(PASSWORD)).await.unwrap();
    let refused = log_in(office, ADDRESS, "qian.wei", password(PASSWORD)).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::Unreleased));
    release(office, &keeper, notary).await.unwrap();
    let code = secret.code_at(house.clock.now());
    assert!(show_again(office, ADDRESS, "qian.wei", &code).await.is_err(), "another authenticator");
    come_in(&house, "qian.wei", None).await;

    disable_officer(office, &keeper, notary).await.unwrap();
    let refused = log_in(office, ADDRESS, "qian.wei", password(PASSWORD)).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::Wrong));
    let events: Vec<_> = account_events(office, notary).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|one| one.event).collect();
    assert_eq!(kinds[..3], [StaffEvent::Created, StaffEvent::Released, StaffEvent::Enrolled]);
    assert_eq!(kinds.iter().filter(|kind| **kind == StaffEvent::Disabled).count(), 1);
    assert_eq!(accounts(office).await.unwrap().len(), 3);

    // Each line says who did it: the machine, the security officer, whoever came in.
    let by = |event| {
        let mut found = events.iter().filter(|one| one.event == event);
        let first = found.next().unwrap().by;
        assert!(found.all(|one| one.by == first), "{event}");
        first
    };
    assert_eq!(by(StaffEvent::Created), EventBy::Machine);
    assert_eq!(by(StaffEvent::Reset), EventBy::Machine);
    for event in [StaffEvent::Released, StaffEvent::Disabled] {
        assert_eq!(by(event), EventBy::Officer { account: security }, "{event}");
    }
    for event in [StaffEvent::Enrolled, StaffEvent::LoggedOut] {
        assert_eq!(by(event), EventBy::Officer { account: notary }, "{event}");
    }
    assert_eq!(by(StaffEvent::WrongPassword), EventBy::Nobody);
}

#[tokio::test]
async fn nobody_has_two_accounts_and_so_is_both_halves_of_what_takes_two() {
    let house = House::of(&story());
    let office = &house.office;
    let security = make(office, "security.one", OfficeRole::Security).await;
    let keeper = Officer { account: security, role: OfficeRole::Security };
    let clerk = make_named(office, ("a.yi", "阿卜杜拉·买买提"), OfficeRole::Clerk).await.unwrap();
    release(office, &keeper, clerk).await.unwrap();
    // A name is the same with whatever dot it was typed.
    let twin = ("a.er", "阿卜杜拉•买买提");
    for role in [OfficeRole::Approver, OfficeRole::Clerk, OfficeRole::Security] {
        let refused = make_named(office, twin, role).await.unwrap_err();
        assert!(matches!(refused, OfficeStaffError::SecondAccount), "{refused}");
    }
    // Once the other account is shut out, the person may; and then not come back with it.
    disable_officer(office, &keeper, clerk).await.unwrap();
    let approver = make_named(office, twin, OfficeRole::Approver).await.unwrap();
    release(office, &keeper, approver).await.unwrap();
    let refused = release(office, &keeper, clerk).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::SecondAccount), "{refused}");
    let login = "a.yi".parse().unwrap();
    let refused = reset_officer(office, &login, password(PASSWORD)).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::SecondAccount), "{refused}");
    let refused = log_in(office, ADDRESS, "a.yi", password(PASSWORD)).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::Wrong), "{refused}");
    // Of who is not shut out a reset makes no second account.
    let login = "a.er".parse().unwrap();
    reset_officer(office, &login, password(PASSWORD)).await.unwrap();
    // Of two people with one name one gets an addition.
    make_named(office, ("a.san", "阿卜杜拉·买买提·乙"), OfficeRole::Clerk).await.unwrap();
}

#[tokio::test]
async fn an_account_is_let_in_only_as_security_saw_it() {
    let house = House::of(&story());
    let office = &house.office;
    let security = make(office, "security.one", OfficeRole::Security).await;
    let notary = make(office, "qian.wei", OfficeRole::Notary).await;
    let keeper = Officer { account: security, role: OfficeRole::Security };

    // Tries to come in do not move it: nobody keeps an account out by knocking.
    let seen = standing(office, notary).await;
    let refused = log_in(office, ADDRESS, "qian.wei", password("wrong battery horse")).await;
    assert!(refused.is_err());
    assert_eq!(standing(office, notary).await, seen);

    // Reset while the page was open, so the password is another's by now.
    house.clock.advance_ms(1000);
    reset_officer(office, &"qian.wei".parse().unwrap(), password(PASSWORD)).await.unwrap();
    let refused = release_officer(office, &keeper, notary, seen).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::Changed), "{refused}");
    let refused = log_in(office, ADDRESS, "qian.wei", password(PASSWORD)).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::Unreleased), "{refused}");

    // Shut out by another security officer meanwhile.
    let seen = standing(office, notary).await;
    disable_officer(office, &keeper, notary).await.unwrap();
    let refused = release_officer(office, &keeper, notary, seen).await.unwrap_err();
    assert!(matches!(refused, OfficeStaffError::Changed), "{refused}");
    let events = account_events(office, notary).await.unwrap();
    assert!(events.iter().all(|one| one.event != StaffEvent::Released), "nothing was noted");

    let seen = standing(office, notary).await;
    release_officer(office, &keeper, notary, seen).await.unwrap();
    // The same form a second time does the same.
    release_officer(office, &keeper, notary, standing(office, notary).await).await.unwrap();
}

#[tokio::test]
async fn a_code_counts_once_also_for_an_extraction() {
    let house = House::of(&story());
    let office = &house.office;
    let account = make(office, "qian.wei", OfficeRole::Notary).await;
    let secret = TotpSecret::generate(&SeededEntropy::new(5));
    enrol_officer(office, account, &secret).await.unwrap();
    let code = secret.code_at(house.clock.now());
    let fresh = show_again(office, ADDRESS, "qian.wei", &code).await.unwrap();
    assert_eq!(fresh.officer().account, account);
    assert!(show_again(office, ADDRESS, "qian.wei", &code).await.is_err(), "used before");
    assert!(show_again(office, ADDRESS, "nobody", &code).await.is_err());
    house.clock.advance_ms(60_000);
    let code = secret.code_at(house.clock.now());
    assert!(show_again(office, ADDRESS, "qian.wei", &code).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_accounts_of_one_person_that_are_let_in_at_one_instant_one_is_refused() {
    let house = House::of(&story());
    let office = &house.office;
    let account = make(office, "security.one", OfficeRole::Security).await;
    let keeper = Officer { account, role: OfficeRole::Security };
    let mut both = Vec::new();
    for (login, role) in [("xu.one", OfficeRole::Clerk), ("xu.two", OfficeRole::Approver)] {
        let account = make_named(office, (login, "许明"), role).await.unwrap();
        disable_officer(office, &keeper, account).await.unwrap();
        both.push(account);
    }
    for _ in 0..32 {
        let start = Arc::new(tokio::sync::Barrier::new(2));
        let tasks: Vec<_> = both
            .iter()
            .copied()
            .map(|account| {
                let (office, start, keeper) = (office.clone(), start.clone(), keeper.clone());
                tokio::spawn(async move {
                    let seen = standing(&office, account).await;
                    start.wait().await;
                    release_officer(&office, &keeper, account, seen).await
                })
            })
            .collect();
        let mut refused = Vec::new();
        for task in tasks {
            refused.extend(task.await.unwrap().err());
        }
        assert!(matches!(&refused[..], [OfficeStaffError::SecondAccount]), "{refused:?}");
        for account in &both {
            disable_officer(office, &keeper, *account).await.unwrap();
        }
    }
}

#[tokio::test]
async fn of_two_security_officers_who_fell_at_one_instant_one_is_let_in_by_the_machine() {
    let story = story();
    let house = House::of(&story);
    let office = &house.office;
    let one = make(office, "security.one", OfficeRole::Security).await;
    let one = Officer { account: one, role: OfficeRole::Security };
    let two = make(office, "security.two", OfficeRole::Security).await;
    release(office, &one, two).await.unwrap();
    // The first is reset while it shuts the second out: each was the other one that is in.
    let copy = Arc::new(house.store.copy());
    let elsewhere = house.beside(&story, copy.clone(), copy.clone(), 5).office;
    disable_officer(&elsewhere, &one, two).await.unwrap();
    let (before, _) = held(&house.store).await;
    let (after, _) = held(&copy).await;
    let mut disabled = Changeset::new();
    for (key, row) in after.into_iter().filter(|row| !before.contains(row)) {
        disabled.put(key, row.value);
    }
    let between = Arc::new(Between::over(house.store.clone()));
    between.before_the_next(disabled);
    let here = house.beside(&story, between.clone(), house.store.clone(), 6).office;
    let login = "security.one".parse().unwrap();
    reset_officer(&here, &login, password(PASSWORD)).await.unwrap();
    assert!(between.was_told());
    for login in ["security.one", "security.two"] {
        assert!(log_in(office, ADDRESS, login, password(PASSWORD)).await.is_err(), "{login}");
    }

    reset_officer(office, &login, password(PASSWORD)).await.unwrap();
    come_in(&house, "security.one", None).await;
    release(office, &one, two).await.unwrap();
}

#[tokio::test]
async fn tries_that_come_at_once_are_no_more_than_one_after_the_other() {
    let house = House::of(&story());
    let office = &house.office;
    let account = make(office, "security.one", OfficeRole::Security).await;
    let secret = TotpSecret::generate(&SeededEntropy::new(5));
    enrol_officer(office, account, &secret).await.unwrap();
    let counted = |answers: Vec<Option<OfficeStaffError>>| {
        let told = |one: fn(&OfficeStaffError) -> bool| {
            answers.iter().flatten().filter(|error| one(error)).count()
        };
        let later = told(|error| matches!(error, OfficeStaffError::Later { .. }));
        let wrong =
            told(|error| matches!(error, OfficeStaffError::Wrong | OfficeStaffError::WrongCode));
        (wrong, later)
    };
    let passwords = (0..9).map(|_| async {
        log_in(office, ADDRESS, "security.one", Password::typed("wrong".into())).await.err()
    });
    assert_eq!(counted(join_all(passwords).await), (5, 4));
    let elsewhere: IpAddr = "203.0.113.9".parse().unwrap();
    let codes = (0..9)
        .map(|_| async { show_again(office, elsewhere, "security.one", "nocode").await.err() });
    assert_eq!(counted(join_all(codes).await), (5, 4));
    let events = account_events(office, account).await.unwrap();
    let noted = |kind| events.iter().filter(|one| one.event == kind).count();
    assert_eq!((noted(StaffEvent::WrongPassword), noted(StaffEvent::WrongCode)), (5, 5));
}

/// What one more wrong code at an account writes.
async fn wrong_try((house, story): (&House, &Story), login: &str) -> Changeset {
    let store = Arc::new(house.store.copy());
    let office = house.beside(story, store.clone(), store.clone(), 7).office;
    let wrong = show_again(&office, ADDRESS, login, "nocode").await;
    assert!(matches!(wrong, Err(OfficeStaffError::WrongCode)));
    written(house, &store).await
}

/// What was written to a copy of the house's store since.
pub(crate) async fn written(house: &House, store: &MemoryBackend) -> Changeset {
    let (before, _) = held(&house.store).await;
    let (after, _) = held(store).await;
    let mut changes = Changeset::new();
    for (key, row) in after.into_iter().filter(|row| !before.contains(row)) {
        changes.put(key, row.value);
    }
    changes
}

/// Lets a wrong try be counted behind each row that is read while somebody comes in: they wait, whichever it is. Gives how
/// many were read.
async fn waits_behind(
    (house, story): (&House, &Story),
    wrong: &Changeset,
    comes_in: &impl AsyncFn(&NotaryOffice) -> Result<(), OfficeStaffError>,
) -> usize {
    let mut reads = 0;
    loop {
        reads += 1;
        let store = Arc::new(house.store.copy());
        let between = Arc::new(Between::over(store.clone()));
        between.after_reads(reads, wrong.clone());
        let office = house.beside(story, between.clone(), store, 3).office;
        let came = comes_in(&office).await;
        if !between.was_told() {
            assert!(came.is_ok(), "without one nobody waits: {came:?}");
            return reads - 1;
        }
        assert!(
            matches!(came, Err(OfficeStaffError::Later { seconds: 30 })),
            "in beside a wrong try after {reads} rows: {came:?}"
        );
    }
}

#[tokio::test]
async fn nobody_comes_in_beside_the_wrong_try_that_begins_a_pause() {
    let story = story();
    let house = House::of(&story);
    let office = &house.office;
    let account = make(office, "qian.wei", OfficeRole::Notary).await;
    let secret = TotpSecret::generate(&SeededEntropy::new(5));
    enrol_officer(office, account, &secret).await.unwrap();
    let half = log_in(office, ADDRESS, "qian.wei", password(PASSWORD)).await.unwrap();
    let half = hash_of(&half.secret);
    let code = secret.code_at(house.clock.now());
    for _ in 0..4 {
        let wrong = show_again(office, ADDRESS, "qian.wei", "nocode").await;
        assert!(matches!(wrong, Err(OfficeStaffError::WrongCode)));
    }
    let at = (&house, &story);
    let wrong = wrong_try(at, "qian.wei").await;

    let first = async |office: &NotaryOffice| {
        log_in(office, ADDRESS, "qian.wei", password(PASSWORD)).await.map(drop)
    };
    let second =
        async |office: &NotaryOffice| second_factor(office, ADDRESS, half, &code).await.map(drop);
    let again = async |office: &NotaryOffice| {
        show_again(office, ADDRESS, "qian.wei", &code).await.map(drop)
    };
    // The row of the account and both that count, at the least.
    assert!(waits_behind(at, &wrong, &first).await > 3);
    assert!(waits_behind(at, &wrong, &second).await > 3);
    assert!(waits_behind(at, &wrong, &again).await > 3);
}

#[tokio::test]
async fn wrong_tries_make_their_address_wait() {
    let house = House::of(&story());
    let office = &house.office;
    make(office, "security.one", OfficeRole::Security).await;
    for _ in 0..5 {
        let wrong = log_in(office, ADDRESS, "security.one", Password::typed("wrong".into())).await;
        assert!(matches!(wrong, Err(OfficeStaffError::Wrong)));
    }
    let later = log_in(office, ADDRESS, "security.one", password(PASSWORD)).await;
    assert!(matches!(later, Err(OfficeStaffError::Later { seconds: 30 })), "{later:?}");
    let elsewhere: IpAddr = "203.0.113.9".parse().unwrap();
    assert!(log_in(office, elsewhere, "security.one", password(PASSWORD)).await.is_ok());
    house.clock.advance_ms(30_000);
    assert!(log_in(office, ADDRESS, "security.one", password(PASSWORD)).await.is_ok());
    let taken = CreateOfficer {
        login: "security.one".parse().unwrap(),
        name: "另一人".into(),
        role: OfficeRole::Clerk,
        password: password(PASSWORD),
    };
    assert!(matches!(create_officer(office, taken).await, Err(OfficeStaffError::Taken)));
    assert!(find(office, &"nobody".parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn on_a_full_disk_whoever_has_come_in_reads_on() {
    let story = story();
    let house = House::of(&story);
    make(&house.office, "security.one", OfficeRole::Security).await;
    let opened = log_in(&house.office, ADDRESS, "security.one", password(PASSWORD)).await.unwrap();
    let half = hash_of(&opened.secret);
    // A minute later it would be noted that the session is used.
    house.clock.advance_ms(60_000);
    for (how, reads_on) in
        [(CommitError::DiskFull, true), (CommitError::Busy, true), (CommitError::Stopped, false)]
    {
        let full = Failing::new(house.store.clone(), how.clone(), true);
        let office = house.beside(&story, full, house.store.clone(), 2).office;
        assert_eq!(session(&office, half).await.is_ok(), reads_on, "{how}");
    }
}
