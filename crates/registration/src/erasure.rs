//! What is left of a person's data after an erasure, and who still holds what
//! (`docs/spec/erasure.md`).
//!
//! Values about a person are sealed under keys of their own; destroying the keys erases the
//! values wherever the bytes lie. What stays is what proves: frames, roots, and for each
//! erased class the hashes of its leaves, written in the clear by the commit that decides.
//!
//! - [`crate::erase_person_data`]: the command
//! - [`standing`]: erasures, holds and restrictions of a filing, and what custodians answered
//! - [`resume`]: finishes at the start what a crash left undone
//! - [`lease_orders`], [`note_answer`], …: for the worker that sends the orders

use heqi_evidence::erasure::RequestedBy;
use heqi_evidence::schema::RetentionClass;
use heqi_vocabulary::{FilingId, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Fault};
use crate::filings;
use crate::platform::{Custodian, Platform};
use crate::request::{Actor, Scope};
use crate::rows::Pair;

mod affected;
pub(crate) mod orders;
mod perform;
pub(crate) mod retention;
pub(crate) mod rows;

pub(crate) use affected::{Affected, affected};
pub(crate) use orders::{Order, enqueue, recall_orders};
pub(crate) use perform::perform;

pub use orders::{
    ErasureItem, LeasedOrder, NoteAnswerError, give_back_order, lease_orders, next_order_due,
    note_answer, order_envelope,
};
pub use perform::resume;

/// How the data of the persons of a filing stand.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Standing {
    /// What was decided, oldest first.
    pub erasures: Vec<ErasureView>,
    /// Holds in force.
    pub holds: Vec<HoldView>,
    /// Parties whose data are kept and not used any more (个人信息保护法 art. 47 paragraph 2).
    pub restrictions: Vec<RestrictionView>,
}

/// One decided request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ErasureView {
    /// The record of the decision.
    pub record_id: RecordId,
    /// Whose data.
    pub party_id: PartyId,
    /// Which classes, sorted.
    pub classes: Vec<RetentionClass>,
    /// Who asked.
    pub requested_by: RequestedBy,
    /// When it was decided.
    pub decided_at: UtcMillis,
    /// What was decided here.
    pub decision: Decision,
    /// What each custodian answered to the order; empty when nothing was ordered.
    pub custodians: Vec<CustodianAnswer>,
}

/// What was decided about a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the API, version 1")]
pub enum Decision {
    /// The keys are destroyed, or will be at the next start if `performed_at` is null.
    Erased {
        /// When the last key was destroyed.
        performed_at: Option<UtcMillis>,
    },
    /// It is kept; nothing but keeping is done with it any more.
    Refused {
        /// Stable code: `legal_hold`, `retention`.
        reason: String,
        /// The rule that demands it.
        legal_basis: String,
    },
}

/// What a custodian answered to an order.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CustodianAnswer {
    /// Who.
    pub custodian: Custodian,
    /// What.
    pub answer: Answer,
}

/// What a custodian does with an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the API, version 1")]
pub enum Answer {
    /// Not answered: it still holds everything.
    Ordered {},
    /// Erased there too.
    Erased {
        /// When, by the custodian's clock.
        at: UtcMillis,
    },
    /// It still holds everything, on this legal basis.
    Refused {
        /// When, by the custodian's clock.
        at: UtcMillis,
        /// Stable code.
        reason: String,
        /// The rule that demands it.
        legal_basis: String,
    },
}

/// A hold in force.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HoldView {
    /// The record that placed it, which names it.
    pub hold_id: RecordId,
    /// Since when.
    pub placed_at: UtcMillis,
}

/// A party whose data are only kept.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RestrictionView {
    /// The party.
    pub party_id: PartyId,
    /// The record of the refused request.
    pub record_id: RecordId,
    /// Since when.
    pub since: UtcMillis,
}

/// The most rows of one kind that one filing is shown with.
pub(crate) const MOST: usize = 1000;

/// How the data of the persons of a filing stand: for the handler, the data protection
/// officer, and whoever places holds.
///
/// # Errors
/// No such filing, not allowed, or the store could not be read.
pub async fn standing(
    platform: &Platform,
    actor: &Actor,
    filing: FilingId,
) -> Result<Standing, ActError> {
    let any = [Scope::Filings, Scope::DataProtection, Scope::LegalHold];
    if !any.into_iter().any(|scope| actor.require(scope).is_ok()) {
        return Err(ActError::Denied);
    }
    filings::load(platform, filing).await?;
    let backend = platform.backend();
    backend.settled().await.map_err(Fault::from)?;
    let prefix = format!("{filing}/");
    let found = rows::ERASURES.scan(backend, &prefix, None, MOST).await.map_err(Fault::from)?;
    let mut erasures: Vec<ErasureView> =
        found.into_iter().map(|(Pair(_, record), row)| view(record, row.value)).collect();
    erasures.sort_by_key(|erasure| erasure.decided_at);
    let found = rows::HOLDS.scan(backend, &prefix, None, MOST).await.map_err(Fault::from)?;
    let holds = found
        .into_iter()
        .filter(|(_, row)| row.value.lifted_at.is_none())
        .map(|(Pair(_, hold_id), row)| HoldView { hold_id, placed_at: row.value.placed_at })
        .collect();
    let found = rows::RESTRICTIONS.scan(backend, &prefix, None, MOST).await.map_err(Fault::from)?;
    let restrictions = found
        .into_iter()
        .map(|(Pair(_, party_id), row)| RestrictionView {
            party_id,
            record_id: row.value.erasure,
            since: row.value.since,
        })
        .collect();
    Ok(Standing { erasures, holds, restrictions })
}

pub(crate) fn view(record_id: RecordId, row: rows::ErasureRow) -> ErasureView {
    ErasureView {
        record_id,
        party_id: row.party,
        classes: row.classes,
        requested_by: row.requested_by,
        decided_at: row.decided_at,
        decision: row.decision,
        custodians: row
            .custodians
            .into_iter()
            .map(|(custodian, answered)| CustodianAnswer { custodian, answer: answered.answer })
            .collect(),
    }
}
