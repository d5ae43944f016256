//! The pictures of a filing, drawn here with their words: who used which phone, device and address;
//! how long each page was in view; the handwriting as it was written.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::words::{
    ADDRESS, DEVICE, DWELL, NO_PAGES, NOT_THE_SAME, PERSON, PHONE_NUMBER, REPLAY, REPLAY_HELP,
    SHARED, TIES, TYPED, UNKNOWN,
};

/// With what one person signed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct TieLine {
    /// Which party of the filing: two people may have one name.
    pub party: String,
    /// The person.
    pub person: String,
    /// Phone, device and address: the number that the same thing has everywhere in the filing, and
    /// how it is shown.
    pub things: [Option<(usize, String)>; 3],
}

/// How long one document was looked at.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DwellStrip {
    /// Its title.
    pub title: String,
    /// Altogether, in seconds.
    pub seconds: u64,
    /// Page by page, in seconds; empty where that is not known.
    pub pages: Vec<u64>,
}

/// What was written.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HandwritingShown {
    /// The area that was written on.
    pub width: u32,
    /// The same.
    pub height: u32,
    /// Strokes: points with across, down, and milliseconds since the first.
    pub strokes: Vec<Vec<[i64; 3]>>,
    /// The name that was typed instead.
    pub typed: Option<String>,
}

const COLUMN: usize = 190;
const ROW: usize = 44;
const BOX: (usize, usize) = (150, 30);
/// The most characters in a box.
const LETTERS: usize = 17;

/// Who used what: a picture that is nothing to a reader's ears, and the same as a table.
pub(super) fn graph(ties: &[TieLine], l: Language) -> Markup {
    let kinds = [PHONE_NUMBER, DEVICE, ADDRESS];
    let people = each_once(ties.iter().map(|tie| (tie.party.clone(), tie.person.clone())));
    let columns: [Vec<(usize, String)>; 3] = [0, 1, 2].map(|kind| {
        each_once(ties.iter().filter_map(|tie| tie.things.get(kind).cloned().flatten()))
    });
    let rows = columns.iter().map(Vec::len).chain([people.len()]).max().unwrap_or_default();
    let (wide, high) = (3 * COLUMN + BOX.0 + 4, ROW * (rows + 1));
    let person_at =
        |party: &str| people.iter().position(|(one, _)| one == party).unwrap_or_default();
    let thing_at = |kind: usize, number: usize| {
        let column = columns.get(kind).map(Vec::as_slice).unwrap_or_default();
        column.iter().position(|(one, _)| *one == number).unwrap_or_default()
    };
    let shared = shared(ties, l);
    html! {
        h2 id="ties" { (TIES.in_language(l)) }
        p .soft { (NOT_THE_SAME.in_language(l)) }
        @for line in &shared { p .mark-word { (line) } }
        div .wide role="region" aria-labelledby="ties" tabindex="0" {
            svg .ties viewBox={ "0 0 " (wide) " " (high) } aria-hidden="true" focusable="false" {
                @for tie in ties {
                    // Along the row of things that are known: from the person to the first, and on.
                    @for ((from_column, from_row), (to_column, to_row)) in steps(tie, &person_at, &thing_at) {
                        line x1=(from_column * COLUMN + BOX.0 + 2) y1=(middle(from_row))
                            x2=(to_column * COLUMN + 2) y2=(middle(to_row)) {}
                    }
                }
                text .head x="2" y="20" { (PERSON.in_language(l)) }
                @for (row, (_, name)) in people.iter().enumerate() { (node(0, row, name, false)) }
                @for (kind, column) in columns.iter().enumerate() {
                    text .head x=((kind + 1) * COLUMN + 2) y="20" {
                        @if let Some(title) = kinds.get(kind) { (title.in_language(l)) }
                    }
                    @for (row, (number, label)) in column.iter().enumerate() {
                        (node(kind + 1, row, label, users(ties, kind, *number).len() > 1))
                    }
                }
            }
            table .said-of {
                thead { tr {
                    th scope="col" { (PERSON.in_language(l)) }
                    @for title in kinds { th scope="col" { (title.in_language(l)) } }
                } }
                tbody { @for tie in ties {
                    tr {
                        th scope="row" { (tie.person) }
                        @for thing in &tie.things {
                            td { @if let Some((_, label)) = thing { (label) } @else { (UNKNOWN.in_language(l)) } }
                        }
                    }
                } }
            }
        }
    }
}

fn each_once<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// The people behind one thing, by party and name.
fn users(ties: &[TieLine], kind: usize, number: usize) -> Vec<(&str, &str)> {
    let uses = |tie: &&TieLine| {
        let thing = tie.things.get(kind).and_then(Option::as_ref);
        thing.is_some_and(|(one, _)| *one == number)
    };
    each_once(ties.iter().filter(uses).map(|tie| (tie.party.as_str(), tie.person.as_str())))
}

