//! An office's seal and its time authority, both for tests only.

use heqi_pki::authority::{TestSealAuthority, TestTimeAuthority};
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::timestamp::{
    Accuracy, Nonce, TimeRoot, TimeStampRequest, TimestampToken, TokenIssuer,
};
use heqi_sealed_pdf::{
    SealNote, Sealer, SealingError, Stamper, UnsignedPdf, Unstamped, VerifiedPdf,
};
use heqi_vocabulary::UtcMillis;

use crate::SeededEntropy;

/// A seal, a time authority, and the roots of both.
pub struct SealingOffice {
    /// The key and certificate.
    pub seal: TestSealAuthority,
    /// Its root.
    pub roots: Vec<TrustedRoot>,
    /// Stamps at one instant.
    pub stamper: FixedStamper,
    /// The time authority's root.
    pub time_roots: Vec<TimeRoot>,
}

/// A time authority whose clock stands still.
pub struct FixedStamper {
    issuer: TokenIssuer,
    at: UtcMillis,
}

impl SealingOffice {
    /// The office of a seed, its certificates made at `made_at`, its time authority's clock
    /// showing `at`.
    pub fn new(seed: u64, made_at: UtcMillis, at: UtcMillis) -> Self {
        let entropy = SeededEntropy::new(seed);
        let seal = TestSealAuthority::generate("杭州市示例公证处", made_at, &entropy).unwrap();
        let time = TestTimeAuthority::generate("示例时间戳", made_at, &entropy).unwrap();
        let policy = "1.3.6.1.4.1.32473.1.3161".parse().unwrap();
        Self {
            roots: vec![TrustedRoot::new(seal.root().clone(), true).unwrap()],
            time_roots: vec![TimeRoot::from_der(time.root().der(), true).unwrap()],
            stamper: FixedStamper {
                issuer: time.into_issuer(policy, Accuracy::from_millis(1000)).unwrap(),
                at,
            },
            seal,
        }
    }

    /// Seals a document.
    ///
    /// # Errors
    /// As [`Sealer::seal`].
    pub fn seal(&self, pdf: &UnsignedPdf) -> Result<VerifiedPdf, SealingError> {
        let sealer = Sealer {
            key: &self.seal,
            stamper: &self.stamper,
            roots: &self.roots,
            time_roots: &self.time_roots,
        };
        let note = SealNote {
            office: "杭州市示例公证处".to_owned(),
            reason: "出具文书".to_owned(),
            at: self.stamper.at,
        };
        sealer.seal(pdf, &note)
    }
}

impl Stamper for FixedStamper {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        let nonce = Nonce::random(&SeededEntropy::new(5));
        let request = TimeStampRequest::over(bytes, None, nonce);
        let der = self.issuer.token(&request, 1, self.at).map_err(Unstamped::new)?;
        TimestampToken::from_der(&der).map_err(Unstamped::new)
    }
}
