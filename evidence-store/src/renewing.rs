//! Time stamps of a log are renewed before the certificates behind them end (domain.md 11.12,
//! `docs/spec/renewal.md`, ADR 0045), the same code for both organisations.
//!
//! A round looks at the tokens that came since the last one. When the first of their certificates ends
//! soon, a statement over all of them becomes a leaf; the next head is stamped over it by whoever stamps
//! then. [`renewal_file`] gives the way of one leaf, for whoever verifies it in twenty years.

mod file;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::anchors::Anchors;
use heqi_evidence::canonical::{self, CanonicalError};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::{Statement as _, StatementError};
use heqi_pki::keys::Signer;
use heqi_pki::timestamp::TimestampToken;
use heqi_renewal::{FileError, Renewal, TokenTree, ends_of};
use heqi_vocabulary::{Clock, Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::backend::{Backend, CommitError, ReadError};
use crate::changeset::{Changeset, InvalidChangeset, LedgerEntry, RowKey, leaf_index_of};
use crate::log::ProofError;
use crate::stamping::{StampingError, TokenRow};
use crate::table::{Stored, Table, TableError};

pub use file::renewal_file;

/// The tokens of [`crate::stamping`]: head's size in twenty digits, a dot, the label.
const TOKENS: Table<String, TokenRow> = Table::new("time-token");
const RENEWALS: Table<Seq, RenewalRow> = Table::new("time-renewal");
const SEEN: Table<String, Seen> = Table::new("time-renewal-seen");
/// The newest token of each authority there.
const NEWEST: Table<String, NewestToken> = Table::new("time-newest");
const NOW: &str = "now";
/// Tokens read at once.
const PAGE: usize = 1_000;
/// Renewals of one log: a hundred are a thousand years.
const MOST: usize = 10_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Whose log it is, and with what renewals are made.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Holder<'a> {
    /// The store with the log.
    pub backend: &'a dyn Backend,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// What the holder is called.
    pub custodian: &'a str,
    /// Signs renewals.
    pub key: &'a dyn Signer,
    /// The trusted keys and roots as they count now.
    pub anchors: &'a Anchors,
    /// Hears of each statement that becomes a leaf, in the same commit: a log whose leaves are counted
    /// writes it down.
    pub statement: &'a (dyn Fn(&mut Changeset, Digest) -> Result<(), TableError> + Send + Sync),
}

/// A place among the renewals, in six digits, so that rows stand in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Seq(u64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for Seq {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What is read of that row.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct NewestToken {
    token: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RenewalRow {
    digest: Digest,
    anchors: Digest,
    at: UtcMillis,
    first: String,
    last: String,
}

/// What rounds have seen since the last renewal.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// The last token that was looked at.
    upto: Option<String>,
    /// Of those that no renewal names: when the first of their certificates ends.
    ends: Option<UtcMillis>,
    /// How many no renewal names.
    count: u64,
}

