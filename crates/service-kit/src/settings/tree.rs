//! Settings as a tree, and serde's way through it. Every step knows its key, so every
//! failure names it; whatever serde skips is an unknown key.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};

/// A place in the settings.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Table(BTreeMap<String, Node>),
    Array(Vec<Node>),
    /// What the file says.
    Value(toml::Value),
    /// What a variable says: text that becomes what is wanted.
    Text(String),
}

impl From<toml::Value> for Node {
    fn from(value: toml::Value) -> Self {
        match value {
            toml::Value::Table(table) => {
                Self::Table(table.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
            toml::Value::Array(values) => Self::Array(values.into_iter().map(Self::from).collect()),
            scalar => Self::Value(scalar),
        }
    }
}

impl Node {
    /// Puts `text` at `path`, in place of whatever is there.
    pub(super) fn set(&mut self, path: &[String], text: String) {
        let Some((first, rest)) = path.split_first() else {
            *self = Self::Text(text);
            return;
        };
        if !matches!(self, Self::Table(_)) {
            *self = Self::Table(BTreeMap::new());
        }
        if let Self::Table(table) = self {
            let child = table.entry(first.clone()).or_insert(Self::Table(BTreeMap::new()));
            child.set(rest, text);
        }
    }
}

/// A node and the key that leads to it.
pub(super) struct At<'a> {
    node: &'a Node,
    key: String,
}

impl<'a> At<'a> {
    pub(super) const fn root(node: &'a Node) -> Self {
        Self { node, key: String::new() }
    }

    fn child(&self, name: &str, node: &'a Node) -> Self {
        Self { node, key: joined(&self.key, name) }
    }

    /// Lets `read` look at the node; a failure without a key gets this one.
    fn here<T>(self, read: impl FnOnce(Self) -> Result<T, KeyError>) -> Result<T, KeyError> {
        let key = self.key.clone();
        read(self).map_err(|error| error.at(key))
    }
}

fn joined(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

macro_rules! from_text {
    ($($method:ident => $parse:ty, $visit:ident, $wanted:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
            self.here(|at| match at.node {
                Node::Text(text) => match text.trim().parse::<$parse>() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(KeyError::because(concat!("must be ", $wanted))),
                },
                _ => at.deserialize_any(visitor),
            })
        }
    )*};
}

impl<'de> Deserializer<'de> for At<'_> {
    type Error = KeyError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        self.here(|at| match at.node {
            Node::Table(table) => visitor.visit_map(Entries {
                at: &at,
                left: table.iter().collect::<Vec<_>>().into_iter(),
                value: None,
            }),
            Node::Array(nodes) => {
                let nodes = nodes.iter().enumerate().collect::<Vec<_>>().into_iter();
                visitor.visit_seq(Items { at: &at, left: nodes })
            }
            Node::Text(text) | Node::Value(toml::Value::String(text)) => visitor.visit_str(text),
            Node::Value(toml::Value::Integer(number)) => visitor.visit_i64(*number),
            Node::Value(toml::Value::Float(number)) => visitor.visit_f64(*number),
            Node::Value(toml::Value::Boolean(truth)) => visitor.visit_bool(*truth),
            Node::Value(other) => visitor.visit_str(&other.to_string()),
        })
    }

    from_text! {
        deserialize_bool => bool, visit_bool, "true or false";
        deserialize_i8 => i64, visit_i64, "a whole number";
        deserialize_i16 => i64, visit_i64, "a whole number";
        deserialize_i32 => i64, visit_i64, "a whole number";
        deserialize_i64 => i64, visit_i64, "a whole number";
        deserialize_u8 => u64, visit_u64, "a whole number that is not negative";
        deserialize_u16 => u64, visit_u64, "a whole number that is not negative";
        deserialize_u32 => u64, visit_u64, "a whole number that is not negative";
        deserialize_u64 => u64, visit_u64, "a whole number that is not negative";
        deserialize_f32 => f64, visit_f64, "a number";
        deserialize_f64 => f64, visit_f64, "a number";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        self.here(|at| visitor.visit_some(at))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        self.here(|at| visitor.visit_newtype_struct(at))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        self.here(|at| match at.node {
            Node::Text(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                let nodes: Vec<_> = parts.map(|part| Node::Text(part.to_owned())).collect();
                At { node: &Node::Array(nodes), key: at.key }.deserialize_any(visitor)
            }
            _ => at.deserialize_any(visitor),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        self.here(|at| match at.node {
            Node::Text(text) | Node::Value(toml::Value::String(text)) => {
                let word: StrDeserializer<'_, KeyError> = text.trim().into_deserializer();
                visitor.visit_enum(word)
            }
            Node::Table(table) => visitor.visit_enum(MapAccessDeserializer::new(Entries {
                at: &at,
                left: table.iter().collect::<Vec<_>>().into_iter(),
                value: None,
            })),
            _ => Err(KeyError::because("must be a word")),
        })
    }

    /// serde asks for this when a struct has no such field.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, KeyError> {
        Err(KeyError { key: Some(self.key), child: None, reason: None })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        self.deserialize_seq(visitor)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple_struct map struct
        identifier
    }
}

