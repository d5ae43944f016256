//! All mutants of a file in one text: each mutated place asks a switch which of its versions
//! it is, so that a crate is compiled once for all its mutants instead of once for each.
//!
//! An expression becomes a `match` over the switch, an early value of a function becomes an
//! `if` before its body, a deleted arm becomes a guard. Only one mutant is on at a time, so
//! the versions inside a version are the original ones.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use super::list::{Genre, Mutant, Place};

/// Stands at the end of the crate's root; asked by every mutated place. A constant function may
/// ask too, which is why it reads plain memory that was set before `main`: what the compiler
/// evaluates itself it refuses, and that mutant is built alone.
pub(super) const SWITCH: &str = r#"
#[doc(hidden)]
#[allow(warnings, unsafe_code, clippy::all, clippy::pedantic)]
pub mod __mutant {
    use std::cell::UnsafeCell;
    struct Shared<T>(UnsafeCell<T>);
    unsafe impl<T> Sync for Shared<T> {}
    static ON: Shared<u32> = Shared(UnsafeCell::new(0));
    static SEEN: Shared<[u8; 65536]> = Shared(UnsafeCell::new([0; 65536]));
    pub const fn on(place: u32) -> u32 {
        unsafe {
            (*SEEN.0.get())[place as usize] = 1;
            *ON.0.get()
        }
    }
    extern "C" fn before_main() {
        let on = std::env::var("HEQI_MUTANT").ok().and_then(|text| text.parse().ok());
        unsafe { *ON.0.get() = on.unwrap_or(0) };
    }
    extern "C" fn after_main() {
        let Some(path) = std::env::var_os("HEQI_MUTANT_TRACE") else { return };
        let seen = unsafe { &*SEEN.0.get() };
        let places = (0..seen.len()).filter(|place| seen[*place] != 0);
        let text: String = places.map(|place| format!("{place}\n")).collect();
        let _ = std::fs::write(path, text);
    }
    #[used]
    #[unsafe(link_section = ".init_array")]
    static BEFORE_MAIN: extern "C" fn() = before_main;
    #[used]
    #[unsafe(link_section = ".fini_array")]
    static AFTER_MAIN: extern "C" fn() = after_main;
}
"#;

/// A source file with its mutants in it.
pub(super) struct Rewritten {
    pub(super) text: String,
    /// By mutant: the number with which its place asks the switch.
    pub(super) places: BTreeMap<u32, u32>,
    /// Those that no compiler takes: `||` in a chain of `let`.
    pub(super) refused: Vec<u32>,
}

/// Puts `mutants` into `source`. A place that is not found is an error: the two parsers disagree.
pub(super) fn rewrite(source: &str, mutants: &[&Mutant]) -> Result<Rewritten, String> {
    let lines = Lines::of(source);
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let mut found = Found {
        lines: &lines,
        wholes: BTreeMap::new(),
        arms: BTreeMap::new(),
        chains: BTreeSet::new(),
    };
    found.visit_file(&file);
    let mut edits = Edits { source, sites: BTreeMap::new(), inserts: Vec::new() };
    let (mut places, mut refused) = (BTreeMap::new(), Vec::new());
    for mutant in mutants {
        let span = lines.at(mutant.span.start)?..lines.at(mutant.span.end)?;
        let lost = || format!("no place for {}", mutant.name);
        match mutant.genre {
            Genre::FnValue => {
                let (id, value) = (mutant.id, &mutant.replacement);
                let text = format!(
                    "\n/*f{id}*/ if crate::__mutant::on({id}) == {id} {{ return {value}; }}\n"
                );
                edits.inserts.push((span.start, text));
                places.insert(id, id);
            }
            Genre::MatchArm => {
                let arm = found.arms.get(&span.start).ok_or_else(lost)?;
                edits.arm(mutant.id, arm);
                places.insert(mutant.id, mutant.id);
            }
            Genre::MatchArmGuard => edits.site(&span, mutant, &span),
            Genre::BinaryOperator if found.chains.contains(&span.start) => refused.push(mutant.id),
            Genre::BinaryOperator | Genre::UnaryOperator | Genre::StructField => {
                let whole = found.wholes.get(&span.start).ok_or_else(lost)?;
                edits.site(whole, mutant, &span);
            }
        }
    }
    for site in edits.sites.values() {
        let place = site.first().map_or(0, |(id, _)| *id);
        places.extend(site.iter().map(|(id, _)| (*id, place)));
    }
    let text = edits.text(0..source.len(), None);
    Ok(Rewritten { text, places, refused })
}

