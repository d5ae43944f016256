//! A look at a filing that a search found: what it shows, each look a record, and holds.

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_registration::capture_photo::{CapturePhoto, SentAction, capture_photo};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::document_pages::document_pages;
use heqi_registration::keep_strokes::{KeepStrokes, keep_strokes};
use heqi_registration::legal_hold::{LiftHold, PlaceHold};
use heqi_registration::regulator::looks::{bundle, lift_hold, photo, place_hold};
use heqi_registration::regulator::search::{OPEN_MS, results};
use heqi_registration::regulator::traces::ActionWord;
use heqi_registration::request::StaffRole;
use heqi_testkit::{Device, files};
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Provenance, RecordId};

use super::{NUMBER, by_company, member, regulator, signed, typed};
use crate::entry::{contact, declare};
use crate::handover::STROKES;
use crate::world::World;

#[tokio::test]
async fn a_filing_is_seen_only_through_an_own_open_search_that_found_it() {
    let (world, drafted) = signed().await;
    let other = world.open().await;
    world.index().await;
    let by_person = typed(|t| t.person_number = NUMBER.into());
    let query = world.search(&regulator(), &by_person).await.unwrap();
    assert!(world.dossier(query, drafted.filing).await.is_ok());
    let before = world.entries().await;
    // Not found by it, of somebody else, and no search at all.
    assert_eq!(world.dossier(query, other).await.unwrap_err().code(), "filing_not_found");
    let colleague = member(9, StaffRole::Regulator);
    let theirs = world.search(&colleague, &by_company()).await.unwrap();
    let refused = world.dossier(theirs, drafted.filing).await.unwrap_err();
    assert_eq!(refused.code(), "query_not_found");
    let nothing = RecordId::from_bytes([7; 16]);
    assert_eq!(world.dossier(nothing, drafted.filing).await.unwrap_err().code(), "query_not_found");
    let refused = results(&world.platform, &regulator(), theirs, None).await.unwrap_err();
    assert_eq!(refused.code(), "query_not_found");
    assert_eq!(world.entries().await, before + 1, "only the colleague's search was recorded");
    // A day later the search opens nothing any more.
    world.clock.advance_ms(OPEN_MS);
    assert_eq!(world.dossier(query, drafted.filing).await.unwrap_err().code(), "query_over");
    let refused = results(&world.platform, &regulator(), query, None).await.unwrap_err();
    assert_eq!(refused.code(), "query_over");
}

#[tokio::test]
async fn every_look_is_a_record_apart_from_the_filings_own_chain() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let (platform, facts) = (&world.platform, world.facts());
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let at = (query, drafted.filing);
    let signature = &seen.signatures[0];
    assert!(signature.has_photo);
    let before = world.entries().await;
    let jpeg = photo(platform, &regulator(), &facts, at, signature.record).await.unwrap();
    assert!(jpeg.starts_with(&[0xff, 0xd8]));
    assert_eq!(world.entries().await, before + 1);
    let exported = bundle(platform, &regulator(), &facts, at, signature.record).await.unwrap();
    assert!(exported.file_name.starts_with("PZ") && exported.bytes.starts_with(b"PK"));
    assert_eq!(world.entries().await, before + 2);
    // A record of another filing is not there.
    let elsewhere = world.drafted(1).await;
    let strange = world.all_sign(&elsewhere).await[0].1.record_id;
    let refused = photo(platform, &regulator(), &facts, at, strange).await.unwrap_err();
    assert_eq!(refused.code(), "record_not_found");
    // The looks are not in the chain that parties see, and the second page lists none of them.
    let again = world.dossier(query, drafted.filing).await.unwrap();
    assert_eq!(again.events.len(), seen.events.len());
    assert!(again.events.iter().all(|event| event.kind != RecordKind::RegulatorView));
    assert_ne!(again.look, seen.look);
    assert!(again.look.1 > seen.look.1);
}

