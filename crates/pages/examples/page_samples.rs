//! Writes every page from its samples into a folder, with the assets where pages ask for them: for
//! whoever wants to look at them (`python3 -m http.server` in the folder, then `/zh/landing-0.html`).
//!
//! `cargo run -p heqi-pages --example page_samples -- FOLDER`
#![expect(clippy::disallowed_methods, reason = "a tool for people at a desk, not a service")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use heqi_pages::assets::{self, Asset};
use heqi_pages::{Frame, Link, samples};
use heqi_vocabulary::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    let files = folder.join("assets").join(assets::digest());
    fs::create_dir_all(&files)?;
    for asset in Asset::ALL {
        fs::write(files.join(asset.name()), asset.bytes())?;
    }
    for language in [Language::Zh, Language::En] {
        let frame = Frame {
            language,
            large: false,
            here: Link::Journey,
            csrf: Some("c5rf".into()),
            service: "示例商事文签 · 杭州市临安区".into(),
            telephone: "0571-0000110".into(),
        };
        let pages = folder.join(language.tag().get(..2).unwrap_or("zh"));
        fs::create_dir_all(&pages)?;
        for (name, page) in samples::rendered(&frame) {
            fs::write(pages.join(format!("{name}.html")), page)?;
        }
    }
    Ok(())
}
