//! The JSON of an envelope, member by member, with nothing tolerated.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::EnvelopeError;

/// The members of an envelope, all required, no others.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Members {
    pub(super) payload: String,
    #[serde(rename = "payloadType")]
    pub(super) payload_type: String,
    #[serde(deserialize_with = "objects")]
    pub(super) signatures: Vec<SignatureMembers>,
}

/// The members of one signature, both required, no others.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureMembers {
    pub(super) keyid: String,
    pub(super) sig: String,
}

/// Reads one JSON object with nothing but white space around it.
pub(super) fn read(bytes: &[u8]) -> Result<Members, EnvelopeError> {
    serde_json::from_slice::<Object<Members>>(bytes)
        .map(|object| object.0)
        // The parser's own sentence may quote content; only the place is kept.
        .map_err(|error| EnvelopeError::Json { line: error.line(), column: error.column() })
}

fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Vec::<Object<T>>::deserialize(deserializer)
        .map(|objects| objects.into_iter().map(|object| object.0).collect())
}

/// A value written as a JSON object. Derived structs would also read an array of their
/// values, a second spelling of the same envelope. Duplicate members they refuse.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(std::marker::PhantomData))
    }
}
