//! What a signer is shown of the documents, and what evidence says of it.

use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_filing::Capacity;
use heqi_registration::acknowledge::{
    Acknowledge, AcknowledgeError, Acknowledged, ShownOnPage, acknowledge,
};
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::document_pages::{DocumentPages, document_pages, page_picture, plain_text};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, Digest, Explain as _, Language, Provenance, RecordId};
use serde_json::{Value, json};

use crate::world::{Visitor, World};

/// Says that a document was read as a page of ours says it.
pub(crate) async fn read(
    world: &World,
    visitor: &Visitor,
    pages: &DocumentPages,
) -> Result<Acknowledged, AcknowledgeError> {
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    let shown = ShownOnPage {
        language: Language::Zh,
        key_points_sha256: view.key_points.sha256().unwrap(),
        pages_sha256: pages.shown_sha256,
        page_seconds: vec![12, 0, 7],
        read_aloud: true,
    };
    let command = Acknowledge {
        document: pages.document,
        sha256: pages.sha256,
        seconds: 19,
        shown: Some(shown),
    };
    acknowledge(&world.platform, &world.request(&visitor.actor), command).await
}

async fn record(world: &World, record: RecordId) -> Disclosure {
    let (platform, facts) = (&world.platform, world.facts());
    let opened = disclose(platform, &world.staff, &facts, record, &Attributes::All).await.unwrap();
    Disclosure::parse(&serde_json::to_vec(&opened.record).unwrap()).unwrap()
}

#[tokio::test]
async fn what_was_shown_is_of_exactly_these_bytes_and_stands_in_evidence_and_signature() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let document = drafted.document.document_id;
    let pages = document_pages(&world.platform, &visitor.actor, document).await.unwrap();
    assert_eq!((pages.sha256, pages.pictures.len()), (drafted.document.sha256, 3));
    let text =
        "Articles, page 1 of 3\n\u{C}Articles, page 2 of 3\n\u{C}Articles, page 3 of 3\n\u{C}";
    assert_eq!(plain_text(&pages.texts), text);
    assert_eq!(pages.text_sha256, Some(Digest::of(text.as_bytes())));

    // The pictures are those that the renderer makes of the file, and their digests are right.
    let mut again = Vec::new();
    heqi_paper::render(std::sync::Arc::new(files::pdf("Articles", 3)), |page| {
        again.push(page.image.bytes);
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    for (number, bytes) in (1..).zip(again) {
        let picture =
            page_picture(&world.platform, &visitor.actor, document, number).await.unwrap();
        assert_eq!(*picture.bytes, bytes);
        assert_eq!(picture.picture.sha256, Digest::of(&bytes));
        assert_eq!(pages.pictures[usize::try_from(number).unwrap() - 1], picture.picture);
    }

    let acknowledged = read(&world, &visitor, &pages).await.unwrap();
    let made = acknowledged.record_id.unwrap();
    let record = record(&world, made).await;
    assert_eq!(record.kind(), RecordKind::DocumentRead);
    let images: Vec<Digest> = pages.pictures.iter().map(|picture| picture.sha256).collect();
    let observed = [
        ("document_sha256", json!(drafted.document.sha256)),
        ("document_pages", json!(3)),
        ("page_images", json!(images)),
        ("renderer", json!(heqi_paper::RENDERER)),
        ("text_sha256", json!(pages.text_sha256)),
        ("text_language", json!("zh-CN")),
    ];
    let reported =
        [("seconds", json!(19)), ("page_seconds", json!([12, 0, 7])), ("read_aloud", json!(true))];
    for (names, provenance) in
        [(&observed[..], Provenance::Observed), (&reported[..], Provenance::Reported)]
    {
        for (name, value) in names {
            let attribute = record.attribute(name).unwrap();
            assert_eq!((&attribute.value, attribute.provenance), (value, provenance), "{name}");
        }
    }
    assert!(record.text("key_points_sha256").is_some());

    // The challenge binds the record, and the device signs the pictures.
    let begun = world.begin(&visitor).await;
    assert_eq!(begun.documents[0].page_images, images);
    let preimage =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &begun.preimage);
    let (preimage, _) = ChallengePreimage::parse(&preimage.unwrap()).unwrap();
    let kinds: Vec<Value> = preimage.prior_records.iter().map(|prior| json!(prior.kind)).collect();
    assert_eq!(kinds.last(), Some(&json!("document_read")));
    let photo = world.capture(&visitor, begun.signing_id, files::photo("x")).await.photo_sha256;
    let answer = visitor.answer(&begun, photo, world.clock.now());
    let receipt = world.complete(&visitor, answer).await.unwrap();
    let signed = self::record(&world, receipt.record_id).await;
    assert_eq!(signed.value("documents").unwrap()[0]["page_images"], json!(images));
}

