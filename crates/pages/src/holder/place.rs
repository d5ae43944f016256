//! A position without a map: degrees, the radius inside which the device believed to be, a scale.
//! No map service learns who looks at what.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::Words;

/// Half the side of the drawing, and the radius that is drawn, in its units.
const HALF: u32 = 100;
const RADIUS: u32 = 60;

/// Where a device said it was.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PlaceSketch {
    /// Microdegrees, north positive.
    pub latitude_e6: i32,
    /// Microdegrees, east positive.
    pub longitude_e6: i32,
    /// The radius inside which it believed to be, in metres.
    pub accuracy_m: u32,
}

impl PlaceSketch {
    pub(super) fn draw(&self, language: Language) -> Markup {
        let accuracy_m = self.accuracy_m.max(1);
        let step_m = scale_step_m(accuracy_m);
        // Units of the drawing for one step of the scale, at least one.
        let bar = (u64::from(step_m) * u64::from(RADIUS) / u64::from(accuracy_m)).clamp(1, 180);
        let latitude = degrees(self.latitude_e6, ["N", "S"]);
        let longitude = degrees(self.longitude_e6, ["E", "W"]);
        let scale = length(step_m, language);
        let about = length(accuracy_m, language);
        html! {
            figure .place {
                svg viewBox={ "0 0 " (2 * HALF) " " (2 * HALF + 24) } role="img" aria-label={ (latitude) " " (longitude) ", ± " (about) } {
                    rect .frame x="0" y="0" width=(2 * HALF) height=(2 * HALF) {}
                    path .axis d={ "M" (HALF) " 0V" (2 * HALF) "M0 " (HALF) "H" (2 * HALF) } {}
                    circle .area cx=(HALF) cy=(HALF) r=(RADIUS) {}
                    circle .point cx=(HALF) cy=(HALF) r="4" {}
                    path .scale d={ "M10 " (2 * HALF + 8) "v6h" (bar) "v-6" } {}
                    text x={ (16 + bar) } y=(2 * HALF + 16) { (scale) }
                }
                figcaption {
                    (latitude) ", " (longitude) " · " (WITHIN.in_language(language)) " " (about)
                    br; span .soft { (REPORTED.in_language(language)) }
                }
            }
        }
    }
}

/// Microdegrees as degrees with five places: about a metre.
fn degrees(e6: i32, [plus, minus]: [&str; 2]) -> String {
    let side = if e6 < 0 { minus } else { plus };
    let e5 = e6.unsigned_abs().saturating_add(5) / 10;
    format!("{}.{:05}° {side}", e5 / 100_000, e5 % 100_000)
}

/// The largest of 1, 2, 5, 10, … metres that is not longer than the radius.
fn scale_step_m(radius_m: u32) -> u32 {
    let mut step = 1;
    for power in 0..9 {
        for digit in [1, 2, 5] {
            let candidate = 10u32.pow(power).saturating_mul(digit);
            if candidate <= radius_m {
                step = candidate;
            }
        }
    }
    step
}

fn length(metres: u32, language: Language) -> String {
    let (number, unit) = if metres >= 1_000 {
        (format!("{}.{}", metres / 1_000, metres % 1_000 / 100), Words::new("公里", "km"))
    } else {
        (metres.to_string(), Words::new("米", "m"))
    };
    format!("{number} {}", unit.in_language(language))
}

const WITHIN: Words = Words::new("误差半径约", "within about");
const REPORTED: Words = Words::new(
    "由签署设备报告，不经过任何地图服务。",
    "Reported by the device that signed; no map service is asked.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_round_number_not_longer_than_the_radius() {
        let steps = [1, 2, 4, 7, 15, 64, 4_999, u32::MAX].map(scale_step_m);
        assert_eq!(steps, [1, 2, 2, 5, 10, 50, 2_000, 500_000_000]);
    }

    #[test]
    fn degrees_are_rounded_and_named_by_their_side() {
        assert_eq!(degrees(30_274_084, ["N", "S"]), "30.27408° N");
        assert_eq!(degrees(-120_155_069, ["E", "W"]), "120.15507° W");
    }
}
