//! The index as a thing on a disk that may be deleted, damaged or another log's.

use std::fs;

use heqi_registration::search_index::{SearchIndex, Sought};
use heqi_search::{FilingIndex, OpenError, made_up};

const ORIGIN: &str = "platform.example/1";

fn filled(folder: &std::path::Path) -> FilingIndex {
    let index = FilingIndex::open(folder, ORIGIN).unwrap();
    let filings: Vec<_> = (0..50).filter_map(made_up::filing).collect();
    index.write(&filings, Some(50)).unwrap();
    index
}

#[test]
fn an_index_goes_on_where_it_was_and_forgets_what_was_not_committed() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    index.write(&[made_up::filing(60).unwrap()], None).unwrap();
    index.close().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!(index.position(), Some(50));
    assert_eq!(index.find(&Sought::default(), None, 100).unwrap().filings.len(), 50);
}

#[test]
fn a_fill_that_broke_off_and_begins_anew_puts_each_filing_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    let filings: Vec<_> = (0..50).filter_map(made_up::filing).collect();
    for _ in 0..3 {
        // As the platform begins: nothing is there, everything comes in steps, and the last one makes it visible.
        index.clear().unwrap();
        index.write(&filings, None).unwrap();
    }
    index.write(&[], Some(50)).unwrap();
    assert_eq!(index.size().filings, 50);
    assert_eq!(index.find(&Sought::default(), None, 100).unwrap().filings.len(), 50);

    // The same where filings are replaced when it is emptied: what was to be taken out then is not taken out after.
    index.write(&filings, None).unwrap();
    index.clear().unwrap();
    assert_eq!((index.position(), index.size().filings), (None, 0));
    index.write(&filings, None).unwrap();
    index.write(&[], Some(60)).unwrap();
    assert_eq!((index.position(), index.size().filings), (Some(60), 50));
    index.close().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!((index.position(), index.size().filings), (Some(60), 50));
}

#[test]
fn a_position_alone_is_written_with_the_next_filing_or_when_it_has_moved_far() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    index.write(&[], Some(60)).unwrap();
    assert_eq!(index.position(), Some(60));
    index.close().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!(index.position(), Some(50), "nothing was written for it");
    index.write(&[], Some(60)).unwrap();
    index.write(&[made_up::filing(61).unwrap()], Some(62)).unwrap();
    index.close().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!((index.position(), index.size().filings), (Some(62), 51));
    index.write(&[], Some(62 + 16_384)).unwrap();
    index.close().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!(index.position(), Some(62 + 16_384));
}

#[test]
fn a_position_in_an_index_that_holds_nothing_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    index.clear().unwrap();
    index.write(&[], Some(5)).unwrap();
    assert_eq!((index.position(), index.size().filings), (Some(5), 0));
    index.write(&[made_up::filing(3).unwrap()], Some(6)).unwrap();
    assert_eq!(index.find(&Sought::default(), None, 10).unwrap().filings.len(), 1);
    index.close().unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!((index.position(), index.size().filings), (Some(6), 1));
    let empty = tempfile::tempdir().unwrap();
    let index = FilingIndex::open(empty.path(), ORIGIN).unwrap();
    index.write(&[], Some(5)).unwrap();
    index.close().unwrap();
    assert_eq!(FilingIndex::open(empty.path(), ORIGIN).unwrap().position(), None);
}

#[test]
fn an_index_of_another_log_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).close().unwrap();
    let other = FilingIndex::open(folder.path(), "platform.example/2").unwrap();
    assert_eq!(other.position(), None);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_index_that_cannot_be_read_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).close().unwrap();
    let own = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(own.join("meta.json")).unwrap();
    fs::create_dir(own.join("meta.json")).unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!((index.position(), index.size().filings), (None, 0));
}

