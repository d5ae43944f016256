use std::collections::VecDeque;

use heqi_tlog::tile::{TILE_HEIGHT, TILE_WIDTH};
use heqi_tlog::tree::{Hash, Node, node_hash};

/// The part of the tree that is not yet in files: every node of every tile that is not a full, durable file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    size: u64,
    /// Leaves whose full tiles and bundles are durable files; a multiple of 256.
    tiled: u64,
    levels: Vec<Level>,
}

#[derive(Clone, Debug, Default)]
struct Level {
    /// Index of the first node held.
    first: u64,
    nodes: VecDeque<Hash>,
}

impl Edge {
    /// The edge of a tree whose `tiled` leaves are all in files. `roots(level, from, to)` gives the nodes of heights
    /// 8, 16, … that stand in tiles not yet full.
    pub(crate) fn resume<E>(
        tiled: u64,
        mut roots: impl FnMut(u8, u64, u64) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, E> {
        let mut edge = Self { size: tiled, tiled, levels: Vec::new() };
        let mut tile_level = 0u8;
        while let Some(hashes) = tiled.checked_shr(u32::from(tile_level) * 8).filter(|n| *n > 0) {
            let height = tile_level * TILE_HEIGHT;
            let first = first_held(tiled, height);
            let base = roots(height, first, hashes)?;
            let mut level = Level { first, nodes: base.into() };
            for _ in 0..TILE_HEIGHT {
                let pairs = level.nodes.iter().zip(level.nodes.iter().skip(1)).step_by(2);
                let above = pairs.map(|(left, right)| node_hash(*left, *right)).collect();
                let above = Level { first: level.first / 2, nodes: above };
                edge.levels.push(std::mem::replace(&mut level, above));
            }
            tile_level += 1;
        }
        Ok(edge)
    }

    /// Leaves in the tree.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Leaves whose full tiles and bundles are durable files.
    pub(crate) fn tiled(&self) -> u64 {
        self.tiled
    }

    /// Takes nodes as the tree completed them.
    pub(crate) fn extend(&mut self, completed: &[Node]) {
        for node in completed {
            let level = usize::from(node.level);
            while self.levels.len() <= level {
                let height = u8::try_from(self.levels.len()).unwrap_or(u8::MAX);
                let first = first_held(self.tiled, height);
                self.levels.push(Level { first, nodes: VecDeque::new() });
            }
            if let Some(level) = self.levels.get_mut(level) {
                level.nodes.push_back(node.hash);
            }
            if node.level == 0 {
                self.size = node.index + 1;
            }
        }
    }

    /// A node, if it is held here.
    pub(crate) fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let level = self.levels.get(usize::from(level))?;
        let at = usize::try_from(index.checked_sub(level.first)?).ok()?;
        level.nodes.get(at).copied()
    }

    /// Lets go of every node that is in a full tile of the first `tiled` leaves.
    pub(crate) fn trim(&mut self, tiled: u64) {
        self.tiled = tiled;
        for (height, level) in (0u8..).zip(&mut self.levels) {
            let first = first_held(tiled, height);
            let gone = usize::try_from(first.saturating_sub(level.first)).unwrap_or(usize::MAX);
            level.nodes.drain(..gone.min(level.nodes.len()));
            level.first = first.max(level.first);
            // What a burst has grown is given back.
            if level.nodes.capacity() > 4 * (level.nodes.len() + usize::from(TILE_WIDTH)) {
                level.nodes.shrink_to(2 * level.nodes.len());
            }
        }
    }
}

/// The first node of this height that is not in a full tile when the tiles of `tiled` leaves are full.
fn first_held(tiled: u64, height: u8) -> u64 {
    let (tile_level, inner) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
    let span = (u32::from(tile_level) + 1) * u32::from(TILE_HEIGHT);
    let full_tiles = tiled.checked_shr(span).unwrap_or(0);
    full_tiles.saturating_mul(TILE_WIDTH.into()) >> inner
}

#[cfg(test)]
mod tests {
    use heqi_tlog::tree::{CompactRange, leaf_hash};

    use super::*;

    /// Every node of a tree, by level.
    fn grow(size: u64) -> (Vec<Vec<Hash>>, Vec<Node>) {
        let (mut levels, mut all) = (vec![Vec::new(); 64], Vec::new());
        let mut range = CompactRange::new();
        for n in 0..size {
            range.append_with(leaf_hash(&n.to_be_bytes()), |node| {
                levels[usize::from(node.level)].push(node.hash);
                all.push(node);
            });
        }
        (levels, all)
    }

    #[test]
    fn an_edge_holds_what_is_not_tiled_and_resumes_from_tiles() {
        let size = 66_500;
        let (levels, all) = grow(size);
        let mut edge = Edge::default();
        edge.extend(&all);
        for tiled in [0, 256, 65_280, 65_536, 66_304] {
            edge.trim(tiled);
            let mut resumed = Edge::resume(tiled, |level, from, to| {
                let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
                Ok::<_, ()>(levels[usize::from(level)][range].to_vec())
            })
            .unwrap();
            let mut range = CompactRange::new();
            let mut rest = Vec::new();
            for n in 0..size {
                range.append_with(leaf_hash(&n.to_be_bytes()), |node| {
                    if n >= tiled {
                        rest.push(node);
                    }
                });
            }
            resumed.extend(&rest);
            assert_eq!((resumed.size(), resumed.tiled()), (size, tiled));
            for (height, nodes) in (0u8..).zip(&levels) {
                let first = first_held(tiled, height);
                for (index, hash) in (0u64..).zip(nodes) {
                    let held = (index >= first).then_some(*hash);
                    assert_eq!(edge.node(height, index), held, "{height}/{index} at {tiled}");
                    assert_eq!(resumed.node(height, index), held, "{height}/{index} at {tiled}");
                }
            }
        }
        assert_eq!(edge.node(0, size), None);
        assert_eq!(edge.node(63, 0), None);
    }
}
