//! From places to lines, and from lines to paragraphs.

use super::{Block, Placed};

struct Line {
    text: String,
    left: f64,
    right: f64,
    y: f64,
    size: f64,
}

/// Paragraphs of a page, from top to bottom.
pub(super) fn blocks(placed: Vec<Placed>) -> Vec<Block> {
    let lines = lines(placed);
    let running = running_size(&lines);
    let right = lines.iter().map(|line| line.right).fold(0.0, f64::max);
    let left = lines
        .iter()
        .filter(|line| is_about(line.size, running))
        .map(|line| line.left)
        .fold(f64::INFINITY, f64::min);
    let mut blocks: Vec<Block> = Vec::new();
    let mut before: Option<&Line> = None;
    for line in &lines {
        let is_heading = line.size > running * 1.15;
        let goes_on = before.is_some_and(|before| {
            is_about(before.size, line.size)
                && before.right > right - 2.5 * before.size
                && line.left < left + 1.2 * line.size
                && line.y - before.y < 2.6 * line.size
        });
        match blocks.last_mut() {
            Some(block) if goes_on && block.is_heading == is_heading => join(block, &line.text),
            _ => blocks.push(Block { is_heading, text: line.text.clone() }),
        }
        before = Some(line);
    }
    blocks
}

/// Continues a paragraph: between Latin words goes a space, between ideographs nothing.
fn join(block: &mut Block, more: &str) {
    let ends = block.text.chars().next_back().is_some_and(is_latin);
    let begins = more.chars().next().is_some_and(is_latin);
    if ends && begins {
        block.text.push(' ');
    }
    block.text.push_str(more);
}

/// Glyphs on one foot, from left to right; feet from top to bottom.
fn lines(mut placed: Vec<Placed>) -> Vec<Line> {
    placed.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Placed>> = Vec::new();
    for glyph in placed {
        let fits = rows.last().and_then(|row| row.last()).is_some_and(|last| {
            (glyph.y - last.y).abs() < 0.4 * glyph.size.min(last.size).max(1.0)
        });
        match rows.last_mut() {
            Some(row) if fits => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    rows.into_iter().filter_map(line).collect()
}

fn line(mut row: Vec<Placed>) -> Option<Line> {
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut text = String::new();
    let mut end: Option<f64> = None;
    let mut last: Option<(f64, String)> = None;
    for glyph in &row {
        // Weight made by drawing twice is one character.
        let is_again = last.as_ref().is_some_and(|(x, text)| {
            (glyph.x - x).abs() < 0.15 * glyph.size && *text == glyph.text
        });
        if is_again {
            continue;
        }
        if let Some(end) = end {
            let gap = glyph.x - end;
            let is_latin = text.chars().next_back().is_some_and(is_latin)
                || glyph.text.chars().next().is_some_and(is_latin);
            let wide = if is_latin { 0.2 } else { 0.9 };
            if gap > wide * glyph.size && !text.ends_with(' ') {
                text.push(' ');
            }
        }
        text.push_str(&glyph.text);
        end = Some(glyph.x + glyph.advance);
        last = Some((glyph.x, glyph.text.clone()));
    }
    let trimmed = text.trim();
    let (first, last) = (row.first()?, row.last()?);
    (!trimmed.is_empty()).then(|| Line {
        text: trimmed.to_owned(),
        left: first.x,
        right: last.x + last.advance,
        y: first.y,
        size: row.iter().map(|glyph| glyph.size).fold(0.0, f64::max),
    })
}

/// The height of letters that most of the text has.
fn running_size(lines: &[Line]) -> f64 {
    let weight = |size: f64| -> usize {
        let alike = lines.iter().filter(|line| is_about(line.size, size));
        alike.map(|line| line.text.chars().count()).sum()
    };
    let sizes = lines.iter().take(400).map(|line| line.size);
    sizes.max_by_key(|size| weight(*size)).unwrap_or(0.0)
}

fn is_about(a: f64, b: f64) -> bool {
    (a - b).abs() <= 0.08 * a.max(b)
}

fn is_latin(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(
            character,
            '.' | ',' | ';' | ':' | '!' | '?' | ')' | '%' | '-' | '"' | '\'' | '\u{C0}'..='\u{24F}'
        )
}
