//! TSTInfo: what an authority signs (RFC 3161 section 2.4.2).

use const_oid::ObjectIdentifier;
use heqi_vocabulary::UtcMillis;

use super::der::{self, Cursor, Malformed, Node, context, context_primitive, integer, tlv};
use super::{HashAlgorithm, Nonce, whole};

/// The longest serial number, in bytes (RFC 3161 section 2.4.2: 160 bits).
pub(super) const MAX_SERIAL_BYTES: usize = 20;

/// The hash of what is stamped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MessageImprint {
    algorithm: HashAlgorithm,
    hash: Vec<u8>,
}

impl MessageImprint {
    /// The imprint of some bytes.
    pub fn of(bytes: &[u8], algorithm: HashAlgorithm) -> Self {
        Self { algorithm, hash: algorithm.hash(bytes) }
    }

    /// The hash function.
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The hash.
    pub fn hash(&self) -> &[u8] {
        &self.hash
    }

    /// Reads an imprint; `Ok(None)` for a hash function that is not accepted.
    pub(super) fn read(node: Node<'_>) -> Result<Option<Self>, Malformed> {
        let mut fields = node.sequence()?;
        let algorithm = fields.expect(der::SEQUENCE)?;
        let hash = fields.expect(der::OCTET_STRING)?.value;
        fields.finish()?;
        match HashAlgorithm::read(algorithm)? {
            None => Ok(None),
            Some(algorithm) if algorithm.size_bytes() == hash.len() => {
                Ok(Some(Self { algorithm, hash: hash.to_vec() }))
            }
            Some(_) => Err(Malformed),
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let hash = tlv(der::OCTET_STRING, &[&self.hash]);
        tlv(der::SEQUENCE, &[&self.algorithm.write(), &hash])
    }
}

/// How far the stamped instant may be off, in either direction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Accuracy {
    micros: u64,
}

impl Accuracy {
    /// An accuracy of that many milliseconds.
    pub const fn from_millis(millis: u32) -> Self {
        Self { micros: millis as u64 * 1000 }
    }

    /// In milliseconds, rounded up.
    pub fn millis(self) -> i64 {
        i64::try_from(self.micros.div_ceil(1000)).unwrap_or(i64::MAX)
    }

    fn read(node: Node<'_>) -> Result<Self, Malformed> {
        let mut fields = node.sequence()?;
        let seconds = fields.optional(der::INTEGER)?.map_or(Ok(0), Node::small)?;
        let mut thousandths = |number| {
            let part = fields.optional(context_primitive(number))?.map_or(Ok(0), Node::small)?;
            if part < 1000 { Ok(part) } else { Err(Malformed) }
        };
        let (millis, micros) = (thousandths(0)?, thousandths(1)?);
        fields.finish()?;
        let whole = seconds.checked_mul(1_000_000).ok_or(Malformed)?;
        Ok(Self { micros: whole.checked_add(millis * 1000 + micros).ok_or(Malformed)? })
    }

    fn write(self) -> Vec<u8> {
        let parts = [
            (der::INTEGER, self.micros / 1_000_000),
            (context_primitive(0), self.micros / 1000 % 1000),
            (context_primitive(1), self.micros % 1000),
        ];
        let fields: Vec<u8> = parts
            .into_iter()
            .filter(|(_, part)| *part > 0)
            .flat_map(|(identifier, part)| der::integer_as(identifier, &part.to_be_bytes()))
            .collect();
        tlv(der::SEQUENCE, &[&fields])
    }
}

/// What an authority states.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TstInfo {
    pub(super) policy: ObjectIdentifier,
    pub(super) imprint: MessageImprint,
    /// Big-endian, without leading zeros.
    pub(super) serial: Vec<u8>,
    pub(super) at: UtcMillis,
    pub(super) accuracy: Option<Accuracy>,
    pub(super) is_ordering: bool,
    pub(super) nonce: Option<Nonce>,
}

impl TstInfo {
    /// The policy it was made under.
    pub const fn policy(&self) -> ObjectIdentifier {
        self.policy
    }

    /// The hash that was stamped.
    pub const fn imprint(&self) -> &MessageImprint {
        &self.imprint
    }

    /// The serial number in lower-case hexadecimal, whole bytes.
    pub fn serial_hex(&self) -> String {
        hex::encode(&self.serial)
    }

