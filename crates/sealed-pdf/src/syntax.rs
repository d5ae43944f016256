//! Objects of a PDF (ISO 32000-1 section 7.3), as far as files of our form have them: no
//! generations but 0, nothing nested deeper than 32, no key twice.

use std::ops::Range;

use crate::file::Malformed;

/// An object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Object {
    Null,
    Boolean,
    Integer(i64),
    Real,
    Name(Vec<u8>),
    /// A string, its escapes resolved.
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    /// An indirect object's number.
    Reference(u32),
}

/// A dictionary. Each value knows where in the file it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dictionary {
    entries: Vec<(Vec<u8>, Object, Range<usize>)>,
    /// Between `<<` and `>>`.
    pub(crate) inside: Range<usize>,
}

impl Dictionary {
    pub(crate) fn find(&self, key: &[u8]) -> Option<&Object> {
        self.entries.iter().find(|(name, ..)| name == key).map(|(_, value, _)| value)
    }

    pub(crate) fn span(&self, key: &[u8]) -> Option<Range<usize>> {
        self.entries.iter().find(|(name, ..)| name == key).map(|(.., span)| span.clone())
    }

    pub(crate) fn has(&self, key: &[u8]) -> bool {
        self.find(key).is_some()
    }

    pub(crate) fn is_name(&self, key: &[u8], wanted: &[u8]) -> bool {
        matches!(self.find(key), Some(Object::Name(name)) if name == wanted)
    }

