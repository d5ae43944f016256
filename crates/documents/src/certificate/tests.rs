use std::ops::ControlFlow;
use std::sync::Arc;

use heqi_paper::{Limits, PageText, inspect};
use heqi_testkit::{SealingOffice, SeededEntropy, Story, Twists};
use heqi_vocabulary::{Entropy, Explain as _, Language};

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
        "于2026年11月27日10时00分07秒至2026年11月27日10时08分02秒在杭州市示例公证处202室",
        "结果：一致",
        "在《股东会决议》上进行了电子签署",
        "方式作出“确认”的回复",
        "本公证书所附打印件、照片与提取的电子数据内容相符",
        "兹证明本公证书所附电子数据（附件四）",
        "不对文书所载法律行为的效力作出判断",
        "中华人民共和国浙江省杭州市示例公证处",
        "公证员：沈示例",
        "2026年11月28日",
        "PZ202611230000429",
        "票据号示票2026112800017",
        "附件二公证工作记录",
        "evidence-001.heqi.zip",
        "附件五签署照片及签署环境信息表",
        "照片1张，内嵌于附件四",
        "203.0.113.7",
        "附件六存证回执及日志证明",
        "附件七确认及异议记录",
        "2条，随附",
        "陈**",
        "answers.json",
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
fn what_was_approved_is_what_is_printed_and_the_head_stands_first() {
    let mut input = sample();
    input.text = "申请人：甲。\n公证事项：保全证据\n\n兹证明甲。\r\n委托代理人：乙".to_owned();
    let text = text_of(&render(&input, &FONTS).unwrap());
    assert!(text.contains("申请人：甲。公证事项：保全证据委托代理人：乙兹证明甲。"), "{text}");
    assert!(!text.contains("经查"), "{text}");
}

#[test]
fn annexes_without_a_photo_or_an_answer_say_so_and_embed_nothing_for_them() {
    let mut input = sample();
    input.signing = SigningAnnex::default();
    input.answers = Answers::default();
    let pdf = render(&input, &FONTS).unwrap();
    let text = text_of(&pdf);
    assert!(text.contains("无照片；信息表随附") && text.contains("0条，随附"), "{text}");
    assert_eq!(text.matches("无记录。").count(), 4, "{text}");
    assert!(!text.contains("answers.json"), "{text}");
}

#[test]
fn what_the_bundle_keeps_closed_of_a_third_person_stands_under_annex_four() {
    let mut input = sample();
    assert!(!text_of(&render(&input, &FONTS).unwrap()).contains("未予公开"));
    input.signing.closed = vec!["record.json：来源地址".to_owned(), "client.json：定位".to_owned()];
    let text = text_of(&render(&input, &FONTS).unwrap());
    let wanted = "核对同一记录：record.json：来源地址；client.json：定位。";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn what_a_certificate_has_beside_its_bundle_stays_small() {
    // Like a bundle: what does not get smaller by packing. With the print of a photo.
    let mut bundle = vec![0; 200_000];
    Entropy::fill(&SeededEntropy::new(3), &mut bundle);
    let story = Story::tell(1, &Twists::default());
    let file = story.bundle_with_chain(story.signing()).write().unwrap();
    let mut input = samples::certificate(bundle.clone());
    input.signing = SigningAnnex::of_bundle(&file, Reads::Own).unwrap();
    assert!(input.signing.photos[0].print.is_some());
    let now = "2026-11-28T08:00:00.000Z".parse().unwrap();
    let office = SealingOffice::new(1, now, now);
    let pdf = render(&input, &FONTS).unwrap();
    let own = office.seal(&pdf).unwrap().bytes().len() - bundle.len();
    let print = input.signing.photos[0].print.as_ref().map(heqi_paper::write::Picture::size_bytes);
    // 150 KB are wanted without a photo (`cargo xtask measure`): glyphs are 100 KB of them.
    assert!(own < 160_000, "{own} bytes beside the bundle, {print:?} of them the photo");
    let plain = render(&samples::certificate(bundle.clone()), &FONTS).unwrap();
    let own = office.seal(&plain).unwrap().bytes().len() - bundle.len();
    assert!(own < 150_000, "{own} bytes beside the bundle");
}

#[test]
fn the_photo_is_printed_and_the_same_certificate_has_the_same_bytes() {
    let story = Story::tell(1, &Twists::default());
    let file = story.bundle_with_chain(story.signing()).write().unwrap();
    let mut input = samples::certificate(file.clone());
    input.signing = SigningAnnex::of_bundle(&file, Reads::Own).unwrap();
    let pdf = render(&input, &FONTS).unwrap();
    assert_eq!(pdf.digest(), render(&input, &FONTS).unwrap().digest());
    let has_image = |pdf: &UnsignedPdf| pdf.bytes().windows(14).any(|at| at == b"/Subtype/Image");
    assert!(has_image(&pdf));
    inspect(pdf.bytes(), &Limits::default()).unwrap();
    // What cannot be unpacked is said, and stops nothing.
    input.signing.photos[0].print = None;
    let pdf = render(&input, &FONTS).unwrap();
    assert!(!has_image(&pdf) && text_of(&pdf).contains("照片文件无法显示"));
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
    let empty: [(Clear, Field); 4] = [
        (|input| input.number.clear(), Field::Number),
        (|input| input.notary.clear(), Field::Notary),
        (|input| input.text.clear(), Field::Text),
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
    input.text = input.text.replace("龚𠮷㛃", "陈\u{E8A1}");
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
