//! Legal holds at a custodian: nothing of a chain is erased while one is in force. Placed
//! and lifted by a person of the notary office, each time with a reason and a statement in
//! the office's own log.

use std::str::FromStr;

use heqi_evidence::erasure::{CustodianHold, HoldChange};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::{Statement, StatementError};
use heqi_evidence_store::backend::CommitError;
use heqi_evidence_store::changeset::{Changeset, InvalidChangeset, LedgerEntry};
use heqi_evidence_store::sealed::{SealError, Sealed, UnsealError};
use heqi_evidence_store::table::{Table, TableError};
use heqi_evidence_store::vault::{DataKeyId, VaultError};
use heqi_pki::dsse::{Envelope, EnvelopeError};
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::deposited::CHAINS;
use crate::office::NotaryOffice;

/// Holds by chain: one row, so that whoever erases can expect it to be as it was read.
const HOLDS: Table<Digest, Holds> = Table::new("legal-hold");

/// What was done for a request, by the digest of its name: kept while the hold is in force, and
/// [`ASKED_LIFETIME_MS`] longer.
const ASKED: Table<Digest, Asked> = Table::new("legal-hold-asked");

const ATTEMPTS: usize = 8;
/// How long after a hold was lifted the requests that placed and lifted it are answered as before, in milliseconds:
/// thirty days.
pub const ASKED_LIFETIME_MS: i64 = 30 * 24 * 3_600_000;
/// The longest name of an act, in bytes.
pub const MAX_KEY_BYTES: usize = 128;
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

/// The statement that a request was answered with.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    chain: Digest,
    hold: Digest,
    change: HoldChange,
    /// The exact envelope.
    statement: String,
}

/// The caller's name for one act, 1 to 128 visible ASCII characters (`Idempotency-Key`). It may hold
/// anything, so only its digest is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HoldKey(Digest);

impl FromStr for HoldKey {
    type Err = HoldKeyError;

    fn from_str(text: &str) -> Result<Self, HoldKeyError> {
        let fits = (1..=MAX_KEY_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(Digest::of(text.as_bytes()))) } else { Err(HoldKeyError) }
    }
}

/// The text cannot name an act.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an idempotency key has 1 to {MAX_KEY_BYTES} visible ASCII characters")]
pub struct HoldKeyError;

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
    /// The key named another request before.
    #[error("the idempotency key has been used for another request")]
    KeyReused,
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
    /// A reason that was sealed could not be opened.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// A statement that was kept could not be read.
    #[error(transparent)]
    Kept(#[from] EnvelopeError),
}

/// Places a hold over everything held of a chain; gives its name and the signed statement. The same request
/// again gives the same.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn place_hold(
    office: &NotaryOffice,
    key: HoldKey,
    chain: Digest,
    reason: &str,
) -> Result<(Digest, Envelope), LegalHoldError> {
    let hold = Digest::from_bytes(office.entropy().bytes());
    Wanted::check(key, (chain, hold), HoldChange::Placed, reason)?.change(office).await
}

/// Lifts a hold; gives the signed statement. The same request again gives the same.
///
/// # Errors
/// See [`LegalHoldError`].
pub async fn lift_hold(
    office: &NotaryOffice,
    key: HoldKey,
    (chain, hold): (Digest, Digest),
    reason: &str,
) -> Result<Envelope, LegalHoldError> {
    let wanted = Wanted::check(key, (chain, hold), HoldChange::Lifted, reason)?;
    wanted.change(office).await.map(|(_, said)| said)
}

