//! Canonical JSON: RFC 8785 (JCS) on I-JSON (RFC 7493), without floating-point numbers.
//!
//! Signed and hashed objects have exactly one spelling. [`parse`] reads a text only when
//! it is that spelling; [`to_bytes`] writes it. Duplicate member names are rejected while
//! reading, before anything is canonicalised; numbers are integers within ±(2^53 − 1).

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::{Map, Value};

/// The largest integer JSON readers agree on (RFC 7493 section 2.2).
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;
/// The deepest nesting of any Heqi object.
const MAX_DEPTH: u8 = 12;

/// Why a text is not canonical JSON of the wanted shape.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// Not JSON, a duplicate name, a floating-point or too large number, too deep.
    #[error("not strict JSON: {0}")]
    NotStrict(serde_json::Error),
    /// JSON, but not in its one canonical spelling.
    #[error("JSON, but not in canonical form (RFC 8785)")]
    NotCanonical,
    /// Canonical JSON of another shape.
    #[error("JSON of another shape: {0}")]
    Shape(serde_json::Error),
}

/// Reads canonical JSON into `T`, rejecting every other spelling of the same value.
///
/// # Errors
/// See [`CanonicalError`].
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CanonicalError> {
    let value = parse_value(bytes)?;
    if to_vec(&value) != bytes {
        return Err(CanonicalError::NotCanonical);
    }
    serde_json::from_value(value).map_err(CanonicalError::Shape)
}

/// Reads canonical JSON that is exactly what [`to_bytes`] makes of the value: a member that
/// may be null must not be left out, or the value would have two spellings.
///
/// # Errors
/// See [`CanonicalError`].
pub fn parse_exact<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, CanonicalError> {
    let value: T = parse(bytes)?;
    if to_bytes(&value)? == bytes { Ok(value) } else { Err(CanonicalError::NotCanonical) }
}

/// Reads strict JSON (no duplicate names, no floats) in any spelling.
///
/// # Errors
/// [`CanonicalError::NotStrict`].
pub fn parse_value(bytes: &[u8]) -> Result<Value, CanonicalError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(CanonicalError::NotStrict)?;
    reader.end().map_err(CanonicalError::NotStrict)?;
    Ok(value)
}

/// The canonical bytes of a value.
///
/// # Errors
/// The value holds a floating-point or too large number, or is no JSON at all.
pub fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(CanonicalError::Shape)?;
    check_numbers(&value).map_err(CanonicalError::Shape)?;
    Ok(to_vec(&value))
}

/// Whether every number in the value is an integer within ±(2^53 − 1).
///
/// # Errors
/// The first number that is not.
pub fn check_numbers(value: &Value) -> Result<(), serde_json::Error> {
    match value {
        Value::Number(n)
            if n.as_i64().is_none_or(|i| i.unsigned_abs() > MAX_INTEGER.unsigned_abs()) =>
        {
            Err(serde_json::Error::custom("a number that is not an integer within 2^53"))
        }
        Value::Array(items) => items.iter().try_for_each(check_numbers),
        Value::Object(members) => members.values().try_for_each(check_numbers),
        _ => Ok(()),
    }
}

fn to_vec(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out);
    out
}

/// Appends the canonical form of a value whose numbers were checked.
pub(crate) fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(n) => out.extend_from_slice(n.to_string().as_bytes()),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            if members.keys().map(String::as_bytes).is_sorted()
                && members.keys().all(|k| k.is_ascii())
            {
                write_members(members.iter(), out);
            } else {
                let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
                // RFC 8785 section 3.2.3 sorts by UTF-16 code units, which differs from UTF-8
                // order above U+FFFF.
                sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                write_members(sorted.into_iter(), out);
            }
            out.push(b'}');
        }
    }
}

fn write_members<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>, out: &mut Vec<u8>) {
    for (place, (name, member)) in members.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        write(member, out);
    }
}

