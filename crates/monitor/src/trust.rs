//! Whose word the monitor takes: the log's keys, and who must have cosigned. Given, never
//! found in what is looked at.

use heqi_evidence::anchors::{Anchors, AnchorsError, AnchorsFile};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::{Note, SignatureType, VerifiedSignature, VerifierKey, VerifierKeyError};
use heqi_tlog::policy::{Policy, PolicyError, PolicyViolation};
use heqi_vocabulary::UtcMillis;

use crate::Finding;

/// The keys of one log and of those who cosign it.
#[derive(Clone, Debug)]
pub struct Trust {
    log: Vec<LogKey>,
    /// Whoever must have cosigned; of a policy, whoever may.
    cosigners: Vec<VerifierKey>,
    /// Of anchors, cosigners of other organisations whose key does not count now.
    ended: Vec<VerifierKey>,
    /// Who is enough, if not everybody has to be there.
    quorum: Option<Policy>,
    /// Where the file says the log is.
    pub log_url: Option<String>,
    /// Where cosigners of a policy publish what they cosigned last.
    pub publication_points: Vec<String>,
}

#[derive(Clone, Debug)]
struct LogKey {
    key: VerifierKey,
    distrust_after: Option<UtcMillis>,
}

/// Why a file says nothing about the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// A line is no verifier key.
    #[error("a line of the key file is no verifier key")]
    Key(#[from] VerifierKeyError),
    /// The policy cannot be read.
    #[error("the policy cannot be used: {0}")]
    Policy(#[from] PolicyError),
    /// The anchors cannot be read.
    #[error("the anchors cannot be used: {0}")]
    Anchors(#[from] AnchorsError),
    /// No log, or not the one that was asked for.
    #[error("the file names no key of this log")]
    NoLog,
    /// Several logs, and none was chosen.
    #[error("the file names several logs; choose one with --origin: {0}")]
    SeveralLogs(String),
}

impl Trust {
    /// Verifier keys, one on a line: the log's, and cosigners that must have signed.
    ///
    /// # Errors
    /// See [`TrustError`].
    pub fn of_keys(text: &str, origin: Option<&str>) -> Result<Self, TrustError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys = lines.map(str::parse::<VerifierKey>).collect::<Result<Vec<_>, _>>()?;
        let (log, cosigners): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|key| key.signature_type() == SignatureType::Ed25519);
        let origin = one_origin(&log, origin)?;
        Ok(Self::new(log.into_iter().filter(|key| key.name().as_str() == origin), cosigners))
    }

    /// A policy (c2sp.org/tlog-policy): its quorum must have signed.
    ///
    /// # Errors
    /// See [`TrustError`].
    pub fn of_policy(text: &str, origin: Option<&str>) -> Result<Self, TrustError> {
        let policy = Policy::parse(text)?;
        let keys: Vec<_> = policy.logs().iter().map(|log| log.key().clone()).collect();
        let origin = one_origin(&keys, origin)?;
        let of_log = || policy.logs().iter().filter(|log| log.key().name().as_str() == origin);
        let cosigners = policy.witnesses().map(|(key, _)| key.clone()).collect();
        let mut trust = Self::new(of_log().map(|log| log.key().clone()), cosigners);
        trust.log_url = of_log().find_map(|log| log.url().map(str::to_owned));
        let urls = policy.witnesses().filter_map(|(_, url)| url.map(str::to_owned));
        trust.publication_points = urls.collect();
        trust.quorum = Some(policy);
        Ok(trust)
    }

    /// An anchors file (`docs/spec/anchors.md`): every cosigner of another organisation than
    /// the log's whose key counts at `now` must have signed.
    ///
    /// # Errors
    /// See [`TrustError`].
    pub fn of_anchors(
        bytes: &[u8],
        origin: Option<&str>,
        now: UtcMillis,
    ) -> Result<Self, TrustError> {
        let Anchors { logs, cosigners, .. } = AnchorsFile::parse(bytes)?.anchors;
        let keys: Vec<_> = logs.iter().map(|log| log.vkey.0.clone()).collect();
        let origin = one_origin(&keys, origin)?;
        let of_log = || logs.iter().filter(|log| log.vkey.0.name().as_str() == origin);
        let (counting, ended): (Vec<_>, Vec<_>) = cosigners
            .into_iter()
            .filter(|cosigner| of_log().all(|log| log.organisation != cosigner.organisation))
            .partition(|cosigner| cosigner.validity.covers(now));
        let counting = counting.into_iter().map(|cosigner| cosigner.vkey.0);
        let mut trust = Self::new([], counting.collect());
        trust.ended = ended.into_iter().map(|cosigner| cosigner.vkey.0).collect();
        let key = |log: &heqi_evidence::anchors::LogAnchor| LogKey {
            key: log.vkey.0.clone(),
            distrust_after: log.validity.distrust_after,
        };
        trust.log = of_log().map(key).collect();
        Ok(trust)
    }

    fn new(log: impl IntoIterator<Item = VerifierKey>, cosigners: Vec<VerifierKey>) -> Self {
        let log = log.into_iter().map(|key| LogKey { key, distrust_after: None }).collect();
        Self {
            log,
            cosigners,
            ended: Vec::new(),
            quorum: None,
            log_url: None,
            publication_points: Vec::new(),
        }
    }

    /// The path of this log at a publication point: the SHA-256 of its origin.
    pub fn monitoring_path(&self) -> Option<String> {
        let key = &self.log.first()?.key;
        Some(heqi_tlog::checkpoint::Origin::from(key.name().clone()).monitoring_path())
    }

    /// Whether this is a key of the log that is followed, or says that it is one: by its name.
    pub(crate) fn names(&self, key: &VerifierKey) -> bool {
        self.log.iter().any(|log| log.key.name() == key.name())
    }

    /// Whether this is a key of the log that is followed. Anybody can make one of its name.
    pub(crate) fn knows(&self, key: &VerifierKey) -> bool {
        self.log.iter().any(|log| log.key == *key)
    }

    /// The log's keys, distrusted or not.
    pub fn log_keys(&self) -> Vec<VerifierKey> {
        self.log.iter().map(|log| log.key.clone()).collect()
    }

    /// Whether the log signed it. A key that somebody may have stolen counts only for what
    /// another organisation dated before (`docs/spec/fork-proof.md` rule 9).
    pub fn is_signed(&self, head: &SignedCheckpoint) -> bool {
        let of_head = || {
            let name = head.checkpoint().origin().key_name();
            self.log.iter().filter(move |log| log.key.name() == name)
        };
        let Ok(lines) = head.note().verify(of_head().map(|log| &log.key)) else { return false };
        lines.iter().any(|line| {
            let end = of_head().find(|log| log.key == *line.key()).map(|log| log.distrust_after);
            match end {
                None => false,
                Some(None) => true,
                Some(Some(end)) => {
                    self.dates(head).any(|(_, seconds)| seconds <= end.unix_seconds())
                }
            }
        })
    }

    /// What is wrong with the cosignatures at `now_s`, each at most `max_age_s` old. One that lies
    /// ahead of our clock by more is no recent one either: it would be recent for as long as it
    /// lies ahead, whatever the log shows meanwhile.
    pub(crate) fn lacking(
        &self,
        head: &SignedCheckpoint,
        now_s: u64,
        max_age_s: u64,
    ) -> Vec<Finding> {
        let is_fresh = |key: &VerifierKey| {
            self.dates(head).any(|(who, time)| who == key && now_s.abs_diff(time) <= max_age_s)
        };
        let missing = self.cosigners.iter().filter(|key| !is_fresh(key));
        let names = missing.map(|key| key.name().to_string());
        let Some(policy) = &self.quorum else {
            // Where nobody's key counts any more nobody has said anything, which is not the same as
            // that nobody has to: the anchors are old.
            let ended = self.ended.iter().filter(|_| self.cosigners.is_empty());
            let ended = ended.map(|key| key.name().to_string());
            return names.chain(ended).map(|who| Finding::NotCosigned { who }).collect();
        };
        // The quorum is asked of a note without what is too old.
        let stale: Vec<_> = self.cosigners.iter().filter(|key| !is_fresh(key)).collect();
        let lines = head.note().signatures().iter().filter(|line| {
            stale.iter().all(|key| line.key_id() != key.id() || line.name() != key.name())
        });
        let note = Note::new(head.note().text().to_owned(), lines.cloned().collect());
        let fresh = note.ok().and_then(|note| SignedCheckpoint::from_note(note).ok());
        let violation = fresh.map(|head| policy.verify(&head));
        match violation {
            Some(Ok(_)) => Vec::new(),
            Some(Err(PolicyViolation::NoQuorum { cosigners })) => {
                vec![Finding::NoQuorum { fresh: cosigners, who: names.collect() }]
            }
            _ => vec![Finding::NoQuorum { fresh: 0, who: names.collect() }],
        }
    }

    /// Cosigners whose cosignature holds, with its time in seconds.
    fn dates<'a>(
        &'a self,
        head: &'a SignedCheckpoint,
    ) -> impl Iterator<Item = (&'a VerifierKey, u64)> {
        self.cosigners.iter().filter_map(|key| {
            let verified = head.note().verify([key]).ok()?;
            let time = verified.first().and_then(VerifiedSignature::time)?;
            Some((key, time.posix_seconds()))
        })
    }
}

/// The origin that was chosen, or the only one there is.
fn one_origin(keys: &[VerifierKey], chosen: Option<&str>) -> Result<String, TrustError> {
    let mut origins: Vec<&str> = keys.iter().map(|key| key.name().as_str()).collect();
    origins.sort_unstable();
    origins.dedup();
    match (chosen, origins.as_slice()) {
        (Some(origin), _) if origins.contains(&origin) => Ok(origin.to_owned()),
        (None, [only]) => Ok((*only).to_owned()),
        (Some(_), _) | (None, []) => Err(TrustError::NoLog),
        (None, several) => Err(TrustError::SeveralLogs(several.join(", "))),
    }
}
