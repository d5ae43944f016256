use super::*;
use crate::OfficeKind;
use crate::samples::*;
use crate::{ConfirmError, FilingState};

fn office(kind: OfficeKind, name: &str) -> Office {
    Office { kind, name: name.parse().unwrap() }
}

fn registry() -> Office {
    office(OfficeKind::Registry, "杭州市临安区市场监督管理局")
}

fn reviewer(n: u8) -> Reviewer {
    Reviewer::new(StaffId::from_bytes([n; 16]), registry()).unwrap()
}

fn case_id(n: u8) -> CaseId {
    CaseId::from_bytes([n; 16])
}

fn case(n: u8) -> ReviewCase {
    let new = NewCase {
        id: case_id(n),
        filing: drafted(1).id(),
        party: party(1),
        signing: SigningId::from_bytes([1; 16]),
        office: registry(),
        reasons: BTreeSet::from([ReviewReason::ProviderUnreachable]),
    };
    ReviewCase::open(new, at(10))
}

fn shown() -> heqi_vocabulary::Digest {
    heqi_vocabulary::Digest::of(b"the list of signatures")
}

/// Handler and signer confirm.
fn confirm(filing: &mut crate::Filing, minute: i64) {
    filing.confirm(party(0), shown(), at(minute)).unwrap();
    filing.confirm(party(1), shown(), at(minute)).unwrap();
}

/// One party signed, and a case was opened with it.
fn signed_with_case() -> crate::Filing {
    let mut filing = signing(1);
    let mut ceremony = captured(&filing, 1, at(5));
    let completion = crate::Completion {
        review: ReviewNeed::Case(case_id(1)),
        ..completion(1, "first", "first")
    };
    ceremony.complete(completion, &mut filing, at(10)).unwrap();
    filing
}

#[test]
fn nobody_of_the_operator_or_of_a_handlers_firm_is_a_reviewer() {
    for kind in [OfficeKind::Operator, OfficeKind::HandlerFirm] {
        let refused = Reviewer::new(StaffId::from_bytes([1; 16]), office(kind, "示例文签平台"));
        assert_eq!(refused, Err(NotAReviewer));
        // Nor does a row make one.
        let mut row = serde_json::to_value(reviewer(1)).unwrap();
        row["office"]["kind"] = kind.code().into();
        assert!(serde_json::from_value::<Reviewer>(row).is_err());
    }
}

#[test]
fn one_reviewer_accepts_and_nothing_is_decided_twice() {
    let mut case = case(1);
    assert!(case.accept(&reviewer(1), at(20)).is_ok());
    assert_eq!(case.accept(&reviewer(2), at(21)), Err(DecideError::Decided));
    assert_eq!(case.propose_refusal(&reviewer(2), at(21)), Err(DecideError::Decided));
}

#[test]
fn a_refusal_takes_two_and_nobody_confirms_an_own_one() {
    let mut case = case(1);
    assert_eq!(case.confirm_refusal(&reviewer(1), at(20)), Err(DecideError::NothingProposed));
    case.propose_refusal(&reviewer(1), at(20)).unwrap();
    assert!(!case.is_decided());
    assert_eq!(case.confirm_refusal(&reviewer(1), at(21)), Err(DecideError::OwnProposal));
    assert_eq!(case.propose_refusal(&reviewer(2), at(21)), Err(DecideError::AlreadyProposed));
    assert!(case.confirm_refusal(&reviewer(2), at(22)).is_ok());
    assert!(case.is_decided());
}

#[test]
fn a_second_reviewer_may_accept_what_the_first_wanted_to_refuse() {
    let mut case = case(1);
    case.propose_refusal(&reviewer(1), at(20)).unwrap();
    assert!(case.accept(&reviewer(2), at(21)).is_ok());
}

#[test]
fn another_office_decides_nothing() {
    let other = office(OfficeKind::Notary, "杭州市临安区公证处");
    let other = Reviewer::new(StaffId::from_bytes([3; 16]), other).unwrap();
    assert_eq!(case(1).accept(&other, at(20)), Err(DecideError::OtherOffice));
}

