//! Mutations from a seed number: the same number, the same bytes, on any machine.

/// A small generator (splitmix64): reproducible, and nothing secret depends on it.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Starts at `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; zero if `bound` is zero.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % (bound.max(1) as u64)).unwrap_or(0)
    }
}

/// Bytes that parsers take for the edge of something.
const EDGES: &[u8] = &[0, 1, 0x0a, 0x20, 0x22, 0x2b, 0x2e, 0x2f, 0x30, 0x7f, 0x80, 0xff];

/// One to four changes of `seed`; `other` lends pieces.
pub fn mutation(seed: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        change(&mut bytes, other, dice);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let place = dice.below(bytes.len());
    let length = 1 + dice.below(16);
    let end = (place + length).min(bytes.len());
    match dice.below(7) {
        0 => flip(bytes, place, dice),
        1 => overwrite(bytes, place, dice),
        2 => drop(bytes.drain(place..end)),
        3 => {
            let piece: Vec<u8> = bytes.drain(place..end).collect();
            let to = dice.below(bytes.len() + 1);
            bytes.splice(to..to, piece);
        }
        4 => {
            let piece: Vec<u8> = bytes.get(place..end).unwrap_or_default().to_vec();
            bytes.splice(place..place, piece);
        }
        5 => {
            let from = dice.below(other.len());
            let piece: Vec<u8> = other.iter().skip(from).take(length).copied().collect();
            bytes.splice(place..place, piece);
        }
        _ => bytes.truncate(place),
    }
}

fn flip(bytes: &mut [u8], place: usize, dice: &mut Dice) {
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1 << dice.below(8);
    }
}

fn overwrite(bytes: &mut [u8], place: usize, dice: &mut Dice) {
    let edge = EDGES.get(dice.below(EDGES.len())).copied().unwrap_or(0);
    if let Some(byte) = bytes.get_mut(place) {
        *byte = edge;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_mutations_and_another_seed_others() {
        let made = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| mutation(b"heqi", b"other", &mut dice)).collect::<Vec<_>>()
        };
        assert_eq!(made(7), made(7));
        assert_ne!(made(7), made(8));
    }

    #[test]
    fn empty_input_is_mutated_without_panic() {
        let mut dice = Dice::new(1);
        let made: Vec<Vec<u8>> = (0..200).map(|_| mutation(b"", b"", &mut dice)).collect();
        assert!(made.iter().all(Vec::is_empty), "there is nothing to lend");
    }
}
