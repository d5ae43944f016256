//! The parts of a record's bundle that never change: what custodians receive and what a
//! stranger is given, in whole or in part.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::challenge::ChallengePreimage;
use heqi_evidence::record::ClientAttributes;
use heqi_filing::{Document, Filing};
use heqi_vocabulary::Digest;

use crate::begin_signing::issuers;
use crate::disclose::Attributes;
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, AdoptedRecord, KeptRecord, SigningParts};
use crate::objects;
use crate::platform::Platform;
use crate::rows;

/// The attribute without which nothing ties a signature to its record.
const BINDING: &str = "envelope_sha256";

/// Record, signed parts and attachments, opened as far as `attributes` say.
pub(crate) async fn immutable(
    platform: &Platform,
    kept: &KeptRecord,
    attributes: &Attributes,
) -> Result<BundleParts, ActError> {
    let wanted = |name: &str| name == BINDING || attributes.wants(name);
    let record = kept.open(platform)?.disclose(wanted).map_err(Fault::broken)?;
    let mut parts = BundleParts { record, ..BundleParts::default() };
    if let Some(signing) = &kept.signing {
        add_signed(platform, &mut parts, signing).await?;
    }
    add_private(platform, &mut parts, kept, attributes).await?;
    add_documents(platform, &mut parts, kept, attributes).await?;
    Ok(parts)
}

async fn add_signed(
    platform: &Platform,
    parts: &mut BundleParts,
    signing: &SigningParts,
) -> Result<(), Fault> {
    parts.envelope = Some(signing.envelope.clone().into_bytes());
    parts.challenge = Some(signing.challenge.clone().into_bytes());
    let above = issuers(platform, &signing.issuers).await?;
    parts.certificates = std::iter::once(&signing.certificate)
        .chain(&above)
        .map(|der| STANDARD.decode(der).map_err(Fault::broken))
        .collect::<Result<_, _>>()?;
    if let Some(digest) = &signing.checkpoint {
        let note = rows::COSIGNED_NOTES.row(platform.backend(), digest).await?;
        let note =
            note.ok_or_else(|| Fault::broken("a note that a challenge names is not kept"))?;
        parts.challenge_checkpoint = Some(note.value.into_bytes());
    }
    Ok(())
}

/// The device's attributes, and the photo when it is wanted.
async fn add_private(
    platform: &Platform,
    parts: &mut BundleParts,
    kept: &KeptRecord,
    attributes: &Attributes,
) -> Result<(), Fault> {
    let (Some(private), Some(signing)) = (kept.private(platform)?, kept.about.signing) else {
        parts.client = kept.closed_client().map(|client| client.clone().into_bytes());
        return Ok(());
    };
    parts.client = Some(match attributes {
        Attributes::All => private.client.into_bytes(),
        Attributes::Named(_) => ClientAttributes::parse(private.client.as_bytes())
            .map_err(|_| Fault::broken("a kept device tree cannot be read"))?
            .disclose(|name| attributes.wants_of_client(name))
            .map_err(Fault::broken)?,
    });
    let photo = private.photo.zip(private.photo_sha256);
    let photo = photo.filter(|_| attributes.wants(PHOTO) || attributes.wants_of_client(PHOTO));
    if let Some((photo, photo_sha256)) = photo {
        match objects::read(platform, &photo, &objects::of_photo(signing)).await {
            Ok(photo) => {
                attach(&mut parts.attachments, photo_sha256, "jpg", photo.to_vec());
            }
            // What was erased is not in the bundle; the record proves without it.
            Err(Fault::Erased) => {}
            Err(fault) => return Err(fault),
        }
    }
    let strokes = private.strokes.filter(|_| attributes.wants_of_client(STROKES));
    if let Some(strokes) = strokes {
        let place = ledger::strokes_place(kept.record_id);
        match strokes.open(platform.backend().vault(), &place).map_err(Fault::from) {
            Ok(text) => {
                let bytes = text.into_bytes();
                attach(&mut parts.attachments, Digest::of(&bytes), "json", bytes);
            }
            Err(Fault::Erased) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

const PHOTO: &str = "photo_sha256";
const STROKES: &str = "strokes_sha256";

/// The documents that the challenge or the record names, when they are wanted.
async fn add_documents(
    platform: &Platform,
    parts: &mut BundleParts,
    kept: &KeptRecord,
    attributes: &Attributes,
) -> Result<(), ActError> {
    if let Some(adopted) = kept.adopted(platform)? {
        let wants = attributes.wants("documents") || attributes.wants("document_sha256");
        for (name, object) in adopted.documents.iter().filter(|_| wants) {
            let sha256 = name.strip_suffix(".pdf").and_then(|digest| digest.parse().ok());
            let sha256: Digest = sha256
                .ok_or_else(|| Fault::broken("a document that came back has another name"))?;
            let what = AdoptedRecord::attachment(sha256);
            let bytes = objects::read(platform, object, &what).await?;
            attach(&mut parts.attachments, sha256, "pdf", bytes.to_vec());
        }
        return Ok(());
    }
    let signed = match &kept.signing {
        Some(signing) if attributes.wants("documents") => {
            let (preimage, _) =
                ChallengePreimage::parse(signing.challenge.as_bytes()).map_err(Fault::broken)?;
            preimage.documents
        }
        _ => Vec::new(),
    };
    let attached = kept.about.document.filter(|_| attributes.wants("document_sha256"));
    if signed.is_empty() && attached.is_none() {
        return Ok(());
    }
    let filing = filings::load(platform, kept.about.filing).await?.filing;
    let named = signed.iter().filter_map(|sha256| of_digest(&filing, sha256));
    let documents = named.chain(attached.and_then(|id| filing.document(id)));
    for document in documents {
        let what = objects::of_document(document.id);
        let bytes = objects::read(platform, document.object.as_str(), &what).await?;
        attach(&mut parts.attachments, document.sha256, "pdf", bytes.to_vec());
    }
    Ok(())
}

fn of_digest<'a>(filing: &'a Filing, sha256: &Digest) -> Option<&'a Document> {
    filing.documents().iter().rfind(|document| document.sha256 == *sha256)
}

fn attach(
    attachments: &mut BTreeMap<String, Vec<u8>>,
    sha256: Digest,
    extension: &str,
    bytes: Vec<u8>,
) {
    attachments.insert(format!("{sha256}.{extension}"), bytes);
}
