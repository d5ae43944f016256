use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use heqi_testkit::files::{self, with_cross_references};
use proptest::prelude::*;

use super::*;

fn refused(bytes: &[u8]) -> Option<Refusal> {
    inspect(bytes, &Limits::default()).err()
}

/// A document of one page with these objects beside the page.
fn with(catalog: &str, others: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalog}>>").into_bytes(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_vec(),
    ];
    objects.extend_from_slice(others);
    with_cross_references(&objects)
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("<<{dictionary}/Length {}>>stream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

fn folded(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..bytes >> 20 {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn a_document_is_counted() {
    for pages in [1, 3, 2000] {
        let counted = inspect(&files::pdf("Articles", pages), &Limits::default());
        assert_eq!(counted.map(NonZeroU32::get), Ok(pages));
    }
    assert_eq!(refused(&files::pdf("Articles", 0)), Some(Refusal::NoPage));
    assert_eq!(refused(&files::pdf("Articles", 2001)), Some(Refusal::TooManyPages));
}

#[test]
fn what_acts_is_refused_wherever_it_stands() {
    for catalog in [
        "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        "/Names<</JavaScript<</Names[(x)<</S/JavaScript/JS(1)>>]>>>>",
        "/AA<</WC<</S/Launch/F(x.exe)>>>>",
        "/AcroForm<</Fields[]/XFA[(template)4 0 R]>>",
        "/AcroForm<</Fields[<</A<</S/SubmitForm/F(http://example.org)>>>>]>>",
    ] {
        assert_eq!(refused(&with(catalog, &[])), Some(Refusal::Active), "{catalog}");
    }
    let annotation = b"<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>".to_vec();
    assert_eq!(refused(&with("", &[annotation])), Some(Refusal::Active));
    // Opening at a page, leading to an address and a structure are what documents do.
    for harmless in [
        "/OpenAction[3 0 R/FitH null]",
        "/Outlines<</First<</Title(x)/A<</S/URI/URI(https://example.org)>>>>>>",
        "/StructTreeRoot<</K<</Type/StructElem/S/Sound>>>>",
    ] {
        assert_eq!(refused(&with(harmless, &[])), None, "{harmless}");
    }
}

#[test]
fn what_unfolds_without_end_is_refused() {
    let bomb = folded(200 << 20);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let image = |more: &str, content: &[u8]| {
        with("", &[stream(&format!("/Type/XObject/Subtype/Image{more}"), content)])
    };
    let said = "/Width 20000/Height 20000/BitsPerComponent 1/ColorSpace/DeviceGray";
    assert_eq!(refused(&image(said, b"")), Some(Refusal::Unfolds));
    let small = "/Width 9/Height 9/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode";
    assert_eq!(refused(&image(small, &bomb)), Some(Refusal::Unfolds));
    assert_eq!(refused(&with("", &[stream("/Filter/FlateDecode", &bomb)])), Some(Refusal::Unfolds));

    // A JPEG says its size itself: 65,500 by 65,500 beside a dictionary that says 9 by 9.
    let mut jpeg = files::photo("x");
    let frame = jpeg.windows(2).position(|at| at == [0xFF, 0xC0]).unwrap();
    let small = "/Width 9/Height 9/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode";
    assert_eq!(refused(&image(small, &jpeg)), None);
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    assert_eq!(refused(&image(small, &jpeg)), Some(Refusal::Unfolds));

    let tile = [&[0xFF, 0x4F, 0xFF, 0x51, 0, 47, 0, 0][..], &[0, 1, 0, 0, 0, 1, 0, 0]].concat();
    let small = "/Width 9/Height 9/Filter/JPXDecode";
    assert_eq!(refused(&image(small, &tile)), Some(Refusal::Unfolds));
    // What unfolds to an ordinary page is taken.
    assert_eq!(refused(&with("", &[stream("/Filter/FlateDecode", &folded(4 << 20))])), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_answered(at in 0_usize..900, with in any::<u8>(), cut in 0_usize..1400) {
        let mut bytes = files::pdf("Articles", 1);
        let at = at % bytes.len();
        bytes[at] = with;
        bytes.truncate(cut.max(9));
        let _ = inspect(&bytes, &Limits::default());
    }
}
