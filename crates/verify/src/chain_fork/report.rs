//! What is said about a chain fork proof, to people and to programs.

use std::fmt::Write as _;

use heqi_evidence::verdict::Status;
use heqi_vocabulary::Language;

use super::{ChainForkExamination, ChainForkFinding};
use crate::fork::{OneClaim, anchors_rows};
use crate::layout::{harmless, padded};

/// The report for people.
pub(crate) fn text(file: &str, examination: &ChainForkExamination, language: Language) -> String {
    let pick = |zh, en| language.pick(zh, en);
    let column = if language == Language::Zh { 12 } else { 14 };
    let mut text = String::new();
    let mut row = |label: &str, value: &str| {
        let _ = writeln!(text, "{}{value}", padded(label, column));
    };
    row(pick("文件", "File"), &harmless(file));
    row("SHA-256", &examination.file_digest.to_string());
    row(pick("记录链", "Chain"), &examination.proof.chain().to_string());
    for record in examination.proof.records() {
        let (seq, root) = (record.frame().place.seq, record.root());
        let log = harmless(record.head().checkpoint().origin().as_str());
        let said = match language {
            Language::Zh => format!("第 {seq} 条，根 {root}，日志 {log}"),
            Language::En => format!("place {seq}, root {root}, log {log}"),
        };
        row(pick("记录", "Record"), &said);
    }
    anchors_rows(examination.anchors.as_ref(), language, &mut row);
    let finding = &examination.finding;
    let mark = if finding.status() == Status::Contradicted { '✗' } else { '–' };
    let title = pick("记录链没有分叉", "One chain");
    let status = finding.status().words(language);
    let _ = writeln!(
        text,
        "\n{mark} {title} *  {status}  {}\n  {}\n",
        harmless(&reason(finding, language)),
        pick("* 必需项", "* required")
    );
    let _ = writeln!(text, "{}", conclusion(finding, language));
    let next = padded(pick("下一步", "Next"), column);
    let _ = writeln!(text, "{next}{}", next_step(finding, language));
    text
}

/// The verdict for programs.
pub(crate) fn json(file: &str, examination: &ChainForkExamination, language: Language) -> String {
    let finding = &examination.finding;
    let vouched_by = match finding {
        ChainForkFinding::Forked { organisation } => std::slice::from_ref(organisation),
        _ => &[],
    };
    OneClaim {
        name: "chain",
        status: finding.status(),
        exit: finding.exit_code(),
        vouched_by,
        reason: reason(finding, language),
        code: finding.code(),
    }
    .json(file)
}

fn reason(finding: &ChainForkFinding, language: Language) -> String {
    match (finding, language) {
        (ChainForkFinding::Forked { organisation }, Language::Zh) => {
            format!("{organisation} 在同一条记录链中写入了互不相容的两条记录")
        }
        (ChainForkFinding::Forked { organisation }, Language::En) => {
            format!("{organisation} logged two records that cannot stand in one chain")
        }
        (ChainForkFinding::NotShown, _) => language
            .pick(
                "文件没有表明这两条记录互不相容",
                "the file does not show that its two records cannot stand in one chain",
            )
            .to_owned(),
        (ChainForkFinding::NoAnchors, _) => language
            .pick(
                "这两条记录互不相容，但未提供信任锚，不能证明由谁写入",
                "the records cannot stand in one chain, but without trust anchors nothing shows who logged them",
            )
            .to_owned(),
        (ChainForkFinding::LogUnknown { origin }, Language::Zh) => {
            format!("信任锚中没有日志 {origin}")
        }
        (ChainForkFinding::LogUnknown { origin }, Language::En) => {
            format!("log {origin} is not among the trust anchors")
        }
        (ChainForkFinding::SignatureInvalid, _) => language
            .pick(
                "有日志头不是该日志签署的，或者签名不成立",
                "a log did not sign its head, or a signature does not hold",
            )
            .to_owned(),
        (ChainForkFinding::KeyNotValidThen { origin }, Language::Zh) => {
            format!("日志 {origin} 的密钥已被宣布不可信，无法确定由谁签署")
        }
        (ChainForkFinding::KeyNotValidThen { origin }, Language::En) => format!(
            "the key of log {origin} is distrusted, and nobody else saw this head before that"
        ),
    }
}

fn conclusion(finding: &ChainForkFinding, language: Language) -> &'static str {
    if matches!(finding, ChainForkFinding::Forked { .. }) {
        language.pick(
            "核验不符：同一条记录链中出现了互不相容的记录，写入方自相矛盾。",
            "Contradicted: records that exclude each other stand in one chain, and whoever logged them contradicted itself.",
        )
    } else {
        language.pick(
            "未能核验：这个文件不足以指出任何一方自相矛盾。",
            "Not proved: this file convicts nobody.",
        )
    }
}

fn next_step(finding: &ChainForkFinding, language: Language) -> &'static str {
    match finding {
        ChainForkFinding::Forked { .. } => language.pick(
            "请原样保留并转交此文件：它本身就是证据。再核对你手中的每份回执属于哪一条记录。",
            "Keep this file as it is and pass it on: it is the proof. Then look which of the two records each of your receipts is for.",
        ),
        ChainForkFinding::NoAnchors => crate::fork::get_anchors(language),
        _ => language.pick(
            "不要依据这个文件指责任何一方；请向制作者索取依据。",
            "Accuse nobody on this file; ask whoever made it.",
        ),
    }
}
