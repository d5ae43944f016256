//! `docs/reliability/mutants-progress.jsonl`: what sittings found out, a line each, so that it is committed and does not
//! die with the machine. A line names mutants by their numbers: the state it is about says which they are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Became;

/// The name of the ledger.
pub(super) const LEDGER: &str = "mutants-progress";
/// No crate has as many mutants.
const MOST: u32 = 100_000;

/// What one line says.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Told {
    /// What became of each, and whether it was built alone.
    pub(super) known: BTreeMap<u32, (Became, bool)>,
    pub(super) ms: u64,
    /// What lines before this one say does not count any more.
    pub(super) is_anew: bool,
}

impl Told {
    /// The result of a line about this state.
    pub(super) fn result(&self, state: &str) -> Value {
        let of = |wanted| {
            let ids = self.known.iter().filter(move |(_, (became, _))| *became == wanted);
            spelled(ids.map(|(id, _)| *id))
        };
        let mut result = json!({
            "state": state,
            "alone": spelled(self.known.iter().filter(|(_, (_, alone))| *alone).map(|(id, _)| *id)),
            "ms": self.ms,
            "seconds": self.ms / 1_000,
            "anew": self.is_anew,
        });
        if let Some(members) = result.as_object_mut() {
            let became = Became::ALL.map(|became| (became.word().to_owned(), of(became).into()));
            members.extend(became);
        }
        result
    }

    /// A line of the ledger; `None` if it is about another state.
    pub(super) fn of(line: &Value, state: &str) -> Option<Self> {
        let result = line.get("result")?;
        if result.get("state")?.as_str()? != state {
            return None;
        }
        let ids = |name: &str| {
            read(result.get(name).and_then(Value::as_str).unwrap_or_default()).collect::<Vec<_>>()
        };
        let mut told = Self {
            known: BTreeMap::new(),
            ms: result.get("ms").and_then(Value::as_u64).unwrap_or_default(),
            is_anew: result.get("anew").and_then(Value::as_bool).unwrap_or_default(),
        };
        let alone = ids("alone");
        for became in Became::ALL {
            let all = ids(became.word());
            told.known.extend(all.into_iter().map(|id| (id, (became, alone.contains(&id)))));
        }
        Some(told)
    }
}

/// `1-3 7`: numbers in their order, runs of them by their ends.
fn spelled(ids: impl Iterator<Item = u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(id) => *last = id,
            _ => runs.push((id, id)),
        }
    }
    let run = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    runs.iter().map(run).collect::<Vec<_>>().join(" ")
}

/// What is no number is passed over: it is a mutant that was not tried.
fn read(text: &str) -> impl Iterator<Item = u32> {
    let run = |word: &str| {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        (last < MOST).then_some(first..=last)
    };
    text.split_whitespace().filter_map(run).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_read_as_they_were() {
        for (ids, text) in [(vec![], ""), (vec![7], "7"), (vec![1, 2, 3, 7, 9, 10], "1-3 7 9-10")] {
            assert_eq!(spelled(ids.iter().copied()), text);
            assert_eq!(read(text).collect::<Vec<_>>(), ids);
        }
        assert_eq!(read("x 1-y 3-1 5-4000000000 2").collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_line_says_what_became_of_each_and_only_of_its_state() {
        let known = BTreeMap::from([
            (1, (Became::Caught, false)),
            (2, (Became::Caught, true)),
            (3, (Became::Missed, false)),
            (4, (Became::Unviable, true)),
            (5, (Became::TimedOut, false)),
        ]);
        let told = Told { known, ms: 1_500, is_anew: false };
        let line = json!({"result": told.result("tlog-1")});
        assert_eq!(Told::of(&line, "tlog-1"), Some(told));
        assert_eq!(Told::of(&line, "tlog-2"), None);
        assert_eq!(Told::of(&json!({}), "tlog-1"), None);
    }
}
