//! What is said about a fork proof, to people and to programs.

use std::fmt::Write as _;

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::verdict::Status;
use heqi_vocabulary::Language;
use serde::Serialize;

use super::{ForkExamination, ForkFinding};
use crate::layout::{harmless, padded};

/// The report for people.
pub(crate) fn text(file: &str, examination: &ForkExamination, language: Language) -> String {
    let pick = |zh, en| language.pick(zh, en);
    let mut text = String::new();
    let mut row = |label: &str, value: &str| {
        let column = if language == Language::Zh { 12 } else { 14 };
        let _ = writeln!(text, "{}{value}", padded(label, column));
    };
    row(pick("文件", "File"), &harmless(file));
    row("SHA-256", &examination.file_digest.to_string());
    row(pick("日志", "Log"), &harmless(examination.proof.origin().as_str()));
    for head in examination.proof.heads() {
        let (size, root) = (head.checkpoint().size(), head.checkpoint().root());
        let said = match language {
            Language::Zh => format!("{size} 条，根 {root}"),
            Language::En => format!("{size} entries, root {root}"),
        };
        row(pick("日志头", "Head"), &said);
    }
    anchors_rows(examination.anchors.as_ref(), language, &mut row);
    let finding = &examination.finding;
    let (status, mark) = match finding.status() {
        Status::Contradicted => (Status::Contradicted, '✗'),
        other => (other, '–'),
    };
    let title = pick("只有一份历史", "One history");
    let (status, reason) = (status.words(language), harmless(&reason(examination, language)));
    let _ = writeln!(
        text,
        "\n{mark} {title} *  {status}  {reason}\n  {}\n",
        pick("* 必需项", "* required")
    );
    let _ = writeln!(text, "{}", conclusion(finding, language));
    let column = if language == Language::Zh { 12 } else { 14 };
    let _ = writeln!(
        text,
        "{}{}",
        padded(pick("下一步", "Next"), column),
        next_step(finding, language)
    );
    text
}

/// Which anchors were given, by whom.
pub(crate) fn anchors_rows(
    anchors: Option<&AnchorsFile>,
    language: Language,
    row: &mut dyn FnMut(&str, &str),
) {
    let pick = |zh, en| language.pick(zh, en);
    match anchors {
        None => row(pick("信任锚", "Anchors"), pick("未提供", "none given")),
        Some(anchors) => {
            let publisher = harmless(&anchors.anchors.publisher.organisation);
            let day = anchors.anchors.published_at.for_people();
            row(pick("信任锚", "Anchors"), &format!("SHA-256 {}", anchors.digest));
            row(pick("公布方", "Publisher"), &format!("{publisher}{}{day}", pick("，", ", ")));
        }
    }
}

/// The verdict about a file that makes one claim.
pub(crate) struct OneClaim<'a> {
    pub(crate) name: &'static str,
    pub(crate) status: Status,
    pub(crate) exit: u8,
    pub(crate) vouched_by: &'a [String],
    pub(crate) reason: String,
    pub(crate) code: &'static str,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    file: &'a str,
    verdict: &'static str,
    exit: u8,
    claims: [Claim<'a>; 1],
}

#[derive(Serialize)]
struct Claim<'a> {
    #[serde(rename = "claim")]
    name: &'static str,
    status: Status,
    required: bool,
    vouched_by: &'a [String],
    reason: &'a str,
    code: &'static str,
}

