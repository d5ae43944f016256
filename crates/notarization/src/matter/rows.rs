//! What is kept of matters. Keys in parentheses:
//! - `matter` (application number): the state, and sealed beside it everything personal
//! - `matter-step` (application number, place): one line of the record, its detail sealed
//! - `matter-of` (deposit number, kind of applicant): the open application about a deposit
//! - `matter-serial` (kind, day): the last serial of a day
//! - `certificate-serial` (year, office, category): the last number of a series
//! - `certificate` (year, office, category, serial): which matter a number belongs to, for good
//! - `notice-of` (digest of the number): the matter a small document belongs to; `notice-waiting`: why it is owed still
//! - `matter-at` (how far, application number): where a matter stands in the queue; `matter-indexed`: that all do
//! - `matter-reexamination` (application number): a re-examination that is still to be decided
//! - `matter-proposed` (application number): something that was put forward and waits for a second person
//! - `matter-revoked` (application number): since when a certificate that was issued is void
//! - `number-request` (application number): what an external register answered that gave no number yet
//! - `matter-taken` (application number, time): which member of staff took which file ([`super::taking`])
//! - `certificate-of` (digest of the number): the same, for whoever asks by number
//!
//! Sealed outputs of extractions and certificates are objects under the matter's own data key.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Table;
use heqi_evidence_store::vault::DataKeyId;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::approve::NumberAsked;
use super::checklist::Item;
use super::form::Application;
use super::notice::NoticeText;
use super::number::{ApplicationNo, CertificateNo};
use super::queue::QueuePlace;
use super::state::Matter;
use super::step::{ActedBy, StepKind};

pub(crate) const MATTERS: Table<ApplicationNo, MatterRow> = Table::new("matter");
pub(crate) const STEPS: Table<StepKey, StepRow> = Table::new("matter-step");
pub(crate) const OPEN: Table<String, ApplicationNo> = Table::new("matter-of");
pub(crate) const SERIALS: Table<String, u32> = Table::new("matter-serial");
pub(crate) const COUNTERS: Table<String, u32> = Table::new("certificate-serial");
pub(crate) const BOOK: Table<String, BookRow> = Table::new("certificate");
pub(crate) const NOTICES: Table<Digest, ApplicationNo> = Table::new("notice-of");
pub(crate) const AT: Table<QueuePlace, ()> = Table::new("matter-at");
pub(crate) const INDEXED: Table<String, bool> = Table::new("matter-indexed");
pub(crate) const REEXAMINED: Table<ApplicationNo, ()> = Table::new("matter-reexamination");
pub(crate) const PROPOSED: Table<ApplicationNo, ()> = Table::new("matter-proposed");
pub(crate) const REVOKED: Table<ApplicationNo, UtcMillis> = Table::new("matter-revoked");
pub(crate) const ASKED: Table<ApplicationNo, NumberAsked> = Table::new("number-request");
pub(crate) const CERTIFICATES: Table<Digest, ApplicationNo> = Table::new("certificate-of");

/// A matter as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatterRow {
    pub(crate) matter: Matter,
    pub(crate) content: Sealed<Content>,
}

/// Everything personal of a matter, and everything said about it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The form.
    pub application: Application,
    /// The machine's sentences, in Chinese and in English.
    #[serde(default)]
    pub evidence: BTreeMap<Item, Vec<[String; 2]>>,
    /// What persons remarked.
    #[serde(default)]
    pub remarks: BTreeMap<Item, String>,
    /// What was missing: once and whole.
    #[serde(default)]
    pub supplement: Vec<String>,
    /// Why it ended, or why the certificate was corrected or voided; newest last.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// What the change says that waits for a second person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proposed: String,
    /// Where the extraction took place.
    #[serde(default)]
    pub place: String,
    /// What the acts of the extraction gave out, shortened for the working record.
    #[serde(default)]
    pub outputs: Vec<String>,
    /// What the record says, for the certificate.
    #[serde(default)]
    pub facts: Facts,
    /// The certificate's text.
    #[serde(default)]
    pub draft: String,
    /// The code beside the number on the certificate.
    #[serde(default)]
    pub check_code: String,
    /// What the small documents say, in the order of `Matter::notices`.
    #[serde(default)]
    pub notices: Vec<NoticeText>,
    /// The code with which the applicant sees how the application stands.
    #[serde(default)]
    pub query_code: String,
    /// Who signed for a delivery, and the address of a letter.
    #[serde(default)]
    pub received_by: Vec<String>,
}

/// Without anything.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(…)")
    }
}

/// What the held record says of the signing: read at the extraction, from the bytes held.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole")]
pub struct Facts {
    /// The company the filing is about.
    pub company: String,
    /// In whose name it was signed.
    pub signer: String,
    /// When.
    pub signed_at: Option<UtcMillis>,
    /// Titles of the documents that were signed, as the chain holds them.
    pub documents: Vec<String>,
    /// Every held part: name, size, SHA-256, SM3.
    pub parts: Vec<HeldPart>,
    /// What the signer answered afterwards: `confirmed`, `objected`, or nothing.
    pub answer: String,
    /// When.
    pub answered_at: Option<UtcMillis>,
    /// How identity was checked, as the record says.
    pub identity: String,
    /// The number of the signer's document, masked; empty where nothing held shows it.
    #[serde(default)]
    pub number: String,
    /// How the signer was checked, each with whoever did it: what came out well.
    #[serde(default)]
    pub checked: Vec<String>,
    /// What no good result of is held.
    #[serde(default)]
    pub unchecked: Vec<String>,
    /// In what way the signer answered.
    #[serde(default)]
    pub answered_by: String,
    /// When the registry found this very signature void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<UtcMillis>,
    /// Which office found it void.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub voided_by: String,
    /// Documents that were signed and that later versions replaced since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<ReplacedDocument>,
}

/// A version of a document that was signed, and what replaced it: the signature does not count for it any more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole")]
pub struct ReplacedDocument {
    /// Its title.
    pub title: String,
    /// The number of the version that was signed.
    pub version: u64,
    /// When it was replaced.
    pub at: UtcMillis,
    /// The number of the version in its place.
    pub by: u64,
}

/// One part of the deposit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole")]
pub struct HeldPart {
    /// Its name in the bundle.
    pub name: String,
    /// Its length.
    pub size_bytes: u64,
    /// SHA-256, recomputed.
    pub sha256: String,
    /// SM3, recomputed.
    pub sm3: String,
}

/// One line of the record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepRow {
    pub(crate) at: UtcMillis,
    pub(crate) by: ActedBy,
    pub(crate) step: StepKind,
    /// What was said, with the salt of its digest.
    pub(crate) detail: Sealed<Detail>,
}

/// What was said in a step.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Detail {
    pub(crate) salt: String,
    pub(crate) said: String,
}

/// A number that was given: it stays, whatever becomes of the certificate.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookRow {
    pub(crate) number: CertificateNo,
    pub(crate) application: ApplicationNo,
    pub(crate) given_at: UtcMillis,
}

/// The place of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct StepKey {
    pub(crate) application: ApplicationNo,
    pub(crate) seq: u64,
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:08}", self.application, self.seq)
    }
}

impl FromStr for StepKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (application, seq) = text.split_once('/').ok_or(())?;
        Ok(Self {
            application: application.parse().map_err(|_| ())?,
            seq: seq.parse().map_err(|_| ())?,
        })
    }
}

/// Everything personal of a matter lies under one key: what an erasure reaches together.
pub(crate) fn data_key_of(application: ApplicationNo) -> DataKeyId {
    DataKeyId::of(&[b"matter", application.to_string().as_bytes()])
}
