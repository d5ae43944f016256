//! The time stamps of a bundle: the first stamped head that covers the record, tied to the
//! head of its proof.

use std::collections::BTreeMap;

use heqi_evidence::bundle::{TimeAnchor, write_consistency};
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::stamping::{self, StampingError};
use heqi_tlog::checkpoint::SignedCheckpoint;

use crate::fault::Fault;

/// The stamped heads for a bundle whose proof leads to `head`; empty while there is none.
pub(crate) async fn time_anchors(
    store: &dyn Backend,
    index: u64,
    head: &SignedCheckpoint,
) -> Result<BTreeMap<u64, TimeAnchor>, Fault> {
    let stamped = stamping::covering(store, index).await?;
    let Some(stamped) = stamped else {
        return Ok(BTreeMap::new());
    };
    let (size, proved) = (stamped.head.checkpoint().size(), head.checkpoint().size());
    let consistency = if size == proved {
        None
    } else {
        let proof = store.log().consistency_proof(size.min(proved), size.max(proved)).await?;
        Some(write_consistency(&proof))
    };
    let tokens = stamped
        .tokens
        .iter()
        .map(|(label, row)| {
            let der = row.der().ok_or_else(|| Fault::broken("a kept token is not base64"))?;
            Ok((label.clone(), der))
        })
        .collect::<Result<_, Fault>>()?;
    Ok(BTreeMap::from([(size, TimeAnchor { consistency, note: stamped.note, tokens })]))
}

impl From<StampingError> for Fault {
    fn from(error: StampingError) -> Self {
        match error {
            StampingError::Read(error) => error.into(),
            StampingError::Table(error) => error.into(),
            StampingError::Commit(error) => error.into(),
            other => Self::broken(other),
        }
    }
}
