use std::collections::BTreeSet;

use super::*;
use crate::document::NewDocument;
use crate::samples::*;
use crate::timer::Timer;
use crate::words::DeclaredName;

fn capacities<const N: usize>(capacities: [Capacity; N]) -> BTreeSet<Capacity> {
    BTreeSet::from(capacities)
}

fn shown() -> Digest {
    Digest::of(b"the list of signatures")
}

fn confirmed(signers: u8) -> Filing {
    let mut filing = signed(signers);
    for n in 0..=signers {
        filing.confirm(party(n), shown(), at(100 + i64::from(n))).unwrap();
    }
    filing
}

#[test]
fn fifty_shareholders_are_the_most_whether_persons_or_companies() {
    let mut filing = drafted(49);
    let representing = capacities([Capacity::CorporateShareholderRepresentative]);
    filing.add_party(party(50), company(), representing.clone()).unwrap();
    let before = filing.clone();
    let one_more = filing.add_party(party(51), company(), representing);
    assert_eq!(one_more, Err(AddPartyError::TooManyShareholders));
    assert_eq!(filing, before);
    let supervisor = capacities([Capacity::Supervisor]);
    filing.add_party(party(52), person("陈素英"), supervisor).unwrap();
}

#[test]
fn the_handler_may_hold_shares_but_never_acts_for_others() {
    let mut filing = empty_filing();
    let both = capacities([Capacity::Handler, Capacity::CorporateShareholderRepresentative]);
    for who in [company(), person("何静")] {
        let refused = filing.add_party(party(1), who, both.clone());
        assert_eq!(refused, Err(AddPartyError::HandlerSignsForOthers));
    }
    let own = capacities([Capacity::Handler, Capacity::Shareholder, Capacity::LegalRepresentative]);
    filing.add_party(party(1), person("何静"), own).unwrap();
    assert_eq!(filing.handler().map(Party::id), Some(party(1)));
}

#[test]
fn a_party_needs_a_fitting_capacity_that_is_free() {
    let mut filing = drafted(1);
    let mut add = |id: u8, who, with| filing.add_party(party(id), who, with);
    assert_eq!(add(9, person("吴敏"), capacities([])), Err(AddPartyError::NoCapacity));
    assert_eq!(
        add(9, company(), capacities([Capacity::Shareholder])),
        Err(AddPartyError::UnfitCapacity { capacity: Capacity::Shareholder })
    );
    assert_eq!(
        add(9, person("吴敏"), capacities([Capacity::Handler])),
        Err(AddPartyError::CapacityTaken { capacity: Capacity::Handler })
    );
    assert_eq!(
        add(1, person("吴敏"), capacities([Capacity::Supervisor])),
        Err(AddPartyError::AlreadyPresent)
    );
}

#[test]
fn edge_case_06_more_capacities_of_one_person_are_one_party_under_the_same_rules() {
    let mut filing = drafted(49);
    filing.add_capacities(party(1), &capacities([Capacity::LegalRepresentative])).unwrap();
    filing.add_party(party(60), person("陈素英"), capacities([Capacity::Supervisor])).unwrap();
    // Again in a capacity it has: nothing changes.
    filing.add_capacities(party(1), &capacities([Capacity::Shareholder])).unwrap();
    let both = capacities([Capacity::LegalRepresentative, Capacity::Shareholder]);
    assert_eq!(filing.party(party(1)).unwrap().capacities(), &both);
    filing.add_capacities(party(60), &capacities([Capacity::Shareholder])).unwrap();
    let before = filing.clone();
    let mut add = |id: u8, more: BTreeSet<Capacity>| filing.add_capacities(party(id), &more);
    assert_eq!(add(2, capacities([])), Err(AddPartyError::NoCapacity));
    assert_eq!(add(99, capacities([Capacity::Supervisor])), Err(AddPartyError::AlreadyPresent));
    assert_eq!(
        add(2, capacities([Capacity::LegalRepresentative])),
        Err(AddPartyError::CapacityTaken { capacity: Capacity::LegalRepresentative })
    );
    assert_eq!(
        add(2, capacities([Capacity::CorporateShareholderRepresentative])),
        Err(AddPartyError::UnfitCapacity {
            capacity: Capacity::CorporateShareholderRepresentative
        })
    );
    // The handler would be the fifty-first shareholder.
    assert_eq!(
        add(0, capacities([Capacity::Shareholder])),
        Err(AddPartyError::TooManyShareholders)
    );
    assert_eq!(filing, before);
}