/// Appends a string with its quotes.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    // Everything up to the next character that has an escape is written as it is: UTF-8
    // continuation bytes are none of them.
    while let Some(plain) = rest.iter().position(|byte| *byte < b' ' || b"\"\\".contains(byte)) {
        let (before, from) = rest.split_at(plain);
        out.extend_from_slice(before);
        let Some((special, after)) = from.split_first() else { break };
        match special {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Builds a [`Value`] and refuses what I-JSON and our formats refuse.
#[derive(Clone, Copy)]
struct Strict {
    depth: u8,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("nested too deep"));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without floating-point numbers")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        if (-MAX_INTEGER..=MAX_INTEGER).contains(&value) {
            Ok(value.into())
        } else {
            Err(E::custom("an integer beyond 2^53"))
        }
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value)
            .map_err(|_| E::custom("an integer beyond 2^53"))
            .and_then(|v| self.visit_i64(v))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom("a floating-point number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if values.insert(name, value).is_some() {
                return Err(A::Error::custom("a member name twice"));
            }
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(text: &str) -> String {
        String::from_utf8(to_vec(&parse_value(text.as_bytes()).unwrap())).unwrap()
    }

    #[test]
    fn members_sort_by_utf_16_code_units() {
        // json-canonicalization testdata "weird": the emoji sorts before U+FB33.
        let text = "{\"\u{20ac}\":1,\"\\r\":2,\"\u{fb33}\":3,\"1\":4,\"\u{1f602}\":5,\"\u{80}\":6,\"\u{f6}\":7}";
        assert_eq!(
            spelled(text),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f602}\":5,\"\u{fb33}\":3}"
        );
        assert_eq!(
            spelled("[56,{\"d\":true,\"10\":null,\"1\":[]}]"),
            "[56,{\"1\":[],\"10\":null,\"d\":true}]"
        );
    }

    #[test]
    fn control_characters_take_their_short_or_four_digit_form() {
        assert_eq!(
            spelled(r#""\u0008\u0009\u000a\u000c\u000d\u001f\u007f\/""#),
            "\"\\b\\t\\n\\f\\r\\u001f\u{7f}/\""
        );
    }

    #[test]
    fn what_i_json_or_our_formats_refuse_is_refused() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"b":{"a":1,"\u0061":2}}"#,
            "1.0",
            "1e3",
            "-0",
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
            r#""\ud800""#,
            "[1]x",
            "",
            "nul",
            &format!("{}{}", "[".repeat(13), "]".repeat(13)),
        ] {
            assert!(parse_value(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse_value(b"\"\xff\"").is_err());
    }

    #[test]
    fn another_spelling_of_the_same_value_is_not_canonical() {
        assert!(matches!(parse::<Value>(br#"{"a": 1}"#), Err(CanonicalError::NotCanonical)));
        assert!(matches!(parse::<Value>(br#"{"b":1,"a":2}"#), Err(CanonicalError::NotCanonical)));
        assert!(matches!(parse::<Value>(b"\"\\u0061\""), Err(CanonicalError::NotCanonical)));
        assert!(parse::<Value>(br#"{"a":1}"#).is_ok());
    }

    #[test]
    fn numbers_beyond_the_bounds_are_refused_when_written_too() {
        let bounds = [i64::MIN, -MAX_INTEGER - 1, MAX_INTEGER + 1, i64::MAX];
        for number in bounds {
            assert!(to_bytes(&[number]).is_err(), "{number}");
        }
        assert!(to_bytes(&[u64::MAX]).is_err() && to_bytes(&[1.0]).is_err());
        assert!(to_bytes(&[MAX_INTEGER, -MAX_INTEGER]).is_ok());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-MAX_INTEGER..=MAX_INTEGER).prop_map(Value::from),
            any::<String>().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_bytes_read_back_as_the_same_value(value in any_value()) {
            let bytes = to_bytes(&value).unwrap();
            prop_assert_eq!(parse::<Value>(&bytes).unwrap(), value);
        }

        #[test]
        fn an_independent_implementation_writes_the_same_bytes(value in any_value()) {
            let theirs = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(to_bytes(&value).unwrap(), theirs);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse::<Value>(&bytes);
        }
    }

    #[test]
    fn numbers_are_checked_below_the_members_of_an_object_too() {
        for value in [serde_json::json!({ "a": 1.5 }), serde_json::json!({ "a": { "b": [1.5] } })] {
            assert!(check_numbers(&value).is_err(), "{value}");
            assert!(to_bytes(&value).is_err(), "{value}");
        }
        assert!(check_numbers(&serde_json::json!({ "a": 1, "b": "1.5" })).is_ok());
    }

    #[test]
    fn the_reader_takes_owned_text_and_says_what_it_expects() {
        let strict = || Strict { depth: 0 };
        let owned: Result<Value, serde_json::Error> = strict().deserialize(Value::from("text"));
        assert_eq!(owned.unwrap(), "text");
        let bytes = serde::de::value::BytesDeserializer::<serde_json::Error>::new(b"text");
        let refused = strict().deserialize(bytes).unwrap_err().to_string();
        assert!(refused.ends_with("expected JSON without floating-point numbers"), "{refused}");
    }
}
