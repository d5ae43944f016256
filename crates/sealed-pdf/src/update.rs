//! The incremental update that makes room for a seal (ISO 32000-1 sections 7.5.6, 12.7.4.5,
//! 12.8.1, 12.8.2.2): the catalog and the first page again, a field, its empty picture, and
//! the signature dictionary with a hole.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use heqi_vocabulary::{Digest, UtcMillis};

use crate::SealNote;
use crate::file::{File, Malformed};
use crate::syntax::{Dictionary, Object};

/// Digits each number of the byte range has room for.
const NUMBER_WIDTH: usize = 10;

/// A file with a hole for its seal.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    bytes: Vec<u8>,
    /// Where the hole begins, at its `<`, and where what follows its `>` begins.
    hole: (usize, usize),
}

/// Why a file cannot be given a hole.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "form, state or size")]
pub enum UpdateFault {
    /// Not of the form.
    #[error(transparent)]
    Form(#[from] Malformed),
    /// It has fields or notes already.
    #[error("the file has a form, permissions or notes already")]
    NotFresh,
    /// The seal is longer than its room.
    #[error("the seal has {seal_bytes} bytes and does not fit")]
    TooLong {
        /// How long it is.
        seal_bytes: usize,
    },
}

impl Prepared {
    /// Makes room for a seal of at most so many bytes.
    pub(crate) fn of(base: &[u8], note: &SealNote, seal_bytes: usize) -> Result<Self, UpdateFault> {
        let file = File::parse(base)?;
        let (root, catalog) = file.catalog()?;
        let (page_number, page) = first_page(&file, &catalog)?;
        if catalog.has(b"AcroForm") || catalog.has(b"Perms") || page.has(b"Annots") {
            return Err(UpdateFault::NotFresh);
        }
        let next = file.next_number().ok_or(Malformed)?;
        let (signature, field, picture) = (next, next + 1, next + 2);
        let mut update = Update::after(base);

        update.object(root, |out| {
            let _ = write!(
                out,
                "<</AcroForm<</Fields[{field} 0 R]/SigFlags 3>>/Perms<</DocMDP {signature} 0 R>>"
            );
        });
        update.copy(file.written(catalog.inside.clone()));
        update.object(page_number, |out| {
            let _ = write!(out, "<</Annots[{field} 0 R]");
        });
        update.copy(file.written(page.inside.clone()));
        let range_at = update.signature(signature, note, seal_bytes);
        update.whole(field, |out| {
            let _ = write!(
                out,
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/F 132/Rect[0 0 0 0]/P {page_number} 0 R\
                 /V {signature} 0 R/AP<</N {picture} 0 R>>>>"
            );
        });
        // Without a picture, be it empty, the file is no longer PDF/A (ISO 19005-1 section 6.9).
        update.whole(picture, |out| {
            out.push_str(
                "<</Type/XObject/Subtype/Form/BBox[0 0 0 0]/Resources<<>>/Length 0>>\nstream\n\nendstream",
            );
        });
        let (mut bytes, hole) = update.finish(&file, picture + 1)?;
        let numbers = [0, hole.0, hole.1, bytes.len() - hole.1];
        let range = numbers.map(|number| format!("{number:<NUMBER_WIDTH$}")).join(" ");
        let place = bytes.get_mut(range_at..range_at + range.len()).ok_or(Malformed)?;
        place.copy_from_slice(range.as_bytes());
        Ok(Self { bytes, hole })
    }

    /// The SHA-256 of all bytes but the hole.
    pub(crate) fn digest(&self) -> Digest {
        digest_around(&self.bytes, self.hole)
    }

