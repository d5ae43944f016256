//! How a custodian keeps a record: one part per retention class, each sealed by the
//! custodian under its own data key; leaf hashes in clear only for a class that was
//! erased.

use std::collections::BTreeMap;

use heqi_tlog::tree::Hash;
use heqi_vocabulary::{Digest, Provenance};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{EvidenceRecord, Frame, FrameError, RecordDraft, Slot, frame_values};
use crate::disclosure::{Attribute, Disclosure};
use crate::salt::RecordSeed;
use crate::schema::{RetentionClass, Schema};

/// The values of one class with the seed of their salts. Absent slots are left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClassContent {
    seed: RecordSeed,
    values: Vec<(u8, Value, Provenance)>,
}

/// One class of a stored record: still there, or erased.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a class either can be opened or cannot")]
pub enum StoredClass {
    /// Seed and values.
    Open(ClassContent),
    /// Leaf hashes by slot; what they hid is gone here.
    Erased(Vec<(u8, Digest)>),
}

/// A record taken apart by class.
#[derive(Clone, Debug)]
pub struct StoredRecord {
    /// One part per class of the record's schema. The frame is among them and is stored
    /// in clear.
    pub classes: BTreeMap<RetentionClass, StoredClass>,
}

/// Why stored parts do not make a record.
#[derive(Debug, thiserror::Error)]
pub enum StoredRecordError {
    /// The frame class is missing, or its values are malformed.
    #[error("the stored frame cannot be read: {0}")]
    Frame(#[from] FrameError),
    /// A class of the schema is missing, or a slot stands in a class that is not its own.
    #[error("the stored classes do not fit the schema")]
    Classes,
}

impl RecordDraft {
    /// Every class after the frame, to be sealed before the record has its place.
    pub fn contents(&self) -> BTreeMap<RetentionClass, ClassContent> {
        self.seeds
            .iter()
            .filter(|(class, _)| **class != RetentionClass::Frame)
            .map(|(class, seed)| {
                let values = self
                    .values
                    .iter()
                    .filter(|(slot, _)| self.schema.class(**slot) == *class)
                    .map(|(slot, (value, provenance))| (*slot, value.clone(), *provenance))
                    .collect();
                (*class, ClassContent { seed: seed.clone(), values })
            })
            .collect()
    }

    /// The frame class of the record at its place, to be kept in clear.
    pub fn frame_content(&self, record: &EvidenceRecord) -> ClassContent {
        let seed = self.seeds.get(&RetentionClass::Frame).cloned();
        ClassContent {
            seed: seed.unwrap_or_else(|| RecordSeed::from_bytes([0; 32])),
            values: frame_values(self.schema, record.frame())
                .into_iter()
                .map(|(slot, (value, provenance))| (slot, value, provenance))
                .collect(),
        }
    }
}

impl StoredRecord {
    /// Puts the parts together again.
    ///
    /// # Errors
    /// See [`StoredRecordError`].
    pub fn assemble(&self) -> Result<EvidenceRecord, StoredRecordError> {
        let Some(StoredClass::Open(frame_class)) = self.classes.get(&RetentionClass::Frame) else {
            return Err(StoredRecordError::Classes);
        };
        let schema = schema_of(frame_class)?;
        if !self.classes.iter().all(|(class, stored)| holds_its_own(schema, *class, stored)) {
            return Err(StoredRecordError::Classes);
        }
        let mut slots = Vec::with_capacity(usize::from(schema.slots));
        for slot in 0..schema.slots {
            let class = self.classes.get(&schema.class(slot)).ok_or(StoredRecordError::Classes)?;
            slots.push(restore(schema, slot, class).ok_or(StoredRecordError::Classes)?);
        }
        let frame = read_frame(schema, &slots)?;
        Ok(EvidenceRecord::assemble(schema, frame, slots))
    }
}

impl EvidenceRecord {
    /// The leaf hashes of one class, to be written when its content is erased.
    pub fn leaves_of(&self, class: RetentionClass) -> Vec<(u8, Digest)> {
        (0u8..)
            .zip(&self.slots)
            .filter(|(slot, _)| self.schema.class(*slot) == class)
            .map(|(slot, state)| (slot, Digest::from_bytes(*state.leaf().as_bytes())))
            .collect()
    }
}

fn schema_of(frame: &ClassContent) -> Result<&'static Schema, StoredRecordError> {
    let at = |wanted: u8| frame.values.iter().find(|(slot, ..)| *slot == wanted).map(|v| &v.1);
    match (at(0).and_then(Value::as_str), at(1).and_then(Value::as_u64)) {
        (Some(kind), Some(version)) => Schema::find(kind, version),
        _ => None,
    }
    .ok_or(StoredRecordError::Frame(FrameError("schema")))
}

/// Whether every slot stands in the class it belongs to, once, and with a value where its
/// provenance wants one.
fn holds_its_own(schema: &'static Schema, class: RetentionClass, stored: &StoredClass) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut own =
        |slot: u8| slot < schema.slots && schema.class(slot) == class && seen.insert(slot);
    match stored {
        StoredClass::Erased(leaves) => leaves.iter().all(|(slot, _)| own(*slot)),
        StoredClass::Open(content) => content.values.iter().all(|(slot, value, provenance)| {
            let empty = schema.is_reserved(*slot) || provenance.is_empty();
            own(*slot) && value.is_null() == empty
        }),
    }
}

fn restore(schema: &'static Schema, slot: u8, class: &StoredClass) -> Option<Slot> {
    match class {
        StoredClass::Erased(leaves) => leaves
            .iter()
            .find(|(place, _)| *place == slot)
            .map(|(_, leaf)| Slot::Closed(Hash::from_bytes(*leaf.as_bytes()))),
        StoredClass::Open(content) => {
            let (value, provenance) = content
                .values
                .iter()
                .find(|(place, ..)| *place == slot)
                .map_or((Value::Null, Provenance::Absent), |(_, v, p)| (v.clone(), *p));
            crate::canonical::check_numbers(&value).ok()?;
            let name = schema.name(slot)?;
            Some(Slot::Open(Attribute { name, salt: content.seed.salt(slot), value, provenance }))
        }
    }
}

fn read_frame(schema: &'static Schema, slots: &[Slot]) -> Result<Frame, StoredRecordError> {
    let opened: Vec<(u8, &Attribute)> = schema
        .frame_slots()
        .zip(slots)
        .filter_map(|(place, slot)| match slot {
            Slot::Open(attribute) => Some((place, attribute)),
            Slot::Closed(_) => None,
        })
        .collect();
    Ok(Frame::read(&Disclosure::of_frame(schema, &opened))?)
}
