//! Bad input at the moment of signing: a specific refusal, and nothing changed.

use heqi_evidence::statement::SigningStatement;
use heqi_filing::{ConsentKind, Decision};
use heqi_pki::keys::Algorithm;
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::begin_signing::{BeginSigning, SigningBegun, begin_signing};
use heqi_registration::complete_signing::{CompleteSigning, CompleteSigningError, StatementPart};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language, PartyId, Provenance};
use serde_json::Value;

use crate::world::{Drafted, Visitor, World};

/// Changes a statement before it is signed.
type Change = Box<dyn FnOnce(&mut SigningStatement)>;

/// A signer with a challenge and a photo.
struct Ready {
    world: World,
    drafted: Drafted,
    visitor: Visitor,
    begun: SigningBegun,
    photo: Digest,
}

impl Ready {
    async fn new() -> Self {
        let world = World::new().await;
        let drafted = world.drafted(2).await;
        let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
        let (begun, photo) = world.ready(&visitor).await;
        Self { world, drafted, visitor, begun, photo }
    }

    fn honest(&self) -> CompleteSigning {
        self.visitor.answer(&self.begun, self.photo, self.world.clock.now())
    }

    fn twisted(&self, change: impl FnOnce(&mut SigningStatement)) -> CompleteSigning {
        let values = Device::values(self.photo, self.world.clock.now());
        self.visitor.answer_with(&self.begun, &values, change)
    }

    /// Refused, with this code, and nothing in the store is other than before.
    async fn refused(&self, answer: CompleteSigning, code: &str) -> CompleteSigningError {
        let before = self.world.contents().await;
        let error = self.world.complete(&self.visitor, answer).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_ne!(error.class(), Class::Internal);
        for language in [Language::Zh, Language::En] {
            let told = error.explain(language);
            assert!(!told.what.is_empty() && !told.next.is_empty());
            assert!(!told.what.contains('{') && !told.next.contains('{'), "{told:?}");
        }
        assert_eq!(self.world.contents().await, before);
        error
    }

    /// After whatever was refused, the honest answer is still taken.
    async fn still_signs(&self) {
        self.world.complete(&self.visitor, self.honest()).await.unwrap();
    }
}

/// A signer's certificate is used once: what was signed is taken once, another signing has another certificate, and
/// one of before is refused in it.
#[tokio::test]
async fn nothing_is_signed_twice_under_one_certificate() {
    let ready = Ready::new().await;
    let (begun, photo) = (&ready.begun, ready.photo);
    // Begun anew before anything was signed: the first certificate signs nothing any more.
    let (again, photo_again) = ready.world.ready(&ready.visitor).await;
    assert_ne!(again.certificate_sha256, begun.certificate_sha256);
    let late = ready.visitor.answer(begun, photo, ready.world.clock.now());
    assert!(ready.world.complete(&ready.visitor, late).await.is_err());
    // Nor does it in the place of the second.
    let old = begun.certificate_sha256;
    let values = Device::values(photo_again, ready.world.clock.now());
    let swapped = ready.visitor.answer_with(&again, &values, |s| s.certificate_sha256 = old);
    ready.refused(swapped, "statement_differs").await;
    // The second signs, once: whatever is signed under it afterwards is refused and leaves nothing.
    let answer = || ready.visitor.answer(&again, photo_again, ready.world.clock.now());
    ready.world.complete(&ready.visitor, answer()).await.unwrap();
    ready.world.clock.advance_ms(1_000);
    let before = ready.world.contents().await;
    let refused = ready.world.complete(&ready.visitor, answer()).await.unwrap_err();
    assert_ne!(refused.class(), Class::Internal, "{refused}");
    assert_eq!(ready.world.contents().await, before);
    // Another signer of the same filing has a certificate of its own.
    let other = ready.world.visitor(ready.drafted.filing, ready.drafted.parties[1]).await;
    let (others, _) = ready.world.ready(&other).await;
    assert_ne!(others.certificate_sha256, again.certificate_sha256);
}

