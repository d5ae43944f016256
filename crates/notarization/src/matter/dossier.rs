//! The dossier (公证档案): everything of a matter in one file for the archive. The file is a ZIP
//! without compression with a list of digests, so that it is the same bytes each time.

use std::collections::BTreeSet;

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::canonical;
use heqi_evidence::container;
use heqi_vocabulary::Digest;
use serde_json::json;

use super::act::{Opened, act, open};
use super::error::MatterError;
use super::finish::{ScanKind, certificate_file, certificate_renewals, scan_of};
use super::notice;
use super::number::ApplicationNo;
use super::screen;
use super::session::package;
use super::step::StepKind;
use super::view::steps;
use crate::deposited::{deposit, open_part};
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer};

/// How long a dossier of this kind is kept, in years: long-term (公证档案管理办法; domain.md 5.1).
pub const KEEP_YEARS: u32 = 60;

/// Makes the archive file of a matter.
///
/// # Errors
/// [`super::state::Rule::Role`] for everybody but archivist and auditor.
pub async fn dossier(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
) -> Result<Vec<u8>, MatterError> {
    if !matches!(by.role, OfficeRole::Archivist | OfficeRole::Auditor) {
        return Err(super::state::Rule::Role.into());
    }
    let broken = |error: &dyn std::fmt::Display| MatterError::Broken(error.to_string());
    let opened = open(office, no).await?;
    let record = steps(office, by, no).await?;
    let record: Vec<_> = record
        .iter()
        .map(|step| {
            json!({
                "at": step.at.to_string(),
                "by": serde_json::to_value(&step.by).unwrap_or_default(),
                "said": step.said,
                "seq": step.seq,
                "step": step.step.as_str(),
            })
        })
        .collect();
    let state = serde_json::to_value(&opened.matter).map_err(|error| broken(&error))?;
    let content = serde_json::to_value(&opened.content).map_err(|error| broken(&error))?;
    let mut files = vec![
        ("application.json".to_owned(), canonical::to_bytes(&content)?),
        ("matter.json".to_owned(), canonical::to_bytes(&state)?),
        ("record.json".to_owned(), canonical::to_bytes(&record)?),
    ];
    if opened.matter.package_sha256().is_some() {
        let file = package(office, &opened).await?;
        let beside = beside_package(office, &opened, &file).await?;
        files.push(("evidence.heqi.zip".to_owned(), file));
        files.extend(beside);
    }
    if opened.matter.issue().is_some() {
        files.push(("certificate.pdf".to_owned(), certificate_file(office, no).await?));
        // Not there before the first head over the step was stamped; the archive asks again then.
        match certificate_renewals(office, no).await {
            Ok(renewals) => files.push(("renewals.zip".to_owned(), renewals)),
            Err(MatterError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    if opened.matter.scan_sha256().is_some() {
        let scan = scan_of(office, &opened).await?;
        // Scans of before their kind was looked at have a name all the same.
        let ends = ScanKind::of(&scan).map_or("bin", ScanKind::extension);
        files.push((format!("paper/scan.{ends}"), scan));
    }
    for (place, line) in opened.matter.screens().enumerate() {
        let page = screen::file_of(office, &opened, line).await?;
        files.push((format!("session/{:03}.html", place + 1), page));
    }
    for made in opened.matter.notices().iter().filter(|notice| notice.made.is_some()) {
        let file = notice::file_of(office, &opened, made.no).await?;
        // Names in a container are lower-case.
        let number = made.no.to_string().to_ascii_lowercase();
        files.push((format!("notices/{number}.pdf"), file));
    }
    let listed: Vec<_> = files
        .iter()
        .map(|(name, bytes)| {
            json!({ "name": name, "sha256": Digest::of(bytes).to_string(), "size_bytes": bytes.len() })
        })
        .collect();
    let list = json!({
        "application": no.to_string(),
        "files": listed,
        "format": "heqi.dossier/v1",
        "keep_years": KEEP_YEARS,
        "last_step_sha256": opened.matter.last_step.to_string(),
    });
    files.insert(0, ("dossier.json".to_owned(), canonical::to_bytes(&list)?));
    container::write(&files).map_err(|error| broken(&error))
}

/// The parts of the deposit that the package carries in part, anew, or not at all (ADR 0070, 0074): the archive keeps
/// what was extracted, whoever applied. What was erased since is gone from here, too.
async fn beside_package(
    office: &NotaryOffice,
    opened: &Opened<'_>,
    file: &[u8],
) -> Result<Vec<(String, Vec<u8>)>, MatterError> {
    let bundle = EvidenceBundle::read(file);
    let bundle = bundle.map_err(|error| MatterError::Broken(error.to_string()))?;
    let inside = bundle.parts.immutable_parts().chain(bundle.parts.proof.as_deref());
    let inside: BTreeSet<Digest> = inside.map(Digest::of).collect();
    let row = deposit(office, &opened.matter.deposit).await?.ok_or(MatterError::NoDeposit)?;
    let missing = row.parts.iter().filter(|part| !inside.contains(&part.sha256));
    let mut beside = Vec::new();
    for part in missing {
        match open_part(office, row.chain, part).await {
            Ok(bytes) => beside.push((format!("held/{}", part.name), bytes)),
            Err(error) if error.is_about_the_part() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(beside)
}

/// Notes that the dossier was archived.
///
/// # Errors
/// [`super::state::Rule::Role`], [`super::state::Rule::Stage`].
pub async fn archive(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<(), MatterError> {
    let file = dossier(office, by, no).await?;
    let sha256 = Digest::of(&file);
    act(office, no, by, StepKind::Archived, |opened| {
        opened.matter.archived(by, opened.now)?;
        Ok((format!("dossier sha256 {sha256}"), ()))
    })
    .await
}
