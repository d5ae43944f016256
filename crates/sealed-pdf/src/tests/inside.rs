//! Files inside, as hand-written files have them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::written::{Written, page, plain};
use super::*;
use crate::embedded;
use crate::file::File;

const SPECIFICATION: &str = "<</F(a.txt)/UF(a.txt)/Desc(what it is)/EF<</F 6 0 R>>>>";
const STREAM: (&str, &[u8]) = ("/Subtype/text#2Fplain/Length 3", b"abc");
const OTHER_FORM: Result<Vec<EmbeddedFile>, EmbeddedFault> = Err(EmbeddedFault::Form(Malformed));

fn good() -> EmbeddedFile {
    EmbeddedFile {
        name: "a.txt".to_owned(),
        description: "what it is".to_owned(),
        media_type: "text/plain".to_owned(),
        bytes: b"abc".to_vec(),
    }
}

fn files(written: Written) -> Result<Vec<EmbeddedFile>, EmbeddedFault> {
    embedded::all(&File::parse(&written.end("/Root 1 0 R").bytes).unwrap())
}

/// What a file holds whose tree of names has these entries; the specification is object 5 and its stream
/// object 6.
fn holding(
    entries: &str,
    specification: &str,
    (of_stream, data): (&str, &[u8]),
) -> Result<Vec<EmbeddedFile>, EmbeddedFault> {
    let catalog = format!("<</Type/Catalog/Names<</EmbeddedFiles<</Names[{entries}]>>>>>>");
    let written = Written::new().object(1, &catalog).object(5, specification);
    files(written.stream(6, of_stream, data).object(7, "3").object(8, "(3)"))
}

#[test]
fn a_specification_stands_in_the_tree_of_names_or_elsewhere() {
    let inline = format!("(a.txt){SPECIFICATION}");
    for entries in ["(a.txt) 5 0 R", &inline] {
        assert_eq!(holding(entries, SPECIFICATION, STREAM), Ok(vec![good()]), "{entries}");
    }
    for entries in ["(a.txt) 5", "(a.txt)", "5 0 R(a.txt)", "(a.txt) 5 0 R(a.txt) 5 0 R"] {
        assert_eq!(holding(entries, SPECIFICATION, STREAM), OTHER_FORM, "{entries}");
    }
}

#[test]
fn the_tree_of_names_stands_in_the_catalog_or_elsewhere() {
    let written = Written::new()
        .object(1, "<</Type/Catalog/Names 2 0 R>>")
        .object(2, "<</EmbeddedFiles 3 0 R>>")
        .object(3, "<</Names[(a.txt) 5 0 R]>>")
        .object(5, SPECIFICATION);
    assert_eq!(files(written.stream(6, STREAM.0, STREAM.1)), Ok(vec![good()]));
    for catalog in ["<</Type/Catalog>>", "<</Type/Catalog/Names<</Dests<<>>>>>>"] {
        assert_eq!(files(Written::new().object(1, catalog)), Ok(Vec::new()), "{catalog}");
    }
}

#[test]
fn a_name_is_plain_and_the_same_in_all_three_places() {
    let named = |key: &str, name: &str, unicode: &str| {
        let specification = format!("<</F({name})/UF({unicode})/EF<</F 6 0 R>>>>");
        holding(&format!("({key}) 5 0 R"), &specification, STREAM)
            .map(|files| files.into_iter().map(|file| file.name).collect::<Vec<String>>())
    };
    let longest = "n".repeat(64);
    for good in ["a", "a-B_9.txt", &longest] {
        assert_eq!(named(good, good, good), Ok(vec![good.to_owned()]), "{good}");
    }
    let too_long = "n".repeat(65);
    for bad in ["", "a/b", "a b", "a\\\\b", &too_long] {
        let refused = Err(EmbeddedFault::Form(Malformed));
        assert_eq!(named(bad, bad, bad), refused, "{bad}");
    }
    for [key, name, unicode] in [["b", "a", "a"], ["a", "b", "a"], ["a", "a", "b"]] {
        let refused = Err(EmbeddedFault::Form(Malformed));
        assert_eq!(named(key, name, unicode), refused, "{key} {name} {unicode}");
    }
}

