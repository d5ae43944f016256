//! What whoever has a session consented to here, and what became of what it asked about its own data: the
//! page 我的 — 授权管理 that the consent texts name.

use heqi_filing::{CeremonyState, ConsentAnswer, ConsentKind};

use crate::ceremonies;
use crate::erasure::rows::ERASURES;
use crate::erasure::{ErasureView, MOST, view};
use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::Actor;
use crate::rows::Pair;

/// Consents and requests of one party.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OwnData {
    /// Whether it has signed: until then an answer is changed where it was given.
    pub is_signed: bool,
    /// What it answered, in the order in which people are asked.
    pub consents: Vec<(ConsentKind, ConsentAnswer)>,
    /// What was decided about its requests, oldest first.
    pub decided: Vec<ErasureView>,
}

/// Shows it.
///
/// # Errors
/// Nobody has come in at the door, or the store could not be read.
pub async fn own_data(platform: &Platform, actor: &Actor) -> Result<OwnData, ActError> {
    let (ceremony, filing, party) = actor.signer()?;
    let stored = ceremonies::load_inside(platform, ceremony).await?;
    platform.backend().settled().await.map_err(Fault::from)?;
    let ceremony = &stored.content.ceremony;
    let answer = |kind| ceremony.consents().get(&kind).map(|answer| (kind, *answer));
    let rows = ERASURES.scan(platform.backend(), &format!("{filing}/"), None, MOST).await;
    let rows = rows.map_err(Fault::from)?;
    let own = rows.into_iter().filter(|(_, row)| row.value.party == party);
    let mut decided: Vec<ErasureView> =
        own.map(|(Pair(_, record), row)| view(record, row.value)).collect();
    decided.sort_by_key(|one| one.decided_at);
    Ok(OwnData {
        is_signed: matches!(ceremony.state(), CeremonyState::Signed { .. }),
        consents: ConsentKind::ALL.into_iter().filter_map(answer).collect(),
        decided,
    })
}
