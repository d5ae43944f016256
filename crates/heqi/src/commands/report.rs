//! `heqi report`: what an evidence bundle holds, as a report of thirteen chapters with the bundle
//! inside. It has no seal: what it says can be checked by the bundle, which stands in it.

use std::fs;
use std::io::{self, Write as _};

use heqi_documents::report::{self, Asked};
use heqi_documents::{Fonts, Office, SealFace};
use heqi_evidence::anchors::AnchorsFile;
use heqi_vocabulary::{Clock, Digest};

use crate::cli::ReportArgs;
use crate::{JobResult, keys};

pub(crate) fn run(args: &ReportArgs, clock: &dyn Clock) -> JobResult {
    let file = fs::read(&args.bundle)?;
    let anchors = match &args.anchors {
        Some(path) => Some(AnchorsFile::parse(&fs::read(path)?)?),
        None => None,
    };
    let asked = Asked {
        number: args.number.clone().unwrap_or_else(|| number_of(&file)),
        issuer: Office {
            full_name: args.issuer.clone(),
            name: args.issuer.clone(),
            address: String::new(),
            telephone: String::new(),
            seal: SealFace::Absent,
        },
        applicant: args.applicant.clone(),
        purpose: args.purpose.clone(),
        issued_at: clock.now(),
        anchors: anchors.as_ref().map(|file| &file.anchors),
    };
    let input = report::of_bundle(&file, asked)?;
    let pdf = report::render(&input, &Fonts::new())?;
    keys::write_public(&args.to, pdf.bytes())?;
    writeln!(io::stdout(), "{}  SHA-256 {}", args.to.display(), pdf.digest())?;
    Ok(0)
}

/// A name that says which bundle it is about.
fn number_of(file: &[u8]) -> String {
    let digest = Digest::of(file).to_string();
    format!("CB-{}", digest.get(..16).unwrap_or(&digest))
}

#[cfg(test)]
mod tests {
    use heqi_testkit::{FixedClock, Story, Twists};
    use tempfile::TempDir;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files of a test need no durability")]
    fn a_bundle_becomes_a_report_with_the_bundle_inside() {
        let story = Story::tell(1, &Twists::default());
        let bundle = story.bundle_with_chain(story.signing()).write().unwrap();
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.heqi.zip"), &bundle).unwrap();
        fs::write(path("anchors.json"), story.anchors_file()).unwrap();
        let args = ReportArgs {
            bundle: path("a.heqi.zip"),
            to: path("a.pdf"),
            anchors: Some(path("anchors.json")),
            number: None,
            issuer: "示例商事文签平台".to_owned(),
            applicant: "龚𠮷㛃".to_owned(),
            purpose: "自行核对".to_owned(),
        };
        let clock = FixedClock::at("2026-11-28T08:00:00.000Z");
        assert_eq!(run(&args, &clock).unwrap(), 0);
        let pdf = fs::read(path("a.pdf")).unwrap();
        // Stored as it is: the bundle can be cut out of the file.
        assert!(pdf.windows(bundle.len()).any(|window| window == bundle));
        let other = ReportArgs { bundle: path("anchors.json"), ..args };
        assert!(run(&other, &clock).is_err());
    }
}
