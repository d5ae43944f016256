//! Who looked at evidence, and what was decided about keeping it.

use super::FRAME;
use crate::schema::RetentionClass::{Matter, Person, Trace};
use crate::schema::{RecordKind, Schema};

pub(in crate::schema) static ACCESS: Schema = Schema {
    kind: RecordKind::Access,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("actor", Matter),
        ("actor_role", Matter),
        ("purpose", Matter),
        ("looked_at", Matter),
        ("attributes_opened", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static ERASURE: Schema = Schema {
    kind: RecordKind::Erasure,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("party", Matter),
        ("classes", Matter),
        ("basis", Matter),
        ("requested_by", Matter),
        ("decision", Matter),
        ("reason", Matter),
        ("legal_basis", Matter),
        ("records", Matter),
        ("keys", Matter),
        ("actor", Matter),
    ],
};

pub(in crate::schema) static LEGAL_HOLD: Schema = Schema {
    kind: RecordKind::LegalHold,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("hold", Matter),
        ("change", Matter),
        ("actor", Matter),
        ("reason", Person),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static REGULATOR_QUERY: Schema = Schema {
    kind: RecordKind::RegulatorQuery,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("actor", Matter),
        ("actor_role", Matter),
        ("office", Matter),
        ("legal_basis", Matter),
        ("case_number", Matter),
        ("criteria", Matter),
        ("person", Person),
        ("found", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static REGULATOR_VIEW: Schema = Schema {
    kind: RecordKind::RegulatorView,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("query", Matter),
        ("actor", Matter),
        ("actor_role", Matter),
        ("office", Matter),
        ("legal_basis", Matter),
        ("case_number", Matter),
        ("purpose", Matter),
        ("looked_at", Matter),
        ("attributes_opened", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};

pub(in crate::schema) static CERTIFICATE_APPLICATION: Schema = Schema {
    kind: RecordKind::CertificateApplication,
    version: 1,
    slots: 32,
    frame: FRAME,
    names: &[
        ("filing", Matter),
        ("change", Matter),
        ("application", Matter),
        ("query", Matter),
        ("actor", Matter),
        ("actor_role", Matter),
        ("office", Matter),
        ("legal_basis", Matter),
        ("case_number", Matter),
        ("records", Matter),
        ("purpose", Matter),
        ("state", Matter),
        ("reference", Matter),
        ("reason", Matter),
        ("client_address", Trace),
        ("forwarded_for", Trace),
        ("user_agent", Trace),
        ("received_at", Trace),
    ],
};
