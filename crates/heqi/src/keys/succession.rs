//! Which key followed which: the signed statements an organisation made about its own keys
//! (`keys/changes`), the peers' statements its operator accepted (`keys/accepted`), and the
//! keys it distrusts (`keys/distrusted.json`).
//!
//! Settings name one key of each peer. Statements that start at it are followed, so a peer
//! that rotated is believed by its old and its new key, each in its time.

use std::fs;
use std::path::{Path, PathBuf};

use heqi_evidence::anchors::{Anchors, Base64, CustodianAnchor, LogAnchor, Spki, Validity, Vkey};
use heqi_evidence::key_change::{KeyChange, KeyRole};
use heqi_evidence::successor::{LogSuccessor, VerifiedSuccessor};
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::PublicKey;
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::KeyError;

const OWN: &str = "changes";
const ACCEPTED: &str = "accepted";
const DISTRUSTED: &str = "distrusted.json";
const SUCCESSOR: &str = "successor";

/// Statements about keys, in no order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Succession {
    changes: Vec<KeyChange>,
    successors: Vec<VerifiedSuccessor>,
    distrusted: Vec<Distrusted>,
}

/// A key that may be in other hands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Distrusted {
    /// As it stands among the anchors.
    pub(crate) key: String,
    /// Nothing counts that only this key dates after this instant.
    pub(crate) after: UtcMillis,
}

/// The folder of an organisation's own statements.
pub(crate) fn own_folder(keys: &Path) -> PathBuf {
    keys.join(OWN)
}

/// The folder of the peers' statements that were accepted.
pub(crate) fn accepted_folder(keys: &Path) -> PathBuf {
    keys.join(ACCEPTED)
}

/// The statements an organisation made about its own keys, exact.
pub(crate) fn own_statements(keys: &Path) -> Result<Vec<Envelope>, KeyError> {
    let mut statements = Vec::new();
    for path in files(&own_folder(keys))? {
        let bytes = fs::read(&path)
            .map_err(|source| KeyError::Unreadable { path: path.clone(), source })?;
        statements.push(Envelope::from_json(&bytes).map_err(|_| KeyError::Form(path))?);
    }
    Ok(statements)
}

/// Where the distrusted keys are listed.
pub(crate) fn distrusted_file(keys: &Path) -> PathBuf {
    keys.join(DISTRUSTED)
}

/// The file name of a statement: what it is about and which it is.
pub(crate) fn file_name(change: &KeyChange, statement: &Envelope) -> String {
    let digest = Digest::of(statement.as_bytes()).to_string();
    let short: String = digest.chars().take(16).collect();
    format!("{}-{short}.json", change.role.as_str())
}

/// The file name of a statement of succession.
pub(crate) fn successor_file_name(statement: &Envelope) -> String {
    let digest = Digest::of(statement.as_bytes()).to_string();
    let short: String = digest.chars().take(16).collect();
    format!("{SUCCESSOR}-{short}.json")
}

fn is_succession(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix(SUCCESSOR).is_some_and(|rest| rest.starts_with('-'))
}

