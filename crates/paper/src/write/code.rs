//! Codes that phones read, as few rectangles.

use qrcodegen::QrCode;

/// Dark modules of a row that touch, from the first to behind the last: one rectangle for all of them takes
/// half the bytes, and no reader draws a hair of light between two.
pub(super) fn dark_runs(code: &QrCode, y: i32) -> Vec<(i32, i32)> {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
        match runs.last_mut() {
            Some((_, to)) if *to == x => *to += 1,
            _ => runs.push((x, x + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use qrcodegen::QrCodeEcc;

    use super::*;

    #[test]
    fn runs_cover_the_dark_modules_and_no_other_and_do_not_touch() {
        let code = QrCode::encode_text("https://example.org/c/123", QrCodeEcc::Medium).unwrap();
        for y in 0..code.size() {
            let runs = dark_runs(&code, y);
            assert!(runs.is_sorted_by(|(_, to), (from, _)| to < from), "{runs:?}");
            for x in 0..code.size() {
                let is_covered = runs.iter().any(|(from, to)| (*from..*to).contains(&x));
                assert_eq!(is_covered, code.get_module(x, y), "{x} {y}");
            }
        }
    }
}
