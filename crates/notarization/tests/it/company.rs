//! A company in whose name a document was signed applies for a certificate: at the counter and from within.

use heqi_evidence::record::RecordDraft;
use heqi_notarization::NotaryOffice;
use heqi_notarization::holder::certify::{
    applications, apply_as_company, apply_as_signer, signing_of,
};
use heqi_notarization::holder::door::{ask_code, enter, holder};
use heqi_notarization::holder::held::{OpenedRecord, list, open};
use heqi_notarization::matter::apply::{Apply, apply};
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::check::check_certificate;
use heqi_notarization::matter::checklist::Item;
use heqi_notarization::matter::draft::{hand_in, propose};
use heqi_notarization::matter::finish::{issue, set_fee};
use heqi_notarization::matter::form::{ActingBasis, ApplicantKind, ApplicationForm, Field};
use heqi_notarization::matter::handle::{accept, declare, recompute};
use heqi_notarization::matter::search::find_deposit;
use heqi_notarization::matter::state::Fee;
use heqi_notarization::matter::step::ActedBy;
use heqi_notarization::matter::view::matter;
use heqi_notarization::matter::{ApplicationNo, MatterError};
use heqi_notarization::staff::OfficeRole;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::{Digest, Explain as _, Language, Provenance, VoucherNo};
use serde_json::json;

use crate::holder::{MOBILE, contact, house_of};
use crate::matter::{Bureau, Member};
use crate::support::House;

const COMPANY: &str = "杭州示例云栖投资有限公司";
const CODE: &str = "91330112MA000004XN";
const OTHER_CODE: &str = "91330112MA00000902";
const REPRESENTATIVE: &str = "周建国";
const NUMBER: &str = "330112196404169991";
const OTHER_NUMBER: &str = "11010519491231002X";

fn declare_company(draft: &mut RecordDraft) {
    let values = [
        ("party_kind", "company"),
        ("party_name", COMPANY),
        ("representative_name", REPRESENTATIVE),
    ];
    for (name, value) in values {
        draft.set(name, value, Provenance::Declared).unwrap();
    }
}

/// A signing of 周建国 in the company's name.
fn signed_for_company() -> Story {
    let record = Box::new(declare_company);
    Story::tell(1, &Twists { record: Some(record), ..Twists::default() })
}

/// The same, where authorities were asked about the company's code and the number of 周建国.
fn asked_about_company() -> Story {
    let record = |draft: &mut RecordDraft| {
        declare_company(draft);
        let questions = json!([
            { "asks": "person", "document_kind": "resident_id", "document_number": NUMBER, "name": REPRESENTATIVE },
            { "asks": "company", "code": CODE, "name": COMPANY },
        ]);
        let identity = json!({ "answers": [], "questions": questions });
        draft.set("identity", identity, Provenance::Observed).unwrap();
    };
    Story::tell(1, &Twists { record: Some(Box::new(record)), ..Twists::default() })
}

/// The company, by its legal representative 周建国.
fn form() -> ApplicationForm {
    ApplicationForm {
        applicant: "company".into(),
        name: COMPANY.into(),
        document_kind: String::new(),
        document_number: CODE.into(),
        legal_representative: REPRESENTATIVE.into(),
        acting_document_kind: "resident_id".into(),
        acting_document_number: NUMBER.into(),
        materials: "营业执照副本，1份\n法定代表人身份证明，1份".into(),
        ..Bureau::form()
    }
}

/// The same, by somebody with a power of attorney.
fn by_agent(agent: &str) -> ApplicationForm {
    ApplicationForm {
        agent: agent.into(),
        power_of_attorney: "seen".into(),
        acting_document_number: OTHER_NUMBER.into(),
        materials: "营业执照副本，1份\n法定代表人身份证明，1份\n授权委托书，1份".into(),
        ..form()
    }
}

/// Accepted, and the machine's part of the list made.
async fn recomputed(bureau: &Bureau, no: ApplicationNo) {
    for member in [&bureau.clerk, &bureau.notary, &bureau.other_notary, &bureau.approver] {
        declare(bureau.office(), no, &member.officer, false).await.unwrap();
    }
    accept(bureau.office(), no, &bureau.notary.officer).await.unwrap();
    recompute(bureau.office(), no, &bureau.clerk.officer).await.unwrap();
}

