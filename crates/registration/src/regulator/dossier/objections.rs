//! What parties of a filing objected to on the platform, as the records say it.

use heqi_evidence::schema::RecordKind;
use heqi_vocabulary::{FilingId, PartyId, UtcMillis};

use crate::fault::Fault;
use crate::ledger::KeptRecord;
use crate::object::Ground;
use crate::platform::Platform;
use crate::regulator::traces::opened;

/// What is opened for them, as the record of the look lists it.
pub(super) const OPENED: [&str; 2] = ["ground", "against"];

/// One objection.
pub(super) struct Objected {
    party: PartyId,
    at: UtcMillis,
    ground: Option<Ground>,
    /// The record, or the filing as a whole.
    against: Option<String>,
}

/// Every objection among these records, oldest first. What was erased of one is not told.
pub(super) fn objections(
    platform: &Platform,
    records: &[KeptRecord],
) -> Result<Vec<Objected>, Fault> {
    let mut objections = Vec::new();
    for kept in records.iter().filter(|kept| kept.kind == RecordKind::Objection) {
        let said = opened(platform, kept, &OPENED)?;
        if let Some(party) = kept.about.party {
            let ground = said.parsed("ground");
            let against = said.text("against").map(ToOwned::to_owned);
            objections.push(Objected { party, at: kept.recorded_at, ground, against });
        }
    }
    Ok(objections)
}

/// On which ground a party objected; the last one counts.
pub(super) fn ground_of(objections: &[Objected], party: PartyId) -> Option<Ground> {
    objections.iter().rev().filter(|one| one.party == party).find_map(|one| one.ground)
}

/// When the platform recorded first that who signed a record objects to it, or to the filing as a whole, and never to
/// another record: what stands beside what the same person said to a custodian, which names the same signing.
pub(super) fn recorded_against(
    objections: &[Objected],
    signing: &KeptRecord,
    filing: FilingId,
) -> Option<UtcMillis> {
    let names = [signing.record_id.to_string(), filing.to_string()];
    let is_about = |one: &&Objected| {
        Some(one.party) == signing.about.party
            && one.at >= signing.recorded_at
            && one.against.as_ref().is_none_or(|against| names.contains(against))
    };
    objections.iter().filter(is_about).map(|one| one.at).min()
}
