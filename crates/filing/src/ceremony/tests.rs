use super::*;
use crate::consent::ConsentText;
use crate::filing::{EndReason, Filing, NotOpen};
use crate::samples::*;

fn complete(
    ceremony: &mut Ceremony,
    filing: &mut Filing,
    label: &str,
    picture: &str,
    now: UtcMillis,
) -> Result<(), CompleteError> {
    let (ceremony_before, filing_before) = (ceremony.clone(), filing.clone());
    let outcome = ceremony.complete(completion(1, label, picture), filing, now);
    if outcome.is_err() {
        assert_eq!((&*ceremony, &*filing), (&ceremony_before, &filing_before));
    }
    outcome
}

#[test]
fn a_signer_goes_from_the_invitation_to_the_signature() {
    let mut filing = signing(1);
    let mut ceremony = invited(&filing, 1, at(2));
    assert_eq!(ceremony.expires_at(), at(2 + 72 * 60));
    ceremony.open(at(3)).unwrap();
    for kind in ConsentKind::ASKED {
        answer(&mut ceremony, kind, Decision::Granted, at(4)).unwrap();
    }
    begin(&mut ceremony, &filing, "first", at(5)).unwrap();
    assert!(!ceremony.is_over());
    let live = ceremony.challenge().unwrap();
    assert_eq!((live.issued_at, live.expires_at), (at(5), at(15)));
    assert_eq!(live.documents.len(), 2);
    capture(&mut ceremony, "first", "first", at(6)).unwrap();
    complete(&mut ceremony, &mut filing, "first", "first", at(7)).unwrap();
    let done = completion(1, "first", "first");
    let signed = CeremonyState::Signed {
        signing: done.signing,
        record: done.record,
        voucher: done.voucher,
        at: at(7),
    };
    assert_eq!(ceremony.state(), &signed);
    assert!(ceremony.is_over());
    assert_eq!(filing.party(party(1)).unwrap().signatures().len(), 2);
    assert_eq!(ceremony.due(), None);
}

#[test]
fn the_handler_and_strangers_are_not_invited() {
    let filing = signing(1);
    let invite = |n: u8, filing: &Filing| {
        let token_hash = Digest::of(b"token");
        let id = CeremonyId::from_bytes([n; 16]);
        Ceremony::invite(Invitation { id, party: party(n), token_hash }, filing, at(2))
    };
    assert_eq!(invite(0, &filing), Err(InviteError::HandlerNeverSigns));
    assert_eq!(invite(9, &filing), Err(InviteError::UnknownParty));
    assert_eq!(invite(1, &drafted(1)), Err(NotOpen::Drafting.into()));
    assert_eq!(invite(1, &signed(1)), Err(InviteError::NothingToSign));
}

#[test]
fn no_challenge_without_the_two_required_consents() {
    let filing = signing(1);
    let mut ceremony = invited(&filing, 1, at(2));
    let missing = |kind| Err(BeginError::ConsentMissing { kind });
    assert_eq!(begin(&mut ceremony, &filing, "x", at(3)), missing(ConsentKind::SigningManner));
    answer(&mut ceremony, ConsentKind::SigningManner, Decision::Granted, at(3)).unwrap();
    assert_eq!(begin(&mut ceremony, &filing, "x", at(3)), missing(ConsentKind::NotaryProvision));
    answer(&mut ceremony, ConsentKind::NotaryProvision, Decision::Refused, at(3)).unwrap();
    let kind = ConsentKind::NotaryProvision;
    assert_eq!(begin(&mut ceremony, &filing, "x", at(3)), Err(BeginError::ConsentRefused { kind }));
    answer(&mut ceremony, kind, Decision::Granted, at(4)).unwrap();
    begin(&mut ceremony, &filing, "x", at(4)).unwrap();
}

