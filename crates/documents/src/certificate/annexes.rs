//! The annexes on paper: what is listed, what was done, what was found, what is inside.

use std::fmt::Write as _;

use heqi_fonts::{Style, check};
use heqi_paper::write::Relationship;
use heqi_vocabulary::Digest;

use super::input::{AnswerRow, CertificateInput, EvidenceFile, Step, VerificationLine};
use super::signing::PhotoRow;
use crate::layout::{Inside, Page};
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
    if !input.signing.closed.is_empty() {
        page.note(&format!(
            "证据包中第三人的下列个人信息未予公开，以其摘要值代替，核验程序据以核对同一记录：{}。附件一所列为本处留存的全部\
             文件，完整内容由本处留存。",
            input.signing.closed.join("；")
        ))?;
    }

    page.heading("附件五　签署照片及签署环境信息表")?;
    signing(page, input)?;

    page.heading("附件六　存证回执及日志证明")?;
    let custody = input.signing.custody.iter();
    let custody =
        custody.map(|one| vec![one.custodian.clone(), one.deposit.clone(), one.detail.clone()]);
    page.listed(&[("保管方", 1.3), ("存证", 2.0), ("结果及证明", 3.2)], custody.collect())?;
    page.note("回执及日志证明的机读原件在附件四的证据包内。")?;

    page.heading("附件七　确认及异议记录")?;
    answers(page, input)
}

/// Annex five: which photos are in the package, and what was around the signing.
fn signing(page: &mut Page<'_>, input: &CertificateInput) -> Result<(), RenderError> {
    let annex = &input.signing;
    let photos = annex.photos.iter().map(photo_row).collect();
    page.listed(&[("签署照片", 1.6), ("大小及接收时间", 1.2), ("摘要值", 4.0)], photos)?;
    for photo in &annex.photos {
        match &photo.print {
            Some(print) => page.picture(print),
            None => page.note("照片文件无法显示，以证据包内的原件为准。")?,
        }
    }
    let environment = annex.environment.iter();
    let environment = environment.map(|one| {
        vec![one.act.clone(), one.name.clone(), printable(&one.value), one.source.clone()]
    });
    let columns = [("操作", 1.0), ("项目", 1.2), ("内容", 3.2), ("来源", 1.1)];
    page.listed(&columns, environment.collect())?;
    page.note("照片为缩印，原件在附件四的证据包内，文件名如上表。第三人的来源地址和定位已遮盖。")?;
    Ok(())
}

/// Annex seven, on paper and for programs.
fn answers(page: &mut Page<'_>, input: &CertificateInput) -> Result<(), RenderError> {
    let rows = input.answers.rows.iter().map(answer_row).collect();
    let columns = [("时间", 1.1), ("当事人", 0.9), ("回复", 1.3), ("方式", 1.1), ("记录", 2.9)];
    page.listed(&columns, rows)?;
    page.note(
        "以上为截至本公证书日期本处留存的记录。第三人的姓名已遮盖，其联系方式及陈述不予列示。",
    )?;
    if !input.answers.file.is_empty() {
        let before = page.inside_rows().len();
        page.inside(Inside {
            name: "answers.json".to_owned(),
            media_type: "application/json",
            description: "附件七所列记录的机读件".to_owned(),
            bytes: input.answers.file.clone(),
            relationship: Relationship::Data,
            deposit_no: None,
        })?;
        let inside = page.inside_rows().split_off(before);
        page.table(&[("内嵌文件", 1.5), ("大小", 0.8), ("摘要值", 4.0)], inside)?;
    }
    Ok(())
}

fn list(input: &CertificateInput) -> Vec<Vec<String>> {
    let attached = || "随附".to_owned();
    let photos = match input.signing.photos.len() {
        0 => "无照片；信息表随附".to_owned(),
        count => format!("照片{count}张，内嵌于附件四；信息表随附"),
    };
    let fixed = [
        ("电子数据清单及摘要值", attached()),
        ("公证工作记录", attached()),
        ("核验结果", attached()),
        ("证据包", format!("内嵌文件{}个", input.bundles.len())),
        ("签署照片及签署环境信息表", photos),
        ("存证回执及日志证明", "随附；原件内嵌于附件四".to_owned()),
        ("确认及异议记录", format!("{}条，随附", input.answers.rows.len())),
    ];
    let fixed = fixed.into_iter().map(|(title, form)| (title.to_owned(), form));
    fixed
        .enumerate()
        .map(|(place, (title, form))| vec![format!("附件{}", super::ordinal(place)), title, form])
        .collect()
}

/// What a device or a person wrote, with a mark for each character that no font has: nobody at the office can change
/// it, and the original is in annex four. A name is never marked: it prints, or nothing is issued.
fn printable(text: &str) -> String {
    let mut printed = String::with_capacity(text.len());
    for character in text.chars() {
        if check(Style::Body, character.encode_utf8(&mut [0; 4])).is_ok() {
            printed.push(character);
        } else {
            // Writing to a string does not fail.
            let _ = write!(printed, "[U+{:04X}]", u32::from(character));
        }
    }
    printed
}

fn photo_row(photo: &PhotoRow) -> Vec<String> {
    let received = photo.received_at.map_or_else(|| "—".to_owned(), dates::short);
    vec![
        photo.name.clone(),
        format!("{} 字节\n{received}", photo.size_bytes),
        format!("SHA-256：{}\nSM3：{}", photo.sha256, photo.sm3),
    ]
}

fn answer_row(answer: &AnswerRow) -> Vec<String> {
    let record = answer.root.map_or_else(|| "—".to_owned(), |root| format!("记录根：{root}"));
    vec![
        dates::short(answer.at),
        answer.who.clone(),
        printable(&answer.what),
        answer.way.clone(),
        record,
    ]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_font_has_is_marked_where_somebody_else_wrote_it() {
        assert_eq!(printable("不是我签的😀\n龚𠮷"), "不是我签的[U+1F600]\n龚𠮷");
    }
}
