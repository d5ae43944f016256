use super::*;

fn read(text: &str) -> Result<Object, Malformed> {
    Parser::at(text.as_bytes(), 0).object()
}

#[test]
fn objects_are_read_and_each_value_knows_its_place() {
    let object = read("<</A 12 0 R/B[1 -2 .5 true null]/C(a\\)\\101)/D<4142>/E#20F/N>>").unwrap();
    let dictionary = object.into_dictionary().unwrap();
    assert_eq!(dictionary.reference(b"A"), Some(12));
    assert_eq!(dictionary.array(b"B").unwrap().len(), 5);
    assert_eq!(dictionary.find(b"C"), Some(&Object::Text(b"a)A".to_vec())));
    assert_eq!(dictionary.span(b"D"), Some(45..51));
    assert!(dictionary.is_name(b"E F", b"N"));
    let others: [(&[u8], &[u8]); 4] = [(b"E F", b"M"), (b"A", b"12"), (b"C", b"a)A"), (b"Z", b"N")];
    for (key, other) in others {
        assert!(!dictionary.is_name(key, other), "{key:?}");
    }
}

#[test]
fn what_two_readers_may_read_in_two_ways_is_not_read() {
    for text in ["<</A 1/A 2>>", "<<1 2>>", "(a", "<4", "<412>", "[1", "<</A>>", "1.2.x", "R"] {
        assert_eq!(read(text), Err(Malformed), "{text}");
    }
    assert_eq!(read(&"[".repeat(100)), Err(Malformed));
    assert_eq!(read(&format!("[{}]", "0 ".repeat(200_000))), Err(Malformed));
}

#[test]
fn a_name_has_at_most_128_bytes_and_a_number_at_most_15_digits() {
    let name = |length: usize| read(&format!("/{}", "n".repeat(length)));
    assert_eq!(name(128), Ok(Object::Name(vec![b'n'; 128])));
    assert_eq!(name(129), Err(Malformed));
    let number = |text: &str| Parser::at(text.as_bytes(), 0).number();
    assert_eq!(number("999999999999999"), Ok(999_999_999_999_999));
    assert_eq!(number(" 0007x"), Ok(7));
    for other in ["1000000000000000", "0000000000000007", "x", ""] {
        assert_eq!(number(other), Err(Malformed), "{other}");
    }
}

#[test]
fn what_follows_a_backslash_stands_for_one_byte_or_none() {
    // One octal digit too: with two or three a wrong one would fall out of the byte.
    let text = read("(\\n\\r\\t\\b\\f\\(\\\\\\7\\53\\112\\0\\\nx)").unwrap();
    let bytes = [&b"\n\r\t\x08\x0c(\\"[..], &[7, 43, 74, 0], b"x"].concat();
    assert_eq!(text, Object::Text(bytes));
}

#[test]
fn two_digits_are_one_byte() {
    assert_eq!(read("<004A6bF0ff>"), Ok(Object::Text(vec![0, 0x4a, 0x6b, 0xf0, 0xff])));
    assert_eq!(read("/a#4ab"), Ok(Object::Name(b"aJb".to_vec())));
    for other in ["<4g>", "<g4>", "/a#4", "/a#", "/a#g0"] {
        assert_eq!(read(other), Err(Malformed), "{other}");
    }
}

#[test]
fn a_comment_ends_with_its_line_and_is_no_object() {
    for text in ["<</A% 1>> is no value\n2>>", "<</A %\r%%\r\n2 % >>\n>>"] {
        let dictionary = read(text).unwrap().into_dictionary().unwrap();
        assert_eq!(dictionary.integer(b"A"), Some(2), "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(0_u8..128, 0..200)) {
        let _ = Parser::at(&bytes, 0).object();
    }
}
