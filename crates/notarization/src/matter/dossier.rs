//! The dossier (公证档案): everything of a matter in one file for the archive. The file is a ZIP
//! without compression with a list of digests, so that it is the same bytes each time.
//!
//! What happens to a matter after it was archived is in no file of the archive: it is archived anew, as a further version
//! that names the one before it (`docs/spec/matter.md` 5).

use std::collections::BTreeSet;

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::canonical;
use heqi_evidence::container;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::{Digest, UtcMillis};
use serde_json::{Value, json};

use super::act::{Attempts, Opened, leaf_row, open};
use super::error::MatterError;
use super::finish::{ScanKind, certificate_file, certificate_renewals, scan_of};
use super::notice;
use super::number::ApplicationNo;
use super::rows::StepKey;
use super::screen;
use super::session::package;
use super::step::{ActedBy, MatterStep, StepKind};
use super::view::{StepView, steps};
use crate::deposited::{deposit, open_part};
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer};

/// How long a dossier of this kind is kept, in years: long-term (公证档案管理办法; domain.md 5.1).
pub const KEEP_YEARS: u32 = 60;

/// What a step that archived begins with.
const SAYS: &str = "dossier sha256 ";

/// One version of the archive file, as the step that archived it says.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct ArchivedVersion {
    /// Its number, from 1.
    pub version: u64,
    /// When it was archived.
    pub at: UtcMillis,
    /// By whom.
    pub by: ActedBy,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// The versions that a matter's record says were archived, oldest first.
pub fn archived_versions(record: &[StepView]) -> Vec<ArchivedVersion> {
    let archived = record.iter().filter(|step| step.step == StepKind::Archived);
    let version = |(step, version): (&StepView, u64)| {
        let sha256 = step.said.strip_prefix(SAYS)?.split(' ').next()?.parse().ok()?;
        Some(ArchivedVersion { version, at: step.at, by: step.by.clone(), sha256 })
    };
    archived.zip(1..).filter_map(version).collect()
}

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
    let mut opened = open(office, no).await?;
    let mut record = record_of(office, by, &opened).await?;
    as_archived(office, &mut opened, &mut record).await?;
    file_of(office, &opened, &record, archived_versions(&record).last()).await
}

/// The record as far as the matter had come when it was read: a file has nothing of what came in between.
async fn record_of(
    office: &NotaryOffice,
    by: &Officer,
    opened: &Opened<'_>,
) -> Result<Vec<StepView>, MatterError> {
    let mut record = steps(office, by, opened.matter.no()).await?;
    record.retain(|step| step.seq <= opened.matter.steps);
    Ok(record)
}

/// What has not changed since it was archived is made as it was then, without the step that says so: whoever takes the file
/// later has the one whose digest that step names.
async fn as_archived(
    office: &NotaryOffice,
    opened: &mut Opened<'_>,
    record: &mut Vec<StepView>,
) -> Result<(), MatterError> {
    let matter = &mut opened.matter;
    let is_newest = |step: &StepView| step.step == StepKind::Archived && step.seq == matter.steps;
    let is_archived = matter.archived_at.is_some() && record.last().is_some_and(is_newest);
    if !is_archived {
        return Ok(());
    }
    let newest = StepKey { application: matter.no, seq: matter.steps };
    // Without it no file is made, rather than one that calls itself a version that nobody archived.
    let statement = office.statement(&leaf_row(&newest)?).await?.flatten();
    let statement = statement.filter(|bytes| Digest::of(bytes) == matter.last_step);
    let Some(previous) = statement.and_then(|bytes| previous_of(&bytes)) else {
        return Err(MatterError::Broken(format!("step {newest} is not in the log as it was")));
    };
    record.pop();
    matter.archived_at = None;
    matter.steps = matter.steps.saturating_sub(1);
    matter.last_step = previous;
    Ok(())
}

