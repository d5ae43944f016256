//! Questions: a bundle or a fork proof, spoiled, and anchors, spoiled or not.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::{canonical, container};
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use super::sides::Asked;
use crate::corpus;
use crate::mutate::{Dice, mutation};
use crate::targets::Sevens;

/// What both sides are asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which way of spoiling, from which vector.
    pub how: String,
    /// The bundle or fork proof.
    pub file: Vec<u8>,
    /// The anchors, if any are given.
    pub anchors: Option<Vec<u8>>,
    /// The instant of `--at`, if one is given.
    pub at: Option<String>,
}

impl Question {
    /// Writes the files of the question into a folder.
    #[expect(clippy::disallowed_methods, reason = "files of a test need no durability")]
    pub(super) fn write(&self, folder: &Path) -> io::Result<Asked> {
        let file = folder.join("question.heqi.zip");
        std::fs::write(&file, &self.file)?;
        let anchors = self.anchors.as_ref().map(|_| folder.join("anchors.json"));
        if let (Some(path), Some(bytes)) = (&anchors, &self.anchors) {
            std::fs::write(path, bytes)?;
        }
        Ok(Asked { file, anchors, at: self.at.clone() })
    }
}

/// What is kept of earlier findings: `name.question`, with `name.anchors.json` beside it.
pub(super) fn kept() -> io::Result<Vec<Question>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("differential");
    let mut questions = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "question") {
            questions.push(Question {
                how: path.display().to_string(),
                file: std::fs::read(&path)?,
                anchors: std::fs::read(path.with_extension("anchors.json")).ok(),
                at: None,
            });
        }
    }
    Ok(questions)
}

/// A vector to start from.
struct Case {
    name: String,
    file: Vec<u8>,
    anchors: Option<Vec<u8>>,
    at: Option<String>,
}

static BUNDLES: LazyLock<Vec<Case>> = LazyLock::new(|| cases("evidence"));
/// Those that can be spoiled inside.
static READABLE: LazyLock<Vec<Case>> = LazyLock::new(|| {
    cases("evidence").into_iter().filter(|case| container::read(&case.file).is_ok()).collect()
});
static FORKS: LazyLock<Vec<Case>> = LazyLock::new(|| cases("fork"));
/// Signs what is signed again; anchors are made to name it.
static OURS: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(Algorithm::Ed25519, &Sevens));

fn cases(folder: &str) -> Vec<Case> {
    let read = |name: &str| corpus::vector(&format!("{folder}/{name}"));
    let list: Value = serde_json::from_slice(&read("cases.json")).unwrap_or_default();
    let text = |case: &Value, member: &str| Some(case.get(member)?.as_str()?.to_owned());
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|case| {
            let name = text(case, "file")?;
            let (file, anchors) = (read(&name), text(case, "anchors").map(|name| read(&name)));
            Some(Case { name, file, anchors, at: text(case, "at") })
        })
        .collect()
}

/// The question that these dice make.
pub(super) fn question(dice: &mut Dice) -> Question {
    let from_forks = dice.below(6) == 0;
    let way = dice.below(8);
    let cases: &[Case] = match (from_forks, way) {
        (true, _) => &FORKS,
        (false, 0..=6) => &READABLE,
        (false, _) => &BUNDLES,
    };
    let Some(case) = cases.get(dice.below(cases.len())) else {
        return Question { how: "no vectors".into(), file: Vec::new(), anchors: None, at: None };
    };
    let mut question = Question {
        how: String::new(),
        file: case.file.clone(),
        anchors: case.anchors.clone(),
        at: case.at.clone(),
    };
    let how = match (from_forks, way) {
        (true, 0..=2) => {
            question.file = lines_spoiled(&case.file, dice);
            "lines"
        }
        (false, 0..=1) => {
            inside(&mut question, dice, |_, bytes, dice| mutation(bytes, bytes, dice));
            "an entry's bytes"
        }
        (false, 2..=3) => {
            inside(&mut question, dice, |_, bytes, dice| json_spoiled(bytes, dice));
            "an entry's JSON"
        }
        (false, 4..=5) => {
            signed_again(&mut question, dice);
            "a statement signed again"
        }
        (_, 6) => {
            anchors_spoiled(&mut question, dice);
            "anchors"
        }
        _ => {
            question.file = mutation(&case.file, &case.file, dice);
            "bytes"
        }
    };
    question.how = format!("{how} of {}", case.name);
    question
}

