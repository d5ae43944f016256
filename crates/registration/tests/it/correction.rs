//! A name or a number that was corrected (edge case 11): both stand in one record, by a certificate
//! of the police that is kept sealed.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_filing::{Capacity, OfficeKind, PartyKind};
use heqi_registration::Actor;
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::case_queue::{CaseFile, case_file, case_view};
use heqi_registration::ceremony_view::ceremony_view;
use heqi_registration::correct_person::{
    CorrectPerson, CorrectPersonError, PersonCorrected, correct_person,
};
use heqi_registration::deposit_queue::deposit_bundle;
use heqi_registration::disclose::Attributes;
use heqi_registration::erase_person_data::{ErasePersonData, erase_person_data};
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{ActError, Class, Refusal as _};
use heqi_registration::filing_view::filing_view;
use heqi_registration::material::MaterialError;
use heqi_registration::request::StaffRole;
use heqi_registration::search_index::MemoryIndex;
use heqi_testkit::files;
use heqi_vocabulary::{Digest, Explain as _, Language, RecordId};

use crate::entry::{contact, declare};
use crate::notary::expect;
use crate::regulator::typed;
use crate::review::{MOBILE, Mood, NUMBER, Scene, office};
use crate::world::World;

const NEW_NUMBER: &str = "330112199003079999";

impl World {
    /// A record with every slot open, as a custodian gets it.
    pub(crate) async fn opened(&self, record: RecordId) -> Disclosure {
        let deposit = deposit_bundle(&self.platform, record).await.unwrap();
        Disclosure::parse(&deposit.parts.record).unwrap()
    }
}

impl Scene {
    async fn correct(
        &self,
        officer: &Actor,
        change: impl FnOnce(&mut CorrectPerson),
    ) -> Result<PersonCorrected, CorrectPersonError> {
        let world = &self.world;
        let number = filing_view(&world.platform, &world.staff, self.filing).await.unwrap().number;
        let mut command = CorrectPerson {
            number,
            name: "龚𠮷".parse().unwrap(),
            last_four: "002x".into(),
            new_name: Some("龚嘉".parse().unwrap()),
            new_number: None,
            issuer: "杭州市公安局临安区分局".parse().unwrap(),
            issued_on: heqi_registration::contacts::day("2026-11-20").unwrap(),
            certificate: files::photo("certificate").into(),
            grounds: "证明与户口簿一致".parse().unwrap(),
        };
        change(&mut command);
        correct_person(&world.platform, &world.request(officer), command).await
    }
}

