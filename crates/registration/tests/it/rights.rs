//! Who may do what: deny by default, and a token is good for its own ceremony only.

use std::collections::BTreeSet;

use heqi_filing::{Capacity, ConsentKind, ConsentText, Decision, Matter, PartyKind};
use heqi_registration::access::{
    CreateApiKey, CreateApiKeyError, NextEnd, api_keys, authenticate, create_api_key, hash_of,
    revoke_api_key, rotate_api_key,
};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::begin_signing::{BeginSigning, begin_signing};
use heqi_registration::capture_photo::{CapturePhoto, capture_photo};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::coverage::coverage;
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::give_consent::{GiveConsent, give_consent};
use heqi_registration::invite::{Invite, invite};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::read_document::read_document;
use heqi_registration::receipt::{Wait, receipt};
use heqi_registration::returns::{deposited, receipts};
use heqi_registration::{Actor, Custodian, Scope};
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language};

use crate::world::World;

async fn key(world: &World, scopes: &[Scope]) -> Actor {
    let hash = hash_of(&format!("heqi_{scopes:?}"));
    let scopes = scopes.iter().copied().collect();
    let command = CreateApiKey { label: "x".into(), scopes, custodian: None, ends_at: None, hash };
    create_api_key(&world.platform, command).await.unwrap();
    authenticate(&world.platform, hash).await.unwrap()
}

#[tokio::test]
async fn a_key_made_for_a_time_lets_nobody_in_from_its_end_on_and_its_successor_has_an_end_of_its_own()
 {
    let world = World::new().await;
    let end = world.clock.now().plus_millis(1000);
    let (hash, next) = (hash_of("heqi_for_a_time"), hash_of("heqi_next"));
    let scopes = BTreeSet::from([Scope::Coverage]);
    let command =
        CreateApiKey { label: "x".into(), scopes, custodian: None, ends_at: Some(end), hash };
    let id = create_api_key(&world.platform, command).await.unwrap();
    let later = NextEnd::At(end.plus_millis(1000));
    rotate_api_key(&world.platform, &id, (next, later), 3_600_000).await.unwrap();
    world.clock.advance_ms(999);
    authenticate(&world.platform, hash).await.unwrap();
    world.clock.advance_ms(1);
    let refused = authenticate(&world.platform, hash).await.unwrap_err();
    assert_eq!(refused.code(), "not_authenticated", "the overlap does not prolong it");
    authenticate(&world.platform, next).await.unwrap();
    world.clock.advance_ms(1000);
    authenticate(&world.platform, next).await.unwrap_err();
}

#[tokio::test]
async fn the_end_of_a_key_goes_over_to_the_one_in_its_place_unless_another_is_said() {
    let world = World::new().await;
    let (now, platform) = (world.clock.now(), &world.platform);
    let (end, other) = (now.plus_millis(10_000), now.plus_millis(20_000));
    for (number, before, said, after) in [
        (0, Some(end), NextEnd::AsBefore, Some(end)),
        (1, None, NextEnd::AsBefore, None),
        (2, Some(end), NextEnd::At(other), Some(other)),
        (3, None, NextEnd::At(other), Some(other)),
        (4, Some(end), NextEnd::Never, None),
    ] {
        let hash = hash_of(&format!("heqi_old_{number}"));
        let (label, scopes) = ("x".into(), BTreeSet::from([Scope::Coverage]));
        let command = CreateApiKey { label, scopes, custodian: None, ends_at: before, hash };
        let old = create_api_key(platform, command).await.unwrap();
        let next = hash_of(&format!("heqi_next_{number}"));
        let id = rotate_api_key(platform, &old, (next, said), 1000).await.unwrap();
        let keys = api_keys(platform, 100).await.unwrap();
        let ends = |id| keys.iter().find(|key| key.id == id).unwrap().ends_at;
        assert_eq!(ends(id), after, "{before:?} {said:?}");
        assert_eq!(ends(old), Some(now.plus_millis(1000)), "the overlap is as it was");
    }
}

