//! Staff gives the own account another password, and nobody else does.

use std::net::{IpAddr, Ipv4Addr};

use heqi_registration::access::hash_of;
use heqi_registration::staff::login::{LoginError, enrolling, log_in, second_factor};
use heqi_registration::staff::password::{Password, PasswordError};
use heqi_registration::staff::sessions::staff_session;
use heqi_registration::staff::totp::TotpSecret;
use heqi_registration::staff::{
    ChangePassword, StaffEvent, change_password, reset_staff, staff_events,
};
use heqi_vocabulary::{Clock as _, Digest};

use crate::duties::security;
use crate::staff::{HERE, PASSWORD, come_in, login, try_password, with_li_na, world};
use crate::world::World;

pub(crate) const NEW: &str = "seven quiet lanterns";
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9));

/// Types this password and this code, and [`NEW`] twice.
pub(crate) async fn change(
    world: &World,
    session: Digest,
    present: &str,
    code: &str,
) -> Result<Digest, LoginError> {
    let present = Password::typed(present.to_owned());
    let asked = ChangePassword { present, code, new: NEW, again: NEW };
    let opened = change_password(&world.platform, HERE, session, asked).await?;
    Ok(hash_of(&opened.secret))
}

/// Somebody who came in a minute ago, and the code of now.
async fn at_work(world: &World, secret: &TotpSecret) -> (Digest, String) {
    let session = come_in(world, secret).await;
    world.clock.advance_ms(60_000);
    (session, secret.code_at(world.clock.now()))
}

async fn events(world: &World) -> Vec<StaffEvent> {
    let events = staff_events(&world.platform, &login()).await.unwrap();
    events.into_iter().map(|one| one.event).collect()
}

#[tokio::test]
async fn whoever_has_an_account_gives_it_another_password_and_its_other_sessions_end() {
    let (world, secret) = world().await;
    let other = come_in(&world, &secret).await;
    world.clock.advance_ms(60_000);
    let half = try_password(&world, HERE, PASSWORD).await.unwrap();
    let (session, code) = at_work(&world, &secret).await;

    let kept = change(&world, session, PASSWORD, &code).await.unwrap();
    for over in [session, other, half] {
        assert!(staff_session(&world.platform, over).await.is_err(), "a session of before");
    }
    assert!(staff_session(&world.platform, kept).await.unwrap().is_in);
    assert_eq!(events(&world).await.last(), Some(&StaffEvent::PasswordChanged));

    let old = try_password(&world, HERE, PASSWORD).await;
    assert!(matches!(old, Err(LoginError::Wrong)), "{old:?}");
    // The code was used, for coming in as well.
    let half = try_password(&world, HERE, NEW).await.unwrap();
    let replayed = second_factor(&world.platform, HERE, half, &code).await;
    assert!(matches!(replayed, Err(LoginError::WrongCode)), "{replayed:?}");
    world.clock.advance_ms(60_000);
    let code = secret.code_at(world.clock.now());
    assert!(second_factor(&world.platform, HERE, half, &code).await.is_ok());
}

#[tokio::test]
async fn a_session_in_other_hands_changes_nothing_without_the_password_and_waits_as_at_the_door() {
    let (world, secret) = world().await;
    let (session, code) = at_work(&world, &secret).await;
    for _ in 0..5 {
        let wrong = change(&world, session, "wrong horse battery", &code).await;
        assert!(matches!(wrong, Err(LoginError::WrongPresent)), "{wrong:?}");
    }
    assert_eq!(events(&world).await.last(), Some(&StaffEvent::WrongPassword));
    // The pause is the one of the door, here and there.
    let waits = change(&world, session, PASSWORD, &code).await;
    assert!(matches!(waits, Err(LoginError::Later { .. })), "{waits:?}");
    let door = try_password(&world, HERE, PASSWORD).await;
    assert!(matches!(door, Err(LoginError::Later { .. })), "{door:?}");
    world.clock.advance_ms(31_000);
    assert!(try_password(&world, HERE, PASSWORD).await.is_ok(), "it is the password of before");
    let code = secret.code_at(world.clock.now());
    assert!(change(&world, session, PASSWORD, &code).await.is_ok());
}

#[tokio::test]
async fn a_change_takes_a_fresh_code_and_the_fifth_wrong_one_ends_the_session() {
    let world = World::new().await;
    security(&world, "shen.yan", "沈岩").await;
    let password = Password::typed(PASSWORD.into());
    let door = log_in(&world.platform, HERE, "shen.yan", password).await.unwrap();
    let door = hash_of(&door.secret);
    let secret = enrolling(&world.platform, door).await.unwrap();
    let used = secret.code_at(world.clock.now());
    let came_in = second_factor(&world.platform, HERE, door, &used).await.unwrap();
    let session = hash_of(&came_in.session.secret);
    // A recovery code lets somebody in, and is no authenticator that somebody has at hand.
    for code in [used.as_str(), "000000", "", came_in.recovery[0].as_str(), "000001"] {
        let wrong = change(&world, session, PASSWORD, code).await;
        assert!(matches!(wrong, Err(LoginError::WrongCode)), "{code}: {wrong:?}");
    }
    assert!(staff_session(&world.platform, session).await.is_err());
    let events = staff_events(&world.platform, &"shen.yan".parse().unwrap()).await.unwrap();
    assert!(!events.iter().any(|one| one.event == StaffEvent::PasswordChanged));
}

