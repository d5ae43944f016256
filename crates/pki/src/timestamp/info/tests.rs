use super::*;
use crate::testing::instant;

fn info() -> TstInfo {
    TstInfo {
        policy: ObjectIdentifier::new_unwrap("1.2.3"),
        imprint: MessageImprint::of(b"note", HashAlgorithm::Sha256),
        serial: vec![7],
        at: instant("2026-11-24T08:00:00.000Z"),
        accuracy: None,
        is_ordering: false,
        nonce: None,
    }
}

#[test]
fn an_accuracy_is_written_without_its_zeros_and_read_back() {
    for (micros, written) in [
        (0, "3000"),
        (7, "3003810107"),
        (1_500_000, "3007020101800201f4"),
        (2_003_004, "3009020102800103810104"),
    ] {
        let accuracy = Accuracy { micros };
        assert_eq!(hex::encode(accuracy.write()), written);
        let bytes = hex::decode(written).unwrap();
        assert_eq!(Accuracy::read(whole(&bytes).unwrap()), Ok(accuracy));
    }
}

#[test]
fn a_thousand_thousandths_are_written_as_one() {
    for (number, micros) in [(0, 999_000), (1, 999)] {
        let read = |thousandths: u64| {
            let part = der::integer_as(context_primitive(number), &thousandths.to_be_bytes());
            Accuracy::read(whole(&tlv(der::SEQUENCE, &[&part])).unwrap())
        };
        assert_eq!(read(999), Ok(Accuracy { micros }));
        assert_eq!(read(1000), Err(Malformed));
    }
}

#[test]
fn an_authority_that_promises_order_is_heard() {
    let ordering = TstInfo { is_ordering: true, ..info() };
    assert!(ordering.is_ordering() && !info().is_ordering());
    assert_eq!(TstInfo::from_der(&ordering.to_der()), Ok(ordering));
}

#[test]
fn a_serial_number_has_at_most_20_bytes() {
    let read = |serial: &[u8]| {
        let info = TstInfo { serial: serial.to_vec(), ..info() };
        TstInfo::from_der(&info.to_der()).map(|read| read.serial_hex())
    };
    assert_eq!(read(&[0x7f; 20]), Ok("7f".repeat(20)));
    assert_eq!(read(&[0xff; 20]), Ok("ff".repeat(20)));
    assert_eq!(read(&[0x7f; 21]), Err(Malformed));
}

#[test]
fn only_an_extension_that_must_be_understood_is_refused() {
    let with = |critical: &[u8]| {
        let oid = der::oid(ObjectIdentifier::new_unwrap("1.2.3.4"));
        let extension = tlv(der::SEQUENCE, &[&oid, critical, &tlv(der::OCTET_STRING, &[])]);
        let written = info().to_der();
        let fields = whole(&written).unwrap().value;
        TstInfo::from_der(&tlv(der::SEQUENCE, &[fields, &tlv(context(1), &[&extension])]))
    };
    assert_eq!(with(&[]), Ok(info()));
    assert_eq!(with(&tlv(der::BOOLEAN, &[&[0xff]])), Err(Malformed));
}

#[test]
fn a_time_has_fourteen_digits_and_digits_alone_behind_the_point() {
    let at = instant("2026-11-24T08:00:00.124Z");
    assert_eq!(read_time(b"20261124080000.1231Z"), Ok(at));
    for wrong in ["202611240800001Z", "2026112408000Z", "20261124080000.123xZ", "2026112408000xZ"] {
        assert_eq!(read_time(wrong.as_bytes()), Err(Malformed), "{wrong}");
    }
}
