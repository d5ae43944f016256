//! Our own log against what somebody else kept of it. Only what our own key signed counts: nobody can hold us back, or
//! let us through, with a claim of his own about our log.

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::VerifierKey;
use heqi_tlog::tree::Hash;

use crate::backend::ReadError;
use crate::log::LogReader;

/// How a head that we signed stands to the log we hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever compares must decide about each")]
pub enum Standing {
    /// We hold all of it.
    Held {
        /// Its size.
        size: u64,
    },
    /// We signed more than we hold: the store was set back.
    Behind {
        /// Entries we hold.
        ours: u64,
        /// Entries we signed.
        theirs: u64,
        /// The root over them.
        root: Hash,
    },
    /// We hold other entries than we signed: the store was set back and went on.
    OtherHistory {
        /// The size at which two roots exist.
        size: u64,
    },
}

/// Why a note says nothing about our log.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ComparisonError {
    /// It is no checkpoint.
    #[error("what the peer holds is no checkpoint")]
    Malformed,
    /// It is of another log.
    #[error("what the peer holds is of another log")]
    OtherLog,
    /// Our key did not sign it.
    #[error("what the peer holds is not signed by our log's key")]
    NotOurs,
    /// Our log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Compares a head with our log. `keys` are those of our log, present and former.
pub async fn compare(
    log: &dyn LogReader,
    keys: &[VerifierKey],
    note: &str,
) -> Result<Standing, ComparisonError> {
    let head = SignedCheckpoint::parse(note.as_bytes()).map_err(|_| ComparisonError::Malformed)?;
    let checkpoint = head.checkpoint();
    if keys.iter().all(|key| checkpoint.origin().as_str() != key.name().as_str()) {
        return Err(ComparisonError::OtherLog);
    }
    head.note().verify(keys).map_err(|_| ComparisonError::NotOurs)?;
    let (ours, theirs) = (log.head().size(), checkpoint.size());
    match log.root_at(theirs).await? {
        None => Ok(Standing::Behind { ours, theirs, root: checkpoint.root() }),
        Some(root) if root == checkpoint.root() => Ok(Standing::Held { size: theirs }),
        Some(_) => Ok(Standing::OtherHistory { size: theirs }),
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::backend::Backend;
    use crate::changeset::{Changeset, LedgerEntry};
    use crate::testing::{memory, note_signer};

    async fn grown(
        entries: &[&'static str],
    ) -> std::sync::Arc<crate::backend::memory::MemoryBackend> {
        let store = memory();
        for entry in entries {
            let mut changes = Changeset::new();
            changes.append(LedgerEntry::new(*entry, *entry));
            store.commit(changes).unwrap().await.unwrap();
        }
        store
    }

    #[tokio::test]
    async fn a_log_set_back_is_behind_and_one_that_went_on_has_another_history() {
        let whole = grown(&["a", "b", "c"]).await;
        let restored = grown(&["a", "b"]).await;
        let forked = grown(&["a", "b", "x"]).await;
        let key = note_signer(7).verifier_key().clone();
        let note = whole.log().head().checkpoint().note().to_string();
        let root = whole.log().head().root();

        let held = compare(whole.log(), std::slice::from_ref(&key), &note).await;
        assert_eq!(held, Ok(Standing::Held { size: 3 }));
        let behind = compare(restored.log(), std::slice::from_ref(&key), &note).await;
        assert_eq!(behind, Ok(Standing::Behind { ours: 2, theirs: 3, root }));
        let other = compare(forked.log(), std::slice::from_ref(&key), &note).await;
        assert_eq!(other, Ok(Standing::OtherHistory { size: 3 }));
    }

    #[tokio::test]
    async fn what_our_key_did_not_sign_says_nothing() {
        let (ours, theirs) = (grown(&["a"]).await, grown(&["a", "b"]).await);
        let note = theirs.log().head().checkpoint().note().to_string();
        let stranger = note_signer(8).verifier_key().clone();
        let not_ours = compare(ours.log(), std::slice::from_ref(&stranger), &note).await;
        assert_eq!(not_ours, Err(ComparisonError::NotOurs));
        let malformed = compare(ours.log(), &[stranger], "no note").await;
        assert_eq!(malformed, Err(ComparisonError::Malformed));
    }
}