#[test]
fn a_filing_is_not_confirmed_before_its_case_is_accepted() {
    let mut filing = signed_with_case();
    assert!(matches!(filing.state(), FilingState::Signed { .. }));
    confirm(&mut filing, 30);
    assert_eq!(*filing.state(), FilingState::Reviewing { since: at(30) });
    assert!(!filing.party(party(1)).unwrap().is_reviewed());
    assert!(matches!(
        filing.confirm(party(1), shown(), at(31)),
        Err(ConfirmError::AlreadyConfirmed)
    ));
    let decided = case(1).accept(&reviewer(1), at(40)).unwrap();
    filing.settle_review(decided, at(40));
    assert_eq!(*filing.state(), FilingState::Confirmed { since: at(40) });
    assert!(filing.party(party(1)).unwrap().is_reviewed());
}

#[test]
fn the_code_of_a_state_is_its_word_in_json() {
    let (mut refused, mut accepted) = (case(1), case(2));
    let mut seen = vec![refused.state().clone()];
    refused.propose_refusal(&reviewer(1), at(20)).unwrap();
    seen.push(refused.state().clone());
    refused.confirm_refusal(&reviewer(2), at(21)).unwrap();
    seen.push(refused.state().clone());
    accepted.accept(&reviewer(1), at(20)).unwrap();
    seen.push(accepted.state().clone());
    let codes: Vec<_> = seen.iter().map(CaseState::code).collect();
    assert_eq!(codes, ["open", "refusal_proposed", "refused", "accepted"]);
    for state in seen {
        assert_eq!(serde_json::to_value(&state).unwrap()["state"], state.code());
    }
}

#[test]
fn somebody_is_to_look_within_a_day() {
    assert_eq!(REVIEW_WITHIN_MS, 86_400_000);
}

#[test]
fn the_order_of_decision_and_confirmation_makes_no_difference() {
    let mut filing = signed_with_case();
    let decided = case(1).accept(&reviewer(1), at(20)).unwrap();
    filing.settle_review(decided, at(20));
    assert!(matches!(filing.state(), FilingState::Signed { .. }));
    confirm(&mut filing, 30);
    assert_eq!(*filing.state(), FilingState::Confirmed { since: at(30) });
}

#[test]
fn a_refused_case_keeps_the_filing_from_being_confirmed_for_good() {
    let mut filing = signed_with_case();
    confirm(&mut filing, 30);
    let mut refused = case(1);
    refused.propose_refusal(&reviewer(1), at(40)).unwrap();
    filing.settle_review(refused.confirm_refusal(&reviewer(2), at(41)).unwrap(), at(41));
    assert!(matches!(filing.state(), FilingState::Reviewing { .. }));
    // A decision of the same case made elsewhere changes nothing any more.
    filing.settle_review(case(1).accept(&reviewer(1), at(50)).unwrap(), at(50));
    assert!(matches!(filing.state(), FilingState::Reviewing { .. }));
    assert!(!filing.party(party(1)).unwrap().is_reviewed());
}

#[test]
fn a_decision_of_another_case_settles_nothing() {
    let mut filing = signed_with_case();
    confirm(&mut filing, 30);
    filing.settle_review(case(2).accept(&reviewer(1), at(40)).unwrap(), at(40));
    assert!(matches!(filing.state(), FilingState::Reviewing { .. }));
}

#[test]
fn a_row_that_claims_to_be_confirmed_with_an_open_case_is_refused() {
    let mut filing = signed_with_case();
    confirm(&mut filing, 30);
    let mut row = serde_json::to_value(&filing).unwrap();
    assert!(serde_json::from_value::<crate::Filing>(row.clone()).is_ok());
    row["state"]["status"] = "confirmed".into();
    assert!(serde_json::from_value::<crate::Filing>(row).is_err());
}
