//! An officer gives the own account another password, and nobody else does.

use std::sync::Arc;

use heqi_credentials::{PasswordError, TotpSecret};
use heqi_notarization::NotaryOffice;
use heqi_notarization::staff::login::{log_in, second_factor};
use heqi_notarization::staff::sessions::{hash_of, session};
use heqi_notarization::staff::{
    ChangePassword, EventBy, OfficeRole, OfficeStaffError, StaffEvent, account_events,
    change_password, enrol_officer, find, reset_officer,
};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::{Clock as _, Digest};

use crate::officers::{ADDRESS, PASSWORD, make, password, written};
use crate::support::{Between, House, story};

pub(crate) const NEW: &str = "seven quiet lanterns";

/// Types this password and this code, and [`NEW`] twice.
pub(crate) async fn change(
    office: &NotaryOffice,
    inside: Digest,
    present: &str,
    code: &str,
) -> Result<Digest, OfficeStaffError> {
    choose(office, inside, (present, code), (NEW, NEW)).await
}

async fn choose(
    office: &NotaryOffice,
    inside: Digest,
    (present, code): (&str, &str),
    (new, again): (&str, &str),
) -> Result<Digest, OfficeStaffError> {
    let present = heqi_credentials::Password::typed(present.to_owned());
    let office_name = "浙江省杭州市示例公证处";
    let asked = ChangePassword { present, code, new, again, office_name };
    Ok(hash_of(&change_password(office, ADDRESS, inside, asked).await?.secret))
}

/// 钱伟 has an account and an authenticator.
pub(crate) async fn hired(office: &NotaryOffice) -> TotpSecret {
    let account = make(office, "qian.wei", OfficeRole::Notary).await;
    let secret = TotpSecret::generate(&SeededEntropy::new(5));
    enrol_officer(office, account, &secret).await.unwrap();
    secret
}

async fn by_password(office: &NotaryOffice, text: &str) -> Result<Digest, OfficeStaffError> {
    Ok(hash_of(&log_in(office, ADDRESS, "qian.wei", password(text)).await?.secret))
}

/// Comes in now, and a minute passes.
pub(crate) async fn sat_down(house: &House, secret: &TotpSecret) -> Digest {
    let half = by_password(&house.office, PASSWORD).await.unwrap();
    let code = secret.code_at(house.clock.now());
    let came = second_factor(&house.office, ADDRESS, half, &code).await.unwrap();
    house.clock.advance_ms(60_000);
    hash_of(&came.session.secret)
}

async fn newest(office: &NotaryOffice) -> (StaffEvent, EventBy) {
    let account = find(office, &"qian.wei".parse().unwrap()).await.unwrap().unwrap();
    let events = account_events(office, account).await.unwrap();
    let last = events.last().unwrap();
    (last.event, last.by)
}

#[tokio::test]
async fn an_officer_gives_the_own_account_another_password_and_its_other_sessions_end() {
    let house = House::of(&story());
    let office = &house.office;
    let secret = hired(office).await;
    let other = sat_down(&house, &secret).await;
    let half = by_password(office, PASSWORD).await.unwrap();
    let inside = sat_down(&house, &secret).await;

    let code = secret.code_at(house.clock.now());
    let kept = change(office, inside, PASSWORD, &code).await.unwrap();
    for over in [inside, other, half] {
        assert!(session(office, over).await.is_err(), "a session of before");
    }
    let officer = session(office, kept).await.unwrap().officer().unwrap();
    let by = EventBy::Officer { account: officer.account };
    assert_eq!(newest(office).await, (StaffEvent::PasswordChanged, by));

    let old = by_password(office, PASSWORD).await;
    assert!(matches!(old, Err(OfficeStaffError::Wrong)), "{old:?}");
    // The code was used, for coming in as well.
    let half = by_password(office, NEW).await.unwrap();
    let replayed = second_factor(office, ADDRESS, half, &code).await;
    assert!(matches!(replayed, Err(OfficeStaffError::WrongCode)), "{replayed:?}");
}

#[tokio::test]
async fn a_session_in_other_hands_changes_nothing_without_the_password_and_waits_as_at_the_door() {
    let house = House::of(&story());
    let office = &house.office;
    let secret = hired(office).await;
    let inside = sat_down(&house, &secret).await;
    let code = secret.code_at(house.clock.now());
    for _ in 0..5 {
        let wrong = change(office, inside, "wrong horse battery", &code).await;
        assert!(matches!(wrong, Err(OfficeStaffError::WrongPresent)), "{wrong:?}");
    }
    assert_eq!(newest(office).await, (StaffEvent::WrongPassword, EventBy::Nobody));
    // The pause is the one of the door, here and there.
    let waits = change(office, inside, PASSWORD, &code).await;
    assert!(matches!(waits, Err(OfficeStaffError::Later { .. })), "{waits:?}");
    let door = by_password(office, PASSWORD).await;
    assert!(matches!(door, Err(OfficeStaffError::Later { .. })), "{door:?}");
    house.clock.advance_ms(31_000);
    assert!(by_password(office, PASSWORD).await.is_ok(), "it is the password of before");
}

