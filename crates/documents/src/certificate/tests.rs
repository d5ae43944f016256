use std::ops::ControlFlow;
use std::sync::Arc;

use heqi_paper::{Limits, PageText, inspect};
use heqi_vocabulary::{Explain as _, Language};

use super::*;
use crate::samples;

pub(crate) static FONTS: Fonts = Fonts::new();

/// What a reader sees, without line breaks and spaces, and without the feet of the pages.
pub(crate) fn text_of(pdf: &UnsignedPdf) -> String {
    blocks_of(pdf, |block| !block.starts_with("第") && !block.contains('\u{3000}'))
}

pub(crate) fn blocks_of(pdf: &UnsignedPdf, is_wanted: impl Fn(&str) -> bool + Sync) -> String {
    let mut text = String::new();
    heqi_paper::render(Arc::new(pdf.bytes().to_vec()), |page| {
        if let PageText::Blocks(blocks) = page.text {
            let texts = blocks.into_iter().map(|block| block.text);
            text.extend(texts.filter(|block| is_wanted(block)));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    text.replace(char::is_whitespace, "")
}

fn sample() -> CertificateInput {
    samples::certificate(b"PK no bundle".to_vec())
}

#[test]
fn a_certificate_says_everything_the_law_asks_for_and_is_the_same_each_time() {
    let pdf = render(&sample(), &FONTS).unwrap();
    assert_eq!(pdf.digest(), render(&sample(), &FONTS).unwrap().digest());
    assert!(pdf.is_sample());
    inspect(pdf.bytes(), &Limits::default()).unwrap();
    let text = text_of(&pdf);
    // 公证程序规则 article 42.
    for wanted in [
        "公证书",
        "（2026）杭示证经字第000001号",
        "申请人：龚𠮷㛃，女，1990年1月1日出生，公民身份号码：330***********1234",
        "公证事项：保全证据（电子数据）",
        "于2026年11月25日向本处申请",
        "CZ202611230000017",
        "该项电子数据由平台（非公证机构管控）产生",
        "本公证员与本处陆示例于2026年11月27日10时00分07秒至10时08分02秒在杭州市示例公证处202室",
        "结果：一致",
        "在《股东会决议》上进行了电子签署",
        "以短信方式作出“确认”的回复",
        "兹证明本公证书所附电子数据（附件四）",
        "不对文书所载法律行为的效力作出判断",
        "中华人民共和国浙江省杭州市示例公证处",
        "公证员：沈示例",
        "2026年11月28日",
        "PZ202611230000429",
        "票据号示票2026112800017",
        "附件二公证工作记录",
        "evidence-001.heqi.zip",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    // The whole number of a document stands nowhere.
    assert!(!text.contains("330106199001011234"));
}

#[test]
fn every_page_and_the_seal_of_a_sample_say_that_it_is_one() {
    let pdf = render(&sample(), &FONTS).unwrap();
    let pages = inspect(pdf.bytes(), &Limits::default()).unwrap().get();
    let text = blocks_of(&pdf, |_| true);
    // At the foot of each page; what is drawn behind the text is not read with it.
    let said = text.matches("演示样章·无法律效力").count();
    assert_eq!(said, usize::try_from(pages).unwrap());
    let mut licensed = sample();
    licensed.office.seal = crate::SealFace::Licensed { lines: vec!["公证专用章".to_owned()] };
    let pdf = render(&licensed, &FONTS).unwrap();
    assert!(!pdf.is_sample());
    assert!(!blocks_of(&pdf, |_| true).contains("演示样章"));
}

#[test]
fn edge_case_25_an_objection_on_record_takes_the_paragraph_out_unless_the_approver_ticked_it() {
    let recorded = "上述电子数据中记录";
    let mut input = sample();
    input.objection = Objection::LeftOut;
    let text = text_of(&render(&input, &FONTS).unwrap());
    assert!(!text.contains(recorded) && text.contains("本公证书对签署经过不作表述"));
    // What is certified stays as it was: the data, not the act.
    assert!(text.contains("兹证明本公证书所附电子数据"));
    input.objection =
        Objection::Stated { recorded_at: "2026-11-26T02:00:00.000Z".parse().unwrap() };
    let text = text_of(&render(&input, &FONTS).unwrap());
    assert!(text.contains(recorded) && text.contains("就上述签署提出异议"));
    assert!(text.contains("对异议是否成立不作判断"));
}

#[test]
fn bad_input_a_digest_that_differs_stops_and_explains() {
    let mut input = sample();
    input.extraction.digests_agree = false;
    let error = render(&input, &FONTS).unwrap_err();
    assert_eq!(error, RenderError::DigestMismatch);
    assert!(error.explain(Language::Zh).what.contains("不一致"));
}

#[test]
fn there_is_no_certificate_without_a_whole_session_in_order() {
    let mut short = sample();
    short.extraction.steps.pop();
    assert_eq!(render(&short, &FONTS).unwrap_err(), RenderError::Session);
    let mut swapped = sample();
    swapped.extraction.steps.swap(1, 2);
    assert_eq!(render(&swapped, &FONTS).unwrap_err(), RenderError::Session);
    let mut late = sample();
    late.extraction.steps[0].at = late.extraction.steps[5].at.plus_millis(1);
    assert_eq!(render(&late, &FONTS).unwrap_err(), RenderError::Session);
}

#[test]
fn what_is_missing_is_named() {
    type Clear = fn(&mut CertificateInput);
    let empty: [(Clear, Field); 5] = [
        (|input| input.number.clear(), Field::Number),
        (|input| input.notary.clear(), Field::Notary),
        (|input| input.applicants.clear(), Field::Applicant),
        (|input| input.purpose.clear(), Field::Purpose),
        (|input| input.deposits.clear(), Field::Deposits),
    ];
    for (clear, field) in empty {
        let mut input = sample();
        clear(&mut input);
        assert_eq!(render(&input, &FONTS).unwrap_err(), RenderError::Missing(field));
    }
}

#[test]
fn edge_case_10_a_character_no_font_has_stops_the_certificate_and_is_named() {
    let mut input = sample();
    input.facts[0].name = "陈\u{E8A1}".to_owned();
    let error = render(&input, &FONTS).unwrap_err();
    let said = error.explain(Language::En).what;
    assert!(said.contains("U+E8A1"), "{said}");
    assert_eq!(error.code(), "document_character");
}

#[test]
fn the_twin_has_the_same_pages_and_nothing_inside() {
    let twin = render_as(&sample(), Profile::A1b, &FONTS).unwrap();
    let whole = render(&sample(), &FONTS).unwrap();
    assert_eq!(text_of(&twin), text_of(&whole));
    assert!(twin.bytes().len() < whole.bytes().len());
}
