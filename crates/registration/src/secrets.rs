//! Secrets of the platform: each drawn when it is first asked for, kept sealed as a row, and for one thing only.

use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::vault::DataKeyId;
use heqi_vocabulary::Entropy;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::rows::SECRETS;

/// What tokens, links, codes and the names of rows are derived from.
pub(crate) const TOKEN: &str = "token";

pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The secret of this name.
pub(crate) async fn kept(
    backend: &dyn Backend,
    entropy: &dyn Entropy,
    name: &str,
) -> Result<Secret, Fault> {
    let key = name.to_owned();
    loop {
        if let Some(row) = SECRETS.row(backend, &key).await? {
            return open(backend, name, &row.value);
        }
        let secret: Secret = Zeroizing::new(entropy.bytes());
        let mut changes = Changeset::new();
        SECRETS.insert(&mut changes, &key, &seal(backend, entropy, name, &secret)?)?;
        match async { backend.commit(changes)?.await }.await {
            // Somebody else was faster: theirs counts.
            Ok(_) | Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Opens the row of this name.
pub(crate) fn open(
    backend: &dyn Backend,
    name: &str,
    sealed: &Sealed<String>,
) -> Result<Secret, Fault> {
    let text = Zeroizing::new(SECRETS.open(&name.to_owned(), sealed, backend.vault())?);
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.as_bytes(), secret.as_mut())
        .map_err(|_| Fault::broken(format!("the {name} secret has another form")))?;
    Ok(secret)
}

/// Seals a secret for the row of this name.
pub(crate) fn seal(
    backend: &dyn Backend,
    entropy: &dyn Entropy,
    name: &str,
    secret: &Secret,
) -> Result<Sealed<String>, Fault> {
    let key = backend.vault().create(DataKeyId::of(&[b"platform", b"-", b"token"]))?;
    let text = Zeroizing::new(hex::encode(**secret));
    Ok(SECRETS.seal(&name.to_owned(), &key, &text, entropy)?)
}
