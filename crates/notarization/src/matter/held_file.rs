//! The files of the held evidence that people look at: the photo, the documents that were signed, the handwriting.
//! What the machine cannot judge is ticked by a person, and the certificate says that what is printed agrees with what
//! was extracted; nobody can say either without having seen it (公证法 art. 28). Each look is written down as every
//! other file that staff takes ([`super::taking`]).

use std::collections::BTreeMap;

use heqi_vocabulary::Digest;

use super::act::open;
use super::error::MatterError;
use super::number::ApplicationNo;
use super::state::{Matter, Rule};
use crate::deposited::{StoredPart, deposit, open_part};
use crate::held_chain::HeldChain;
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer};

/// Where files stand among the parts of a deposit.
const FOLDER: &str = "attachments/";

/// What a file of the held evidence is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum HeldKind {
    /// The live photo.
    Photo,
    /// A document that was signed.
    Document,
    /// What a program wrote, such as the handwriting point by point.
    Data,
}

/// A file of the held evidence.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct HeldFile {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Length of its bytes.
    pub size_bytes: u64,
    /// What it is.
    pub kind: HeldKind,
    /// Under which title it was added to the filing, where that is held.
    pub title: Option<String>,
}

impl HeldFile {
    fn of(part: &StoredPart, titles: &BTreeMap<Digest, String>) -> Option<Self> {
        let (_, ending) = part.name.strip_prefix(FOLDER)?.split_once('.')?;
        let kind = match ending {
            "jpg" => HeldKind::Photo,
            "pdf" => HeldKind::Document,
            _ => HeldKind::Data,
        };
        let title = titles.get(&part.sha256).cloned();
        Some(Self { sha256: part.sha256, size_bytes: part.size_bytes, kind, title })
    }
}

/// What can be looked at of the evidence a matter is about, in the order of the deposit.
///
/// # Errors
/// [`Rule::Role`], [`Rule::Undeclared`], [`Rule::Conflict`]: only who works on the matter looks; [`Rule::Stage`]: it
/// was not accepted yet, or is over.
pub async fn held_files(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
) -> Result<Vec<HeldFile>, MatterError> {
    let opened = open(office, no).await?;
    may_look(&opened.matter, by)?;
    let row = deposit(office, &opened.matter.deposit).await?.ok_or(MatterError::NoDeposit)?;
    let titles = HeldChain::read(office, row.chain).await?.titles();
    Ok(row.parts.iter().filter_map(|part| HeldFile::of(part, &titles)).collect())
}

/// The bytes of one, as they are held. [`super::taking::take`] gives it to staff.
///
/// # Errors
/// As [`held_files`]; [`MatterError::NotFound`]: the deposit has no such file; [`Rule::Quarantined`]: it has other
/// bytes than were deposited, or cannot be opened.
pub(crate) async fn held_file(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
    sha256: Digest,
) -> Result<Vec<u8>, MatterError> {
    let opened = open(office, no).await?;
    may_look(&opened.matter, by)?;
    let row = deposit(office, &opened.matter.deposit).await?.ok_or(MatterError::NoDeposit)?;
    let is_it = |part: &&StoredPart| part.sha256 == sha256 && part.name.starts_with(FOLDER);
    let part = row.parts.iter().find(is_it).ok_or(MatterError::NotFound)?;
    match open_part(office, row.chain, part).await {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.is_about_the_part() => Err(Rule::Quarantined.into()),
        Err(error) => Err(error.into()),
    }
}

/// Whoever works on an accepted matter and has declared no interest; archive and audit have the dossier.
fn may_look(matter: &Matter, by: &Officer) -> Result<(), Rule> {
    matter.may_work(by, &[OfficeRole::Clerk, OfficeRole::Notary, OfficeRole::Approver])?;
    if matter.acceptance().is_none() || matter.stage().is_closed() {
        return Err(Rule::Stage(matter.stage()));
    }
    Ok(())
}
