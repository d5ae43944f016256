//! What speaks against a held signing: objections, and that the registry found this very signature void (domain.md 11.4).
//! A certificate over it says so in its text, or is not issued.

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::holder_notice::NoticeKind;
use heqi_evidence_store::changeset::{Changeset, Expected};
use heqi_vocabulary::UtcMillis;

use super::chain::{Chain, at};
use crate::deposited::{CHAINS, DEPOSITS, DepositKey};
use crate::held_chain;
use crate::holder::notice::unless_said_since;
use crate::matter::error::MatterError;
use crate::office::NotaryOffice;

/// The code of the point about answers where the registry found the signature void.
pub(crate) const SIGNATURE_VOID: &str = "signature_void";
/// The code of the point about answers where somebody objected.
pub(crate) const OBJECTED: &str = "objected";

/// What is recorded against a held signing: a certificate over it says so in its text.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Contested {
    /// Objections of anybody, in the chain or said to this office, one by both ways counted once.
    pub(crate) objections: u32,
    /// Whether the registry found this very signature void.
    pub(crate) is_void: bool,
}

/// What is recorded against a held signing now. Of a record that cannot be opened any more only the objections
/// are told.
pub(crate) async fn contested_held(
    office: &NotaryOffice,
    key: &DepositKey,
) -> Result<Contested, MatterError> {
    let Some(row) = DEPOSITS.durable_row(office.store(), key).await? else {
        return Ok(Contested::default());
    };
    let signing = held_chain::record(office, &row.value).await?;
    let chain = Chain::read(office, key, row.value.chain).await?;
    Ok(Contested {
        objections: chain.objections(signing.as_ref()),
        is_void: signing.is_some_and(|signing| chain.void_of(&signing).is_some()),
    })
}

/// The same, and the commit of `changes` is refused where anything was recorded since: what is read here is what stands
/// recorded when the commit is accepted.
pub(crate) async fn contested_at_commit(
    office: &NotaryOffice,
    key: &DepositKey,
    changes: &mut Changeset,
) -> Result<Contested, MatterError> {
    let Some(row) = DEPOSITS.durable_row(office.store(), key).await? else {
        return Ok(Contested::default());
    };
    // First what is expected, then what is read: what comes in between refuses the commit.
    let chain = row.value.chain;
    let tip = CHAINS.durable_row(office.store(), &chain).await?;
    let expected = tip.map_or(Expected::Absent, |tip| Expected::Version(tip.version));
    changes.expect(CHAINS.key(&chain)?, expected);
    unless_said_since(office, (chain, key.root), NoticeKind::Objection, changes).await?;
    contested_held(office, key).await
}

/// That the registry found a signature void, as the held record of its decision says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Voided {
    /// When.
    pub(crate) at: UtcMillis,
    /// Which office.
    pub(crate) by: String,
}

/// Whether the records of a filing say that this signing is void.
pub(crate) fn found_void(records: Vec<Disclosure>, signing: &Disclosure) -> Option<Voided> {
    let mut chain = Chain::default();
    for record in records {
        chain.take(record);
    }
    chain.void_of(signing).and_then(Voided::read)
}

impl Voided {
    pub(super) fn read(decision: &Disclosure) -> Option<Self> {
        let by = decision.text("office").unwrap_or_default().to_owned();
        Some(Self { at: at(decision)?, by })
    }
}
