//! Whom the platform asks about people and companies. Each port is implemented over HTTP in
//! `providers`; what comes back was checked there against the provider's key and the question
//! (`docs/spec/attestation.md`).
//!
//! No answer is never a *no*: an act that needs one says that it is missing and leads on to a
//! person who looks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use heqi_evidence::attestation::{CompanyStatus, PersonOutcome, Question, SealKind};
use heqi_vocabulary::{Digest, UtcMillis};

/// What a port gives back, some time.
pub type Answering<'a, T> =
    Pin<Box<dyn Future<Output = Result<Attested<T>, NotAnswered>> + Send + 'a>>;

/// An answer with the proof that a provider gave it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters build it from what they checked")]
pub struct Attested<T> {
    /// What was said.
    pub answer: T,
    /// Who said it.
    pub provider: String,
    /// When, by the provider's clock.
    pub answered_at: UtcMillis,
    /// The question as it was asked: personal data, to be sealed.
    pub question: Question,
    /// The signed answer, byte for byte. Holds nothing personal.
    pub envelope: Vec<u8>,
}

/// Why there is no answer. Never personal, never an address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAnswered {
    /// Nobody is configured to be asked.
    #[error("nobody is configured to answer this question")]
    NotConfigured,
    /// The provider could not be reached in time, or was too busy.
    #[error("the provider did not answer: {0}")]
    Unreachable(String),
    /// The provider refused the call itself.
    #[error("the provider refused the call with status {0}")]
    Refused(u16),
    /// What came back is no signed answer to this question.
    #[error("what the provider sent does not count: {0}")]
    NotBelieved(String),
}

/// Everybody who is asked about people and companies; nobody by default.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct IdentityPorts {
    /// Real names and companies.
    pub real_name: Option<Arc<dyn RealNameProvider>>,
    /// Portraits of the population register.
    pub portrait: Option<Arc<dyn PopulationPortrait>>,
    /// The registry's own check.
    pub registry: Option<Arc<dyn RegistryIdentity>>,
    /// Seals of companies.
    pub seal: Option<Arc<dyn CorporateSeal>>,
    /// Who compares faces.
    pub face: Arc<dyn FaceVerifier>,
}

impl Default for IdentityPorts {
    fn default() -> Self {
        let face = Arc::new(NoFaceVerifier);
        Self { real_name: None, portrait: None, registry: None, seal: None, face }
    }
}

impl IdentityPorts {
    /// Whether anybody is asked who people are.
    pub fn is_anybody_asked(&self) -> bool {
        self.real_name.is_some() || self.portrait.is_some() || self.registry.is_some()
    }
}

/// Without addresses.
impl std::fmt::Debug for IdentityPorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityPorts")
            .field("real_name", &self.real_name.is_some())
            .field("portrait", &self.portrait.is_some())
            .field("registry", &self.registry.is_some())
            .field("seal", &self.seal.is_some())
            .finish_non_exhaustive()
    }
}

/// Checks name, number and mobile number of a person, and how a company stands.
pub trait RealNameProvider: Send + Sync {
    /// Asks a [`Question::Person`].
    fn person(&self, question: Question) -> Answering<'_, PersonOutcome>;

    /// Asks a [`Question::Company`].
    fn company(&self, question: Question) -> Answering<'_, CompanyFound>;
}

/// Hands out the portrait that the population register holds.
pub trait PopulationPortrait: Send + Sync {
    /// Asks a [`Question::Portrait`]; `None`: the register holds none.
    fn portrait(&self, question: Question) -> Answering<'_, Option<Portrait>>;
}

/// The registry's own identity check, whose result can replace ours (domain.md 11.10).
pub trait RegistryIdentity: Send + Sync {
    /// Asks a [`Question::Registry`]; `None`: the registry has not verified the person.
    fn verified_at(&self, question: Question) -> Answering<'_, Option<UtcMillis>>;
}

/// Whether a company has sealed a document by its electronic licence or seal. A scan of a
/// stamped paper is no answer of this port: it is a labelled attachment that a person reviews.
pub trait CorporateSeal: Send + Sync {
    /// Asks a [`Question::Seal`]; `None`: it has not.
    fn sealed(&self, question: Question) -> Answering<'_, Option<SealFound>>;
}

/// Compares a photo with a portrait of the same person, one to one, never with others.
pub trait FaceVerifier: Send + Sync {
    /// Compares; who cannot says why, and a person looks.
    fn compare<'a>(&'a self, faces: Faces<'a>) -> Comparing<'a>;
}

/// What a comparison gives back, some time.
pub type Comparing<'a> = Pin<Box<dyn Future<Output = FaceOutcome> + Send + 'a>>;

/// Two pictures, as bytes of an image file.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Faces<'a> {
    /// Taken while signing.
    pub photo: &'a [u8],
    /// The reference.
    pub portrait: &'a [u8],
}

/// What a comparison says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FaceOutcome {
    /// The same person, by the threshold of the method.
    Same,
    /// Not the same person, or not to be told.
    NotSame,
    /// Nobody compares faces here: a person looks.
    Unavailable,
}

/// The local default: says honestly that nobody compares faces here.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct NoFaceVerifier;

impl FaceVerifier for NoFaceVerifier {
    fn compare<'a>(&'a self, _: Faces<'a>) -> Comparing<'a> {
        Box::pin(std::future::ready(FaceOutcome::Unavailable))
    }
}

/// A company as the register knows it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters build it from what they checked")]
pub struct CompanyFound {
    /// Whether the name is the registered one.
    pub name_matches: bool,
    /// How it stands.
    pub status: CompanyStatus,
}

/// A portrait that a register handed out.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters build it from what they checked")]
pub struct Portrait {
    /// The image file: biometric data, to be sealed.
    pub bytes: Vec<u8>,
    /// Its digest, as signed.
    pub sha256: Digest,
}

impl std::fmt::Debug for Portrait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Portrait({} bytes)", self.bytes.len())
    }
}

/// A seal on a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters build it from what they checked")]
pub struct SealFound {
    /// With what.
    pub kind: SealKind,
    /// When.
    pub sealed_at: UtcMillis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn where_nobody_compares_faces_that_is_what_is_said() {
        let faces = Faces { photo: b"a", portrait: b"a" };
        assert_eq!(NoFaceVerifier.compare(faces).await, FaceOutcome::Unavailable);
    }

    #[test]
    fn a_portrait_is_not_printed() {
        let portrait = Portrait { bytes: vec![7; 3], sha256: Digest::of(b"") };
        assert_eq!(format!("{portrait:?}"), "Portrait(3 bytes)");
    }
}
