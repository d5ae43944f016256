//! Putting the seal on.

use heqi_pki::certificate::TrustedRoot;
use heqi_pki::keys::SignError;
use heqi_pki::seal::{SealDraft, SealError};
use heqi_pki::timestamp::TimeRoot;
use heqi_vocabulary::{Digest, UtcMillis};

use crate::update::{Prepared, UpdateFault};
use crate::{FormFault, SealKey, SignedPdf, Stamper, Unstamped, VerifiedPdf, VerifyFault};

/// A document before its seal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnsignedPdf {
    bytes: Vec<u8>,
    is_sample: bool,
}

impl UnsignedPdf {
    /// A document as it was written. `is_sample` says that every page of it says, and its
    /// picture of the seal says, that it is a sample without legal effect: a test-only seal
    /// goes on nothing else.
    pub const fn new(bytes: Vec<u8>, is_sample: bool) -> Self {
        Self { bytes, is_sample }
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether its pages say that it is a sample.
    pub const fn is_sample(&self) -> bool {
        self.is_sample
    }

    /// The SHA-256 of the file: the same document written again has the same.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

/// What the signature says beside who signed: hints for readers, which nothing rests on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SealNote {
    /// The office.
    pub office: String,
    /// Why it seals.
    pub reason: String,
    /// When, by the office's clock.
    pub at: UtcMillis,
}

/// Everything a seal is put on with. What comes out was believed by the reader of this crate,
/// by these very roots: nothing leaves the office that it could not itself prove.
pub struct Sealer<'a> {
    /// The key.
    pub key: &'a dyn SealKey,
    /// The time authority.
    pub stamper: &'a dyn Stamper,
    /// Roots of the seal.
    pub roots: &'a [TrustedRoot],
    /// Roots of the time authority.
    pub time_roots: &'a [TimeRoot],
}

impl Sealer<'_> {
    /// Seals a document.
    ///
    /// # Errors
    /// See [`SealingError`]; without a good time stamp there is no sealed document.
    pub fn seal(&self, pdf: &UnsignedPdf, note: &SealNote) -> Result<VerifiedPdf, SealingError> {
        let chain = self.key.chain().map_err(SealingError::Key)?;
        let is_test_only = chain.is_test_only()
            || chain.anchor(self.roots).is_ok_and(|anchored| anchored.is_test_only());
        if is_test_only && !pdf.is_sample {
            return Err(SealingError::NotMarked);
        }
        let prepared = Prepared::of(&pdf.bytes, note)?;
        let draft = SealDraft::over(&prepared.digest(), chain)?;
        let signature = self.key.sign(draft.to_sign()).map_err(SealingError::Key)?;
        let signed = draft.signed(&signature)?;
        let token = self.stamper.stamp(signed.to_stamp())?;
        let bytes = prepared.fill(&signed.stamped(&token)?)?;
        Ok(SignedPdf::parse(bytes)?.verify(self.roots, self.time_roots)?)
    }
}

/// Why there is no sealed document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealingError {
    /// A test-only seal on a document that does not say on each page that it is a sample.
    #[error("a test-only seal goes only on documents marked as samples")]
    NotMarked,
    /// The document cannot carry a seal.
    #[error(transparent)]
    Document(#[from] UpdateFault),
    /// The seal's key cannot be used.
    #[error("the seal's key cannot be used")]
    Key(#[source] SignError),
    /// What the key's holder gave is no signature of it, or the token is for other bytes.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The time authority gave nothing.
    #[error(transparent)]
    Unstamped(#[from] Unstamped),
    /// What was made is not of the form; a fault of this program.
    #[error(transparent)]
    Form(#[from] FormFault),
    /// What was made is not believed: the seal's certificate has ended, or its root or the
    /// time authority's is not one of those given.
    #[error(transparent)]
    NotBelieved(#[from] VerifyFault),
}
