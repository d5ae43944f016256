//! Fonts for documents that do not bring their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::FontResolverFn;
use hayro::hayro_interpret::font::{FallbackFontQuery, FontData, FontQuery};
use heqi_fonts::Face;

/// Gives fonts, and remembers whether one of ours stood in for one of the document's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Substitutes {
    used: Arc<AtomicBool>,
}

impl Substitutes {
    /// The 14 standard fonts of every reader (ISO 32000-1 section 9.6.2.2) by free ones of
    /// the same widths; composite fonts, which are those of Chinese text, by ours.
    pub(crate) fn resolver(&self) -> FontResolverFn {
        let used = Arc::clone(&self.used);
        Arc::new(move |query| match query {
            FontQuery::Standard(standard) => Some(standard.get_font_data()),
            FontQuery::Fallback(wanted) => {
                used.store(true, Ordering::Relaxed);
                match face_instead(wanted) {
                    Some(face) => {
                        let font: FontData = face.font().ok()?;
                        Some((font, 0))
                    }
                    None => Some(wanted.pick_standard_font().get_font_data()),
                }
            }
        })
    }

    /// Whether any of the document's fonts was replaced.
    pub(crate) fn were_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }
}

/// Our font in the place of a composite font; `None` where Latin text is meant.
fn face_instead(wanted: &FallbackFontQuery) -> Option<Face> {
    wanted.character_collection.as_ref()?;
    let names = [&wanted.post_script_name, &wanted.font_name, &wanted.font_family];
    let is_called =
        |word: &str| names.iter().any(|name| name.as_ref().is_some_and(|n| n.contains(word)));
    Some(if is_called("Kai") || is_called("楷") {
        Face::Kai
    } else if wanted.is_bold || wanted.font_weight >= 600 || is_called("Hei") || is_called("黑") {
        Face::SerifBold
    } else {
        Face::SerifRegular
    })
}
