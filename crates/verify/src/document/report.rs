//! What is said about a sealed document, to people and to programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use heqi_evidence::verdict::{ClaimName, Conclusion, Status};
use heqi_vocabulary::{Explain as _, Language};
use serde::Serialize;

use super::{DocumentExamination, Finding};
use crate::fork::anchors_rows;
use crate::layout::{harmless, padded, width};
use crate::{report, words};

const SCHEMA: &str = "heqi.document-verdict/v1";

/// The report for people.
pub(crate) fn text(
    file: &str,
    examination: &DocumentExamination,
    asked: Option<&BTreeSet<ClaimName>>,
    language: Language,
) -> String {
    let pick = |zh, en| language.pick(zh, en);
    let column = if language == Language::Zh { 12 } else { 14 };
    let mut text = String::new();
    let mut row = |label: &str, value: &str| {
        let _ = writeln!(text, "{}{value}", padded(label, column));
    };
    row(pick("文书", "Document"), &harmless(file));
    row("SHA-256", &examination.file_digest.to_string());
    if let Some(manifest) = &examination.manifest {
        row(pick("出具方", "Issuer"), &harmless(&manifest.organisation));
        row(pick("编号", "Number"), &harmless(&manifest.number));
        row(pick("出具时间", "Issued"), &manifest.issued_at.for_people());
    }
    anchors_rows(examination.anchors.as_ref(), language, &mut row);
    text.push('\n');
    findings(&mut text, &examination.findings, language);
    for (name, bundle) in &examination.bundles {
        let _ = writeln!(text, "\n{} {}", pick("内嵌证据包", "Bundle inside"), harmless(name));
        match bundle {
            Ok(bundle) => {
                let required = examination.required_of((name.as_str(), bundle), asked);
                text.push_str(&report::write(name, bundle, &required, language));
            }
            Err(failure) => {
                text.push_str(&report::failure(name, &failure.explain(language), language));
            }
        }
    }
    let conclusion = examination.conclude(asked);
    let _ = writeln!(
        text,
        "\n{}{}",
        padded(pick("结论", "Conclusion"), column),
        said(conclusion, language)
    );
    let next = words::next_step(conclusion, examination.anchors.is_some(), language);
    let _ = writeln!(text, "{}{next}", padded(pick("下一步", "Next"), column));
    text
}

pub(crate) fn findings(text: &mut String, findings: &[Finding], language: Language) {
    let titles = findings.iter().map(|one| width(one.point.title(language))).max().unwrap_or(0);
    let statuses = findings.iter().map(|one| width(one.status.words(language))).max().unwrap_or(0);
    for finding in findings {
        let mark = match finding.status {
            Status::Proved => '✓',
            Status::NotProved => '–',
            Status::Contradicted => '✗',
        };
        let title = padded(finding.point.title(language), titles);
        let status = padded(finding.status.words(language), statuses);
        let reason = harmless(reason(finding, language));
        let _ = writeln!(text, "{mark} {title}  {status}  {reason}");
    }
}

pub(crate) fn reason(finding: &Finding, language: Language) -> &str {
    language.pick(&finding.reason.0, &finding.reason.1)
}

fn said(conclusion: Conclusion, language: Language) -> &'static str {
    match conclusion {
        Conclusion::Proved => language.pick(
            "核验通过：印章、时间、完整性和内嵌证据包全部成立。",
            "Proved: seal, time, wholeness and every bundle inside.",
        ),
        Conclusion::Contradicted => words::conclusion(Conclusion::Contradicted, language),
        _ => language.pick(
            "未能核验：没有发现矛盾，但有必需项缺少证明。",
            "Not proved: nothing is contradicted, but something lacks its proof.",
        ),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    file: &'a str,
    verdict: &'static str,
    exit: u8,
    test_only: bool,
    kind: Option<&'a str>,
    number: Option<&'a str>,
    organisation: Option<&'a str>,
    points: Vec<PointReport<'a>>,
    bundles: Vec<BundleReport<'a>>,
}

#[derive(Serialize)]
struct PointReport<'a> {
    point: &'static str,
    status: Status,
    reason: &'a str,
    code: &'static str,
}

#[derive(Serialize)]
struct BundleReport<'a> {
    name: &'a str,
    verdict: &'static str,
    claims: Vec<ClaimReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

#[derive(Serialize)]
struct ClaimReport {
    claim: ClaimName,
    status: Status,
    code: String,
}

/// The verdict for programs.
pub(crate) fn json(
    file: &str,
    examination: &DocumentExamination,
    asked: Option<&BTreeSet<ClaimName>>,
    language: Language,
) -> String {
    let conclusion = examination.conclude(asked);
    let manifest = examination.manifest.as_ref();
    let points = examination.findings.iter().map(|finding| PointReport {
        point: finding.point.as_str(),
        status: finding.status,
        reason: reason(finding, language),
        code: finding.code,
    });
    let bundles = examination.bundles.iter().map(|(name, bundle)| match bundle {
        Ok(bundle) => {
            let claims = bundle.verdict().claims().iter().map(|claim| ClaimReport {
                claim: claim.name,
                status: claim.status,
                code: claim.reason.code(),
            });
            let required = examination.required_of((name.as_str(), bundle), asked);
            let verdict = bundle.verdict().conclude(&required).as_str();
            BundleReport { name, verdict, claims: claims.collect(), error: None }
        }
        Err(failure) => BundleReport {
            name,
            verdict: "unreadable",
            claims: Vec::new(),
            error: Some(failure.code()),
        },
    });
    let report = Report {
        schema: SCHEMA,
        file,
        verdict: conclusion.as_str(),
        exit: conclusion.exit_code(),
        test_only: examination.is_test_only,
        kind: manifest.map(|manifest| manifest.kind.as_str()),
        number: manifest.map(|manifest| manifest.number.as_str()),
        organisation: manifest.map(|manifest| manifest.organisation.as_str()),
        points: points.collect(),
        bundles: bundles.collect(),
    };
    // Texts, numbers and lists only: nothing here can fail to be written.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
