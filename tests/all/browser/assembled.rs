//! The committed page is what its sources give, and its own unit tests pass.

use std::process::{Command, Output};

use super::verifier::root;

/// Runs a tool in the folder of the page; none when it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    let folder = root().join("crates/verify/page");
    Command::new(program).args(arguments).current_dir(folder).output().ok()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn the_committed_page_is_what_its_sources_give() {
    if !root().join("crates/verify/page/node_modules/esbuild").exists() {
        let installed = run("npm", &["ci", "--no-audit", "--no-fund"]);
        if !installed.as_ref().is_some_and(|output| output.status.success()) {
            let why = installed.as_ref().map_or("npm is not installed".into(), said);
            let missing = "the packages of crates/verify/page cannot be installed";
            super::walk::skipped(&format!("{missing}: {why}"));
            return;
        }
    }
    let built = run("node", &["build.mjs", "--check"]).unwrap();
    assert!(built.status.success(), "{}", said(&built));
}

#[test]
fn the_modules_of_the_page_agree_with_every_vector() {
    if !root().join("crates/verify/page/node_modules/@noble/curves").exists() {
        super::walk::skipped("run `npm ci` in crates/verify/page");
        return;
    }
    let tested = run("node", &["--test", "test/"]).unwrap();
    assert!(tested.status.success(), "{}", said(&tested));
}
