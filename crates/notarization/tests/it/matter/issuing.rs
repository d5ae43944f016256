//! What is needed before a certificate is issued, and what anybody learns of it.

use std::sync::atomic::Ordering;

use heqi_notarization::matter::act::Desk;
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::check::{Standing, check_certificate};
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::finish::{certificate_file, issue, set_fee, void};
use heqi_notarization::matter::given::newest_numbers;
use heqi_notarization::matter::press::PressError;
use heqi_notarization::matter::register_book::register_book;
use heqi_notarization::matter::state::{Fee, Rule};
use heqi_notarization::matter::view::matter;
use heqi_notarization::matter::{MatterError, Stage};
use heqi_notarization::peer::compare_with;
use heqi_notarization::successor::last_certificate;

use super::{Bureau, rule};

#[tokio::test]
async fn a_clerk_who_drafted_does_not_approve() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let command = Approve { shown, objection_ticked: false };
    for own in [&bureau.clerk, &bureau.notary] {
        let refused = approve(office, &bureau.desk, no, (&own.officer, command)).await;
        assert_eq!(rule(refused), Rule::OwnDraft);
    }
    let refused = approve(office, &bureau.desk, no, (&bureau.other_notary.officer, command)).await;
    assert_eq!(rule(refused), Rule::Role);
}

#[tokio::test]
async fn nothing_is_issued_without_fee_press_and_a_good_token() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.numbered().await;
    assert_eq!(rule(issue(office, &bureau.desk, no, by).await), Rule::FeeOpen);
    set_fee(office, no, by, Fee::Due { fen: 80_000 }).await.unwrap();
    assert_eq!(rule(issue(office, &bureau.desk, no, by).await), Rule::FeeOpen);
    set_fee(office, no, by, Fee::Waived).await.unwrap();
    let without = Desk { press: None, ..bureau.desk.clone() };
    assert!(matches!(issue(office, &without, no, by).await, Err(MatterError::NoPress)));
    bureau.press.has_no_time.store(true, Ordering::SeqCst);
    let refused = issue(office, &bureau.desk, no, by).await.unwrap_err();
    assert!(matches!(refused, MatterError::Press(PressError::NoTime)));
    assert_eq!(bureau.stage(no).await, Stage::Numbered, "the number waits");
    assert!(certificate_file(office, no).await.is_err());
    bureau.press.has_no_time.store(false, Ordering::SeqCst);
    issue(office, &bureau.desk, no, by).await.unwrap();
    assert_eq!(rule(issue(office, &bureau.desk, no, by).await), Rule::Stage(Stage::Issued));
}

#[tokio::test]
async fn anybody_with_number_and_code_learns_whether_a_certificate_stands() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.issued().await;
    let view = matter(office, &bureau.notary.officer, no).await.unwrap();
    let (number, code) = (view.matter.certificate().unwrap(), &view.content.check_code);
    let asked = [number.to_string(), number.digest().to_string(), "(2026)浙杭临证经字第1号".into()];
    for asked in asked {
        let checked = check_certificate(office, &asked, code).await.unwrap().unwrap();
        assert_eq!((checked.standing, checked.applicant.as_str()), (Standing::Valid, "张*"));
        assert!(!checked.is_disputed && !checked.is_signing_void);
        assert_eq!(checked.sha256, view.matter.issue().map(|issue| issue.sha256));
    }
    for (asked, code) in [
        (number.to_string(), "AAAA2222"),
        (number.to_string(), ""),
        ("（2026）浙杭临证经字第000002号".into(), code.as_str()),
        ("no number".into(), code.as_str()),
    ] {
        assert_eq!(check_certificate(office, &asked, code).await.unwrap(), None, "{asked}");
    }
    bureau.corrected(no, "云西 → 云栖").await;
    let checked = check_certificate(office, &number.to_string(), code).await.unwrap().unwrap();
    assert_eq!(checked.standing, Standing::Corrected);
    let [(correction, _)] = checked.corrected_by.as_slice() else { panic!("{checked:?}") };
    assert!(correction.to_string().starts_with("BZ"), "{correction}");
    let alone = void(office, no, &bureau.approver.officer, "x").await;
    assert_eq!(rule(alone), Rule::Stage(Stage::Issued), "it was issued: two persons");
    bureau.revoked(no, "申请人提供虚假材料").await;
    let checked = check_certificate(office, &number.to_string(), code).await.unwrap().unwrap();
    assert_eq!(checked.standing, Standing::Voided);
    assert!(checked.voided_at.is_some());
    let book = register_book(office, &bureau.notary.officer, 2026).await.unwrap();
    assert!(book.contains("已撤销"), "{book}");
    bureau.apply_with(Bureau::form()).await.unwrap();
}

#[tokio::test]
async fn a_store_without_a_number_that_the_office_gave_is_proved_to_be_set_back() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    assert!(newest_numbers(office).await.unwrap().is_empty());
    let no = bureau.numbered().await;
    let given = newest_numbers(office).await.unwrap();
    let view = matter(office, &bureau.notary.officer, no).await.unwrap();
    assert_eq!(given, std::slice::from_ref(view.matter.certificate().unwrap()));
    assert_eq!(compare_with(office, &[], &[], &[], &given).await.unwrap(), None);

    // The store of before: nothing else of it is behind anything the platform holds.
    let before = Bureau::open().await;
    let said = compare_with(before.office(), &[], &[], &[], &given).await.unwrap().unwrap();
    for part in ["（2026）浙杭临证经字第000001号", "newest backup", "heqi recover notary"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    // Once it is known from the register book which number was the last, none is missing.
    last_certificate(before.office(), &given[0]).await.unwrap();
    assert_eq!(compare_with(before.office(), &[], &[], &[], &given).await.unwrap(), None);
    let next = given[0].series().number(2026, 2);
    let said = compare_with(before.office(), &[], &[], &[], &[next]).await.unwrap().unwrap();
    assert!(said.contains("000002"), "{said}");
}