#[tokio::test]
async fn each_member_of_the_statement_must_be_what_the_challenge_asks() {
    let ready = Ready::new().await;
    let other = Digest::of(b"other");
    let changes: Vec<(StatementPart, Change)> = vec![
        (StatementPart::Challenge, Box::new(move |s| s.challenge = other)),
        (StatementPart::Party, Box::new(|s| s.party = PartyId::from_bytes([9; 16]))),
        (StatementPart::Capacities, Box::new(|s| s.capacities = vec!["supervisor".into()])),
        (StatementPart::Capacities, Box::new(|s| s.capacities.clear())),
        (StatementPart::Documents, Box::new(|s| s.documents.clear())),
        (StatementPart::Documents, Box::new(move |s| s.documents[0].sha256 = other)),
        (StatementPart::Documents, Box::new(|s| s.documents[0].pages += 1)),
        (StatementPart::Documents, Box::new(move |s| s.documents[0].page_images = vec![other])),
        (StatementPart::Certificate, Box::new(move |s| s.certificate_sha256 = other)),
        (StatementPart::Origin, Box::new(|s| s.origin = "log.example/other".into())),
        (StatementPart::Intent, Box::new(move |s| s.intent_sha256 = other)),
        (StatementPart::Consents, Box::new(|s| s.consents.truncate(1))),
        (StatementPart::Consents, Box::new(|s| s.consents.reverse())),
        (StatementPart::ClientRoot, Box::new(move |s| s.client_root = other)),
    ];
    for (part, change) in changes {
        let error = ready.refused(ready.twisted(change), "statement_differs").await;
        assert!(
            matches!(error, CompleteSigningError::StatementDiffers(found) if found == part),
            "{part}: {error}"
        );
    }
    ready.still_signs().await;
}

#[tokio::test]
async fn a_statement_for_another_filing_is_refused() {
    let ready = Ready::new().await;
    let elsewhere = ready.world.drafted(1).await;
    let mut visitor = ready.world.visitor(elsewhere.filing, elsewhere.parties[0]).await;
    // The same device and key in both filings.
    visitor.device = Device::new(Algorithm::Ed25519, 5, &ready.visitor.label);
    let (begun, photo) = ready.world.ready(&visitor).await;
    let stray = visitor.answer(&begun, photo, ready.world.clock.now());
    let stray = CompleteSigning { signing: ready.begun.signing_id, ..stray };
    ready.refused(stray, "statement_differs").await;

    // And the other signing itself is not this signer's to complete.
    let foreign = visitor.answer(&begun, photo, ready.world.clock.now());
    ready.refused(foreign, "signing_not_found").await;
    ready.still_signs().await;
}

#[tokio::test]
async fn a_signature_by_another_key_or_over_other_bytes_is_refused() {
    let ready = Ready::new().await;
    let other = Visitor {
        actor: ready.visitor.actor.clone(),
        device: Device::new(Algorithm::Ed25519, 6, "another device"),
        label: "other".into(),
    };
    let answer = other.answer(&ready.begun, ready.photo, ready.world.clock.now());
    ready.refused(answer, "signature_other_key").await;

    let honest = ready.honest();
    let mut envelope: Value = serde_json::from_slice(&honest.envelope).unwrap();
    let others: Value =
        serde_json::from_slice(&ready.twisted(|s| s.challenge = Digest::of(b"x")).envelope)
            .unwrap();
    envelope["payload"] = others["payload"].clone();
    let spoilt = CompleteSigning { envelope: serde_json::to_vec(&envelope).unwrap(), ..honest };
    ready.refused(spoilt, "signature_invalid").await;
    ready.still_signs().await;
}

#[tokio::test]
async fn what_is_no_envelope_or_no_tree_is_refused() {
    let ready = Ready::new().await;
    let honest = ready.honest();
    for envelope in [b"".to_vec(), b"{}".to_vec(), vec![b' '; 300 * 1024], b"<html>".to_vec()] {
        let answer = CompleteSigning { envelope, ..honest.clone() };
        ready.refused(answer, "envelope_malformed").await;
    }
    let pretty: Value = serde_json::from_slice(&honest.client).unwrap();
    let pretty = serde_json::to_vec_pretty(&pretty).unwrap();
    let partly =
        ready.visitor.device.attributes(&Device::values(ready.photo, ready.world.clock.now()));
    let partly = partly.disclose(|name| name != "place").unwrap();
    for client in [b"".to_vec(), b"{}".to_vec(), vec![b'x'; 70 * 1024], pretty, partly] {
        let answer = CompleteSigning { client, ..honest.clone() };
        ready.refused(answer, "client_malformed").await;
    }
    ready.still_signs().await;
}

