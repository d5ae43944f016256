use super::*;

fn at(ms: i64) -> UtcMillis {
    UtcMillis::from_millis(1_800_000_000_000 + ms).unwrap()
}

fn request(number: u8) -> Digest {
    Digest::of(&[number])
}

fn sent() -> Entry {
    let mut entry = Entry::asking(true, true);
    entry.sent(IssuedCode::new("n".into(), MessageChannel::Sms, at(0)));
    entry
}

#[test]
fn a_door_that_asks_nothing_is_open() {
    assert_eq!(Entry::default().inside(), Ok(()));
    assert_eq!(Entry::asking(false, true).inside(), Ok(()), "no code, so nobody to ask");
}

#[test]
fn code_and_then_identity_let_somebody_in() {
    let mut entry = sent();
    assert_eq!(entry.inside(), Err(NotInside::Code));
    assert_eq!(entry.enter_identity(true, request(1), at(1)), Err(IdentityRefusal::CodeFirst));
    assert_eq!(entry.code_passed(), None);
    entry.enter_code(true, request(2), at(2)).unwrap();
    assert_eq!(entry.code_passed(), Some(at(2)));
    assert_eq!(entry.inside(), Err(NotInside::Identity));
    entry.enter_identity(true, request(3), at(3)).unwrap();
    assert_eq!(entry.inside(), Ok(()));
}

#[test]
fn a_door_that_asks_for_the_code_alone_has_not_heard_who_it_is() {
    assert!(!Entry::default().asks_code());
    let mut entry = Entry::asking(true, false);
    assert!(entry.asks_code());
    entry.sent(IssuedCode::new("n".into(), MessageChannel::Sms, at(0)));
    entry.enter_code(true, request(1), at(1)).unwrap();
    assert_eq!(entry.inside(), Ok(()));
    assert!(!entry.has_said_who());
}

/// Domain study 3.5: five minutes, and one minute between two.
#[test]
fn the_times_of_a_code_are_those_of_the_study() {
    assert_eq!((CODE_LIFETIME_MS, CODE_PAUSE_MS), (300_000, 60_000));
}

#[test]
fn people_read_by_what_a_code_was_sent() {
    for (channel, zh, en) in [
        (MessageChannel::Sms, "短信", "text message"),
        (MessageChannel::Email, "电子邮件", "e-mail"),
    ] {
        assert_eq!(channel_name(channel, Language::Zh), zh);
        assert_eq!(channel_name(channel, Language::En), en);
    }
}

#[test]
fn a_code_lives_for_five_minutes_and_passes_once() {
    let mut entry = sent();
    let late = entry.clone().enter_code(true, request(1), at(CODE_LIFETIME_MS));
    assert_eq!(late, Err(CodeRefusal::Expired));
    entry.enter_code(true, request(1), at(CODE_LIFETIME_MS - 1)).unwrap();
    assert_eq!(entry.enter_code(true, request(2), at(5)), Err(CodeRefusal::UsedUp));
}

#[test]
fn by_what_a_code_came_is_known_where_it_was_entered_and_went_one_way() {
    let (sms, email) = (MessageChannel::Sms, MessageChannel::Email);
    let came_by = |entry: &Entry| entry.code().and_then(|code| code.came_by);
    let mut entry = sent();
    entry.went_by(&[email]);
    assert_eq!(came_by(&entry), None, "nobody has entered it");
    entry.enter_code(true, request(1), at(1)).unwrap();
    assert_eq!(came_by(&entry), None);
    for (ways, only) in [
        (vec![email], Some(email)),
        (vec![sms, email], None),
        (vec![sms], Some(sms)),
        (Vec::new(), None),
    ] {
        entry.went_by(&ways);
        assert_eq!(came_by(&entry), only, "{ways:?}");
    }
}

