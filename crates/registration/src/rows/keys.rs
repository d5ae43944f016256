//! Composed row keys: written so that text order is the order wanted.

use std::fmt;
use std::str::FromStr;

use heqi_evidence_store::table::MalformedKey;
use heqi_vocabulary::{RecordId, UtcMillis};

use crate::platform::Custodian;

pub(crate) use heqi_evidence_store::table::{Pair, Place};

/// Which cosigned head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cosigned {
    /// With a witness's line.
    Witnessed,
    /// With a mirror's line.
    Mirrored,
    /// With both, which is what the world is shown.
    Published,
}

impl fmt::Display for Cosigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Witnessed => "witnessed",
            Self::Mirrored => "mirrored",
            Self::Published => "published",
        })
    }
}

/// An instant, written so that text order is the newest first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Newest(pub(crate) UtcMillis);

impl Newest {
    /// 15 digits outlast the year 9999.
    const LAST: i64 = 999_999_999_999_999;
}

impl fmt::Display for Newest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:015}", Self::LAST - self.0.as_millis().clamp(0, Self::LAST))
    }
}

impl FromStr for Newest {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let left: i64 = text.parse().map_err(|_| MalformedKey)?;
        UtcMillis::from_millis(Self::LAST - left).map(Self).map_err(|_| MalformedKey)
    }
}

/// A record that a custodian has not answered for: `custodian/instant/record`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Awaited {
    pub(crate) custodian: Custodian,
    pub(crate) since: UtcMillis,
    pub(crate) record: RecordId,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 15 digits outlast the year 9999: text order is time order.
        let since_ms = self.since.as_millis().max(0);
        write!(f, "{}/{since_ms:015}/{}", self.custodian, self.record)
    }
}

impl FromStr for Awaited {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let Pair(custodian, Pair(since_ms, record)) = text.parse::<Pair<_, Pair<i64, _>>>()?;
        let since = UtcMillis::from_millis(since_ms).map_err(|_| MalformedKey)?;
        Ok(Self { custodian, since, record })
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::ChainId;

    use super::*;

    #[test]
    fn composed_keys_survive_their_text() {
        let record = RecordId::from_bytes([7; 16]);
        let since = UtcMillis::from_millis(1_800_000_000_123).unwrap();
        let awaited = Awaited { custodian: Custodian::Preservation, since, record };
        assert_eq!(awaited.to_string().parse::<Awaited>().unwrap(), awaited);
        let link = Pair(ChainId::from_bytes([1; 16]), Place(12));
        assert!(link.to_string().ends_with("/0000000012"));
        assert_eq!(link.to_string().parse::<Pair<ChainId, Place>>().unwrap(), link);
        let [early, late] = [since, since.plus_millis(1)].map(Newest);
        assert!(late.to_string() < early.to_string());
        assert_eq!(early.to_string().parse::<Newest>().unwrap(), early);
        assert!("data_centre/x".parse::<Awaited>().is_err());
    }
}
