use std::ops::ControlFlow;
use std::sync::Arc;

use heqi_fonts::Style;
use heqi_vocabulary::UtcMillis;

use super::*;
use crate::{Limits, PageText, inspect, render, texts};

static FONTS: Fonts = Fonts::new();

fn settings(profile: Profile) -> Settings {
    Settings {
        title: "试写".to_owned(),
        author: "示例机构".to_owned(),
        identifier: "test-1".to_owned(),
        created_at: "2026-11-28T08:00:00.000Z".parse().unwrap(),
        language: "zh-CN",
        foot: "试写".to_owned(),
        page_words: "第 {page} 页,共 {pages} 页",
        watermark: Some("演示样章·无法律效力".to_owned()),
        profile,
    }
}

fn attachment(name: &str) -> Attachment {
    Attachment {
        name: name.to_owned(),
        media_type: "text/plain",
        description: "聊天记录".to_owned(),
        bytes: b"hello hello hello hello".to_vec(),
        relationship: Relationship::Supplement,
        modified_at: UtcMillis::from_millis(0).unwrap(),
    }
}

fn written(profile: Profile) -> Vec<u8> {
    let mut sheet = Sheet::new(settings(profile), &FONTS);
    let title = Look { size: 20.0, align: Align::Centre, indent: 0.0, spread: 1.0, ..Look::BODY };
    sheet.text("公证书", &title).unwrap();
    for _ in 0..12 {
        let body =
            "申请人龚𠮷(证件号码3301**********1234)于2026年11月28日向本处申请,《文书》共3件。𪜀㛃";
        sheet.text(&body.repeat(3), &Look::BODY).unwrap();
    }
    let table = Table {
        columns: vec![Column::new("项目", 1.0), Column::new("内容", 3.0)],
        has_head: true,
        names_first: true,
        rows: (0..30).map(|n| vec![format!("第{n}项"), "内容".repeat(30)]).collect(),
        size: 9.5,
    };
    sheet.table(&table).unwrap();
    sheet.code("https://example.org/c/123", 70.0, &["扫码查验".to_owned()]).unwrap();
    let seal = RoundSeal {
        name: "示例市合契公证处".to_owned(),
        lines: vec!["演示样章".to_owned()],
    };
    sheet.round_seal(&seal, 80.0, 40.0).unwrap();
    sheet.attach(attachment("a.txt")).unwrap();
    sheet.finish().unwrap()
}

#[test]
fn the_same_calls_give_the_same_bytes_and_pages_that_our_own_door_takes() {
    let pdf = written(Profile::A3b);
    assert_eq!(pdf, written(Profile::A3b));
    let pages = inspect(&pdf, &Limits::default()).unwrap();
    assert!(pages.get() >= 3, "{pages}");
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("/AFRelationship") && text.contains("(a.txt)"));
    let twin = written(Profile::A1b);
    assert!(twin.starts_with(b"%PDF-1.4"));
    assert!(!String::from_utf8_lossy(&twin).contains("EmbeddedFile"));
}

