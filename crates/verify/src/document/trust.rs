//! Who is trusted, and what is found of a seal and its time by that.

use heqi_evidence::anchors::{Anchors, CertificateRoot};
use heqi_evidence::verdict::Status;
use heqi_pki::certificate::{ChainError, TrustedRoot};
use heqi_pki::seal::{SealFault, VerifiedSeal};
use heqi_pki::timestamp::{TimeRoot, TimestampFault};
use heqi_sealed_pdf::{FormFault, VerifyFault};
use heqi_vocabulary::{Digest, Explain as _, Language, UtcMillis};

use super::{Finding, Point, Roots};

/// Who is trusted, and as whom.
pub(super) struct Trust {
    pub(super) seals: Vec<TrustedRoot>,
    pub(super) times: Vec<TimeRoot>,
    anchors: Option<Anchors>,
}

impl Trust {
    pub(super) fn of(anchors: Option<&Anchors>, roots: Roots) -> Self {
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
    pub(super) fn believed(&self, seal: &VerifiedSeal, at: Option<UtcMillis>) -> Vec<Finding> {
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
    pub(super) fn anchor_of(&self, seal: &VerifiedSeal) -> Option<&CertificateRoot> {
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
        let (mark_zh, mark_en) = test_mark(&[&by, &name], test, ("，测试印章", ", TEST ONLY"));
        let effect = if test { "，不具有法律效力" } else { "" };
        let zh = format!("{by}的印章，证书 {name}{mark_zh}{effect}");
        let en = format!("seal of {by}, certificate {name}{mark_en}");
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
        let (test_zh, test_en) = test_mark(&[&by], test, ("（测试）", " (TEST ONLY)"));
        let zh = format!("不晚于 {at}，时间戳：{by}{test_zh}");
        let en = format!("not after {at}, time stamp: {by}{test_en}");
        finding(Point::Time, Status::Proved, "seal_stamped", &zh, &en)
    }
}

/// The mark behind the names of a test authority or a test seal, in Chinese and in English: nothing where a name that stands
/// in the sentence says it already.
fn test_mark(
    names: &[&str],
    is_test: bool,
    (zh, en): (&'static str, &'static str),
) -> (&'static str, &'static str) {
    let says = |word: &str| names.iter().any(|name| name.contains(word));
    match (is_test, says("TEST ONLY")) {
        (false, _) => ("", ""),
        (true, true) if says("测试") => ("", ""),
        (true, true) => (zh, ""),
        (true, false) => (zh, en),
    }
}

/// What is found about a document that is not as its seal left it.
pub(super) fn altered(fault: FormFault) -> Vec<Finding> {
    let sentence = |language| fault.explain(language).what;
    let (zh, en) = (sentence(Language::Zh), sentence(Language::En));
    let mut findings =
        vec![finding(Point::Whole, Status::Contradicted, fault.code(), &bare(&zh), &bare(&en))];
    findings.extend(unknown(&[Point::Seal, Point::Time, Point::Inside]));
    findings
}

/// What is found when the seal, or what it covers, is not believed.
pub(super) fn disbelieved(fault: VerifyFault, has_roots: bool) -> Vec<Finding> {
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

pub(super) fn finding(
    point: Point,
    status: Status,
    code: &'static str,
    zh: &str,
    en: &str,
) -> Finding {
    Finding { point, status, reason: (zh.to_owned(), en.to_owned()), code }
}

/// A sentence as a reason in a list: without its full stop.
fn bare(sentence: &str) -> String {
    sentence.trim_end_matches(['。', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_says_test_only_is_followed_by_no_second_mark() {
        let time = ("（测试）", " (TEST ONLY)");
        let seal = ("，测试印章", ", TEST ONLY");
        let cases: [(&[&str], _, _, _); 8] = [
            (&["示例时间戳"], true, time, time),
            (&["Example TSA (TEST ONLY)"], true, time, ("（测试）", "")),
            (&["合契演示时间戳(测试) (TEST ONLY)"], true, time, ("", "")),
            (&["示例时间戳"], false, time, ("", "")),
            // What a name says of itself makes nothing licensed a test, and hides no mark of its own.
            (&["示例测试时间戳"], true, time, time),
            (&["杭州市示例公证处", "示例 TEST ONLY Seal"], true, seal, ("，测试印章", "")),
            (&["杭州市示例公证处(测试)", "示例 TEST ONLY Seal"], true, seal, ("", "")),
            (&["杭州市示例公证处", "示例 Seal"], true, seal, seal),
        ];
        for (names, is_test, marks, wanted) in cases {
            assert_eq!(test_mark(names, is_test, marks), wanted, "{names:?}");
        }
    }
}
