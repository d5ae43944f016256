//! A disclosure: some slots of an attribute tree opened, the rest as hashes.
//!
//! One wire format serves the full record (every slot open, no hashes), the selective
//! disclosure (some slots open) and the record after an erasure (a class closed). What is
//! read is always strict: the name of each slot, the order of slots, the number of
//! helper hashes and the frame are checked, and the root is computed, never taken.

use std::collections::BTreeMap;

use heqi_tlog::tree::Hash;
use heqi_vocabulary::{Digest, Provenance};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{self, CanonicalError};
use crate::salt::Salt;
use crate::schema::{RecordKind, Schema};
use crate::tree::{TreeError, attribute_leaf, root_from_parts};

/// The largest disclosure read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
const FORMAT: &str = "heqi.record/v1";

/// One opened slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its one name in the schema.
    pub name: &'static str,
    /// Its salt.
    pub salt: Salt,
    /// Its value; null when nothing was obtained.
    pub value: Value,
    /// How the value was obtained.
    pub provenance: Provenance,
}

/// What could be read of an attribute tree, with the root it proves.
#[derive(Clone, Debug)]
pub struct Disclosure {
    schema: &'static Schema,
    attributes: BTreeMap<u8, Attribute>,
    root: Hash,
}

/// Why bytes are not a disclosure.
#[derive(Debug, thiserror::Error)]
pub enum DisclosureError {
    /// More than [`MAX_BYTES`].
    #[error("a disclosure has at most {MAX_BYTES} bytes")]
    TooLarge,
    /// Not canonical JSON of the shape of this format.
    #[error(transparent)]
    Json(#[from] CanonicalError),
    /// The format word is another one.
    #[error("the format is not {FORMAT}")]
    Format,
    /// Slots 0 and 1 do not name a known kind and version.
    #[error("slots 0 and 1 do not name a known kind of evidence and its schema version")]
    Schema,
    /// Slots are not strictly ascending: one comes twice or out of order.
    #[error("slot {0} comes twice or out of order")]
    SlotOrder(u8),
    /// The slot lies beyond the tree.
    #[error("slot {0} lies beyond the tree")]
    SlotBeyondTree(u8),
    /// The name does not belong to the slot.
    #[error("slot {0} carries a name that is not its own")]
    NameOutsideSlot(u8),
    /// A value where nothing was obtained, nothing where a value was, or a value in a
    /// reserved slot.
    #[error("slot {0} does not fit its provenance")]
    ProvenanceMismatch(u8),
    /// A slot of the frame is closed.
    #[error("slot {0} must always be disclosed")]
    FrameClosed(u8),
    /// The helper hashes do not fit.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    attributes: Vec<(u8, Salt, String, Value, Provenance)>,
    format: String,
    hashes: Vec<Digest>,
}

impl Disclosure {
    /// Reads a disclosure and computes the root it proves.
    ///
    /// # Errors
    /// See [`DisclosureError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DisclosureError> {
        if bytes.len() > MAX_BYTES {
            return Err(DisclosureError::TooLarge);
        }
        let wire: Wire = canonical::parse(bytes)?;
        if wire.format != FORMAT {
            return Err(DisclosureError::Format);
        }
        let schema = schema_of(&wire)?;
        let attributes = read_attributes(schema, wire.attributes)?;
        if let Some(closed) = schema.frame_slots().find(|slot| !attributes.contains_key(slot)) {
            return Err(DisclosureError::FrameClosed(closed));
        }
        let mut leaves = BTreeMap::new();
        for (slot, a) in &attributes {
            leaves.insert(*slot, attribute_leaf(a.salt, a.name, &a.value, a.provenance)?);
        }
        let helpers: Vec<Hash> =
            wire.hashes.iter().map(|d| Hash::from_bytes(*d.as_bytes())).collect();
        let root = root_from_parts(schema.slots, &leaves, &helpers)?;
        Ok(Self { schema, attributes, root })
    }

    /// The root of the whole tree, computed from what was read.
    pub fn root(&self) -> Digest {
        Digest::from_bytes(*self.root.as_bytes())
    }

    /// The kind of evidence.
    pub fn kind(&self) -> RecordKind {
        self.schema.kind
    }

    /// The schema.
    pub fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// Whether every slot is open.
    pub fn is_full(&self) -> bool {
        self.attributes.len() == usize::from(self.schema.slots)
    }

    /// The opened attribute of this name; `None` when its slot is closed or unknown.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(&self.schema.slot(name)?)
    }

    /// The value of an opened attribute that has one.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.attribute(name).map(|a| &a.value).filter(|v| !v.is_null())
    }

    /// The text of an opened attribute.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_str)
    }

    /// The text of an opened attribute, parsed.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// The opened attributes with their slots, in slot order.
    pub fn attributes(&self) -> impl Iterator<Item = (u8, &Attribute)> {
        self.attributes.iter().map(|(slot, attribute)| (*slot, attribute))
    }
}

fn schema_of(wire: &Wire) -> Result<&'static Schema, DisclosureError> {
    match wire.attributes.as_slice() {
        [(0, _, kind_name, Value::String(kind), _), (1, _, schema_name, version, _), ..]
            if kind_name == "kind" && schema_name == "schema" =>
        {
            version
                .as_u64()
                .and_then(|version| Schema::find(kind, version))
                .ok_or(DisclosureError::Schema)
        }
        _ => Err(DisclosureError::Schema),
    }
}

fn read_attributes(
    schema: &'static Schema,
    listed: Vec<(u8, Salt, String, Value, Provenance)>,
) -> Result<BTreeMap<u8, Attribute>, DisclosureError> {
    let mut attributes: BTreeMap<u8, Attribute> = BTreeMap::new();
    for (slot, salt, name, value, provenance) in listed {
        let own = schema.name(slot).ok_or(DisclosureError::SlotBeyondTree(slot))?;
        if attributes.last_key_value().is_some_and(|(last, _)| *last >= slot) {
            return Err(DisclosureError::SlotOrder(slot));
        }
        if own != name {
            return Err(DisclosureError::NameOutsideSlot(slot));
        }
        let reserved_but_used = schema.is_reserved(slot) && provenance != Provenance::Absent;
        if reserved_but_used || value.is_null() != provenance.is_empty() {
            return Err(DisclosureError::ProvenanceMismatch(slot));
        }
        attributes.insert(slot, Attribute { name: own, salt, value, provenance });
    }
    Ok(attributes)
}

/// Writes a disclosure from opened attributes and helper hashes.
///
/// # Errors
/// A value holds a number that is no integer within 2^53.
pub(crate) fn write(
    opened: &[(u8, &Attribute)],
    helpers: &[Hash],
) -> Result<Vec<u8>, CanonicalError> {
    canonical::to_bytes(&Wire {
        attributes: opened
            .iter()
            .map(|(slot, a)| (*slot, a.salt, a.name.to_owned(), a.value.clone(), a.provenance))
            .collect(),
        format: FORMAT.to_owned(),
        hashes: helpers.iter().map(|h| Digest::from_bytes(*h.as_bytes())).collect(),
    })
}

impl Disclosure {
    /// A view of slots a custodian already holds; its root is not meaningful.
    pub(crate) fn of_frame(schema: &'static Schema, opened: &[(u8, &Attribute)]) -> Self {
        Self {
            schema,
            attributes: opened.iter().map(|(slot, a)| (*slot, (*a).clone())).collect(),
            root: Hash::from_bytes([0; 32]),
        }
    }
}
