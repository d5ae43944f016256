//! Marks to bytes, by krilla: it subsets the fonts and refuses what would not be PDF/A.

use heqi_fonts::Face;
use heqi_vocabulary::UtcMillis;
use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{Path, PathBuilder, Point as At, Rect, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Pattern, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};

use super::fonts::{Fonts, Glyph};
use super::line::Line;
use super::look::Profile;
use super::marks::{Mark, Point};
use super::picture::marked_width;
use super::sheet::PAGE;
use super::{Attachment, AttachmentFault, Colour, Relationship, Settings, WriteError};

/// Writes the file.
pub(super) fn paint(
    settings: &Settings,
    pages: &[Vec<Mark>],
    attachments: Vec<Attachment>,
    fonts: &Fonts,
) -> Result<Vec<u8>, WriteError> {
    let archival = match settings.profile {
        Profile::A3b => Archival::A3_B,
        Profile::A1b => Archival::A1_B,
    };
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(archival)
        .finish()
        .map_err(|error| WriteError::NotArchival(format!("{error:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(settings));
    if settings.profile == Profile::A3b {
        for attachment in attachments {
            embed(&mut document, attachment)?;
        }
    }
    let size = PageSettings::from_wh(PAGE.0, PAGE.1)
        .ok_or_else(|| WriteError::NotArchival("the page has no size".to_owned()))?;
    for marks in pages {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, fonts)?;
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| WriteError::NotArchival(error.to_string()))
}

fn metadata(settings: &Settings) -> Metadata {
    Metadata::new()
        .title(settings.title.clone())
        .language(settings.language.to_owned())
        .authors(vec![settings.author.clone()])
        .creator("Heqi 合契".to_owned())
        .document_id(settings.identifier.clone())
        .creation_date(date(settings.created_at))
}

fn embed(document: &mut Document, attachment: Attachment) -> Result<(), WriteError> {
    let refused = |name: &str, fault| WriteError::Attachment { name: name.to_owned(), fault };
    let mime_type = MimeType::new(attachment.media_type)
        .ok_or_else(|| refused(&attachment.name, AttachmentFault::MediaType))?;
    let compress = if attachment.is_packed() { Some(false) } else { None };
    let name = attachment.name.clone();
    let file = EmbeddedFile {
        path: attachment.name,
        mime_type: Some(mime_type),
        description: Some(attachment.description),
        association_kind: match attachment.relationship {
            Relationship::Source => AssociationKind::Source,
            Relationship::Data => AssociationKind::Data,
            Relationship::Supplement => AssociationKind::Supplement,
        },
        data: attachment.bytes.into(),
        modification_date: Some(date(attachment.modified_at)),
        compress,
        location: None,
    };
    document.embed_file(file).ok_or_else(|| refused(&name, AttachmentFault::Twice))
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts) -> Result<(), WriteError> {
    match mark {
        Mark::Text { at, size, colour, line } => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            return text(surface, *at, *size, line, fonts);
        }
        Mark::Turned { at, size, turned_degrees, colour, line } => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            surface.push_transform(&Transform::from_translate(at.0, at.1));
            surface.push_transform(&Transform::from_rotate(*turned_degrees));
            let drawn = text(surface, (0.0, 0.0), *size, line, fonts);
            surface.pop();
            surface.pop();
            return drawn;
        }
        Mark::Backdrop(marks) => return backdrop(surface, marks, fonts),
        Mark::Picture { at, size, place } => stand_in(surface, *at, *size, *place),
        Mark::Rectangles { rectangles, colour } => {
            let mut path = PathBuilder::new();
            for [x, y, width, height] in rectangles {
                if let Some(rectangle) = Rect::from_xywh(*x, *y, *width, *height) {
                    path.push_rect(rectangle);
                }
            }
            filled(surface, path.finish(), *colour);
        }
        Mark::Polygon { corners, colour } => {
            let mut path = PathBuilder::new();
            for (place, (x, y)) in corners.iter().enumerate() {
                if place == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
            }
            path.close();
            filled(surface, path.finish(), *colour);
        }
        Mark::Ring { centre, radius, width, colour } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: ink(*colour).into(),
                width: *width,
                ..Stroke::default()
            }));
            if let Some(path) = circle(*centre, *radius) {
                surface.draw_path(&path);
            }
            surface.set_stroke(None);
        }
    }
    Ok(())
}

