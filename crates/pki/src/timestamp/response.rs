//! TimeStampResp: what is answered, and whether it answers the question (RFC 3161
//! section 2.4.2).

use super::der::{self, Malformed, integer, tlv};
use super::{MAX_TOKEN_BYTES, TimeStampRequest, TimestampToken, TokenError, whole};

/// The longest answer read, in bytes.
pub const MAX_RESPONSE_BYTES: usize = MAX_TOKEN_BYTES + 1024;
const MAX_TEXT_CHARACTERS: usize = 200;

/// Why an authority refuses (PKIFailureInfo).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list of RFC 3161")]
pub enum FailInfo {
    /// Unrecognised or unsupported hash function.
    BadAlg,
    /// The transaction is not permitted or supported.
    BadRequest,
    /// The data has the wrong format.
    BadDataFormat,
    /// The authority's time source is not available.
    TimeNotAvailable,
    /// The policy is not supported.
    UnacceptedPolicy,
    /// The extension is not supported.
    UnacceptedExtension,
    /// The additional information asked for is not understood or not available.
    AddInfoNotAvailable,
    /// The authority failed.
    SystemFailure,
}

impl FailInfo {
    pub(super) const ALL: [Self; 8] = [
        Self::BadAlg,
        Self::BadRequest,
        Self::BadDataFormat,
        Self::TimeNotAvailable,
        Self::UnacceptedPolicy,
        Self::UnacceptedExtension,
        Self::AddInfoNotAvailable,
        Self::SystemFailure,
    ];

    /// The name in the specification.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadAlg => "badAlg",
            Self::BadRequest => "badRequest",
            Self::BadDataFormat => "badDataFormat",
            Self::TimeNotAvailable => "timeNotAvailable",
            Self::UnacceptedPolicy => "unacceptedPolicy",
            Self::UnacceptedExtension => "unacceptedExtension",
            Self::AddInfoNotAvailable => "addInfoNotAvailable",
            Self::SystemFailure => "systemFailure",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::BadAlg => 0,
            Self::BadRequest => 2,
            Self::BadDataFormat => 5,
            Self::TimeNotAvailable => 14,
            Self::UnacceptedPolicy => 15,
            Self::UnacceptedExtension => 16,
            Self::AddInfoNotAvailable => 17,
            Self::SystemFailure => 25,
        }
    }

    /// A named bit list without trailing zeros (X.690 section 11.2.2).
    fn write(self) -> Vec<u8> {
        let (bytes, bit) = (usize::from(self.bit() / 8), self.bit() % 8);
        let mut value = vec![7 - bit];
        value.extend(std::iter::repeat_n(0, bytes));
        value.push(0x80 >> bit);
        tlv(der::BIT_STRING, &[&value])
    }

    fn read(value: &[u8]) -> Option<Self> {
        let bits = value.get(1..)?;
        Self::ALL.into_iter().find(|fault| {
            bits.get(usize::from(fault.bit() / 8))
                .is_some_and(|byte| byte & (0x80 >> (fault.bit() % 8)) != 0)
        })
    }
}

/// A refusal, or an answer that is not one yet.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// PKIStatus: 2 rejection, 3 waiting, 4 and 5 revocation.
    pub status: u64,
    /// Why, where it is one of RFC 3161.
    pub failure: Option<FailInfo>,
    /// What the authority says to people, cut at 200 characters, without control
    /// characters.
    pub text: String,
}

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "granted or not")]
pub enum TimeStampResponse {
    /// A token, in DER.
    Granted(Vec<u8>),
    /// None.
    Refused(Refusal),
}

impl TimeStampResponse {
    /// The DER of an answer that carries a token (status 0).
    pub fn granted(token: &[u8]) -> Vec<u8> {
        let status = tlv(der::SEQUENCE, &[&integer(&[0])]);
        tlv(der::SEQUENCE, &[&status, token])
    }

    /// The DER of a rejection (status 2).
    pub fn refused(failure: FailInfo, text: &str) -> Vec<u8> {
        let text = tlv(der::SEQUENCE, &[&tlv(der::UTF8_STRING, &[text.as_bytes()])]);
        let status = tlv(der::SEQUENCE, &[&integer(&[2]), &text, &failure.write()]);
        tlv(der::SEQUENCE, &[&status])
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// Not DER of a TimeStampResp, too long, a token without being granted or the other
    /// way round.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_RESPONSE_BYTES {
            return Err(Malformed);
        }
        let mut fields = whole(bytes)?.sequence()?;
        let mut info = fields.expect(der::SEQUENCE)?.sequence()?;
        let token = fields.optional(der::SEQUENCE)?;
        fields.finish()?;

        let status = info.expect(der::INTEGER)?.small()?;
        let mut text = String::new();
        if let Some(lines) = info.optional(der::SEQUENCE)? {
            for line in lines.inside()?.rest()? {
                text.push_str(&String::from_utf8_lossy(line.value));
            }
        }
        let failure = info.optional(der::BIT_STRING)?.and_then(|bits| FailInfo::read(bits.value));
        info.finish()?;
        // Status 1 is "granted with modifications": whether they matter is checked anyway.
        match (status, token) {
            (0 | 1, Some(token)) => Ok(Self::Granted(token.whole.to_vec())),
            (0 | 1, None) | (_, Some(_)) => Err(Malformed),
            (_, None) => Ok(Self::Refused(Refusal { status, failure, text: printable(&text) })),
        }
    }
}

fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_TEXT_CHARACTERS).collect()
}

impl TimeStampRequest {
    /// Takes the answer to this request: the token must be for this imprint and echo
    /// nonce and policy. It is not believed yet: [`TimestampToken::verify`].
    ///
    /// # Errors
    /// See [`ExchangeError`].
    pub fn accept(&self, answer: &[u8]) -> Result<TimestampToken, ExchangeError> {
        let token = match TimeStampResponse::from_der(answer)? {
            TimeStampResponse::Granted(der) => TimestampToken::from_der(&der)?,
            TimeStampResponse::Refused(refusal) => return Err(ExchangeError::Refused(refusal)),
        };
        let info = token.info();
        if *info.imprint() != self.imprint {
            return Err(ExchangeError::Imprint);
        }
        if info.nonce() != self.nonce() {
            return Err(ExchangeError::Nonce);
        }
        if self.policy.is_some_and(|policy| policy != info.policy()) {
            return Err(ExchangeError::Policy);
        }
        Ok(token)
    }
}

/// Why an answer gives no token.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "one for each check of the specification")]
pub enum ExchangeError {
    /// Not a TimeStampResp.
    #[error("the answer is not a TimeStampResp in DER")]
    Der(#[from] Malformed),
    /// The authority refused.
    #[error("the authority refused: status {}, {}", .0.status, .0.failure.map_or("no failInfo", FailInfo::as_str))]
    Refused(Refusal),
    /// What it gave is not a token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token is for other bytes.
    #[error("the token is for another imprint than was asked for")]
    Imprint,
    /// The token answers another request.
    #[error("the token does not echo the nonce of the request")]
    Nonce,
    /// The token was made under another policy.
    #[error("the token was made under another policy than was asked for")]
    Policy,
}
