use heqi_evidence::chain::ChainTip;
use heqi_evidence::record::{GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_testkit::{SeededEntropy, Story, Twists};
use heqi_vocabulary::Provenance;
use serde_json::json;

use super::super::contested::OBJECTED;
use super::*;
use crate::matter::form::ApplicantKind;
use crate::matter::press::Answers;

fn read(bytes: &[u8]) -> Disclosure {
    Disclosure::parse(bytes).unwrap()
}

/// A filing somebody signed and confirmed, and its signing.
fn signed(story: &Story) -> (Chain, Disclosure) {
    let mut chain = Chain::default();
    for record in &story.records {
        chain.take(read(&record.record.full().unwrap()));
    }
    (chain, read(&story.signing().record.full().unwrap()))
}

/// Something recorded so long after the confirmation.
fn recorded(story: &Story, kind: RecordKind, said: &[(&str, &str)], after_ms: i64) -> Disclosure {
    let entropy = SeededEntropy::labelled(1, kind.as_str());
    let mut draft = RecordDraft::new(kind, GeneratedBy::Platform, &entropy);
    for (name, value) in said {
        draft.set(name, json!(value), Provenance::Declared).unwrap();
    }
    let at = later(story, after_ms);
    read(&draft.at(ChainTip::empty(story.chain).next(story.chain, at)).full().unwrap())
}

fn later(story: &Story, after_ms: i64) -> UtcMillis {
    let confirmed = story.first(RecordKind::Confirmation).record.frame().place.recorded_at;
    confirmed.plus_millis(after_ms)
}

fn count(chain: &Chain, signing: &Disclosure) -> u32 {
    chain.objections(Some(signing))
}

#[test]
fn an_objection_said_to_a_custodian_and_recorded_by_the_platform_counts_once() {
    let story = Story::tell(1, &Twists::default());
    let party = story.party.to_string();
    let signing_id = signed(&story).1.text("record_id").unwrap().to_owned();
    let filing = "fil_00000000000000000000000000";
    for (against, told_ms, recorded_ms) in [
        (None, 1_000, 5_000),
        (None, 5_000, 1_000),
        (Some(signing_id.as_str()), 1_000, 5_000),
        (Some(filing), 1_000, 5_000),
    ] {
        let (mut chain, signing) = signed(&story);
        chain.told.push(later(&story, told_ms));
        assert_eq!(count(&chain, &signing), 1);
        let said = [("party", party.as_str()), ("filing", filing)];
        let said: Vec<_> =
            said.into_iter().chain(against.map(|against| ("against", against))).collect();
        chain.take(recorded(&story, RecordKind::Objection, &said, recorded_ms));
        assert_eq!(count(&chain, &signing), 1, "{against:?}");
        // Without its signing nobody can tell whose it is.
        assert_eq!(chain.objections(None), 2);

        // Point 15 says that it is one by two ways.
        let found = chain.confirmations(&signing);
        assert_eq!(found.code, OBJECTED);
        let [zh, en] = &found.sentences[0];
        assert!(zh.contains("异议 1 份（其中未经签署平台、直接向保管方提出 0 份）"), "{zh}");
        // Of those counted before, not another one beside them.
        let both = "；上述异议中有 1 份既由签署平台记录、又直接向保管方提出，只计一次";
        assert!(zh.ends_with(both) && !zh.contains("另有"), "{zh}");
        assert!(en.contains("1 objections, 0 of them said to a custodian alone"), "{en}");
        let both = "; of these objections 1 was recorded by the platform and said to a custodian as well, and counts once";
        assert!(en.ends_with(both), "{en}");
        // Annex seven has one line with both times.
        let at = later(&story, 9_000);
        let answers = chain.answers(&signing, ApplicantKind::Signer, at).unwrap();
        let objected: Vec<_> =
            answers.lines.iter().filter(|line| line.what.starts_with("异议")).collect();
        let [line] = objected.as_slice() else { panic!("{objected:?}") };
        assert_eq!(line.at, later(&story, recorded_ms));
        let both = format!("{}直接向公证机构提出", later(&story, told_ms).for_people());
        assert!(line.way.ends_with(&both) && line.root.is_some(), "{}", line.way);
        // Until the second of the two only the first is told, as it was said.
        let first = later(&story, told_ms.min(recorded_ms));
        let answers = chain.answers(&signing, ApplicantKind::Signer, first).unwrap();
        let lines: Vec<_> =
            answers.lines.iter().filter(|line| line.what.starts_with("异议")).collect();
        assert!(matches!(lines.as_slice(), [line] if line.at == first), "{lines:?}");
        assert!(lines.iter().all(|line| !line.way.contains("提出")), "{lines:?}");
    }
}

#[test]
fn an_objection_to_another_record_or_of_another_party_is_another_one() {
    let story = Story::tell(1, &Twists::default());
    let party = story.party.to_string();
    let other_record = "rec_00000000000000000000000000";
    for said in [
        [("party", party.as_str()), ("against", other_record)],
        [("party", "par_00000000000000000000000000"), ("ground", "other")],
    ] {
        let (mut chain, signing) = signed(&story);
        chain.told.push(later(&story, 1_000));
        chain.take(recorded(&story, RecordKind::Objection, &said, 5_000));
        assert_eq!(count(&chain, &signing), 2, "{said:?}");
        let [zh, _] = &chain.confirmations(&signing).sentences[0];
        assert!(zh.contains("异议 2 份（其中未经签署平台、直接向保管方提出 1 份）"), "{zh}");
        assert!(!zh.contains("只计一次"), "{zh}");
        let at = later(&story, 9_000);
        let lines = chain.answers(&signing, ApplicantKind::Signer, at).unwrap().lines;
        assert_eq!(lines.iter().filter(|line| line.what.starts_with("异议")).count(), 2);
    }
}

#[test]
fn what_was_ended_in_between_was_another_objection() {
    let story = Story::tell(1, &Twists::default());
    let party = story.party.to_string();
    let own = ("party", party.as_str());
    for (ended, counted) in [
        (vec![own, ("outcome", "taken_back")], 2),
        (vec![("office", "示例区市场监督管理局"), ("outcome", "withdrawn")], 2),
        // Somebody else took theirs back.
        (vec![("party", "par_00000000000000000000000000"), ("outcome", "taken_back")], 1),
    ] {
        for (told_ms, recorded_ms) in [(1_000, 5_000), (5_000, 1_000)] {
            let (mut chain, signing) = signed(&story);
            chain.told.push(later(&story, told_ms));
            chain.take(recorded(&story, RecordKind::Objection, &[own], recorded_ms));
            chain.take(recorded(&story, RecordKind::ObjectionResolved, &ended, 3_000));
            assert_eq!(count(&chain, &signing), counted, "{ended:?} {told_ms}");
        }
        // What ended both came after both.
        let (mut chain, signing) = signed(&story);
        chain.told.push(later(&story, 1_000));
        chain.take(recorded(&story, RecordKind::Objection, &[own], 2_000));
        chain.take(recorded(&story, RecordKind::ObjectionResolved, &ended, 3_000));
        assert_eq!(count(&chain, &signing), 1, "{ended:?}");
    }
}

/// Two of one signer are open, one on either side of a certificate: what came later changes no line of its annex seven,
/// and takes nothing away from the one that was said by both ways.
#[test]
fn an_objection_after_a_certificate_changes_nothing_in_its_annex() {
    let story = Story::tell(1, &Twists::default());
    let party = story.party.to_string();
    let own = ("party", party.as_str());
    let (mut chain, signing) = signed(&story);
    chain.take(recorded(&story, RecordKind::Objection, &[own], 1_000));
    let told = later(&story, 2_000);
    chain.told.push(told);
    let answers = |chain: &Chain, after_ms| {
        chain.answers(&signing, ApplicantKind::Signer, later(&story, after_ms)).unwrap()
    };
    let on_its_day = answers(&chain, 5_000);

    let second = [own, ("ground", "content_differs")];
    chain.take(recorded(&story, RecordKind::Objection, &second, 9_000));
    assert_eq!(answers(&chain, 5_000), on_its_day, "printed anew it says the same");
    let of = |answers: Answers| {
        let objected = answers.lines.into_iter().filter(|line| line.what.starts_with("异议"));
        objected.map(|line| (line.at, line.way)).collect::<Vec<_>>()
    };
    let both = format!("在线；{}直接向公证机构提出", told.for_people());
    let first = (later(&story, 1_000), both);
    assert_eq!(of(on_its_day), std::slice::from_ref(&first));
    // One of a later day has a line for each, and says the same of the first.
    let second = (later(&story, 9_000), "在线".to_owned());
    assert_eq!(of(answers(&chain, 10_000)), [first, second]);
    assert_eq!(count(&chain, &signing), 2);
    let [zh, _] = &chain.confirmations(&signing).sentences[0];
    assert!(zh.contains("异议 2 份（其中未经签署平台、直接向保管方提出 0 份）"), "{zh}");
    assert!(zh.contains("上述异议中有 1 份既由签署平台记录"), "{zh}");
}

#[test]
fn of_two_recorded_after_it_was_said_the_first_is_the_same() {
    let story = Story::tell(1, &Twists::default());
    let party = story.party.to_string();
    let (mut chain, signing) = signed(&story);
    chain.told.push(later(&story, 1_000));
    for after_ms in [9_000, 5_000] {
        let said = [("party", party.as_str())];
        chain.take(recorded(&story, RecordKind::Objection, &said, after_ms));
    }
    let same: Vec<_> = chain.said_by_both_ways(&signing).map(|(_, one)| at(one)).collect();
    assert_eq!(same, [Some(later(&story, 5_000))]);
    assert_eq!(count(&chain, &signing), 2);
}
