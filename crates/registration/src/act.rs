//! One business act: done once however often it is asked for, committed whole, and begun
//! anew when another act was faster.

use heqi_evidence_store::backend::{CommitError, Committed};
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::Digest;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::{ActError, Fault};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{self, IdempotencyRow, Pair};
use crate::turns::{AskedWith, Turn};

/// How often an act begins anew. Each time another one was committed, so fifty people
/// signing at once need at most fifty.
const ATTEMPTS: u32 = 1000;

/// An act under way.
pub(crate) struct Act<'a> {
    platform: &'a Platform,
    request: &'a Request,
    name: &'static str,
    key: AskedWith,
    attempts: Attempts,
    _turn: Turn<'a>,
}

impl<'a> Act<'a> {
    /// The act `name` that `request` asks for, once no twin of the request is under way.
    pub(crate) async fn new(
        platform: &'a Platform,
        request: &'a Request,
        name: &'static str,
    ) -> Act<'a> {
        let key = key_of(request);
        let turn = platform.twins.turn(&key).await;
        Self { platform, request, name, key, attempts: Attempts::default(), _turn: turn }
    }

    /// What this very request was answered before, once that is durable.
    ///
    /// # Errors
    /// [`ActError::KeyReused`] when the key came with another request.
    pub(crate) async fn earlier<A: DeserializeOwned>(&self) -> Result<Option<A>, ActError> {
        let backend = self.platform.backend();
        let row = rows::IDEMPOTENCY.row(backend, &self.key).await.map_err(Fault::from)?;
        let Some(row) = row.map(|row| row.value) else { return Ok(None) };
        if row.act != self.name || row.request != self.request.digest {
            return Err(ActError::KeyReused);
        }
        backend.settled().await.map_err(Fault::from)?;
        Ok(Some(serde_json::from_value(row.answer).map_err(Fault::broken)?))
    }

    /// Commits the act with its answer. `None`: another act was faster, so read again.
    pub(crate) async fn commit<A: Serialize>(
        &mut self,
        mut changes: Changeset,
        answer: &A,
    ) -> Result<Option<Committed>, Fault> {
        let row = IdempotencyRow {
            act: self.name.to_owned(),
            request: self.request.digest,
            at: self.request.facts.received_at,
            answer: serde_json::to_value(answer).map_err(Fault::broken)?,
        };
        rows::IDEMPOTENCY.insert(&mut changes, &self.key, &row)?;
        self.attempts.commit(self.platform, changes).await
    }
}

/// The caller's key may hold anything, so only its digest becomes a row key.
fn key_of(request: &Request) -> AskedWith {
    let key = Digest::of(request.idempotency_key.as_str().as_bytes());
    Pair(request.actor.name(), key)
}

/// Whether the act `name` was done for this very request: it is not done again, so that what stands in
/// its way now is no reason to say no.
pub(crate) async fn is_done(
    platform: &Platform,
    request: &Request,
    name: &'static str,
) -> Result<bool, Fault> {
    let row = rows::IDEMPOTENCY.row(platform.backend(), &key_of(request)).await?;
    Ok(row.is_some_and(|row| row.value.act == name && row.value.request == request.digest))
}

/// Counts how often a commit met a conflict.
#[derive(Debug, Default)]
pub(crate) struct Attempts(u32);

impl Attempts {
    /// Commits. `None`: a row has changed since it was read, so read again.
    pub(crate) async fn commit(
        &mut self,
        platform: &Platform,
        changes: Changeset,
    ) -> Result<Option<Committed>, Fault> {
        let result = match platform.backend().commit(changes) {
            Ok(pending) => pending.await,
            Err(error) => Err(error),
        };
        match result {
            Ok(committed) => Ok(Some(committed)),
            Err(CommitError::Conflict { .. }) if self.0 < ATTEMPTS => {
                self.0 += 1;
                tokio::task::yield_now().await;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Commits that a session was used. Two requests of one session note it at the same time, and one is
/// enough. Where nothing is written now, whoever has come in reads on: the session ends the sooner.
pub(crate) async fn note_use(platform: &Platform, changes: Changeset) -> Result<(), Fault> {
    match Attempts::default().commit(platform, changes).await {
        Ok(_) | Err(Fault::Busy | Fault::DiskFull | Fault::ReadOnly(_)) => Ok(()),
        Err(fault) => Err(fault),
    }
}
