//! `store fsck` names what is damaged, `store rebuild` makes again what can be made, `store restore` what was backed up.

use crate::production::Organisations;
use crate::program::{Folder, ORGANISATIONS, heqi};

#[test]
fn a_flipped_byte_is_named_by_file_and_range_and_index_and_tiles_are_made_again() {
    let folder = Folder::new();
    folder.demo(&["--once"]).exits(0);
    folder.is_sound();

    for organisation in ORGANISATIONS {
        let store = folder.store(organisation);
        let store_text = store.to_str().unwrap();
        let segment = store.join("ledger/0000000000.seg");
        let intact = std::fs::read(&segment).unwrap();
        let mut damaged = intact.clone();
        let at = damaged.len() / 2;
        damaged[at] ^= 1;
        std::fs::write(&segment, &damaged).unwrap();
        let report = heqi(&["store", "fsck", store_text]).exits(1);
        let line = report.out.lines().find(|line| line.contains("0000000000.seg"));
        let line = line.unwrap_or_else(|| panic!("{}", report.out));
        assert!(line.starts_with("✗ ") && line.contains("ledger"), "{line}");
        let (first, length) = named_range(line);
        assert!((first..first + length).contains(&at), "{at} in {line}");
        let json = heqi(&["store", "fsck", store_text, "--json"]).exits(1).json();
        assert_eq!(json["sound"], false);
        assert!(!json["damages"].as_array().unwrap().is_empty());

        std::fs::write(&segment, &intact).unwrap();
        std::fs::remove_dir_all(store.join("index")).unwrap();
        let tiles = store.join("log/tile");
        if tiles.exists() {
            std::fs::remove_dir_all(tiles).unwrap();
        }
        let rebuilt = heqi(&["store", "rebuild", store_text, "--json"]).exits(0).json();
        assert!(rebuilt["leaves"].as_u64().unwrap() > 0 && rebuilt["batch"].as_u64().unwrap() > 0);
        let json = heqi(&["store", "fsck", store_text, "--json"]).exits(0).json();
        assert_eq!((&json["sound"], &json["leaves"]), (&true.into(), &rebuilt["leaves"]));
    }
    folder.demo(&["--once"]).exits(0);
}

/// First byte and length, as in `at byte 46337 (11679 bytes)`.
fn named_range(line: &str) -> (usize, usize) {
    let range = line.split_once(" at byte ").unwrap().1;
    let (first, rest) = range.split_once(" (").unwrap();
    (first.parse().unwrap(), rest.split_once(' ').unwrap().0.parse().unwrap())
}

#[test]
fn a_backup_under_a_key_service_is_listed_and_restored_by_its_description() {
    let made = Organisations::make();
    let path = |below: &str| made.path(below).to_str().unwrap().to_owned();
    let (to, vault_to) = (path("backup/store"), path("backup/vault"));
    std::fs::create_dir_all(made.path("backup")).unwrap();
    let store = path("platform/store");
    heqi(&["store", "backup", &store, "--to", &to, "--vault-to", &vault_to]).exits(0);

    let service = path("platform/keys/key-service.json");
    let listed = heqi(&["store", "backups", "--from", &to, "--key", &service]).exits(0);
    assert!(listed.out.starts_with("generation "), "{}", listed.out);

    // Beside the organisation's keys every data key is opened, too.
    let keys = made.path("again/keys");
    std::fs::create_dir_all(&keys).unwrap();
    for file in ["key-service.json", "key-service.token"] {
        std::fs::copy(made.path("platform/keys").join(file), keys.join(file)).unwrap();
    }
    let again = path("again");
    let line = ["store", "restore", "--from", &to, "--vault-from", &vault_to];
    let more = ["--key", &service, "--to", &again];
    heqi(&[&line[..], &more].concat()).exits(0);
    assert!(made.path("again/store/store.json").exists());
}

#[test]
fn a_folder_that_is_no_store_is_refused_in_words() {
    let folder = Folder::new();
    for job in ["fsck", "rebuild"] {
        let ran = heqi(&["store", job, folder.text()]).exits(1);
        assert!(!ran.errors.trim().is_empty() || ran.out.contains('✗'), "{job}");
    }
}