/// Lines left out, repeated, exchanged, spoiled.
fn lines_spoiled(file: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        file.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..=dice.below(3) {
        let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(4) {
            0 if lines.len() > 1 => drop(lines.remove(one)),
            1 => lines.swap(one, other),
            2 => {
                let line = lines.get(other).cloned().unwrap_or_default();
                lines.insert(one, line);
            }
            _ => {
                if let Some(line) = lines.get_mut(one) {
                    *line = mutation(line, &[], dice);
                }
            }
        }
    }
    lines.concat()
}

/// Changes one entry and packs the bundle again with a manifest that fits; now and then an
/// entry is left out, or stands in for another.
fn inside(question: &mut Question, dice: &mut Dice, change: fn(&str, &[u8], &mut Dice) -> Vec<u8>) {
    let Ok(entries) = container::read(&question.file) else { return };
    let mut entries: Vec<(String, Vec<u8>)> =
        entries.iter().map(|entry| (entry.name.to_owned(), entry.bytes.to_vec())).collect();
    let inner = entries.len().saturating_sub(2);
    if inner == 0 {
        return;
    }
    let place = 2 + dice.below(inner);
    match dice.below(14) {
        0 => drop(entries.remove(place)),
        1 => {
            let lent = entries.get(2 + dice.below(inner)).map(|entry| entry.1.clone());
            if let (Some(entry), Some(lent)) = (entries.get_mut(place), lent) {
                entry.1 = lent;
            }
        }
        _ => {
            if let Some((name, bytes)) = entries.get_mut(place) {
                *bytes = change(name, bytes, dice);
            }
        }
    }
    if let Some(file) = packed(entries) {
        question.file = file;
    }
}

fn packed(mut entries: Vec<(String, Vec<u8>)>) -> Option<Vec<u8>> {
    let listed: Vec<Value> = entries
        .iter()
        .skip(2)
        .map(|(name, bytes)| {
            json!({"name": name, "sha256": Digest::of(bytes), "size_bytes": bytes.len()})
        })
        .collect();
    let manifest = json!({"entries": listed, "format": "heqi.bundle/v1"});
    entries.get_mut(1)?.1 = canonical::to_bytes(&manifest).ok()?;
    container::write(&entries).ok()
}

/// Every custodian of the anchors becomes us, and one envelope of the bundle says something
/// else, in our name.
fn signed_again(question: &mut Question, dice: &mut Dice) {
    if let Some(anchors) = &question.anchors {
        let ours = STANDARD.encode(OURS.public_key().to_spki_der());
        question.anchors = resigned(anchors, |payload| {
            let custodians = payload.get_mut("custodians").and_then(Value::as_array_mut);
            // Two anchors must not share a key: one custodian is left.
            if let Some(custodians) = custodians {
                custodians.truncate(1);
                if let Some(key) = custodians.first_mut().and_then(|one| one.get_mut("key")) {
                    *key = ours.clone().into();
                }
            }
        });
    }
    inside(question, dice, |name, bytes, dice| {
        let is_statement = name.starts_with("deposits/") || name == "chain/head.json";
        if !is_statement {
            return json_spoiled(bytes, dice);
        }
        resigned(bytes, |payload| {
            if dice.below(4) > 0 {
                spoil_value(payload, dice);
            }
        })
        .unwrap_or_else(|| bytes.to_vec())
    });
}

fn anchors_spoiled(question: &mut Question, dice: &mut Dice) {
    let Some(anchors) = &question.anchors else { return };
    question.anchors = if dice.below(4) == 0 {
        Some(mutation(anchors, anchors, dice))
    } else {
        resigned(anchors, |payload| {
            for _ in 0..=dice.below(2) {
                spoil_value(payload, dice);
            }
            let ours = STANDARD.encode(OURS.public_key().to_spki_der());
            if let Some(publisher) = payload.get_mut("publisher").and_then(Value::as_object_mut) {
                publisher.insert("key".to_owned(), ours.into());
            }
        })
    };
}

