//! Time stamps over heads of the story's log.

use heqi_evidence::bundle::{BundleParts, TimeAnchor, write_consistency};
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::timestamp::{Accuracy, Nonce, TimeStampRequest, TokenIssuer};
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::UtcMillis;

use crate::{Cast, SeededEntropy, Story};

/// The policy of every token in the story.
pub const TIME_POLICY: &str = "1.3.6.1.4.1.32473.1.3161";
/// How exact the authorities' clocks are, in milliseconds.
const ACCURACY_MS: u32 = 1_000;

/// What makes the tokens of an authority.
pub fn token_issuer(authority: &TestTimeAuthority) -> TokenIssuer {
    let own = TestTimeAuthority::from_pem(&authority.to_pem().unwrap()).unwrap();
    own.into_issuer(TIME_POLICY.parse().unwrap(), Accuracy::from_millis(ACCURACY_MS)).unwrap()
}

/// A token over exactly these bytes.
pub fn token(issuer: &TokenIssuer, stamped: &[u8], at: UtcMillis) -> Vec<u8> {
    let nonce = Nonce::random(&SeededEntropy::labelled(3161, "nonce"));
    let request = TimeStampRequest::over(stamped, Some(issuer.policy()), nonce);
    issuer.token(&request, 1_000, at).unwrap()
}

impl Story {
    /// The head of the log at `size`, stamped by the first authorities of the cast two
    /// seconds after it was cosigned, and consistent with the head of the proof in `parts`.
    pub fn time_anchor(&self, parts: &BundleParts, size: u64, authorities: usize) -> TimeAnchor {
        let proof = ProofFile::parse(parts.proof.as_deref().unwrap()).unwrap();
        let head = proof.checkpoint().checkpoint().size();
        let note = self.cosigned_head(size, self.seen_at()).to_bytes();
        let at = self.seen_at().plus_millis(2_000);
        let tokens = self.cast.time_authorities.iter().zip(["first", "second"]);
        TimeAnchor {
            consistency: (size != head)
                .then(|| write_consistency(&self.log.consistency(size.min(head), size.max(head)))),
            tokens: tokens
                .take(authorities)
                .map(|(authority, label)| {
                    (label.to_owned(), token(&token_issuer(authority), &note, at))
                })
                .collect(),
            note,
        }
    }

    /// The parts with one more stamped head.
    pub fn stamped(&self, mut parts: BundleParts, size: u64, authorities: usize) -> BundleParts {
        let anchor = self.time_anchor(&parts, size, authorities);
        parts.time.insert(size, anchor);
        parts
    }
}

/// An authority that nobody anchored, `since` when the cast's were made.
pub fn unknown_time_authority(cast: &Cast) -> TestTimeAuthority {
    let entropy = SeededEntropy::labelled(9, "unknown time authority");
    TestTimeAuthority::generate("Unknown", cast.since, &entropy).unwrap()
}
