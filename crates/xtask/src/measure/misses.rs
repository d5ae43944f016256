//! Bars that are missed. Those that are known stand in `docs/performance/known-misses.json`, each with why and with the
//! worst figure that this explains: whoever misses another one, or one by more, has made something slower, and
//! `--strict` says so.

use serde::Deserialize;
use serde_json::Value;

use super::rows::{Bar, ROWS, Row, Wanted};
use super::table::{judged, newest, number, value};

/// Below the folder of the figures.
pub(super) const FILE: &str = "known-misses.json";

/// How far beyond the worst figure explained a known miss may be, as a share of it: runs of one state of the program
/// differ by as much.
const NOISE: f64 = 0.15;

/// A bar that is known to be missed.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    row: String,
    bar: String,
    /// The worst figure that is explained, in the bar's unit.
    worst: f64,
    /// Why, for whoever reads the file.
    why: String,
}

/// What the newest whole runs miss.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Misses {
    /// Those that nobody has explained.
    pub(super) unexplained: Vec<String>,
    /// Known ones that became worse than was explained.
    pub(super) worse: Vec<String>,
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
    match known.iter().find(|known| !is_missed(known) || known.why.trim().is_empty()) {
        Some(known) => Err(format!(
            "{FILE}: {} {} is no bar, is not missed by its worst figure, or has no reason",
            known.row, known.bar
        )),
        None => Ok(known),
    }
}

/// Whether there is such a bar, and the worst figure misses it.
fn is_missed(known: &Known) -> bool {
    let of_row = ROWS.iter().filter(|row| row.name == known.row);
    let mut bars = of_row.flat_map(|row| row.bars).filter(|bar| name(bar) == known.bar);
    bars.any(|bar| !judged(bar, known.worst).1)
}

/// Whether a figure is worse than the one that was explained by more than runs differ.
fn is_worse(bar: &Bar, value: f64, explained: f64) -> bool {
    match bar.wanted {
        Wanted::AtLeast(_) => value < explained * (1.0 - NOISE),
        Wanted::Below(_) => value > explained * (1.0 + NOISE),
        Wanted::Shown => false,
    }
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
            let known = known.iter().find(|known| known.row == row.name && known.bar == name);
            let told = format!("{} {name}: {} {}{wanted}", row.name, number(value), bar.unit);
            match (is_met, known) {
                (false, None) => misses.unexplained.push(told),
                (false, Some(known)) if is_worse(bar, value, known.worst) => {
                    misses.worse.push(format!("{told}, explained: {}", number(known.worst)));
                }
                (true, Some(_)) => misses.over.push(told),
                (false, Some(_)) | (true, None) => {}
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
        Known { row: row.to_owned(), bar: bar.to_owned(), worst: 9.0, why: "two cores".to_owned() }
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
    fn a_known_miss_that_became_worse_is_named_and_what_runs_differ_by_is_not() {
        let below = [known("single", "p50_ms")];
        for (p50_ms, worse) in [(8.0, 0), (9.0, 0), (10.3, 0), (10.4, 1), (40.0, 1)] {
            let misses = of(&[single(p50_ms)], &below, |_| true);
            assert_eq!((misses.worse.len(), misses.unexplained.len()), (worse, 0), "{p50_ms}");
        }
        let misses = of(&[single(40.0)], &below, |_| true);
        assert_eq!(misses.worse, ["single p50_ms: 40 ms p50 (< 3), explained: 9"]);
        // Where more is better, less is worse.
        let at_least = Known { worst: 2_000.0, ..known("capture", "rate_per_s") };
        for (rate, worse) in [(2_500, 0), (1_701, 0), (1_699, 1)] {
            let line = json!({ "row": "capture", "at": "x", "rate_per_s": rate });
            let misses = of(&[line], std::slice::from_ref(&at_least), |_| true);
            assert_eq!(misses.worse.len(), worse, "{rate}");
        }
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
        let of_figure = |row: &str, bar: &str, worst: f64, why: &str| {
            json!([{ "row": row, "bar": bar, "worst": worst, "why": why }]).to_string()
        };
        let line = |row: &str, bar: &str, why: &str| of_figure(row, bar, 9.0, why);
        assert_eq!(
            read(&line("single", "p50_ms", "two cores")).unwrap(),
            [known("single", "p50_ms")]
        );
        assert!(read("").unwrap().is_empty());
        for wrong in [
            line("single", "p50_ms", " "),
            line("single", "p99_ms", "shown, and nothing is asked of it"),
            line("no-row", "p50_ms", "two cores"),
            of_figure("single", "p50_ms", 2.0, "which is met"),
            json!([{ "row": "single", "bar": "p50_ms", "why": "without a figure" }]).to_string(),
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
        assert_eq!(misses.worse, Vec::<String>::new(), "mend it, or explain it anew in {FILE}");
    }
}