/// The envelope with another payload, signed by us. Anchors name their publisher: us.
fn resigned(envelope: &[u8], change: impl FnOnce(&mut Value)) -> Option<Vec<u8>> {
    let envelope = Envelope::from_json(envelope).ok()?;
    let mut payload: Value = serde_json::from_slice(envelope.unverified_payload()).ok()?;
    change(&mut payload);
    if let Some(publisher) = payload.get_mut("publisher").and_then(Value::as_object_mut) {
        let ours = STANDARD.encode(OURS.public_key().to_spki_der());
        publisher.insert("key".to_owned(), ours.into());
    }
    let kind = PayloadType::parse(envelope.payload_type().as_str()).ok()?;
    let signed = Envelope::sign(&kind, &written(&payload), &[&*OURS]).ok()?;
    Some(signed.as_bytes().to_vec())
}

fn written(value: &Value) -> Vec<u8> {
    canonical::to_bytes(value).or_else(|_| serde_json::to_vec(value)).unwrap_or_default()
}

/// JSON of another structure, mostly canonical; what is no JSON is spoiled as bytes.
fn json_spoiled(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else {
        return mutation(bytes, bytes, dice);
    };
    for _ in 0..=dice.below(2) {
        spoil_value(&mut value, dice);
    }
    if dice.below(12) == 0 {
        return serde_json::to_vec_pretty(&value).unwrap_or_default();
    }
    written(&value)
}

/// Changes one value somewhere inside.
fn spoil_value(root: &mut Value, dice: &mut Dice) {
    let mut places = Vec::new();
    walk(root, String::new(), &mut places);
    let Some(place) = places.get(dice.below(places.len())) else { return };
    let lent = places.get(dice.below(places.len())).and_then(|place| root.pointer(place)).cloned();
    let Some(value) = root.pointer_mut(place) else { return };
    *value = changed(value.take(), lent.unwrap_or_default(), dice);
}

fn walk(value: &Value, path: String, places: &mut Vec<String>) {
    match value {
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                walk(value, format!("{path}/{place}"), places);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(value, format!("{path}/{name}"), places);
            }
        }
        _ => {}
    }
    places.push(path);
}

const NUMBERS: &[i64] = &[0, 1, -1, 255, 256, 65_535, 65_536, 4_294_967_296, 9_007_199_254_740_991];
const TEXTS: &[&str] =
    &["", "0", "a", "\u{0}", "é", "𝄞", "2026-11-23T12:05:00.123Z", "2026-02-30T00:00:00.000Z"];

fn changed(value: Value, lent: Value, dice: &mut Dice) -> Value {
    match (dice.below(8), value) {
        (0, _) => Value::Null,
        (1, _) => lent,
        (2, value) => json!([value]),
        (_, Value::Bool(yes)) => Value::Bool(!yes),
        (3, Value::Number(_)) => NUMBERS.get(dice.below(NUMBERS.len())).copied().into(),
        (_, Value::Number(number)) => {
            number.as_i64().map_or(Value::Null, |n| (n.saturating_add(1)).into())
        }
        (3, Value::String(_)) => TEXTS.get(dice.below(TEXTS.len())).copied().into(),
        (4, Value::String(text)) => text.to_uppercase().into(),
        (5, Value::String(text)) => format!("{text}{}", dice.below(10)).into(),
        (_, Value::String(text)) => {
            let spoiled = mutation(text.as_bytes(), b"0aZ+/=", dice);
            String::from_utf8_lossy(&spoiled).into_owned().into()
        }
        (step, Value::Array(mut values)) => {
            let (one, other) = (dice.below(values.len()), dice.below(values.len()));
            match (step, values.get(one).cloned()) {
                (_, None) => values.push(lent),
                (3, Some(_)) => drop(values.remove(one)),
                (4, Some(value)) => values.insert(other, value),
                (5, Some(_)) => values.swap(one, other),
                (_, Some(_)) => values.reverse(),
            }
            Value::Array(values)
        }
        (step, Value::Object(mut members)) => {
            let names: Vec<String> = members.keys().cloned().collect();
            let name = names.get(dice.below(names.len())).cloned().unwrap_or_default();
            match step {
                3 | 4 => drop(members.remove(&name)),
                5 => drop(members.insert(format!("{name}2"), lent)),
                6 => {
                    // The members without their names: how a sloppy reader takes a struct.
                    let sorted: BTreeMap<String, Value> = members.into_iter().collect();
                    return Value::Array(sorted.into_values().collect());
                }
                _ => drop(members.insert(name, lent)),
            }
            Value::Object(members)
        }
        (_, Value::Null) => lent,
    }
}
