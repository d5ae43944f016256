//! Deposits, chain heads and anchors of one custodian.

use bytes::Bytes;
use heqi_evidence::{anchors, bundle};
use heqi_pki::dsse::{Envelope, MAX_ENVELOPE_BYTES};
use heqi_tlog::checkpoint::Origin;
use heqi_vocabulary::Digest;

use crate::deposit::{DepositReply, MAX_REPLY_BYTES};
use crate::http::{Answer, Bearer, CallError, HttpPool};
use crate::log::LogClient;
use crate::mirror::MirrorClient;
use crate::problem::{CHAIN_GAP, ProblemNote};
use crate::witness::WitnessClient;

/// Talks to a notary data centre or to the preservation service.
#[derive(Clone, Debug)]
pub struct NotaryClient {
    pool: HttpPool,
    base: String,
    bearer: Option<Bearer>,
}

/// Why a deposit has no receipt.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DepositError {
    /// Nothing was kept: the records from this place on have to come first.
    #[error("the custodian expects the record at place {expected_seq} of the chain first")]
    Gap {
        /// Sequence number to be deposited next.
        expected_seq: u64,
    },
    /// Anything else; see [`CallError`] for what to do.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl NotaryClient {
    /// A client of the service at `base_url` (`http://host:port`, without a path).
    pub fn new(pool: HttpPool, base_url: &str, bearer: Option<Bearer>) -> Self {
        Self { pool, base: base_url.trim_end_matches('/').to_owned(), bearer }
    }

    /// Deposits a bundle. Sending the same again is harmless and gives the same receipt.
    ///
    /// # Errors
    /// See [`DepositError`].
    pub async fn deposit(&self, bundle: Bytes) -> Result<DepositReply, DepositError> {
        let url = format!("{}/deposits", self.base);
        let call = self.pool.upload(&url, bundle::MEDIA_TYPE, bundle);
        let answer = call.with_bearer(self.bearer.as_ref()).send(MAX_REPLY_BYTES).await?;
        if answer.status == 409
            && let Some(ProblemNote { code, expected_seq: Some(expected_seq) }) =
                ProblemNote::parse(&answer.body)
            && code == CHAIN_GAP
        {
            return Err(DepositError::Gap { expected_seq });
        }
        let answer = answer.success()?;
        DepositReply::parse(&answer.body)
            .map_err(|_| CallError::Unintelligible { what: "no receipt in the answer" }.into())
    }

    /// Sends a signed erasure order. Sending the same again is harmless and gives the same
    /// answer. Not verified.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn erase(&self, order: Bytes) -> Result<Envelope, CallError> {
        let url = format!("{}/erasures", self.base);
        let call = self.pool.upload(&url, "application/json", order);
        let answer = call.with_bearer(self.bearer.as_ref()).send(MAX_ENVELOPE_BYTES).await?;
        Envelope::from_json(&answer.success()?.body)
            .map_err(|_| CallError::Unintelligible { what: "no erasure receipt in the answer" })
    }

    /// The newest chain head statement about the chain of this commitment; `None` when the
    /// custodian holds nothing of it. Not verified.
    pub async fn chain_head(&self, chain: Digest) -> Result<Option<Envelope>, CallError> {
        let url = format!("{}/chains/{chain}/head", self.base);
        let answer = self.pool.get(&url).send(MAX_ENVELOPE_BYTES).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        Envelope::from_json(&answer.success()?.body)
            .map(Some)
            .map_err(|_| CallError::Unintelligible { what: "no chain head in the answer" })
    }

    /// The published anchors file, byte for byte.
    pub async fn anchors(&self) -> Result<Vec<u8>, CallError> {
        let url = format!("{}/anchors.json", self.base);
        Ok(self.pool.get(&url).send(anchors::MAX_BYTES).await?.success()?.body)
    }

    /// A JSON document for a path of the service, with our key.
    pub(crate) async fn post_json(
        &self,
        path: &str,
        body: Vec<u8>,
        limit_bytes: usize,
    ) -> Result<Answer, CallError> {
        let url = format!("{}{path}", self.base);
        let call = self.pool.upload(&url, "application/json", body.into());
        call.with_bearer(self.bearer.as_ref()).send(limit_bytes).await
    }

    /// The service's witness.
    pub fn witness(&self) -> WitnessClient {
        WitnessClient::new(self.pool.clone(), &format!("{}/witness", self.base))
    }

    /// The service's mirror.
    pub fn mirror(&self) -> MirrorClient {
        MirrorClient::new(self.pool.clone(), &format!("{}/mirror", self.base))
    }

    /// The service's copy of the log with this origin.
    pub fn mirrored_log(&self, origin: &Origin) -> LogClient {
        let prefix = format!("{}/mirror/{}", self.base, origin.monitoring_path());
        LogClient::new(self.pool.clone(), &prefix)
    }

    /// The service's own log, by the name it is served under.
    pub fn own_log(&self, name: &str) -> LogClient {
        LogClient::new(self.pool.clone(), &format!("{}/log/{name}", self.base))
    }
}
