//! Trust policies, c2sp.org/tlog-policy: which logs, which cosigners, how many of them. The only place where a
//! checkpoint becomes a [`VerifiedCheckpoint`].
//!
//! Stricter than the spec: the file is UTF-8, every line ends in a newline, and one public key may appear only once in
//! the whole policy, because a cosignature does not bind its cosigner's name.

mod file;

pub use file::PolicyError;

use crate::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    cosignature::CosignatureTime,
    note::{KeyName, NoteVerifyError, VerifierKey},
    tree::empty_root,
};

/// The most logs, witnesses and groups of one policy, each; the spec recommends support for 32.
pub const MAX_DEFINITIONS: usize = 256;

/// Which logs are accepted, and which cosigners make a quorum.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    /// Witnesses and groups in the order of their lines; a group refers to earlier places only.
    members: Vec<Rule>,
    quorum: Quorum,
}

/// A log the policy accepts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyLog {
    key: VerifierKey,
    url: Option<String>,
}

impl PolicyLog {
    /// The log's key; its name is the origin of the log.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where the log is, if the policy says so.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Quorum {
    None,
    Of(usize),
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Rule {
    Witness { key: VerifierKey, url: Option<String> },
    Group { threshold: usize, members: Vec<usize> },
}

impl Policy {
    /// Accepts the log `log` alone, with at least `threshold` of `cosigners`; 0 asks for none and still reports those
    /// that signed.
    pub fn of_log(
        log: &VerifierKey,
        cosigners: &[VerifierKey],
        threshold: usize,
    ) -> Result<Self, PolicyError> {
        let witnesses =
            cosigners.iter().zip(1..).map(|(key, number)| format!("witness w{number} {key}\n"));
        let names =
            (1..=cosigners.len()).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
        let quorum = if threshold == 0 {
            "quorum none\n".into()
        } else {
            format!("group g {threshold} {names}\nquorum g\n")
        };
        Self::parse(
            &[format!("log {log}\n")]
                .into_iter()
                .chain(witnesses)
                .chain([quorum])
                .collect::<String>(),
        )
    }

    /// The logs accepted.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// Every cosigner key the policy knows, with its URL, needed for the quorum or not.
    pub fn witnesses(&self) -> impl Iterator<Item = (&VerifierKey, Option<&str>)> + Clone {
        self.members.iter().filter_map(|member| match member {
            Rule::Witness { key, url } => Some((key, url.as_deref())),
            Rule::Group { .. } => None,
        })
    }

    /// Accepts the checkpoint if a listed log named after its origin signed it and the quorum cosigned it. A signature of
    /// a listed key that does not verify rejects it, whatever the others say.
    pub fn verify(&self, signed: &SignedCheckpoint) -> Result<VerifiedCheckpoint, PolicyViolation> {
        let checkpoint = signed.checkpoint();
        let log_keys = self
            .logs
            .iter()
            .map(PolicyLog::key)
            .filter(|key| key.name() == checkpoint.origin().key_name());
        if log_keys.clone().next().is_none() {
            return Err(PolicyViolation::UnknownOrigin);
        }
        let verified =
            signed.note().verify(log_keys.chain(self.witnesses().map(|(key, _)| key)))?;
        if checkpoint.size() == 0 && checkpoint.root() != empty_root() {
            return Err(PolicyViolation::EmptyTreeWithEntries);
        }

        let mut log_key = None;
        let mut cosigners = Vec::new();
        for signature in verified {
            match signature.time() {
                None => log_key = log_key.or(Some(signature.key().clone())),
                Some(time) => {
                    cosigners.push(VerifiedCosigner { key: signature.key().clone(), time });
                }
            }
        }
        let log_key = log_key.ok_or(PolicyViolation::NotSignedByLog)?;
        if self.is_quorum(&cosigners) {
            Ok(VerifiedCheckpoint { signed: signed.clone(), log_key, cosigners })
        } else {
            Err(PolicyViolation::NoQuorum { cosigners: cosigners.len() })
        }
    }

    fn is_quorum(&self, cosigners: &[VerifiedCosigner]) -> bool {
        let Quorum::Of(quorum) = self.quorum else { return true };
        // In the order of the lines every member of a group is decided before the group.
        let mut has_witnessed: Vec<bool> = Vec::with_capacity(self.members.len());
        for member in &self.members {
            let witnessed = match member {
                Rule::Witness { key, .. } => cosigners.iter().any(|cosigner| cosigner.key == *key),
                Rule::Group { threshold, members } => {
                    members.iter().filter(|&&place| has_witnessed.get(place) == Some(&true)).count()
                        >= *threshold
                }
            };
            has_witnessed.push(witnessed);
        }
        has_witnessed.get(quorum) == Some(&true)
    }
}

/// A checkpoint a [`Policy`] accepted. There is no other way to make one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedCheckpoint {
    signed: SignedCheckpoint,
    log_key: VerifierKey,
    cosigners: Vec<VerifiedCosigner>,
}

impl VerifiedCheckpoint {
    /// What the log states.
    pub const fn checkpoint(&self) -> &Checkpoint {
        self.signed.checkpoint()
    }

    /// The checkpoint with its note, as it was verified; unknown signature lines are still in it.
    pub const fn signed(&self) -> &SignedCheckpoint {
        &self.signed
    }

    /// The log key that signed it.
    pub const fn log_key(&self) -> &VerifierKey {
        &self.log_key
    }

    /// Every cosigner of the policy whose cosignature holds, also beyond the quorum, in the order of the note.
    pub fn cosigners(&self) -> &[VerifiedCosigner] {
        &self.cosigners
    }

    /// The time of the cosignature by that name, if it is there.
    pub fn cosigned_at(&self, name: &KeyName) -> Option<CosignatureTime> {
        self.cosigners
            .iter()
            .find(|cosigner| cosigner.key.name() == name)
            .map(VerifiedCosigner::time)
    }
}

/// A cosigner whose cosignature holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedCosigner {
    key: VerifierKey,
    time: CosignatureTime,
}

impl VerifiedCosigner {
    /// Its key.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// When it says it signed.
    pub const fn time(&self) -> CosignatureTime {
        self.time
    }
}

/// Why a policy does not accept a checkpoint.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyViolation {
    /// No listed log has this origin.
    #[error("the policy lists no log of this origin")]
    UnknownOrigin,
    /// No listed log of this origin signed it.
    #[error("the checkpoint is not signed by its log")]
    NotSignedByLog,
    /// Too few cosigners, or not the right ones.
    #[error("the {cosigners} valid cosignatures do not make a quorum")]
    NoQuorum {
        /// Cosignatures that verified.
        cosigners: usize,
    },
    /// Size 0 with a root other than the hash of nothing.
    #[error("a checkpoint of size 0 has another root than the empty tree")]
    EmptyTreeWithEntries,
    /// A signature of a listed key fails, or there is none.
    #[error("the checkpoint note is refused")]
    Note(#[from] NoteVerifyError),
}

#[cfg(test)]
mod tests;
