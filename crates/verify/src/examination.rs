//! Bytes in, verdict out.

use std::collections::BTreeSet;

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::Frame;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Conclusion, Status, Verdict};
use heqi_pki::certificate::CertificateChain;
use heqi_pki::keys::PublicKey;
use heqi_pki::timestamp::TimeRoot;
use heqi_vocabulary::{Digest, UtcMillis};
use serde_json::Value;

use crate::Unreadable;
use crate::document::{Finding, of_record};

/// A file that was read and examined.
#[derive(Debug)]
pub struct Examination {
    anchors: Option<AnchorsFile>,
    file_digest: Digest,
    frame: Option<Frame>,
    record: Option<RecordRoot>,
    renewed: Option<Finding>,
    is_of_wards_name: bool,
    is_test_only: bool,
    verdict: Verdict,
}

impl Examination {
    /// Examines the bytes of a bundle by the bytes of an anchors file.
    ///
    /// # Errors
    /// One of the two is not what it should be.
    pub fn of(
        file: &[u8],
        anchors: Option<&[u8]>,
        at: Option<UtcMillis>,
    ) -> Result<Self, Unreadable> {
        let anchors = anchors.map(AnchorsFile::parse).transpose()?;
        let bundle = EvidenceBundle::read(file)?;
        let question = Question {
            anchors: anchors.as_ref().map(|file| &file.anchors),
            at,
            ..Question::default()
        };
        let verdict = examine(&bundle, &question);
        let record = Disclosure::parse(&bundle.parts.record).ok();
        Ok(Self {
            file_digest: Digest::of(file),
            record: record.as_ref().map(|record| RecordRoot::new(record.root())),
            is_of_wards_name: record.as_ref().is_some_and(is_of_wards_name),
            frame: record.and_then(|record| Frame::read(&record).ok()),
            renewed: None,
            is_test_only: is_test_only(&bundle.parts, anchors.as_ref()),
            anchors,
            verdict,
        })
    }

    /// The same, with the renewals of the time stamps over its record beside the claims. `keys` sign
    /// renewals, beside the custodians among the anchors.
    #[must_use]
    pub fn with_renewals(
        mut self,
        file: &[u8],
        (keys, times): (&[PublicKey], &[TimeRoot]),
        at: Option<UtcMillis>,
    ) -> Self {
        let anchors = self.anchors.as_ref().map(|file| &file.anchors);
        self.renewed = Some(of_record(file, self.record, (anchors, keys, times), at));
        self
    }

    /// What the renewals beside it prove, where some were given.
    pub fn renewed(&self) -> Option<&Finding> {
        self.renewed.as_ref()
    }

    /// What follows when `required` must be proved, and the renewals too, where some were given.
    pub fn conclude(&self, required: &BTreeSet<ClaimName>) -> Conclusion {
        let conclusion = self.verdict.conclude(required);
        match (self.renewed.as_ref().map(|renewed| renewed.status), conclusion) {
            (Some(Status::Contradicted), _) => Conclusion::Contradicted,
            (Some(Status::NotProved), Conclusion::Proved) => Conclusion::NotProved,
            _ => conclusion,
        }
    }

    /// What the file proves.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The anchors it was examined by.
    pub fn anchors(&self) -> Option<&AnchorsFile> {
        self.anchors.as_ref()
    }

    /// SHA-256 of the file.
    pub fn file_digest(&self) -> Digest {
        self.file_digest
    }

    /// The head of its record, as far as it can be read. Nothing of it is proved by that.
    pub fn frame(&self) -> Option<&Frame> {
        self.frame.as_ref()
    }

    /// Whether what its record puts right is the name of a minor, and not of the guardian who signs.
    pub fn is_of_wards_name(&self) -> bool {
        self.is_of_wards_name
    }

    /// Whether the signer's certificate says of itself, or its anchor says of it, that it
    /// has no legal effect.
    pub fn is_test_only(&self) -> bool {
        self.is_test_only
    }
}

fn is_of_wards_name(record: &Disclosure) -> bool {
    let changed = record.value("changed").and_then(Value::as_array);
    record.kind() == RecordKind::PersonCorrected
        && changed.is_some_and(|changed| changed.iter().any(|word| word == "ward_name"))
}

fn is_test_only(parts: &BundleParts, anchors: Option<&AnchorsFile>) -> bool {
    let Ok(chain) = CertificateChain::from_ders(parts.certificates.iter().map(Vec::as_slice))
    else {
        return false;
    };
    let roots: Vec<_> = anchors
        .iter()
        .flat_map(|file| &file.anchors.certificate_roots)
        .filter_map(|root| {
            heqi_pki::certificate::TrustedRoot::from_der(&root.certificate.0, root.test_only).ok()
        })
        .collect();
    chain.is_test_only() || chain.anchor(&roots).is_ok_and(|chain| chain.is_test_only())
}
