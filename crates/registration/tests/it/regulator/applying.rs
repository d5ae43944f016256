//! A certificate that an authority applies for, at a desk that keeps to the contract.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use heqi_evidence::schema::RecordKind;
use heqi_registration::regulator::apply::{
    self as queue, Applicant, ApplicationAnswer, ApplicationLetter, ApplicationState, Carrying,
    NotaryDesk, NotaryNotReached, apply,
};
use heqi_vocabulary::{Clock as _, Explain as _};

use super::{by_company, regulator, signed};
use crate::world::World;

pub(crate) fn applicant() -> Applicant {
    Applicant {
        name: "杭州市临安区市场监督管理局".into(),
        code: "113301120025045678".into(),
        address: "杭州市临安区示例路1号".into(),
        telephone: "0571-00000110".into(),
        legal_representative: "钱示例".into(),
    }
}

/// A notary's desk that keeps to the contract: the same letter gets the same answer.
#[derive(Default)]
struct Desk {
    letters: Mutex<Vec<ApplicationLetter>>,
    is_away: AtomicBool,
}

impl NotaryDesk for Desk {
    fn apply<'a>(&'a self, letter: &'a ApplicationLetter) -> Carrying<'a> {
        Box::pin(async move {
            if self.is_away.load(Ordering::SeqCst) {
                return Err(NotaryNotReached("unreachable".into()));
            }
            let mut letters = self.letters.lock().unwrap();
            let known = letters.iter().position(|one| one.application == letter.application);
            let place = known.unwrap_or(letters.len());
            if known.is_none() {
                letters.push(letter.clone());
            }
            let code = Some("AB23CD45EF".to_owned());
            Ok(ApplicationAnswer::Received { reference: format!("SQ{place:04}<b>"), code })
        })
    }
}

#[tokio::test]
async fn an_application_is_a_record_waits_for_the_notary_and_is_made_once() {
    let world = World::with(|settings| settings.applicant = Some(applicant())).await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await[0].1.record_id;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let at = (query, drafted.filing);
    let ask = async || {
        let request = world.request(&regulator());
        apply(&world.platform, &request, at, signed).await
    };
    // Not before the notary holds it.
    assert_eq!(ask().await.unwrap_err().code(), "application_not_deposited");
    world.deposit_all().await;
    let before = world.entries().await;
    let request = world.named_request(&regulator(), "apply");
    let applied = apply(&world.platform, &request, at, signed).await.unwrap();
    assert_eq!(apply(&world.platform, &request, at, signed).await.unwrap(), applied);
    assert_eq!(world.entries().await, before + 1);
    assert_eq!(ask().await.unwrap_err().code(), "application_double");

    let desk = Desk::default();
    desk.is_away.store(true, Ordering::SeqCst);
    let carry = async || {
        let mut carried = 0;
        for item in queue::lease(&world.platform, 60_000, 4).await.unwrap() {
            let letter = queue::letter(&world.platform, &item).await.unwrap().unwrap();
            assert_eq!(letter.applicant, applicant());
            assert_eq!(letter.legal_basis, "《市场主体登记管理条例》第四十条");
            if let Ok(answer) = desk.apply(&letter).await {
                queue::note_answer(&world.platform, &item, &answer).await.unwrap();
                // Said twice, written once.
                queue::note_answer(&world.platform, &item, &answer).await.unwrap();
            } else {
                let retry_at = world.clock.now().plus_millis(1_000);
                queue::try_again(&world.platform, &item, retry_at).await.unwrap();
            }
            carried += 1;
        }
        carried
    };
    let state = async || {
        let seen = world.dossier(query, drafted.filing).await.unwrap();
        seen.signatures[0].application.clone().unwrap().state
    };
    assert_eq!(carry().await, 1);
    assert_eq!(state().await, ApplicationState::Sent {});
    assert_eq!(carry().await, 0, "it waits for its pause");
    world.clock.advance_ms(1_000);
    desk.is_away.store(false, Ordering::SeqCst);
    let before = world.entries().await;
    assert_eq!(carry().await, 1);
    assert_eq!(world.entries().await, before + 1, "the answer is a record, once");
    // What another organisation calls it is taken as letters and digits.
    let ApplicationState::Received { reference, code, .. } = state().await else { panic!() };
    assert_eq!((reference.as_str(), code.as_deref()), ("SQ0000b", Some("AB23CD45EF")));
    assert_eq!((carry().await, desk.letters.lock().unwrap().len()), (0, 1));
    let kinds = world.dossier(query, drafted.filing).await.unwrap().events;
    let kinds = kinds.iter().filter(|event| event.kind == RecordKind::CertificateApplication);
    assert_eq!(kinds.count(), 2);
}

#[tokio::test]
async fn where_nobody_is_set_up_to_apply_nobody_does_and_a_refusal_may_be_tried_again() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let signature = &seen.signatures[0];
    assert!(!signature.may_apply && signature.application.is_none());
    let request = world.request(&regulator());
    let at = (query, drafted.filing);
    let refused = apply(&world.platform, &request, at, signature.record).await.unwrap_err();
    assert_eq!(refused.code(), "application_no_desk");

    let world = World::with(|settings| settings.applicant = Some(applicant())).await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await[0].1.record_id;
    world.deposit_all().await;
    world.index().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let at = (query, drafted.filing);
    apply(&world.platform, &world.request(&regulator()), at, signed).await.unwrap();
    let item = queue::lease(&world.platform, 60_000, 4).await.unwrap().remove(0);
    let refusal = ApplicationAnswer::Refused { reason: "not_party".into() };
    queue::note_answer(&world.platform, &item, &refusal).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    assert!(seen.signatures[0].may_apply);
    apply(&world.platform, &world.request(&regulator()), at, signed).await.unwrap();
    assert_eq!(queue::lease(&world.platform, 60_000, 4).await.unwrap().len(), 1);
}
