//! Real names, companies, portraits, the registry's check and seals, over real HTTP.

use std::sync::Arc;

use heqi_evidence::attestation::{Attestation, CompanyStatus, PersonOutcome, Question, SealKind};
use heqi_evidence::challenge::Nonce;
use heqi_evidence::statement::Statement as _;
use heqi_pki::dsse::Envelope;
use heqi_providers::HttpIdentityProvider;
use heqi_providers::identity::{IdentityClientError, ProviderSettings};
use heqi_registration::ports::{
    CorporateSeal as _, NotAnswered, PopulationPortrait as _, RealNameProvider as _,
    RegistryIdentity as _, SealFound,
};
use heqi_service_kit::Trust;
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_vocabulary::{Clock as _, Digest};

use crate::provider::{Fault, NAME, OWN_MOBILE, PORTRAIT, Provider, SEALED, TOKEN};

const NUMBER: &str = "330112199003079999";

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at("2026-11-23T12:05:00.000Z"))
}

fn settings(provider: &Provider) -> ProviderSettings {
    ProviderSettings {
        provider: NAME.to_owned(),
        url: provider.url.clone(),
        token: TOKEN.to_owned().into(),
        trust: Trust::default(),
        keys: vec![provider.key.clone()],
    }
}

fn client(provider: &Provider) -> HttpIdentityProvider {
    HttpIdentityProvider::new(settings(provider), clock()).unwrap()
}

fn nonce(label: &str) -> Nonce {
    Nonce::random(&SeededEntropy::labelled(1, label))
}

fn person(mobile: Option<&str>) -> Question {
    Question::Person {
        document_kind: "resident_id".to_owned(),
        document_number: NUMBER.to_owned(),
        mobile: mobile.map(ToOwned::to_owned),
        name: "林嘉伟".to_owned(),
        nonce: nonce("person"),
    }
}

#[actix_web::test]
async fn two_and_three_factors_are_answered_and_the_signed_answer_is_kept() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let client = client(&provider);
    let two = client.person(person(None)).await.unwrap();
    assert_eq!((two.answer, two.provider.as_str()), (PersonOutcome::Matches, NAME));
    let three = client.person(person(Some("+8613805710001"))).await;
    // The same nonce for another question: the provider repeats itself, and that is no answer.
    assert!(matches!(three, Err(NotAnswered::NotBelieved(_))));

    let envelope = Envelope::from_json(&two.envelope).unwrap();
    let signed =
        Attestation::open(&envelope, std::slice::from_ref(&provider.key)).unwrap().into_statement();
    assert_eq!(signed.question_sha256, two.question.digest().unwrap());
    assert!(!String::from_utf8_lossy(&two.envelope).contains(NUMBER));
    provider.stop().await;
}

#[actix_web::test]
async fn name_number_and_mobile_number_of_one_person_match_and_the_answer_is_about_all_three() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let three = client(&provider).person(person(Some(OWN_MOBILE))).await.unwrap();
    assert_eq!((three.answer, three.provider.as_str()), (PersonOutcome::Matches, NAME));
    assert_eq!(three.answered_at, clock().now());
    let envelope = Envelope::from_json(&three.envelope).unwrap();
    let signed =
        Attestation::open(&envelope, std::slice::from_ref(&provider.key)).unwrap().into_statement();
    assert_eq!(signed.question_sha256, person(Some(OWN_MOBILE)).digest().unwrap());
    assert_ne!(signed.question_sha256, person(None).digest().unwrap());
    assert!(!String::from_utf8_lossy(&three.envelope).contains(OWN_MOBILE));
    provider.stop().await;
}

#[actix_web::test]
async fn the_mobile_number_of_somebody_else_is_told_apart() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let answer = client(&provider).person(person(Some("+8613805710001"))).await.unwrap();
    assert_eq!(answer.answer, PersonOutcome::MobileDiffers);
    provider.stop().await;
}

#[actix_web::test]
async fn edge_case_28_a_revoked_company_is_found_revoked_and_may_not_sign() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let question = Question::Company {
        code: "91330112MA00000159".to_owned(),
        name: "杭州示例青穗茶业有限公司".to_owned(),
        nonce: nonce("company"),
    };
    let found = client(&provider).company(question).await.unwrap().answer;
    assert_eq!((found.name_matches, found.status), (true, CompanyStatus::Revoked));
    assert!(!found.status.may_sign());
    provider.stop().await;
}

fn portrait() -> Question {
    Question::Portrait {
        document_kind: "resident_id".to_owned(),
        document_number: NUMBER.to_owned(),
        name: "林嘉伟".to_owned(),
        nonce: nonce("portrait"),
    }
}

#[actix_web::test]
async fn a_portrait_is_the_one_whose_digest_was_signed() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let found = client(&provider).portrait(portrait()).await.unwrap().answer.unwrap();
    assert_eq!((found.bytes.as_slice(), found.sha256), (PORTRAIT, Digest::of(PORTRAIT)));
    provider.stop().await;

    let liar = Provider::start(Fault::OtherPicture, clock().now());
    let refused = client(&liar).portrait(portrait()).await.unwrap_err();
    assert!(matches!(refused, NotAnswered::NotBelieved(_)), "{refused}");
    liar.stop().await;
}