#[tokio::test]
async fn edge_case_11_a_corrected_name_and_number_are_linked_by_a_certificate_and_both_are_kept() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    // Signed under the old name, then corrected while a second document is to be signed.
    let (visitor, before) = scene.sign().await;
    let officer = scene.reviewer("li.na").await;
    let corrected = scene
        .correct(&officer, |command| command.new_number = Some(NEW_NUMBER.parse().unwrap()))
        .await
        .unwrap();
    assert!(!corrected.is_more);

    let filing = filing_view(&world.platform, &world.staff, scene.filing).await.unwrap();
    let names: Vec<&str> = filing.parties.iter().map(|party| party.name.as_str()).collect();
    assert!(names.contains(&"龚嘉") && !names.contains(&"龚𠮷"), "{names:?}");

    // One record links both, and names the certificate by its digest.
    let (facts, all) = (world.facts(), &Attributes::All);
    let disclosed = world.opened(corrected.record_id).await;
    let value = |name: &str| disclosed.value(name).cloned().unwrap_or_default();
    assert_eq!((value("name_before"), value("name_after")), ("龚𠮷".into(), "龚嘉".into()));
    assert_eq!(value("number_before"), "11010519491231002X");
    assert_eq!(value("number_after"), NEW_NUMBER);
    assert_eq!(value("changed"), serde_json::json!(["name", "number"]));
    assert_eq!(value("material_kind"), "police_certificate");
    let sha256 = Digest::of(&files::photo("certificate")).to_string();
    assert_eq!(value("material_sha256"), sha256.as_str());

    // What was signed before keeps the name it was signed under, and the voucher shows both.
    let signed = world.opened(before.record_id).await;
    assert_eq!(signed.text("party_name"), Some("龚𠮷"));
    let view = ceremony_view(&world.platform, &visitor.actor, Language::Zh).await.unwrap();
    let shown = view.corrections.first().unwrap();
    assert_eq!((shown.name_before.as_str(), shown.name_after.as_str()), ("龚𠮷", "龚嘉"));
    assert_eq!(shown.last_four_after.as_deref(), Some("9999"));

    // A verifier knows the record.
    world.cosign_head().await;
    world.deposit_all().await;
    let file = export_bundle(&world.platform, &world.staff, &facts, corrected.record_id, all).await;
    expect(&world.examine(&file.unwrap().bytes), ClaimName::Integrity, Status::Proved);

    // The file itself is sealed: nobody finds it in the store, and the reviewer of the case does.
    let bytes = files::photo("certificate");
    let contents = world.contents().await;
    let is_there = |part: &[u8]| part.windows(bytes.len()).any(|window| window == bytes);
    assert!(!contents.rows.iter().any(|(_, row)| is_there(&row.value)));
    let case = scene.only_case(&officer).await.case;
    let view = case_view(&world.platform, &officer, &facts, case).await.unwrap();
    assert_eq!(view.corrections.len(), 1);
    let which = CaseFile::Certificate;
    let (media_type, file) =
        case_file(&world.platform, &officer, &facts, case, which).await.unwrap();
    assert_eq!((media_type, &file[..]), ("image/jpeg", &bytes[..]));
    let frames = world.frames().await;
    assert!(frames.iter().any(|(frame, _)| frame.kind == RecordKind::PersonCorrected));
}

#[tokio::test]
async fn edge_case_11_a_corrected_person_is_found_by_the_new_number_also_by_an_index_made_anew() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let by_new = typed(|typed| typed.person_number = NEW_NUMBER.into());
    scene.sign().await;
    world.index().await;
    assert!(world.found(&by_new).await.is_empty());
    let officer = scene.reviewer("li.na").await;
    let number = |command: &mut CorrectPerson| {
        command.new_number = Some(NEW_NUMBER.parse().unwrap());
    };
    scene.correct(&officer, number).await.unwrap();
    world.index().await;
    assert_eq!(world.found(&by_new).await, [scene.filing], "by what came in its chain");

    // An index in memory begins at nothing with every start.
    let store = &world.store;
    let mut again = world.started_on(store, store.clone(), 12).await;
    again.platform = again.platform.finding_by(Arc::new(MemoryIndex::default()));
    assert_eq!(again.platform.search_index().position(), None);
    again.index().await;
    assert_eq!(again.found(&by_new).await, [scene.filing]);
    let with_name = |name: &str| {
        typed(|typed| {
            typed.person_number = NEW_NUMBER.into();
            typed.person_name = name.into();
        })
    };
    assert_eq!(again.found(&with_name("龚嘉")).await, [scene.filing]);
    assert!(again.found(&with_name("龚𠮷")).await.is_empty(), "nobody has that number and name");
}

#[tokio::test]
async fn edge_case_11_who_signs_after_a_correction_signs_under_the_new_name_and_binds_it() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let visitor = scene.visitor().await;
    let officer = scene.reviewer("li.na").await;
    let corrected = scene.correct(&officer, |_| {}).await.unwrap();
    let receipt = world.sign(&visitor).await;
    let signed = world.opened(receipt.record_id).await;
    assert_eq!(signed.text("party_name"), Some("龚嘉"));
    let prior = signed.value("prior_records").unwrap().to_string();
    assert!(prior.contains("person_corrected"), "{prior}");
    assert_ne!(corrected.record_id, receipt.record_id);
}

