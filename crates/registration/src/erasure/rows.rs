//! Rows of erasures, holds and restrictions. Nothing in them is personal: identifiers,
//! instants, stable words, and hashes under salts that are erased with what they hid.

use std::collections::BTreeMap;

use heqi_evidence::erasure::RequestedBy;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::RowKey;
use heqi_evidence_store::table::Table;
use heqi_evidence_store::vault::DataKeyId;
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{Answer, Decision};
use crate::data_keys::Sealing;
use crate::fault::Fault;
use crate::platform::Custodian;
use crate::rows::Pair;

/// Decided requests, by filing and the record of the decision.
pub(crate) const ERASURES: Table<Pair<FilingId, RecordId>, ErasureRow> = Table::new("erasure");
/// Decided, and keys still to be destroyed.
pub(crate) const UNFINISHED: Table<RecordId, FilingId> = Table::new("erasure_unfinished");
/// The exact orders, by the record of the decision.
pub(crate) const ORDERS: Table<RecordId, String> = Table::new("erasure_order");
/// What stays of erased classes, by record.
pub(crate) const ERASED: Table<RecordId, ErasedRow> = Table::new("erased");
/// That nothing more of a class may be written about a party, by filing, party and class.
const CLOSED: Table<Pair<FilingId, Pair<PartyId, String>>, RecordId> = Table::new("erased_class");
/// Parties whose data are kept and not used, by filing and party.
pub(crate) const RESTRICTIONS: Table<Pair<FilingId, PartyId>, RestrictionRow> =
    Table::new("restriction");
/// Legal holds, by filing and the record that placed them.
pub(crate) const HOLDS: Table<Pair<FilingId, RecordId>, HoldRow> = Table::new("legal_hold");

/// Photos and videos that were given up while a hold was in force over their filing, by filing and
/// object, with the ceremony they were taken in: kept until the sweep finds no hold any more.
pub(crate) const GIVEN_UP: Table<Pair<FilingId, String>, CeremonyId> = Table::new("given_up");

/// A decided request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureRow {
    pub(crate) party: PartyId,
    pub(crate) classes: Vec<RetentionClass>,
    pub(crate) requested_by: RequestedBy,
    pub(crate) decided_at: UtcMillis,
    pub(crate) decision: Decision,
    /// The keys to be destroyed.
    pub(crate) keys: Vec<DataKeyId>,
    /// Objects that nobody can open any more afterwards.
    pub(crate) objects: Vec<String>,
    pub(crate) custodians: BTreeMap<Custodian, AnsweredRow>,
}

/// What a custodian answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnsweredRow {
    pub(crate) answer: Answer,
    /// The exact receipt.
    pub(crate) receipt: Option<String>,
}

/// What stays of the erased classes of a record.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasedRow {
    /// The leaf of every slot, by class.
    pub(crate) classes: BTreeMap<RetentionClass, Vec<(u8, Digest)>>,
    /// The device's own tree with everything but its frame closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<String>,
}

/// A restriction of processing.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestrictionRow {
    pub(crate) erasure: RecordId,
    pub(crate) since: UtcMillis,
}

/// A legal hold.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldRow {
    pub(crate) placed_at: UtcMillis,
    pub(crate) lifted_at: Option<UtcMillis>,
}

/// Whatever a commit writes about a party in a class expects this row to be absent.
pub(crate) fn closed_key(
    filing: FilingId,
    party: PartyId,
    class: RetentionClass,
) -> Result<RowKey, Fault> {
    let class = Sealing::Class(class).word().to_owned();
    Ok(CLOSED.key(&Pair(filing, Pair(party, class)))?)
}

/// Closes a class of a party for good.
pub(crate) fn close(
    changes: &mut heqi_evidence_store::changeset::Changeset,
    filing: FilingId,
    party: PartyId,
    class: RetentionClass,
    by: RecordId,
) -> Result<(), Fault> {
    let class = Sealing::Class(class).word().to_owned();
    Ok(CLOSED.put(changes, &Pair(filing, Pair(party, class)), &by)?)
}
