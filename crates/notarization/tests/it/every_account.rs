//! Every call of the store by what changes the office's accounts, lets its staff in, and lets people in
//! at 实时保 fails, in each of three ways: refused, lost, done but reported lost. Who is told that it
//! failed finds everything as it was, unless nobody can know; a code counts once.

use std::sync::{Arc, Mutex};

use heqi_credentials::TotpSecret;
use heqi_evidence::holder_notice::NoticeKind;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::testing::{Failure, Faulty, left_by};
use heqi_notarization::NotaryOffice;
use heqi_notarization::holder::deliver::{self, Delivery, Recipient};
use heqi_notarization::holder::door::{self, EnterError, ask_code, enter, holder};
use heqi_notarization::holder::held::{list, open};
use heqi_notarization::holder::notice::{notices, say};
use heqi_notarization::holder::{HolderFault, watch};
use heqi_notarization::staff::login::{enrolling, log_in, second_factor, show_again};
use heqi_notarization::staff::sessions::{hash_of, leave, session};
use heqi_notarization::staff::{
    CreateOfficer, OfficeRole, OfficeStaffError, Officer, accounts, create_officer,
    disable_officer, enrol_officer, release_officer, reset_officer,
};
use heqi_testkit::{SeededEntropy, Story};
use heqi_vocabulary::{Clock as _, Digest, Language};

use crate::every_step::{held, shape};
use crate::holder::{MOBILE, NAME, come_in, contact, house, log_code};
use crate::holder_told::{before_signing, deposit_the_signing};
use crate::officers::{ADDRESS, PASSWORD, make, password};
use crate::own_password::{change, hired, sat_down};
use crate::support::{House, story};

/// What asking again does when it was done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Twice {
    /// It is refused, and changes nothing.
    Refused,
    /// It is refused, and that is written: a wrong try is counted, or the row about nobody is made anew.
    Counted,
    /// It is done once more, or was already.
    Done,
}

fn told<T>(answer: Result<T, impl std::fmt::Display>) -> Result<(), String> {
    answer.map(drop).map_err(|error| error.to_string())
}

