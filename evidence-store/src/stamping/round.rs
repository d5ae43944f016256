//! One round: which head, which authorities, what they gave.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use heqi_pki::timestamp::{Nonce, TimeStampRequest, VerifiedTimestamp};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};

use super::rows::{ANCHORS, DISAGREEMENT, NEWEST, NewestRow, Size, TOKENS, TokenRow, token_key};
use super::{ConfiguredAuthority, MissingToken, Newest, StampingError, clock_name};
use crate::backend::{Backend, CommitError};
use crate::changeset::{Changeset, MAX_ROW_VALUE_BYTES};
use crate::gate::ClockGap;

/// The key of the one row of its table.
pub(super) const LAST: &str = "last";
/// Room in a row beside the token itself.
const MAX_TOKEN_TEXT: usize = MAX_ROW_VALUE_BYTES - 1_000;

/// Asks the authorities of one organisation.
#[derive(Debug)]
pub struct Stamper {
    authorities: Vec<ConfiguredAuthority>,
    /// After how long an unchanged head is stamped again, in milliseconds.
    refresh_ms: i64,
}

/// What a round did.
#[derive(Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "what one round did, also made up by tests")]
pub struct Round {
    /// The size of the head that was to be stamped; none while nothing is published.
    pub size: Option<u64>,
    /// Authorities that gave a token in this round.
    pub stamped: Vec<String>,
    /// Those that did not, and why.
    pub missing: Vec<(String, MissingToken)>,
    /// By how many milliseconds two authorities differ beyond what their accuracies and the time they took allow.
    pub disagreement_ms: Option<i64>,
    /// How far the clock of each that gave a token is from ours, beyond what its accuracy explains.
    pub clock_gaps: Vec<ClockGap>,
}

struct Given {
    label: String,
    verified: VerifiedTimestamp,
    token: String,
}

impl Stamper {
    /// A stamper that asks these, and stamps an unchanged head again after `refresh_ms`.
    pub const fn new(authorities: Vec<ConfiguredAuthority>, refresh_ms: i64) -> Self {
        Self { authorities, refresh_ms }
    }

    /// The labels of the authorities.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.authorities.iter().map(|authority| authority.label.as_str())
    }

    #[cfg(test)]
    pub(super) fn roots_for_tests(&self) -> Vec<heqi_pki::timestamp::TimeRoot> {
        self.authorities.iter().flat_map(|authority| authority.roots.clone()).collect()
    }

    #[cfg(test)]
    pub(super) fn swap_roots_for_tests(&mut self) {
        let roots = self.authorities.iter().rev().map(|one| one.roots.clone()).collect::<Vec<_>>();
        for (authority, roots) in self.authorities.iter_mut().zip(roots) {
            authority.roots = roots;
        }
    }

    /// When each authority last gave a token; those that never did are left out.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn newest(&self, backend: &dyn Backend) -> Result<Newest, StampingError> {
        let mut newest = Newest::new();
        for authority in &self.authorities {
            let row = NEWEST.durable_row(backend, &authority.label).await?;
            newest.extend(row.map(|row| (authority.label.clone(), row.value.at)));
        }
        Ok(newest)
    }

    /// Stamps the newest published head where it is not stamped yet, or, when `anew`, in any case.
    ///
    /// # Errors
    /// The store failed. What authorities failed at is in the [`Round`].
    pub async fn round(
        &self,
        backend: &dyn Backend,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
        anew: bool,
    ) -> Result<Round, StampingError> {
        let Some(published) = backend.log().published() else {
            return Ok(Round::default());
        };
        let (size, note) = anchor(backend, published.checkpoint()).await?;
        let mut round = Round { size: Some(size), ..Round::default() };
        let mut due = Vec::new();
        for authority in &self.authorities {
            if anew || self.is_due(backend, size, authority, clock.now()).await? {
                due.push(authority);
            }
        }
        let began = clock.now();
        let asked = due.iter().map(|authority| ask(authority, note.as_bytes(), entropy));
        let answers = join_all(asked).await;
        let took_ms = clock.now().millis_since(began).max(0);
        let mut given = Vec::new();
        for (authority, answer) in due.iter().zip(answers) {
            match answer {
                Ok(one) => given.push(one),
                Err(missing) => round.missing.push((authority.label.clone(), missing)),
            }
        }
        keep(backend, size, &given).await?;
        round.disagreement_ms = disagreement(&given, took_ms);
        let asked_at = began.plus_millis(took_ms / 2);
        round.clock_gaps = given.iter().map(|one| clock_gap(one, asked_at, took_ms)).collect();
        if given.len() > 1 {
            note_disagreement(backend, round.disagreement_ms.unwrap_or(0)).await?;
        }
        round.stamped = given.into_iter().map(|one| one.label).collect();
        Ok(round)
    }

    /// Not stamped yet by this authority, or so long ago that its silence would not show.
    async fn is_due(
        &self,
        backend: &dyn Backend,
        size: u64,
        authority: &ConfiguredAuthority,
        now: UtcMillis,
    ) -> Result<bool, StampingError> {
        let over_this = TOKENS.row(backend, &token_key(size, &authority.label)).await?;
        let newest = NEWEST.row(backend, &authority.label).await?;
        let is_old = newest.is_none_or(|row| now.millis_since(row.value.at) >= self.refresh_ms);
        Ok(over_this.is_none() || is_old)
    }
}