#[tokio::test]
async fn a_new_password_that_is_none_is_refused_before_anything_counts() {
    let (world, secret) = world().await;
    let (session, code) = at_work(&world, &secret).await;
    let before = events(&world).await;
    for (new, again, why) in [
        ("elf zeichen", "elf zeichen", PasswordError::Length),
        (NEW, "seven quiet lantern", PasswordError::Unlike),
        ("wrong horse battery", "wrong horse battery", PasswordError::Same),
        ("li.na-123456789", "li.na-123456789", PasswordError::Guessable),
        ("临安区市场监督管理局2026", "临安区市场监督管理局2026", PasswordError::Guessable),
    ] {
        let present = Password::typed("wrong horse battery".into());
        let asked = ChangePassword { present, code: &code, new, again };
        let refused = change_password(&world.platform, HERE, session, asked).await;
        assert!(matches!(refused, Err(LoginError::Password(told)) if told == why), "{refused:?}");
    }
    assert_eq!(events(&world).await, before);
    assert!(change(&world, session, PASSWORD, &code).await.is_ok());
}

#[tokio::test]
async fn a_password_is_not_changed_before_both_factors_nor_after_a_reset() {
    let (world, secret) = world().await;
    let half = try_password(&world, HERE, PASSWORD).await.unwrap();
    let code = secret.code_at(world.clock.now());
    let outside = change(&world, half, PASSWORD, &code).await;
    assert!(matches!(outside, Err(LoginError::Act(_))), "{outside:?}");
    let (session, code) = at_work(&world, &secret).await;
    let new = Password::new("another horse battery".into()).unwrap();
    reset_staff(&world.platform, &login(), new).await.unwrap();
    let over = change(&world, session, PASSWORD, &code).await;
    assert!(matches!(over, Err(LoginError::Session(_))), "{over:?}");
}

/// A right password that is being compared when somebody at the door types five wrong ones.
#[tokio::test]
async fn a_change_is_not_made_beside_wrong_tries_of_the_same_moment() {
    let (world, secret) = world().await;
    let (session, code) = at_work(&world, &secret).await;
    let (has_looked, go_on) = world.store.pause_behind_row(b"staff_tries/");
    let meanwhile = async {
        has_looked.await.unwrap();
        for _ in 0..5 {
            let answer = try_password(&world, HERE, "wrong horse battery").await;
            assert!(matches!(answer, Err(LoginError::Wrong)), "{answer:?}");
        }
        go_on.send(()).unwrap();
    };
    let (changed, ()) = tokio::join!(change(&world, session, PASSWORD, &code), meanwhile);
    assert!(matches!(changed, Err(LoginError::Later { .. })), "{changed:?}");
    assert!(try_password(&world, ELSEWHERE, PASSWORD).await.is_ok(), "nothing was changed");
}

/// Somebody with the password of before and a code that was not used yet, whose session is looked at before the change and
/// whose account after it.
#[tokio::test]
async fn whoever_is_half_in_by_the_password_of_before_does_not_come_in_beside_a_change() {
    let (world, secret) = world().await;
    let half = try_password(&world, HERE, PASSWORD).await.unwrap();
    let (session, code) = at_work(&world, &secret).await;
    let later = secret.code_at(world.clock.now().plus_millis(30_000));
    let (has_looked, go_on) = world.store.pause_behind_row(b"staff/");
    let meanwhile = async {
        has_looked.await.unwrap();
        change(&world, session, PASSWORD, &code).await.unwrap();
        go_on.send(()).unwrap();
    };
    let coming = second_factor(&world.platform, HERE, half, &later);
    let (came, ()) = tokio::join!(coming, meanwhile);
    assert!(matches!(came, Err(LoginError::Session(_))), "{came:?}");
}

#[tokio::test]
async fn an_account_that_is_every_visitors_keeps_its_password() {
    let world = World::with(|settings| settings.kept_in = ["li.na".to_owned()].into()).await;
    let (world, secret) = with_li_na(world).await;
    let (session, code) = at_work(&world, &secret).await;
    let kept = change(&world, session, PASSWORD, &code).await;
    assert!(matches!(kept, Err(LoginError::KeepsPassword)), "{kept:?}");
    assert!(try_password(&world, HERE, PASSWORD).await.is_ok());
}