/// Tries an act on copies of the office: once whole, then once for each call and failure, each time
/// asked for again by another process. `holds` is demanded of what is there then. Gives how many failed.
async fn tries(
    (house, story): (&House, &Story),
    (name, twice): (&str, Twice),
    act: &impl AsyncFn(&NotaryOffice) -> Result<(), String>,
    holds: &impl AsyncFn(&NotaryOffice),
) -> usize {
    let beside = |backend: Arc<dyn Backend>, seed| {
        house.beside(story, backend, house.store.clone(), seed).office
    };
    let before = held(&house.store).await;
    let store = Arc::new(house.store.copy());
    let office = beside(store.clone(), 2);
    act(&office).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    let whole = shape(&held(&store).await);
    assert!(held(&store).await != before, "{name} does nothing");
    holds(&office).await;

    let acting = async |faulty: Arc<Faulty>| {
        let office = beside(faulty, 2);
        act(&office).await
    };
    let all = left_by(name, &house.store, acting).await;
    for left in &all {
        let what = &left.what;
        let after = held(&left.store).await;
        let is_done = after != before;
        assert!(left.answer.is_err(), "{what}: nobody was told");
        assert!(!is_done || left.how == Failure::Unreported, "{what}: it failed, and it is done");
        assert!(!is_done || shape(&after) == whole, "{what}: half done");
        let again = beside(left.store.clone(), 3);
        let answer = act(&again).await;
        let done = held(&left.store).await;
        if is_done && twice != Twice::Done {
            assert!(answer.is_err(), "{what}: done twice");
            assert!(twice == Twice::Counted || done == after, "{what}: refused, and written");
        } else {
            assert!(answer.is_ok(), "{what}: asked again: {answer:?}");
            assert!(is_done || shape(&done) == whole, "{what}: not what would have been");
        }
        holds(&again).await;
    }
    all.len()
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_change_of_an_account_lets_nobody_in_by_half() {
    let story = story();
    let house = House::of(&story);
    let office = &house.office;
    let security = make(office, "security.one", OfficeRole::Security).await;
    let keeper = Officer { account: security, role: OfficeRole::Security };
    let notary = make(office, "qian.wei", OfficeRole::Notary).await;
    let waiting = make(office, "zhou.jie", OfficeRole::Notary).await;
    let secret = TotpSecret::generate(&SeededEntropy::new(5));
    enrol_officer(office, notary, &secret).await.unwrap();
    let opened = log_in(office, ADDRESS, "qian.wei", password(PASSWORD)).await.unwrap();
    let code = secret.code_at(house.clock.now());
    let came = second_factor(office, ADDRESS, hash_of(&opened.secret), &code).await.unwrap();
    let inside = hash_of(&came.session.secret);
    house.clock.advance_ms(60_000);
    let at = (&house, &story);
    let is_out = async |office: &NotaryOffice| {
        assert!(session(office, inside).await.is_err(), "still in");
    };

    let creating = async |office: &NotaryOffice| {
        let command = CreateOfficer {
            login: "wu.fang".parse().unwrap(),
            name: "示例人员".into(),
            role: OfficeRole::Archivist,
            password: password(PASSWORD),
        };
        told(create_officer(office, command).await)
    };
    let mut injected =
        tries(at, ("create", Twice::Refused), &creating, &async |o: &NotaryOffice| {
            let all = accounts(o).await.unwrap();
            let made: Vec<_> = all.iter().filter(|one| one.login == "wu.fang").collect();
            assert!(made.len() == 1 && made[0].released_at.is_none(), "one account, which waits");
        })
        .await;
    let all = accounts(office).await.unwrap();
    let seen = all.into_iter().find(|one| one.account == waiting).unwrap().standing;
    let releasing =
        async |office: &NotaryOffice| told(release_officer(office, &keeper, waiting, seen).await);
    injected += tries(at, ("release", Twice::Done), &releasing, &async |o: &NotaryOffice| {
        let all = accounts(o).await.unwrap();
        let is_in = all.iter().any(|one| one.account == waiting && one.released_at.is_some());
        assert!(is_in, "it waits still");
    })
    .await;
    let resetting = async |office: &NotaryOffice| {
        let new = password("another horse battery");
        told(reset_officer(office, &"qian.wei".parse().unwrap(), new).await)
    };
    injected += tries(at, ("reset", Twice::Done), &resetting, &is_out).await;
    let disabling =
        async |office: &NotaryOffice| told(disable_officer(office, &keeper, notary).await);
    injected += tries(at, ("disable", Twice::Done), &disabling, &is_out).await;
    let leaving = async |office: &NotaryOffice| told(leave(office, inside).await);
    injected += tries(at, ("leave", Twice::Done), &leaving, &is_out).await;
    assert!(injected > 50, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_coming_in_counts_a_code_once() {
    let story = story();
    let house = House::of(&story);
    let office = &house.office;
    make(office, "security.one", OfficeRole::Security).await;
    let notary = make(office, "qian.wei", OfficeRole::Notary).await;
    let secret = TotpSecret::generate(&SeededEntropy::new(5));
    enrol_officer(office, notary, &secret).await.unwrap();
    let mut doors = Vec::new();
    for login in ["qian.wei", "qian.wei", "security.one"] {
        let opened = log_in(office, ADDRESS, login, password(PASSWORD)).await.unwrap();
        doors.push(hash_of(&opened.secret));
    }
    let code = secret.code_at(house.clock.now());
    let at = (&house, &story);
    // Shown once, it counts nowhere else any more.
    let has_counted = async |office: &NotaryOffice| {
        let twice = second_factor(office, ADDRESS, doors[1], &code).await;
        assert!(matches!(twice, Err(OfficeStaffError::WrongCode)), "{twice:?}");
    };

    let by_password = async |office: &NotaryOffice| {
        told(log_in(office, ADDRESS, "qian.wei", password(PASSWORD)).await)
    };
    let mut injected =
        tries(at, ("log_in", Twice::Done), &by_password, &async |_: &NotaryOffice| {}).await;
    let by_code =
        async |office: &NotaryOffice| told(second_factor(office, ADDRESS, doors[0], &code).await);
    injected += tries(at, ("second_factor", Twice::Refused), &by_code, &has_counted).await;
    let again =
        async |office: &NotaryOffice| told(show_again(office, ADDRESS, "qian.wei", &code).await);
    injected += tries(at, ("show_again", Twice::Counted), &again, &has_counted).await;
    // A wrong one is counted when it is told to be wrong, and not before.
    let wrong = async |office: &NotaryOffice| match second_factor(
        office, ADDRESS, doors[0], "000000",
    )
    .await
    {
        Err(OfficeStaffError::WrongCode) => Ok(()),
        other => Err(format!("{other:?}")),
    };
    injected +=
        tries(at, ("a wrong code", Twice::Done), &wrong, &async |_: &NotaryOffice| {}).await;

    // Who comes for the first time is shown recovery codes once: not after anything failed behind it.
    let drawing = async |office: &NotaryOffice| told(enrolling(office, doors[2]).await);
    injected += tries(at, ("enrolling", Twice::Done), &drawing, &async |_: &NotaryOffice| {}).await;
    let fresh = enrolling(office, doors[2]).await.unwrap().code_at(house.clock.now());
    let enrolment = async |office: &NotaryOffice| {
        let came = second_factor(office, ADDRESS, doors[2], &fresh).await;
        if let Ok(came) = &came {
            assert_eq!(came.recovery.len(), 10, "shown now or never");
        }
        told(came)
    };
    injected +=
        tries(at, ("the first code", Twice::Refused), &enrolment, &async |_: &NotaryOffice| {})
            .await;
    assert!(injected > 120, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_change_of_the_own_password_changes_it_or_does_not() {
    let story = story();
    let house = House::of(&story);
    let secret = hired(&house.office).await;
    let inside = sat_down(&house, &secret).await;
    let code = secret.code_at(house.clock.now());
    let at = (&house, &story);
    let changing =
        async |office: &NotaryOffice| told(change(office, inside, PASSWORD, &code).await);
    let is_over = async |office: &NotaryOffice| {
        assert!(session(office, inside).await.is_err(), "the session of before goes on");
    };
    let mut injected = tries(at, ("change_password", Twice::Refused), &changing, &is_over).await;
    // A wrong password is counted when it is told to be wrong, and not before.
    let wrong =
        async |office: &NotaryOffice| match change(office, inside, "wrong horse battery", "").await
        {
            Err(OfficeStaffError::WrongPresent) => Ok(()),
            other => Err(format!("{other:?}")),
        };
    injected +=
        tries(at, ("a wrong present one", Twice::Done), &wrong, &async |_: &NotaryOffice| {}).await;
    assert!(injected > 40, "{injected} failures");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_persons_visit_counts_a_code_and_says_a_thing_once() {
    let (house, story) = house().await;
    let office = &house.office;
    let at = (&house, &story);
    let asking = async |office: &NotaryOffice| match ask_code(office, &contact(MOBILE)).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("nothing is sent".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    let mut injected =
        tries(at, ("ask_code", Twice::Counted), &asking, &async |_: &NotaryOffice| {}).await;
    let sent = ask_code(office, &contact(MOBILE)).await.unwrap().unwrap();
    let entering =
        async |office: &NotaryOffice| told(enter(office, &sent.contact, &sent.code, NAME).await);
    injected += tries(at, ("enter", Twice::Counted), &entering, &async |o: &NotaryOffice| {
        let twice = enter(o, &sent.contact, &sent.code, NAME).await;
        assert!(matches!(twice, Err(EnterError::NotRight)), "a code let in twice");
    })
    .await;
    let mistaken =
        async |office: &NotaryOffice| match enter(office, &sent.contact, &sent.code, "李四").await
        {
            Err(EnterError::NotRight) => Ok(()),
            Err(error) => Err(error.to_string()),
            Ok(_) => Err("somebody else is in".to_owned()),
        };
    injected +=
        tries(at, ("a wrong name", Twice::Done), &mistaken, &async |_: &NotaryOffice| {}).await;

    let secret = enter(office, &sent.contact, &sent.code, NAME).await.unwrap();
    let inside = Digest::of(secret.as_bytes());
    let person = holder(office, inside).await.unwrap().unwrap();
    let number = list(office, &person).await.unwrap()[0].signings[0].deposit_no;
    let about = open(office, &person, number).await.unwrap();
    let saying = async |office: &NotaryOffice| {
        let office = office.clone().telling(vec![Recipient::Platform]);
        told(say(&office, &about, NoticeKind::Objection, "非本人签署").await)
    };
    injected += tries(at, ("say", Twice::Done), &saying, &async |o: &NotaryOffice| {
        assert_eq!(notices(o, about.row.chain).await.unwrap().len(), 1, "said once");
    })
    .await;
    let watching =
        async |office: &NotaryOffice| told(watch::begin(office, &person, Language::Zh).await);
    injected += tries(at, ("watch", Twice::Done), &watching, &async |o: &NotaryOffice| {
        assert!(watch::since(o, &person).await.unwrap().is_some(), "nobody is told");
    })
    .await;
    watch::begin(office, &person, Language::Zh).await.unwrap();
    let stopping = async |office: &NotaryOffice| told(watch::end(office, &person).await);
    injected += tries(at, ("watch no more", Twice::Done), &stopping, &async |o: &NotaryOffice| {
        assert_eq!(watch::since(o, &person).await.unwrap(), None, "told all the same");
    })
    .await;
    let leaving = async |office: &NotaryOffice| told(door::leave(office, inside).await);
    injected += tries(at, ("leave", Twice::Done), &leaving, &async |o: &NotaryOffice| {
        assert!(holder(o, inside).await.unwrap().is_none(), "still in");
    })
    .await;
    assert!(injected > 90, "{injected} failures");
}

/// What somebody was handed, by its name.
type Handed = Mutex<Vec<[u8; 16]>>;

/// Tells whoever is to be told, and brings what was said to the platform, which takes everything.
async fn work(office: &NotaryOffice, handed: &Handed) -> Result<(), HolderFault> {
    for item in watch::lease(office, 1_000, 10).await? {
        if let Some(telling) = watch::telling(office, &item).await? {
            handed.lock().unwrap().push(telling.message);
        }
        watch::done(office, &item).await?;
    }
    for item in deliver::lease(office, 1_000, 10).await? {
        let letter = deliver::letter(office, &item).await?;
        let mut name = [0; 16];
        name.copy_from_slice(&Digest::of(letter.statement.as_bytes()).as_bytes()[..16]);
        handed.lock().unwrap().push(name);
        deliver::note(office, &item, &Delivery::Taken { at: item.leased_until }).await?;
    }
    Ok(())
}

/// Who is told, and who is brought something, recognises what came before by its name: it may come twice
/// after a failure, and is never lost.
#[tokio::test]
async fn a_store_that_fails_at_any_call_of_the_carrier_loses_nothing_and_names_it_the_same() {
    let mut story = story();
    let party = story.party;
    let code = log_code(&mut story, 91, party, "one_time_code", MOBILE);
    let house = before_signing(&mut story, &[code]).await;
    let office = house.office.clone().telling(vec![Recipient::Platform]);
    let session = come_in(&house).await;
    let person = holder(&office, session).await.unwrap().unwrap();
    watch::begin(&office, &person, Language::Zh).await.unwrap();
    deposit_the_signing(&house, &story).await;
    let number = list(&office, &person).await.unwrap()[0].signings[0].deposit_no;
    let about = open(&office, &person, number).await.unwrap();
    say(&office, &about, NoticeKind::Objection, "非本人签署").await.unwrap();

    let names = |handed: &Handed| {
        let mut names = handed.lock().unwrap().clone();
        names.sort_unstable();
        names.dedup();
        names
    };
    let whole = Handed::default();
    let copy = Arc::new(house.store.copy());
    work(&house.beside(&story, copy.clone(), copy, 2).office, &whole).await.unwrap();
    let handed_in_all = whole.lock().unwrap().len();
    assert_eq!((handed_in_all, names(&whole).len()), (2, 2), "a message and a letter");
    let carrying = async |faulty: Arc<Faulty>| {
        let handed = Handed::default();
        let house = house.beside(&story, faulty, house.store.clone(), 3);
        (work(&house.office, &handed).await, handed)
    };
    let all = left_by("carry", &house.store, carrying).await;
    assert!(all.len() > 30, "{} failures", all.len());
    for left in all {
        let (what, (first, handed)) = (&left.what, &left.answer);
        assert!(first.is_err(), "{what}: nobody was told");
        let again = house.beside(&story, left.store.clone(), left.store.clone(), 4).office;
        for _ in 0..3 {
            house.clock.advance_ms(2_000);
            work(&again, handed).await.unwrap();
        }
        assert_eq!(names(handed), names(&whole), "{what}: lost, or under another name");
        assert!(handed.lock().unwrap().len() <= 3, "{what}: more than one came twice");
        for queue in [&b"outbox/holder-tell/item/"[..], b"outbox/holder-notices/item/"] {
            let left = left.store.scan(queue, None, 10).await.unwrap();
            assert!(left.is_empty(), "{what}: it never ends");
        }
    }
}