#[test]
fn a_refused_face_is_recorded_and_no_photo_is_taken() {
    let mut filing = signing(1);
    let mut ceremony = consented(&filing, 1, at(2));
    answer(&mut ceremony, ConsentKind::Face, Decision::Refused, at(3)).unwrap();
    begin(&mut ceremony, &filing, "first", at(4)).unwrap();
    assert_eq!(
        capture(&mut ceremony, "first", "first", at(5)),
        Err(CaptureError::FaceConsentMissing)
    );
    assert_eq!(
        complete(&mut ceremony, &mut filing, "first", "first", at(5)),
        Err(CompleteError::PhotoMissing)
    );
    assert_eq!(ceremony.consents()[&ConsentKind::Face].decision, Decision::Refused);
}

#[test]
fn a_refused_location_does_not_stop_the_signing() {
    let mut filing = signing(1);
    let ceremony = sign(&mut filing, 1, at(5)).unwrap();
    assert!(!ceremony.has_granted(ConsentKind::Location));
    assert!(matches!(ceremony.state(), CeremonyState::Signed { .. }));
}

#[test]
fn a_consent_is_to_a_known_text_of_its_own_kind() {
    let mut ceremony = invited(&signing(1), 1, at(2));
    let face = ConsentText::current(ConsentKind::Face).digest(heqi_vocabulary::Language::En);
    for text in [Digest::of(b"another text"), face] {
        let answered = ceremony.consent(ConsentKind::Location, text, Decision::Granted, at(3));
        assert_eq!(answered, Err(ConsentError::UnknownText));
    }
    ceremony.consent(ConsentKind::Face, face, Decision::Granted, at(3)).unwrap();
}

#[test]
fn a_changed_consent_voids_the_challenge_and_a_repeated_one_does_not() {
    let mut filing = signing(1);
    let mut ceremony = captured(&filing, 1, at(2));
    let before = ceremony.clone();
    answer(&mut ceremony, ConsentKind::Face, Decision::Granted, at(3)).unwrap();
    assert_eq!(ceremony, before);
    answer(&mut ceremony, ConsentKind::Location, Decision::Granted, at(3)).unwrap();
    assert_eq!(ceremony.state(), &CeremonyState::Opened { since: at(3) });
    assert_eq!(
        complete(&mut ceremony, &mut filing, "first", "first", at(3)),
        Err(CompleteError::NotBegun)
    );
}

#[test]
fn a_new_challenge_makes_the_old_one_and_its_photo_unusable() {
    let mut filing = signing(1);
    let mut ceremony = captured(&filing, 1, at(2));
    begin(&mut ceremony, &filing, "second", at(3)).unwrap();
    assert_eq!(ceremony.photo(), None);
    let old = ChallengeRefusal::NotThisOne;
    assert_eq!(capture(&mut ceremony, "first", "first", at(4)), Err(old.into()));
    assert_eq!(complete(&mut ceremony, &mut filing, "first", "first", at(4)), Err(old.into()));
    capture(&mut ceremony, "second", "other", at(4)).unwrap();
    assert_eq!(
        complete(&mut ceremony, &mut filing, "second", "first", at(5)),
        Err(CompleteError::PhotoMismatch)
    );
    complete(&mut ceremony, &mut filing, "second", "other", at(5)).unwrap();
}

#[test]
fn the_last_photo_counts_and_how_many_there_were_is_kept() {
    let mut filing = signing(1);
    let mut ceremony = captured(&filing, 1, at(2));
    capture(&mut ceremony, "first", "better", at(3)).unwrap();
    let kept = ceremony.photo().unwrap();
    assert_eq!((kept.sha256, kept.taken.get()), (photo("better"), 2));
    assert_eq!(
        complete(&mut ceremony, &mut filing, "first", "first", at(4)),
        Err(CompleteError::PhotoMismatch)
    );
    complete(&mut ceremony, &mut filing, "first", "better", at(4)).unwrap();
}

