//! Fork proofs: files that convict a log of two histories (`docs/spec/fork-proof.md`).

mod report;

pub(crate) use report::{OneClaim, anchors_rows, get_anchors, json, text};

use heqi_evidence::anchors::{Anchors, AnchorsFile, CosignerAnchor, LogAnchor};
use heqi_evidence::verdict::Status;
use heqi_tlog::fork::{ForkProof, ForkVerifyError, SignedHead};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Digest, UtcMillis};

use crate::Unreadable;

/// A fork proof that was read and examined.
#[derive(Debug)]
pub struct ForkExamination {
    proof: ForkProof,
    anchors: Option<AnchorsFile>,
    file_digest: Digest,
    finding: ForkFinding,
}

/// What a fork proof shows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the format, version 1")]
pub enum ForkFinding {
    /// These organisations signed what cannot both be true, the one that runs the log first.
    Forked {
        /// Who.
        organisations: Vec<String>,
    },
    /// The heads can belong to one log, as far as the file shows.
    NotShown,
    /// Nobody's keys are known.
    NoAnchors,
    /// No anchored log has this origin.
    LogUnknown,
    /// The log did not sign this, or a signature does not hold.
    SignatureInvalid,
    /// The key was in doubt when it signed, or may have been.
    KeyNotValidThen,
}

impl ForkFinding {
    /// The stable word in JSON.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Forked { .. } => "log_forked",
            Self::NotShown => "fork_not_shown",
            Self::NoAnchors => "no_anchors",
            Self::LogUnknown => "log_unknown",
            Self::SignatureInvalid => "log_signature_invalid",
            Self::KeyNotValidThen => "key_not_valid_then",
        }
    }

    /// What is said of the claim `fork`.
    pub const fn status(&self) -> Status {
        if matches!(self, Self::Forked { .. }) { Status::Contradicted } else { Status::NotProved }
    }

    /// The exit code: 1 contradicted, 3 not proved.
    pub const fn exit_code(&self) -> u8 {
        if matches!(self, Self::Forked { .. }) { 1 } else { 3 }
    }
}

impl ForkExamination {
    /// Examines the bytes of a fork proof by the bytes of an anchors file.
    ///
    /// # Errors
    /// One of the two is not what it should be.
    pub fn of(file: &[u8], anchors: Option<&[u8]>) -> Result<Self, Unreadable> {
        let anchors = anchors.map(AnchorsFile::parse).transpose()?;
        let proof = ForkProof::parse(file)?;
        let finding = finding(&proof, anchors.as_ref().map(|file| &file.anchors));
        Ok(Self { proof, anchors, file_digest: Digest::of(file), finding })
    }

    /// What the file shows.
    pub fn finding(&self) -> &ForkFinding {
        &self.finding
    }

    /// The proof itself.
    pub fn proof(&self) -> &ForkProof {
        &self.proof
    }
}

fn finding(proof: &ForkProof, anchors: Option<&Anchors>) -> ForkFinding {
    if proof.check().is_err() {
        return ForkFinding::NotShown;
    }
    let Some(anchors) = anchors else { return ForkFinding::NoAnchors };
    let logs = anchors.logs.iter().map(|log| log.vkey.0.clone()).collect::<Vec<_>>();
    let cosigners = anchors.cosigners.iter().map(|c| c.vkey.0.clone()).collect::<Vec<_>>();
    let convicted = match proof.verify(&logs, &cosigners) {
        Ok(convicted) => convicted,
        Err(ForkVerifyError::Fork(_)) => return ForkFinding::NotShown,
        Err(ForkVerifyError::UnknownLog) => return ForkFinding::LogUnknown,
        Err(ForkVerifyError::NotSignedByLog | ForkVerifyError::Note(_)) => {
            return ForkFinding::SignatureInvalid;
        }
    };
    let logs: Option<Vec<&LogAnchor>> =
        convicted.heads().iter().map(|head| log_that_counts(head, anchors)).collect();
    let Some(logs) = logs else { return ForkFinding::KeyNotValidThen };

    let mut organisations: Vec<String> = Vec::new();
    let mut name = |organisation: &String| {
        if !organisations.contains(organisation) {
            organisations.push(organisation.clone());
        }
    };
    for log in &logs {
        name(&log.organisation);
    }
    let cosigned = convicted.cosigners();
    for anchor in &anchors.cosigners {
        let times = cosigned.iter().find(|(key, _)| **key == anchor.vkey.0).map(|(_, times)| times);
        let counts = |seconds| instant(seconds).is_some_and(|at| anchor.validity.covers(at));
        if times.is_some_and(|times| times.iter().all(|time| counts(time.posix_seconds()))) {
            name(&anchor.organisation);
        }
    }
    ForkFinding::Forked { organisations }
}

/// The anchor of a log key that signed this head and counts for it.
pub(crate) fn log_that_counts<'a>(
    head: &SignedHead,
    anchors: &'a Anchors,
) -> Option<&'a LogAnchor> {
    let signed = |log: &&LogAnchor| head.log_keys.contains(&log.vkey.0);
    anchors.logs.iter().filter(signed).find(|log| {
        log.validity.distrust_after.is_none_or(|end| {
            let outside = |key: &VerifierKey, at| {
                let by = anchors.cosigners.iter().find(|cosigner| cosigner.vkey.0 == *key);
                by.is_some_and(|by: &CosignerAnchor| {
                    by.organisation != log.organisation && by.validity.covers(at)
                })
            };
            head.cosigners.iter().any(|(key, time)| {
                instant(time.posix_seconds()).is_some_and(|at| at <= end && outside(key, at))
            })
        })
    })
}

fn instant(seconds: u64) -> Option<UtcMillis> {
    UtcMillis::from_unix_seconds(seconds).ok()
}