#[tokio::test]
async fn edge_case_11_of_two_officers_at_once_each_puts_another_party_of_the_person_right() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let command = AddParty {
        filing: scene.filing,
        who: PartyKind::Company {
            name: "杭州示例云栖投资有限公司".parse().unwrap(),
            representative: "龚𠮷".parse().unwrap(),
        },
        capacities: [Capacity::CorporateShareholderRepresentative].into(),
    };
    let added = add_party(&world.platform, &world.request(&world.staff), command).await;
    let company = added.unwrap().party_id;
    let reached = contact(Some(MOBILE), None, Some(NUMBER));
    declare(world, scene.filing, company, reached).await.unwrap();
    let (first, second) = (scene.reviewer("li.na").await, scene.reviewer("wang.qiang").await);
    let before = world.contents().await.objects.len();

    // The first has its record of the person's own party, and the second is quicker.
    let (is_read, go_on) = world.store.pause_behind_row(b"correction/");
    let meanwhile = async {
        is_read.await.unwrap();
        let done = scene.correct(&second, |_| {}).await.unwrap();
        go_on.send(()).unwrap();
        done
    };
    let (slow, quick) = tokio::join!(scene.correct(&first, |_| {}), meanwhile);
    let slow = slow.unwrap();
    assert!(quick.is_more && !slow.is_more);
    for (done, party) in [(quick, scene.party), (slow, company)] {
        let record = world.opened(done.record_id).await;
        assert_eq!(record.text("party"), Some(&*party.to_string()));
    }
    // And the portrait of somebody of the old name is gone.
    assert_eq!(world.contents().await.objects.len(), before + 1, "a certificate of each");
}

#[tokio::test]
async fn edge_case_11_who_has_the_data_erased_leaves_no_certificate_of_a_correction_behind() {
    let scene = Scene::new(Mood::Down).await;
    let world = &scene.world;
    let officer = scene.reviewer("li.na").await;
    let before = world.contents().await.objects.len();
    scene.correct(&officer, |_| {}).await.unwrap();
    assert_eq!(world.contents().await.objects.len(), before + 1);
    world.deposit_all().await;
    let command = ErasePersonData {
        filing: scene.filing,
        party: scene.party,
        classes: BTreeSet::from([RetentionClass::Person]),
        basis: Some("个人信息保护法第47条".into()),
    };
    let request = world.request(&world.staff);
    let decided = erase_person_data(&world.platform, &request, command).await.unwrap();
    assert_eq!(decided.decision, "erased");
    assert_eq!(world.contents().await.objects.len(), before);
}

#[tokio::test]
async fn edge_case_11_a_number_alone_is_put_right_and_the_name_is_not_said_to_change() {
    let scene = Scene::new(Mood::Agrees).await;
    let officer = scene.reviewer("li.na").await;
    let number_only = |command: &mut CorrectPerson| {
        command.new_name = None;
        command.new_number = Some(NEW_NUMBER.parse().unwrap());
    };
    let corrected = scene.correct(&officer, number_only).await.unwrap();
    scene.world.deposit_all().await;
    let record = scene.world.opened(corrected.record_id).await;
    assert_eq!(record.value("changed").unwrap(), &serde_json::json!(["number"]));
    assert_eq!(record.text("name_before"), record.text("name_after"));
    let filing = filing_view(&scene.world.platform, &scene.world.staff, scene.filing).await;
    assert!(filing.unwrap().parties.iter().any(|party| party.name == "龚𠮷"));
    // The last four that were declared are no longer the person's.
    let again = scene.correct(&officer, |_| {}).await.unwrap_err();
    assert_eq!(again.code(), "correction_no_match");
}

