//! Keys on disk: one folder per organisation, one file per key, readable by its owner
//! only.
//!
//! Note keys are written in the form of golang.org/x/mod/sumdb/note
//! (`PRIVATE+KEY+name+hash+base64`), all others as PKCS#8 PEM, so both can be moved to and
//! from other tools.

pub(crate) mod key_service;
pub(crate) mod succession;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence_store::durable_file::Disk;
use heqi_pki::authority::{TestAuthority, TestSealAuthority, TestTimeAuthority};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_tlog::cosignature::Cosigner;
use heqi_tlog::note::{KeyName, NoteSigner, SignatureType, VerifierKey};
use heqi_vocabulary::{Clock, Entropy};
use zeroize::Zeroizing;

const NOTE_PREFIX: &str = "PRIVATE+KEY+";

/// Why a key could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The file cannot be read.
    #[error("the key file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("the key file {} cannot be written: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file holds no key of the wanted form.
    #[error("the key file {} does not hold a key of the expected form", .0.display())]
    Form(PathBuf),
    /// The name cannot name a key.
    #[error("{0:?} cannot name a key: no spaces, no plus signs, not empty")]
    Name(String),
}

/// The private half of a note key.
pub(crate) struct NoteKey {
    name: KeyName,
    kind: SignatureType,
    seed: Zeroizing<[u8; 32]>,
}

impl NoteKey {
    fn generate(name: &str, kind: SignatureType, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        let name = KeyName::new(name).map_err(|_| KeyError::Name(name.to_owned()))?;
        Ok(Self { name, kind, seed: Zeroizing::new(entropy.bytes()) })
    }

    /// The name in signatures.
    pub(crate) const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The same key for statements: notes and statements cannot be taken for each other.
    pub(crate) fn statement_key(&self) -> SigningKey {
        SigningKey::from_ed25519_seed(&self.seed)
    }

    /// The signer of a log.
    pub(crate) fn log_signer(&self) -> Result<NoteSigner, KeyError> {
        NoteSigner::from_seed(self.name.clone(), &self.seed)
            .map_err(|_| KeyError::Name(self.name.to_string()))
    }

    /// The signer of a witness or mirror.
    pub(crate) fn cosigner(&self) -> Result<Cosigner, KeyError> {
        Cosigner::from_seed(self.name.clone(), &self.seed)
            .map_err(|_| KeyError::Name(self.name.to_string()))
    }

    /// The public half.
    pub(crate) fn verifier_key(&self) -> Result<VerifierKey, KeyError> {
        match self.kind {
            SignatureType::Ed25519 => Ok(self.log_signer()?.verifier_key().clone()),
            SignatureType::CosignatureV1 => Ok(self.cosigner()?.verifier_key().clone()),
        }
    }

    fn to_text(&self) -> Result<Zeroizing<String>, KeyError> {
        let id = hex::encode(self.verifier_key()?.id().as_bytes());
        let mut data = Zeroizing::new(vec![self.kind.byte()]);
        data.extend_from_slice(self.seed.as_slice());
        Ok(Zeroizing::new(format!("{NOTE_PREFIX}{}+{id}+{}\n", self.name, STANDARD.encode(&*data))))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut fields = text.trim_end().strip_prefix(NOTE_PREFIX)?.splitn(3, '+');
        let (name, id, data) = (fields.next()?, fields.next()?, fields.next()?);
        let data = Zeroizing::new(STANDARD.decode(data).ok()?);
        let (kind, seed) = data.split_first()?;
        let kind = match kind {
            1 => SignatureType::Ed25519,
            4 => SignatureType::CosignatureV1,
            _ => return None,
        };
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).ok()?);
        let key = Self { name: KeyName::new(name).ok()?, kind, seed };
        let own = hex::encode(key.verifier_key().ok()?.id().as_bytes());
        (own == id).then_some(key)
    }
}

/// Reads the note key in `file`, or makes one of this name when there is none.
pub(crate) fn note_key(
    file: &Path,
    name: &str,
    kind: SignatureType,
    entropy: &dyn Entropy,
) -> Result<NoteKey, KeyError> {
    if let Some(text) = read(file)? {
        return NoteKey::parse(&text).ok_or_else(|| KeyError::Form(file.to_owned()));
    }
    let key = NoteKey::generate(name, kind, entropy)?;
    write(file, &key.to_text()?)?;
    Ok(key)
}

/// Reads the PKCS#8 key in `file`, or makes a P-256 key when there is none: the one
/// algorithm that every outside verifier accepts.
pub(crate) fn signing_key(file: &Path, entropy: &dyn Entropy) -> Result<SigningKey, KeyError> {
    if let Some(pem) = read(file)? {
        return SigningKey::from_pkcs8_pem(&pem).map_err(|_| KeyError::Form(file.to_owned()));
    }
    let key = SigningKey::generate(Algorithm::P256, entropy);
    let pem = key.to_pkcs8_pem().map_err(|_| KeyError::Form(file.to_owned()))?;
    write(file, &pem)?;
    Ok(key)
}

