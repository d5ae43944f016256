//! Checks what the device signed against what it was asked to sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::{SignedDocument, SigningStatement, Statement, StatementError};
use heqi_filing::{ConsentKind, Filing, IssuedChallenge};
use heqi_pki::dsse::{Envelope, EnvelopeVerifyError};
use heqi_pki::keys::PublicKey;
use heqi_vocabulary::{Digest, GeoPoint, Provenance, UtcMillis};
use serde::Deserialize as _;

use super::{CompleteSigning, CompleteSigningError as Error, StatementPart};
use super::{MAX_CLIENT_BYTES, MAX_ENVELOPE_BYTES, MAX_PAGE_IMAGES};
use crate::begin_signing::capacity_words;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::request::RequestFacts;
use crate::risk::Signals;
use crate::rows::{CeremonyContent, SigningRow};

/// What the device signed, checked: cannot be made any other way.
pub(super) struct Signed {
    /// The documents as the signer saw them.
    pub(super) documents: Vec<SignedDocument>,
    pub(super) envelope_sha256: Digest,
    pub(super) client_root: Digest,
    /// The photo the device bound into the signature; `None` where a person looks instead.
    pub(super) photo: Option<Digest>,
    /// When, by the device's own clock.
    pub(super) device_clock: UtcMillis,
    /// How the device says the photo was taken.
    pub(super) capture_source: Option<String>,
    /// What flags are computed from.
    pub(super) signals: Signals,
}

/// Verifies the envelope, compares every member of the statement, and looks at the
/// device's attributes.
pub(super) fn check(
    platform: &Platform,
    command: &CompleteSigning,
    signing: &SigningRow,
    challenge: &IssuedChallenge,
    content: &CeremonyContent,
    (filing, facts): (&Filing, &RequestFacts),
) -> Result<Signed, Error> {
    let statement = open(signing, &command.envelope)?;
    let client = read_client(&command.client)?;
    compare(platform, &statement, signing, content, &client)?;
    check_documents(&statement.documents, challenge, filing)?;
    check_strokes(&client, content)?;
    let location = content.ceremony.has_granted(ConsentKind::Location);
    let device_clock = check_attributes(&client, location)?;
    Ok(Signed {
        envelope_sha256: Digest::of(&command.envelope),
        client_root: statement.client_root,
        photo: photo(&client, content)?,
        device_clock,
        signals: Signals::of(&client, device_clock, facts),
        capture_source: client.text("capture_source").map(ToOwned::to_owned),
        documents: statement.documents,
    })
}

/// The statement, once the device key of the challenge is known to have signed it.
fn open(signing: &SigningRow, envelope: &[u8]) -> Result<SigningStatement, Error> {
    if envelope.len() > MAX_ENVELOPE_BYTES {
        return Err(Error::EnvelopeMalformed("it is too long"));
    }
    let envelope = Envelope::from_json(envelope)
        .map_err(|_| Error::EnvelopeMalformed("it is no DSSE envelope of the profile"))?;
    if envelope.signatures().len() > 1 {
        return Err(Error::EnvelopeMalformed("it has more than one signature"));
    }
    let key = STANDARD.decode(&signing.device_key).map_err(Fault::broken)?;
    let key = PublicKey::from_spki_der(&key).map_err(Fault::broken)?;
    match SigningStatement::open(&envelope, &[key]) {
        Ok(signed) => Ok(signed.into_statement()),
        Err(StatementError::Signature(EnvelopeVerifyError::NoKnownSigner)) => Err(Error::OtherKey),
        Err(StatementError::Signature(EnvelopeVerifyError::Signature { .. })) => {
            Err(Error::SignatureInvalid)
        }
        Err(StatementError::Signature(EnvelopeVerifyError::PayloadType)) => {
            Err(Error::EnvelopeMalformed("it holds another kind of statement"))
        }
        Err(_) => Err(Error::EnvelopeMalformed("the signed bytes are no signing statement")),
    }
}

fn compare(
    platform: &Platform,
    statement: &SigningStatement,
    signing: &SigningRow,
    content: &CeremonyContent,
    client: &Disclosure,
) -> Result<(), Error> {
    let capacities = capacity_words(content.ceremony.capacities());
    let parts = [
        (StatementPart::Challenge, statement.challenge == signing.challenge),
        (StatementPart::Party, statement.party == signing.party),
        (StatementPart::Capacities, statement.capacities == capacities),
        (StatementPart::Certificate, statement.certificate_sha256 == signing.certificate_sha256),
        (StatementPart::Origin, statement.origin == platform.origin().as_str()),
        (StatementPart::Intent, statement.intent_sha256 == signing.intent_sha256),
        (StatementPart::Consents, statement.consents == signing.consents),
        (StatementPart::ClientRoot, statement.client_root == client.root()),
    ];
    match parts.into_iter().find(|(_, same)| !same) {
        Some((part, _)) => Err(Error::StatementDiffers(part)),
        None => Ok(()),
    }
}

