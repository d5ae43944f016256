//! The attributes a signer's device salted itself: photo, strokes, place, device, clock.
//!
//! They enter the signed statement only through their root, so the statement holds
//! nothing personal and can always be shown whole.

use std::collections::BTreeMap;

use heqi_tlog::tree::Hash;
use heqi_vocabulary::{Digest, Entropy, Provenance};
use serde_json::Value;

use crate::canonical::CanonicalError;
use crate::disclosure::{self, Attribute, Disclosure, DisclosureError};
use crate::salt::Salt;
use crate::schema::{RecordKind, Schema};
use crate::tree::{AttributeTree, attribute_leaf, root_of};

/// A device's own attribute tree, every slot open.
#[derive(Clone, Debug)]
pub struct ClientAttributes {
    attributes: Vec<Attribute>,
}

/// Why bytes are not a device's attribute tree.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// They are no disclosure at all.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// They are a disclosure of another kind, or slots are closed.
    #[error("the device's tree must be of kind client with every slot open")]
    NotWhole,
    /// Something is claimed that a device cannot claim: only `reported`, `refused` and
    /// `absent` are its words.
    #[error("attribute {0} claims a provenance that a device cannot claim")]
    Provenance(&'static str),
}

impl ClientAttributes {
    /// Makes a device's tree: what real clients do, here for tests, demo and load.
    ///
    /// # Errors
    /// A value holds a number that is no integer within 2^53. Unknown names are left out.
    pub fn make(
        values: &BTreeMap<&str, (Value, Provenance)>,
        entropy: &dyn Entropy,
    ) -> Result<Self, CanonicalError> {
        let schema = Schema::newest(RecordKind::Client);
        let mut attributes = Vec::with_capacity(usize::from(schema.slots));
        for slot in 0..schema.slots {
            let Some(name) = schema.name(slot) else { continue };
            let (value, provenance) = match name {
                "kind" => (schema.kind.as_str().into(), Provenance::Reported),
                "schema" => (schema.version.into(), Provenance::Reported),
                _ => values.get(name).cloned().unwrap_or((Value::Null, Provenance::Absent)),
            };
            crate::canonical::check_numbers(&value).map_err(CanonicalError::NotStrict)?;
            let salt = Salt::from_bytes(entropy.bytes());
            attributes.push(Attribute { name, salt, value, provenance });
        }
        Ok(Self { attributes })
    }

    /// Reads the tree as a device sends it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ClientError> {
        let disclosure = Disclosure::parse(bytes)?;
        if disclosure.kind() != RecordKind::Client || !disclosure.is_full() {
            return Err(ClientError::NotWhole);
        }
        check_provenance(&disclosure)?;
        Ok(Self { attributes: disclosure.attributes().map(|(_, a)| a.clone()).collect() })
    }

    /// The root that the signing statement carries.
    pub fn root(&self) -> Digest {
        Digest::from_bytes(*root_of(&self.leaves()).as_bytes())
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The attributes that `wanted` names with the two that are always open, as canonical
    /// bytes.
    ///
    /// # Errors
    /// Cannot happen for a tree made here; kept because writing JSON is fallible.
    pub fn disclose(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<u8>, CanonicalError> {
        let frame = Schema::newest(RecordKind::Client).frame_slots();
        let opened: Vec<(u8, &Attribute)> = (0u8..)
            .zip(&self.attributes)
            .filter(|(slot, a)| frame.contains(slot) || wanted(a.name))
            .collect();
        let places: Vec<u8> = opened.iter().map(|(slot, _)| *slot).collect();
        let tree = AttributeTree::build(&self.leaves());
        disclosure::write(&opened, &tree.helper_hashes(&places))
    }

    fn leaves(&self) -> Vec<Hash> {
        self.attributes
            .iter()
            .map(|a| {
                // Numbers were checked when the tree was made or read.
                attribute_leaf(a.salt, a.name, &a.value, a.provenance)
                    .unwrap_or_else(|_| Hash::from_bytes([0; 32]))
            })
            .collect()
    }
}

/// Whether everything that is open claims only what a device can claim.
pub(crate) fn check_provenance(client: &Disclosure) -> Result<(), ClientError> {
    let own_word = |provenance| {
        matches!(provenance, Provenance::Reported | Provenance::Refused | Provenance::Absent)
    };
    match client.attributes().find(|(_, attribute)| !own_word(attribute.provenance)) {
        Some((_, attribute)) => Err(ClientError::Provenance(attribute.name)),
        None => Ok(()),
    }
}