#[test]
fn five_wrong_entries_end_a_code_even_for_the_right_one() {
    let mut entry = sent();
    for left in (0..CODE_TRIES).rev() {
        let refused = entry.enter_code(false, request(left), at(1));
        assert_eq!(refused, Err(CodeRefusal::Wrong { left }));
    }
    assert_eq!(entry.enter_code(true, request(9), at(1)), Err(CodeRefusal::UsedUp));
}

#[test]
fn the_same_request_again_is_not_a_second_try() {
    let mut entry = sent();
    for _ in 0..3 {
        let refused = entry.enter_code(false, request(1), at(1));
        assert_eq!(refused, Err(CodeRefusal::Wrong { left: CODE_TRIES - 1 }));
    }
}

#[test]
fn another_code_is_sent_after_a_minute_and_replaces_the_first() {
    let mut entry = sent();
    assert_eq!(entry.may_send(at(0)), Err(CodeRefusal::TooSoon { seconds: 60 }));
    assert_eq!(entry.may_send(at(CODE_PAUSE_MS - 1)), Err(CodeRefusal::TooSoon { seconds: 1 }));
    entry.may_send(at(CODE_PAUSE_MS)).unwrap();
    entry.sent(IssuedCode::new("m".into(), MessageChannel::Email, at(CODE_PAUSE_MS)));
    assert_eq!(entry.code().map(|code| code.nonce.as_str()), Some("m"));
}

#[test]
fn three_wrong_numbers_lock_the_door() {
    let mut entry = sent();
    entry.enter_code(true, request(0), at(1)).unwrap();
    for left in [2, 1] {
        let refused = entry.enter_identity(false, request(left), at(2));
        assert_eq!(refused, Err(IdentityRefusal::Wrong { left }));
    }
    assert_eq!(entry.enter_identity(false, request(7), at(2)), Err(IdentityRefusal::Locked));
    assert_eq!(entry.step(), EntryStep::Locked);
    assert_eq!(entry.enter_identity(true, request(8), at(3)), Err(IdentityRefusal::Locked));
    assert_eq!(entry.may_send(at(CODE_PAUSE_MS)), Err(CodeRefusal::Locked));
}

#[test]
fn a_masked_contact_can_be_recognised_and_not_dialled() {
    assert_eq!(masked("13800000001"), "138****0001");
    assert_eq!(masked("+85261234567"), "+85****4567");
    assert_eq!(masked("chen@example.com"), "c***@example.com");
    assert_eq!(masked("1234567"), "****4567");
}

#[test]
fn a_door_follows_another_one_only_when_both_passed_there_and_never_when_locked() {
    let mut first = sent();
    let mut second = Entry::asking(true, true);
    assert_eq!(second.follow(&first), Err(NotInside::Code));
    first.enter_code(true, request(1), at(1)).unwrap();
    assert_eq!(second.follow(&first), Err(NotInside::Identity));
    assert!(!first.has_said_who());
    first.enter_identity(true, request(2), at(2)).unwrap();
    assert!(first.has_said_who());

    let mut locked = sent();
    locked.enter_code(true, request(3), at(1)).unwrap();
    for number in 4..4 + IDENTITY_TRIES {
        locked.enter_identity(false, request(number), at(2)).unwrap_err();
    }
    assert_eq!(locked.follow(&first), Err(NotInside::Locked));
    assert_eq!(locked.step(), EntryStep::Locked);

    second.sent(IssuedCode::new("of its own".into(), MessageChannel::Email, at(1)));
    second.follow(&first).unwrap();
    assert_eq!(second.inside(), Ok(()));
    // How the code came there is how it came here, and the one sent here passes no more.
    assert_eq!(second.code(), first.code());
    assert_eq!(second.enter_code(true, request(9), at(3)), Err(CodeRefusal::UsedUp));

    // Where nothing is asked nobody has said who it is.
    let open = Entry::default();
    assert_eq!(Entry::asking(true, true).follow(&open), Err(NotInside::Code));
    assert!(!open.has_said_who());
}
