//! A sealed document: its seal, its time stamp, that the seal covers all of it, the list of
//! what is inside, and each evidence bundle inside by the examination of bundles.

mod renewed;
mod report;

use std::collections::BTreeSet;

use heqi_evidence::anchors::{Anchors, AnchorsFile, CertificateRoot};
use heqi_evidence::verdict::{ClaimName, Conclusion, Reason, Status};
use heqi_pki::certificate::{ChainError, TrustedRoot};
use heqi_pki::keys::PublicKey;
use heqi_pki::seal::{SealFault, VerifiedSeal};
use heqi_pki::timestamp::{TimeRoot, TimestampFault};
use heqi_sealed_pdf::{EmbeddedFile, FormFault, Manifest, SignedPdf, VerifyFault};
use heqi_vocabulary::{Digest, Explain as _, Language, UtcMillis};

use crate::{Examination, Unreadable};

pub(crate) use renewed::of_record;
pub(crate) use report::{findings, json, reason, text};

/// The kind of a certificate, as its list says it.
const CERTIFICATE: &str = "certificate";

/// Roots that were given beside the anchors.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Roots {
    /// Of seals.
    pub seals: Vec<TrustedRoot>,
    /// Of the time authorities of seals.
    pub times: Vec<TimeRoot>,
}

/// What is looked at in a sealed document beside the bundles inside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows a document must show each")]
pub enum Point {
    /// The seal covers every byte but its own, and nothing follows.
    Whole,
    /// The seal is of an organisation that is trusted.
    Seal,
    /// When it was put on, by a time authority that is trusted.
    Time,
    /// The files inside are those of the list.
    Inside,
    /// That it was in the office's log while the certificates counted, to this day: looked at only when
    /// a file of renewals is given.
    Renewed,
}

impl Point {
    /// Those of every document, in the order they are shown; [`Self::Renewed`] follows them.
    pub const ALL: [Self; 4] = [Self::Whole, Self::Seal, Self::Time, Self::Inside];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Seal => "seal",
            Self::Time => "seal_time",
            Self::Inside => "inside",
            Self::Renewed => "renewed",
        }
    }

    pub(crate) const fn title(self, language: Language) -> &'static str {
        match self {
            Self::Whole => language.pick("盖章后未被改动", "Unchanged since sealed"),
            Self::Seal => language.pick("电子印章", "Seal"),
            Self::Time => language.pick("盖章时间", "Time of sealing"),
            Self::Inside => language.pick("内嵌文件", "Files inside"),
            Self::Renewed => language.pick("时间戳续期", "Time stamps renewed"),
        }
    }
}

/// What was found about one point.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Which point.
    pub point: Point,
    /// How it stands.
    pub status: Status,
    /// Why, in Chinese and English.
    pub reason: (String, String),
    /// Why, for programs.
    pub code: &'static str,
}

/// A sealed document that was examined.
#[derive(Debug)]
pub struct DocumentExamination {
    anchors: Option<AnchorsFile>,
    file_digest: Digest,
    manifest: Option<Manifest>,
    findings: Vec<Finding>,
    is_test_only: bool,
    /// Whose the root of its seal is, as the anchors say; none for a root given beside them.
    sealed_by: Option<String>,
    bundles: Vec<(String, Result<Examination, Unreadable>)>,
}

impl DocumentExamination {
    /// Examines the bytes of a document by the bytes of an anchors file, and roots beside it.
    ///
    /// # Errors
    /// One of the two is not what it should be. A document that was altered is no error: it is
    /// found contradicted.
    pub fn of(
        file: Vec<u8>,
        anchors: Option<&[u8]>,
        roots: Roots,
        at: Option<UtcMillis>,
    ) -> Result<Self, Unreadable> {
        let anchors_bytes = anchors;
        let anchors = anchors.map(AnchorsFile::parse).transpose()?;
        let mut examination = Self {
            file_digest: Digest::of(&file),
            anchors,
            manifest: None,
            findings: Vec::new(),
            is_test_only: false,
            sealed_by: None,
            bundles: Vec::new(),
        };
        let pdf = match SignedPdf::parse(file) {
            Ok(pdf) => pdf,
            Err(fault) if is_unreadable(fault) => return Err(Unreadable::Document(fault)),
            Err(fault) => {
                examination.findings = altered(fault);
                return Ok(examination);
            }
        };
        let trust = Trust::of(examination.anchors.as_ref().map(|file| &file.anchors), roots);
        let unverified = pdf.unverified_files();
        let files = match pdf.verify(&trust.seals, &trust.times) {
            Ok(verified) => {
                examination.findings = trust.believed(verified.seal(), at);
                examination.is_test_only = verified.seal().is_test_only();
                let anchor = trust.anchor_of(verified.seal());
                examination.sealed_by = anchor.map(|root| root.organisation.clone());
                examination.manifest = verified.manifest().cloned();
                verified.embedded().to_vec()
            }
            Err(fault) => {
                examination.findings = disbelieved(fault, !trust.seals.is_empty());
                unverified.unwrap_or_default()
            }
        };
        examination.bundles = bundles(&files, anchors_bytes, at);
        Ok(examination)
    }

