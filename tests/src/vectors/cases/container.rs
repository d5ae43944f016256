//! The file itself.

use heqi_evidence::bundle::attachment_name;
use heqi_evidence::verdict::ClaimName::{Integrity, Logged};
use heqi_evidence::verdict::Status::{Contradicted, NotProved};
use heqi_testkit::{Story, archive, files};
use heqi_vocabulary::Digest;

use super::{Case, case, signing, unreadable};
use crate::vectors::spoil;

pub(super) fn in_the_container(plain: &Story) -> Vec<Case> {
    let good = spoil::zip(&signing(plain));
    let entries = archive::unpack(&good);
    let html = ("attachments/verify.html".to_owned(), b"<h1>proved</h1>".to_vec());
    let stray = files::pdf("Not listed", 1);
    let stray_name = attachment_name(Digest::of(&stray), "application/pdf").unwrap_or_default();
    let with = |entry: (String, Vec<u8>)| [entries.clone(), vec![entry]].concat();
    let unlisted = |entry| archive::pack_listing(&with(entry), &entries);
    let mut tampered = entries.clone();
    if let Some(byte) = tampered
        .iter_mut()
        .find(|(name, _)| name == "record.json")
        .and_then(|(_, bytes)| bytes.last_mut())
    {
        *byte = b' ';
    }
    let mut missing = entries.clone();
    missing.retain(|(name, _)| name != "envelope.json");
    let cut = good.get(..good.len() - 100).unwrap_or_default().to_vec();
    let appended = [good.as_slice(), b"\n"].concat();
    vec![
        unreadable(
            "html-unlisted",
            "An HTML file the manifest does not list.",
            unlisted(html.clone()),
            "bundle_unlisted_entry",
        ),
        unreadable(
            "html-listed",
            "An HTML file the manifest lists.",
            archive::pack(&with(html)),
            "bundle_unknown_entry",
        ),
        unreadable(
            "attachment-unlisted",
            "A document the manifest does not list.",
            unlisted((format!("attachments/{stray_name}"), stray)),
            "bundle_unlisted_entry",
        ),
        unreadable(
            "entry-missing",
            "The manifest lists an entry that is not there.",
            archive::pack_listing(&missing, &entries),
            "bundle_missing_entry",
        ),
        unreadable("zip-truncated", "The last 100 bytes are missing.", cut, "container_truncated"),
        unreadable("zip-appended", "One byte follows the end.", appended, "container_truncated"),
        unreadable(
            "zip-deflated",
            "The same entries, deflated.",
            spoil::deflated(&good),
            "container_feature",
        ),
        unreadable(
            "zip-duplicate-name",
            "Two entries of one name.",
            archive::rename(&good, "deposits/01.json", "deposits/00.json"),
            "container_duplicate",
        ),
        unreadable(
            "zip-parent-path",
            "An entry named ../cord.js0n.",
            archive::rename(&good, "record.json", "../cord.jso"),
            "container_name",
        ),
        unreadable(
            "zip-absolute-path",
            "An entry named /ecord.json.",
            archive::rename(&good, "record.json", "/ecord.json"),
            "container_name",
        ),
        unreadable(
            "zip-hidden-bytes",
            "The external attributes of an entry say something.",
            spoil::attributes(&good),
            "container_feature",
        ),
        case(
            "tampered-byte",
            "One byte of the record changed behind the unchanged manifest.",
            archive::pack_listing(&tampered, &entries),
            1,
            &[(Integrity, Contradicted, "entry_damaged"), (Logged, NotProved, "entry_damaged")],
        ),
    ]
}
