//! Files that are what they claim to be: other programs open them.

use std::fmt::Write as _;

/// A photo of 480 × 360 pixels, baseline JPEG. Another `mark` gives other bytes of the
/// same picture: it stands in a comment segment after the start of image (ITU-T T.81
/// section B.2.4.5).
pub fn photo(mark: &str) -> Vec<u8> {
    let (start, rest) = PHOTO.split_at(2);
    let length = u16::try_from(mark.len() + 2).unwrap();
    [start, &[0xff, 0xfe], &length.to_be_bytes(), mark.as_bytes(), rest].concat()
}

/// The same with `padding` bytes more in comment segments: a file as large as a camera's.
pub fn padded_photo(mark: &str, padding: usize) -> Vec<u8> {
    /// A segment's length counts its own two bytes.
    const SEGMENT: usize = 65_533;
    let photo = photo(mark);
    let (start, rest) = photo.split_at(2);
    let mut padded = start.to_vec();
    let mut left = padding;
    while left > 0 {
        let length = left.min(SEGMENT);
        padded.extend_from_slice(&[0xff, 0xfe]);
        padded.extend_from_slice(&u16::try_from(length + 2).unwrap().to_be_bytes());
        padded.resize(padded.len() + length, b' ');
        left -= length;
    }
    padded.extend_from_slice(rest);
    padded
}

const PHOTO: &[u8] = include_bytes!("../assets/photo.jpg");

/// A PDF 1.7 document of `pages` A4 pages with `title` (ASCII, no parentheses) on each.
pub fn pdf(title: &str, pages: u32) -> Vec<u8> {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Count {pages}/Kids[{}]>>", kids.join(" ")),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    for page in 0..pages {
        let text = format!("BT /F1 18 Tf 72 760 Td ({title}, page {} of {pages}) Tj ET", page + 1);
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {} 0 R>>",
            5 + 2 * page
        ));
        objects.push(format!("<</Length {}>>stream\n{text}\nendstream", text.len()));
    }
    with_cross_references(&objects)
}

/// ISO 32000-1 section 7.5: header, body, cross-reference table of 20-byte lines, trailer.
fn with_cross_references(objects: &[String]) -> Vec<u8> {
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, object) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        writeln!(file, "{number} 0 obj\n{object}\nendobj").unwrap();
    }
    let (start, count) = (file.len(), objects.len() + 1);
    write!(
        file,
        "xref\n0 {count}\n{table}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    )
    .unwrap();
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photo_decodes_and_another_mark_gives_other_bytes_of_the_same_picture() {
        let (one, two) = (photo("one"), photo("two"));
        assert_ne!(one, two);
        let decode = |bytes: &[u8]| {
            image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg).unwrap().to_rgb8()
        };
        assert_eq!(decode(&one).dimensions(), (480, 360));
        assert_eq!(decode(&one), decode(&two));
    }

    #[test]
    fn an_independent_reader_opens_the_document_and_counts_its_pages() {
        for pages in [1, 3] {
            let document = lopdf::Document::load_mem(&pdf("Articles", pages)).unwrap();
            assert_eq!(document.get_pages().len(), usize::try_from(pages).unwrap());
            assert!(document.extract_text(&[1]).unwrap().contains("Articles, page 1"));
        }
    }
}