#[tokio::test]
async fn one_device_or_address_behind_two_people_is_one_thing_and_the_look_says_what_it_opened() {
    let (world, drafted) = signed().await;
    let other = contact(Some("13800002222"), None, None);
    declare(&world, drafted.filing, drafted.parties[1], other).await.unwrap();
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let [first, second] = [0, 1].map(|at| seen.signatures[at].traces.ties.clone());
    let [one, another] = [first.phone.unwrap(), second.phone.unwrap()];
    assert_ne!(one.number, another.number);
    let mut labels = [one.label, another.label];
    labels.sort();
    assert_eq!(labels, ["+86****1111", "+86****2222"], "never the whole number");
    // Both signed at the computer of the test.
    assert_eq!(first.address, second.address);
    assert!(first.address.is_some() && first.device == second.device);

    let (platform, facts) = (&world.platform, world.facts());
    let look = disclose(platform, &world.staff, &facts, seen.look.0, &Attributes::All).await;
    let look = serde_json::to_vec(&look.unwrap().record).unwrap();
    let look = Disclosure::parse(&look).unwrap();
    let opened = look.value("attributes_opened").unwrap().to_string();
    for name in [
        "party_name",
        "client_address",
        "seconds",
        "page_seconds",
        "client.strokes_sha256",
        "strokes",
        "mobile",
    ] {
        assert!(opened.contains(name), "{name} was shown and is not in {opened}");
    }
}

#[tokio::test]
async fn how_long_each_page_was_in_view_and_what_was_written_are_in_the_dossier() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let document = drafted.document.document_id;
    let pages = document_pages(&world.platform, &visitor.actor, document).await.unwrap();
    crate::reading::read(&world, &visitor, &pages).await.unwrap();
    let (begun, photo) = world.ready(&visitor).await;
    let written = KeepStrokes { signing: begun.signing_id, bytes: STROKES.into() };
    keep_strokes(&world.platform, &world.request(&visitor.actor), written).await.unwrap();
    let mut values = Device::values(photo, world.clock.now());
    let digest = Digest::of(STROKES).to_string();
    values.insert("strokes_sha256", (digest.into(), Provenance::Reported));
    let command = visitor.answer_with(&begun, &values, |_| {});
    world.complete(&visitor, command).await.unwrap();
    // Somebody who read elsewhere and wrote nothing.
    let other = world.visitor(drafted.filing, drafted.parties[1]).await;
    world.sign(&other).await;
    world.index().await;

    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let left = &seen.signatures[0].traces;
    let [dwell] = &left.dwell[..] else { panic!("one document: {:?}", left.dwell) };
    assert_eq!((&*dwell.title, dwell.seconds), ("公司章程", 19));
    assert_eq!(dwell.page_seconds, [12, 0, 7]);
    let drawn = left.handwriting.as_ref().unwrap();
    assert_eq!((drawn.width, drawn.height, &drawn.typed), (640, 320, &None));
    assert_eq!(drawn.strokes, [vec![[1, 2, 0], [3, 4, 16]]]);
    let nothing = &seen.signatures[1].traces;
    assert!(nothing.dwell.is_empty() && nothing.handwriting.is_none());
}

#[tokio::test]
async fn edge_case_19_the_dossier_says_what_came_of_each_action_and_shows_no_frame() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    let mut sent: Vec<SentAction> =
        begun.actions.iter().map(|action| SentAction { action: *action, frame: None }).collect();
    sent[1].frame = Some(files::photo("a frame").into());
    let photo = files::photo(&visitor.label);
    let command =
        CapturePhoto { actions: sent, ..CapturePhoto::of(begun.signing_id, photo.clone()) };
    capture_photo(&world.platform, &world.request(&visitor.actor), command).await.unwrap();
    let answer = visitor.answer(&begun, Digest::of(&photo), world.clock.now());
    world.complete(&visitor, answer).await.unwrap();
    // A program that sends none.
    let other = world.visitor(drafted.filing, drafted.parties[1]).await;
    world.sign(&other).await;
    world.index().await;

    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let seen = world.dossier(query, drafted.filing).await.unwrap();
    let said = |at: usize| {
        let actions = &seen.signatures[at].traces.actions;
        actions.iter().map(|said| (said.asked, said.result)).collect::<Vec<_>>()
    };
    let [first, second] = begun.actions[..] else { panic!("{:?}", begun.actions) };
    assert_eq!(said(0), [(first, ActionWord::NotDone), (second, ActionWord::Frame)]);
    assert!(said(1).iter().all(|(_, result)| *result == ActionWord::Missing));
    assert_eq!(said(1).len(), 2);
    let facts = world.facts();
    let look = disclose(&world.platform, &world.staff, &facts, seen.look.0, &Attributes::All).await;
    let look = serde_json::to_vec(&look.unwrap().record).unwrap();
    let opened = Disclosure::parse(&look).unwrap();
    let opened = opened.value("attributes_opened").unwrap().to_string();
    assert!(opened.contains("photo_format"), "what was shown stands in the record of the look");
}

