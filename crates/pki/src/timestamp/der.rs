//! A strict cursor over DER (X.690), and a writer.
//!
//! Identifiers and lengths are read by `der`, which takes minimal, definite lengths only.
//! What stands in a value is for whoever reads it; nothing is skipped unseen, and the
//! exact bytes of every value stay at hand, because parts of a token are hashed as they
//! are.

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode as _, Reader as _, SliceReader};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// A constructed context-specific identifier.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// A primitive context-specific identifier.
pub(crate) const fn context_primitive(number: u8) -> u8 {
    0x80 | number
}

/// Bytes that are not the DER of what they should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not the DER of what it should be")]
pub struct Malformed;

/// The values that follow each other in some bytes.
pub(crate) struct Cursor<'a>(SliceReader<'a>);

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        SliceReader::new(bytes).map(Self).map_err(|_| Malformed)
    }

    /// The next value, whatever it is.
    pub(crate) fn node(&mut self) -> Result<Node<'a>, Malformed> {
        let whole = self.0.tlv_bytes().map_err(|_| Malformed)?;
        let any = AnyRef::from_der(whole).map_err(|_| Malformed)?;
        let identifier = *whole.first().ok_or(Malformed)?;
        Ok(Node { identifier, value: any.value(), whole })
    }

    /// The next value, if there is one.
    pub(crate) fn any(&mut self) -> Result<Option<Node<'a>>, Malformed> {
        if self.0.is_finished() { Ok(None) } else { self.node().map(Some) }
    }

    /// The next value, which must have this identifier.
    pub(crate) fn expect(&mut self, identifier: u8) -> Result<Node<'a>, Malformed> {
        let node = self.node()?;
        if node.identifier == identifier { Ok(node) } else { Err(Malformed) }
    }

    /// The next value if it has this identifier.
    pub(crate) fn optional(&mut self, identifier: u8) -> Result<Option<Node<'a>>, Malformed> {
        if self.0.peek_byte() == Some(identifier) { self.node().map(Some) } else { Ok(None) }
    }

    /// All that is left.
    pub(crate) fn rest(mut self) -> Result<Vec<Node<'a>>, Malformed> {
        let mut nodes = Vec::new();
        while let Some(node) = self.any()? {
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        if self.0.is_finished() { Ok(()) } else { Err(Malformed) }
    }
}

/// One value.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    pub(crate) identifier: u8,
    pub(crate) value: &'a [u8],
    /// The value with identifier and length.
    pub(crate) whole: &'a [u8],
}

impl<'a> Node<'a> {
    pub(crate) fn is_null(self) -> bool {
        self.identifier == NULL && self.value.is_empty()
    }

    /// What a SEQUENCE holds.
    pub(crate) fn sequence(self) -> Result<Cursor<'a>, Malformed> {
        if self.identifier == SEQUENCE { self.inside() } else { Err(Malformed) }
    }

    /// What a constructed value holds.
    pub(crate) fn inside(self) -> Result<Cursor<'a>, Malformed> {
        Cursor::new(self.value)
    }

    /// The single value that an explicit tag or a set of one holds.
    pub(crate) fn only(self) -> Result<Node<'a>, Malformed> {
        super::whole(self.value)
    }

    pub(crate) fn oid(self) -> Result<ObjectIdentifier, Malformed> {
        if self.identifier != OID {
            return Err(Malformed);
        }
        ObjectIdentifier::from_bytes(self.value).map_err(|_| Malformed)
    }

    /// The big-endian bytes of an INTEGER that is not negative and minimally written,
    /// without the byte that keeps it positive; zero is one byte 0.
    pub(crate) fn unsigned(self) -> Result<&'a [u8], Malformed> {
        match self.value {
            [0] => Ok(self.value),
            [0, rest @ ..] if rest.first().is_some_and(|next| next & 0x80 != 0) => Ok(rest),
            [] | [0, ..] => Err(Malformed),
            [first, ..] if first & 0x80 != 0 => Err(Malformed),
            all => Ok(all),
        }
    }

    /// A small INTEGER.
    pub(crate) fn small(self) -> Result<u64, Malformed> {
        let bytes = self.unsigned()?;
        if bytes.len() > 8 {
            return Err(Malformed);
        }
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A BOOLEAN, as DER writes it.
    pub(crate) fn boolean(self) -> Result<bool, Malformed> {
        match self.value {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(Malformed),
        }
    }

    /// The bytes of a BIT STRING of whole bytes.
    pub(crate) fn whole_bits(self) -> Result<&'a [u8], Malformed> {
        match self.value {
            [0, bytes @ ..] if self.identifier == BIT_STRING => Ok(bytes),
            _ => Err(Malformed),
        }
    }
}

/// Writes one value from its parts.
pub(crate) fn tlv(identifier: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(length + 6);
    bytes.push(identifier);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let big_endian = length.to_be_bytes();
            let digits = strip_zeros(&big_endian);
            // At most 8 digits: a length is a usize.
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            bytes.extend_from_slice(digits);
        }
    }
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    tlv(OID, &[oid.as_bytes()])
}

/// An INTEGER from its big-endian bytes.
pub(crate) fn integer(big_endian: &[u8]) -> Vec<u8> {
    integer_as(INTEGER, big_endian)
}

/// An INTEGER under an implicit tag.
pub(crate) fn integer_as(identifier: u8, big_endian: &[u8]) -> Vec<u8> {
    let digits = strip_zeros(big_endian);
    let needs_zero = digits.first().is_none_or(|first| first & 0x80 != 0);
    let sign: &[u8] = if needs_zero { &[0] } else { &[] };
    tlv(identifier, &[sign, digits])
}

/// A SET OF, whose members stand in ascending order of their bytes (X.690 section 11.6).
pub(crate) fn set_of(mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort();
    let parts: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    tlv(SET, &parts)
}

fn strip_zeros(big_endian: &[u8]) -> &[u8] {
    let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
    big_endian.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
