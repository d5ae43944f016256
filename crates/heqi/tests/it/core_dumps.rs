//! No crash of a running service writes the memory with its keys to a disk.

use std::fs;

use crate::program::Folder;

/// Soft and hard limit on core dumps, of `/proc/{process}/limits` (proc(5)).
fn core_limits(process: &str) -> Option<(String, String)> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max core file size"))?;
    let mut words = line.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.to_owned()))
}

#[test]
fn a_service_that_runs_leaves_no_core_dump_and_cannot_be_told_to() {
    let Some((_, ours)) = core_limits("self") else {
        println!("SKIPPED: this system has no /proc");
        return;
    };
    let folder = Folder::new();
    let demo = folder.start();
    // A limit of zero that cannot be raised; where this test has none itself, it is the program that set it.
    let its = core_limits(&demo.id().to_string()).unwrap();
    assert_eq!(its, ("0".to_owned(), "0".to_owned()));
    if ours == "0" {
        println!("SKIPPED: core dumps are off here already, whoever turned them off");
    }
    assert_eq!(demo.end(), Some(0));
}
