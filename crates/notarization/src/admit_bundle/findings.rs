//! What an office notes about a record that it holds nevertheless, and what it refuses.
//!
//! Refused is what the evidence speaks against: a part that differs from what was signed, a
//! signature that does not hold, a certificate that leads to no known root, a name that
//! claims more than it may. Noted is what the evidence merely does not show. Who vouches for
//! an identity is no finding: today nobody does, for any record, and the verdict says so.

use std::collections::BTreeSet;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::{Frame, GeneratedBy};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Reason, Status, Verdict};
use heqi_vocabulary::{Digest, UtcMillis};

/// After this time, in milliseconds, the office's own "received" says little about when
/// something happened.
pub const LATE_MS: i64 = 5 * 60_000;

/// One thing an office notes about a record it holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Finding {
    /// The signer's certificate has no legal effect.
    CertificateTestOnly,
    /// Received more than [`LATE_MS`] after it was recorded.
    ReceivedLate,
    /// The document that the record speaks of is not among the parts.
    DocumentNotDeposited,
    /// The challenge names no witnessed head: nothing shows that it was not signed earlier.
    NotBeforeNotProved,
    /// The recorded time lies outside what others vouch for: somebody's clock is wrong.
    TimeOutside,
    /// Not proved that the signature was made while the certificate was valid.
    ValidityNotProved,
}

impl Finding {
    /// The stable code in a receipt.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificateTestOnly => "certificate_test_only",
            Self::ReceivedLate => "received_late",
            Self::DocumentNotDeposited => "document_not_deposited",
            Self::NotBeforeNotProved => "not_before_not_proved",
            Self::TimeOutside => "time_outside",
            Self::ValidityNotProved => "validity_not_proved",
        }
    }
}

/// What the examination comes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Judgement {
    /// To be held, with what was found.
    Hold(BTreeSet<Finding>),
    /// Not to be held as evidence, for this reason.
    Refuse(String),
}

/// Judges a record that is proved to stand in the log.
pub(super) fn judge(
    verdict: &Verdict,
    frame: &Frame,
    record: &Disclosure,
    deposited: &BTreeSet<Digest>,
    received_at: UtcMillis,
) -> Judgement {
    if let Some(code) = contradiction(verdict) {
        return Judgement::Refuse(code);
    }
    if frame.generated_by != GeneratedBy::Platform {
        return Judgement::Refuse("not_generated_by_platform".to_owned());
    }
    let mut found = BTreeSet::new();
    if frame.kind == RecordKind::Signing {
        match signature(verdict) {
            Ok(finding) => found.extend(finding),
            Err(code) => return Judgement::Refuse(code),
        }
    }
    found.extend(time(verdict, frame, received_at));
    let document: Option<Digest> = record.parsed("document_sha256");
    if document.is_some_and(|digest| !deposited.contains(&digest)) {
        found.insert(Finding::DocumentNotDeposited);
    }
    Judgement::Hold(found)
}

/// A skewed clock is noted, everything else that is contradicted is refused.
fn contradiction(verdict: &Verdict) -> Option<String> {
    verdict
        .claims()
        .iter()
        .find(|claim| claim.status == Status::Contradicted && claim.name != ClaimName::Time)
        .map(|claim| claim.reason.code())
}

/// The device's signature must hold under a certificate of a known root. That the certificate
/// was valid at the time may be past proving after an outage, and is then noted.
fn signature(verdict: &Verdict) -> Result<Option<Finding>, String> {
    let Some(claim) = verdict.claim(ClaimName::SignedBy) else {
        return Err(Reason::NoSignature.code());
    };
    match (&claim.status, &claim.reason) {
        (Status::Proved, Reason::SignatureValid { test_only, .. }) => {
            Ok(test_only.then_some(Finding::CertificateTestOnly))
        }
        (Status::Proved, _) => Ok(None),
        (_, Reason::ValidityNotProved) => Ok(Some(Finding::ValidityNotProved)),
        (_, reason) => Err(reason.code()),
    }
}

fn time(verdict: &Verdict, frame: &Frame, received_at: UtcMillis) -> Vec<Finding> {
    let mut found = Vec::new();
    match verdict.claim(ClaimName::Time).map(|claim| (claim.status, &claim.reason)) {
        Some((Status::Contradicted, _)) => found.push(Finding::TimeOutside),
        Some((Status::NotProved, Reason::OnlyNotAfter { .. }))
            if frame.kind == RecordKind::Signing =>
        {
            found.push(Finding::NotBeforeNotProved);
        }
        _ => {}
    }
    if received_at.millis_since(frame.place.recorded_at) > LATE_MS {
        found.push(Finding::ReceivedLate);
    }
    found
}
