//! Logged, witnessed, mirrored: the record stands in the log, the log only grew, and
//! somebody independent holds all of it.

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::cosignature::CosignatureTime;
use heqi_tlog::note::{NoteVerifyError, VerifierKey};
use heqi_tlog::proof::verify_inclusion;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tree::leaf_hash;
use heqi_vocabulary::UtcMillis;

use super::{Context, Decoded, stamps};
use crate::anchors::{CosignerAnchor, CosignerRole, LogAnchor, Validity};
use crate::leaf::{LogLeaf, RecordRoot};
use crate::verdict::{Claim, ClaimName, Reason};

/// The three claims about the log, and what other claims need of them.
pub(super) struct LogFindings {
    pub(super) logged: Claim,
    pub(super) witnessed: Claim,
    pub(super) mirrored: Claim,
    /// Index of the record, once its inclusion is proved.
    pub(super) index: Option<(String, u64)>,
    /// Cosignatures that count, with who made them.
    pub(super) cosigned: Vec<(UtcMillis, String)>,
}

/// A cosignature that counts.
pub(super) struct Cosigned<'a> {
    pub(super) by: &'a CosignerAnchor,
    pub(super) at: UtcMillis,
}

pub(super) fn examine(decoded: &Decoded<'_>, context: &Context<'_>) -> LogFindings {
    match prove(decoded, context) {
        Err(Failure { reason, contradicts }) => {
            let logged = if contradicts {
                Claim::contradicted(ClaimName::Logged, reason.clone())
            } else {
                Claim::not_proved(ClaimName::Logged, reason.clone())
            };
            LogFindings {
                logged,
                witnessed: Claim::not_proved(ClaimName::Witnessed, reason.clone()),
                mirrored: Claim::not_proved(ClaimName::Mirrored, reason),
                index: None,
                cosigned: Vec::new(),
            }
        }
        Ok(proof) => findings(&proof),
    }
}

struct Proved<'a> {
    log: &'a LogAnchor,
    index: u64,
    size: u64,
    cosigned: Vec<Cosigned<'a>>,
}

struct Failure {
    reason: Reason,
    contradicts: bool,
}

fn prove<'a>(decoded: &Decoded<'_>, context: &Context<'a>) -> Result<Proved<'a>, Failure> {
    let missing = |reason| Failure { reason, contradicts: false };
    let wrong = |reason| Failure { reason, contradicts: true };
    let bytes = decoded.parts.proof.as_deref().ok_or_else(|| missing(Reason::NoProof))?;
    let proof = ProofFile::parse(bytes)
        .map_err(|_| wrong(Reason::PartMalformed { entry: "proof/record.tlog-proof" }))?;
    let checkpoint = proof.checkpoint().checkpoint();
    let origin = checkpoint.origin().as_str();
    if logs_of(context, origin).next().is_none() {
        return Err(missing(Reason::LogUnknown { origin: origin.to_owned() }));
    }
    let leaf = LogLeaf::Record(RecordRoot::new(decoded.record.root())).to_bytes();
    verify_inclusion(
        proof.index(),
        checkpoint.size(),
        leaf_hash(&leaf),
        proof.path(),
        checkpoint.root(),
    )
    .map_err(|_| wrong(Reason::NotIncluded))?;
    let signed = signatures(proof.checkpoint(), context);
    let (logs, cosigned) = signed.map_err(|unsigned| match unsigned {
        Unsigned::UnknownKey => missing(Reason::LogKeyUnknown { origin: origin.to_owned() }),
        Unsigned::Invalid => wrong(Reason::LogSignatureInvalid),
    })?;
    let recorded_at = decoded.frame.place.recorded_at;
    // A head in the overlap of two keys is signed by both; one that counts is enough.
    let stamped = || stamps::dates(decoded, context, checkpoint, proof.index());
    let counting =
        logs.iter().find(|log| key_counts(log, recorded_at, &cosigned, &stamped, context));
    match counting.copied() {
        Some(log) => Ok(Proved { log, index: proof.index(), size: checkpoint.size(), cosigned }),
        None => Err(missing(Reason::KeyNotValidThen { who: origin.to_owned() })),
    }
}

/// Whether a log's key counts for a record of this instant. The head over the record is
/// signed some time after it, so a key that begins later counts once others have seen the
/// head in its time. What a key says of its own time is worth nothing once it may be in
/// other hands: then only somebody else's word from before that instant counts.
fn key_counts(
    log: &LogAnchor,
    recorded_at: UtcMillis,
    cosigned: &[Cosigned<'_>],
    stamped: &dyn Fn() -> Vec<UtcMillis>,
    context: &Context<'_>,
) -> bool {
    let validity = &log.validity;
    let seen = || cosigned.iter().map(|c| c.at).chain(context.received);
    let seen_last = seen().max();
    let begun = validity.valid_from <= seen_last.map_or(recorded_at, |at| at.max(recorded_at));
    let not_ended = validity.valid_until.is_none_or(|until| recorded_at <= until);
    // A token dates the stamped head, and with it every record below.
    let trusted = outside_word(validity, seen()) || outside_word(validity, stamped().into_iter());
    let asked = context.at.is_none_or(|at| {
        recorded_at <= at
            && at >= validity.valid_from
            && validity.valid_until.is_none_or(|until| at <= until)
    });
    begun && not_ended && trusted && asked
}

/// Whether others dated the thing before the key came to be distrusted, if it did.
pub(super) fn outside_word(
    validity: &Validity,
    mut words: impl Iterator<Item = UtcMillis>,
) -> bool {
    validity.distrust_after.is_none_or(|end| words.any(|at| at <= end))
}

/// The keys of a log: more than one when it changed its key.
fn logs_of<'a>(context: &Context<'a>, origin: &str) -> impl Iterator<Item = &'a LogAnchor> {
    context.anchors.logs.iter().filter(move |log| log.vkey.0.name().as_str() == origin)
}

