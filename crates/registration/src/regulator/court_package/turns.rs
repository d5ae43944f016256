//! How many packages are made at once: each is in memory whole, while it is read and again while it is written.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::fault::Fault;

/// The most packages that are made at once: some 200 MiB, and one disk that reads.
const AT_ONCE: usize = 2;

/// Turns at making a package.
#[derive(Debug)]
pub(crate) struct PackageTurns(Semaphore);

impl Default for PackageTurns {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl PackageTurns {
    /// A turn, until it is dropped.
    ///
    /// # Errors
    /// [`Fault::Busy`] where others have them all: nobody waits here, since whoever waits holds a connection
    /// for as long as somebody else's package takes.
    pub(super) fn take(&self) -> Result<SemaphorePermit<'_>, Fault> {
        self.0.try_acquire().map_err(|_| Fault::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_made_at_once_and_the_next_is_told_to_come_again() {
        let turns = PackageTurns::default();
        let mut taken: Vec<_> = (0..AT_ONCE).map(|_| turns.take().unwrap()).collect();
        assert!(matches!(turns.take(), Err(Fault::Busy)));
        taken.pop();
        assert!(turns.take().is_ok(), "one was handed back");
    }
}
