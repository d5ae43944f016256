//! What a report is made from.

use heqi_vocabulary::{Digest, UtcMillis};

use crate::Office;
use crate::certificate::{Bundle, CheckPlace, VerificationLine};

/// Everything that stands in a report.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ReportInput {
    /// The report's number.
    pub number: String,
    /// Who issues it; the platform, or an office.
    pub issuer: Office,
    /// Who asked.
    pub applicant: String,
    /// What for.
    pub purpose: String,
    /// When it is issued.
    pub issued_at: UtcMillis,
    /// Chapter 2.
    pub subjects: Vec<Subject>,
    /// Chapter 3.
    pub documents: Vec<DocumentDigests>,
    /// Chapter 4.
    pub intents: Vec<IntentRow>,
    /// Chapter 5.
    pub environment: Vec<EnvironmentRow>,
    /// Chapter 6.
    pub certificates: Vec<CertificateDetail>,
    /// Chapter 6.
    pub timestamps: Vec<TimestampDetail>,
    /// Chapter 7.
    pub events: Vec<EventRow>,
    /// Chapter 8.
    pub confirmations: Vec<ConfirmationRow>,
    /// Chapter 9.
    pub custody: Vec<CustodyRow>,
    /// Chapter 10.
    pub system: Vec<SystemState>,
    /// Chapter 11.
    pub verification: Vec<VerificationLine>,
    /// The bundles, embedded.
    pub bundles: Vec<Bundle>,
    /// Where the report is checked, if anywhere.
    pub check: Option<CheckPlace>,
}

/// Somebody with a part in the filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Subject {
    /// Name, masked where the reader is a third party.
    pub name: String,
    /// Number of the document, masked.
    pub number: String,
    /// In which capacity.
    pub capacity: String,
    /// How the identity was checked, by whom, when, with which result.
    pub check: String,
}

/// A document and its digests before and after each signature.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct DocumentDigests {
    /// Title.
    pub title: String,
    /// Version.
    pub version: String,
    /// SHA-256 before the first signature.
    pub before: Digest,
    /// After each signature: by whom, and SHA-256.
    pub after: Vec<(String, Digest)>,
}

/// Evidence that somebody meant it: consents, statements, codes, faces, photos.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct IntentRow {
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// When.
    pub at: UtcMillis,
    /// Version and digest of what was agreed to, or the outcome.
    pub detail: String,
}

/// One fact about the surroundings of an act.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct EnvironmentRow {
    /// Of which act.
    pub act: String,
    /// Which fact.
    pub name: String,
    /// Its value, personal parts masked.
    pub value: String,
    /// Who says so: 平台观察到, 设备自述, 第三方提供.
    pub source: String,
}

/// A certificate.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CertificateDetail {
    /// Serial number.
    pub serial: String,
    /// Issuer.
    pub issuer: String,
    /// First valid instant.
    pub not_before: UtcMillis,
    /// Last valid instant.
    pub not_after: UtcMillis,
    /// Algorithm.
    pub algorithm: String,
    /// Whether it is for tests only.
    pub is_test_only: bool,
}

/// A time stamp.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct TimestampDetail {
    /// Who gave it.
    pub authority: String,
    /// When.
    pub at: UtcMillis,
    /// Policy and serial number.
    pub detail: String,
}

/// An event.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct EventRow {
    /// When, by the platform's clock.
    pub at: UtcMillis,
    /// What.
    pub what: String,
    /// Its place in the chain of records.
    pub seq: u64,
    /// The root of its record.
    pub root: Digest,
}

/// An answer after signing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct ConfirmationRow {
    /// Who.
    pub who: String,
    /// What was answered; 逾期未确认 where nothing was.
    pub answer: String,
    /// When; none without an answer.
    pub at: Option<UtcMillis>,
    /// By what.
    pub by: String,
}

/// A receipt, a proof, a deposit.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CustodyRow {
    /// Who holds it.
    pub custodian: String,
    /// Number and time of the deposit.
    pub deposit: String,
    /// Outcome, and what proves it.
    pub detail: String,
}

/// How a system was doing then.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SystemState {
    /// Which.
    pub system: String,
    /// How it was.
    pub state: String,
}
