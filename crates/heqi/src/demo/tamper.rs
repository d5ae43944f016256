//! `heqi demo tamper`: changes copies of the exported bundle and lets `verify` speak.
//! The original is never touched.

use std::path::{Path, PathBuf};

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::canonical;
use heqi_evidence_store::durable_file::Disk;
use heqi_vocabulary::{Digest, Language};
use serde_json::Value;

use super::{DemoError, Report, verify_file};

/// One way to cheat: what it is called, and the changed file.
struct Forgery {
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    file: Vec<u8>,
}

/// Makes the forgeries, verifies each and prints the reports. Gives whether every one
/// was found out.
pub(crate) fn run(
    data_dir: &Path,
    bundle: &Path,
    anchors: &Path,
    language: Language,
    out: &mut dyn std::io::Write,
) -> Result<bool, DemoError> {
    let original = std::fs::read(bundle).map_err(|e| DemoError::file(bundle, e))?;
    let folder = data_dir.join("tampered");
    let disk = Disk::default();
    disk.create_directory(&folder).map_err(|e| DemoError::file(&folder, e))?;
    let mut all_found = true;
    for forgery in forgeries(&original)? {
        let path: PathBuf = folder.join(format!("{}.heqi.zip", forgery.name));
        disk.write_atomic(&path, &[&forgery.file]).map_err(|e| DemoError::file(&path, e))?;
        writeln!(out, "\n── {}", language.pick(forgery.zh, forgery.en))
            .map_err(DemoError::Output)?;
        let exit = verify_file(&path, anchors, Report::Text(language), out)?;
        all_found &= exit == 1;
    }
    Ok(all_found)
}

/// A changed copy and what the verifier says of it.
pub(crate) struct Judged {
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    /// Whether the verifier contradicts it.
    pub(crate) is_found_out: bool,
    /// The verifier's own words.
    pub(crate) report: String,
}

/// The same for a page: every forgery of these bytes, judged. The verifier reads files, so they
/// are written to `folder`.
pub(crate) fn judged(
    folder: &Path,
    bundle: &[u8],
    anchors: &[u8],
    language: Language,
) -> Result<Vec<Judged>, DemoError> {
    let disk = Disk::default();
    disk.create_directory(folder).map_err(|e| DemoError::file(folder, e))?;
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        disk.write_atomic(&path, &[bytes]).map_err(|e| DemoError::file(&path, e))?;
        Ok::<_, DemoError>(path)
    };
    let anchors = write("anchors.json", anchors)?;
    let mut judged = Vec::new();
    for forgery in forgeries(bundle)? {
        let path = write(&format!("{}.heqi.zip", forgery.name), &forgery.file)?;
        let mut report = Vec::new();
        let exit = verify_file(&path, &anchors, Report::Text(language), &mut report)?;
        judged.push(Judged {
            zh: forgery.zh,
            en: forgery.en,
            is_found_out: exit == 1,
            report: String::from_utf8_lossy(&report).into_owned(),
        });
    }
    Ok(judged)
}

fn forgeries(original: &[u8]) -> Result<Vec<Forgery>, DemoError> {
    let unusable = || DemoError::Bundle("the exported bundle cannot be read".into());
    let parts = EvidenceBundle::read(original).map_err(|_| unusable())?.parts;
    let moved = |change: fn(&mut BundleParts) -> Option<()>| -> Result<Vec<u8>, DemoError> {
        let mut parts = parts.clone();
        change(&mut parts).ok_or_else(unusable)?;
        parts.write().map_err(|_| unusable())
    };
    Ok(vec![
        Forgery {
            name: "one-byte",
            zh: "改动照片中的一个字节",
            en: "one byte of the photo is changed",
            file: flip_photo_byte(original, &parts).ok_or_else(unusable)?,
        },
        Forgery {
            name: "swapped-photo",
            zh: "换掉照片,并重做清单",
            en: "the photo is swapped and the manifest made again",
            file: moved(swap_photo)?,
        },
        Forgery {
            name: "moved-time",
            zh: "把签署时间提前一天,并重做清单",
            en: "the time is moved one day back and the manifest made again",
            file: moved(move_time)?,
        },
        Forgery {
            name: "dropped-event",
            zh: "抽掉记录链中的一条,并重做清单",
            en: "one record of the chain is dropped and the manifest made again",
            file: moved(drop_event)?,
        },
    ])
}

fn photo_of(parts: &BundleParts) -> Option<(&String, &Vec<u8>)> {
    parts.attachments.iter().find(|(name, _)| name.strip_suffix(".jpg").is_some())
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
    let recorded_at = record
        .get_mut("attributes")?
        .as_array_mut()?
        .iter_mut()
        .find(|a| a.get(2).and_then(Value::as_str) == Some("recorded_at"))?
        .get_mut(3)?;
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
