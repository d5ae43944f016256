//! Bundles as they should be, whole or in part.

use std::collections::BTreeMap;

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::record::{StoredClass, StoredRecord};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence::verdict::ClaimName::{
    Complete, Deposited, Identity, Integrity, Logged, Mirrored, SignedBy, Time, Witnessed,
};
use heqi_evidence::verdict::Status::{NotProved, Proved};
use heqi_pki::keys::Algorithm;
use heqi_testkit::{Story, StoryRecord, Twists};

use super::{Case, case, signing, story};
use crate::vectors::spoil;

#[expect(clippy::too_many_lines, reason = "one case after the other")]
pub(super) fn good(plain: &Story) -> Vec<Case> {
    let objected = story(&Twists { objection: true, ..Twists::default() });
    let p256 = story(&Twists { algorithm: Algorithm::P256, ..Twists::default() });
    let shown = ["envelope_sha256", "photo_sha256", "photo_received_at", "received_at"];
    let disclosed = BundleParts {
        record: plain.signing().record.disclose(|name| shown.contains(&name)).unwrap_or_default(),
        ..signing(plain)
    };
    let mut erased_photo = BundleParts {
        record: erased(plain.signing(), RetentionClass::Biometric),
        ..signing(plain)
    };
    erased_photo.attachments.retain(|_, bytes| *bytes != plain.photo());
    let erased_person =
        BundleParts { record: erased(plain.signing(), RetentionClass::Person), ..signing(plain) };
    vec![
        case(
            "signing",
            "A whole signing with its proof and both receipts.",
            spoil::zip(&signing(plain)),
            0,
            &[
                (Integrity, Proved, "parts_agree"),
                (SignedBy, Proved, "signature_valid"),
                (Identity, NotProved, "identity_declared"),
                (Logged, Proved, "included"),
                (Complete, NotProved, "no_chain_head"),
                (Witnessed, Proved, "cosigned"),
                (Mirrored, Proved, "cosigned"),
                (Deposited, Proved, "deposited"),
                (Time, Proved, "between"),
            ],
        ),
        case(
            "signing-p256",
            "The same with a P-256 device key.",
            spoil::zip(&signing(&p256)),
            0,
            &[(SignedBy, Proved, "signature_valid")],
        ),
        case(
            "signing-with-chain",
            "A signing with all frames of its chain and the notary's head.",
            spoil::zip(&plain.bundle_with_chain(plain.signing())),
            0,
            &[(Complete, Proved, "complete_up_to")],
        ),
        case(
            "signing-with-objection",
            "The chain holds an objection, and the notary admitted it.",
            spoil::zip(&objected.bundle_with_chain(objected.signing())),
            0,
            &[(Complete, Proved, "complete_up_to")],
        ),
        case(
            "disclosure-time-and-photo",
            "Selective disclosure: time and photo, not the name. The slot envelope_sha256 stays open: it ties the signature to the record.",
            spoil::zip(&disclosed),
            0,
            &[(Identity, NotProved, "identity_not_disclosed"), (Deposited, Proved, "deposited")],
        ),
        case(
            "erased-person",
            "The class person was erased; the rest still proves.",
            spoil::zip(&erased_person),
            0,
            &[(Identity, NotProved, "identity_not_disclosed")],
        ),
        case(
            "erased-biometric",
            "The class biometric was erased and the photo with it; the rest still proves.",
            spoil::zip(&erased_photo),
            0,
            &[(Integrity, Proved, "parts_agree")],
        ),
        case(
            "attachments-left-out",
            "Photo and document are left out; their digests are still bound.",
            spoil::zip(&BundleParts { attachments: BTreeMap::new(), ..signing(plain) }),
            0,
            &[(Deposited, Proved, "deposited")],
        ),
        case(
            "consent",
            "A consent record: everything but a signature, which such records do not have.",
            spoil::zip(&plain.bundle_with_chain(plain.first(RecordKind::ConsentGiven))),
            3,
            &[
                (Integrity, Proved, "parts_agree"),
                (SignedBy, NotProved, "no_signature"),
                (Complete, Proved, "complete_up_to"),
                (Time, NotProved, "only_not_after"),
            ],
        ),
        Case {
            anchors: None,
            ..case(
                "without-anchors",
                "The same signing, examined without anchors: self-consistent at best.",
                spoil::zip(&signing(plain)),
                3,
                &[
                    (Integrity, Proved, "parts_agree"),
                    (SignedBy, NotProved, "no_anchors"),
                    (Logged, NotProved, "no_anchors"),
                ],
            )
        },
    ]
}

fn erased(signing: &StoryRecord, class: RetentionClass) -> Vec<u8> {
    let contents = signing.draft.contents().into_iter();
    let mut classes: BTreeMap<_, _> =
        contents.map(|(class, content)| (class, StoredClass::Open(content))).collect();
    let frame = signing.draft.frame_content(&signing.record);
    classes.insert(RetentionClass::Frame, StoredClass::Open(frame));
    classes.insert(class, StoredClass::Erased(signing.record.leaves_of(class)));
    let record = StoredRecord { classes }.assemble();
    record.ok().and_then(|record| record.full().ok()).unwrap_or_default()
}
