//! Tables of `docs/RELIABILITY.md` about inputs, mutants and the two verifiers, made of the
//! ledgers that `cargo xtask fuzz`, `mutants` and `differential` write.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

/// Names of the tables: each stands in the page between two marks and is made of the ledger
/// `<name>.jsonl`.
pub const NAMES: [&str; 3] = ["fuzz", "mutants", "differential"];

/// The table called `name`, from the folder of the ledgers.
///
/// # Errors
/// A ledger that is there cannot be read.
pub fn table(name: &str, ledgers: &Path) -> Result<String, String> {
    let results = results(&ledgers.join(format!("{name}.jsonl")))?;
    Ok(match name {
        "fuzz" => fuzz(&results),
        "mutants" => mutants(&results),
        _ => differential(&results),
    })
}

/// Mutants that survived the newest run of their package, without line and column.
///
/// # Errors
/// The ledger cannot be read.
pub fn survivors(ledgers: &Path) -> Result<Vec<String>, String> {
    let results = results(&ledgers.join("mutants.jsonl"))?;
    let missed = newest(&results).into_values().flat_map(|result| list(result, "missed"));
    Ok(missed.map(without_place).collect())
}

/// `crates/a/src/b.rs:1:2: replace …` without the numbers, which change with every edit.
fn without_place(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    let (file, change) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    format!("{file}:{change}")
}

fn fuzz(results: &[Value]) -> String {
    let mut table = "| target | inputs | edges reached | seconds | processor seconds | found |\n\
                     |---|---|---|---|---|---|\n"
        .to_owned();
    let mut all = [0; 4];
    let targets: BTreeSet<&str> = results.iter().map(|result| text(result, "target")).collect();
    for target in targets {
        let of_target = || results.iter().filter(|result| text(result, "target") == target);
        let sum = |member: &str| of_target().map(|result| number(result, member)).sum::<u64>();
        let edges = of_target().map(|result| number(result, "coverage")).max().unwrap_or(0);
        let found = of_target().filter(|result| result.get("found").is_some_and(Value::is_string));
        let row = [
            sum("execs"),
            sum("seconds"),
            sum("cpu_seconds"),
            u64::try_from(found.count()).unwrap_or(u64::MAX),
        ];
        let [inputs, seconds, cpu, found] = row.map(grouped);
        let edges = grouped(edges);
        let _ = writeln!(table, "| {target} | {inputs} | {edges} | {seconds} | {cpu} | {found} |");
        all.iter_mut().zip(row).for_each(|(all, one)| *all += one);
    }
    let [inputs, seconds, cpu, found] = all.map(grouped);
    let _ = writeln!(table, "| **all** | {inputs} | | {seconds} | {cpu} | {found} |");
    table
}

fn mutants(results: &[Value]) -> String {
    let mut table =
        "| crate | mutants | caught | timed out | do not compile | survived | of those \
                     that compile | seconds |\n|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    let mut all = [0; 6];
    let row = |table: &mut String, name: &str, row: [u64; 6]| {
        let [mutants, caught, timed_out, unviable, missed, seconds] = row;
        let tried = caught + timed_out + missed;
        let share = (missed * 1000).checked_div(tried).unwrap_or(0);
        let _ = writeln!(
            table,
            "| {name} | {mutants} | {caught} | {timed_out} | {unviable} | {missed} | {}.{} % | {seconds} |",
            share / 10,
            share % 10
        );
    };
    for (package, result) in newest(results) {
        let numbers = [
            number(result, "mutants"),
            number(result, "caught"),
            number(result, "timed_out"),
            number(result, "unviable"),
            u64::try_from(list(result, "missed").count()).unwrap_or(u64::MAX),
            number(result, "seconds"),
        ];
        row(&mut table, package, numbers);
        all.iter_mut().zip(numbers).for_each(|(all, one)| *all += one);
    }
    row(&mut table, "**all**", all);
    table
}

fn differential(results: &[Value]) -> String {
    let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
    for (verdict, count) in
        results.iter().filter_map(|one| one.get("verdicts")?.as_object()).flatten()
    {
        *verdicts.entry(verdict).or_default() += count.as_u64().unwrap_or(0);
    }
    let sum = |member: &str| results.iter().map(|one| number(one, member)).sum::<u64>();
    let differences: usize = results.iter().map(|one| numbers(one, "differences")).sum();
    let listed: Vec<String> =
        verdicts.iter().map(|(verdict, count)| format!("{verdict} {}", grouped(*count))).collect();
    format!(
        "| files asked about | of which, by verdict | differences | seconds |\n|---|---|---|---|\n\
         | {} | {} | {differences} | {} |\n",
        grouped(sum("asked")),
        listed.join(", "),
        grouped(sum("seconds")),
    )
}

/// The newest whole run of each package.
fn newest(results: &[Value]) -> BTreeMap<&str, &Value> {
    let whole = results.iter().filter(|result| result.get("mutants").is_some());
    whole.map(|result| (text(result, "package"), result)).collect()
}

fn results(ledger: &Path) -> Result<Vec<Value>, String> {
    let text = match std::fs::read_to_string(ledger) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", ledger.display())),
    };
    let result = |line: &str| {
        let line: Value =
            serde_json::from_str(line).map_err(|error| format!("{}: {error}", ledger.display()))?;
        line.get("result").cloned().ok_or_else(|| format!("{}: no result", ledger.display()))
    };
    text.lines().map(result).collect()
}

fn text<'a>(result: &'a Value, member: &str) -> &'a str {
    result.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn number(result: &Value, member: &str) -> u64 {
    result.get(member).and_then(Value::as_u64).unwrap_or(0)
}

fn list<'a>(result: &'a Value, member: &str) -> impl Iterator<Item = &'a str> {
    result.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn numbers(result: &Value, member: &str) -> usize {
    result.get(member).and_then(Value::as_array).map_or(0, Vec::len)
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::command::documents;
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn the_newest_run_of_a_crate_counts_and_shards_of_old_do_not() {
        let run = |missed: &[&str], mutants: Option<u64>| {
            json!({"package": "a", "caught": 9, "missed": missed, "mutants": mutants,
                   "seconds": 5, "timed_out": 0, "unviable": 1})
        };
        let mut shard = run(&[], None);
        shard.as_object_mut().unwrap().remove("mutants");
        let results = [run(&["x", "y"], Some(12)), run(&["x"], Some(11)), shard];
        assert!(mutants(&results).contains("| a | 11 | 9 | 0 | 1 | 1 | 10.0 % | 5 |"));
    }

    #[test]
    fn what_was_run_on_a_target_adds_up() {
        let run = |execs: u64, coverage: u64, found: Option<&str>| {
            json!({"target": "note", "execs": execs, "coverage": coverage, "seconds": 60,
                   "cpu_seconds": 20, "found": found})
        };
        let table = fuzz(&[run(1_000, 7, None), run(500, 9, Some("panicked"))]);
        assert!(table.contains("| note | 1,500 | 9 | 120 | 40 | 1 |"), "{table}");
        assert!(table.contains("| **all** | 1,500 | | 120 | 40 | 1 |"), "{table}");
    }

    #[test]
    fn every_mutant_that_survived_is_explained_on_the_page() {
        let page = std::fs::read_to_string(documents().join("RELIABILITY.md")).unwrap();
        for survivor in survivors(&documents().join("reliability")).unwrap() {
            let survivor = survivor.replace('|', "\\|");
            assert!(page.contains(&survivor), "not explained: {survivor}");
        }
    }
}
