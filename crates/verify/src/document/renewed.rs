//! The renewals of the time stamps of a sealed document, or of a bundle's record: that it was in its
//! office's or the platform's log while the certificates counted, and that each time stamp since was renewed
//! before its certificate ended.

use heqi_evidence::anchors::Anchors;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::statement::{Statement as _, StatementError};
use heqi_evidence::verdict::Status;
use heqi_pki::dsse::{Envelope, EnvelopeVerifyError};
use heqi_pki::keys::PublicKey;
use heqi_pki::timestamp::TimeRoot;
use heqi_renewal::{Renewal, RenewalFile, SubjectLeaf, Trust, WalkError};
use heqi_vocabulary::{Digest, UtcMillis};

use super::trust::finding;
use super::{Finding, Point};

/// Whose log it is.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Whose {
    Notary,
    Platform,
}

/// The payload type of the step whose detail names a document (`docs/spec/matter.md`).
const STEP: &str = "application/vnd.heqi.matter-step.v1+json";

/// What a file of renewals says about the document with this digest, as it stands at `at`; without one,
/// as long as the last token counts.
pub(super) fn renewed(
    file: &[u8],
    document: Digest,
    (anchors, keys, times): (Option<&Anchors>, &[PublicKey], &[TimeRoot]),
    at: Option<UtcMillis>,
) -> Finding {
    let trust = trust_of(anchors, keys, times);
    let Ok(file) = RenewalFile::read(file) else { return malformed() };
    if trust.custodians.is_empty() || trust.logs.is_empty() {
        return said(
            Status::NotProved,
            "renewals_no_anchors",
            "未提供公证处的信任锚",
            "no anchors of the notary were given",
        );
    }
    if file.is_said_by_a_stranger(&trust, STEP) {
        return said(
            Status::NotProved,
            "renewals_untrusted",
            "续期文件中的办证步骤由信任锚以外的密钥签名",
            "the step in the file of renewals is signed with a key that is not among the anchors",
        );
    }
    // The step is signed, its salted digest opens to what was said, and that names this very file.
    let names_it = file
        .said(&trust, STEP)
        .is_some_and(|said| said.split(' ').any(|word| word == document.to_string()));
    if !names_it {
        return said(
            Status::Contradicted,
            "renewals_of_another",
            "续期文件所证明的不是这份文书",
            "the renewals are those of another document",
        );
    }
    walked(&file, &trust, at, Whose::Notary)
}

/// What a file of renewals says about the record with this root in the platform's log. Renewals are signed
/// by a custodian among the anchors, or with one of `keys`.
pub(crate) fn of_record(
    file: &[u8],
    record: Option<RecordRoot>,
    (anchors, keys, times): (Option<&Anchors>, &[PublicKey], &[TimeRoot]),
    at: Option<UtcMillis>,
) -> Finding {
    let trust = trust_of(anchors, keys, times);
    let Ok(file) = RenewalFile::read(file) else { return malformed() };
    if trust.logs.is_empty() {
        return said(
            Status::NotProved,
            "renewals_no_anchors",
            "未提供信任锚",
            "no anchors were given",
        );
    }
    if record.is_none_or(|record| file.subject.leaf != SubjectLeaf::Record(record)) {
        return said(
            Status::Contradicted,
            "renewals_of_another",
            "续期文件所证明的不是这条记录",
            "the renewals are those of another record",
        );
    }
    if is_signed_by_a_stranger(&file, &trust) {
        return said(
            Status::NotProved,
            "renewals_untrusted",
            "续期由信任锚以外的密钥签名，请以 --renewal-key 提供平台的续期公钥",
            "a renewal is signed with a key that is not trusted: give the platform's by --renewal-key",
        );
    }
    walked(&file, &trust, at, Whose::Platform)
}

/// The platform's key of renewals is none of the anchors', so whoever does not give it has no proof, and no
/// contradiction.
fn is_signed_by_a_stranger(file: &RenewalFile, trust: &Trust) -> bool {
    file.links.iter().filter_map(|link| link.next.as_ref()).any(|next| {
        let Ok(envelope) = Envelope::from_json(&next.envelope) else { return false };
        matches!(
            Renewal::open(&envelope, &trust.custodians),
            Err(StatementError::Signature(EnvelopeVerifyError::NoKnownSigner))
        )
    })
}

fn trust_of(anchors: Option<&Anchors>, keys: &[PublicKey], times: &[TimeRoot]) -> Trust {
    let mut trust = anchors.map(Trust::of).unwrap_or_default();
    trust.custodians.extend(keys.iter().cloned());
    trust.time_roots.extend(times.iter().map(|root| (root.clone(), None)));
    trust
}

fn said(status: Status, code: &'static str, zh: &str, en: &str) -> Finding {
    finding(Point::Renewed, status, code, zh, en)
}

fn malformed() -> Finding {
    said(
        Status::Contradicted,
        "renewals_malformed",
        "续期文件不完整或被改动",
        "the file of renewals is not whole, or was altered",
    )
}

fn walked(file: &RenewalFile, trust: &Trust, at: Option<UtcMillis>, whose: Whose) -> Finding {
    match file.walk(trust, at) {
        Ok(walked) => {
            let (since, until) = (walked.not_after.for_people(), walked.counts_until.for_people());
            let test = if walked.is_test_only { "（测试）" } else { "" };
            let test_en = if walked.is_test_only { " (TEST ONLY)" } else { "" };
            let (holder, holder_en) = match whose {
                Whose::Notary => ("公证处", "notary"),
                Whose::Platform => ("平台", "platform"),
            };
            let zh = format!(
                "不晚于 {since} 已写入{holder}日志，时间戳续期 {} 次，有效至 {until}{test}",
                walked.renewals
            );
            let en = format!(
                "in the {holder_en}'s log not after {since}, its time stamp renewed {} times, good until {until}{test_en}",
                walked.renewals
            );
            said(Status::Proved, "renewed", &zh, &en)
        }
        Err(WalkError::Ended) => said(
            Status::NotProved,
            "renewals_ended",
            "最后一次时间戳的证书已到期，且没有续期",
            "the certificate behind the last time stamp has ended, and nothing renewed it",
        ),
        Err(WalkError::TooLate(_)) => said(
            Status::NotProved,
            "renewals_too_late",
            "续期晚于前一时间戳证书的到期时间",
            "a renewal came after the certificate before it had ended",
        ),
        Err(WalkError::Token(_) | WalkError::Head(_)) => said(
            Status::NotProved,
            "renewals_untrusted",
            "续期中的日志树头或时间戳不出自信任的机构",
            "a head or time stamp among the renewals is of nobody who is trusted",
        ),
        Err(WalkError::NotUnder(_) | WalkError::Renewal(_)) => said(
            Status::Contradicted,
            "renewals_do_not_hold",
            "续期文件中的证明不成立",
            "a proof among the renewals does not hold",
        ),
    }
}
