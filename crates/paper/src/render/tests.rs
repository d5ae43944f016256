use heqi_testkit::files;
use proptest::prelude::*;

use super::*;
use crate::Block;

const ARTICLES: &[u8] = include_bytes!("../../../heqi/assets/demo/articles.pdf");

fn shown(bytes: &[u8]) -> (Vec<RenderedPage>, Result<Rendition, RenderError>) {
    let mut pages = Vec::new();
    let result = render(Arc::new(bytes.to_vec()), |page| {
        pages.push(page);
        ControlFlow::Continue(())
    });
    (pages, result)
}

fn decoded(image: &PageImage) -> image::RgbImage {
    let format = image::ImageFormat::from_mime_type(image.media_type.as_str()).unwrap();
    image::load_from_memory_with_format(&image.bytes, format).unwrap().to_rgb8()
}

#[test]
fn pages_of_a_chinese_document_are_pictures_of_few_bytes() {
    let (pages, result) = shown(ARTICLES);
    assert_eq!(result, Ok(Rendition { pages: 2, fonts_replaced: false }));
    for page in &pages {
        assert_eq!((page.image.width, page.image.height), (992, 1403));
        assert!(page.image.bytes.len() < 90_000, "{} bytes", page.image.bytes.len());
    }
    let first = decoded(&pages[0].image);
    let dark = first.pixels().filter(|p| p.0.iter().all(|v| *v < 100)).count();
    let red = first.pixels().filter(|p| p.0[0] > p.0[1].saturating_add(60)).count();
    assert!((10_000..200_000).contains(&dark), "letters: {dark}");
    assert!(red > 300, "the red line at the top: {red}");
}

#[test]
fn the_text_of_a_chinese_document_is_paragraphs() {
    let (pages, _) = shown(ARTICLES);
    let PageText::Blocks(blocks) = &pages[0].text else { panic!("no text") };
    let heading = |text: &str| Block { is_heading: true, text: text.into() };
    assert!(blocks.contains(&heading("杭州示例青穗茶业有限公司章程")), "{blocks:#?}");
    let shares = blocks.iter().find(|block| block.text.starts_with("陈素英")).unwrap();
    assert!(shares.text.ends_with("龚𠮷,货币出资10万元,占10%。"), "one paragraph: {}", shares.text);
}

#[test]
fn a_document_without_fonts_is_shown_with_ours() {
    let (pages, result) = shown(&files::pdf("Articles", 2));
    assert_eq!(
        result,
        Ok(Rendition { pages: 2, fonts_replaced: false }),
        "Helvetica is everybody's"
    );
    let PageText::Blocks(blocks) = &pages[1].text else { panic!("no text") };
    assert_eq!(blocks[0].text, "Articles, page 2 of 2");

    let (pages, result) = shown(&files::pdf_in_chinese("公司章程"));
    assert_eq!(result, Ok(Rendition { pages: 1, fonts_replaced: true }));
    let dark = decoded(&pages[0].image).pixels().filter(|p| p.0[0] < 100).count();
    assert!(dark > 500, "four characters are drawn: {dark}");
    assert_eq!(heqi_fonts::Face::ALL.map(heqi_fonts::Face::is_unpacked), [false; 4], "given back");
}

#[test]
fn a_page_that_draws_without_end_is_left() {
    // Each form draws the next one a hundred times.
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        "<</Length 5>>stream\n/F Do\nendstream".to_owned(),
    ];
    for depth in 0..8 {
        let content = if depth == 7 { "0 0 1 1 re f ".to_owned() } else { "/F Do ".repeat(100) };
        objects.push(format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {} 0 R>>>>/Length {}>>stream\n{content}\nendstream",
            6 + depth,
            content.len()
        ));
    }
    let objects: Vec<_> = objects.into_iter().map(String::into_bytes).collect();
    let (pages, result) = shown(&files::with_cross_references(&objects));
    assert_eq!((pages.len(), result), (0, Err(RenderError::TooMuch)));
}

#[test]
fn whoever_is_shown_may_stop() {
    let mut seen = 0;
    let result = render(Arc::new(files::pdf("Articles", 50)), |_| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((seen, result.map(|rendition| rendition.pages)), (3, Ok(50)));
}

#[test]
fn pages_of_any_size_have_dots() {
    for (width, height) in [(595.0, 842.0), (14_400.0, 14_400.0), (1.0, 14_400.0), (0.1, 0.1)] {
        let scale = dots_per_inch(width, height) / 72.0;
        assert!(width.max(height) * scale <= 2401.0 && scale > 0.0);
    }
    for size in ["0 0 14400 14400", "0 0 1 14400", "0 0 0 0", "-5 -5 5 5", "0 0 1e30 1e30"] {
        let bytes = String::from_utf8(files::pdf("Articles", 1)).unwrap();
        let (_, result) = shown(bytes.replace("0 0 595 842", size).as_bytes());
        assert!(!matches!(result, Err(RenderError::NoThread)), "{size}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered(at in 0_usize..70_000, with in any::<[u8; 3]>(), cut in 0_usize..90_000) {
        let mut bytes = ARTICLES.to_vec();
        let at = at % (bytes.len() - 3);
        bytes[at..at + 3].copy_from_slice(&with);
        bytes.truncate(cut.max(2000));
        let _ = shown(&bytes);
    }
}
