//! What a handler and parties do with a filing around the signing.

use super::FRAME;
use crate::schema::RetentionClass::{Matter, Person, Trace};
use crate::schema::{RecordKind, Schema};

pub(in crate::schema) static FILING_OPENED: Schema = Schema {
    kind: RecordKind::FilingOpened,
    version: 1,
    slots: 16,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("filing_number", Matter),
        ("matter", Matter),
        ("company_name", Matter),
        ("handler_name", Person),
        ("opened_by", Matter),
    ],
};

pub(in crate::schema) static FILING_CHANGED: Schema = Schema {
    kind: RecordKind::FilingChanged,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("change", Matter),
        ("party", Matter),
        ("party_kind", Matter),
        ("capacities", Matter),
        ("party_name", Person),
        ("representative_name", Person),
        ("document", Matter),
        ("document_version", Matter),
        ("document_title", Matter),
        ("document_sha256", Matter),
        ("document_pages", Matter),
        ("document_size_bytes", Matter),
        ("changed_by", Matter),
    ],
};

/// With the version that a document replaces: a replacement is written in it, everything else in the first.
pub(in crate::schema) static FILING_CHANGED_2: Schema = Schema {
    kind: RecordKind::FilingChanged,
    version: 2,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("change", Matter),
        ("party", Matter),
        ("party_kind", Matter),
        ("capacities", Matter),
        ("party_name", Person),
        ("representative_name", Person),
        ("document", Matter),
        ("document_version", Matter),
        ("document_title", Matter),
        ("document_sha256", Matter),
        ("document_pages", Matter),
        ("document_size_bytes", Matter),
        ("changed_by", Matter),
        ("replaces", Matter),
    ],
};

pub(in crate::schema) static PARTY_REMOVED: Schema = Schema {
    kind: RecordKind::PartyRemoved,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("party_kind", Matter),
        ("capacities", Matter),
        ("filing_status", Matter),
        ("reason", Person),
        ("ceremonies", Matter),
        ("messages", Matter),
        ("changed_by", Matter),
    ],
};

pub(in crate::schema) static CONFIRMATION: Schema = Schema {
    kind: RecordKind::Confirmation,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("statement_sha256", Matter),
        ("shown_sha256", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static OBJECTION: Schema = Schema {
    kind: RecordKind::Objection,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("against", Matter),
        ("ground", Matter),
        ("reason", Person),
        ("shown_sha256", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static OBJECTION_RESOLVED: Schema = Schema {
    kind: RecordKind::ObjectionResolved,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("outcome", Matter),
        ("signatures_of", Matter),
        ("grounds", Person),
        ("office_kind", Matter),
        ("office", Matter),
        ("officer", Matter),
        ("officer_role", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static PERSON_CORRECTED: Schema = Schema {
    kind: RecordKind::PersonCorrected,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("changed", Matter),
        ("name_before", Person),
        ("name_after", Person),
        ("number_before", Person),
        ("number_after", Person),
        ("material_kind", Matter),
        ("material_issuer", Person),
        ("material_issued_on", Person),
        ("material_sha256", Person),
        ("material_format", Matter),
        ("grounds", Person),
        ("office_kind", Matter),
        ("office", Matter),
        ("officer", Matter),
        ("officer_role", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static NOTIFICATION: Schema = Schema {
    kind: RecordKind::Notification,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("message", Matter),
        ("purpose", Matter),
        ("state", Matter),
        ("channel", Matter),
        ("contact", Person),
        ("contact_source", Matter),
        ("template_sha256", Matter),
        ("text_language", Matter),
        ("gateway", Matter),
        ("gateway_reference", Trace),
        ("attempts", Matter),
        ("reason", Matter),
        ("happened_at", Trace),
    ],
};
