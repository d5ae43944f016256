//! What each side holds of the other, asked at every start and each minute (`docs/spec/peer.md`).
//!
//! A query and its answer are statements signed with the log keys of the two organisations. The answer carries heads
//! and receipts that the *asker* signed: about its own log an organisation believes its own signatures and nothing
//! else. The answer's signature and nonce say that it is the peer who holds nothing more, now.

pub mod watch;

use heqi_evidence::anchors::Vkey;
use heqi_evidence::canonical;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::statement::{Statement, StatementError};
use heqi_pki::dsse::{Envelope, MAX_ENVELOPE_BYTES};
use heqi_pki::keys::{PublicKey, Signer};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, DepositNo, Digest, Entropy, UtcMillis};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::http::{CallError, HttpPool};

/// Where a query is posted, below the peer's address.
pub const PATH: &str = "/peer/standing";
/// The longest query, in bytes.
pub const MAX_QUERY_BYTES: usize = 8 * 1024;
/// The most certificate numbers in a query: the newest, which fit well into [`MAX_QUERY_BYTES`].
pub const MOST_CERTIFICATES: usize = 24;

/// "What do you hold of mine?"
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a statement, version 1")]
pub struct PeerQuery {
    /// Origin of the asker's log.
    pub about: String,
    /// When it asks, by its clock.
    pub asked_at: UtcMillis,
    /// The newest certificate number of each year and series that the asker gave, at most [`MOST_CERTIFICATES`]; of
    /// whoever gives none it is empty.
    #[serde(default, deserialize_with = "not_empty", skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<LastCertificate>,
    /// Random; the answer repeats it.
    pub nonce: Digest,
}

impl Statement for PeerQuery {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.peer-query.v1+json";
}

/// "This is what I hold of yours."
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a statement, version 1")]
pub struct PeerStanding {
    /// Origin of the asker's log.
    pub about: String,
    /// The last certificate number that the asker said it gave, for people; null until there are certificates.
    pub certificate_no: Option<String>,
    /// The asker's own query that named the newest certificate numbers: the exact bytes of the envelope, which alone
    /// prove anything.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    pub certificates: Option<String>,
    /// The last deposits: those of the asker that the answerer received, or those of the answerer that the asker
    /// gave receipts for.
    pub deposits: Vec<LastDeposit>,
    /// The newest heads of the asker's log, as notes the asker signed.
    pub heads: Vec<String>,
    /// The nonce of the query.
    pub nonce: Digest,
    /// Origin of the answerer's log.
    pub origin: String,
    /// When it answered, by its clock.
    pub time: UtcMillis,
}

impl Statement for PeerStanding {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.peer-standing.v1+json";
}

/// The last record that one side deposited with the other.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "part of a statement, version 1")]
pub struct LastDeposit {
    /// The chain's commitment.
    pub chain: Digest,
    /// With whom.
    pub custodian: String,
    /// The number the custodian gave.
    pub deposit_no: DepositNo,
    /// The custodian's receipt: the exact bytes of the envelope.
    pub receipt: String,
    /// The record.
    pub record_root: RecordRoot,
    /// Its place in the chain.
    pub seq: u64,
}

/// The newest certificate number of one year and series.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "part of a statement, version 1")]
pub struct LastCertificate {
    /// As it is printed.
    pub number: String,
    /// Its serial.
    pub serial: u32,
    /// Year, office and category (`2026/浙杭临/经`): what the serial counts within. The year comes first, so that this
    /// sorts by age.
    pub series: String,
}

/// A list that is there has something in it: a statement has one spelling.
fn not_empty<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::deserialize(deserializer)?;
    if list.is_empty() { Err(D::Error::custom("an empty list is left out")) } else { Ok(list) }
}

/// What is there is a text.
fn not_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// The numbers in the query that the peer kept, if the asker itself signed it; without that there are none.
pub fn kept_certificates(standing: &PeerStanding, logs: &[VerifierKey]) -> Vec<LastCertificate> {
    let kept = standing.certificates.as_deref().unwrap_or_default();
    let query = open_query(kept.as_bytes(), logs);
    query.map(|query| query.certificates).unwrap_or_default()
}

/// The key that signs an organisation's peer statements: that of its log.
///
/// # Errors
/// The log's key is no Ed25519 key.
pub fn key_of_log(key: &VerifierKey) -> Result<PublicKey, PeerKeyError> {
    PublicKey::from_ed25519_bytes(key.public_key()).map_err(|_| PeerKeyError)
}

/// The log's key is no Ed25519 key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key of the peer's log is no Ed25519 key")]
pub struct PeerKeyError;

/// Why a peer's answer says nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeerError {
    /// It did not answer, or refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It is not signed by the peer's log key, or malformed.
    #[error("the peer's answer is not its statement: {0}")]
    Statement(#[from] StatementError),
    /// It answers another question.
    #[error("the peer answered another question")]
    OtherQuestion,
}

