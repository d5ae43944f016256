//! The strict reader.

use heqi_pki::certificate::TrustedRoot;
use heqi_pki::seal::{SealFault, SealFormError, SealSignature, VerifiedSeal};
use heqi_pki::timestamp::TimeRoot;
use heqi_vocabulary::Digest;

use crate::MAX_FILE_BYTES;
use crate::embedded::{self, EmbeddedFault, EmbeddedFile};
use crate::file::{File, Malformed};
use crate::manifest::{self, Manifest, ManifestFault};
use crate::syntax::{Dictionary, Object, pair};
use crate::update::digest_around;

/// A file of the form: one seal over all of it but the seal itself, and nothing after. Not
/// believed yet.
#[derive(Clone, Debug)]
pub struct SignedPdf {
    bytes: Vec<u8>,
    hole: (usize, usize),
    seal: SealSignature,
}

impl SignedPdf {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`FormFault`].
    pub fn parse(bytes: Vec<u8>) -> Result<Self, FormFault> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(FormFault::TooLarge);
        }
        if !bytes.starts_with(b"%PDF-") {
            return Err(FormFault::NotPdf);
        }
        if !bytes.ends_with(b"%%EOF\n") {
            return Err(FormFault::Truncated);
        }
        let file = File::parse(&bytes)?;
        let (number, signature) = the_signature(&file)?;
        let hole = hole(&file, &signature)?;
        // The seal and its table are the last revision, and there is one before it.
        if file.tables.len() != 2 || !file.newest.contains(&number) {
            return Err(FormFault::Revisions);
        }
        check_certification(&signature)?;
        let written = bytes.get(hole.0 + 1..hole.1 - 1).ok_or(FormFault::Coverage)?;
        let seal = SealSignature::from_der(&seal_bytes(written)?)?;
        Ok(Self { bytes, hole, seal })
    }

    /// Whether bytes look like a PDF at all: what to try this reader on.
    pub fn is_named_by(bytes: &[u8]) -> bool {
        bytes.starts_with(b"%PDF-")
    }

    /// Believes the file by its seal: see [`SealSignature::verify`].
    ///
    /// # Errors
    /// See [`VerifyFault`].
    pub fn verify(
        self,
        roots: &[TrustedRoot],
        time_roots: &[TimeRoot],
    ) -> Result<VerifiedPdf, VerifyFault> {
        let seal = self.seal.verify(&self.content_digest(), roots, time_roots)?;
        let embedded = self.unverified_files()?;
        let manifest = manifest::of(&embedded)?;
        Ok(VerifiedPdf { bytes: self.bytes, seal, embedded, manifest })
    }

    /// The files inside, whoever put them there.
    ///
    /// # Errors
    /// See [`EmbeddedFault`].
    pub fn unverified_files(&self) -> Result<Vec<EmbeddedFile>, EmbeddedFault> {
        embedded::all(&File::parse(&self.bytes)?)
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of all bytes but the seal: what the seal is over.
    pub fn content_digest(&self) -> Digest {
        digest_around(&self.bytes, self.hole)
    }

    /// The seal, before it is believed.
    pub const fn seal(&self) -> &SealSignature {
        &self.seal
    }
}

/// A file that was believed. Only [`SignedPdf::verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedPdf {
    bytes: Vec<u8>,
    seal: VerifiedSeal,
    embedded: Vec<EmbeddedFile>,
    manifest: Option<Manifest>,
}

impl VerifiedPdf {
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file, moved out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The SHA-256 of the file.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// Whose seal, and when.
    pub const fn seal(&self) -> &VerifiedSeal {
        &self.seal
    }

    /// The files inside, which the seal covers.
    pub fn embedded(&self) -> &[EmbeddedFile] {
        &self.embedded
    }

    /// The list of what is inside, which all that is inside agrees with; none in a file that
    /// carries no such list.
    pub const fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }
}

/// The one signature: by the permissions of the catalog and by the one field of the form.
fn the_signature(file: &File<'_>) -> Result<(u32, Dictionary), FormFault> {
    let (_, catalog) = file.catalog()?;
    if !catalog.has(b"AcroForm") && !catalog.has(b"Perms") {
        return Err(FormFault::NotSealed);
    }
    let permissions = file.inner(&catalog, b"Perms").map_err(|_| FormFault::Certification)?;
    let number = permissions.reference(b"DocMDP").ok_or(FormFault::Certification)?;
    let form = file.inner(&catalog, b"AcroForm").map_err(|_| FormFault::NotSealed)?;
    let Some([Object::Reference(field)]) = form.array(b"Fields") else {
        return Err(FormFault::Signatures);
    };
    let field = file.dictionary(*field)?;
    let is_its_field = field.is_name(b"FT", b"Sig") && field.reference(b"V") == Some(number);
    if !is_its_field || field.has(b"Kids") {
        return Err(FormFault::Signatures);
    }
    Ok((number, file.dictionary(number)?))
}

