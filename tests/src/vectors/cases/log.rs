//! Proofs and heads of the log.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::verdict::ClaimName::{Logged, Mirrored, Witnessed};
use heqi_evidence::verdict::Status::{Contradicted, NotProved, Proved};
use heqi_testkit::Story;
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
    ]
}