/// The documents of the challenge in their order, each with its pages; images of all
/// pages or of none.
fn check_documents(
    signed: &[SignedDocument],
    challenge: &IssuedChallenge,
    filing: &Filing,
) -> Result<(), Error> {
    let fits = |(signed, wanted): (&SignedDocument, &heqi_filing::DocumentRef)| {
        let pages = filing.document(wanted.document).map(|document| document.pages.get());
        let images = u32::try_from(signed.page_images.len()).ok();
        signed.sha256 == wanted.sha256
            && Some(signed.pages) == pages
            && (images == Some(0) || images == pages)
    };
    let all = signed.len() == challenge.documents.len()
        && signed.iter().zip(&challenge.documents).all(fits);
    if !all {
        return Err(Error::StatementDiffers(StatementPart::Documents));
    }
    let images: usize = signed.iter().map(|document| document.page_images.len()).sum();
    if images > MAX_PAGE_IMAGES {
        return Err(Error::EnvelopeMalformed("it names too many page images"));
    }
    Ok(())
}

/// The device's tree: whole, and claiming nothing a device cannot claim.
fn read_client(bytes: &[u8]) -> Result<Disclosure, Error> {
    if bytes.len() > MAX_CLIENT_BYTES {
        return Err(Error::ClientMalformed("they are too long"));
    }
    let client = Disclosure::parse(bytes)
        .map_err(|_| Error::ClientMalformed("they are no canonical attribute tree"))?;
    if client.kind() != RecordKind::Client || !client.is_full() {
        return Err(Error::ClientMalformed("they must be of kind client with every slot open"));
    }
    let own_word = |provenance| {
        matches!(provenance, Provenance::Reported | Provenance::Refused | Provenance::Absent)
    };
    let claimed = client.attributes().find(|(_, attribute)| !own_word(attribute.provenance));
    match claimed.map(|(_, attribute)| attribute.name) {
        Some(name) => Err(Error::ClientAttribute(name)),
        None => Ok(client),
    }
}

/// Gives the device's clock. A clock that is wrong is recorded, never refused.
fn check_attributes(client: &Disclosure, location_granted: bool) -> Result<UtcMillis, Error> {
    if let Some(place) = client.value("place") {
        if !location_granted {
            return Err(Error::PositionWithoutConsent);
        }
        if !is_not_obtained(place) {
            GeoPoint::deserialize(place).map_err(|_| Error::ClientAttribute("place"))?;
        }
    }
    if client.value("strokes_sha256").is_some() {
        required::<Digest>(client, "strokes_sha256")?;
    }
    required(client, "signed_at")
}

/// A device that took no photo says so: its slot is empty, because the signer refused or there was
/// no camera. Where one was received, its digest is there.
fn photo(client: &Disclosure, content: &CeremonyContent) -> Result<Option<Digest>, Error> {
    match client.attribute("photo_sha256") {
        Some(attribute)
            if attribute.provenance.is_empty() && content.ceremony.photo().is_none() =>
        {
            Ok(None)
        }
        _ => required(client, "photo_sha256").map(Some),
    }
}

/// Allowed, and the device had none: it says why, and nothing else.
fn is_not_obtained(place: &serde_json::Value) -> bool {
    let words = ["timed_out", "unavailable"];
    place.as_object().is_some_and(|said| {
        said.len() == 1
            && said
                .get("not_obtained")
                .and_then(|word| word.as_str())
                .is_some_and(|word| words.contains(&word))
    })
}

/// Handwriting that was sent is the handwriting that was signed. A device that sends none may
/// name what its own program keeps.
fn check_strokes(client: &Disclosure, content: &CeremonyContent) -> Result<(), Error> {
    let Some(kept) = &content.strokes else { return Ok(()) };
    if client.parsed("strokes_sha256") == Some(kept.sha256) {
        Ok(())
    } else {
        Err(Error::ClientAttribute("strokes_sha256"))
    }
}

fn required<T: std::str::FromStr>(client: &Disclosure, name: &'static str) -> Result<T, Error> {
    client.parsed(name).ok_or(Error::ClientAttribute(name))
}
