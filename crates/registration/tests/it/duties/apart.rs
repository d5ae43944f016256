//! One person has one duty and one account, also of two acts at one instant.

use heqi_filing::OfficeKind;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::{
    StaffError, change_role, list_staff, release_staff, reset_staff, shut_out_staff,
};
use tokio::sync::oneshot;

use super::{account_of, make, password, release, security, standing, waits};
use crate::world::World;

#[tokio::test]
async fn nobody_has_two_duties_whichever_account_comes_first() {
    let world = World::new().await;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let kind = OfficeKind::Operator;
    for (login, role) in [
        ("shen.two", StaffRole::Auditor),
        ("shen.three", StaffRole::Operator),
        ("shen.four", StaffRole::Security),
    ] {
        let refused = make(&world, (login, "沈岩"), kind, role).await.unwrap_err();
        assert!(matches!(refused, StaffError::DutiesApart), "{refused}");
    }
    // A name is the same with whatever dot it was typed.
    let dotted = make(&world, ("a.yi", "阿卜杜拉·买买提"), kind, StaffRole::Auditor).await;
    dotted.unwrap();
    let refused = make(&world, ("a.er", "阿卜杜拉•买买提"), kind, StaffRole::Operator).await;
    assert!(matches!(refused, Err(StaffError::DutiesApart)));
    let zhao = make(&world, ("zhao", "赵六"), kind, StaffRole::Operator).await.unwrap();
    let refused = make(&world, ("zhao.two", "赵六"), kind, StaffRole::Security).await;
    assert!(matches!(refused, Err(StaffError::DutiesApart)));
    // Once the other account is shut out, the person may; and then not come back with it.
    shut_out_staff(&world.platform, &keeper, account_of(&zhao)).await.unwrap();
    make(&world, ("zhao.two", "赵六"), kind, StaffRole::Auditor).await.unwrap();
    let refused = release(&world, &keeper, account_of(&zhao)).await.unwrap_err();
    assert!(matches!(refused, StaffError::DutiesApart), "{refused}");
    let login = "zhao".parse().unwrap();
    let refused = reset_staff(&world.platform, &login, password()).await.unwrap_err();
    assert!(matches!(refused, StaffError::DutiesApart), "{refused}");
    let refused = change_role(&world.platform, &login, StaffRole::Security).await.unwrap_err();
    assert!(matches!(refused, StaffError::DutiesApart), "{refused}");
}

/// Goes on when somebody who paused behind the accounts has looked at them once more, and gives what lets it go on.
async fn second_look(
    world: &World,
    (looked, go_on): (oneshot::Receiver<()>, oneshot::Sender<()>),
) -> oneshot::Sender<()> {
    looked.await.unwrap();
    let (again, go_on_again) = world.store.pause_behind(b"staff/");
    go_on.send(()).unwrap();
    again.await.unwrap();
    go_on_again
}

/// In each the slower has looked at the other accounts, and found nobody, when the quicker begins.
#[tokio::test]
async fn of_two_accounts_of_one_person_that_come_in_at_one_instant_one_is_refused() {
    let world = World::new().await;
    let kind = OfficeKind::Operator;
    let keeper = security(&world, "shen.yan", "沈岩").await;
    let (looked, go_on) = world.store.pause_behind(b"staff/");
    let quicker = async {
        looked.await.unwrap();
        let made = make(&world, ("zhao.one", "赵六"), kind, StaffRole::Auditor).await;
        go_on.send(()).unwrap();
        made.unwrap()
    };
    let slower = make(&world, ("zhao.two", "赵六"), kind, StaffRole::Operator);
    let (slower, one) = tokio::join!(slower, quicker);
    assert!(matches!(slower, Err(StaffError::DutiesApart)), "{slower:?}");

    // And where two that were shut out are let in again.
    shut_out_staff(&world.platform, &keeper, account_of(&one)).await.unwrap();
    let two = make(&world, ("zhao.two", "赵六"), kind, StaffRole::Operator).await.unwrap();
    shut_out_staff(&world.platform, &keeper, account_of(&two)).await.unwrap();
    let seen = standing(&world, account_of(&two)).await;
    let pause = world.store.pause_behind(b"staff/");
    let quicker = async {
        let go_on = second_look(&world, pause).await;
        release(&world, &keeper, account_of(&one)).await.unwrap();
        go_on.send(()).unwrap();
    };
    let slower = release_staff(&world.platform, &keeper, account_of(&two), seen);
    let (slower, ()) = tokio::join!(slower, quicker);
    assert!(matches!(slower, Err(StaffError::DutiesApart)), "{slower:?}");
    let listed = list_staff(&world.platform).await.unwrap();
    let are_in = listed.iter().filter(|one| !one.waits && one.disabled_at.is_none());
    assert_eq!(are_in.count(), 2, "security, and one of both");
}

#[tokio::test]
async fn of_two_security_officers_who_come_first_at_one_instant_one_waits_for_the_other() {
    let world = World::new().await;
    let kind = OfficeKind::Operator;
    let pause = world.store.pause_behind(b"staff/");
    let quicker = async {
        let go_on = second_look(&world, pause).await;
        let made = make(&world, ("shen.yan", "沈岩"), kind, StaffRole::Security).await;
        go_on.send(()).unwrap();
        made.unwrap()
    };
    let slower = make(&world, ("zhao.liu", "赵六"), kind, StaffRole::Security);
    let (slower, _) = tokio::join!(slower, quicker);
    slower.unwrap();
    assert!(waits(&world, "zhao.liu").await && !waits(&world, "shen.yan").await);
}

/// The operator's security lets in accounts of other organisations: an own one there would be one
/// that the person lets in alone.
#[tokio::test]
async fn whoever_has_a_duty_at_the_operator_has_no_account_anywhere_else() {
    let world = World::new().await;
    security(&world, "shen.yan", "沈岩").await;
    let registry = OfficeKind::Registry;
    for role in [StaffRole::Reviewer, StaffRole::Security, StaffRole::Auditor] {
        let refused = make(&world, ("shen.two", "沈岩"), registry, role).await.unwrap_err();
        assert!(matches!(refused, StaffError::DutiesApart), "{refused}");
    }
    make(&world, ("li.na", "李娜"), registry, StaffRole::Reviewer).await.unwrap();
    let refused = make(&world, ("li.two", "李娜"), OfficeKind::Operator, StaffRole::Auditor).await;
    assert!(matches!(refused, Err(StaffError::DutiesApart)));
    // Without a duty that reaches so far, one name in two organisations is nobody's concern.
    make(&world, ("li.three", "李娜"), OfficeKind::Notary, StaffRole::Reviewer).await.unwrap();
    make(&world, ("he.jing", "何静"), registry, StaffRole::Auditor).await.unwrap();
    make(&world, ("he.two", "何静"), OfficeKind::HandlerFirm, StaffRole::Handler).await.unwrap();
}
