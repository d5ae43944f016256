//! Erasures, holds and restrictions.

use utoipa::ToSchema;

use super::words::{
    Custodian, ErasableClass, ErasureDecisionWord, ErasureStateWord, Instant, PartyId, RecordId,
    RequestedByWord,
};

/// What was decided about a request to erase.
#[derive(ToSchema)]
pub(crate) struct ErasureDecided {
    record_id: RecordId,
    decision: ErasureDecisionWord,
    /// Why it was refused: a stable code.
    reason: Option<String>,
    /// The rule that demands to keep it.
    legal_basis: Option<String>,
    /// Whether the data are kept and not used from now on.
    restricted: bool,
}

/// How the data of the persons of a filing stand.
#[derive(ToSchema)]
pub(crate) struct PersonalData {
    erasures: Vec<Erasure>,
    holds: Vec<Hold>,
    restrictions: Vec<Restriction>,
}

/// One decided request.
#[derive(ToSchema)]
pub(crate) struct Erasure {
    record_id: RecordId,
    party_id: PartyId,
    classes: Vec<ErasableClass>,
    requested_by: RequestedByWord,
    decided_at: Instant,
    decision: ErasureDecision,
    /// What each custodian answered; empty when nothing was ordered.
    custodians: Vec<CustodianAnswer>,
}

/// What was decided here.
#[derive(ToSchema)]
pub(crate) struct ErasureDecision {
    decision: ErasureDecisionWord,
    /// When the last key was destroyed; with `erased` only.
    performed_at: Option<Instant>,
    /// A stable code; with `refused` only.
    reason: Option<String>,
    /// The rule that demands to keep it; with `refused` only.
    legal_basis: Option<String>,
}

/// What a custodian answered to the order.
#[derive(ToSchema)]
pub(crate) struct CustodianAnswer {
    custodian: Custodian,
    answer: ErasureAnswer,
}

/// What a custodian does with an order.
#[derive(ToSchema)]
pub(crate) struct ErasureAnswer {
    state: ErasureStateWord,
    /// When, by the custodian's clock; not with `ordered`.
    at: Option<Instant>,
    /// A stable code; with `refused` only.
    reason: Option<String>,
    /// The rule that demands to keep it; with `refused` only.
    legal_basis: Option<String>,
}

/// A hold in force.
#[derive(ToSchema)]
pub(crate) struct Hold {
    hold_id: RecordId,
    placed_at: Instant,
}

/// A party whose data are kept and not used.
#[derive(ToSchema)]
pub(crate) struct Restriction {
    party_id: PartyId,
    record_id: RecordId,
    since: Instant,
}

/// A hold was placed or lifted.
#[derive(ToSchema)]
pub(crate) struct HoldChanged {
    record_id: RecordId,
    /// The record that placed the hold, which names it.
    hold_id: RecordId,
}
