//! Wrong tries are counted one after the other, and make who tries wait.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::join_all;
use heqi_credentials::{Password, TotpSecret};
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::Changeset;
use heqi_notarization::NotaryOffice;
use heqi_notarization::staff::login::{log_in, second_factor, show_again};
use heqi_notarization::staff::sessions::hash_of;
use heqi_notarization::staff::{
    CreateOfficer, OfficeRole, OfficeStaffError, StaffEvent, account_events, create_officer,
    enrol_officer, find,
};
use heqi_testkit::{SeededEntropy, Story};
use heqi_vocabulary::Clock as _;

use super::{ADDRESS, PASSWORD, make, password};
use crate::every_step::held;
use crate::support::{Between, House, story};

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
