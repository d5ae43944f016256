//! Accounts of the office: two factors, and three duties kept apart.

use std::net::IpAddr;

use heqi_credentials::{Password, TotpSecret};
use heqi_evidence_store::backend::CommitError;
use heqi_notarization::NotaryOffice;
use heqi_notarization::staff::login::{enrolling, log_in, second_factor, show_again};
use heqi_notarization::staff::sessions::{hash_of, leave, session};
use heqi_notarization::staff::{
    AccountStanding, CreateOfficer, EventBy, OfficeRole, OfficeStaffError, Officer, StaffEvent,
    account_events, accounts, create_officer, disable_officer, enrol_officer, release_officer,
    reset_officer,
};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::{Clock as _, StaffId};

use crate::support::{Failing, House, story};

mod apart;
mod pauses;

pub(crate) use self::pauses::written;

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
