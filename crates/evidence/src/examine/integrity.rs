//! Integrity: every part follows its format, and the parts fit each other.

use heqi_pki::certificate::CertificateChain;
use heqi_pki::dsse::Envelope;
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::{CeremonyId, Digest, FilingId, PartyId};
use serde::{Deserialize, Serialize};

use super::{Decoded, Signing};
use crate::bundle::EvidenceBundle;
use crate::challenge::{ChallengePreimage, PriorRecord, WitnessedHead};
use crate::disclosure::Disclosure;
use crate::record::{Frame, check_provenance};
use crate::schema::RecordKind;
use crate::statement::{SignedDocument, SigningStatement};
use crate::verdict::Reason;

/// The attribute that ties the envelope, and all the envelope binds, to the record.
const BINDING: &str = "envelope_sha256";

/// Reads every part by its own format.
pub(super) fn decode(bundle: &EvidenceBundle) -> Result<Decoded<'_>, Reason> {
    if let Some(entry) = bundle.damaged.first() {
        return Err(Reason::Damaged { entry: entry.clone() });
    }
    let malformed = |detail: String| Reason::RecordMalformed { detail };
    let parts = &bundle.parts;
    let record = Disclosure::parse(&parts.record).map_err(|e| malformed(e.to_string()))?;
    let frame = Frame::read(&record).map_err(|e| malformed(e.to_string()))?;
    let signing = if frame.kind == RecordKind::Signing {
        let signing = decode_signing(bundle)?;
        // The envelope names or binds every other part; this one slot ties it to the record.
        match said::<Digest>(&record, BINDING)? {
            None => return Err(Reason::NotBound { attribute: BINDING }),
            Some(_) => Some(signing),
        }
    } else {
        refuse_signing_parts(bundle)?;
        None
    };
    Ok(Decoded { parts, record, frame, signing })
}

fn decode_signing(bundle: &EvidenceBundle) -> Result<Signing, Reason> {
    let parts = &bundle.parts;
    let missing = |entry: &'static str| move || Reason::PartMissing { entry };
    let malformed = |entry: &'static str| Reason::PartMalformed { entry };

    let envelope = parts.envelope.as_deref().ok_or_else(missing("envelope.json"))?;
    let envelope = Envelope::from_json(envelope).map_err(|_| malformed("envelope.json"))?;
    let statement: SigningStatement = crate::canonical::parse(envelope.unverified_payload())
        .map_err(|_| malformed("envelope.json"))?;
    let preimage = parts.challenge.as_deref().ok_or_else(missing("challenge.json"))?;
    let (preimage, challenge) =
        ChallengePreimage::parse(preimage).map_err(|_| malformed("challenge.json"))?;
    let client = parts.client.as_deref().ok_or_else(missing("client.json"))?;
    let client = Disclosure::parse(client).map_err(|_| malformed("client.json"))?;
    if client.kind() != RecordKind::Client || check_provenance(&client).is_err() {
        return Err(malformed("client.json"));
    }
    if parts.certificates.is_empty() {
        return Err(Reason::PartMissing { entry: "certificates" });
    }
    let certificates = CertificateChain::from_ders(parts.certificates.iter().map(Vec::as_slice))
        .map_err(|_| malformed("certificates"))?;
    Ok(Signing { envelope, statement, preimage, challenge, certificates, client })
}

fn refuse_signing_parts(bundle: &EvidenceBundle) -> Result<(), Reason> {
    let parts = &bundle.parts;
    let unexpected = [
        ("envelope.json", parts.envelope.is_some()),
        ("challenge.json", parts.challenge.is_some()),
        ("proof/challenge.checkpoint", parts.challenge_checkpoint.is_some()),
        ("client.json", parts.client.is_some()),
        ("certificates", !parts.certificates.is_empty()),
    ];
    match unexpected.into_iter().find(|(_, there)| *there) {
        Some((entry, _)) => Err(Reason::PartUnexpected { entry }),
        None => Ok(()),
    }
}

/// Compares the parts with each other wherever both sides are open.
pub(super) fn cross_check(decoded: &Decoded<'_>) -> Result<Reason, Reason> {
    if let Some(signing) = &decoded.signing {
        bind_challenge(decoded, signing)?;
        bind_statement(decoded, signing)?;
        bind_photo(decoded, signing)?;
        bind_origin(decoded, signing)?;
    }
    bind_attachments(decoded)?;
    let parts = decoded.parts.immutable_parts().count();
    Ok(Reason::PartsAgree { parts })
}

/// The challenge binds ceremony, filing, party, capacities, documents and device key.
fn bind_challenge(decoded: &Decoded<'_>, signing: &Signing) -> Result<(), Reason> {
    let record = &decoded.record;
    let preimage = &signing.preimage;
    let against = "challenge.json";
    let head = preimage.checkpoint.as_ref();
    agrees("challenge", against, said(record, "challenge")?, &signing.challenge)?;
    agrees::<CeremonyId>("ceremony", against, said(record, "ceremony")?, &preimage.ceremony)?;
    agrees::<FilingId>("filing", against, said(record, "filing")?, &preimage.filing)?;
    agrees::<PartyId>("party", against, said(record, "party")?, &preimage.party)?;
    agrees("capacities", against, said(record, "capacities")?, &preimage.capacities)?;
    agrees("documents", against, document_digests(record)?, &preimage.documents)?;
    let prior: Option<Vec<PriorRecord>> = said(record, "prior_records")?;
    agrees("prior_records", against, prior, &preimage.prior_records)?;
    let device_key = said(record, "device_key_sha256")?;
    agrees("device_key", against, device_key, &preimage.device_key_sha256)?;
    bind_checkpoint(decoded, head)?;
    if decoded.frame.place.recorded_at > preimage.expires_at {
        return Err(Reason::ChallengeExpired);
    }
    Ok(())
}

