//! Evidence records: one fact, in a tree of salted attributes, at one place of one chain.
//!
//! A [`RecordDraft`] collects values; [`RecordDraft::at`] puts it at its place in the
//! chain and makes the [`EvidenceRecord`]. Because only the place changes when another
//! record of the same chain was faster, a draft is kept and placed again, which changes
//! three leaves and nothing else.

use std::collections::BTreeMap;
use std::fmt;

use heqi_tlog::tree::Hash;
use heqi_vocabulary::{ChainId, Digest, Entropy, Provenance, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::CanonicalError;
use crate::disclosure::{self, Attribute, Disclosure};
use crate::leaf::{LogLeaf, RecordRoot};
use crate::salt::{RecordSeed, Salts};
use crate::schema::{RecordKind, RetentionClass, Schema};
use crate::tree::{AttributeTree, attribute_leaf, root_of};

/// Which system made a record (SF/T 0091-2021 keeps the two apart).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum GeneratedBy {
    /// 平台(非公证机构管控): a system the notary does not control.
    Platform,
    /// 公证保管系统: a system the notary controls.
    NotaryPreservationSystem,
}

impl GeneratedBy {
    /// The word in slot 7.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::NotaryPreservationSystem => "notary_preservation_system",
        }
    }
}

/// The place of a record in its chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ChainPlace {
    /// The chain.
    pub chain: ChainId,
    /// 1 for the first record of a chain, then one more each.
    pub seq: u64,
    /// Root of the record before; the chain's commitment for the first.
    pub prev: Digest,
    /// When the record was made, later than the one before.
    pub recorded_at: UtcMillis,
}

/// The always disclosed head of a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Frame {
    /// What happened.
    pub kind: RecordKind,
    /// The record.
    pub record_id: RecordId,
    /// Its place.
    pub place: ChainPlace,
    /// Who made it.
    pub generated_by: GeneratedBy,
}

