//! What the fake camera sees: a head and shoulders before a wall, moving a little, made here and
//! the same every time. The file is YUV4MPEG2 with planes of 4:2:0, which Chromium reads.

/// Pixels in a row, and rows: what a cheap camera has.
const WIDTH: i32 = 640;
const HEIGHT: i32 = 480;
/// After so many it begins again.
const FRAMES: i32 = 8;
const FIRST_LINE: &[u8] = b"YUV4MPEG2 W640 H480 F15:1 Ip A1:1 C420jpeg\n";
const FRAME_LINE: &[u8] = b"FRAME\n";

/// What a point of the picture belongs to.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Part {
    Wall,
    Head,
    Eye,
    Coat,
}

/// The whole file.
pub(super) fn film() -> Vec<u8> {
    let mut film = FIRST_LINE.to_vec();
    let mut grain = Grain(1);
    for number in 0..FRAMES {
        film.extend(FRAME_LINE);
        for y in 0..HEIGHT {
            film.extend((0..WIDTH).map(|x| brightness(number, x, y, &mut grain)));
        }
        for colour in [Part::blue, Part::red] {
            for y in 0..HEIGHT / 2 {
                film.extend((0..WIDTH / 2).map(|x| colour(part_at(number, 2 * x, 2 * y))));
            }
        }
    }
    film
}

/// How bright it is there, from 16 to 235; grain makes a photo of it as large as a camera's.
fn brightness(number: i32, x: i32, y: i32, grain: &mut Grain) -> u8 {
    let light = match part_at(number, x, y) {
        Part::Wall => 150 + 40 * x / WIDTH,
        Part::Head => 130,
        Part::Eye => 40,
        Part::Coat => 70,
    };
    u8::try_from((light + grain.speck()).clamp(16, 235)).unwrap_or(16)
}

fn part_at(number: i32, x: i32, y: i32) -> Part {
    let head = WIDTH / 2 + 3 * (FRAMES / 2 - number).abs();
    // The eyes close once a round.
    let lids = if number == 0 { 2 } else { 9 };
    if is_within((x, y), (head - 40, 205), (13, lids))
        || is_within((x, y), (head + 40, 205), (13, lids))
    {
        Part::Eye
    } else if is_within((x, y), (head, 220), (105, 145)) {
        Part::Head
    } else if is_within((x, y), (WIDTH / 2, HEIGHT + 30), (240, 150)) {
        Part::Coat
    } else {
        Part::Wall
    }
}

/// Whether a point lies in the ellipse around a middle with these half axes.
fn is_within(
    (x, y): (i32, i32),
    (middle_x, middle_y): (i32, i32),
    (wide, high): (i32, i32),
) -> bool {
    // Thousandths of the half axes: squares of them outgrow 32 bits far away from a narrow one.
    let across = i64::from(1000 * (x - middle_x) / wide);
    let down = i64::from(1000 * (y - middle_y) / high);
    across * across + down * down <= 1_000_000
}

impl Part {
    /// Its blue difference.
    const fn blue(self) -> u8 {
        match self {
            Self::Wall => 128,
            Self::Head | Self::Eye => 112,
            Self::Coat => 148,
        }
    }

    /// Its red difference.
    const fn red(self) -> u8 {
        match self {
            Self::Wall => 128,
            Self::Head | Self::Eye => 150,
            Self::Coat => 118,
        }
    }
}

/// The same noise in every run (a linear congruential generator).
struct Grain(u32);

impl Grain {
    /// From -4 to 3.
    fn speck(&mut self) -> i32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [high, ..] = self.0.to_be_bytes();
        i32::from(high >> 5) - 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_film_is_the_same_every_time_and_no_two_of_its_pictures_are() {
        let film = film();
        assert_eq!(film, super::film());
        let frame = FRAME_LINE.len() + 640 * 480 * 3 / 2;
        let pictures: Vec<_> = film[FIRST_LINE.len()..].chunks(frame).collect();
        assert_eq!(pictures.len(), 8);
        for (number, picture) in pictures.iter().enumerate() {
            assert!(picture.len() == frame && picture.starts_with(FRAME_LINE));
            assert!(pictures[..number].iter().all(|earlier| earlier != picture));
        }
    }
}
