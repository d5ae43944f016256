//! Point 14: what was around the signing. What the server itself observed has to be there; of what the device
//! says, the machine tells what is there, what was refused and what is missing, and whether it is true nobody
//! can recompute.

use heqi_evidence::disclosure::Disclosure;
use heqi_vocabulary::Provenance;

use super::{Found, found};
use crate::matter::checklist::Outcome;

/// What the server itself observed when the signing was completed.
const OBSERVED: [&str; 3] = ["client_address", "user_agent", "received_at"];
/// What a device is asked for, in Chinese and in English.
const REPORTED: [(&str, &str, &str); 6] = [
    ("place", "定位", "position"),
    ("device", "设备型号", "device"),
    ("screen", "屏幕", "screen"),
    ("time_zone", "时区", "time zone"),
    ("signed_at", "设备时间", "time of the device"),
    ("dwell", "阅读时间", "time spent reading"),
];

pub(super) fn surroundings(record: &Disclosure, client: Option<&[u8]>) -> Found {
    let missing: Vec<&str> =
        OBSERVED.into_iter().filter(|name| record.value(name).is_none()).collect();
    let client = client.and_then(|bytes| Disclosure::parse(bytes).ok());
    let mut point = match (missing.is_empty(), &client) {
        (true, Some(_)) => found(
            Outcome::Passed,
            "environment_complete",
            "网络地址、设备信息、接收时间齐全",
            "address, device and time of receipt are there",
        ),
        (true, None) => found(
            Outcome::Unproved,
            "device_not_held",
            "网络地址、设备信息、接收时间齐全；没有签署人设备的记录",
            "address, device and time of receipt are there; no record of the signer's device is",
        ),
        (false, _) => found(
            Outcome::Unproved,
            "environment_gaps",
            format!("缺少：{}", missing.join("、")),
            format!("missing: {}", missing.join(", ")),
        ),
    };
    point.sentences.extend(client.as_ref().map(reported));
    point
}

/// What the device says, what the person refused and what nobody has.
fn reported(client: &Disclosure) -> [String; 2] {
    let (mut said, mut refused, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for (name, zh, en) in REPORTED {
        match client.attribute(name).map(|one| one.provenance) {
            Some(Provenance::Refused) => refused.push((zh, en)),
            Some(Provenance::Absent) | None => missing.push((zh, en)),
            Some(_) => said.push((zh, en)),
        }
    }
    let zh = |list: &[(&str, &str)]| joined(list.iter().map(|(zh, _)| *zh), "、", "无");
    let en = |list: &[(&str, &str)]| joined(list.iter().map(|(_, en)| *en), ", ", "nothing");
    [
        format!(
            "设备自述：{}；本人拒绝提供：{}；未取得：{}",
            zh(&said),
            zh(&refused),
            zh(&missing)
        ),
        format!(
            "the device says: {}; refused: {}; not obtained: {}",
            en(&said),
            en(&refused),
            en(&missing)
        ),
    ]
}

fn joined<'a>(words: impl Iterator<Item = &'a str>, by: &str, none: &str) -> String {
    let words: Vec<&str> = words.collect();
    if words.is_empty() { none.to_owned() } else { words.join(by) }
}

#[cfg(test)]
mod tests {
    use heqi_testkit::{Story, Twists};
    use serde_json::Value;

    use super::*;

    fn told(twists: &Twists) -> (Disclosure, Option<Vec<u8>>) {
        let parts = Story::tell(1, twists).signing().parts.clone();
        (Disclosure::parse(&parts.record).unwrap(), parts.client)
    }

    #[test]
    fn what_a_device_says_what_was_refused_and_what_is_missing_stand_beside_the_point() {
        let twists = Twists {
            client: Some(Box::new(|values| {
                values.insert("place", (Value::Null, Provenance::Refused));
                values.remove("screen");
            })),
            ..Twists::default()
        };
        let (record, client) = told(&twists);
        let point = surroundings(&record, client.as_deref());
        assert_eq!((point.outcome, point.code.as_str()), (Outcome::Passed, "environment_complete"));
        let [zh, en] = &point.sentences[1];
        assert_eq!(
            zh,
            "设备自述：时区、设备时间、阅读时间；本人拒绝提供：定位、设备型号；未取得：屏幕"
        );
        assert!(en.ends_with("refused: position, device; not obtained: screen"), "{en}");
    }

    #[test]
    fn without_what_the_server_saw_or_without_the_device_a_person_decides() {
        let (record, client) = told(&Twists::default());
        let point = surroundings(&record, None);
        assert_eq!((point.outcome, point.code.as_str()), (Outcome::Unproved, "device_not_held"));
        assert_eq!(point.sentences.len(), 1);
        let client = client.unwrap();
        let device = Disclosure::parse(&client).unwrap();
        let point = surroundings(&device, Some(&client));
        assert_eq!((point.outcome, point.code.as_str()), (Outcome::Unproved, "environment_gaps"));
    }
}
