//! 公证书: that electronic data were deposited, kept, extracted and found unchanged.
//!
//! The text comes approved, its wording is `notarization::matter::certificate_text`. The seven annexes
//! are those of the domain analysis, section 5.5: list of files, working record, results, the evidence
//! itself, photo and surroundings of the signing, receipts, answers. Five and six are read from the very
//! bundle that is embedded, so that they cannot say anything else.

mod annexes;
mod input;
mod signing;
mod text;

pub use input::{
    AnswerRow, Answers, Bundle, CertificateInput, CheckPlace, Deposit, EvidenceFile, Extraction,
    Fee, GeneratedBy, Step, StepKind, VerificationLine,
};
pub use signing::{PhotoRow, Reads, SigningAnnex};

use heqi_paper::write::{Fonts, Profile};
use heqi_sealed_pdf::UnsignedPdf;

use crate::RenderError;
use crate::error::Field;
use crate::layout::{Identity, Page};

/// Writes a certificate as PDF/A-3b with the bundles inside.
///
/// # Errors
/// See [`RenderError`]: something is missing, the digests differ, the session is incomplete, or
/// a character has no glyph.
pub fn render(input: &CertificateInput, fonts: &Fonts) -> Result<UnsignedPdf, RenderError> {
    render_as(input, Profile::A3b, fonts)
}

/// As [`render`], in the profile that is asked for: PDF/A-1b has the same pages and nothing
/// inside.
///
/// # Errors
/// As [`render`].
pub fn render_as(
    input: &CertificateInput,
    profile: Profile,
    fonts: &Fonts,
) -> Result<UnsignedPdf, RenderError> {
    check(input)?;
    let identity = Identity {
        kind: "certificate",
        title: "公证书",
        number: &input.number,
        issued_at: input.issued_at,
        profile,
    };
    let mut page = Page::begin(&identity, &input.office, fonts)?;
    let (opening, body) = text::approved(&input.text);
    for line in opening {
        page.line(&line)?;
    }
    page.skip(4.0);
    for paragraph in body {
        page.text(&paragraph)?;
    }
    page.signature(&[("公证员", &input.notary)])?;
    page.code(&input.check.address, &beside_the_code(input))?;
    page.bundles_inside(&input.bundles)?;
    annexes::write(&mut page, input)?;
    page.finish()
}

fn check(input: &CertificateInput) -> Result<(), RenderError> {
    let missing = [
        (input.number.is_empty(), Field::Number),
        (input.office.name.is_empty() || input.office.full_name.is_empty(), Field::Office),
        (input.notary.is_empty(), Field::Notary),
        (input.text.trim().is_empty(), Field::Text),
        (input.deposits.is_empty(), Field::Deposits),
    ];
    if let Some((_, field)) = missing.into_iter().find(|(is_missing, _)| *is_missing) {
        return Err(RenderError::Missing(field));
    }
    let kinds: Vec<StepKind> = input.extraction.steps.iter().map(|step| step.kind).collect();
    let in_order = input.extraction.steps.is_sorted_by_key(|step| step.at);
    if kinds != StepKind::ALL || !in_order {
        return Err(RenderError::Session);
    }
    if !input.extraction.digests_agree {
        return Err(RenderError::DigestMismatch);
    }
    Ok(())
}

fn beside_the_code(input: &CertificateInput) -> Vec<String> {
    let vouchers: Vec<&str> =
        input.deposits.iter().filter_map(|deposit| deposit.voucher_no.as_deref()).collect();
    let mut lines = vec![
        "扫码查验本公证书的当前状态：有效、已撤销、已补正。".to_owned(),
        format!("查验码：{}　公证书编号：{}", input.check.code, input.number),
    ];
    if !vouchers.is_empty() {
        lines.push(format!("签署凭证号：{}", vouchers.join("、")));
    }
    lines.push(fee_words(&input.fee));
    lines.push(format!("{}　电话：{}", input.office.address, input.office.telephone));
    lines
}

fn fee_words(fee: &Fee) -> String {
    let yuan = |cents: u64| format!("{}.{:02}元", cents / 100, cents % 100);
    match fee {
        Fee::Due { cents } => format!("公证费：应收{}", yuan(*cents)),
        Fee::Paid { cents, receipt_no } => {
            format!("公证费：已收{}，票据号{receipt_no}", yuan(*cents))
        }
        Fee::Waived { reason } => format!("公证费：减免（{reason}）"),
    }
}

/// `一、` and so on, to ten; figures after that.
fn ordinal(place: usize) -> String {
    const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    NUMERALS.get(place).map_or_else(|| (place + 1).to_string(), |numeral| (*numeral).to_owned())
}

#[cfg(test)]
pub(crate) mod tests;