/// Why a value cannot stand where it was put.
#[derive(Debug, thiserror::Error)]
pub enum AttributeError {
    /// The schema of this kind has no attribute of that name.
    #[error("a {kind} record has no attribute {name}")]
    Unknown {
        /// The kind of record.
        kind: RecordKind,
        /// The name that was tried.
        name: String,
    },
    /// A value that nobody obtained, or nothing where something was obtained.
    #[error("attribute {0} has a value that does not fit its provenance")]
    Provenance(&'static str),
    /// A number that is no integer within 2^53.
    #[error(transparent)]
    Number(#[from] CanonicalError),
}

/// The values of a record that has no place in its chain yet.
#[derive(Clone, Debug)]
pub struct RecordDraft {
    schema: &'static Schema,
    record_id: RecordId,
    generated_by: GeneratedBy,
    seeds: BTreeMap<RetentionClass, RecordSeed>,
    values: BTreeMap<u8, (Value, Provenance)>,
}

impl RecordDraft {
    /// A draft without values, with new random seeds.
    pub fn new(kind: RecordKind, generated_by: GeneratedBy, entropy: &dyn Entropy) -> Self {
        Self::in_schema(Schema::of(kind), generated_by, entropy)
    }

    /// The same in the newest schema of the kind: for what the first has no slot for.
    pub fn newest(kind: RecordKind, generated_by: GeneratedBy, entropy: &dyn Entropy) -> Self {
        Self::in_schema(Schema::newest(kind), generated_by, entropy)
    }

    fn in_schema(
        schema: &'static Schema,
        generated_by: GeneratedBy,
        entropy: &dyn Entropy,
    ) -> Self {
        let seeds = (0..schema.slots)
            .map(|slot| schema.class(slot))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|class| (class, RecordSeed::random(entropy)))
            .collect();
        let record_id = RecordId::random(entropy);
        Self { schema, record_id, generated_by, seeds, values: BTreeMap::new() }
    }

    /// The identifier the record will have.
    pub fn record_id(&self) -> RecordId {
        self.record_id
    }

    /// Sets one attribute after the frame.
    ///
    /// # Errors
    /// See [`AttributeError`].
    pub fn set(
        &mut self,
        name: &str,
        value: impl Into<Value>,
        provenance: Provenance,
    ) -> Result<&mut Self, AttributeError> {
        let unknown = || AttributeError::Unknown { kind: self.schema.kind, name: name.to_owned() };
        let slot = self.schema.slot(name).ok_or_else(unknown)?;
        let own = self.schema.name(slot).ok_or_else(unknown)?;
        if self.schema.is_reserved(slot) || self.schema.class(slot) == RetentionClass::Frame {
            return Err(unknown());
        }
        let value = value.into();
        if value.is_null() != provenance.is_empty() {
            return Err(AttributeError::Provenance(own));
        }
        crate::canonical::check_numbers(&value)
            .map_err(|e| AttributeError::Number(CanonicalError::NotStrict(e)))?;
        self.values.insert(slot, (value, provenance));
        Ok(self)
    }

    /// Puts the draft at a place in its chain.
    pub fn at(&self, place: ChainPlace) -> EvidenceRecord {
        let frame = Frame {
            kind: self.schema.kind,
            record_id: self.record_id,
            place,
            generated_by: self.generated_by,
        };
        let mut values = self.values.clone();
        values.extend(frame_values(self.schema, &frame));
        EvidenceRecord::open(self.schema, frame, &self.seeds, values)
    }
}

/// A record at its place, with as many of its slots as its custodian still can open.
#[derive(Clone)]
pub struct EvidenceRecord {
    schema: &'static Schema,
    frame: Frame,
    slots: Vec<Slot>,
    root: Hash,
}

#[derive(Clone)]
enum Slot {
    Open(Attribute),
    Closed(Hash),
}

impl EvidenceRecord {
    fn open(
        schema: &'static Schema,
        frame: Frame,
        seeds: &BTreeMap<RetentionClass, RecordSeed>,
        mut values: BTreeMap<u8, (Value, Provenance)>,
    ) -> Self {
        let salts: BTreeMap<RetentionClass, Salts> =
            seeds.iter().map(|(class, seed)| (*class, seed.salts())).collect();
        let slots = (0..schema.slots)
            .filter_map(|slot| {
                let salt = salts.get(&schema.class(slot))?.salt(slot);
                let (value, provenance) =
                    values.remove(&slot).unwrap_or((Value::Null, Provenance::Absent));
                Some(Slot::Open(Attribute { name: schema.name(slot)?, salt, value, provenance }))
            })
            .collect();
        Self::assemble(schema, frame, slots)
    }

    fn assemble(schema: &'static Schema, frame: Frame, slots: Vec<Slot>) -> Self {
        let leaves: Vec<Hash> = slots.iter().map(Slot::leaf).collect();
        let root = root_of(&leaves);
        Self { schema, frame, slots, root }
    }

    /// The record that a full disclosure holds: for a custodian that gives it back.
    ///
    /// # Errors
    /// Not full, or the frame is malformed.
    pub fn of_full(disclosure: &Disclosure) -> Result<Self, FrameError> {
        if !disclosure.is_full() {
            return Err(FrameError("full"));
        }
        let frame = Frame::read(disclosure)?;
        let slots = disclosure.attributes().map(|(_, a)| Slot::Open(a.clone())).collect();
        Ok(Self::assemble(disclosure.schema(), frame, slots))
    }

    /// The always disclosed head.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The root that the log leaf carries.
    pub fn root(&self) -> RecordRoot {
        RecordRoot::new(Digest::from_bytes(*self.root.as_bytes()))
    }

    /// The entry of the log for this record.
    pub fn leaf(&self) -> LogLeaf {
        LogLeaf::Record(self.root())
    }

    /// Every slot that can be opened, as canonical bytes.
    ///
    /// # Errors
    /// Cannot happen for a record made here; kept because writing JSON is fallible.
    pub fn full(&self) -> Result<Vec<u8>, CanonicalError> {
        self.disclose(|_| true)
    }

