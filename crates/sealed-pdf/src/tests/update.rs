//! The update that makes room for a seal.

use heqi_testkit::altered_pdf::find;

use super::written::{Written, note, page, plain};
use super::*;
use crate::file::File;
use crate::update::Prepared;

/// A file with room for so many bytes, none of which is written yet.
fn with_room(base: &[u8], room: usize) -> Vec<u8> {
    Prepared::of(base, &note(), room).unwrap().fill(&[]).unwrap()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn catalog_and_first_page_are_written_again_and_three_objects_come_behind_all() {
    let bytes = with_room(&plain(), 9);
    let file = File::parse(&bytes).unwrap();
    assert_eq!(file.newest, [1, 4, 5, 6, 7]);
    assert_eq!(file.trailer.integer(b"Size"), Some(8));
    assert_eq!(file.tables.len(), 2);
    // One after another they stand in the table as one run.
    assert!(contains(&bytes, "xref\n1 1\n") && contains(&bytes, "\r\n4 4\n"));
    let (root, catalog) = file.catalog().unwrap();
    assert_eq!((root, catalog.reference(b"Pages")), (1, Some(2)));
    assert_eq!(file.inner(&catalog, b"Perms").unwrap().reference(b"DocMDP"), Some(5));
    let page = file.dictionary(4).unwrap();
    assert!(page.is_name(b"Type", b"Page") && page.has(b"MediaBox") && page.has(b"Annots"));
    assert!(file.dictionary(5).unwrap().is_name(b"Type", b"Sig"));
    let field = file.dictionary(6).unwrap();
    assert_eq!((field.reference(b"V"), field.reference(b"P")), (Some(5), Some(4)));
    assert_eq!(file.inner(&field, b"AP").unwrap().reference(b"N"), Some(7));
    let (picture, _) = file.stream(7).unwrap();
    assert!(picture.is_name(b"Subtype", b"Form"));
}

#[test]
fn the_first_page_is_found_below_other_nodes() {
    let base = Written::new()
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .object(2, "<</Type/Pages/Kids[3 0 R 5 0 R]>>")
        .object(3, "<</Type/Pages/Kids[6 0 R 4 0 R]>>")
        .object(4, "<</Type/Page>>")
        .object(5, "<</Type/Page>>")
        .object(6, "<</Type/Page>>")
        .end("/Root 1 0 R");
    let bytes = with_room(&base.bytes, 9);
    assert_eq!(File::parse(&bytes).unwrap().newest, [1, 6, 7, 8, 9]);
    // Nodes that lead to each other lead to no page.
    for kids in ["[2 0 R]", "[]", "[4]"] {
        let base = Written::new()
            .object(1, "<</Type/Catalog/Pages 2 0 R>>")
            .object(2, &format!("<</Type/Pages/Kids{kids}>>"))
            .end("/Root 1 0 R");
        let fault = Prepared::of(&base.bytes, &note(), 9).unwrap_err();
        assert_eq!(fault, UpdateFault::Form(Malformed), "{kids}");
    }
}

#[test]
fn an_update_begins_on_a_line_of_its_own() {
    let base = plain();
    let unended = base.strip_suffix(b"\n").unwrap();
    for base in [&base[..], unended] {
        let bytes = with_room(base, 9);
        assert!(bytes.starts_with(base));
        // One line feed, whether it stood there before or not.
        assert_eq!(File::parse(&bytes).unwrap().place(1), Some(unended.len() + 1));
    }
}

#[test]
fn a_file_with_a_form_permissions_or_notes_is_not_fresh() {
    for (catalog, entries) in [
        ("/AcroForm<<>>", ""),
        ("/Perms<<>>", ""),
        ("", "/Annots[]"),
        ("/Perms 9 0 R", "/Annots 9 0 R"),
    ] {
        let base = page(catalog, entries).end("/Root 1 0 R").bytes;
        let fault = Prepared::of(&base, &note(), 9).unwrap_err();
        assert_eq!(fault, UpdateFault::NotFresh, "{catalog} {entries}");
    }
    assert!(Prepared::of(&plain(), &note(), 9).is_ok());
}

#[test]
fn a_seal_fills_its_room_to_the_last_byte_and_no_longer_one_does() {
    let prepared = Prepared::of(&plain(), &note(), 100).unwrap();
    let filled = prepared.clone().fill(&[0xa7; 100]).unwrap();
    assert!(contains(&filled, &format!("/Contents<{}>", "a7".repeat(100))));
    let shorter = prepared.clone().fill(&[0xa7; 99]).unwrap();
    assert!(contains(&shorter, &format!("/Contents<{}00>", "a7".repeat(99))));
    for seal_bytes in [101, 102, 1_000] {
        let fault = prepared.clone().fill(&vec![0xa7; seal_bytes]).unwrap_err();
        assert_eq!(fault, UpdateFault::TooLong { seal_bytes });
    }
}

#[test]
fn the_signature_says_who_why_and_when_and_has_room_for_four_numbers() {
    let bytes = with_room(&plain(), 9);
    // UTF-16 with its mark, in hexadecimal; a character beyond the first plane has two units.
    let said = "/M(D:20261128080000Z)/Name<feff537000200061>/Reason<feff0061d83dde00>/Reference[";
    assert!(contains(&bytes, said));
    let (from, to) = (find(&bytes, b"/ByteRange[") + 11, find(&bytes, b"]/Contents<"));
    assert_eq!(to - from, 43);
    let (before, behind) = range(&bytes);
    let numbers = format!("{:<10} {before:<10} {behind:<10} {:<10}", 0, bytes.len() - behind);
    assert_eq!(&bytes[from..to], numbers.as_bytes());
    assert_eq!((before, behind - before), (to + 10, 2 * 9 + 2));
}
