//! `heqi keys accept`: an operator accepts a peer's change of key. `heqi keys distrust`: the
//! notary says that a key may be in other hands.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use heqi_evidence::anchors::{Anchors, AnchorsFile};
use heqi_evidence::canonical;
use heqi_evidence::key_change::{KeyChange, KeyChangeReason};
use heqi_evidence::statement::Statement as _;
use heqi_evidence::successor::LogSuccessor;
use heqi_evidence_store::witness::accepted;
use heqi_pki::dsse::Envelope;
use heqi_tlog::note::SignatureType;
use heqi_vocabulary::{Clock, Digest, Entropy, UtcMillis};

use super::KeysError;
use crate::keys::succession::Succession;
use crate::keys::{self, succession};
use crate::service::store;

/// Shows a statement, checks both signatures, and with `yes` keeps it, so that the service
/// believes the new key or the new log from its next start on.
pub(crate) async fn accept(
    statement: &Path,
    data_dir: &Path,
    yes: bool,
    entropy: &Arc<dyn Entropy>,
    out: &mut dyn Write,
) -> Result<(), KeysError> {
    let bytes = fs::read(statement)?;
    let envelope = Envelope::from_json(&bytes).map_err(|e| KeysError::Statement(e.to_string()))?;
    if canonical::parse::<LogSuccessor>(envelope.unverified_payload()).is_ok() {
        return accept_successor(&envelope, data_dir, yes, entropy, out).await;
    }
    let change =
        KeyChange::verify(&envelope, &[]).map_err(|e| KeysError::Statement(e.to_string()))?;
    writeln!(out, "{} changes its {} key", change.log_origin, change.role.as_str())?;
    writeln!(out, "  old        {}", change.old_key)?;
    writeln!(out, "  new        {}", change.new_key)?;
    writeln!(out, "  decided    {}", change.changed_at.for_people())?;
    writeln!(out, "  old until  {}", change.old_valid_until.for_people())?;
    writeln!(out, "  statement  SHA-256 {}", Digest::of(envelope.as_bytes()))?;
    writeln!(out, "Both keys have signed. Compare the digest with your peer by another way than")?;
    writeln!(out, "the one this file came by, and look for it among the leaves of its log.")?;
    if change.reason == KeyChangeReason::Compromise {
        writeln!(out, "The old key may be in other hands: its signature proves nothing. Accept")?;
        writeln!(out, "only what your peer confirmed in person.")?;
    }
    if !yes {
        writeln!(out, "Nothing was changed; add --yes to accept.")?;
        return Ok(());
    }
    let name = succession::file_name(&change, &envelope);
    let path = succession::accepted_folder(&data_dir.join("keys")).join(name);
    keys::write_public(&path, envelope.as_bytes())?;
    writeln!(out, "Accepted. The new key is believed from the next start of the service on.")?;
    Ok(())
}

