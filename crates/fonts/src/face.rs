//! The fonts themselves.

use std::fmt;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use ruzstd::decoding::FrameDecoder;

/// A font of this program.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "a chain must decide about each")]
pub enum Face {
    /// Noto Serif SC, weight 400: all of CJK Unified Ideographs and Extension A, and 213 of
    /// the rare characters of 通用规范汉字表.
    SerifRegular,
    /// Noto Serif SC, weight 700: the same characters.
    SerifBold,
    /// HanaMinB: Extensions B to F but for a handful.
    HanaMinB,
    /// LXGW WenKai, a hand-written style (楷体); some of Extensions G and H. It was changed, so
    /// it has a name of its own (OFL 1.1, condition 3).
    Kai,
}

/// A font, unpacked: the bytes of an OpenType file. Whoever holds it keeps it in memory.
pub type Font = Arc<Vec<u8>>;

/// A font of the program cannot be unpacked: the program itself is damaged.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the font {0} in this program is damaged")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct FontError(pub Face);

impl Face {
    /// Every font.
    pub const ALL: [Self; 4] = [Self::SerifRegular, Self::SerifBold, Self::HanaMinB, Self::Kai];

    /// Its name, as in the font's own table of names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SerifRegular => "Noto Serif SC",
            Self::SerifBold => "Noto Serif SC Bold",
            Self::HanaMinB => "HanaMinB",
            Self::Kai => "Heqi Kai",
        }
    }

    /// The font, unpacked unless somebody holds it already: 15 to 30 MB, some tens of
    /// milliseconds. Work of many pages holds what it got until it is done.
    ///
    /// # Errors
    /// The program is damaged.
    pub fn font(self) -> Result<Font, FontError> {
        let mut held = self.shelf().lock();
        if let Some(font) = held.upgrade() {
            return Ok(font);
        }
        let mut plain = Vec::with_capacity(self.plain_bytes());
        let unpacked = FrameDecoder::new().decode_all_to_vec(self.packed(), &mut plain);
        unpacked.map_err(|_| FontError(self))?;
        let font = Arc::new(plain);
        *held = Arc::downgrade(&font);
        Ok(font)
    }

    /// Whether somebody holds it now.
    pub fn is_unpacked(self) -> bool {
        self.shelf().lock().strong_count() > 0
    }

    fn shelf(self) -> &'static Mutex<Weak<Vec<u8>>> {
        static SHELF: [Mutex<Weak<Vec<u8>>>; 4] = [const { Mutex::new(Weak::new()) }; 4];
        let [regular, bold, hana, kai] = &SHELF;
        match self {
            Self::SerifRegular => regular,
            Self::SerifBold => bold,
            Self::HanaMinB => hana,
            Self::Kai => kai,
        }
    }

    const fn packed(self) -> &'static [u8] {
        match self {
            Self::SerifRegular => include_bytes!("../data/NotoSerifSC-Regular.ttf.zst"),
            Self::SerifBold => include_bytes!("../data/NotoSerifSC-Bold.ttf.zst"),
            Self::HanaMinB => include_bytes!("../data/HanaMinB.ttf.zst"),
            Self::Kai => include_bytes!("../data/LXGWWenKai-Regular.ttf.zst"),
        }
    }

    /// The size of the unpacked file as its frame header says (RFC 8878 section 3.1.1.1).
    fn plain_bytes(self) -> usize {
        let mut decoder = FrameDecoder::new();
        match decoder.reset(self.packed()) {
            Ok(()) => usize::try_from(decoder.content_size()).unwrap_or(0),
            Err(_) => 0,
        }
    }

    #[expect(clippy::match_same_arms, reason = "two weights of one font: a file each, alike today")]
    pub(crate) const fn coverage(self) -> &'static [u8] {
        match self {
            Self::SerifRegular => include_bytes!("../data/NotoSerifSC-Regular.coverage"),
            Self::SerifBold => include_bytes!("../data/NotoSerifSC-Bold.coverage"),
            Self::HanaMinB => include_bytes!("../data/HanaMinB.coverage"),
            Self::Kai => include_bytes!("../data/LXGWWenKai-Regular.coverage"),
        }
    }
}

impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_unpacked_once_for_all_who_hold_it_and_then_given_back() {
        let first = Face::Kai.font().unwrap();
        let second = Face::Kai.font().unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(first.len(), Face::Kai.plain_bytes());
        drop((first, second));
        assert!(!Face::Kai.is_unpacked());
    }

    #[test]
    fn every_font_may_be_embedded_and_says_what_it_is() {
        for face in Face::ALL {
            let font = face.font().unwrap();
            let parsed = ttf_parser::Face::parse(&font, 0).unwrap();
            assert!(parsed.is_subsetting_allowed(), "{face}");
            let first =
                parsed.names().into_iter().find(|name| name.name_id == 1 && name.is_unicode());
            let family = first.and_then(|name| name.to_string()).unwrap();
            assert!(face.name().starts_with(&family), "{face}: {family}");
        }
    }
}
