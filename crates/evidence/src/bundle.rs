//! The evidence bundle `.heqi.zip`: everything a stranger needs to check one record,
//! except the trust anchors, and no program to run.
//!
//! `manifest.json` lists every other entry with its digest; an entry it does not list, or
//! a name the format does not know, rejects the file. An entry whose bytes do not fit
//! the listed digest is *damage*: the bundle is still read, and the verdict names it.

use std::collections::{BTreeMap, BTreeSet};

use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};

use crate::canonical::{self, CanonicalError};
use crate::container::{self, ContainerError, Entry};
use crate::deposit::{DepositManifest, PartRole};

mod time;

pub use time::{
    MAX_LABEL_BYTES, MAX_TIME_ANCHORS, MAX_TOKENS, TimeAnchor, is_label, read_consistency,
    write_consistency,
};
pub(crate) use time::{note_name, token_name};

/// The first entry's content (EN 319 162-1).
pub const MEDIA_TYPE: &str = "application/vnd.etsi.asic-e+zip";
/// File name ending.
pub const EXTENSION: &str = "heqi.zip";
const FORMAT: &str = "heqi.bundle/v1";
const MAX_CERTIFICATES: usize = 4;
const MAX_DEPOSITS: usize = 8;

/// The parts of a bundle, as bytes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BundleParts {
    /// Documents and photos by file name `{sha256}.{pdf|jpg|json}`.
    pub attachments: BTreeMap<String, Vec<u8>>,
    /// The signer's chain, leaf first, DER.
    pub certificates: Vec<Vec<u8>>,
    /// Frames of all records of the chain, in order from the first.
    pub chain: Vec<Vec<u8>>,
    /// The notary's chain head statement.
    pub chain_head: Option<Vec<u8>>,
    /// The challenge preimage.
    pub challenge: Option<Vec<u8>>,
    /// The cosigned log head that the challenge names.
    pub challenge_checkpoint: Option<Vec<u8>>,
    /// The device's own attributes, in full or in part.
    pub client: Option<Vec<u8>>,
    /// Deposit receipts.
    pub deposits: Vec<Vec<u8>>,
    /// The signer's envelope.
    pub envelope: Option<Vec<u8>>,
    /// C2SP tlog-proof of the record.
    pub proof: Option<Vec<u8>>,
    /// The record, in full or in part.
    pub record: Vec<u8>,
    /// Stamped heads of the log, by their size.
    pub time: BTreeMap<u64, TimeAnchor>,
}

/// A bundle that was read, with the entries whose bytes do not fit the manifest.
#[derive(Clone, Debug)]
pub struct EvidenceBundle {
    /// The parts.
    pub parts: BundleParts,
    /// Names of damaged entries.
    pub damaged: Vec<String>,
}

