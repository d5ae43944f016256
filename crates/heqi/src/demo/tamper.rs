//! 我来篡改: changes copies of the exported bundle and lets the verifier speak. The original is
//! never touched.
//!
//! - [`forgery`]: the ways to cheat, and the file that each one makes
//! - [`rewritten`]: the one that takes the platform's own key
//! - [`climb`]: the path from the photo to the root that was cosigned
//! - [`halves`]: which half of the tally contradicts, and what the two halves say
//!
//! Here: making, judging and telling, for the terminal and for the page.

use std::path::{Path, PathBuf};

use heqi_evidence_store::durable_file::Disk;
use heqi_service_kit::system::SystemEntropy;
use heqi_tlog::note::{NoteSigner, SignatureType};
use heqi_verify::{Examination, ForkExamination, ForkFinding};
use heqi_vocabulary::Language;

use super::{DemoError, Report, verify_file};
use crate::keys;
use crate::service::production::DEMO_MARK;

mod climb;
mod forgery;
mod halves;
mod rewritten;

pub(crate) use climb::Climb;
use forgery::Forgery;
pub(crate) use forgery::Way;
pub(crate) use halves::Halves;

/// What there is to change, and where the copies go.
pub(crate) struct Bench<'a> {
    pub(crate) data_dir: &'a Path,
    pub(crate) bundle: &'a [u8],
    pub(crate) anchors: &'a [u8],
}

/// A copy and what the verifier says of it.
pub(crate) struct Judged {
    /// What was done to it; `None` for the bundle as it is.
    pub(crate) way: Option<Way>,
    /// Whether something contradicts it.
    pub(crate) is_found_out: bool,
    /// What each half says.
    pub(crate) halves: Halves,
    /// The verifier's own words, about the copy and then about the two heads of the log.
    pub(crate) reports: Vec<String>,
}

/// Makes the forgeries, verifies each and prints the reports. Gives whether every one was found
/// out.
pub(crate) fn run(
    data_dir: &Path,
    bundle: &Path,
    anchors: &Path,
    language: Language,
    out: &mut dyn std::io::Write,
) -> Result<bool, DemoError> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| DemoError::file(path, error));
    let (bundle, anchors) = (read(bundle)?, read(anchors)?);
    let bench = Bench { data_dir, bundle: &bundle, anchors: &anchors };
    let mut all_found = true;
    for way in Way::ALL {
        let judged = bench.judge(Some(way), language)?;
        let (doing, telling) = (way.words(language), judged.halves.telling(language));
        writeln!(out, "\n── {doing}\n{telling}").map_err(DemoError::Output)?;
        for report in &judged.reports {
            writeln!(out, "\n{report}").map_err(DemoError::Output)?;
        }
        all_found &= judged.is_found_out;
    }
    Ok(all_found)
}

impl Bench<'_> {
    /// Changes a copy, or takes the bundle as it is, and judges it.
    pub(crate) fn judge(&self, way: Option<Way>, language: Language) -> Result<Judged, DemoError> {
        let forgery = match way {
            Some(way) => way.forge(self.bundle, &|| platform_key(self.data_dir))?,
            None => Forgery { bundle: self.bundle.to_vec(), fork: None },
        };
        let unreadable = |error: heqi_verify::Unreadable| DemoError::Bundle(error.to_string());
        let examined = Examination::of(&forgery.bundle, Some(self.anchors), None);
        let examined = examined.map_err(unreadable)?;
        let fork = forgery.fork.as_deref();
        let fork = fork.map(|file| ForkExamination::of(file, Some(self.anchors))).transpose();
        let fork = fork.map_err(unreadable)?;
        let is_forked =
            fork.as_ref().is_some_and(|fork| matches!(fork.finding(), ForkFinding::Forked { .. }));
        let halves = Halves::of(&examined, is_forked, (self.bundle, &forgery.bundle))
            .ok_or_else(|| DemoError::Bundle("the exported bundle cannot be read".into()))?;
        Ok(Judged {
            way,
            is_found_out: halves.is_contradicted(),
            halves,
            reports: self.reports(way, &forgery, language)?,
        })
    }

    /// The words of the verifier, which reads files: they are written to the folder of copies.
    fn reports(
        &self,
        way: Option<Way>,
        forgery: &Forgery,
        language: Language,
    ) -> Result<Vec<String>, DemoError> {
        let folder = self.data_dir.join("tampered");
        let disk = Disk::default();
        disk.create_directory(&folder).map_err(|error| DemoError::file(&folder, error))?;
        let write = |name: &str, bytes: &[u8]| {
            let path: PathBuf = folder.join(name);
            disk.write_atomic(&path, &[bytes]).map_err(|error| DemoError::file(&path, error))?;
            Ok::<_, DemoError>(path)
        };
        let anchors = write("anchors.json", self.anchors)?;
        let name = way.map_or("good", Way::name);
        let mut files = vec![write(&format!("{name}.heqi.zip"), &forgery.bundle)?];
        if let Some(fork) = &forgery.fork {
            files.push(write(&format!("{name}.fork-proof"), fork)?);
        }
        let report = |file: &PathBuf| {
            let mut words = Vec::new();
            verify_file(file, &anchors, Report::Text(language), &mut words)?;
            Ok::<_, DemoError>(String::from_utf8_lossy(&words).into_owned())
        };
        files.iter().map(report).collect()
    }
}

/// The key of the platform's log, as an insider has it. Only a folder that bears the demo's mark
/// is signed in: what is made here is forged.
fn platform_key(data_dir: &Path) -> Result<NoteSigner, DemoError> {
    let folder = data_dir.join("platform").join("keys");
    let file = folder.join("log.key");
    if !folder.join(DEMO_MARK).exists() || !file.exists() {
        return Err(DemoError::Bundle(format!("{} holds no keys of a demo", folder.display())));
    }
    let unusable = |error: keys::KeyError| DemoError::Bundle(error.to_string());
    let key = keys::note_key(&file, "", SignatureType::Ed25519, &SystemEntropy);
    key.map_err(unusable)?.log_signer().map_err(unusable)
}
