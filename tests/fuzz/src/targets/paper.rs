//! The door for PDF, and what lies behind it: whatever the bytes are, they are refused or
//! shown, and no page has more dots than a page may have.

use std::ops::ControlFlow;
use std::sync::Arc;

use heqi_paper::{Limits, inspect, render};

/// A file of a stranger, as the platform takes it. Small limits keep a run short; they are
/// the same rules.
pub(super) fn pdf(input: &[u8]) {
    let limits = Limits { pages: 4, stream_bytes: 1 << 20, image_pixels: 1 << 20 };
    if inspect(input, &limits).is_err() {
        return;
    }
    let mut shown = 0;
    let result = render(Arc::new(input.to_vec()), |page| {
        shown += 1;
        assert_eq!(page.number, shown, "pages come in their order");
        assert!(page.image.width.max(page.image.height) <= 2401, "more dots than a page has");
        assert!(!page.image.bytes.is_empty());
        ControlFlow::Continue(())
    });
    if let Ok(rendition) = result {
        assert_eq!(shown, rendition.pages, "every page is shown or the document is refused");
    }
}

/// Documents that are taken, and one of each that is not.
pub(super) fn pdf_seeds() -> Vec<Vec<u8>> {
    let page = |more: &str, content: &str| {
        let objects = [
            format!("<</Type/Catalog/Pages 2 0 R{more}>>"),
            "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 120]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
            format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        ];
        with_cross_references(&objects)
    };
    vec![
        page("", "BT /F1 9 Tf 9 90 Td (Articles) Tj ET 1 0 0 rg 9 9 20 20 re f"),
        page("", "q 20 0 0 20 9 9 cm BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI Q"),
        page("/OpenAction<</S/JavaScript/JS(1)>>", ""),
        b"%PDF-1.7\n".to_vec(),
    ]
}

pub(super) fn with_cross_references(objects: &[String]) -> Vec<u8> {
    let (mut file, mut table) = ("%PDF-1.7\n".to_owned(), String::new());
    for (number, object) in (1..).zip(objects) {
        table = format!("{table}{:010} 00000 n \n", file.len());
        file = format!("{file}{number} 0 obj\n{object}\nendobj\n");
    }
    let (start, count) = (file.len(), objects.len() + 1);
    file = format!(
        "{file}xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}
