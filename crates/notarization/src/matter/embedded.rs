//! What a certificate embeds of a deposit: the bundle, narrowed to what whoever applies may read
//! ([ADR 0074](../../../../docs/adr/0074-a-certificate-embeds-what-its-annexes-print.md)).
//!
//! Everything is examined in full, as it is held; this is done last, when the package is sealed. A slot
//! that is closed here stands in the bundle as a digest, so that the record proves the same root and every
//! verifier finds what it found, apart from who the signer is. Nothing is masked inside a value: a masked
//! one proves nothing.

use std::collections::BTreeSet;
use std::fmt::Display;

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::{ClientAttributes, EvidenceRecord};
use heqi_evidence::schema::RetentionClass;
use heqi_vocabulary::Digest;
use serde_json::Value;

use super::error::MatterError;
use super::form::{ApplicantKind, is_same_name};

/// What is open about a third person beside the matter itself: what the text says, what annex five prints, and
/// how its photo was taken. Everything else is closed, whatever is added to the tables later.
const OPEN_OF_OTHERS: [&str; 18] = [
    "party_name",
    "representative_name",
    "photo_sha256",
    "photo_format",
    "photo_received_at",
    "user_agent",
    "received_at",
    "clock_offset_ms",
    "tls",
    "signed_at",
    "time_zone",
    "capture_source",
    "device",
    "screen",
    "language",
    "key_custody",
    "dwell",
    "software",
];

/// Whose data a held signing is to whoever applies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reads {
    /// The own signing.
    Own,
    /// Somebody else signed: for the company that applies, or the registry does.
    Others,
}

impl Reads {
    const fn of(applicant: ApplicantKind) -> Self {
        match applicant {
            ApplicantKind::Signer => Self::Own,
            ApplicantKind::Company | ApplicantKind::Regulator => Self::Others,
        }
    }
}

/// What the machine says at point 18, which a person ticks: what will be closed, and what nobody can close.
pub(crate) fn sentence(applicant: ApplicantKind) -> [String; 2] {
    let (zh, en) = match Reads::of(applicant) {
        Reads::Own => (
            "系统提示：申请人为签署人本人，证据包按存证原样内嵌，仅身份核验内容涉及他人证件时以其摘要值代替该项。签署文件中的他人信息系统不能识别，请查看",
            "the machine: whoever applies signed, and the bundle is embedded as it is held, but for an identity that was asked about somebody else's document, which is closed. What the document says of others no machine knows; the notary looks",
        ),
        Reads::Others => (
            "系统提示：签署人不是申请人，证据包不公开其证件号码、手机号码、来源地址、定位和手写签名，以摘要值代替。签署文件和签署照片不作遮盖，请查看",
            "the machine: whoever applies did not sign; number, mobile number, addresses, position and handwriting of who signed are closed in the bundle. Document and photo are not; the notary looks",
        ),
    };
    [zh.to_owned(), en.to_owned()]
}

/// The package that the session seals and the certificate embeds, as a file.
///
/// # Errors
/// The bundle is not as a deposit is held: whole, and readable.
pub(crate) fn embedded(
    held: &BundleParts,
    applicant: ApplicantKind,
) -> Result<Vec<u8>, MatterError> {
    narrowed(held, Reads::of(applicant))?.write().map_err(|error| broken(&error))
}

fn broken(error: &dyn Display) -> MatterError {
    MatterError::Broken(error.to_string())
}

fn narrowed(held: &BundleParts, reads: Reads) -> Result<BundleParts, MatterError> {
    let record = Disclosure::parse(&held.record).map_err(|error| broken(&error))?;
    let whole = EvidenceRecord::of_full(&record).map_err(|error| broken(&error))?;
    let closed = closed_in(&record, reads);
    let mut parts = held.clone();
    let mut named = digests_of(&record, &closed);
    if !closed.is_empty() {
        parts.record = whole.disclose(|name| !closed.contains(name))?;
    }
    if let Some(bytes) = &held.client {
        let client = Disclosure::parse(bytes).map_err(|error| broken(&error))?;
        let whole = ClientAttributes::parse(bytes).map_err(|error| broken(&error))?;
        let closed = closed_in(&client, reads);
        named.extend(digests_of(&client, &closed));
        if !closed.is_empty() {
            parts.client = Some(whole.disclose(|name| !closed.contains(name))?);
        }
    }
    // A file that only a closed slot names would be one that nobody refers to.
    parts.attachments.retain(|file, _| {
        let digest = file.split_once('.').and_then(|(digest, _)| digest.parse::<Digest>().ok());
        digest.is_none_or(|digest| !named.contains(&digest))
    });
    Ok(parts)
}

/// The attributes that are closed. One that holds no value tells nothing of anybody and stays open.
fn closed_in(tree: &Disclosure, reads: Reads) -> BTreeSet<&'static str> {
    let is_about_another = asks_about_another(tree);
    let is_closed = |class: RetentionClass, name: &str| match reads {
        Reads::Own => name == "identity" && is_about_another,
        Reads::Others => {
            !matches!(class, RetentionClass::Frame | RetentionClass::Matter)
                && !OPEN_OF_OTHERS.contains(&name)
        }
    };
    let schema = tree.schema();
    let with_value = tree.attributes().filter(|(_, attribute)| !attribute.value.is_null());
    let names = with_value.map(|(slot, attribute)| (schema.class(slot), attribute.name));
    names.filter(|(class, name)| is_closed(*class, name)).map(|(_, name)| name).collect()
}

/// The files that the closed attributes name.
fn digests_of(tree: &Disclosure, closed: &BTreeSet<&'static str>) -> BTreeSet<Digest> {
    closed.iter().filter_map(|name| tree.parsed(name)).collect()
}

/// Whether an authority was asked about the document of somebody who is not the signer. The platform asks about
/// the signer alone; what another platform wrote is not believed to be so.
fn asks_about_another(record: &Disclosure) -> bool {
    let signers = ["party_name", "representative_name"].into_iter();
    let signers: Vec<&str> = signers.filter_map(|name| record.text(name)).collect();
    let asked = record.value("identity").and_then(|identity| identity.get("questions")?.as_array());
    asked.into_iter().flatten().any(|question| {
        let parsed = question.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let question = parsed.as_ref().unwrap_or(question);
        let says = |member: &str| question.get(member).and_then(Value::as_str);
        let is_signer = |name: &str| signers.iter().any(|signer| is_same_name(signer, name));
        says("document_number").is_some() && !says("name").is_some_and(is_signer)
    })
}

#[cfg(test)]
mod tests;