/// Why nothing was renewed, or no way could be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenewalError {
    /// No head over the leaf was stamped yet.
    #[error("no head over the leaf was stamped yet")]
    NotStamped,
    /// There is no such leaf, or the store is damaged.
    #[error("the leaf is not in the log")]
    NoLeaf,
    /// Reading.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Reading or writing rows.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The stamps.
    #[error(transparent)]
    Stamping(#[from] StampingError),
    /// A proof.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The statement.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The list of keys could not be written.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// A bound of the store.
    #[error(transparent)]
    Invalid(#[from] InvalidChangeset),
    /// Writing.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What a round found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RenewalRound {
    /// Which renewal was made in this round.
    pub renewed: Option<u64>,
    /// Until when the newest tokens count: the last end among the certificates of those that stamp now.
    /// `None` while nothing was stamped.
    pub counts_until: Option<UtcMillis>,
}

/// Looks at what was stamped since the last round, and renews it when the first of its certificates
/// ends within `margin_ms`. As long as the authority goes on with that certificate, what it stamps
/// meanwhile is renewed again, at half the time that is left and at most daily.
///
/// # Errors
/// See [`RenewalError`].
pub async fn renew_if_due(
    holder: &Holder<'_>,
    margin_ms: i64,
) -> Result<RenewalRound, RenewalError> {
    finish(holder, look(holder, margin_ms).await?).await
}

/// What a round has looked at, before it writes anything.
#[derive(Clone, Debug)]
pub struct Looked {
    now: UtcMillis,
    stored: Option<Stored<Seen>>,
    seen: Seen,
    last: Option<(u64, RenewalRow)>,
    is_due: bool,
}

impl Looked {
    /// Whether [`finish`] makes statements: who counts them counts before.
    pub const fn is_due(&self) -> bool {
        self.is_due
    }
}

/// The first half of [`renew_if_due`].
///
/// # Errors
/// See [`RenewalError`].
pub async fn look(holder: &Holder<'_>, margin_ms: i64) -> Result<Looked, RenewalError> {
    let now = holder.clock.now();
    let stored = SEEN.row(holder.backend, &NOW.to_owned()).await?;
    let mut seen = stored.as_ref().map(|row| row.value.clone()).unwrap_or_default();
    look_at_new(holder, &mut seen).await?;
    let last = last_renewal(holder).await?;
    let is_due = seen.ends.is_some_and(|ends| {
        let left = ends.millis_since(now);
        let again =
            last.as_ref().is_none_or(|(_, row)| now.millis_since(row.at) >= (left / 2).max(DAY_MS));
        left <= margin_ms && again
    });
    Ok(Looked { now, stored, seen, last, is_due })
}

/// The second half of [`renew_if_due`]: renews what is due, and remembers what was seen.
///
/// # Errors
/// See [`RenewalError`].
pub async fn finish(holder: &Holder<'_>, looked: Looked) -> Result<RenewalRound, RenewalError> {
    let Looked { now, stored, mut seen, last, is_due } = looked;
    let key = NOW.to_owned();
    let mut changes = Changeset::new();
    let renewed =
        if is_due { renew(holder, &mut changes, (&seen, last, now)).await? } else { None };
    if renewed.is_some() {
        seen = Seen { ends: None, count: 0, ..seen };
    }
    let counts_until = newest_ends(holder).await?;
    if stored.as_ref().is_none_or(|row| row.value != seen) {
        match &stored {
            None => SEEN.insert(&mut changes, &key, &seen)?,
            Some(row) => SEEN.replace(&mut changes, &key, row.version, &seen)?,
        }
        match async { holder.backend.commit(changes)?.await }.await {
            Ok(_) => {}
            // Another round was faster: it has done what was due.
            Err(CommitError::Conflict { .. }) => {
                return Ok(RenewalRound { renewed: None, counts_until });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(RenewalRound { renewed, counts_until })
}

async fn last_renewal(holder: &Holder<'_>) -> Result<Option<(u64, RenewalRow)>, RenewalError> {
    let mut rows = RENEWALS.scan(holder.backend, "", None, MOST).await?;
    Ok(rows.pop().map(|(seq, row)| (seq.0, row.value)))
}

/// Looks at the tokens that came since.
async fn look_at_new(holder: &Holder<'_>, seen: &mut Seen) -> Result<(), RenewalError> {
    loop {
        let rows = TOKENS.scan(holder.backend, "", seen.upto.as_ref(), PAGE).await?;
        let is_last = rows.len() < PAGE;
        for (name, row) in rows {
            // A token that cannot be read would be renewed at once: its time is its end.
            let ends = token_of(&row.value).as_ref().and_then(ends_of).unwrap_or(row.value.at);
            seen.ends = Some(seen.ends.map_or(ends, |first| first.min(ends)));
            seen.count += 1;
            seen.upto = Some(name);
        }
        if is_last {
            return Ok(());
        }
    }
}

/// When the last of the certificates behind the authorities' newest tokens ends.
async fn newest_ends(holder: &Holder<'_>) -> Result<Option<UtcMillis>, RenewalError> {
    let rows = NEWEST.scan(holder.backend, "", None, PAGE).await?;
    let ends = rows.into_iter().filter_map(|(_, row)| {
        let der = STANDARD.decode(&row.value.token).ok()?;
        ends_of(&TimestampToken::from_der(&der).ok()?)
    });
    Ok(ends.max())
}

fn token_of(row: &TokenRow) -> Option<TimestampToken> {
    TimestampToken::from_der(&row.der()?).ok()
}

async fn renew(
    holder: &Holder<'_>,
    changes: &mut Changeset,
    (seen, last, now): (&Seen, Option<(u64, RenewalRow)>, UtcMillis),
) -> Result<Option<u64>, RenewalError> {
    let (Some(upto), Some(ends)) = (&seen.upto, seen.ends) else { return Ok(None) };
    let after = last.as_ref().map(|(_, row)| row.last.clone());
    let (tree, first, _) = tree_of(holder, (after, upto), None).await?;
    let Some(first) = first else { return Ok(None) };
    let anchors = canonical::to_bytes(holder.anchors)?;
    let anchors_sha256 = Digest::of(&anchors);
    let seq = last.as_ref().map_or(0, |(seq, _)| *seq) + 1;
    let renewal = Renewal {
        anchors_sha256,
        at: now,
        count: tree.count(),
        custodian: holder.custodian.to_owned(),
        ends,
        first: first.clone(),
        last: upto.clone(),
        previous: last.map_or_else(|| Digest::of(b""), |(_, row)| row.digest),
        root: tree.root().to_base64(),
        seq,
    };
    let envelope = renewal.sign(holder.key)?;
    let digest = Digest::of(envelope.as_bytes());
    let row = RenewalRow { digest, anchors: anchors_sha256, at: now, first, last: upto.clone() };
    RENEWALS.insert(changes, &Seq(seq), &row)?;
    let anchors_row = anchors_row(anchors_sha256)?;
    if holder.backend.row(&anchors_row).await?.is_none() {
        let leaf = LogLeaf::Statement(anchors_sha256).to_bytes();
        (holder.statement)(changes, anchors_sha256)?;
        changes.append(LedgerEntry::new(leaf, anchors).indexed_at(anchors_row));
    }
    let leaf = LogLeaf::Statement(digest).to_bytes();
    let record = envelope.as_bytes().to_vec();
    (holder.statement)(changes, digest)?;
    changes.append(LedgerEntry::new(leaf, record).indexed_at(renewal_row(seq)?));
    Ok(Some(seq))
}

fn renewal_row(seq: u64) -> Result<RowKey, InvalidChangeset> {
    RowKey::new(format!("time-renewal-leaf/{}", Seq(seq)))
}

fn anchors_row(anchors: Digest) -> Result<RowKey, InvalidChangeset> {
    RowKey::new(format!("time-renewal-anchors/{anchors}"))
}

/// The tree over the tokens behind `after` up to `upto`, the name of the first, and the place of
/// `wanted` among them.
async fn tree_of(
    holder: &Holder<'_>,
    (after, upto): (Option<String>, &str),
    wanted: Option<&str>,
) -> Result<(TokenTree, Option<String>, Option<u64>), RenewalError> {
    let (mut tree, mut first, mut place) = (TokenTree::default(), None, None);
    let mut after = after;
    loop {
        let rows = TOKENS.scan(holder.backend, "", after.as_ref(), PAGE).await?;
        let is_last = rows.len() < PAGE;
        for (name, row) in rows {
            if name.as_str() > upto {
                return Ok((tree, first, place));
            }
            if wanted == Some(name.as_str()) {
                place = Some(tree.count());
            }
            tree.add(&name, Digest::of(&row.value.der().unwrap_or_default()));
            first.get_or_insert_with(|| name.clone());
            after = Some(name);
        }
        if is_last {
            return Ok((tree, first, place));
        }
    }
}

/// Where the leaf stands that a row knows the place of.
///
/// # Errors
/// [`RenewalError::NoLeaf`], and what the store says.
pub async fn leaf_at(holder: &Holder<'_>, row: &RowKey) -> Result<u64, RenewalError> {
    let row = holder.backend.durable_row(row).await?;
    row.as_ref().and_then(leaf_index_of).ok_or(RenewalError::NoLeaf)
}