#[actix_web::test]
async fn the_registrys_own_check_and_a_missing_seal_are_answers_too() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let client = client(&provider);
    let question = Question::Registry {
        document_kind: "resident_id".to_owned(),
        document_number: NUMBER.to_owned(),
        name: "林嘉伟".to_owned(),
        nonce: nonce("registry"),
    };
    assert_eq!(client.verified_at(question).await.unwrap().answer, Some(clock().now()));
    let question = Question::Seal {
        code: "91330112MA00000159".to_owned(),
        document_sha256: Digest::of(b"document"),
        nonce: nonce("seal"),
    };
    assert_eq!(client.sealed(question).await.unwrap().answer, None);
    provider.stop().await;
}

#[actix_web::test]
async fn a_companys_seal_is_found_with_its_kind_and_its_time() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let question = Question::Seal {
        code: SEALED.0.to_owned(),
        document_sha256: Digest::of(b"document"),
        nonce: nonce("seal"),
    };
    let found = client(&provider).sealed(question.clone()).await.unwrap();
    let wanted = SealFound { kind: SealKind::ElectronicSeal, sealed_at: SEALED.1.parse().unwrap() };
    assert_eq!(found.answer, Some(wanted));
    let envelope = Envelope::from_json(&found.envelope).unwrap();
    let signed =
        Attestation::open(&envelope, std::slice::from_ref(&provider.key)).unwrap().into_statement();
    assert_eq!(signed.question_sha256, question.digest().unwrap());
    provider.stop().await;

    // Somebody else's key says the same: it is no answer.
    let liar = Provider::start(Fault::OtherKey, clock().now());
    let refused = client(&liar).sealed(question).await.unwrap_err();
    assert!(matches!(refused, NotAnswered::NotBelieved(_)), "{refused}");
    liar.stop().await;
}

#[actix_web::test]
async fn a_busy_provider_is_asked_again_twice_with_the_same_nonce_and_no_more() {
    let provider = Provider::start(Fault::BusyTwice, clock().now());
    assert!(client(&provider).person(person(None)).await.is_ok());
    let calls = provider.calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|nonce| *nonce == calls[0]));
    provider.stop().await;

    let provider = Provider::start(Fault::AlwaysBusy, clock().now());
    let refused = client(&provider).person(person(None)).await.unwrap_err();
    assert!(matches!(refused, NotAnswered::Unreachable(_)));
    assert_eq!(provider.calls.lock().unwrap().len(), 3);
    provider.stop().await;
}

#[actix_web::test]
async fn what_breaks_the_contract_is_no_answer_and_no_message_holds_a_number_or_the_token() {
    for fault in [
        Fault::OtherKey,
        Fault::OtherQuestion,
        Fault::OtherKind,
        Fault::OtherName,
        Fault::OldAnswer,
        Fault::OtherMediaType,
        Fault::TooLong,
        Fault::Garbage,
    ] {
        let provider = Provider::start(fault, clock().now());
        let refused = client(&provider).person(person(None)).await.unwrap_err();
        assert!(matches!(refused, NotAnswered::NotBelieved(_)), "{fault:?}: {refused}");
        let said = format!("{refused} {refused:?} {:?}", client(&provider));
        assert!(!said.contains(NUMBER) && !said.contains(TOKEN) && !said.contains("林"), "{said}");
        provider.stop().await;
    }
    let provider = Provider::start(Fault::Redirect, clock().now());
    let refused = client(&provider).person(person(None)).await.unwrap_err();
    assert_eq!(refused, NotAnswered::Refused(307));
    provider.stop().await;
}

#[actix_web::test]
async fn a_wrong_credential_and_a_provider_that_is_not_there_are_told_apart() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let wrong = ProviderSettings { token: "wrong".to_owned().into(), ..settings(&provider) };
    let stranger = HttpIdentityProvider::new(wrong, clock()).unwrap();
    assert_eq!(stranger.person(person(None)).await.unwrap_err(), NotAnswered::Refused(401));
    let client = client(&provider);
    provider.stop().await;
    let gone = client.person(person(None)).await.unwrap_err();
    assert!(matches!(gone, NotAnswered::Unreachable(_)), "{gone}");
}

#[actix_web::test]
async fn plain_http_to_another_machine_and_a_provider_without_key_are_refused() {
    let provider = Provider::start(Fault::Nothing, clock().now());
    let plain = ProviderSettings { url: "http://192.0.2.1/v1".to_owned(), ..settings(&provider) };
    let refused = HttpIdentityProvider::new(plain, clock()).unwrap_err();
    assert!(matches!(refused, IdentityClientError::PlainHttp));
    let nobody = ProviderSettings { keys: Vec::new(), ..settings(&provider) };
    let refused = HttpIdentityProvider::new(nobody, clock()).unwrap_err();
    assert!(matches!(refused, IdentityClientError::NoKey));
    provider.stop().await;
}
