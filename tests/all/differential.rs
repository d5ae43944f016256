//! A fixed sample of what `cargo xtask differential` asks: the program and the page's own
//! JavaScript say the same of spoiled files.

use heqi_fuzz::differential::{Page, run, run_kept};

/// Questions below 1,000 are asked in every test run, the others once.
const SAMPLE: u64 = 250;

/// The page, or none where node or its packages are missing: why is printed. A build server has to have them: there two
/// verifiers that nobody asked are a failure.
fn page() -> Option<Page> {
    let on_build_server = std::env::var("CI").is_ok_and(|value| value == "true");
    needed(Page::start().unwrap(), on_build_server)
}

fn needed<P>(page: Option<P>, on_build_server: bool) -> Option<P> {
    let missing = "CI=true, and there is no node or no package of crates/verify/page (npm ci)";
    assert!(page.is_some() || !on_build_server, "{missing}");
    page
}

#[test]
fn without_node_a_test_is_skipped_here_and_fails_on_a_build_server() {
    assert_eq!(needed(None::<u8>, false), None);
    assert_eq!(needed(Some(7), true), Some(7));
    assert!(std::panic::catch_unwind(|| needed(None::<u8>, true)).is_err());
}

#[test]
fn what_they_disagreed_about_once_they_agree_about() {
    let Some(mut page) = page() else { return };
    let outcome = run_kept(&mut page).unwrap();
    assert!(outcome.differences.is_empty(), "{:#?}", outcome.differences);
    assert!(outcome.asked > 0);
}

#[test]
fn program_and_page_say_the_same_of_spoiled_files() {
    let Some(mut page) = page() else { return };
    let outcome = run(&mut page, 0..SAMPLE).unwrap();
    assert!(outcome.differences.is_empty(), "{:#?}", outcome.differences);
    assert_eq!(outcome.asked, SAMPLE);
    // A sample that is always unreadable would check one branch of two programs.
    assert!(outcome.verdicts.len() >= 3, "{:?}", outcome.verdicts);
}
