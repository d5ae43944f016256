//! QR codes (ISO/IEC 18004), drawn as one path of SVG: nothing to load, sharp at any size.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code; the standard wants four.
const QUIET: i32 = 4;

/// The code that says `text`, described to those who cannot see it as `label`. A text too
/// long for any code gives the text itself.
pub fn code(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return html! { code { (text) } };
    };
    let side = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    html! {
        svg .qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(label) {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_modules_and_its_quiet_zone_and_is_described() {
        let drawn = code("PZ20261123", "凭证").into_string();
        assert!(drawn.contains("viewBox=\"0 0 29 29\"") && drawn.contains("aria-label=\"凭证\""));
        // The finder pattern in the corner begins at the quiet zone.
        assert!(drawn.contains("M4,4h1v1h-1z") && !drawn.contains("M3,"));
        assert!(code(&"x".repeat(5000), "").into_string().starts_with("<code>"));
    }
}
