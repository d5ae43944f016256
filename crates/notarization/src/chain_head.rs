//! The newest statement about a chain: up to here nothing was dropped.

use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Digest;

use crate::deposited::{CHAINS, DepositedError};
use crate::office::NotaryOffice;

/// The statement about the chain of this commitment, byte for byte; `None` when nothing of it
/// was admitted.
pub async fn chain_head(
    office: &NotaryOffice,
    chain: Digest,
) -> Result<Option<Envelope>, DepositedError> {
    let Some(row) = CHAINS.durable_row(office.store(), &chain).await? else { return Ok(None) };
    // A row that is no envelope is a damaged store; no head is better than a wrong one.
    Ok(Envelope::from_json(row.value.head.as_bytes()).ok())
}
