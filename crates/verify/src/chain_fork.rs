//! Chain fork proofs: files that convict whoever logged two records that cannot stand in one
//! chain (`docs/spec/chain-fork-proof.md`).

mod report;

pub(crate) use report::{json, text};

use heqi_evidence::anchors::{Anchors, AnchorsFile, LogAnchor};
use heqi_evidence::chain_fork::{ChainForkProof, LoggedFrame};
use heqi_evidence::verdict::Status;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::fork::SignedHead;
use heqi_vocabulary::Digest;

use crate::Unreadable;
use crate::fork::log_that_counts;

/// A chain fork proof that was read and examined.
#[derive(Debug)]
pub struct ChainForkExamination {
    proof: ChainForkProof,
    anchors: Option<AnchorsFile>,
    file_digest: Digest,
    finding: ChainForkFinding,
}

/// What a chain fork proof shows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the format, version 1")]
pub enum ChainForkFinding {
    /// This organisation logged two records that cannot stand in one chain.
    Forked {
        /// Who.
        organisation: String,
    },
    /// The records can stand in one chain, as far as the file shows.
    NotShown,
    /// Nobody's keys are known.
    NoAnchors,
    /// No anchored log has this origin.
    LogUnknown {
        /// The origin.
        origin: String,
    },
    /// A log did not sign its head, or a signature does not hold.
    SignatureInvalid,
    /// The key was in doubt when it signed, or may have been.
    KeyNotValidThen {
        /// The origin of its log.
        origin: String,
    },
}

impl ChainForkFinding {
    /// The stable word in JSON.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Forked { .. } => "chain_forked",
            Self::NotShown => "chain_fork_not_shown",
            Self::NoAnchors => "no_anchors",
            Self::LogUnknown { .. } => "log_unknown",
            Self::SignatureInvalid => "log_signature_invalid",
            Self::KeyNotValidThen { .. } => "key_not_valid_then",
        }
    }

    /// What is said of the claim `chain`.
    pub const fn status(&self) -> Status {
        if matches!(self, Self::Forked { .. }) { Status::Contradicted } else { Status::NotProved }
    }

    /// The exit code: 1 contradicted, 3 not proved.
    pub const fn exit_code(&self) -> u8 {
        if matches!(self, Self::Forked { .. }) { 1 } else { 3 }
    }
}

impl ChainForkExamination {
    /// Examines the bytes of a chain fork proof by the bytes of an anchors file.
    ///
    /// # Errors
    /// One of the two is not what it should be.
    pub fn of(file: &[u8], anchors: Option<&[u8]>) -> Result<Self, Unreadable> {
        let anchors = anchors.map(AnchorsFile::parse).transpose()?;
        let proof = ChainForkProof::parse(file)?;
        let finding = match finding(&proof, anchors.as_ref().map(|file| &file.anchors)) {
            Ok(organisation) => ChainForkFinding::Forked { organisation },
            Err(finding) => finding,
        };
        Ok(Self { proof, anchors, file_digest: Digest::of(file), finding })
    }

    /// What the file shows.
    pub fn finding(&self) -> &ChainForkFinding {
        &self.finding
    }

    /// The proof itself.
    pub fn proof(&self) -> &ChainForkProof {
        &self.proof
    }
}

/// The organisation that is convicted, or why nobody is.
fn finding(proof: &ChainForkProof, anchors: Option<&Anchors>) -> Result<String, ChainForkFinding> {
    proof.check().map_err(|_| ChainForkFinding::NotShown)?;
    let anchors = anchors.ok_or(ChainForkFinding::NoAnchors)?;
    let heads = proof.records().map(LoggedFrame::head);
    let mut organisations = Vec::new();
    for head in heads {
        let origin = || origin_of(head);
        let log = logs_of(head, anchors).next();
        let log = log.ok_or_else(|| ChainForkFinding::LogUnknown { origin: origin() })?;
        organisations.push(&log.organisation);
    }
    // Two organisations that logged a record each contradict each other, and neither itself.
    if organisations.first() != organisations.last() {
        return Err(ChainForkFinding::NotShown);
    }
    let mut signed = Vec::new();
    for head in heads {
        signed.push((head, signed_head(head, anchors).ok_or(ChainForkFinding::SignatureInvalid)?));
    }
    let mut organisation = None;
    for (head, signed) in &signed {
        let log = log_that_counts(signed, anchors)
            .ok_or_else(|| ChainForkFinding::KeyNotValidThen { origin: origin_of(head) })?;
        organisation.get_or_insert_with(|| log.organisation.clone());
    }
    organisation.ok_or(ChainForkFinding::NotShown)
}

fn origin_of(head: &SignedCheckpoint) -> String {
    head.checkpoint().origin().to_string()
}

fn logs_of<'a>(
    head: &SignedCheckpoint,
    anchors: &'a Anchors,
) -> impl Iterator<Item = &'a LogAnchor> {
    let name = head.checkpoint().origin().key_name().clone();
    anchors.logs.iter().filter(move |log| *log.vkey.0.name() == name)
}

/// Who signed a head, by the keys of its log and of all cosigners; `None` if its log did not, or a line does not hold.
fn signed_head(head: &SignedCheckpoint, anchors: &Anchors) -> Option<SignedHead> {
    let logs = logs_of(head, anchors).map(|log| &log.vkey.0);
    let keys: Vec<_> = logs.chain(anchors.cosigners.iter().map(|by| &by.vkey.0)).collect();
    let verified = head.note().verify(keys).ok()?;
    let mut signed = SignedHead { log_keys: Vec::new(), cosigners: Vec::new() };
    for line in &verified {
        match line.time() {
            Some(time) => signed.cosigners.push((line.key().clone(), time)),
            None => signed.log_keys.push(line.key().clone()),
        }
    }
    (!signed.log_keys.is_empty()).then_some(signed)
}
