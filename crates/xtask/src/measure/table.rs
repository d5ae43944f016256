//! The table of speed as it stands in the page: the newest whole line of each row, each figure beside what is wanted.

use std::fmt::Write as _;

use serde_json::Value;

use super::not_idle;
use super::rows::{Bar, ROWS, Row, Wanted};

const BEGIN: &str = "<!-- speed: made by `cargo xtask measure` -->\n";
const END: &str = "<!-- /speed -->";
const HEAD: &str =
    "| what | command | measured | standing | when, load average |\n|---|---|---|---|---|\n";

/// The table of these lines.
pub(super) fn of(lines: &[Value]) -> String {
    let mut table = HEAD.to_owned();
    for row in ROWS {
        let of_row: Vec<&Value> = newest(lines, row);
        let Some(last) = of_row.last() else {
            let _ = writeln!(
                table,
                "| {} | `{}` | not measured yet | open | |",
                row.what,
                row.by.command(false)
            );
            continue;
        };
        let (mut figures, mut missed, mut open) = (Vec::new(), Vec::new(), false);
        for bar in row.bars {
            let Some(value) = value(&of_row, bar) else {
                open |= !matches!(bar.wanted, Wanted::Shown);
                continue;
            };
            let (wanted, is_met) = judged(bar, value);
            figures.push(format!("{} {}{wanted}", number(value), bar.unit));
            if !is_met {
                missed.push(bar.unit);
            }
        }
        let standing = if !missed.is_empty() {
            format!("missed: {}", missed.join(", "))
        } else if open {
            "in part".to_owned()
        } else {
            "met".to_owned()
        };
        let text = |name: &str| last.get(name).and_then(Value::as_str).unwrap_or_default();
        let load = last.get("load_average").and_then(Value::as_f64);
        let load = not_idle(load).unwrap_or_else(|| load.unwrap_or_default().to_string());
        let _ = writeln!(
            table,
            "| {} | `{}` | {} | {standing} | {}, {load} |",
            row.what,
            text("command"),
            figures.join("; "),
            text("at").get(..10).unwrap_or_default(),
        );
    }
    table
}

/// The lines of the newest whole run of a row: those that were written together.
pub(super) fn newest<'a>(lines: &'a [Value], row: &Row) -> Vec<&'a Value> {
    let is_whole = |line: &&Value| line.get("quick").and_then(Value::as_bool) != Some(true);
    let of_row = lines.iter().filter(is_whole);
    let of_row = of_row.filter(|line| line.get("row").and_then(Value::as_str) == Some(row.name));
    let of_row: Vec<&Value> = of_row.collect();
    let last = of_row.last().and_then(|line| line.get("at"));
    of_row.iter().filter(|line| line.get("at") == last).copied().collect()
}

pub(super) fn value(lines: &[&Value], bar: &Bar) -> Option<f64> {
    let is_it = |line: &&&Value| {
        bar.of.is_none_or(|(member, wanted)| {
            let value = line.get(member);
            let text = value.and_then(|value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            text.as_deref() == Some(wanted)
        })
    };
    lines.iter().filter(is_it).find_map(|line| line.get(bar.member)?.as_f64())
}

/// What is wanted, in words, and whether it is so.
pub(super) fn judged(bar: &Bar, value: f64) -> (String, bool) {
    match bar.wanted {
        Wanted::AtLeast(least) => (format!(" (≥ {})", number(least)), value >= least),
        Wanted::Below(most) => (format!(" (< {})", number(most)), value < most),
        Wanted::Shown => (String::new(), true),
    }
}

/// As people read it: three figures that count, thousands apart.
pub(super) fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        let text = format!("{value:.2}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The page with this table between its marks.
pub(super) fn in_page(page: &str, table: &str) -> Result<String, String> {
    let marked = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{BEGIN}{table}{END}{after}"))
    });
    marked.ok_or_else(|| "docs/PERFORMANCE.md has lost its marks of the table of speed".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_row_shows_its_newest_whole_run_beside_what_is_wanted() {
        let line = |at: &str, rate: f64, quick: bool| {
            json!({ "row": "ceremony", "command": "heqi load", "at": at, "quick": quick,
                    "load_average": 0.1, "rate_per_s": rate, "ratio": 0.61, "cpu_ms_per_op": 2.0,
                    "memory_idle_mb": 120.0, "memory_peak_mb": 300.0, "disk_share": 0.9 })
        };
        let lines = [
            line("2026-11-28T10:00:00Z", 400.0, false),
            line("2026-11-29T10:00:00Z", 1_601.4, false),
            line("2026-11-30T10:00:00Z", 9.0, true),
        ];
        let table = of(&lines);
        let row = table.lines().find(|line| line.contains("whole ceremony")).unwrap();
        for part in ["1,601 /s (≥ 600)", "0.61 of the limit (≥ 0.5)", "| met |", "2026-11-29"] {
            assert!(row.contains(part), "{part:?} in {row}");
        }
        let open = table.lines().find(|line| line.contains("time stamps")).unwrap();
        assert!(open.contains("not measured yet") && open.contains("token_rate"), "{open}");
        let slow = of(&[line("2026-11-29T10:00:00Z", 401.0, false)]);
        assert!(slow.contains("missed: /s"), "{slow}");
        assert!(slow.contains("2026-11-29, 0.1 |"), "{slow}");
        for (load, words) in [(json!(3.5), "busy, load average 3.5"), (json!(null), "not known")] {
            let mut line = line("2026-11-29T10:00:00Z", 401.0, false);
            line["load_average"] = load;
            let table = of(&[line]);
            assert!(table.contains(words), "{table}");
        }
    }

    #[test]
    fn figures_of_one_line_of_several_are_found_by_what_it_is() {
        let lines = [
            json!({ "row": "restart", "at": "2026-11-29", "bench": "cold_start", "seconds": 1.25 }),
            json!({ "row": "restart", "at": "2026-11-29", "bench": "index_rebuild", "seconds": 20,
                    "rows_per_s": 51_000 }),
        ];
        let table = of(&lines);
        assert!(table.contains("1.25 s to start (< 2); 51,000 rows/s (≥ 50,000)"), "{table}");
    }

    #[test]
    fn the_table_stands_between_its_marks() {
        let page = format!("before\n{BEGIN}old\n{END}\nafter\n");
        assert_eq!(in_page(&page, "new\n").unwrap(), format!("before\n{BEGIN}new\n{END}\nafter\n"));
        assert!(in_page("nothing", "new").is_err());
    }

    #[test]
    fn the_page_is_in_step_with_the_ledger() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let page = std::fs::read_to_string(root.join("docs/PERFORMANCE.md")).unwrap();
        let ledger = root.join("docs/performance/measured.jsonl");
        let lines = super::super::read(&ledger).unwrap();
        assert!(in_page(&page, &of(&lines)).unwrap() == page, "run cargo xtask measure --report");
    }
}