#[tokio::test]
async fn a_device_tree_must_say_when_and_which_photo_and_claim_only_its_own_words() {
    let ready = Ready::new().await;
    let honest = Device::values(ready.photo, ready.world.clock.now());
    let with = |name, value| {
        let mut values = honest.clone();
        values.insert(name, value);
        ready.visitor.answer_with(&ready.begun, &values, |_| {})
    };
    let absent = (Value::Null, Provenance::Absent);
    let reported = |value: &str| (Value::from(value), Provenance::Reported);
    for (name, value) in [
        ("signed_at", absent.clone()),
        ("signed_at", reported("today")),
        ("photo_sha256", absent.clone()),
        ("photo_sha256", reported("a photo")),
        ("strokes_sha256", reported("a line")),
        ("place", reported("临安")),
        ("screen", (Value::from("390x844"), Provenance::Observed)),
    ] {
        let error = ready.refused(with(name, value), "client_attribute").await;
        assert!(matches!(error, CompleteSigningError::ClientAttribute(found) if found == name));
    }
    ready.still_signs().await;
}

#[tokio::test]
async fn a_photo_that_is_not_the_one_received_is_refused() {
    let ready = Ready::new().await;
    let other = Digest::of(&files::photo("another"));
    let answer = ready.visitor.answer(&ready.begun, other, ready.world.clock.now());
    ready.refused(answer, "photo_mismatch").await;
    ready.still_signs().await;
}

#[tokio::test]
async fn without_a_photo_nothing_is_signed() {
    let ready = Ready::new().await;
    let visitor = ready.world.visitor(ready.drafted.filing, ready.drafted.parties[1]).await;
    let begun = ready.world.begin(&visitor).await;
    let answer = visitor.answer(&begun, ready.photo, ready.world.clock.now());
    let before = ready.world.contents().await;
    let error = ready.world.complete(&visitor, answer).await.unwrap_err();
    assert_eq!(error.code(), "photo_missing");
    assert_eq!(ready.world.contents().await, before);
}

#[tokio::test]
async fn a_challenge_is_answered_once() {
    let ready = Ready::new().await;
    let answer = ready.honest();
    ready.world.complete(&ready.visitor, answer.clone()).await.unwrap();
    let before = ready.world.contents().await;
    let replayed = ready.world.complete(&ready.visitor, answer).await.unwrap_err();
    assert_eq!((replayed.code(), replayed.class()), ("ceremony_signed", Class::Conflict));
    assert_eq!(ready.world.contents().await, before);
}

#[tokio::test]
async fn a_replaced_challenge_is_not_answered_any_more() {
    let ready = Ready::new().await;
    let answer = ready.honest();
    let (begun, photo) = ready.world.ready(&ready.visitor).await;
    ready.refused(answer, "challenge_not_live").await;
    let answer = ready.visitor.answer(&begun, photo, ready.world.clock.now());
    ready.world.complete(&ready.visitor, answer).await.unwrap();
}

#[tokio::test]
async fn an_expired_challenge_is_refused_and_a_new_one_is_given() {
    let ready = Ready::new().await;
    ready.world.clock.set(ready.begun.expires_at);
    ready.refused(ready.honest(), "challenge_expired").await;
    let (begun, photo) = ready.world.ready(&ready.visitor).await;
    ready.world.clock.set(begun.expires_at.plus_millis(-1));
    let answer = ready.visitor.answer(&begun, photo, ready.world.clock.now());
    ready.world.complete(&ready.visitor, answer).await.unwrap();
}

#[tokio::test]
async fn a_record_is_never_later_than_its_challenge() {
    // Another party's record in the last millisecond pushes this one beyond the end.
    let ready = Ready::new().await;
    let last = ready.begun.expires_at.plus_millis(-1);
    let other = ready.world.visitor(ready.drafted.filing, ready.drafted.parties[1]).await;
    ready.world.clock.set(last);
    ready.world.consent(&other.actor, ConsentKind::Location, Decision::Refused).await;
    ready.refused(ready.honest(), "challenge_expired").await;
}

