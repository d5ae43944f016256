//! What stands on a page, in points from its upper left corner, ready to be painted.

use super::line::Line;

/// A colour, sRGB.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "three numbers")]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Text.
    pub const BLACK: Self = Self(0, 0, 0);
    /// Notes beside the text: 7.5 to 1 on white.
    pub const GREY: Self = Self(85, 85, 85);
    /// Seal ink.
    pub const SEAL: Self = Self(200, 24, 30);
    /// Behind text, without making it harder to read. Not transparent: PDF/A-1 has no transparency.
    pub const WATERMARK: Self = Self(240, 228, 228);
    /// Rules of tables.
    pub const RULE: Self = Self(120, 120, 120);
    /// Behind the first row of a table.
    pub const SHADE: Self = Self(242, 242, 242);
}

/// A point.
pub(super) type Point = (f32, f32);

#[derive(Clone, Debug)]
pub(super) enum Mark {
    /// A line of text, where its baseline begins.
    Text { at: Point, size: f32, colour: Colour, line: Line },
    /// A line of text turned clockwise around where its baseline begins.
    Turned { at: Point, size: f32, turned_degrees: f32, colour: Colour, line: Line },
    /// What stands behind a page and is not read with its text: a watermark, a seal. The same on
    /// several pages is written into the file once.
    Backdrop(Vec<Mark>),
    /// Filled rectangles: x, y, width, height.
    Rectangles { rectangles: Vec<[f32; 4]>, colour: Colour },
    /// The picture of this place among the document's, from its upper left corner.
    Picture { at: Point, size: (f32, f32), place: usize },
    /// A circle's line.
    Ring { centre: Point, radius: f32, width: f32, colour: Colour },
    /// A filled polygon.
    Polygon { corners: Vec<Point>, colour: Colour },
}

impl Mark {
    /// Moves it so many points down the page.
    pub(super) fn lower(&mut self, points: f32) {
        match self {
            Self::Text { at, .. } | Self::Turned { at, .. } | Self::Picture { at, .. } => {
                at.1 += points;
            }
            Self::Backdrop(marks) => {
                for mark in marks {
                    mark.lower(points);
                }
            }
            Self::Rectangles { rectangles, .. } => {
                for [_, y, ..] in rectangles {
                    *y += points;
                }
            }
            Self::Ring { centre, .. } => centre.1 += points,
            Self::Polygon { corners, .. } => {
                for (_, y) in corners {
                    *y += points;
                }
            }
        }
    }
}
