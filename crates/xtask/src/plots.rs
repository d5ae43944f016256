//! Pictures of what was measured: JSON lines in, SVG files out.
//!
//! The lines are those of `heqi load --json` and of the benches, one object each, in any order
//! (`docs/performance/measured.jsonl`). The same lines always make the same pictures. Quick runs only try the command:
//! their lines are in no picture.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What a scenario or bench has to reach (`docs/PERFORMANCE.md`).
struct Bar {
    /// Name of the scenario.
    scenario: &'static str,
    pixel_checks: Option<bool>,
    label: &'static str,
    rate_per_s: f64,
    cpu_ms: f64,
}

const BARS: [Bar; 3] = [
    Bar {
        scenario: "ceremony",
        pixel_checks: Some(true),
        label: "whole ceremony",
        rate_per_s: 600.0,
        cpu_ms: 3.0,
    },
    Bar {
        scenario: "capture",
        pixel_checks: Some(false),
        label: "capture, no pixel checks",
        rate_per_s: 3000.0,
        cpu_ms: 0.5,
    },
    Bar {
        scenario: "complete",
        pixel_checks: None,
        label: "complete",
        rate_per_s: 5000.0,
        cpu_ms: 0.4,
    },
];

const INK: &str = "#1f2933";
const FAINT: &str = "#9aa5b1";
const OURS: &str = "#2f6f9f";
const LIMIT: &str = "#c3d5e3";
const WANTED: &str = "#b4492f";

