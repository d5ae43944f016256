//! What an extraction session showed (截屏, domain.md 11.8): the page itself, as bytes. The page is made
//! once, when the button is pressed; its digest goes into the line of the working record and into the
//! step, and the browser is served exactly those bytes, then and whenever somebody looks again.

use std::fmt;

use heqi_evidence_store::object::open_sealed;
use heqi_vocabulary::{Digest, UtcMillis};

use super::act::{Opened, Tool, open};
use super::error::MatterError;
use super::extraction::Act;
use super::number::ApplicationNo;
use super::state::Rule;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// Everything that is shown for one act.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "whoever shows reads all of it")]
pub struct ScreenSheet {
    /// The application.
    pub application: ApplicationNo,
    /// The act.
    pub act: Act,
    /// Its place in the session, from 1.
    pub place: usize,
    /// When, by the office's clock.
    pub at: UtcMillis,
    /// The notary and the person beside, by name.
    pub people: [String; 2],
    /// At which registered computer, and where.
    pub workstation: String,
    /// Where.
    pub room: String,
    /// The program that did it.
    pub tool: Tool,
    /// Whether it came out as it should.
    pub passed: bool,
    /// What it gave out, whole, as canonical JSON.
    pub output: String,
    /// SHA-256 of that.
    pub output_sha256: Digest,
}

/// Makes pages of what acts gave out: a port, because pages are no business of this crate.
pub trait Screen: fmt::Debug + Send + Sync {
    /// The page, as it will be served.
    fn show(&self, sheet: &ScreenSheet) -> Vec<u8>;
}

/// What a page of a session is, so that no object can be passed off as it.
pub(crate) fn screen_context(no: ApplicationNo) -> String {
    format!("matter-screen/{no}")
}

/// The page with this digest that an extraction session of the matter showed.
///
/// # Errors
/// [`MatterError::NotFound`] where no session showed it; [`Rule::Role`] for who does not see matters.
pub async fn screen_file(
    office: &NotaryOffice,
    by: &Officer,
    no: ApplicationNo,
    sha256: Digest,
) -> Result<Vec<u8>, MatterError> {
    if !by.role.sees_matters() {
        return Err(Rule::Role.into());
    }
    let opened = open(office, no).await?;
    file_of(office, &opened, sha256).await
}

pub(crate) async fn file_of(
    office: &NotaryOffice,
    opened: &Opened<'_>,
    sha256: Digest,
) -> Result<Vec<u8>, MatterError> {
    let kept = opened.matter.screens.iter().find(|(one, _)| *one == sha256);
    let (_, object) = kept.ok_or(MatterError::NotFound)?;
    let bytes = open_sealed(office.store(), object, &screen_context(opened.matter.no())).await?;
    if Digest::of(&bytes) == sha256 { Ok(bytes.to_vec()) } else { Err(Rule::Quarantined.into()) }
}
