//! The house of docs/ARCHITECTURE.md, held up by a test: a crate depends only on rows
//! below its own, the verifier stands on pure crates, and what only tests may use stays
//! out of the programs.
//!
//! Normal and build dependencies are arrows. Development dependencies are not: a test
//! may stand on anything.

mod graph;
mod house;

use house::{Crate, is_test_code, violations};

/// Everything of ours that the verifier may stand on, directly or not.
const VERIFIER_STANDS_ON: &[&str] = &[
    "heqi-vocabulary",
    "heqi-tlog",
    "heqi-pki",
    "heqi-evidence",
    "heqi-renewal",
    "heqi-sealed-pdf",
];

/// Crates that open sockets. A name that ends in `*` stands for all that begin so.
const NETWORK: &[&str] =
    &["actix*", "h2", "hyper*", "mio", "reqwest", "rustls", "socket2", "tokio*", "ureq"];

#[test]
fn every_crate_depends_only_on_rows_below_its_own() {
    let found = violations(&graph::house());
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// `testing` opens fixtures, and what breaks files: in a program that is shipped nobody is to reach it. The crates of test
/// code have it as a normal dependency, which is why a program is built by its own name and not with the whole workspace.
#[test]
fn no_program_is_built_with_what_opens_a_store_to_tests() {
    let asking = graph::asking_for("testing");
    let shipped: Vec<_> = asking.iter().filter(|name| !is_test_code(name)).collect();
    assert!(shipped.is_empty(), "{shipped:?} must ask for `testing` in their tests only");
    // The same question must be able to say yes.
    assert!(asking.iter().any(|name| name == "heqi-tests"), "{asking:?}");
}

#[test]
fn the_verifier_stands_on_pure_crates_of_ours() {
    let metadata = graph::metadata();
    let mut found = graph::normal_closure(&metadata, "heqi-verify");
    found.retain(|name| name.starts_with("heqi"));
    let strangers: Vec<_> =
        found.iter().filter(|name| !VERIFIER_STANDS_ON.contains(&name.as_str())).collect();
    assert!(strangers.is_empty(), "heqi-verify must not stand on {strangers:?}");
    assert!(found.iter().any(|name| name == "heqi-evidence"), "the closure is empty: {found:?}");
}

#[test]
fn the_verifier_links_no_network_code() {
    let metadata = graph::metadata();
    let closure = graph::normal_closure(&metadata, "heqi-verify");
    let opens: Vec<_> = closure.iter().filter(|name| opens_sockets(name)).collect();
    assert!(opens.is_empty(), "heqi-verify links {opens:?}");
    // The same question must be able to say yes.
    assert!(graph::normal_closure(&metadata, "heqi-api").iter().any(|name| opens_sockets(name)));
}

#[test]
fn one_provider_of_cryptography_serves_tls() {
    let metadata = graph::metadata();
    let present = |name: &str| metadata.packages.iter().any(|package| package.name == name);
    assert!(present("ring"), "TLS without a provider");
    assert!(!present("aws-lc-rs"), "ring and aws-lc-rs are both present");
}

#[test]
fn an_upward_arrow_is_noticed() {
    let found = violations(&[
        Crate::new("heqi-tlog", &["heqi-evidence"]),
        Crate::new("heqi-evidence", &["heqi-tlog"]),
    ]);
    assert_eq!(found, ["heqi-tlog (row 1) must not depend on heqi-evidence (row 2)"]);
}

#[test]
fn a_sideways_arrow_is_noticed() {
    let found = violations(&[
        Crate::new("heqi-registration", &["heqi-notarization"]),
        Crate::new("heqi-notarization", &[]),
    ]);
    assert_eq!(found, ["heqi-registration (row 5) must not depend on heqi-notarization (row 5)"]);
}

#[test]
fn a_crate_that_stands_in_no_row_is_noticed() {
    let found = violations(&[Crate::new("heqi-helpers", &[])]);
    assert_eq!(found, ["heqi-helpers stands in no row"]);
}

#[test]
fn what_only_tests_may_use_is_noticed_in_a_program() {
    let found = violations(&[Crate::new("heqi-evidence", &["ct-merkle", "heqi-testkit", "serde"])]);
    assert_eq!(
        found,
        [
            "heqi-evidence must not depend on ct-merkle: only tests may",
            "heqi-evidence must not depend on heqi-testkit: only tests may",
        ]
    );
    assert!(violations(&[Crate::new("heqi-testkit", &["heqi-api", "proptest"])]).is_empty());
}

#[test]
fn what_stands_beside_the_stack_knows_words_only_and_serves_the_edge_only() {
    let found = violations(&[
        Crate::new("heqi-service-kit", &["heqi-vocabulary", "heqi-tlog"]),
        Crate::new("heqi-registration", &["heqi-service-kit"]),
        Crate::new("heqi-api", &["heqi-service-kit"]),
        Crate::new("heqi", &["xtask"]),
    ]);
    assert_eq!(
        found,
        [
            "heqi-service-kit (beside the stack) must not depend on heqi-tlog",
            "heqi-registration (row 5) must not depend on heqi-service-kit: rows 6 and above may",
            "heqi (row 8) must not depend on xtask: nothing may",
        ]
    );
}

fn opens_sockets(name: &str) -> bool {
    NETWORK.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *pattern,
    })
}
