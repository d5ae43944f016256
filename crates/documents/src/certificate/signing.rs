//! Annexes five and six, read from the very bundle that is embedded: photos of the signing, what was
//! observed and reported around it, and the receipts.

use std::net::{IpAddr, SocketAddr};

use heqi_evidence::bundle::{BundleError, EvidenceBundle};
use heqi_evidence::deposit::DualDigest;
use heqi_evidence::disclosure::{Attribute, Disclosure};
use heqi_evidence::schema::RetentionClass;
use heqi_paper::write::Picture;
use heqi_vocabulary::{Digest, Sm3Digest, UtcMillis};
use serde_json::Value;

use crate::report::{CustodyRow, EnvironmentRow};
use crate::{dates, held};

/// What a bundle says of the surroundings of its signing.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SigningAnnex {
    /// Photos of the signing, in the bundle.
    pub photos: Vec<PhotoRow>,
    /// What was observed and reported.
    pub environment: Vec<EnvironmentRow>,
    /// What custodians signed.
    pub custody: Vec<CustodyRow>,
    /// What the bundle keeps closed, a line for each of its files that does.
    pub closed: Vec<String>,
}

/// A photo in a bundle.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct PhotoRow {
    /// Its name in the bundle.
    pub name: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// When the platform received it.
    pub received_at: Option<UtcMillis>,
    /// Its SHA-256.
    pub sha256: Digest,
    /// Its SM3.
    pub sm3: Sm3Digest,
    /// A small print of it; `None` when it cannot be unpacked within bounds.
    pub print: Option<Picture>,
}

/// The longer side of a print, in pixels: a face is known again, and the file stays small.
const PRINT_SIDE: u32 = 280;

/// Whose data a certificate is about to whoever applies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "one's own, or a third party's")]
pub enum Reads {
    /// Whoever applies signed: nothing is masked.
    Own,
    /// Somebody else signed: addresses and places are masked, where the bundle holds them: packages sealed
    /// since ADR 0074 do not.
    ThirdParty,
}

impl SigningAnnex {
    /// What stands in a bundle.
    ///
    /// # Errors
    /// It is no bundle.
    pub fn of_bundle(file: &[u8], reads: Reads) -> Result<Self, BundleError> {
        let parts = EvidenceBundle::read(file)?.parts;
        let record = Disclosure::parse(&parts.record).ok();
        let record = record.as_ref();
        let photo: Option<Digest> = record.and_then(|record| record.parsed("photo_sha256"));
        let of_record = parts.attachments.iter().filter_map(|(name, bytes)| {
            let DualDigest { sha256, sm3 } = DualDigest::of(bytes);
            (Some(sha256) == photo).then(|| PhotoRow {
                name: format!("attachments/{name}"),
                size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                received_at: record.and_then(|record| record.parsed("photo_received_at")),
                sha256,
                sm3,
                print: Picture::of_jpeg(bytes, PRINT_SIDE),
            })
        });
        let photos = of_record.collect();
        let receipts = parts.deposits.iter().filter_map(|bytes| held::receipt(bytes));
        let custody = receipts.map(|receipt| held::custody(&receipt)).collect();
        let mut environment = held::environment(record, &parts, |one| value(one, reads));
        let client = parts.client.as_ref().and_then(|bytes| Disclosure::parse(bytes).ok());
        let trees = [("record.json", record), ("client.json", client.as_ref())];
        let mut closed = Vec::new();
        for (file, tree) in trees.into_iter().filter_map(|(file, tree)| Some((file, tree?))) {
            environment.extend(closed_traces(tree));
            let names: Vec<&str> =
                held::closed(tree).map(|(_, name)| held::attribute_words(name)).collect();
            if !names.is_empty() {
                closed.push(format!("{file}：{}", names.join("、")));
            }
        }
        Ok(Self { photos, environment, custody, closed })
    }
}

/// What was around an act and is closed in the bundle (ADR 0074): that it is there, and nothing of it.
fn closed_traces(tree: &Disclosure) -> impl Iterator<Item = EnvironmentRow> {
    let schema = tree.schema();
    let traces =
        held::closed(tree).filter(move |(slot, _)| schema.class(*slot) == RetentionClass::Trace);
    traces.map(move |(_, name)| EnvironmentRow {
        act: held::kind_words(tree.kind()).to_owned(),
        name: held::attribute_words(name).to_owned(),
        value: "已遮盖（第三人信息）".to_owned(),
        source: "—".to_owned(),
    })
}

/// A value for a reader of paper.
fn value(attribute: &Attribute, reads: Reads) -> String {
    let shown = held::shown(attribute);
    if attribute.value.is_null() {
        return shown;
    }
    let number = |member: &str| attribute.value.get(member).and_then(Value::as_i64);
    match (attribute.name, reads) {
        ("client_address" | "forwarded_for", Reads::ThirdParty) => {
            shown.split(',').map(masked_address).collect::<Vec<_>>().join(", ")
        }
        ("place", Reads::ThirdParty) => "已取得，第三人信息已遮盖".to_owned(),
        ("place", Reads::Own) => match (number("latitude_e6"), number("longitude_e6")) {
            (Some(latitude), Some(longitude)) => {
                let datum = attribute.value.get("datum").and_then(Value::as_str).unwrap_or("—");
                let metres = number("accuracy_m").unwrap_or_default();
                format!("{}，{}，误差{metres}米（{datum}）", degrees(latitude), degrees(longitude))
            }
            _ => shown,
        },
        ("screen", _) => match (number("width"), number("height")) {
            (Some(width), Some(height)) => format!("{width}×{height}"),
            _ => shown,
        },
        ("dwell", _) => dwell(&attribute.value).unwrap_or(shown),
        ("received_at" | "signed_at", _) => match shown.parse::<UtcMillis>() {
            Ok(at) => dates::short(at),
            Err(_) => shown,
        },
        _ => shown,
    }
}