impl OneClaim<'_> {
    /// As JSON.
    pub(crate) fn json(&self, file: &str) -> String {
        let Self { name, status, exit, vouched_by, ref reason, code } = *self;
        let report = Report {
            schema: crate::json::SCHEMA,
            file,
            verdict: status.as_str(),
            exit,
            claims: [Claim { name, status, required: true, vouched_by, reason, code }],
        };
        // Texts, numbers and lists only: nothing here can fail to be written.
        let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The verdict for programs.
pub(crate) fn json(file: &str, examination: &ForkExamination, language: Language) -> String {
    let finding = &examination.finding;
    let vouched_by = match finding {
        ForkFinding::Forked { organisations } => organisations.as_slice(),
        _ => &[],
    };
    OneClaim {
        name: "fork",
        status: finding.status(),
        exit: finding.exit_code(),
        vouched_by,
        reason: reason(examination, language),
        code: finding.code(),
    }
    .json(file)
}

fn reason(examination: &ForkExamination, language: Language) -> String {
    let origin = examination.proof.origin();
    match (&examination.finding, language) {
        (ForkFinding::Forked { organisations }, Language::Zh) => {
            format!("{} 签署了日志 {origin} 中互不相容的日志头", organisations.join("、"))
        }
        (ForkFinding::Forked { organisations }, Language::En) => format!(
            "{} signed heads of log {origin} that cannot belong to one history",
            organisations.join(", ")
        ),
        (ForkFinding::NotShown, Language::Zh) => "文件没有表明这些日志头互不相容".to_owned(),
        (ForkFinding::NotShown, Language::En) => {
            "the file does not show that its heads cannot belong to one history".to_owned()
        }
        (ForkFinding::NoAnchors, Language::Zh) => {
            "这些日志头互不相容，但未提供信任锚，不能证明由谁签署".to_owned()
        }
        (ForkFinding::NoAnchors, Language::En) => {
            "the heads cannot belong to one history, but without trust anchors nothing shows who signed them"
                .to_owned()
        }
        (ForkFinding::LogUnknown, Language::Zh) => format!("信任锚中没有日志 {origin}"),
        (ForkFinding::LogUnknown, Language::En) => {
            format!("log {origin} is not among the trust anchors")
        }
        (ForkFinding::SignatureInvalid, Language::Zh) => {
            "有日志头不是该日志签署的，或者签名不成立".to_owned()
        }
        (ForkFinding::SignatureInvalid, Language::En) => {
            "the log did not sign every head, or a signature does not hold".to_owned()
        }
        (ForkFinding::KeyNotValidThen, Language::Zh) => {
            format!("日志 {origin} 的密钥已被宣布不可信，无法确定由谁签署")
        }
        (ForkFinding::KeyNotValidThen, Language::En) => format!(
            "the key of log {origin} is distrusted, and nobody else saw these heads before that"
        ),
    }
}

fn conclusion(finding: &ForkFinding, language: Language) -> &'static str {
    if matches!(finding, ForkFinding::Forked { .. }) {
        language.pick(
            "核验不符：该日志出现了两份互不相容的历史，签署方自相矛盾。",
            "Contradicted: this log has shown two histories, and those who signed them contradicted themselves.",
        )
    } else {
        language.pick(
            "未能核验：这个文件不足以指出任何一方自相矛盾。",
            "Not proved: this file convicts nobody.",
        )
    }
}

fn next_step(finding: &ForkFinding, language: Language) -> &'static str {
    match finding {
        ForkFinding::Forked { .. } => language.pick(
            "请原样保留并转交此文件：它本身就是证据。再用 heqi monitor 核对你手中的每份回执属于哪一份历史。",
            "Keep this file as it is and pass it on: it is the proof. Then check with heqi monitor which history each of your receipts belongs to.",
        ),
        ForkFinding::NoAnchors => get_anchors(language),
        _ => language.pick(
            "不要依据这个文件指责任何一方；请向制作者索取依据，或用 heqi monitor 自行核对该日志。",
            "Accuse nobody on this file; ask whoever made it, or check the log yourself with heqi monitor.",
        ),
    }
}

/// What to do without anchors.
pub(crate) const fn get_anchors(language: Language) -> &'static str {
    language.pick(
        "向公证处取得信任锚文件，再用 --anchors 核验一次。",
        "Get the anchors from the notary and run this again with --anchors.",
    )
}
