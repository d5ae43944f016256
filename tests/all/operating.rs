//! `docs/OPERATING.md` names every setting, metric and alarm of the services, none that nothing reads or raises, and the
//! defaults of `[api]`.
//!
//! By name only: a key that stands in another table than its own is found by the services, which refuse it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use heqi_api::ApiSettings;
use heqi_service_kit::settings::{self, Environment};
use serde::Deserialize;

use crate::promises::{root, sources};

/// Files in which settings are read, besides those that only say what an anchor or a name is.
const SETTINGS: [&str; 14] = [
    "api/src/settings.rs",
    "crates/heqi/src/settings.rs",
    "crates/heqi/src/settings/identity.rs",
    "crates/heqi/src/settings/notary.rs",
    "crates/heqi/src/settings/notify.rs",
    "crates/heqi/src/settings/time.rs",
    "crates/heqi/src/settings/workbench.rs",
    "crates/service-kit/src/admission.rs",
    "crates/service-kit/src/alarms.rs",
    "crates/service-kit/src/limits.rs",
    "crates/service-kit/src/rates.rs",
    "crates/service-kit/src/telemetry.rs",
    "crates/service-kit/src/tls.rs",
    "crates/service-kit/src/tls/peer.rs",
];

/// Files whose structs stand in settings and elsewhere.
const SHARED: [&str; 5] = [
    "crates/evidence/src/anchors.rs",
    "crates/notarization/src/matter/number.rs",
    "crates/notify/src/template.rs",
    "crates/registration/src/platform/settings.rs",
    "crates/registration/src/regulator/apply.rs",
];

fn page() -> String {
    std::fs::read_to_string(root().join("docs/OPERATING.md")).unwrap()
}

/// What stands before the unit tests of a file.
fn program(code: &str) -> &str {
    code.split("\n#[cfg(test)]\nmod tests {").next().unwrap()
}