#[tokio::test]
async fn a_document_that_changed_since_it_was_read_is_not_signed() {
    let ready = Ready::new().await;
    let command = AttachDocument {
        filing: ready.drafted.filing,
        title: "公司章程".parse().unwrap(),
        replaces: Some(ready.drafted.document.document_id),
        bytes: files::pdf("Articles, changed", 2).into(),
    };
    let request = ready.world.request(&ready.world.staff);
    let attached = attach_document(&ready.world.platform, &request, command).await.unwrap();
    assert_eq!(attached.version, 2);
    let refused = ready.refused(ready.honest(), "document_changed").await;
    for language in [Language::Zh, Language::En] {
        let told = refused.explain(language).what;
        assert!(told.contains("公司章程"), "it is named: {told}");
    }
    let (begun, photo) = ready.world.ready(&ready.visitor).await;
    assert_eq!(begun.documents[0].document_id, attached.document_id);
    let answer = ready.visitor.answer(&begun, photo, ready.world.clock.now());
    ready.world.complete(&ready.visitor, answer).await.unwrap();
}

#[tokio::test]
async fn a_withdrawn_consent_voids_the_challenge() {
    let ready = Ready::new().await;
    ready
        .world
        .consent(&ready.visitor.actor, ConsentKind::NotaryProvision, Decision::Refused)
        .await;
    ready.refused(ready.honest(), "signing_not_begun").await;
    let command = BeginSigning {
        device_key: ready.visitor.device.key().public_key().to_spki_der(),
        language: Language::En,
    };
    let request = ready.world.request(&ready.visitor.actor);
    let refused = begin_signing(&ready.world.platform, &request, command).await.unwrap_err();
    assert_eq!(refused.class(), Class::Conflict);
}

#[tokio::test]
async fn a_position_is_not_taken_without_consent() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    world.consent(&visitor.actor, ConsentKind::Location, Decision::Refused).await;
    let (begun, photo) = world.ready(&visitor).await;
    let mut values = Device::values(photo, world.clock.now());
    let answer = visitor.answer_with(&begun, &values, |_| {});
    let before = world.contents().await;
    let refused = world.complete(&visitor, answer).await.unwrap_err();
    assert_eq!(refused.code(), "position_without_consent");
    assert_eq!(world.contents().await, before);
    values.insert("place", (Value::Null, Provenance::Refused));
    world.complete(&visitor, visitor.answer_with(&begun, &values, |_| {})).await.unwrap();
}

#[tokio::test]
async fn a_skewed_clock_is_recorded_and_not_refused() {
    for skew_ms in [-3_600_000, 86_400_000 * 365] {
        let ready = Ready::new().await;
        let values = Device::values(ready.photo, ready.world.clock.now().plus_millis(skew_ms));
        let answer = ready.visitor.answer_with(&ready.begun, &values, |_| {});
        let receipt = ready.world.complete(&ready.visitor, answer).await.unwrap();
        let attributes = Attributes::listed("clock_offset_ms,received_at");
        let disclosed = disclose(
            &ready.world.platform,
            &ready.visitor.actor,
            &ready.world.facts(),
            receipt.record_id,
            &attributes,
        )
        .await
        .unwrap();
        let opened = disclosed.record["attributes"].as_array().unwrap();
        let offset = opened.iter().find(|slot| slot[2] == "clock_offset_ms").unwrap();
        assert_eq!((&offset[3], &offset[4]), (&Value::from(skew_ms), &Value::from("observed")));
    }
}

#[tokio::test]
async fn a_key_the_platform_does_not_verify_with_begins_nothing() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let before = world.contents().await;
    for device_key in [Vec::new(), vec![0x30; 44], vec![0; 4096]] {
        let command = BeginSigning { device_key, language: Language::Zh };
        let refused = begin_signing(&world.platform, &world.request(&visitor.actor), command).await;
        assert_eq!(refused.unwrap_err().code(), "device_key_malformed");
    }
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_p256_device_signs_as_well() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let mut visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    visitor.device = Device::new(Algorithm::P256, 5, "P-256");
    let receipt = world.sign(&visitor).await;
    assert_eq!(receipt.logged.index + 1, receipt.logged.size);
}