/// Each thing behind more than one person, in a sentence.
fn shared(ties: &[TieLine], l: Language) -> Vec<String> {
    let mut lines = Vec::new();
    for (kind, title) in [PHONE_NUMBER, DEVICE, ADDRESS].into_iter().enumerate() {
        let things = ties.iter().filter_map(|tie| tie.things.get(kind).cloned().flatten());
        for (number, label) in each_once(things) {
            let people: Vec<&str> =
                users(ties, kind, number).into_iter().map(|(_, person)| person).collect();
            if people.len() > 1 {
                let text = SHARED.in_language(l).replace("{kind}", title.in_language(l));
                let text = text.replace("{thing}", &label);
                lines.push(text.replace("{people}", &people.join(l.pick("、", ", "))));
            }
        }
    }
    lines
}

/// The places of a graph: column and row.
type At = (usize, usize);

/// From the person along everything that is known.
fn steps(
    tie: &TieLine,
    person_at: &dyn Fn(&str) -> usize,
    thing_at: &dyn Fn(usize, usize) -> usize,
) -> Vec<(At, At)> {
    let mut from = (0, person_at(&tie.party));
    let mut steps = Vec::new();
    for (kind, thing) in tie.things.iter().enumerate() {
        if let Some((number, _)) = thing {
            let to = (kind + 1, thing_at(kind, *number));
            steps.push((from, to));
            from = to;
        }
    }
    steps
}

const fn middle(row: usize) -> usize {
    ROW * row + ROW - 12 + BOX.1 / 2
}

fn node(column: usize, row: usize, label: &str, is_shared: bool) -> Markup {
    let (x, y) = (column * COLUMN + 2, ROW * row + ROW - 12);
    let short: String = label.chars().take(LETTERS).collect();
    let class = if is_shared { "shared" } else { "single" };
    html! {
        g class=(class) {
            rect x=(x) y=(y) width=(BOX.0) height=(BOX.1) rx="5" {}
            text x=(x + 8) y=(y + 20) { (short) }
        }
    }
}

/// How long each page was in view, as a strip and in words.
pub(super) fn dwell(strips: &[DwellStrip], l: Language) -> Markup {
    html! {
        @for strip in strips {
            figure .dwell {
                figcaption { (DWELL.in_language(l).replace("{title}", &strip.title).replace("{seconds}", &strip.seconds.to_string())) }
                @let total: u64 = strip.pages.iter().sum();
                @if total > 0 {
                    svg viewBox="0 0 600 20" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                        @for (number, (from, wide)) in shares(&strip.pages, total).into_iter().enumerate() {
                            rect class=(if number % 2 == 0 { "even" } else { "odd" }) x=(from) y="0" width=(wide) height="20" {}
                        }
                    }
                    p .soft { (in_words(&strip.pages, l)) }
                } @else {
                    p .soft { (NO_PAGES.in_language(l)) }
                }
            }
        }
    }
}

/// Where each page's share of 600 begins, and how wide it is. A page nobody looked at has none, so that those beside
/// it are told apart.
fn shares(pages: &[u64], total: u64) -> Vec<(u64, u64)> {
    let mut before = 0;
    let share = |seconds: &u64| {
        let from = 600 * before / total;
        before += *seconds;
        (from, (600 * before / total).saturating_sub(from))
    };
    pages.iter().filter(|seconds| **seconds > 0).map(share).collect()
}

fn in_words(pages: &[u64], l: Language) -> String {
    let page = |(at, seconds): (usize, &u64)| match l {
        Language::Zh => format!("第{}页 {seconds} 秒", at + 1),
        Language::En => format!("page {}: {seconds} s", at + 1),
    };
    pages.iter().enumerate().map(page).collect::<Vec<_>>().join(l.pick("、", ", "))
}

/// The handwriting, written again when it is opened; whoever wants no motion sees it whole.
pub(super) fn handwriting(shown: &HandwritingShown, l: Language) -> Markup {
    html! {
        @if let Some(typed) = &shown.typed {
            p { (TYPED.in_language(l)) " " strong { (typed) } }
        } @else {
            details .handwriting {
                summary { (REPLAY.in_language(l)) }
                p .soft { (REPLAY_HELP.in_language(l).replace("{strokes}", &shown.strokes.len().to_string()).replace("{seconds}", &lasted(shown))) }
                svg viewBox={ "0 0 " (shown.width.max(1)) " " (shown.height.max(1)) } role="img" aria-label=(REPLAY.in_language(l)) {
                    @for stroke in &shown.strokes {
                        path pathLength="1" class=(timing(stroke)) d=(line(stroke)) {}
                    }
                }
            }
        }
    }
}

fn line(stroke: &[[i64; 3]]) -> String {
    let mut points: Vec<String> = stroke.iter().map(|[x, y, _]| format!("{x} {y}")).collect();
    // A dot is a line to itself: otherwise nothing is drawn.
    if let [only] = &points[..] {
        points.push(only.clone());
    }
    format!("M{}", points.join("L"))
}

