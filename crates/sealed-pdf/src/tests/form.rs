//! What a sealed file has to be before its seal is asked: each rule broken by itself.

use heqi_testkit::altered_pdf::{find, with_range};

use super::written::{Written, plain};
use super::*;

/// The smallest sealed file: the signature is object 5, its field 6, the field's picture 7.
fn sealed() -> Vec<u8> {
    Office::new(1).seal(&UnsignedPdf::new(plain(), true)).unwrap().into_bytes()
}

/// The file with other bytes where some stand last.
fn with(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = find(bytes, old.as_bytes());
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
    bytes
}

fn form(bytes: Vec<u8>) -> Option<FormFault> {
    SignedPdf::parse(bytes).err()
}

#[test]
fn a_file_of_the_form_gives_its_bytes_back() {
    let bytes = sealed();
    let read = SignedPdf::parse(bytes.clone()).unwrap();
    assert_eq!(read.bytes(), bytes);
    assert_eq!(read.unverified_files(), Ok(Vec::new()));
}

#[test]
fn a_file_is_named_a_pdf_by_how_it_begins() {
    let beginnings: [(&[u8], bool); 5] = [
        (b"%PDF-1.7\n", true),
        (b"%PDF-", true),
        (b"%PDF", false),
        (b" %PDF-1.7\n", false),
        (b"", false),
    ];
    for (bytes, is_named) in beginnings {
        assert_eq!(SignedPdf::is_named_by(bytes), is_named, "{bytes:?}");
    }
}

#[test]
fn a_file_of_the_longest_length_is_looked_at_and_no_longer_one_is() {
    assert_eq!(form(vec![0; MAX_FILE_BYTES]), Some(FormFault::NotPdf));
    assert_eq!(form(vec![0; MAX_FILE_BYTES + 1]), Some(FormFault::TooLarge));
}

#[test]
fn each_rule_of_the_form_is_asked_by_itself() {
    let bytes = sealed();
    for (old, new, wanted) in [
        // Without permissions it is sealed and may be changed; without fields it is not sealed.
        ("/Perms", "/Qerms", FormFault::Certification),
        ("/AcroForm", "/AcroFerm", FormFault::NotSealed),
        ("/FT/Sig", "/FT/Btn", FormFault::Signatures),
        ("/V 5 0 R", "/V 7 0 R", FormFault::Signatures),
        ("/T(seal)", "/Kids  1", FormFault::Signatures),
        ("/Type/Sig/Filter", "/Type/Sog/Filter", FormFault::Kind),
        ("/ETSI.CAdES.detached", "/ETSI.CAdES.attached", FormFault::Kind),
        ("/TransformMethod/DocMDP", "/TransformMethod/UR4MDP", FormFault::Certification),
        ("/P 1/V", "/P 2/V", FormFault::Certification),
    ] {
        assert_eq!(form(with(&bytes, old, new)), Some(wanted), "{new}");
    }
}

#[test]
fn the_hole_is_the_whole_value_of_the_contents_and_nothing_else() {
    let bytes = sealed();
    let (before, behind) = range(&bytes);
    let length = bytes.len();
    // A hole that ends two digits earlier: what is in it is a seal still.
    let narrower = with_range(&bytes, [0, before, behind - 2, length - behind + 2]);
    assert_eq!(form(narrower), Some(FormFault::Coverage));
    // Digits in a string that is written in another way.
    let mut literal = bytes.clone();
    literal[before] = b'(';
    literal[behind - 1] = b')';
    assert_eq!(form(literal), Some(FormFault::Coverage));
    // A fifth number, or something that is none.
    let at = find(&bytes, b"]/Contents<") - 2;
    for more in [" 1", "-1", "/A", "()"] {
        let mut five = bytes.clone();
        five[at..at + 2].copy_from_slice(more.as_bytes());
        assert_eq!(form(five), Some(FormFault::Coverage), "{more}");
    }
}

#[test]
fn the_signature_stands_in_the_second_of_two_revisions() {
    let room = " ".repeat(43);
    let signature = format!(
        "<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[{room}]/Contents<30820000>\
         /Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]>>"
    );
    let begun = || {
        Written::new()
            .object(1, "<</Type/Catalog/AcroForm<</Fields[6 0 R]>>/Perms<</DocMDP 5 0 R>>>>")
            .object(6, "<</FT/Sig/V 5 0 R>>")
    };
    let trailer = "/Root 1 0 R";
    let found = |written: Written| {
        let bytes = written.end(trailer).bytes;
        let before = find(&bytes, b"/Contents<") + 9;
        let behind = before + "<30820000>".len();
        form(with_range(&bytes, [0, before, behind, bytes.len() - behind]))
    };
    // There the form holds, and what stands in the hole is no seal.
    let second = found(begun().table(trailer).object(5, &signature));
    assert!(matches!(second, Some(FormFault::Seal(_))), "{second:?}");
    for other in [
        begun().object(5, &signature).table(trailer),
        begun().object(5, &signature),
        begun().table(trailer).table(trailer).object(5, &signature),
        begun().table(trailer).object(5, &signature).table(trailer),
    ] {
        assert_eq!(found(other), Some(FormFault::Revisions));
    }
}
