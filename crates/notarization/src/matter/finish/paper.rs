//! The sealed original on paper (公证专用纸): its scan is kept, shown to whoever sees the matter, and archived.

use heqi_evidence_store::object::{MAX_OBJECT_BYTES, open_sealed, put_sealed};
use heqi_vocabulary::Digest;

use crate::matter::act::{Opened, act, open};
use crate::matter::error::MatterError;
use crate::matter::number::ApplicationNo;
use crate::matter::state::Rule;
use crate::matter::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::Officer;

/// What a scan is, by how it begins. Nothing opens it here: whoever looks sees it as it came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "what scanners make, and browsers show")]
pub enum ScanKind {
    /// A PDF.
    Pdf,
    /// A JPEG.
    Jpeg,
    /// A PNG.
    Png,
}

impl ScanKind {
    /// The kind of these bytes; `None`: none of the three.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let kinds: [(&[u8], Self); 3] = [
            (b"%PDF-", Self::Pdf),
            (b"\xFF\xD8\xFF", Self::Jpeg),
            (b"\x89PNG\r\n\x1a\n", Self::Png),
        ];
        kinds.into_iter().find(|(begins, _)| bytes.starts_with(begins)).map(|(_, kind)| kind)
    }

    /// How names of such files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// The paper original was sealed; its scan is kept and named by its digest.
///
/// # Errors
/// [`MatterError::File`] for what is no scan or too long; [`Rule::Paper`], [`Rule::Stage`], [`Rule::Role`].
pub async fn paper_sealed(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    scan: &[u8],
) -> Result<(), MatterError> {
    if ScanKind::of(scan).is_none() || scan.len() > MAX_OBJECT_BYTES {
        return Err(MatterError::File);
    }
    let sha256 = Digest::of(scan);
    act(office, no, by, StepKind::PaperSealed, |opened| {
        opened.matter.may_seal_paper(by)?;
        let context = scan_context(no);
        // Not waited for: whatever was put is durable before the commit that names it.
        let put = put_sealed(office.store(), opened.key(), &context, scan, office.entropy())?;
        opened.matter.paper_sealed(sha256, put.reference());
        Ok((format!("scan sha256 {sha256}"), ()))
    })
    .await
}

/// What the scan is, so that no object can be passed off as it.
fn scan_context(no: ApplicationNo) -> String {
    format!("matter-scan/{no}")
}

/// The scan of the sealed original, as it came.
///
/// # Errors
/// [`MatterError::NotFound`]: none is kept, as of originals that were handed over before scans stayed with
/// the matter; or the bytes are not those that came.
pub async fn scan_file(office: &NotaryOffice, no: ApplicationNo) -> Result<Vec<u8>, MatterError> {
    let opened = open(office, no).await?;
    scan_of(office, &opened).await
}

pub(crate) async fn scan_of(
    office: &NotaryOffice,
    opened: &Opened<'_>,
) -> Result<Vec<u8>, MatterError> {
    let (sha256, object) = opened.matter.scan().ok_or(MatterError::NotFound)?;
    let bytes = open_sealed(office.store(), &object, &scan_context(opened.matter.no())).await;
    let bytes = bytes.map_err(|error| MatterError::Broken(error.to_string()))?;
    if Digest::of(&bytes) == sha256 { Ok(bytes.to_vec()) } else { Err(Rule::Quarantined.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_known_by_how_it_begins() {
        for (bytes, kind) in [
            (&b"%PDF-1.7"[..], ScanKind::Pdf),
            (&b"\xFF\xD8\xFF\xE0JFIF"[..], ScanKind::Jpeg),
            (&b"\x89PNG\r\n\x1a\n"[..], ScanKind::Png),
        ] {
            assert_eq!(ScanKind::of(bytes), Some(kind));
            assert!(kind.media_type().ends_with(kind.extension()) || kind == ScanKind::Jpeg);
        }
        for other in [&b""[..], b"%PD", b"<html>%PDF-", b"\xFF\xD8", b"\x89PNG", b"PK\x03\x04"] {
            assert_eq!(ScanKind::of(other), None);
        }
    }
}
