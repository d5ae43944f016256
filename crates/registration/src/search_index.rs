//! Where filings are found: the port of the index, what stands in it, and what is looked for.
//!
//! The index is no store. Whatever is in it can be made again from rows and log
//! ([`crate::index_filings`]), so an adapter that is damaged, old or missing begins at nothing and
//! nobody loses anything. Companies, codes and numbers stand in it in clear; a person only as a
//! [`PersonDigest`], which nobody can make without the platform's secret
//! (`docs/adr/0037-search.md`).
//!
//! Calls block: whoever calls from a request does so on a thread for it.

use std::fmt;
use std::str::FromStr;

use heqi_identity::Uscc;
use heqi_vocabulary::{Digest, FilingId, FilingNo, UtcMillis};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization as _;

use crate::fault::Class;
use crate::wording::{Told, refusals, say};

mod memory;

pub use memory::MemoryIndex;

/// A filing as it stands in the index.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever fills an index builds it")]
pub struct IndexedFiling {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people: no two filings share one.
    pub number: FilingNo,
    /// When it was opened.
    pub opened_at: UtcMillis,
    /// The company it is about and the companies that take part.
    pub companies: Vec<String>,
    /// Codes of those companies, as far as they were declared.
    pub codes: Vec<Uscc>,
    /// The people who take part.
    pub persons: Vec<PersonDigest>,
}

impl IndexedFiling {
    /// Where it stands among all: by the instant it was opened, then by 20 bits of its identifier,
    /// so that a place in the order names one filing.
    pub fn rank(&self) -> Rank {
        Rank::of(self.opened_at, self.filing)
    }
}

/// A place in the order of all filings.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Rank(u64);

impl Rank {
    const RANDOM_BITS: u32 = 20;

    fn of(opened_at: UtcMillis, filing: FilingId) -> Self {
        let ms = u64::try_from(opened_at.as_millis()).unwrap_or(0);
        let [.., a, b, c] = filing.to_bytes();
        let random = u64::from(u32::from_be_bytes([0, a, b, c])) & ((1 << Self::RANDOM_BITS) - 1);
        Self(ms << Self::RANDOM_BITS | random)
    }

    /// The lowest place of an instant.
    pub fn first_at(instant: UtcMillis) -> Self {
        Self(u64::try_from(instant.as_millis()).unwrap_or(0) << Self::RANDOM_BITS)
    }

    /// The place as a number: later is larger.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The place with this number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }
}

/// Written into addresses of pages: 16 hexadecimal digits that name no filing.
impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Rank {
    type Err = NoRank;

    fn from_str(text: &str) -> Result<Self, NoRank> {
        let fits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| fits);
        number.map(Self).ok_or(NoRank)
    }
}

/// The text is no place.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a place is written in 16 hexadecimal digits")]
pub struct NoRank;

/// A person as the index knows one: 128 bits of HMAC-SHA-256 (RFC 2104) under a key of the
/// platform ([`crate::person_keys`]). The same person gives the same bits; nobody gets from them to a
/// name or a number, and without the key nobody can try numbers out.
#[derive(Clone, Copy, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonDigest([u8; 16]);

impl PersonDigest {
    /// Whoever all of this is said of, however it is written.
    pub(crate) fn keyed(key: &[u8], label: &[u8], said: &[&str]) -> Self {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
        };
        mac.update(label);
        for part in said {
            mac.update(normalised(part).as_bytes());
            mac.update(b"\n");
        }
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        let mut kept = [0; 16];
        kept.iter_mut().zip(bytes).for_each(|(kept, byte)| *kept = byte);
        Self(kept)
    }

    /// Bits that stand for a made-up person, in tests and measurements.
    pub fn made_up(text: &str) -> Self {
        Self::keyed(b"made up", b"heqi.search-person/v1\n", &["", text])
    }
}

impl fmt::Display for PersonDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PersonDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonDigest(…)")
    }
}

impl TryFrom<String> for PersonDigest {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map(|()| Self(bytes))
    }
}

impl From<PersonDigest> for String {
    fn from(digest: PersonDigest) -> Self {
        digest.to_string()
    }
}

