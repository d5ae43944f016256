//! Begins a signing: a certificate for the device's key and the challenge it is to sign.
//! Beginning again replaces a challenge that has not been answered.

use heqi_filing::Capacity;
use heqi_pki::authority::IssueError;
use heqi_vocabulary::{Digest, DocumentId, Language, PartyId, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::fault::{ActError, Class};
use crate::platform::Platform;
use crate::request::Request;
use crate::wording::{Told, refusals, say};

/// The device is ready.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct BeginSigning {
    /// The device's public key, DER SubjectPublicKeyInfo.
    pub device_key: Vec<u8>,
    /// The language the intent is shown in.
    pub language: Language,
}

/// What the device is to sign. `preimage` and certificates are base64 of exact bytes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SigningBegun {
    /// The signing.
    pub signing_id: SigningId,
    /// The challenge.
    pub challenge: Digest,
    /// The preimage the challenge is made of.
    pub preimage: String,
    /// The signer's chain, leaf first, DER.
    pub certificates: Vec<String>,
    /// SHA-256 of the signer's certificate.
    pub certificate_sha256: Digest,
    /// SHA-256 of `intent_text`.
    pub intent_sha256: Digest,
    /// The statement of intent before its places are filled.
    pub intent_text: String,
    /// SHA-256 of every consent text that was granted, sorted.
    pub consents: Vec<Digest>,
    /// In which capacities, sorted by their words.
    pub capacities: Vec<String>,
    /// What is signed.
    pub documents: Vec<DocumentToSign>,
    /// Origin of the platform's log.
    pub origin: String,
    /// For which party.
    pub party_id: PartyId,
    /// From this instant on the challenge cannot be answered.
    pub expires_at: UtcMillis,
}

/// One document to be signed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DocumentToSign {
    /// The document version.
    pub document_id: DocumentId,
    /// Its title.
    pub title: String,
    /// SHA-256 of its exact bytes.
    pub sha256: Digest,
    /// Number of pages.
    pub pages: u32,
    /// Number of bytes.
    pub size_bytes: u64,
    /// For the device: digests of the page images it showed; empty when it showed the PDF.
    pub page_images: Vec<Digest>,
}

/// Why no signing began.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeginSigningError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of ceremonies refuse it.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::BeginError),
    /// The key is not one the platform verifies with.
    #[error("the device key is not an Ed25519 or P-256 public key")]
    DeviceKey,
    /// The authority issued no certificate.
    #[error("the certificate authority issued no certificate")]
    Authority(#[source] IssueError),
}

impl BeginSigningError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::DeviceKey => say(
                "device_key_malformed",
                ["设备生成的签名密钥无法识别。", "请更新浏览器后重试，或换一台设备签署。"],
                [
                    "The signing key of this device cannot be used.",
                    "Update the browser and try again, or sign on another device.",
                ],
            )
            .is(Class::BadInput),
            Self::Authority(_) => say(
                "certificate_not_issued",
                [
                    "暂时无法签发本次签署所用证书，未作任何更改。",
                    "请稍后重试，已填写内容不会丢失。",
                ],
                [
                    "No certificate can be issued for this signing now; nothing was changed.",
                    "Try again in a moment; nothing entered is lost.",
                ],
            )
            .is(Class::Unavailable),
        }
    }
}

refusals!(BeginSigningError);

/// The words of capacities as they stand in challenge, statement and record: sorted.
pub(crate) fn capacity_words<'a>(
    capacities: impl IntoIterator<Item = &'a Capacity>,
) -> Vec<String> {
    let mut words: Vec<String> = capacities.into_iter().map(|c| c.code().to_owned()).collect();
    words.sort_unstable();
    words
}

/// Begins a signing.
///
/// # Errors
/// See [`BeginSigningError`].
pub async fn begin_signing(
    platform: &Platform,
    request: &Request,
    command: BeginSigning,
) -> Result<SigningBegun, BeginSigningError> {
    todo!()
}
