//! `document.json`: the list of what is inside a document, for programs. It stands inside the
//! document too, so the seal covers it.

use heqi_vocabulary::{Digest, Sm3Digest, UtcMillis};
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};

use crate::EmbeddedFile;

/// The name of the list among the files inside.
pub const MANIFEST_NAME: &str = "document.json";
const SCHEMA: &str = "heqi.document/v1";

/// What the document is, and what is inside.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// The files inside, this list left out.
    pub files: Vec<ManifestFile>,
    /// When it was issued, by the organisation's clock.
    pub issued_at: UtcMillis,
    /// What kind of document: `certificate`, `report` and the like.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub organisation: String,
    schema: String,
}

/// A file inside.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ManifestFile {
    /// The deposit it is the evidence of; none for other files.
    pub deposit_no: Option<String>,
    /// Its name.
    pub name: String,
    /// Its SHA-256.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Its SM3.
    pub sm3: Sm3Digest,
}

impl Manifest {
    /// A list without files yet.
    pub fn new(
        kind: impl Into<String>,
        number: impl Into<String>,
        organisation: impl Into<String>,
        issued_at: UtcMillis,
    ) -> Self {
        Self {
            files: Vec::new(),
            issued_at,
            kind: kind.into(),
            number: number.into(),
            organisation: organisation.into(),
            schema: SCHEMA.to_owned(),
        }
    }

    /// Lists a file.
    pub fn add(&mut self, name: &str, bytes: &[u8], deposit_no: Option<String>) {
        self.files.push(ManifestFile {
            deposit_no,
            name: name.to_owned(),
            sha256: Digest::of(bytes),
            size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            sm3: sm3_of(bytes),
        });
    }

    /// The list as it is embedded: the same list has the same bytes.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts, numbers and lists only: nothing here can fail to be written.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// The SM3 of some bytes (GB/T 32905-2016).
fn sm3_of(bytes: &[u8]) -> Sm3Digest {
    Sm3Digest::from_bytes(Sm3::digest(bytes).into())
}

/// The list among the files inside, if there is one; both digests of each file are computed.
pub(crate) fn of(embedded: &[EmbeddedFile]) -> Result<Option<Manifest>, ManifestFault> {
    let Some(list) = embedded.iter().find(|file| file.name == MANIFEST_NAME) else {
        return Ok(None);
    };
    let manifest: Manifest =
        serde_json::from_slice(&list.bytes).map_err(|_| ManifestFault::Form)?;
    if manifest.schema != SCHEMA {
        return Err(ManifestFault::Form);
    }
    let others: Vec<&EmbeddedFile> =
        embedded.iter().filter(|file| file.name != MANIFEST_NAME).collect();
    if others.len() != manifest.files.len() {
        return Err(ManifestFault::Unlisted);
    }
    for file in others {
        let mut listed = manifest.files.iter().filter(|listed| listed.name == file.name);
        let (Some(listed), None) = (listed.next(), listed.next()) else {
            return Err(ManifestFault::Unlisted);
        };
        let is_it = listed.sha256 == file.digest()
            && listed.sm3 == sm3_of(&file.bytes)
            && u64::try_from(file.bytes.len()) == Ok(listed.size_bytes);
        if !is_it {
            return Err(ManifestFault::Digest);
        }
    }
    Ok(Some(manifest))
}

/// Why the list and the files inside do not agree.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "form, names or digests")]
pub enum ManifestFault {
    /// Not a list.
    #[error("document.json is not a list of the files inside")]
    Form,
    /// A file that is not listed once, or one listed that is not there.
    #[error("document.json lists other files than are inside")]
    Unlisted,
    /// A file with another digest or length than is listed.
    #[error("a file inside is not the one that document.json lists")]
    Digest,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> EmbeddedFile {
        EmbeddedFile {
            name: name.to_owned(),
            description: String::new(),
            media_type: "text/plain".to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    fn manifest() -> Manifest {
        let at = "2026-11-28T08:00:00.000Z".parse().unwrap();
        let mut manifest = Manifest::new("certificate", "（2026）示证经字第1号", "示例公证处", at);
        manifest.add("a.zip", b"abc", Some("CZ202611280000001".to_owned()));
        manifest
    }

    #[test]
    fn a_list_agrees_with_exactly_its_files() {
        let list = file(MANIFEST_NAME, &manifest().to_json());
        let read = of(&[file("a.zip", b"abc"), list.clone()]).unwrap();
        assert_eq!(read, Some(manifest()));
        // GB/T 32905-2016, annex A.1.
        let sm3 = read.unwrap().files[0].sm3.to_string();
        assert_eq!(sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(of(&[file("a.zip", b"abd"), list.clone()]), Err(ManifestFault::Digest));
        assert_eq!(of(&[file("b.zip", b"abc"), list.clone()]), Err(ManifestFault::Unlisted));
        assert_eq!(of(std::slice::from_ref(&list)), Err(ManifestFault::Unlisted));
        let broken = file(MANIFEST_NAME, b"{}");
        assert_eq!(of(&[broken]), Err(ManifestFault::Form));
        assert_eq!(of(&[file("a.zip", b"abc")]), Ok(None));
    }

    #[test]
    fn a_file_has_both_digests_and_the_length_that_are_listed() {
        type Change = fn(&mut ManifestFile);
        let changes: [Change; 3] = [
            |listed| listed.sha256 = Digest::of(b"abd"),
            |listed| listed.sm3 = sm3_of(b"abd"),
            |listed| listed.size_bytes += 1,
        ];
        for (place, change) in changes.into_iter().enumerate() {
            let mut manifest = manifest();
            change(&mut manifest.files[0]);
            let list = file(MANIFEST_NAME, &manifest.to_json());
            let found = of(&[file("a.zip", b"abc"), list]);
            assert_eq!(found, Err(ManifestFault::Digest), "{place}");
        }
    }
}
