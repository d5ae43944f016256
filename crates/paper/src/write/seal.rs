//! A round seal, drawn: a ring, a name along it, a star, and lines below the star.

use heqi_fonts::Style;

use super::fonts::Shaper;
use super::line::{Line, count};
use super::marks::{Mark, Point};
use super::{Colour, WriteError};

/// A round seal.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct RoundSeal {
    /// Along the ring, from lower left over the top to lower right.
    pub name: String,
    /// Below the star, at most three.
    pub lines: Vec<String>,
}

/// 42 mm across, as seals of notary offices are.
pub(super) const RADIUS: f32 = 59.5;
const RING: f32 = 3.0;
const STAR: f32 = 16.0;
/// The name takes at most so much of the circle.
const MOST_DEGREES: f32 = 250.0;
/// And no more for each character.
const DEGREES_EACH: f32 = 26.0;
const LINE_SIZE: f32 = 9.5;
const LINE_LEADING: f32 = 12.0;

impl RoundSeal {
    pub(super) fn marks(
        &self,
        centre: Point,
        shaper: &Shaper<'_>,
    ) -> Result<Vec<Mark>, WriteError> {
        let colour = Colour::SEAL;
        let mut marks = vec![
            Mark::Ring { centre, radius: RADIUS - RING / 2.0, width: RING, colour },
            Mark::Polygon { corners: star((centre.0, centre.1 - 3.0), STAR), colour },
        ];
        self.name_marks(centre, shaper, &mut marks)?;
        for (place, text) in self.lines.iter().enumerate() {
            let glyphs = shaper.glyphs(Style::Bold, text)?;
            let line = plain_line(glyphs);
            let x = centre.0 - line.width() * LINE_SIZE / 2.0;
            let y = centre.1 + STAR + 10.0 + count(place) * LINE_LEADING;
            marks.push(Mark::Turned {
                at: (x, y),
                size: LINE_SIZE,
                turned_degrees: 0.0,
                colour,
                line,
            });
        }
        Ok(marks)
    }

    fn name_marks(
        &self,
        centre: Point,
        shaper: &Shaper<'_>,
        marks: &mut Vec<Mark>,
    ) -> Result<(), WriteError> {
        let glyphs = shaper.glyphs(Style::Bold, &self.name)?;
        let gaps = count(glyphs.len().saturating_sub(1));
        let whole = (gaps * DEGREES_EACH).min(MOST_DEGREES);
        let step = if gaps > 0.0 { whole / gaps } else { 0.0 };
        // Narrower where there is less room, never so small that it cannot be read.
        let size = (13.5 * (step / 20.0).min(1.0)).clamp(7.5, 13.5);
        let baseline = RADIUS - RING - 4.0 - size * 0.80;
        for (place, glyph) in glyphs.into_iter().enumerate() {
            let degrees = count(place) * step - whole / 2.0;
            let half = glyph.advance * size / 2.0;
            let (across, along) = degrees.to_radians().sin_cos();
            // From the middle of the character's foot back along its own baseline.
            let at = (
                centre.0 + baseline * across - half * along,
                centre.1 - baseline * along - half * across,
            );
            let line = plain_line(vec![glyph]);
            let colour = Colour::SEAL;
            marks.push(Mark::Turned { at, size, turned_degrees: degrees, colour, line });
        }
        Ok(())
    }
}

pub(super) fn plain_line(glyphs: Vec<super::fonts::Glyph>) -> Line {
    let glyphs = glyphs.into_iter().map(|glyph| (glyph, glyph.advance)).collect();
    Line { glyphs, is_last: true }
}

/// A star of five rays, one of them upwards.
fn star(centre: Point, radius: f32) -> Vec<Point> {
    (0_u8..10)
        .map(|corner| {
            let reach = if corner % 2 == 0 { radius } else { radius * 0.381_966 };
            let (sine, cosine) = (f32::from(corner) * 36.0).to_radians().sin_cos();
            (centre.0 + reach * sine, centre.1 - reach * cosine)
        })
        .collect()
}
