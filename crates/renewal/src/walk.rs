//! The walk: from the leaf over its first token, renewal after renewal, to a token whose certificate
//! still counts (`docs/spec/renewal.md` section 4).

use heqi_evidence::anchors::{Anchors, Validity};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::statement::Statement as _;
use heqi_pki::dsse::{Envelope, EnvelopeVerifyError, PayloadType};
use heqi_pki::keys::PublicKey;
use heqi_pki::timestamp::{TimeRoot, TimestampToken, VerifiedTimestamp};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::VerifierKey;
use heqi_tlog::proof::inclusion_root;
use heqi_tlog::tree::{Hash, leaf_hash};
use heqi_vocabulary::{Digest, UtcMillis};

use crate::file::{Link, Next, RenewalFile, SubjectLeaf};
use crate::lifetime::ends_of;
use crate::statement::Renewal;

/// What whoever verifies trusts.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Trust {
    /// Keys of logs.
    pub logs: Vec<(VerifierKey, Validity)>,
    /// Keys that sign renewals, and the steps that are leaves.
    pub custodians: Vec<PublicKey>,
    /// Roots of time authorities, and when they count; without one, always.
    pub time_roots: Vec<(TimeRoot, Option<Validity>)>,
}

impl Trust {
    /// What a list of anchors says.
    pub fn of(anchors: &Anchors) -> Self {
        let time_root = |root: &heqi_evidence::anchors::TimeRootAnchor| {
            let read = TimeRoot::from_der(&root.certificate.0, root.test_only).ok()?;
            Some((read, Some(root.validity)))
        };
        Self {
            logs: anchors.logs.iter().map(|log| (log.vkey.0.clone(), log.validity)).collect(),
            custodians: anchors.custodians.iter().map(|one| one.key.0.clone()).collect(),
            time_roots: anchors.time_roots.iter().filter_map(time_root).collect(),
        }
    }
}

/// What the walk found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Walked {
    /// The leaf was there no later than this.
    pub not_after: UtcMillis,
    /// How often its token was renewed.
    pub renewals: usize,
    /// Until when the last token counts by itself.
    pub counts_until: UtcMillis,
    /// Whether an authority on the way is for tests only.
    pub is_test_only: bool,
}

/// Why a leaf's way does not hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows a verdict must word each")]
pub enum WalkError {
    /// A head is none of a log that is trusted, or its signature does not hold.
    #[error("head {0} is not signed by a log that is trusted")]
    Head(usize),
    /// The leaf, or a renewal, is not under the head it is shown for.
    #[error("what is shown for head {0} is not under it")]
    NotUnder(usize),
    /// No token over the head is believed.
    #[error("no token over head {0} is believed")]
    Token(usize),
    /// The renewal is not signed by who renews, or does not name the token.
    #[error("renewal {0} is not signed, or does not name the token before it")]
    Renewal(usize),
    /// The renewal was stamped only when the certificate before it had ended.
    #[error("renewal {0} came after the certificate before it had ended")]
    TooLate(usize),
    /// The last token's certificate has ended by the instant in question.
    #[error("the last certificate has ended and was not renewed")]
    Ended,
}

/// A head with the token that counts for longest.
struct Stamped {
    size: u64,
    root: Hash,
    not_after: UtcMillis,
    ends: UtcMillis,
    is_test_only: bool,
}

impl RenewalFile {
    /// Walks the leaf's way as it stands at `at`; without an instant, as it stands while the last token
    /// counts.
    ///
    /// # Errors
    /// See [`WalkError`], with the place on the way, from 0.
    pub fn walk(&self, trust: &Trust, at: Option<UtcMillis>) -> Result<Walked, WalkError> {
        let leaf = self.subject_leaf().to_bytes();
        let mut under = (leaf_hash(&leaf), self.subject.index, self.subject.path.clone());
        let mut before: Option<UtcMillis> = None;
        let mut walked: Option<Walked> = None;
        for (place, link) in self.links.iter().enumerate() {
            let head = stamped(link, trust, place)?;
            let (hash, index, path) = &under;
            let root = inclusion_root(*index, head.size, *hash, path);
            if root != Ok(head.root) {
                return Err(WalkError::NotUnder(place));
            }
            if before.is_some_and(|ends| head.not_after > ends) {
                return Err(WalkError::TooLate(place));
            }
            let first = walked.as_ref().map_or(head.not_after, |walked| walked.not_after);
            let was_test = walked.as_ref().is_some_and(|walked| walked.is_test_only);
            walked = Some(Walked {
                not_after: first,
                renewals: place,
                counts_until: head.ends,
                is_test_only: was_test || head.is_test_only,
            });
            let is_last = place + 1 == self.links.len();
            match (&link.next, is_last) {
                (None, true) => {}
                (Some(next), false) => {
                    let ends =
                        renewed(next, link, trust, &head).ok_or(WalkError::Renewal(place))?;
                    before = Some(ends);
                    let leaf = LogLeaf::Statement(Digest::of(&next.envelope)).to_bytes();
                    under = (leaf_hash(&leaf), next.index, next.path.clone());
                }
                _ => return Err(WalkError::Renewal(place)),
            }
        }
        let walked = walked.ok_or(WalkError::Head(0))?;
        let has_ended = at.is_some_and(|at| at > walked.counts_until);
        if has_ended { Err(WalkError::Ended) } else { Ok(walked) }
    }