    /// The same, with the renewals of its time stamps as one more point. `keys` sign renewals, beside the
    /// custodians among the anchors.
    #[must_use]
    pub fn with_renewals(
        mut self,
        file: &[u8],
        (keys, times): (&[PublicKey], &[TimeRoot]),
        at: Option<UtcMillis>,
    ) -> Self {
        let anchors = self.anchors.as_ref().map(|file| &file.anchors);
        let found = renewed::renewed(file, self.file_digest, (anchors, keys, times), at);
        self.findings.push(found);
        self
    }

    /// What was found about the document itself, in the order of [`Point::ALL`].
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The bundles inside, by name, each examined as it would be alone.
    pub fn bundles(&self) -> &[(String, Result<Examination, Unreadable>)] {
        &self.bundles
    }

    /// What the document says it is; only once its seal is believed.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The anchors it was examined by.
    pub fn anchors(&self) -> Option<&AnchorsFile> {
        self.anchors.as_ref()
    }

    /// SHA-256 of the file.
    pub fn file_digest(&self) -> Digest {
        self.file_digest
    }

    /// Whether the seal or its time authority is for tests only.
    pub fn is_test_only(&self) -> bool {
        self.is_test_only
    }

    /// What is required of one bundle inside: what was asked for by name, else what is by default, as far
    /// as a certificate says it. That says of one deposit that whoever certifies holds it, and carries this
    /// custodian's receipt alone; so the others' are not required of it. Nothing less is believed for that:
    /// the claim itself stays as it was found.
    pub(crate) fn required_of(
        &self,
        (name, bundle): (&str, &Examination),
        asked: Option<&BTreeSet<ClaimName>>,
    ) -> BTreeSet<ClaimName> {
        if let Some(asked) = asked {
            return asked.clone();
        }
        let mut required = ClaimName::required_by_default();
        let is_held = bundle.verdict().claim(ClaimName::Deposited).is_some_and(|claim| {
            matches!(claim.reason, Reason::DepositedPartly { held: 1.., .. })
                && self.is_custodian(&claim.vouched_by)
        });
        if is_held && self.certifies(name) {
            required.remove(&ClaimName::Deposited);
        }
        required
    }

    /// Whether whoever sealed this is among those whose receipts count. Who gives a root beside the anchors says
    /// whose seal is meant.
    fn is_custodian(&self, receipts_of: &[String]) -> bool {
        self.sealed_by.as_ref().is_none_or(|by| receipts_of.contains(by))
    }

    /// Whether this is a certificate that is believed, about the deposit in this bundle.
    fn certifies(&self, name: &str) -> bool {
        let is_believed = self.findings.iter().all(|one| one.status == Status::Proved);
        let manifest = self.manifest.as_ref().filter(|manifest| manifest.kind == CERTIFICATE);
        let mut files = manifest.into_iter().flat_map(|manifest| &manifest.files);
        is_believed && files.any(|one| one.name == name && one.deposit_no.is_some())
    }

    /// The whole in one word: the worst of the document's findings and of the bundles'
    /// conclusions. A bundle inside that cannot be read contradicts the document. `asked` are the claims
    /// required by name; `None`: those required by default.
    pub fn conclude(&self, asked: Option<&BTreeSet<ClaimName>>) -> Conclusion {
        let own = self.findings.iter().map(|finding| match finding.status {
            Status::Proved => Conclusion::Proved,
            Status::NotProved => Conclusion::NotProved,
            Status::Contradicted => Conclusion::Contradicted,
        });
        let inside = self.bundles.iter().map(|(name, bundle)| match bundle {
            Ok(bundle) => {
                let required = self.required_of((name.as_str(), bundle), asked);
                match bundle.verdict().conclude(&required) {
                    Conclusion::SelfConsistent => Conclusion::NotProved,
                    conclusion => conclusion,
                }
            }
            Err(_) => Conclusion::Contradicted,
        });
        let worst = |conclusion: &Conclusion| match conclusion {
            Conclusion::Contradicted => 2,
            Conclusion::Proved => 0,
            _ => 1,
        };
        own.chain(inside).max_by_key(worst).unwrap_or(Conclusion::NotProved)
    }
}

