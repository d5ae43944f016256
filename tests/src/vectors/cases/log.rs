//! Proofs and heads of the log.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::verdict::ClaimName::{Logged, Mirrored, Witnessed};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_testkit::{MemoryLog, SeededEntropy, Story};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof_file::ProofFile;

use super::{Case, case, signing};
use crate::vectors::spoil;

pub(super) fn in_the_log(plain: &Story) -> Vec<Case> {
    let (signed, size, seen) = (plain.signing(), plain.log.size(), plain.seen_at());
    let with = |proof: String| {
        spoil::zip(&BundleParts { proof: Some(proof.into_bytes()), ..signing(plain) })
    };
    let under = |cosigners: &[_]| {
        let head = plain.head_cosigned_by(size, seen, cosigners);
        with(plain.log.proof(signed.index, &head).to_string())
    };
    let file = |index, path, head| {
        ProofFile::new(index, path, head).map(|p| p.to_string()).unwrap_or_default()
    };
    let path = plain.log.inclusion(signed.index, size);
    let good = String::from_utf8(signing(plain).proof.unwrap_or_default()).unwrap_or_default();
    let cast = &plain.cast;
    // The platform has changed the log's key since the anchors were published.
    let heir = MemoryLog::new(plain.log.origin(), &SeededEntropy::labelled(7, "heir"));
    let head = plain.log.head_at(size).checkpoint().clone();
    let by_heir = SignedCheckpoint::sign(head, heir.signer())
        .map(|head| heir.cosigned(&heir.cosigned(&head, &cast.witness, seen), &cast.mirror, seen))
        .map(|head| plain.log.proof(signed.index, &head).to_string())
        .unwrap_or_default();
    vec![
        case(
            "log-truncated",
            "The log was cut off before the record.",
            with(file(signed.index, Vec::new(), plain.cosigned_head(signed.index, seen))),
            1,
            &[(Logged, Contradicted, "not_included")],
        ),
        case(
            "proof-for-another-size",
            "The path leads to a later head than the one beside it.",
            with(file(signed.index, path.clone(), plain.cosigned_head(signed.index + 1, seen))),
            1,
            &[(Logged, Contradicted, "not_included")],
        ),
        case(
            "proof-for-another-index",
            "The proof names the next entry.",
            with(file(signed.index + 1, path, plain.cosigned_head(size, seen))),
            1,
            &[(Logged, Contradicted, "not_included")],
        ),
        case(
            "no-proof",
            "The log proof is left out.",
            spoil::zip(&BundleParts { proof: None, ..signing(plain) }),
            3,
            &[(Logged, NotProved, "no_proof")],
        ),
        case(
            "head-not-witnessed",
            "Only the log signed the head.",
            under(&[]),
            3,
            &[
                (Logged, Proved, "included"),
                (Witnessed, NotProved, "not_cosigned"),
                (Mirrored, NotProved, "not_cosigned"),
            ],
        ),
        case(
            "witness-of-the-same-organisation",
            "Only a witness of the log's own organisation cosigned.",
            under(&[&cast.insider]),
            3,
            &[(Witnessed, NotProved, "not_cosigned")],
        ),
        case(
            "mirror-is-no-witness",
            "Only the mirror cosigned.",
            under(&[&cast.mirror]),
            3,
            &[(Witnessed, NotProved, "not_cosigned"), (Mirrored, Proved, "cosigned")],
        ),
        case(
            "cosignature-flipped-bit",
            "One bit of the witness's cosignature is flipped.",
            with(spoil::signature_of(&good, "witness.notary.example/first")),
            1,
            &[(Logged, Contradicted, "log_signature_invalid")],
        ),
        case(
            "log-signature-flipped-bit",
            "One bit of the log's signature is flipped.",
            with(spoil::signature_of(&good, "log.platform.example/first")),
            1,
            &[(Logged, Contradicted, "log_signature_invalid")],
        ),
        case(
            "head-by-a-later-key",
            "The log signed the head with a key that it took after the anchors were published.",
            with(by_heir),
            3,
            &[
                (Logged, NotProved, "log_key_unknown"),
                (Witnessed, NotProved, "log_key_unknown"),
                (Mirrored, NotProved, "log_key_unknown"),
            ],
        ),
    ]
}
