//! The table of `docs/RELIABILITY.md`, made of the ledger.

use std::fmt::Write as _;
use std::io::Write;

use super::command::{documents, ledger_path};
use super::kinds::Kind;
use super::ledger::{self, Failed, Line};
use super::tables;

/// What a failed round says when nothing that was acknowledged is missing: a damage was not
/// named, or a process was not up in time and nothing could be looked at. All else counts.
const NOT_A_LOSS: [&str; 4] =
    ["it is not named", "names another thing", "does not name it", "does not become ready"];

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
                     acknowledged records lost | rounds in which a check failed |\n\
                     |---|---|---|---|---|---|---|---|\n"
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
            "| {kind} | {} | {faulted} | {} | {} | {} | {} | {failed} |",
            kind.injects(),
            sum(|line| line.result.faults),
            sum(|line| line.result.survived),
            sum(|line| line.result.acknowledged),
            sum(lost),
        );
    }
    table
}

/// Failed rounds of which the check does not exclude that something acknowledged was lost: a
/// round ends at the first thing that it misses, so each counts as one record.
fn lost(line: &Line) -> u64 {
    let is_lost = |failed: &&Failed| !NOT_A_LOSS.iter().any(|words| failed.what.contains(words));
    u64::try_from(line.result.failed.iter().filter(is_lost).count()).unwrap_or(u64::MAX)
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
    use super::super::rounds::Round;
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
    fn a_failed_round_counts_as_a_lost_record_unless_it_says_what_else_it_is() {
        let round = |seed, what: &str| {
            let error: Box<dyn std::error::Error + Send + Sync> = what.into();
            Round::failed(seed, &*error)
        };
        let rounds = [
            Round::survived(1),
            round(2, "a-1 was acknowledged at leaf 3 and is lost"),
            round(3, "nobody has thought of this"),
            round(4, "platform does not become ready: "),
        ];
        let table = table(&[Line::of(Kind::KillStore, &rounds, 1.0).unwrap()]);
        assert!(table.ends_with("| 4 | 4 | 1 | 0 | 2 | 3 |\n"), "{table}");
    }

    #[test]
    fn the_page_is_in_step_with_the_ledger() {
        assert!(job(true, &mut std::io::stderr()).unwrap());
    }
}