/// A file that never was a sealed document, or is not whole; what speaks of alteration is told
/// as a finding instead.
const fn is_unreadable(fault: FormFault) -> bool {
    matches!(
        fault,
        FormFault::TooLarge
            | FormFault::NotPdf
            | FormFault::NotSealed
            | FormFault::Truncated
            | FormFault::Form(_)
            | FormFault::Kind
    )
}

/// Who is trusted, and as whom.
struct Trust {
    seals: Vec<TrustedRoot>,
    times: Vec<TimeRoot>,
    anchors: Option<Anchors>,
}

impl Trust {
    fn of(anchors: Option<&Anchors>, roots: Roots) -> Self {
        let (mut seals, mut times) = (roots.seals, roots.times);
        if let Some(anchors) = anchors {
            seals.extend(anchors.seal_roots.iter().filter_map(|root| {
                TrustedRoot::from_der(&root.certificate.0, root.test_only).ok()
            }));
            times.extend(
                anchors.time_roots.iter().filter_map(|root| {
                    TimeRoot::from_der(&root.certificate.0, root.test_only).ok()
                }),
            );
        }
        Self { seals, times, anchors: anchors.cloned() }
    }

    /// The four points of a document whose seal holds.
    fn believed(&self, seal: &VerifiedSeal, at: Option<UtcMillis>) -> Vec<Finding> {
        let whole = proved(
            Point::Whole,
            "whole",
            "印章覆盖整个文件，其后没有任何内容",
            "the seal covers the whole file and nothing follows",
        );
        let inside = proved(
            Point::Inside,
            "inside",
            "内嵌文件与清单的 SHA-256、SM3 一致",
            "the files inside have the SHA-256 and SM3 of their list",
        );
        vec![whole, self.seal_finding(seal, at), self.time_finding(seal, at), inside]
    }

    /// The root of a seal among the anchors.
    fn anchor_of(&self, seal: &VerifiedSeal) -> Option<&CertificateRoot> {
        let digest = seal.chain().anchored().root_digest();
        let mut anchored = self.anchors.iter().flat_map(|anchors| &anchors.seal_roots);
        anchored.find(|root| Digest::of(&root.certificate.0) == digest)
    }

    fn seal_finding(&self, seal: &VerifiedSeal, at: Option<UtcMillis>) -> Finding {
        let stamped = seal.time().at();
        let anchor = self.anchor_of(seal);
        let counts = anchor
            .is_none_or(|root| root.validity.covers(stamped) && at.is_none_or(|at| stamped <= at));
        if !counts {
            let (zh, en) =
                ("印章的信任根在盖章时不被采信", "the root of the seal did not count then");
            return finding(Point::Seal, Status::NotProved, "seal_root_not_valid_then", zh, en);
        }
        let name = seal.chain().anchored().leaf().subject_common_name().unwrap_or("?").to_owned();
        let by = anchor.map_or_else(|| name.clone(), |root| root.organisation.clone());
        let test = seal.chain().is_test_only();
        let zh = format!(
            "{by}的印章，证书 {name}{}",
            if test { "，测试印章，不具有法律效力" } else { "" }
        );
        let en =
            format!("seal of {by}, certificate {name}{}", if test { ", TEST ONLY" } else { "" });
        finding(Point::Seal, Status::Proved, "seal_valid", &zh, &en)
    }

