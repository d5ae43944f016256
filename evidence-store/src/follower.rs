//! Followers: named readers of the log with a durable position. What a follower makes of the entries (a search index,
//! counters, deposits) is its own affair and can always be made again from position 0.

use crate::backend::{Backend, ReadError};
use crate::changeset::{Changeset, LedgerEntry};
use crate::table::{Stored, Table, TableError};

const POSITIONS: Table<String, u64> = Table::new("follower");

/// Reads the log in order, from where it left off.
#[derive(Clone, Debug)]
pub struct Follower {
    name: String,
    /// The row as last read or written; `None` before the first advance.
    stored: Option<Stored<u64>>,
}

impl Follower {
    /// Takes up the follower of this name, at its durable position or at 0.
    pub async fn resume(
        backend: &dyn Backend,
        name: impl Into<String>,
    ) -> Result<Self, TableError> {
        let name = name.into();
        let stored = POSITIONS.durable_row(backend, &name).await?;
        Ok(Self { name, stored })
    }

    /// The next leaf to read.
    pub fn position(&self) -> u64 {
        self.stored.as_ref().map_or(0, |stored| stored.value)
    }

    /// The leaves from the position on, at most `limit`; empty when the follower has caught up.
    pub async fn read(
        &self,
        backend: &dyn Backend,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, ReadError> {
        backend.log().entries(self.position(), limit).await
    }

    /// Resolves when there are leaves to read. Resolves too when the store has stopped; the next read tells.
    pub async fn ready(&self, backend: &dyn Backend) {
        let mut heads = backend.log().head_changed();
        let position = self.position();
        let _ = heads.wait_for(|head| head.size() > position).await;
    }

    /// Writes the new position into `changes`, beside whatever the follower made of the leaves: both or neither become
    /// durable. A second follower of the same name runs into a conflict.
    pub fn advance(&self, changes: &mut Changeset, position: u64) -> Result<(), TableError> {
        match &self.stored {
            None => POSITIONS.insert(changes, &self.name, &position),
            Some(stored) => POSITIONS.replace(changes, &self.name, stored.version, &position),
        }
    }

    /// Notes that a changeset with [`Follower::advance`] was committed as `version`.
    pub fn advanced(&mut self, version: u64, position: u64) {
        self.stored = Some(Stored { version, value: position });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::CommitError;
    use crate::testing::memory;

    #[tokio::test]
    async fn a_follower_continues_where_it_left_off_and_has_one_reader() {
        let backend = memory();
        let mut changes = Changeset::new();
        for text in ["a", "b", "c"] {
            changes.append(LedgerEntry::new(text, ""));
        }
        backend.commit(changes).unwrap().await.unwrap();

        let mut follower = Follower::resume(&*backend, "search").await.unwrap();
        let twin = follower.clone();
        assert_eq!(follower.read(&*backend, 2).await.unwrap().len(), 2);
        let mut changes = Changeset::new();
        follower.advance(&mut changes, 2).unwrap();
        let committed = backend.commit(changes).unwrap().await.unwrap();
        follower.advanced(committed.version, 2);
        follower.ready(&*backend).await;
        assert_eq!(follower.read(&*backend, 2).await.unwrap()[0].entry, "c");

        let mut changes = Changeset::new();
        twin.advance(&mut changes, 2).unwrap();
        assert!(matches!(backend.commit(changes), Err(CommitError::Conflict { .. })));
        assert_eq!(Follower::resume(&*backend, "search").await.unwrap().position(), 2);
    }
}
