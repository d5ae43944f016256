//! What staff sees of one matter, whole; the queue is [`super::queue`].

use heqi_vocabulary::UtcMillis;

use super::act::open;
use super::error::MatterError;
use super::notice::NoticeNo;
use super::number::{ApplicationNo, CertificateNo};
use super::rows::{BOOK, Content, MATTERS, STEPS, StepKey};
use super::state::{Matter, Rule};
use super::step::{ActedBy, StepKind};
use super::waiting::{self, Waiting};
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// One matter with everything said about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MatterView {
    /// The state.
    pub matter: Matter,
    /// Everything personal.
    pub content: Content,
    /// Documents that could not be made yet.
    pub waiting: Vec<(NoticeNo, Waiting)>,
}

/// Opens one matter.
///
/// # Errors
/// [`MatterError::NotFound`]; [`Rule::Role`] for who does not see matters.
pub async fn matter(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
) -> Result<MatterView, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let opened = open(office, no).await?;
    let waiting = waiting::of_matter(office, &opened.matter).await?;
    Ok(MatterView { matter: opened.matter, content: opened.content, waiting })
}

/// One line of a matter's record.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StepView {
    /// Its place, from 1.
    pub seq: u64,
    /// When.
    pub at: UtcMillis,
    /// Who.
    pub by: ActedBy,
    /// What.
    pub step: StepKind,
    /// What was said.
    pub said: String,
}

/// The record of a matter, oldest first.
///
/// # Errors
/// The store could not be read.
pub async fn steps(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
) -> Result<Vec<StepView>, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let rows = STEPS.scan(office.store(), &format!("{no}/"), None, usize::MAX).await?;
    let mut steps = Vec::with_capacity(rows.len());
    for (key, row) in rows {
        let StepKey { seq, .. } = key;
        let place = STEPS.key(&key)?;
        let detail = row.value.detail.open(office.store().vault(), place.as_bytes())?;
        let row = row.value;
        steps.push(StepView { seq, at: row.at, by: row.by, step: row.step, said: detail.said });
    }
    Ok(steps)
}

/// Every number of a year with its matter, in order.
///
/// # Errors
/// [`Rule::Role`] for who does not see matters; the store could not be read.
pub async fn numbered(
    office: &NotaryOffice,
    by: &Officer,
    year: u16,
) -> Result<Vec<(CertificateNo, Matter)>, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let rows = BOOK.scan(office.store(), &format!("{year}/"), None, usize::MAX).await?;
    let mut numbered = Vec::with_capacity(rows.len());
    for (_, row) in rows {
        if let Some(stored) = MATTERS.row(office.store(), &row.value.application).await? {
            numbered.push((row.value.number, stored.value.matter));
        }
    }
    Ok(numbered)
}