#[tokio::test]
async fn saying_it_again_is_the_same_record_and_another_program_may_show_the_file_itself() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let command = Acknowledge {
        document: drafted.document.document_id,
        sha256: drafted.document.sha256,
        seconds: 100_000,
        shown: None,
    };
    let ask = async || {
        acknowledge(&world.platform, &world.request(&visitor.actor), command.clone()).await
    };
    let first = ask().await.unwrap();
    assert_eq!((first.seconds, first.by_pictures), (86_400, false));
    let leaves = world.frames().await.len();
    assert_eq!(ask().await.unwrap(), first);
    assert_eq!(world.frames().await.len(), leaves);
    let record = record(&world, first.record_id.unwrap()).await;
    assert_eq!(record.attribute("page_images").unwrap().provenance, Provenance::Absent);
    assert!(world.begin(&visitor).await.documents[0].page_images.is_empty());
}

/// Edge case 22: a new version is another document, and is read anew.
#[tokio::test]
async fn a_document_replaced_after_it_was_read_is_read_anew_and_the_old_pictures_stay() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let old = drafted.document.document_id;
    let pages = document_pages(&world.platform, &visitor.actor, old).await.unwrap();
    read(&world, &visitor, &pages).await.unwrap();
    let command = AttachDocument {
        filing: drafted.filing,
        title: "公司章程".parse().unwrap(),
        replaces: Some(old),
        bytes: files::pdf("Changed", 3).into(),
    };
    let new =
        attach_document(&world.platform, &world.request(&world.staff), command).await.unwrap();
    // Its record names the version it replaces; one that replaces nothing stays of the first table.
    let replaced = record(&world, new.record_id).await;
    assert_eq!(replaced.text("replaces"), Some(old.to_string().as_str()));
    assert_eq!(replaced.value("schema"), Some(&2.into()));
    let attached = record(&world, drafted.document.record_id).await;
    assert_eq!(attached.value("schema"), Some(&1.into()));
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.documents[0].sha256, new.sha256);
    assert!(view.read.iter().all(|read| read.sha256 != new.sha256), "it is not read yet");
    let late = read(&world, &visitor, &pages).await.unwrap_err();
    assert_eq!((late.code(), late.class()), ("document_changed", Class::Conflict));
    let told = late.explain(Language::Zh).what;
    assert!(told.contains("《公司章程》在您阅读后有更新"), "nobody has seen the new pages: {told}");
    let now = document_pages(&world.platform, &visitor.actor, new.document_id).await.unwrap();
    assert_eq!(
        plain_text(&now.texts),
        "Changed, page 1 of 3\n\u{C}Changed, page 2 of 3\n\u{C}Changed, page 3 of 3\n\u{C}"
    );
    // Now that its pages were drawn, those that look different are told too.
    let late = read(&world, &visitor, &pages).await.unwrap_err();
    let told = late.explain(Language::Zh).what;
    assert!(told.contains("《公司章程》（第1、2、3页）在您阅读后有更新"), "{told}");
    assert!(late.explain(Language::En).what.contains("\"公司章程\" (pages 1, 2, 3)"));
    read(&world, &visitor, &now).await.unwrap();
    let kept = document_pages(&world.platform, &visitor.actor, old).await.unwrap();
    assert_eq!(kept.shown_sha256, pages.shown_sha256);
}

#[tokio::test]
async fn key_points_that_changed_since_are_read_anew() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let document = drafted.document.document_id;
    let pages = document_pages(&world.platform, &visitor.actor, document).await.unwrap();
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    let shown = ShownOnPage {
        language: Language::Zh,
        key_points_sha256: Digest::of(b"another card"),
        pages_sha256: pages.shown_sha256,
        page_seconds: Vec::new(),
        read_aloud: false,
    };
    let other_language = ShownOnPage {
        language: Language::En,
        key_points_sha256: view.key_points.sha256().unwrap(),
        ..shown.clone()
    };
    let other_pages = ShownOnPage {
        key_points_sha256: view.key_points.sha256().unwrap(),
        pages_sha256: Digest::of(b"other pages"),
        ..shown.clone()
    };
    for shown in [shown, other_language, other_pages] {
        let sha256 = pages.sha256;
        let command = Acknowledge { document, sha256, seconds: 1, shown: Some(shown) };
        let request = world.request(&visitor.actor);
        let refused = acknowledge(&world.platform, &request, command).await.unwrap_err();
        assert_eq!(refused.code(), "document_changed");
        assert!(refused.explain(Language::Zh).what.contains("《公司章程》"), "{refused}");
    }
    assert!(view.key_points.duties.iter().any(|duty| duty.contains("出资")));
    assert_eq!(view.key_points.others.len(), 1, "{:?}", view.key_points.others);
}

