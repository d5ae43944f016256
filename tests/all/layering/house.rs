//! The rows, and the rule.

/// Rows from the lowest to the highest. Crates of later stages already have their place.
const ROWS: &[&[&str]] = &[
    &["heqi-vocabulary"],
    &["heqi-tlog", "heqi-pki", "heqi-paper", "heqi-credentials"],
    &["heqi-evidence", "heqi-identity", "heqi-sealed-pdf"],
    &["heqi-filing", "heqi-renewal"],
    &["heqi-evidence-store", "heqi-documents"],
    &["heqi-registration", "heqi-notarization"],
    &[
        "heqi-pages",
        "heqi-notary-protocol",
        "heqi-face",
        "heqi-notify",
        "heqi-providers",
        "heqi-search",
    ],
    &[
        "heqi-api",
        "heqi-monitor",
        "heqi-notary-center",
        "heqi-notary-sync",
        "heqi-time-authority",
        "heqi-verify",
    ],
    &["heqi"],
];

/// Crates beside the stack: what they may use of ours, and the lowest row that may use
/// them.
///
/// The service kit is about HTTP, settings and processes. Adapters and programs live
/// there; a use case that knew it could no longer be called without a server. It may use
/// the shared words, because a failure explains itself in them, and nothing else of ours.
/// Fonts are data that the row of the specifications prints with. Nothing uses xtask.
const BESIDE: &[Beside] = &[
    Beside { name: "heqi-service-kit", uses: &["heqi-vocabulary"], serves_from_row: Some(6) },
    Beside { name: "heqi-fonts", uses: &[], serves_from_row: Some(1) },
    Beside { name: "xtask", uses: &[], serves_from_row: None },
];

/// Crates made of test code. They may use anything; nothing else may use them.
const TEST_CODE: &[&str] = &["heqi-fuzz", "heqi-testkit", "heqi-tests"];

/// Independent implementations and test tools: an oracle inside the program it judges
/// would judge itself.
const FOR_TESTS_ONLY: &[&str] = &[
    "ct-merkle",
    "heqi-fuzz",
    "heqi-testkit",
    "heqi-tests",
    "libfuzzer-sys",
    "proptest",
    "serde_json_canonicalizer",
    "signed_note",
    "tempfile",
    "tlog_tiles",
];

/// Whether a crate is made of test code.
pub(super) fn is_test_code(name: &str) -> bool {
    TEST_CODE.contains(&name)
}

struct Beside {
    name: &'static str,
    uses: &'static [&'static str],
    serves_from_row: Option<usize>,
}

/// A crate of the workspace and what it depends on, ours and others', development
/// dependencies left out.
pub(super) struct Crate {
    name: String,
    depends_on: Vec<String>,
}

impl Crate {
    pub(super) fn new(name: &str, depends_on: &[&str]) -> Self {
        let depends_on = depends_on.iter().map(|name| (*name).to_owned()).collect();
        Self { name: name.to_owned(), depends_on }
    }
}

/// One sentence for each arrow that the house does not allow.
pub(super) fn violations(house: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for crate_ in house.iter().filter(|crate_| !is_test_code(&crate_.name)) {
        let Some(place) = place_of(&crate_.name) else {
            found.push(format!("{} stands in no row", crate_.name));
            continue;
        };
        let complaints =
            crate_.depends_on.iter().filter_map(|dependency| complaint(place, dependency));
        found.extend(complaints.map(|why| format!("{} {why}", crate_.name)));
    }
    found
}

#[derive(Clone, Copy)]
enum Place {
    Row(usize),
    Beside(&'static Beside),
}

fn place_of(name: &str) -> Option<Place> {
    let row = ROWS.iter().position(|row| row.contains(&name)).map(Place::Row);
    row.or_else(|| BESIDE.iter().find(|beside| beside.name == name).map(Place::Beside))
}

fn complaint(place: Place, dependency: &str) -> Option<String> {
    if FOR_TESTS_ONLY.contains(&dependency) {
        return Some(format!("must not depend on {dependency}: only tests may"));
    }
    match (place, place_of(dependency)?) {
        (Place::Row(above), Place::Row(below)) if below < above => None,
        (Place::Row(above), Place::Row(below)) => {
            Some(format!("(row {above}) must not depend on {dependency} (row {below})"))
        }
        (Place::Row(row), Place::Beside(beside)) => match beside.serves_from_row {
            Some(lowest) if row >= lowest => None,
            Some(lowest) => Some(format!(
                "(row {row}) must not depend on {dependency}: rows {lowest} and above may"
            )),
            None => Some(format!("(row {row}) must not depend on {dependency}: nothing may")),
        },
        (Place::Beside(beside), _) if beside.uses.contains(&dependency) => None,
        (Place::Beside(_), _) => {
            Some(format!("(beside the stack) must not depend on {dependency}"))
        }
    }
}
