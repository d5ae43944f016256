//! A certificate that is disputed or wrong (edge cases 25 and 43), and a number spoiled.

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_notarization::deposited::deposit;
use heqi_notarization::legal_hold::place_hold;
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::check::{Found, Standing, fetch, look_up};
use heqi_notarization::matter::dossier::archive;
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::finish::{
    ask_reexamination, conclude_reexamination, propose_correction, void,
};
use heqi_notarization::matter::handle::{RefusalGround, propose_refusal};
use heqi_notarization::matter::notice::NoticeKind;
use heqi_notarization::matter::queue::index_matters;
use heqi_notarization::matter::revoked::revoked;
use heqi_notarization::matter::state::{ReexaminationOutcome, Rule};
use heqi_notarization::matter::view::matter;
use heqi_notarization::matter::{MatterError, Stage};
use heqi_testkit::{Story, Twists};

use super::newest;
use crate::matter::{Bureau, rule};

#[tokio::test]
async fn edge_case_25_a_dispute_after_the_signing_changes_nothing_held_and_limits_the_certificate()
{
    let twists = Twists { objection: true, ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let office = bureau.office();
    let before = deposit(office, &bureau.key).await.unwrap().unwrap();
    // The evidence is held, whatever anybody says about it.
    let key = "hold".parse().unwrap();
    let (_, envelope) =
        place_hold(office, key, before.chain, "当事人提出异议，民事诉讼在审").await.unwrap();
    let said = String::from_utf8_lossy(envelope.unverified_payload()).into_owned();
    assert!(said.contains("placed") && !said.contains("诉讼"), "{said}");
    // A certificate can still be had; what it tells of the signing needs a tick of its own.
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let by = &bureau.approver.officer;
    let plain = Approve { shown, objection_ticked: false };
    assert_eq!(rule(approve(office, &bureau.desk, no, (by, plain)).await), Rule::ObjectionTick);
    // Or it is refused by the article about disputes, in writing.
    let notary = &bureau.notary.officer;
    let ground = RefusalGround::of_item(4).unwrap();
    propose_refusal(office, no, notary, (ground, "当事人对签署事实有争议")).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let (number, file) = newest(&bureau, no).await;
    assert_eq!(number.kind(), NoticeKind::Refusal);
    assert!(file.contains("当事人对签署事实有争议"));
    let after = deposit(office, &bureau.key).await.unwrap().unwrap();
    assert_eq!(after.outcome.is_admitted(), before.outcome.is_admitted());
    assert_eq!(after.parts.len(), before.parts.len(), "nothing held has changed");
}

#[tokio::test]
async fn edge_case_43_a_wrong_certificate_is_corrected_or_voided_and_the_code_shows_it() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let by = &bureau.notary.officer;
    let no = bureau.issued().await;
    let view = matter(office, by, no).await.unwrap();
    let (number, code) = (view.matter.certificate().unwrap().digest(), view.content.check_code);
    let standing = async || match look_up(office, &number.to_string(), &code).await.unwrap() {
        Some(Found::Certificate(found)) => (found.standing, found.corrections),
        other => panic!("{other:?}"),
    };
    assert_eq!(standing().await, (Standing::Valid, 0));
    for unclear in ["写错了", "云西 → 云西", " → 云栖", "云西 →", "云西 → 云栖\n还有别的"]
    {
        let refused = propose_correction(office, no, by, unclear).await;
        assert!(matches!(refused, Err(MatterError::Text)), "{unclear}");
    }
    bureau.corrected(no, "云西 → 云栖\n九月 => 十月").await;
    assert_eq!(standing().await, (Standing::Corrected, 1));
    let (correction, file) = newest(&bureau, no).await;
    assert_eq!(correction.kind(), NoticeKind::Correction);
    for said in ["（2026）浙杭临证经字第000001号", "云西", "云栖", "九月", "十月"]
    {
        assert!(file.contains(said), "{said} in {file}");
    }
    let view = matter(office, by, no).await.unwrap();
    let own = &view.content.notices.last().unwrap().code;
    let found = look_up(office, &correction.to_string(), own).await.unwrap();
    let Some(Found::Notice(found)) = found else { panic!("{found:?}") };
    assert_eq!(found.corrects.as_deref(), Some("（2026）浙杭临证经字第000001号"));

    // A re-examination by another notary corrects in the same way.
    let other = &bureau.other_notary.officer;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let unclear =
        conclude_reexamination(office, no, other, (ReexaminationOutcome::Corrected, "有误")).await;
    assert!(matches!(unclear, Err(MatterError::Text)));
    let corrected = (ReexaminationOutcome::Corrected, "甲方 → 乙方");
    conclude_reexamination(office, no, other, corrected).await.unwrap();
    assert_eq!(standing().await, (Standing::Corrected, 1), "not before another person approved");
    bureau.approve_proposed(no).await.unwrap();
    assert_eq!(standing().await, (Standing::Corrected, 2));
    assert!(newest(&bureau, no).await.1.contains("乙方"));

    assert!(revoked(office).await.unwrap().is_empty());
    bureau.revoked(no, "内容不真实").await;
    assert_eq!(standing().await.0, Standing::Voided);
    let query = &view.content.query_code;
    assert_eq!(fetch(office, no, (query, "certificate")).await.unwrap(), None, "not handed out");
    // The decision is, to who applied.
    let (revocation, file) = newest(&bureau, no).await;
    assert_eq!(revocation.kind(), NoticeKind::Revocation);
    assert!(file.contains("内容不真实") && file.contains("浙杭临证经字第000001号"), "{file}");
    let fetched = fetch(office, no, (query, &revocation.to_string())).await.unwrap();
    assert_eq!(fetched.as_deref(), Some(file.as_bytes()));

    // It is announced to everybody (公证法 art. 39), in the archive as well; one of before, once it is indexed.
    let announced = revoked(office).await.unwrap();
    let [one] = announced.as_slice() else { panic!("{announced:?}") };
    assert_eq!(one.number.to_string(), "（2026）浙杭临证经字第000001号");
    assert_eq!(one.decision, Some(revocation));
    assert_eq!(Some(one.since), matter(office, by, no).await.unwrap().matter.voided_at());
    archive(office, no, &bureau.archivist.officer).await.unwrap();
    assert_eq!(revoked(office).await.unwrap(), announced);
    let mut before = Changeset::new();
    before.delete(RowKey::new(format!("matter-revoked/{no}")).unwrap());
    bureau.house.store.commit(before).unwrap().await.unwrap();
    assert!(revoked(office).await.unwrap().is_empty());
    index_matters(office).await.unwrap();
    assert_eq!(revoked(office).await.unwrap(), announced);
}