#[test]
fn what_is_written_is_read_again_in_order_rare_characters_among_it() {
    let mut text = String::new();
    render(Arc::new(written(Profile::A3b)), |page| {
        if let PageText::Blocks(blocks) = page.text {
            text.extend(blocks.into_iter().map(|block| block.text));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let plain = text.replace(char::is_whitespace, "");
    assert!(
        plain.contains("公证书") && plain.contains("龚𠮷") && plain.contains("𪜀㛃"),
        "{plain}"
    );
}

#[test]
fn a_character_no_font_has_is_named_and_nothing_is_written() {
    let mut sheet = Sheet::new(settings(Profile::A3b), &FONTS);
    let error = sheet.text("陈\u{E000}", &Look::BODY).unwrap_err();
    assert_eq!(error.uncovered(), Some('\u{E000}'));
    let look = Look { style: Style::Bold, ..Look::BODY };
    assert_eq!(sheet.text("\u{10FFFD}", &look).unwrap_err().uncovered(), Some('\u{10FFFD}'));
}

#[test]
fn names_of_files_inside_are_plain_and_unique_and_media_types_are_media_types() {
    let mut sheet = Sheet::new(settings(Profile::A3b), &FONTS);
    sheet.attach(attachment("a.txt")).unwrap();
    let refused = |result: Result<(), WriteError>| match result {
        Err(WriteError::Attachment { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(sheet.attach(attachment("a.txt"))), AttachmentFault::Twice);
    assert_eq!(refused(sheet.attach(attachment("聊天.txt"))), AttachmentFault::Name);
    assert_eq!(refused(sheet.attach(attachment("../a"))), AttachmentFault::Name);
    let wrong = Attachment { media_type: "text", ..attachment("b.txt") };
    sheet.attach(wrong).unwrap();
    assert_eq!(refused(sheet.finish().map(|_| ())), AttachmentFault::MediaType);
}

#[test]
fn a_code_that_is_too_long_is_refused() {
    let mut sheet = Sheet::new(settings(Profile::A3b), &FONTS);
    assert_eq!(sheet.code(&"x".repeat(4000), 70.0, &[]), Err(WriteError::Code));
}

/// Pages as their text, without spaces.
fn pages(pdf: Vec<u8>) -> Vec<String> {
    let plain = |page: PageText| match page {
        PageText::Blocks(blocks) => {
            let text: String = blocks.into_iter().map(|block| block.text).collect();
            text.replace(char::is_whitespace, "")
        }
        PageText::Picture => String::new(),
    };
    texts(Arc::new(pdf)).unwrap().into_iter().map(plain).collect()
}

#[test]
fn a_heading_stands_on_the_page_of_what_follows_it() {
    let heading = Look { size: 13.0, style: Style::Bold, indent: 0.0, ..Look::BODY };
    let mut came_along = 0;
    for lines in 25..34 {
        let mut sheet = Sheet::new(settings(Profile::A3b), &FONTS);
        for _ in 0..lines {
            sheet.text("正文", &Look::BODY).unwrap();
        }
        sheet.heading("附件五", &heading).unwrap();
        sheet.heading("照片及环境", &heading).unwrap();
        // A row of five lines needs more room than a line of text would.
        let rows = vec![vec!["1".to_owned(), "第一行\n二\n三\n四\n五".to_owned()]];
        let columns = vec![Column::new("序号", 1.0), Column::new("内容", 3.0)];
        let table = Table { columns, has_head: true, names_first: false, rows, size: 9.0 };
        sheet.table(&table).unwrap();
        let pages = pages(sheet.finish().unwrap());
        let of = |word: &str| pages.iter().position(|page| page.contains(word)).unwrap();
        assert_eq!(of("附件五"), of("第一行"), "{lines}: {pages:?}");
        assert_eq!(of("照片及环境"), of("第一行"), "{lines}: {pages:?}");
        assert!(of("第一行") + 1 == pages.len(), "{lines}: {pages:?}");
        came_along += of("第一行");
    }
    // Both happened: room for all, and none for the row.
    assert!((1..9).contains(&came_along), "{came_along}");
}

#[test]
fn a_row_taller_than_a_page_does_not_leave_its_heading_alone() {
    let mut sheet = Sheet::new(settings(Profile::A3b), &FONTS);
    sheet.heading("附件五", &Look::BODY).unwrap();
    let rows = vec![vec!["长".to_owned() + &"行\n".repeat(90)]];
    let columns = vec![Column::new("内容", 1.0)];
    let table = Table { columns, has_head: true, names_first: false, rows, size: 9.0 };
    sheet.table(&table).unwrap();
    let pages = pages(sheet.finish().unwrap());
    assert!(pages[0].contains("附件五") && pages[0].contains("长行"), "{pages:?}");
    assert_eq!(pages.len(), 2);
}

#[test]
fn what_does_not_stand_whole_below_its_heading_has_the_next_page() {
    // Where the heading stands when it comes: at the top, below room that was left, at the foot.
    for (room, page) in [(0.0, 1), (150.0, 0), (660.0, 0)] {
        let mut sheet = Sheet::new(settings(Profile::A3b), &FONTS);
        sheet.skip(room);
        sheet.heading("附件五", &Look::BODY).unwrap();
        // It stands below the heading, or by itself; never below the foot.
        sheet.keep(if page == 1 { 690.0 } else { 600.0 });
        sheet.text("照片", &Look::BODY).unwrap();
        let pages = pages(sheet.finish().unwrap());
        let of = |word: &str| pages.iter().position(|page| page.contains(word)).unwrap();
        assert_eq!((of("附件五"), of("照片"), pages.len()), (0, page, page + 1), "{pages:?}");
    }
}
