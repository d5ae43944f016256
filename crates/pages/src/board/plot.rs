//! Plots, drawn here as SVG: a frame, time from left to right, and one line for each series;
//! the labels stand around it as text, which does not shrink with the picture. Lines differ by dashes and not by colour alone, where samples are missing a line is
//! broken, and what a picture says stands beside it in words.

use std::fmt::Write as _;

use heqi_vocabulary::{Language, UtcMillis};
use maud::{Markup, PreEscaped, Render, html};

use crate::words::Words;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 160.0;
/// Room around the lines.
const LEFT: f64 = 8.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 24.0;

/// Markup that was drawn here, with every value in it escaped.
#[derive(Clone, Debug)]
pub struct Drawn(String);

impl Drawn {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Markup> for Drawn {
    fn from(markup: Markup) -> Self {
        Self(markup.into_string())
    }
}

impl Render for Drawn {
    fn render(&self) -> Markup {
        PreEscaped(self.0.clone())
    }
}

/// One line.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever draws builds it")]
pub struct Series {
    /// What it is.
    pub name: Words,
    /// Instants in Unix milliseconds, oldest first, with their values.
    pub points: Vec<(i64, f64)>,
}

/// A plot.
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever draws builds it")]
pub struct Plot<'a> {
    /// What is shown.
    pub title: Words,
    /// How a value is written, with its unit.
    pub unit: &'a dyn Fn(f64, Language) -> String,
    /// The lines, at most four.
    pub series: Vec<Series>,
    /// From when to when, in Unix milliseconds.
    pub span: (i64, i64),
    /// Samples that are further apart than this, in milliseconds, are not joined.
    pub gap_ms: i64,
}

impl Plot<'_> {
    /// The figure.
    pub fn draw(&self, l: Language) -> Drawn {
        let top = self.largest();
        let (from, to) = self.span;
        let class = |place: usize| ["s0", "s1", "s2", "s3"].get(place).copied().unwrap_or("s3");
        Drawn::from(html! {
            figure .plot {
                figcaption { (self.title.in_language(l)) }
                p { ((self.unit)(top, l)) }
                svg viewBox="0 18 720 122" role="img" aria-label=(self.in_words(l)) {
                    path .frame d="M8 22H712M8 79H712M8 136H712" {}
                    @for (place, series) in self.series.iter().enumerate() {
                        path class=(class(place)) d=(self.path(&series.points, top)) {}
                    }
                }
                p .span { span { (clock(from)) } span { (clock(to)) } }
                ul .plain .legend {
                    @for (place, series) in self.series.iter().enumerate() {
                        li {
                            svg aria-hidden="true" viewBox="0 0 28 8" {
                                path class=(class(place)) d="M0 4H28" {}
                            }
                            (series.name.in_language(l))
                            @if let Some((_, last)) = series.points.last() {
                                (l.pick("：", ": ")) strong { ((self.unit)(*last, l)) }
                            }
                        }
                    }
                }
            }
        })
    }

    fn largest(&self) -> f64 {
        let all = self.series.iter().flat_map(|series| &series.points);
        let largest = all.map(|(_, value)| *value).filter(|value| value.is_finite());
        largest.fold(1.0, f64::max)
    }

    /// Moves and lines; a single sample is a dot as wide as a line.
    fn path(&self, points: &[(i64, f64)], top: f64) -> String {
        let mut path = String::new();
        let mut before: Option<i64> = None;
        for (at, value) in points.iter().filter(|(_, value)| value.is_finite()) {
            let joined = before.is_some_and(|before| at - before <= self.gap_ms);
            let verb = if joined { 'L' } else { 'M' };
            let _ = write!(path, "{verb}{:.1} {:.1}", self.x(*at), y(*value, top));
            if !joined {
                path.push_str("h0.1");
            }
            before = Some(*at);
        }
        path
    }

    fn x(&self, at: i64) -> f64 {
        let (from, to) = self.span;
        let share = ratio(at - from, (to - from).max(1));
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * LEFT)
    }

    /// What the picture says.
    fn in_words(&self, l: Language) -> String {
        let mut said = self.title.in_language(l).to_owned();
        for series in &self.series {
            let values = || series.points.iter().map(|(_, value)| *value);
            let name = series.name.in_language(l);
            let Some(last) = values().next_back() else {
                let none = NO_SAMPLE.in_language(l);
                let _ = match l {
                    Language::Zh => write!(said, "；{name}：{none}"),
                    Language::En => write!(said, "; {name}: {none}"),
                };
                continue;
            };
            let (low, high) = (values().fold(last, f64::min), values().fold(last, f64::max));
            let [low, high, last] = [low, high, last].map(|value| (self.unit)(value, l));
            let _ = match l {
                Language::Zh => write!(said, "；{name}：最低{low}，最高{high}，最新{last}"),
                Language::En => write!(said, "; {name}: {low} to {high}, now {last}"),
            };
        }
        said
    }
}

fn y(value: f64, top: f64) -> f64 {
    let share = (value / top).clamp(0.0, 1.0);
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

/// Milliseconds of a span fit a float exactly.
fn ratio(part: i64, whole: i64) -> f64 {
    let float = |ms: i64| f64::from(i32::try_from(ms / 1_000).unwrap_or(i32::MAX));
    float(part) / float(whole).max(1.0)
}

fn clock(ms: i64) -> String {
    UtcMillis::from_millis(ms).map(UtcMillis::for_people).unwrap_or_default()
}

const NO_SAMPLE: Words = Words::new("尚无数据", "no sample yet");

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(points: Vec<(i64, f64)>) -> String {
        let plot = Plot {
            title: Words::new("存证延迟", "Deposit lag"),
            unit: &|value, _| format!("{value:.0} ms"),
            series: vec![Series { name: Words::new("九五分位", "p95"), points }],
            span: (0, 100_000),
            gap_ms: 10_000,
        };
        plot.draw(Language::En).as_str().to_owned()
    }

    #[test]
    fn a_line_is_broken_where_samples_are_missing_and_told_in_words() {
        let drawn = plot(vec![(0, 10.0), (5_000, 20.0), (90_000, 5.0), (100_000, 40.0)]);
        let line = drawn.split("class=\"s0\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(line.matches('M').count(), 2, "{line}");
        assert!(line.starts_with("M8.0 107.5") && line.ends_with("L712.0 22.0"), "{line}");
        assert!(drawn.contains("Deposit lag; p95: 5 ms to 40 ms, now 40 ms"));
    }

    #[test]
    fn nothing_yet_is_said_and_strange_values_draw_nothing() {
        assert!(plot(Vec::new()).contains("p95: no sample yet"));
        let drawn = plot(vec![(0, f64::NAN), (1_000, 3.0)]);
        assert!(!drawn.contains("NaN") || !drawn.contains("LNaN"), "{drawn}");
    }
}