/// `cargo xtask plots FILE DIR`.
#[expect(clippy::disallowed_methods, reason = "pictures are made again, not kept safe")]
pub(crate) fn run(arguments: &[String]) -> Result<bool, String> {
    let [file, directory] = arguments else {
        return Err(
            "cargo xtask plots FILE DIR: a file of JSON lines, a folder for pictures".into()
        );
    };
    let text = fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let lines = whole_runs(&text).map_err(|e| format!("{file}: {e}"))?;
    let directory = Path::new(directory);
    fs::create_dir_all(directory).map_err(|e| e.to_string())?;
    let pictures = [
        ("rates.svg", rates(&lines)),
        ("processor.svg", processor(&lines)),
        ("growth.svg", growth(&lines)),
        ("growth-proofs.svg", growth_of_proofs(&lines)),
        ("growth-space.svg", growth_of_space(&lines)),
    ];
    for (name, picture) in pictures {
        let Some(picture) = picture else {
            println!("{name}: nothing of it was measured");
            continue;
        };
        let path: PathBuf = directory.join(name);
        fs::write(&path, picture).map_err(|e| format!("{}: {e}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(true)
}

/// The lines of a ledger that say something.
fn whole_runs(text: &str) -> Result<Vec<Value>, serde_json::Error> {
    let is_quick = |line: &Value| line.get("quick").and_then(Value::as_bool) == Some(true);
    let lines = text.lines().filter(|line| line.starts_with('{')).map(serde_json::from_str);
    lines.filter(|line| line.as_ref().map_or(true, |line| !is_quick(line))).collect()
}

/// The line of a bar's scenario.
fn of<'a>(lines: &'a [Value], bar: &Bar) -> Option<&'a Value> {
    lines.iter().rev().find(|line| {
        line.get("scenario").and_then(Value::as_str) == Some(bar.scenario)
            && bar.pixel_checks.is_none_or(|checks| {
                line.get("pixel_checks").and_then(Value::as_bool) == Some(checks)
            })
    })
}

fn number(line: &Value, name: &str) -> f64 {
    line.get(name).and_then(Value::as_f64).unwrap_or(0.0)
}

/// Operations per second: measured, what the parts allow, what is wanted.
fn rates(lines: &[Value]) -> Option<String> {
    let rows: Vec<Row> = BARS
        .iter()
        .filter_map(|bar| {
            let line = of(lines, bar)?;
            Some(Row {
                label: bar.label.to_owned(),
                value: number(line, "rate_per_s"),
                limit: Some(number(line, "limit_per_s")),
                wanted: bar.rate_per_s,
            })
        })
        .collect();
    let title = "Operations per second, generator included";
    bars(title, "pale: what the parts allow in the same run", &rows, 0)
}

/// Milliseconds of processor for one operation.
fn processor(lines: &[Value]) -> Option<String> {
    let rows: Vec<Row> = BARS
        .iter()
        .filter_map(|bar| {
            let line = of(lines, bar)?;
            let value = number(line, "cpu_ms_per_op");
            Some(Row { label: bar.label.to_owned(), value, limit: None, wanted: bar.cpu_ms })
        })
        .collect();
    let title = "Milliseconds of processor for each operation";
    bars(title, "platform, both custodians and generator; less is better", &rows, 2)
}

struct Row {
    label: String,
    value: f64,
    limit: Option<f64>,
    wanted: f64,
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 70.0;

/// Horizontal bars, each row on a scale of its own: what is compared is value and mark.
fn bars(title: &str, note: &str, rows: &[Row], decimals: usize) -> Option<String> {
    const STEP: f64 = 54.0;
    if rows.is_empty() {
        return None;
    }
    let mut svg = String::new();
    let mut top = 62.0;
    for Row { label, value, limit, wanted } in rows {
        let most = [*value, *wanted, limit.unwrap_or(0.0)].into_iter().fold(0.0, f64::max);
        let scale = (WIDTH - LEFT - RIGHT) / most.max(f64::EPSILON);
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{label}</text>",
            LEFT - 12.0,
            top + 19.0
        );
        if let Some(limit) = limit {
            let _ = write!(
                svg,
                "<rect x=\"{LEFT}\" y=\"{top:.0}\" width=\"{:.1}\" height=\"28\" fill=\"{LIMIT}\"/>",
                limit * scale
            );
        }
        let (end, mark) = (LEFT + value * scale, LEFT + wanted * scale);
        let _ = write!(
            svg,
            "<rect x=\"{LEFT}\" y=\"{:.0}\" width=\"{:.1}\" height=\"16\" fill=\"{OURS}\"/>\
             <line x1=\"{mark:.1}\" x2=\"{mark:.1}\" y1=\"{:.0}\" y2=\"{:.0}\" stroke=\"{WANTED}\" \
             stroke-width=\"2\"/><text x=\"{:.1}\" y=\"{:.0}\" fill=\"{WANTED}\" font-size=\"11\" \
             text-anchor=\"middle\">{wanted}</text><text x=\"{:.1}\" y=\"{:.0}\" fill=\"{paper}\" \
             text-anchor=\"{anchor}\" font-size=\"12\">{value:.decimals$}</text>",
            top + 6.0,
            value * scale,
            top - 3.0,
            top + 31.0,
            mark,
            top + 43.0,
            if value * scale > 60.0 { end - 6.0 } else { end + 6.0 },
            top + 18.5,
            paper = if value * scale > 60.0 { "#ffffff" } else { INK },
            anchor = if value * scale > 60.0 { "end" } else { "start" },
        );
        top += STEP;
    }
    Some(framed(title, note, &svg, top + 4.0))
}

/// What an entry costs while the log grows.
fn growth(lines: &[Value]) -> Option<String> {
    let title = "Microseconds for each log entry of 300 bytes while the log grows";
    let note = "1,024 in flight, durable, tiles written";
    let series = [("processor", OURS, "cpu_us"), ("clock", FAINT, "wall_us")];
    curves(lines, (title, note), &series)
}

/// What a proof takes while the log grows.
fn growth_of_proofs(lines: &[Value]) -> Option<String> {
    let title = "Microseconds for an inclusion proof while the log grows";
    let series = [("p50", OURS, "proof_p50_us"), ("p99", FAINT, "proof_p99_us")];
    curves(lines, (title, "from tiles, warm, entries drawn at random"), &series)
}

/// What the log takes while it grows.
fn growth_of_space(lines: &[Value]) -> Option<String> {
    let title = "Memory of the process in MB, disk in bytes for each entry, while the log grows";
    let series = [("memory", OURS, "memory_mb"), ("disk", FAINT, "disk_bytes_per_entry")];
    curves(lines, (title, "entries of 300 bytes; the index's cache is part of the memory"), &series)
}

/// Members of the points of the newest growth, on a logarithmic axis of sizes.
fn curves(
    lines: &[Value],
    (title, note): (&str, &str),
    series: &[(&str, &str, &str)],
) -> Option<String> {
    let line = lines.iter().rev().find(|line| line.get("growth").is_some())?;
    let points = line.get("growth")?.as_array()?.iter();
    let points: Vec<&Value> = points.filter(|point| number(point, "entries") > 0.0).collect();
    let has = |member: &str| points.iter().any(|point| point.get(member).is_some());
    if !series.iter().all(|(.., member)| has(member)) {
        return None;
    }
    let size = |point: &Value| number(point, "entries").log10();
    let (first, last) = (size(points.first()?), size(points.last()?));
    let all = points.iter().flat_map(|point| series.iter().map(|(.., of)| number(point, of)));
    let most = all.fold(0.0, f64::max) * 1.15;
    let (left, top, width, height) = (70.0, 70.0, WIDTH - 190.0, 220.0);
    let x = |point: &Value| left + (size(point) - first) / (last - first).max(1.0) * width;
    let y = |value: f64| top + height - value / most.max(f64::EPSILON) * height;
    let mut svg = format!(
        "<path d=\"M{left} {top}V{0}H{1}\" fill=\"none\" stroke=\"{FAINT}\"/>",
        top + height,
        left + width
    );
    for point in &points {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"middle\" font-size=\"12\">10<tspan \
             dy=\"-5\" font-size=\"9\">{:.0}</tspan></text>",
            x(point),
            top + height + 20.0,
            size(point)
        );
    }
    for step in 0..=4 {
        let value = most * f64::from(step) / 4.0;
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"12\">{value:.1}</text>",
            left - 8.0,
            y(value) + 4.0
        );
    }
    for (name, colour, member) in series {
        let places = points.iter().map(|point| (x(point), y(number(point, member))));
        let places: Vec<(f64, f64)> = places.collect();
        let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let _ = write!(
            svg,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join("L")
        );
        for (x, y) in &places {
            let _ = write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>");
        }
        if let Some((x, y)) = places.last() {
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\" font-size=\"12\">{name}</text>",
                x + 10.0,
                y + 4.0
            );
        }
    }
    Some(framed(title, note, &svg, top + height + 44.0))
}