/// The text with one mutant in place of the original, as `cargo mutants` would test it.
pub(super) fn alone(source: &str, mutant: &Mutant) -> Result<String, String> {
    let lines = Lines::of(source);
    let (start, end) = (lines.at(mutant.span.start)?, lines.at(mutant.span.end)?);
    let (before, after) = (source.get(..start), source.get(end..));
    let (before, after) = before.zip(after).ok_or("a span outside the file")?;
    Ok(format!("{before}{}{after}", mutant.replacement))
}

/// Byte offsets of lines and columns.
struct Lines<'a>(Vec<(usize, &'a str)>);

impl<'a> Lines<'a> {
    fn of(source: &'a str) -> Self {
        let mut at = 0;
        let line = |line: &'a str| {
            let start = at;
            at += line.len();
            (start, line)
        };
        Self(source.split_inclusive('\n').map(line).collect())
    }

    fn at(&self, place: Place) -> Result<usize, String> {
        let (start, line) =
            self.0.get(place.line - 1).ok_or_else(|| format!("there is no line {}", place.line))?;
        let inside = line.char_indices().nth(place.column - 1).map_or(line.len(), |(at, _)| at);
        Ok(start + inside)
    }

    fn range(&self, span: proc_macro2::Span) -> Option<Range<usize>> {
        let place = |at: proc_macro2::LineColumn| Place { line: at.line, column: at.column + 1 };
        Some(self.at(place(span.start())).ok()?..self.at(place(span.end())).ok()?)
    }
}

/// Where mutants can stand, by the first byte of what they change.
struct Found<'a> {
    lines: &'a Lines<'a>,
    /// By operator or field: the expression around it.
    wholes: BTreeMap<usize, Range<usize>>,
    arms: BTreeMap<usize, FoundArm>,
    /// Operators that join a `let` to something: no expression of its own.
    chains: BTreeSet<usize>,
}

struct FoundArm {
    arrow: usize,
    guard: Option<Range<usize>>,
}

impl Found<'_> {
    fn whole(&mut self, part: proc_macro2::Span, whole: proc_macro2::Span) {
        if let (Some(part), Some(whole)) = (self.lines.range(part), self.lines.range(whole)) {
            self.wholes.insert(part.start, whole);
        }
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        if has_let(&node.left) || has_let(&node.right) {
            self.chains.extend(self.lines.range(node.op.span()).map(|range| range.start));
        } else {
            self.whole(node.op.span(), node.span());
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        self.whole(node.op.span(), node.span());
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        for field in &node.fields {
            self.whole(field.span(), node.span());
        }
        visit::visit_expr_struct(self, node);
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        let arrow = self.lines.range(node.fat_arrow_token.span());
        if let (Some(arm), Some(arrow)) = (self.lines.range(node.span()), arrow) {
            let guard = node.guard.as_ref();
            let guard = guard.and_then(|(_, guard)| self.lines.range(guard.span()));
            self.arms.insert(arm.start, FoundArm { arrow: arrow.start, guard });
        }
        visit::visit_arm(self, node);
    }
}

fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

/// What is to be put into a text.
struct Edits<'a> {
    source: &'a str,
    sites: BTreeMap<Site, Vec<(u32, String)>>,
    inserts: Vec<(usize, String)>,
}

/// First byte and, longest first, last byte of an expression that has several versions.
type Site = (usize, Reverse<usize>);

/// What stands next in a text; inserts come before an expression that begins at the same byte.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
enum Event<'e> {
    Insert(&'e str),
    Site(Site),
}

