//! The answer to a deposit: `{"chain_head": <DSSE envelope>|null, "receipt": <DSSE envelope>}`.
//!
//! The envelopes stand in it as JSON objects. They are canonical, so reading them out of the
//! answer gives the exact bytes that were signed and stored.

use heqi_evidence::chain::ChainHead;
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::statement::{Signed, Statement, StatementError};
use heqi_pki::dsse::{Envelope, EnvelopeError};
use heqi_pki::keys::PublicKey;
use serde::{Deserialize, Serialize};

/// The longest answer: two envelopes and what joins them, in bytes.
pub const MAX_REPLY_BYTES: usize = 2 * heqi_pki::dsse::MAX_ENVELOPE_BYTES + 64;

/// What a custodian answers to a deposit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DepositReply {
    /// The deposit receipt 存证回执; its outcome is final.
    pub receipt: Envelope,
    /// The newest statement about the record's chain; `None` while nothing of the chain was
    /// admitted.
    pub chain_head: Option<Envelope>,
}

/// A reply whose signatures were checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenedReply {
    /// What the receipt says.
    pub receipt: DepositReceipt,
    /// What the chain head says.
    pub chain_head: Option<ChainHead>,
}

/// Why a body is not a reply.
#[derive(Debug, thiserror::Error)]
pub enum DepositReplyError {
    /// Not the JSON object.
    #[error("the answer to a deposit is not the JSON object of the protocol")]
    Json,
    /// A member is no envelope.
    #[error("a statement in the answer is malformed")]
    Envelope(#[from] EnvelopeError),
}

#[derive(Deserialize, Serialize)]
struct Wire {
    chain_head: Option<EnvelopeWire>,
    receipt: EnvelopeWire,
}

/// Members in canonical order (RFC 8785); no value needs an escape.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeWire {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<SignatureWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SignatureWire {
    keyid: String,
    sig: String,
}

impl DepositReply {
    /// Reads an answer. Nothing in it is verified yet.
    ///
    /// # Errors
    /// See [`DepositReplyError`].
    pub fn parse(body: &[u8]) -> Result<Self, DepositReplyError> {
        let wire: Wire = serde_json::from_slice(body).map_err(|_| DepositReplyError::Json)?;
        let envelope = |wire: &EnvelopeWire| {
            let bytes = serde_json::to_vec(wire).map_err(|_| DepositReplyError::Json)?;
            Ok::<_, DepositReplyError>(Envelope::from_json(&bytes)?)
        };
        Ok(Self {
            receipt: envelope(&wire.receipt)?,
            chain_head: wire.chain_head.as_ref().map(envelope).transpose()?,
        })
    }

    /// The body of the answer; the same reply always makes the same bytes.
    pub fn to_body(&self) -> Vec<u8> {
        let head = self.chain_head.as_ref().map_or(b"null".as_slice(), Envelope::as_bytes);
        [br#"{"chain_head":"#, head, br#","receipt":"#, self.receipt.as_bytes(), b"}"].concat()
    }

    /// Checks both statements against the custodian's keys and reads them.
    ///
    /// # Errors
    /// Another kind of statement, or not signed by one of `keys`.
    pub fn open(&self, keys: &[PublicKey]) -> Result<OpenedReply, StatementError> {
        let receipt = DepositReceipt::open(&self.receipt, keys)?.into_statement();
        let chain_head = self
            .chain_head
            .as_ref()
            .map(|head| ChainHead::open(head, keys).map(Signed::into_statement))
            .transpose()?;
        Ok(OpenedReply { receipt, chain_head })
    }
}

#[cfg(test)]
mod tests;