/// The sources of the services, without their tests.
fn services() -> Vec<String> {
    let mut files = Vec::new();
    for folder in ["api/src", "crates"] {
        sources(&root().join(folder), &mut files);
    }
    files.retain(|path| {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        !path.contains("/tests") && !path.contains("/xtask/")
    });
    let read = |path: &PathBuf| program(&std::fs::read_to_string(path).unwrap()).to_owned();
    files.iter().map(read).collect()
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The text in quotes that `rest` begins with.
fn quoted(rest: &str) -> Option<&str> {
    let name = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    is_word(name).then_some(name)
}

/// The metrics that `code` registers, under their whole names but for the `_total` of counters.
fn metrics(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // The last two are what `figures.rs` of both services calls the first two.
    for call in ["register(", "register_with_unit(", "figure(", "seconds("] {
        for rest in code.split(call).skip(1) {
            let Some(name) = quoted(rest) else { continue };
            let unit = match call {
                "seconds(" => "_seconds".to_owned(),
                "register_with_unit(" => {
                    let (_, unit) = rest.split_once("Unit::").unwrap();
                    let end = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap();
                    format!("_{}", unit.split_at(end).0.to_ascii_lowercase())
                }
                _ => String::new(),
            };
            found.insert(format!("heqi_{name}{unit}"));
        }
    }
    found
}

#[test]
fn the_operators_page_names_every_metric_and_no_other() {
    let files = services().into_iter().filter(|code| code.contains("etrics"));
    let registered: BTreeSet<String> = files.flat_map(|code| metrics(&code)).collect();
    assert!(registered.len() > 50, "{registered:?}");
    let page = page();
    let mut told = BTreeSet::new();
    for rest in page.split("heqi_").skip(1) {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap();
        let name = rest.split_at(end).0;
        // What ends in a line below is the beginning of an API key.
        if !name.ends_with('_') {
            told.insert(format!("heqi_{}", name.strip_suffix("_total").unwrap_or(name)));
        }
    }
    let silent: Vec<&String> = registered.difference(&told).collect();
    assert!(silent.is_empty(), "docs/OPERATING.md does not tell of {silent:?}");
    let unknown: Vec<&String> = told.difference(&registered).collect();
    assert!(unknown.is_empty(), "docs/OPERATING.md tells of {unknown:?}, which nothing counts");
}

#[test]
fn the_operators_page_has_a_row_for_every_alarm_and_for_no_other() {
    let mut watched = BTreeSet::new();
    for code in services() {
        for rest in code.split("Watch {").skip(1) {
            let name = rest.trim_start().strip_prefix("name: ").and_then(quoted);
            watched.extend(name.map(str::to_owned));
        }
    }
    assert!(watched.len() > 25, "{watched:?}");
    let page = page();
    let (_, table) = page.split_once("\n### Alarms\n").unwrap();
    let rows = table.split("\n### ").next().unwrap().lines();
    let cells = rows.filter_map(|row| row.strip_prefix("| `")?.split(" |").next());
    let told: BTreeSet<String> = cells
        .flat_map(|cell| cell.split('`').filter(|word| is_word(word)).map(str::to_owned))
        .collect();
    assert_eq!(told, watched);
}

/// The members of every struct of `code` that settings are read into, as far as a file can set them.
fn members(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let (mut is_read, mut is_inside, mut is_skipped) = (false, false, false);
    for line in program(code).lines() {
        if line.starts_with("#[derive(") {
            is_read = line.contains("Deserialize");
        } else if line.contains("struct ") && line.ends_with('{') {
            is_inside = is_read;
        } else if line.starts_with('}') {
            (is_inside, is_read) = (false, false);
        } else if is_inside && line.contains("#[serde(skip") {
            is_skipped = true;
        } else if is_inside {
            let member = line.trim_start().trim_start_matches("pub(crate) ");
            let member = member.trim_start_matches("pub ");
            let Some((name, _)) = member.split_once(": ") else { continue };
            if is_word(name) && !std::mem::take(&mut is_skipped) {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

fn members_of(files: &[&str]) -> BTreeSet<String> {
    let read = |file: &&str| members(&std::fs::read_to_string(root().join(file)).unwrap());
    files.iter().flat_map(read).collect()
}

/// The keys that a line of TOML sets, also in tables within it and behind a `#`.
fn keys(line: &str) -> Vec<String> {
    let line = line.trim_start_matches("# ");
    let heading = line.trim_start_matches('[');
    if heading.len() < line.len() {
        let heading = heading.split(']').next().unwrap();
        return heading.split('.').map(str::to_owned).collect();
    }
    let mut pieces: Vec<&str> = line.split(" = ").collect();
    pieces.pop();
    let last = |piece: &&str| {
        let begins = piece.rfind(|c: char| !c.is_ascii_lowercase() && c != '_');
        piece.split_at(begins.map_or(0, |at| at + 1)).1.to_owned()
    };
    let mut keys: Vec<String> = pieces.iter().map(last).collect();
    keys.retain(|key| is_word(key));
    keys
}

#[test]
fn the_operators_page_shows_every_setting_and_no_other() {
    let page = page();
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let mut shown: BTreeSet<String> = blocks.flat_map(str::lines).flat_map(keys).collect();
    // One message and one language of `[notify.templates]`.
    for key in ["invitation", "zh"] {
        assert!(shown.remove(key), "{key}");
    }
    let read = members_of(&SETTINGS);
    assert!(read.len() > 120, "{read:?}");
    let silent: Vec<&String> = read.difference(&shown).collect();
    assert!(silent.is_empty(), "docs/OPERATING.md does not show {silent:?}");
    let shared = members_of(&SHARED);
    let unknown = shown.iter().filter(|key| !read.contains(*key) && !shared.contains(*key));
    let unknown: Vec<&String> = unknown.collect();
    assert!(unknown.is_empty(), "docs/OPERATING.md shows {unknown:?}, which nothing reads");
}

/// What stands below `[api]`.
#[derive(Debug, Deserialize)]
struct OfPlatform {
    api: ApiSettings,
}

#[test]
fn what_the_operators_page_shows_below_api_is_what_holds_without_it() {
    let page = page();
    let (_, example) = page.split_once("\n### platform.toml\n").unwrap();
    let (_, rest) = example.split_once("\n[api]\n").unwrap();
    let (table, _) = rest.split_once("\n[telemetry]\n").unwrap();
    let text = format!("[api]\n{table}\n");
    let shown: OfPlatform =
        settings::read(&text, "docs/OPERATING.md", &Environment::default()).unwrap();
    assert_eq!(format!("{:?}", shown.api), format!("{:?}", ApiSettings::default()));
}

#[test]
fn names_are_found_where_they_stand() {
    let code = "metrics.register(\n    \"a_b\",\n); metrics.register_with_unit(\"c\", \"d\", Unit::Bytes, e);
        figure(name, help); seconds(\"f\", \"g\")";
    let found: Vec<String> = metrics(code).into_iter().collect();
    assert_eq!(found, ["heqi_a_b", "heqi_c_bytes", "heqi_f_seconds"]);
    let code = "#[derive(Deserialize)]\npub struct A {\n    /// Words: these.\n    pub b: u8,\n    #[serde(skip)]\n    pub c: u8,\n    d: u8,\n}\n#[derive(Debug)]\nstruct E {\n    f: u8,\n}\n";
    let found: Vec<String> = members(code).into_iter().collect();
    assert_eq!(found, ["b", "d"]);
    assert_eq!(keys("tls = { roots_file = \"…\", name = \"x\" }"), ["tls", "roots_file", "name"]);
    assert_eq!(keys("[[time_authorities.roots]]"), ["time_authorities", "roots"]);
    assert_eq!(keys("# a_b = 1  # words"), ["a_b"]);
    assert_eq!(keys("# [a.b]  # words"), ["a", "b"]);
}