#[tokio::test]
async fn nobody_sees_pages_of_another_filing_and_there_is_no_page_beyond_the_last() {
    let world = World::new().await;
    let (mine, theirs) = (world.drafted(1).await, world.drafted(1).await);
    let stranger = world.visitor(theirs.filing, theirs.parties[0]).await;
    let document = mine.document.document_id;
    for actor in [&stranger.actor] {
        let refused = document_pages(&world.platform, actor, document).await.unwrap_err();
        assert_eq!(refused.class(), Class::NotFound);
        let refused = page_picture(&world.platform, actor, document, 1).await.unwrap_err();
        assert_eq!(refused.class(), Class::NotFound);
    }
    for number in [0, 4, u32::MAX] {
        let refused = page_picture(&world.platform, &world.staff, document, number).await;
        assert_eq!(refused.unwrap_err().class(), Class::NotFound, "{number}");
    }
    assert!(page_picture(&world.platform, &world.staff, document, 3).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_open_a_document_at_once_have_it_made_once() {
    let world = std::sync::Arc::new(World::new().await);
    let drafted = world.drafted(1).await;
    let document = drafted.document.document_id;
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let world = world.clone();
        asking.spawn(async move {
            let pages = document_pages(&world.platform, &world.staff, document).await;
            pages.unwrap().shown_sha256
        });
    }
    let shown = asking.join_all().await;
    assert!(shown.iter().all(|one| *one == shown[0]));
    let before = world.contents().await;
    document_pages(&world.platform, &world.staff, document).await.unwrap();
    assert_eq!(world.contents().await, before, "what is made stays");
}

#[tokio::test]
async fn a_document_that_cannot_be_shown_is_read_in_the_file() {
    let world = World::new().await;
    let filing = world.open().await;
    let party = world.add(filing, "龚𠮷", Capacity::Shareholder).await;
    let command = AttachDocument {
        filing,
        title: "审计报告".parse().unwrap(),
        replaces: None,
        bytes: files::pdf("Long", 201).into(),
    };
    let long =
        attach_document(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let visitor = world.visitor(filing, party).await;
    let pages = document_pages(&world.platform, &visitor.actor, long.document_id).await.unwrap();
    assert_eq!((pages.pictures.len(), pages.text_sha256), (0, None));
    let acknowledged = read(&world, &visitor, &pages).await.unwrap();
    assert!(!acknowledged.by_pictures);
}

#[tokio::test]
async fn capital_that_was_declared_is_answered_again_on_a_day_on_which_it_would_be_refused() {
    use heqi_identity::amount::Fen;
    use heqi_identity::contributions::Contribution;
    use heqi_registration::contacts::day;
    use heqi_registration::declare_capital::{DeclareCapital, declare_capital};

    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let capital = Fen::parse_yuan("1000000").unwrap();
    // Paid in on the very day.
    let promise = Contribution { amount: capital, due: day("2026-11-23").unwrap() };
    let promises = vec![(drafted.parties[0], promise)];
    let command = DeclareCapital { filing: drafted.filing, capital, promises };
    let request = world.named_request(&world.staff, "declare");
    let declared = declare_capital(&world.platform, &request, command.clone()).await.unwrap();
    world.clock.advance_ms(48 * 3_600_000);
    let again = declare_capital(&world.platform, &request, command.clone()).await.unwrap();
    assert_eq!(again, declared, "the same request");
    let other = world.request(&world.staff);
    let refused = declare_capital(&world.platform, &other, command).await.unwrap_err();
    assert_eq!(refused.code(), "contributions_due");
}

#[tokio::test]
async fn capital_and_shares_stand_on_the_card_and_the_record_of_reading_binds_them() {
    use heqi_identity::amount::Fen;
    use heqi_identity::contributions::Contribution;
    use heqi_registration::contacts::day;
    use heqi_registration::declare_capital::{DeclareCapital, declare_capital};
    use heqi_vocabulary::Explain as _;

    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let promise = |yuan: &str, due: &str| Contribution {
        amount: Fen::parse_yuan(yuan).unwrap(),
        due: day(due).unwrap(),
    };
    let declare = async |capital: &str, promises: Vec<(heqi_vocabulary::PartyId, Contribution)>| {
        let capital = Fen::parse_yuan(capital).unwrap();
        let command = DeclareCapital { filing: drafted.filing, capital, promises };
        declare_capital(&world.platform, &world.request(&world.staff), command).await
    };
    let [one, two] = [drafted.parties[0], drafted.parties[1]];
    let fine =
        || vec![(one, promise("600000", "2031-11-22")), (two, promise("400000", "2030-01-31"))];
    for (capital, promises, code) in [
        ("999999.99", fine(), "contributions_sum"),
        ("600000", vec![fine()[0]], "capital_shareholders"),
        ("1200000", vec![fine()[0], fine()[0]], "capital_shareholders"),
        ("1000000", vec![fine()[0], (two, promise("400000", "2032-01-31"))], "contributions_due"),
    ] {
        assert_eq!(declare(capital, promises).await.unwrap_err().code(), code);
    }
    let without = world.visitor(drafted.filing, one).await;
    let view = ceremony_view(&world.platform, &without.actor, Language::Zh).await.unwrap();
    assert_eq!(view.key_points.capital, None);
    // Signing is open by the invitation: nothing changes under those who read.
    assert_eq!(declare("1000000", fine()).await.unwrap_err().code(), "capital_not_drafting");

    let drafted = world.drafted(1).await;
    let party = drafted.parties[0];
    let command = DeclareCapital {
        filing: drafted.filing,
        capital: Fen::parse_yuan("1000000").unwrap(),
        promises: vec![(party, promise("1000000", "2031-11-22"))],
    };
    declare_capital(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let visitor = world.visitor(drafted.filing, party).await;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    let card = view.key_points.capital.clone().unwrap();
    assert_eq!(card.capital, "1,000,000.00");
    let share = &card.shares[0];
    assert!(share.is_own);
    assert_eq!((share.amount.as_str(), share.percent.as_str()), ("1,000,000.00", "100.00%"));
    assert_eq!(share.due, "2031-11-22");
    let mut bare = view.key_points.clone();
    bare.capital = None;
    assert_ne!(bare.sha256().unwrap(), view.key_points.sha256().unwrap());
}

#[tokio::test]
async fn capital_that_was_declared_for_other_shareholders_is_asked_again_before_signing_opens() {
    use heqi_filing::{Capacity, PartyKind};
    use heqi_identity::amount::Fen;
    use heqi_identity::contributions::Contribution;
    use heqi_registration::add_party::{AddParty, add_party};
    use heqi_registration::contacts::day;
    use heqi_registration::declare_capital::{DeclareCapital, declare_capital};
    use heqi_registration::invite::{Invite, invite};
    use heqi_vocabulary::Explain as _;

    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (filing, first) = (drafted.filing, drafted.parties[0]);
    let declare = async |parts: &[(heqi_vocabulary::PartyId, &str)]| {
        let promise = |(party, yuan): &(heqi_vocabulary::PartyId, &str)| {
            let amount = Fen::parse_yuan(yuan).unwrap();
            (*party, Contribution { amount, due: day("2031-11-22").unwrap() })
        };
        let capital = Fen::parse_yuan("1000000").unwrap();
        let promises = parts.iter().map(promise).collect();
        let command = DeclareCapital { filing, capital, promises };
        declare_capital(&world.platform, &world.request(&world.staff), command).await.unwrap();
    };
    declare(&[(first, "1000000")]).await;
    let command = AddParty {
        filing,
        who: PartyKind::Person { name: "后来人".parse().unwrap() },
        capacities: [Capacity::Shareholder].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await.unwrap();
    let asked = Invite { filing, party: first };
    let refused = invite(&world.platform, &world.request(&world.staff), asked).await.unwrap_err();
    assert_eq!(refused.code(), "capital_out_of_date");
    declare(&[(first, "600000"), (added.party_id, "400000")]).await;
    let visitor = world.visitor(filing, first).await;
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    assert_eq!(view.key_points.capital.unwrap().shares.len(), 2);
}
