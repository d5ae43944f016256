//! Bars that are missed. Those that are known stand in `docs/performance/known-misses.json`, each with why: whoever
//! misses another one has made something slower, and `--strict` says so.

use serde::Deserialize;
use serde_json::Value;

use super::rows::{Bar, ROWS, Row, Wanted};
use super::table::{judged, newest, number, value};

/// Below the folder of the figures.
pub(super) const FILE: &str = "known-misses.json";

/// A bar that is known to be missed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    row: String,
    bar: String,
    /// Why, for whoever reads the file.
    why: String,
}

/// What the newest whole runs miss.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Misses {
    /// Those that nobody has explained.
    pub(super) unexplained: Vec<String>,
    /// Known ones that are met now.
    pub(super) over: Vec<String>,
}

/// Reads the file; none is known where there is none.
pub(super) fn read(text: &str) -> Result<Vec<Known>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let known: Vec<Known> =
        serde_json::from_str(text).map_err(|error| format!("{FILE}: {error}"))?;
    match known.iter().find(|known| !is_wanted(known) || known.why.trim().is_empty()) {
        Some(known) => {
            Err(format!("{FILE}: {} {} is no bar, or has no reason", known.row, known.bar))
        }
        None => Ok(known),
    }
}

fn is_wanted(known: &Known) -> bool {
    let of_row = ROWS.iter().filter(|row| row.name == known.row);
    let mut bars = of_row.flat_map(|row| row.bars);
    bars.any(|bar| name(bar) == known.bar && !matches!(bar.wanted, Wanted::Shown))
}

/// What the newest whole runs of the rows that are `asked` about miss.
pub(super) fn of(lines: &[Value], known: &[Known], asked: impl Fn(&Row) -> bool) -> Misses {
    let mut misses = Misses::default();
    for row in ROWS.iter().filter(|row| asked(row)) {
        let of_row = newest(lines, row);
        for bar in row.bars {
            if matches!(bar.wanted, Wanted::Shown) {
                continue;
            }
            let Some(value) = value(&of_row, bar) else { continue };
            let (wanted, is_met) = judged(bar, value);
            let name = name(bar);
            let is_known = known.iter().any(|known| known.row == row.name && known.bar == name);
            let told = format!("{} {name}: {} {}{wanted}", row.name, number(value), bar.unit);
            match (is_met, is_known) {
                (false, false) => misses.unexplained.push(told),
                (true, true) => misses.over.push(told),
                (false, true) | (true, false) => {}
            }
        }
    }
    misses
}

/// As the file calls a bar: the member of the line, behind the kind of line where a row has several.
fn name(bar: &Bar) -> String {
    match bar.of {
        Some((_, kind)) => format!("{kind}.{}", bar.member),
        None => bar.member.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known(row: &str, bar: &str) -> Known {
        Known { row: row.to_owned(), bar: bar.to_owned(), why: "two cores".to_owned() }
    }

    fn single(p50_ms: f64) -> Value {
        json!({ "row": "single", "at": "2026-11-30T10:00:00Z", "p50_ms": p50_ms, "p99_ms": 4.0 })
    }

    #[test]
    fn a_miss_that_nobody_has_explained_is_named_and_a_known_one_is_not() {
        let slow = [single(9.0)];
        let new = of(&slow, &[], |_| true);
        assert_eq!(new.unexplained, ["single p50_ms: 9 ms p50 (< 3)"]);
        let explained = of(&slow, &[known("single", "p50_ms")], |_| true);
        assert_eq!(explained, Misses::default());
        // The same bar of another row, and another bar of the same, explain nothing.
        for other in [known("admission", "p50_ms"), known("single", "p99_ms")] {
            assert_eq!(of(&slow, &[other], |_| true), new);
        }
        assert_eq!(of(&slow, &[], |row| row.name != "single"), Misses::default());
        assert_eq!(of(&[], &[], |_| true), Misses::default(), "what is not measured is not missed");
    }

    #[test]
    fn a_known_miss_that_is_met_now_is_to_be_taken_out() {
        let met = of(&[single(1.5)], &[known("single", "p50_ms")], |_| true);
        assert_eq!(met.over, ["single p50_ms: 1.5 ms p50 (< 3)"]);
        assert!(met.unexplained.is_empty());
    }

    #[test]
    fn a_row_with_several_kinds_of_lines_names_them() {
        let slow = json!({ "row": "restart", "at": "x", "bench": "cold_start", "seconds": 20 });
        let new = of(&[slow], &[], |_| true);
        assert_eq!(new.unexplained, ["restart cold_start.seconds: 20 s to start (< 2)"]);
    }

    #[test]
    fn what_is_known_is_a_bar_and_has_a_reason() {
        let line = |row: &str, bar: &str, why: &str| {
            json!([{ "row": row, "bar": bar, "why": why }]).to_string()
        };
        assert_eq!(
            read(&line("single", "p50_ms", "two cores")).unwrap(),
            [known("single", "p50_ms")]
        );
        assert!(read("").unwrap().is_empty());
        for wrong in [
            line("single", "p50_ms", " "),
            line("single", "p99_ms", "shown, and nothing is asked of it"),
            line("no-row", "p50_ms", "two cores"),
            "[{}]".to_owned(),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_ledger_misses_nothing_that_is_not_explained() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = root.join("docs/performance");
        let known = read(&std::fs::read_to_string(folder.join(FILE)).unwrap()).unwrap();
        let lines = super::super::read(&folder.join("measured.jsonl")).unwrap();
        let misses = of(&lines, &known, |_| true);
        assert_eq!(misses.unexplained, Vec::<String>::new(), "explain it in {FILE}");
    }
}