/// Why a file is not a bundle at all.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It is not our container.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// The first entry is not the media type.
    #[error("the first entry must be mimetype with {MEDIA_TYPE}")]
    MediaType,
    /// There is no manifest, or it cannot be read.
    #[error("manifest.json is missing or malformed: {0}")]
    Manifest(#[from] CanonicalError),
    /// An entry that the manifest does not list.
    #[error("entry {0} is not listed in manifest.json")]
    Unlisted(String),
    /// An entry that the manifest lists and that is not there.
    #[error("entry {0} is listed in manifest.json and missing")]
    Missing(String),
    /// A name the format does not know.
    #[error("bundles have no entry {0}")]
    UnknownEntry(String),
    /// Numbered entries do not count up, or there are too many.
    #[error("the numbered entries around {0} do not count up from the first")]
    Numbering(String),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    entries: Vec<ManifestEntry>,
    format: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ManifestEntry {
    name: String,
    sha256: Digest,
    size_bytes: u64,
}

impl BundleParts {
    /// Writes the bundle; the same parts always make the same bytes.
    ///
    /// # Errors
    /// Too many or too large parts, or attachment names the format does not know.
    pub fn write(&self) -> Result<Vec<u8>, BundleError> {
        self.check()?;
        let named = self.named();
        let manifest = Manifest {
            entries: named
                .iter()
                .map(|(name, bytes)| ManifestEntry {
                    name: name.clone(),
                    sha256: Digest::of(bytes),
                    size_bytes: size_of(bytes),
                })
                .collect(),
            format: FORMAT.to_owned(),
        };
        let mut entries = vec![
            ("mimetype".to_owned(), MEDIA_TYPE.as_bytes().to_vec()),
            ("manifest.json".to_owned(), canonical::to_bytes(&manifest)?),
        ];
        entries.extend(named.into_iter().map(|(name, bytes)| (name, bytes.to_vec())));
        Ok(container::write(&entries)?)
    }

    /// What is written can be read again.
    fn check(&self) -> Result<(), BundleError> {
        if let Some(file) = self.attachments.keys().find(|file| !is_attachment_name(file)) {
            return Err(BundleError::UnknownEntry(format!("attachments/{file}")));
        }
        if self.certificates.len() > MAX_CERTIFICATES {
            return Err(BundleError::Numbering(certificate_name(MAX_CERTIFICATES)));
        }
        if self.deposits.len() > MAX_DEPOSITS {
            return Err(BundleError::Numbering(deposit_name(MAX_DEPOSITS)));
        }
        time::check(self)
    }

    /// The immutable parts a custodian receives and its receipt lists.
    pub fn deposit_manifest(&self) -> DepositManifest {
        let one = |role, part: &'_ Option<Vec<u8>>| part.clone().map(|bytes| (role, bytes));
        let mut parts = vec![(PartRole::Record, self.record.clone())];
        parts.extend(one(PartRole::Client, &self.client));
        parts.extend(one(PartRole::Envelope, &self.envelope));
        parts.extend(one(PartRole::Challenge, &self.challenge));
        parts.extend(one(PartRole::ChallengeCheckpoint, &self.challenge_checkpoint));
        parts.extend(self.certificates.iter().map(|c| (PartRole::Certificate, c.clone())));
        parts.extend(self.attachments.values().map(|a| (PartRole::Attachment, a.clone())));
        DepositManifest::of(parts.iter().map(|(role, bytes)| (*role, bytes.as_slice())))
    }

    /// Every immutable part, as the manifest lists them.
    pub fn immutable_parts(&self) -> impl Iterator<Item = &[u8]> {
        let singles = [&self.client, &self.envelope, &self.challenge, &self.challenge_checkpoint];
        std::iter::once(self.record.as_slice())
            .chain(singles.into_iter().flatten().map(Vec::as_slice))
            .chain(self.certificates.iter().map(Vec::as_slice))
            .chain(self.attachments.values().map(Vec::as_slice))
    }

    /// The entries after mimetype and manifest, sorted by name.
    fn named(&self) -> BTreeMap<String, &[u8]> {
        let mut named = BTreeMap::from([("record.json".to_owned(), self.record.as_slice())]);
        let singles = [
            ("challenge.json", &self.challenge),
            ("chain/head.json", &self.chain_head),
            ("client.json", &self.client),
            ("envelope.json", &self.envelope),
            ("proof/challenge.checkpoint", &self.challenge_checkpoint),
            ("proof/record.tlog-proof", &self.proof),
        ];
        for (name, part) in singles {
            named.extend(part.as_ref().map(|bytes| (name.to_owned(), bytes.as_slice())));
        }
        let numbered = |name: fn(usize) -> String, list: &'_ [Vec<u8>]| -> Vec<(String, usize)> {
            (0..list.len()).map(|place| (name(place), place)).collect()
        };
        for (list, name) in [
            (&self.certificates, certificate_name as fn(usize) -> String),
            (&self.chain, chain_name),
            (&self.deposits, deposit_name),
        ] {
            for (name, place) in numbered(name, list) {
                named.extend(list.get(place).map(|bytes| (name, bytes.as_slice())));
            }
        }
        for (file, bytes) in &self.attachments {
            named.insert(format!("attachments/{file}"), bytes);
        }
        named.extend(time::named(self));
        named
    }
}

/// The file name of an attachment; `None` for a media type bundles never carry.
pub fn attachment_name(digest: Digest, media_type: &str) -> Option<String> {
    let extension = match media_type {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "application/json" => "json",
        _ => return None,
    };
    Some(format!("{digest}.{extension}"))
}

fn certificate_name(place: usize) -> String {
    format!("certificates/{place:02}.der")
}

fn chain_name(place: usize) -> String {
    format!("chain/{:06}.json", place + 1)
}

fn deposit_name(place: usize) -> String {
    format!("deposits/{place:02}.json")
}

fn size_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

impl EvidenceBundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn read(file: &[u8]) -> Result<Self, BundleError> {
        let entries = container::read(file)?;
        let (first, rest) = entries.split_first().ok_or(BundleError::MediaType)?;
        if first.name != "mimetype" || first.bytes != MEDIA_TYPE.as_bytes() {
            return Err(BundleError::MediaType);
        }
        let (manifest, rest) = rest
            .split_first()
            .filter(|(manifest, _)| manifest.name == "manifest.json")
            .ok_or_else(|| BundleError::Missing("manifest.json".into()))?;
        let listed = read_manifest(manifest.bytes)?;
        let mut damaged = check_listing(&listed, rest)?;
        let checksums = [first, manifest].into_iter().chain(rest).filter(|e| !e.intact);
        damaged.extend(checksums.map(|entry| entry.name.to_owned()));
        Ok(Self { parts: sort_out(rest)?, damaged: damaged.into_iter().collect() })
    }
}