/// In quarters of a second, as the style sheet has them: when the stroke began, how long it took.
fn timing(stroke: &[[i64; 3]]) -> String {
    let at = |point: Option<&[i64; 3]>| point.map_or(0, |[_, _, ms]| (*ms).max(0));
    let (first, last) = (at(stroke.first()), at(stroke.last()));
    let begun = (first / QUARTER_MS).min(LAST_BEGINNING);
    let took = ((last - first) / QUARTER_MS + 1).clamp(1, LONGEST);
    format!("b{begun} t{took}")
}

const QUARTER_MS: i64 = 250;
/// The last beginning and the longest stroke that the style sheet knows, in quarters.
const LAST_BEGINNING: i64 = 40;
const LONGEST: i64 = 8;

fn lasted(shown: &HandwritingShown) -> String {
    let last = shown.strokes.iter().flatten().map(|[_, _, ms]| *ms).max().unwrap_or_default();
    let tenths = last.max(0) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tie(person: &str, phone: usize, address: usize) -> TieLine {
        let thing = |number: usize, what: &str| Some((number, format!("{what}{number}")));
        let things = [thing(phone, "p"), None, thing(address, "a")];
        TieLine { party: person.into(), person: person.into(), things }
    }

    #[test]
    fn what_was_not_opened_is_said_beside_the_picture() {
        use crate::frame::{Frame, Page as _};

        let frame = Frame {
            language: Language::En,
            large: false,
            here: crate::link::Link::Journey,
            csrf: None,
            service: "service".into(),
            telephone: "0571-0000110".into(),
        };
        for page in super::super::DossierPage::samples() {
            // Parts of the court package are counted otherwise.
            let drawn = page.content(&frame).into_string().replace("court-package?from=", "");
            let is_cut = page.signatures.iter().any(|card| card.status.is_none());
            assert_eq!(drawn.contains("id=\"not-tied\""), is_cut);
            assert_eq!(drawn.contains("37 later records are on the pages that follow"), is_cut);
            assert_eq!(drawn.contains("?from=500\""), is_cut, "the way to them");
            let is_later = page.from > 0;
            assert_eq!(drawn.contains("500 earlier records are on the pages before"), is_later);
            assert_eq!(drawn.contains("?from=0\""), is_later, "the way back");
            let none = "Nothing was signed among the records of this page.";
            assert_eq!(drawn.contains(none), is_later, "of the rest nothing is known here");
        }
    }

    #[test]
    fn two_people_of_one_name_are_two() {
        let [mut one, other] = [tie("甲", 0, 0), tie("甲", 1, 0)];
        one.party = "another".into();
        assert_eq!(shared(&[one, other], Language::Zh).len(), 1, "the address of both");
    }

    #[test]
    fn a_thing_behind_two_people_is_said_and_drawn_once() {
        let ties = [tie("甲", 0, 0), tie("乙", 1, 0), tie("甲", 0, 0)];
        let said = shared(&ties, Language::Zh);
        assert_eq!(said.len(), 1, "the address, and not the phone of one person: {said:?}");
        assert!(said[0].contains("a0") && said[0].contains("甲、乙"), "{said:?}");
        let drawn = graph(&ties, Language::En).into_string();
        assert_eq!(drawn.matches("<g class=\"shared\">").count(), 1, "{drawn}");
        assert_eq!(drawn.matches("<g class=\"single\">").count(), 4, "two people, two phones");
        assert_eq!(drawn.matches("<line").count(), 6, "past a device that is not known: {drawn}");
        // Whoever sees no picture has the same in a table.
        assert_eq!(drawn.matches("<th scope=\"row\">").count(), 3, "{drawn}");
    }

    #[test]
    fn a_strip_shares_out_all_of_its_width() {
        assert_eq!(shares(&[12, 0, 7, 1], 20), [(0, 360), (360, 210), (570, 30)]);
        let strip = DwellStrip { title: "章程".into(), seconds: 20, pages: vec![12, 0, 8] };
        let drawn = dwell(&[strip], Language::Zh).into_string();
        assert!(drawn.contains("第1页 12 秒、第2页 0 秒、第3页 8 秒"), "{drawn}");
    }

    #[test]
    fn strokes_are_written_again_in_their_order_and_time() {
        let shown = HandwritingShown {
            width: 640,
            height: 320,
            strokes: vec![vec![[1, 2, 0], [3, 4, 300]], vec![[5, 6, 1_100]]],
            typed: None,
        };
        let drawn = handwriting(&shown, Language::En).into_string();
        assert!(drawn.contains("class=\"b0 t2\" d=\"M1 2L3 4\""), "{drawn}");
        assert!(drawn.contains("class=\"b4 t1\" d=\"M5 6L5 6\""), "{drawn}");
        assert!(drawn.contains("1.1"), "{drawn}");
        let late = timing(&[[0, 0, 999_999], [0, 0, 9_999_999]]);
        assert_eq!(late, "b40 t8", "the style sheet has no more");
    }
}
