//! What an erasure reaches: the records about a party, the keys, the objects.

use std::collections::BTreeSet;

use heqi_evidence::erasure::ERASABLE;
use heqi_evidence::record::ClientAttributes;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::vault::DataKeyId;
use heqi_filing::Filing;
use heqi_vocabulary::{ChainId, FilingId, PartyId, RecordId};

use super::rows::{ERASED, ErasedRow};
use crate::ceremonies;
use crate::correct_person::corrections;
use crate::data_keys::{Sealing, data_key_id};
use crate::fault::{ActError, Fault};
use crate::ledger::{self, KeptRecord};
use crate::objects;
use crate::platform::Platform;
use crate::rows::{self, Pair, Place};
use crate::verify_identity::portraits;

/// What an erasure reaches.
pub(crate) struct Affected {
    /// Every record about the party, in the order of its chains.
    pub(crate) records: Vec<KeptRecord>,
    /// Keys of the classes.
    pub(crate) keys: Vec<DataKeyId>,
    /// Portraits that authorities gave of the party, where its face is erased.
    pub(crate) portraits: Vec<String>,
    /// Certificates by which the person was put right, where it is erased.
    certificates: Vec<String>,
}

/// Finds what an erasure of these classes reaches.
pub(crate) async fn affected(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
    classes: &[RetentionClass],
) -> Result<Affected, ActError> {
    let mut records = records_of_chain(platform, filing.chain(), party).await?;
    for (_, chain) in rows::ACCESS_CHAINS
        .scan(platform.backend(), &format!("{}/", filing.id()), None, usize::MAX)
        .await
        .map_err(Fault::from)?
    {
        records.extend(records_of_chain(platform, chain.value, party).await?);
    }
    let portraits = if classes.contains(&RetentionClass::Biometric) {
        portraits::all_of(platform, (filing.id(), party)).await?
    } else {
        Vec::new()
    };
    let corrections = if classes.contains(&RetentionClass::Person) {
        corrections(platform, filing.id(), party).await?
    } else {
        Vec::new()
    };
    let certificates = corrections.iter().map(|one| one.object().to_owned()).collect();
    Ok(Affected { records, keys: keys(filing.id(), party, classes), portraits, certificates })
}

async fn records_of_chain(
    platform: &Platform,
    chain: ChainId,
    party: PartyId,
) -> Result<Vec<KeptRecord>, ActError> {
    let links: Vec<(Pair<ChainId, Place>, _)> = rows::LINKS
        .scan(platform.backend(), &format!("{chain}/"), None, usize::MAX)
        .await
        .map_err(Fault::from)?;
    let mut records = Vec::new();
    for (_, link) in links {
        let record = ledger::find(platform, link.value).await?;
        if record.about.party == Some(party) {
            records.push(record);
        }
    }
    Ok(records)
}

fn keys(filing: FilingId, party: PartyId, classes: &[RetentionClass]) -> Vec<DataKeyId> {
    let mut keys = Vec::new();
    for class in classes {
        keys.push(data_key_id(filing, Some(party), Sealing::Class(*class)));
        if *class == RetentionClass::Person {
            keys.push(data_key_id(filing, Some(party), Sealing::Party));
            keys.push(data_key_id(filing, Some(party), Sealing::Ceremony));
        }
    }
    keys
}

impl Affected {
    /// The rows that keep the record provable once the classes cannot be opened any more;
    /// what an earlier erasure left stays in them.
    pub(crate) async fn remains(
        &self,
        platform: &Platform,
        classes: &[RetentionClass],
    ) -> Result<Vec<(RecordId, ErasedRow)>, ActError> {
        let mut remains = Vec::new();
        for record in &self.records {
            let before = ERASED.row(platform.backend(), &record.record_id).await;
            let mut row = before.map_err(Fault::from)?.map(|row| row.value).unwrap_or_default();
            let opened = record.open(platform)?;
            for class in classes.iter().filter(|class| ERASABLE.contains(class)) {
                let leaves = opened.leaves_of(*class);
                if !leaves.is_empty() {
                    row.classes.entry(*class).or_insert(leaves);
                }
            }
            if classes.contains(&RetentionClass::Trace) && row.client.is_none() {
                row.client = closed_client(platform, record)?;
            }
            remains.push((record.record_id, row));
        }
        Ok(remains)
    }

    /// Objects that nobody can open afterwards: photos and frames of signings, those of
    /// ceremonies that were never signed, videos of either, portraits of authorities, what
    /// guardians showed, and certificates of corrections.
    pub(crate) async fn objects(
        &self,
        platform: &Platform,
        classes: &[RetentionClass],
    ) -> Result<Vec<String>, ActError> {
        let has_photos = classes.contains(&RetentionClass::Biometric);
        let has_proofs = classes.contains(&RetentionClass::Person);
        let mut objects: BTreeSet<String> =
            self.portraits.iter().chain(&self.certificates).cloned().collect();
        for record in self.records.iter().filter(|_| has_photos) {
            let Some(private) = record.private(platform)? else { continue };
            let frames = private.actions.and_then(|taken| taken.frames).map(String::from);
            objects.extend(private.photo.into_iter().chain(frames));
        }
        let of_records: BTreeSet<_> =
            self.records.iter().filter_map(|record| record.about.ceremony).collect();
        for ceremony in of_records {
            match ceremonies::load(platform, ceremony).await {
                Ok(stored) => {
                    let ceremony = &stored.content.ceremony;
                    let taken = objects::of_ceremony(ceremony);
                    objects.extend(taken.into_iter().filter(|_| has_photos));
                    let proof = stored.content.guardianship.map(|shown| shown.object);
                    objects.extend(proof.filter(|_| has_proofs));
                }
                Err(ActError::Fault(Fault::Erased)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(objects.into_iter().collect())
    }
}

/// The device's own tree with nothing but its frame open: it still has the root that the
/// device signed.
fn closed_client(platform: &Platform, record: &KeptRecord) -> Result<Option<String>, Fault> {
    let Some(private) = record.private(platform)? else { return Ok(None) };
    let client = ClientAttributes::parse(private.client.as_bytes())
        .map_err(|_| Fault::broken("a kept device tree cannot be read"))?;
    let bytes = client.disclose(|_| false).map_err(Fault::broken)?;
    String::from_utf8(bytes).map(Some).map_err(Fault::broken)
}
