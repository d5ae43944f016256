//! A search as it is kept: so long as its findings may be looked at, and as evidence in its record.

use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::vault::{DataKey, DataKeyId};
use heqi_vocabulary::{RecordId, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::basis::{CaseNumber, LegalBasis};
use super::criteria::Criteria;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows;

/// A search as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegulatorQueryRow {
    pub(crate) account: StaffId,
    pub(crate) at: UtcMillis,
    /// Filings it found; none where they were too many to count.
    pub(crate) found: Option<u64>,
    pub(crate) content: Sealed<QueryContent>,
}

/// What only the sealed part holds.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueryContent {
    pub(crate) basis: LegalBasis,
    pub(crate) case_number: CaseNumber,
    pub(crate) criteria: Criteria,
}

fn key(platform: &Platform) -> Result<DataKey, Fault> {
    Ok(platform.backend().vault().create(DataKeyId::of(&[b"platform", b"-", b"regulator"]))?)
}

pub(super) fn seal(
    platform: &Platform,
    query: RecordId,
    content: &QueryContent,
) -> Result<Sealed<QueryContent>, Fault> {
    let place = rows::REGULATOR_QUERIES.key(&query)?;
    let sealed = Sealed::seal(&key(platform)?, place.as_bytes(), content, platform.entropy());
    sealed.map_err(Fault::broken)
}

pub(super) fn open(
    platform: &Platform,
    query: RecordId,
    row: &RegulatorQueryRow,
) -> Result<QueryContent, Fault> {
    let place = rows::REGULATOR_QUERIES.key(&query)?;
    Ok(row.content.open(platform.backend().vault(), place.as_bytes())?)
}
