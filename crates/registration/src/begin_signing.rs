//! Begins a signing: a certificate for the device's key and the challenge it is to sign.
//! Beginning again replaces a challenge that has not been answered.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::challenge::{ChallengePreimage, challenge_of};
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::timer::challenge_expires_at;
use heqi_filing::{Action, Capacity, Document, Filing, IntentStatement, NewChallenge, PartyKind};
use heqi_pki::certificate::SigningCertificate;
use heqi_pki::keys::PublicKey;
use heqi_vocabulary::{Digest, DocumentId, Language, PartyId, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::acknowledge::Acknowledged;
use crate::act::Act;
use crate::ceremonies;
use crate::complete_signing::MAX_PAGE_IMAGES;
use crate::deposit_queue;
use crate::document_pages;
use crate::erasure::retention;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::objects;
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::{self, SigningRow};
use crate::verify_identity;

mod challenge;
mod error;

pub(crate) use challenge::issuers;
use challenge::{actions_asked, certificate, granted, keep_once, preimage};
pub use error::BeginSigningError;

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
    /// What the signer is asked to do before the camera, in order. Who captures without that sends no
    /// frames, and whoever looks is told so.
    pub actions: Vec<Action>,
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
    let (ceremony, filing, party) = request.actor.signer()?;
    let mut act = Act::new(platform, request, "begin_signing").await;
    let key = PublicKey::from_spki_der(&command.device_key);
    let key = key.map_err(|_| BeginSigningError::DeviceKey)?;
    loop {
        if let Some(signing) = act.earlier().await? {
            return answer(platform, signing).await;
        }
        platform.require_trusted_clock()?;
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        let stored_filing = filings::load(platform, filing).await?;
        let filing = &stored_filing.filing;
        let now = platform.now();
        let documents = stored.content.ceremony.ready_to_begin(filing, now)?;
        let who = filing.party(party).ok_or(ActError::NotFound(Thing::Party))?.who();

        if matches!(who, PartyKind::Ward { .. }) {
            // What nobody would look at counts as not shown.
            let is_reviewed = platform.settings().review_office.is_some();
            let shown = stored.content.guardianship.as_ref().filter(|_| is_reviewed);
            let shown = shown.ok_or(BeginSigningError::GuardianshipMissing)?;
            // Days may lie between the proof and the signature.
            if shown.is_of_age(now.shanghai_date()) {
                return Err(BeginSigningError::WardCameOfAge);
            }
        }
        let checked = verify_identity::known(platform, filing.id(), party).await?;
        if verify_identity::refuses_company(platform, filing, party, checked.as_ref()).await? {
            return Err(BeginSigningError::CompanyMayNotSign);
        }
        let head = deposit_queue::witnessed_head(platform).await?;
        let chain = certificate(platform, &key, party, now).await?;
        let bound = (head.as_ref(), checked.as_ref());
        let stated = preimage(platform, &stored.content, &documents, &key, bound, now);
        let preimage = stated.to_bytes().map_err(Fault::broken)?;
        let challenge = challenge_of(&preimage);
        let intent = IntentStatement::new(filing.matter(), who);

        let mut content = stored.content.clone();
        let new = NewChallenge {
            challenge,
            preimage: Digest::of(&preimage),
            device_key: key.spki_digest(),
            certificate: chain.leaf().digest(),
            documents,
        };
        content.ceremony.begin(new, filing, now)?;
        let signing = SigningId::time_ordered(now, platform.entropy());
        content.signing = Some(signing);
        content.photo = None;
        content.strokes = None;
        let row = SigningRow {
            ceremony,
            filing: filing.id(),
            party,
            challenge,
            preimage: String::from_utf8(preimage).map_err(Fault::broken)?,
            device_key: STANDARD.encode(&command.device_key),
            device_key_sha256: key.spki_digest(),
            certificate: STANDARD.encode(chain.leaf().der()),
            certificate_sha256: chain.leaf().digest(),
            issuers: chain.certificates().skip(1).map(SigningCertificate::digest).collect(),
            intent_sha256: intent.digest(command.language),
            intent_language: command.language.tag().to_owned(),
            consents: granted(&content.ceremony),
            checkpoint: head.as_ref().map(|head| head.note_sha256),
            expires_at: challenge_expires_at(now),
            actions: actions_asked(platform, &content.ceremony),
        };

        let mut changes = Changeset::new();
        rows::SIGNINGS.insert(&mut changes, &signing, &row).map_err(Fault::from)?;
        keep_once(platform, &mut changes, &chain, head.as_ref()).await?;
        stored.replace(platform, &mut changes, &content)?;
        if verify_identity::is_stale(checked.as_ref(), now) {
            let whose = (filing.id(), party);
            verify_identity::enqueue(platform, &mut changes, whose).await?;
        }
        let before = &stored.content.ceremony;
        let photos = objects::of_photo_in(before);
        let superseded = retention::give_up(platform, &mut changes, before, photos).await?;
        if act.commit(changes, &signing).await?.is_some() {
            for photo in &superseded {
                objects::forget_soon(platform, photo).await;
            }
            let above = chain.certificates().skip(1);
            let issuers = above.map(|certificate| STANDARD.encode(certificate.der())).collect();
            // The commit took the ceremony as it was read, so this is what stands in it now.
            let stated = Stated { preimage: stated, issuers, read: content.read };
            return told(platform, signing, &row, &stored_filing.filing, stated).await;
        }
    }
}