#[test]
fn who_has_signed_gets_no_capacity_that_was_not_signed_in() {
    let mut filing = signed(1);
    let more = capacities([Capacity::Supervisor]);
    assert_eq!(filing.add_capacities(party(1), &more), Err(AddPartyError::NotDrafting));
    filing.return_to_drafting(at(200)).unwrap();
    assert_eq!(filing.add_capacities(party(1), &more), Err(AddPartyError::AlreadyPresent));
}

#[test]
fn signing_opens_only_with_something_to_sign_and_somebody_to_sign_it() {
    let mut filing = empty_filing();
    assert_eq!(filing.open_signing(at(1)), Err(OpenSigningError::NoDocument));
    filing.attach_document(file(1), at(1)).unwrap();
    filing.add_party(party(0), person("何静"), capacities([Capacity::Handler])).unwrap();
    assert_eq!(filing.open_signing(at(1)), Err(OpenSigningError::NoSigner));
    filing.add_party(party(1), person("吴敏"), capacities([Capacity::Supervisor])).unwrap();
    filing.open_signing(at(2)).unwrap();
    assert_eq!(filing.state(), &FilingState::Signing { since: at(2) });
    assert_eq!(filing.open_signing(at(3)), Err(OpenSigningError::NotDrafting));
}

#[test]
fn parties_and_documents_are_added_in_drafting_only_and_once() {
    let mut filing = drafted(1);
    let again = NewDocument { id: document(77), ..file(1) };
    assert_eq!(filing.attach_document(again, at(1)), Err(AttachDocumentError::AlreadyAttached));
    filing.open_signing(at(1)).unwrap();
    assert_eq!(filing.attach_document(file(3), at(2)), Err(AttachDocumentError::NotDrafting));
    let late = filing.add_party(party(5), person("吴敏"), capacities([Capacity::Supervisor]));
    assert_eq!(late, Err(AddPartyError::NotDrafting));
}

#[test]
fn the_last_signature_makes_the_filing_signed_and_asks_everyone() {
    let mut filing = signing(2);
    sign(&mut filing, 1, at(10)).unwrap();
    assert_eq!(filing.state(), &FilingState::Signing { since: at(1) });
    assert_eq!(filing.missing_signatures(), 2);
    sign(&mut filing, 2, at(20)).unwrap();
    assert_eq!(filing.state(), &FilingState::Signed { since: at(20), asked_at: at(20) });
    assert_eq!(filing.unconfirmed().count(), 3, "two shareholders and the handler");
    let first = filing.due().first().copied().unwrap();
    assert_eq!((first.at, first.timer), (at(140), Timer::ConfirmationReminder { nth: 1 }));
}

#[test]
fn every_party_and_the_handler_must_confirm() {
    let mut filing = signed(2);
    filing.confirm(party(1), shown(), at(100)).unwrap();
    filing.confirm(party(2), shown(), at(101)).unwrap();
    assert!(matches!(filing.state(), FilingState::Signed { .. }));
    assert_eq!(filing.confirm(party(2), shown(), at(102)), Err(ConfirmError::AlreadyConfirmed));
    filing.confirm(party(0), shown(), at(103)).unwrap();
    assert_eq!(filing.state(), &FilingState::Confirmed { since: at(103) });
}

