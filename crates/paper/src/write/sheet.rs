//! The page from top to bottom.

use heqi_fonts::Style;
use qrcodegen::{QrCode, QrCodeEcc};

use super::code::dark_runs;
use super::fonts::{Fonts, Glyph, Shaper};
use super::line::break_lines;
use super::look::{Align, Look, Settings};
use super::marks::{Mark, Point};
use super::picture::Drawn;
use super::seal::{RADIUS, plain_line};
use super::{
    Attachment, AttachmentFault, Colour, Picture, RoundSeal, Table, WriteError, paint, picture,
};

/// A4 in points, and its margins.
pub(super) const PAGE: (f32, f32) = (595.276, 841.89);
const LEFT: f32 = 76.0;
const TOP: f32 = 72.0;
const BOTTOM: f32 = 70.0;
const FOOT_SIZE: f32 = 8.5;

/// A document while it is written.
pub struct Sheet<'f> {
    shaper: Shaper<'f>,
    settings: Settings,
    pages: Vec<Vec<Mark>>,
    y: f32,
    held: Option<Held>,
    attachments: Vec<Attachment>,
    pictures: Vec<Picture>,
}

/// Headings that nothing stands below yet: where they begin among the page's marks, and at which height.
#[derive(Clone, Copy)]
struct Held {
    from: usize,
    top: f32,
}

/// Headings that take more points than this are none.
const MOST_HELD: f32 = 240.0;

impl<'f> Sheet<'f> {
    /// An empty first page.
    pub fn new(settings: Settings, fonts: &'f Fonts) -> Self {
        let shaper = Shaper::of(fonts);
        Self {
            shaper,
            settings,
            pages: vec![Vec::new()],
            y: TOP,
            held: None,
            attachments: Vec::new(),
            pictures: Vec::new(),
        }
    }

    /// A paragraph.
    ///
    /// # Errors
    /// A character no font has.
    pub fn text(&mut self, text: &str, look: &Look) -> Result<(), WriteError> {
        let mut glyphs = self.shape(look.style, text)?;
        for glyph in &mut glyphs {
            glyph.advance += look.spread;
        }
        let most = self.width() / look.size;
        let lines = break_lines(&glyphs, most - look.indent, most);
        let mut indent = look.indent;
        for mut line in lines {
            let height = look.size * look.leading;
            self.keep(height);
            // The room behind the last character is not part of the line.
            let width = line.width() - look.spread;
            let left = match look.align {
                Align::Justified => {
                    line.fill(most - indent);
                    indent
                }
                Align::Left => indent,
                Align::Centre => (most - width) / 2.0,
                Align::Right => most - width,
            };
            let at = (LEFT + left * look.size, self.y + height * 0.5 + look.size * 0.36);
            let (size, colour) = (look.size, look.colour);
            self.mark(Mark::Text { at, size, colour, line });
            self.y += height;
            indent = 0.0;
        }
        self.y += look.below;
        Ok(())
    }

    /// A heading: a paragraph that goes to the next page together with what follows it.
    ///
    /// # Errors
    /// A character no font has.
    pub fn heading(&mut self, text: &str, look: &Look) -> Result<(), WriteError> {
        self.keep(look.size * look.leading);
        let here = Held { from: self.pages.last().map_or(0, Vec::len), top: self.y };
        let (held, pages) = (self.held.unwrap_or(here), self.pages.len());
        self.text(text, look)?;
        // One that runs over two pages stands at the top of the second already.
        if self.pages.len() == pages {
            self.held = Some(held);
        }
        Ok(())
    }

    /// A table.
    ///
    /// # Errors
    /// A character no font has.
    pub fn table(&mut self, table: &Table) -> Result<(), WriteError> {
        table.draw(self)
    }

