//! Acts that take turns by one row: each asks for its turn before it looks at whatever else decides, and takes it in
//! its commit. Of two that looked at one instant, of which neither could see the other, the later is refused there and
//! looks again.
//!
//! ```
//! use heqi_evidence_store::turn::Turns;
//!
//! const SEATS: Turns = Turns::new("seat-turn", "seats");
//! ```

use crate::backend::Backend;
use crate::changeset::Changeset;
use crate::table::{Table, TableError};

/// Acts of one kind, of which one comes after the other.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    table: &'static str,
    of: &'static str,
}

/// The turn of one such act.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    turns: Turns,
    /// The row's, unless there is none yet.
    version: Option<u64>,
    /// How many such acts there were.
    acts: u64,
}

impl Turns {
    /// The turns of the acts `of` something: the only row of the table of this name.
    pub const fn new(table: &'static str, of: &'static str) -> Self {
        Self { table, of }
    }

    /// The next turn, to be asked for before anything is looked at.
    pub async fn next(self, backend: &dyn Backend) -> Result<Turn, TableError> {
        let row = self.rows().row(backend, &self.of.to_owned()).await?;
        let (version, acts) = row.map_or((None, 0), |row| (Some(row.version), row.value));
        Ok(Turn { turns: self, version, acts })
    }

    const fn rows(self) -> Table<String, u64> {
        Table::new(self.table)
    }
}

impl Turn {
    /// Takes it in the commit of the act, which is refused where another act took it meanwhile.
    pub fn take(self, changes: &mut Changeset) -> Result<(), TableError> {
        let rows = self.turns.rows();
        let (key, acts) = (self.turns.of.to_owned(), self.acts.saturating_add(1));
        match self.version {
            None => rows.insert(changes, &key, &acts),
            Some(version) => rows.replace(changes, &key, version, &acts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::CommitError;
    use crate::testing::memory;

    const TURNS: Turns = Turns::new("turn", "accounts");

    fn taken(turn: Turn) -> Changeset {
        let mut changes = Changeset::new();
        turn.take(&mut changes).unwrap();
        changes
    }

    #[tokio::test]
    async fn of_two_acts_that_asked_at_one_instant_the_later_is_refused() {
        let backend = memory();
        // The first time there is no row yet.
        for _ in 0..2 {
            let one = TURNS.next(&*backend).await.unwrap();
            let other = TURNS.next(&*backend).await.unwrap();
            backend.commit(taken(one)).unwrap().await.unwrap();
            assert!(matches!(backend.commit(taken(other)), Err(CommitError::Conflict { .. })));
        }
        assert_eq!(TURNS.next(&*backend).await.unwrap().acts, 2);
    }

    /// Rows of before there was one place for it are its rows.
    #[tokio::test]
    async fn it_goes_on_from_the_row_that_is_there_and_others_have_theirs() {
        const ROWS: Table<String, u64> = Table::new("turn");
        let backend = memory();
        let key = "accounts".to_owned();
        let mut changes = Changeset::new();
        ROWS.insert(&mut changes, &key, &41).unwrap();
        backend.commit(changes).unwrap().await.unwrap();
        let turn = TURNS.next(&*backend).await.unwrap();
        backend.commit(taken(turn)).unwrap().await.unwrap();
        assert_eq!(ROWS.row(&*backend, &key).await.unwrap().unwrap().value, 42);
        let others = Turns::new("other-turn", "accounts");
        assert_eq!(others.next(&*backend).await.unwrap().acts, 0);
    }
}