#[test]
fn nothing_is_confirmed_before_everyone_signed() {
    let mut filing = signing(2);
    sign(&mut filing, 1, at(10)).unwrap();
    let early = filing.confirm(party(1), shown(), at(11));
    assert_eq!(early, Err(ConfirmError::NotAllSigned { missing: 2 }));
    assert_eq!(filing.confirm(party(99), shown(), at(11)), Err(ConfirmError::UnknownParty));
}

#[test]
fn silence_is_never_a_yes_and_asking_again_opens_a_new_window() {
    let mut filing = signed(1);
    let late = timer::confirmation_closes_at(at(11));
    assert_eq!(filing.confirm(party(1), shown(), late), Err(ConfirmError::WindowClosed));
    assert_eq!(filing.state(), &FilingState::Signed { since: at(11), asked_at: at(11) });
    filing.ask_again(late).unwrap();
    filing.confirm(party(1), shown(), late).unwrap();
    filing.confirm(party(0), shown(), late).unwrap();
    assert_eq!(filing.ask_again(late), Err(AskAgainError::NothingToAsk));
}

#[test]
fn in_person_a_party_confirms_after_the_window_too_and_not_after_thirty_days() {
    let late = timer::confirmation_closes_at(at(11));
    let over = timer::unconfirmed_lapses_at(at(11));
    let mut filing = signed(1);
    assert_eq!(filing.confirm(party(1), shown(), late), Err(ConfirmError::WindowClosed));
    assert_eq!(filing.confirm_in_person(party(1), shown(), over), Err(ConfirmError::WindowClosed));
    filing.confirm_in_person(party(1), shown(), late).unwrap();
    let again = filing.confirm_in_person(party(1), shown(), late);
    assert_eq!(again, Err(ConfirmError::AlreadyConfirmed));
    assert!(matches!(filing.state(), FilingState::Signed { .. }), "the handler has not confirmed");
    filing.confirm_in_person(party(0), shown(), late).unwrap();
    assert_eq!(filing.state(), &FilingState::Confirmed { since: late });

    let mut early = signing(1);
    let refused = early.confirm_in_person(party(1), shown(), at(11));
    assert!(matches!(refused, Err(ConfirmError::NotAllSigned { .. })), "{refused:?}");
}

#[test]
fn one_objection_freezes_at_any_time_before_the_end() {
    let reason = Some(Digest::of("非本人签署".as_bytes()));
    for mut filing in [drafted(2), signing(2), signed(2), confirmed(2)] {
        filing.object(party(2), reason, at(200)).unwrap();
        let frozen = FilingState::Frozen { since: at(200), by: party(2), reason_digest: reason };
        assert_eq!(filing.state(), &frozen);
        assert_eq!(filing.object(party(2), None, at(201)), Err(ObjectError::AlreadyObjected));
        filing.object(party(1), None, at(202)).unwrap();
        assert_eq!(filing.state(), &frozen, "the first objection stays the cause");
        assert!(filing.party(party(1)).unwrap().confirmation().is_objection());
    }
}

#[test]
fn a_frozen_filing_only_ends_by_decision_of_the_registry() {
    let mut filing = signed(2);
    filing.object(party(1), None, at(50)).unwrap();
    let frozen = filing.clone();
    assert_eq!(filing.confirm(party(2), shown(), at(51)), Err(NotOpen::Frozen.into()));
    assert_eq!(filing.replace_document(document(1), file(3), at(51)), Err(NotOpen::Frozen.into()));
    assert_eq!(filing.return_to_drafting(at(51)), Err(NotOpen::Frozen.into()));
    assert_eq!(filing.ask_again(at(51)), Err(NotOpen::Frozen.into()));
    assert_eq!(filing.open_signing(at(51)), Err(OpenSigningError::NotDrafting));
    assert_eq!(filing.end(EndReason::Withdrawn {}, at(51)), Err(EndError::Frozen));
    assert_eq!(filing, frozen);
    let reason = EndReason::DecidedByRegistry { decision: Digest::of(b"decision") };
    filing.end(reason, at(52)).unwrap();
    assert_eq!(filing.state(), &FilingState::Ended { since: at(52), reason });
    assert_eq!(filing.object(party(2), None, at(53)), Err(ObjectError::Ended));
    assert_eq!(filing.end(EndReason::Withdrawn {}, at(53)), Err(EndError::AlreadyEnded));
}

