//! Putting the seal on.

use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_pki::keys::SignError;
use heqi_pki::seal::{MAX_SEAL_BYTES, SealDraft, SealError};
use heqi_pki::timestamp::TimeRoot;
use heqi_vocabulary::{Digest, UtcMillis};

use crate::update::{Prepared, UpdateFault};
use crate::{FormFault, SealKey, SignedPdf, Stamper, Unstamped, VerifiedPdf, VerifyFault};

/// Two tokens of one authority differ by the lengths of a signature and of a serial number.
const SPARE_BYTES: usize = 128;

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
    /// The room for the seal is its chain to the byte, and what [`Stamper::token_bytes`] says. A seal that
    /// does not fit is made once more, in the room it turned out to need.
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
        // Room is kept before anything is signed, and every byte of it stands twice in the file. What a
        // seal is over does not change how long it is.
        let measure = SealDraft::over(&Digest::of(b""), chain.clone())?;
        let room = measure.most_bytes(self.stamper.token_bytes());
        let bytes = match self.sealed(pdf, note, &chain, room) {
            // The token was longer than its authority's are said to be; now it is known how long.
            Err(SealingError::Document(UpdateFault::TooLong { seal_bytes }))
                if seal_bytes <= MAX_SEAL_BYTES =>
            {
                self.sealed(pdf, note, &chain, seal_bytes + SPARE_BYTES)?
            }
            sealed => sealed?,
        };
        Ok(SignedPdf::parse(bytes)?.verify(self.roots, self.time_roots)?)
    }

    /// The file with a seal in so much room.
    fn sealed(
        &self,
        pdf: &UnsignedPdf,
        note: &SealNote,
        chain: &CertificateChain,
        room: usize,
    ) -> Result<Vec<u8>, SealingError> {
        let prepared = Prepared::of(&pdf.bytes, note, room.min(MAX_SEAL_BYTES))?;
        let draft = SealDraft::over(&prepared.digest(), chain.clone())?;
        let signature = self.key.sign(draft.to_sign()).map_err(SealingError::Key)?;
        let signed = draft.signed(&signature)?;
        let token = self.stamper.stamp(signed.to_stamp())?;
        Ok(prepared.fill(&signed.stamped(&token)?)?)
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
