//! The table of `docs/RELIABILITY.md`, made of the ledger.

use std::fmt::Write as _;
use std::io::Write;

use super::command::{documents, ledger_path};
use super::kinds::Kind;
use super::ledger::{self, Line};
use super::tables;

/// Writes the table into the page, or says whether the page has it already.
pub(crate) fn job(check: bool, out: &mut dyn Write) -> Result<bool, String> {
    let path = documents().join("RELIABILITY.md");
    let page =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut made = with_table(&page, "faults", &table(&ledger::read(&ledger_path())?))?;
    for name in tables::NAMES {
        made = with_table(&made, name, &tables::table(name, &documents().join("reliability"))?)?;
    }
    if made == page {
        return Ok(true);
    }
    if check {
        writeln!(out, "docs/RELIABILITY.md is not in step: run `reliability report`")
            .map_err(|error| error.to_string())?;
        return Ok(false);
    }
    let disk = heqi_evidence_store::durable_file::Disk::default();
    disk.write_atomic(&path, &[made.as_bytes()]).map_err(|error| error.to_string())?;
    Ok(true)
}

/// One row per kind that was run.
pub fn table(lines: &[Line]) -> String {
    let mut table = "| kind | injected | rounds | faults | survived | records acknowledged | \
                     rounds in which a check failed |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for kind in Kind::ALL {
        let lines = || lines.iter().filter(move |line| line.kind == kind.name());
        if lines().next().is_none() {
            continue;
        }
        let sum = |of: fn(&Line) -> u64| lines().map(of).sum::<u64>();
        let faulted = sum(|line| line.rounds);
        let failed = sum(|line| u64::try_from(line.result.failed.len()).unwrap_or(u64::MAX));
        let _ = writeln!(
            table,
            "| {kind} | {} | {faulted} | {} | {} | {} | {failed} |",
            kind.injects(),
            sum(|line| line.result.faults),
            sum(|line| line.result.survived),
            sum(|line| line.result.acknowledged),
        );
    }
    table
}

/// The page with this table between the marks that have its name.
///
/// # Errors
/// The page has no marks.
pub fn with_table(page: &str, name: &str, table: &str) -> Result<String, String> {
    let begin = format!("<!-- {name}: made by `reliability report` -->\n");
    let end = format!("<!-- /{name} -->");
    let marked = page.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{begin}{table}{end}{after}"))
    });
    marked.ok_or_else(|| format!("docs/RELIABILITY.md has lost its marks of {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_replaces_what_stands_between_the_marks_and_nothing_else() {
        let page = |table: &str| {
            format!("before\n<!-- a: made by `reliability report` -->\n{table}<!-- /a -->\nafter\n")
        };
        assert_eq!(with_table(&page("old\n"), "a", "new\n").unwrap(), page("new\n"));
        assert_eq!(with_table(&page("new\n"), "a", "new\n").unwrap(), page("new\n"));
        assert!(with_table("no marks", "a", "new").is_err());
        assert!(with_table(&page(""), "b", "new").is_err());
    }

    #[test]
    fn the_page_is_in_step_with_the_ledger() {
        assert!(job(true, &mut std::io::stderr()).unwrap());
    }
}
