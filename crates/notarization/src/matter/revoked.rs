//! What the office announces: whoever revokes a certificate says so to everybody (公证法 art. 39). A number names
//! nobody, and no code is needed for it.

use heqi_vocabulary::UtcMillis;

use super::error::MatterError;
use super::notice::{NoticeKind, NoticeNo};
use super::number::CertificateNo;
use super::queue::revoked_last;
use super::state::Matter;
use crate::office::NotaryOffice;

/// The most certificates that are announced together.
pub const ANNOUNCED: usize = 50;

/// A certificate that the office has taken back.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Revoked {
    /// Its number.
    pub number: CertificateNo,
    /// Since when it is void.
    pub since: UtcMillis,
    /// The decision.
    pub decision: Option<NoticeNo>,
}

impl Revoked {
    fn of(matter: &Matter) -> Option<Self> {
        let mut all = matter.notices().iter();
        let decision = all.rfind(|notice| notice.no.kind() == NoticeKind::Revocation);
        Some(Self {
            number: matter.certificate()?.clone(),
            since: matter.voided_at()?,
            decision: decision.map(|notice| notice.no),
        })
    }
}

/// Certificates that were issued and revoked, the newest revocation first, at most [`ANNOUNCED`].
///
/// # Errors
/// The store could not be read.
pub async fn revoked(office: &NotaryOffice) -> Result<Vec<Revoked>, MatterError> {
    let matters = revoked_last(office, ANNOUNCED).await?;
    Ok(matters.iter().filter_map(Revoked::of).collect())
}
