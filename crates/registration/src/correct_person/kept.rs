//! The corrections of a party, as they are kept beside their records: sealed for the person, and so erased with
//! what else is held of them.

use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_vocabulary::{Digest, FilingId, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::data_keys::{Sealing, data_key};
use crate::fault::Fault;
use crate::material::MaterialKind;
use crate::objects;
use crate::platform::Platform;
use crate::rows::{self, Pair};

/// Whose name or number was put right, where somebody signs for a minor: nothing else would tell both apart.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each is told in words of its own")]
pub enum Whose {
    /// The minor for whom it is signed.
    Ward,
    /// The guardian who signs.
    Guardian,
}

/// One correction of a person, as it is kept beside the record.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Correction {
    /// The record.
    pub record: RecordId,
    /// When.
    pub at: UtcMillis,
    /// The name until then.
    pub name_before: String,
    /// The name since.
    pub name_after: String,
    /// The last four of the number until then, where the number changed and one was declared.
    pub last_four_before: Option<String>,
    /// The last four of the number since, where the number changed.
    pub last_four_after: Option<String>,
    /// Who certified it.
    pub issuer: String,
    /// SHA-256 of the certificate.
    pub sha256: Digest,
    /// What its file is.
    pub kind: MaterialKind,
    /// Whose it is, of the party of a minor. Rows of before do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<Whose>,
    /// Where it is kept.
    pub(super) object: String,
}

/// The corrections of a party, in order, sealed for the person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectionsRow {
    content: Sealed<Vec<Correction>>,
}

/// Adds one to those of a party.
pub(super) async fn remember(
    platform: &Platform,
    changes: &mut Changeset,
    (filing, party): (FilingId, PartyId),
    correction: Correction,
) -> Result<(), Fault> {
    let key = Pair(filing, party);
    let place = rows::CORRECTIONS.key(&key)?;
    let row = rows::CORRECTIONS.row(platform.backend(), &key).await?;
    let mut all = match &row {
        None => Vec::new(),
        Some(row) => row.value.content.open(platform.backend().vault(), place.as_bytes())?,
    };
    all.push(correction);
    let sealing = Sealing::Class(RetentionClass::Person);
    let data_key = data_key(platform, filing, Some(party), sealing)?;
    let content = Sealed::seal(&data_key, place.as_bytes(), &all, platform.entropy());
    let kept = CorrectionsRow { content: content.map_err(Fault::broken)? };
    match row {
        None => Ok(rows::CORRECTIONS.insert(changes, &key, &kept)?),
        Some(before) => Ok(rows::CORRECTIONS.replace(changes, &key, before.version, &kept)?),
    }
}

/// Every correction of a party, in order; none where the person's data was erased.
pub(crate) async fn corrections(
    platform: &Platform,
    filing: FilingId,
    party: PartyId,
) -> Result<Vec<Correction>, Fault> {
    let key = Pair(filing, party);
    let Some(row) = rows::CORRECTIONS.row(platform.backend(), &key).await? else {
        return Ok(Vec::new());
    };
    let place = rows::CORRECTIONS.key(&key)?;
    let opened = row.value.content.open(platform.backend().vault(), place.as_bytes());
    match opened.map_err(Fault::from) {
        Err(Fault::Erased) => Ok(Vec::new()),
        other => other,
    }
}

impl Correction {
    /// Where the certificate is kept.
    pub(crate) fn object(&self) -> &str {
        &self.object
    }

    /// The certificate's bytes.
    pub(crate) async fn certificate(
        &self,
        platform: &Platform,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Fault> {
        objects::read(platform, &self.object, &objects::of_material(self.record)).await
    }
}