/// What the machine says at a point, in one text.
async fn said_at(bureau: &Bureau, no: ApplicationNo, item: Item) -> String {
    let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
    let said = view.content.evidence.get(&item).into_iter().flatten();
    said.map(|[zh, _]| zh.as_str()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn edge_case_4_a_company_that_signed_is_certified_as_a_legal_person_and_anybody_reads_its_name()
 {
    let bureau = Bureau::of(&signed_for_company()).await;
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let found = find_deposit(office, notary, &bureau.deposit.to_string()).await.unwrap().unwrap();
    assert_eq!(found.signer, format!("{COMPANY}（代表人：周**）"));
    let no = bureau.apply_with(form()).await.unwrap();
    match bureau.apply_with(form()).await.unwrap_err() {
        MatterError::Double(open) => assert_eq!(open, no),
        other => panic!("{other}"),
    }
    recomputed(&bureau, no).await;
    let said = said_at(&bureau, no, Item::ApplicantIdentity).await;
    for wanted in
        ["系统只比对了单位名称", "系统只比对了办理人的姓名", "法定代表人本人办理", "营业执照"]
    {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
    assert_eq!(said_at(&bureau, no, Item::Interest).await, "");

    bureau.checked(no).await;
    bureau.extracted(no).await;
    let text = propose(office, &bureau.desk, no).await.unwrap();
    let head = format!(
        "申请人：{COMPANY}，统一社会信用代码：{CODE}（据申请人申报），住所：杭州市临安区示例路1号，法定代表人：{REPRESENTATIVE}。\n公证事项："
    );
    assert!(text.starts_with(&head), "{text}");
    assert!(text.contains(&format!("以“{COMPANY}（代表人：{REPRESENTATIVE}）”名义")), "{text}");
    let shown = bureau.drafted(no).await;
    hand_in(office, no, notary).await.unwrap();
    let command = Approve { shown, objection_ticked: false };
    approve(office, &bureau.desk, no, (&bureau.approver.officer, command)).await.unwrap();
    set_fee(office, no, &bureau.clerk.officer, Fee::Waived).await.unwrap();
    issue(office, &bureau.desk, no, notary).await.unwrap();
    let view = matter(office, notary, no).await.unwrap();
    assert_eq!(view.matter.applicant(), ApplicantKind::Company);
    let number = view.matter.certificate().unwrap().to_string();
    let checked = check_certificate(office, &number, &view.content.check_code).await.unwrap();
    assert_eq!(checked.unwrap().applicant, COMPANY);
}

#[tokio::test]
async fn a_company_that_did_not_sign_is_refused_with_the_article() {
    let refused = async |bureau: &Bureau, form| {
        let refused = bureau.apply_with(form).await.unwrap_err();
        assert!(matches!(refused, MatterError::NotCompany), "{refused}");
        let told = refused.explain(Language::Zh);
        assert!(told.what.contains("《公证法》第三十一条第二项"), "{}", told.what);
    };
    // A person signed.
    refused(&Bureau::open().await, form()).await;
    // Another company did, or one of this name with another code.
    let bureau = Bureau::of(&asked_about_company()).await;
    let stranger = ApplicationForm {
        name: "杭州示例青穗茶业有限公司".into(),
        document_number: OTHER_CODE.into(),
        ..form()
    };
    refused(&bureau, stranger).await;
    refused(&bureau, ApplicationForm { document_number: OTHER_CODE.into(), ..form() }).await;
    // The company's name on a person's form is no person's.
    let person = ApplicationForm { name: COMPANY.into(), ..Bureau::form() };
    assert!(bureau.apply_with(person).await.is_err());
    // A code that is held is the company's, whatever it is called since.
    let anew = ApplicationForm { name: "杭州示例云西投资有限公司".into(), ..form() };
    let no = bureau.apply_with(anew).await.unwrap();
    recomputed(&bureau, no).await;
    let said = said_at(&bureau, no, Item::ApplicantIdentity).await;
    assert!(said.contains("名称不同") && said.contains("是否更名"), "{said}");
    assert!(said.contains("办理人的姓名和证件号码与存证记录中代表该单位签署的人一致"), "{said}");
}

#[tokio::test]
async fn whoever_acts_for_a_company_shows_by_what_and_a_namesake_does_not() {
    let bureau = Bureau::of(&asked_about_company()).await;
    let field = async |form| match bureau.apply_with(form).await.unwrap_err() {
        MatterError::Field(field) => field,
        other => panic!("{other}"),
    };
    let bare = ApplicationForm { materials: "营业执照副本，1份".into(), ..form() };
    assert_eq!(field(bare).await, Field::Authority);
    let unseen = ApplicationForm { power_of_attorney: String::new(), ..by_agent("李四") };
    assert_eq!(field(unseen).await, Field::Agent);
    let namesake = ApplicationForm { acting_document_number: OTHER_NUMBER.into(), ..form() };
    let refused = bureau.apply_with(namesake).await.unwrap_err();
    assert!(matches!(refused, MatterError::NotRepresentative), "{refused}");
    assert!(refused.explain(Language::Zh).what.contains("《公证法》第二十六条"));

    // Somebody else with a power of attorney is taken at the counter; the notary reads the papers.
    let no = bureau.apply_with(by_agent("李四")).await.unwrap();
    let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
    let acting = view.content.application.acting().unwrap();
    assert_eq!((acting.name, acting.basis), ("李四", ActingBasis::PowerOfAttorney));
    recomputed(&bureau, no).await;
    let said = said_at(&bureau, no, Item::ApplicantIdentity).await;
    for wanted in [
        "单位名称和统一社会信用代码与存证记录中签署的单位一致",
        "办理人不是存证记录中代表该单位签署的人",
        "窗口已核对授权委托书",
    ] {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
}

#[tokio::test]
async fn whoever_signed_for_a_company_applies_in_the_own_name_and_the_notary_asks_for_the_interest()
{
    let bureau = Bureau::of(&signed_for_company()).await;
    let own = ApplicationForm {
        name: REPRESENTATIVE.into(),
        document_number: NUMBER.into(),
        ..Bureau::form()
    };
    let no = bureau.apply_with(own).await.unwrap();
    recomputed(&bureau, no).await;
    let said = said_at(&bureau, no, Item::Interest).await;
    assert!(said.contains("以本人名义申请") && said.contains("利害关系"), "{said}");
    // The company's own application stands beside it.
    bureau.apply_with(form()).await.unwrap();
}

/// The signing of 周建国 for the company, opened by 周建国, who came in.
async fn come_in(story: Story) -> (House, OpenedRecord) {
    let (house, _) = house_of(story).await;
    let office: &NotaryOffice = &house.office;
    let sent = ask_code(office, &contact(MOBILE)).await.unwrap().unwrap();
    let secret = enter(office, &sent.contact, &sent.code, REPRESENTATIVE).await.unwrap();
    let person = holder(office, Digest::of(secret.as_bytes())).await.unwrap().unwrap();
    let listed = list(office, &person).await.unwrap();
    let voucher = listed[0].signings[0].signed.as_ref().unwrap().voucher.clone();
    let voucher: VoucherNo = voucher.parse().unwrap();
    let number = signing_of(office, &person, voucher).await.unwrap().unwrap();
    let about = open(office, &person, number).await.unwrap();
    (house, about)
}

#[tokio::test]
async fn from_within_whoever_signed_for_the_company_applies_for_it_and_nobody_else_does() {
    let (house, about) = Box::pin(come_in(signed_for_company())).await;
    let office = &house.office;
    let refused = apply_as_company(office, &about, ("李四", by_agent(""))).await;
    assert!(matches!(refused, Err(MatterError::NotRepresentative)), "{refused:?}");
    // Nobody's legal representative by the form either: who is named as that has to have signed.
    let another = ApplicationForm { legal_representative: "李四".into(), ..form() };
    let refused = apply_as_company(office, &about, ("李四", another)).await;
    assert!(matches!(refused, Err(MatterError::NotRepresentative)), "{refused:?}");
    let stranger =
        ApplicationForm { name: "杭州示例青穗茶业有限公司".into(), ..form() };
    let refused = apply_as_company(office, &about, (REPRESENTATIVE, stranger)).await;
    assert!(matches!(refused, Err(MatterError::NotCompany)), "{refused:?}");
    // Who signed, and is not the legal representative, names the power of attorney.
    let authorised = ApplicationForm { legal_representative: "李四".into(), ..form() };
    let refused = apply_as_company(office, &about, (REPRESENTATIVE, authorised)).await;
    assert!(matches!(refused, Err(MatterError::Field(Field::Authority))), "{refused:?}");

    // Whoever does not say who acts is asked, and is not taken for the legal representative.
    for nobody in ["", " "] {
        let refused = apply_as_company(office, &about, (nobody, form())).await;
        assert!(matches!(refused, Err(MatterError::Field(Field::Acting))), "{refused:?}");
    }

    assert!(applications(office, &about).await.unwrap().is_empty());
    let applied = apply_as_company(office, &about, (REPRESENTATIVE, form())).await.unwrap();
    let stand = applications(office, &about).await.unwrap();
    let stand: Vec<_> = stand.iter().map(|one| (one.number, one.stage.as_str())).collect();
    assert_eq!(stand, [(applied, "submitted")]);
    let again = apply_as_company(office, &about, (REPRESENTATIVE, form())).await;
    assert!(matches!(again, Err(MatterError::Double(open)) if open == applied), "{again:?}");
    let own = ApplicationForm {
        name: REPRESENTATIVE.into(),
        document_number: NUMBER.into(),
        ..Bureau::form()
    };
    let own = apply_as_signer(office, &about, own).await.unwrap();
    // Both are shown, each as whose it is.
    let both = applications(office, &about).await.unwrap();
    let both: Vec<_> = both.iter().map(|one| (one.number, one.applicant)).collect();
    assert_eq!(both, [(applied, ApplicantKind::Company), (own, ApplicantKind::Signer)]);
}

/// It carries the other's document, and with its code the company's certificate is fetched.
#[tokio::test]
async fn what_somebody_else_handed_in_for_the_company_is_not_shown_to_who_signed() {
    let (house, about) = Box::pin(come_in(signed_for_company())).await;
    let office = &house.office;
    let clerk = Member::admit(office, "zhao.min", OfficeRole::Clerk).await;
    let by = ActedBy::Staff { account: clerk.officer.account, role: "clerk".into() };
    let handed_in = Apply { deposit: about.row.deposit_no, form: by_agent("李四"), by };
    let theirs = apply(office, handed_in).await.unwrap();
    assert!(applications(office, &about).await.unwrap().is_empty());
    let again = apply_as_company(office, &about, (REPRESENTATIVE, form())).await;
    assert!(matches!(again, Err(MatterError::Double(open)) if open == theirs), "{again:?}");
    // The own one is shown beside it.
    let own = ApplicationForm {
        name: REPRESENTATIVE.into(),
        document_number: NUMBER.into(),
        ..Bureau::form()
    };
    let own = apply_as_signer(office, &about, own).await.unwrap();
    let shown = applications(office, &about).await.unwrap();
    assert_eq!(shown.iter().map(|one| one.number).collect::<Vec<_>>(), [own]);
}

#[tokio::test]
async fn from_within_a_power_of_attorney_is_taken_as_unseen() {
    let (house, about) = Box::pin(come_in(signed_for_company())).await;
    let authorised = ApplicationForm {
        legal_representative: "李四".into(),
        // What a browser says of it counts for nothing here.
        power_of_attorney: "seen".into(),
        acting_document_number: NUMBER.into(),
        ..by_agent("")
    };
    let no = apply_as_company(&house.office, &about, (REPRESENTATIVE, authorised)).await.unwrap();
    let clerk = Member::admit(&house.office, "zhao.min", OfficeRole::Clerk).await;
    let view = matter(&house.office, &clerk.officer, no).await.unwrap();
    let application = &view.content.application;
    assert_eq!(application.power_of_attorney.as_str(), "unstated");
    let acting = application.acting().unwrap();
    assert_eq!((acting.name, acting.basis), (REPRESENTATIVE, ActingBasis::PowerOfAttorney));
}