/// The challenge as it was issued, for the same request again.
async fn answer(
    platform: &Platform,
    signing: SigningId,
) -> Result<SigningBegun, BeginSigningError> {
    let row = rows::SIGNINGS.row(platform.backend(), &signing).await.map_err(Fault::from)?;
    let row = row.ok_or(ActError::NotFound(Thing::Signing))?.value;
    let filing = filings::load(platform, row.filing).await?.filing;
    let (preimage, _) = ChallengePreimage::parse(row.preimage.as_bytes()).map_err(Fault::broken)?;
    let issuers = issuers(platform, &row.issuers).await?;
    let read = ceremonies::load(platform, row.ceremony).await?.content.read;
    told(platform, signing, &row, &filing, Stated { preimage, issuers, read }).await
}

/// What an answer is made of beside the row of the signing: at hand where the challenge has just been
/// issued, read again for the same request again.
struct Stated {
    preimage: ChallengePreimage,
    /// The authority certificates, DER in base64.
    issuers: Vec<String>,
    /// What the signer has read.
    read: Vec<Acknowledged>,
}

async fn told(
    platform: &Platform,
    signing: SigningId,
    row: &SigningRow,
    filing: &Filing,
    stated: Stated,
) -> Result<SigningBegun, BeginSigningError> {
    let Stated { preimage, issuers, read } = stated;
    let mut certificates = vec![row.certificate.clone()];
    certificates.extend(issuers);
    let who = filing.party(row.party).ok_or(ActError::NotFound(Thing::Party))?.who();
    let language = row.intent_language.parse().unwrap_or_default();
    let documents = preimage.documents.iter().filter_map(|sha256| {
        filing.documents().iter().rfind(|document| document.sha256 == *sha256)
    });
    Ok(SigningBegun {
        signing_id: signing,
        challenge: row.challenge,
        preimage: STANDARD.encode(&row.preimage),
        certificates,
        certificate_sha256: row.certificate_sha256,
        intent_sha256: row.intent_sha256,
        intent_text: IntentStatement::new(filing.matter(), who).text(language),
        consents: row.consents.clone(),
        capacities: preimage.capacities,
        documents: shown(platform, &read, documents).await?,
        origin: platform.origin().to_string(),
        party_id: row.party,
        expires_at: row.expires_at,
        actions: Action::asked_by(&row.challenge, row.actions),
    })
}

/// The documents with the pictures of them that the signer has read: the device signs what it
/// showed. Beyond what one statement carries, a document stands for itself.
async fn shown(
    platform: &Platform,
    read: &[Acknowledged],
    documents: impl Iterator<Item = &Document>,
) -> Result<Vec<DocumentToSign>, BeginSigningError> {
    let mut room = MAX_PAGE_IMAGES;
    let mut shown = Vec::new();
    for document in documents {
        let mut wanted = DocumentToSign::of(document);
        let by_pictures =
            read.iter().any(|read| read.document_id == document.id && read.by_pictures);
        if let (true, Some(row)) = (by_pictures, document_pages::kept(platform, document.id).await?)
        {
            let images = row.page_images();
            if let Some(left) = room.checked_sub(images.len()) {
                (room, wanted.page_images) = (left, images);
            }
        }
        shown.push(wanted);
    }
    Ok(shown)
}

impl DocumentToSign {
    /// A document version as a signer is shown it.
    pub(crate) fn of(document: &Document) -> Self {
        Self {
            document_id: document.id,
            title: document.title.as_str().to_owned(),
            sha256: document.sha256,
            pages: document.pages.get(),
            size_bytes: document.size_bytes.get(),
            page_images: Vec::new(),
        }
    }
}