/// An address without what tells one machine from its neighbours. Whatever is none is hidden whole: a header may say
/// anything.
fn masked_address(address: &str) -> String {
    let address = address.trim();
    let parsed = address.parse::<IpAddr>().ok();
    match parsed.or_else(|| address.parse::<SocketAddr>().ok().map(|one| one.ip())) {
        Some(IpAddr::V4(ip)) => {
            let [first, second, third, _] = ip.octets();
            format!("{first}.{second}.{third}.*")
        }
        Some(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_none() => {
            let [first, ..] = ip.segments();
            format!("{first:x}:*")
        }
        _ => "*".to_owned(),
    }
}

/// `30.274084`.
fn degrees(millionths: i64) -> String {
    let (sign, size) = (if millionths < 0 { "-" } else { "" }, millionths.unsigned_abs());
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

/// How many pages for how long, not page by page: the whole list stands in the bundle.
fn dwell(value: &Value) -> Option<String> {
    let pages = value.as_array()?;
    let ms: u64 = pages.iter().filter_map(|page| page.get("ms")?.as_u64()).sum();
    Some(format!("{}页，共{}秒", pages.len(), ms / 1000))
}

#[cfg(test)]
mod tests {
    use heqi_evidence::record::ClientAttributes;
    use heqi_testkit::{Story, Twists};

    use super::*;

    fn annex(twists: &Twists, reads: Reads) -> (Story, SigningAnnex) {
        let story = Story::tell(1, twists);
        let file = story.bundle_with_chain(story.signing()).write().unwrap();
        let annex = SigningAnnex::of_bundle(&file, reads).unwrap();
        (story, annex)
    }

    fn told<'a>(annex: &'a SigningAnnex, name: &str) -> &'a str {
        let row = annex.environment.iter().find(|row| row.name == name);
        &row.unwrap_or_else(|| panic!("{name} in {annex:?}")).value
    }

    #[test]
    fn the_photo_the_surroundings_and_the_receipts_are_those_of_the_bundle() {
        let (story, annex) = annex(&Twists::default(), Reads::Own);
        let [photo] = annex.photos.as_slice() else { panic!("{annex:?}") };
        let dual = DualDigest::of(&story.photo());
        assert_eq!((photo.sha256, photo.sm3), (dual.sha256, dual.sm3));
        assert_eq!(photo.name, format!("attachments/{}.jpg", dual.sha256));
        assert!(photo.received_at.is_some() && photo.print.is_some());
        assert_eq!(told(&annex, "来源地址"), "203.0.113.7");
        assert_eq!(told(&annex, "定位"), "30.274084，120.155070，误差12米（WGS-84）");
        assert_eq!(told(&annex, "屏幕"), "390×844");
        assert_eq!(told(&annex, "停留时间"), "1页，共41秒");
        assert_eq!(annex.custody.len(), 2);
        assert!(SigningAnnex::of_bundle(b"no bundle", Reads::Own).is_err());
    }

    #[test]
    fn a_third_party_reads_no_address_and_no_place() {
        let (_, annex) = annex(&Twists::default(), Reads::ThirdParty);
        assert_eq!(told(&annex, "来源地址"), "203.0.113.*");
        assert_eq!(told(&annex, "代理所报来源地址"), "203.0.113.*, 10.0.0.*");
        let all = format!("{annex:?}");
        assert!(!all.contains("203.0.113.7") && !all.contains("274084"), "{all}");
        assert_eq!(masked_address("2001:db8::1"), "2001:*");
        for (address, masked) in [
            ("203.0.113.7:4711", "203.0.113.*"),
            ("[2001:db8::1]:443", "2001:*"),
            ("::ffff:203.0.113.7", "*"),
            ("unknown", "*"),
            ("张三.example", "*"),
        ] {
            assert_eq!(masked_address(address), masked);
        }
    }

    #[test]
    fn what_a_bundle_keeps_closed_is_told_without_a_word_of_it() {
        let story = Story::tell(1, &Twists::default());
        let mut parts = story.bundle_with_chain(story.signing());
        let opened = |name: &str| !["identity", "client_address"].contains(&name);
        parts.record = story.signing().record.disclose(opened).unwrap();
        let client = ClientAttributes::parse(parts.client.as_deref().unwrap()).unwrap();
        parts.client = Some(client.disclose(|name| name != "place").unwrap());
        for reads in [Reads::Own, Reads::ThirdParty] {
            let annex = SigningAnnex::of_bundle(&parts.write().unwrap(), reads).unwrap();
            assert_eq!(told(&annex, "来源地址"), "已遮盖（第三人信息）");
            assert_eq!(told(&annex, "定位"), "已遮盖（第三人信息）");
            assert_eq!(annex.closed, ["record.json：身份核验内容、来源地址", "client.json：定位"]);
        }
        let whole = story.bundle_with_chain(story.signing()).write().unwrap();
        assert!(SigningAnnex::of_bundle(&whole, Reads::Own).unwrap().closed.is_empty());
    }

    #[test]
    fn without_a_photo_there_is_no_row_of_one() {
        let (_, annex) = annex(&Twists { no_photo: true, ..Twists::default() }, Reads::Own);
        assert!(annex.photos.is_empty() && !annex.environment.is_empty());
    }
}