#[tokio::test]
async fn a_certificate_that_stands_after_another_look_is_told_so_by_a_document_of_the_office() {
    let bureau = Bureau::open().await;
    let (office, other) = (bureau.office(), &bureau.other_notary.officer);
    let no = bureau.issued().await;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let upheld = (ReexaminationOutcome::Upheld, "内容与存证数据一致");
    conclude_reexamination(office, no, other, upheld).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let (decision, file) = newest(&bureau, no).await;
    assert_eq!(decision.kind(), NoticeKind::Reexamination);
    for said in ["（2026）浙杭临证经字第000001号", "内容与存证数据一致"] {
        assert!(file.contains(said), "{said} in {file}");
    }
    // Not signed by the notary whose certificate it is about.
    assert_eq!(file.lines().nth(2), Some(""), "{file}");
    let view = matter(office, other, no).await.unwrap();
    assert_eq!(view.matter.stage(), Stage::Issued);
    let query = &view.content.query_code;
    let fetched = fetch(office, no, (query, &decision.to_string())).await.unwrap();
    assert_eq!(fetched.as_deref(), Some(file.as_bytes()));
}

#[tokio::test]
async fn a_number_that_was_never_issued_is_spoiled_without_a_document() {
    let bureau = Bureau::open().await;
    let (office, approver) = (bureau.office(), &bureau.approver.officer);
    let no = bureau.numbered().await;
    let before = matter(office, approver, no).await.unwrap().matter.notices().len();
    void(office, no, approver, "审批后申请人放弃").await.unwrap();
    let view = matter(office, approver, no).await.unwrap();
    assert_eq!((view.matter.stage(), view.matter.notices().len()), (Stage::Voided, before));
    assert!(revoked(office).await.unwrap().is_empty(), "nobody has it in hand");
}
