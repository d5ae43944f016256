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

/// A WebM video as browsers record it (RFC 9559): segment and clusters of unknown size, no
/// duration, blocks until `seconds`. Another `mark` gives other bytes. It has no picture to decode.
pub fn webm(mark: &str, seconds: u64, has_sound: bool) -> Vec<u8> {
    const UNKNOWN: &[u8] = &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
        let size = (u64::try_from(content.len()).unwrap() | 1 << 56).to_be_bytes();
        [id, &size, content].concat()
    }
    let track = |kind| element(&[0xae], &element(&[0x83], &[kind]));
    let tracks = if has_sound { [track(1), track(2)].concat() } else { track(1) };
    let mut file = element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm"));
    file.extend([&[0x18, 0x53, 0x80, 0x67], UNKNOWN].concat());
    file.extend(element(&[0x16, 0x54, 0xae, 0x6b], &tracks));
    for at in [0, 1000 * seconds] {
        file.extend([&[0x1f, 0x43, 0xb6, 0x75], UNKNOWN].concat());
        file.extend(element(&[0xe7], &at.to_be_bytes()));
        // Track 1, at the beginning of the cluster, no flags.
        file.extend(element(&[0xa3], &[&[0x81, 0, 0, 0], mark.as_bytes()].concat()));
    }
    file
}

/// An MP4 video of these seconds (ISO/IEC 14496-12): the heads, and no picture to decode. Another
/// `mark` gives other bytes.
pub fn mp4(mark: &str, seconds: u64, has_sound: bool) -> Vec<u8> {
    fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&size, &kind[..], content].concat()
    }
    let words =
        |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
    let millis = u32::try_from(1000 * seconds).unwrap();
    let track = |number: u32, handler: &[u8; 4]| {
        let head = boxed(*b"tkhd", &words(&[0, 0, 0, number]));
        let media = [
            boxed(*b"mdhd", &words(&[0, 0, 0, 1000, millis])),
            boxed(*b"hdlr", &[&[0; 8][..], handler].concat()),
        ];
        boxed(*b"trak", &[head, boxed(*b"mdia", &media.concat())].concat())
    };
    let mut parts = vec![boxed(*b"mvhd", &words(&[0, 0, 0, 1000, millis])), track(1, b"vide")];
    if has_sound {
        parts.push(track(2, b"soun"));
    }
    [
        boxed(*b"ftyp", b"isom\0\0\0\0"),
        boxed(*b"moov", &parts.concat()),
        boxed(*b"mdat", format!("film {mark}").as_bytes()),
    ]
    .concat()
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
    with_cross_references(&objects.into_iter().map(String::into_bytes).collect::<Vec<_>>())
}

/// A PDF of one A4 page with a line of Chinese in a font that it names and does not bring
/// (ISO 32000-1 section 9.7: SimSun, Adobe-GB1, UCS-2).
pub fn pdf_in_chinese(line: &str) -> Vec<u8> {
    let mut codes = String::new();
    for unit in line.encode_utf16() {
        write!(codes, "{unit:04X}").unwrap();
    }
    let content = format!("BT /F1 24 Tf 72 720 Td <{codes}> Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>".to_owned(),
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000/FontDescriptor 7 0 R>>".to_owned(),
        "<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 859/Descent -141/CapHeight 683/StemV 80>>".to_owned(),
    ];
    with_cross_references(&objects.map(String::into_bytes))
}

/// A file of these objects, numbered from 1, the first of them the catalog. ISO 32000-1
/// section 7.5: header, body, cross-reference table of 20-byte lines, trailer.
pub fn with_cross_references(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, object) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let (start, count) = (file.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {count}\n{table}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend_from_slice(end.as_bytes());
    file
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