#[test]
fn frames_are_kept_beside_their_photo_and_another_photo_has_none_of_them() {
    let filing = signing(1);
    let mut ceremony = consented(&filing, 1, at(2));
    begin(&mut ceremony, &filing, "first", at(2)).unwrap();
    let each = vec![TakenAction { asked: Action::OpenMouth, result: ActionResult::NotDone }];
    let taken = TakenActions { each, frames: Some(object(7)) };
    let (challenge, size) = (challenge("first"), NonZeroU64::MIN);
    ceremony.capture(challenge, photo("first"), object(9), size, Some(taken), at(2)).unwrap();
    let kept: Vec<ObjectRef> = ceremony.photo().unwrap().objects().cloned().collect();
    assert_eq!(kept, [object(9), object(7)]);
    let row = serde_json::to_string(&ceremony).unwrap();
    assert_eq!(serde_json::from_str::<Ceremony>(&row).unwrap(), ceremony);
    capture(&mut ceremony, "first", "better", at(3)).unwrap();
    assert_eq!(ceremony.photo().unwrap().actions, None);
}

#[test]
fn a_challenge_ends_after_ten_minutes_of_the_servers_clock() {
    let mut filing = signing(1);
    let mut ceremony = captured(&filing, 1, at(2));
    let over = ChallengeRefusal::Expired;
    assert_eq!(complete(&mut ceremony, &mut filing, "first", "first", at(12)), Err(over.into()));
    assert_eq!(capture(&mut ceremony, "first", "again", at(12)), Err(over.into()));
    let just_in_time = at(12).plus_millis(-1);
    complete(&mut ceremony, &mut filing, "first", "first", just_in_time).unwrap();
}

#[test]
fn nothing_is_signed_when_a_document_changed_since_the_challenge() {
    let mut filing = signing(1);
    let mut ceremony = captured(&filing, 1, at(2));
    filing.replace_document(document(2), file(3), at(3)).unwrap();
    assert_eq!(
        complete(&mut ceremony, &mut filing, "first", "first", at(4)),
        Err(CompleteError::DocumentChanged)
    );
    begin(&mut ceremony, &filing, "second", at(5)).unwrap();
    capture(&mut ceremony, "second", "second", at(5)).unwrap();
    complete(&mut ceremony, &mut filing, "second", "second", at(6)).unwrap();
}

#[test]
fn a_challenge_for_other_documents_is_not_issued() {
    let filing = signing(1);
    let mut ceremony = consented(&filing, 1, at(2));
    let mut documents = ceremony.ready_to_begin(&filing, at(3)).unwrap();
    documents.pop();
    let digest = Digest::of(b"any");
    let new = NewChallenge {
        challenge: digest,
        preimage: digest,
        device_key: digest,
        certificate: digest,
        documents,
    };
    assert_eq!(ceremony.begin(new, &filing, at(3)), Err(BeginError::DocumentChanged));
}

#[test]
fn a_ceremony_of_another_filing_signs_nothing() {
    let mut filing = signing(1);
    let mut row = serde_json::to_value(captured(&filing, 1, at(2))).unwrap();
    row["filing"] = FilingId::from_bytes([99; 16]).to_string().into();
    let mut stray: Ceremony = serde_json::from_value(row).unwrap();
    assert_eq!(stray.ready_to_begin(&filing, at(3)), Err(BeginError::AnotherFiling));
    assert_eq!(
        complete(&mut stray, &mut filing, "first", "first", at(3)),
        Err(CompleteError::AnotherFiling)
    );
}

#[test]
fn two_ceremonies_of_one_party_make_one_signature() {
    let mut filing = signing(1);
    let mut slower = captured(&filing, 1, at(2));
    sign(&mut filing, 1, at(3)).unwrap();
    assert_eq!(
        complete(&mut slower, &mut filing, "first", "first", at(4)),
        Err(CompleteError::AlreadySigned)
    );
}

#[test]
fn an_objection_stops_a_signing_under_way() {
    let mut filing = signing(2);
    let mut ceremony = captured(&filing, 1, at(2));
    filing.object(party(2), None, at(3)).unwrap();
    let stopped = NotOpen::Frozen;
    assert_eq!(complete(&mut ceremony, &mut filing, "first", "first", at(4)), Err(stopped.into()));
    assert_eq!(begin(&mut ceremony, &filing, "second", at(4)), Err(stopped.into()));
    let mut filing = signing(1);
    let mut ceremony = captured(&filing, 1, at(2));
    filing.end(EndReason::Withdrawn {}, at(3)).unwrap();
    let over = NotOpen::Ended;
    assert_eq!(complete(&mut ceremony, &mut filing, "first", "first", at(4)), Err(over.into()));
}

