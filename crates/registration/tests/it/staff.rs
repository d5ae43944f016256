//! How staff comes in, and how it does not.

use std::net::{IpAddr, Ipv4Addr};

use futures_util::future::join_all;
use heqi_filing::{Office, OfficeKind};
use heqi_registration::access::hash_of;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::login::{LoginError, enrolling, log_in, second_factor};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::sessions::{IDLE_MS, LIFETIME_MS, leave, staff_session};
use heqi_registration::staff::totp::TotpSecret;
use heqi_registration::staff::{
    CreateStaff, LoginName, StaffError, StaffEvent, create_staff, disable_staff, enrol_staff,
    list_staff, release_staff, reset_staff, staff_events,
};
use heqi_testkit::SeededEntropy;
use heqi_vocabulary::{Clock as _, Digest};

use crate::duties::security;
use crate::world::World;

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9));

pub(crate) fn login() -> LoginName {
    "Li.Na".parse().unwrap()
}

pub(crate) async fn world() -> (World, TotpSecret) {
    with_li_na(World::new().await).await
}

/// The same in a world of its own settings.
pub(crate) async fn with_li_na(world: World) -> (World, TotpSecret) {
    let command = CreateStaff {
        login: login(),
        name: "李娜".parse().unwrap(),
        office: Office {
            kind: OfficeKind::Registry,
            name: "杭州市临安区市场监督管理局".parse().unwrap(),
        },
        role: StaffRole::Reviewer,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    create_staff(&world.platform, command).await.unwrap();
    let secret = TotpSecret::generate(&SeededEntropy::labelled(1, "totp"));
    enrol_staff(&world.platform, &login(), &secret).await.unwrap();
    (world, secret)
}

pub(crate) async fn try_password(
    world: &World,
    from: IpAddr,
    password: &str,
) -> Result<Digest, LoginError> {
    let password = Password::typed(password.to_owned());
    let opened = log_in(&world.platform, from, "li.na", password).await?;
    Ok(hash_of(&opened.secret))
}

pub(crate) async fn come_in(world: &World, secret: &TotpSecret) -> Digest {
    let session = try_password(world, HERE, PASSWORD).await.unwrap();
    let code = secret.code_at(world.clock.now());
    let came_in = second_factor(&world.platform, HERE, session, &code).await.unwrap();
    hash_of(&came_in.session.secret)
}

#[tokio::test]
async fn two_factors_let_somebody_in_and_one_does_not() {
    let (world, secret) = world().await;
    let half = try_password(&world, HERE, PASSWORD).await.unwrap();
    let session = staff_session(&world.platform, half).await.unwrap();
    assert!(!session.is_in && session.actor().is_none());
    world.clock.advance_ms(60_000);
    let whole = come_in(&world, &secret).await;
    let session = staff_session(&world.platform, whole).await.unwrap();
    assert!(session.is_in && session.actor().is_some());
    leave(&world.platform, whole).await.unwrap();
    assert!(staff_session(&world.platform, whole).await.is_err());
    let events = staff_events(&world.platform, &login()).await.unwrap();
    let events: Vec<StaffEvent> = events.into_iter().map(|one| one.event).collect();
    let expected =
        [StaffEvent::Created, StaffEvent::Enrolled, StaffEvent::LoggedIn, StaffEvent::LoggedOut];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn a_code_counts_once_and_five_wrong_ones_end_the_session() {
    let (world, secret) = world().await;
    come_in(&world, &secret).await;
    let code = secret.code_at(world.clock.now());
    let again = try_password(&world, HERE, PASSWORD).await.unwrap();
    let replayed = second_factor(&world.platform, HERE, again, &code).await.unwrap_err();
    assert!(matches!(replayed, LoginError::WrongCode));
    for _ in 0..4 {
        let wrong = second_factor(&world.platform, HERE, again, "000000").await;
        assert!(wrong.is_err());
    }
    assert!(staff_session(&world.platform, again).await.is_err());
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_told_the_same() {
    let (world, _) = world().await;
    let wrong = try_password(&world, HERE, "wrong horse battery").await.unwrap_err();
    let password = Password::typed(PASSWORD.into());
    let nobody = log_in(&world.platform, HERE, "nobody", password).await.unwrap_err();
    assert_eq!(wrong.to_string(), nobody.to_string());
    assert!(matches!(nobody, LoginError::Wrong));
}

#[tokio::test]
async fn wrong_tries_make_their_address_wait_and_lock_nobody_else_out() {
    let (world, secret) = world().await;
    come_in(&world, &secret).await;
    for _ in 0..5 {
        assert!(matches!(
            try_password(&world, ELSEWHERE, "wrong horse battery").await,
            Err(LoginError::Wrong)
        ));
    }
    let waits = try_password(&world, ELSEWHERE, PASSWORD).await.unwrap_err();
    assert!(matches!(waits, LoginError::Later { seconds: 1..=30 }));
    // Who has come in from an address before is not kept out by others.
    try_password(&world, HERE, PASSWORD).await.unwrap();
    world.clock.advance_ms(31_000);
    try_password(&world, ELSEWHERE, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn passwords_that_come_at_once_are_no_more_tries_than_one_after_the_other() {
    let (world, _) = world().await;
    let tries = (0..9).map(|_| try_password(&world, ELSEWHERE, "wrong horse battery"));
    let answers = join_all(tries).await;
    let told = |one: fn(&LoginError) -> bool| {
        answers.iter().filter(|answer| answer.as_ref().is_err_and(one)).count()
    };
    let wrong = told(|error| matches!(error, LoginError::Wrong));
    let later = told(|error| matches!(error, LoginError::Later { .. }));
    assert_eq!((wrong, later), (5, 4), "{answers:?}");
    let events = staff_events(&world.platform, &login()).await.unwrap();
    let noted = events.iter().filter(|one| one.event == StaffEvent::WrongPassword).count();
    assert_eq!(noted, 5);
    let right = try_password(&world, ELSEWHERE, PASSWORD).await;
    assert!(matches!(right, Err(LoginError::Later { .. })), "{right:?}");
}

/// A right password, and a right code, that have looked at the pause when five wrong passwords come.
#[tokio::test]
async fn what_is_right_does_not_come_in_beside_wrong_tries_of_the_same_moment() {
    let (world, secret) = world().await;
    let half = try_password(&world, HERE, PASSWORD).await.unwrap();
    let wrong = async || {
        for _ in 0..5 {
            let answer = try_password(&world, HERE, "wrong horse battery").await;
            assert!(matches!(answer, Err(LoginError::Wrong)), "{answer:?}");
        }
    };
    // The pause is looked at once before the account is found, and again when the password has been compared.
    let (is_found, compare) = world.store.pause_behind_row(b"staff_login/");
    let meanwhile = async {
        is_found.await.unwrap();
        let (has_looked, go_on) = world.store.pause_behind_row(b"staff_tries/");
        compare.send(()).unwrap();
        has_looked.await.unwrap();
        wrong().await;
        go_on.send(()).unwrap();
    };
    let (right, ()) = tokio::join!(try_password(&world, HERE, PASSWORD), meanwhile);
    assert!(matches!(right, Err(LoginError::Later { .. })), "{right:?}");

    // The way in is open again, and so is the session that asks for the code.
    world.clock.advance_ms(31_000);
    let code = secret.code_at(world.clock.now());
    let (has_looked, go_on) = world.store.pause_behind_row(b"staff_tries/");
    let meanwhile = async {
        has_looked.await.unwrap();
        let answer = try_password(&world, HERE, "wrong horse battery").await;
        assert!(matches!(answer, Err(LoginError::Wrong)), "{answer:?}");
        go_on.send(()).unwrap();
    };
    let coming = second_factor(&world.platform, HERE, half, &code);
    let (right, ()) = tokio::join!(coming, meanwhile);
    assert!(matches!(right, Err(LoginError::Later { .. })), "{right:?}");
}

#[tokio::test]
async fn a_session_ends_by_idleness_and_by_age() {
    let (world, secret) = world().await;
    let session = come_in(&world, &secret).await;
    world.clock.advance_ms(IDLE_MS - 1);
    assert!(staff_session(&world.platform, session).await.is_ok());
    world.clock.advance_ms(IDLE_MS);
    assert!(staff_session(&world.platform, session).await.is_err());

    let session = come_in(&world, &secret).await;
    let opened_at = world.clock.now();
    while world.clock.now().millis_since(opened_at) + IDLE_MS - 1 < LIFETIME_MS {
        world.clock.advance_ms(IDLE_MS - 1);
        assert!(staff_session(&world.platform, session).await.is_ok());
    }
    world.clock.advance_ms(IDLE_MS - 1);
    assert!(staff_session(&world.platform, session).await.is_err());
}

#[tokio::test]
async fn a_disabled_account_lets_nobody_in_and_its_sessions_are_over() {
    let (world, secret) = world().await;
    let session = come_in(&world, &secret).await;
    world.clock.advance_ms(1_000);
    disable_staff(&world.platform, &login()).await.unwrap();
    assert!(staff_session(&world.platform, session).await.is_err());
    assert!(matches!(try_password(&world, HERE, PASSWORD).await, Err(LoginError::Wrong)));
    let unknown = disable_staff(&world.platform, &"nobody".parse().unwrap()).await;
    assert!(unknown.is_err());
}

#[tokio::test]
async fn a_reset_account_has_another_password_and_enrols_anew() {
    let (world, _) = world().await;
    let new = Password::new("another horse battery".into()).unwrap();
    reset_staff(&world.platform, &login(), new).await.unwrap();
    assert!(try_password(&world, HERE, PASSWORD).await.is_err());
    // Nor the new one, before security has let the account in again.
    let waits = try_password(&world, HERE, "another horse battery").await.unwrap_err();
    assert!(matches!(waits, LoginError::Unreleased), "{waits}");
    let security = security(&world, "shen.yan", "沈岩").await;
    let listed = list_staff(&world.platform).await.unwrap();
    let own = listed.iter().find(|one| one.login == "li.na").unwrap();
    release_staff(&world.platform, &security, own.account, own.standing).await.unwrap();
    let session = try_password(&world, HERE, "another horse battery").await.unwrap();
    let secret = enrolling(&world.platform, session).await.unwrap();
    let same = enrolling(&world.platform, session).await.unwrap();
    let now = world.clock.now();
    assert_eq!(secret.code_at(now), same.code_at(now), "loading the page again changes nothing");
    let came_in = second_factor(&world.platform, HERE, session, &secret.code_at(now)).await;
    let recovery = came_in.unwrap().recovery;
    assert_eq!(recovery.len(), 10);

    // A recovery code works once, in whatever case and with or without its hyphen.
    let typed = recovery[0].to_uppercase().replace('-', " ");
    let session = try_password(&world, HERE, "another horse battery").await.unwrap();
    assert!(second_factor(&world.platform, HERE, session, &typed).await.is_ok());
    let session = try_password(&world, HERE, "another horse battery").await.unwrap();
    assert!(second_factor(&world.platform, HERE, session, &typed).await.is_err());
}

#[tokio::test]
async fn a_login_name_belongs_to_one_account_and_nothing_secret_is_listed_or_kept_in_clear() {
    let (world, secret) = world().await;
    let command = CreateStaff {
        login: login(),
        name: "李娜".parse().unwrap(),
        office: Office { kind: OfficeKind::Notary, name: "临安公证处".parse().unwrap() },
        role: StaffRole::Reviewer,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    assert!(matches!(create_staff(&world.platform, command).await, Err(StaffError::Taken)));
    let listed = list_staff(&world.platform).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].is_enrolled);
    let shown = format!("{listed:?}{secret:?}");
    assert!(!shown.contains("李娜") && !shown.contains(PASSWORD));
}