    /// A code that phones read (ISO 18004, level M) at the left, and lines beside it.
    ///
    /// # Errors
    /// The text is too long for a code, or a line has a character no font has.
    pub fn code(&mut self, content: &str, edge: f32, beside: &[String]) -> Result<(), WriteError> {
        let code = QrCode::encode_text(content, QrCodeEcc::Medium).map_err(|_| WriteError::Code)?;
        self.keep(edge);
        let (top, left) = (self.y, LEFT);
        let modules = code.size();
        let module = edge / f32::from(u16::try_from(modules).unwrap_or(1));
        let place = |number: i32| f32::from(u16::try_from(number).unwrap_or(0)) * module;
        let rectangles = (0..modules)
            .flat_map(|y| dark_runs(&code, y).into_iter().map(move |(from, to)| (from, to, y)))
            .map(|(from, to, y)| [left + place(from), top + place(y), place(to - from), module])
            .collect();
        self.mark(Mark::Rectangles { rectangles, colour: Colour::BLACK });
        let (size, text_left) = (9.0, left + edge + 14.0);
        let most = (self.width() - edge - 14.0) / size;
        let mut y = top + size;
        for text in beside {
            for line in break_lines(&self.shape(Style::Body, text)?, most, most) {
                let colour = Colour::GREY;
                self.mark(Mark::Text { at: (text_left, y), size, colour, line });
                y += size * 1.6;
            }
        }
        self.y = (top + edge).max(y) + 6.0;
        Ok(())
    }

    /// A round seal whose middle is so far from the right edge of the text, and so far above
    /// where the next line would stand; below what stands there already.
    ///
    /// # Errors
    /// A character no font has.
    pub fn round_seal(
        &mut self,
        seal: &RoundSeal,
        from_right: f32,
        above: f32,
    ) -> Result<(), WriteError> {
        let centre: Point = (
            LEFT + self.width() - from_right,
            (self.y - above).clamp(TOP + RADIUS / 2.0, PAGE.1 - BOTTOM - RADIUS / 2.0),
        );
        let marks = seal.marks(centre, &self.shaper)?;
        if let Some(page) = self.pages.last_mut() {
            page.insert(0, Mark::Backdrop(marks));
        }
        if let Some(held) = &mut self.held {
            held.from += 1;
        }
        Ok(())
    }

    /// A picture at the left, so many points high, and no wider than the text.
    pub fn picture(&mut self, picture: &Picture, height: f32) {
        let width = (height * picture.ratio()).min(self.width());
        let height = width / picture.ratio();
        self.keep(height);
        let place = self.pictures.len();
        self.pictures.push(picture.clone());
        self.mark(Mark::Picture { at: (LEFT, self.y), size: (width, height), place });
        self.y += height + 6.0;
    }

    /// A line across the text.
    pub fn rule(&mut self) {
        let rectangles = vec![[LEFT, self.y, self.width(), 0.75]];
        self.mark(Mark::Rectangles { rectangles, colour: Colour::RULE });
        self.y += 8.0;
    }

    /// Leaves room, in points.
    pub fn skip(&mut self, points: f32) {
        self.y += points;
    }

    /// The next page, unless so many points are left on this one.
    pub fn keep(&mut self, points: f32) {
        if !self.has_room(points) {
            self.turn();
            // What does not stand whole below its headings has the next page to itself.
            if self.held.is_some() && !self.has_room(points) {
                self.new_page();
            }
        }
    }

