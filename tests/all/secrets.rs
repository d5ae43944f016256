//! Secrets cannot be printed or written by accident: every struct of the house that holds
//! key bytes holds them in a type that wipes them, and derives nothing that would show them.

use std::fs;
use std::path::{Path, PathBuf};

/// Types that wipe what they hold when they are dropped.
const WIPING: [&str; 8] = [
    "Zeroizing<",
    "Secret<",
    "Secret,",
    "SigningKey",
    "NoteSigner",
    "Bearer",
    "DataKey,",
    " Password,",
];

/// Fields that are secret by their name, in a type that does not wipe, and why that is right.
const EXPLAINED: [(&str, &str); 5] = [
    // The officers of the demo: their card shows it to everybody.
    ("crates/heqi/src/demo/officers.rs", "pub(crate) password"),
    // Shown to its owner while the authenticator is enrolled, and escaped into a page at once.
    ("crates/pages/src/staff/entry.rs", "pub secret"),
    // What argon2id leaves of a password; the row is sealed.
    ("crates/registration/src/staff/rows.rs", "pub(crate) password"),
    // The seed of a record's salts is part of what the class seals; it is written only sealed.
    ("crates/evidence/src/record.rs", "seeds"),
    ("crates/evidence/src/record/stored.rs", "seed"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs")
            && name != "tests.rs"
            && name != "testing.rs"
        {
            found.push(path);
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["api/src", "evidence-store/src"] {
        sources(&root().join(folder), &mut found);
    }
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        // Test tools hold test keys.
        if name != "testkit" && name != "xtask" && folder.join("src").is_dir() {
            sources(&folder.join("src"), &mut found);
        }
    }
    found
}

/// Every struct with fields: its derives, its name, its fields as `name: type`.
fn structs(text: &str) -> Vec<(String, String, Vec<String>)> {
    let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let (mut found, mut derives) = (Vec::new(), String::new());
    let mut lines = production.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.starts_with("#[derive(") {
            trimmed.clone_into(&mut derives);
        } else if trimmed.contains("struct ") && trimmed.ends_with('{') {
            let name = trimmed.split("struct ").nth(1).unwrap();
            let name = name.split(['<', ' ', '{']).next().unwrap().to_owned();
            let mut fields = Vec::new();
            for field in lines.by_ref() {
                let field = field.trim();
                if field.starts_with('}') {
                    break;
                }
                if field.contains(": ") && !field.starts_with("//") && !field.starts_with('#') {
                    fields.push(field.to_owned());
                }
            }
            found.push((std::mem::take(&mut derives), name, fields));
        } else if !trimmed.starts_with('#') && !trimmed.starts_with("//") {
            derives.clear();
        }
    }
    found
}

fn is_secret_by_name(field: &str) -> bool {
    let name = field.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
    let name = name.split(':').next().unwrap();
    ["secret", "seed", "seeds", "token_secret", "private_key", "passphrase", "password"]
        .contains(&name)
}

#[test]
fn every_struct_that_holds_key_bytes_wipes_them() {
    let mut checked = 0;
    for path in all_sources() {
        let relative = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        for (_, name, fields) in structs(&fs::read_to_string(&path).unwrap()) {
            for field in fields.iter().filter(|field| is_secret_by_name(field)) {
                checked += 1;
                let explained =
                    EXPLAINED.iter().any(|(file, of)| relative == *file && field.starts_with(of));
                // The checksum seed of a journal is no secret.
                let is_checksum = field.ends_with("seed: u32,") || field.contains("seed: u64,");
                let wipes = WIPING.iter().any(|wiping| field.contains(wiping));
                assert!(wipes || explained || is_checksum, "{relative}: {name} holds `{field}`");
            }
        }
    }
    assert!(checked >= 5, "only {checked} secret fields were found: the search is broken");
}

#[test]
fn no_struct_that_holds_a_secret_derives_what_would_show_it() {
    let mut checked = 0;
    for path in all_sources() {
        let relative = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        for (derives, name, fields) in structs(&fs::read_to_string(&path).unwrap()) {
            let holds =
                fields.iter().any(|f| f.contains("Zeroizing<[u8") || f.contains(": Secret<[u8"));
            if holds {
                checked += 1;
                for shows in ["Debug", "Serialize"] {
                    assert!(!derives.contains(shows), "{relative}: {name} derives {shows}");
                }
            }
        }
    }
    assert!(checked >= 3, "only {checked} structs with secrets were found: the search is broken");
}
