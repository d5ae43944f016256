//! Every call of the store by what changes accounts of staff and lets people in fails, in each of
//! three ways: refused, lost, done but reported lost. Who is told that it failed finds everything as
//! it was, unless nobody can know; nobody is let in by half of it, and a code counts once.

use std::sync::Arc;

use futures_util::FutureExt as _;
use heqi_evidence_store::testing::{Failure, Faulty};
use heqi_filing::OfficeKind;
use heqi_registration::access::hash_of;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::login::{LoginError, enrolling, log_in, second_factor};
use heqi_registration::staff::password::Password;
use heqi_registration::staff::sessions::{leave, staff_session};
use heqi_registration::staff::{
    StaffEvent, change_role, disable_staff, list_staff, release_staff, reset_staff, shut_out_staff,
    staff_events,
};
use heqi_vocabulary::{Clock as _, Digest};

use crate::duties::{account_of, make, password, security, standing};
use crate::every_call::{Act, is_told_when_durable, same, shape, words};
use crate::own_password::change;
use crate::staff::{self, HERE, PASSWORD, come_in, login, try_password};
use crate::world::World;

/// What asking again does when it was done: no idempotency key keeps it from being asked twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Twice {
    /// It is refused, and changes nothing.
    IsRefused,
    /// It is done once more, or was already.
    IsDone,
}

/// Tries an act on copies of `world`: once whole, then once for each call and failure, each time asked
/// for again by another process. `holds` is demanded of what is there then. Gives how many failed.
pub(crate) async fn tries(
    world: &World,
    act: &Act,
    twice: Twice,
    holds: impl AsyncFn(&World),
) -> usize {
    let store = Arc::new(world.store.copy());
    let faulty = Arc::new(Faulty::new(store.clone()));
    let other = world.started_on(&store, faulty.clone(), 12).await;
    faulty.reset();
    (act.run)(&other).await.unwrap_or_else(|error| panic!("{}: {error}", act.name));
    let (calls, whole) = (faulty.calls(), shape(&store.contents().await));
    assert!(calls.contains(&"commit"), "{} does nothing: {calls:?}", act.name);
    holds(&other).await;

    for (index, call) in calls.iter().enumerate() {
        for how in Failure::ALL {
            let what = format!("{}: {call}, call {index} of {}, {how:?}", act.name, calls.len());
            let store = Arc::new(world.store.copy());
            let faulty = Arc::new(Faulty::new(store.clone()));
            let disturbed = world.started_on(&store, faulty.clone(), 12).await;
            let before = store.contents().await;
            faulty.fail(index, how);
            let first = (act.run)(&disturbed).await;
            assert_eq!(faulty.failed(), Some(*call), "{what}");
            let after = store.contents().await;
            let is_done = !same(&after, &before);
            assert!(first.is_err(), "{what}: nobody was told");
            assert!(!is_done || how == Failure::Unreported, "{what}: it failed, and it is done");
            assert!(!is_done || shape(&after) == whole, "{what}: half done");

            let again = world.started_on(&store, store.clone(), 13).await;
            let answer = (act.run)(&again).await;
            let done = store.contents().await;
            if is_done && twice == Twice::IsRefused {
                assert!(answer.is_err() && same(&done, &after), "{what}: done twice");
            } else {
                assert!(answer.is_ok(), "{what}: asked again: {answer:?}");
                assert!(is_done || shape(&done) == whole, "{what}: not what would have been");
            }
            holds(&again).await;
        }
    }
    calls.len() * Failure::ALL.len()
}