#[test]
fn a_new_version_voids_signatures_and_confirmations_and_keeps_both_versions() {
    let mut filing = confirmed(2);
    filing.replace_document(document(1), file(3), at(200)).unwrap();
    assert_eq!(filing.state(), &FilingState::Signing { since: at(200) });
    assert_eq!(filing.unconfirmed().count(), 3);
    assert_eq!(filing.documents().len(), 3);
    let old = filing.document(document(1)).unwrap();
    assert_eq!((old.version, old.superseded_by), (1, Some(document(3))));
    assert_eq!(filing.document(document(3)).unwrap().version, 2);
    let signer = filing.party(party(1)).unwrap();
    assert!(signer.signature_of(document(1)).is_some(), "the void signature stays");
    let left: Vec<_> = filing.documents_to_sign(party(1)).into_iter().map(|d| d.document).collect();
    assert_eq!(left, [document(3)], "document 2 is still signed");
    sign(&mut filing, 1, at(210)).unwrap();
    sign(&mut filing, 2, at(211)).unwrap();
    assert_eq!(filing.state(), &FilingState::Signed { since: at(211), asked_at: at(211) });
}

#[test]
fn only_the_newest_version_is_replaced_and_only_by_something_new() {
    let mut filing = signing(1);
    filing.replace_document(document(1), file(3), at(2)).unwrap();
    let mut replace = |old: u8, new| filing.replace_document(document(old), new, at(3));
    assert_eq!(replace(1, file(4)), Err(ReplaceDocumentError::AlreadyReplaced));
    assert_eq!(replace(9, file(4)), Err(ReplaceDocumentError::UnknownDocument));
    let same_bytes = NewDocument { id: document(4), ..file(3) };
    assert_eq!(replace(3, same_bytes), Err(ReplaceDocumentError::AlreadyAttached));
    let back_to_the_first = NewDocument { id: document(4), ..file(1) };
    assert_eq!(replace(3, back_to_the_first), Ok(()));
}

#[test]
fn signatures_stand_when_a_filing_returns_to_drafting() {
    let mut filing = confirmed(1);
    filing.return_to_drafting(at(200)).unwrap();
    assert_eq!(filing.unconfirmed().count(), 2);
    filing.open_signing(at(300)).unwrap();
    assert_eq!(
        filing.state(),
        &FilingState::Signed { since: at(300), asked_at: at(300) },
        "the window opens anew"
    );
    filing.return_to_drafting(at(301)).unwrap();
    let supervisor = capacities([Capacity::Supervisor]);
    filing.add_party(party(2), person("陈素英"), supervisor).unwrap();
    filing.open_signing(at(302)).unwrap();
    assert_eq!(filing.missing_signatures(), 2, "the new party has both documents to sign");
}

#[test]
fn a_row_reads_as_it_was_written_with_tags_and_snake_case() {
    for filing in [empty_filing(), drafted(2), signing(2), signed(2), confirmed(2)] {
        let row = serde_json::to_string(&filing).unwrap();
        assert_eq!(serde_json::from_str::<Filing>(&row).unwrap(), filing);
    }
    let row = serde_json::to_value(signed(1)).unwrap();
    assert_eq!(
        row["state"],
        serde_json::json!({
            "status": "signed",
            "since": "2026-11-23T00:11:00.000Z",
            "asked_at": "2026-11-23T00:11:00.000Z",
        })
    );
    assert_eq!(row["parties"][1]["who"], serde_json::json!({"kind": "person", "name": "龚𠮷"}));
    assert_eq!(row["documents"][0]["media_type"], "application/pdf");
    assert_eq!(row["matter"], "establishment");
}

