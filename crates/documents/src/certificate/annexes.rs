//! The annexes on paper: what is listed, what was done, what was found, what is inside.

use heqi_vocabulary::Digest;

use super::input::{CertificateInput, EvidenceFile, Step, VerificationLine};
use crate::layout::Page;
use crate::{RenderError, dates};

pub(super) fn write(page: &mut Page<'_>, input: &CertificateInput) -> Result<(), RenderError> {
    page.new_page();
    page.heading("附件清单")?;
    page.table(&[("附件", 0.8), ("内容", 3.0), ("形式", 1.6)], list(input))?;

    page.heading("附件一　电子数据清单及摘要值")?;
    let files = input.files.iter().enumerate().map(file_row).collect();
    page.table(&[("序号", 0.45), ("存证编号", 1.65), ("文件", 1.6), ("摘要值", 4.0)], files)?;

    page.heading("附件二　公证工作记录")?;
    let session = &input.extraction;
    page.pairs(vec![
        ("地点", session.place.clone()),
        ("计算机", session.computer.clone()),
        ("公证员", input.notary.clone()),
        ("协助人员", session.assistant.clone()),
    ])?;
    let steps = session.steps.iter().map(step_row).collect();
    let columns = [("时间", 1.1), ("步骤", 0.9), ("操作人", 0.8), ("结果及留痕", 4.0)];
    page.table(&columns, steps)?;

    page.heading("附件三　核验结果")?;
    let lines = input.verification.iter().map(verification_row).collect();
    page.table(&[("核验项", 1.2), ("结论", 0.8), ("说明", 3.4)], lines)?;
    page.note("以上为系统核验结果，由公证员审查后采用。")?;

    page.heading("附件四　证据包（内嵌于本电子公证书）")?;
    let inside = page.inside_rows();
    page.table(&[("文件", 1.5), ("大小", 0.8), ("摘要值", 4.0)], inside)?;
    page.note(
        "证据包可用核验程序脱机核验，无需联网，亦不依赖本处系统。本电子公证书的电子印章须用核验程序核验；\
         打印件以本处出具的纸质公证书或查验页所示状态为准。",
    )?;
    Ok(())
}

fn list(input: &CertificateInput) -> Vec<Vec<String>> {
    let inside = format!("内嵌文件{}个", input.bundles.len());
    let fixed = [
        ("电子数据清单及摘要值", "随附".to_owned()),
        ("公证工作记录", "随附".to_owned()),
        ("核验结果", "随附".to_owned()),
        ("证据包", inside),
    ];
    let fixed = fixed.into_iter().map(|(title, form)| (title.to_owned(), form));
    let others = input.attachments.iter().map(|one| (one.title.clone(), one.form.clone()));
    fixed
        .chain(others)
        .enumerate()
        .map(|(place, (title, form))| vec![format!("附件{}", super::ordinal(place)), title, form])
        .collect()
}

fn file_row((place, file): (usize, &EvidenceFile)) -> Vec<String> {
    vec![
        (place + 1).to_string(),
        file.deposit_no.clone(),
        format!("{}\n{} 字节\n{}", file.title, file.size_bytes, file.generated_by.words()),
        format!("SHA-256：{}\nSM3：{}", file.sha256, file.sm3),
    ]
}

fn step_row(step: &Step) -> Vec<String> {
    let digest = |name: &str, digest: Option<Digest>| {
        digest.map_or_else(String::new, |digest| format!("\n{name} SHA-256：{digest}"))
    };
    let traces =
        format!("{}{}{}", step.outcome, digest("工具", step.tool), digest("截屏", step.screenshot));
    vec![dates::short(step.at), step.kind.words().to_owned(), step.operator.clone(), traces]
}

fn verification_row(line: &VerificationLine) -> Vec<String> {
    vec![line.what.clone(), line.finding.clone(), line.reason.clone()]
}
