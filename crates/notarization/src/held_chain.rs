//! The records of a chain as they are held, in order: what a bundle carries beside the statement
//! about the chain's end, and what an examination reads around one record.

use std::collections::BTreeMap;

use heqi_evidence::canonical::CanonicalError;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::EvidenceRecord;
use heqi_vocabulary::Digest;

use crate::deposited::{CHAINS, DEPOSITS, DepositRow, DepositedError, PLACES, PlaceKey, open_part};
use crate::office::NotaryOffice;

/// Frames beside the other entries of a container.
const MAX_FRAMES: usize = 3_500;

/// A chain as far as it is held.
pub(crate) struct HeldChain {
    /// What could be opened, in order.
    pub(crate) records: Vec<Disclosure>,
    /// Whether that is everything; not when a record was erased or is damaged.
    is_whole: bool,
}

impl HeldChain {
    /// Reads a chain. Whoever shows it with a statement about its end reads the statement first:
    /// what is added in between then contradicts nobody.
    pub(crate) async fn read(office: &NotaryOffice, chain: Digest) -> Result<Self, DepositedError> {
        let tip = CHAINS.durable_row(office.store(), &chain).await?;
        let last = tip.map_or(0, |row| row.value.tip.seq);
        let mut held = Self { records: Vec::new(), is_whole: true };
        for seq in 1..=last {
            let place = PLACES.durable_row(office.store(), &PlaceKey { chain, seq }).await?;
            let row = match place {
                Some(place) => DEPOSITS.durable_row(office.store(), &place.value.deposit).await?,
                None => None,
            };
            let record = match row {
                Some(row) => record(office, &row.value).await?,
                None => None,
            };
            // One erased or damaged record says nothing about the others.
            held.is_whole &= record.is_some();
            held.records.extend(record);
        }
        Ok(held)
    }

    /// The titles under which documents were added to the filing, by the digest of their bytes.
    pub(crate) fn titles(&self) -> BTreeMap<Digest, String> {
        let titled = |record: &Disclosure| {
            let title = record.text("document_title")?.to_owned();
            Some((record.parsed::<Digest>("document_sha256")?, title))
        };
        self.records.iter().filter_map(titled).collect()
    }

    /// The frames of all its records. `None` when one cannot be opened, or when they would not fit:
    /// a statement about the end without them would say that records are missing, so whoever shows
    /// no frames shows no statement either.
    ///
    /// # Errors
    /// A frame has no JSON form; it does not happen.
    pub(crate) fn frames(&self) -> Result<Option<Vec<Vec<u8>>>, CanonicalError> {
        if !self.is_whole || self.records.len() > MAX_FRAMES {
            return Ok(None);
        }
        let mut frames = Vec::with_capacity(self.records.len());
        for record in &self.records {
            // Only whole records are admitted.
            let Ok(whole) = EvidenceRecord::of_full(record) else { return Ok(None) };
            frames.push(whole.frame_only()?);
        }
        Ok(Some(frames))
    }
}

/// The record of a deposit; `None` when it was erased or is damaged. A store that does not answer
/// now is an error: an objection that cannot be read this time was made all the same.
pub(crate) async fn record(
    office: &NotaryOffice,
    row: &DepositRow,
) -> Result<Option<Disclosure>, DepositedError> {
    let Some(part) = row.parts.iter().find(|part| part.name == "record.json") else {
        return Ok(None);
    };
    match open_part(office, row.chain, part).await {
        Ok(bytes) => Ok(Disclosure::parse(&bytes).ok()),
        Err(error) if error.is_about_the_part() => Ok(None),
        Err(error) => Err(error),
    }
}
