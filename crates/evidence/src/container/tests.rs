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
