//! The tables: what each kind of record says, in the order of its slots (`docs/spec/record.md`
//! section 3). A slot that was ever written keeps its place and its name.
//!
//! - [`filing`]: a filing and what its parties say of it
//! - [`ceremony`]: one person's visit, up to the signature
//! - [`review`]: what is found out about people
//! - [`looks`]: who looked, and what was decided about keeping

mod ceremony;
mod filing;
mod looks;
mod review;

pub(super) use ceremony::{
    CLIENT, CODE_CHECKED, COMPANY_SEAL, CONSENT_GIVEN, DECLINE, DOCUMENT_READ, GUARDIANSHIP_SHOWN,
    HANDED_OVER, PERSON_SEEN, SIGNING, VIDEO_RECORDED,
};
pub(super) use filing::{
    CONFIRMATION, FILING_CHANGED, FILING_CHANGED_2, FILING_OPENED, NOTIFICATION, OBJECTION,
    OBJECTION_RESOLVED, PARTY_REMOVED, PERSON_CORRECTED,
};
pub(super) use looks::{
    ACCESS, CERTIFICATE_APPLICATION, ERASURE, LEGAL_HOLD, REGULATOR_QUERY, REGULATOR_VIEW,
};
pub(super) use review::{IDENTITY_VERIFIED, REVIEW_DECIDED, REVIEW_WANTED, RISK_NOTED};

const FRAME: &[&str] =
    &["kind", "schema", "record_id", "chain", "seq", "prev", "recorded_at", "generated_by"];
/// A device's own tree belongs to no chain; its place is the record that holds its root.
const CLIENT_FRAME: &[&str] = &["kind", "schema"];
