//! Time stamps: an authority that nobody else here depends on saw a head of the log that
//! covers the record.
//!
//! The token stamps the exact bytes of a note; the note's log is the record's; both heads
//! are heads of one history. A token that does not hold speaks against the bundle. One by
//! an authority that is not among the anchors says nothing.

use heqi_pki::timestamp::{TimeRoot, TimestampFault, TimestampToken};
use heqi_tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use heqi_tlog::proof::verify_consistency;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::UtcMillis;

use super::log::{self, LogFindings, Unsigned};
use super::{Context, Decoded};
use crate::anchors::TimeRootAnchor;
use crate::bundle::{TimeAnchor, note_name, read_consistency, token_name};
use crate::verdict::Reason;

/// A token that counts.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    /// The last instant at which the record can have come into being.
    pub(super) not_after: UtcMillis,
    /// The organisation that runs the authority.
    pub(super) by: String,
    pub(super) is_test_only: bool,
}

/// The tokens that count; none when the record is not proved to stand in the log, because
/// a stamped head then says nothing about it.
///
/// # Errors
/// What speaks against the bundle.
pub(super) fn examine(
    decoded: &Decoded<'_>,
    context: &Context<'_>,
    log: &LogFindings,
) -> Result<Vec<Stamp>, Reason> {
    let proof = decoded.parts.proof.as_deref().and_then(|bytes| ProofFile::parse(bytes).ok());
    let (Some(proof), Some((_, index))) = (proof, &log.index) else {
        return Ok(Vec::new());
    };
    over(decoded, context, proof.checkpoint().checkpoint(), *index)
}

/// The last instants at which the record can have come into being, by the tokens that count;
/// none when any token speaks against the bundle. `head` is that of a proof that holds.
pub(super) fn dates(
    decoded: &Decoded<'_>,
    context: &Context<'_>,
    head: &Checkpoint,
    index: u64,
) -> Vec<UtcMillis> {
    let stamps = over(decoded, context, head, index).unwrap_or_default();
    stamps.iter().map(|stamp| stamp.not_after).collect()
}

fn over(
    decoded: &Decoded<'_>,
    context: &Context<'_>,
    head: &Checkpoint,
    index: u64,
) -> Result<Vec<Stamp>, Reason> {
    let roots = roots(context);
    let mut stamps = Vec::new();
    for (size, anchor) in &decoded.parts.time {
        match covers(*size, anchor, index, head, context) {
            Covering::Yes => {}
            // By a key of after the anchors: it says nothing, as a stranger's token.
            Covering::UnknownKey => continue,
            Covering::No => return Err(Reason::TimeAnchorInvalid { entry: note_name(*size) }),
        }
        for (label, token) in &anchor.tokens {
            let stamp = stamp(token, &anchor.note, &roots, context);
            stamps.extend(stamp.map_err(|fault| {
                let entry = token_name(*size, label);
                match fault {
                    Fault::OtherBytes => Reason::TimeStampOfAnother { entry },
                    Fault::Invalid => Reason::TimeStampInvalid { entry },
                }
            })?);
        }
    }
    stamps.sort_by_key(|stamp| stamp.not_after);
    Ok(stamps)
}

enum Covering {
    Yes,
    UnknownKey,
    No,
}

/// Whether the stamped head is one of the record's log, covers the record, and belongs to
/// the same history as the head of the proof.
fn covers(
    size: u64,
    anchor: &TimeAnchor,
    index: u64,
    head: &Checkpoint,
    context: &Context<'_>,
) -> Covering {
    let Ok(stamped) = SignedCheckpoint::parse(&anchor.note) else {
        return Covering::No;
    };
    let checkpoint = stamped.checkpoint();
    let fits = checkpoint.size() == size
        && checkpoint.origin() == head.origin()
        && index < size
        && is_consistent(checkpoint, head, anchor.consistency.as_deref());
    match log::signatures(&stamped, context) {
        _ if !fits => Covering::No,
        Ok(_) => Covering::Yes,
        Err(Unsigned::UnknownKey) => Covering::UnknownKey,
        Err(Unsigned::Invalid) => Covering::No,
    }
}

fn is_consistent(stamped: &Checkpoint, head: &Checkpoint, proof: Option<&[u8]>) -> bool {
    let Some(proof) = proof else {
        return stamped.size() == head.size() && stamped.root() == head.root();
    };
    let Some(hashes) = read_consistency(proof) else {
        return false;
    };
    let (old, new) = if stamped.size() < head.size() { (stamped, head) } else { (head, stamped) };
    old.size() < new.size()
        && verify_consistency(old.size(), old.root(), new.size(), new.root(), &hashes).is_ok()
}

enum Fault {
    OtherBytes,
    Invalid,
}

fn stamp(
    token: &[u8],
    note: &[u8],
    roots: &[(&TimeRootAnchor, TimeRoot)],
    context: &Context<'_>,
) -> Result<Option<Stamp>, Fault> {
    let token = TimestampToken::from_der(token).map_err(|_| Fault::Invalid)?;
    let trusted: Vec<TimeRoot> = roots.iter().map(|(_, root)| root.clone()).collect();
    let verified = match token.verify(note, &trusted) {
        Ok(verified) => verified,
        // Of an authority that nobody anchored: it says nothing, as a stranger's receipt.
        Err(TimestampFault::Untrusted) => return Ok(None),
        Err(TimestampFault::Imprint) => return Err(Fault::OtherBytes),
        Err(_) => return Err(Fault::Invalid),
    };
    let by = roots.iter().find(|(by, root)| {
        let under_policy =
            by.policy.as_ref().is_none_or(|policy| *policy == verified.info().policy().to_string());
        root.digest() == verified.root_digest()
            && under_policy
            && context.counts(&by.validity, verified.at())
    });
    Ok(by.map(|(by, _)| Stamp {
        not_after: verified.not_after(),
        by: by.organisation.clone(),
        is_test_only: verified.is_test_only(),
    }))
}

fn roots<'a>(context: &Context<'a>) -> Vec<(&'a TimeRootAnchor, TimeRoot)> {
    context
        .anchors
        .time_roots
        .iter()
        .filter_map(|anchor| {
            Some((anchor, TimeRoot::from_der(&anchor.certificate.0, anchor.test_only).ok()?))
        })
        .collect()
}
