//! A fixed sample of what `cargo xtask differential` asks: the program and the page's own
//! JavaScript say the same of spoiled files.

use heqi_fuzz::differential::{Page, run, run_kept};

/// Questions below 1,000 are asked in every test run, the others once.
const SAMPLE: u64 = 250;

#[test]
fn what_they_disagreed_about_once_they_agree_about() {
    let Some(mut page) = Page::start().unwrap() else { return };
    let outcome = run_kept(&mut page).unwrap();
    assert!(outcome.differences.is_empty(), "{:#?}", outcome.differences);
    assert!(outcome.asked > 0);
}

#[test]
fn program_and_page_say_the_same_of_spoiled_files() {
    let Some(mut page) = Page::start().unwrap() else { return };
    let outcome = run(&mut page, 0..SAMPLE).unwrap();
    assert!(outcome.differences.is_empty(), "{:#?}", outcome.differences);
    assert_eq!(outcome.asked, SAMPLE);
    // A sample that is always unreadable would check one branch of two programs.
    assert!(outcome.verdicts.len() >= 3, "{:?}", outcome.verdicts);
}