#[test]
fn a_row_whose_state_does_not_follow_from_its_facts_is_not_read() {
    let read = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut row = serde_json::to_value(confirmed(1)).unwrap();
        change(&mut row);
        serde_json::from_value::<Filing>(row)
    };
    assert!(read(&|_| {}).is_ok());
    assert!(read(&|row| row["parties"][1]["signatures"] = serde_json::json!([])).is_err());
    assert!(read(&|row| row["parties"][0]["confirmation"]["answer"] = "pending".into()).is_err());
    assert!(
        read(&|row| row["parties"][0]["confirmation"] = serde_json::json!({"answer": "pending"}))
            .is_err()
    );
    assert!(read(&|row| row["parties"][0]["capacities"] = serde_json::json!([])).is_err());
    assert!(read(&|row| row["parties"][1]["id"] = row["parties"][0]["id"].clone()).is_err());
    assert!(read(&|row| row["state"]["by"] = "anyone".into()).is_err());
    assert!(read(&|row| row["note"] = "unknown field".into()).is_err());
}

#[test]
fn debugging_output_of_a_filing_shows_no_name() {
    let shown = format!("{:?}", signed(1));
    assert!(!shown.contains("何静") && !shown.contains("龚𠮷") && !shown.contains("青穗"));
    assert!("何静".parse::<DeclaredName>().is_ok());
}

#[test]
fn what_was_signed_in_one_signing_is_told_with_what_was_voided_since() {
    let mut filing = signed(2);
    let ids = |filing: &Filing, n: u8, signing: u8| -> Vec<_> {
        let signing = SigningId::from_bytes([signing; 16]);
        filing.documents_signed_in(party(n), signing).map(|document| document.id).collect()
    };
    assert_eq!(ids(&filing, 1, 1), [document(1), document(2)]);
    assert!(ids(&filing, 1, 2).is_empty(), "the signing of somebody else");
    assert!(ids(&filing, 9, 1).is_empty());
    filing.replace_document(document(1), file(3), at(30)).unwrap();
    assert_eq!(ids(&filing, 1, 1), [document(1), document(2)]);
}

/// A clock that was set back: the instant is that of the last signature that counts.
#[test]
fn a_signature_of_a_replaced_version_does_not_date_the_last_one() {
    let mut filing = signing(2);
    sign(&mut filing, 1, at(50)).unwrap();
    filing.replace_document(document(1), file(3), at(51)).unwrap();
    filing.replace_document(document(2), file(4), at(51)).unwrap();
    sign(&mut filing, 1, at(40)).unwrap();
    sign(&mut filing, 2, at(41)).unwrap();
    assert_eq!(filing.state(), &FilingState::Signed { since: at(41), asked_at: at(41) });
}

#[test]
fn a_capacity_that_holds_no_shares_is_given_beside_fifty_shareholders() {
    let mut filing = drafted(50);
    filing.add_party(party(60), person("陈素英"), capacities([Capacity::Supervisor])).unwrap();
    filing.add_capacities(party(60), &capacities([Capacity::LegalRepresentative])).unwrap();
    let more = filing.add_capacities(party(60), &capacities([Capacity::Shareholder]));
    assert_eq!(more, Err(AddPartyError::TooManyShareholders));
}

#[test]
fn a_row_that_waits_for_a_review_there_is_none_of_is_not_read() {
    let mut row = serde_json::to_value(confirmed(1)).unwrap();
    row["state"]["status"] = "reviewing".into();
    assert!(serde_json::from_value::<Filing>(row).is_err());
}

#[test]
fn a_row_in_which_somebody_was_taken_out_who_only_answered_is_not_read() {
    let mut filing = signing(2);
    filing.remove_party(party(2), Some(Digest::of(b"why")), at(5)).unwrap();
    let mut row = serde_json::to_value(&filing).unwrap();
    assert!(serde_json::from_value::<Filing>(row.clone()).is_ok());
    row["parties"][2]["confirmation"] =
        serde_json::to_value(confirmed(2).party(party(2)).unwrap().confirmation()).unwrap();
    assert!(serde_json::from_value::<Filing>(row).is_err());
}
