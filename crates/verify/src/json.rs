//! The verdict for programs, `heqi.verdict/v1`.

use std::collections::BTreeSet;

use heqi_evidence::verdict::{ClaimName, Status};
use heqi_vocabulary::{Explain as _, Language};
use serde::Serialize;

use crate::document::reason;
use crate::{Examination, Unreadable};

pub(crate) const SCHEMA: &str = "heqi.verdict/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    file: &'a str,
    verdict: &'static str,
    exit: u8,
    claims: Vec<Claim<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewed: Option<Renewed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

#[derive(Serialize)]
struct Claim<'a> {
    #[serde(rename = "claim")]
    name: ClaimName,
    status: Status,
    required: bool,
    vouched_by: &'a [String],
    reason: String,
    code: String,
}

/// What a file of renewals beside the bundle proves.
#[derive(Serialize)]
struct Renewed<'a> {
    status: Status,
    reason: &'a str,
    code: &'static str,
}

#[derive(Serialize)]
struct Failure {
    code: &'static str,
    what: String,
    next: String,
}

/// The report of an examination.
pub(crate) fn of_verdict(
    file: &str,
    examination: &Examination,
    required: &BTreeSet<ClaimName>,
    language: Language,
) -> String {
    let conclusion = examination.conclude(required);
    let claims = examination
        .verdict()
        .claims()
        .iter()
        .map(|claim| Claim {
            name: claim.name,
            status: claim.status,
            required: required.contains(&claim.name),
            vouched_by: &claim.vouched_by,
            reason: claim.reason.sentence(language),
            code: claim.reason.code(),
        })
        .collect();
    write(&Report {
        schema: SCHEMA,
        file,
        verdict: conclusion.as_str(),
        exit: conclusion.exit_code(),
        claims,
        renewed: examination.renewed().map(|finding| Renewed {
            status: finding.status,
            reason: reason(finding, language),
            code: finding.code,
        }),
        error: None,
    })
}

/// The report of a file that could not be examined.
pub(crate) fn of_failure(file: &str, failure: &Unreadable, language: Language) -> String {
    let explanation = failure.explain(language);
    write(&Report {
        schema: SCHEMA,
        file,
        verdict: "unreadable",
        exit: crate::run::UNREADABLE,
        claims: Vec::new(),
        renewed: None,
        error: Some(Failure {
            code: failure.code(),
            what: explanation.what,
            next: explanation.next,
        }),
    })
}

fn write(report: &Report<'_>) -> String {
    // Texts, numbers and lists only: nothing here can fail to be written.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