/// The digest of the step before, as a step names it whose own digest is known.
fn previous_of(envelope: &[u8]) -> Option<Digest> {
    let envelope = Envelope::from_json(envelope).ok()?;
    let step: MatterStep = canonical::parse_exact(envelope.unverified_payload()).ok()?;
    Some(step.previous)
}

/// The file of a matter as it was read, and of its record.
async fn file_of(
    office: &NotaryOffice,
    opened: &Opened<'_>,
    record: &[StepView],
    former: Option<&ArchivedVersion>,
) -> Result<Vec<u8>, MatterError> {
    let mut files = files_of(office, opened, record).await?;
    let list = list_of(opened, &files, former);
    files.insert(0, ("dossier.json".to_owned(), canonical::to_bytes(&list)?));
    container::write(&files).map_err(|error| MatterError::Broken(error.to_string()))
}

/// The list of what is in the file.
fn list_of(
    opened: &Opened<'_>,
    files: &[(String, Vec<u8>)],
    former: Option<&ArchivedVersion>,
) -> Value {
    let listed: Vec<_> = files
        .iter()
        .map(|(name, bytes)| {
            json!({ "name": name, "sha256": Digest::of(bytes).to_string(), "size_bytes": bytes.len() })
        })
        .collect();
    let format = if former.is_some() { "heqi.dossier/v2" } else { "heqi.dossier/v1" };
    let mut list = json!({
        "application": opened.matter.no().to_string(),
        "files": listed,
        "format": format,
        "keep_years": KEEP_YEARS,
        "last_step_sha256": opened.matter.last_step.to_string(),
    });
    if let (Some(former), Some(members)) = (former, list.as_object_mut()) {
        members.insert("former_sha256".to_owned(), json!(former.sha256.to_string()));
        members.insert("version".to_owned(), json!(former.version + 1));
    }
    list
}

async fn files_of(
    office: &NotaryOffice,
    opened: &Opened<'_>,
    record: &[StepView],
) -> Result<Vec<(String, Vec<u8>)>, MatterError> {
    let broken = |error: &dyn std::fmt::Display| MatterError::Broken(error.to_string());
    let no = opened.matter.no();
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
        let file = package(office, opened).await?;
        let beside = beside_package(office, opened, &file).await?;
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
        let scan = scan_of(office, opened).await?;
        // Scans of before their kind was looked at have a name all the same.
        let ends = ScanKind::of(&scan).map_or("bin", ScanKind::extension);
        files.push((format!("paper/scan.{ends}"), scan));
    }
    for (place, line) in opened.matter.screens().enumerate() {
        let page = screen::file_of(office, opened, line).await?;
        files.push((format!("session/{:03}.html", place + 1), page));
    }
    for made in opened.matter.notices().iter().filter(|notice| notice.made.is_some()) {
        let file = notice::file_of(office, opened, made.no).await?;
        // Names in a container are lower-case.
        let number = made.no.to_string().to_ascii_lowercase();
        files.push((format!("notices/{number}.pdf"), file));
    }
    Ok(files)
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

/// Notes that the dossier was archived; what has changed since it was is archived anew, as the next version.
///
/// # Errors
/// [`super::state::Rule::Role`], [`super::state::Rule::Stage`]; [`super::state::Rule::Done`] where the newest version has
/// everything.
pub async fn archive(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<(), MatterError> {
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        // Before the file is made, which takes its time.
        opened.matter.may_archive(by)?;
        let record = record_of(office, by, &opened).await?;
        let former = archived_versions(&record).pop();
        let file = file_of(office, &opened, &record, former.as_ref()).await?;
        let mut said = format!("{SAYS}{}", Digest::of(&file));
        if let Some(former) = former {
            let ArchivedVersion { version, sha256, .. } = former;
            said = format!("{said} version {} former {sha256}", version + 1);
        }
        opened.matter.archived(by, opened.now)?;
        // Where it went on while the file was made, which lacks that, the matter is another one and this is refused.
        let changes = opened.write(&by.acted(), StepKind::Archived, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(());
        }
    }
}