    /// The stamped instant; a fraction finer than milliseconds is rounded up.
    pub const fn at(&self) -> UtcMillis {
        self.at
    }

    /// How far the instant may be off, where the authority says so.
    pub const fn accuracy(&self) -> Option<Accuracy> {
        self.accuracy
    }

    /// Whether the authority promises that its tokens can be ordered by their instants
    /// whatever their accuracy.
    pub const fn is_ordering(&self) -> bool {
        self.is_ordering
    }

    /// The nonce of the request.
    pub const fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    pub(super) fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = whole(bytes)?.sequence()?;
        if fields.expect(der::INTEGER)?.small()? != 1 {
            return Err(Malformed);
        }
        let policy = fields.expect(der::OID)?.oid()?;
        let imprint = MessageImprint::read(fields.expect(der::SEQUENCE)?)?.ok_or(Malformed)?;
        let serial = fields.expect(der::INTEGER)?.unsigned()?.to_vec();
        if serial.len() > MAX_SERIAL_BYTES {
            return Err(Malformed);
        }
        let at = read_time(fields.expect(der::GENERALIZED_TIME)?.value)?;
        let accuracy = fields.optional(der::SEQUENCE)?.map(Accuracy::read).transpose()?;
        let is_ordering = match fields.optional(der::BOOLEAN)?.map(Node::boolean).transpose()? {
            // DEFAULT FALSE is never written (X.690 section 11.5).
            Some(false) => return Err(Malformed),
            said => said.is_some(),
        };
        let nonce = fields.optional(der::INTEGER)?.map(Nonce::read).transpose()?;
        // The authority's name adds nothing to the certificate that is named and checked.
        fields.optional(context(0))?;
        if let Some(extensions) = fields.optional(context(1))? {
            refuse_critical(extensions.inside()?)?;
        }
        fields.finish()?;
        Ok(Self { policy, imprint, serial, at, accuracy, is_ordering, nonce })
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        let accuracy = self.accuracy.map(Accuracy::write).unwrap_or_default();
        let ordering = if self.is_ordering { tlv(der::BOOLEAN, &[&[0xff]]) } else { Vec::new() };
        let nonce = self.nonce.as_ref().map(Nonce::write).unwrap_or_default();
        let parts: [&[u8]; 8] = [
            &integer(&[1]),
            &der::oid(self.policy),
            &self.imprint.write(),
            &integer(&self.serial),
            &tlv(der::GENERALIZED_TIME, &[&write_time(self.at)]),
            &accuracy,
            &ordering,
            &nonce,
        ];
        tlv(der::SEQUENCE, &parts)
    }
}

/// An extension that must be understood is not.
fn refuse_critical(extensions: Cursor<'_>) -> Result<(), Malformed> {
    for extension in extensions.rest()? {
        let mut fields = extension.sequence()?;
        fields.expect(der::OID)?.oid()?;
        if fields.optional(der::BOOLEAN)?.map(Node::boolean).transpose()? == Some(true) {
            return Err(Malformed);
        }
    }
    Ok(())
}

/// `YYYYMMDDhhmmss[.f…]Z`: UTC, no trailing zero, no bare point (RFC 3161 section 2.4.2).
fn read_time(value: &[u8]) -> Result<UtcMillis, Malformed> {
    let text = std::str::from_utf8(value).map_err(|_| Malformed)?;
    let text = text.strip_suffix('Z').ok_or(Malformed)?;
    let (seconds, fraction) = match text.split_once('.') {
        None => (text, ""),
        Some((_, fraction)) if fraction.is_empty() || fraction.ends_with('0') => {
            return Err(Malformed);
        }
        Some(parts) => parts,
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.len() != 14 || !digits(seconds) || !digits(fraction) {
        return Err(Malformed);
    }
    let part = |from: usize, to: usize| seconds.get(from..to).ok_or(Malformed);
    let rfc3339 = format!(
        "{}-{}-{}T{}:{}:{}.{:0<3.3}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?,
        fraction
    );
    let at: UtcMillis = rfc3339.parse().map_err(|_| Malformed)?;
    // Upwards: the instant bounds from above when the bytes existed.
    Ok(if fraction.len() > 3 { at.plus_millis(1) } else { at })
}

fn write_time(at: UtcMillis) -> Vec<u8> {
    let digits: String =
        at.to_string().chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let (seconds, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{seconds}{point}{fraction}Z").into_bytes()
}

#[cfg(test)]
mod tests;
