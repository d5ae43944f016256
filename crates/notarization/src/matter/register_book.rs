//! The 公证登记簿 (公证程序规则 art. 57) as CSV: one line per number of a year, voided ones
//! included, in order. Cells that a spreadsheet would run as a formula are made texts.

use heqi_evidence_store::vault::VaultError;

use super::error::MatterError;
use super::rows::{BOOK, MATTERS, data_key_of};
use super::state::{Fee, Paper, Stage};
use crate::office::NotaryOffice;
use crate::staff::{OfficeRole, Officer, officer_name};

const HEAD: [&str; 12] = [
    "公证书编号",
    "状态",
    "公证事项",
    "申请编号",
    "受理编号",
    "申请人",
    "承办公证员",
    "审批日期",
    "出具时间",
    "公证费（元）",
    "收费票据号",
    "纸质状态",
];

/// The register book of a year.
///
/// # Errors
/// [`super::state::Rule::Role`] for who does not see matters; the store could not be read.
pub async fn register_book(
    office: &NotaryOffice,
    by: &Officer,
    year: u16,
) -> Result<String, MatterError> {
    if !by.role.sees_matters() || by.role == OfficeRole::Clerk {
        return Err(super::state::Rule::Role.into());
    }
    // A byte order mark: spreadsheets take the file for UTF-8 by it alone.
    let mut book = String::from('\u{feff}');
    line(&mut book, &HEAD.map(str::to_owned));
    let rows = BOOK.scan(office.store(), &format!("{year}/"), None, usize::MAX).await?;
    for (_, row) in rows {
        let row = row.value;
        let Some(stored) = MATTERS.row(office.store(), &row.application).await? else { continue };
        let matter = stored.value.matter;
        let place = MATTERS.key(&row.application)?;
        let applicant = match office.store().vault().key(data_key_of(row.application)) {
            Ok(key) => stored.value.content.open_with(&key, place.as_bytes())?.application.name,
            Err(VaultError::Shredded { .. }) => "（已删除）".to_owned(),
            // A vault that does not answer has erased nothing.
            Err(error) => return Err(error.into()),
        };
        let notary = match matter.acceptance() {
            Some(acceptance) => officer_name(office, acceptance.notary).await?,
            None => String::new(),
        };
        let (fee, receipt) = match matter.fee() {
            Fee::Paid { fen, receipt } => (yuan(*fen), receipt.clone()),
            Fee::Due { fen } => (format!("应收{}", yuan(*fen)), String::new()),
            Fee::Waived => ("减免".to_owned(), String::new()),
            Fee::Unset => (String::new(), String::new()),
        };
        let state = match (matter.stage(), matter.corrections()) {
            (Stage::Voided, _) => "已撤销",
            (Stage::Issued, 0) => "已出具",
            (Stage::Issued, _) => "已出具（有补正）",
            _ => "待签章",
        };
        let paper = match matter.paper() {
            Paper::None => "",
            Paper::ToSeal => "待签章",
            Paper::Sealed { .. } => "已签章",
            Paper::Delivered => "已送达",
        };
        line(
            &mut book,
            &[
                row.number.to_string(),
                state.to_owned(),
                "保全证据（电子数据）".to_owned(),
                row.application.to_string(),
                matter.acceptance().map(|a| a.no.to_string()).unwrap_or_default(),
                applicant,
                notary,
                matter.approval().map(|a| a.at.for_people()).unwrap_or_default(),
                matter.issue().map(|i| i.at.for_people()).unwrap_or_default(),
                fee,
                receipt,
                paper.to_owned(),
            ],
        );
    }
    Ok(book)
}

/// Fen as yuan with two places.
pub fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn line(book: &mut String, cells: &[String; 12]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            book.push(',');
        }
        book.push_str(&quoted(cell));
    }
    book.push_str("\r\n");
}

/// RFC 4180, and an apostrophe before what a spreadsheet would compute (OWASP CSV injection).
fn quoted(cell: &str) -> String {
    let runs =
        cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']);
    let guard = if runs { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_book_is_run_by_a_spreadsheet() {
        assert_eq!(quoted("张三"), "\"张三\"");
        assert_eq!(quoted("say \"hi\", now"), "\"say \"\"hi\"\", now\"");
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", " =cmd|' /C calc'!A0", "\t=1", "\r=1"] {
            assert!(quoted(evil).starts_with("\"'"), "{evil}");
        }
        assert_eq!((yuan(12_345), yuan(5)), ("123.45".into(), "0.05".into()));
    }
}