/// A pattern as large as the page. The same pattern is one object of the file, and what stands
/// in a pattern is drawn and not read with the text.
fn backdrop(surface: &mut Surface<'_>, marks: &[Mark], fonts: &Fonts) -> Result<(), WriteError> {
    let mut builder = surface.stream_builder();
    let mut behind = builder.surface();
    for mark in marks {
        draw(&mut behind, mark, fonts)?;
    }
    behind.finish();
    let stream = builder.finish();
    let pattern =
        Pattern { stream, transform: Transform::identity(), width: PAGE.0, height: PAGE.1 };
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: pattern.into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
    let mut path = PathBuilder::new();
    if let Some(page) = Rect::from_xywh(0.0, 0.0, PAGE.0, PAGE.1) {
        path.push_rect(page);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
    Ok(())
}

/// The pattern that [`super::picture`] turns into a picture in the finished file.
fn stand_in(surface: &mut Surface<'_>, (x, y): Point, (width, height): (f32, f32), place: usize) {
    let rectangle = |x, y| {
        let mut path = PathBuilder::new();
        if let Some(rectangle) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rectangle);
        }
        path.finish()
    };
    let mut builder = surface.stream_builder();
    let mut behind = builder.surface();
    filled(&mut behind, rectangle(0.0, 0.0), Colour::SHADE);
    behind.finish();
    let pattern = Pattern {
        stream: builder.finish(),
        transform: Transform::from_translate(x, y),
        width: marked_width(place),
        height,
    };
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: pattern.into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
    if let Some(path) = rectangle(x, y) {
        surface.draw_path(&path);
    }
}

fn filled(surface: &mut Surface<'_>, path: Option<Path>, colour: Colour) {
    surface.set_stroke(None);
    surface.set_fill(Some(fill(colour)));
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

/// A line, as one run for each font it needs.
fn text(
    surface: &mut Surface<'_>,
    at: Point,
    size: f32,
    line: &Line,
    fonts: &Fonts,
) -> Result<(), WriteError> {
    let mut x = at.0;
    for run in line.glyphs.chunk_by(|(one, _), (other, _)| one.face == other.face) {
        let Some((Glyph { face, .. }, _)) = run.first() else { continue };
        let drawn = draw_run(surface, (x, at.1), size, run, *face, fonts)?;
        x += drawn;
    }
    Ok(())
}

fn draw_run(
    surface: &mut Surface<'_>,
    at: Point,
    size: f32,
    run: &[(Glyph, f32)],
    face: Face,
    fonts: &Fonts,
) -> Result<f32, WriteError> {
    let mut text = String::new();
    let mut glyphs = Vec::with_capacity(run.len());
    let mut width = 0.0;
    for (glyph, advance) in run {
        let from = text.len();
        text.push(glyph.character);
        glyphs.push(KrillaGlyph {
            glyph_id: GlyphId::new(u32::from(glyph.id)),
            text_range: from..text.len(),
            x_advance: *advance,
            x_offset: 0.0,
            y_offset: 0.0,
            y_advance: 0.0,
            location: None,
        });
        width += advance * size;
    }
    let font = fonts.loaded(face)?.font.clone();
    surface.draw_glyphs(At::from_xy(at.0, at.1), &glyphs, font, &text, size, false);
    Ok(width)
}

fn ink(Colour(red, green, blue): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: ink(colour).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// Four Bézier curves (their control points at 0.5523 of the radius).
fn circle((x, y): Point, radius: f32) -> Option<Path> {
    let bend = radius * 0.552_284_8;
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.cubic_to(x + radius, y + bend, x + bend, y + radius, x, y + radius);
    path.cubic_to(x - bend, y + radius, x - radius, y + bend, x - radius, y);
    path.cubic_to(x - radius, y - bend, x - bend, y - radius, x, y - radius);
    path.cubic_to(x + bend, y - radius, x + radius, y - bend, x + radius, y);
    path.close();
    path.finish()
}

/// An instant as PDF dates are written, in UTC and whole seconds.
fn date(at: UtcMillis) -> DateTime {
    let text = at.to_string();
    let part = |from: usize, to: usize| {
        text.get(from..to).and_then(|part| part.parse::<u16>().ok()).unwrap_or(0)
    };
    let small = |from: usize, to: usize| u8::try_from(part(from, to)).unwrap_or(0);
    DateTime::new(part(0, 4))
        .month(small(5, 7))
        .day(small(8, 10))
        .hour(small(11, 13))
        .minute(small(14, 16))
        .second(small(17, 19))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