#[tokio::test]
async fn a_key_that_was_revoked_or_has_ended_never_comes_back() {
    let world = World::new().await;
    let platform = &world.platform;
    let ends_at = Some(world.clock.now().plus_millis(1000));
    for (name, ends_at) in [("heqi_revoked", None), ("heqi_ended", ends_at)] {
        let hash = hash_of(name);
        let command = || CreateApiKey {
            label: "x".into(),
            scopes: BTreeSet::from([Scope::Coverage]),
            custodian: None,
            ends_at,
            hash,
        };
        let id = create_api_key(platform, command()).await.unwrap();
        let labelled = CreateApiKey { label: "y".into(), ..command() };
        assert_eq!(create_api_key(platform, labelled).await.unwrap(), id, "while it is valid");
        if ends_at.is_none() {
            revoke_api_key(platform, &id).await.unwrap();
        } else {
            world.clock.advance_ms(1000);
        }
        let again = CreateApiKey { ends_at: None, ..command() };
        let refused = create_api_key(platform, again).await.unwrap_err();
        assert!(matches!(refused, CreateApiKeyError::Over), "{refused}");
        assert_eq!(authenticate(platform, hash).await.unwrap_err().code(), "not_authenticated");
    }
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_nothing_else() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let signed = world.all_sign(&drafted).await;
    let record = signed[0].1.record_id;
    for scope in [None, Some(Scope::Filings), Some(Scope::Evidence), Some(Scope::Coverage)] {
        let actor = key(&world, scope.as_slice()).await;
        let platform = &world.platform;
        let opening = OpenFiling {
            matter: Matter::Change,
            company_name: "示例公司".parse().unwrap(),
            handler_name: None,
            number: None,
        };
        let opened = open_filing(platform, &world.request(&actor), opening).await.is_ok();
        let party = AddParty {
            filing: drafted.filing,
            who: PartyKind::Person { name: "吴敏".parse().unwrap() },
            capacities: BTreeSet::from([Capacity::Shareholder]),
        };
        let added = add_party(platform, &world.request(&actor), party).await.unwrap_err().class();
        let invitation = Invite { filing: drafted.filing, party: drafted.parties[0] };
        let invited =
            invite(platform, &world.request(&actor), invitation).await.unwrap_err().class();
        let viewed = filing_view(platform, &actor, drafted.filing).await.is_ok();
        let read = read_document(platform, &actor, drafted.document.document_id).await.is_ok();
        let facts = world.facts();
        let none = Attributes::listed("");
        let opened_record = disclose(platform, &actor, &facts, record, &none).await.is_ok();
        let exported = export_bundle(platform, &actor, &facts, record, &none).await.is_ok();
        let counted = coverage(platform, &actor).await.is_ok();
        let receipted = receipt(platform, &actor, record, &Wait::default()).await.is_ok();

        let (filings, evidence) = (scope == Some(Scope::Filings), scope == Some(Scope::Evidence));
        assert_eq!((opened, viewed, read), (filings, filings, filings), "{scope:?}");
        // In scope the state refuses, out of scope the platform.
        let expected = if filings { Class::Conflict } else { Class::Forbidden };
        assert_eq!((added, invited), (expected, expected), "{scope:?}");
        assert_eq!((opened_record, exported), (evidence, evidence), "{scope:?}");
        assert_eq!(counted, scope == Some(Scope::Coverage), "{scope:?}");
        assert_eq!(receipted, filings || evidence, "{scope:?}");
        assert!(ceremony_view(platform, &actor, Language::Zh).await.is_err());
    }
}

#[tokio::test]
async fn a_signer_reaches_its_own_ceremony_and_evidence_only() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let signed = world.all_sign(&drafted).await;
    let elsewhere = world.drafted(1).await;
    let stranger = world.visitor(elsewhere.filing, elsewhere.parties[0]).await;
    let (own, other) = (&signed[0], &signed[1]);
    let platform = &world.platform;
    let facts = world.facts();
    let none = Attributes::listed("");

    assert!(disclose(platform, &own.0.actor, &facts, own.1.record_id, &none).await.is_ok());
    for actor in [&other.0.actor, &stranger.actor] {
        let refused = disclose(platform, actor, &facts, own.1.record_id, &none).await.unwrap_err();
        assert_eq!(refused.class(), Class::NotFound);
        let refused = receipt(platform, actor, own.1.record_id, &Wait::default()).await;
        assert_eq!(refused.unwrap_err().class(), Class::NotFound);
        let confirmed = Confirm {
            filing: drafted.filing,
            party: drafted.parties[0],
            shown_sha256: None,
            statement_sha256: None,
        };
        let refused = confirm(platform, &world.request(actor), confirmed).await.unwrap_err();
        assert!(matches!(refused.class(), Class::Forbidden | Class::NotFound));
    }
    let document = drafted.document.document_id;
    let refused = read_document(platform, &stranger.actor, document).await.unwrap_err();
    assert_eq!(refused.class(), Class::NotFound);
    assert_eq!(
        filing_view(platform, &own.0.actor, drafted.filing).await.unwrap_err().class(),
        Class::Forbidden
    );
    // Staff answers for the handler, never for a signer.
    let command = Confirm {
        filing: drafted.filing,
        party: drafted.parties[0],
        shown_sha256: None,
        statement_sha256: None,
    };
    let refused = confirm(platform, &world.request(&world.staff), command).await.unwrap_err();
    assert_eq!(refused.class(), Class::Forbidden);
}