/// One log in the place of another: compared with what this service's witness saw of it.
async fn accept_successor(
    statement: &Envelope,
    data_dir: &Path,
    yes: bool,
    entropy: &Arc<dyn Entropy>,
    out: &mut dyn Write,
) -> Result<(), KeysError> {
    let refuse = |what: String| Err(KeysError::Statement(what));
    let successor =
        LogSuccessor::verify(statement).map_err(|e| KeysError::Statement(e.to_string()))?;
    let (said, end) = (successor.said(), successor.frozen_head().checkpoint());
    let (old, new) = (end.origin(), said.log_key.0.name());
    writeln!(out, "{old} is frozen, {new} takes its place")?;
    writeln!(out, "  frozen at  {} entries, root {}", end.size(), end.root())?;
    writeln!(out, "  held       {} of them; {} records beyond", said.held, said.orphans.len())?;
    writeln!(out, "  signed by  {}", said.frozen_key.0)?;
    writeln!(out, "  new key    {}", said.log_key.0)?;
    writeln!(out, "  opened     {}", said.opened_at.for_people())?;
    writeln!(out, "  statement  SHA-256 {}", Digest::of(statement.as_bytes()))?;
    let keys = data_dir.join("keys");
    if Succession::load(&keys)?.is_distrusted(&said.frozen_key.0.to_string()) {
        return refuse(
            "the key of the frozen log is distrusted, so its signature proves nothing; put the new log's key in the \
             settings yourself once your peer has confirmed it in person"
                .to_owned(),
        );
    }
    let log = keys::note_key(&keys.join("log.key"), "unused", SignatureType::Ed25519, &**entropy)?;
    let store = store::open(data_dir, log.log_signer()?, entropy)?;
    let seen = accepted(&*store, old).await;
    store.close().map_err(|error| KeysError::Log(error.to_string()))?;
    match seen.map_err(|error| KeysError::Log(error.to_string()))? {
        None => writeln!(out, "This service has cosigned nothing of {old}.")?,
        Some(head) => {
            let (size, root) = (head.checkpoint().size(), head.checkpoint().root());
            writeln!(out, "This service's witness saw {size} entries, root {root}.")?;
            if size > end.size() || (size == end.size() && root != end.root()) {
                return refuse(
                    "it freezes the log at a head that does not have what this witness cosigned"
                        .to_owned(),
                );
            }
        }
    }
    writeln!(
        out,
        "Both logs have signed. Compare the digest with your peer by another way than the"
    )?;
    writeln!(out, "one this file came by. From then on nothing of {old} is cosigned beyond")?;
    writeln!(out, "{} entries, and {new} only if it begins with this statement.", end.size())?;
    if !yes {
        writeln!(out, "Nothing was changed; add --yes to accept.")?;
        return Ok(());
    }
    let name = succession::successor_file_name(statement);
    keys::write_public(&succession::accepted_folder(&keys).join(name), statement.as_bytes())?;
    writeln!(out, "Accepted. It counts from the next start of the service on.")?;
    Ok(())
}

/// What is distrusted from when on.
pub(crate) struct Distrust<'a> {
    pub(crate) key: &'a str,
    pub(crate) from: UtcMillis,
    pub(crate) data_dir: &'a Path,
    /// The published file to be made again at once, and where to write it.
    pub(crate) anchors: Option<(&'a Path, &'a Path)>,
    pub(crate) yes: bool,
}

/// Notes that a key is distrusted, so that the service publishes it at its next start, and
/// signs the given anchors again at once.
pub(crate) fn distrust(
    asked: &Distrust<'_>,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    out: &mut dyn Write,
) -> Result<(), KeysError> {
    let keys = asked.data_dir.join("keys");
    let entry = succession::Distrusted { key: asked.key.to_owned(), after: asked.from };
    writeln!(out, "Distrust of {} after {}", entry.key, entry.after.for_people())?;
    writeln!(out, "  1. list it in {}", succession::distrusted_file(&keys).display())?;
    if let Some((_, to)) = asked.anchors {
        writeln!(out, "  2. sign the anchors again, with distrust_after, to {}", to.display())?;
    }
    writeln!(out, "  The service publishes it at its next start. Evidence that others dated")?;
    writeln!(out, "  before that instant stays proved; everything else of this key does not.")?;
    if !asked.yes {
        writeln!(out, "Nothing was changed; add --yes to do it.")?;
        return Ok(());
    }
    let again = asked.anchors.map(|(from, to)| {
        let file = AnchorsFile::parse(&fs::read(from)?)
            .map_err(|error| KeysError::Statement(error.to_string()))?;
        Ok::<_, KeysError>((file.anchors, to))
    });
    let again = again.transpose()?;
    let mut listed = match fs::read(succession::distrusted_file(&keys)) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| KeysError::Statement(error.to_string()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    if !listed.contains(&entry) {
        listed.push(entry.clone());
    }
    let json = serde_json::to_vec_pretty(&listed)
        .map_err(|error| KeysError::Statement(error.to_string()))?;
    keys::write_public(&succession::distrusted_file(&keys), &json)?;
    if let Some((mut anchors, to)) = again {
        if !succession::apply(&mut anchors, &entry) {
            return Err(KeysError::NoAnchor(entry.key));
        }
        let publisher = keys::signing_key(&keys.join("publisher.pem"), entropy)?;
        let anchors = Anchors { published_at: clock.now(), ..anchors };
        let envelope =
            anchors.sign(&publisher).map_err(|error| KeysError::Statement(error.to_string()))?;
        keys::write_public(to, envelope.as_bytes())?;
        writeln!(out, "{} has SHA-256 {}", to.display(), Digest::of(envelope.as_bytes()))?;
    }
    writeln!(out, "Done.")?;
    Ok(())
}