/// Of each file the bits at nine places, its first and its last among them.
#[test]
#[expect(clippy::disallowed_methods, reason = "the files are damaged on purpose")]
fn a_flipped_bit_of_any_file_makes_the_index_begin_anew_or_changes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    // One is put in again, so that something is taken out of a segment.
    index.write(&[made_up::filing(7).unwrap()], Some(51)).unwrap();
    let some = made_up::filing(9).unwrap();
    let asked = [
        Sought::default(),
        Sought { company: Some("公司".parse().unwrap()), ..Sought::default() },
        Sought { code: some.codes.first().copied(), ..Sought::default() },
        Sought { number: Some(some.number), ..Sought::default() },
        Sought { person: some.persons.first().copied(), ..Sought::default() },
    ];
    let answers = |index: &FilingIndex| {
        asked.clone().map(|sought| index.find(&sought, None, 100).unwrap().filings)
    };
    let expected = answers(&index);
    assert_eq!(expected[0].len(), 50);
    index.close().unwrap();
    let own = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let read = |path: std::path::PathBuf| (path.clone(), fs::read(path).unwrap());
    let sound: Vec<_> =
        fs::read_dir(&own).unwrap().map(|file| read(file.unwrap().path())).collect();

    let (mut flips, mut found_out) = (0, 0);
    for (damaged, bytes) in sound.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        for step in 0..9 {
            fs::remove_dir_all(&own).unwrap();
            fs::create_dir(&own).unwrap();
            for (path, bytes) in &sound {
                fs::write(path, bytes).unwrap();
            }
            let bit = (bytes.len() * 8 - 1) * step / 8;
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(damaged, flipped).unwrap();

            let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
            flips += 1;
            let what = format!("bit {bit} of {}", damaged.display());
            if index.position().is_none() {
                found_out += 1;
                assert_eq!(index.size().filings, 0, "{what}");
            } else {
                assert_eq!(index.position(), Some(51), "{what}");
                assert_eq!(answers(&index), expected, "{what}");
            }
        }
    }
    // What says by which version of the library a file was written changes nothing.
    assert!(flips >= 72 && found_out * 4 >= flips * 3, "{found_out} of {flips}");
}

/// As a power cut may leave it: nothing stops the start.
#[test]
#[expect(clippy::disallowed_methods, reason = "the files are damaged on purpose")]
fn an_index_of_which_a_file_was_cut_off_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).close().unwrap();
    let own = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let read = |path: std::path::PathBuf| (path.clone(), fs::read(path).unwrap());
    let sound: Vec<_> =
        fs::read_dir(&own).unwrap().map(|file| read(file.unwrap().path())).collect();
    for (cut, bytes) in sound.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        for left in [0, 3, 4, 7, 8, bytes.len() - 1] {
            fs::remove_dir_all(&own).unwrap();
            fs::create_dir(&own).unwrap();
            for (path, bytes) in &sound {
                fs::write(path, bytes).unwrap();
            }
            fs::write(cut, &bytes[..left.min(bytes.len() - 1)]).unwrap();
            let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
            let what = format!("{left} bytes of {}", cut.display());
            assert_eq!((index.position(), index.size().filings), (None, 0), "{what}");
        }
    }
}

/// As on a disk that is mounted read-only; permissions keep nobody out who tests as root.
#[test]
fn a_folder_in_which_no_file_can_be_made_is_refused_at_the_start_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).close().unwrap();
    let own = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let probe = own.join("probe");
    assert!(!probe.exists(), "nothing is left of the probe");
    fs::create_dir(&probe).unwrap();
    let refused = FilingIndex::open(folder.path(), ORIGIN);
    assert!(matches!(refused, Err(OpenError::Folder(_))), "{refused:?}");
    fs::remove_dir(&probe).unwrap();
    let index = FilingIndex::open(folder.path(), ORIGIN).unwrap();
    assert_eq!((index.position(), index.size().filings), (Some(50), 50));
}

#[test]
fn no_file_of_the_index_holds_a_person_or_a_number_of_one() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).close().unwrap();
    let own = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let files: Vec<_> = fs::read_dir(own).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 3);
    for file in files {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"name 4"), "{}", file.display());
    }
}

#[test]
fn what_is_cleared_is_gone_and_the_index_can_be_filled_again() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path());
    index.clear().unwrap();
    assert_eq!((index.position(), index.size().filings), (None, 0));
    index.write(&[made_up::filing(3).unwrap()], Some(9)).unwrap();
    assert_eq!((index.position(), index.size().filings), (Some(9), 1));
}