fn framed(title: &str, note: &str, body: &str, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" \
         font-family=\"sans-serif\" font-size=\"13\" fill=\"{INK}\" role=\"img\" aria-label=\"{title}\">\
         <rect width=\"{WIDTH}\" height=\"{height:.0}\" fill=\"#ffffff\"/>\
         <text x=\"24\" y=\"28\" font-size=\"16\" font-weight=\"bold\">{title}</text>\
         <text x=\"24\" y=\"47\" fill=\"#52606d\" font-size=\"12\">{note}</text>{body}</svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Value> {
        vec![
            serde_json::json!({
                "scenario": "complete", "rate_per_s": 1000.0, "limit_per_s": 4000.0,
                "cpu_ms_per_op": 0.75, "pixel_checks": true,
            }),
            serde_json::json!({
                "bench": "log_append",
                "growth": [
                    { "entries": 10_000, "cpu_us": 5.0, "wall_us": 6.0 },
                    { "entries": 100_000, "cpu_us": 5.5, "wall_us": 6.0 },
                ],
            }),
        ]
    }

    #[test]
    fn a_quick_run_is_in_no_picture() {
        let line = |rate: u64, quick: bool| {
            serde_json::json!({
                "scenario": "complete", "rate_per_s": rate, "limit_per_s": 9_000, "quick": quick,
            })
        };
        let whole = whole_runs(&format!("{}\n", line(7_111, false))).unwrap();
        let both = format!("{}\n{}\n", line(7_111, false), line(13, true));
        let lines = whole_runs(&both).unwrap();
        assert_eq!(lines, whole);
        assert_eq!(rates(&lines), rates(&whole));
        assert!(rates(&lines).unwrap().contains("7111"));
        assert!(rates(&whole_runs(&line(13, true).to_string()).unwrap()).is_none());
        assert!(whole_runs("{ cut o").is_err());
    }

    #[test]
    fn a_picture_shows_the_value_the_limit_and_what_is_wanted() {
        let picture = rates(&lines()).unwrap();
        for shown in ["complete", ">1000<", ">5000<", "generator included"] {
            assert!(picture.contains(shown), "{shown}: {picture}");
        }
        assert!(processor(&lines()).unwrap().contains(">0.75<"));
        assert!(growth(&lines()).unwrap().matches("<circle").count() == 4);
        assert!(growth_of_proofs(&lines()).is_none(), "lines of before have no proofs");
    }

    #[test]
    fn what_was_not_measured_has_no_picture() {
        assert!(rates(&[]).is_none() && growth(&[]).is_none());
        let other = serde_json::json!({ "scenario": "capture", "pixel_checks": true });
        assert!(rates(&[other]).is_none(), "with pixel checks it is another scenario");
    }
}