struct Entries<'a, 't> {
    at: &'a At<'t>,
    left: std::vec::IntoIter<(&'t String, &'t Node)>,
    value: Option<(&'t String, &'t Node)>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = KeyError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, KeyError> {
        self.value = self.left.next();
        let Some((name, _)) = self.value else { return Ok(None) };
        let name: StrDeserializer<'_, KeyError> = name.as_str().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, KeyError> {
        let Some((name, node)) = self.value.take() else {
            return Err(KeyError::because("has a value without a name"));
        };
        seed.deserialize(self.at.child(name, node))
    }
}

struct Items<'a, 't> {
    at: &'a At<'t>,
    left: std::vec::IntoIter<(usize, &'t Node)>,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = KeyError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, KeyError> {
        let Some((index, node)) = self.left.next() else { return Ok(None) };
        seed.deserialize(self.at.child(&index.to_string(), node)).map(Some)
    }
}

/// What is wrong with one key. Without a reason: nothing has a setting of this name.
#[derive(Debug)]
pub(super) struct KeyError {
    key: Option<String>,
    child: Option<String>,
    reason: Option<String>,
}

impl KeyError {
    fn because(reason: impl Into<String>) -> Self {
        Self { key: None, child: None, reason: Some(reason.into()) }
    }

    fn at(mut self, key: String) -> Self {
        if self.key.is_none() {
            self.key = Some(match self.child.take() {
                Some(child) => joined(&key, &child),
                None => key,
            });
        }
        self
    }

    pub(super) fn key(&self) -> String {
        self.key.clone().unwrap_or_default()
    }

    pub(super) fn into_reason(self) -> Option<String> {
        self.reason
    }
}

impl de::Error for KeyError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::because(format!("is not valid: {message}"))
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::because(format!("must be {wanted}, not {}", kind_of(&found)))
    }

    fn invalid_value(_found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::because(format!("must be {wanted}"))
    }

    fn unknown_variant(_found: &str, wanted: &'static [&'static str]) -> Self {
        Self::because(format!("must be one of {}", wanted.join(", ")))
    }

    fn unknown_field(name: &str, _wanted: &'static [&'static str]) -> Self {
        Self { key: None, child: Some(name.to_owned()), reason: None }
    }

    fn missing_field(name: &'static str) -> Self {
        Self { key: None, child: Some(name.to_owned()), reason: Some("is missing".to_owned()) }
    }
}

/// The kind of a value, never the value.
fn kind_of(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number",
        Unexpected::Str(_) | Unexpected::Char(_) => "a text",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a table",
        _ => "that",
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.as_deref().unwrap_or("is unknown"))
    }
}

impl std::error::Error for KeyError {}
