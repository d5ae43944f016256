//! Heads of our log with the cosignatures of others. Lines for the same head are joined,
//! whoever brought them and in whatever order; what the world is shown carries all.

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Stored;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::{Note, SignatureLine, VerifierKey};
use heqi_vocabulary::Digest;

use crate::act::Attempts;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows::{self, Cosigned, CosignedRow};

/// Why a cosigned head was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoteHeadError {
    /// The store could not do its part.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Our log did not sign it, a known cosigner's line does not hold, or there is none.
    #[error("the head is not ours with a cosignature we know: {0}")]
    NotCosigned(String),
    /// The cosigned root is not the one our log has at that size: an incident.
    #[error("the cosigned head is not of our log: {0}")]
    OtherHistory(String),
}

/// A head of our log with cosignatures.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CosignedHead {
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// SHA-256 of `note`.
    pub note_sha256: Digest,
    /// The exact note, with the lines of log and cosigners.
    pub note: String,
}

/// Takes a head of our log with lines of cosigners, joins it with lines already known for
/// the same head, and publishes it once witness and mirror have both signed.
///
/// # Errors
/// See [`NoteHeadError`].
pub async fn note_cosigned_head(
    platform: &Platform,
    head: &SignedCheckpoint,
) -> Result<(), NoteHeadError> {
    let lines = verified_lines(platform, head)?;
    check_history(platform, head).await?;
    let mut attempts = Attempts::default();
    loop {
        let witnessed = row(platform, Cosigned::Witnessed).await?;
        let mirrored = row(platform, Cosigned::Mirrored).await?;
        let published = row(platform, Cosigned::Published).await?;
        let note = join(head, [&witnessed, &mirrored], &lines)?;
        let new = CosignedRow {
            size: head.checkpoint().size(),
            root: Digest::from_bytes(*head.checkpoint().root().as_bytes()),
            note_sha256: Digest::of(note.to_string().as_bytes()),
            note: note.to_string(),
        };

        let (by_witness, by_mirror) = (
            is_signed_by(&note, &platform.settings.witness_keys),
            is_signed_by(&note, &platform.settings.mirror_keys),
        );
        let complete = by_witness && (by_mirror || platform.settings.mirror_keys.is_empty());
        let mut changes = Changeset::new();
        advance(&mut changes, Cosigned::Witnessed, witnessed, &new, by_witness)?;
        advance(&mut changes, Cosigned::Mirrored, mirrored, &new, by_mirror)?;
        advance(&mut changes, Cosigned::Published, published, &new, complete)?;
        if changes.is_empty() || attempts.commit(platform, changes).await?.is_some() {
            return if complete { publish(platform, note).await } else { Ok(()) };
        }
    }
}

/// After the rows, so that a crash in between is made good by the next head, or by this
/// one again.
async fn publish(platform: &Platform, note: Note) -> Result<(), NoteHeadError> {
    let head = SignedCheckpoint::from_note(note).map_err(Fault::broken)?;
    let log = platform.backend().log();
    if log.published().is_none_or(|shown| shown.size() < head.checkpoint().size()) {
        log.publish(head).await.map_err(Fault::from)?;
    }
    Ok(())
}

/// The newest head a witness cosigned: what challenges name.
///
/// # Errors
/// The store could not be read.
pub async fn witnessed_head(platform: &Platform) -> Result<Option<CosignedHead>, Fault> {
    known(platform, Cosigned::Witnessed).await
}

/// The newest head a mirror cosigned.
///
/// # Errors
/// The store could not be read.
pub async fn mirrored_head(platform: &Platform) -> Result<Option<CosignedHead>, Fault> {
    known(platform, Cosigned::Mirrored).await
}

/// The newest head that both cosigned: what the world is shown.
///
/// # Errors
/// The store could not be read.
pub async fn cosigned_head(platform: &Platform) -> Result<Option<CosignedHead>, Fault> {
    known(platform, Cosigned::Published).await
}

