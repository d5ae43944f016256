//! The file: its table of objects, revision by revision (ISO 32000-1 section 7.5), in the
//! classic form only.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::syntax::{Dictionary, Object, Parser};

/// Bytes that are not of the form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the file is not a PDF of the form that is read here")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct Malformed;

/// A file that is read.
#[derive(Clone, Debug)]
pub(crate) struct File<'a> {
    pub(crate) bytes: &'a [u8],
    /// Where each object stands, by the newest revision that has it.
    objects: BTreeMap<u32, usize>,
    /// Of the newest revision.
    pub(crate) trailer: Dictionary,
    /// The tables' places, the newest first.
    pub(crate) tables: Vec<usize>,
    /// Objects the newest revision has.
    pub(crate) newest: Vec<u32>,
}

/// An indirect object with where its stream begins, if it has one.
pub(crate) struct Indirect {
    pub(crate) object: Object,
    stream: Option<usize>,
}

const MAX_REVISIONS: usize = 8;
const MAX_OBJECT_NUMBER: u64 = 1_000_000;
/// An entry of a table (section 7.5.4).
const ENTRY_BYTES: usize = 20;

impl<'a> File<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        if !bytes.starts_with(b"%PDF-1.") {
            return Err(Malformed);
        }
        let mut next = Some(last_table(bytes).ok_or(Malformed)?);
        let mut file = Self {
            bytes,
            objects: BTreeMap::new(),
            trailer: Dictionary::default(),
            tables: Vec::new(),
            newest: Vec::new(),
        };
        while let Some(at) = next {
            // Older tables stand before newer ones, so there is no circle.
            let is_older = file.tables.last().is_none_or(|newer| at < *newer);
            if !is_older || file.tables.len() >= MAX_REVISIONS {
                return Err(Malformed);
            }
            let trailer = file.read_table(at)?;
            next = match trailer.find(b"Prev") {
                None => None,
                Some(Object::Integer(at)) => Some(usize::try_from(*at).map_err(|_| Malformed)?),
                Some(_) => return Err(Malformed),
            };
            if file.tables.is_empty() {
                file.newest = file.objects.keys().copied().collect();
                file.trailer = trailer;
            }
            file.tables.push(at);
        }
        Ok(file)
    }

    /// Takes what the table has and no newer one had; gives its trailer.
    fn read_table(&mut self, at: usize) -> Result<Dictionary, Malformed> {
        let mut parser = Parser::at(self.bytes, at);
        if !parser.rest().starts_with(b"xref") {
            return Err(Malformed);
        }
        parser.keyword(b"xref")?;
        loop {
            parser.skip_space();
            if parser.rest().starts_with(b"trailer") {
                break;
            }
            let (first, count) = (parser.number()?, parser.number()?);
            if first.saturating_add(count) > MAX_OBJECT_NUMBER {
                return Err(Malformed);
            }
            parser.skip_space();
            for number in first..first + count {
                let entry = parser.rest().get(..ENTRY_BYTES).ok_or(Malformed)?;
                parser.at += ENTRY_BYTES;
                self.take_entry(number, entry)?;
            }
        }
        parser.keyword(b"trailer")?;
        let trailer = parser.object()?.into_dictionary().ok_or(Malformed)?;
        // A second table inside a stream, and passwords, are other forms.
        let is_plain = !trailer.has(b"XRefStm") && !trailer.has(b"Encrypt");
        if is_plain { Ok(trailer) } else { Err(Malformed) }
    }

    fn take_entry(&mut self, number: u64, entry: &[u8]) -> Result<(), Malformed> {
        let mut fields = Parser::at(entry, 0);
        let (offset, generation) = (fields.number()?, fields.number()?);
        let number = u32::try_from(number).map_err(|_| Malformed)?;
        fields.skip_space();
        match fields.rest().first() {
            Some(b'f') => Ok(()),
            Some(b'n') if generation == 0 => {
                let offset = usize::try_from(offset).map_err(|_| Malformed)?;
                self.objects.entry(number).or_insert(offset);
                Ok(())
            }
            _ => Err(Malformed),
        }
    }

    /// Where an object stands.
    pub(crate) fn place(&self, number: u32) -> Option<usize> {
        self.objects.get(&number).copied()
    }

    /// The next number no object has.
    pub(crate) fn next_number(&self) -> Option<u32> {
        self.objects.last_key_value().and_then(|(last, _)| last.checked_add(1))
    }

    /// An object by its number.
    pub(crate) fn indirect(&self, number: u32) -> Result<Indirect, Malformed> {
        let mut parser = Parser::at(self.bytes, self.place(number).ok_or(Malformed)?);
        if parser.number()? != u64::from(number) || parser.number()? != 0 {
            return Err(Malformed);
        }
        parser.keyword(b"obj")?;
        let object = parser.object()?;
        parser.skip_space();
        if parser.rest().starts_with(b"endobj") {
            return Ok(Indirect { object, stream: None });
        }
        parser.keyword(b"stream")?;
        // Section 7.3.8.1: a line feed, or carriage return and line feed.
        let end = if parser.rest().starts_with(b"\r\n") { 2 } else { 1 };
        if !matches!(parser.rest().first(), Some(b'\r' | b'\n')) {
            return Err(Malformed);
        }
        Ok(Indirect { object, stream: Some(parser.at + end) })
    }

    /// A dictionary by its number.
    pub(crate) fn dictionary(&self, number: u32) -> Result<Dictionary, Malformed> {
        let indirect = self.indirect(number)?;
        if indirect.stream.is_some() {
            return Err(Malformed);
        }
        indirect.object.into_dictionary().ok_or(Malformed)
    }

    /// A value of a dictionary that is a dictionary, there or by reference.
    pub(crate) fn inner(&self, outer: &Dictionary, key: &[u8]) -> Result<Dictionary, Malformed> {
        match outer.find(key) {
            Some(Object::Dictionary(inner)) => Ok(inner.clone()),
            Some(Object::Reference(number)) => self.dictionary(*number),
            _ => Err(Malformed),
        }
    }

    /// A stream's dictionary, and its bytes as they stand in the file.
    pub(crate) fn stream(&self, number: u32) -> Result<(Dictionary, &'a [u8]), Malformed> {
        let indirect = self.indirect(number)?;
        let start = indirect.stream.ok_or(Malformed)?;
        let dictionary = indirect.object.into_dictionary().ok_or(Malformed)?;
        let length = match dictionary.find(b"Length") {
            Some(Object::Integer(length)) => *length,
            Some(Object::Reference(number)) => match self.indirect(*number)?.object {
                Object::Integer(length) => length,
                _ => return Err(Malformed),
            },
            _ => return Err(Malformed),
        };
        let length = usize::try_from(length).map_err(|_| Malformed)?;
        let end = start.checked_add(length).ok_or(Malformed)?;
        let data = self.bytes.get(start..end).ok_or(Malformed)?;
        Parser::at(self.bytes, end).keyword(b"endstream")?;
        Ok((dictionary, data))
    }

    /// The catalog's number and value.
    pub(crate) fn catalog(&self) -> Result<(u32, Dictionary), Malformed> {
        let number = self.trailer.reference(b"Root").ok_or(Malformed)?;
        Ok((number, self.dictionary(number)?))
    }

    /// Bytes as they stand in the file.
    pub(crate) fn written(&self, span: Range<usize>) -> &'a [u8] {
        self.bytes.get(span).unwrap_or_default()
    }
}

/// Where the newest table stands: the file ends `startxref`, a number, `%%EOF`, and at most
/// one line feed.
fn last_table(bytes: &[u8]) -> Option<usize> {
    let end = bytes.strip_suffix(b"\n").unwrap_or(bytes).strip_suffix(b"%%EOF")?;
    let tail = end.get(end.len().saturating_sub(40)..)?;
    let from = tail.windows(9).rposition(|window| window == b"startxref")?;
    let mut parser = Parser::at(tail, from + 9);
    let at = parser.number().ok()?;
    parser.skip_space();
    if !parser.rest().is_empty() {
        return None;
    }
    usize::try_from(at).ok()
}