/// Texts that people write differently and mean the same: compatibility forms, letters of either
/// case, spaces, dots and brackets make no difference.
pub fn normalised(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// Part of a company's name, normalised: at least two characters.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct NameFragment(String);

/// The longest fragment, in characters.
pub const MAX_FRAGMENT: usize = 60;

impl NameFragment {
    /// The fragment as it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NameFragment {
    type Err = FragmentError;

    fn from_str(text: &str) -> Result<Self, FragmentError> {
        let text = normalised(text);
        match text.chars().count() {
            0 | 1 => Err(FragmentError::Short),
            2..=MAX_FRAGMENT => Ok(Self(text)),
            _ => Err(FragmentError::Long),
        }
    }
}

impl TryFrom<String> for NameFragment {
    type Error = FragmentError;

    fn try_from(text: String) -> Result<Self, FragmentError> {
        text.parse()
    }
}

impl From<NameFragment> for String {
    fn from(fragment: NameFragment) -> Self {
        fragment.0
    }
}

/// The text is no fragment to look for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "too short, too long, or it is one")]
pub enum FragmentError {
    /// One character finds everything.
    #[error("a fragment of a name has at least two characters")]
    Short,
    /// No company has such a name.
    #[error("a fragment of a name has at most {MAX_FRAGMENT} characters")]
    Long,
}

impl FragmentError {
    fn told(self) -> Told<'static> {
        match self {
            Self::Short => say(
                "fragment_short",
                ["企业名称片段过短。", "请至少输入两个字。"],
                ["This part of a company's name is too short.", "Type at least two characters."],
            ),
            Self::Long => say(
                "fragment_long",
                ["企业名称片段过长。", "请输入不超过60个字。"],
                ["This part of a company's name is too long.", "Type at most 60 characters."],
            ),
        }
        .is(Class::BadInput)
    }
}

refusals!(FragmentError);

/// What is looked for: a filing is found when everything that is said fits.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Sought {
    /// In the name of one of its companies.
    pub company: Option<NameFragment>,
    /// The code of one of its companies.
    pub code: Option<Uscc>,
    /// Its own number.
    pub number: Option<FilingNo>,
    /// Somebody who takes part.
    pub person: Option<PersonDigest>,
    /// Opened then or later.
    pub from: Option<UtcMillis>,
    /// Opened before.
    pub before: Option<UtcMillis>,
}

/// One page of what was found, the filing opened last first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters build it")]
pub struct FoundPage {
    /// The filings.
    pub filings: Vec<FilingId>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Rank>,
    /// How many there are on this page and after it; `None` where counting would mean looking at
    /// too many.
    pub remaining: Option<u64>,
}

/// How large an index is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters build it")]
pub struct IndexSize {
    /// Filings in it.
    pub filings: u64,
    /// Bytes on disk.
    pub disk_bytes: u64,
}

/// Finds filings. All methods may block.
pub trait SearchIndex: Send + Sync {
    /// How many leaves of the log stand behind what is in it; `None` when it was never filled.
    /// Survives a restart together with the content, or not at all.
    fn position(&self) -> Option<u64>;

    /// Puts filings in, each in the place of what it was before, and moves on to `position`.
    /// Both are found by [`SearchIndex::find`] once this returns. `None` leaves the position as
    /// it was: more of the same comes.
    ///
    /// # Errors
    /// [`IndexFault`]: nothing was changed.
    fn write(&self, filings: &[IndexedFiling], position: Option<u64>) -> Result<(), IndexFault>;

    /// Forgets everything.
    ///
    /// # Errors
    /// [`IndexFault`].
    fn clear(&self) -> Result<(), IndexFault>;

    /// A page of what is looked for: those that stand below `after`, at most `limit`, or one or
    /// two more where several share the last place.
    ///
    /// # Errors
    /// [`IndexFault`].
    fn find(
        &self,
        sought: &Sought,
        after: Option<Rank>,
        limit: usize,
    ) -> Result<FoundPage, IndexFault>;

    /// Whether this filing is among what is looked for.
    ///
    /// # Errors
    /// [`IndexFault`].
    fn holds(&self, sought: &Sought, number: FilingNo) -> Result<bool, IndexFault>;

    /// How large it is.
    fn size(&self) -> IndexSize;
}

/// The index could not do its part. It holds nothing that is not elsewhere.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the index of filings failed: {0}")]
pub struct IndexFault(String);

impl IndexFault {
    /// A failure, with what the library said; never with what was looked for.
    pub fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }
}

/// The digest of what identifies one index among others: whose it is, and the form of its documents.
pub fn index_label(name: &str) -> Digest {
    Digest::labelled("heqi.search-index/v1\n", name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_compared_without_what_people_write_differently() {
        let fragment: NameFragment = " （青穗）Ｔea ".parse().unwrap();
        assert_eq!(fragment.as_str(), "青穗tea");
        assert_eq!("茶".parse::<NameFragment>(), Err(FragmentError::Short));
        assert_eq!("·（）".parse::<NameFragment>(), Err(FragmentError::Short));
        assert_eq!("长".repeat(61).parse::<NameFragment>(), Err(FragmentError::Long));
    }

    #[test]
    fn places_are_in_the_order_of_time_and_survive_their_text() {
        let at = |ms| UtcMillis::from_millis(ms).unwrap();
        let [one, other] = [1, 2].map(|n| FilingId::from_bytes([n; 16]));
        let early = Rank::of(at(1_800_000_000_000), other);
        let late = Rank::of(at(1_800_000_000_001), one);
        assert!(early < late && Rank::first_at(at(1_800_000_000_001)) <= late);
        assert_eq!(late.to_string().parse::<Rank>(), Ok(late));
        assert!("+123456789abcdef".parse::<Rank>().is_err() && "1".parse::<Rank>().is_err());
    }
}