    /// Opens what the leaf says in a salted digest, if it is shown: the text, once the envelope is
    /// signed by one of the custodians and has the digest of salt and text.
    pub fn said(&self, trust: &Trust, payload_type: &str) -> Option<String> {
        let SubjectLeaf::Statement { envelope, detail } = &self.subject.leaf else { return None };
        let (salt, said) = detail.as_ref()?;
        let envelope = Envelope::from_json(envelope).ok()?;
        let payload_type = PayloadType::parse(payload_type).ok()?;
        let verified = envelope.verify(&payload_type, &trust.custodians).ok()?;
        let payload: serde_json::Value = serde_json::from_slice(verified.bytes()).ok()?;
        let wanted: Digest = payload.get("detail_sha256")?.as_str()?.parse().ok()?;
        let salt = bytes_of(salt)?;
        let found = Digest::of(&[salt.as_slice(), said.as_bytes()].concat());
        (found == wanted).then(|| said.clone())
    }

    /// Whether what the leaf says is signed by nobody among the custodians: of what it is the leaf is then not
    /// proved, and not contradicted either.
    pub fn is_said_by_a_stranger(&self, trust: &Trust, payload_type: &str) -> bool {
        let SubjectLeaf::Statement { envelope, .. } = &self.subject.leaf else { return false };
        let Ok(envelope) = Envelope::from_json(envelope) else { return false };
        let Ok(payload_type) = PayloadType::parse(payload_type) else { return false };
        let verified = envelope.verify(&payload_type, &trust.custodians);
        matches!(verified, Err(EnvelopeVerifyError::NoKnownSigner))
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    // A sign before a digit is a number to `from_str_radix`, and would be a second spelling.
    if !hex.len().is_multiple_of(2) || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len() / 2).map(|at| u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}

fn stamped(link: &Link, trust: &Trust, place: usize) -> Result<Stamped, WalkError> {
    let fault = WalkError::Head(place);
    let head = SignedCheckpoint::parse(&link.note).map_err(|_| fault)?;
    let tokens = link.tokens.values().filter_map(|der| believed(der, &link.note, trust));
    let best = tokens.max_by_key(|(_, ends)| *ends).ok_or(WalkError::Token(place))?;
    let (token, ends) = best;
    let keys: Vec<VerifierKey> = trust
        .logs
        .iter()
        .filter(|(_, validity)| validity.covers(token.at()))
        .map(|(key, _)| key.clone())
        .collect();
    // Exactly the log itself: a witness's line says nothing about what is in it.
    let is_signed = head.note().verify(&keys).is_ok_and(|lines| {
        lines.iter().any(|line| line.key().name().as_str() == head.checkpoint().origin().as_str())
    });
    if !is_signed {
        return Err(fault);
    }
    Ok(Stamped {
        size: head.checkpoint().size(),
        root: head.checkpoint().root(),
        not_after: token.not_after(),
        ends,
        is_test_only: token.is_test_only(),
    })
}

/// A token that is believed, and when the first of its certificates ends.
fn believed(der: &[u8], note: &[u8], trust: &Trust) -> Option<(VerifiedTimestamp, UtcMillis)> {
    let token = TimestampToken::from_der(der).ok()?;
    let roots: Vec<TimeRoot> = trust.time_roots.iter().map(|(root, _)| root.clone()).collect();
    let verified = token.verify(note, &roots).ok()?;
    let counted = trust.time_roots.iter().any(|(root, validity)| {
        root.digest() == verified.root_digest()
            && validity.is_none_or(|validity| validity.covers(verified.at()))
    });
    let ends = ends_of(&token)?;
    counted.then_some((verified, ends))
}

/// The end of the certificate behind the token that a renewal names, if it names it.
fn renewed(next: &Next, link: &Link, trust: &Trust, head: &Stamped) -> Option<UtcMillis> {
    let envelope = Envelope::from_json(&next.envelope).ok()?;
    let renewal = Renewal::open(&envelope, &trust.custodians).ok()?.into_statement();
    let der = link.tokens.get(&next.label)?;
    let name = format!("{:020}.{}", head.size, next.label);
    let root = next.token.root(&name, Digest::of(der)).ok()?;
    let names_it = root.to_base64() == renewal.root
        && next.token.count == renewal.count
        && Digest::of(&next.anchors) == renewal.anchors_sha256;
    let (_, ends) = believed(der, &link.note, trust)?;
    names_it.then_some(ends)
}

#[cfg(test)]
mod tests;