    /// The frame alone, as canonical bytes.
    ///
    /// # Errors
    /// As [`Self::full`].
    pub fn frame_only(&self) -> Result<Vec<u8>, CanonicalError> {
        self.disclose(|_| false)
    }

    /// The frame and the attributes that `wanted` names, as canonical bytes. What was
    /// erased stays closed whatever is wanted.
    ///
    /// # Errors
    /// As [`Self::full`].
    pub fn disclose(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<u8>, CanonicalError> {
        let frame = self.schema.frame_slots();
        let opened: Vec<(u8, &Attribute)> = (0u8..)
            .zip(&self.slots)
            .filter_map(|(slot, state)| match state {
                Slot::Open(a) if frame.contains(&slot) || wanted(a.name) => Some((slot, a)),
                _ => None,
            })
            .collect();
        let places: Vec<u8> = opened.iter().map(|(slot, _)| *slot).collect();
        let leaves: Vec<Hash> = self.slots.iter().map(Slot::leaf).collect();
        disclosure::write(&opened, &AttributeTree::build(&leaves).helper_hashes(&places))
    }
}

impl Slot {
    fn leaf(&self) -> Hash {
        match self {
            Self::Closed(hash) => *hash,
            // Numbers were checked when the value was set or read.
            Self::Open(a) => attribute_leaf(a.salt, a.name, &a.value, a.provenance)
                .unwrap_or_else(|_| Hash::from_bytes([0; 32])),
        }
    }
}

impl fmt::Debug for EvidenceRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EvidenceRecord({:?})", self.frame)
    }
}

impl Frame {
    /// Reads the frame of a disclosed record.
    ///
    /// # Errors
    /// A device's tree has no frame; a frame value that is no value of its kind, or that
    /// somebody other than the server stands behind, is named.
    pub fn read(disclosure: &Disclosure) -> Result<Self, FrameError> {
        if disclosure.kind() == RecordKind::Client {
            return Err(FrameError("kind"));
        }
        for slot in disclosure.schema().frame_slots() {
            let name = disclosure.schema().name(slot).unwrap_or_default();
            if disclosure.attribute(name).is_none_or(|a| a.provenance != Provenance::Observed) {
                return Err(FrameError(name));
            }
        }
        let generated_by = match disclosure.text("generated_by") {
            Some("platform") => GeneratedBy::Platform,
            Some("notary_preservation_system") => GeneratedBy::NotaryPreservationSystem,
            _ => return Err(FrameError("generated_by")),
        };
        let seq = disclosure.value("seq").and_then(Value::as_u64).filter(|seq| *seq > 0);
        Ok(Self {
            kind: disclosure.kind(),
            record_id: disclosure.parsed("record_id").ok_or(FrameError("record_id"))?,
            place: ChainPlace {
                chain: disclosure.parsed("chain").ok_or(FrameError("chain"))?,
                seq: seq.ok_or(FrameError("seq"))?,
                prev: disclosure.parsed("prev").ok_or(FrameError("prev"))?,
                recorded_at: disclosure.parsed("recorded_at").ok_or(FrameError("recorded_at"))?,
            },
            generated_by,
        })
    }
}

/// Which frame attribute is missing or malformed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the frame attribute {0} is missing or malformed")]
pub struct FrameError(pub &'static str);

fn frame_values(schema: &Schema, frame: &Frame) -> BTreeMap<u8, (Value, Provenance)> {
    let values: [Value; 8] = [
        frame.kind.as_str().into(),
        schema.version.into(),
        frame.record_id.to_string().into(),
        frame.place.chain.to_string().into(),
        frame.place.seq.into(),
        frame.place.prev.to_string().into(),
        frame.place.recorded_at.to_string().into(),
        frame.generated_by.as_str().into(),
    ];
    schema.frame_slots().zip(values.map(|v| (v, Provenance::Observed))).collect()
}

mod stored;
pub use stored::{ClassContent, StoredClass, StoredRecord, StoredRecordError};

mod client;
pub(crate) use client::check_provenance;
pub use client::{ClientAttributes, ClientError};

#[cfg(test)]
mod tests;
