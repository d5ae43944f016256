//! Both organisations, the custodians, the authority, and the anchors that name them.

use heqi_evidence::anchors::{
    Anchors, Base64, CertificateRoot, CosignerAnchor, CosignerRole, CustodianAnchor, LogAnchor,
    Publisher, Spki, TimeRootAnchor, Validity, Vkey,
};
use heqi_evidence::statement::Statement;
use heqi_pki::authority::{TestAuthority, TestTimeAuthority};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_tlog::cosignature::Cosigner;
use heqi_tlog::note::{KeyName, VerifierKey};
use heqi_vocabulary::UtcMillis;

use crate::{MemoryLog, SeededEntropy};

/// The organisation that runs the registration platform.
pub const PLATFORM: &str = "Example Platform 示例登记平台";
/// The organisation that runs the notary data centre.
pub const NOTARY: &str = "Example Notary 示例公证处";
/// The organisations that run the two time authorities.
pub const TIME_AUTHORITIES: [&str; 2] =
    ["Example Time 示例授时机构", "Example Second Time 示例第二授时机构"];
/// The organisation that issues signer certificates.
const AUTHORITY: &str = "Example Authority 示例认证机构";

const PLATFORM_ORIGIN: &str = "log.platform.example/first";
const NOTARY_ORIGIN: &str = "log.notary.example/first";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Who holds deposits and signs receipts.
pub struct Custodian {
    /// Its name in receipts.
    pub name: &'static str,
    /// The organisation that runs it.
    pub organisation: &'static str,
    /// Its receipt key.
    pub key: SigningKey,
}

impl Custodian {
    /// Signs a receipt or a chain head; the envelope's bytes.
    pub fn sign<S: Statement>(&self, statement: &S) -> Vec<u8> {
        statement.sign(&self.key).unwrap().as_bytes().to_vec()
    }
}

/// Everybody with their keys, except the two logs, which grow and stand beside.
pub struct Cast {
    /// The test-only authority, 30 days old.
    pub authority: TestAuthority,
    /// The notary data centre, then 实时保; both run by the notary.
    pub custodians: [Custodian; 2],
    /// A cosigner the platform runs itself: its word about the platform's log is worth
    /// nothing.
    pub insider: Cosigner,
    /// The notary's mirror.
    pub mirror: Cosigner,
    /// The notary's seal, which publishes the anchors.
    pub publisher: SigningKey,
    /// The two time authorities, 30 days old.
    pub time_authorities: [TestTimeAuthority; 2],
    /// When the first of these keys became valid.
    pub since: UtcMillis,
    /// The notary's witness.
    pub witness: Cosigner,
}

impl Cast {
    /// Makes everybody's keys; `start` is when the story begins.
    pub fn new(seed: u64, start: UtcMillis) -> Self {
        let entropy = |of: &str| SeededEntropy::labelled(seed, of);
        let key = |of: &str| SigningKey::generate(Algorithm::Ed25519, &entropy(of));
        let cosigner = |name: &str| {
            let drawn: &dyn heqi_vocabulary::Entropy = &entropy(name);
            Cosigner::from_seed(KeyName::new(name).unwrap(), &drawn.bytes()).unwrap()
        };
        let since = start.plus_millis(-30 * DAY_MS);
        let custodian = |name| Custodian { name, organisation: NOTARY, key: key(name) };
        Self {
            authority: TestAuthority::generate(since, &entropy("authority")).unwrap(),
            custodians: [custodian("notary-data-centre"), custodian("shishibao")],
            insider: cosigner("witness.platform.example/first"),
            mirror: cosigner("mirror.notary.example/first"),
            publisher: key("publisher"),
            since,
            time_authorities: ["First", "Second"]
                .map(|name| TestTimeAuthority::generate(name, since, &entropy(name)).unwrap()),
            witness: cosigner("witness.notary.example/first"),
        }
    }

    /// The log of the platform and the log of the notary, both empty.
    pub fn logs(seed: u64) -> (MemoryLog, MemoryLog) {
        let log = |origin| MemoryLog::new(origin, &SeededEntropy::labelled(seed, origin));
        (log(PLATFORM_ORIGIN), log(NOTARY_ORIGIN))
    }

    /// The anchors that name everybody, valid from [`Self::since`] without end.
    pub fn anchors(&self, logs: [&VerifierKey; 2]) -> Anchors {
        let [platform_log, notary_log] = logs;
        let validity = self.validity();
        let log = |organisation: &str, key: &VerifierKey| LogAnchor {
            organisation: organisation.into(),
            validity,
            vkey: Vkey(key.clone()),
        };
        let cosigner = |organisation: &str, role, cosigner: &Cosigner| CosignerAnchor {
            organisation: organisation.into(),
            role,
            validity,
            vkey: Vkey(cosigner.verifier_key().clone()),
        };
        Anchors {
            certificate_roots: vec![CertificateRoot {
                certificate: Base64(self.authority.root().certificate().der().to_vec()),
                organisation: AUTHORITY.into(),
                test_only: true,
                validity,
            }],
            cosigners: vec![
                cosigner(NOTARY, CosignerRole::Witness, &self.witness),
                cosigner(NOTARY, CosignerRole::Mirror, &self.mirror),
                cosigner(PLATFORM, CosignerRole::Witness, &self.insider),
            ],
            custodians: self
                .custodians
                .iter()
                .map(|custodian| CustodianAnchor {
                    custodian: custodian.name.into(),
                    key: Spki(custodian.key.public_key()),
                    organisation: custodian.organisation.into(),
                    validity,
                })
                .collect(),
            identity_providers: Vec::new(),
            logs: vec![log(PLATFORM, platform_log), log(NOTARY, notary_log)],
            published_at: self.since,
            publisher: Publisher {
                key: Spki(self.publisher.public_key()),
                organisation: NOTARY.into(),
            },
            seal_roots: Vec::new(),
            time_roots: self
                .time_authorities
                .iter()
                .zip(TIME_AUTHORITIES)
                .map(|(authority, organisation)| TimeRootAnchor {
                    certificate: Base64(authority.root().der().to_vec()),
                    organisation: organisation.into(),
                    policy: None,
                    test_only: true,
                    validity,
                })
                .collect(),
        }
    }

    /// Signs a list of anchors as its publisher; the bytes of the file.
    pub fn publish(&self, anchors: &Anchors) -> Vec<u8> {
        anchors.sign(&self.publisher).unwrap().as_bytes().to_vec()
    }

    /// From [`Self::since`] without end.
    pub fn validity(&self) -> Validity {
        Validity { distrust_after: None, valid_from: self.since, valid_until: None }
    }
}
