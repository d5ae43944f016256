//! Integrity: every part follows its format, and the parts fit each other.

use heqi_pki::certificate::CertificateChain;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Digest;
use serde::Deserialize;
use serde_json::Value;

use super::{Decoded, Signing};
use crate::bundle::EvidenceBundle;
use crate::challenge::{ChallengePreimage, WitnessedHead};
use crate::disclosure::Disclosure;
use crate::record::Frame;
use crate::schema::RecordKind;
use crate::statement::{SignedDocument, SigningStatement};
use crate::verdict::Reason;

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
        Some(decode_signing(bundle)?)
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
    if client.kind() != RecordKind::Client {
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
    }
    bind_attachments(decoded)?;
    let parts = decoded.parts.immutable_parts().count();
    Ok(Reason::PartsAgree { parts })
}

/// The challenge binds ceremony, filing, party, capacities, documents and device key.
fn bind_challenge(decoded: &Decoded<'_>, signing: &Signing) -> Result<(), Reason> {
    let record = &decoded.record;
    let preimage = &signing.preimage;
    let in_challenge = "challenge.json";
    agrees("challenge", in_challenge, record.parsed("challenge"), &signing.challenge)?;
    agrees("ceremony", in_challenge, record.parsed("ceremony"), &preimage.ceremony)?;
    agrees("filing", in_challenge, record.parsed("filing"), &preimage.filing)?;
    agrees("party", in_challenge, record.parsed("party"), &preimage.party)?;
    agrees("capacities", in_challenge, list(record, "capacities"), &preimage.capacities)?;
    agrees("documents", in_challenge, document_digests(record), &preimage.documents)?;
    agrees("prior_records", in_challenge, list(record, "prior_records"), &preimage.prior_records)?;
    let device_key = preimage.device_key_sha256;
    agrees("device_key", in_challenge, record.parsed("device_key_sha256"), &device_key)?;
    bind_checkpoint(decoded, preimage.checkpoint.as_ref())?;
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
    let statement = &signing.statement;
    let said = "envelope.json";
    let envelope = Digest::of(signing.envelope.as_bytes());
    agrees("envelope", said, record.parsed("envelope_sha256"), &envelope)?;
    agrees("challenge", said, Some(signing.challenge), &statement.challenge)?;
    agrees("party", said, Some(signing.preimage.party), &statement.party)?;
    let capacities = signing.preimage.capacities.clone();
    agrees("capacities", said, Some(capacities), &statement.capacities)?;
    let digests = statement.documents.iter().map(|d| d.sha256).collect();
    agrees("documents", said, Some(signing.preimage.documents.clone()), &digests)?;
    agrees("documents", said, documents(record), &statement.documents)?;
    agrees("intent", said, record.parsed("intent_sha256"), &statement.intent_sha256)?;
    agrees("consents", said, list(record, "consents"), &statement.consents)?;
    let certificate = signing.certificates.leaf().digest();
    agrees("certificate", said, Some(certificate), &statement.certificate_sha256)?;
    agrees("certificate", "record.json", record.parsed("certificate_sha256"), &certificate)?;
    agrees("client_root", said, Some(signing.client.root()), &statement.client_root)?;
    agrees("client_root", "record.json", record.parsed("client_root"), &signing.client.root())
}

/// The photo the server received is the photo the device signed.
fn bind_photo(decoded: &Decoded<'_>, signing: &Signing) -> Result<(), Reason> {
    let received: Option<Digest> = decoded.record.parsed("photo_sha256");
    match (received, signing.client.parsed::<Digest>("photo_sha256")) {
        (Some(received), Some(signed)) => agrees("photo", "client.json", Some(received), &signed),
        _ => Ok(()),
    }
}

/// Every attachment is what its name says, and the record refers to it.
fn bind_attachments(decoded: &Decoded<'_>) -> Result<(), Reason> {
    let mut referenced: Vec<Digest> = Vec::new();
    referenced.extend(decoded.record.parsed::<Digest>("photo_sha256"));
    referenced.extend(decoded.record.parsed::<Digest>("document_sha256"));
    referenced.extend(document_digests(&decoded.record).unwrap_or_default());
    if let Some(signing) = &decoded.signing {
        referenced.extend(signing.preimage.documents.iter().copied());
        referenced.extend(signing.client.parsed::<Digest>("photo_sha256"));
        referenced.extend(signing.client.parsed::<Digest>("strokes_sha256"));
    }
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

/// A closed slot cannot disagree; the statement still binds what it would say.
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

fn list<T: for<'de> Deserialize<'de>>(record: &Disclosure, name: &str) -> Option<T> {
    record.value(name).and_then(|value: &Value| serde_json::from_value(value.clone()).ok())
}

fn documents(record: &Disclosure) -> Option<Vec<SignedDocument>> {
    list(record, "documents")
}

fn document_digests(record: &Disclosure) -> Option<Vec<Digest>> {
    documents(record).map(|documents| documents.iter().map(|d| d.sha256).collect())
}
