//! What a signing left beside the signature, for the pictures of a filing: which phone, device and
//! address each person used, so that one behind two people is seen; for how long each page was in
//! view; the handwriting, stroke by stroke; and what was taken of the actions asked for before the camera.
//!
//! All of it is a hint and no finding: a family shares a phone, an office an address, and browsers
//! of one kind have one name. What was erased is not there.

use std::collections::BTreeMap;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_filing::entry::masked;
use heqi_filing::{Action, Filing};
use heqi_vocabulary::{DocumentId, PartyId};
use serde::Deserialize;

use crate::contacts;
use crate::fault::Fault;
use crate::keep_strokes::{Handwriting, drawn};
use crate::ledger::{self, KeptRecord};
use crate::platform::Platform;

/// What is opened for them, as the record of the look lists it.
pub(super) const OPENED: [&str; 9] = [
    "client_address",
    "user_agent",
    "photo_format",
    "seconds",
    "page_seconds",
    "client.device",
    "client.strokes_sha256",
    "strokes",
    "mobile",
];

/// With what one signing was made.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Ties {
    /// The phone at which the person is reached, masked.
    pub phone: Option<Tie>,
    /// What the browser called itself.
    pub device: Option<Tie>,
    /// The address the signature came from.
    pub address: Option<Tie>,
}

/// One thing. Two ties of one filing with the same number are the same thing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Tie {
    /// Its number among those of its kind in the filing.
    pub number: usize,
    /// How it is shown.
    pub label: String,
}

/// How long one document was looked at before signing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Dwell {
    /// Its title.
    pub title: String,
    /// For how long it was open, in seconds, as the browser reported it.
    pub seconds: u64,
    /// For how long each page was in view; empty where no script ran.
    pub page_seconds: Vec<u64>,
}

/// What was taken of one action that was asked for before the camera, as the record says it (edge case 19).
/// The frames are for reviewers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct ActionSaid {
    /// Which.
    pub asked: Action,
    /// What was taken of it.
    pub result: ActionWord,
}

/// The record's word for it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each is told in its own words")]
pub enum ActionWord {
    /// A frame.
    Frame,
    /// The signer said that it cannot be done.
    NotDone,
    /// Nothing came.
    Missing,
}

/// What one signing left.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Traces {
    /// With what it was made.
    pub ties: Ties,
    /// How long each document was looked at.
    pub dwell: Vec<Dwell>,
    /// What was written.
    pub handwriting: Option<Handwriting>,
    /// What was taken of the actions asked for, in order; nothing where none was asked or the face was erased.
    pub actions: Vec<ActionSaid>,
}

/// Things that were met before, in order.
#[derive(Default)]
pub(super) struct Known {
    phones: Vec<String>,
    devices: Vec<String>,
    addresses: Vec<String>,
}

/// What is known of one signing; `records` are those of its filing.
pub(super) async fn traces(
    platform: &Platform,
    filing: &Filing,
    (kept, records): (&KeptRecord, &[KeptRecord]),
    known: &mut Known,
) -> Result<Traces, Fault> {
    let Some(party) = kept.about.party else { return Ok(Traces::default()) };
    let seen = opened(platform, kept, &["client_address", "user_agent", "photo_format"])?;
    let private = kept.private(platform)?;
    let own =
        private.as_ref().and_then(|private| Disclosure::parse(private.client.as_bytes()).ok());
    let device = own.as_ref().and_then(|own| own.text("device"));
    let agent = seen.text("user_agent");
    let contact = contacts::load_unless_erased(platform, filing.id(), party).await?;
    let phone = contact.and_then(|stored| stored.contact.e164());
    let ties = Ties {
        phone: phone.map(|phone| tie(&mut known.phones, &phone, masked(&phone))),
        device: device.or(agent).map(|label| {
            let whole = format!("{}\n{}", device.unwrap_or_default(), agent.unwrap_or_default());
            tie(&mut known.devices, &whole, label.chars().take(DEVICE).collect())
        }),
        address: seen
            .text("client_address")
            .map(|address| tie(&mut known.addresses, address, address.to_owned())),
    };
    let strokes = private.and_then(|private| private.strokes);
    let place = ledger::strokes_place(kept.record_id);
    let written = strokes.map(|strokes| strokes.open(platform.backend().vault(), &place));
    let handwriting = match written.transpose().map_err(Fault::from) {
        Ok(text) => text.and_then(|text| drawn(&text)),
        Err(Fault::Erased) => None,
        Err(fault) => return Err(fault),
    };
    let dwell = dwell(platform, filing, (kept, party), records)?;
    Ok(Traces { ties, dwell, handwriting, actions: actions(&seen) })
}

/// What the format of the photo says of actions.
fn actions(seen: &Disclosure) -> Vec<ActionSaid> {
    let said = seen.value("photo_format").and_then(|format| format.get("actions")?.as_array());
    said.into_iter().flatten().filter_map(|one| ActionSaid::deserialize(one).ok()).collect()
}

/// The most characters of a device's name.
const DEVICE: usize = 24;

fn tie(known: &mut Vec<String>, whole: &str, label: String) -> Tie {
    let number = known.iter().position(|one| one == whole).unwrap_or_else(|| {
        known.push(whole.to_owned());
        known.len() - 1
    });
    Tie { number, label }
}

/// What the person said to have read before this signing; of a document the last time counts.
fn dwell(
    platform: &Platform,
    filing: &Filing,
    (signing, party): (&KeptRecord, PartyId),
    records: &[KeptRecord],
) -> Result<Vec<Dwell>, Fault> {
    let mut read: BTreeMap<DocumentId, Dwell> = BTreeMap::new();
    let before = records.iter().filter(|one| {
        one.kind == RecordKind::DocumentRead
            && one.about.party == Some(party)
            && one.seq < signing.seq
    });
    for one in before {
        let Some(document) = one.about.document.and_then(|id| filing.document(id)) else {
            continue;
        };
        let said = opened(platform, one, &["seconds", "page_seconds"])?;
        let pages = said.value("page_seconds").and_then(serde_json::Value::as_array);
        let pages = pages.into_iter().flatten().filter_map(serde_json::Value::as_u64);
        let seconds = said.value("seconds").and_then(serde_json::Value::as_u64);
        let dwell = Dwell {
            title: document.title.as_str().to_owned(),
            seconds: seconds.unwrap_or_default(),
            page_seconds: pages.collect(),
        };
        read.insert(document.id, dwell);
    }
    Ok(read.into_values().collect())
}

/// Attributes of a record; what was erased stays closed.
pub(super) fn opened(
    platform: &Platform,
    kept: &KeptRecord,
    names: &[&str],
) -> Result<Disclosure, Fault> {
    let record = kept.open(platform)?;
    let bytes = record.disclose(|name| names.contains(&name)).map_err(Fault::broken)?;
    Disclosure::parse(&bytes).map_err(Fault::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_has_the_same_number_however_it_is_shown() {
        let mut known = Vec::new();
        let label = |text: &str| text.to_owned();
        assert_eq!(tie(&mut known, "a", label("139****0001")).number, 0);
        assert_eq!(tie(&mut known, "b", label("139****0001")).number, 1, "two that look alike");
        assert_eq!(tie(&mut known, "a", label("139****0001")).number, 0);
    }
}
