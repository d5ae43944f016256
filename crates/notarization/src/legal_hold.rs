//! Legal holds at a custodian: nothing of a chain is erased while one is in force. Placed
//! and lifted by a person of the notary office, each time with a reason and a statement in
//! the office's own log.

use heqi_evidence::erasure::{CustodianHold, HoldChange};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::{Statement, StatementError};
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, LedgerEntry};
use heqi_evidence_store::sealed::{SealError, Sealed};
use heqi_evidence_store::table::{Table, TableError};
use heqi_evidence_store::vault::{DataKeyId, VaultError};
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::deposited::CHAINS;
use crate::office::NotaryOffice;

/// Holds by chain: one row, so that whoever erases can expect it to be as it was read.
const HOLDS: Table<Digest, Holds> = Table::new("legal-hold");

const ATTEMPTS: usize = 8;
/// The longest reason, in characters.
pub const MAX_REASON_CHARACTERS: usize = 2000;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Holds {
    holds: Vec<Hold>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Hold {
    id: Digest,
    placed_at: UtcMillis,
    lifted_at: Option<UtcMillis>,
    reasons: Vec<Sealed<String>>,
}

/// Why no hold was placed or lifted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LegalHoldError {
    /// No reason, or an essay.
    #[error("a hold is placed and lifted with a reason of 1 to {MAX_REASON_CHARACTERS} characters")]
    Reason,
    /// Nothing of this chain is held here.
    #[error("nothing of this chain is held here")]
    UnknownChain,
    /// The chain has no such hold in force.
    #[error("the chain has no such hold in force")]
    NoSuchHold,
    /// The statement could not be signed.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The store.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// A bound of the store.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// A row.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The reason could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Places a hold over everything held of a chain; gives the signed statement.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn place_hold(
    office: &NotaryOffice,
    chain: Digest,
    reason: &str,
) -> Result<(Digest, Envelope), LegalHoldError> {
    let hold = Digest::from_bytes(office.entropy().bytes());
    change(office, chain, hold, HoldChange::Placed, reason).await.map(|said| (hold, said))
}

/// Lifts a hold; gives the signed statement.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn lift_hold(
    office: &NotaryOffice,
    chain: Digest,
    hold: Digest,
    reason: &str,
) -> Result<Envelope, LegalHoldError> {
    change(office, chain, hold, HoldChange::Lifted, reason).await
}

async fn change(
    office: &NotaryOffice,
    chain: Digest,
    hold: Digest,
    change: HoldChange,
    reason: &str,
) -> Result<Envelope, LegalHoldError> {
    let reason = reason.trim();
    if !(1..=MAX_REASON_CHARACTERS).contains(&reason.chars().count()) {
        return Err(LegalHoldError::Reason);
    }
    for _ in 0..ATTEMPTS {
        if CHAINS.row(office.store(), &chain).await?.is_none() {
            return Err(LegalHoldError::UnknownChain);
        }
        let stored = HOLDS.row(office.store(), &chain).await?;
        let mut holds = stored.as_ref().map(|row| row.value.clone()).unwrap_or_default();
        let now = office.clock().now();
        let place = format!("legal-hold/{chain}/{hold}");
        let key = DataKeyId::of(&[b"legal-hold", chain.as_bytes()]);
        let key = office.store().vault().create(key)?;
        let sealed = Sealed::seal(&key, place.as_bytes(), &reason.to_owned(), office.entropy())?;
        match change {
            HoldChange::Placed => holds.holds.push(Hold {
                id: hold,
                placed_at: now,
                lifted_at: None,
                reasons: vec![sealed],
            }),
            HoldChange::Lifted => {
                let entry = holds.holds.iter_mut().find(|h| h.id == hold && h.lifted_at.is_none());
                let entry = entry.ok_or(LegalHoldError::NoSuchHold)?;
                entry.lifted_at = Some(now);
                entry.reasons.push(sealed);
            }
        }
        let salt: [u8; 16] = office.entropy().bytes();
        let said = CustodianHold {
            at: now,
            chain,
            change,
            custodian: office.custodian().to_owned(),
            hold,
            reason_sha256: Digest::of(&[&salt, reason.as_bytes()].concat()),
        };
        let envelope = said.sign(office.receipt_key())?;
        let mut changes = Changeset::new();
        match &stored {
            None => HOLDS.insert(&mut changes, &chain, &holds)?,
            Some(row) => HOLDS.replace(&mut changes, &chain, row.version, &holds)?,
        }
        let leaf = LogLeaf::Statement(Digest::of(envelope.as_bytes())).to_bytes();
        changes.append(LedgerEntry::new(leaf, envelope.as_bytes().to_vec()));
        match async { office.store().commit(changes)?.await }.await {
            Ok(_) => return Ok(envelope),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CommitError::Busy.into())
}

/// Whether a hold is in force; the changeset then demands that it stay so.
pub(crate) async fn expect_holds(
    office: &NotaryOffice,
    changes: &mut Changeset,
    chain: Digest,
) -> Result<bool, TableError> {
    use heqi_evidence_store::changeset::Expected;

    let stored = HOLDS.row(office.store(), &chain).await?;
    let key = HOLDS.key(&chain)?;
    let expected = stored.as_ref().map_or(Expected::Absent, |row| Expected::Version(row.version));
    changes.expect(key, expected);
    let holds = stored.map(|row| row.value.holds).unwrap_or_default();
    Ok(holds.iter().any(|hold| hold.lifted_at.is_none()))
}
