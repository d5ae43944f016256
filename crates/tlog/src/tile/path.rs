use std::{fmt, str::FromStr};

use crate::{
    encoding::parse_decimal,
    tile::{TILE_HEIGHT, TILE_WIDTH},
};

/// What a tile holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum TileKind {
    /// Log entries, each with a length.
    Entries,
    /// Hashes of this tile level, 0 for leaf hashes; at most 63.
    Hashes(u8),
}

/// The address of one tile below the log's prefix: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TilePath {
    /// The highest level the path syntax knows.
    pub const MAX_LEVEL: u8 = 63;

    /// A tile of `width` hashes or entries, 1 to 256.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Result<Self, TilePathError> {
        let level_is_known = !matches!(kind, TileKind::Hashes(level) if level > Self::MAX_LEVEL);
        if level_is_known && (1..=TILE_WIDTH).contains(&width) {
            Ok(Self { kind, index, width })
        } else {
            Err(TilePathError)
        }
    }

    /// What the tile holds.
    pub const fn kind(&self) -> TileKind {
        self.kind
    }

    /// Position among the tiles of its level.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Number of hashes or entries, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether the tile has its final content. A partial tile may disappear once the full one exists.
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The full tile at the same place: what a client asks for when a partial one is gone.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => f.write_str("tile/entries/")?,
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        // Groups of three digits, every group but the last marked with an x, so that no directory grows past 1000.
        let groups = std::iter::successors(Some(self.index), |rest| {
            Some(rest / 1000).filter(|rest| *rest > 0)
        })
        .collect::<Vec<_>>();
        for (at, group) in groups.iter().enumerate().rev() {
            let group = group % 1000;
            if at > 0 { write!(f, "x{group:03}/")? } else { write!(f, "{group:03}")? }
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(TilePathError)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(
                parse_decimal(level)
                    .and_then(|level| level.try_into().ok())
                    .ok_or(TilePathError)?,
            ),
        };
        let (groups, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((groups, width)) => (
                groups,
                parse_decimal(width)
                    .and_then(|width| width.try_into().ok())
                    .ok_or(TilePathError)?,
            ),
        };
        let mut index = 0u64;
        for group in groups.split('/') {
            let value = group.strip_prefix('x').unwrap_or(group).parse::<u64>().ok();
            index = index
                .checked_mul(1000)
                .zip(value)
                .and_then(|(high, low)| high.checked_add(low))
                .ok_or(TilePathError)?;
        }
        let path = Self::new(kind, index, width)?;
        // One address per tile: superfluous groups, groups of not three digits, signs, misplaced x marks and `.p/256`
        // all print differently.
        if path.to_string() == text { Ok(path) } else { Err(TilePathError) }
    }
}

/// Not the path of a tile in its only accepted spelling.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a canonical tile path")]
pub struct TilePathError;

/// Every tile and entry bundle a log of `size` consists of, partial ones included, bundles first, then level by level.
pub fn tiles_of(size: u64) -> impl Iterator<Item = TilePath> {
    tiles_added(0, size)
}

/// What has to be written when a log grows from `old_size` to `new_size`: the tiles that are new or have become wider.
pub fn tiles_added(old_size: u64, new_size: u64) -> impl Iterator<Item = TilePath> {
    let levels =
        (0..u64::BITS.div_ceil(TILE_HEIGHT.into())).filter_map(|level| u8::try_from(level).ok());
    std::iter::once(TileKind::Entries).chain(levels.map(TileKind::Hashes)).flat_map(move |kind| {
        let level = if let TileKind::Hashes(level) = kind { level } else { 0 };
        let (old, new) = (old_size >> (level * TILE_HEIGHT), new_size >> (level * TILE_HEIGHT));
        let width = u64::from(TILE_WIDTH);
        let tiles = if old < new { old / width..new.div_ceil(width) } else { 0..0 };
        tiles.map(move |index| {
            let filled = (new - index * width).min(width);
            TilePath { kind, index, width: u16::try_from(filled).unwrap_or(TILE_WIDTH) }
        })
    })
}
