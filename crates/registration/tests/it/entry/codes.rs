//! How often a code is tried, how long it lives, how many of them and of invitations there are in a day.

use heqi_filing::CodeRefusal;
use heqi_filing::entry::{CODE_LIFETIME_MS, CODE_PAUSE_MS, CODES_A_DAY};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::check_code::{CheckCode, CheckCodeError, check_code};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::invite::{INVITATIONS_A_DAY, Invite, invite};
use heqi_registration::send_code::{SendCode, SendCodeError, send_code};
use heqi_vocabulary::{Explain as _, Language, MessageChannel};

use super::{MOBILE, another, at_the_door, contact, declare, enter, send};
use crate::world::World;

#[tokio::test]
async fn wrong_codes_are_counted_across_requests_and_the_same_request_counts_once() {
    let (world, _, actor) = at_the_door(None).await;
    let code = send(&world, &actor).await.unwrap();
    let wrong = another(&code);
    let request = world.request(&actor);
    for _ in 0..3 {
        let command = CheckCode { code: wrong.clone() };
        let refused = check_code(&world.platform, &request, command).await.unwrap_err();
        assert!(matches!(refused, CheckCodeError::Entry(CodeRefusal::Wrong { left: 4 })));
    }
    for left in (0..4).rev() {
        let refused = enter(&world, &actor, &wrong).await.unwrap_err();
        assert!(
            matches!(refused, CheckCodeError::Entry(CodeRefusal::Wrong { left: l }) if l == left)
        );
    }
    let refused = enter(&world, &actor, &code).await.unwrap_err();
    assert_eq!(refused.code(), "code_used_up");
    for malformed in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        assert_eq!(enter(&world, &actor, malformed).await.unwrap_err().code(), "code_malformed");
    }
}

#[tokio::test]
async fn a_code_ends_after_five_minutes_and_the_next_one_replaces_it() {
    let (world, _, actor) = at_the_door(None).await;
    let first = send(&world, &actor).await.unwrap();
    assert_eq!(send(&world, &actor).await.unwrap_err().code(), "code_too_soon");
    world.clock.advance_ms(CODE_PAUSE_MS);
    let second = send(&world, &actor).await.unwrap();
    if first != second {
        assert_eq!(enter(&world, &actor, &first).await.unwrap_err().code(), "code_wrong");
    }
    world.clock.advance_ms(CODE_LIFETIME_MS);
    assert_eq!(enter(&world, &actor, &second).await.unwrap_err().code(), "code_expired");
}

#[tokio::test]
async fn one_number_gets_ten_codes_a_day_whatever_filing_asks() {
    let (world, _, actor) = at_the_door(None).await;
    for _ in 0..CODES_A_DAY {
        send(&world, &actor).await.unwrap();
        world.clock.advance_ms(CODE_PAUSE_MS);
    }
    let refused = send(&world, &actor).await.unwrap_err();
    assert!(matches!(refused, SendCodeError::DayLimit));
    let other = world.drafted(1).await;
    let same = contact(Some(MOBILE), None, None);
    declare(&world, other.filing, other.parties[0], same).await.unwrap();
    let token = world.invite(other.filing, other.parties[0]).await.token;
    let second = authenticate(&world.platform, hash_of(&token)).await.unwrap();
    assert_eq!(send(&world, &second).await.unwrap_err().code(), "code_limit");
    // The other way of the first one has a number of its own.
    let command = SendCode { channel: Some(MessageChannel::Email), language: Language::En };
    send_code(&world.platform, &world.request(&actor), command).await.unwrap();
    world.clock.advance_ms(24 * 3_600_000);
    send(&world, &second).await.unwrap();
}

#[tokio::test]
async fn one_party_is_invited_ten_times_a_day_and_the_last_link_goes_on_working() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let (filing, party) = (drafted.filing, drafted.parties[0]);
    let known = contact(Some(MOBILE), None, None);
    declare(&world, filing, party, known).await.unwrap();
    let mut last = world.invite(filing, party).await;
    for _ in 1..INVITATIONS_A_DAY {
        last = world.invite(filing, party).await;
    }
    let again = Invite { filing, party };
    let before = world.contents().await;
    let refused = invite(&world.platform, &world.request(&world.staff), again).await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("invitation_limit", Class::Conflict));
    assert_eq!(world.contents().await, before, "nothing was sent, and no link ended");
    let actor = authenticate(&world.platform, hash_of(&last.token)).await.unwrap();
    send(&world, &actor).await.unwrap();

    // Another party has a count of its own, and a new day begins for everybody at midnight in Shanghai.
    world.invite(filing, drafted.parties[1]).await;
    world.clock.advance_ms(24 * 3_600_000);
    world.invite(filing, party).await;
}
