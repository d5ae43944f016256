//! One person has one account, also of two acts at one instant.

use std::sync::Arc;

use heqi_notarization::staff::login::log_in;
use heqi_notarization::staff::{
    OfficeRole, OfficeStaffError, Officer, disable_officer, release_officer, reset_officer,
};

use super::{ADDRESS, PASSWORD, come_in, make, make_named, password, release, standing, written};
use crate::support::{Between, House, story};

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
    let disabled = written(&house, &copy).await;
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