fn read_manifest(bytes: &[u8]) -> Result<Vec<ManifestEntry>, BundleError> {
    let manifest: Manifest = canonical::parse(bytes)?;
    let ascending = manifest.entries.is_sorted_by(|a, b| a.name < b.name);
    if manifest.format == FORMAT && ascending {
        Ok(manifest.entries)
    } else {
        Err(BundleError::Manifest(CanonicalError::NotCanonical))
    }
}

fn check_listing(
    listed: &[ManifestEntry],
    entries: &[Entry<'_>],
) -> Result<BTreeSet<String>, BundleError> {
    let by_name: BTreeMap<&str, &ManifestEntry> =
        listed.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let mut damaged = BTreeSet::new();
    for entry in entries {
        let wanted =
            by_name.get(entry.name).ok_or_else(|| BundleError::Unlisted(entry.name.to_owned()))?;
        if wanted.size_bytes != size_of(entry.bytes) || wanted.sha256 != Digest::of(entry.bytes) {
            damaged.insert(entry.name.to_owned());
        }
    }
    let present: BTreeSet<&str> = entries.iter().map(|entry| entry.name).collect();
    match listed.iter().find(|entry| !present.contains(entry.name.as_str())) {
        Some(missing) => Err(BundleError::Missing(missing.name.clone())),
        None => Ok(damaged),
    }
}

fn sort_out(entries: &[Entry<'_>]) -> Result<BundleParts, BundleError> {
    let mut parts = BundleParts::default();
    let mut has_record = false;
    for entry in entries {
        let bytes = entry.bytes.to_vec();
        match entry.name {
            "record.json" => {
                parts.record = bytes;
                has_record = true;
            }
            "challenge.json" => parts.challenge = Some(bytes),
            "chain/head.json" => parts.chain_head = Some(bytes),
            "client.json" => parts.client = Some(bytes),
            "envelope.json" => parts.envelope = Some(bytes),
            "proof/challenge.checkpoint" => parts.challenge_checkpoint = Some(bytes),
            "proof/record.tlog-proof" => parts.proof = Some(bytes),
            name => sort_out_numbered(&mut parts, name, bytes)?,
        }
    }
    if !has_record {
        return Err(BundleError::Missing("record.json".into()));
    }
    time::check(&parts)?;
    Ok(parts)
}

/// Numbered entries must count up in file order, so that none can be left out unnoticed.
fn sort_out_numbered(
    parts: &mut BundleParts,
    name: &str,
    bytes: Vec<u8>,
) -> Result<(), BundleError> {
    let numbering = || BundleError::Numbering(name.to_owned());
    let (list, expected, most) = match name.split_once('/') {
        Some(("attachments", file)) if is_attachment_name(file) => {
            parts.attachments.insert(file.to_owned(), bytes);
            return Ok(());
        }
        Some(("time", file)) => return time::sort_out(parts, file, bytes),
        Some(("certificates", file)) if has_extension(file, "der") => {
            let expected = certificate_name(parts.certificates.len());
            (&mut parts.certificates, expected, MAX_CERTIFICATES)
        }
        Some(("chain", file)) if has_extension(file, "json") => {
            let expected = chain_name(parts.chain.len());
            (&mut parts.chain, expected, container::MAX_ENTRIES)
        }
        Some(("deposits", file)) if has_extension(file, "json") => {
            let expected = deposit_name(parts.deposits.len());
            (&mut parts.deposits, expected, MAX_DEPOSITS)
        }
        _ => return Err(BundleError::UnknownEntry(name.to_owned())),
    };
    if name != expected || list.len() >= most {
        return Err(numbering());
    }
    list.push(bytes);
    Ok(())
}

/// Names are lower-case ASCII already (see [`container`]).
fn has_extension(file: &str, extension: &str) -> bool {
    file.split_once('.').is_some_and(|(_, found)| found == extension)
}

fn is_attachment_name(file: &str) -> bool {
    file.split_once('.').is_some_and(|(digest, extension)| {
        digest.parse::<Digest>().is_ok() && matches!(extension, "pdf" | "jpg" | "json")
    })
}

#[cfg(test)]
mod tests;