/// The anchor of this size, kept before anybody is asked, so that all authorities stamp the same bytes also when one
/// answers a round later.
async fn anchor(
    backend: &dyn Backend,
    head: &SignedCheckpoint,
) -> Result<(u64, String), StampingError> {
    let size = head.checkpoint().size();
    if let Some(kept) = ANCHORS.durable_row(backend, &Size(size)).await? {
        return Ok((size, kept.value));
    }
    let note = head.note().to_string();
    let mut changes = Changeset::new();
    ANCHORS.insert(&mut changes, &Size(size), &note)?;
    match async { backend.commit(changes)?.await }.await {
        Ok(_) => Ok((size, note)),
        // Somebody else stamps the same log: theirs counts.
        Err(CommitError::Conflict { .. }) => {
            let kept = ANCHORS.durable_row(backend, &Size(size)).await?;
            Ok((size, kept.map_or(note, |kept| kept.value)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn ask(
    authority: &ConfiguredAuthority,
    note: &[u8],
    entropy: &dyn Entropy,
) -> Result<Given, MissingToken> {
    let request = TimeStampRequest::over(note, authority.policy, Nonce::random(entropy));
    let answer = authority.port.answer(request.to_der()).await?;
    let token = request.accept(&answer)?;
    let verified = token.verify(note, &authority.roots)?;
    let text = STANDARD.encode(token.der());
    if text.len() > MAX_TOKEN_TEXT {
        return Err(MissingToken::TooLarge);
    }
    Ok(Given { label: authority.label.clone(), verified, token: text })
}

/// The first token of an authority over a head stays: it proves most. The newest is kept beside it.
async fn keep(backend: &dyn Backend, size: u64, given: &[Given]) -> Result<(), StampingError> {
    for one in given {
        let row = TokenRow {
            at: one.verified.at(),
            accuracy_ms: one.verified.not_after().millis_since(one.verified.at()),
            token: one.token.clone(),
        };
        let mut changes = Changeset::new();
        let key = token_key(size, &one.label);
        if TOKENS.row(backend, &key).await?.is_none() {
            TOKENS.put(&mut changes, &key, &row)?;
        }
        let newest = NewestRow { size, at: row.at, token: row.token };
        NEWEST.put(&mut changes, &one.label, &newest)?;
        backend.commit(changes)?.await?;
    }
    Ok(())
}

/// Kept, so that it is seen also by whoever asks later; written only when it changes.
async fn note_disagreement(backend: &dyn Backend, beyond_ms: i64) -> Result<(), StampingError> {
    let key = LAST.to_owned();
    let kept = DISAGREEMENT.row(backend, &key).await?.map_or(0, |row| row.value);
    if kept != beyond_ms {
        let mut changes = Changeset::new();
        DISAGREEMENT.put(&mut changes, &key, &beyond_ms)?;
        backend.commit(changes)?.await?;
    }
    Ok(())
}

/// Asked within `took_ms` of each other, two instants may differ by that and by both accuracies.
fn disagreement(given: &[Given], took_ms: i64) -> Option<i64> {
    let range = |one: &Given| {
        let accuracy = one.verified.not_after().millis_since(one.verified.at());
        (one.verified.at().plus_millis(-accuracy), one.verified.at().plus_millis(accuracy))
    };
    let latest_begin = given.iter().map(|one| range(one).0).max()?;
    let earliest_end = given.iter().map(|one| range(one).1).min()?;
    let beyond = latest_begin.millis_since(earliest_end) - took_ms;
    (beyond > 0).then_some(beyond)
}

/// The stamped instant beside ours in the middle of the exchange. An authority says how accurate it is: so much is no gap.
fn clock_gap(one: &Given, asked_at: UtcMillis, took_ms: i64) -> ClockGap {
    let accuracy = one.verified.not_after().millis_since(one.verified.at()).max(0);
    let apart = one.verified.at().millis_since(asked_at);
    let gap_ms = apart - apart.clamp(-accuracy, accuracy);
    ClockGap { peer: clock_name(&one.label), gap_ms, round_trip_ms: took_ms }
}
