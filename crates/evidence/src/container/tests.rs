use std::io::{Cursor, Read as _, Write as _};

use proptest::prelude::*;

use super::*;

fn sample() -> Vec<(String, Vec<u8>)> {
    vec![
        ("mimetype".into(), b"application/vnd.etsi.asic-e+zip".to_vec()),
        ("record.json".into(), b"{}".to_vec()),
        ("attachments/0a.jpg".into(), vec![0xff; 300]),
        ("empty".into(), Vec::new()),
    ]
}

fn packed_by_another_tool(method: zip::CompressionMethod, name: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    zip.start_file(name, options).unwrap();
    zip.write_all(&[0; 10_000]).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_written_is_read_and_the_same_entries_make_the_same_bytes() {
    let file = write(&sample()).unwrap();
    assert_eq!(file, write(&sample()).unwrap());
    let read_back: Vec<(String, Vec<u8>)> =
        read(&file).unwrap().iter().map(|e| (e.name.to_owned(), e.bytes.to_vec())).collect();
    assert_eq!(read_back, sample());
    assert!(read(&file).unwrap().iter().all(|e| e.intact));
}

#[test]
fn an_independent_zip_reader_reads_our_container() {
    let file = write(&sample()).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    for (name, bytes) in sample() {
        let mut found = Vec::new();
        zip.by_name(&name).unwrap().read_to_end(&mut found).unwrap();
        assert_eq!(found, bytes);
    }
}

#[test]
fn a_deflated_entry_is_refused_so_nothing_can_expand() {
    let file = packed_by_another_tool(zip::CompressionMethod::Deflated, "record.json");
    assert!(read(&file).is_err());
}

#[test]
fn paths_that_leave_the_folder_or_hide_are_refused() {
    for name in [
        "/etc/passwd",
        "../up",
        "a/../../b",
        "a//b",
        "a\\b",
        "C:x",
        ".hidden",
        "a/.b",
        "A",
        "é",
        "",
    ] {
        assert!(write(&[(name.to_owned(), Vec::new())]).is_err(), "{name}");
        assert!(!is_name(name), "{name}");
    }
}

#[test]
fn a_name_twice_is_refused_when_written_and_when_read() {
    let twice = [("a".to_owned(), vec![1]), ("a".to_owned(), vec![2])];
    assert_eq!(write(&twice), Err(ContainerError::Duplicate("a".into())));
    let mut file = write(&[("a".into(), vec![1]), ("b".into(), vec![2])]).unwrap();
    for byte in &mut file {
        if *byte == b'b' {
            *byte = b'a';
        }
    }
    assert_eq!(read(&file), Err(ContainerError::Duplicate("a".into())));
}

#[test]
fn a_truncated_or_appended_file_is_refused_at_every_length() {
    let file = write(&sample()).unwrap();
    for length in 0..file.len() {
        assert!(read(&file[..length]).is_err(), "{length}");
    }
    assert_eq!(read(&[&file[..], b"\0"].concat()), Err(ContainerError::Truncated));
    assert!(read(&[b"junk", &file[..]].concat()).is_err());
}

#[test]
fn every_flipped_bit_is_refused_or_shows() {
    let file = write(&sample()).unwrap();
    let original = read(&file).unwrap();
    for place in 0..file.len() {
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[place] ^= 1 << bit;
            if let Ok(entries) = read(&damaged) {
                let shows = entries.iter().any(|e| !e.intact)
                    || entries.iter().map(|e| e.name).ne(original.iter().map(|e| e.name));
                assert!(shows, "byte {place} bit {bit}");
            }
        }
    }
}

#[test]
fn a_directory_of_thousands_of_entries_is_refused_before_it_is_read() {
    let mut file = write(&[]).unwrap();
    let at = file.len() - END_BYTES;
    file[at + 8..at + 12].copy_from_slice(&[0xff; 4]);
    assert_eq!(read(&file), Err(ContainerError::TooManyEntries));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400), end in any::<bool>()) {
        if end && bytes.len() >= END_BYTES {
            let at = bytes.len() - END_BYTES;
            bytes[at..at + 4].copy_from_slice(&END.to_le_bytes());
            bytes[at + 20..at + 22].copy_from_slice(&[0, 0]);
        }
        let _ = read(&bytes);
    }
}