fn bind_checkpoint(decoded: &Decoded<'_>, head: Option<&WitnessedHead>) -> Result<(), Reason> {
    match (head, decoded.parts.challenge_checkpoint.as_deref()) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Reason::PartUnexpected { entry: "proof/challenge.checkpoint" }),
        (Some(_), None) => Err(Reason::PartMissing { entry: "proof/challenge.checkpoint" }),
        (Some(head), Some(note)) => {
            agrees("checkpoint", "challenge.json", Some(Digest::of(note)), &head.note_sha256)
        }
    }
}

/// The statement names the same challenge, party, documents, certificate and device tree.
fn bind_statement(decoded: &Decoded<'_>, signing: &Signing) -> Result<(), Reason> {
    let record = &decoded.record;
    let (statement, preimage) = (&signing.statement, &signing.preimage);
    let against = "envelope.json";
    let envelope = Digest::of(signing.envelope.as_bytes());
    let certificate = signing.certificates.leaf().digest();
    let root = signing.client.root();
    let digests: Vec<Digest> = statement.documents.iter().map(|d| d.sha256).collect();
    agrees("envelope", against, said(record, BINDING)?, &envelope)?;
    agrees("challenge", against, Some(signing.challenge), &statement.challenge)?;
    agrees("party", against, Some(preimage.party), &statement.party)?;
    agrees("capacities", against, Some(&preimage.capacities), &&statement.capacities)?;
    agrees("documents", against, Some(&preimage.documents), &&digests)?;
    agrees("documents", against, documents(record)?, &statement.documents)?;
    agrees("intent", against, said(record, "intent_sha256")?, &statement.intent_sha256)?;
    agrees("consents", against, said(record, "consents")?, &statement.consents)?;
    agrees("certificate", against, Some(certificate), &statement.certificate_sha256)?;
    agrees("client_root", against, Some(root), &statement.client_root)?;
    let against = "record.json";
    agrees("certificate", against, said(record, "certificate_sha256")?, &certificate)?;
    agrees("client_root", against, said(record, "client_root")?, &root)
}

/// The photo the server received is the photo the device signed, or neither has one.
fn bind_photo(decoded: &Decoded<'_>, signing: &Signing) -> Result<(), Reason> {
    let received = decoded.record.attribute("photo_sha256");
    match (received, signing.client.attribute("photo_sha256")) {
        (Some(received), Some(signed)) => {
            agrees("photo", "client.json", Some(&received.value), &&signed.value)
        }
        _ => Ok(()),
    }
}

/// The device signed for the log the record stands in.
fn bind_origin(decoded: &Decoded<'_>, signing: &Signing) -> Result<(), Reason> {
    let proof = decoded.parts.proof.as_deref().and_then(|bytes| ProofFile::parse(bytes).ok());
    let origin = proof.as_ref().map(|proof| proof.checkpoint().checkpoint().origin().as_str());
    agrees("origin", "proof/record.tlog-proof", origin, &signing.statement.origin.as_str())
}

/// Every attachment is what its name says, and the record refers to it.
fn bind_attachments(decoded: &Decoded<'_>) -> Result<(), Reason> {
    let referenced = referenced(decoded);
    for (file, bytes) in &decoded.parts.attachments {
        let digest = Digest::of(bytes);
        if !file.starts_with(&digest.to_string()) {
            return Err(Reason::Mismatch { what: "attachment", against: "its digest" });
        }
        if !referenced.contains(&digest) {
            return Err(Reason::AttachmentUnreferenced { entry: file.clone() });
        }
    }
    Ok(())
}

/// The files that the open parts refer to.
pub(super) fn referenced(decoded: &Decoded<'_>) -> Vec<Digest> {
    let record = &decoded.record;
    let mut referenced: Vec<Digest> = Vec::new();
    referenced.extend(record.parsed::<Digest>("photo_sha256"));
    referenced.extend(record.parsed::<Digest>("document_sha256"));
    if let Some(signing) = &decoded.signing {
        referenced.extend(signing.preimage.documents.iter().copied());
        referenced.extend(signing.client.parsed::<Digest>("photo_sha256"));
        referenced.extend(signing.client.parsed::<Digest>("strokes_sha256"));
    }
    referenced
}

/// A closed slot cannot disagree; the envelope still binds what it would say.
fn agrees<T: PartialEq>(
    what: &'static str,
    against: &'static str,
    known: Option<T>,
    other: &T,
) -> Result<(), Reason> {
    match known {
        Some(known) if known != *other => Err(Reason::Mismatch { what, against }),
        _ => Ok(()),
    }
}

/// What the record says of something a signing must have; `None` when the slot is closed.
/// An open slot without a value of its kind would escape every comparison.
fn said<T: for<'de> Deserialize<'de> + Serialize>(
    record: &Disclosure,
    name: &'static str,
) -> Result<Option<T>, Reason> {
    let malformed =
        || Reason::RecordMalformed { detail: format!("{name} is missing or malformed") };
    let Some(attribute) = record.attribute(name) else { return Ok(None) };
    let value = T::deserialize(&attribute.value).map_err(|_| malformed())?;
    // A value has one spelling: an object must not come as the list of its members.
    let is_as_written =
        serde_json::to_value(&value).is_ok_and(|written| written == attribute.value);
    if is_as_written { Ok(Some(value)) } else { Err(malformed()) }
}

fn documents(record: &Disclosure) -> Result<Option<Vec<SignedDocument>>, Reason> {
    said(record, "documents")
}

fn document_digests(record: &Disclosure) -> Result<Option<Vec<Digest>>, Reason> {
    Ok(documents(record)?.map(|documents| documents.iter().map(|d| d.sha256).collect()))
}