    /// Puts the seal into the hole.
    pub(crate) fn fill(mut self, seal: &[u8]) -> Result<Vec<u8>, UpdateFault> {
        // Two digits a byte, between `<` and `>`.
        if 2 * seal.len() + 2 > self.hole.1 - self.hole.0 {
            return Err(UpdateFault::TooLong { seal_bytes: seal.len() });
        }
        let digits = seal.iter().fold(String::with_capacity(seal.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let from = self.hole.0 + 1;
        let place = self.bytes.get_mut(from..from + digits.len()).ok_or(Malformed)?;
        place.copy_from_slice(digits.as_bytes());
        Ok(self.bytes)
    }
}

/// The SHA-256 of what stands before and behind a hole.
pub(crate) fn digest_around(bytes: &[u8], hole: (usize, usize)) -> Digest {
    let before = bytes.get(..hole.0).unwrap_or_default();
    let behind = bytes.get(hole.1..).unwrap_or_default();
    Digest::of(&[before, behind].concat())
}

/// The first page: down the first kids of the tree.
fn first_page(file: &File<'_>, catalog: &Dictionary) -> Result<(u32, Dictionary), Malformed> {
    let mut number = catalog.reference(b"Pages").ok_or(Malformed)?;
    for _ in 0..32 {
        let node = file.dictionary(number)?;
        if node.is_name(b"Type", b"Page") {
            return Ok((number, node));
        }
        number = match node.array(b"Kids").and_then(<[Object]>::first) {
            Some(Object::Reference(kid)) => *kid,
            _ => return Err(Malformed),
        };
    }
    Err(Malformed)
}

/// Bytes that are appended, and where each object among them stands.
struct Update {
    bytes: Vec<u8>,
    places: BTreeMap<u32, usize>,
    hole: (usize, usize),
}

impl Update {
    fn after(base: &[u8]) -> Self {
        let mut bytes = base.to_vec();
        if !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        Self { bytes, places: BTreeMap::new(), hole: (0, 0) }
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Begins an object; [`Self::copy`] ends it.
    fn object(&mut self, number: u32, beginning: impl FnOnce(&mut String)) {
        self.places.insert(number, self.bytes.len());
        let mut text = format!("{number} 0 obj\n");
        beginning(&mut text);
        self.push(&text);
    }

    /// The rest of a dictionary as it stood before.
    fn copy(&mut self, inside: &[u8]) {
        self.bytes.extend_from_slice(inside);
        self.push(">>\nendobj\n");
    }

    fn whole(&mut self, number: u32, content: impl FnOnce(&mut String)) {
        self.object(number, content);
        self.push("\nendobj\n");
    }

    /// The signature dictionary; gives where the numbers of its byte range go.
    fn signature(&mut self, number: u32, note: &SealNote, room: usize) -> usize {
        let numbers = " ".repeat(4 * NUMBER_WIDTH + 3);
        self.object(number, |out| {
            out.push_str(
                "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[",
            );
        });
        let range_at = self.bytes.len();
        self.push(&numbers);
        self.push("]/Contents");
        let from = self.bytes.len();
        self.push(&format!("<{}>", "0".repeat(2 * room)));
        self.hole = (from, self.bytes.len());
        let text = format!(
            "/M(D:{}Z)/Name{}/Reason{}/Reference[<</Type/SigRef/TransformMethod/DocMDP\
             /TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]>>\nendobj\n",
            digits_of(note.at),
            utf16(&note.office),
            utf16(&note.reason),
        );
        self.push(&text);
        range_at
    }

    /// The table of what was appended, and the end.
    fn finish(
        mut self,
        file: &File<'_>,
        size: u32,
    ) -> Result<(Vec<u8>, (usize, usize)), Malformed> {
        let table = self.bytes.len();
        let mut text = String::from("xref\n");
        let mut places = self.places.iter().peekable();
        while let Some((first, _)) = places.peek().copied() {
            let mut run = Vec::new();
            let mut next = *first;
            while let Some((_, place)) = places.next_if(|(number, _)| **number == next) {
                run.push(*place);
                next += 1;
            }
            let _ = writeln!(text, "{first} {}", run.len());
            for place in run {
                let _ = write!(text, "{place:010} 00000 n\r\n");
            }
        }
        let (root, previous) = (file.trailer.reference(b"Root"), file.tables.first());
        let (Some(root), Some(previous)) = (root, previous) else { return Err(Malformed) };
        let _ = write!(text, "trailer\n<</Size {size}/Root {root} 0 R/Prev {previous}");
        self.push(&text);
        for key in [&b"Info"[..], b"ID"] {
            if let Some(span) = file.trailer.span(key) {
                self.push("/");
                self.bytes.extend_from_slice(key);
                self.push(" ");
                self.bytes.extend_from_slice(file.written(span));
            }
        }
        self.push(&format!(">>\nstartxref\n{table}\n%%EOF\n"));
        Ok((self.bytes, self.hole))
    }
}

/// `YYYYMMDDhhmmss` (section 7.9.4).
fn digits_of(at: UtcMillis) -> String {
    at.to_string().chars().filter(char::is_ascii_digit).take(14).collect()
}

/// A text string in UTF-16 with its mark, in hexadecimal.
fn utf16(text: &str) -> String {
    text.encode_utf16().fold("<feff".to_owned(), |mut written, unit| {
        let _ = write!(written, "{unit:04x}");
        written
    }) + ">"
}