#[tokio::test]
async fn a_filing_with_more_records_than_one_page_lists_goes_on_on_the_next() {
    let (world, drafted) = signed().await;
    let filing = drafted.filing;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let before = world.dossier(query, filing).await.unwrap();
    assert_eq!(before.not_listed, 0);
    for _ in 0..500 {
        let command = PlaceHold { filing, reason: "（2026）示例行初1号".into() };
        let request = world.request(&regulator());
        place_hold(&world.platform, &request, query, command).await.unwrap();
    }
    let seen = world.dossier(query, filing).await.unwrap();
    assert_eq!((seen.events.len(), seen.not_listed), (500, before.events.len()));
    assert_eq!((seen.previous, seen.next), (None, Some(500)));
    let rest = world.dossier_from(query, filing, 500).await.unwrap();
    assert_eq!((rest.events.len(), rest.not_listed), (before.events.len(), 0));
    assert_eq!((rest.from, rest.previous, rest.next), (500, Some(0), None));
    assert_eq!(rest.events.first().unwrap().seq, seen.events.last().unwrap().seq + 1);
    assert_ne!(rest.look.0, seen.look.0, "each page is a look of its own");
    // From the middle of what was signed, the later signatures are there with their verdicts.
    let at = before.events.iter().position(|one| one.kind == RecordKind::Signing).unwrap();
    let behind = world.dossier_from(query, filing, at + 1).await.unwrap();
    assert_eq!(behind.signatures.len(), before.signatures.len() - 1);
    assert!(behind.signatures.iter().all(|one| one.verdict.is_some()));
    // Behind the last there is no page, and nobody looked.
    let total = 500 + before.events.len();
    let entries = world.entries().await;
    let nothing = world.dossier_from(query, filing, total).await.unwrap_err();
    assert_eq!(nothing.code(), "record_not_found");
    assert_eq!(world.entries().await, entries);
}

#[tokio::test]
async fn a_regulator_places_and_lifts_a_hold_over_what_it_has_found() {
    let (world, drafted) = signed().await;
    let query = world.search(&regulator(), &by_company()).await.unwrap();
    let filing = drafted.filing;
    let command = || PlaceHold { filing, reason: "（2026）示例行初1号".into() };
    let request = world.request(&regulator());
    let changed = place_hold(&world.platform, &request, query, command()).await.unwrap();
    let seen = world.dossier(query, filing).await.unwrap();
    assert_eq!(seen.holds.iter().map(|(hold, _)| *hold).collect::<Vec<_>>(), [changed.hold_id]);
    assert!(seen.events.iter().any(|event| event.kind == RecordKind::LegalHold));
    let lift = LiftHold { filing, hold: changed.hold_id, reason: "案件已结".into() };
    let request = world.request(&regulator());
    lift_hold(&world.platform, &request, query, lift.clone()).await.unwrap();
    assert!(world.dossier(query, filing).await.unwrap().holds.is_empty());
    let request = world.request(&regulator());
    let twice = lift_hold(&world.platform, &request, query, lift).await.unwrap_err();
    assert_eq!(twice.code(), "hold_not_in_force");
    // Without a search that found it, nothing.
    let elsewhere = world.open().await;
    let command = PlaceHold { filing: elsewhere, reason: "（2026）示例行初1号".into() };
    let request = world.request(&regulator());
    let refused = place_hold(&world.platform, &request, query, command).await.unwrap_err();
    assert_eq!(refused.code(), "filing_not_found");
}