#[tokio::test]
async fn a_token_is_useless_for_signing_once_its_ceremony_has_ended() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (visitor, receipt) = world.all_sign(&drafted).await.remove(0);
    let platform = &world.platform;
    let before = world.contents().await;
    let kind = ConsentKind::Location;
    let consent = GiveConsent {
        kind,
        decision: Decision::Refused,
        text_sha256: ConsentText::current(kind).digest(Language::Zh),
        language: Language::Zh,
    };
    let refused = give_consent(platform, &world.request(&visitor.actor), consent).await;
    assert_eq!(refused.unwrap_err().code(), "ceremony_signed");
    let begin = BeginSigning { device_key: vec![], language: Language::Zh };
    let refused = begin_signing(platform, &world.request(&visitor.actor), begin).await;
    assert_eq!(refused.unwrap_err().code(), "device_key_malformed");
    let signing = receipt.signing_id.unwrap();
    let photo = CapturePhoto::of(signing, heqi_testkit::files::photo("late"));
    let refused = capture_photo(platform, &world.request(&visitor.actor), photo).await;
    assert_eq!(refused.unwrap_err().code(), "ceremony_signed");
    assert_eq!(world.contents().await, before);

    // What is left: see one's own evidence, confirm, object.
    ceremony_view(platform, &visitor.actor, Language::Zh).await.unwrap();
    let command = Confirm {
        filing: drafted.filing,
        party: drafted.parties[0],
        shown_sha256: None,
        statement_sha256: None,
    };
    confirm(platform, &world.request(&visitor.actor), command).await.unwrap();
}

#[tokio::test]
async fn a_custodian_takes_back_with_its_key_what_it_lost_and_nothing_of_the_other() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    world.all_sign(&drafted).await;
    world.cosign_head().await;
    world.deposit_all().await;
    let platform = &world.platform;
    let returning = async |custodian: Option<Custodian>| {
        let (label, hash) = ("x".into(), hash_of(&format!("heqi_{custodian:?}")));
        let scopes = [Scope::CustodyReturn].into();
        let command = CreateApiKey { label, scopes, custodian, ends_at: None, hash };
        create_api_key(platform, command).await.unwrap();
        authenticate(platform, hash).await.unwrap()
    };
    let (ours, theirs) = (Custodian::Preservation, Custodian::DataCentre);
    let actor = returning(Some(ours)).await;
    let given = receipts(platform, &actor, ours, None, 9).await.unwrap();
    let record = given[0].record_id;
    assert!(!deposited(platform, &actor, ours, record).await.unwrap().is_empty());
    let unbound = returning(None).await;
    let other_scope = key(&world, &[Scope::Evidence]).await;
    for (who, of) in [(&actor, theirs), (&unbound, ours), (&unbound, theirs), (&other_scope, ours)]
    {
        let refused = receipts(platform, who, of, None, 9).await.unwrap_err();
        assert_eq!(refused.class(), Class::Forbidden, "{who:?} {of}");
        let refused = deposited(platform, who, of, record).await.unwrap_err();
        assert_eq!(refused.class(), Class::Forbidden, "{who:?} {of}");
    }
}

#[tokio::test]
async fn a_revoked_or_unknown_key_lets_nobody_in() {
    let world = World::new().await;
    let Actor::ApiKey { id, .. } = key(&world, &[Scope::Evidence]).await else {
        unreachable!("a key is a key")
    };
    let hash = hash_of(&format!("heqi_{:?}", [Scope::Evidence]));
    revoke_api_key(&world.platform, &id).await.unwrap();
    revoke_api_key(&world.platform, &id).await.unwrap();
    let refused = authenticate(&world.platform, hash).await.unwrap_err();
    assert_eq!((refused.code(), refused.class()), ("not_authenticated", Class::Unauthenticated));
    assert!(authenticate(&world.platform, Digest::of(b"guess")).await.is_err());
    assert_eq!(api_keys(&world.platform, 10).await.unwrap().len(), 2);
    let unknown = "key_0123456789abcdef".parse().unwrap();
    let refused = revoke_api_key(&world.platform, &unknown).await.unwrap_err();
    assert_eq!(refused.class(), Class::NotFound);
}

#[tokio::test]
async fn the_text_shown_must_be_of_the_language_named() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let token = world.invite(drafted.filing, drafted.parties[0]).await.token;
    let actor = authenticate(&world.platform, hash_of(&token)).await.unwrap();
    let before = world.contents().await;
    let kind = ConsentKind::Face;
    let text_sha256 = ConsentText::current(kind).digest(Language::En);
    let mut consent =
        GiveConsent { kind, decision: Decision::Granted, text_sha256, language: Language::Zh };
    let refused = give_consent(&world.platform, &world.request(&actor), consent).await;
    assert_eq!(refused.unwrap_err().code(), "consent_language");
    consent.text_sha256 = Digest::of(b"another text");
    let refused = give_consent(&world.platform, &world.request(&actor), consent).await;
    assert_eq!(refused.unwrap_err().class(), Class::BadInput);
    assert_eq!(world.contents().await, before);

    // The same answer again is the same record; another answer is another.
    let first = world.consent(&actor, kind, Decision::Granted).await;
    assert_eq!(world.consent(&actor, kind, Decision::Granted).await, first);
    assert_ne!(world.consent(&actor, kind, Decision::Refused).await, first);
    for _ in 0..15 {
        world.consent(&actor, kind, Decision::Granted).await;
        world.consent(&actor, kind, Decision::Refused).await;
    }
    consent.text_sha256 = ConsentText::current(kind).digest(Language::Zh);
    let refused = give_consent(&world.platform, &world.request(&actor), consent).await;
    assert_eq!(refused.unwrap_err().code(), "consent_changes");
}
