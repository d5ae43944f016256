//! Tables: columns of fixed shares, rows as tall as their text, the head again on each page.

use heqi_fonts::Style;

use super::line::{Line, break_lines, count};
use super::marks::Mark;
use super::{Colour, Sheet, WriteError};

/// A table.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Table {
    /// The columns, from left to right.
    pub columns: Vec<Column>,
    /// Whether the columns' titles stand above, again on each page.
    pub has_head: bool,
    /// Whether the first column is set in bold, as names of what stands beside it.
    pub names_first: bool,
    /// The rows; a cell that is missing is empty, one too many is not drawn.
    pub rows: Vec<Vec<String>>,
    /// Size of the text in points.
    pub size: f32,
}

/// A column.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its share of the width, beside the others' shares.
    pub share: f32,
}

impl Column {
    /// A column of that title and share.
    pub fn new(title: impl Into<String>, share: f32) -> Self {
        Self { title: title.into(), share }
    }
}

const PADDING: f32 = 4.0;
const LEADING: f32 = 1.45;
const RULE: f32 = 0.5;

/// A row, broken into lines: for each cell its left edge, width and lines.
struct Row {
    cells: Vec<(f32, Vec<Line>)>,
    is_head: bool,
}

impl Table {
    fn row(&self, sheet: &Sheet<'_>, cells: &[String], is_head: bool) -> Result<Row, WriteError> {
        let shares: f32 = self.columns.iter().map(|column| column.share).sum();
        let mut left = sheet.left();
        let mut row = Row { cells: Vec::new(), is_head };
        for (place, column) in self.columns.iter().enumerate() {
            let width = sheet.width() * column.share / shares;
            let is_bold = is_head || (self.names_first && place == 0);
            let style = if is_bold { Style::Bold } else { Style::Body };
            let text = cells.get(place).map_or("", String::as_str);
            let glyphs = sheet.shape(style, text)?;
            let most = (width - 2.0 * PADDING) / self.size;
            row.cells.push((left, break_lines(&glyphs, most, most)));
            left += width;
        }
        Ok(row)
    }

    fn leading(&self) -> f32 {
        self.size * LEADING
    }

    pub(super) fn draw(&self, sheet: &mut Sheet<'_>) -> Result<(), WriteError> {
        let titles: Vec<String> = self.columns.iter().map(|column| column.title.clone()).collect();
        let head = if self.has_head { Some(self.row(sheet, &titles, true)?) } else { None };
        let mut is_begun = false;
        for cells in &self.rows {
            let row = self.row(sheet, cells, false)?;
            let head_height = head.as_ref().map_or(0.0, |head| self.height(head));
            let needed = self.height(&row).min(sheet.full_height() - head_height);
            let with_head = if is_begun { 0.0 } else { head_height };
            let is_next_page = !sheet.has_room(with_head + needed);
            if is_next_page {
                sheet.turn();
            }
            if (is_next_page || !is_begun)
                && let Some(head) = &head
            {
                self.put(sheet, head, 0, head.lines());
            }
            is_begun = true;
            self.put_over_pages(sheet, &row, head.as_ref());
        }
        Ok(())
    }

    fn height(&self, row: &Row) -> f32 {
        count(row.lines()) * self.leading() + 2.0 * PADDING
    }

    /// A row that is taller than a page goes on on the next.
    fn put_over_pages(&self, sheet: &mut Sheet<'_>, row: &Row, head: Option<&Row>) {
        let (mut from, all) = (0, row.lines());
        while from < all {
            let mut to = from + 1;
            while to < all && sheet.has_room(count(to + 1 - from) * self.leading() + 2.0 * PADDING)
            {
                to += 1;
            }
            self.put(sheet, row, from, to);
            from = to;
            if from < all {
                sheet.new_page();
                if let Some(head) = head {
                    self.put(sheet, head, 0, head.lines());
                }
            }
        }
    }

    fn put(&self, sheet: &mut Sheet<'_>, row: &Row, from: usize, to: usize) {
        let top = sheet.y();
        let height = count(to - from) * self.leading() + 2.0 * PADDING;
        let (left, width) = (sheet.left(), sheet.width());
        if row.is_head {
            sheet.mark(Mark::Rectangles {
                rectangles: vec![[left, top, width, height]],
                colour: Colour::SHADE,
            });
        }
        let mut rules = vec![
            [left, top, width, RULE],
            [left, top + height, width, RULE],
            [left + width - RULE, top, RULE, height],
        ];
        for (cell_left, lines) in &row.cells {
            rules.push([*cell_left, top, RULE, height]);
            for (place, line) in lines.iter().skip(from).take(to - from).enumerate() {
                let y = top + PADDING + self.size * 1.05 + count(place) * self.leading();
                let mut line = line.clone();
                line.is_last = true;
                sheet.mark(Mark::Text {
                    at: (cell_left + PADDING, y),
                    size: self.size,
                    colour: Colour::BLACK,
                    line,
                });
            }
        }
        sheet.mark(Mark::Rectangles { rectangles: rules, colour: Colour::RULE });
        sheet.skip(height);
    }
}

impl Row {
    fn lines(&self) -> usize {
        self.cells.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0).max(1)
    }
}