#[tokio::test]
async fn edge_case_11_a_number_has_to_be_kept_somewhere() {
    let scene = Scene::new(Mood::Agrees).await;
    let officer = scene.reviewer("li.na").await;
    let (platform, staff) = (&scene.world.platform, &scene.world.staff);
    let filing = filing_view(platform, staff, scene.filing).await.unwrap();
    let handler = filing.parties.iter().find(|party| party.name != "龚𠮷").unwrap();
    let leaves = scene.world.contents().await.entries.len();
    let of_nobody_reached = |command: &mut CorrectPerson| {
        command.name = handler.name.parse().unwrap();
        command.new_name = None;
        command.new_number = Some(NEW_NUMBER.parse().unwrap());
    };
    let refused = scene.correct(&officer, of_nobody_reached).await.unwrap_err();
    assert_eq!(refused.code(), "correction_no_contact");
    assert_eq!(scene.world.contents().await.entries.len(), leaves);
}

#[tokio::test]
async fn edge_case_11_what_is_no_correction_is_refused_as_what_it_is_and_changes_nothing() {
    let scene = Scene::new(Mood::Agrees).await;
    let world = &scene.world;
    let officer = scene.reviewer("li.na").await;
    let leaves = world.contents().await.entries.len();
    let refused = [
        scene.correct(&officer, |c| c.last_four = "0000".into()).await.unwrap_err(),
        scene.correct(&officer, |c| c.name = "陈素英".parse().unwrap()).await.unwrap_err(),
        scene.correct(&officer, |c| c.new_name = None).await.unwrap_err(),
        scene.correct(&officer, |c| c.new_name = Some(c.name.clone())).await.unwrap_err(),
        scene
            .correct(&officer, |c| c.new_number = Some("330112199003079998".parse().unwrap()))
            .await
            .unwrap_err(),
        scene.correct(&officer, |c| c.certificate = Vec::new().into()).await.unwrap_err(),
        scene
            .correct(&officer, |c| c.certificate = b"GIF89a......".to_vec().into())
            .await
            .unwrap_err(),
        scene
            .correct(&officer, |c| {
                c.issued_on = heqi_registration::contacts::day("2026-12-01").unwrap();
            })
            .await
            .unwrap_err(),
    ];
    let codes: Vec<&str> = refused.iter().map(heqi_vocabulary::Explain::code).collect();
    assert_eq!(
        codes,
        [
            "correction_no_match",
            "correction_no_match",
            "correction_nothing",
            "correction_nothing",
            "id_checksum",
            "material_missing",
            "material_other_kind",
            "correction_not_yet",
        ]
    );
    for error in &refused {
        for language in [Language::Zh, Language::En] {
            let told = error.explain(language);
            assert!(!told.what.is_empty() && !told.next.is_empty());
            assert!(!told.what.contains("002X") && !told.what.contains("龚"), "{}", told.what);
        }
    }
    assert!(matches!(refused[5], CorrectPersonError::Certificate(MaterialError::Missing)));
    // Nobody else's officer, no handler, and nobody about oneself.
    let elsewhere = office(OfficeKind::Registry, "杭州市西湖区市场监督管理局");
    let stranger = scene.account("wang.qiang", "王强", elsewhere, StaffRole::Reviewer).await;
    let own = office(OfficeKind::Registry, "杭州市临安区市场监督管理局");
    let relative = scene.account("gong", "龚𠮷", own, StaffRole::Reviewer).await;
    for (actor, wanted) in [(&stranger, Class::Forbidden), (&world.staff, Class::Forbidden)] {
        let error = scene.correct(actor, |_| {}).await.unwrap_err();
        assert!(matches!(error, CorrectPersonError::Act(ActError::Denied)));
        assert_eq!(error.class(), wanted);
    }
    let conflict = scene.correct(&relative, |_| {}).await.unwrap_err();
    assert_eq!(conflict.code(), "reviewer_takes_part");
    assert_eq!(world.contents().await.entries.len(), leaves);
    let filing = filing_view(&world.platform, &world.staff, scene.filing).await.unwrap();
    assert!(filing.parties.iter().any(|party| party.name == "龚𠮷"));
}