impl Succession {
    /// Reads everything below a `keys` folder. Statements of roles that sign are checked
    /// again; the others were made or accepted here and name fingerprints only.
    pub(crate) fn load(keys: &Path) -> Result<Self, KeyError> {
        let (mut changes, mut successors) = (Vec::new(), Vec::new());
        for folder in [own_folder(keys), accepted_folder(keys)] {
            for path in files(&folder)? {
                let bytes = fs::read(&path)
                    .map_err(|source| KeyError::Unreadable { path: path.clone(), source })?;
                let form = || KeyError::Form(path.clone());
                let envelope = Envelope::from_json(&bytes).map_err(|_| form())?;
                if is_succession(&path) {
                    let successor = LogSuccessor::verify(&envelope).map_err(|_| form())?;
                    successors.push(successor);
                    continue;
                }
                match KeyChange::verify(&envelope, &[]) {
                    Ok(change) => changes.push(change),
                    Err(_) if unverified_role(&envelope).is_some_and(|role| !role.signs()) => {}
                    Err(_) => return Err(form()),
                }
            }
        }
        let path = distrusted_file(keys);
        let distrusted = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| KeyError::Form(path))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(KeyError::Unreadable { path, source }),
        };
        Ok(Self { changes, successors, distrusted })
    }

    /// The keys of one role that stand in one line with `key`, each with its time, oldest
    /// first. `first` is the validity of the oldest.
    fn line(&self, role: KeyRole, key: &str, first: Validity) -> Vec<(String, Validity)> {
        let mut oldest = key.to_owned();
        // As many steps as there are statements: a circle ends.
        for _ in &self.changes {
            let before = self.changes.iter().find(|c| c.role == role && c.new_key == oldest);
            match before {
                Some(change) => oldest.clone_from(&change.old_key),
                None => break,
            }
        }
        let mut line = vec![(oldest, first)];
        for _ in &self.changes {
            let Some((last, validity)) = line.last().cloned() else { break };
            let after = self.changes.iter().find(|c| c.role == role && c.old_key == last);
            let Some(change) = after else { break };
            if line.iter().any(|(known, _)| *known == change.new_key) {
                break;
            }
            if let Some(last) = line.last_mut() {
                last.1 = change.old_validity(validity);
            }
            line.push((change.new_key.clone(), change.new_validity()));
        }
        line
    }

    /// Every note key of the line of `key`, with its time.
    pub(crate) fn note_keys(
        &self,
        role: KeyRole,
        key: &VerifierKey,
        first: Validity,
    ) -> Vec<(VerifierKey, Validity)> {
        let line = match role {
            KeyRole::Log => self.line_of_logs(&key.to_string(), first),
            _ => self.line(role, &key.to_string(), first),
        };
        line.into_iter()
            .filter_map(|(text, validity)| Some((text.parse().ok()?, validity)))
            .collect()
    }

    /// The keys of a log, of the logs it took the place of, and of those that took its own.
    fn line_of_logs(&self, key: &str, first: Validity) -> Vec<(String, Validity)> {
        let line = |key: &str, first| self.line(KeyRole::Log, key, first);
        let stands_in = |line: &[(String, Validity)], key: &Vkey| {
            line.iter().any(|(known, _)| *known == key.0.to_string())
        };
        let mut oldest = key.to_owned();
        // As many steps as there are statements: a circle ends.
        for _ in &self.successors {
            let keys = line(&oldest, first);
            let before = self.successors.iter().find(|s| stands_in(&keys, &s.said().log_key));
            match before {
                Some(successor) => oldest = successor.said().frozen_key.0.to_string(),
                None => break,
            }
        }
        let (mut all, mut last) = (Vec::new(), line(&oldest, first));
        for _ in &self.successors {
            let after = self.successors.iter().find(|s| stands_in(&last, &s.said().frozen_key));
            let Some(successor) = after.filter(|s| !stands_in(&all, &s.said().log_key)) else {
                break;
            };
            for (_, validity) in &mut last {
                *validity = successor.frozen_validity(*validity);
            }
            all.append(&mut last);
            last = line(&successor.said().log_key.0.to_string(), successor.new_validity());
        }
        all.append(&mut last);
        all
    }

    /// The statements by which one log took the place of another, in the line of `key`.
    pub(crate) fn successors_of(&self, key: &VerifierKey) -> Vec<VerifiedSuccessor> {
        let keys = self.all_note_keys(KeyRole::Log, key);
        let ours = |s: &&VerifiedSuccessor| keys.contains(&s.said().frozen_key.0);
        self.successors.iter().filter(ours).cloned().collect()
    }

    /// The keys of this role and name in the line of `key`: of a log, those of this origin.
    pub(crate) fn keys_of_name(&self, role: KeyRole, key: &VerifierKey) -> Vec<VerifierKey> {
        let keys = self.all_note_keys(role, key).into_iter();
        keys.filter(|known| known.name() == key.name()).collect()
    }

    /// Every statement key of the line of `key`, with its time.
    pub(crate) fn statement_keys(
        &self,
        role: KeyRole,
        key: &PublicKey,
        first: Validity,
    ) -> Vec<(PublicKey, Validity)> {
        let text = String::from(Base64::from(Spki(key.clone())));
        let line = self.line(role, &text, first).into_iter();
        line.filter_map(|(text, validity)| {
            let spki: Spki = serde_json::from_value(text.into()).ok()?;
            Some((spki.0, validity))
        })
        .collect()
    }

    /// The note keys alone, for whoever checks a signature that has no time.
    pub(crate) fn all_note_keys(&self, role: KeyRole, key: &VerifierKey) -> Vec<VerifierKey> {
        let keys = self.note_keys(role, key, always());
        keys.into_iter().map(|(key, _)| key).collect()
    }

    /// The statement keys alone.
    pub(crate) fn all_statement_keys(&self, role: KeyRole, key: &PublicKey) -> Vec<PublicKey> {
        let keys = self.statement_keys(role, key, always());
        keys.into_iter().map(|(key, _)| key).collect()
    }

    /// A log with every key of its line.
    pub(crate) fn logs(&self, log: &LogAnchor) -> Vec<LogAnchor> {
        let keys = self.note_keys(KeyRole::Log, &log.vkey.0, log.validity);
        let organisation = &log.organisation;
        keys.into_iter()
            .map(|(key, validity)| LogAnchor {
                organisation: organisation.clone(),
                validity,
                vkey: Vkey(key),
            })
            .collect()
    }

    /// A custodian with every key of its line.
    pub(crate) fn custodians(&self, custodian: &CustodianAnchor) -> Vec<CustodianAnchor> {
        let keys = self.statement_keys(KeyRole::Receipt, &custodian.key.0, custodian.validity);
        keys.into_iter()
            .map(|(key, validity)| CustodianAnchor {
                key: Spki(key),
                validity,
                ..custodian.clone()
            })
            .collect()
    }

    /// Whether this key may be in other hands.
    pub(crate) fn is_distrusted(&self, key: &str) -> bool {
        self.distrusted.iter().any(|distrusted| distrusted.key == key)
    }

    /// Puts `distrust_after` at every anchor whose key is distrusted.
    pub(crate) fn distrust(&self, anchors: &mut Anchors) {
        for distrusted in &self.distrusted {
            apply(anchors, distrusted);
        }
    }
}