/// Nobody comes in with any of these sessions.
async fn expect_out(world: &World, sessions: &[Digest]) {
    for session in sessions {
        assert!(staff_session(&world.platform, *session).await.is_err(), "still in");
    }
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_change_of_an_account_lets_nobody_in_by_half() {
    let (world, secret) = staff::world().await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let registry = OfficeKind::Registry;
    let waiting = make(&world, ("wu.gang", "吴刚"), registry, StaffRole::Reviewer).await.unwrap();
    let waiting = account_of(&waiting);
    let seen = standing(&world, waiting).await;
    let inside = come_in(&world, &secret).await;
    world.clock.advance_ms(60_000);
    let sessions = [inside, try_password(&world, HERE, PASSWORD).await.unwrap()];
    let listed = list_staff(&world.platform).await.unwrap();
    let account = listed.iter().find(|one| one.login == "li.na").unwrap().account;

    let creating = Act::new("create_staff", move |w| {
        async move {
            let made = make(w, ("xu.ming", "许明"), registry, StaffRole::Reviewer).await;
            words(made.map(|_| "made"))
        }
        .boxed_local()
    });
    let mut injected = tries(&world, &creating, Twice::IsRefused, async |w: &World| {
        let listed = list_staff(&w.platform).await.unwrap();
        let made: Vec<_> = listed.iter().filter(|one| one.login == "xu.ming").collect();
        assert!(made.len() == 1 && made[0].waits, "one account, which waits");
    })
    .await;
    let by = keeper.clone();
    let releasing = Act::new("release_staff", move |w| {
        let by = by.clone();
        async move { words(release_staff(&w.platform, &by, waiting, seen).await) }.boxed_local()
    });
    injected += tries(&world, &releasing, Twice::IsDone, async |w: &World| {
        let listed = list_staff(&w.platform).await.unwrap();
        assert!(listed.iter().any(|one| one.account == waiting && !one.waits), "it waits still");
    })
    .await;

    let resetting = Act::new("reset_staff", |w| {
        async {
            let new = Password::new("another horse battery".into()).unwrap();
            words(reset_staff(&w.platform, &login(), new).await)
        }
        .boxed_local()
    });
    let disabling = Act::new("disable_staff", |w| {
        async { words(disable_staff(&w.platform, &login()).await) }.boxed_local()
    });
    let changing = Act::new("change_role", |w| {
        async { words(change_role(&w.platform, &login(), StaffRole::Regulator).await) }
            .boxed_local()
    });
    let shutting_out = Act::new("shut_out_staff", move |w| {
        let by = keeper.clone();
        async move { words(shut_out_staff(&w.platform, &by, account).await) }.boxed_local()
    });
    for act in [resetting, disabling, changing, shutting_out] {
        injected += tries(&world, &act, Twice::IsDone, async |w: &World| {
            expect_out(w, &sessions).await;
        })
        .await;
    }
    assert!(injected > 100, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_change_of_the_own_password_changes_it_or_does_not() {
    let (world, secret) = staff::world().await;
    let half = try_password(&world, HERE, PASSWORD).await.unwrap();
    let inside = come_in(&world, &secret).await;
    world.clock.advance_ms(60_000);
    let code = secret.code_at(world.clock.now());
    let changing = Act::new("change_password", move |w| {
        let code = code.clone();
        async move { words(change(w, inside, PASSWORD, &code).await.map(|_| "changed")) }
            .boxed_local()
    });
    let injected = tries(&world, &changing, Twice::IsRefused, async |w: &World| {
        expect_out(w, &[inside, half]).await;
        let events = staff_events(&w.platform, &login()).await.unwrap();
        let changed = events.iter().filter(|one| one.event == StaffEvent::PasswordChanged);
        assert_eq!(changed.count(), 1, "changed twice");
    })
    .await;
    // A wrong password is counted when it is told to be wrong, and not before.
    let wrong = Act::new("a wrong present password", move |w| {
        async move {
            match change(w, inside, "wrong horse battery", "000000").await {
                Err(LoginError::WrongPresent) => Ok("counted".to_owned()),
                other => Err(format!("{other:?}")),
            }
        }
        .boxed_local()
    });
    let injected = injected + tries(&world, &wrong, Twice::IsDone, async |_: &World| {}).await;
    assert!(injected > 40, "{injected} failures");
}

/// Shows a code in a session that asks for the second factor.
fn showing(name: &'static str, session: Digest, code: &str, recovery: usize) -> Act {
    let code = code.to_owned();
    Act::new(name, move |w| {
        let code = code.clone();
        async move {
            let came = second_factor(&w.platform, HERE, session, &code).await;
            if let Ok(came) = &came {
                assert_eq!(came.recovery.len(), recovery, "shown now or never");
            }
            words(came.map(|_| "in"))
        }
        .boxed_local()
    })
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_coming_in_counts_a_code_once() {
    let (world, secret) = staff::world().await;
    security(&world, "shen.yan", "沈岩").await;
    let inside = come_in(&world, &secret).await;
    world.clock.advance_ms(60_000);
    let first = try_password(&world, HERE, PASSWORD).await.unwrap();
    let second = try_password(&world, HERE, PASSWORD).await.unwrap();
    let code = secret.code_at(world.clock.now());

    let by_password = Act::new("log_in", |w| {
        async {
            let typed = Password::typed(PASSWORD.to_owned());
            words(log_in(&w.platform, HERE, "li.na", typed).await.map(|_| "asked for a code"))
        }
        .boxed_local()
    });
    let mut injected = tries(&world, &by_password, Twice::IsDone, async |_: &World| {}).await;
    let by_code = showing("second_factor", first, &code, 0);
    injected += tries(&world, &by_code, Twice::IsRefused, async |w: &World| {
        let twice = second_factor(&w.platform, HERE, second, &code).await;
        assert!(matches!(twice, Err(LoginError::WrongCode)), "a code let in twice: {twice:?}");
    })
    .await;
    // A wrong one is counted when it is told to be wrong, and not before.
    let wrong = Act::new("a wrong code", move |w| {
        async move {
            match second_factor(&w.platform, HERE, first, "000000").await {
                Err(LoginError::WrongCode) => Ok("counted".to_owned()),
                other => Err(format!("{other:?}")),
            }
        }
        .boxed_local()
    });
    injected += tries(&world, &wrong, Twice::IsDone, async |_: &World| {}).await;
    let leaving = Act::new("leave", move |w| {
        async move { words(leave(&w.platform, inside).await) }.boxed_local()
    });
    injected += tries(&world, &leaving, Twice::IsDone, async |w: &World| {
        expect_out(w, &[inside]).await;
    })
    .await;
    is_told_when_durable(&world, &leaving).await;

    // Who comes for the first time is shown recovery codes once: not after anything failed behind it.
    let opened = log_in(&world.platform, HERE, "shen.yan", password()).await.unwrap();
    let door = hash_of(&opened.secret);
    let drawing = Act::new("enrolling", move |w| {
        async move {
            let fresh = enrolling(&w.platform, door).await;
            words(fresh.map(|_| "shown"))
        }
        .boxed_local()
    });
    injected += tries(&world, &drawing, Twice::IsDone, async |_: &World| {}).await;
    let fresh = enrolling(&world.platform, door).await.unwrap();
    let code = fresh.code_at(world.clock.now());
    let enrolment = showing("the first second factor", door, &code, 10);
    injected += tries(&world, &enrolment, Twice::IsRefused, async |_: &World| {}).await;
    assert!(injected > 120, "{injected} failures");
}
