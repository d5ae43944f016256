//! What is found out about people: by registers, by what does not fit together, by reviewers.

use super::FRAME;
use crate::schema::RetentionClass::{Biometric, Matter, Person, Trace};
use crate::schema::{RecordKind, Schema};

pub(in crate::schema) static IDENTITY_VERIFIED: Schema = Schema {
    kind: RecordKind::IdentityVerified,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("occasion", Matter),
        ("attempt", Matter),
        ("real_name", Person),
        ("company", Person),
        ("portrait", Person),
        ("registry", Person),
        ("answers", Person),
        ("questions", Person),
        ("portrait_sha256", Biometric),
        ("portrait_source", Matter),
        ("contact_source", Matter),
    ],
};

pub(in crate::schema) static RISK_NOTED: Schema = Schema {
    kind: RecordKind::RiskNoted,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("ceremony", Matter),
        ("party", Matter),
        ("signing", Matter),
        ("flags", Trace),
        ("signals", Trace),
        ("is_reviewed", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static REVIEW_WANTED: Schema = Schema {
    kind: RecordKind::ReviewWanted,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("ceremony", Matter),
        ("party", Matter),
        ("reason", Matter),
        ("way", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static REVIEW_DECIDED: Schema = Schema {
    kind: RecordKind::ReviewDecided,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("case", Matter),
        ("signing", Matter),
        ("reasons", Matter),
        ("decision", Matter),
        ("grounds", Person),
        ("office_kind", Matter),
        ("office", Matter),
        ("reviewer", Matter),
        ("reviewer_role", Matter),
        ("proposed_by", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};