/// As many of these numbers, oldest first, as a query names: the newest, in the same order.
fn newest(certificates: &[LastCertificate]) -> &[LastCertificate] {
    let older = certificates.len().saturating_sub(MOST_CERTIFICATES);
    certificates.get(older..).unwrap_or_default()
}

/// Opens a query that must be signed by the log key it is about.
///
/// # Errors
/// Not signed by one of the known logs.
pub fn open_query(body: &[u8], logs: &[VerifierKey]) -> Result<PeerQuery, StatementError> {
    let envelope = Envelope::from_json(body)?;
    let claimed: PeerQuery = canonical::parse(envelope.unverified_payload())?;
    // One log must not ask about another.
    let keys: Vec<PublicKey> = logs
        .iter()
        .filter(|log| log.name().as_str() == claimed.about)
        .filter_map(|log| key_of_log(log).ok())
        .collect();
    Ok(PeerQuery::open(&envelope, &keys)?.into_statement())
}

/// Asks one peer.
#[derive(Clone, Debug)]
pub struct PeerClient {
    pool: HttpPool,
    url: String,
    logs: Vec<Vkey>,
}

/// An answer and when it came.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Heard {
    /// What the peer holds.
    pub standing: PeerStanding,
    /// Our clock before the question.
    pub asked_at: UtcMillis,
    /// Our clock after the answer.
    pub heard_at: UtcMillis,
}

impl Heard {
    /// How far the peer's clock is ahead of ours, in milliseconds: its time against the middle of the exchange.
    pub const fn clock_gap_ms(&self) -> i64 {
        self.standing.time.millis_since(self.asked_at) - self.round_trip_ms() / 2
    }

    /// How long the exchange took: the gap is known no better than half of it.
    pub const fn round_trip_ms(&self) -> i64 {
        self.heard_at.millis_since(self.asked_at)
    }
}

impl PeerClient {
    /// Asks the service at `base_url` (`http://host:port`, without a path), whose own log has one of these keys.
    pub fn new(pool: HttpPool, base_url: &str, logs: Vec<VerifierKey>) -> Self {
        let url = format!("{}{PATH}", base_url.trim_end_matches('/'));
        Self { pool, url, logs: logs.into_iter().map(Vkey).collect() }
    }

    /// Asks what the peer holds of the log `about`, in the name of `signer`, the key of that log, and says which
    /// certificate numbers were the last.
    ///
    /// # Errors
    /// See [`PeerError`].
    pub async fn ask(
        &self,
        (about, certificates): (&str, &[LastCertificate]),
        signer: &dyn Signer,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Heard, PeerError> {
        let nonce = Digest::from_bytes(entropy.bytes());
        let asked_at = clock.now();
        let certificates = newest(certificates).to_vec();
        let query = PeerQuery { about: about.to_owned(), asked_at, certificates, nonce };
        let body = query.sign(signer)?.as_bytes().to_vec();
        let answer = self.pool.exchange(&self.url, body).send(MAX_ENVELOPE_BYTES).await?;
        let answer = answer.success()?;
        let heard_at = clock.now();
        let envelope = Envelope::from_json(&answer.body).map_err(StatementError::from)?;
        let claimed: PeerStanding =
            canonical::parse(envelope.unverified_payload()).map_err(StatementError::from)?;
        let own = self.logs.iter().filter(|log| log.0.name().as_str() == claimed.origin);
        let keys: Vec<PublicKey> = own.filter_map(|log| key_of_log(&log.0).ok()).collect();
        let standing = PeerStanding::open(&envelope, &keys)?.into_statement();
        let fits = standing.nonce == nonce && standing.about == about;
        if fits {
            Ok(Heard { standing, asked_at, heard_at })
        } else {
            Err(PeerError::OtherQuestion)
        }
    }
}

#[cfg(test)]
mod tests {
    use heqi_pki::keys::SigningKey;
    use heqi_tlog::note::{KeyName, NoteSigner};

    use super::*;

    fn log(name: &str, seed: u8) -> (VerifierKey, SigningKey) {
        let name = KeyName::new(name).unwrap();
        let signer = NoteSigner::from_seed(name, &[seed; 32]).unwrap();
        (signer.verifier_key().clone(), SigningKey::from_ed25519_seed(&[seed; 32]))
    }

    fn at(ms: i64) -> UtcMillis {
        UtcMillis::from_millis(1_800_000_000_000 + ms).unwrap()
    }

    #[test]
    fn a_query_counts_only_in_the_name_of_its_own_log() {
        let (log_a, key_a) = log("log.example/a", 1);
        let (log_b, key_b) = log("log.example/b", 2);
        let query = PeerQuery {
            about: "log.example/a".into(),
            asked_at: at(0),
            certificates: Vec::new(),
            nonce: Digest::of(b"nonce"),
        };
        let known = [log_a, log_b];
        let open = |key: &SigningKey| open_query(query.sign(key).unwrap().as_bytes(), &known);
        assert_eq!(open(&key_a).unwrap(), query);
        assert!(open(&key_b).is_err(), "another log asks about it");
        let (_, stranger) = log("log.example/a", 3);
        assert!(open(&stranger).is_err());
        assert!(open_query(b"{}", &known).is_err());
    }