#[test]
fn a_stream_is_packed_in_one_way_or_not_at_all() {
    let mut deflating = ZlibEncoder::new(Vec::new(), Compression::default());
    deflating.write_all(b"abc").unwrap();
    let packed = deflating.finish().unwrap();
    let unpacked = |filter: &str, data: &[u8]| {
        let entries = format!("/Subtype/text#2Fplain/Length {}{filter}", data.len());
        holding("(a.txt) 5 0 R", SPECIFICATION, (&entries, data))
    };
    for filter in ["", "/Filter[]"] {
        assert_eq!(unpacked(filter, b"abc"), Ok(vec![good()]), "{filter}");
    }
    for filter in ["/Filter/FlateDecode", "/Filter[/FlateDecode]"] {
        assert_eq!(unpacked(filter, &packed), Ok(vec![good()]), "{filter}");
        assert_eq!(unpacked(filter, b"abc"), OTHER_FORM, "{filter}");
    }
    for filter in [
        "/Filter/RunLengthDecode",
        "/Filter[/RunLengthDecode]",
        "/Filter[/FlateDecode/FlateDecode]",
        "/Filter[(FlateDecode)]",
        "/Filter(FlateDecode)",
        "/Filter/FlateDecode/DecodeParms<<>>",
    ] {
        assert_eq!(unpacked(filter, &packed), OTHER_FORM, "{filter}");
    }
}

#[test]
fn a_length_stands_in_the_dictionary_or_elsewhere() {
    for (length, wanted) in [
        ("3", Ok(vec![good()])),
        ("7 0 R", Ok(vec![good()])),
        ("8 0 R", OTHER_FORM),
        ("9 0 R", OTHER_FORM),
        ("(3)", OTHER_FORM),
        ("2", OTHER_FORM),
    ] {
        let entries = format!("/Subtype/text#2Fplain/Length {length}");
        let found = holding("(a.txt) 5 0 R", SPECIFICATION, (&entries, b"abc"));
        assert_eq!(found, wanted, "{length}");
    }
}

#[test]
fn a_description_is_in_ascii_or_in_utf_16() {
    for (written, wanted) in [
        ("(plain)", "plain"),
        ("<feff96444ef6>", "附件"),
        // In UTF-8, in half a unit, in half a pair: none of the two.
        ("(附件)", ""),
        ("<feff9644ff>", ""),
        ("<feffd83d>", ""),
        ("17", ""),
    ] {
        let specification = format!("<</F(a.txt)/UF(a.txt)/Desc {written}/EF<</F 6 0 R>>>>");
        let found = holding("(a.txt) 5 0 R", &specification, STREAM).unwrap();
        assert_eq!(found[0].description, wanted, "{written}");
    }
}

#[test]
fn there_are_at_most_64_files_inside() {
    for (count, is_good) in [(1, true), (64, true), (65, false)] {
        let entries: Vec<String> = (0..count)
            .map(|place| format!("(f{place})<</F(f{place})/UF(f{place})/EF<</F 6 0 R>>>>"))
            .collect();
        let found = holding(&entries.concat(), SPECIFICATION, STREAM).map(|files| files.len());
        let wanted = if is_good { Ok(count) } else { Err(EmbeddedFault::TooMuch) };
        assert_eq!(found, wanted);
    }
}

#[test]
fn a_sealed_file_gives_the_list_of_what_is_inside() {
    let office = Office::new(1);
    let mut list = Manifest::new("certificate", "1", "示例公证处", NOW.parse().unwrap());
    list.add("a.txt", b"abc", None);
    let json = list.to_json();
    let names = "/Names<</EmbeddedFiles<</Names[\
        (a.txt)<</F(a.txt)/UF(a.txt)/EF<</F 6 0 R>>>>\
        (document.json)<</F(document.json)/UF(document.json)/EF<</F 7 0 R>>>>]>>>>";
    let written = page(names, "").stream(6, STREAM.0, STREAM.1).stream(
        7,
        &format!("/Subtype/application#2Fjson/Length {}", json.len()),
        &json,
    );
    let unsigned = UnsignedPdf::new(written.end("/Root 1 0 R").bytes, true);
    assert_eq!(office.seal(&unsigned).unwrap().manifest(), Some(&list));
    let without = UnsignedPdf::new(plain(), true);
    assert_eq!(office.seal(&without).unwrap().manifest(), None);
}