/// Forgets what requests were answered whose hold was lifted long ago; no hold that is in force is placed
/// twice by it. Looks at a page of rows from `after` on; gives how many went.
///
/// # Errors
/// The store could not do its part.
pub async fn sweep(
    office: &NotaryOffice,
    after: &mut Option<Digest>,
    page: usize,
) -> Result<usize, LegalHoldError> {
    let now = office.clock().now();
    let rows = ASKED.scan(office.store(), "", after.as_ref(), page).await?;
    let (mut removed, mut changes) = (0, Changeset::new());
    for (key, row) in &rows {
        if is_over(office, &row.value, now).await? {
            ASKED.remove(&mut changes, key, row.version)?;
            removed += 1;
        }
    }
    *after = if rows.len() < page { None } else { rows.last().map(|(key, _)| *key) };
    if removed == 0 {
        return Ok(0);
    }
    match async { office.store().commit(changes)?.await }.await {
        Ok(_) => Ok(removed),
        // The next round sees them again.
        Err(CommitError::Conflict { .. }) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// Whether the hold was lifted so long ago that nobody asks again.
async fn is_over(office: &NotaryOffice, asked: &Asked, now: UtcMillis) -> Result<bool, TableError> {
    let holds = HOLDS.row(office.store(), &asked.chain).await?;
    let holds = holds.map(|row| row.value.holds).unwrap_or_default();
    let hold = holds.iter().find(|hold| hold.id == asked.hold);
    let lifted_at = hold.and_then(|hold| hold.lifted_at);
    Ok(lifted_at.is_some_and(|at| now.millis_since(at) >= ASKED_LIFETIME_MS))
}

/// A request that was checked.
struct Wanted<'a> {
    key: HoldKey,
    chain: Digest,
    hold: Digest,
    change: HoldChange,
    reason: &'a str,
}

impl<'a> Wanted<'a> {
    fn check(
        key: HoldKey,
        (chain, hold): (Digest, Digest),
        change: HoldChange,
        reason: &'a str,
    ) -> Result<Self, LegalHoldError> {
        let reason = reason.trim();
        if !(1..=MAX_REASON_CHARACTERS).contains(&reason.chars().count()) {
            return Err(LegalHoldError::Reason);
        }
        Ok(Self { key, chain, hold, change, reason })
    }

    async fn change(&self, office: &NotaryOffice) -> Result<(Digest, Envelope), LegalHoldError> {
        let Self { key, chain, hold, change, .. } = *self;
        for _ in 0..ATTEMPTS {
            if let Some(asked) = ASKED.row(office.store(), &key.0).await? {
                return self.earlier(office, asked.value).await;
            }
            if CHAINS.row(office.store(), &chain).await?.is_none() {
                return Err(LegalHoldError::UnknownChain);
            }
            let stored = HOLDS.row(office.store(), &chain).await?;
            let mut holds = stored.as_ref().map(|row| row.value.clone()).unwrap_or_default();
            let now = office.clock().now();
            let sealed = self.seal_reason(office)?;
            match change {
                HoldChange::Placed => holds.holds.push(Hold {
                    id: hold,
                    placed_at: now,
                    lifted_at: None,
                    reasons: vec![sealed],
                }),
                HoldChange::Lifted => {
                    let mut all = holds.holds.iter_mut();
                    let entry = all.find(|one| one.id == hold && one.lifted_at.is_none());
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
                reason_sha256: Digest::of(&[&salt, self.reason.as_bytes()].concat()),
            };
            let envelope = said.sign(office.receipt_key())?;
            let mut changes = Changeset::new();
            match &stored {
                None => HOLDS.insert(&mut changes, &chain, &holds)?,
                Some(row) => HOLDS.replace(&mut changes, &chain, row.version, &holds)?,
            }
            let statement = String::from_utf8_lossy(envelope.as_bytes()).into_owned();
            let asked = Asked { chain, hold, change, statement };
            ASKED.insert(&mut changes, &key.0, &asked)?;
            let leaf = LogLeaf::Statement(Digest::of(envelope.as_bytes())).to_bytes();
            changes.append(LedgerEntry::new(leaf, envelope.as_bytes().to_vec()));
            match async { office.store().commit(changes)?.await }.await {
                Ok(_) => return Ok((hold, envelope)),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(CommitError::Busy.into())
    }

    /// What this very request was answered before, once that is durable.
    async fn earlier(
        &self,
        office: &NotaryOffice,
        asked: Asked,
    ) -> Result<(Digest, Envelope), LegalHoldError> {
        let is_same_hold = self.change == HoldChange::Placed || self.hold == asked.hold;
        if self.chain != asked.chain || self.change != asked.change || !is_same_hold {
            return Err(LegalHoldError::KeyReused);
        }
        let holds = HOLDS.row(office.store(), &asked.chain).await?;
        let holds = holds.map(|row| row.value.holds).unwrap_or_default();
        let kept = holds.iter().find(|hold| hold.id == asked.hold);
        let sealed = kept.and_then(|hold| match asked.change {
            HoldChange::Placed => hold.reasons.first(),
            HoldChange::Lifted => hold.reasons.last(),
        });
        // The reason stays sealed, so it is compared with what it was and not by a digest that lies open.
        let place = place_of(asked.chain, asked.hold);
        let reason =
            sealed.map(|one| one.open(office.store().vault(), place.as_bytes())).transpose()?;
        if reason.as_deref() != Some(self.reason) {
            return Err(LegalHoldError::KeyReused);
        }
        office.store().settled().await?;
        Ok((asked.hold, Envelope::from_json(asked.statement.as_bytes())?))
    }

    fn seal_reason(&self, office: &NotaryOffice) -> Result<Sealed<String>, LegalHoldError> {
        let key = DataKeyId::of(&[b"legal-hold", self.chain.as_bytes()]);
        let key = office.store().vault().create(key)?;
        let place = place_of(self.chain, self.hold);
        let reason = self.reason.to_owned();
        Ok(Sealed::seal(&key, place.as_bytes(), &reason, office.entropy())?)
    }
}

/// Where the reasons of a hold are sealed for.
fn place_of(chain: Digest, hold: Digest) -> String {
    format!("legal-hold/{chain}/{hold}")
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
