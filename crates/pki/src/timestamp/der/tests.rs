use super::*;

fn node(identifier: u8, value: &[u8]) -> Node<'_> {
    Node { identifier, value, whole: value }
}

#[test]
fn null_has_its_identifier_and_nothing_in_it() {
    assert!(node(NULL, &[]).is_null());
    assert!(!node(NULL, &[0]).is_null());
    assert!(!node(OCTET_STRING, &[]).is_null());
}

#[test]
fn an_unsigned_number_is_not_negative_and_has_a_zero_before_it_only_where_it_must() {
    for (value, expected) in [
        ("00", Some("00")),
        ("01", Some("01")),
        ("7f", Some("7f")),
        ("0080", Some("80")),
        ("00ff00", Some("ff00")),
        ("0100", Some("0100")),
        ("", None),
        ("80", None),
        ("ff", None),
        ("0000", None),
        ("007f", None),
        ("000080", None),
    ] {
        let bytes = hex::decode(value).unwrap();
        let found = node(INTEGER, &bytes).unsigned().ok().map(hex::encode);
        assert_eq!(found.as_deref(), expected, "{value:?}");
    }
}

#[test]
fn a_small_number_has_at_most_eight_bytes() {
    let largest = [&[0x00][..], &[0xff; 8]].concat();
    assert_eq!(node(INTEGER, &[0]).small(), Ok(0));
    assert_eq!(node(INTEGER, &[1, 2]).small(), Ok(0x0102));
    assert_eq!(node(INTEGER, &[0x7f; 8]).small(), Ok(0x7f7f_7f7f_7f7f_7f7f));
    assert_eq!(node(INTEGER, &largest).small(), Ok(u64::MAX));
    assert_eq!(node(INTEGER, &[1; 9]).small(), Err(Malformed));
}

#[test]
fn a_boolean_is_one_byte_of_all_bits_or_none() {
    assert_eq!(node(BOOLEAN, &[0]).boolean(), Ok(false));
    assert_eq!(node(BOOLEAN, &[0xff]).boolean(), Ok(true));
    for wrong in [vec![], vec![1], vec![0, 0], vec![0xff, 0xff]] {
        assert_eq!(node(BOOLEAN, &wrong).boolean(), Err(Malformed), "{wrong:?}");
    }
}

#[test]
fn bits_are_whole_bytes_of_a_bit_string() {
    assert_eq!(node(BIT_STRING, &[0, 6]).whole_bits(), Ok(&[6][..]));
    assert_eq!(node(BIT_STRING, &[1, 6]).whole_bits(), Err(Malformed));
    assert_eq!(node(BIT_STRING, &[]).whole_bits(), Err(Malformed));
    assert_eq!(node(OCTET_STRING, &[0, 6]).whole_bits(), Err(Malformed));
}
