//! `heqi keys`: makes what is missing, shows the public half of what is there, rotates,
//! accepts what a peer rotated, distrusts.

pub(crate) mod accept;
pub(crate) mod rotate;
pub(crate) mod tls;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use heqi_evidence_store::vault::{KeyFileError, RewrapError};
use heqi_pki::keys::SigningKey;
use heqi_tlog::note::SignatureType;
use heqi_vocabulary::{Clock, Entropy};

use crate::cli::OrganisationKind;
use crate::keys::{self, KeyError};
use crate::service::store::StoreError;

const NOTE_KEYS: [&str; 3] = ["log.key", "witness.key", "mirror.key"];
const TEST_AUTHORITY: &str = "test-authority.pem";
const STATEMENT_KEYS: [&str; 3] = ["receipt.pem", "publisher.pem", "order.pem"];

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Nothing to show.
    #[error("there are no keys in {}", .0.display())]
    None(PathBuf),
    /// There is no key of this role.
    #[error("there is no key {}", .0.display())]
    NoSuchKey(PathBuf),
    /// Nobody is searched for there.
    #[error("{} is no platform's data folder, and nothing else has an index of people", .0.display())]
    NoPlatform(PathBuf),
    /// The secret that people are found by.
    #[error("the secret was not replaced: {0}; run this again")]
    Secret(String),
    /// A key service holds the key, and nothing says which key is next.
    #[error("a key service holds the key: name the next one in {}", .0.display())]
    NoNextKey(PathBuf),
    /// A rotation to another file is under way.
    #[error("finish the rotation to {} first: take the description of the key service away meanwhile", .0.display())]
    TwoNextKeys(PathBuf),
    /// The next key is the present one.
    #[error("{} names the key that is in use", .0.display())]
    SameKey(PathBuf),
    /// There is nothing to finish.
    #[error("no rotation of the {0} key is under way; begin one without --finish")]
    NoRotation(&'static str),
    /// The anchors have no such key.
    #[error("the anchors have no key {0}")]
    NoAnchor(String),
    /// How long a TLS certificate lasts.
    #[error("a TLS certificate lasts 1 to {0} days; write another --days")]
    Days(u32),
    /// A name that no certificate can carry.
    #[error("no certificate was made: {0}; names are DNS names or addresses")]
    TlsName(String),
    /// A file that does not hold what its name says.
    #[error("{} does not hold what is expected; put it aside and make it again", .0.display())]
    Form(PathBuf),
    /// A statement.
    #[error("the statement: {0}")]
    Statement(String),
    /// The log of the organisation.
    #[error("the change is not in the log: {0}")]
    Log(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key-encryption key.
    #[error("the key-encryption key: {0}")]
    KeyFile(#[from] KeyFileError),
    /// The vault.
    #[error(transparent)]
    Rewrap(#[from] RewrapError),
    /// A file or the terminal.
    #[error("cannot read or write: {0}")]
    Output(#[from] io::Error),
}

/// Makes the keys that an organisation needs and that are not there yet.
pub(crate) fn generate(
    organisation: OrganisationKind,
    name: &str,
    dir: &Path,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    out: &mut dyn Write,
) -> Result<(), KeysError> {
    let note = |file: &str, suffix: &str, kind| {
        keys::note_key(&dir.join(file), &format!("{name}{suffix}"), kind, entropy)
    };
    note("log.key", "", SignatureType::Ed25519)?;
    match organisation {
        OrganisationKind::Platform => {
            note("witness.key", "/witness", SignatureType::CosignatureV1)?;
            keys::test_authority(&dir.join(TEST_AUTHORITY), clock, entropy)?;
            keys::signing_key(&dir.join("order.pem"), entropy)?;
        }
        OrganisationKind::Notary => {
            note("witness.key", "/witness", SignatureType::CosignatureV1)?;
            note("mirror.key", "/mirror", SignatureType::CosignatureV1)?;
            keys::signing_key(&dir.join("receipt.pem"), entropy)?;
            keys::signing_key(&dir.join("publisher.pem"), entropy)?;
        }
        OrganisationKind::Preservation => {
            keys::signing_key(&dir.join("receipt.pem"), entropy)?;
        }
    }
    show(dir, entropy, out)
}

/// Prints the public half of every key in a folder.
pub(crate) fn show(
    dir: &Path,
    entropy: &dyn Entropy,
    out: &mut dyn Write,
) -> Result<(), KeysError> {
    let all = NOTE_KEYS.iter().chain(&STATEMENT_KEYS).chain(&[TEST_AUTHORITY]);
    if !all.into_iter().any(|file| dir.join(file).exists()) {
        return Err(KeysError::None(dir.to_owned()));
    }
    for file in NOTE_KEYS.into_iter().filter(|file| dir.join(file).exists()) {
        let key = keys::note_key(&dir.join(file), "unused", SignatureType::Ed25519, entropy)?;
        writeln!(out, "{file:<20} {}", key.verifier_key()?)?;
    }
    for file in STATEMENT_KEYS.into_iter().filter(|file| dir.join(file).exists()) {
        let key: SigningKey = keys::signing_key(&dir.join(file), entropy)?;
        let public = key.public_key();
        writeln!(out, "{file:<20} {} {}", public.algorithm(), public.key_id())?;
    }
    if dir.join(TEST_AUTHORITY).exists() {
        writeln!(out, "{TEST_AUTHORITY:<20} TEST ONLY 测试证书，不具有法律效力")?;
    }
    Ok(())
}