/// Reads the test-only authority in `file`, or makes one when there is none.
pub(crate) fn test_authority(
    file: &Path,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<TestAuthority, KeyError> {
    if let Some(pem) = read(file)? {
        return TestAuthority::from_pem(&pem).map_err(|_| KeyError::Form(file.to_owned()));
    }
    let form = || KeyError::Form(file.to_owned());
    let authority = TestAuthority::generate(clock.now(), entropy).map_err(|_| form())?;
    write(file, &authority.to_pem().map_err(|_| form())?)?;
    Ok(authority)
}

/// Reads a test-only time authority, or makes one of this name when there is none.
pub(crate) fn test_time_authority(
    file: &Path,
    name: &str,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<TestTimeAuthority, KeyError> {
    if let Some(pem) = read(file)? {
        return TestTimeAuthority::from_pem(&pem).map_err(|_| KeyError::Form(file.to_owned()));
    }
    let form = || KeyError::Form(file.to_owned());
    let authority = TestTimeAuthority::generate(name, clock.now(), entropy).map_err(|_| form())?;
    write(file, &authority.to_pem().map_err(|_| form())?)?;
    Ok(authority)
}

/// Reads a test-only seal, or makes one of this office when there is none.
pub(crate) fn test_seal(
    file: &Path,
    office: &str,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<TestSealAuthority, KeyError> {
    let form = || KeyError::Form(file.to_owned());
    if let Some(pem) = read(file)? {
        return TestSealAuthority::from_pem(&pem).map_err(|_| form());
    }
    let seal = TestSealAuthority::generate(office, clock.now(), entropy).map_err(|_| form())?;
    write(file, &seal.to_pem().map_err(|_| form())?)?;
    Ok(seal)
}

/// Reads a secret text such as an API key, or makes it with `make` when there is none.
pub(crate) fn secret_text(
    file: &Path,
    make: impl FnOnce() -> String,
) -> Result<Zeroizing<String>, KeyError> {
    if let Some(text) = read(file)? {
        return Ok(Zeroizing::new(text.trim_end().to_owned()));
    }
    let text = Zeroizing::new(make());
    write(file, &format!("{}\n", *text))?;
    Ok(text)
}

/// Reads a key file as it is.
pub(crate) fn read_secret(file: &Path) -> Result<Zeroizing<String>, KeyError> {
    let source = || std::io::Error::from(std::io::ErrorKind::NotFound);
    read(file)?.ok_or_else(|| KeyError::Unreadable { path: file.to_owned(), source: source() })
}

/// Writes a key file for its owner alone, durably.
pub(crate) fn write_secret(file: &Path, text: &str) -> Result<(), KeyError> {
    write(file, text)
}

/// Writes a file that everybody may read, durably and whole.
pub(crate) fn write_public(file: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let disk = Disk::default();
    disk.create_directory(file.parent().unwrap_or_else(|| Path::new(".")))
        .and_then(|()| disk.write_atomic(file, &[bytes]))
        .map_err(|source| KeyError::Unwritable {
            path: file.to_owned(),
            reason: source.to_string(),
        })
}

fn read(file: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyError::Unreadable { path: file.to_owned(), source }),
    }
}

/// The folder is closed to others before the key is in it.
fn write(file: &Path, text: &str) -> Result<(), KeyError> {
    let unwritable = |source: std::io::Error| KeyError::Unwritable {
        path: file.to_owned(),
        reason: source.to_string(),
    };
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let disk = Disk::default();
    disk.create_directory(folder).map_err(unwritable)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(unwritable)?;
    disk.write_secret(file, &[text.as_bytes()]).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use heqi_testkit::SeededEntropy;

    use super::*;

    #[test]
    fn a_note_key_survives_its_text_and_a_changed_one_is_refused() {
        let entropy = SeededEntropy::new(1);
        for kind in [SignatureType::Ed25519, SignatureType::CosignatureV1] {
            let key = NoteKey::generate("log.example/a", kind, &entropy).unwrap();
            let text = key.to_text().unwrap();
            let back = NoteKey::parse(&text).unwrap();
            assert_eq!(back.verifier_key().unwrap(), key.verifier_key().unwrap());
            assert!(NoteKey::parse(&text.replace("log.example/a", "log.example/b")).is_none());
        }
        assert!(NoteKey::parse("PRIVATE+KEY+x+00000000+AAAA").is_none());
    }

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/receipt.pem");
        let made = signing_key(&file, &SeededEntropy::new(1)).unwrap();
        let read = signing_key(&file, &SeededEntropy::new(2)).unwrap();
        assert_eq!(made.public_key(), read.public_key());
    }
}
