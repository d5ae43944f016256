//! The office's clock beside the platform's: while it cannot be relied upon nothing is approved and no
//! certificate issued, because both bear their date.

use heqi_evidence_store::gate::ClockGap;
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::finish::{certificate_file, issue, set_fee};
use heqi_notarization::matter::state::Fee;
use heqi_notarization::matter::{MatterError, Stage};
use heqi_vocabulary::{Explain, Language};

use crate::matter::Bureau;

/// What the last comparison with the platform found; the exchange took 20 ms.
fn heard(bureau: &Bureau, gap_ms: i64) {
    let gap = ClockGap { peer: "platform".into(), gap_ms, round_trip_ms: 20 };
    bureau.office().peer_clock().note(&gap);
}

fn assert_clock_off<T: std::fmt::Debug>(refused: Result<T, MatterError>) {
    let error = refused.unwrap_err();
    assert!(matches!(error, MatterError::ClockOff), "{error}");
    assert_eq!(error.code(), "clock_off");
    assert!(error.explain(Language::Zh).what.contains("未作任何更改"));
}

#[tokio::test]
async fn while_the_clock_is_a_minute_off_nothing_is_approved_and_no_certificate_issued() {
    let bureau = Bureau::open().await;
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, notary).await.unwrap();
    let handed_in = bureau.stage(no).await;
    let command = Approve { shown, objection_ticked: false };
    let approver = &bureau.approver.officer;

    // Whichever of the two is ahead.
    for gap_ms in [60_011, -60_011] {
        heard(&bureau, gap_ms);
        assert_clock_off(approve(office, &bureau.desk, no, (approver, command)).await);
        assert_eq!(bureau.stage(no).await, handed_in);
    }
    // A minute and what half of the exchange explains: told and noted, and nobody is stopped.
    heard(&bureau, 60_010);
    approve(office, &bureau.desk, no, (approver, command)).await.unwrap();
    assert_eq!(bureau.stage(no).await, Stage::Numbered);

    set_fee(office, no, notary, Fee::Waived).await.unwrap();
    heard(&bureau, -120_000);
    assert_clock_off(issue(office, &bureau.desk, no, notary).await);
    assert_eq!(bureau.stage(no).await, Stage::Numbered, "the number waits");
    assert!(certificate_file(office, no).await.is_err());

    heard(&bureau, 0);
    issue(office, &bureau.desk, no, notary).await.unwrap();
    assert_eq!(bureau.stage(no).await, Stage::Issued);
}
