//! Counters that many acts increase at once without waiting for each other: each is spread
//! over rows, and an act touches the row its record's random identifier points to.

use std::fmt;

use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::table::Table;
use heqi_vocabulary::RecordId;

use crate::fault::Fault;
use crate::platform::{Custodian, Platform};
use crate::rows::Pair;

const ROWS: u8 = 64;
const TALLIES: Table<Pair<Tally, u8>, u64> = Table::new("tally");

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tally {
    /// Completed signings.
    Signings,
    /// Records a custodian holds.
    Admitted(Custodian),
    /// Records a custodian refused.
    Refused(Custodian),
    /// Records a custodian answered for with other digests.
    Quarantined(Custodian),
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signings => f.write_str("signings"),
            Self::Admitted(custodian) => write!(f, "admitted-{custodian}"),
            Self::Refused(custodian) => write!(f, "refused-{custodian}"),
            Self::Quarantined(custodian) => write!(f, "quarantined-{custodian}"),
        }
    }
}

impl Tally {
    /// Counts `record` in the same commit.
    pub(crate) async fn count(
        self,
        platform: &Platform,
        changes: &mut Changeset,
        record: RecordId,
    ) -> Result<(), Fault> {
        let [.., last] = record.to_bytes();
        let key = Pair(self, last % ROWS);
        match TALLIES.row(platform.backend(), &key).await? {
            None => TALLIES.insert(changes, &key, &1)?,
            Some(row) => TALLIES.replace(changes, &key, row.version, &(row.value + 1))?,
        }
        Ok(())
    }

    /// How many were counted.
    pub(crate) async fn total(self, platform: &Platform) -> Result<u64, Fault> {
        let prefix = TALLIES.key(&Pair(self, 0))?;
        let prefix = prefix.as_bytes().strip_suffix(b"0").unwrap_or_default();
        let rows = platform.backend().scan(prefix, None, usize::from(ROWS)).await?;
        rows.iter().try_fold(0u64, |sum, (key, row)| {
            let count: u64 = serde_json::from_slice(&row.value)
                .map_err(|_| Fault::broken(format_args!("row {key} is no counter")))?;
            Ok(sum.saturating_add(count))
        })
    }
}
