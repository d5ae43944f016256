//! The ways to cheat, and the file that each one makes out of the good bundle.

use std::str::FromStr;

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::canonical;
use heqi_tlog::note::NoteSigner;
use heqi_vocabulary::{Digest, Language};
use serde_json::Value;

use super::rewritten;
use crate::demo::DemoError;

/// One way to cheat.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    OneByte,
    SwappedPhoto,
    MovedTime,
    DroppedEvent,
    RewrittenLog,
}

/// A changed copy.
pub(crate) struct Forgery {
    pub(crate) bundle: Vec<u8>,
    /// For a rewritten log: the forged head beside the one that the notary cosigned, in the file
    /// that convicts whoever signed both (`docs/spec/fork-proof.md`).
    pub(crate) fork: Option<Vec<u8>>,
}

/// A word that names no way to cheat.
#[derive(Debug)]
pub(crate) struct UnknownWay;

impl Way {
    pub(crate) const ALL: [Self; 5] = [
        Self::OneByte,
        Self::SwappedPhoto,
        Self::MovedTime,
        Self::DroppedEvent,
        Self::RewrittenLog,
    ];

    /// Its name in links and in the names of files.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OneByte => "one-byte",
            Self::SwappedPhoto => "swapped-photo",
            Self::MovedTime => "moved-time",
            Self::DroppedEvent => "dropped-event",
            Self::RewrittenLog => "rewritten-log",
        }
    }

    /// What is done, in words.
    pub(crate) const fn words(self, language: Language) -> &'static str {
        match self {
            Self::OneByte => {
                language.pick("改动照片中的一个字节", "one byte of the photo is changed")
            }
            Self::SwappedPhoto => language.pick(
                "换掉照片，并重做清单",
                "the photo is swapped and the manifest made again",
            ),
            Self::MovedTime => language.pick(
                "把签署时间提前一天，并重做清单",
                "the time is moved one day back and the manifest made again",
            ),
            Self::DroppedEvent => language.pick(
                "抽掉记录链中的一条，并重做清单",
                "one record of the chain is dropped and the manifest made again",
            ),
            Self::RewrittenLog => language.pick(
                "改动签署时的网络地址，并用平台自己的密钥重写整本日志",
                "the network address of the signing is changed and the whole log rewritten with the platform's own key",
            ),
        }
    }

    /// The same on a button.
    pub(crate) const fn button(self, language: Language) -> &'static str {
        match self {
            Self::OneByte => language.pick("改一个字节", "Change one byte"),
            Self::SwappedPhoto => language.pick("换照片", "Swap the photo"),
            Self::MovedTime => language.pick("改时间", "Move the time"),
            Self::DroppedEvent => language.pick("抽掉一条记录", "Drop a record"),
            Self::RewrittenLog => language.pick("重写整本日志", "Rewrite the whole log"),
        }
    }

    /// Makes the changed copy. `signer` is asked for only where the platform's key is needed.
    pub(crate) fn forge(
        self,
        original: &[u8],
        signer: &dyn Fn() -> Result<NoteSigner, DemoError>,
    ) -> Result<Forgery, DemoError> {
        let parts = EvidenceBundle::read(original).map_err(|_| unusable())?.parts;
        let written =
            |parts: &BundleParts| parts.write().map_err(|_| unusable()).map(only_a_bundle);
        let moved = |change: fn(&mut BundleParts) -> Option<()>| {
            let mut parts = parts.clone();
            change(&mut parts).ok_or_else(unusable)?;
            written(&parts)
        };
        match self {
            Self::OneByte => {
                flip_photo_byte(original, &parts).map(only_a_bundle).ok_or_else(unusable)
            }
            Self::SwappedPhoto => moved(swap_photo),
            Self::MovedTime => moved(move_time),
            Self::DroppedEvent => moved(drop_event),
            Self::RewrittenLog => {
                let forged = rewritten::rewrite(&parts, &signer()?).ok_or_else(unusable)?;
                let bundle = written(&forged.parts)?.bundle;
                Ok(Forgery { bundle, fork: Some(forged.fork.to_string().into_bytes()) })
            }
        }
    }
}

impl FromStr for Way {
    type Err = UnknownWay;

    fn from_str(text: &str) -> Result<Self, UnknownWay> {
        Self::ALL.into_iter().find(|way| way.name() == text).ok_or(UnknownWay)
    }
}

const fn only_a_bundle(bundle: Vec<u8>) -> Forgery {
    Forgery { bundle, fork: None }
}

fn unusable() -> DemoError {
    DemoError::Bundle("the exported bundle cannot be read".into())
}

/// The photo of a bundle, by the name of its entry.
pub(super) fn photo_of(parts: &BundleParts) -> Option<(&String, &Vec<u8>)> {
    parts.attachments.iter().find(|(name, _)| name.strip_suffix(".jpg").is_some())
}

/// Another value for an open attribute of a record.
pub(super) fn with_value(record: &[u8], name: &str, value: Value) -> Option<Vec<u8>> {
    let mut record = canonical::parse_value(record).ok()?;
    *value_of(&mut record, name)? = value;
    canonical::to_bytes(&record).ok()
}

fn value_of<'a>(record: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    let attributes = record.get_mut("attributes")?.as_array_mut()?;
    let named = |attribute: &&mut Value| attribute.get(2).and_then(Value::as_str) == Some(name);
    attributes.iter_mut().find(named)?.get_mut(3)
}

fn flip_photo_byte(original: &[u8], parts: &BundleParts) -> Option<Vec<u8>> {
    let (_, photo) = photo_of(parts)?;
    let at = original.windows(photo.len()).position(|window| window == photo.as_slice())?;
    let mut file = original.to_vec();
    *file.get_mut(at + photo.len() / 2)? ^= 1;
    Some(file)
}

fn swap_photo(parts: &mut BundleParts) -> Option<()> {
    let name = photo_of(parts)?.0.clone();
    let mut photo = parts.attachments.remove(&name)?;
    *photo.last_mut()? ^= 1;
    parts.attachments.insert(format!("{}.jpg", Digest::of(&photo)), photo);
    Some(())
}

fn move_time(parts: &mut BundleParts) -> Option<()> {
    const DAY_MS: i64 = 86_400_000;
    let mut record = canonical::parse_value(&parts.record).ok()?;
    let recorded_at = value_of(&mut record, "recorded_at")?;
    let then: heqi_vocabulary::UtcMillis = recorded_at.as_str()?.parse().ok()?;
    *recorded_at = then.plus_millis(-DAY_MS).to_string().into();
    parts.record = canonical::to_bytes(&record).ok()?;
    Some(())
}

fn drop_event(parts: &mut BundleParts) -> Option<()> {
    (parts.chain.len() > 2).then(|| {
        parts.chain.remove(1);
    })
}