    /// The next page.
    pub fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
        self.held = None;
    }

    /// The next page, for want of room on this one. Headings at its foot come along; where nothing but
    /// headings stands on the page, the next has no more room, and they go up to the top of this one.
    pub(super) fn turn(&mut self) {
        let held = self.held.filter(|held| self.y - held.top <= MOST_HELD);
        let Some(Held { from, top }) = held else {
            self.new_page();
            return;
        };
        let page = self.pages.last_mut();
        let mut headings = page.map_or_else(Vec::new, |page| page.split_off(from.min(page.len())));
        for mark in &mut headings {
            mark.lower(TOP - top);
        }
        let y = TOP + self.y - top;
        if from > 0 {
            self.new_page();
        }
        self.y = y;
        if let Some(page) = self.pages.last_mut() {
            *page = headings;
        }
        self.held = Some(Held { from: 0, top: TOP });
    }

    /// Puts a file inside; left out of PDF/A-1.
    ///
    /// # Errors
    /// A name or media type that does not do, or a name that is taken.
    pub fn attach(&mut self, attachment: Attachment) -> Result<(), WriteError> {
        let fault = if !attachment.has_plain_name() {
            Some(AttachmentFault::Name)
        } else if self.attachments.iter().any(|other| other.name == attachment.name) {
            Some(AttachmentFault::Twice)
        } else {
            None
        };
        if let Some(fault) = fault {
            return Err(WriteError::Attachment { name: attachment.name, fault });
        }
        self.attachments.push(attachment);
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// A character no font has, a media type that is none, or a fault of this program.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        self.feet()?;
        self.watermarks()?;
        let Self { shaper, settings, pages, attachments, pictures, .. } = self;
        let file = paint::paint(&settings, &pages, attachments, shaper.fonts)?;
        let drawn = pages.iter().flatten().filter_map(|mark| match mark {
            Mark::Picture { size, place, .. } => Some(Drawn { place: *place, size: *size }),
            _ => None,
        });
        picture::put_in(file, &pictures, &drawn.collect::<Vec<_>>())
    }

    fn feet(&mut self) -> Result<(), WriteError> {
        let pages = self.pages.len();
        for place in 0..pages {
            let words = self.settings.page_words.replace("{pages}", &pages.to_string());
            let words = words.replace("{page}", &(place + 1).to_string());
            let right = plain_line(self.shape(Style::Body, &words)?);
            let left = plain_line(self.shape(Style::Body, &self.settings.foot)?);
            let right_x = LEFT + self.width() - right.width() * FOOT_SIZE;
            let y = PAGE.1 - 42.0;
            let Some(page) = self.pages.get_mut(place) else { break };
            for (x, line) in [(LEFT, left), (right_x, right)] {
                let (size, colour) = (FOOT_SIZE, Colour::GREY);
                page.push(Mark::Text { at: (x, y), size, colour, line });
            }
        }
        Ok(())
    }

    /// Three times along the diagonal of each page.
    fn watermarks(&mut self) -> Result<(), WriteError> {
        let Some(text) = &self.settings.watermark else { return Ok(()) };
        let line = plain_line(self.shape(Style::Bold, text)?);
        let turned_degrees: f32 = -35.0;
        let (across, along) = turned_degrees.to_radians().sin_cos();
        let size = 40.0_f32.min(PAGE.0 / line.width().max(1.0));
        let half = line.width() * size / 2.0;
        let marks = [0.22_f32, 0.52, 0.82].map(|height| Mark::Turned {
            at: (PAGE.0 / 2.0 - half * along, PAGE.1 * height - half * across),
            size,
            turned_degrees,
            colour: Colour::WATERMARK,
            line: line.clone(),
        });
        for page in &mut self.pages {
            page.insert(0, Mark::Backdrop(marks.to_vec()));
        }
        Ok(())
    }

    /// Glyphs of a text; a tab is a space, a carriage return nothing.
    pub(super) fn shape(&self, style: Style, text: &str) -> Result<Vec<Glyph>, WriteError> {
        let mut glyphs = Vec::new();
        for character in text.chars().filter(|character| *character != '\r') {
            let character = if character == '\t' { ' ' } else { character };
            // A line feed is not drawn; it needs a place in the text and no glyph.
            let drawn = if character == '\n' { ' ' } else { character };
            let glyph = self.shaper.glyph(style, drawn)?;
            glyphs.push(Glyph { character, ..glyph });
        }
        Ok(glyphs)
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        self.held = None;
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Where the next line stands.
    pub(super) const fn y(&self) -> f32 {
        self.y
    }

    pub(super) fn has_room(&self, points: f32) -> bool {
        self.y + points <= PAGE.1 - BOTTOM
    }

    /// Of a page without anything on it.
    #[expect(clippy::unused_self, reason = "all pages are alike today")]
    pub(super) fn full_height(&self) -> f32 {
        PAGE.1 - TOP - BOTTOM
    }

    #[expect(clippy::unused_self, reason = "all pages are alike today")]
    pub(super) const fn left(&self) -> f32 {
        LEFT
    }

    #[expect(clippy::unused_self, reason = "all pages are alike today")]
    pub(super) fn width(&self) -> f32 {
        PAGE.0 - 2.0 * LEFT
    }
}
