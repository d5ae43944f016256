//! Who applies for a certificate, how often, and about which deposit.

use heqi_notarization::matter::checklist::Item;
use heqi_notarization::matter::draft::propose;
use heqi_notarization::matter::form::{ApplicationForm, Field};
use heqi_notarization::matter::handle::{accept, declare, recompute, withdraw};
use heqi_notarization::matter::queue::{Group, PAGE, queue};
use heqi_notarization::matter::search::find_deposit;
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::view::matter;
use heqi_notarization::matter::{ApplicationNo, MatterError, Stage};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::{Explain as _, Language, Provenance};

use super::{Bureau, Member, rule};

#[tokio::test]
async fn only_a_signer_or_the_registry_applies_and_only_once() {
    let bureau = Bureau::open().await;
    let stranger = ApplicationForm { name: "李四".into(), ..Bureau::form() };
    let refused = bureau.apply_with(stranger).await.unwrap_err();
    assert!(matches!(refused, MatterError::NotParty));
    let told = refused.explain(Language::Zh);
    assert!(told.what.contains("《公证法》第三十一条第二项"), "{}", told.what);
    let untrue = ApplicationForm { truth: String::new(), ..Bureau::form() };
    let refused = bureau.apply_with(untrue).await.unwrap_err();
    assert!(matches!(refused, MatterError::Field(Field::Truth)));

    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    match bureau.apply_with(Bureau::form()).await.unwrap_err() {
        MatterError::Double(open) => assert_eq!(open, no),
        other => panic!("{other}"),
    }
    let authority = ApplicationForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        legal_representative: "王强".into(),
        ..Bureau::form()
    };
    let refused = bureau.apply_with(authority.clone()).await.unwrap_err();
    assert!(matches!(refused, MatterError::Field(Field::LegalBasis)));
    let with_basis = ApplicationForm {
        legal_basis: "条例第四十条，临市监〔2026〕1号".into(),
        ..authority
    };
    bureau.apply_with(with_basis).await.unwrap();

    // Withdrawn, and applied for again.
    let by = &bureau.clerk.officer;
    declare(bureau.office(), no, by, false).await.unwrap();
    withdraw(bureau.office(), no, by, "申请人撤回").await.unwrap();
    assert_ne!(bureau.apply_with(Bureau::form()).await.unwrap(), no);
}

/// A signing whose identity was asked about under this number.
fn asked_about(number: &'static str) -> Twists {
    let set = move |record: &mut heqi_evidence::record::RecordDraft| {
        let question = serde_json::json!({
            "asks": "person", "document_kind": "resident_id", "document_number": number,
            "name": "张三",
        });
        let identity = serde_json::json!({ "answers": [], "questions": [question] });
        record.set("identity", identity, Provenance::Observed).unwrap();
    };
    Twists { record: Some(Box::new(set)), ..Twists::default() }
}

#[tokio::test]
async fn a_namesake_with_a_document_of_another_number_does_not_apply() {
    let sentence = async |bureau: &Bureau, no: ApplicationNo| {
        recompute(bureau.office(), no, &bureau.clerk.officer).await.unwrap();
        let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
        let list = view.matter.checklist();
        assert!(list.machine(Item::ApplicantIdentity).is_none(), "a person's point");
        assert!(list.takes_tick(Item::ApplicantIdentity));
        view.content.evidence[&Item::ApplicantIdentity][0][0].clone()
    };
    let bureau = Bureau::of(&Story::tell(1, &asked_about("11010519491231002X"))).await;
    let namesake =
        ApplicationForm { document_number: "330112196404169991".into(), ..Bureau::form() };
    let refused = bureau.apply_with(namesake.clone()).await.unwrap_err();
    assert!(matches!(refused, MatterError::NotParty), "{refused}");
    assert!(refused.explain(Language::Zh).next.contains("证件号码按签署时核验的填写"));
    let no = bureau.accepted().await;
    let said = sentence(&bureau, no).await;
    assert!(said.contains("姓名和证件号码与存证记录中签署人的一致"), "{said}");

    // Where no number is held, the name is all the machine has, and it says so.
    let bureau = Bureau::open().await;
    let no = bureau.accepted().await;
    let said = sentence(&bureau, no).await;
    assert!(said.contains("系统只比对了姓名"), "{said}");
    withdraw(bureau.office(), no, &bureau.clerk.officer, "申请人撤回").await.unwrap();
    bureau.apply_with(namesake).await.unwrap();
}

#[tokio::test]
async fn two_applications_at_once_are_one() {
    let bureau = Bureau::open().await;
    let (one, other) =
        tokio::join!(bureau.apply_with(Bureau::form()), bureau.apply_with(Bureau::form()));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let waiting = Group::At(Stage::Submitted);
    let all = queue(bureau.office(), &bureau.clerk.officer, waiting, (None, PAGE)).await.unwrap();
    assert_eq!(all.matters.len(), 1);
}

#[tokio::test]
async fn edge_case_11_whoever_was_named_anew_applies_under_either_name_and_both_are_certified() {
    let twists = Twists { put_right: &["张珊"], ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let office = bureau.office();
    let stranger = ApplicationForm { name: "张衫".into(), ..Bureau::form() };
    assert!(matches!(bureau.apply_with(stranger).await, Err(MatterError::NotParty)));
    let anew = ApplicationForm { name: "张珊".into(), ..Bureau::form() };
    let no = bureau.apply_with(anew).await.unwrap();
    for member in [&bureau.clerk, &bureau.notary, &bureau.other_notary, &bureau.approver] {
        declare(office, no, &member.officer, false).await.unwrap();
    }
    // Who has the new name does not work on it either.
    let namesake = Member::admit_as(office, "zhang.shan", "张珊", OfficeRole::Clerk).await;
    assert_eq!(rule(declare(office, no, &namesake.officer, false).await), Rule::Namesake);
    accept(office, no, &bureau.notary.officer).await.unwrap();
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("申请人：张珊"), "{text}");
    assert!(text.contains("以“张三（其后更正姓名：张珊）”名义"), "{text}");
}

#[tokio::test]
async fn edge_case_11_a_name_that_went_there_and_back_is_told_by_time() {
    let twists = Twists { put_right: &["张珊", "张三"], ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let text = propose(bureau.office(), &bureau.desk, no).await.unwrap();
    assert!(text.contains("以“张三（其后更正姓名：张珊）（其后更正姓名：张三）"), "{text}");
}

#[tokio::test]
async fn a_deposit_is_found_by_its_number_its_record_its_voucher_and_nothing_else() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.clerk.officer);
    let found = find_deposit(office, by, &bureau.deposit.to_string()).await.unwrap().unwrap();
    assert!(found.is_admitted && found.signer == "张*", "{found:?}");
    let again = find_deposit(office, by, &found.record.to_string()).await.unwrap().unwrap();
    assert_eq!(again, found);
    let voucher = found.voucher.expect("a signing has a voucher");
    assert_eq!(find_deposit(office, by, &voucher.to_string()).await.unwrap(), Some(found));
    assert_eq!(find_deposit(office, by, "CZ202611240000011").await.unwrap(), None);
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(find_deposit(office, &security, "x").await), Rule::Role);
}