/// The hole: exactly the value of /Contents, with everything before and behind it covered.
fn hole(file: &File<'_>, signature: &Dictionary) -> Result<(usize, usize), FormFault> {
    let contents = signature.span(b"Contents").ok_or(FormFault::Coverage)?;
    let range = signature.array(b"ByteRange").ok_or(FormFault::Coverage)?;
    let numbers: Vec<usize> = range
        .iter()
        .filter_map(|number| match number {
            Object::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        })
        .collect();
    let [0, before, behind, length] = numbers[..] else { return Err(FormFault::Coverage) };
    // A value that begins with `<` ends with `>`, so the hole has an inside.
    let is_the_hole =
        (before, behind) == (contents.start, contents.end) && file.bytes.get(before) == Some(&b'<');
    if range.len() != 4 || !is_the_hole {
        return Err(FormFault::Coverage);
    }
    let end = behind.checked_add(length).ok_or(FormFault::Coverage)?;
    if end < file.bytes.len() {
        return Err(FormFault::LaterRevision);
    }
    let tail = file.bytes.get(behind..end).ok_or(FormFault::Coverage)?;
    let ends = tail.windows(5).filter(|window| window == b"%%EOF").count();
    if ends == 1 { Ok((before, behind)) } else { Err(FormFault::LaterRevision) }
}

/// The kind of signature, and that it permits no change (section 12.8.2.2, P 1).
fn check_certification(signature: &Dictionary) -> Result<(), FormFault> {
    if !signature.is_name(b"Type", b"Sig")
        || !signature.is_name(b"SubFilter", b"ETSI.CAdES.detached")
    {
        return Err(FormFault::Kind);
    }
    let permits_nothing = match signature.array(b"Reference") {
        Some([Object::Dictionary(reference)]) => {
            let parameters = match reference.find(b"TransformParams") {
                Some(Object::Dictionary(parameters)) => parameters.integer(b"P"),
                _ => None,
            };
            reference.is_name(b"TransformMethod", b"DocMDP") && parameters == Some(1)
        }
        _ => false,
    };
    if permits_nothing { Ok(()) } else { Err(FormFault::Certification) }
}

/// The DER in a hole, whose rest is zeros.
fn seal_bytes(digits: &[u8]) -> Result<Vec<u8>, FormFault> {
    let (pairs, odd) = digits.as_chunks::<2>();
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        bytes.push(pair(Some(high), Some(low)).map_err(|_| FormFault::Coverage)?);
    }
    // Identifier, and a length of two bytes (X.690 section 8.1.3.5): no seal is shorter.
    let [0x30, 0x82, high, low, ..] = bytes[..] else {
        return Err(FormFault::Seal(SealFormError::Kind));
    };
    let length = 4 + usize::from(u16::from_be_bytes([high, low]));
    let is_padding = bytes.get(length..).is_some_and(|rest| rest.iter().all(|byte| *byte == 0));
    if !odd.is_empty() || !is_padding {
        return Err(FormFault::Coverage);
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// Why a file is not of the form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FormFault {
    /// Over [`MAX_FILE_BYTES`].
    #[error("the file has more than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    /// It does not begin as a PDF does.
    #[error("the file is not a PDF")]
    NotPdf,
    /// It does not end as a sealed file does.
    #[error("the file does not end as a sealed file does")]
    Truncated,
    /// Its objects are not as they are in files of the form.
    #[error(transparent)]
    Form(#[from] Malformed),
    /// It has no seal.
    #[error("the file has no seal")]
    NotSealed,
    /// Several signatures, or a field that is not the seal's.
    #[error("the file has another signature field than that of its seal")]
    Signatures,
    /// Another kind of signature.
    #[error("the signature is of another kind than a seal")]
    Kind,
    /// The seal does not certify the file against every change.
    #[error("the seal does not forbid every change")]
    Certification,
    /// The seal does not cover all bytes but its own.
    #[error("the seal does not cover all of the file but itself")]
    Coverage,
    /// Something was appended after the seal.
    #[error("something was appended after the seal")]
    LaterRevision,
    /// Not one revision and the seal's.
    #[error("the file has another number of revisions than two")]
    Revisions,
    /// The seal itself is not of its form.
    #[error(transparent)]
    Seal(#[from] SealFormError),
}

/// Why a file of the form is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "the seal, what it covers, or the list of it")]
pub enum VerifyFault {
    /// The seal is not believed.
    #[error(transparent)]
    Seal(#[from] SealFault),
    /// The files inside cannot be taken out.
    #[error(transparent)]
    Embedded(#[from] EmbeddedFault),
    /// The list of the files inside does not agree with them.
    #[error(transparent)]
    Manifest(#[from] ManifestFault),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_holds_one_value_in_pairs_of_digits_and_zeros_behind_it() {
        let value = vec![0x30, 0x82, 0x00, 0x01, 0xfe];
        for good in ["30820001fe", "30820001FE", "30820001fe0000"] {
            assert_eq!(seal_bytes(good.as_bytes()), Ok(value.clone()), "{good}");
        }
        // Half a byte, something behind the value, too little of it, and what is no digit.
        for bad in ["30820001fe0", "30820001fe01", "30820002fe", "30820001fg", "30820001fe>>"] {
            assert_eq!(seal_bytes(bad.as_bytes()), Err(FormFault::Coverage), "{bad}");
        }
        for other in ["", "308101fe", "31820001fe"] {
            let kind = Err(FormFault::Seal(SealFormError::Kind));
            assert_eq!(seal_bytes(other.as_bytes()), kind, "{other}");
        }
    }
}
