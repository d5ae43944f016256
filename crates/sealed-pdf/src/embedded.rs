//! Files inside the file (ISO 32000-1 section 7.11.4).

use std::io::Read as _;

use flate2::read::ZlibDecoder;
use heqi_vocabulary::Digest;

use crate::file::{File, Malformed};
use crate::syntax::{Dictionary, Object};

/// A file from inside.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EmbeddedFile {
    /// Its name, ASCII without slashes.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl EmbeddedFile {
    /// The SHA-256 of its bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

/// Why the files inside cannot be taken out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "form or size")]
pub enum EmbeddedFault {
    /// Not of the form.
    #[error("the files inside are not listed as they are here")]
    Form(#[from] Malformed),
    /// More than 64, or more than 256 MiB together.
    #[error("the files inside are too many or too large")]
    TooMuch,
}

const MAX_FILES: usize = 64;
const MAX_BYTES: u64 = 256 << 20;

/// All files inside, in the order of their names; none when the file has none.
pub(crate) fn all(file: &File<'_>) -> Result<Vec<EmbeddedFile>, EmbeddedFault> {
    let (_, catalog) = file.catalog()?;
    if !catalog.has(b"Names") {
        return Ok(Vec::new());
    }
    let names = file.inner(&catalog, b"Names")?;
    if !names.has(b"EmbeddedFiles") {
        return Ok(Vec::new());
    }
    let tree = file.inner(&names, b"EmbeddedFiles")?;
    let entries = tree.array(b"Names").ok_or(Malformed)?;
    if entries.len() > 2 * MAX_FILES {
        return Err(EmbeddedFault::TooMuch);
    }
    let mut left = MAX_BYTES;
    let mut files: Vec<EmbeddedFile> = Vec::new();
    for entry in entries.chunks(2) {
        let [Object::Text(key), specification] = entry else { return Err(Malformed.into()) };
        let specification = match specification {
            Object::Reference(number) => file.dictionary(*number)?,
            Object::Dictionary(dictionary) => dictionary.clone(),
            _ => return Err(Malformed.into()),
        };
        let embedded = one(file, key, &specification, &mut left)?;
        if files.iter().any(|other| other.name == embedded.name) {
            return Err(Malformed.into());
        }
        files.push(embedded);
    }
    Ok(files)
}

fn one(
    file: &File<'_>,
    key: &[u8],
    specification: &Dictionary,
    left: &mut u64,
) -> Result<EmbeddedFile, EmbeddedFault> {
    let text = |field: &[u8]| match specification.find(field) {
        Some(Object::Text(bytes)) => decoded(bytes),
        _ => None,
    };
    let name = text(b"F").ok_or(Malformed)?;
    let is_plain = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    // Three places say the name; they must say the same.
    if !is_plain || decoded(key) != Some(name.clone()) || text(b"UF") != Some(name.clone()) {
        return Err(Malformed.into());
    }
    let streams = file.inner(specification, b"EF")?;
    let number = streams.reference(b"F").ok_or(Malformed)?;
    if streams.reference(b"UF").is_some_and(|other| other != number) {
        return Err(Malformed.into());
    }
    let (dictionary, written) = file.stream(number)?;
    let media_type = match dictionary.find(b"Subtype") {
        Some(Object::Name(name)) => String::from_utf8(name.clone()).map_err(|_| Malformed)?,
        _ => return Err(Malformed.into()),
    };
    let bytes = unpacked(&dictionary, written, left)?;
    Ok(EmbeddedFile { name, description: text(b"Desc").unwrap_or_default(), media_type, bytes })
}

fn unpacked(
    dictionary: &Dictionary,
    written: &[u8],
    left: &mut u64,
) -> Result<Vec<u8>, EmbeddedFault> {
    let is_packed = match dictionary.find(b"Filter") {
        None => false,
        Some(Object::Name(name)) if name == b"FlateDecode" => true,
        Some(Object::Array(filters)) => match filters.as_slice() {
            [] => false,
            [Object::Name(name)] if name == b"FlateDecode" => true,
            _ => return Err(Malformed.into()),
        },
        Some(_) => return Err(Malformed.into()),
    };
    if dictionary.has(b"DecodeParms") {
        return Err(Malformed.into());
    }
    let bytes = if is_packed {
        let mut bytes = Vec::new();
        let mut decoder = ZlibDecoder::new(written).take(left.saturating_add(1));
        decoder.read_to_end(&mut bytes).map_err(|_| Malformed)?;
        bytes
    } else {
        written.to_vec()
    };
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    *left = left.checked_sub(length).ok_or(EmbeddedFault::TooMuch)?;
    Ok(bytes)
}

/// A text string (section 7.9.2.2): UTF-16 with its mark, or ASCII.
fn decoded(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let (pairs, odd) = rest.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            odd.is_empty().then(|| String::from_utf16(&units).ok())?
        }
        ascii if ascii.is_ascii() => String::from_utf8(ascii.to_vec()).ok(),
        _ => None,
    }
}