/// Puts `distrust_after` at the anchor of this key; an earlier instant stays. Gives whether
/// there is such an anchor.
pub(crate) fn apply(anchors: &mut Anchors, distrusted: &Distrusted) -> bool {
    let spki = |key: &Spki| String::from(Base64::from(key.clone()));
    let logs = anchors.logs.iter_mut().map(|a| (a.vkey.0.to_string(), &mut a.validity));
    let cosigners = anchors.cosigners.iter_mut().map(|a| (a.vkey.0.to_string(), &mut a.validity));
    let custodians = anchors.custodians.iter_mut().map(|a| (spki(&a.key), &mut a.validity));
    let mut found = false;
    for (key, validity) in logs.chain(cosigners).chain(custodians) {
        if key == distrusted.key {
            let end =
                validity.distrust_after.map_or(distrusted.after, |at| at.min(distrusted.after));
            validity.distrust_after = Some(end);
            found = true;
        }
    }
    found
}

pub(crate) fn always() -> Validity {
    let valid_from = UtcMillis::from_millis(0).unwrap_or_else(|_| unreachable!("the epoch"));
    Validity { distrust_after: None, valid_from, valid_until: None }
}

fn unverified_role(envelope: &Envelope) -> Option<KeyRole> {
    let change: KeyChange = heqi_evidence::canonical::parse(envelope.unverified_payload()).ok()?;
    Some(change.role)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(unreadable(source)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heqi_evidence::key_change::KeyChangeReason;

    fn change(old: &str, new: &str, at_ms: i64) -> KeyChange {
        let at = |ms| UtcMillis::from_millis(ms).unwrap();
        KeyChange {
            changed_at: at(at_ms),
            log_origin: "log.example/a".into(),
            new_key: new.into(),
            old_key: old.into(),
            old_valid_until: at(at_ms + 1000),
            reason: KeyChangeReason::Scheduled,
            role: KeyRole::Log,
        }
    }

    #[test]
    fn a_line_of_keys_is_followed_in_both_directions_and_each_key_has_its_time() {
        let succession = Succession {
            changes: vec![change("b", "c", 2_000_000), change("a", "b", 1_000_000)],
            ..Succession::default()
        };
        for start in ["a", "b", "c"] {
            let line = succession.line(KeyRole::Log, start, always());
            let keys: Vec<&str> = line.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(keys, ["a", "b", "c"], "from {start}");
            let ends: Vec<Option<i64>> =
                line.iter().map(|(_, v)| v.valid_until.map(UtcMillis::as_millis)).collect();
            assert_eq!(ends, [Some(1_001_000), Some(2_001_000), None]);
            assert_eq!(line[1].1.valid_from.as_millis(), 1_000_000);
        }
        assert_eq!(succession.line(KeyRole::Witness, "a", always()).len(), 1, "another role");
    }

    #[test]
    fn statements_in_a_circle_end() {
        let succession = Succession {
            changes: vec![change("a", "b", 1_000_000), change("b", "a", 2_000_000)],
            ..Succession::default()
        };
        assert!(succession.line(KeyRole::Log, "a", always()).len() <= 3);
    }
}