// What follows writes the fields of the headers by hand: each comparison of the reader alone stands between a changed
// file and "a bundle".

fn put16(file: &mut [u8], at: usize, value: u16) {
    file[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

fn put32(file: &mut [u8], at: usize, value: u32) {
    file[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// One entry `a` with two bytes: local header at 0, directory at 33, end record at 80.
fn one() -> Vec<u8> {
    let file = write(&[("a".into(), vec![1, 2])]).unwrap();
    assert_eq!(file.len(), ONE_END + END_BYTES);
    file
}

const ONE_CENTRAL: usize = LOCAL_BYTES + 1 + 2;
const ONE_END: usize = ONE_CENTRAL + CENTRAL_BYTES + 1;

fn feature() -> Result<Vec<Entry<'static>>, ContainerError> {
    Err(ContainerError::Feature("a".into()))
}

#[test]
fn every_field_of_the_end_record_has_one_value() {
    for (at, wanted) in [
        (0, ContainerError::Truncated),  // magic
        (4, ContainerError::Directory),  // number of this disk
        (6, ContainerError::Directory),  // disk of the directory
        (8, ContainerError::Directory),  // entries on this disk
        (12, ContainerError::Directory), // size of the directory
        (16, ContainerError::Directory), // its offset
        (20, ContainerError::Truncated), // comment
    ] {
        let mut file = one();
        file[ONE_END + at] ^= 1;
        assert_eq!(read(&file), Err(wanted), "field at {at}");
    }
}

#[test]
fn a_count_that_the_directory_does_not_bear_out_is_refused_both_ways() {
    for count in [0_u16, 2] {
        let mut file = one();
        put16(&mut file, ONE_END + 8, count);
        put16(&mut file, ONE_END + 10, count);
        assert_eq!(read(&file), Err(ContainerError::Directory), "{count}");
    }
}

#[test]
fn bytes_before_between_and_behind_the_parts_are_refused_although_the_end_record_counts_them() {
    // Between the last content and the directory: nothing describes the byte.
    let mut file = one();
    file.insert(ONE_CENTRAL, 0);
    put32(&mut file, ONE_END + 1 + 16, u32::try_from(ONE_CENTRAL + 1).unwrap());
    assert_eq!(read(&file), Err(ContainerError::Directory));
    // Between the directory and the end record, counted as directory.
    let mut file = one();
    file.insert(ONE_END, 0);
    put32(&mut file, ONE_END + 1 + 12, u32::try_from(CENTRAL_BYTES + 2).unwrap());
    assert_eq!(read(&file), Err(ContainerError::Directory));
    // Before the first entry.
    let mut file = one();
    file.insert(0, 0);
    put32(&mut file, ONE_CENTRAL + 1 + 42, 1);
    put32(&mut file, ONE_END + 1 + 16, u32::try_from(ONE_CENTRAL + 1).unwrap());
    assert_eq!(read(&file), Err(ContainerError::Directory));
}

#[test]
fn both_headers_must_agree_on_name_place_and_every_field() {
    for at in [ONE_CENTRAL, 0] {
        let mut file = one();
        file[at] ^= 1;
        assert_eq!(read(&file), Err(ContainerError::Directory), "magic at {at}");
    }
    let name_at = [LOCAL_BYTES, ONE_CENTRAL + CENTRAL_BYTES];
    for at in name_at {
        let mut file = one();
        file[at] = b'b';
        assert_eq!(read(&file), Err(ContainerError::Directory), "name at {at}");
    }
    let mut file = one();
    put32(&mut file, ONE_CENTRAL + 42, 1);
    assert_eq!(read(&file), Err(ContainerError::Directory), "offset of the entry");
    // Local 4..26 beside central 6..28, a byte of each, in one header alone.
    for field in 0..22 {
        for at in [4 + field, ONE_CENTRAL + 6 + field] {
            let mut file = one();
            file[at] ^= 1;
            assert_eq!(read(&file), Err(ContainerError::Directory), "byte {field} at {at}");
        }
    }
}

#[test]
fn a_feature_that_both_headers_agree_on_is_named_with_its_entry() {
    // Version needed, flags, method, time, date.
    for field in 0..10 {
        let mut file = one();
        file[4 + field] ^= 1;
        file[ONE_CENTRAL + 6 + field] ^= 1;
        assert_eq!(read(&file), feature(), "byte {field}");
    }
    // Sizes before and after packing differ.
    let mut file = one();
    put32(&mut file, 18, 1);
    put32(&mut file, ONE_CENTRAL + 20, 1);
    assert_eq!(read(&file), feature());
    // Version made by; then comment, disk and attributes: fields that only the directory has.
    for at in [4, 5].into_iter().chain(32..42) {
        let mut file = one();
        file[ONE_CENTRAL + at] ^= 1;
        assert_eq!(read(&file), feature(), "byte {at} of the directory");
    }
    // An extra field: its length stands in both, and is what both say of it.
    let mut file = one();
    put16(&mut file, 28, 1);
    put16(&mut file, ONE_CENTRAL + 30, 1);
    assert!(read(&file).is_err());
}

#[test]
fn content_that_would_reach_beyond_the_file_is_refused() {
    for size in [3_u32, 1_000, u32::MAX] {
        let mut file = one();
        for at in [18, 22, ONE_CENTRAL + 20, ONE_CENTRAL + 24] {
            put32(&mut file, at, size);
        }
        assert_eq!(read(&file), Err(ContainerError::Directory), "{size}");
    }
}

#[test]
fn a_damaged_byte_shows_at_its_entry_and_at_no_other() {
    let mut file = write(&[("a".into(), vec![1, 2]), ("b".into(), vec![3])]).unwrap();
    file[LOCAL_BYTES + 1] ^= 1;
    let intact: Vec<(&str, bool)> =
        read(&file).unwrap().into_iter().map(|entry| (entry.name, entry.intact)).collect();
    assert_eq!(intact, [("a", false), ("b", true)]);
}

#[test]
fn the_longest_name_the_most_entries_and_the_longest_file_are_taken_and_no_more() {
    assert!(is_name(&"a".repeat(MAX_NAME_BYTES)) && !is_name(&"a".repeat(MAX_NAME_BYTES + 1)));
    for name in ["a-b_c.d/0", "z", "a.", "9"] {
        assert!(is_name(name), "{name}");
    }
    let entries = |count: usize| -> Vec<(String, Vec<u8>)> {
        (0..count).map(|number| (number.to_string(), Vec::new())).collect()
    };
    let most = write(&entries(MAX_ENTRIES)).unwrap();
    assert_eq!(read(&most).unwrap().len(), MAX_ENTRIES);
    assert_eq!(write(&entries(MAX_ENTRIES + 1)), Err(ContainerError::TooManyEntries));
    let overhead = one().len() - 2;
    let longest = write(&[("a".into(), vec![0; MAX_FILE_BYTES - overhead])]).unwrap();
    assert_eq!(longest.len(), MAX_FILE_BYTES);
    assert!(read(&longest).unwrap()[0].intact);
    let longer = vec![0; MAX_FILE_BYTES - overhead + 1];
    assert_eq!(write(&[("a".into(), longer)]), Err(ContainerError::TooLarge));
    assert_eq!(read(&vec![0; MAX_FILE_BYTES]), Err(ContainerError::Truncated));
    assert_eq!(read(&vec![0; MAX_FILE_BYTES + 1]), Err(ContainerError::TooLarge));
    assert_eq!((MAX_FILE_BYTES, MAX_ENTRIES, MAX_NAME_BYTES), (67_108_864, 4096, 128));
}

#[test]
fn the_checksum_is_crc_32() {
    // The check value of CRC-32/ISO-HDLC.
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

/// PKWARE APPNOTE 4.4.3 to 4.4.5: version 2.0, flag bit 11 (names are UTF-8), stored.
#[test]
fn every_entry_says_that_its_name_is_utf_8_and_that_it_is_stored() {
    let file = write(&sample()).unwrap();
    assert_eq!(file[..10], [b'P', b'K', 3, 4, 20, 0, 0, 8, 0, 0]);
}