#[tokio::test]
async fn a_change_takes_a_fresh_code_and_the_fifth_wrong_one_ends_the_session() {
    let house = House::of(&story());
    let office = &house.office;
    let secret = hired(office).await;
    let inside = sat_down(&house, &secret).await;
    let used = secret.code_at(house.clock.now().plus_millis(-60_000));
    for code in [used.as_str(), "000000", "", "abcdef-ghjkmn-pqrstu-vwxyz2", "000001"] {
        let wrong = change(office, inside, PASSWORD, code).await;
        assert!(matches!(wrong, Err(OfficeStaffError::WrongCode)), "{code}: {wrong:?}");
    }
    let over = session(office, inside).await;
    assert!(matches!(over, Err(OfficeStaffError::NoSession)), "{over:?}");
    house.clock.advance_ms(31_000);
    assert!(by_password(office, PASSWORD).await.is_ok(), "it is the password of before");
}

#[tokio::test]
async fn a_new_password_that_is_none_is_refused_before_anything_counts() {
    let house = House::of(&story());
    let office = &house.office;
    let secret = hired(office).await;
    let inside = sat_down(&house, &secret).await;
    let code = secret.code_at(house.clock.now());
    let before = newest(office).await;
    let wrong = "wrong horse battery";
    for (new, again, why) in [
        ("elf zeichen", "elf zeichen", PasswordError::Length),
        (NEW, "seven quiet lantern", PasswordError::Unlike),
        (wrong, wrong, PasswordError::Same),
        ("杭州市示例公证处2026", "杭州市示例公证处2026", PasswordError::Guessable),
    ] {
        let refused = choose(office, inside, (wrong, &code), (new, again)).await;
        assert!(
            matches!(refused, Err(OfficeStaffError::Password(told)) if told == why),
            "{refused:?}"
        );
    }
    assert_eq!(newest(office).await, before);
    assert!(change(office, inside, PASSWORD, &code).await.is_ok());
}

#[tokio::test]
async fn a_password_is_not_changed_before_both_factors_nor_after_a_reset() {
    let house = House::of(&story());
    let office = &house.office;
    let secret = hired(office).await;
    let half = by_password(office, PASSWORD).await.unwrap();
    let inside = sat_down(&house, &secret).await;
    let code = secret.code_at(house.clock.now());
    let outside = change(office, half, PASSWORD, &code).await;
    assert!(matches!(outside, Err(OfficeStaffError::NoSession)), "{outside:?}");
    reset_officer(office, &"qian.wei".parse().unwrap(), password(PASSWORD)).await.unwrap();
    let over = change(office, inside, PASSWORD, &code).await;
    assert!(matches!(over, Err(OfficeStaffError::NoSession)), "{over:?}");
}

/// Lets the password be changed behind each row that is read while somebody comes in who is half in by the one of before
/// and has a code that was not used yet.
#[tokio::test]
async fn whoever_is_half_in_by_the_password_of_before_does_not_come_in_beside_a_change() {
    let story = story();
    let house = House::of(&story);
    let secret = hired(&house.office).await;
    let half = by_password(&house.office, PASSWORD).await.unwrap();
    let inside = sat_down(&house, &secret).await;
    let now = house.clock.now();
    let (code, later) = (secret.code_at(now), secret.code_at(now.plus_millis(30_000)));
    let copy = Arc::new(house.store.copy());
    let office = house.beside(&story, copy.clone(), copy.clone(), 7).office;
    change(&office, inside, PASSWORD, &code).await.unwrap();
    let changed = written(&house, &copy).await;

    let mut reads = 0;
    loop {
        reads += 1;
        let store = Arc::new(house.store.copy());
        let between = Arc::new(Between::over(store.clone()));
        between.after_reads(reads, changed.clone());
        let office = house.beside(&story, between.clone(), store, 3).office;
        let came = second_factor(&office, ADDRESS, half, &later).await;
        if !between.was_told() {
            assert!(came.is_ok(), "without a change it is a session: {came:?}");
            break;
        }
        assert!(came.is_err(), "in beside a change after {reads} rows");
    }
    // The session, and its account twice, at the least.
    assert!(reads > 3, "{reads}");
}

#[tokio::test]
async fn an_account_that_is_every_visitors_keeps_its_password() {
    let mut house = House::of(&story());
    house.office = house.office.clone().keeping_in(["qian.wei".to_owned()].into());
    let secret = hired(&house.office).await;
    let inside = sat_down(&house, &secret).await;
    let code = secret.code_at(house.clock.now());
    let kept = change(&house.office, inside, PASSWORD, &code).await;
    assert!(matches!(kept, Err(OfficeStaffError::KeepsPassword)), "{kept:?}");
    assert!(by_password(&house.office, PASSWORD).await.is_ok());
}