impl Edits<'_> {
    fn site(&mut self, whole: &Range<usize>, mutant: &Mutant, span: &Range<usize>) {
        let piece = |range: Range<usize>| self.source.get(range).unwrap_or_default();
        let (before, after) = (piece(whole.start..span.start), piece(span.end..whole.end));
        let version = format!("{before}{}{after}", mutant.replacement);
        let key = (whole.start, Reverse(whole.end));
        self.sites.entry(key).or_default().push((mutant.id, version));
    }

    fn arm(&mut self, id: u32, arm: &FoundArm) {
        let stays = format!("\n/*f{id}*/ crate::__mutant::on({id}) != {id}");
        match &arm.guard {
            None => self.inserts.push((arm.arrow, format!(" if {stays}\n"))),
            Some(guard) => {
                self.inserts.push((guard.start, format!("{stays} &&\n (")));
                self.inserts.push((guard.end, ") ".to_owned()));
            }
        }
    }

    /// The text of `range`: everything, or the inside of the site that it is.
    fn text(&self, range: Range<usize>, inside_of: Option<Site>) -> String {
        let is_inside = |at: usize| inside_of.is_none() || (range.start < at && at < range.end);
        let inserts = self.inserts.iter().filter(|(at, _)| is_inside(*at));
        let inserts = inserts.map(|(at, text)| (*at, Event::Insert(text)));
        let sites = self.sites.keys().filter(|site| {
            Some(**site) != inside_of && range.start <= site.0 && site.1.0 <= range.end
        });
        let sites = sites.map(|site| (site.0, Event::Site(*site)));
        let mut events: Vec<(usize, Event<'_>)> = inserts.chain(sites).collect();
        // Stable for inserts at one byte: they stay in the order in which they were made.
        events.sort_by(|(at, event), (other_at, other)| {
            at.cmp(other_at).then_with(|| match (event, other) {
                (Event::Insert(_), Event::Insert(_)) => Ordering::Equal,
                _ => event.cmp(other),
            })
        });
        let mut text = String::new();
        let mut at = range.start;
        for (place, event) in events {
            // What stands inside a site was written with it.
            if place < at {
                continue;
            }
            text.push_str(self.source.get(at..place).unwrap_or_default());
            at = place;
            match event {
                Event::Insert(insert) => text.push_str(insert),
                Event::Site(site) => {
                    self.write_site(&mut text, site);
                    at = site.1.0;
                }
            }
        }
        text.push_str(self.source.get(at..range.end).unwrap_or_default());
        text
    }

    /// The original comes first, so that the compiler blames a version for what does not fit.
    fn write_site(&self, text: &mut String, site: Site) {
        let versions = self.sites.get(&site).map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<String> = versions.iter().map(|(id, _)| id.to_string()).collect();
        let first = ids.first().map_or("", String::as_str);
        let head = format!("match crate::__mutant::on({first})");
        let rest = format!("on if !matches!(on, {})", ids.join(" | "));
        let original = self.text(site.0..site.1.0, Some(site));
        let _ = write!(text, "(\n/*d{}*/ {head} {{ {rest} =>\n{original}", ids.join(","));
        for (place, (id, version)) in versions.iter().enumerate() {
            let pattern = if place + 1 == versions.len() { "_".to_owned() } else { id.to_string() };
            let _ = write!(text, "\n,\n/*m{id}*/ {pattern} => {version}");
        }
        text.push_str("\n/*e*/ })");
    }
}

/// By line of a rewritten text, from 1: the mutants whose doing it is, if it does not compile.
pub(super) fn blame(text: &str) -> Vec<Blame> {
    let mut open: Vec<Blame> = Vec::new();
    let mut lines = vec![Blame::Nobody];
    for line in text.split('\n') {
        let marker = line.strip_prefix("/*").and_then(|rest| rest.split_once("*/"));
        let ids = |ids: &str| ids.split(',').filter_map(|id| id.parse().ok()).collect();
        let marker = marker.and_then(|(word, _)| Some((word.chars().next()?, word.get(1..)?)));
        match marker {
            Some(('f', id)) => {
                lines.push(Blame::Version(ids(id)));
                continue;
            }
            Some(('d', all)) => open.push(Blame::Place(ids(all))),
            Some(('m', id)) => {
                open.pop();
                open.push(Blame::Version(ids(id)));
            }
            Some(('e', _)) => drop(open.pop()),
            _ => {}
        }
        lines.push(open.last().cloned().unwrap_or(Blame::Nobody));
    }
    lines
}

/// Whose doing an error is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Blame {
    Nobody,
    /// The versions of this place are not the reason, but that it has several.
    Place(Vec<u32>),
    /// This version.
    Version(Vec<u32>),
}

#[cfg(test)]
mod tests;
