//! Typed addresses. A page names where it leads; what that is as text stands here, once.

use std::fmt;

use heqi_vocabulary::{DocumentId, RecordId};

use crate::assets::Asset;

/// An address of the platform.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever serves pages must serve each")]
pub enum Link {
    /// The link of an invitation: looked at by GET, used by POST.
    Invitation(String),
    /// The front page.
    Front,
    /// A code is wanted by number and contact.
    EntryCode,
    /// That code was typed.
    EntryCheck,
    /// What of all evidence is held by whom.
    Coverage,
    /// The step a signer stands at.
    Journey,
    /// A one-time code is wanted.
    SendCode,
    /// A one-time code was typed.
    CheckCode,
    /// The last four of the identity number were typed.
    CheckIdentity,
    /// The answer to a consent.
    Consent,
    /// A consent, asked again.
    ConsentAgain(String),
    /// A document has been read.
    Read,
    /// The camera again, although there is a photo.
    Photo,
    /// The handwriting again.
    Drawing,
    /// Not wanting to sign.
    Decline,
    /// The end of the session.
    Leave,
    /// The exact bytes of a document.
    Document(DocumentId),
    /// The evidence bundle of a record.
    Bundle(RecordId),
    /// The verifier, which runs in the browser.
    Verifier,
    /// A file of ours.
    Asset(Asset),
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invitation(code) => write!(f, "/s/{}", path_segment(code)),
            Self::Front => f.write_str("/"),
            Self::EntryCode => f.write_str("/enter/code"),
            Self::EntryCheck => f.write_str("/enter/check"),
            Self::Coverage => f.write_str("/coverage"),
            Self::Journey => f.write_str("/sign"),
            Self::SendCode => f.write_str("/sign/code"),
            Self::CheckCode => f.write_str("/sign/code/check"),
            Self::CheckIdentity => f.write_str("/sign/identity"),
            Self::Consent => f.write_str("/sign/consent"),
            Self::ConsentAgain(kind) => write!(f, "/sign/consent/{}", path_segment(kind)),
            Self::Read => f.write_str("/sign/read"),
            Self::Photo => f.write_str("/sign/photo"),
            Self::Drawing => f.write_str("/sign/drawing"),
            Self::Decline => f.write_str("/sign/decline"),
            Self::Leave => f.write_str("/sign/leave"),
            Self::Document(id) => write!(f, "/api/v1/documents/{id}"),
            Self::Bundle(id) => write!(f, "/api/v1/records/{id}/bundle"),
            Self::Verifier => f.write_str("/verify"),
            Self::Asset(asset) => write!(f, "/assets/{}/{}", crate::assets::digest(), asset.name()),
        }
    }
}

/// Only letters, digits and hyphens: whatever else somebody put into an address is dropped
/// rather than written into a page.
fn path_segment(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(64).collect()
}

impl maud::Render for Link {
    fn render_to(&self, buffer: &mut String) {
        maud::Render::render_to(&self.to_string(), buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_of_what_it_names_and_nothing_else() {
        assert_eq!(Link::Invitation("abc-1/../\"<x>".into()).to_string(), "/s/abc-1x");
        assert_eq!(Link::Journey.to_string(), "/sign");
        let style = Link::Asset(Asset::Style).to_string();
        assert!(style.starts_with("/assets/") && style.ends_with("/style.css"), "{style}");
    }
}