    pub(crate) fn integer(&self, key: &[u8]) -> Option<i64> {
        match self.find(key) {
            Some(Object::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn reference(&self, key: &[u8]) -> Option<u32> {
        match self.find(key) {
            Some(Object::Reference(number)) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn array(&self, key: &[u8]) -> Option<&[Object]> {
        match self.find(key) {
            Some(Object::Array(items)) => Some(items),
            _ => None,
        }
    }
}

impl Object {
    pub(crate) fn into_dictionary(self) -> Option<Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }
}

/// Reads objects from some place of a file on.
pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    pub(crate) at: usize,
    /// Objects that may still be read: a file of numbers only would fill the memory.
    left: u32,
}

const MAX_DEPTH: u8 = 32;
const MAX_OBJECTS: u32 = 100_000;
const MAX_TOKEN: usize = 128;

impl<'a> Parser<'a> {
    pub(crate) const fn at(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, left: MAX_OBJECTS }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Takes a keyword that must stand here, white space before it left out.
    pub(crate) fn keyword(&mut self, word: &[u8]) -> Result<(), Malformed> {
        self.skip_space();
        if !self.rest().starts_with(word) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    pub(crate) fn skip_space(&mut self) {
        while let Some(byte) = self.rest().first() {
            match byte {
                b'%' => {
                    let line = self.rest().iter().take_while(|b| !matches!(b, b'\n' | b'\r'));
                    self.at += line.count();
                }
                byte if is_space(*byte) => self.at += 1,
                _ => break,
            }
        }
    }

    /// A number without sign.
    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        self.skip_space();
        let digits: Vec<u8> = self.rest().iter().copied().take_while(u8::is_ascii_digit).collect();
        if digits.is_empty() || digits.len() > 15 {
            return Err(Malformed);
        }
        self.at += digits.len();
        Ok(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    pub(crate) fn object(&mut self) -> Result<Object, Malformed> {
        self.nested(MAX_DEPTH)
    }

    fn nested(&mut self, depth: u8) -> Result<Object, Malformed> {
        let deeper = depth.checked_sub(1).ok_or(Malformed)?;
        self.left = self.left.checked_sub(1).ok_or(Malformed)?;
        self.skip_space();
        match self.rest() {
            [b'<', b'<', ..] => self.dictionary(deeper).map(Object::Dictionary),
            [b'<', ..] => self.hexadecimal().map(Object::Text),
            [b'(', ..] => self.literal().map(Object::Text),
            [b'[', ..] => self.array(deeper),
            [b'/', ..] => self.name().map(Object::Name),
            [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => self.number_or_reference(),
            _ => self.word(),
        }
    }

    fn dictionary(&mut self, depth: u8) -> Result<Dictionary, Malformed> {
        self.at += 2;
        let from = self.at;
        let mut dictionary = Dictionary::default();
        loop {
            self.skip_space();
            if self.rest().starts_with(b">>") {
                dictionary.inside = from..self.at;
                self.at += 2;
                return Ok(dictionary);
            }
            let key = self.name()?;
            self.skip_space();
            let start = self.at;
            let value = self.nested(depth)?;
            // Two readers would see two values.
            if dictionary.has(&key) {
                return Err(Malformed);
            }
            dictionary.entries.push((key, value, start..self.at));
        }
    }

    fn array(&mut self, depth: u8) -> Result<Object, Malformed> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.rest().starts_with(b"]") {
                self.at += 1;
                return Ok(Object::Array(items));
            }
            items.push(self.nested(depth)?);
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, Malformed> {
        let [b'/', rest @ ..] = self.rest() else { return Err(Malformed) };
        let length = rest.iter().take_while(|byte| is_regular(**byte)).count();
        if length > MAX_TOKEN {
            return Err(Malformed);
        }
        let written = rest.get(..length).unwrap_or_default();
        self.at += 1 + length;
        // `#20` and the like (section 7.3.5).
        let mut name = Vec::with_capacity(length);
        let mut bytes = written.iter();
        while let Some(byte) = bytes.next() {
            name.push(if *byte == b'#' { pair(bytes.next(), bytes.next())? } else { *byte });
        }
        Ok(name)
    }

    fn hexadecimal(&mut self) -> Result<Vec<u8>, Malformed> {
        let inside = self.rest().get(1..).unwrap_or_default();
        let length = inside.iter().position(|byte| *byte == b'>').ok_or(Malformed)?;
        let digits = inside.get(..length).unwrap_or_default();
        self.at += length + 2;
        if digits.len() % 2 != 0 {
            return Err(Malformed);
        }
        digits.chunks(2).map(|two| pair(two.first(), two.get(1))).collect()
    }

    fn literal(&mut self) -> Result<Vec<u8>, Malformed> {
        let mut text = Vec::new();
        let mut open = 0_u32;
        loop {
            let byte = *self.rest().first().ok_or(Malformed)?;
            self.at += 1;
            match byte {
                b'(' => {
                    open += 1;
                    if open == 1 {
                        continue;
                    }
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(text);
                    }
                }
                b'\\' => {
                    self.escape(&mut text)?;
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
    }

    /// What follows a backslash (section 7.3.4.2).
    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Malformed> {
        let byte = *self.rest().first().ok_or(Malformed)?;
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(next @ b'0'..=b'7') = self.rest().first() else { break };
                    value = value * 8 + u32::from(next - b'0');
                    self.at += 1;
                }
                text.push(u8::try_from(value & 0xFF).map_err(|_| Malformed)?);
            }
            other => text.push(other),
        }
        Ok(())
    }

    fn number_or_reference(&mut self) -> Result<Object, Malformed> {
        let length = self.rest().iter().take_while(|byte| is_regular(**byte)).count();
        let token = self.rest().get(..length.min(MAX_TOKEN)).unwrap_or_default();
        let text = std::str::from_utf8(token).map_err(|_| Malformed)?;
        self.at += length;
        if text.contains('.') {
            let is_number = text.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b));
            return if is_number { Ok(Object::Real) } else { Err(Malformed) };
        }
        let number: i64 = text.parse().map_err(|_| Malformed)?;
        Ok(self.reference_to(number).unwrap_or(Object::Integer(number)))
    }

    /// `12 0 R` when ` 0 R` follows.
    fn reference_to(&mut self, number: i64) -> Option<Object> {
        let number = u32::try_from(number).ok()?;
        let mut ahead = Parser::at(self.bytes, self.at);
        ahead.skip_space();
        let is_zero = ahead.rest().starts_with(b"0") && ahead.number().ok()? == 0;
        if !is_zero {
            return None;
        }
        ahead.keyword(b"R").ok()?;
        if ahead.rest().first().is_some_and(|byte| is_regular(*byte)) {
            return None;
        }
        self.at = ahead.at;
        Some(Object::Reference(number))
    }

    fn word(&mut self) -> Result<Object, Malformed> {
        let words: [(&[u8], Object); 3] =
            [(b"true", Object::Boolean), (b"false", Object::Boolean), (b"null", Object::Null)];
        for (word, object) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(object);
            }
        }
        Err(Malformed)
    }
}

/// The byte of two hexadecimal digits.
pub(crate) fn pair(high: Option<&u8>, low: Option<&u8>) -> Result<u8, Malformed> {
    let digit = |byte: Option<&u8>| {
        byte.and_then(|byte| char::from(*byte).to_digit(16))
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or(Malformed)
    };
    Ok(digit(high)? * 16 + digit(low)?)
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}

#[cfg(test)]
mod tests;