    fn time_finding(&self, seal: &VerifiedSeal, at: Option<UtcMillis>) -> Finding {
        let stamped = seal.time().at();
        let anchored = self.anchors.iter().flat_map(|anchors| &anchors.time_roots);
        let mut mine =
            anchored.filter(|root| Digest::of(&root.certificate.0) == seal.time().root_digest());
        let anchor = mine.next();
        let policy = seal.time().info().policy().to_string();
        let counts = anchor.is_none_or(|root| {
            root.validity.covers(stamped)
                && root.policy.as_ref().is_none_or(|wanted| *wanted == policy)
                && at.is_none_or(|at| stamped <= at)
        });
        if !counts {
            let (zh, en) =
                ("时间戳的信任根在当时不被采信", "the root of the time stamp did not count then");
            return finding(Point::Time, Status::NotProved, "time_root_not_valid_then", zh, en);
        }
        let by = anchor.map_or_else(String::new, |root| root.organisation.clone());
        let at = seal.time().not_after().for_people();
        let test = seal.time().is_test_only();
        let zh = format!("不晚于 {at}，时间戳：{by}{}", if test { "（测试）" } else { "" });
        let en =
            format!("not after {at}, time stamp: {by}{}", if test { " (TEST ONLY)" } else { "" });
        finding(Point::Time, Status::Proved, "seal_stamped", &zh, &en)
    }
}

/// What is found about a document that is not as its seal left it.
fn altered(fault: FormFault) -> Vec<Finding> {
    let sentence = |language| fault.explain(language).what;
    let (zh, en) = (sentence(Language::Zh), sentence(Language::En));
    let mut findings =
        vec![finding(Point::Whole, Status::Contradicted, fault.code(), &bare(&zh), &bare(&en))];
    findings.extend(unknown(&[Point::Seal, Point::Time, Point::Inside]));
    findings
}

/// What is found when the seal, or what it covers, is not believed.
fn disbelieved(fault: VerifyFault, has_roots: bool) -> Vec<Finding> {
    let (zh, en) = (fault.explain(Language::Zh).what, fault.explain(Language::En).what);
    let (point, status) = match fault {
        VerifyFault::Seal(SealFault::OtherBytes) => (Point::Whole, Status::Contradicted),
        VerifyFault::Seal(SealFault::Chain(ChainError::Untrusted)) => {
            (Point::Seal, Status::NotProved)
        }
        VerifyFault::Seal(SealFault::Token(TimestampFault::Untrusted)) => {
            (Point::Time, Status::NotProved)
        }
        VerifyFault::Seal(SealFault::NoToken | SealFault::Token(_)) => {
            (Point::Time, Status::Contradicted)
        }
        VerifyFault::Seal(_) => (Point::Seal, Status::Contradicted),
        VerifyFault::Embedded(_) | VerifyFault::Manifest(_) => {
            (Point::Inside, Status::Contradicted)
        }
    };
    let (zh, en) = if point == Point::Seal && status == Status::NotProved && !has_roots {
        ("未提供印章的信任根".to_owned(), "no root of seals was given".to_owned())
    } else {
        (bare(&zh), bare(&en))
    };
    // Once a signature holds, whoever made it, the bytes are those it was made over.
    let holds = matches!(
        fault,
        VerifyFault::Seal(SealFault::NoToken | SealFault::Token(_) | SealFault::Chain(_))
            | VerifyFault::Embedded(_)
            | VerifyFault::Manifest(_)
    );
    let mut findings = Vec::new();
    for each in Point::ALL {
        if each == point {
            findings.push(finding(point, status, fault.code(), &zh, &en));
        } else if each == Point::Whole && holds {
            findings.push(proved(
                Point::Whole,
                "whole",
                "文件与印章所覆盖的内容一致",
                "the file is what the seal was put on",
            ));
        } else {
            findings.extend(unknown(&[each]));
        }
    }
    findings
}

fn unknown(points: &[Point]) -> Vec<Finding> {
    let one = |point: &Point| {
        let (zh, en) = ("以上一项未成立，不再判断", "not asked: see above");
        finding(*point, Status::NotProved, "not_asked", zh, en)
    };
    points.iter().map(one).collect()
}

fn proved(point: Point, code: &'static str, zh: &str, en: &str) -> Finding {
    finding(point, Status::Proved, code, zh, en)
}

fn finding(point: Point, status: Status, code: &'static str, zh: &str, en: &str) -> Finding {
    Finding { point, status, reason: (zh.to_owned(), en.to_owned()), code }
}

/// A sentence as a reason in a list: without its full stop.
fn bare(sentence: &str) -> String {
    sentence.trim_end_matches(['。', '.']).to_owned()
}

fn bundles(
    files: &[EmbeddedFile],
    anchors: Option<&[u8]>,
    at: Option<UtcMillis>,
) -> Vec<(String, Result<Examination, Unreadable>)> {
    files
        .iter()
        .filter(|file| file.name.ends_with(".heqi.zip"))
        .map(|file| (file.name.clone(), Examination::of(&file.bytes, anchors, at)))
        .collect()
}