/// Why no known key of its log signed a head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unsigned {
    /// Its log signed with a key that the anchors do not name, as one does that changed its key after
    /// they were published. It proves nothing, and nothing speaks against it.
    UnknownKey,
    /// A signature of a known key does not hold, or nobody signed in the log's name.
    Invalid,
}

/// The keys with which its log signed a head, and the cosignatures of other organisations
/// on it that count.
///
/// # Errors
/// See [`Unsigned`].
pub(super) fn signatures<'a>(
    head: &SignedCheckpoint,
    context: &Context<'a>,
) -> Result<(Vec<&'a LogAnchor>, Vec<Cosigned<'a>>), Unsigned> {
    let cosigners = &context.anchors.cosigners;
    let origin = head.checkpoint().origin().as_str();
    let logs: Vec<&LogAnchor> = logs_of(context, origin).collect();
    let keys: Vec<&VerifierKey> = logs
        .iter()
        .map(|log| &log.vkey.0)
        .chain(cosigners.iter().map(|cosigner| &cosigner.vkey.0))
        .collect();
    let verified = match head.note().verify(keys.iter().copied()) {
        Ok(verified) => verified,
        Err(NoteVerifyError::NoKnownKey) => Vec::new(),
        Err(NoteVerifyError::BadSignature { .. }) => return Err(Unsigned::Invalid),
    };
    let signed: Vec<&LogAnchor> = logs
        .into_iter()
        .filter(|log| verified.iter().any(|signature| *signature.key() == log.vkey.0))
        .collect();
    let Some(organisation) = signed.first().map(|log| &log.organisation) else {
        // No line is by a known key of the log. A cosigner of its name is known, and not the log.
        let has_line = head.note().signatures().iter().any(|line| {
            let is_known =
                keys.iter().any(|key| key.name() == line.name() && key.id() == line.key_id());
            line.name().as_str() == origin && !is_known
        });
        return Err(if has_line { Unsigned::UnknownKey } else { Unsigned::Invalid });
    };
    let mut cosigned: Vec<Cosigned<'_>> = verified
        .iter()
        .filter_map(|signature| {
            let by = cosigners.iter().find(|c| c.vkey.0 == *signature.key())?;
            let at = instant(signature.time()?)?;
            // A cosignature by the log's own organisation says nothing about it.
            let independent = by.organisation != *organisation;
            (independent && context.counts(&by.validity, at)).then_some(Cosigned { by, at })
        })
        .collect();
    let trusted: Vec<UtcMillis> =
        cosigned.iter().filter(|c| c.by.validity.distrust_after.is_none()).map(|c| c.at).collect();
    // The time in a cosignature is the cosigner's own word.
    cosigned.retain(|c| outside_word(&c.by.validity, trusted.iter().copied()));
    Ok((signed, cosigned))
}

fn instant(time: CosignatureTime) -> Option<UtcMillis> {
    UtcMillis::from_unix_seconds(time.posix_seconds()).ok()
}

fn findings(proof: &Proved<'_>) -> LogFindings {
    let origin = proof.log.vkey.0.name().to_string();
    let included =
        Reason::Included { index: proof.index, size: proof.size, origin: origin.clone() };
    LogFindings {
        logged: Claim::proved(ClaimName::Logged, vec![proof.log.organisation.clone()], included),
        witnessed: cosigned_by(ClaimName::Witnessed, CosignerRole::Witness, &proof.cosigned),
        mirrored: cosigned_by(ClaimName::Mirrored, CosignerRole::Mirror, &proof.cosigned),
        index: Some((origin, proof.index)),
        cosigned: proof.cosigned.iter().map(|c| (c.at, c.by.organisation.clone())).collect(),
    }
}

fn cosigned_by(name: ClaimName, role: CosignerRole, cosigned: &[Cosigned<'_>]) -> Claim {
    let mut ours: Vec<&Cosigned<'_>> = cosigned.iter().filter(|c| c.by.role == role).collect();
    ours.sort_by_key(|c| c.at);
    let Some(first) = ours.first() else {
        return Claim::not_proved(name, Reason::NotCosigned);
    };
    let names: Vec<String> = ours.iter().map(|c| c.by.organisation.clone()).collect();
    let at = first.at.for_people();
    Claim::proved(name, names.clone(), Reason::Cosigned { names: names.join(", "), at })
}