    #[test]
    fn a_query_names_the_newest_twenty_four_numbers_oldest_first_and_fits() {
        // Of the longest that there are: eight characters of the office, two of the category, nine digits.
        let number = |year: u16| LastCertificate {
            number: format!("（{year}）浙江省杭州市临安证民经字第{:09}号", 999_999_999),
            serial: 999_999_999,
            series: format!("{year}/浙江省杭州市临安/民经"),
        };
        let given: Vec<_> = (1_990..2_027).map(number).collect();
        let said = newest(&given);
        assert_eq!(said.len(), MOST_CERTIFICATES);
        let series: Vec<_> = said.iter().map(|one| one.series.clone()).collect();
        assert_eq!(series.first().map(String::as_str), Some("2003/浙江省杭州市临安/民经"));
        assert_eq!(series.last().map(String::as_str), Some("2026/浙江省杭州市临安/民经"));
        assert!(series.is_sorted(), "{series:?}");
        assert_eq!(newest(&given[..2]), &given[..2]);
        assert!(newest(&[]).is_empty());

        let (known, key) = log("log.example/a", 1);
        let query = PeerQuery {
            about: "log.example/a".into(),
            asked_at: at(0),
            certificates: said.to_vec(),
            nonce: Digest::of(b"nonce"),
        };
        let signed = query.sign(&key).unwrap();
        assert!(signed.as_bytes().len() <= MAX_QUERY_BYTES, "{}", signed.as_bytes().len());
        assert_eq!(open_query(signed.as_bytes(), &[known]).unwrap(), query);
    }

    #[test]
    fn numbers_are_left_out_or_there_and_count_only_in_the_askers_own_words() {
        let (log_a, key_a) = log("log.example/a", 1);
        let (log_b, key_b) = log("log.example/b", 2);
        let last = LastCertificate {
            number: "（2026）浙杭临证经字第000012号".into(),
            serial: 12,
            series: "2026/浙杭临/经".into(),
        };
        let query = PeerQuery {
            about: "log.example/a".into(),
            asked_at: at(0),
            certificates: vec![last.clone()],
            nonce: Digest::of(b"nonce"),
        };
        let standing = |kept: Option<String>| PeerStanding {
            about: "log.example/a".into(),
            certificate_no: Some(last.number.clone()),
            certificates: kept,
            deposits: Vec::new(),
            heads: Vec::new(),
            nonce: Digest::of(b"nonce"),
            origin: "log.example/b".into(),
            time: at(0),
        };
        let words = |key: &SigningKey| {
            String::from_utf8(query.sign(key).unwrap().as_bytes().to_vec()).unwrap()
        };
        let keys = [log_a.clone(), log_b];
        let kept = |standing: &PeerStanding| kept_certificates(standing, &keys);
        assert_eq!(kept(&standing(Some(words(&key_a)))), std::slice::from_ref(&last));
        assert!(kept(&standing(Some(words(&key_b)))).is_empty(), "in another's words");
        assert!(kept(&standing(None)).is_empty(), "a number alone proves nothing");

        // Whoever has none writes the statement of before; there is no second spelling of that.
        let none = PeerQuery { certificates: Vec::new(), ..query.clone() };
        let text = String::from_utf8(canonical::to_bytes(&none).unwrap()).unwrap();
        assert!(!text.contains("certificates"), "{text}");
        let empty = text.replacen("\"nonce\"", "\"certificates\":[],\"nonce\"", 1);
        assert!(canonical::parse::<PeerQuery>(empty.as_bytes()).is_err());
        assert_eq!(canonical::parse::<PeerQuery>(text.as_bytes()).unwrap(), none);
        let text = String::from_utf8(canonical::to_bytes(&standing(None)).unwrap()).unwrap();
        assert!(!text.contains("certificates"), "{text}");
        let null = text.replacen("\"deposits\"", "\"certificates\":null,\"deposits\"", 1);
        assert!(canonical::parse::<PeerStanding>(null.as_bytes()).is_err());
    }

    #[test]
    fn the_gap_of_clocks_is_counted_from_the_middle_of_the_exchange() {
        let standing = PeerStanding {
            about: String::new(),
            certificate_no: None,
            certificates: None,
            deposits: Vec::new(),
            heads: Vec::new(),
            nonce: Digest::of(b""),
            origin: String::new(),
            time: at(3_050),
        };
        let heard = Heard { standing, asked_at: at(0), heard_at: at(100) };
        assert_eq!((heard.clock_gap_ms(), heard.round_trip_ms()), (3_000, 100));
    }
}