async fn known(platform: &Platform, which: Cosigned) -> Result<Option<CosignedHead>, Fault> {
    let head = |row: Stored<CosignedRow>| {
        let CosignedRow { size, root, note_sha256, note } = row.value;
        CosignedHead { size, root, note_sha256, note }
    };
    Ok(row(platform, which).await?.map(head))
}

async fn row(platform: &Platform, which: Cosigned) -> Result<Option<Stored<CosignedRow>>, Fault> {
    Ok(rows::COSIGNED.row(platform.backend(), &which).await?)
}

/// The lines of our log and of cosigners we know, each verified; lines of strangers are
/// left out.
fn verified_lines(
    platform: &Platform,
    head: &SignedCheckpoint,
) -> Result<Vec<SignatureLine>, NoteHeadError> {
    let settings = &platform.settings;
    let cosigners = || settings.witness_keys.iter().chain(&settings.mirror_keys);
    let keys: Vec<&VerifierKey> = settings.log_keys().chain(cosigners()).collect();
    let verified =
        head.note().verify(keys).map_err(|error| NoteHeadError::NotCosigned(error.to_string()))?;
    let signed = |wanted: &VerifierKey| verified.iter().any(|found| found.key() == wanted);
    if !settings.log_keys().any(signed) {
        return Err(NoteHeadError::NotCosigned("our log's own line is missing".into()));
    }
    if !cosigners().any(signed) {
        return Err(NoteHeadError::NotCosigned("no line of a known cosigner".into()));
    }
    Ok(verified.iter().map(|signature| signature.line().clone()).collect())
}

/// A cosigned root that our log does not have at that size means that somebody signed
/// another history in our name.
async fn check_history(platform: &Platform, head: &SignedCheckpoint) -> Result<(), NoteHeadError> {
    let checkpoint = head.checkpoint();
    let other = |what: &str| Err(NoteHeadError::OtherHistory(what.to_owned()));
    if checkpoint.origin() != platform.origin() {
        return other("it has another origin");
    }
    match platform.backend().log().root_at(checkpoint.size()).await.map_err(Fault::from)? {
        None => other("it is beyond our head"),
        Some(root) if root != checkpoint.root() => other("it has another root at that size"),
        Some(_) => Ok(()),
    }
}

/// The head with its lines and those already known for it; of one key the newest counts.
fn join(
    head: &SignedCheckpoint,
    known: [&Option<Stored<CosignedRow>>; 2],
    lines: &[SignatureLine],
) -> Result<Note, Fault> {
    let mut all: Vec<SignatureLine> = Vec::new();
    for row in known.into_iter().flatten().filter(|row| row.value.size == head.checkpoint().size())
    {
        let known = SignedCheckpoint::parse(row.value.note.as_bytes()).map_err(Fault::broken)?;
        if known.note().text() == head.note().text() {
            all.extend(known.note().signatures().iter().cloned());
        }
    }
    all.extend(lines.iter().cloned());
    let (first, rest) =
        all.split_first().ok_or_else(|| Fault::broken("a cosigned head has no line"))?;
    let note = Note::new(head.note().text().to_owned(), vec![first.clone()]);
    rest.iter().try_fold(note.map_err(Fault::broken)?, |note, line| {
        note.with_signature(line.clone()).map_err(Fault::broken)
    })
}

fn is_signed_by(note: &Note, keys: &[VerifierKey]) -> bool {
    let by = |line: &SignatureLine| {
        keys.iter().any(|key| key.name() == line.name() && key.id() == line.key_id())
    };
    note.signatures().iter().any(by)
}

/// Writes `new` unless a newer head, or the same note, is there.
fn advance(
    changes: &mut Changeset,
    which: Cosigned,
    held: Option<Stored<CosignedRow>>,
    new: &CosignedRow,
    has_line: bool,
) -> Result<(), Fault> {
    match held {
        _ if !has_line => Ok(()),
        None => Ok(rows::COSIGNED.insert(changes, &which, new)?),
        Some(held) if held.value.size > new.size || held.value == *new => Ok(()),
        Some(held) => Ok(rows::COSIGNED.replace(changes, &which, held.version, new)?),
    }
}
