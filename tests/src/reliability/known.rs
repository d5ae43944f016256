//! What the store writer says on its output, and what somebody who listens knows by it.

use std::collections::BTreeMap;

use heqi_evidence_store::object::ObjectRef;
use serde::{Deserialize, Serialize};

use super::Tried;

/// One line of the program's output.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// The store is open.
    Ready { size: u64 },
    /// An act is durable.
    Acknowledged(Acknowledged),
    /// An object or its data key is about to go; it may be gone from now on.
    Removing { name: String, what: Going },
    /// A head is published.
    Published { size: u64 },
    /// The store is closed in order.
    Closed,
}

/// What of an act is about to go.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Going {
    /// The object: it is discarded.
    Object,
    /// The data key of the object: it is erased, and the object stays and opens no more.
    Key,
}

/// One act that was answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Acknowledged {
    pub(super) name: String,
    pub(super) leaf: u64,
    pub(super) object: Option<ObjectRef>,
    pub(super) size: u64,
    pub(super) root: String,
}

/// What a client of the store knows for certain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(super) acknowledged: Vec<Acknowledged>,
    removing: BTreeMap<String, Going>,
    pub(super) published: u64,
    pub(crate) is_ready: bool,
    pub(crate) is_closed: bool,
}

impl Known {
    /// Takes a line of the program's output.
    pub(crate) fn hear(&mut self, line: &str) -> Tried<()> {
        match serde_json::from_str(line)? {
            Word::Ready { .. } => self.is_ready = true,
            Word::Acknowledged(act) => self.acknowledged.push(act),
            Word::Removing { name, what } => drop(self.removing.insert(name, what)),
            Word::Published { size } => self.published = self.published.max(size),
            Word::Closed => self.is_closed = true,
        }
        Ok(())
    }

    /// The same, before the next run has said anything.
    pub(crate) fn of_the_next_run(mut self) -> Self {
        (self.is_ready, self.is_closed) = (false, false);
        self
    }

    /// What may be gone: also what was said to be removed after the last answer that counts.
    /// A look at the output comes before the cut, and what was announced in between may be done.
    pub(crate) fn and_may_lack(mut self, later: Self) -> Self {
        self.removing.extend(later.removing);
        self
    }

    /// What of this act may be gone, because it was announced.
    pub(crate) fn going(&self, name: &str) -> Option<Going> {
        self.removing.get(name).copied()
    }

    /// How many acts were answered.
    pub(crate) fn acts(&self) -> u64 {
        u64::try_from(self.acknowledged.len()).unwrap_or(u64::MAX)
    }
}