#[test]
fn a_signed_declined_or_expired_ceremony_does_nothing_more() {
    let mut filing = signing(3);
    let signed = sign(&mut filing, 1, at(2)).unwrap();
    let mut declined = captured(&filing, 2, at(2));
    declined.decline(Some(Digest::of(b"reason")), at(3)).unwrap();
    let mut expired = invited(&filing, 3, at(2));
    expired.expire(at(2 + 72 * 60)).unwrap();
    for (ceremony, finished) in
        [(signed, Finished::Signed), (declined, Finished::Declined), (expired, Finished::Expired)]
    {
        let mut after = ceremony.clone();
        assert_eq!(after.open(at(4)), Err(finished.into()));
        let consented = answer(&mut after, ConsentKind::Location, Decision::Granted, at(4));
        assert_eq!(consented, Err(finished.into()));
        assert_eq!(begin(&mut after, &filing, "second", at(4)), Err(finished.into()));
        assert_eq!(capture(&mut after, "first", "first", at(4)), Err(finished.into()));
        assert_eq!(
            complete(&mut after, &mut filing, "first", "first", at(4)),
            Err(finished.into())
        );
        assert_eq!(after.decline(None, at(4)), Err(finished));
        assert_eq!(after.expire(at(99_999)), Err(finished.into()));
        assert_eq!(after, ceremony);
    }
}

#[test]
fn a_link_ends_after_72_hours_but_not_under_a_live_challenge() {
    let filing = signing(1);
    let end = 2 + 72 * 60;
    let mut ceremony = invited(&filing, 1, at(2));
    assert_eq!(ceremony.expire(at(end - 1)), Err(ExpireError::NotDue));
    assert_eq!(ceremony.open(at(end)), Err(OpenError::LinkExpired));
    let late = answer(&mut ceremony, ConsentKind::Face, Decision::Granted, at(end));
    assert_eq!(late, Err(ConsentError::LinkExpired));
    ceremony.expire(at(end)).unwrap();

    let mut filing = filing;
    let mut ceremony = consented(&filing, 1, at(2));
    begin(&mut ceremony, &filing, "first", at(end - 1)).unwrap();
    assert_eq!(ceremony.due().unwrap().at, at(end + 9));
    assert_eq!(ceremony.expire(at(end)), Err(ExpireError::NotDue));
    assert_eq!(begin(&mut ceremony, &filing, "second", at(end)), Err(BeginError::LinkExpired));
    capture(&mut ceremony, "first", "first", at(end + 1)).unwrap();
    complete(&mut ceremony, &mut filing, "first", "first", at(end + 2)).unwrap();
}

#[test]
fn a_row_reads_as_it_was_written_in_every_state() {
    let mut filing = signing(3);
    let mut declined = invited(&filing, 1, at(2));
    declined.decline(None, at(3)).unwrap();
    let mut expired = invited(&filing, 1, at(2));
    expired.expire(at(9999)).unwrap();
    let mut challenged = consented(&filing, 1, at(2));
    begin(&mut challenged, &filing, "first", at(3)).unwrap();
    let rows = [
        ("invited", invited(&filing, 1, at(2))),
        ("opened", consented(&filing, 1, at(2))),
        ("challenged", challenged),
        ("captured", captured(&filing, 1, at(2))),
        ("signed", sign(&mut filing, 2, at(2)).unwrap()),
        ("declined", declined),
        ("expired", expired),
    ];
    for (status, ceremony) in rows {
        let mut row = serde_json::to_value(&ceremony).unwrap();
        assert_eq!(row["state"]["status"], status);
        assert_eq!(serde_json::from_value::<Ceremony>(row.clone()).unwrap(), ceremony);
        row["state"]["extra"] = 1.into();
        assert!(serde_json::from_value::<Ceremony>(row).is_err(), "{status}");
    }
}
